//! The terminal's screen: taken on opening, given back however the program ends.

use std::io::{self, stdout};
use std::sync::Once;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use ratatui::{DefaultTerminal, Frame};

/// Our screen, until it is dropped.
pub(super) struct Screen(DefaultTerminal);

impl Screen {
    /// Takes the screen: raw keys, the alternate screen, bracketed paste.
    pub fn open() -> io::Result<Self> {
        give_back_on_panic();
        // ratatui adds its own hook, which restores the screen before the panic's message is printed.
        let terminal = ratatui::try_init()?;
        execute!(stdout(), EnableBracketedPaste)?;
        Ok(Self(terminal))
    }

    /// Draws a frame.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame)) -> io::Result<()> {
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
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            drop(execute!(stdout(), DisableBracketedPaste));
            before(panic);
        }));
    });
}
