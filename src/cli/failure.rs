//! How a command ends when it does not end well: one sentence, one exit code.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use crate::base::BaseError;
use crate::chain;
use crate::config::ConfigError;
use crate::counter::CounterError;
use crate::runtime::RuntimeError;
use crate::session::SessionError;
use crate::store::StoreError;
use crate::ui::wording::{command_line as words, safekeeping};

/// The exit codes other programs rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done.
    Done = 0,
    /// Something of ours is broken: the store, the system.
    Broken = 1,
    /// The command or one of its files means nothing.
    Usage = 2,
    /// Nothing readable, or not a prescription.
    NotReadable = 3,
    /// Refused by a rule or by the base.
    Refused = 4,
    /// The base cannot be reached, and nothing could be done without it.
    Unreachable = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A command that did not end well.
#[derive(Debug)]
pub(super) struct Failure {
    /// How the program exits.
    pub exit: Exit,
    /// What, why, and what to do now.
    pub sentence: String,
}

impl Failure {
    /// The command or one of its files means nothing.
    pub(super) fn usage(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            sentence: sentence.into(),
        }
    }

    /// Nothing readable, or not a prescription.
    pub(super) fn not_readable(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::NotReadable,
            sentence: sentence.into(),
        }
    }

    /// Refused by a rule or by the base.
    pub(super) fn refused(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Refused,
            sentence: sentence.into(),
        }
    }

    /// The base cannot be reached, and nothing could be done without it.
    pub(super) fn unreachable(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Unreachable,
            sentence: sentence.into(),
        }
    }

    /// Something of ours is broken. What has a sentence of its own is said with it, however deep it lies.
    pub(super) fn broken(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(failure) = error.downcast_ref().and_then(of_safekeeping) {
                return failure;
            }
            cause = error.source();
        }
        Self {
            exit: Exit::Broken,
            sentence: words::broken(&chain(error)),
        }
    }
}

/// What a person can do something about: the key, and where copies go.
fn of_safekeeping(error: &StoreError) -> Option<Failure> {
    let shown = |path: &Path| path.display().to_string();
    let sentence = match error {
        StoreError::KeyMissing { path, place } => safekeeping::key_missing(&shown(path), place),
        StoreError::KeyDoesNotOpen { path, number } => {
            safekeeping::key_does_not_open(&shown(path), &number.to_string())
        }
        StoreError::KeyExposed { path, mode } => safekeeping::key_exposed(&shown(path), *mode),
        StoreError::KeyOfAnother { path } => safekeeping::key_of_another(&shown(path)),
        StoreError::KeyGarbled { place, source } => {
            safekeeping::key_garbled(place, &super::store::why(*source))
        }
        StoreError::Keyring { why } => safekeeping::keyring_unusable(why),
        StoreError::SupportMissing { path } => safekeeping::support_missing(&shown(path)),
        // Nothing is broken: it is refused for now.
        StoreError::InUse => return Some(Failure::refused(safekeeping::store_in_use())),
        _ => return None,
    };
    Some(Failure {
        exit: Exit::Broken,
        sentence,
    })
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(words::configuration(&chain(&error)))
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Address { .. } => Self::usage(words::configuration(&chain(&error))),
            error => Self::broken(&error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::broken(&error)
    }
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        Self::broken(&error)
    }
}

impl From<CounterError> for Failure {
    fn from(error: CounterError) -> Self {
        match &error {
            CounterError::Base(base) | CounterError::NoCopy(base) => Self::from(*base),
            CounterError::Store(_) | CounterError::NotRecorded => Self::broken(&error),
        }
    }
}

impl From<BaseError> for Failure {
    fn from(error: BaseError) -> Self {
        let sentence = words::base_failed(error.delay().0);
        match error {
            // The base can be reached, and says no to whoever asks.
            BaseError::LoginRefused => Self::refused(sentence),
            _ => Self::unreachable(sentence),
        }
    }
}
