//! The reader's test: what arrived from the last scan, byte by byte, and what it became. Nothing is opened here.

use std::time::Duration;

use crate::app::keys::{Command, Key};
use crate::app::message::Reading;
use crate::app::screen::{Next, Screen, Scroll};
use crate::domain::scanned::{Ending, Repair};

/// A test of the reader, over the screen one comes from.
pub struct ReaderTest {
    /// What came last.
    pub heard: Heard,
    /// What had to be undone in it.
    pub repaired: Vec<Repaired>,
    /// How it came, where it was typed.
    pub arrival: Option<Arrival>,
    /// How far it is scrolled.
    pub scroll: Scroll,
    /// The screen to go back to.
    pub over: Box<Screen>,
}

/// What came last.
pub enum Heard {
    /// One code, several that came glued together, or none.
    Codes(Vec<Reading>),
    /// The beginning of a code, whose rest did not come.
    Beginning(Reading),
}

/// What had to be undone in a code.
pub struct Repaired {
    /// What was wrong.
    pub repair: Repair,
    /// The text after it, where another was typed.
    pub mended: Option<String>,
}

/// How a code came through the keyboard, key by key. It can be an identity: there is no `Debug` outside of tests.
#[cfg_attr(test, derive(Debug))]
#[derive(Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The keys; none for one that the counter has no use for.
    pub keys: Vec<Option<Key>>,
    /// What ended it.
    pub ending: Ending,
    /// The longest pause between two keys.
    pub longest_pause: Duration,
}

/// Rows of the longest code on screen, about.
const TEST_ROWS: usize = 120;

/// Lays the test over a screen.
pub fn over(screen: Screen) -> Screen {
    match screen {
        test @ Screen::ReaderTest(_) => test,
        other => Screen::ReaderTest(ReaderTest {
            heard: Heard::Codes(Vec::new()),
            repaired: Vec::new(),
            arrival: None,
            scroll: Scroll::default(),
            over: Box::new(other),
        }),
    }
}

impl ReaderTest {
    /// A burst came while the test is on screen.
    pub fn hear(&mut self, heard: Heard) {
        self.heard = heard;
        self.repaired.clear();
        self.arrival = None;
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
