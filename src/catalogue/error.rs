//! What can go wrong with the medicines database. None of it ever harms the catalogue that was there before.

use std::io;
use std::path::PathBuf;

use crate::catalogue::OfficialFile;
use crate::domain::identifiers::InvalidIdentifier;

/// The catalogue cannot be read, or cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A line of an official file is not what it should be.
    #[error("{file}, line {line}")]
    Line {
        /// The file's name.
        file: &'static str,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: BadLine,
    },
    /// A file that the catalogue cannot do without.
    #[error("{} is not there", .0.name())]
    Missing(OfficialFile),
    /// A file without any row.
    #[error("{} holds no row", .0.name())]
    Empty(OfficialFile),
    /// A file larger than any official one.
    #[error("{} is larger than {max} bytes", file.name())]
    TooLarge {
        /// Which file.
        file: OfficialFile,
        /// How large it may be.
        max: usize,
    },
    /// A file that lost more than half of its rows since the last import: it was probably cut short.
    #[error("{} holds {now} rows, {before} in the catalogue in use", file.name())]
    Shrunk {
        /// Which file.
        file: OfficialFile,
        /// Its rows in the catalogue in use.
        before: u32,
        /// Its rows now.
        now: u32,
    },
    /// A file or folder that the system does not let us read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The catalogue's place cannot be written.
    #[error("{} cannot be written", path.display())]
    Place {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another import into the same place is under way.
    #[error("another import is under way")]
    Busy,
    /// The file is no catalogue of this version of the program.
    #[error("{} is no catalogue that this version reads", path.display())]
    NotOurs {
        /// Which one.
        path: PathBuf,
    },
    /// SQLite failed.
    #[error("the catalogue's database failed")]
    Database(#[from] rusqlite::Error),
    /// A stored row does not say what this program wrote.
    #[error("the catalogue is damaged: {0} cannot be read")]
    Damaged(&'static str),
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// Another count of columns.
    #[error("{expected} columns expected, {found} found")]
    Columns {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A code that is not one.
    #[error("a code is wrong")]
    Code(#[source] InvalidIdentifier),
    /// The CIP7 is not part of the CIP13.
    #[error("the CIP7 does not belong to the CIP13")]
    Cip7,
    /// A code that must stand once stands twice.
    #[error("this code stands twice")]
    Twice,
    /// A value that its column cannot hold.
    #[error("column {column}: {value:?} is not {expected}")]
    Value {
        /// The column's number, from 1.
        column: usize,
        /// What it should be.
        expected: &'static str,
        /// What is there, cut.
        value: String,
    },
    /// A byte that stands for no character, neither in UTF-8 nor in Windows-1252.
    #[error("the byte {0:#04x} stands for no character")]
    Byte(u8),
}
