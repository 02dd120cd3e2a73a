//! `comptoir doctor`: does everything this counter stands on hold?

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, show};
use crate::base::Operation;
use crate::catalogue::Origin;
use crate::config::Config;
use crate::session::{Session, now};
use crate::ui::wording::{catalogue as catalogue_words, command_line as words};

/// Checks. Opening the session already asserts the configuration, the store's settings and SQLite's version.
pub(super) async fn doctor(config: &Config, format: Format) -> Result<(), Failure> {
    let session = Session::open(config).await?;
    let register = session.counter.store.verify_closed_register(now(), &[])?;
    let capability = session.counter.base.capability().await;
    let base = match &capability {
        Ok(capability) => json!({
            "ok": capability.offers(Operation::Consult) && capability.offers(Operation::Post),
            "hold": capability.offers(Operation::Hold),
            "search": capability.offers(Operation::Search),
        }),
        Err(error) => json!({ "ok": false, "why": error.delay().0.code() }),
    };
    let checks: Vec<(&str, Value)> = vec![
        ("configuration", json!({ "ok": true })),
        ("store", json!({ "ok": true })),
        (
            "register",
            json!({ "ok": register.first_bad.is_none(), "entries": register.entries }),
        ),
        ("catalogue", catalogue(&session)),
        ("base", base),
    ];
    let sound = checks.iter().all(|(_, check)| check["ok"] == true);
    let by_name: serde_json::Map<_, _> = checks
        .iter()
        .map(|(name, check)| ((*name).to_owned(), check.clone()))
        .collect();
    let document = json!({ "ok": sound, "checks": by_name });
    show(format, &document, || {
        let rows = checks
            .iter()
            .map(|(name, check)| words::check(name, check["ok"] == true));
        let scope = session.counter.catalogue.scope();
        let of_catalogue = catalogue_words::scope(scope, session.counter.day(now()));
        rows.chain([of_catalogue]).collect::<Vec<_>>().join("\n")
    });
    if sound {
        Ok(())
    } else {
        Err(Failure::refused(words::not_sound()))
    }
}

/// Old files are said, and are not a fault; an imported catalogue that cannot be used is one.
fn catalogue(session: &Session) -> Value {
    let catalogue = &session.counter.catalogue;
    let about = catalogue.about();
    let today = session.counter.day(now());
    json!({
        "ok": session.unusable_catalogue.is_none(),
        "products": about.presentations,
        "subset": catalogue.origin() == Origin::TrainingSubset,
        "date": about.date().map(|date| date.to_string()),
        "age_days": about.age_days(today),
        "old": about.is_old(today),
    })
}
