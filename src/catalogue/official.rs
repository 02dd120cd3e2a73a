//! The official files: their names, which of them are needed, where they are found, how their lines become text.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::catalogue::error::{BadLine, CatalogueError};

/// No official file comes near: the largest is 4 MB.
pub const FILE_SIZE_MAX: usize = 64 * 1024 * 1024;

/// One of the official files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OfficialFile {
    /// The specialities.
    Specialities,
    /// Their presentations.
    Presentations,
    /// Their composition.
    Compositions,
    /// The groups of generics.
    Generics,
    /// The prescribing and dispensing conditions (CPD).
    Conditions,
    /// Shortages and returns.
    Availability,
    /// The medicines of major therapeutic interest.
    MajorInterest,
    /// The hybrid groups.
    HybridGroups,
    /// Their members.
    Hybrids,
}

impl OfficialFile {
    /// Every file, in the order it is read: a speciality before what is said of it.
    pub const ALL: [Self; 9] = [
        Self::Specialities,
        Self::Presentations,
        Self::Compositions,
        Self::Generics,
        Self::Conditions,
        Self::Availability,
        Self::MajorInterest,
        Self::HybridGroups,
        Self::Hybrids,
    ];

    /// Its official name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Specialities => "CIS_bdpm.txt",
            Self::Presentations => "CIS_CIP_bdpm.txt",
            Self::Compositions => "CIS_COMPO_bdpm.txt",
            Self::Generics => "CIS_GENER_bdpm.txt",
            Self::Conditions => "CIS_CPD_bdpm.txt",
            Self::Availability => "CIS_CIP_Dispo_Spec.txt",
            Self::MajorInterest => "CIS_MITM.txt",
            Self::HybridGroups => "fic02grp.txt",
            Self::Hybrids => "fic03spe.txt",
        }
    }

    /// The file with that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.name() == name)
    }

    /// Whether the catalogue can do without it. ANSM publishes the hybrid register apart from the others.
    pub fn is_needed(self) -> bool {
        !matches!(self, Self::HybridGroups | Self::Hybrids)
    }

    /// How many columns its rows have.
    pub(super) fn columns(self) -> usize {
        match self {
            Self::Specialities => 12,
            Self::Presentations => 13,
            Self::Compositions | Self::Availability => 8,
            Self::Generics | Self::Hybrids => 5,
            Self::Conditions => 2,
            Self::MajorInterest | Self::HybridGroups => 4,
        }
    }
}

/// Where the date of a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrigin {
    /// The name of its folder is a date.
    Folder,
    /// The file's own time of last change.
    FileTime,
    /// What the server that sent it said.
    Server,
    /// The embedded subset's own line.
    Embedded,
    /// Nothing gives one.
    Nowhere,
}

impl DateOrigin {
    /// Every origin.
    pub const ALL: [Self; 5] = [
        Self::Folder,
        Self::FileTime,
        Self::Server,
        Self::Embedded,
        Self::Nowhere,
    ];

    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::FileTime => "file-time",
            Self::Server => "server",
            Self::Embedded => "embedded",
            Self::Nowhere => "unknown",
        }
    }
}

/// An official file, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Which one.
    pub file: OfficialFile,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The day it is of.
    pub date: Option<Date>,
    /// Who says so.
    pub date_origin: DateOrigin,
}

/// Reads the official files of a folder; where it has folders named by a date, each file comes from the newest that
/// has it. A needed file that is nowhere is an error.
pub fn from_folder(folder: &Path) -> Result<Vec<SourceFile>, CatalogueError> {
    let mut places = dated_folders(folder)?;
    places.push((None, folder.to_owned()));
    let mut found = Vec::new();
    for file in OfficialFile::ALL {
        let place = places.iter().find_map(|(date, folder)| {
            let path = folder.join(file.name());
            path.is_file().then_some((*date, path))
        });
        match place {
            Some((date, path)) => found.push(read(file, date, &path)?),
            None if file.is_needed() => return Err(CatalogueError::Missing(file)),
            None => {}
        }
    }
    Ok(found)
}

/// Newest first. The folder itself counts when its own name is a date.
fn dated_folders(folder: &Path) -> Result<Vec<(Option<Date>, PathBuf)>, CatalogueError> {
    let unreadable = |source| CatalogueError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut dated = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if let Some(date) = date_of(&path).filter(|_| path.is_dir()) {
            dated.push((Some(date), path));
        }
    }
    dated.sort();
    dated.reverse();
    if let Some(date) = date_of(folder) {
        dated.push((Some(date), folder.to_owned()));
    }
    Ok(dated)
}

fn date_of(folder: &Path) -> Option<Date> {
    folder.file_name()?.to_str()?.parse().ok()
}

