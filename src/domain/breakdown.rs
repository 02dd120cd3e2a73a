//! What can break on this machine, as far as a person can do something about it.

use std::io::ErrorKind;

/// Why something on this machine does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// No room is left on the disk.
    DiskFull,
    /// The disk, the folder or the file may only be read.
    ReadOnly,
    /// The system does not let this program at it.
    NotAllowed,
    /// It is not where it should be.
    Missing,
    /// Another program keeps it busy.
    Busy,
    /// The disk reports a failure.
    Disk,
    /// It does not hold together any more.
    Damaged,
    /// It belongs to another program.
    Foreign,
    /// A newer version of this program wrote it.
    Newer,
    /// It is encrypted, and its key is not where it was.
    KeyMissing,
    /// It is encrypted, and its key does not open it.
    KeyWrong,
    /// Others than its owner may read its key.
    KeyExposed,
    /// Something that only the log can tell.
    Other,
}

impl Breakdown {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::DiskFull,
        Self::ReadOnly,
        Self::NotAllowed,
        Self::Missing,
        Self::Busy,
        Self::Disk,
        Self::Damaged,
        Self::Foreign,
        Self::Newer,
        Self::KeyMissing,
        Self::KeyWrong,
        Self::KeyExposed,
        Self::Other,
    ];

    /// What a failure of the system means.
    pub const fn of_system(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::DiskFull,
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            ErrorKind::PermissionDenied => Self::NotAllowed,
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => Self::Missing,
            ErrorKind::ResourceBusy | ErrorKind::WouldBlock => Self::Busy,
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Self::Damaged,
            _ => Self::Other,
        }
    }

    /// The code that JSON carries.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DiskFull => "disk-full",
            Self::ReadOnly => "read-only",
            Self::NotAllowed => "not-allowed",
            Self::Missing => "missing",
            Self::Busy => "busy",
            Self::Disk => "disk-failed",
            Self::Damaged => "damaged",
            Self::Foreign => "foreign",
            Self::Newer => "newer",
            Self::KeyMissing => "key-missing",
            Self::KeyWrong => "key-wrong",
            Self::KeyExposed => "key-exposed",
            Self::Other => "other",
        }
    }
}
