//! The hold of the prescription being served: asked for when it opens, renewed while somebody works, given back when it
//! is left.

use jiff::{SignedDuration, Timestamp};

use super::Serving;
use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::message::{Freshness, HoldAnswer};
use crate::domain::hold::Hold;
use crate::domain::outbox::DelayReason;
use crate::domain::prescription::Prescription;

/// Whether the base knows that this pharmacy is serving the prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldState {
    /// The base was asked for it.
    Asked,
    /// It is ours.
    Ours(Hold),
    /// Another pharmacy has it.
    Elsewhere(Hold),
    /// A colleague has it, at another terminal of this pharmacy.
    Colleague(Hold),
    /// This base knows no holds.
    NotOffered,
    /// The base was asked and did not answer: it may have taken it.
    Unanswered(DelayReason),
    /// The base did not answer when the prescription was read, so it was not asked.
    NotAsked(DelayReason),
}

/// Whether the base is being asked anew for a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renewal {
    None,
    Asked,
}

/// How long before its end a hold is renewed.
const RENEWED_BEFORE_END: SignedDuration = SignedDuration::from_mins(5);

/// How soon a renewal that was not answered is tried again.
const RENEWAL_RETRIED_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// A terminal that nobody touched for so long is left alone: it must not keep a patient from another pharmacy.
const LEFT_ALONE_AFTER: SignedDuration = SignedDuration::from_mins(20);

impl Serving {
    /// The base answered about the hold: what is to be done next, and what is news to the person.
    pub fn hold_answered(&mut self, answer: HoldAnswer, desk: &Desk) -> (Vec<Effect>, Option<Notice>) {
        self.renewal = Renewal::None;
        let was_ours = matches!(self.hold, HoldState::Ours(_));
        let lost = |hold: &Hold| was_ours.then(|| Notice::HoldLost(Box::new(hold.clone())));
        let wake_at = |instant: Option<Timestamp>| instant.map(Effect::WakeAt).into_iter().collect();
        match answer {
            HoldAnswer::Taken(hold) => {
                let renewed_at = hold.until.map(|until| until - RENEWED_BEFORE_END);
                self.prescription.hold = Some(hold.clone());
                self.hold = HoldState::Ours(hold);
                (wake_at(renewed_at), None)
            }
            HoldAnswer::HeldElsewhere(hold) => {
                let (news, until) = (lost(&hold), hold.until);
                self.prescription.hold = Some(hold.clone());
                self.hold = HoldState::Elsewhere(hold);
                (wake_at(until), news)
            }
            HoldAnswer::HeldByColleague(hold) => {
                let (news, until) = (lost(&hold), hold.until);
                self.prescription.hold = Some(hold.clone());
                self.hold = HoldState::Colleague(hold);
                (wake_at(until), news)
            }
            HoldAnswer::NotOffered => {
                self.hold = HoldState::NotOffered;
                (Vec::new(), None)
            }
            // A renewal that was not answered does not end what is ours.
            HoldAnswer::Unanswered(_) if was_ours => (wake_at(Some(desk.now + RENEWAL_RETRIED_AFTER)), None),
            HoldAnswer::Unanswered(reason) => {
                self.hold = HoldState::Unanswered(reason);
                (Vec::new(), None)
            }
        }
    }

    /// Time passed, or somebody pressed a key: a hold that nears its end is renewed while somebody works, and one of
    /// others that is over is asked for.
    pub fn tend_hold(&mut self, desk: &Desk) -> Vec<Effect> {
        let is_due = match &self.hold {
            HoldState::Ours(hold) => {
                let nears_its_end = hold
                    .until
                    .is_some_and(|until| desk.now >= until - RENEWED_BEFORE_END);
                nears_its_end && desk.now.duration_since(desk.last_touched) < LEFT_ALONE_AFTER
            }
            HoldState::Elsewhere(hold) | HoldState::Colleague(hold) => !hold.binds(desk.now),
            HoldState::Asked | HoldState::NotOffered | HoldState::Unanswered(_) | HoldState::NotAsked(_) => {
                false
            }
        };
        if is_due && self.renewal == Renewal::None {
            self.ask_for_hold()
        } else {
            Vec::new()
        }
    }

