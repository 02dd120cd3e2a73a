//! The outbox at work: what is posted when, in which order, and what becomes of what the base refuses.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;

use super::workshop::{Workshop, World};
use crate::app::Message;
use crate::app::effect::SettleRequest;
use crate::app::message::{Contradiction, ContradictionSource, StoreTask};
use crate::app::settling::{self, SettleFailure};
use crate::counter::{self, BaseSeen, CounterError, SettleOutcome};
use crate::domain::identifiers::DispenseId;
use crate::domain::outbox::{DelayReason, OutboxEntry};
use crate::store::{CLOCK_STEP_MAX, StoreError};

/// Which hand-overs to post.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PostTask {
    /// Those whose next attempt has come.
    Due,
    /// Every one that waits.
    Now,
}

/// How long the base is left alone, as far as this process knows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pause {
    /// When it began.
    since: Option<Timestamp>,
    /// When the oldest hand-over that waits is tried again: no other one is tried before.
    until: Option<Timestamp>,
    /// Whether the base itself asked for that pause (Retry-After): then only its end ends it, or a person.
    is_asked_for: bool,
    /// Whether it ended early because the base answered something else: everything that waits may go, oldest first.
    is_over: bool,
}

impl Pause {
    /// The base answered something: the pause is over, unless the base itself had asked for it.
    pub(super) fn base_answered(&mut self) {
        if self.until.is_some() && !self.is_asked_for {
            *self = Self {
                is_over: true,
                ..Self::default()
            };
        }
    }

    /// Its end, while it lasts. A clock that was set back since it began says nothing about it: it is over, or a
    /// wrong clock could postpone every post for a year.
    fn lasts_until(&self, now: Timestamp) -> Option<Timestamp> {
        let was_set_back = self.since.is_some_and(|since| {
            SignedDuration::try_from(CLOCK_STEP_MAX).is_ok_and(|step| now < since - step)
        });
        self.until.filter(|until| now < *until && !was_set_back)
    }
}

/// How many hand-overs one round tries.
const ROUND_MAX: u32 = 100;

/// After how many unreadable answers in a row a round ends: one may be about one hand-over only, three are the base's.
const GARBLED_MAX: u32 = 3;

