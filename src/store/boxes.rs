//! The boxes that left the pharmacy: a serial is handed over once.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError};
use crate::domain::box_read::{BoxGone, BoxRead};
use crate::domain::dispense::DispensedLine;
use crate::domain::register::RegisterNumber;

impl Store {
    /// Those of these boxes that an entry says have left; an entry that was corrected says it no longer.
    pub fn gone<'a>(&self, read: impl Iterator<Item = &'a BoxRead>) -> Result<Vec<BoxGone>, StoreError> {
        self.read(|transaction| {
            let mut look = transaction.prepare_cached(
                "SELECT number FROM box_handed_over WHERE cip13 = ?1 AND serial = ?2
                 AND NOT EXISTS (SELECT 1 FROM register_correction WHERE corrected = number)
                 ORDER BY number DESC LIMIT 1",
            )?;
            let mut gone = Vec::new();
            for read in read {
                let Some(serial) = &read.serial else { continue };
                let entry: Option<u32> = look
                    .query_row([read.cip13.as_str(), serial.as_str()], |row| row.get(0))
                    .optional()?;
                gone.extend(entry.map(|number| BoxGone {
                    read: read.clone(),
                    entry: RegisterNumber(number),
                }));
            }
            Ok(gone)
        })
    }
}

/// Notes the boxes of an entry with it.
pub(super) fn note(
    transaction: &Transaction,
    number: RegisterNumber,
    line: &DispensedLine,
) -> Result<(), StoreError> {
    let read = line.outcome.supply().map(|supply| supply.read.as_slice());
    let mut row = transaction.prepare_cached("INSERT OR IGNORE INTO box_handed_over VALUES (?1, ?2, ?3)")?;
    for read in read.unwrap_or_default() {
        if let Some(serial) = &read.serial {
            row.execute(params![read.cip13.as_str(), serial.as_str(), number.0])?;
        }
    }
    Ok(())
}
