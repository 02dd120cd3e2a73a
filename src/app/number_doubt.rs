//! A typed number holds O, I or L: the person says which one was meant, nobody guesses.

use crate::app::consulting::Consulting;
use crate::app::desk::Desk;
use crate::app::keys::Command;
use crate::app::screen::{Next, Screen};
use crate::domain::number::PrescriptionNumber;

/// A typed number that can be read two ways.
pub struct NumberDoubt {
    /// Exactly what was typed.
    pub as_typed: PrescriptionNumber,
    /// With O read as 0, and I and L read as 1.
    pub perhaps: PrescriptionNumber,
    /// Where it was typed.
    pub over: Box<Screen>,
}

impl NumberDoubt {
    /// The readings to choose from: one, when as typed it could not be a number.
    pub fn readings(&self) -> Vec<&PrescriptionNumber> {
        if self.as_typed == self.perhaps {
            vec![&self.perhaps]
        } else {
            vec![&self.perhaps, &self.as_typed]
        }
    }

    /// Takes a command.
    pub fn on(self, command: Command, desk: &mut Desk) -> Next {
        let chosen = match command {
            Command::Back => return (*self.over, Vec::new()),
            Command::Choose(place) => self.readings().get(usize::from(place) - 1).copied().cloned(),
            _ => None,
        };
        match chosen {
            Some(number) => Consulting::begin(number, desk),
            None => (Screen::NumberDoubt(self), Vec::new()),
        }
    }
}
