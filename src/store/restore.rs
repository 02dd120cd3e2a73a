//! Puts a backup in the place of the store: verified before, in one rename, and never over a store unless asked to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::connection::Found;
use super::key::StoreKey;
use super::key_place::{KeyPlace, Slot};
use super::{Store, StoreError, Verification, connection, copy, durable, opening};
use crate::domain::register::RegisterNumber;

/// What becomes of a store that stands there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It stays, and nothing is restored.
    Stays,
    /// It is kept aside, with its key, in a folder of its own.
    IsKeptAside,
}

/// The answer to a restoration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreAnswer {
    /// Done.
    Restored(Restored),
    /// A store stands there, and stays.
    StoreThere,
    /// The register of the backup does not hold from that entry on. Nothing was changed.
    DoesNotHold(RegisterNumber),
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Its register.
    pub register: Verification,
    /// When its last entry was recorded: what came after is not in it.
    pub last_recorded_at: Option<Timestamp>,
    /// Hand-overs that the base has not acknowledged, and that will be posted.
    pub pending: usize,
    /// Where the store that stood there is now.
    pub aside: Option<PathBuf>,
}

/// Whether that key opens that backup.
pub fn opens(backup: &Path, key: &StoreKey) -> Result<bool, StoreError> {
    match connection::look(backup, Some(key))? {
        Found::Ours => Ok(true),
        Found::Locked => Ok(false),
        // Backups are encrypted: a plain store is not one.
        Found::Nothing | Found::Plain => Err(StoreError::Foreign {
            path: backup.to_owned(),
        }),
    }
}

/// Restores the backup as the store of that path, and keeps its key in that place.
pub fn restore(
    backup: &Path,
    key: &StoreKey,
    path: &Path,
    place: &KeyPlace,
    standing: Standing,
    now: Timestamp,
) -> Result<RestoreAnswer, StoreError> {
    // Not through the usual opening: the store that stands there may be what has to be repaired.
    let _alone = opening::unsettled_alone(path)?;
    let at = |error| StoreError::place(path, error);
    let stands = fs::metadata(path).is_ok_and(|known| known.len() > 0);
    if stands && standing == Standing::Stays {
        return Ok(RestoreAnswer::StoreThere);
    }
    let draft = durable::draft(path);
    let answer = copied(backup, &draft, key).and_then(|()| verified(&draft, key, now));
    let mut restored = match answer {
        Ok(RestoreAnswer::Restored(restored)) => restored,
        other => {
            drop(durable::remove(&draft));
            return other;
        }
    };
    place.write(Slot::Next, key)?;
    if stands {
        let aside = path.with_file_name(format!("replaced-{}", now.strftime("%Y%m%dT%H%M%S.%3fZ")));
        put_aside(path, place, &aside)?;
        restored.aside = Some(aside);
    }
    // A log of what stood there would be played over what now stands there.
    for log in ["-wal", "-shm", "-journal"] {
        durable::remove(&durable::beside(path, log)).map_err(at)?;
    }
    durable::rename(&draft, path).map_err(at)?;
    place.promote_next(key)?;
    Ok(RestoreAnswer::Restored(restored))
}

fn copied(backup: &Path, draft: &Path, key: &StoreKey) -> Result<(), StoreError> {
    if !opens(backup, key)? {
        return Err(StoreError::KeyDoesNotOpen {
            path: backup.to_owned(),
            number: key.number(),
        });
    }
    durable::copy(backup, draft).map_err(|error| StoreError::place(draft, error))
}

fn verified(draft: &Path, key: &StoreKey, now: Timestamp) -> Result<RestoreAnswer, StoreError> {
    let connection = connection::open_to_read(draft, key)?;
    copy::whole(&connection)?;
    let store = Store::over(connection);
    let register = store.verify_closed_register(now, &[])?;
    if let Some(bad) = register.first_bad {
        return Ok(RestoreAnswer::DoesNotHold(bad));
    }
    let last = store.register_entry(RegisterNumber(register.entries))?;
    Ok(RestoreAnswer::Restored(Restored {
        last_recorded_at: last.map(|entry| entry.recorded_at),
        pending: store.outbox()?.len(),
        register,
        aside: None,
    }))
}

/// Copies each file into a folder of its own, with the key: what stands there stays whole until the backup takes its place.
///
/// Never a second name for the same file: opened under both, it would have two logs.
fn put_aside(path: &Path, place: &KeyPlace, aside: &Path) -> Result<(), StoreError> {
    let at = |error| StoreError::place(aside, error);
    let name = path.file_name().unwrap_or_default();
    let kept = aside.join(name);
    connection::make_folder(&kept).map_err(at)?;
    // A key that cannot be read opens nothing: it stays where it is told to be broken.
    if let Ok(Some(key)) = place.key() {
        KeyPlace::File(aside.join("store.key")).write(Slot::Current, &key)?;
        // Its log merged into its file. A damaged one cannot, and keeps its log beside it.
        drop(connection::open_alone(path, Some(&key)));
    }
    for more in ["", "-wal", "-journal"] {
        let from = durable::beside(path, more);
        match durable::copy(&from, &durable::beside(&kept, more)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other.map_err(at)?,
        }
    }
    durable::synchronise_folder(&kept).map_err(at)
}
