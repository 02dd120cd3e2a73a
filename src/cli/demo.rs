//! Temporary.
pub(super) async fn play() -> Result<(), super::failure::Failure> { Ok(()) }
