//! `comptoir scan FILE…`: every code of pictures and PDFs, and what each of them is.

use std::fmt::Write;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, complain, show};
use crate::confined::{self, Asked};
use crate::domain::scanned::{Repair, Scanned};
use crate::safe::Safe;
use crate::scan::{FileReading, Limits, ReadError, Symbol, what};
use crate::ui::wording::command_line as words;

/// The name that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// One file, how long it took in milliseconds, and what was found in it.
struct ReadFile {
    path: PathBuf,
    elapsed_ms: u128,
    reading: FileReading,
}

/// Reads them all; fails when nothing could be read from any.
pub(super) fn scan(files: &[PathBuf], format: Format) -> Result<(), Failure> {
    let limits = Limits::default();
    let readings: Vec<ReadFile> = files
        .iter()
        .flat_map(|path| files_of(path))
        .map(|path| {
            let start = Instant::now();
            let reading = read(&path, &limits);
            ReadFile {
                path,
                elapsed_ms: start.elapsed().as_millis(),
                reading,
            }
        })
        .collect();
    let documents: Vec<Value> = readings.iter().map(document).collect();
    show(format, &json!({ "files": documents }), || text(&readings));
    let sentences: Vec<String> = readings.iter().filter_map(sentence).collect();
    if readings.iter().any(|read| !read.reading.symbols.is_empty()) {
        // One unreadable file among others is told, and fails nothing.
        for sentence in sentences {
            complain(&sentence);
        }
        return Ok(());
    }
    if sentences.is_empty() {
        return Err(Failure::not_readable(words::nothing_to_read().to_owned()));
    }
    Err(Failure::not_readable(sentences.join("\n")))
}

/// The file itself, or the files of a folder by name; hidden ones are not pictures of anybody's.
fn files_of(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else {
        return vec![path.to_owned()];
    };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && !is_hidden(path))
        .collect();
    files.sort();
    files
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn read(path: &Path, limits: &Limits) -> FileReading {
    if path != Path::new(STANDARD_INPUT) {
        return confined::read_file(path, limits, &Asked::default());
    }
    let mut bytes = Vec::new();
    match io::stdin()
        .lock()
        .take(limits.file_bytes + 1)
        .read_to_end(&mut bytes)
    {
        Ok(_) => confined::read_picture(bytes, limits, &Asked::default()),
        Err(error) => FileReading::failed(ReadError::NotOpened(error.kind())),
    }
}

fn document(read: &ReadFile) -> Value {
    let symbols: Vec<Value> = read.reading.symbols.iter().map(symbol).collect();
    json!({
        "file": read.path.display().to_string(),
        "elapsed_ms": u64::try_from(read.elapsed_ms).unwrap_or(u64::MAX),
        "error": read.reading.error.as_ref().map(|error| error.code()),
        "symbols": symbols,
    })
}

fn symbol(symbol: &Symbol) -> Value {
    let read = what::read_text(&symbol.text);
    json!({
        "symbology": symbol.symbology.code(),
        "text": symbol.text,
        "kind": read.scanned.code(),
        "number": match &read.scanned {
            Scanned::Prescription(number) => Some(number.as_str()),
            _ => None,
        },
        "repaired": read.repaired.map(Repair::code),
        "corners": symbol.corners,
        "page": symbol.page,
        "stage": symbol.stage,
        "confirmed": symbol.confirmed,
    })
}

fn sentence(read: &ReadFile) -> Option<String> {
    let path = read.path.display().to_string();
    let error = read.reading.error.as_ref()?;
    Some(words::unreadable_file(&path, error))
}

fn text(readings: &[ReadFile]) -> String {
    let mut text = String::new();
    for read in readings {
        for symbol in &read.reading.symbols {
            let scanned = what::read_text(&symbol.text).scanned;
            let what = words::scanned_as(&scanned);
            let file = read.path.display().to_string();
            let _ = write!(text, "« {} » : {what} : {}", Safe(&file), Safe(&symbol.text));
            text.push_str(if symbol.confirmed {
                "\n"
            } else {
                words::unconfirmed()
            });
        }
    }
    text
}