/// How long posts are left alone after our own store failed: a full disk must not be tried in a circle.
pub const STORE_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Why a round of posts ended early.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("the posts stopped")]
    Counter(#[from] CounterError),
    #[error("the outbox cannot be read")]
    Store(#[from] StoreError),
    // Without its cause: a panic's words may come from a patient's data.
    #[error("the posts broke off")]
    BrokenOff,
}

impl<W: World + 'static> Workshop<W> {
    /// Posts what is due, one round after the other; rounds asked for meanwhile become one.
    pub async fn post(self: Arc<Self>, mut tasks: UnboundedReceiver<PostTask>) {
        while let Some(mut task) = tasks.recv().await {
            while let Ok(next) = tasks.try_recv() {
                task = if next == PostTask::Now { next } else { task };
            }
            let next_attempt = match Arc::clone(&self).post_and_look(task).await {
                Ok(next_attempt) => next_attempt,
                Err(error) => {
                    self.report(&error);
                    self.0.now().checked_add(STORE_RETRY_DELAY).ok()
                }
            };
            self.0.tell(Message::PostingEnded { next_attempt });
        }
    }

    /// One round, and when the next is due.
    async fn post_and_look(self: Arc<Self>, task: PostTask) -> Result<Option<Timestamp>, RoundError> {
        let workshop = Arc::clone(&self);
        // A round that panics is one round lost, not the outbox.
        self.0
            .apart(async move { workshop.post_round(task).await })
            .await
            .ok_or(RoundError::BrokenOff)??;
        let next = self.0.counter().store.outbox_wakes_at(self.0.now())?;
        let until = self.pause().lasts_until(self.0.now());
        Ok(next.map(|next| until.map_or(next, |until| next.max(until))))
    }

    /// What a round tries, oldest first; nothing while the base is left alone.
    fn round(&self, task: PostTask) -> Result<Vec<DispenseId>, CounterError> {
        let now = self.0.now();
        let store = &self.0.counter().store;
        let mut pause = self.pause();
        let is_left_alone = pause.lasts_until(now).is_some();
        Ok(match task {
            PostTask::Now => store.outbox_waiting()?,
            PostTask::Due if is_left_alone => Vec::new(),
            PostTask::Due if std::mem::take(&mut pause.is_over) => store.outbox_waiting()?,
            PostTask::Due => store.outbox_due_ids(now, ROUND_MAX)?,
        })
    }

    async fn post_round(&self, task: PostTask) -> Result<(), CounterError> {
        let mut garbled = 0;
        let mut begun: Option<Timestamp> = None;
        for id in self.round(task)? {
            if let Some(begun) = begun {
                let spent = Duration::try_from(self.0.now().duration_since(begun)).unwrap_or_default();
                self.0.rest(self.0.pace().saturating_sub(spent)).await;
            }
            let now = self.0.now();
            begun = Some(now);
            self.0.tell(Message::PostStarted(id));
            let posted = self.0.counter().post_one(id, now, self.0.jitter()).await?;
            let next_attempt = posted.entry.next_attempt;
            self.0.tell(Message::PostAnswered(Box::new(posted.entry)));
            let Some(seen) = posted.base else { continue };
            garbled = match seen {
                BaseSeen::Silent(DelayReason::Garbled) => garbled + 1,
                _ => 0,
            };
            if seen.stops_a_round() || garbled == GARBLED_MAX {
                // The next one would fare no better, and thousands may wait: none is tried before this one's next try.
                *self.pause() = Pause {
                    // The time that its end is reckoned from: a clock set back since then, while the base was waited
                    // for, says nothing about that end.
                    since: Some(now),
                    until: Some(next_attempt),
                    is_asked_for: posted.asked_rest.is_some(),
                    is_over: false,
                };
                self.tell_base(seen);
                break;
            }
            if seen == BaseSeen::Answering {
                *self.pause() = Pause::default();
            }
            self.tell_base(seen);
        }
        Ok(())
    }

    /// Reads what the base knows of the lines of a hand-over that it did not accept.
    pub async fn read_contradiction(&self, id: DispenseId) {
        let reading = match self.0.counter().contradiction(id).await {
            Ok(found) => {
                let source = match found.source {
                    counter::ContradictionSource::Base => ContradictionSource::Base,
                    counter::ContradictionSource::NotShown => ContradictionSource::NotShown,
                    counter::ContradictionSource::Copy(why) => ContradictionSource::Copy(why),
                    counter::ContradictionSource::Nowhere(why) => ContradictionSource::Nowhere(why),
                };
                self.tell_base(match source {
                    ContradictionSource::Base | ContradictionSource::NotShown => BaseSeen::Answering,
                    ContradictionSource::Copy(why) | ContradictionSource::Nowhere(why) => {
                        BaseSeen::Silent(why)
                    }
                });
                settling::Reading::Read(Contradiction {
                    others: found.others,
                    source,
                })
            }
            Err(error) => {
                self.report(&error);
                settling::Reading::Failed
            }
        };
        self.0.tell(Message::ContradictionRead { id, reading });
    }

    /// Keeps what a person decided about a hand-over that the base did not accept.
    pub fn settle(&self, request: &SettleRequest) {
        let SettleRequest {
            id,
            choice,
            reason,
            at,
        } = request;
        let failed = |why| Message::SettleFailed { id: *id, why };
        self.0
            .tell(match self.0.counter().settle(*id, *choice, reason, *at) {
                Ok(SettleOutcome::Settled(entry)) => Message::Settled(entry),
                // What is offered on the screen is what the store offers, unless another terminal came first.
                Ok(SettleOutcome::NothingToSettle | SettleOutcome::NotOffered) => {
                    failed(SettleFailure::NothingToSettle)
                }
                Ok(SettleOutcome::TakenBack) => failed(SettleFailure::TakenBack),
                // The screen asks for words before it asks for this.
                Ok(SettleOutcome::ReasonMissing) => failed(SettleFailure::Store),
                Err(error) => {
                    self.report(&error);
                    failed(SettleFailure::Store)
                }
            });
    }

    /// Lists what was handed over.
    pub fn list_outbox(&self) {
        self.0.tell(match self.hand_overs() {
            Ok(entries) => Message::OutboxListed(entries),
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Outbox)
            }
        });
    }

    /// Those that are not done with, those of today, and those settled today; each once.
    fn hand_overs(&self) -> Result<Vec<OutboxEntry>, CounterError> {
        let counter = self.0.counter();
        let today = counter.served_on(counter.day(self.0.now()))?;
        let settled = counter.settled_on(counter.day(self.0.now()))?;
        let mut entries = counter.store.outbox()?;
        for more in [today, settled] {
            let known: HashSet<DispenseId> = entries.iter().map(|entry| entry.hand_over.id).collect();
            entries.extend(
                more.into_iter()
                    .filter(|entry| !known.contains(&entry.hand_over.id)),
            );
        }
        Ok(entries)
    }
}
