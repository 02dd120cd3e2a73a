//! What the reader of arguments found wrong, as a sentence.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use crate::ui::wording::command_line::usage as words;

/// What was typed wrong, and where the right words are.
pub(super) fn mistake(error: &Error, typed: &[OsString], root: &Command) -> String {
    let said = |kind| context(error, kind);
    let given = |kind| said(kind).unwrap_or_default();
    let sentence = match error.kind() {
        ErrorKind::UnknownArgument => words::unknown_option(
            &given(ContextKind::InvalidArg),
            said(ContextKind::SuggestedArg).as_deref(),
        ),
        ErrorKind::InvalidSubcommand => words::unknown_command(
            &given(ContextKind::InvalidSubcommand),
            said(ContextKind::SuggestedSubcommand).as_deref(),
        ),
        ErrorKind::MissingRequiredArgument => words::missing(&given(ContextKind::InvalidArg)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            words::missing_command(&commands_below(typed, root))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::NoEquals => words::unfit_value(
            &given(ContextKind::InvalidValue),
            &given(ContextKind::InvalidArg),
            said(ContextKind::ValidValue).as_deref(),
        ),
        ErrorKind::ArgumentConflict => words::conflict(
            &given(ContextKind::InvalidArg),
            said(ContextKind::PriorArg)
                .filter(|prior| *prior != given(ContextKind::InvalidArg))
                .as_deref(),
        ),
        _ => words::not_understood().to_owned(),
    };
    words::rejected(&sentence)
}

/// The commands of the one that was given alone: the reader of arguments names them in its help only.
fn commands_below(typed: &[OsString], root: &Command) -> String {
    let mut alone = root;
    for word in typed.iter().skip(1).filter_map(|word| word.to_str()) {
        alone = alone.find_subcommand(word).unwrap_or(alone);
    }
    let shown = alone.get_subcommands().filter(|command| !command.is_hide_set());
    shown.map(Command::get_name).collect::<Vec<_>>().join(", ")
}

fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}
