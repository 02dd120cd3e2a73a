//! `comptoir doctor`: does everything this counter stands on hold?

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, show};
use crate::base::Operation;
use crate::config::Config;
use crate::session::{Session, now};
use crate::ui::wording::command_line as words;

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
        (
            "catalogue",
            json!({ "ok": true, "products": session.counter.catalogue.len(), "subset": true }),
        ),
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
        rows.collect::<Vec<_>>().join("\n")
    });
    if sound {
        Ok(())
    } else {
        Err(Failure::refused(words::not_sound()))
    }
}
