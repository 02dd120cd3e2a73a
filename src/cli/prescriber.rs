//! Temporary.
#[derive(Debug, clap::Subcommand)]
pub(super) enum PrescriberCommand { Show }
#[derive(Debug, clap::Subcommand)]
pub(super) enum PatientCommand { Oppose }
pub(super) async fn prescriber(_: &crate::config::Config, _: &PrescriberCommand, _: super::output::Format) -> Result<(), super::failure::Failure> { Ok(()) }
pub(super) async fn patient(_: &crate::config::Config, _: &PatientCommand, _: super::output::Format) -> Result<(), super::failure::Failure> { Ok(()) }
