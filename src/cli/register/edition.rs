//! `comptoir register edit`: the entries of a period, for an authority that asks.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::document;
use crate::cli::failure::Failure;
use crate::cli::output::{Format, show};
use crate::config::{Config, SessionKind};
use crate::domain::breakdown::Breakdown;
use crate::print::register_edition::Edition;
use crate::session::now;
use crate::store::Store;
use crate::ui::wording::{breakdowns, command_line as words};

/// What is edited.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The first day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Date,
    /// The last day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Date,
    /// Write a PDF there instead; an earlier file of that name is replaced.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
}

/// Edits.
pub(super) fn edit(
    store: &Store,
    config: &Config,
    arguments: &Arguments,
    format: Format,
) -> Result<(), Failure> {
    let (first, last) = (arguments.from, arguments.to);
    if last < first {
        return Err(Failure::usage(words::period_backwards()));
    }
    let after = last.tomorrow().map_err(|error| Failure::broken(&error))?;
    let begins = |day| begins(day, &config.time_zone).map_err(|error| Failure::broken(&error));
    let extract = store.register_extract(begins(first)?, begins(after)?)?;
    let edition = Edition {
        pharmacy: &config.pharmacy,
        first,
        last,
        edited_at: now(),
        zone: &config.time_zone,
        extract: &extract,
        mark: match config.session {
            SessionKind::Training => Some("FORMATION"),
            SessionKind::Real => None,
        },
    };
    let count = extract.entries.len();
    if let Some(path) = &arguments.pdf {
        let shown = path.display().to_string();
        write_for_owner(path, &edition.pdf()).map_err(|error| {
            Failure::usage(words::not_written(
                &shown,
                breakdowns::why(Breakdown::of_system(error.kind())),
            ))
        })?;
        let written = json!({ "entries": count, "pdf": shown });
        show(format, &written, || words::edition_written(count, &shown));
    } else {
        let entries: Vec<Value> = extract.entries.iter().map(document).collect();
        show(format, &json!({ "entries": entries }), || edition.text());
    }
    Ok(())
}

/// When a day begins at the pharmacy.
fn begins(day: Date, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(day.to_zoned(zone.clone())?.timestamp())
}

/// Writes a file that only its owner may read: it names patients.
fn write_for_owner(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new();
    file.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        file.mode(0o600);
    }
    file.open(path)?.write_all(bytes)
}
