//! What the base has not acknowledged: since when, why, and when it is tried again.

use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::keys::Command;
use crate::app::screen::{Next, Screen, selected_after};
use crate::app::settling;
use crate::domain::identifiers::DispenseId;

/// The hand-overs the base has not accepted and nobody settled; the desk holds them.
pub struct Outbox {
    /// The entry under the cursor.
    pub selected: usize,
    /// The screen to go back to.
    pub over: Box<Screen>,
}

/// Lays the outbox over a screen; from the outbox itself, goes back.
pub fn over(screen: Screen) -> Next {
    match screen {
        Screen::Outbox(outbox) => (*outbox.over, Vec::new()),
        // One layer at a time: the register gives way, what it was laid over stays.
        Screen::Register(register) => over(*register.over),
        Screen::Settling(settling) => over(*settling.over),
        screen => {
            let outbox = Outbox {
                selected: 0,
                over: Box::new(screen),
            };
            (Screen::Outbox(outbox), vec![Effect::ListOutbox])
        }
    }
}

impl Outbox {
    /// The hand-over under the cursor, when a person must settle it.
    pub fn selected_to_settle(&self, desk: &Desk) -> Option<DispenseId> {
        let last = desk.open().count().checked_sub(1)?;
        let entry = desk.open().nth(self.selected.min(last))?;
        entry.is_to_settle().then_some(entry.hand_over.id)
    }

    /// Takes a command.
    pub fn on(mut self, command: Command, desk: &mut Desk) -> Next {
        let effects = match command {
            Command::Back => return (*self.over, Vec::new()),
            Command::Confirm => {
                if let Some(id) = self.selected_to_settle(desk) {
                    return settling::over(self, id);
                }
                desk.notice = Some(Notice::NothingToSettle);
                Vec::new()
            }
            Command::PostNow => desk.post(Effect::PostNow).into_iter().collect(),
            other => {
                self.selected = selected_after(other, self.selected, desk.open().count());
                Vec::new()
            }
        };
        (Screen::Outbox(self), effects)
    }
}
