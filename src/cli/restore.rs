//! `comptoir restore`: a backup takes the place of the store, verified before.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::output::{Format, complain, show};
use crate::config::Config;
use crate::session::{self, now};
use crate::store::{self, RestoreAnswer, Standing, StoreError, StoreKey};
use crate::ui::wording::{command_line, safekeeping as words};

/// What is restored, and with which key.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The backup.
    backup: PathBuf,
    /// The recovery sheet's key, in a file; `-` reads standard input. Without it, the key of this counter is tried, then
    /// asked for.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Keep the store that stands there aside, instead of refusing.
    #[arg(long)]
    replace: bool,
}

/// Restores.
pub(super) fn restore(config: &Config, arguments: &Arguments, format: Format) -> Result<(), Failure> {
    let backup = &arguments.backup;
    let shown = backup.display().to_string();
    if !backup.is_file() {
        return Err(Failure::usage(command_line::no_such_file(&shown)));
    }
    let key = key(config, backup, arguments.key.as_deref())?;
    let standing = if arguments.replace {
        Standing::IsKeptAside
    } else {
        Standing::Stays
    };
    let path = session::store_path(&config.data_dir);
    let place = session::key_place(config);
    let answer =
        store::restore(backup, &key, &path, &place, standing, now()).map_err(|error| match error {
            StoreError::Unreadable(_) | StoreError::Damaged(_) => {
                Failure::not_readable(words::backup_damaged(&shown))
            }
            StoreError::Foreign { .. } => Failure::not_readable(words::not_a_backup(&shown)),
            // Of the store that stands there, it is said as elsewhere; here it is the backup's.
            StoreError::KeyDoesNotOpen { path, number } if path == *backup => {
                Failure::not_readable(words::key_does_not_open_backup(&shown, &number.to_string()))
            }
            other => other.into(),
        })?;
    match answer {
        RestoreAnswer::Restored(restored) => {
            let aside = restored.aside.as_ref().map(|path| path.display().to_string());
            let document = json!({
                "ok": true,
                "backup": shown,
                "store": path.display().to_string(),
                "key": key.number().to_string(),
                "entries": restored.register.entries,
                "head": restored.register.head.to_string(),
                "closures": restored.register.closures,
                "last_recorded_at": restored.last_recorded_at,
                "pending": restored.pending,
                "replaced": aside,
            });
            show(format, &document, || {
                words::restored(
                    &words::RestoredStore {
                        entries: restored.register.entries,
                        last_recorded_at: restored.last_recorded_at,
                        pending: restored.pending,
                        aside: aside.as_deref(),
                    },
                    &config.time_zone,
                )
            });
            Ok(())
        }
        RestoreAnswer::StoreThere => Err(Failure::refused(words::store_stands_there(
            &path.display().to_string(),
        ))),
        RestoreAnswer::DoesNotHold(bad) => Err(Failure::refused(words::backup_does_not_hold(&shown, bad.0))),
    }
}

/// The key that was given, else this counter's if it opens the backup, else the one a person types.
fn key(config: &Config, backup: &Path, given: Option<&Path>) -> Result<StoreKey, Failure> {
    let shown = backup.display().to_string();
    if let Some(given) = given {
        return read(&text(given)?);
    }
    // A key of this counter that cannot be read is no obstacle: the sheet's key will do.
    if let Ok(Some(known)) = session::key_place(config).key()
        && opens(backup, &known)?
    {
        return Ok(known);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(words::backup_needs_its_key(&shown)));
    }
    complain(words::type_the_key());
    let mut line = Zeroizing::new(String::new());
    io::stdin()
        .read_line(&mut line)
        .map_err(|error| Failure::broken(&error))?;
    read(&line)
}

fn opens(backup: &Path, key: &StoreKey) -> Result<bool, Failure> {
    store::opens(backup, key).map_err(|error| match error {
        StoreError::Foreign { .. } => {
            Failure::not_readable(words::not_a_backup(&backup.display().to_string()))
        }
        other => other.into(),
    })
}

fn text(given: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let outcome = if given == Path::new("-") {
        io::stdin().read_to_string(&mut text).map(drop)
    } else {
        fs::read_to_string(given).map(|read| *text = read)
    };
    outcome.map_err(|error| {
        Failure::usage(words::key_file_unreadable(
            &given.display().to_string(),
            &error.to_string(),
        ))
    })?;
    Ok(text)
}

fn read(text: &str) -> Result<StoreKey, Failure> {
    StoreKey::read(text).map_err(|why| Failure::usage(words::not_a_key(&super::store::why(why))))
}
