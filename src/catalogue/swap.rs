//! Builds a catalogue aside and puts it in the place of the old one in one step, or leaves the old one untouched.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

use crate::catalogue::error::CatalogueError;
use crate::catalogue::official::{OfficialFile, SourceFile};
use crate::catalogue::{About, Catalogue, Progress, database, reading};

/// Whether a file may have lost more than half of its rows since the last import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shrinking {
    /// It was probably cut short: refused.
    Refused,
    /// Somebody looked at it, and says it is right.
    Accepted,
}

/// Makes a catalogue of those files at `path`. Whatever goes wrong, and whenever the program ends, the place holds the
/// old catalogue whole, or the new one whole; whoever has the old one open goes on reading it.
pub fn import(
    path: &Path,
    sources: &[SourceFile],
    shrinking: Shrinking,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
) -> Result<About, CatalogueError> {
    make_folder(path)?;
    let _lock = lock(path)?;
    let contents = reading::read(sources, progress)?;
    let about = About::of(&contents, Some(now));
    if shrinking == Shrinking::Refused {
        refuse_shrunk(path, &about)?;
    }
    // What an import that was killed left behind; nobody builds there now, for the lock is ours.
    let aside = path.with_extension("new");
    remove(&aside)?;
    let built = build(&aside, &contents, &about).and_then(|()| swap(&aside, path));
    if built.is_err() {
        // The first failure is the one to tell.
        drop(remove(&aside));
    }
    built.map(|()| about)
}

fn refuse_shrunk(path: &Path, about: &About) -> Result<(), CatalogueError> {
    // A catalogue that cannot be read has nothing to compare with, and is about to be replaced.
    let Ok(Some(old)) = Catalogue::open(path) else {
        return Ok(());
    };
    let rows = |about: &About, file: OfficialFile| {
        let source = about.sources.iter().find(|source| source.file == file);
        source.map_or(0, |source| source.read)
    };
    for file in OfficialFile::ALL.into_iter().filter(|file| file.is_needed()) {
        let (before, now) = (rows(old.about(), file), rows(about, file));
        if now < before / 2 {
            return Err(CatalogueError::Shrunk { file, before, now });
        }
    }
    Ok(())
}

fn build(
    aside: &Path,
    contents: &crate::catalogue::contents::Contents,
    about: &About,
) -> Result<(), CatalogueError> {
    let mut connection = Connection::open(aside)?;
    // Nobody sees this file before it is whole and on the disk: no journal is needed to build it.
    connection.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    database::write(&mut connection, contents, about)?;
    connection.close().map_err(|(_, error)| error.into())
}

fn swap(aside: &Path, path: &Path) -> Result<(), CatalogueError> {
    let place = |source| CatalogueError::Place {
        path: path.to_owned(),
        source,
    };
    let written = OpenOptions::new().write(true).open(aside).map_err(place)?;
    written.sync_all().map_err(place)?;
    fs::rename(aside, path).map_err(place)?;
    sync_folder(path).map_err(place)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    // There, a folder cannot be opened to be synchronised, and the rename does not need it.
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// The folder holds health data beside the catalogue: its owner's alone.
fn make_folder(path: &Path) -> Result<(), CatalogueError> {
    let folder = folder_of(path);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&folder)
        .map_err(|source| CatalogueError::Place { path: folder, source })
}

/// Held until the import ends, however it ends: the system lets it go with the process.
fn lock(path: &Path) -> Result<File, CatalogueError> {
    let path = path.with_extension("lock");
    let place = |source| CatalogueError::Place {
        path: path.clone(),
        source,
    };
    let file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .map_err(place)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(CatalogueError::Busy),
        Err(TryLockError::Error(source)) => Err(place(source)),
    }
}

fn remove(path: &Path) -> Result<(), CatalogueError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(CatalogueError::Place {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}
