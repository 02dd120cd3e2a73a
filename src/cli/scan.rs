//! `comptoir scan FILE…`: every code of pictures and PDFs, and what each of them is.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, show};
use crate::domain::scanned::{Repair, Scanned};
use crate::safe::Safe;
use crate::scan::{self, FileReading, what};
use crate::ui::wording::command_line as words;

/// Reads them all; fails when nothing could be read from any.
pub(super) fn scan(files: &[PathBuf], format: Format) -> Result<(), Failure> {
    let readings: Vec<(&Path, u128, FileReading)> = files
        .iter()
        .map(|path| {
            let start = Instant::now();
            let reading = scan::read_file(path, &scan::Limits::default());
            (path.as_path(), start.elapsed().as_millis(), reading)
        })
        .collect();
    let documents: Vec<Value> = readings
        .iter()
        .map(|(path, elapsed, reading)| document(path, *elapsed, reading))
        .collect();
    show(format, &json!({ "files": documents }), || text(&readings));
    if readings.iter().any(|(_, _, reading)| !reading.symbols.is_empty()) {
        return Ok(());
    }
    let sentences: Vec<String> = readings
        .iter()
        .map(|(path, _, reading)| match &reading.error {
            Some(error) => words::unreadable_file(&path.display().to_string(), error),
            None => words::no_prescription_in_file(&path.display().to_string(), None),
        })
        .collect();
    Err(Failure::not_readable(sentences.join("\n")))
}

fn document(path: &Path, elapsed_ms: u128, reading: &FileReading) -> Value {
    let symbols: Vec<Value> = reading
        .symbols
        .iter()
        .map(|symbol| {
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
            })
        })
        .collect();
    json!({
        "file": path.display().to_string(),
        "elapsed_ms": u64::try_from(elapsed_ms).unwrap_or(u64::MAX),
        "error": reading.error.as_ref().map(|error| error.code()),
        "symbols": symbols,
    })
}

fn text(readings: &[(&Path, u128, FileReading)]) -> String {
    let mut text = String::new();
    for (path, _, reading) in readings {
        for symbol in &reading.symbols {
            let read = what::read_text(&symbol.text);
            let what = words::scanned_as(&read.scanned);
            let file = path.display().to_string();
            let _ = writeln!(text, "« {} » : {what} : {}", Safe(&file), Safe(&symbol.text));
        }
    }
    text
}
