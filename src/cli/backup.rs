//! `comptoir backup`: the second support, on demand and at each closure.

use std::path::Path;

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, complain, show};
use crate::config::Config;
use crate::session::{self, now};
use crate::store::{Backup, Store};
use crate::ui::wording::{command_line, safekeeping as words};

/// Backs up into that folder, or into the configured one.
pub(super) fn backup(config: &Config, to: Option<&Path>, format: Format) -> Result<(), Failure> {
    let choice = config.backup.as_ref();
    let folder = to.or(choice.map(|choice| choice.directory.as_path()));
    let folder = folder.ok_or_else(|| Failure::usage(words::backup_without_folder()))?;
    // A folder named on the spot is filled as it is: how many stay is said of the configured one.
    let keep = choice
        .filter(|choice| choice.directory == folder)
        .and_then(|choice| choice.keep);
    let store = session::open_store(config)?;
    let made = store.back_up(folder, keep, now())?;
    show(format, &document(&made), || sentence(&made));
    judged(&made)
}

/// Backs up into the configured folder, if there is one: what is said beside the answer of another command.
///
/// The answer of that command is already true, and is shown whatever happens here.
pub(super) fn beside(store: &Store, config: &Config) -> (Value, Result<Option<Backup>, Failure>) {
    match session::back_up(store, config.backup.as_ref(), now()) {
        None => (Value::Null, Ok(None)),
        Some(Ok(made)) => (document(&made), Ok(Some(made))),
        Some(Err(error)) => {
            let failure = Failure::from(error);
            (json!({ "ok": false, "why": failure.sentence }), Err(failure))
        }
    }
}

/// Says what became of it, after the answer of the other command.
pub(super) fn said(outcome: Result<Option<Backup>, Failure>) -> Result<(), Failure> {
    match outcome? {
        None => Ok(()),
        Some(made) => {
            complain(&sentence(&made));
            judged(&made)
        }
    }
}

/// A copy of a register that does not hold is kept, and is no success.
fn judged(made: &Backup) -> Result<(), Failure> {
    match made.register.first_bad {
        None => Ok(()),
        Some(bad) => Err(Failure::refused(command_line::register_tampered(bad.0))),
    }
}

fn sentence(made: &Backup) -> String {
    words::backed_up(&words::MadeBackup {
        path: &made.path.display().to_string(),
        entries: made.register.entries,
        key: &made.key.to_string(),
        removed: made.removed.len(),
        is_on_same_disk: made.is_on_same_disk,
    })
}

fn document(made: &Backup) -> Value {
    json!({
        "ok": made.register.first_bad.is_none(),
        "backup": made.path.display().to_string(),
        "bytes": made.bytes,
        "key": made.key.to_string(),
        "entries": made.register.entries,
        "head": made.register.head.to_string(),
        "closures": made.register.closures,
        "first_bad": made.register.first_bad.map(|number| number.0),
        "same_disk": made.is_on_same_disk,
        "removed": made.removed.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
    })
}
