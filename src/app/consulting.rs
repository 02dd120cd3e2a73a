//! Waiting for a prescription; one can leave at any moment.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::desk::{Desk, Notice, Taken};
use crate::app::effect::Effect;
use crate::app::keys::Command;
use crate::app::leaving::{self, Destination};
use crate::app::message::Reading;
use crate::app::paper::PaperBegun;
use crate::app::screen::{Next, Screen};
use crate::domain::number::PrescriptionNumber;
use crate::domain::scanned::Repair;

/// After this long, the screen says that the base is slow and what can be done meanwhile.
pub const SLOW_AFTER: Duration = Duration::from_secs(3);

/// Waiting for the base.
#[derive(Clone, PartialEq, Eq)]
pub struct Consulting {
    /// The prescription asked for.
    pub number: PrescriptionNumber,
    /// Since when.
    pub since: Timestamp,
    /// Boxes scanned meanwhile, or in one burst with the number: they tick their lines once it is open.
    pub boxes: Vec<Reading>,
    /// What had to be undone in them: said again once they have ticked.
    pub repaired: Vec<Repair>,
}

impl Consulting {
    /// Asks for a prescription.
    pub fn begin(number: PrescriptionNumber, desk: &Desk) -> Next {
        let mut effects = vec![Effect::Consult(number.clone())];
        effects.extend(desk.now.checked_add(SLOW_AFTER).ok().map(Effect::WakeAt));
        let since = desk.now;
        let consulting = Self {
            number,
            since,
            boxes: Vec::new(),
            repaired: Vec::new(),
        };
        (Screen::Consulting(consulting), effects)
    }

    /// What is said of the boxes that wait when the prescription does not come.
    pub fn boxes_not_taken(&self) -> Option<Notice> {
        (!self.boxes.is_empty()).then_some(Notice::BoxesEarly(Taken::Never, self.boxes.len()))
    }

    /// Takes a command.
    pub fn on(self, command: Command, desk: &mut Desk) -> Next {
        match command {
            // A base that is slow is not waited for: the paper says what it orders.
            Command::Paper => {
                let begun = PaperBegun::of_number(self.number.clone());
                desk.notice = self.boxes_not_taken();
                leaving::depart(Screen::Consulting(self), Destination::Paper(begun), desk)
            }
            // The answer may still come; it is dropped then.
            Command::Back => {
                desk.notice = self.boxes_not_taken();
                (Screen::default(), Vec::new())
            }
            _ => (Screen::Consulting(self), Vec::new()),
        }
    }
}
