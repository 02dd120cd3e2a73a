//! The moment between confirming and the store's answer: no key does anything, so that nothing can be
//! recorded twice.

use crate::app::App;
use crate::app::desk::Notice;
use crate::app::done::Done;
use crate::app::effect::Effect;
use crate::app::review::Review;
use crate::app::screen::Screen;
use crate::domain::finding::Finding;
use crate::domain::identifiers::{DispenseId, DispensedLineId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::register::RegisterNumber;

impl App {
    pub(crate) fn recorded(
        &mut self,
        entry: OutboxEntry,
        numbers: Vec<(DispensedLineId, Option<RegisterNumber>)>,
    ) -> Vec<Effect> {
        let id = entry.hand_over.id;
        self.desk.remember(entry);
        // The person has moved on: what came before this terminal opened is known by now.
        self.desk.setting.left_waiting = None;
        self.desk.breakdown = None;
        // Recorded elsewhere than on this screen, it is in today's list all the same.
        if self.correction_recorded(id, &numbers) {
            return self.desk.post(Effect::PostDue).into_iter().collect();
        }
        if let Some(review) = self.take_recording(id) {
            let done = Done::new(id, numbers, &review);
            *self.screen.beneath_mut() = Screen::Done(Box::new(done));
        }
        self.desk.post(Effect::PostDue).into_iter().collect()
    }

    pub(crate) fn record_refused(&mut self, id: DispenseId, findings: Vec<Finding>) -> Vec<Effect> {
        if self.correction_not_recorded(id, findings.clone(), Notice::RecordRefused) {
            return Vec::new();
        }
        if let Some(mut review) = self.take_recording(id) {
            review.refused_for = findings;
            review.look_again(&self.desk);
            self.desk.notice = Some(Notice::RecordRefused);
            *self.screen.beneath_mut() = Screen::Review(review);
        }
        Vec::new()
    }

    /// Back on the sheet, with the decisions, and read again: what remains is no longer what was shown.
    pub(crate) fn record_outdated(&mut self, id: DispenseId) -> Vec<Effect> {
        if self.correction_outdated(id) {
            return Vec::new();
        }
        let Some(review) = self.take_recording(id) else {
            return Vec::new();
        };
        self.desk.notice = Some(Notice::ChangedMeanwhile);
        let number = review.serving.prescription.number.clone();
        *self.screen.beneath_mut() = Screen::Prescription(review.serving);
        vec![Effect::Consult(number)]
    }

    pub(crate) fn record_failed(&mut self, id: DispenseId) -> Vec<Effect> {
        let failed = Notice::RecordFailed(self.desk.breakdown);
        if self.correction_not_recorded(id, Vec::new(), failed.clone()) {
            return Vec::new();
        }
        if let Some(mut review) = self.take_recording(id) {
            review.look_again(&self.desk);
            self.desk.notice = Some(failed);
            *self.screen.beneath_mut() = Screen::Review(review);
        }
        Vec::new()
    }

    /// The review that waits for this very answer; any other screen stays as it is.
    fn take_recording(&mut self, id: DispenseId) -> Option<Box<Review>> {
        let place = self.screen.beneath_mut();
        match std::mem::take(place) {
            Screen::Recording(review) if review.serving.id == id => Some(review),
            other => {
                *place = other;
                None
            }
        }
    }
}
