//! Opens the store with the key of its place, and first finishes or takes back what an earlier program was killed in.
//!
//! The key is durable before the first byte of the store; the file is replaced in one rename, and the next key is
//! durable before that: so at every moment the key or the next key opens what stands there.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::connection::{self, Found};
use super::key::StoreKey;
use super::key_place::{KeyPlace, Slot};
use super::lock::{self, StoreLock};
use super::{StoreError, durable, replace};

/// How often the store is looked at again while others hold it: five seconds in all.
const TRIES: u32 = 500;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// A store open on a file.
pub(super) struct Opened {
    pub connection: Connection,
    pub home: Home,
}

/// The file of an open store.
pub(super) struct Home {
    pub path: PathBuf,
    pub key: StoreKey,
    pub _lock: StoreLock,
}

/// Opens it with that key, and makes it when there is none.
pub(super) fn with_key(path: &Path, key: &StoreKey) -> Result<Opened, StoreError> {
    make_folder(path)?;
    for _ in 0..TRIES {
        if let Some(lock) = lock::shared(path).map_err(|error| StoreError::place(path, error))? {
            return opened(path, key, lock);
        }
        thread::sleep(PAUSE);
    }
    Err(StoreError::InUse)
}

/// Opens it with the key of its place. A key is made with the store, and never for a store that has lost its own.
pub(super) fn with_place(path: &Path, place: &KeyPlace) -> Result<Opened, StoreError> {
    refuse_a_lost_key(path, place)?;
    make_folder(path)?;
    for _ in 0..TRIES {
        if let Some(lock) = lock::shared(path).map_err(|error| StoreError::place(path, error))?
            && let Some(key) = settled(path, place)?
        {
            return opened(path, &key, lock);
        }
        if let Some(_alone) = lock::alone(path).map_err(|error| StoreError::place(path, error))? {
            settle(path, place)?;
        } else {
            thread::sleep(PAUSE);
        }
    }
    Err(StoreError::InUse)
}

/// Takes the store for one alone, everything interrupted settled.
pub(super) fn alone(path: &Path, place: &KeyPlace) -> Result<StoreLock, StoreError> {
    refuse_a_lost_key(path, place)?;
    let alone = unsettled_alone(path)?;
    settle(path, place)?;
    Ok(alone)
}

/// Takes the store for one alone, as it is. Waits a moment, for commands that are just ending.
pub(super) fn unsettled_alone(path: &Path) -> Result<StoreLock, StoreError> {
    make_folder(path)?;
    for _ in 0..TRIES {
        if let Some(alone) = lock::alone(path).map_err(|error| StoreError::place(path, error))? {
            return Ok(alone);
        }
        thread::sleep(PAUSE);
    }
    Err(StoreError::InUse)
}

fn make_folder(path: &Path) -> Result<(), StoreError> {
    connection::make_folder(path).map_err(|error| StoreError::place(path, error))
}

fn opened(path: &Path, key: &StoreKey, lock: StoreLock) -> Result<Opened, StoreError> {
    Ok(Opened {
        connection: connection::open(path, key)?,
        home: Home {
            path: path.to_owned(),
            key: key.clone(),
            _lock: lock,
        },
    })
}

/// Before anything is made: not even a lock is to be left beside a store that cannot be opened.
fn refuse_a_lost_key(path: &Path, place: &KeyPlace) -> Result<(), StoreError> {
    let is_lost = place.read(Slot::Current)?.is_none()
        && place.read(Slot::Next)?.is_none()
        && connection::look(path, None)? == Found::Locked;
    if is_lost { Err(lost(path, place)) } else { Ok(()) }
}

fn lost(path: &Path, place: &KeyPlace) -> StoreError {
    StoreError::KeyMissing {
        path: path.to_owned(),
        place: place.shown(),
    }
}

/// The key, when nothing is left to settle.
fn settled(path: &Path, place: &KeyPlace) -> Result<Option<StoreKey>, StoreError> {
    let Some(key) = place.read(Slot::Current)? else {
        return Ok(None);
    };
    let is_interrupted = place.is_interrupted()?
        || durable::draft(path).exists()
        || replace::plain(path).exists()
        || !matches!(connection::look(path, Some(&key))?, Found::Nothing | Found::Ours);
    Ok((!is_interrupted).then_some(key))
}

/// Finishes what was decided, takes back what was not. The caller holds the store alone.
pub(super) fn settle(path: &Path, place: &KeyPlace) -> Result<(), StoreError> {
    let current = place.read(Slot::Current)?;
    match (connection::look(path, current.as_ref())?, current) {
        (Found::Nothing, None) => place.write(Slot::Current, &StoreKey::random()?)?,
        (Found::Nothing | Found::Ours, Some(_)) => {}
        (Found::Plain, current) => {
            let key = if let Some(key) = current {
                key
            } else {
                let key = StoreKey::random()?;
                place.write(Slot::Current, &key)?;
                key
            };
            replace::encrypt(path, &key)?;
        }
        (Found::Locked | Found::Ours, current) => return promote(path, place, current.as_ref()),
    }
    place.forget_next()?;
    clear(path)
}

/// The file was replaced before the program was killed, and only its key was not put in its place.
fn promote(path: &Path, place: &KeyPlace, current: Option<&StoreKey>) -> Result<(), StoreError> {
    let next = place.read(Slot::Next)?;
    match (&next, current) {
        (Some(next), _) if connection::look(path, Some(next))? == Found::Ours => {
            place.promote_next(next)?;
            clear(path)
        }
        (_, Some(current)) => Err(StoreError::KeyDoesNotOpen {
            path: path.to_owned(),
            number: current.number(),
        }),
        (_, None) => Err(lost(path, place)),
    }
}

/// What a replacement left behind: a copy that was never finished, a plain store that was already replaced.
fn clear(path: &Path) -> Result<(), StoreError> {
    let draft = durable::draft(path);
    [
        durable::beside(&draft, "-journal"),
        durable::beside(&draft, "-wal"),
        draft,
    ]
    .iter()
    .try_for_each(|left| durable::remove(left))
    .and_then(|()| durable::erase(&replace::plain(path)))
    .map_err(|error| StoreError::place(path, error))
}
