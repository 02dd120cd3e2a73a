//! Opens the database file: refuses what is not ours, makes what is missing, asserts every setting.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

use crate::store::error::StoreError;
use crate::store::{closing_key, migrations};

/// "cptr": marks a file as a store of this program.
const APPLICATION_ID: u32 = 0x6370_7472;

/// The first SQLite without the WAL-reset bug (sqlite.org/wal.html), as `sqlite3_libversion_number` says it.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// How long a write waits for another process's.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How often the switch to WAL is tried: SQLite does not wait there while another process creates the same file.
const WAL_TRIES: u32 = 200;

/// The settings that durability and integrity rest on, each with the value it must read back as.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("synchronous", "FULL", "2"),
    ("foreign_keys", "ON", "1"),
    ("trusted_schema", "OFF", "0"),
    ("cell_size_check", "ON", "1"),
    ("secure_delete", "ON", "1"),
];

/// Opens the store at that path, and makes it when there is none.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    assert_sqlite_is_recent()?;
    make_place(path).map_err(|source| StoreError::Place {
        path: path.to_owned(),
        source,
    })?;
    opened(path).map_err(|error| explained(error, path))
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

fn opened(path: &Path) -> Result<Connection, StoreError> {
    refuse_what_is_not_ours(path)?;
    let mut connection = Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
    if connection.is_readonly(MAIN_DB)? {
        return Err(StoreError::ReadOnly);
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    switch_to_wal(&connection)?;
    set_up(&mut connection)?;
    Ok(connection)
}

fn why_not_written(path: &Path) -> Option<StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push("-try");
    let tried = Path::new(&name);
    let source = fs::write(tried, "x")
        .and_then(|()| fs::remove_file(tried))
        .err()?;
    Some(StoreError::Place {
        path: path.to_owned(),
        source,
    })
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

/// Makes the folder and the file, readable by their owner only: SQLite gives its other files the same rights.
fn make_place(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        file.mode(0o600);
    }
    let folders: Vec<&Path> = path
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.exists())
        .collect();
    if let Some(parent) = folders.first() {
        folder.create(parent)?;
    }
    match file.open(path) {
        // A power cut must not take away a folder whose files have already been acknowledged.
        Ok(_) => [path]
            .iter()
            .chain(&folders)
            .try_for_each(|made| closing_key::synchronise_folder(made)),
        // Another process made it in between.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Looks at the file through a connection that cannot write, so that a refused file stays as it is.
///
/// Never through a plain file: closing one drops the locks that SQLite holds on the same file in this process.
fn refuse_what_is_not_ours(path: &Path) -> Result<(), StoreError> {
    let foreign = || StoreError::Foreign {
        path: path.to_owned(),
    };
    let look = |access| -> rusqlite::Result<(i64, i64, i64)> {
        let connection = Connection::open_with_flags(path, flags(access))?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // One transaction: another process may be making the store between two reads.
        let seen = connection.unchecked_transaction()?;
        Ok((
            seen.pragma_query_value(None, "application_id", |row| row.get(0))?,
            seen.pragma_query_value(None, "user_version", |row| row.get(0))?,
            seen.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
        ))
    };
    let seen = match look(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        // The power was cut while the file was made: what was half written is taken back, as any reader would.
        Err(error) if is_left_half_written(&error) => look(OpenFlags::SQLITE_OPEN_READ_WRITE),
        seen => seen,
    };
    let (application, version, tables) = seen.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => foreign(),
        _ => StoreError::from(error),
    })?;
    let is_new = (application, version, tables) == (0, 0, 0);
    if !is_new && application != i64::from(APPLICATION_ID) {
        return Err(foreign());
    }
    let known = migrations::newest();
    if version > i64::from(known) {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: u32::try_from(version).unwrap_or(u32::MAX),
            known,
        });
    }
    Ok(())
}

fn is_left_half_written(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
}

fn switch_to_wal(connection: &Connection) -> Result<(), StoreError> {
    let switch = || connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0));
    let mut mode: rusqlite::Result<String> = switch();
    for _ in 0..WAL_TRIES {
        let busy = mode
            .as_ref()
            .is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
        if !busy {
            break;
        }
        thread::sleep(Duration::from_millis(10));
        mode = switch();
    }
    assert_setting("journal_mode", "wal", mode?)
}

fn set_up(connection: &mut Connection) -> Result<(), StoreError> {
    for (name, value, expected) in SETTINGS {
        connection.pragma_update(None, name, value)?;
        let found: i64 = connection.pragma_query_value(None, name, |row| row.get(0))?;
        assert_setting(name, expected, found.to_string())?;
    }
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
