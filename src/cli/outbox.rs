//! `comptoir outbox`: what the base has not acknowledged, and another try.

use clap::Subcommand;
use serde_json::json;

use super::dispense::jitter;
use super::documents;
use super::failure::Failure;
use super::output::{Format, show};
use super::text;
use crate::config::Config;
use crate::domain::outbox::{DelayReason, PostState};
use crate::session::{Session, now};
use crate::ui::wording::command_line as words;

/// What is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(super) enum Command {
    /// What is not acknowledged, since when, why, and when it is tried next.
    List,
    /// Try everything that waits now.
    Flush,
}

/// Answers.
pub(super) async fn outbox(config: &Config, command: &Command, format: Format) -> Result<(), Failure> {
    let session = Session::open(config).await?;
    let silent = match command {
        Command::List => None,
        Command::Flush => flush(&session).await?,
    };
    let entries = session.counter.store.outbox()?;
    let mut document = documents::outbox(&entries);
    if *command == Command::Flush {
        document["flushed"] = json!(silent.is_none());
    }
    show(format, &document, || {
        text::outbox(&entries, now(), &config.time_zone)
    });
    match silent {
        None => Ok(()),
        Some(reason) => Err(Failure::unreachable(words::flush_stopped(reason))),
    }
}

/// Tries all that waits now; says why something still does.
async fn flush(session: &Session) -> Result<Option<DelayReason>, Failure> {
    let round = session.counter.post_all(now, jitter).await?;
    let mut tried = round.tried.iter();
    Ok(tried
        .find(|entry| *entry.state() == PostState::Pending)
        .map(|entry| entry.reason))
}
