//! Looks at the store as a whole: the settings that durability rests on, and whether the file holds together.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction};

use super::{Store, StoreError, moment};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The version of SQLite.
    pub sqlite: &'static str,
    /// Each setting with its value; every one of them was asserted when the store was opened.
    pub settings: Vec<(&'static str, String)>,
    /// Whether every page and every index of the file holds together.
    pub is_whole: bool,
}

const SETTINGS: [&str; 5] = [
    "journal_mode",
    "synchronous",
    "foreign_keys",
    "application_id",
    "user_version",
];

impl Store {
    /// Reads every page of the file, and every index against its table.
    pub fn examine(&self) -> Result<Examination, StoreError> {
        self.read(|transaction| {
            let settings = SETTINGS.map(|name| Ok((name, setting(transaction, name)?)));
            // Its words are left out: they may quote a row.
            let verdict: String = transaction.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            Ok(Examination {
                sqlite: rusqlite::version(),
                settings: settings.into_iter().collect::<Result<_, StoreError>>()?,
                is_whole: verdict == "ok",
            })
        })
    }

    /// When the first entry that no closure covers was recorded, and how many there are of them.
    pub fn unclosed_since(&self) -> Result<Option<(Timestamp, u32)>, StoreError> {
        self.read(|transaction| {
            let (first, count): (Option<String>, u32) = transaction.query_row(
                "SELECT min(recorded_at), count(*) FROM register
                 WHERE number > (SELECT coalesce(max(count), 0) FROM closure)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let unreadable = |_| StoreError::Unreadable("the moment of a register entry");
            let first = first
                .map(|text| text.parse::<Timestamp>().map_err(unreadable))
                .transpose()?;
            Ok(first.map(|first| (first, count)))
        })
    }

    /// How many hand-overs wait, and since when the oldest does.
    pub fn outbox_oldest(&self) -> Result<Option<(Timestamp, u32)>, StoreError> {
        self.read(|transaction| {
            let (oldest, count): (Option<i64>, u32) = transaction.query_row(
                "SELECT min(handed_over_at), count(*)
                 FROM outbox JOIN hand_over ON hand_over.sequence = outbox.hand_over WHERE state = 'pending'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let oldest = oldest.map(moment).transpose()?;
            Ok(oldest.map(|oldest| (oldest, count)))
        })
    }
}

fn setting(transaction: &Transaction, name: &str) -> Result<String, StoreError> {
    let connection: &Connection = transaction;
    Ok(connection.pragma_query_value(None, name, |row| {
        row.get::<_, rusqlite::types::Value>(0).map(|value| match value {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            _ => String::new(),
        })
    })?)
}
