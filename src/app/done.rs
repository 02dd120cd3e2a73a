//! What was recorded, under which register numbers, and where its post is: the one screen that changes
//! by itself.

use crate::app::App;
use crate::app::correcting::{self, CorrectionKind};
use crate::app::desk::Desk;
use crate::app::effect::Effect;
use crate::app::keys::Command;
use crate::app::review::Review;
use crate::app::screen::{Next, Screen, Scroll};
use crate::app::serving::HoldState;
use crate::domain::identifiers::{DispenseId, DispensedLineId};
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::{OutboxEntry, PostState};
use crate::domain::register::RegisterNumber;

/// A hand-over that is in the register.
pub struct Done {
    /// Which hand-over; the desk holds its present state.
    pub id: DispenseId,
    /// The prescription.
    pub number: PrescriptionNumber,
    /// Its lines' register numbers.
    pub numbers: Vec<(DispensedLineId, Option<RegisterNumber>)>,
    /// The hold it was served under.
    pub hold: HoldState,
    /// Whether the base refused it, as far as is known.
    pub refused: Refused,
    /// How far it is scrolled.
    pub scroll: Scroll,
}

/// Whether the base refused a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Accepted, or not answered yet.
    NotSoFar,
    /// Refused or contradicted.
    Yes,
}

impl Done {
    /// What was just recorded.
    pub fn new(
        id: DispenseId,
        numbers: Vec<(DispensedLineId, Option<RegisterNumber>)>,
        review: &Review,
    ) -> Self {
        Self {
            id,
            number: review.serving.prescription.number.clone(),
            numbers,
            hold: review.serving.hold.clone(),
            refused: Refused::NotSoFar,
            scroll: Scroll::default(),
        }
    }

    /// The register number of a line.
    pub fn register_number(&self, line: DispensedLineId) -> Option<RegisterNumber> {
        self.numbers.iter().find(|(id, _)| *id == line)?.1
    }

    /// A post that is accepted ends the hold by itself, and giving it back while the post is on its
    /// way would change the version it names. Only a refused one leaves a hold behind.
    pub fn leave(&self) -> Vec<Effect> {
        match (&self.hold, self.refused) {
            (HoldState::Ours(_) | HoldState::Unanswered(_), Refused::Yes) => {
                vec![Effect::GiveHoldBack(self.number.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// Its register entries, each with its product.
    fn entries(&self, desk: &Desk) -> Vec<(RegisterNumber, String)> {
        let lines = desk.hand_over(self.id).into_iter();
        let lines = lines.flat_map(|entry| &entry.hand_over.lines);
        lines
            .filter_map(|line| {
                let product = line.outcome.supply()?.label.clone();
                Some((self.register_number(line.id)?, product))
            })
            .collect()
    }

    /// Takes a command.
    pub fn on(mut self: Box<Self>, command: Command, desk: &Desk) -> Next {
        let kind = match command {
            Command::Back => return (Screen::default(), self.leave()),
            Command::Annul => Some(CorrectionKind::Cancellation),
            Command::Rectify => Some(CorrectionKind::Rectification),
            _ => None,
        };
        if let Some(kind) = kind {
            let entries = self.entries(desk);
            return correcting::open_one_of(entries, kind, Screen::Done(self));
        }
        self.scroll.on(command, 4 * self.numbers.len() + 10);
        (Screen::Done(self), Vec::new())
    }
}

impl App {
    pub(crate) fn post_answered(&mut self, entry: OutboxEntry) -> Vec<Effect> {
        let id = entry.hand_over.id;
        self.desk.on_the_way.retain(|known| *known != id);
        if let Screen::Done(done) = self.screen.beneath_mut()
            && done.id == id
        {
            done.refused = match entry.state() {
                PostState::Refused(_) | PostState::Conflict(_) => Refused::Yes,
                PostState::Pending | PostState::Accepted | PostState::Local => Refused::NotSoFar,
            };
        }
        self.desk.remember(entry);
        Vec::new()
    }
}
