//! Opens the database file: refuses what is not ours, makes what is missing, asserts every setting.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, OptionalExtension as _};

use crate::store::error::StoreError;
use crate::store::key::StoreKey;
use crate::store::{durable, migrations};

/// "cptr": marks a file as a store of this program.
pub(super) const APPLICATION_ID: u32 = 0x6370_7472;

/// The first SQLite without the WAL-reset bug (sqlite.org/wal.html), as `sqlite3_libversion_number` says it.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// How long a write waits for another process's.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How often the switch of the journal is tried.
const JOURNAL_TRIES: u32 = 200;

/// The settings that durability and integrity rest on, each with the value it must read back as.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("synchronous", "FULL", "2"),
    ("foreign_keys", "ON", "1"),
    ("trusted_schema", "OFF", "0"),
    ("cell_size_check", "ON", "1"),
    ("secure_delete", "ON", "1"),
    // What is sorted or set aside stays in memory: a temporary file would not be encrypted.
    ("temp_store", "MEMORY", "2"),
];

/// What `SQLCipher` encrypts at once, in bytes.
const PAGE: u64 = 4096;

/// What the encryption must read back as. A `SQLCipher` with other defaults would not open what this one wrote: the change
/// is to be made on purpose. `cipher_memory_security` stays off, its default: it wipes SQLite's memory at a fifth of
/// the speed, while the same texts stand in ours; the program's memory is kept from dumps and debuggers instead.
const CIPHER: &[(&str, &str)] = &[
    ("cipher_status", "1"),
    ("cipher_page_size", "4096"),
    ("cipher_use_hmac", "1"),
    ("cipher_hmac_algorithm", "HMAC_SHA512"),
];

/// What stands where a store is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// No file, or an empty one.
    Nothing,
    /// A store that the key opens.
    Ours,
    /// A store that an earlier version wrote, readable without a key.
    Plain,
    /// What the key does not open: encrypted with another one, damaged, or no store at all.
    Locked,
}

/// Opens the store at that path with its key, and makes it when there is none.
pub(super) fn open(path: &Path, key: &StoreKey) -> Result<Connection, StoreError> {
    assert_sqlite_is_recent()?;
    make_place(path).map_err(|source| StoreError::place(path, source))?;
    match look(path, Some(key))? {
        Found::Nothing | Found::Ours => {}
        Found::Plain | Found::Locked => {
            return Err(StoreError::KeyDoesNotOpen {
                path: path.to_owned(),
                number: key.number(),
            });
        }
    }
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, Some(key))?;
    if connection.is_readonly(MAIN_DB)? {
        return Err(StoreError::ReadOnly);
    }
    assert_encrypted(&connection)?;
    switch_journal(&connection, "wal")?;
    set_up(&mut connection)?;
    Ok(connection)
}

/// Opens a finished copy, which nothing writes any more. It leaves no file beside it.
pub(super) fn open_to_read(path: &Path, key: &StoreKey) -> Result<Connection, StoreError> {
    if look(path, Some(key))? != Found::Ours {
        return Err(StoreError::KeyDoesNotOpen {
            path: path.to_owned(),
            number: key.number(),
        });
    }
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, Some(key))?;
    assert_encrypted(&connection)?;
    assert_settings(&connection)?;
    Ok(connection)
}

/// Opens a store beside others, to copy it: without the schema's defences, which an export has to pass.
pub(super) fn open_to_copy(path: &Path, key: &StoreKey) -> Result<Connection, StoreError> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, Some(key))
}

/// Opens a store that nobody else may have open, its log merged into its file: then the file is all of it.
pub(super) fn open_alone(path: &Path, key: Option<&StoreKey>) -> Result<Connection, StoreError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
    // SQLite refuses this while another connection is there, of whatever version of this program.
    match switch_journal(&connection, "delete") {
        Err(StoreError::Busy(_) | StoreError::Setting { .. }) => return Err(StoreError::InUse),
        other => other?,
    }
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags, key: Option<&StoreKey>) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags(access))?;
    // It would write its own words on the terminal.
    connection.pragma_update_and_check(None, "cipher_log_level", "NONE", |_| Ok(()))?;
    if let Some(key) = key {
        key.unlock(&connection)?;
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Without its codec, SQLite would take the key, say nothing, and write in plain.
fn assert_encrypted(connection: &Connection) -> Result<(), StoreError> {
    for (name, expected) in CIPHER {
        let found: Option<String> = connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
            .optional()?;
        assert_setting(name, expected, found.unwrap_or_default())?;
    }
    Ok(())
}

/// The same error with the system's own reason, where SQLite keeps it to itself.
///
/// A disk that is full shows as a file that does not open, or as one that does not grow: the system says so when a
/// file is made beside it.
pub(super) fn explained(error: StoreError, path: &Path) -> StoreError {
    match error {
        StoreError::NotOpened(_) | StoreError::Disk(_) | StoreError::ReadOnly => {
            why_not_written(path).unwrap_or(error)
        }
        error => error,
    }
}

fn why_not_written(path: &Path) -> Option<StoreError> {
    let tried = durable::beside(path, "-try");
    let source = fs::write(&tried, [0; 4096])
        .and_then(|()| fs::remove_file(&tried))
        .err()?;
    Some(StoreError::place(path, source))
}

/// A store that anybody can read: for a test of what its bytes hold.
#[cfg(test)]
pub(super) fn open_plain(path: &Path) -> Result<Connection, StoreError> {
    make_place(path).map_err(|source| StoreError::place(path, source))?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, None)?;
    switch_journal(&connection, "wal")?;
    set_up(&mut connection)?;
    Ok(connection)
}

