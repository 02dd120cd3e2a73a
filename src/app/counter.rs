//! The counter: waiting for a scan, a number or a path.

use crate::app::consulting::Consulting;
use crate::app::desk::{Desk, Notice};
use crate::app::input::TextInput;
use crate::app::keys::Command;
use crate::app::leaving::{self, Destination};
use crate::app::number_doubt::NumberDoubt;
use crate::app::paper::PaperBegun;
use crate::app::paths_typed::paths_typed;
use crate::app::screen::{Next, Screen, Scroll};
use crate::domain::number::{PrescriptionNumber, TypedNumber};

/// Waiting for a scan.
#[derive(Default)]
pub struct Counter {
    /// What is being typed.
    pub input: TextInput,
    /// How far today's list is scrolled.
    pub scroll: Scroll,
}

impl Counter {
    /// Takes a command.
    pub fn on(mut self, command: Command, desk: &mut Desk) -> Next {
        match command {
            Command::Type(character) => self.input.add(character),
            Command::Erase => self.input.erase(),
            Command::Back => self.input.clear(),
            Command::Confirm => return self.confirmed(desk),
            Command::Paper => {
                let begun = PaperBegun::at_the_counter(self.input.as_str(), desk);
                return leaving::depart(Screen::Counter(self), Destination::Paper(begun), desk);
            }
            other => self.scroll.on(other, desk.hand_overs.len()),
        }
        (Screen::Counter(self), Vec::new())
    }

    fn confirmed(mut self, desk: &mut Desk) -> Next {
        let typed = self.input.as_str().trim();
        if typed.is_empty() {
            return (Screen::Counter(self), Vec::new());
        }
        let paths = paths_typed(typed);
        if !paths.is_empty() {
            self.input.clear();
            return (Screen::Counter(self), desk.read(paths));
        }
        if let Some(reference) = PrescriptionNumber::reference_typed(typed) {
            return Consulting::begin(reference, desk);
        }
        match PrescriptionNumber::typed(typed) {
            Ok(TypedNumber::Clear(number)) => Consulting::begin(number, desk),
            Ok(TypedNumber::Doubtful { as_typed, perhaps }) => {
                let doubt = NumberDoubt {
                    as_typed,
                    perhaps,
                    over: Box::new(Screen::Counter(self)),
                };
                (Screen::NumberDoubt(doubt), Vec::new())
            }
            Err(why) => {
                desk.notice = Some(Notice::NotTyped(why));
                (Screen::Counter(self), Vec::new())
            }
        }
    }
}
