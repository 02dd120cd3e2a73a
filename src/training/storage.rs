//! Where the training base keeps its resources: SQLite, every version, and the only SQL of this module.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params, params_from_iter,
};
use serde_json::Value;

use crate::domain::number::PrescriptionNumber;
use crate::training::outcome::Halt;
use crate::training::wire::{Identifier, ResourceType};

const SCHEMA: &str = include_str!("storage/schema.sql");
const SCHEMA_VERSION: i64 = 1;
/// How long a writer waits for another process before the caller is told to come back.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a log is asked for, and how long is waited in between: as long in all.
const LOG_TRIES: u32 = 500;
const LOG_WAIT: Duration = Duration::from_millis(10);

/// The storage did not do its part.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// SQLite refused or failed.
    #[error("the training base's file could not be read or written")]
    Sqlite(#[from] rusqlite::Error),
    /// The file was made by another version of this program.
    #[error("the training base's file has format {0}, this program writes format {SCHEMA_VERSION}")]
    Format(i64),
    /// What was stored can no longer be read.
    #[error("a stored {0} cannot be read")]
    Content(&'static str),
}

/// The training base: one SQLite file, which several processes may open at the same time.
#[derive(Clone)]
pub struct TrainingBase {
    connection: Arc<Mutex<Connection>>,
    key: [u8; 64],
}

impl std::fmt::Debug for TrainingBase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TrainingBase")
    }
}

/// Asks for a write-ahead log. SQLite does not wait here while another opening makes the same file.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let ask = || connection.pragma_update(None, "journal_mode", "WAL");
    for _ in 0..LOG_TRIES {
        match ask() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                std::thread::sleep(LOG_WAIT);
            }
            answer => return answer,
        }
    }
    ask()
}

impl TrainingBase {
    /// Opens the base kept in that file, or makes it.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        Self::on(Connection::open(path)?)
    }

    /// A base that is gone with the program.
    pub fn in_memory() -> Result<Self, StorageError> {
        Self::on(Connection::open_in_memory()?)
    }

    fn on(mut connection: Connection) -> Result<Self, StorageError> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        write_ahead(&connection)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let making = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        match making.pragma_query_value(None, "user_version", |row| row.get(0))? {
            0 => {
                making.execute_batch(SCHEMA)?;
                making.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            }
            SCHEMA_VERSION => {}
            other => return Err(StorageError::Format(other)),
        }
        let key = making.query_row("SELECT secret FROM signing_key", [], |row| row.get(0))?;
        making.commit()?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            key,
        })
    }

    /// The key that signs this base's tokens.
    pub(super) fn key(&self) -> &[u8; 64] {
        &self.key
    }

    /// Runs a question against one unchanging view of the base.
    pub(super) fn read<T>(&self, question: impl FnOnce(&Storage<'_>) -> Result<T, Halt>) -> Result<T, Halt> {
        self.transaction(TransactionBehavior::Deferred, question)
    }

    /// Runs a change, alone: nothing is written unless it ends well.
    pub(super) fn write<T>(&self, change: impl FnOnce(&Storage<'_>) -> Result<T, Halt>) -> Result<T, Halt> {
        self.transaction(TransactionBehavior::Immediate, change)
    }

    fn transaction<T>(
        &self,
        behavior: TransactionBehavior,
        body: impl FnOnce(&Storage<'_>) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        // A thread that panicked has rolled its transaction back: the connection itself is sound.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection
            .transaction_with_behavior(behavior)
            .map_err(StorageError::from)?;
        let done = body(&Storage(&transaction))?;
        transaction.commit().map_err(StorageError::from)?;
        Ok(done)
    }
}

/// The base within one transaction.
pub(super) struct Storage<'a>(&'a Transaction<'a>);

/// What the base knows of a resource without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) place: i64,
    pub(super) kind: ResourceType,
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) number: Option<PrescriptionNumber>,
    /// The patient's id.
    pub(super) patient: Option<String>,
}

impl Row {
    pub(super) fn reference(&self) -> String {
        format!("{}/{}", self.kind, self.id)
    }
}

/// `W/"n"`.
pub(super) fn etag(version: u32) -> String {
    format!("W/\"{version}\"")
}

/// A resource about to be stored for the first time.
pub(super) struct NewRow<'a> {
    pub(super) kind: ResourceType,
    pub(super) id: &'a str,
    pub(super) number: Option<&'a PrescriptionNumber>,
    pub(super) patient: Option<&'a str>,
    pub(super) line: Option<&'a str>,
    pub(super) identifiers: &'a [Identifier],
}

/// One condition of a search. Several values are alternatives, and one may be an INS: only tests print it.
#[cfg_attr(test, derive(Debug))]
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Filter {
    Number(Vec<String>),
    /// A system when one was given, and a value.
    Identifier(Vec<(Option<String>, String)>),
    Patient(Vec<String>),
    Line(Vec<String>),
    /// The same prescription as these Tasks.
    Task(Vec<String>),
    Status(Vec<String>),
    Id(Vec<String>),
}

