//! `comptoir report`: usage figures of this counter, without a patient.

use serde_json::json;

use super::failure::Failure;
use super::output::{Format, show};
use crate::config::Config;
use crate::session;
use crate::ui::wording::command_line as words;

/// Counts.
pub(super) fn report(config: &Config, format: Format) -> Result<(), Failure> {
    let store = session::open_store(config)?;
    let registered = store.register_length()?;
    let waiting = store.outbox()?.len();
    let document = json!({ "register_entries": registered, "not_acknowledged": waiting });
    show(format, &document, || words::report(registered, waiting));
    Ok(())
}
