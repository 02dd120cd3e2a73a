//! From the outbox to the base: one try at a time, oldest first, each with its true state afterwards.

use jiff::Timestamp;

use super::{BaseSeen, Counter, CounterError};
use crate::base::{PostAnswer, Transport};
use crate::domain::identifiers::{DispenseId, DispensedLineId};
use crate::domain::outbox::{DelayReason, Jitter, OutboxEntry, PostState, next_attempt};

/// What became of one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The hand-over with its state now.
    pub entry: OutboxEntry,
    /// What was seen of the base; `None` when nothing was sent, because nothing waits or another process is at it.
    pub base: Option<BaseSeen>,
}

/// What became of a round through the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostRound {
    /// The hand-overs tried, with their state now, in the order in which they were tried.
    pub tried: Vec<OutboxEntry>,
    /// What was last seen of the base; `None` when nothing was due.
    pub base: Option<BaseSeen>,
}

impl<T: Transport> Counter<T> {
    /// Posts that hand-over now, whenever it is due; and before it those of the same prescription that go first.
    pub async fn post_one(
        &self,
        dispense: DispenseId,
        now: Timestamp,
        jitter: Jitter,
    ) -> Result<Posted, CounterError> {
        let mut base = None;
        for next in self.store.outbox_up_to(dispense)? {
            base = self.try_once(next, now, jitter).await?.or(base);
            if self.entry(next)?.state() == &PostState::Pending {
                break;
            }
        }
        Ok(Posted {
            entry: self.entry(dispense)?,
            base,
        })
    }

    /// Posts what is due, oldest first, at most `limit` of them.
    ///
    /// Stops at the first sign that the next post would fare no better; goes on after a refusal or a conflict, which
    /// are answers.
    pub async fn post_due(
        &self,
        now: Timestamp,
        jitter: Jitter,
        limit: u32,
    ) -> Result<PostRound, CounterError> {
        let mut round = PostRound::default();
        for _ in 0..limit {
            // Asked anew each time: an accepted one makes the next of its prescription due.
            let Some(due) = self.store.outbox_due(now, 1)?.pop() else {
                break;
            };
            let dispense = due.hand_over.id;
            let Some(seen) = self.try_once(dispense, now, jitter).await? else {
                continue;
            };
            round.tried.push(self.entry(dispense)?);
            round.base = Some(seen);
            if seen.stops_a_round() {
                break;
            }
        }
        Ok(round)
    }

    /// Posts everything that waits, due or not, oldest first; stops as [`Self::post_due`] does.
    pub async fn post_all(
        &self,
        now: impl Fn() -> Timestamp,
        jitter: impl Fn() -> Jitter,
    ) -> Result<PostRound, CounterError> {
        let mut round = PostRound::default();
        for waiting in self.store.outbox()? {
            if *waiting.state() != PostState::Pending {
                continue;
            }
            let posted = self.post_one(waiting.hand_over.id, now(), jitter()).await?;
            let Some(seen) = posted.base else { continue };
            round.tried.push(posted.entry);
            round.base = Some(seen);
            if seen.stops_a_round() {
                break;
            }
        }
        Ok(round)
    }

    /// One try; `None` when the entry could not be claimed.
    async fn try_once(
        &self,
        dispense: DispenseId,
        now: Timestamp,
        jitter: Jitter,
    ) -> Result<Option<BaseSeen>, CounterError> {
        let Some(entry) = self.store.claim(dispense, now)? else {
            return Ok(None);
        };
        let waiting: Vec<DispensedLineId> = entry
            .states
            .iter()
            .filter(|(_, state)| *state == PostState::Pending)
            .map(|(line, _)| *line)
            .collect();
        let (seen, retry_after) = match self.base.post_reading_consent(&entry.hand_over, &waiting).await {
            Ok(PostAnswer { states, consent }) => {
                // Before the states: what is shown as accepted is never shown under an older choice.
                if let Some(consent) = consent.filter(|consent| *consent != entry.consent()) {
                    self.store.note_consent(dispense, consent)?;
                }
                self.store.settle(dispense, &states, now)?;
                if self.entry(dispense)?.state() != &PostState::Pending {
                    return Ok(Some(BaseSeen::Answering));
                }
                // An answer that leaves a line out is not one.
                (BaseSeen::Silent(DelayReason::Garbled), None)
            }
            Err(error) => {
                let (reason, retry_after) = error.delay();
                (BaseSeen::Silent(reason), retry_after)
            }
        };
        if let BaseSeen::Silent(reason) = seen {
            let next = next_attempt(now, entry.attempts, retry_after, jitter);
            self.store.delay(dispense, reason, now, next)?;
        }
        Ok(Some(seen))
    }

    fn entry(&self, dispense: DispenseId) -> Result<OutboxEntry, CounterError> {
        self.store.hand_over(dispense)?.ok_or(CounterError::NotRecorded)
    }
}
