//! The history of a delivery: the entry, what corrected it, what replaced it, and where each stands with the base.

use crate::app::App;
use crate::app::effect::Effect;
use crate::app::keys::Command;
use crate::app::screen::{Next, Screen, Scroll};
use crate::domain::correction::Chapter;
use crate::domain::register::RegisterNumber;

/// A history, laid over the register.
pub struct History {
    /// The entry it was asked for.
    pub entry: RegisterNumber,
    /// What was read.
    pub reading: Reading,
    /// How far it is scrolled.
    pub scroll: Scroll,
    /// The screen to go back to.
    pub over: Box<Screen>,
}

/// What is known of a history.
pub enum Reading {
    /// The store was asked.
    Asked,
    /// Oldest first.
    Read(Vec<Chapter>),
    /// The store could not read it.
    Failed,
}

/// Lays the history of an entry over a screen.
pub fn over(entry: RegisterNumber, screen: Screen) -> Next {
    let history = History {
        entry,
        reading: Reading::Asked,
        scroll: Scroll::default(),
        over: Box::new(screen),
    };
    (Screen::History(history), vec![Effect::ReadHistory(entry)])
}

impl History {
    /// Takes a command.
    pub fn on(mut self, command: Command) -> Next {
        if command == Command::Back {
            return (*self.over, Vec::new());
        }
        let chapters = match &self.reading {
            Reading::Read(chapters) => chapters.len(),
            Reading::Asked | Reading::Failed => 0,
        };
        self.scroll.on(command, 8 * chapters + 10);
        (Screen::History(self), Vec::new())
    }
}

impl App {
    pub(crate) fn history_read(&mut self, entry: RegisterNumber, reading: Reading) -> Vec<Effect> {
        let history = match &mut self.screen {
            Screen::History(history) => Some(history),
            Screen::Help(help) => match help.over.as_mut() {
                Screen::History(history) => Some(history),
                _ => None,
            },
            _ => None,
        };
        if let Some(history) = history.filter(|history| history.entry == entry) {
            history.reading = reading;
        }
        Vec::new()
    }
}
