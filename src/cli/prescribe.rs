//! `comptoir prescribe`: plays the prescriber who writes, and prints the sheet.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use uuid::Uuid;

use super::failure::Failure;
use super::output::{Format, show};
use super::prescriber::{self, done};
use crate::config::Config;
use crate::domain::breakdown::Breakdown;
use crate::domain::product::ProductCode;
use crate::session::{Session, now, written_sheet};
use crate::training::prescribing::{OrderError, OrderFault, PRODUCT_KEYS, PrescriptionOrder};
use crate::training::scenarios::{self, ScenarioStanding};
use crate::ui::wording::{breakdowns, command_line as words, files};

/// What is written.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The order, as JSON.
    #[arg(
        long,
        value_name = "F.json",
        required_unless_present = "scenario",
        conflicts_with = "scenario"
    )]
    file: Option<PathBuf>,
    /// One of the ready scenarios.
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Where the sheet is written.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes it at the base, and its sheet in the directory.
pub(super) async fn prescribe(config: &Config, arguments: &Arguments, format: Format) -> Result<(), Failure> {
    let (json, standing) = match (&arguments.file, &arguments.scenario) {
        (Some(path), _) => (read(path)?, ScenarioStanding::ToServe),
        (None, Some(name)) => {
            let scenario = scenarios::scenario(name).ok_or_else(|| {
                let known: Vec<_> = scenarios::names().collect();
                Failure::usage(words::no_such_scenario(name, &known.join(", ")))
            })?;
            (scenario.file.to_owned(), scenario.standing)
        }
        (None, None) => return Err(Failure::usage(words::prescribe_what())),
    };
    let session = Session::open(config).await?;
    let product = |code: &ProductCode| session.counter.catalogue.find(code);
    let today = session.counter.day(now());
    let order = PrescriptionOrder::read(&json, Uuid::new_v4(), today, &product)
        .map_err(|error| Failure::usage(words::order_meaningless(&why(&error))))?;
    let actor = prescriber::author(&session, order.prescription()).await?;
    done(order.number(), actor.prescribe(&order, now(), &product).await?)?;
    if standing == ScenarioStanding::Cancelled {
        done(order.number(), actor.cancel(order.number()).await?)?;
    }
    let number = order.number().to_string();
    let (pdf, png) = written_sheet(order.prescription(), &arguments.out, &number)?;
    let fhir = arguments.out.join(format!("{number}.fhir.json"));
    fs::write(&fhir, order.transaction(now(), &product).to_string())
        .map_err(|error| Failure::broken(&error))?;
    let document = json!({
        "number": number,
        "png": png.display().to_string(),
        "pdf": pdf.display().to_string(),
        "fhir": fhir.display().to_string(),
    });
    show(format, &document, || {
        words::prescribed(order.number(), &png.display().to_string())
    });
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::usage(words::order_unreadable(
            &path.display().to_string(),
            breakdowns::why(Breakdown::of_system(error.kind())),
        ))
    })
}

/// What is wrong in the file, and what is expected there.
fn why(error: &OrderError) -> String {
    let what = match &error.fault {
        OrderFault::NotTheFile {
            line,
            column,
            message,
        } => return files::json(*line, *column, message),
        OrderFault::Lines => files::LINES.to_owned(),
        OrderFault::BeforeWritten => files::BEFORE_WRITTEN.to_owned(),
        OrderFault::Unlucky => return files::UNLUCKY.to_owned(),
        OrderFault::NotADay => files::NOT_A_DAY.to_owned(),
        OrderFault::NotOneOf { given, known } => files::none_of(given, known),
        OrderFault::Identifier(why) => files::identifier(why),
        OrderFault::Count { least, most } => files::count(*least, *most),
        OrderFault::NotOneProduct => files::not_one_product(&PRODUCT_KEYS),
    };
    files::at(&error.place, &what)
}
