//! Temporary.
#[derive(Debug, clap::Subcommand)]
pub enum PrescriberCommand { Show }
#[derive(Debug, clap::Subcommand)]
pub enum PatientCommand { Oppose }
pub async fn prescriber(_: &crate::config::Config, _: &PrescriberCommand, _: super::output::Format) -> Result<(), super::failure::Failure> { Ok(()) }
pub async fn patient(_: &crate::config::Config, _: &PatientCommand, _: super::output::Format) -> Result<(), super::failure::Failure> { Ok(()) }
