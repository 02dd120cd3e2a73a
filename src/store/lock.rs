//! Who uses the store: everyone together, or one alone who replaces its file.
//!
//! SQLite's own locks are on the file itself. Whoever waits for them while the file is replaced would write into the
//! old one, which nobody reads any more: so these locks are on a file of their own, which is never replaced.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Held as long as the store is used; the system lets go of it when the program ends, however it ends.
#[derive(Debug)]
pub(super) struct StoreLock {
    _file: File,
}

/// Uses the store beside others. `None` while another replaces it.
pub(super) fn shared(store: &Path) -> io::Result<Option<StoreLock>> {
    let file = open(store)?;
    held(file.try_lock_shared(), file)
}

/// Replaces the store. `None` while anyone uses it.
pub(super) fn alone(store: &Path) -> io::Result<Option<StoreLock>> {
    let file = open(store)?;
    held(file.try_lock(), file)
}

fn held(attempt: Result<(), TryLockError>, file: File) -> io::Result<Option<StoreLock>> {
    match attempt {
        Ok(()) => Ok(Some(StoreLock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn path(store: &Path) -> PathBuf {
    store.with_extension("lock")
}

fn open(store: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new();
    file.create(true).write(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        file.mode(0o600);
    }
    file.open(path(store))
}
