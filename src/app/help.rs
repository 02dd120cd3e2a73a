//! The keys of the screen one comes from, and a few words on what the terminal does.

use crate::app::keys::Command;
use crate::app::screen::{Next, Screen, Scroll};

/// The help, over the screen it explains.
pub struct Help {
    /// How far it is scrolled.
    pub scroll: Scroll,
    /// The screen it explains, and goes back to.
    pub over: Box<Screen>,
}

/// The longest key table and the words under it, about.
const HELP_ROWS: usize = 50;

/// Lays the help over a screen.
pub fn over(screen: Screen) -> Screen {
    Screen::Help(Help {
        scroll: Scroll::default(),
        over: Box::new(screen),
    })
}

impl Help {
    /// Takes a command.
    pub fn on(mut self, command: Command) -> Next {
        if command == Command::Back {
            return (*self.over, Vec::new());
        }
        self.scroll.on(command, HELP_ROWS);
        (Screen::Help(self), Vec::new())
    }
}
