//! A folder that somebody names stands for its files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::scan::ReadError;

/// The file itself, or the files of a folder by name: not those of the folders inside it, and not the hidden ones,
/// which are no pictures of anybody's.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, ReadError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| ReadError::NotOpened(error.kind()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && !is_hidden(path))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(ReadError::NothingInFolder);
    }
    Ok(files)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_files_and_anything_else_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        let inside = |name: &str| folder.path().join(name);
        fs::create_dir(inside("sous-dossier")).unwrap();
        fs::write(inside("sous-dossier/c.png"), "").unwrap();
        fs::write(inside(".cache.png"), "").unwrap();
        assert_eq!(files_of(folder.path()), Err(ReadError::NothingInFolder));
        for name in ["b.png", "a.png"] {
            fs::write(inside(name), "").unwrap();
        }
        assert_eq!(
            files_of(folder.path()),
            Ok(vec![inside("a.png"), inside("b.png")])
        );
        for one in [inside("a.png"), inside("absent.png")] {
            assert_eq!(files_of(&one), Ok(vec![one]));
        }
    }
}
