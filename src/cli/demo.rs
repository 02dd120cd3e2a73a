//! `comptoir demo`: the whole way played as text, with the real parts, for whoever tries it from a pipe.
//!
//! Once with agreement and once with opposition: a sheet is written, its picture is scanned, the prescription is
//! retrieved from the base, delivered, recorded, posted, and the prescriber looks. It leaves nothing behind.

use uuid::Uuid;

use super::failure::Failure;
use super::output::say;
use super::prescriber::{self, done, view_text};
use super::{consult, dispense, target};
use crate::config::{self, Config, Typed};
use crate::counter::{self, RecordOutcome};
use crate::domain::dispense::{Decision, Proposal};
use crate::domain::identifiers::DispenseId;
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::ProductCode;
use crate::session::{Session, now, written_sheet};
use crate::training::prescribing::PrescriptionOrder;
use crate::training::scenarios;
use crate::ui::wording::command_line as words;
use crate::ui::wording::command_line::answers;

/// The scenarios played: the same way, once seen and once hidden.
const PLAYED: [&str; 2] = ["conforming", "opposition"];

/// Plays it, in a directory of its own that is removed at the end.
pub(super) async fn play() -> Result<(), Failure> {
    let stage = Stage::new()?;
    let config = config::config(Typed {
        data_dir: Some(stage.0.clone()),
        ..Typed::default()
    })?;
    let session = Session::open(&config).await?;
    say(&words::demo_opens(&session.address.to_string()));
    for name in PLAYED {
        play_one(&session, &config, name).await?;
    }
    let verified = session.counter.store.verify_register(now())?;
    say(&words::register_verified(
        verified.entries,
        &verified.head.to_string(),
    ));
    say(words::demo_ends());
    Ok(())
}

async fn play_one(session: &Session, config: &Config, name: &'static str) -> Result<(), Failure> {
    let Some(scenario) = scenarios::scenario(name) else {
        return Err(Failure::usage(words::no_such_scenario(name, "")));
    };
    let counter = &session.counter;
    say(&words::demo_scenario(scenario.title));
    let product = |code: &ProductCode| counter.catalogue.find(code);
    let order = PrescriptionOrder::read(scenario.file, Uuid::new_v4(), counter.day(now()), &product)
        .map_err(|error| Failure::usage(words::order_meaningless(&error.to_string())))?;
    let actor = prescriber::author(session, order.prescription()).await?;
    done(order.number(), actor.prescribe(&order, now(), &product).await?)?;
    let (_, png) = written_sheet(order.prescription(), &config.data_dir, name)?;
    say(&words::demo_prescribed(order.number()));

    let number = target::number(png.as_os_str())?;
    say(&words::demo_scanned(&number));
    let consultation = consult::opened(session, &number).await?;
    say(&answers::prescription(
        &consultation.prescription,
        &consultation.findings,
        counter.day(now()),
    ));

    let open = consultation
        .prescription
        .lines
        .iter()
        .filter(|line| PrescriptionLine::is_open(line));
    let proposal = Proposal {
        decisions: open.map(Decision::as_prescribed).collect(),
        overrides: Vec::new(),
    };
    let id = DispenseId(Uuid::new_v4());
    let recorded = match counter.record(&consultation.prescription, proposal, id, now())? {
        RecordOutcome::Recorded(recorded) => *recorded,
        RecordOutcome::Stopped(findings) => return Err(Failure::refused(answers::remarks(&findings))),
        RecordOutcome::Outdated => return Err(Failure::refused(words::changed_meanwhile())),
    };
    let posted = counter.post_one(id, now(), dispense::jitter()).await?;
    let numbers: Vec<_> = recorded.registered.iter().map(|(_, number)| *number).collect();
    let visible = counter::visible_to_prescriber(&posted.entry);
    say(&answers::hand_over(&posted.entry, &numbers, visible));
    say(&view_text(
        &prescriber::view(session, &number).await?,
        &config.time_zone,
    ));
    Ok(())
}

/// A directory that goes with the demonstration.
struct Stage(std::path::PathBuf);

impl Stage {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("comptoir-demo-{}", Uuid::new_v4()));
        std::fs::create_dir(&path).map_err(|error| Failure::broken(&error))?;
        Ok(Self(path))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
