//! Posts the outbox, one round after the other, and says when the next is due.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Workshop, report};
use crate::app::Message;
use crate::counter::CounterError;
use crate::domain::outbox::{Jitter, OutboxEntry, PostState};
use crate::session::now;
use crate::store::StoreError;

/// Which hand-overs to post.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PostTask {
    Due,
    Now,
}

/// How many hand-overs one round tries.
const ROUND_MAX: u32 = 100;

/// How long posts are left alone after our own store failed: a full disk must not be tried in a circle.
pub(super) const STORE_RETRY_DELAY: Duration = Duration::from_secs(30);

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

impl Workshop {
    /// Posts what is due, one round after the other; rounds asked for meanwhile become one.
    pub(super) async fn post(self: Arc<Self>, mut tasks: UnboundedReceiver<PostTask>) {
        while let Some(mut task) = tasks.recv().await {
            while let Ok(next) = tasks.try_recv() {
                task = if next == PostTask::Now { next } else { task };
            }
            let next_attempt = match Arc::clone(&self).post_and_look(task).await {
                Ok(next_attempt) => next_attempt,
                Err(error) => {
                    report(&error);
                    now().checked_add(STORE_RETRY_DELAY).ok()
                }
            };
            self.tell(Message::PostingEnded { next_attempt });
        }
    }

    /// One round, and when the next is due.
    async fn post_and_look(self: Arc<Self>, task: PostTask) -> Result<Option<Timestamp>, RoundError> {
        let workshop = Arc::clone(&self);
        // On a task of its own: a round that panics is one round lost, not the outbox.
        tokio::spawn(async move { workshop.post_round(task).await })
            .await
            .map_err(|_| RoundError::BrokenOff)??;
        Ok(self.session.counter.store.outbox_wakes_at(now())?)
    }

    async fn post_round(&self, task: PostTask) -> Result<(), CounterError> {
        let waiting = match task {
            PostTask::Due => self.session.counter.store.outbox_due(now(), ROUND_MAX)?,
            PostTask::Now => self.session.counter.store.outbox()?,
        };
        let is_pending = |entry: &OutboxEntry| *entry.state() == PostState::Pending;
        for entry in waiting.into_iter().filter(is_pending) {
            let id = entry.hand_over.id;
            self.tell(Message::PostStarted(id));
            let posted = self.session.counter.post_one(id, now(), jitter()).await?;
            self.tell(Message::PostAnswered(Box::new(posted.entry)));
            if let Some(seen) = posted.base {
                self.tell_base(seen);
                if seen.stops_a_round() {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn jitter() -> Jitter {
    Jitter(fastrand::u16(0..1000))
}
