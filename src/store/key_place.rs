//! Where the key of the store is kept: a file that only its owner may read, or the system's keyring.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::key::StoreKey;
use super::{StoreError, durable, keyring};

/// Where the key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// A file, in the form that is also printed.
    File(PathBuf),
    /// The system's keyring, under that name.
    Keyring(String),
}

/// Which of the keys that may be there at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The one that opens the store.
    Current,
    /// The one that opens it once its file has been replaced: there only while it is being replaced, or was to be.
    Next,
}

impl KeyPlace {
    /// The key that opens the store, if there is one.
    pub fn key(&self) -> Result<Option<StoreKey>, StoreError> {
        self.read(Slot::Current)
    }

    /// Where it is, as a person is told.
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Keyring(name) => format!("trousseau du système ({name})"),
        }
    }

    pub(super) fn read(&self, slot: Slot) -> Result<Option<StoreKey>, StoreError> {
        let text = match self {
            Self::File(path) => read_file(&in_file(path, slot))?,
            Self::Keyring(name) => keyring::read(&in_keyring(name, slot))?,
        };
        text.map(|text| StoreKey::read(&text))
            .transpose()
            .map_err(|source| StoreError::KeyGarbled {
                place: self.shown(),
                source,
            })
    }

    /// Keeps a key, so that it survives a power cut before anything is encrypted with it.
    pub(super) fn write(&self, slot: Slot, key: &StoreKey) -> Result<(), StoreError> {
        match self {
            Self::File(path) => {
                let path = in_file(path, slot);
                let mut text = key.text();
                text.push('\n');
                durable::write(&path, text.as_bytes()).map_err(|error| StoreError::place(&path, error))
            }
            Self::Keyring(name) => keyring::write(&in_keyring(name, slot), &key.text()),
        }
    }

    /// Whether a program that was replacing the store, or was about to, ended in the middle of it.
    pub(super) fn is_interrupted(&self) -> Result<bool, StoreError> {
        let has_draft = match self {
            Self::File(path) => durable::draft(&in_file(path, Slot::Next)).exists(),
            Self::Keyring(_) => false,
        };
        Ok(has_draft || self.read(Slot::Next)?.is_some())
    }

    /// Forgets the next key: the store was not replaced.
    pub(super) fn forget_next(&self) -> Result<(), StoreError> {
        match self {
            Self::File(path) => {
                let path = in_file(path, Slot::Next);
                durable::remove(&durable::draft(&path))
                    .and_then(|()| durable::remove(&path))
                    .map_err(|error| StoreError::place(&path, error))
            }
            Self::Keyring(name) => keyring::remove(&in_keyring(name, Slot::Next)),
        }
    }

    /// The next key becomes the key: the store was replaced.
    pub(super) fn promote_next(&self, next: &StoreKey) -> Result<(), StoreError> {
        match self {
            Self::File(path) => durable::rename(&in_file(path, Slot::Next), path)
                .map_err(|error| StoreError::place(path, error)),
            Self::Keyring(_) => {
                self.write(Slot::Current, next)?;
                self.forget_next()
            }
        }
    }
}

fn in_file(path: &Path, slot: Slot) -> PathBuf {
    match slot {
        Slot::Current => path.to_owned(),
        Slot::Next => durable::beside(path, ".next"),
    }
}

fn in_keyring(name: &str, slot: Slot) -> String {
    match slot {
        Slot::Current => name.to_owned(),
        Slot::Next => format!("{name} (next)"),
    }
}

fn read_file(path: &Path) -> Result<Option<Zeroizing<String>>, StoreError> {
    let look = || -> io::Result<Option<Zeroizing<String>>> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // Bytes that are no text are no key either.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Some(Zeroizing::default())),
            Err(error) => Err(error),
        }
    };
    refuse_what_others_read(path)?;
    look().map_err(|error| StoreError::place(path, error))
}

/// A key that others can read protects nothing, and one that another person put there may be known to them.
#[cfg(unix)]
fn refuse_what_others_read(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt;
    let Ok(known) = fs::metadata(path) else {
        return Ok(());
    };
    let mode = known.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(StoreError::KeyExposed {
            path: path.to_owned(),
            mode,
        });
    }
    if known.uid() != rustix::process::geteuid().as_raw() {
        return Err(StoreError::KeyOfAnother {
            path: path.to_owned(),
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_what_others_read(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}
