//! Replaces the store's file by a copy of it under another key, in one rename: killed anywhere, one of the two is whole.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::copy::{self, Reach};
use super::key::StoreKey;
use super::{StoreError, connection, durable};

/// The copy while it is made. Never opened as a store under this name.
pub(super) fn draft(path: &Path) -> PathBuf {
    durable::beside(path, ".draft")
}

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
    durable::rename(&draft(path), path).map_err(place)?;
    drop(source);
    durable::erase(&plain).map_err(place)
}

/// Gives the store another key, which the caller has made durable. The caller holds the store alone.
pub(super) fn rekey(path: &Path, key: &StoreKey, next: &StoreKey) -> Result<(), StoreError> {
    let source = connection::open_alone(path, Some(key))?;
    copied(&source, path, next)?;
    durable::rename(&draft(path), path).map_err(|error| StoreError::place(path, error))
}

fn copied(source: &Connection, path: &Path, key: &StoreKey) -> Result<(), StoreError> {
    let made = copy::make(source, Reach::Alone, &draft(path), key);
    if made.is_err() {
        // No room, most often: what there is of the copy would only take more of it.
        drop(durable::remove(&draft(path)));
    }
    made
}
