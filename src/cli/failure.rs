//! How a command ends when it does not end well: one sentence, one exit code.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::base::{BaseError, InvalidAddress};
use crate::chain;
use crate::config::ConfigError;
use crate::counter::CounterError;
use crate::domain::breakdown::Breakdown;
use crate::runtime::RuntimeError;
use crate::session::SessionError;
use crate::store::StoreError;
use crate::ui::wording::{breakdowns, command_line as words, configuration, paper, safekeeping};

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
        if let Some(failure) = store_error(error).and_then(of_safekeeping) {
            return failure;
        }
        let sentence = match store_error(error) {
            Some(error) if error.breakdown() != Breakdown::Other => {
                breakdowns::command_failed(error.breakdown())
            }
            _ => match breakdown(error) {
                Breakdown::Other => words::broken(&chain(error)),
                known => words::broken(breakdowns::why(known)),
            },
        };
        Self {
            exit: Exit::Broken,
            sentence,
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

/// The causes of an error, itself first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn store_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a StoreError> {
    causes(error).find_map(|error| error.downcast_ref::<StoreError>())
}

/// What broke, as far as the causes of that error tell.
pub(super) fn breakdown(error: &(dyn Error + 'static)) -> Breakdown {
    if let Some(error) = store_error(error) {
        return error.breakdown();
    }
    let system = causes(error).find_map(|error| error.downcast_ref::<io::Error>());
    system.map_or(Breakdown::Other, |error| Breakdown::of_system(error.kind()))
}

/// Why the configuration has no meaning, and what to do.
pub(super) fn configuration(error: &ConfigError) -> String {
    let shown = |path: &std::path::Path| path.display().to_string();
    configuration::useless(&match error {
        ConfigError::Unreadable { path, source } => {
            configuration::unreadable(&shown(path), Breakdown::of_system(source.kind()))
        }
        ConfigError::NotToml { path, line, source } => {
            configuration::not_toml(&shown(path), *line, source.message())
        }
        ConfigError::Identifier { place, source } => configuration::identifier(place, source),
        ConfigError::UnknownOperator { wanted, known } => configuration::unknown_operator(wanted, known),
        ConfigError::UnknownRole(role) => configuration::unknown_role(role),
        ConfigError::NoHome => configuration::no_home().to_owned(),
        ConfigError::Missing(what) => configuration::missing(what),
    })
}

fn address(address: &str, why: InvalidAddress) -> String {
    let why = match why {
        InvalidAddress::NotAUrl => configuration::ADDRESS_NOT_A_URL,
        InvalidAddress::NotHttps => configuration::ADDRESS_NOT_HTTPS,
        InvalidAddress::TooMuch => configuration::ADDRESS_TOO_MUCH,
    };
    configuration::useless(&configuration::address(address, why))
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(configuration(&error))
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Address {
                address: given,
                source,
            } => Self::usage(address(&given, source)),
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
            CounterError::NoPaper => Self::refused(paper::no_paper()),
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
