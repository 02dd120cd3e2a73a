//! The outbox: hand-overs the base has not acknowledged yet, and when to try again.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::consent::Consent;
use crate::domain::dispense::HandOver;
use crate::domain::identifiers::{DispensedLineId, LineNumber};
use crate::domain::people::Operator;
use crate::domain::prescription::{Delivery, DeliveryStanding};
use crate::domain::refusal::Refusal;

/// The true state of one dispensed line with respect to the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostState {
    /// Recorded here; the base has not answered for it.
    Pending,
    /// The base acknowledged it.
    Accepted,
    /// The base holds something that contradicts it: a person must settle it. The register entry stays.
    Conflict(Refusal),
    /// The base refused it, and trying again would change nothing. The register entry stays.
    Refused(Refusal),
    /// Recorded here only: its prescription has no number at the base, so nothing is ever posted of it.
    Local,
}

impl PostState {
    /// The code that files carry.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Conflict(_) => "conflict",
            Self::Refused(_) => "refused",
            Self::Local => "local",
        }
    }

    /// The state of a whole hand-over: the one of its lines that most needs attention.
    pub fn of_all<'a>(states: impl IntoIterator<Item = &'a Self>) -> &'a Self {
        let urgency = |state: &Self| match state {
            // Of lines that the base is told and lines that it is not, the first say where the hand-over is.
            Self::Local => 0,
            Self::Accepted => 1,
            Self::Refused(_) => 2,
            Self::Conflict(_) => 3,
            Self::Pending => 4,
        };
        states
            .into_iter()
            .max_by_key(|state| urgency(state))
            .unwrap_or(&Self::Accepted)
    }
}

/// Why the last post did not end: none of these is a "no".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelayReason {
    /// Nothing was tried yet.
    NotTried,
    /// The base cannot be reached.
    Unreachable,
    /// It was reached, and gave no answer in time, or broke the line.
    NoAnswer,
    /// The base answered that it is not available (408, 5xx).
    Unavailable,
    /// The base asks for fewer requests (429).
    Throttled,
    /// The base refuses this pharmacy altogether (403); a copy kept here is served all the same.
    AccessRefused,
    /// The base does not accept our login.
    LoginRefused,
    /// The base answered something that cannot be read.
    Garbled,
    /// The answer was lost: the post may have arrived. It is looked up before it is posted again.
    OutcomeUnknown,
}

impl DelayReason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NotTried,
        Self::Unreachable,
        Self::NoAnswer,
        Self::Unavailable,
        Self::Throttled,
        Self::AccessRefused,
        Self::LoginRefused,
        Self::Garbled,
        Self::OutcomeUnknown,
    ];

    /// The code that the store and JSON carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotTried => "not-tried",
            Self::Unreachable => "unreachable",
            Self::NoAnswer => "no-answer",
            Self::Unavailable => "unavailable",
            Self::Throttled => "throttled",
            Self::AccessRefused => "access-refused",
            Self::LoginRefused => "login-refused",
            Self::Garbled => "garbled",
            Self::OutcomeUnknown => "outcome-unknown",
        }
    }

    /// The reason with that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// A hand-over in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// What was handed over.
    pub hand_over: HandOver,
    /// The patient's choice as read with the last post, where it is not the one of the hand-over any more.
    pub consent_since: Option<Consent>,
    /// The state of each line.
    pub states: Vec<(DispensedLineId, PostState)>,
    /// When it was recorded.
    pub since: Timestamp,
    /// How many times it was posted without an end.
    pub attempts: u32,
    /// When it is tried next.
    pub next_attempt: Timestamp,
    /// Why it is still here.
    pub reason: DelayReason,
    /// What a person decided about it last, once the base refused or contradicted it.
    pub settlement: Option<Settlement>,
}

impl OutboxEntry {
    /// The patient's choice as it was last read.
    pub fn consent(&self) -> Consent {
        self.consent_since.unwrap_or(self.hand_over.consent)
    }

    /// The state of the whole hand-over.
    pub fn state(&self) -> &PostState {
        PostState::of_all(self.states.iter().map(|(_, state)| state))
    }

    /// Whether the base said no and no person has settled it yet.
    pub fn is_to_settle(&self) -> bool {
        let is_no = matches!(self.state(), PostState::Conflict(_) | PostState::Refused(_));
        is_no
            && self
                .settlement
                .as_ref()
                .is_none_or(|settlement| settlement.choice == SettlementChoice::Retried)
    }

    /// Why the base said no, of each line that it refused or contradicted.
    pub fn refusals(&self) -> impl Iterator<Item = (DispensedLineId, &Refusal)> {
        self.states.iter().filter_map(|(line, state)| match state {
            PostState::Conflict(refusal) | PostState::Refused(refusal) => Some((*line, refusal)),
            PostState::Pending | PostState::Accepted | PostState::Local => None,
        })
    }

