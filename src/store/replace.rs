//! Replaces the store's file by a copy of it under another key, in one rename: killed anywhere, one of the two is whole.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::connection::Found;
use super::key::{StoreKey, StoreKeyNumber};
use super::key_place::{KeyPlace, Slot};
use super::{StoreError, connection, copy, durable, opening};

/// The plain store of an earlier version, once the encrypted one stands in its place and until it is erased.
pub(super) fn plain(path: &Path) -> PathBuf {
    durable::beside(path, ".plain")
}

/// Encrypts the plain store of an earlier version. The caller holds the store alone, and its key is durable.
pub(super) fn encrypt(path: &Path, key: &StoreKey) -> Result<(), StoreError> {
    let source = connection::open_alone(path, None)?;
    copied(&source, path, key)?;
    let place = |error| StoreError::place(path, error);
    // A second name, so that its content can still be overwritten after the rename.
    let plain = plain(path);
    durable::remove(&plain).map_err(place)?;
    fs::hard_link(path, &plain).map_err(place)?;
    durable::rename(&durable::draft(path), path).map_err(place)?;
    drop(source);
    durable::erase(&plain).map_err(place)
}

/// The answer to a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RekeyAnswer {
    /// The second key opens the store, and the first one only what was copied before.
    Rekeyed {
        /// The key until now.
        before: StoreKeyNumber,
        /// The key from now on.
        now: StoreKeyNumber,
    },
    /// There is no store to give a key to.
    NoStore,
}

/// Gives the store at that path a new key. Nobody else may have it open.
pub fn rekey(path: &Path, place: &KeyPlace) -> Result<RekeyAnswer, StoreError> {
    if connection::look(path, None)? == Found::Nothing {
        return Ok(RekeyAnswer::NoStore);
    }
    let _alone = opening::alone(path, place)?;
    let Some(key) = place.key()? else {
        return Ok(RekeyAnswer::NoStore);
    };
    let next = StoreKey::random()?;
    place.write(Slot::Next, &next)?;
    let source = connection::open_alone(path, Some(&key))?;
    copied(&source, path, &next)?;
    durable::rename(&durable::draft(path), path).map_err(|error| StoreError::place(path, error))?;
    place.promote_next(&next)?;
    Ok(RekeyAnswer::Rekeyed {
        before: key.number(),
        now: next.number(),
    })
}

fn copied(source: &Connection, path: &Path, key: &StoreKey) -> Result<(), StoreError> {
    let made = copy::make(source, &durable::draft(path), key);
    if made.is_err() {
        // No room, most often: what there is of the copy would only take more of it.
        drop(durable::remove(&durable::draft(path)));
    }
    made
}
