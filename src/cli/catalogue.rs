//! `comptoir catalogue`: the medicines database this counter uses.

mod documents;
mod import;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, show};
use crate::catalogue::{Catalogue, CatalogueError, Origin};
use crate::chain;
use crate::config::Config;
use crate::session::{self, now};
use crate::ui::wording::catalogue as words;

/// What is asked of it.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read the official files of a folder.
    Import {
        /// The folder of the official files; it may have folders named by their date (2026-07-24).
        directory: PathBuf,
        #[command(flatten)]
        shrinking: Shrinking,
    },
    /// Download the official files and read them.
    Update {
        /// Another address than the configured one.
        #[arg(long, value_name = "URL")]
        from: Option<String>,
        #[command(flatten)]
        shrinking: Shrinking,
    },
    /// Which catalogue is in use, of which day, and what it holds.
    Status,
    /// All that is known of one product, by CIP13, CIP7, CIS or GTIN.
    Show {
        /// Its code.
        code: String,
    },
    /// Products by name, substance or code.
    Search {
        /// The beginnings of words that all must be found.
        #[arg(required = true)]
        words: Vec<String>,
    },
}

/// What to think of a file that lost half of its rows.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Shrinking {
    /// Take files that lost more than half of their rows.
    #[arg(long)]
    accept_smaller: bool,
}

/// Answers.
pub(super) async fn catalogue(config: &Config, command: &Command, format: Format) -> Result<(), Failure> {
    match command {
        Command::Import { directory, shrinking } => {
            import::from_folder(config, directory, shrinking.into(), format)
        }
        Command::Update { from, shrinking } => {
            let address = from.as_deref().unwrap_or(&config.catalogue_address);
            import::from_address(config, address, shrinking.into(), format).await
        }
        Command::Status => status(config, format),
        Command::Show { code } => product(&opened(config)?.0, code, format),
        Command::Search { words } => {
            search(&opened(config)?.0, &words.join(" "), format);
            Ok(())
        }
    }
}

impl From<&Shrinking> for crate::catalogue::Shrinking {
    fn from(shrinking: &Shrinking) -> Self {
        if shrinking.accept_smaller {
            Self::Accepted
        } else {
            Self::Refused
        }
    }
}

fn opened(config: &Config) -> Result<(Catalogue, Option<CatalogueError>), Failure> {
    session::catalogue(config).map_err(|error| Failure::broken(&error))
}

fn status(config: &Config, format: Format) -> Result<(), Failure> {
    let (catalogue, unusable) = opened(config)?;
    let about = catalogue.about();
    let today = now().to_zoned(config.time_zone.clone()).date();
    let mut document = documents::about(about, today);
    document["origin"] = json!(match catalogue.origin() {
        Origin::TrainingSubset => "training-subset",
        Origin::Official => "official",
    });
    document["unusable"] = json!(unusable.as_ref().map(|error| chain(error)));
    show(format, &document, || {
        let mut rows = match catalogue.origin() {
            Origin::TrainingSubset => vec![words::training_status(about.presentations)],
            Origin::Official => documents::about_text(about, today),
        };
        rows.extend(unusable.as_ref().map(|error| words::unusable(&chain(error))));
        rows.join("\n")
    });
    Ok(())
}

fn product(catalogue: &Catalogue, code: &str, format: Format) -> Result<(), Failure> {
    let Some(product) = catalogue.by_code(code) else {
        return Err(Failure::refused(words::not_found(code, catalogue.scope())));
    };
    let (groups, boxes) = (catalogue.group_names(&product), catalogue.boxes_of(&product));
    let mut document = documents::product(&product);
    document["group_names"] = json!(groups);
    document["presentations"] = boxes.iter().map(|other| json!(other.cip13.as_str())).collect();
    show(format, &document, || words::sheet(&product, &groups, &boxes));
    Ok(())
}

fn search(catalogue: &Catalogue, text: &str, format: Format) {
    let found = catalogue.search(text);
    let documents: Vec<Value> = found.iter().map(documents::product).collect();
    show(format, &json!({ "products": documents }), || {
        if found.is_empty() {
            return words::nothing_found(text);
        }
        found
            .iter()
            .map(words::product_line)
            .collect::<Vec<_>>()
            .join("\n")
    });
}