    /// Looks whether it is still ours, before it is recorded: a colleague may have taken it over. It only looks: asking
    /// for it could come after the post, and hold what nobody serves any more.
    pub fn confirm_hold(&self, desk: &Desk) -> Vec<Effect> {
        match self.hold {
            // Without a terminal of its own, nothing tells a colleague's hold from ours.
            HoldState::Ours(_) if desk.setting.terminal.is_some() => {
                vec![Effect::LookAtHold(self.prescription.number.clone())]
            }
            _ => Vec::new(),
        }
    }

    fn ask_for_hold(&mut self) -> Vec<Effect> {
        self.renewal = Renewal::Asked;
        vec![Effect::TakeHold(self.prescription.number.clone())]
    }

    /// Takes it from a colleague at another terminal, when one has it.
    pub fn take_over(&mut self) -> Vec<Effect> {
        match self.hold {
            HoldState::Colleague(_) => {
                self.renewal = Renewal::Asked;
                vec![Effect::TakeHoldOver(self.prescription.number.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// The colleague who has it at another terminal.
    pub fn colleague(&self) -> Option<&Hold> {
        match &self.hold {
            HoldState::Colleague(hold) => Some(hold),
            _ => None,
        }
    }

    /// What is still to be given back when the program ends: nobody will hear an answer that is awaited.
    pub fn farewell(&self) -> Vec<Effect> {
        match self.hold {
            HoldState::Asked => vec![Effect::GiveHoldBack(self.prescription.number.clone())],
            _ => self.leave(),
        }
    }

    /// Leaving it unserved gives its hold back, also when the answer was lost: the base may have taken
    /// it. When the answer is still awaited, it is given back as soon as it comes.
    pub fn leave(&self) -> Vec<Effect> {
        match self.hold {
            HoldState::Ours(_) | HoldState::Unanswered(_) => {
                vec![Effect::GiveHoldBack(self.prescription.number.clone())]
            }
            HoldState::Asked
            | HoldState::Elsewhere(_)
            | HoldState::Colleague(_)
            | HoldState::NotOffered
            | HoldState::NotAsked(_) => Vec::new(),
        }
    }
}

/// What is known of the hold when the prescription was read, and what is to be asked.
pub(super) fn first_hold(
    prescription: &Prescription,
    freshness: Freshness,
    desk: &Desk,
) -> (HoldState, Vec<Effect>) {
    let known = prescription.hold.as_ref().filter(|hold| hold.binds(desk.now));
    let is_ours = |hold: &Hold| hold.is_of(&desk.setting.pharmacy.finess);
    let ask = vec![Effect::TakeHold(prescription.number.clone())];
    match (freshness, known) {
        (Freshness::Store { why, .. }, _) => (HoldState::NotAsked(why), Vec::new()),
        // The base does not know it: there is nothing to hold.
        (Freshness::Transcribed, _) => (HoldState::NotOffered, Vec::new()),
        (Freshness::Base { .. }, Some(hold))
            if is_ours(hold) && hold.is_at_another(desk.setting.terminal.as_ref()) =>
        {
            (HoldState::Colleague(hold.clone()), Vec::new())
        }
        // Ours from before, after a restart for instance: it is renewed.
        (Freshness::Base { .. }, Some(hold)) if is_ours(hold) => (HoldState::Ours(hold.clone()), ask),
        (Freshness::Base { .. }, Some(hold)) => (HoldState::Elsewhere(hold.clone()), Vec::new()),
        (Freshness::Base { .. }, None) => (HoldState::Asked, ask),
    }
}
