//! The use cases of the counter, called by the terminal and by the command line alike.
//!
//! ```text
//!   number ─consult→ Consultation ─check, record→ Recorded ─post→ the true state at the base
//!               │                        │                 │
//!          base, else store         store, first      base, then store
//! ```
//!
//! Time, chance and identifiers are arguments; nothing here waits or repeats by itself.

mod consult;
mod correct;
mod history;
mod post;
mod record;
mod settle;
mod transcribe;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::{Base, BaseError, HoldAnswer, Transport};
use crate::catalogue::Catalogue;
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::{DelayReason, OutboxEntry, PostState};
use crate::domain::people::{Operator, Pharmacy};
use crate::domain::retention::legal_zone;
use crate::store::{Store, StoreError};

pub use consult::{Consultation, ConsultationAnswer, Freshness};
pub use correct::{CorrectionOrder, CorrectionOutcome, Replacement};
pub use post::{PostRound, Posted};
pub use record::{RecordOutcome, Recorded};
pub use settle::{Contradiction, ContradictionSource, SettleOutcome};
pub use transcribe::TranscriptionAnswer;

/// How long a prescription is held while it is served: longer than serving it takes, shorter than an afternoon that
/// its patient loses when the counter forgets to give it back.
pub const HOLD_LASTS: Duration = Duration::from_secs(30 * 60);

/// One counter of one pharmacy, and all it works with.
pub struct Counter<T: Transport> {
    /// The national base.
    pub base: Base<T>,
    /// The register, the outbox, and copies of prescriptions.
    pub store: Store,
    /// The medicines database.
    pub catalogue: Catalogue,
    /// Where this counter is.
    pub pharmacy: Pharmacy,
    /// Who stands at it.
    pub operator: Operator,
    zone: TimeZone,
}

/// Why a use case could not be carried out. What the rules or the base refuse is never one of these.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// The store failed.
    #[error("the store could not do it")]
    Store(#[from] StoreError),
    /// The base gave no answer, and nothing can be done without it.
    #[error("the base gave no answer")]
    Base(#[from] BaseError),
    /// The base gave no answer, and this counter never received that prescription.
    #[error("the base gave no answer, and no copy of the prescription is kept here")]
    NoCopy(#[source] BaseError),
    /// No paper was served here under that reference of our own, or what was transcribed of it is kept no more.
    #[error("no paper is kept here under this reference")]
    NoPaper,
    /// The hand-over to post was never recorded here.
    #[error("this hand-over is not recorded here")]
    NotRecorded,
}

/// What an exchange showed of the base. Whoever shows its state keeps the moment with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseSeen {
    /// It answered, be it with a refusal.
    Answering,
    /// It gave no usable answer.
    Silent(DelayReason),
}

impl BaseSeen {
    /// Whether the next post would meet the same. An answer that cannot be read may be about one hand-over only.
    pub fn stops_a_round(self) -> bool {
        !matches!(self, Self::Answering | Self::Silent(DelayReason::Garbled))
    }
}

impl CounterError {
    /// What it shows of the base, when it shows something.
    pub fn base(&self) -> Option<BaseSeen> {
        match self {
            Self::Base(error) | Self::NoCopy(error) => Some(BaseSeen::Silent(error.delay().0)),
            Self::Store(_) | Self::NoPaper | Self::NotRecorded => None,
        }
    }
}

impl<T: Transport> Counter<T> {
    /// A counter of that pharmacy.
    pub fn new(
        base: Base<T>,
        store: Store,
        catalogue: Catalogue,
        pharmacy: Pharmacy,
        operator: Operator,
    ) -> Self {
        Self {
            base,
            store,
            catalogue,
            pharmacy,
            operator,
            zone: legal_zone(),
        }
    }

    /// The day it is at that moment, where the law counts days.
    pub fn day(&self, now: Timestamp) -> Date {
        now.to_zoned(self.zone.clone()).date()
    }

    /// What was handed over on that day from this store, oldest first.
    pub fn served_on(&self, day: Date) -> Result<Vec<OutboxEntry>, CounterError> {
        let end = day.tomorrow().map_or(Timestamp::MAX, |next| self.midnight(next));
        Ok(self.store.served_between(self.midnight(day), end)?)
    }

    /// What a person settled from that day on, oldest hand-over first.
    pub fn settled_on(&self, day: Date) -> Result<Vec<OutboxEntry>, CounterError> {
        Ok(self.store.settled_since(self.midnight(day))?)
    }

    /// When that day begins.
    pub fn midnight(&self, day: Date) -> Timestamp {
        let start = day.to_zoned(self.zone.clone());
        start.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }

    /// Takes the prescription for this pharmacy for [`HOLD_LASTS`], or says who has it.
    pub async fn take_hold(
        &self,
        number: &PrescriptionNumber,
        now: Timestamp,
    ) -> Result<HoldAnswer, CounterError> {
        let until = now.checked_add(HOLD_LASTS).unwrap_or(Timestamp::MAX);
        Ok(self.base.take_hold(number, now, until).await?)
    }

    /// The same, also from a colleague at another terminal of this pharmacy.
    pub async fn take_hold_over(
        &self,
        number: &PrescriptionNumber,
        now: Timestamp,
    ) -> Result<HoldAnswer, CounterError> {
        let until = now.checked_add(HOLD_LASTS).unwrap_or(Timestamp::MAX);
        Ok(self.base.take_hold_over(number, now, until).await?)
    }

    /// Gives the prescription back.
    pub async fn give_back(&self, number: &PrescriptionNumber) -> Result<(), CounterError> {
        Ok(self.base.give_hold_back(number).await?)
    }
}

/// Whether the prescriber sees that hand-over. `None` until the base accepted all of it: nobody knows before.
pub fn visible_to_prescriber(entry: &OutboxEntry) -> Option<bool> {
    let is_accepted = *entry.state() == PostState::Accepted;
    is_accepted.then(|| entry.consent().lets_prescribers_see())
}
