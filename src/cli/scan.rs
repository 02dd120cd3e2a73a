//! `comptoir scan FILE…`: every code of pictures and PDFs, and what each of them is.

use std::fmt::Write;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, complain, show};
use super::target::unread;
use crate::confined::{self, Asked};
use crate::domain::scanned::{Repair, Scanned};
use crate::safe::Safe;
use crate::scan::{FileReading, Limits, ReadError, Symbol, folder, what};
use crate::ui::wording::command_line as words;

/// The name that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// One file, how long it took in milliseconds, and what was found in it.
struct ReadFile {
    path: PathBuf,
    elapsed_ms: u128,
    reading: FileReading,
}

/// Reads them all, each shown as soon as it is read; fails when nothing could be read from any.
pub(super) fn scan(named: &[PathBuf], format: Format) -> Result<(), Failure> {
    let limits = Limits::default();
    let files: Vec<(PathBuf, Option<ReadError>)> = named.iter().flat_map(|path| files_of(path)).collect();
    let mut documents = Vec::new();
    let mut unread = Vec::new();
    for (path, error) in &files {
        let start = Instant::now();
        let reading = error.map_or_else(|| read(path, &limits), FileReading::failed);
        let read = ReadFile {
            path: path.clone(),
            elapsed_ms: start.elapsed().as_millis(),
            reading,
        };
        match format {
            Format::Json => documents.push(document(&read)),
            Format::Text => show(format, &Value::Null, || text(&read)),
        }
        match (sentence(&read), &files[..]) {
            (None, _) => {}
            // How the command ends, which is said last.
            (Some(sentence), [_]) => unread.push(sentence),
            (Some(sentence), _) => {
                complain(&sentence);
                unread.push(words::nothing_read(files.len()));
            }
        }
    }
    if format == Format::Json {
        show(format, &json!({ "files": documents }), String::new);
    }
    // One unreadable file among others is told, and fails nothing.
    match unread.pop() {
        Some(last) if unread.len() + 1 == files.len() => Err(Failure::not_readable(last)),
        _ => Ok(()),
    }
}

/// The files that a path stands for, or why it stands for none.
fn files_of(path: &Path) -> Vec<(PathBuf, Option<ReadError>)> {
    match folder::files_of(path) {
        Ok(files) => files.into_iter().map(|file| (file, None)).collect(),
        Err(error) => vec![(path.to_owned(), Some(error))],
    }
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
        "pages_left": read.reading.pages_left,
    })
}

fn symbol(symbol: &Symbol) -> Value {
    let read = what::read_as_sent(&symbol.text);
    json!({
        "symbology": symbol.symbology.code(),
        "text": symbol.text,
        "kind": read.scanned.code(),
        "number": match &read.scanned {
            Scanned::Prescription(number) => Some(number.as_str()),
            _ => None,
        },
        "repaired": read.repaired.first().copied().map(Repair::code),
        "corners": symbol.corners,
        "page": symbol.page,
        "stage": symbol.stage,
        "confirmed": symbol.confirmed,
    })
}

fn shown_name(read: &ReadFile) -> String {
    if read.path == Path::new(STANDARD_INPUT) {
        words::standard_input().to_owned()
    } else {
        read.path.display().to_string()
    }
}

fn sentence(read: &ReadFile) -> Option<String> {
    let error = read.reading.error?;
    Some(words::unreadable_file(
        &shown_name(read),
        &unread(&read.path, error),
    ))
}

fn text(read: &ReadFile) -> String {
    let name = shown_name(read);
    let what_they_are: Vec<Scanned> = read
        .reading
        .symbols
        .iter()
        .map(|symbol| what::read_as_sent(&symbol.text).scanned)
        .collect();
    // Beside the prescription, its sheet's other codes want no advice.
    let has_prescription = what_they_are
        .iter()
        .any(|scanned| matches!(scanned, Scanned::Prescription(_)));
    let mut text = String::new();
    for (symbol, scanned) in read.reading.symbols.iter().zip(&what_they_are) {
        let what = words::scanned_as(scanned);
        let _ = write!(text, "« {} » : {what} : {}", Safe(&name), Safe(&symbol.text));
        text.push_str(if symbol.confirmed {
            "\n"
        } else {
            words::unconfirmed()
        });
        let advice = words::instead(scanned).filter(|_| !has_prescription);
        text.push_str(&advice.unwrap_or_default());
    }
    if read.reading.pages_left > 0 && !read.reading.symbols.is_empty() {
        text.push_str(&words::pages_left(&name, read.reading.pages_left));
    }
    text
}
