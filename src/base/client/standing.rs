//! Two questions of the doctor's: what time the base has, and whether it accepts our login.

use jiff::Timestamp;

use super::Base;
use crate::base::BaseError;
use crate::base::transport::{Request, Transport};

/// A number with the right shape that no prescription has: its execution orders are none.
const NOBODYS_NUMBER: &str = "00A000000000000000";

impl<T: Transport> Base<T> {
    /// The base's own time, when it says it (the `Date` of its answer).
    pub async fn date(&self) -> Result<Option<Timestamp>, BaseError> {
        Ok(self.ask(Request::get("metadata")).await?.date())
    }

    /// Asks for something that only a pharmacy may ask for, and that nobody has.
    pub async fn log_in(&self) -> Result<(), BaseError> {
        let target = format!("Task?group-identifier={NOBODYS_NUMBER}");
        match self.ask(Request::get(target)).await?.status {
            403 => Err(BaseError::LoginRefused),
            _ => Ok(()),
        }
    }
}