    /// What a person can do about it. Nobody received or did not receive a correction; and what cannot be lifted at the
    /// base is not sent again for nothing.
    pub fn choices(&self) -> Vec<SettlementChoice> {
        let may_be_lifted = self.refusals().any(|(_, refusal)| refusal.code.may_be_lifted());
        let is_correction = self.hand_over.corrects.is_some();
        SettlementChoice::ALL
            .into_iter()
            .filter(|choice| match choice {
                SettlementChoice::Kept | SettlementChoice::NotReceived => !is_correction,
                SettlementChoice::Retried => may_be_lifted,
                SettlementChoice::Acknowledged => true,
            })
            .collect()
    }

    /// Its lines as deliveries of the prescription. Boxes that a person settled as never received do not count.
    pub fn deliveries(&self) -> impl Iterator<Item = (LineNumber, Delivery)> {
        let is_not_received = self
            .settlement
            .as_ref()
            .is_some_and(|settlement| settlement.choice == SettlementChoice::NotReceived);
        self.hand_over.deliveries().map(move |(line, delivery)| {
            let is_no = self.states.iter().any(|(id, state)| {
                Some(*id) == delivery.id && matches!(state, PostState::Conflict(_) | PostState::Refused(_))
            });
            let standing = if is_no && is_not_received {
                DeliveryStanding::EnteredInError
            } else {
                delivery.standing
            };
            (line, Delivery { standing, ..delivery })
        })
    }

    /// Whether it is still open: to be posted, or to be settled by a person.
    pub fn is_open(&self) -> bool {
        *self.state() == PostState::Pending || self.is_to_settle()
    }
}

/// What a person does about a hand-over that the base refused or contradicted. The register keeps every entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettlementChoice {
    /// The boxes left: kept as documented over-delivery, of which the prescriber is informed.
    Kept,
    /// The patient did not receive them: the entries here are cancelled by counter-entries.
    NotReceived,
    /// What stood against it is annulled at the base: it is posted again.
    Retried,
    /// Nothing more is to be done; the reason says why.
    Acknowledged,
}

impl SettlementChoice {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Kept, Self::NotReceived, Self::Retried, Self::Acknowledged];

    /// The code that the store and JSON carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::NotReceived => "not-received",
            Self::Retried => "retried",
            Self::Acknowledged => "acknowledged",
        }
    }

    /// The choice with that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == code)
    }
}

/// A choice, with its author, moment and reason.
#[derive(Clone, PartialEq, Eq)]
pub struct Settlement {
    /// What was chosen.
    pub choice: SettlementChoice,
    /// Who chose.
    pub operator: Operator,
    /// When.
    pub at: Timestamp,
    /// Why, in words.
    pub reason: String,
}

/// The shortest wait between two tries.
pub const RETRY_DELAY_MIN: Duration = Duration::from_secs(1);
/// The longest: a pharmacy that comes back from an outage catches up within five minutes.
pub const RETRY_DELAY_MAX: Duration = Duration::from_secs(300);

/// A random number from 0 to 999, drawn by the caller: the thousandths of the wait to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jitter(pub u16);

/// When to try again after `attempts` tries without an end: exponential with full jitter, so that
/// thousands of counters do not come back to the base in the same second.
pub fn next_attempt(
    now: Timestamp,
    attempts: u32,
    retry_after: Option<Duration>,
    jitter: Jitter,
) -> Timestamp {
    let ceiling = RETRY_DELAY_MIN
        .saturating_mul(1 << attempts.min(16))
        .min(RETRY_DELAY_MAX);
    let drawn = ceiling.saturating_mul(u32::from(jitter.0.min(999)) + 1) / 1000;
    // The base's own wish (Retry-After) comes first, but never for longer than an hour.
    let asked = retry_after.unwrap_or_default().min(Duration::from_secs(3600));
    let wait = drawn.max(asked).max(RETRY_DELAY_MIN / 4);
    now.checked_add(wait).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_five_minutes_and_is_never_nothing() {
        let now = Timestamp::UNIX_EPOCH;
        let wait = |attempts, jitter| next_attempt(now, attempts, None, Jitter(jitter)).as_second();
        assert_eq!([0, 1, 2, 3].map(|attempts| wait(attempts, 999)), [1, 2, 4, 8]);
        assert_eq!(wait(40, 999), 300);
        assert!(next_attempt(now, 0, None, Jitter(0)) > now);
    }

    #[test]
    fn the_base_may_ask_for_a_longer_wait_but_not_for_ever() {
        let now = Timestamp::UNIX_EPOCH;
        let after =
            |seconds| next_attempt(now, 0, Some(Duration::from_secs(seconds)), Jitter(999)).as_second();
        assert_eq!(after(60), 60);
        assert_eq!(after(86_400), 3600);
    }

    #[test]
    fn a_hand_over_is_accepted_only_when_every_line_is() {
        let states = [PostState::Accepted, PostState::Pending];
        assert_eq!(PostState::of_all(&states), &PostState::Pending);
        assert_eq!(PostState::of_all(&states[..1]), &PostState::Accepted);
    }
}
