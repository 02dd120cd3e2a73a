//! What the reader of arguments found wrong, as a sentence.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::ui::wording::command_line::usage as words;

/// What was typed wrong, and where the right words are.
pub(super) fn mistake(error: &Error) -> String {
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
            words::missing_command(&given(ContextKind::ValidSubcommand))
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

fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}
