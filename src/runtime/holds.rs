//! Who is serving a prescription: holds taken, renewed and given back at the base.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;

use super::workshop::{Workshop, World, delay_of};
use crate::app::Message;
use crate::app::message::HoldAnswer;
use crate::base::{self};
use crate::counter::{self, BaseSeen, CounterError};
use crate::domain::number::PrescriptionNumber;

/// What is done about holds, in the order it was asked.
pub enum HoldTask {
    /// Tell the base that this pharmacy is serving it.
    Take(PrescriptionNumber),
    /// The same, also from a colleague at another terminal.
    TakeOver(PrescriptionNumber),
    /// Look who is serving it.
    Look(PrescriptionNumber),
    /// Tell the base that it no longer is.
    GiveBack(PrescriptionNumber),
}

impl<W: World + 'static> Workshop<W> {
    /// Takes and gives back holds, one after the other; first of all, what an abrupt end left held.
    pub async fn hold(self: Arc<Self>, mut tasks: UnboundedReceiver<HoldTask>) {
        self.give_back_what_was_left().await;
        while let Some(task) = tasks.recv().await {
            match task {
                HoldTask::Take(number) => {
                    let answer = self.0.counter().take_hold(&number, self.0.now()).await;
                    self.hold_answered(number, answer);
                }
                HoldTask::TakeOver(number) => {
                    let answer = self.0.counter().take_hold_over(&number, self.0.now()).await;
                    self.hold_answered(number, answer);
                }
                HoldTask::Look(number) => {
                    let counter = self.0.counter();
                    match counter.base.look_at_hold(&number, self.0.now()).await {
                        Ok(Some(answer)) => self.hold_answered(number, Ok(answer)),
                        Ok(None) => self.tell_base(BaseSeen::Answering),
                        Err(error) => self.tell_base(BaseSeen::Silent(error.delay().0)),
                    }
                }
                HoldTask::GiveBack(number) => drop(self.give_back(&number).await),
            }
        }
    }

    fn hold_answered(&self, number: PrescriptionNumber, answer: Result<base::HoldAnswer, CounterError>) {
        let answer = match answer {
            Ok(base::HoldAnswer::Taken(hold)) => HoldAnswer::Taken(hold),
            Ok(base::HoldAnswer::HeldElsewhere(hold)) => HoldAnswer::HeldElsewhere(hold),
            Ok(base::HoldAnswer::HeldByColleague(hold)) => HoldAnswer::HeldByColleague(hold),
            Ok(base::HoldAnswer::NotOffered) => HoldAnswer::NotOffered,
            Err(error) => HoldAnswer::Unanswered(delay_of(&error)),
        };
        self.tell_base(match answer {
            HoldAnswer::Unanswered(reason) => BaseSeen::Silent(reason),
            HoldAnswer::Taken(_)
            | HoldAnswer::HeldElsewhere(_)
            | HoldAnswer::HeldByColleague(_)
            | HoldAnswer::NotOffered => BaseSeen::Answering,
        });
        self.note_held(&number, &answer);
        self.0.tell(Message::HoldAnswered { number, answer });
    }

    /// Remembers what a crash would leave behind. Without a terminal of its own, nothing is.
    fn note_held(&self, number: &PrescriptionNumber, answer: &HoldAnswer) {
        let counter = self.0.counter();
        let Some(terminal) = counter.base.terminal() else {
            return;
        };
        let noted = match answer {
            HoldAnswer::Taken(hold) => hold.until.map_or(Ok(()), |until| {
                counter.store.note_held(&terminal.id, number, until)
            }),
            // It may have been taken: its answer was lost.
            HoldAnswer::Unanswered(_) => {
                let until = self
                    .0
                    .now()
                    .checked_add(counter::HOLD_LASTS)
                    .unwrap_or(Timestamp::MAX);
                counter.store.note_held(&terminal.id, number, until)
            }
            HoldAnswer::HeldElsewhere(_) | HoldAnswer::HeldByColleague(_) | HoldAnswer::NotOffered => {
                counter.store.forget_held(&terminal.id, number)
            }
        };
        if let Err(error) = noted {
            // It ends by itself at the base: what is lost is the time until then.
            self.report(&error);
        }
    }

    async fn give_back(&self, number: &PrescriptionNumber) -> Result<(), CounterError> {
        let given_back = self.0.counter().give_back(number).await;
        match &given_back {
            Ok(()) => {
                self.tell_base(BaseSeen::Answering);
                self.forget_held(number);
            }
            Err(error) => {
                // It ends by itself: nothing is lost but time.
                self.report(error);
                self.tell_base(BaseSeen::Silent(delay_of(error)));
            }
        }
        given_back
    }

    pub(super) fn forget_held(&self, number: &PrescriptionNumber) {
        let counter = self.0.counter();
        let Some(terminal) = counter.base.terminal() else {
            return;
        };
        if let Err(error) = counter.store.forget_held(&terminal.id, number) {
            self.report(&error);
        }
    }

    async fn give_back_what_was_left(&self) {
        let counter = self.0.counter();
        let Some(terminal) = counter.base.terminal() else {
            return;
        };
        let left = match counter.store.held(&terminal.id) {
            Ok(left) => left,
            Err(error) => return self.report(&error),
        };
        let mut given_back = Vec::new();
        for (number, until) in left {
            if until <= self.0.now() {
                self.forget_held(&number);
            } else if self.give_back(&number).await.is_ok() {
                given_back.push(number);
            }
        }
        if !given_back.is_empty() {
            self.0.tell(Message::HoldsGivenBack(given_back));
        }
    }
}
