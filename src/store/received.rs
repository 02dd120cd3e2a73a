//! Prescriptions as the base sent them, byte for byte: the last copy serves when the base is silent.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{Store, StoreError, milliseconds, moment};
use crate::domain::number::PrescriptionNumber;

/// The last copy of a prescription.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedCopy {
    /// The base's answers, verbatim, in the order they came.
    pub answers: Vec<String>,
    /// When they came, to the millisecond.
    pub received_at: Timestamp,
}

impl std::fmt::Debug for ReceivedCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReceivedCopy({} answers, hidden)", self.answers.len())
    }
}

impl Store {
    /// Keeps a prescription as it was received, beside what was received of it before.
    pub fn save_received(
        &self,
        number: &PrescriptionNumber,
        now: Timestamp,
        answers: &[String],
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT INTO received (prescription, received_at) VALUES (?1, ?2)")?
                .execute(params![number.as_str(), milliseconds(now)])?;
            let received = transaction.last_insert_rowid();
            for (place, body) in (0_u32..).zip(answers) {
                let digest: [u8; 32] = Sha256::digest(body).into();
                // The same body, received again, is kept once.
                transaction
                    .prepare_cached("INSERT INTO received_body VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                    .execute(params![digest, body])?;
                transaction
                    .prepare_cached("INSERT INTO received_answer VALUES (?1, ?2, ?3)")?
                    .execute(params![received, place, digest])?;
            }
            Ok(())
        })
    }

    /// The last copy of that prescription, if it was ever received here.
    pub fn received(&self, number: &PrescriptionNumber) -> Result<Option<ReceivedCopy>, StoreError> {
        self.read(|transaction| {
            let last: Option<(i64, i64)> = transaction
                .prepare_cached(
                    "SELECT sequence, received_at FROM received WHERE prescription = ?1
                     ORDER BY sequence DESC LIMIT 1",
                )?
                .query_row([number.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((sequence, received_at)) = last else {
                return Ok(None);
            };
            let answers = transaction
                .prepare_cached(
                    "SELECT body, sha256 FROM received_answer JOIN received_body USING (sha256)
                     WHERE received = ?1 ORDER BY place",
                )?
                .query_map([sequence], |row| Ok((row.get(0)?, row.get(1)?)))?
                .map(|row| {
                    let (body, digest): (String, [u8; 32]) = row?;
                    let is_whole = digest == <[u8; 32]>::from(Sha256::digest(&body));
                    is_whole
                        .then_some(body)
                        .ok_or(StoreError::Unreadable("a prescription as received"))
                })
                .collect::<Result<_, StoreError>>()?;
            Ok(Some(ReceivedCopy {
                answers,
                received_at: moment(received_at)?,
            }))
        })
    }
}
