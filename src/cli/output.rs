//! Where the command line writes: documents on standard output, sentences on standard error.
//!
//! A reader that closes the pipe early (`| head`) is no failure. Anything else that keeps a result from being written is.

use std::io::{self, Write};
use std::sync::OnceLock;

use serde_json::Value;

use crate::safe::inert_json;

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// For people.
    Text,
    /// One document, stable keys.
    Json,
}

/// Writes the result: the document, or the same as text.
pub(super) fn show(format: Format, document: &Value, text: impl FnOnce() -> String) {
    match format {
        Format::Json => say(&inert_json(&document.to_string())),
        Format::Text => match text().trim_end() {
            // Nothing to say is not an empty line.
            "" => {}
            text => say(text),
        },
    }
}

/// Why a result could not be written. Every command writes here and goes on: what it recorded is recorded. How the
/// program ends says it.
static LOST: OnceLock<io::ErrorKind> = OnceLock::new();

/// Why a result could not be written, if one could not.
pub(super) fn lost() -> Option<io::ErrorKind> {
    LOST.get().copied()
}

/// Writes lines for people on standard output.
pub(super) fn say(text: &str) {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => drop(LOST.set(error.kind())),
        _ => {}
    }
}

/// Writes a sentence on standard error.
pub(super) fn complain(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "{sentence}");
}
