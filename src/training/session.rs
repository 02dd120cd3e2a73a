//! What every request of one moment has in common.

use crate::training::prescription::Moment;
use crate::training::search::Unknown;

/// When a request came, and how its answers are addressed.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) moment: Moment,
    /// The base's own address as the caller wrote it, without a slash at its end.
    pub(super) address: String,
    pub(super) unknown: Unknown,
}
