//! What can go wrong with the store. No text in here ever holds what a row says.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::key::{NotAStoreKey, StoreKeyNumber};
use crate::domain::breakdown::Breakdown;

/// The store is broken, or cannot be used now. What the rules say is never one of these.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or the file could not be made.
    #[error("the store cannot be made at {}", path.display())]
    Place {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is a database of another program, or no database at all. It was not touched.
    #[error("{} is not a store of comptoir", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer version of this program. It was not touched.
    #[error("{} has schema {found}, this version knows {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest schema this program knows.
        known: u32,
    },
    /// The store is encrypted, and its key is not where it was. Another key would open nothing; none was made.
    #[error("the key of {} is not in {place}", path.display())]
    KeyMissing {
        /// The store.
        path: PathBuf,
        /// Where the key was looked for.
        place: String,
    },
    /// The key does not open the file, which was not touched.
    #[error("the key {number} does not open {}", path.display())]
    KeyDoesNotOpen {
        /// The store.
        path: PathBuf,
        /// The key that was tried.
        number: StoreKeyNumber,
    },
    /// Others may read the file of the key.
    #[error("others than its owner may read {} (mode {mode:o})", path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its rights.
        mode: u32,
    },
    /// The file of the key belongs to another person.
    #[error("{} belongs to another person", path.display())]
    KeyOfAnother {
        /// The file.
        path: PathBuf,
    },
    /// What stands where the key should is none.
    #[error("the key in {place} is damaged")]
    KeyGarbled {
        /// Where.
        place: String,
        /// What is wrong with it.
        #[source]
        source: NotAStoreKey,
    },
    /// The system's keyring does not give the key.
    #[error("the system's keyring cannot be used: {why}")]
    Keyring {
        /// Why.
        why: &'static str,
    },
    /// The folder of the backups is not there.
    #[error("{} is not a folder that is there", path.display())]
    SupportMissing {
        /// The folder.
        path: PathBuf,
    },
    /// A store in memory ends with the program, and has no copy.
    #[error("the store is in memory only")]
    InMemory,
    /// The file is to be replaced, and another program of this counter has it open.
    #[error("another program of this counter has the store open")]
    InUse,
    /// SQLite before 3.51.3 can lose committed writes when two connections write (the WAL-reset bug).
    #[error("SQLite {found} is older than 3.51.3, which can lose what was recorded")]
    OldSqlite {
        /// The version linked.
        found: &'static str,
    },
    /// A setting that durability or integrity rests on did not hold.
    #[error("the store's setting {name} is {found}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What it is instead.
        found: String,
    },
    /// No room is left. Nothing of the attempt was recorded.
    #[error("the disk is full")]
    Full(#[source] rusqlite::Error),
    /// No room is left for a file beside the store. What stood there still stands.
    #[error("the disk is full")]
    NoRoom(#[source] io::Error),
    /// The file, or its folder, may not be written.
    #[error("the store is read-only")]
    ReadOnly,
    /// Another process has been writing for longer than this one waits.
    #[error("another program keeps the store busy")]
    Busy(#[source] rusqlite::Error),
    /// The system does not let the file be opened.
    #[error("the store cannot be opened")]
    NotOpened(#[source] rusqlite::Error),
    /// The disk reported a failure: whether the last attempt was recorded must be read again.
    #[error("the disk failed")]
    Disk(#[source] rusqlite::Error),
    /// The file does not hold together as a database.
    #[error("the store is damaged")]
    Damaged(#[source] rusqlite::Error),
    /// A row does not say what this program wrote. Its text is left out: it may name a patient.
    #[error("the store is damaged: {0} cannot be read")]
    Unreadable(&'static str),
    /// The system gave no random bytes, without which nothing is committed to.
    #[error("the system gives no random bytes")]
    Random(#[source] io::Error),
    /// What is exported could not be written out.
    #[error("the export cannot be written")]
    Export(#[source] io::Error),
    /// Anything else the database said.
    #[error("the store failed")]
    Database(#[source] rusqlite::Error),
}

impl StoreError {
    /// Something about a file or its folder went wrong.
    pub(super) fn place(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom(source),
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Place {
                path: path.to_owned(),
                source,
            },
        }
    }

    /// What it is for the person at the counter.
    pub fn breakdown(&self) -> Breakdown {
        match self {
            Self::Place { source, .. } | Self::Export(source) | Self::NoRoom(source) => {
                Breakdown::of_system(source.kind())
            }
            Self::Foreign { .. } => Breakdown::Foreign,
            Self::Newer { .. } => Breakdown::Newer,
            Self::KeyMissing { .. } => Breakdown::KeyMissing,
            Self::KeyDoesNotOpen { .. } | Self::KeyGarbled { .. } => Breakdown::KeyWrong,
            Self::KeyExposed { .. } => Breakdown::KeyExposed,
            Self::KeyOfAnother { .. } | Self::NotOpened(_) => Breakdown::NotAllowed,
            Self::Full(_) => Breakdown::DiskFull,
            Self::ReadOnly => Breakdown::ReadOnly,
            Self::Busy(_) | Self::InUse => Breakdown::Busy,
            Self::Disk(_) => Breakdown::Disk,
            Self::Damaged(_) | Self::Unreadable(_) => Breakdown::Damaged,
            Self::Keyring { .. }
            | Self::SupportMissing { .. }
            | Self::InMemory
            | Self::OldSqlite { .. }
            | Self::Setting { .. }
            | Self::Random(_)
            | Self::Database(_) => Breakdown::Other,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error),
            Some(ErrorCode::CannotOpen) => Self::NotOpened(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error),
            _ => Self::Database(error),
        }
    }
}
