//! Brings a database file to the schema this program knows, one numbered step after another.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::error::StoreError;

/// The steps, in order. A released step is never edited: a change of the schema is a new step.
const STEPS: &[&str] = &[
    include_str!("migrations/0001_register_and_outbox.sql"),
    include_str!("migrations/0002_closures.sql"),
    include_str!("migrations/0003_safekeeping.sql"),
    include_str!("migrations/0004_purges.sql"),
    include_str!("migrations/0005_settlements_and_holds.sql"),
    include_str!("migrations/0006_boxes_handed_over.sql"),
];

/// The version of the schema that this program writes.
pub(super) fn newest() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// The version of the schema in that file; 0 for a new one.
pub(super) fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Applies the steps that the file has not seen. Each one and its number are one transaction.
pub(super) fn apply(connection: &mut Connection) -> Result<(), StoreError> {
    for (place, step) in STEPS.iter().enumerate() {
        let number = u32::try_from(place + 1).unwrap_or(u32::MAX);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read inside the transaction: another process may have applied the step a moment ago.
        if version(&transaction)? < number {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
            transaction.commit()?;
        }
    }
    Ok(())
}
