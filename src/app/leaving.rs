//! Decisions that are not recorded would be lost: asked once, and staying is the easy answer.

use crate::app::consulting::Consulting;
use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::keys::Command;
use crate::app::paper::{PaperBegun, PaperForm};
use crate::app::screen::{Next, Screen};
use crate::domain::number::PrescriptionNumber;

/// Unsaved work, and where one wanted to go.
pub struct Leaving {
    /// Where.
    pub to: Destination,
    /// The work in progress.
    pub over: Box<Screen>,
}

/// Where one wants to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Back to the counter.
    Counter,
    /// Another prescription.
    Prescription(PrescriptionNumber),
    /// The form of a paper, as proposed.
    Paper(PaperBegun),
    /// Out of the terminal.
    Outside,
}

/// Leaves a screen for good, or asks first.
pub fn depart(screen: Screen, to: Destination, desk: &mut Desk) -> Next {
    if screen.is_recording() {
        // The store answers in a moment; leaving now would hide what it said.
        desk.notice = Some(Notice::RecordingNow);
        return (screen, Vec::new());
    }
    let is_insisted_on = to == Destination::Outside
        && matches!(&screen, Screen::Leaving(leaving) if leaving.to == Destination::Outside);
    let place = screen.into_work();
    // Asked to quit while the question whether to quit stands: that is the answer.
    if place.holds_work() && !is_insisted_on {
        let leaving = Leaving {
            to,
            over: Box::new(place),
        };
        return (Screen::Leaving(leaving), Vec::new());
    }
    left(&place, to, desk)
}

fn left(place: &Screen, to: Destination, desk: &Desk) -> Next {
    let place = place.beneath();
    let mut effects = match (&to, place.serving()) {
        (Destination::Outside, Some(serving)) => serving.farewell(),
        _ => place.leave(),
    };
    let (screen, more) = match to {
        Destination::Counter => (Screen::default(), Vec::new()),
        Destination::Prescription(number) => Consulting::begin(number, desk),
        Destination::Paper(begun) => (Screen::Paper(Box::new(PaperForm::new(&begun))), Vec::new()),
        Destination::Outside => (Screen::default(), vec![Effect::Quit]),
    };
    effects.extend(more);
    (screen, effects)
}

impl Leaving {
    /// Takes a command.
    pub fn on(self, command: Command, desk: &Desk) -> Next {
        match command {
            Command::Keep => (*self.over, Vec::new()),
            Command::Leave => left(&self.over, self.to, desk),
            _ => (Screen::Leaving(self), Vec::new()),
        }
    }
}