fn read(file: OfficialFile, date: Option<Date>, path: &Path) -> Result<SourceFile, CatalogueError> {
    use io::Read;
    let unreadable = |source| CatalogueError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let opened = fs::File::open(path).map_err(unreadable)?;
    let changed = opened.metadata().and_then(|metadata| metadata.modified()).ok();
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_SIZE_MAX).unwrap_or(u64::MAX).saturating_add(1);
    opened.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > FILE_SIZE_MAX {
        return Err(CatalogueError::TooLarge {
            file,
            max: FILE_SIZE_MAX,
        });
    }
    let of_file = || {
        let changed = jiff::Timestamp::try_from(changed?).ok()?;
        Some(changed.to_zoned(jiff::tz::TimeZone::UTC).date())
    };
    let (date, date_origin) = match date {
        Some(date) => (Some(date), DateOrigin::Folder),
        None => match of_file() {
            Some(date) => (Some(date), DateOrigin::FileTime),
            None => (None, DateOrigin::Nowhere),
        },
    };
    Ok(SourceFile {
        file,
        bytes,
        date,
        date_origin,
    })
}

/// A line as text, and whether some of it was Windows-1252.
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: usize,
    /// What it says, without its end.
    pub(super) text: String,
    /// Whether some of its bytes were not UTF-8.
    pub(super) is_recoded: bool,
}

/// The lines of a file. The official files mix UTF-8 and Windows-1252, end lines in three ways, and have no header.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Result<Line, (usize, BadLine)>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(place, line)| {
            let number = place + 1;
            let end = line
                .iter()
                .rposition(|byte| *byte != b'\r')
                .map_or(0, |last| last + 1);
            let mut text = String::with_capacity(end + end / 8);
            let mut is_recoded = false;
            for chunk in line[..end].utf8_chunks() {
                text.push_str(chunk.valid());
                for byte in chunk.invalid() {
                    is_recoded = true;
                    text.push(windows_1252(*byte).ok_or((number, BadLine::Byte(*byte)))?);
                }
            }
            Ok(Line {
                number,
                text,
                is_recoded,
            })
        })
}

/// The character of a Windows-1252 byte; five bytes stand for none. Never Latin-1: 0x92 is the apostrophe ’.
fn windows_1252(byte: u8) -> Option<char> {
    const HIGH: &str = "€\u{0}‚ƒ„…†‡ˆ‰Š‹Œ\u{0}Ž\u{0}\u{0}‘’“”•–—˜™š›œ\u{0}žŸ";
    match byte {
        0x80..=0x9f => HIGH
            .chars()
            .nth(usize::from(byte - 0x80))
            .filter(|character| *character != '\u{0}'),
        _ => Some(char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<(String, bool)> {
        lines(bytes)
            .map(|line| line.unwrap())
            .map(|line| (line.text, line.is_recoded))
            .collect()
    }

    #[test]
    fn utf8_and_windows_1252_are_read_side_by_side() {
        let bytes = b"\xef\xbb\xbfcomprim\xc3\xa9\r\ncomprim\xe9 d\x92un \x80\r\r\n\xe9 et \xc3\xa9";
        assert_eq!(
            texts(bytes),
            [
                ("comprimé".to_owned(), false),
                ("comprimé d’un €".to_owned(), true),
                ("é et é".to_owned(), true),
            ]
        );
    }

    #[test]
    fn a_byte_that_stands_for_nothing_is_named_with_its_line() {
        let wrong = lines(b"a\nb\x81\n").find_map(Result::err);
        assert_eq!(wrong, Some((2, BadLine::Byte(0x81))));
    }

    #[test]
    fn a_dated_folder_gives_the_date_and_the_newest_wins() {
        let folder = tempfile::tempdir().unwrap();
        for (date, files) in [
            ("2026-05-26", &OfficialFile::ALL[..7]),
            ("2026-07-24", &OfficialFile::ALL[..2]),
        ] {
            let dated = folder.path().join(date);
            fs::create_dir(&dated).unwrap();
            for file in files {
                fs::write(dated.join(file.name()), date).unwrap();
            }
        }
        let found = from_folder(folder.path()).unwrap();
        assert_eq!(found.len(), 7, "the hybrid register is not needed");
        for source in found {
            let newest = matches!(
                source.file,
                OfficialFile::Specialities | OfficialFile::Presentations
            );
            let expected = if newest { "2026-07-24" } else { "2026-05-26" };
            assert_eq!(source.bytes, expected.as_bytes(), "{:?}", source.file);
            assert_eq!(source.date, Some(expected.parse().unwrap()));
            assert_eq!(source.date_origin, DateOrigin::Folder);
        }
    }

    #[test]
    fn a_needed_file_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            from_folder(folder.path()),
            Err(CatalogueError::Missing(OfficialFile::Specialities))
        ));
        assert!(matches!(
            from_folder(&folder.path().join("nowhere")),
            Err(CatalogueError::Unreadable { .. })
        ));
    }
}
