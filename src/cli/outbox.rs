//! `comptoir outbox`: what the base has not acknowledged, another try, and what a person decides about a "no".

use clap::{Args, Subcommand};
use serde_json::json;
use uuid::Uuid;

use super::dispense::jitter;
use super::documents;
use super::failure::Failure;
use super::output::{Format, show};
use crate::config::Config;
use crate::counter::SettleOutcome;
use crate::domain::identifiers::DispenseId;
use crate::domain::outbox::{DelayReason, OutboxEntry, PostState, SettlementChoice};
use crate::session::{Session, now};
use crate::ui::wording::command_line::answers;
use crate::ui::wording::{command_line as words, settling};

/// What is asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub(super) enum Command {
    /// What is not acknowledged, since when, why, and when it is tried next.
    List,
    /// Try everything that waits now.
    Flush,
    /// Say what becomes of a delivery that the base refused or contradicted. Every register entry stays.
    Settle(Settle),
    /// What was decided about a delivery, each choice with its author, moment and reason.
    History {
        /// The delivery's identifier, as `outbox list --json` gives it.
        dispense: Uuid,
    },
}

/// A person's choice.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub(super) struct Settle {
    /// The delivery's identifier, as `outbox list --json` gives it.
    dispense: Uuid,
    /// kept: the boxes left, the prescriber is informed; not-received: the entries here are cancelled by counter-entries;
    /// retried: post it again; acknowledged: nothing else is to be done.
    #[arg(long, value_parser = choice)]
    choice: SettlementChoice,
    /// Why, in words; kept with the choice.
    #[arg(long)]
    reason: String,
}

fn choice(text: &str) -> Result<SettlementChoice, String> {
    SettlementChoice::from_code(text).ok_or_else(|| {
        let known: Vec<_> = SettlementChoice::ALL.iter().map(|choice| choice.code()).collect();
        format!("it is one of {}", known.join(", "))
    })
}

/// Answers.
pub(super) async fn outbox(config: &Config, command: &Command, format: Format) -> Result<(), Failure> {
    let session = Session::open(config).await?;
    let silent = match command {
        Command::List => None,
        Command::Flush => flush(&session).await?,
        Command::Settle(wanted) => return settle(&session, wanted, format).await,
        Command::History { dispense } => return history(&session, DispenseId(*dispense), config, format),
    };
    let entries = session.counter.store.outbox()?;
    let mut document = documents::outbox(&entries);
    if *command == Command::Flush {
        document["flushed"] = json!(silent.is_none());
    }
    show(format, &document, || {
        answers::outbox(&entries, now(), &config.time_zone)
    });
    match silent {
        None => Ok(()),
        Some(reason) => Err(Failure::unreachable(words::flush_stopped(reason))),
    }
}

/// Tries all that waits now, no faster than the configuration allows; says why something still waits.
async fn flush(session: &Session) -> Result<Option<DelayReason>, Failure> {
    let rest = async || tokio::time::sleep(session.pace).await;
    let round = session.counter.post_all(now, jitter, rest).await?;
    let mut tried = round.tried.iter();
    Ok(tried
        .find(|entry| *entry.state() == PostState::Pending)
        .map(|entry| entry.reason))
}

async fn settle(session: &Session, wanted: &Settle, format: Format) -> Result<(), Failure> {
    let id = DispenseId(wanted.dispense);
    let settled = match session.counter.settle(id, wanted.choice, &wanted.reason, now())? {
        SettleOutcome::Settled(entry) => *entry,
        SettleOutcome::NothingToSettle => return Err(Failure::refused(words::nothing_to_settle())),
        SettleOutcome::NotOffered => return Err(Failure::refused(settling::not_offered(wanted.choice))),
        SettleOutcome::TakenBack => return Err(Failure::refused(settling::TAKEN_BACK)),
        SettleOutcome::ReasonMissing => return Err(Failure::usage(words::settle_reason_missing())),
    };
    let entry = if wanted.choice == SettlementChoice::Retried {
        session.counter.post_one(id, now(), jitter()).await?.entry
    } else {
        settled
    };
    show(format, &documents::settled(&entry), || answers::settled(&entry));
    Ok(())
}

fn history(session: &Session, id: DispenseId, config: &Config, format: Format) -> Result<(), Failure> {
    let entry: OutboxEntry = session
        .counter
        .store
        .hand_over(id)?
        .ok_or_else(|| Failure::refused(words::no_such_hand_over()))?;
    let choices = session.counter.store.settlements_of(id)?;
    show(format, &documents::settlements(&entry, &choices), || {
        answers::settlements(&choices, now(), &config.time_zone)
    });
    Ok(())
}
