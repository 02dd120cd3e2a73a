//! The key that signs closures, in a file beside the store that only its owner may read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::StoreError;
use super::register::random_bytes;
use crate::domain::closure::ClosingKey;

/// The key in that file, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<ClosingKey>, StoreError> {
    match fs::read(path) {
        Ok(seed) => {
            let seed = seed
                .try_into()
                .map_err(|_| StoreError::Unreadable("the key of the closures"))?;
            Ok(Some(ClosingKey::from_seed(&seed)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(place(path, error)),
    }
}

/// Makes the key. Written whole under another name first: a power cut must not leave half a key.
pub(super) fn make(path: &Path) -> Result<ClosingKey, StoreError> {
    let seed = random_bytes()?;
    let draft = path.with_extension("new");
    write(&draft, &seed)
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| synchronise_folder(path))
        .map_err(|error| place(path, error))?;
    Ok(ClosingKey::from_seed(&seed))
}

fn write(path: &Path, seed: &[u8; 32]) -> io::Result<()> {
    // A draft that a crash left behind was never used. A new file, for its rights are set only when it is made.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        file.mode(0o600);
    }
    let mut file = file.open(path)?;
    file.write_all(seed)?;
    file.sync_all()
}

/// The new name of that file or folder must survive a power cut, as what is acknowledged on the strength of it does.
pub(super) fn synchronise_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn place(path: &Path, source: io::Error) -> StoreError {
    StoreError::Place {
        path: path.to_owned(),
        source,
    }
}
