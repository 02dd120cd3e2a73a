//! Files that survive a power cut: written whole under another name, synchronised, then given their name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// That file's name with more behind it: `a.key` becomes `a.key.next`.
pub(super) fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(more);
    path.with_file_name(name)
}

/// Where a file is while it is written.
pub(super) fn draft(path: &Path) -> PathBuf {
    beside(path, ".draft")
}

/// Writes the file, readable by its owner only. Under its name it is there whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = draft(path);
    let mut file = create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&draft, path)
}

/// A new empty file, readable by its owner only. What stood under that name was never finished, and goes.
pub(super) fn create(path: &Path) -> io::Result<File> {
    // A new file, for its rights are set only when it is made.
    remove(path)?;
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        file.mode(0o600);
    }
    file.open(path)
}

/// A copy of the file's bytes, synchronised, readable by its owner only.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut read = File::open(from)?;
    let mut file = create(to)?;
    io::copy(&mut read, &mut file)?;
    file.sync_all()
}

/// Gives a synchronised file its name, in one step and for good.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    synchronise_folder(to)
}

/// Removes the file; that it is not there is as good.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// What the file holds must survive a power cut.
pub(super) fn synchronise(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// The names in a file's folder must survive a power cut.
pub(super) fn synchronise_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Overwrites what the file holds, then removes it. A disk that keeps old blocks may still have them: only the
/// encryption of the whole disk answers for that.
pub(super) fn erase(path: &Path) -> io::Result<()> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let zeros = [0_u8; 4096];
    let mut left = file.metadata()?.len();
    while left > 0 {
        let now = usize::try_from(left).unwrap_or(zeros.len()).min(zeros.len());
        file.write_all(&zeros[..now])?;
        left -= now as u64;
    }
    file.sync_all()?;
    remove(path)?;
    synchronise_folder(path)
}
