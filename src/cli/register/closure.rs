//! `comptoir register close`, `closures` and `verify`: the register against what was signed of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::backup;
use crate::cli::failure::Failure;
use crate::cli::output::{Format, complain, show};
use crate::config::Config;
use crate::domain::breakdown::Breakdown;
use crate::domain::closure::Closure;
use crate::session::now;
use crate::store::{CloseAnswer, Store};
use crate::ui::wording::{breakdowns, command_line as words, retention};

/// Signs, then backs up what was signed. The note alone goes to standard output, to be kept as it is.
pub(super) fn close(store: &Store, config: &Config, format: Format) -> Result<(), Failure> {
    let origin = Closure::origin_of(&config.pharmacy.finess);
    match store.close_register(&origin, now())? {
        CloseAnswer::Closed {
            closure,
            note,
            public_key,
        } => {
            let mut document = document(&note);
            let (backup, made) = backup::beside(store, config);
            document["new"] = json!(true);
            document["public_key"] = json!(public_key);
            document["backup"] = backup;
            show(format, &document, || note);
            complain(&words::register_closed(closure.count, &public_key));
            backup::said(made)
        }
        CloseAnswer::AlreadyClosed(note) => {
            let mut document = document(&note);
            let (backup, made) = backup::beside(store, config);
            document["new"] = json!(false);
            document["backup"] = backup;
            show(format, &document, || note);
            complain(words::register_already_closed());
            backup::said(made)
        }
        CloseAnswer::NothingToClose => Err(Failure::refused(words::nothing_to_close())),
        CloseAnswer::DoesNotHold(bad) => Err(Failure::refused(words::register_tampered(bad.0))),
        CloseAnswer::KeyMissing => Err(Failure::refused(words::closing_key_missing())),
    }
}

/// All of them.
pub(super) fn list(store: &Store, format: Format) -> Result<(), Failure> {
    let notes = store.closures()?;
    let documents: Vec<Value> = notes.iter().map(|note| document(note)).collect();
    show(format, &json!({ "closures": documents }), || notes.join("\n"));
    Ok(())
}

/// Verifies.
pub(super) fn verify(store: &Store, against: &[PathBuf], format: Format) -> Result<(), Failure> {
    let elsewhere = against
        .iter()
        .map(|path| read(store, path))
        .collect::<Result<Vec<Closure>, Failure>>()?;
    let found = store.verify_closed_register(now(), &elsewhere)?;
    let first_bad = found.first_bad.map(|number| number.0);
    let document = json!({
        "ok": first_bad.is_none(),
        "entries": found.entries,
        "head": found.head.to_string(),
        "first_bad": first_bad,
        "closures": found.closures,
        "broken_closure": found.broken_closure,
        "purged": found.purged,
    });
    // For people, only a register that holds is said to be verified.
    if first_bad.is_none() || format == Format::Json {
        show(format, &document, || {
            let verified = words::register_verified(found.entries, &found.head.to_string());
            verified + &retention::among_them(found.purged)
        });
    }
    match (first_bad, found.broken_closure) {
        (None, _) => Ok(()),
        (Some(number), None) => Err(Failure::refused(words::register_tampered(number))),
        (Some(number), Some(closed)) => Err(Failure::refused(words::closure_not_met(
            found.entries,
            closed,
            number,
        ))),
    }
}

fn read(store: &Store, path: &Path) -> Result<Closure, Failure> {
    let shown = path.display().to_string();
    let note = fs::read_to_string(path).map_err(|error| {
        Failure::usage(words::closure_unreadable(
            &shown,
            breakdowns::why(Breakdown::of_system(error.kind())),
        ))
    })?;
    store
        .read_closure(&note)?
        .map_err(|why| Failure::refused(words::closure_proves_nothing(&shown, why)))
}

fn document(note: &str) -> Value {
    let said = Closure::unproved(note);
    json!({
        "count": said.as_ref().map(|closure| closure.count),
        "head": said.as_ref().map(|closure| closure.head.to_string()),
        "at": said.as_ref().map(|closure| closure.at),
        "note": note,
    })
}
