//! `comptoir base serve`: the training base alone, for several terminals or for tests.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::json;

use super::failure::Failure;
use super::output::{Format, complain, show};
use crate::config::Config;
use crate::session::{self, SessionError};
use crate::training::TrainingBase;
use crate::ui::wording::command_line as words;

/// Serves until interrupted.
pub(super) async fn serve(
    config: &Config,
    listen: SocketAddr,
    data: Option<&Path>,
    format: Format,
) -> Result<(), Failure> {
    let data = data.unwrap_or(&config.data_dir);
    fs::create_dir_all(data).map_err(|error| Failure::broken(&error))?;
    let base = TrainingBase::open(&session::training_path(data)).map_err(SessionError::from)?;
    if !listen.ip().is_loopback() {
        complain(words::training_base_in_the_open());
    }
    let address = session::serve(base, listen).await?;
    let address = address.to_string();
    let document = json!({ "address": address, "data": data.display().to_string() });
    show(format, &document, || words::training_base_listens(&address));
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| Failure::broken(&error))
}
