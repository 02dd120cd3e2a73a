//! Searches the register from its newest entry down, one bounded step at a time.
//!
//! There is no index of names: it would be one more place that holds patients, to be encrypted, backed up and purged with
//! the others. A step answers between two keys, and the search goes on by itself until enough is found.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::register::entry_of;
use super::{Store, StoreError};
use crate::domain::register::{RegisterEntry, RegisterNumber};
use crate::domain::sought::Sought;

/// How many entries one step looks through: some weeks of a pharmacy, in a few milliseconds.
pub const SEARCH_STEP: u32 = 1_500;

/// What one step found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchStep {
    /// Newest first.
    pub found: Vec<RegisterEntry>,
    /// Where to go on: below this number. None once the first entry was looked at.
    pub below: Option<RegisterNumber>,
}

impl Store {
    /// Looks through the entries below that number, or through the newest ones; an erased content is never found.
    pub fn search_register(
        &self,
        sought: &Sought,
        below: Option<RegisterNumber>,
    ) -> Result<SearchStep, StoreError> {
        self.read(|transaction| {
            let end = match below {
                Some(RegisterNumber(number)) => number,
                None => transaction
                    .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM register")?
                    .query_row([], |row| row.get(0))?,
            };
            let first = end.saturating_sub(SEARCH_STEP).max(1);
            let mut statement = transaction.prepare_cached(
                "SELECT number, recorded_at, class, commitment, link, salt, payload
                 FROM register JOIN register_payload USING (number)
                 WHERE number >= ?1 AND number < ?2 ORDER BY number DESC",
            )?;
            let mut rows = statement.query([first, end])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let content = row.get_ref(6)?.as_str().unwrap_or_default();
                if sought.may_be(row.get(0)?, content) {
                    let entry = entry_of(row)?;
                    if sought.is_in(&entry) {
                        found.push(entry);
                    }
                }
            }
            Ok(SearchStep {
                found,
                below: (first > 1).then_some(RegisterNumber(first)),
            })
        })
    }

    /// The first entry recorded at that moment or later, where the moments follow the numbers.
    pub fn register_from(&self, moment: Timestamp) -> Result<Option<RegisterNumber>, StoreError> {
        self.read(|transaction| {
            let length: u32 = transaction
                .prepare_cached("SELECT coalesce(max(number), 0) FROM register")?
                .query_row([], |row| row.get(0))?;
            let mut at = transaction.prepare_cached("SELECT recorded_at FROM register WHERE number = ?1")?;
            let (mut first, mut end) = (1, length + 1);
            // Twenty rows of a million are read: there is no index of moments either.
            while first < end {
                let middle = first + (end - first) / 2;
                let recorded_at: Option<String> = at.query_row([middle], |row| row.get(0)).optional()?;
                let is_later = recorded_at
                    .and_then(|at| at.parse::<Timestamp>().ok())
                    .is_none_or(|at| at >= moment);
                if is_later {
                    end = middle;
                } else {
                    first = middle + 1;
                }
            }
            Ok((first <= length).then_some(RegisterNumber(first)))
        })
    }
}
