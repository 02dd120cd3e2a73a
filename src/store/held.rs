//! The prescriptions that a terminal told the base it is serving: what a crash leaves behind is given back.

use jiff::Timestamp;
use rusqlite::params;

use super::{Store, StoreError, milliseconds};
use crate::domain::number::PrescriptionNumber;

impl Store {
    /// Notes that this terminal serves it until that moment.
    pub fn note_held(
        &self,
        terminal: &str,
        number: &PrescriptionNumber,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO held VALUES (?1, ?2, ?3)")?
                .execute(params![terminal, number.as_str(), milliseconds(until)])?;
            Ok(())
        })
    }

    /// Notes that this terminal serves it no longer.
    pub fn forget_held(&self, terminal: &str, number: &PrescriptionNumber) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM held WHERE terminal = ?1 AND prescription = ?2")?
                .execute([terminal, number.as_str()])?;
            Ok(())
        })
    }

    /// What this terminal serves, with the end of each hold.
    pub fn held(&self, terminal: &str) -> Result<Vec<(PrescriptionNumber, Timestamp)>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached(
                    "SELECT prescription, held_until FROM held WHERE terminal = ?1 ORDER BY prescription",
                )?
                .query_and_then([terminal], |row| {
                    let number = row
                        .get::<_, String>(0)?
                        .parse()
                        .map_err(|_| StoreError::Unreadable("the number of a prescription"))?;
                    Ok((number, super::moment(row.get(1)?)?))
                })?
                .collect()
        })
    }
}
