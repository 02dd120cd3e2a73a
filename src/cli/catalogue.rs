//! `comptoir catalogue`: the medicines database this counter uses.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, show};
use crate::catalogue::{Catalogue, Origin};
use crate::domain::product::{Product, ProductCode};
use crate::safe::Safe;
use crate::ui::wording::command_line as words;

/// What is asked of it.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read the official files of a directory.
    Import {
        /// The directory of the official files.
        directory: PathBuf,
    },
    /// Which catalogue is in use.
    Status,
    /// One product, by CIP13 or CIS.
    Show {
        /// Its code.
        code: String,
    },
    /// Products by name, substance or code.
    Search {
        /// Words that all must be found.
        #[arg(required = true)]
        words: Vec<String>,
    },
}

/// Answers.
pub(super) fn catalogue(command: &Command, format: Format) -> Result<(), Failure> {
    let catalogue = Catalogue::training().map_err(|error| Failure::broken(&error))?;
    match command {
        Command::Import { directory } => Err(Failure::refused(words::import_not_offered(
            &directory.display().to_string(),
        ))),
        Command::Status => {
            let Origin::TrainingSubset = catalogue.origin();
            let document = json!({ "origin": "training-subset", "products": catalogue.len() });
            show(format, &document, || words::catalogue_status(catalogue.len()));
            Ok(())
        }
        Command::Show { code } => {
            let product = parsed(code)
                .and_then(|code| catalogue.find(&code).cloned())
                .ok_or_else(|| Failure::refused(words::product_not_found(code)))?;
            show(format, &document(&product), || text(&[&product]));
            Ok(())
        }
        Command::Search { words: wanted } => {
            let found = catalogue.search(&wanted.join(" "));
            let documents: Vec<Value> = found.iter().map(|product| document(product)).collect();
            show(format, &json!({ "products": documents }), || text(&found));
            Ok(())
        }
    }
}

fn parsed(code: &str) -> Option<ProductCode> {
    let cip13 = code.parse().map(ProductCode::Cip13).ok();
    cip13.or_else(|| code.parse().map(ProductCode::Cis).ok())
}

fn document(product: &Product) -> Value {
    json!({
        "cip13": product.cip13.as_str(),
        "cis": product.cis.as_str(),
        "name": product.name,
        "presentation": product.presentation,
        "substances": product.substances,
        "generic_groups": product.generic_groups.iter().map(|group| &group.0).collect::<Vec<_>>(),
        "hybrid_group": product.hybrid_group.as_ref().map(|group| &group.0),
        "biosimilar_group": product.biosimilar_group.as_ref().map(|group| &group.0),
        // null is "unknown", never "none": see the reading of conditions in the domain.
        "conditions": product.conditions,
    })
}

fn text(products: &[&Product]) -> String {
    let mut text = String::new();
    for product in products {
        let conditions = product.conditions.as_ref().map_or_else(
            || words::conditions_unknown().to_owned(),
            |conditions| conditions.join(" · "),
        );
        let Product {
            cip13,
            name,
            presentation,
            ..
        } = product;
        let _ = writeln!(
            text,
            "{cip13}  {} ({})  {}",
            Safe(name),
            Safe(presentation),
            Safe(&conditions)
        );
    }
    text
}
