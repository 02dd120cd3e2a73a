//! `comptoir register`: the ordonnancier, read, verified, exported and corrected, never changed.

mod closure;
mod correction;
mod edition;
mod purge;

use std::io;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, show};
use crate::config::Config;
use crate::domain::dispense::{AgreedBy, Agreement};
use crate::domain::identifiers::{Lot, Rpps, Serial};
use crate::domain::preparation::RegisteredPreparation;
use crate::domain::reasons::{CorrectionReason, PaperReason};
use crate::domain::register::{RegisterContent, RegisterEntry, RegisterNumber};
use crate::domain::substitution::SubstitutionBasis;
use crate::session;
use crate::ui::wording::command_line as words;
use crate::ui::wording::command_line::answers;

/// What is asked of it.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Its entries, oldest first.
    List {
        /// The first one to list.
        #[arg(long, default_value_t = 1)]
        from: u32,
        /// How many at most.
        #[arg(long, default_value_t = 1000)]
        count: u32,
    },
    /// One entry.
    Show {
        /// Its number.
        #[arg(value_name = "ENTRY")]
        number: u32,
    },
    /// Verify the chain and its closures; names the first entry that does not hold.
    Verify {
        /// A closure kept elsewhere, which the register must meet too.
        #[arg(long, value_name = "FILE")]
        against: Vec<PathBuf>,
    },
    /// Sign how long the register is and where its chain ends. Keep what is printed elsewhere, on paper too.
    Close,
    /// All closures, oldest first.
    Closures,
    /// Every entry as a line of JSON, with what a third party needs to verify it.
    Export,
    /// Edit the entries of a period, as an authority may ask at any time (CSP art. R. 5132-9): as text, or as PDF.
    Edit(edition::Arguments),
    /// Take a delivery back by a counter-entry, or replace it; the first entry stays as it is. Then post it.
    Correct(correction::Arguments),
    /// Erase what has passed its retention (3, 10 or 40 years), everywhere it rests. The chain still holds.
    Purge(purge::Arguments),
    /// Every purge that was made: when, by whom, and what it erased.
    Purges,
}

/// Answers.
pub(super) async fn register(config: &Config, command: Command, format: Format) -> Result<(), Failure> {
    let store = session::open_store(config)?;
    match command {
        Command::List { from, count } => {
            let entries = store.register_entries(RegisterNumber(from), count)?;
            let documents: Vec<Value> = entries.iter().map(document).collect();
            show(format, &json!({ "entries": documents }), || {
                answers::register(&entries, &config.time_zone)
            });
            Ok(())
        }
        Command::Show { number } => {
            let entry = store.register_entry(RegisterNumber(number))?;
            let entry = entry.ok_or_else(|| Failure::refused(words::no_such_entry(number)))?;
            let corrected_by = store.corrected_by(entry.number)?;
            let mut document = document(&entry);
            document["corrected_by"] = json!(corrected_by.map(|number| number.0));
            document["history"] = correction::history(&store.history(entry.number)?);
            if entry.content.is_none() {
                let erasure = store.erasure(entry.number)?;
                document["purged_at"] = json!(erasure.map(|erasure| erasure.at));
                document["class"] = json!(erasure.map(|erasure| erasure.class.code()));
            }
            show(format, &document, || {
                answers::register_entry(&entry, corrected_by, &config.time_zone)
            });
            Ok(())
        }
        Command::Verify { against } => closure::verify(&store, &against, format),
        Command::Close => closure::close(&store, config, format),
        Command::Closures => closure::list(&store, format),
        Command::Export => {
            store.export_register(&mut io::stdout().lock())?;
            Ok(())
        }
        Command::Edit(arguments) => edition::edit(&store, config, &arguments, format),
        Command::Correct(arguments) => correction::correct(config, &arguments, format).await,
        Command::Purge(arguments) => purge::purge(&store, config, &arguments, format),
        Command::Purges => purge::purges(&store, config, format),
    }
}

fn document(entry: &RegisterEntry) -> Value {
    let mut document = json!({
        "number": entry.number.0,
        "recorded_at": entry.recorded_at,
        "link": entry.link.to_string(),
        "kind": "erased",
    });
    match &entry.content {
        None => {}
        Some(RegisterContent::Correction {
            of,
            code,
            reason,
            operator,
        }) => {
            document["kind"] = json!("correction");
            document["corrects"] = json!(of.0);
            document["code"] = json!(code.map(CorrectionReason::code));
            document["reason"] = json!(reason);
            document["operator"] = json!({ "id": operator.id, "name": operator.name });
        }
        Some(RegisterContent::Delivery(delivery)) => {
            document["kind"] = json!("delivery");
            document["dispense"] = json!(delivery.dispense.to_string());
            document["prescription"] = json!(delivery.prescription.as_str());
            document["line"] = json!(delivery.line.0);
            document["patient"] =
                json!({ "family": delivery.patient.family, "given": delivery.patient.given });
            document["prescriber"] = json!({
                "family": delivery.prescriber.family,
                "rpps": delivery.prescriber.rpps.as_ref().map(Rpps::as_str),
            });
            document["operator"] = json!({ "id": delivery.operator.id, "name": delivery.operator.name });
            document["ordered"] = json!(delivery.ordered);
            document["product"] = json!(delivery.product);
            document["code"] = json!(delivery.code);
            document["boxes"] = json!(delivery.boxes.0);
            document["lot"] = json!(delivery.lot.as_ref().map(Lot::as_str));
            document["expiry"] = json!(delivery.expiry);
            document["serials"] = json!(delivery.serials.iter().map(Serial::as_str).collect::<Vec<_>>());
            document["outcome"] = json!(delivery.outcome);
            document["basis"] = json!(delivery.basis.map(SubstitutionBasis::code));
            document["reason"] = json!(delivery.reason);
            document["agreement"] = json!(delivery.agreement.as_ref().map(agreement));
            document["note"] = json!(delivery.note);
            document["paper"] = json!(delivery.paper.map(PaperReason::code));
            document["preparation"] = json!(delivery.preparation.as_ref().map(preparation));
            document["unlisted_code"] = json!(delivery.is_unlisted);
            document["handwritten"] = json!(delivery.is_handwritten);
            document["replaces"] = json!(delivery.replaces.map(|number| number.0));
        }
    }
    document
}

/// As a decisions file gives it.
fn preparation(preparation: &RegisteredPreparation) -> Value {
    let materials = preparation.record.materials.iter().map(
        |one| json!({ "name": one.name, "quantity": one.quantity, "lot": one.lot, "supplier": one.supplier }),
    );
    json!({
        "number": preparation.number.0,
        "materials": materials.collect::<Vec<_>>(),
        "made_by": preparation.record.made_by,
        "subcontractor": preparation.record.subcontractor,
        "whole": preparation.record.is_whole(),
    })
}

fn agreement(agreement: &Agreement) -> Value {
    let (by, name) = match &agreement.by {
        AgreedBy::Author => ("prescriber", None),
        AgreedBy::Other(name) => ("other-prescriber", Some(name)),
    };
    json!({
        "by": by,
        "name": name,
        "channel": agreement.channel.code(),
        "at": agreement.at.to_string(),
        "changed": agreement.changed,
    })
}
