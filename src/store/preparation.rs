//! The numbers of magistral preparations: chronological, without gaps, apart from the register's own (CSP art. R. 5125-45).

use rusqlite::{OptionalExtension, Transaction};

use super::StoreError;
use crate::domain::preparation::PreparationNumber;
use crate::domain::register::RegisterNumber;

/// The number that the next preparation takes; of one that replaces an entry, that entry's.
pub(super) fn number_for(
    transaction: &Transaction,
    replaced: Option<RegisterNumber>,
) -> Result<PreparationNumber, StoreError> {
    if let Some(replaced) = replaced {
        let known: Option<u32> = transaction
            .prepare_cached("SELECT number FROM preparation WHERE register_number = ?1")?
            .query_row([replaced.0], |row| row.get(0))
            .optional()?;
        if let Some(number) = known {
            return Ok(PreparationNumber(number));
        }
    }
    let next: u32 = transaction
        .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM preparation")?
        .query_row([], |row| row.get(0))?;
    Ok(PreparationNumber(next))
}

/// Notes which entry of the register it is.
pub(super) fn insert(
    transaction: &Transaction,
    entry: RegisterNumber,
    number: PreparationNumber,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("INSERT INTO preparation (register_number, number) VALUES (?1, ?2)")?
        .execute([entry.0, number.0])?;
    Ok(())
}
