//! What the register counts today, and what no closure holds yet.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{Store, StoreError};
use crate::domain::closure::{Closure, RegisterDay};
use crate::domain::retention::RetentionClass;

impl Store {
    /// The register's day, which began at that moment.
    pub fn register_day(&self, begins: Timestamp) -> Result<RegisterDay, StoreError> {
        self.read(|transaction| {
            let note: Option<String> = transaction
                .query_row(
                    "SELECT note FROM closure ORDER BY count DESC LIMIT 1",
                    [],
                    |row| row.get(0),
                )
                .optional()?;
            let mut day = RegisterDay {
                last_closure: note.as_deref().and_then(Closure::unproved),
                ..RegisterDay::default()
            };
            let closed = day.last_closure.as_ref().map_or(0, |closure| closure.count);
            let mut statement = transaction
                .prepare_cached("SELECT number, recorded_at, class FROM register ORDER BY number DESC")?;
            let mut rows = statement.query([])?;
            // From the end: a day is a small part of a register.
            while let Some(row) = rows.next()? {
                let number: u32 = row.get(0)?;
                let recorded_at: Option<Timestamp> = row.get::<_, String>(1)?.parse().ok();
                let is_of_today = recorded_at.is_some_and(|at| at >= begins);
                if !is_of_today && number <= closed {
                    break;
                }
                if is_of_today && let Some(class) = RetentionClass::from_code(&row.get::<_, String>(2)?) {
                    *day.today.entry(class).or_default() += 1;
                }
                if number > closed {
                    day.unclosed += 1;
                    day.unclosed_before += u32::from(!is_of_today);
                }
            }
            Ok(day)
        })
    }
}
