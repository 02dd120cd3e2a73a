//! The reader's test: what arrived from the last scan, byte by byte, and what it became. Nothing is opened here.

use crate::app::keys::Command;
use crate::app::message::Reading;
use crate::app::screen::{Next, Screen, Scroll};
use crate::domain::scanned::Repair;

/// A test of the reader, over the screen one comes from.
pub struct ReaderTest {
    /// The last burst: one scan, or several that came glued together. Empty before the first.
    pub heard: Vec<Reading>,
    /// What had to be undone in it.
    pub repaired: Vec<Repair>,
    /// How far it is scrolled.
    pub scroll: Scroll,
    /// The screen to go back to.
    pub over: Box<Screen>,
}

/// Rows of the longest code on screen, about.
const TEST_ROWS: usize = 120;

/// Lays the test over a screen.
pub fn over(screen: Screen) -> Screen {
    match screen {
        test @ Screen::ReaderTest(_) => test,
        other => Screen::ReaderTest(ReaderTest {
            heard: Vec::new(),
            repaired: Vec::new(),
            scroll: Scroll::default(),
            over: Box::new(other),
        }),
    }
}

impl ReaderTest {
    /// A burst came while the test is on screen.
    pub fn hear(&mut self, heard: Vec<Reading>) {
        self.heard = heard;
        self.repaired.clear();
        self.scroll = Scroll::default();
    }

    /// Takes a command.
    pub fn on(mut self, command: Command) -> Next {
        if command == Command::Back {
            return (*self.over, Vec::new());
        }
        self.scroll.on(command, TEST_ROWS);
        (Screen::ReaderTest(self), Vec::new())
    }
}