const COLUMNS: &str = "place, type, id, version, number, patient";

impl Storage<'_> {
    /// The resource with that id.
    pub(super) fn find(&self, kind: ResourceType, id: &str) -> Result<Option<Row>, StorageError> {
        Ok(self.matching(kind, &[Filter::Id(vec![id.to_owned()])])?.pop())
    }

    /// Resources of one type that satisfy every condition, in the order of their creation.
    pub(super) fn matching(&self, kind: ResourceType, filters: &[Filter]) -> Result<Vec<Row>, StorageError> {
        let (sql, values) = question(kind, filters);
        self.rows(&sql, &values)
    }

    /// Everything that belongs to one prescription, in the order of its creation.
    pub(super) fn of_prescription(&self, number: &PrescriptionNumber) -> Result<Vec<Row>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM resource WHERE number = ? ORDER BY place");
        self.rows(&sql, &[number.as_str().to_owned()])
    }

    fn rows(&self, sql: &str, values: &[String]) -> Result<Vec<Row>, StorageError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let number: Option<String> = row.get(4)?;
            let number = number
                .map(|number| {
                    number
                        .parse()
                        .map_err(|_| StorageError::Content("prescription number"))
                })
                .transpose()?;
            found.push(Row {
                place: row.get(0)?,
                kind: ResourceType::named(&row.get::<_, String>(1)?).ok_or(StorageError::Content("type"))?,
                id: row.get(2)?,
                version: row.get(3)?,
                number,
                patient: row.get(5)?,
            });
        }
        Ok(found)
    }

    /// The present version of a resource.
    pub(super) fn content(&self, row: &Row) -> Result<Value, StorageError> {
        self.version(row, row.version)?
            .ok_or(StorageError::Content("version"))
    }

    /// That version of a resource.
    pub(super) fn version(&self, row: &Row, version: u32) -> Result<Option<Value>, StorageError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT content FROM version WHERE resource = ? AND version = ?")?;
        let content: Option<String> = statement
            .query_row(params![row.place, version], |row| row.get(0))
            .optional()?;
        content
            .map(|content| serde_json::from_str(&content).map_err(|_| StorageError::Content("resource")))
            .transpose()
    }

    /// An id nobody can guess.
    pub(super) fn new_id(&self) -> Result<String, StorageError> {
        Ok(self
            .0
            .query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?)
    }

    /// Stores the first version of a resource.
    pub(super) fn insert(&self, new: &NewRow<'_>, content: &Value) -> Result<(), StorageError> {
        let number = new.number.map(PrescriptionNumber::as_str);
        self.0
            .prepare_cached(
                "INSERT INTO resource (type, id, version, status, number, patient, line) \
                 VALUES (?, ?, 1, ?, ?, ?, ?)",
            )?
            .execute(params![
                new.kind.name(),
                new.id,
                content["status"].as_str(),
                number,
                new.patient,
                new.line
            ])?;
        let place = self.0.last_insert_rowid();
        self.keep(place, 1, content)?;
        for identifier in new.identifiers {
            let (Some(system), Some(value)) = (&identifier.system, &identifier.value) else {
                continue;
            };
            self.0
                .prepare_cached(
                    "INSERT OR IGNORE INTO identifier (value, system, resource) VALUES (?, ?, ?)",
                )?
                .execute(params![value, system, place])?;
        }
        Ok(())
    }

    /// Stores the next version of a resource.
    pub(super) fn update(&self, row: &Row, content: &Value) -> Result<(), StorageError> {
        let version = row.version.saturating_add(1);
        self.0
            .prepare_cached("UPDATE resource SET version = ?, status = ? WHERE place = ?")?
            .execute(params![version, content["status"].as_str(), row.place])?;
        self.keep(row.place, version, content)
    }

    fn keep(&self, place: i64, version: u32, content: &Value) -> Result<(), StorageError> {
        self.0
            .prepare_cached("INSERT INTO version (resource, version, content) VALUES (?, ?, ?)")?
            .execute(params![place, version, content.to_string()])?;
        Ok(())
    }

    /// The prescriptions written for a scenario, newest first: number, seed and day of writing.
    pub(super) fn of_scenario(&self, name: &str) -> Result<Vec<[String; 3]>, StorageError> {
        let mut statement = self.0.prepare_cached(
            "SELECT scenario.number, seed, written_on FROM scenario \
             LEFT JOIN resource ON resource.number = scenario.number AND type = 'Task' \
             WHERE name = ? ORDER BY place DESC",
        )?;
        let rows = statement.query_map([name], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Remembers what a scenario's prescription was written from.
    pub(super) fn remember_scenario(
        &self,
        name: &str,
        [number, seed, written_on]: [&str; 3],
    ) -> Result<(), StorageError> {
        self.0.execute(
            "INSERT INTO scenario (name, number, seed, written_on) VALUES (?, ?, ?, ?)",
            [name, number, seed, written_on],
        )?;
        Ok(())
    }
}

/// The search in SQL, and the values for its question marks.
fn question(kind: ResourceType, filters: &[Filter]) -> (String, Vec<String>) {
    let by_identifier = filters
        .iter()
        .any(|filter| matches!(filter, Filter::Identifier(_)));
    // SQLite would read every resource of the type rather than the few that the identifier names:
    // the plus keeps it from using the index on the type.
    let type_column = if by_identifier { "+type" } else { "type" };
    let mut sql = format!("SELECT {COLUMNS} FROM resource WHERE {type_column} = ?");
    let mut values = vec![kind.name().to_owned()];
    for filter in filters {
        sql.push_str(" AND ");
        sql.push_str(&filter.compile(&mut values));
    }
    sql.push_str(" ORDER BY place");
    (sql, values)
}

impl Filter {
    /// The condition, with a question mark for each value that it adds.
    fn compile(&self, values: &mut Vec<String>) -> String {
        let mut among = |column: &str, alternatives: &[String]| {
            values.extend_from_slice(alternatives);
            format!("{column} IN ({})", vec!["?"; alternatives.len()].join(", "))
        };
        match self {
            Self::Number(numbers) => among("number", numbers),
            Self::Patient(ids) => among("patient", ids),
            Self::Line(lines) => among("line", lines),
            Self::Status(statuses) => among("status", statuses),
            Self::Id(ids) => among("id", ids),
            Self::Task(ids) => {
                let same_task = among("task.id", ids);
                format!(
                    "number IN (SELECT number FROM resource AS task WHERE task.type = 'Task' AND {same_task})"
                )
            }
            Self::Identifier(tokens) => {
                let mut named = |(system, value): &(Option<String>, String)| {
                    values.push(value.clone());
                    values.extend(system.clone());
                    if system.is_some() {
                        "(value = ? AND system = ?)"
                    } else {
                        "value = ?"
                    }
                };
                let conditions: Vec<&str> = tokens.iter().map(&mut named).collect();
                let any = conditions.join(" OR ");
                format!("place IN (SELECT resource FROM identifier WHERE {any})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_openings_of_one_new_file_at_once_make_one_base() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.sqlite");
        let openings: Vec<_> = (0..8)
            .map(|_| {
                let path = path.clone();
                std::thread::spawn(move || *TrainingBase::open(&path).unwrap().key())
            })
            .collect();
        let keys: Vec<[u8; 64]> = openings
            .into_iter()
            .map(|opening| opening.join().unwrap())
            .collect();
        assert!(keys.iter().all(|key| *key == keys[0]), "one file has one key");
    }

    #[test]
    fn a_file_of_another_format_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.sqlite");
        drop(TrainingBase::open(&path).unwrap());
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert!(matches!(TrainingBase::open(&path), Err(StorageError::Format(99))));
    }

    #[test]
    fn no_search_reads_more_when_the_base_holds_more() {
        let base = TrainingBase::in_memory().unwrap();
        let one = || vec![String::from("x")];
        let connection = base.connection.lock().unwrap();
        for filter in [
            Filter::Number(one()),
            Filter::Identifier(vec![(None, "x".into()), (Some("y".into()), "x".into())]),
            Filter::Patient(one()),
            Filter::Line(one()),
            Filter::Task(one()),
            Filter::Id(one()),
        ] {
            let filters = [filter, Filter::Status(one())];
            let (sql, values) = question(ResourceType::MedicationRequest, &filters);
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan
                .query_map(params_from_iter(values), |row| row.get::<_, String>(3))
                .unwrap();
            for step in steps.map(Result::unwrap) {
                let reads_everything = step.contains("SCAN") || step.contains("(type=?)");
                assert!(!reads_everything, "{filters:?}: {step}");
            }
        }
    }

    #[test]
    fn a_base_that_another_process_keeps_busy_says_so_and_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.sqlite");
        let base = TrainingBase::open(&path).unwrap();
        base.connection
            .lock()
            .unwrap()
            .busy_timeout(Duration::ZERO)
            .unwrap();
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let remember = || base.write(|storage| Ok(storage.remember_scenario("x", ["1", "2", "3"])?));
        assert!(matches!(remember(), Err(Halt::Broken(StorageError::Sqlite(_)))));
        let read = base.read(|storage| Ok(storage.of_scenario("x")?));
        assert!(
            read.is_ok_and(|found| found.is_empty()),
            "reading goes on meanwhile"
        );
        other.execute_batch("ROLLBACK").unwrap();
        assert!(remember().is_ok());
    }
}
