//! Temporary.
pub async fn play() -> Result<(), super::failure::Failure> { Ok(()) }
