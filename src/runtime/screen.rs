//! The terminal's screen: taken on opening, given back however the program ends.

use std::io::{self, stdout};
use std::sync::Once;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use ratatui::{DefaultTerminal, Frame};

use crate::scan::panic_will_be_caught;

/// Our screen, until it is dropped.
pub(super) struct Screen(DefaultTerminal);

impl Screen {
    /// Takes the screen: raw keys, the alternate screen, bracketed paste.
    pub(super) fn open() -> io::Result<Self> {
        // ratatui's own hook restores the screen before the panic's message is printed; ours goes before it.
        let terminal = ratatui::try_init()?;
        give_back_on_panic();
        execute!(stdout(), EnableBracketedPaste)?;
        Ok(Self(terminal))
    }

    /// Draws a frame.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.0.draw(draw).map(drop)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(execute!(stdout(), DisableBracketedPaste));
        ratatui::restore();
    }
}

/// A panic must leave a terminal that can be typed in.
fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let drawing = std::thread::current().id();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // A hostile picture made a decoder panic: it becomes a sentence, and the screen stays ours.
            if panic_will_be_caught() {
                return;
            }
            // A task broke off: the loop goes on, and its screen with it.
            if std::thread::current().id() != drawing {
                let place = panic.location().map(ToString::to_string);
                tracing::error!(place, "a task broke off");
                return;
            }
            drop(execute!(stdout(), DisableBracketedPaste));
            before(panic);
        }));
    });
}
