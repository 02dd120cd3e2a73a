//! How a command ends when it does not end well: one sentence, one exit code.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use crate::base::BaseError;
use crate::chain;
use crate::config::ConfigError;
use crate::counter::CounterError;
use crate::domain::breakdown::Breakdown;
use crate::runtime::RuntimeError;
use crate::session::SessionError;
use crate::store::StoreError;
use crate::ui::wording::{breakdowns, command_line as words};

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

    /// Something of ours is broken. The chain of causes is in the log; a person reads what can be done.
    pub(super) fn broken(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = chain(error));
        let sentence = match breakdown(error) {
            Breakdown::Other => words::broken(&chain(error)),
            known => breakdowns::command_failed(known),
        };
        Self {
            exit: Exit::Broken,
            sentence,
        }
    }
}

/// What broke, as far as the causes of that error tell.
pub(super) fn breakdown(error: &(dyn Error + 'static)) -> Breakdown {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<StoreError>() {
            return error.breakdown();
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Breakdown::of_system(error.kind());
        }
        cause = error.source();
    }
    Breakdown::Other
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
