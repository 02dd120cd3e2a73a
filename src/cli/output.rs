//! Where the command line writes: documents on standard output, sentences on standard error.
//!
//! A reader that closes the pipe early (`| head`) is no failure, so what cannot be written is let go.

use std::io::{self, Write};

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

/// Writes lines for people on standard output.
pub(super) fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Writes a sentence on standard error.
pub(super) fn complain(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "{sentence}");
}
