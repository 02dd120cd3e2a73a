//! The key that signs closures. It is in the store itself, so that every copy of the store can prove its closures.

use std::fs;
use std::io;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};
use zeroize::Zeroizing;

use super::register::random_bytes;
use super::{StoreError, durable};
use crate::domain::closure::ClosingKey;

/// The key, if one was made.
pub(super) fn read(connection: &Connection) -> Result<Option<ClosingKey>, StoreError> {
    let seed: Option<[u8; 32]> = connection
        .query_row("SELECT seed FROM closing_key", [], |row| row.get(0))
        .optional()?;
    Ok(seed.map(Zeroizing::new).map(|seed| ClosingKey::from_seed(&seed)))
}

/// Makes it, within the transaction that needs it.
pub(super) fn make(connection: &Connection) -> Result<ClosingKey, StoreError> {
    let seed = Zeroizing::new(random_bytes()?);
    keep(connection, &seed)?;
    Ok(ClosingKey::from_seed(&seed))
}

fn keep(connection: &Connection, seed: &[u8; 32]) -> Result<(), StoreError> {
    connection.execute("INSERT INTO closing_key VALUES (1, ?1)", [seed])?;
    Ok(())
}

/// Makes it with the store, so that it is older than what it signs: a log that is lost with a closure does not take the key
/// along. Where closures were signed by a key that is gone, another would not vouch for them, and none is made.
pub(super) fn make_with_store(connection: &mut Connection) -> Result<(), StoreError> {
    if read(connection)?.is_some() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let is_settled: bool = transaction.query_row(
        "SELECT EXISTS (SELECT 1 FROM closing_key) OR EXISTS (SELECT 1 FROM closure)",
        [],
        |row| row.get(0),
    )?;
    if !is_settled {
        make(&transaction)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Takes in the key that earlier versions kept in a file beside the store, and erases the file.
pub(super) fn take_in(connection: &mut Connection, store: &Path) -> Result<(), StoreError> {
    let path = store.with_file_name("closure.key");
    let seed = match fs::read(&path) {
        Ok(seed) => Zeroizing::new(seed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::place(&path, error)),
    };
    // Anything else was never a key: it is left as it is, and closing says that the key is missing.
    let Ok(seed) = <&[u8; 32]>::try_from(seed.as_slice()) else {
        return Ok(());
    };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known: Option<[u8; 32]> = transaction
        .query_row("SELECT seed FROM closing_key", [], |row| row.get(0))
        .optional()?;
    match known {
        None if *seed == [0; 32] => return Ok(()),
        None => keep(&transaction, seed)?,
        // Zeros are what is left of one when a program is killed while it erases it.
        Some(known) if known == *seed || *seed == [0; 32] => {}
        // Of another store: not ours to erase.
        Some(_) => return Ok(()),
    }
    transaction.commit()?;
    durable::erase(&path).map_err(|error| StoreError::place(&path, error))
}
