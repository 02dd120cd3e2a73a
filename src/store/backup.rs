//! The second support (CSP art. R. 5132-9): a whole, encrypted and verified copy of the store, made while it is used.

use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::key::StoreKeyNumber;
use super::{Store, StoreError, Verification, connection, copy, durable, milliseconds, moment};

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The key that opens it.
    pub key: StoreKeyNumber,
    /// What the register's verification says of the copy. One that does not hold is kept all the same.
    pub register: Verification,
    /// Earlier backups of this key that were removed, because enough are kept.
    pub removed: Vec<PathBuf>,
    /// It is on the same disk as the store, and would be lost with it.
    pub is_on_same_disk: bool,
}

/// The last backup of this store, as it remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastBackup {
    /// When it was made.
    pub made_at: Timestamp,
    /// The file it was then.
    pub place: PathBuf,
    /// How many register entries it holds.
    pub entries: u32,
}

/// What the names of backups begin and end with.
const PREFIX: &str = "comptoir-";
const SUFFIX: &str = ".backup";

impl Store {
    /// Which key opens this store. A store in memory has none.
    pub fn key_number(&self) -> Option<StoreKeyNumber> {
        self.home.as_ref().map(|home| home.key.number())
    }

    /// Writes a backup into that folder, under the store's own key, verifies it, and removes earlier ones beyond those
    /// to keep. The folder is never made: an absent one is a support that is unplugged.
    pub fn back_up(
        &self,
        folder: &Path,
        keep: Option<NonZeroU32>,
        now: Timestamp,
    ) -> Result<Backup, StoreError> {
        let home = self.home.as_ref().ok_or(StoreError::InMemory)?;
        if !folder.is_dir() {
            return Err(StoreError::SupportMissing {
                path: folder.to_owned(),
            });
        }
        let key = home.key.number();
        let path = folder.join(name(now, key));
        let draft = durable::draft(&path);
        // A connection of its own: the terminal goes on recording meanwhile.
        let source = connection::open_to_copy(&home.path, &home.key)?;
        let made = copy::make(&source, &draft, &home.key)
            .and_then(|()| {
                Self::over(connection::open_to_read(&draft, &home.key)?).verify_closed_register(now, &[])
            })
            .and_then(|register| {
                durable::rename(&draft, &path).map_err(|error| StoreError::place(&path, error))?;
                Ok(register)
            });
        if made.is_err() {
            drop(durable::remove(&draft));
        }
        let register = made?;
        let place = |error| StoreError::place(&path, error);
        self.note_backup(now, &path, register.entries)?;
        Ok(Backup {
            bytes: fs::metadata(&path).map_err(place)?.len(),
            key,
            // Good backups never make room for one of a register that does not hold.
            removed: match (keep, register.first_bad) {
                (Some(keep), None) => remove_oldest(folder, key, &path, keep).map_err(place)?,
                _ => Vec::new(),
            },
            register,
            is_on_same_disk: is_on_same_disk(&home.path, &path),
            path,
        })
    }

    /// The last backup that was made of this store and verified.
    pub fn last_backup(&self) -> Result<Option<LastBackup>, StoreError> {
        self.read(|transaction| {
            let last: Option<(i64, String, u32)> = transaction
                .prepare_cached("SELECT made_at, place, entries FROM backup ORDER BY sequence DESC LIMIT 1")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            last.map(|(made_at, place, entries)| {
                Ok(LastBackup {
                    made_at: moment(made_at)?,
                    place: place.into(),
                    entries,
                })
            })
            .transpose()
        })
    }

    /// Reads every page of the file. One flipped bit anywhere is an error: each page carries its own proof.
    pub fn verify_pages(&self) -> Result<(), StoreError> {
        // As a writer: the proofs are read beside SQLite, from pages that no other may be merging the log into.
        self.write(|transaction| copy::whole(transaction))
    }

    fn note_backup(&self, now: Timestamp, path: &Path, entries: u32) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT INTO backup (made_at, place, entries) VALUES (?1, ?2, ?3)")?
                .execute(params![milliseconds(now), path.display().to_string(), entries])?;
            Ok(())
        })
    }
}

/// Dated, in the order of time, with the key that opens it. Milliseconds: two programs may back up at once.
fn name(now: Timestamp, key: StoreKeyNumber) -> String {
    format!("{PREFIX}{}-{key}{SUFFIX}", now.strftime("%Y%m%dT%H%M%S.%3fZ"))
}

/// Only those of this key: another counter may keep its own in the same folder, and those of an earlier key are not
/// replaced by these.
fn remove_oldest(
    folder: &Path,
    key: StoreKeyNumber,
    newest: &Path,
    keep: NonZeroU32,
) -> io::Result<Vec<PathBuf>> {
    let ours = format!("-{key}{SUFFIX}");
    let mut earlier = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_ours = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(&ours));
        if is_ours && path != newest {
            earlier.push(path);
        }
    }
    earlier.sort();
    let others = usize::try_from(keep.get() - 1).unwrap_or(usize::MAX);
    earlier.truncate(earlier.len().saturating_sub(others));
    for path in &earlier {
        durable::remove(path)?;
    }
    Ok(earlier)
}

#[cfg(unix)]
fn is_on_same_disk(store: &Path, backup: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let disk = |path| fs::metadata(path).map(|known| known.dev());
    matches!((disk(store), disk(backup)), (Ok(here), Ok(there)) if here == there)
}

#[cfg(not(unix))]
fn is_on_same_disk(_store: &Path, _backup: &Path) -> bool {
    false
}
