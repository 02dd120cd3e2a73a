//! `comptoir store`: the key that the store is encrypted with, shown to be kept elsewhere, and changed.

use clap::Subcommand;
use serde_json::json;

use super::backup;
use super::failure::Failure;
use super::output::{Format, complain, show};
use crate::config::{Config, KeyKeeper};
use crate::session;
use crate::store::{self, NotAStoreKey, RekeyAnswer, StoreError};
use crate::ui::wording::safekeeping as words;

/// What is asked of it.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum Command {
    /// Which key opens the store and its backups, and where it is.
    Key {
        /// The key itself, as a recovery sheet to print and to keep in a safe: with it and a backup, all is restored.
        #[arg(long)]
        show: bool,
    },
    /// Encrypt the store with a new key. Every other program of this counter must be closed.
    Rekey,
}

/// Answers.
pub(super) fn store(config: &Config, command: Command, format: Format) -> Result<(), Failure> {
    match command {
        Command::Key { show } => key(config, show, format),
        Command::Rekey => rekey(config, format),
    }
}

fn key(config: &Config, is_shown: bool, format: Format) -> Result<(), Failure> {
    // It settles what was interrupted: before, the key may not be the one that opens the store.
    drop(session::open_store(config)?);
    let place = session::key_place(config);
    let key = place.key()?.ok_or_else(|| StoreError::KeyMissing {
        path: session::store_path(&config.data_dir),
        place: place.shown(),
    })?;
    let number = key.number().to_string();
    let mut document = json!({
        "number": number,
        "keeper": match config.key_keeper {
            KeyKeeper::File => "file",
            KeyKeeper::Keyring => "keyring",
        },
        "place": place.shown(),
    });
    let text = is_shown.then(|| key.text());
    if let Some(text) = &text {
        document["key"] = json!(text.as_str());
    }
    show(format, &document, || match &text {
        Some(text) => words::recovery_sheet(&config.pharmacy.name, &number, text),
        None => words::key_is(&number, &place.shown()),
    });
    Ok(())
}

fn rekey(config: &Config, format: Format) -> Result<(), Failure> {
    let path = session::store_path(&config.data_dir);
    let RekeyAnswer::Rekeyed { before, now } = store::rekey(&path, &session::key_place(config))? else {
        return Err(Failure::refused(words::no_store_to_rekey()));
    };
    let (before, now) = (before.to_string(), now.to_string());
    // Earlier backups do not open with the new key: one that does is made at once.
    let (document, made) = backup::beside(&session::open_store(config)?, config);
    let document = json!({ "before": before, "number": now, "backup": document });
    show(format, &document, || words::rekeyed(&before, &now));
    if format == Format::Json {
        complain(&words::rekeyed(&before, &now));
    }
    backup::said(made)
}

/// Why a text is not a key, in words.
pub(super) fn why(why: NotAStoreKey) -> String {
    match why {
        NotAStoreKey::Length(found) => words::key_length(found),
        NotAStoreKey::Character => words::key_character().to_owned(),
        NotAStoreKey::Check => words::key_check().to_owned(),
    }
}