/// A store that ends with the process: for tests, and for training sessions that keep nothing.
pub(super) fn open_in_memory() -> Result<Connection, StoreError> {
    assert_sqlite_is_recent()?;
    let mut connection = Connection::open_in_memory()?;
    set_up(&mut connection)?;
    Ok(connection)
}

fn flags(access: OpenFlags) -> OpenFlags {
    // The store's own mutex makes SQLite's needless; a path is a path, never a URI with options.
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn assert_sqlite_is_recent() -> Result<(), StoreError> {
    if rusqlite::version_number() < SQLITE_VERSION_MIN {
        return Err(StoreError::OldSqlite {
            found: rusqlite::version(),
        });
    }
    Ok(())
}

/// Makes the folder, for its owner only, so that no power cut takes it away again.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .collect();
    let Some(parent) = missing.first() else {
        return Ok(());
    };
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(parent)?;
    missing
        .iter()
        .try_for_each(|made| durable::synchronise_folder(made))
}

/// Makes the folder and the file, readable by their owner only: SQLite gives its other files the same rights.
fn make_place(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    make_folder(path)?;
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.open(path) {
        // A power cut must not take away a file in which something was recorded.
        Ok(_) => durable::synchronise_folder(path),
        // Another process made it in between.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// What stands there, seen through a connection that cannot write, so that a refused file stays as it is.
///
/// Never through a plain file: closing one drops the locks that SQLite holds on the same file in this process.
pub(super) fn look(path: &Path, key: Option<&StoreKey>) -> Result<Found, StoreError> {
    let size = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(StoreError::place(path, error)),
        Ok(known) => known.len(),
    };
    if size == 0 {
        return Ok(Found::Nothing);
    }
    if let Some(key) = key
        && is_ours(path, Some(key))?
    {
        return Ok(Found::Ours);
    }
    if is_ours(path, None)? {
        return Ok(Found::Plain);
    }
    // An encrypted store is random bytes to whoever has not its key, but never less than a page of them.
    if size < PAGE {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
        });
    }
    Ok(Found::Locked)
}

/// Whether it opens so. What opens and is not a store of this version is an error.
fn is_ours(path: &Path, key: Option<&StoreKey>) -> Result<bool, StoreError> {
    let look = |access| -> Result<(i64, i64, i64), StoreError> {
        let connection = connect(path, access, key)?;
        // One transaction: another process may be making the store between two reads.
        let seen = connection.unchecked_transaction()?;
        Ok((
            seen.pragma_query_value(None, "application_id", |row| row.get(0))?,
            seen.pragma_query_value(None, "user_version", |row| row.get(0))?,
            seen.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
        ))
    };
    let seen = match look(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        // A program was killed while it wrote: what is half written is taken back first, as any reader would.
        Err(StoreError::ReadOnly) => look(OpenFlags::SQLITE_OPEN_READ_WRITE),
        seen => seen,
    };
    let (application, version, tables) = match seen {
        Ok(seen) => seen,
        Err(StoreError::Damaged(error)) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let is_new = (application, version, tables) == (0, 0, 0);
    if !is_new && application != i64::from(APPLICATION_ID) {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
        });
    }
    let known = migrations::newest();
    if version > i64::from(known) {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: u32::try_from(version).unwrap_or(u32::MAX),
            known,
        });
    }
    Ok(true)
}

/// SQLite does not wait here while another process creates the same file.
fn switch_journal(connection: &Connection, wanted: &'static str) -> Result<(), StoreError> {
    let switch = || connection.pragma_update_and_check(None, "journal_mode", wanted, |row| row.get(0));
    let mut mode: rusqlite::Result<String> = switch();
    for _ in 0..JOURNAL_TRIES {
        let busy = mode
            .as_ref()
            .is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
        if !busy {
            break;
        }
        thread::sleep(Duration::from_millis(10));
        mode = switch();
    }
    assert_setting("journal_mode", wanted, mode?)
}

fn assert_settings(connection: &Connection) -> Result<(), StoreError> {
    for (name, value, expected) in SETTINGS {
        connection.pragma_update(None, name, value)?;
        let found: i64 = connection.pragma_query_value(None, name, |row| row.get(0))?;
        assert_setting(name, expected, found.to_string())?;
    }
    Ok(())
}

fn set_up(connection: &mut Connection) -> Result<(), StoreError> {
    assert_settings(connection)?;
    // Not even this program can write to the schema or to SQLite's own tables from here on.
    let is_defensive = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    assert_setting("defensive", "true", is_defensive.to_string())?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != i64::from(APPLICATION_ID) {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    migrations::apply(connection)
}

fn assert_setting(name: &'static str, expected: &str, found: String) -> Result<(), StoreError> {
    if found == expected {
        Ok(())
    } else {
        Err(StoreError::Setting { name, found })
    }
}
