//! From the outbox to the base: one try at a time, oldest first, each with its true state afterwards.

use std::time::Duration;

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
    /// How long the base asked to be left alone (Retry-After).
    pub asked_rest: Option<Duration>,
}

/// What became of a round through the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostRound {
    /// The hand-overs tried, with their state now, in the order in which they were tried.
    pub tried: Vec<OutboxEntry>,
    /// What was last seen of the base; `None` when nothing was due.
    pub base: Option<BaseSeen>,
}

/// What one try showed of the base.
struct Tried {
    seen: BaseSeen,
    asked_rest: Option<Duration>,
}

impl<T: Transport> Counter<T> {
    /// Posts that hand-over now, whenever it is due; and before it those of the same prescription that go first.
    pub async fn post_one(
        &self,
        dispense: DispenseId,
        now: Timestamp,
        jitter: Jitter,
    ) -> Result<Posted, CounterError> {
        let (mut base, mut asked_rest) = (None, None);
        for next in self.store.outbox_up_to(dispense)? {
            if let Some(tried) = self.try_once(next, now, jitter).await? {
                (base, asked_rest) = (Some(tried.seen), tried.asked_rest);
            }
            if self.entry(next)?.state() == &PostState::Pending {
                break;
            }
        }
        Ok(Posted {
            entry: self.entry(dispense)?,
            base,
            asked_rest,
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
            let Some(Tried { seen, .. }) = self.try_once(dispense, now, jitter).await? else {
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

    /// Posts everything that waits, due or not, oldest first, with a rest between two; stops as [`Self::post_due`] does.
    pub async fn post_all(
        &self,
        now: impl Fn() -> Timestamp,
        jitter: impl Fn() -> Jitter,
        rest: impl AsyncFn(),
    ) -> Result<PostRound, CounterError> {
        let mut round = PostRound::default();
        for (place, waiting) in self.store.outbox_waiting()?.into_iter().enumerate() {
            if place > 0 {
                rest().await;
            }
            let posted = self.post_one(waiting, now(), jitter()).await?;
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
    ) -> Result<Option<Tried>, CounterError> {
        let Some(entry) = self.store.claim(dispense, now)? else {
            return Ok(None);
        };
        let waiting: Vec<DispensedLineId> = entry
            .states
            .iter()
            .filter(|(_, state)| *state == PostState::Pending)
            .map(|(line, _)| *line)
            .collect();
        let (seen, asked_rest) = match self.base.post_reading_consent(&entry.hand_over, &waiting).await {
            Ok(PostAnswer { states, consent }) => {
                // Before the states: what is shown as accepted is never shown under an older choice.
                if let Some(consent) = consent.filter(|consent| *consent != entry.consent()) {
                    self.store.note_consent(dispense, consent)?;
                }
                self.store.settle(dispense, &states, now)?;
                if self.entry(dispense)?.state() != &PostState::Pending {
                    return Ok(Some(Tried {
                        seen: BaseSeen::Answering,
                        asked_rest: None,
                    }));
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
            let next = next_attempt(now, entry.attempts, asked_rest, jitter);
            self.store.delay(dispense, reason, now, next)?;
        }
        Ok(Some(Tried { seen, asked_rest }))
    }

    fn entry(&self, dispense: DispenseId) -> Result<OutboxEntry, CounterError> {
        self.store.hand_over(dispense)?.ok_or(CounterError::NotRecorded)
    }
}
