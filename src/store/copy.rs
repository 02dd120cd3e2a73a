//! Copies a store into a new file under a key, page by page anew, and compares the two before anyone relies on it.
//!
//! `SQLCipher`'s export rather than `PRAGMA rekey`, which rewrites the only file in place and, beside a write-ahead log,
//! can leave it half under each key.

use std::path::Path;

use rusqlite::Connection;

use super::connection::{self, APPLICATION_ID};
use super::key::StoreKey;
use super::{StoreError, durable};

/// What a copy must have in common with its source.
#[derive(Debug, PartialEq, Eq)]
struct Content {
    /// Rows of each table, and the SQL of everything there is.
    objects: Vec<(String, Option<String>, i64)>,
    version: i64,
    /// The last link of the register, which stands for every entry before it.
    head: Option<Vec<u8>>,
}

/// Makes the copy, durable and compared. What stood there was never finished, and goes.
pub(super) fn make(source: &Connection, into: &Path, key: &StoreKey) -> Result<(), StoreError> {
    // Made here, for its rights: SQLite would let others read it.
    durable::create(into).map_err(|error| StoreError::place(into, error))?;
    let name = into
        .to_str()
        .ok_or(StoreError::Unreadable("the name of its folder"))?;
    source
        .execute("ATTACH DATABASE ?1 AS copy KEY ?2", (name, key.pragma().as_str()))
        // Never with its arguments.
        .map_err(|_| StoreError::Unreadable("the file of its copy"))?;
    let content = export(source);
    if content.is_err() {
        drop(source.execute_batch("ROLLBACK"));
    }
    source.execute_batch("DETACH DATABASE copy")?;
    let content = content?;
    durable::synchronise(into)
        .and_then(|()| durable::synchronise_folder(into))
        .map_err(|error| StoreError::place(into, error))?;
    let copied = connection::open_to_read(into, key)?;
    whole(&copied)?;
    if content_of(&copied)? == content {
        Ok(())
    } else {
        Err(StoreError::Unreadable("its copy"))
    }
}

/// Every page of the file is as it was written, and holds together as a database.
pub(super) fn whole(connection: &Connection) -> Result<(), StoreError> {
    let complaints = connection
        .prepare("PRAGMA cipher_integrity_check")?
        .query_map([], |_| Ok(()))?
        .count();
    let said: String = connection.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if complaints == 0 && said == "ok" {
        Ok(())
    } else {
        Err(StoreError::Unreadable("a page"))
    }
}

fn export(source: &Connection) -> Result<Content, StoreError> {
    // One state of the store, whoever writes meanwhile. It is only read: a transaction that wrote both files would leave a
    // journal of its own beside them when it is killed.
    source.execute_batch("BEGIN")?;
    let content = content_of(source)?;
    source.query_row("SELECT sqlcipher_export('copy')", [], |_| Ok(()))?;
    source.pragma_update(Some("copy"), "user_version", content.version)?;
    source.pragma_update(Some("copy"), "application_id", APPLICATION_ID)?;
    source.execute_batch("COMMIT")?;
    Ok(content)
}

fn content_of(connection: &Connection) -> Result<Content, StoreError> {
    let objects: Vec<(String, String, Option<String>)> = connection
        .prepare("SELECT type, name, sql FROM main.sqlite_schema ORDER BY type, name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut content = Content {
        objects: Vec::new(),
        version: connection.pragma_query_value(Some("main"), "user_version", |row| row.get(0))?,
        head: None,
    };
    for (kind, name, sql) in objects {
        let rows = if kind == "table" {
            let quoted = name.replace('"', "\"\"");
            connection.query_row(&format!("SELECT count(*) FROM main.\"{quoted}\""), [], |row| {
                row.get(0)
            })?
        } else {
            0
        };
        if name == "register" && rows > 0 {
            let last = "SELECT link FROM main.register ORDER BY number DESC LIMIT 1";
            content.head = connection.query_row(last, [], |row| row.get(0))?;
        }
        content.objects.push((name, sql, rows));
    }
    Ok(content)
}
