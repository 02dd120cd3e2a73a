//! `comptoir register purge` and `purges`: what has passed its retention is erased, and what was erased is said.

use clap::Args;
use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::output::{Format, complain, show};
use crate::config::Config;
use crate::session::now;
use crate::store::{ClockTrust, PurgeAnswer, PurgeMode, Purged, Remnants, Store};
use crate::ui::wording::retention as words;

/// What is purged.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Say what would be erased, and erase nothing.
    #[arg(long)]
    dry_run: bool,
    /// The clock of this machine was looked at and is right, although it is far from what is recorded.
    #[arg(long)]
    clock_is_right: bool,
}

/// Erases what has passed its end, or says what would be.
pub(super) fn purge(
    store: &Store,
    config: &Config,
    arguments: &Arguments,
    format: Format,
) -> Result<(), Failure> {
    let (mode, head) = if arguments.dry_run {
        (PurgeMode::Rehearse, words::WOULD_PURGE)
    } else {
        (PurgeMode::Erase, words::PURGED)
    };
    let clock = if arguments.clock_is_right {
        ClockTrust::VouchedFor
    } else {
        ClockTrust::Plausible
    };
    let now = now();
    let purged = match store.purge(now, &config.operator.id, clock, mode)? {
        PurgeAnswer::ClockDoubted(doubt) => {
            return Err(Failure::refused(words::clock_doubted(
                doubt,
                now,
                &config.time_zone,
            )));
        }
        PurgeAnswer::NothingToPurge => None,
        PurgeAnswer::Purged(purged) => Some(purged),
    };
    let mut said = document(&purged.clone().unwrap_or_default());
    said["at"] = json!(now);
    said["dry_run"] = json!(arguments.dry_run);
    show(format, &said, || match &purged {
        None => words::NOTHING.to_owned(),
        Some(purged) => format!("{head}\n{}\n{}", list(purged), words::KEPT),
    });
    if purged.is_some_and(|purged| purged.remnants == Remnants::InTheLog) {
        complain(words::IN_THE_LOG);
    }
    Ok(())
}

/// Every purge, oldest first.
pub(super) fn purges(store: &Store, config: &Config, format: Format) -> Result<(), Failure> {
    let purges = store.purges()?;
    let documents: Vec<Value> = purges
        .iter()
        .map(|purge| {
            let mut said = document(&purge.purged);
            said["at"] = json!(purge.at);
            said["operator"] = json!(purge.operator);
            said["clock"] = json!(purge.clock.code());
            said
        })
        .collect();
    show(format, &json!({ "purges": documents }), || {
        if purges.is_empty() {
            return words::NO_PURGE.to_owned();
        }
        let told = purges.iter().map(|purge| {
            let was_vouched_for = purge.clock == ClockTrust::VouchedFor;
            let head = words::purge(purge.at, &purge.operator, was_vouched_for, &config.time_zone);
            format!("{head}\n{}", list(&purge.purged))
        });
        told.collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

fn list(purged: &Purged) -> String {
    let entries = purged
        .entries
        .iter()
        .map(|(class, of)| words::entries(*class, of.first.0, of.last.0, of.count));
    let others = words::others(purged.hand_overs, purged.copies);
    let rows: Vec<String> = entries.chain([others]).map(|row| format!("  - {row}")).collect();
    rows.join("\n")
}

fn document(purged: &Purged) -> Value {
    let entries: Vec<Value> = purged
        .entries
        .iter()
        .map(|(class, of)| {
            json!({
                "class": class.code(),
                "years": class.years(),
                "source": class.source(),
                "first": of.first.0,
                "last": of.last.0,
                "count": of.count,
            })
        })
        .collect();
    json!({
        "entries": entries,
        "hand_overs": purged.hand_overs,
        "copies": purged.copies,
        "remnants": match purged.remnants {
            Remnants::None => "none",
            Remnants::InTheLog => "in-the-log",
        },
    })
}
