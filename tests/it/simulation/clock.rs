//! The one clock of a simulated world: it moves when the schedule says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// What time it is, for everybody.
#[derive(Clone)]
pub(super) struct Clock(Arc<AtomicI64>);

impl Clock {
    /// 22 November 2026, ten o'clock in Paris.
    pub(super) fn new() -> Self {
        let start: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        Self(Arc::new(AtomicI64::new(start.as_millisecond())))
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Not backwards.
    pub(super) fn advance_to(&self, moment: Timestamp) {
        self.0.fetch_max(moment.as_millisecond() + 1, Ordering::SeqCst);
    }
}
