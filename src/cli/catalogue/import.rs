//! `comptoir catalogue import` and `update`: official files in, the new catalogue in place, or the old one untouched.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::documents;
use crate::catalogue::{
    self, AddressRefused, BadLine, CatalogueError, DownloadAddress, DownloadError, Shrinking, SourceFile,
};
use crate::cli::failure::Failure;
use crate::cli::output::{Format, show};
use crate::config::Config;
use crate::session::{catalogue_path, now};
use crate::ui::wording::catalogue as words;

/// Reads a folder.
pub(super) fn from_folder(
    config: &Config,
    folder: &Path,
    shrinking: Shrinking,
    format: Format,
) -> Result<(), Failure> {
    let begun = Instant::now();
    let sources = catalogue::from_folder(folder).map_err(|error| failure(&error))?;
    imported(config, &sources, shrinking, begun, format)
}

/// Downloads, then reads.
pub(super) async fn from_address(
    config: &Config,
    address: &str,
    shrinking: Shrinking,
    format: Format,
) -> Result<(), Failure> {
    let begun = Instant::now();
    let from: DownloadAddress = address.parse().map_err(|refused| bad_address(address, refused))?;
    let mut sign = Sign::new();
    let downloaded = catalogue::download(&from, &mut |file, bytes| {
        sign.show(&words::downloading(file.name(), bytes));
    })
    .await;
    sign.clear();
    let sources = downloaded.map_err(|error| not_downloaded(address, &error))?;
    imported(config, &sources, shrinking, begun, format)
}

fn imported(
    config: &Config,
    sources: &[SourceFile],
    shrinking: Shrinking,
    begun: Instant,
    format: Format,
) -> Result<(), Failure> {
    let mut sign = Sign::new();
    let path = catalogue_path(&config.data_dir);
    let done = catalogue::import(&path, sources, shrinking, now(), &mut |progress| {
        sign.show(&words::reading(progress.file.name(), progress.lines));
    });
    sign.clear();
    let about = done.map_err(|error| failure(&error))?;
    let today = now().to_zoned(config.time_zone.clone()).date();
    let elapsed = begun.elapsed().as_millis();
    let mut document = documents::about(&about, today);
    document["elapsed_ms"] = json!(u64::try_from(elapsed).unwrap_or(u64::MAX));
    show(format, &document, || {
        let mut rows = documents::about_text(&about, today);
        rows.push(words::imported(elapsed));
        rows.join("\n")
    });
    Ok(())
}

/// One line on standard error that rewrites itself, when somebody watches.
struct Sign {
    is_watched: bool,
    /// How many columns the last one took.
    shown: usize,
}

impl Sign {
    fn new() -> Self {
        Self {
            is_watched: io::stderr().is_terminal(),
            shown: 0,
        }
    }

    fn show(&mut self, text: &str) {
        if self.is_watched {
            let columns = text.chars().count();
            let blanks = self.shown.saturating_sub(columns);
            let _ = write!(io::stderr().lock(), "\r{text}{:blanks$}", "");
            self.shown = columns;
        }
    }

    fn clear(&mut self) {
        if self.shown > 0 {
            let _ = write!(io::stderr().lock(), "\r{:width$}\r", "", width = self.shown);
            self.shown = 0;
        }
    }
}

fn failure(error: &CatalogueError) -> Failure {
    match error {
        CatalogueError::Line { file, line, source } => {
            Failure::not_readable(words::bad_line(file, *line, &bad(source)))
        }
        CatalogueError::Missing(file) => Failure::not_readable(words::missing(file.name())),
        CatalogueError::Empty(file) => Failure::not_readable(words::empty(file.name())),
        CatalogueError::TooLarge { file, .. } => Failure::not_readable(words::too_large(file.name())),
        CatalogueError::Shrunk { file, before, now } => {
            Failure::refused(words::shrunk(file.name(), *before, *now))
        }
        CatalogueError::Unreadable { path, .. } => {
            Failure::not_readable(words::unreadable(&path.display().to_string()))
        }
        CatalogueError::Busy => Failure::refused(words::busy()),
        CatalogueError::Place { .. }
        | CatalogueError::NotOurs { .. }
        | CatalogueError::Database(_)
        | CatalogueError::Damaged(_) => Failure::broken(error),
    }
}

fn bad(line: &BadLine) -> String {
    match line {
        BadLine::Columns { expected, found } => words::bad::columns(*expected, *found),
        BadLine::Code(_) => words::bad::CODE.to_owned(),
        BadLine::Cip7 => words::bad::CIP7.to_owned(),
        BadLine::Twice => words::bad::TWICE.to_owned(),
        BadLine::Value { column, value, .. } => words::bad::value(*column, value),
        BadLine::Byte(byte) => words::bad::byte(*byte),
    }
}

fn bad_address(address: &str, refused: AddressRefused) -> Failure {
    let why = match refused {
        AddressRefused::NotEncrypted => words::Plain::NotEncrypted,
        AddressRefused::NotAnAddress => words::Plain::NotAnAddress,
    };
    Failure::usage(words::bad_address(address, why))
}

fn not_downloaded(address: &str, error: &DownloadError) -> Failure {
    match error {
        DownloadError::Address(refused) => bad_address(address, *refused),
        DownloadError::Setup(_) => Failure::broken(error),
        DownloadError::Broken { file, .. } => Failure::unreachable(words::not_downloaded(file.name(), None)),
        DownloadError::Status { file, status } => {
            Failure::unreachable(words::not_downloaded(file.name(), Some(*status)))
        }
        DownloadError::TooLarge(file) => Failure::not_readable(words::too_large(file.name())),
    }
}
