//! A hand-over that the base refused or contradicted, put before a person: what happened, what can be done about it,
//! and the reason that is kept with the choice.

use crate::app::App;
use crate::app::desk::{Desk, Notice};
use crate::app::effect::{Effect, SettleRequest};
use crate::app::help::Help;
use crate::app::identified::Identified;
use crate::app::input::TextInput;
use crate::app::keys::Command;
use crate::app::message::Contradiction;
use crate::app::outbox::Outbox;
use crate::app::refused::Refused;
use crate::app::screen::{Next, Screen, Scroll};
use crate::domain::identifiers::DispenseId;
use crate::domain::outbox::{OutboxEntry, SettlementChoice};

/// A hand-over being settled.
pub struct Settling {
    /// Which one; the desk holds its present state.
    pub id: DispenseId,
    /// What the base knows of the same lines, once it was read.
    pub reading: Reading,
    /// The choice made and the reason being typed.
    pub chosen: Option<Chosen>,
    /// How far it is scrolled.
    pub scroll: Scroll,
    /// The outbox it was opened from.
    pub over: Box<Screen>,
}

/// What the base knows of the same lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It was asked.
    Asked,
    /// It was read.
    Read(Contradiction),
    /// The store could not say.
    Failed,
}

/// A choice, and the reason being typed for it.
pub struct Chosen {
    /// Which one.
    pub choice: SettlementChoice,
    /// Why.
    pub reason: TextInput,
    /// Whether the store was asked to keep it.
    pub asked: Asked,
}

/// Whether the store was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The reason is being typed.
    NotYet,
    /// The answer comes in a moment.
    Already,
}

/// Lays a hand-over to settle over the outbox.
pub fn over(outbox: Outbox, id: DispenseId) -> Next {
    let settling = Settling {
        id,
        reading: Reading::Asked,
        chosen: None,
        scroll: Scroll::default(),
        over: Box::new(Screen::Outbox(outbox)),
    };
    (
        Screen::Settling(Box::new(settling)),
        vec![Effect::ReadContradiction(id)],
    )
}

impl Settling {
    /// What can be done about it, as far as this terminal knows; the store has the last word.
    pub fn choices(&self, desk: &Desk) -> Vec<SettlementChoice> {
        desk.hand_over(self.id)
            .map(OutboxEntry::choices)
            .unwrap_or_default()
    }

    /// Takes a command.
    pub fn on(mut self: Box<Self>, command: Command, desk: &mut Desk) -> Next {
        if let Some(chosen) = self.chosen.take() {
            return self.on_reason(chosen, command, desk);
        }
        match command {
            Command::Back => return (*self.over, Vec::new()),
            Command::Choose(digit) => {
                let choice = self.choices(desk).get(usize::from(digit) - 1).copied();
                self.chosen = choice.map(|choice| Chosen {
                    choice,
                    reason: TextInput::default(),
                    asked: Asked::NotYet,
                });
            }
            other => self.scroll.on(other, 40),
        }
        (Screen::Settling(self), Vec::new())
    }

    /// The reason being typed; `None` while none is.
    pub fn reason_mut(&mut self) -> Option<&mut TextInput> {
        let chosen = self.chosen.as_mut()?;
        (chosen.asked == Asked::NotYet).then_some(&mut chosen.reason)
    }

    fn on_reason(mut self: Box<Self>, mut chosen: Chosen, command: Command, desk: &mut Desk) -> Next {
        let mut effects = Vec::new();
        match (chosen.asked, command) {
            (Asked::NotYet, Command::Back) => return (Screen::Settling(self), effects),
            (Asked::NotYet, Command::Type(character)) => chosen.reason.add(character),
            (Asked::NotYet, Command::Erase) => chosen.reason.erase(),
            (Asked::NotYet, Command::Confirm) if chosen.reason.as_str().trim().is_empty() => {
                desk.notice = Some(Notice::WordsNeeded);
            }
            (Asked::NotYet, Command::Confirm) => {
                chosen.asked = Asked::Already;
                effects.push(Effect::Settle(SettleRequest {
                    id: self.id,
                    choice: chosen.choice,
                    reason: chosen.reason.as_str().trim().to_owned(),
                    at: desk.now,
                }));
            }
            // Once asked, the store answers in a moment: nothing can be asked twice.
            (Asked::Already | Asked::NotYet, _) => {}
        }
        self.chosen = Some(chosen);
        (Screen::Settling(self), effects)
    }
}

impl App {
    pub(crate) fn contradiction_read(&mut self, id: DispenseId, reading: Reading) -> Vec<Effect> {
        if let Some(settling) = self.screen.settling_mut().filter(|settling| settling.id == id) {
            settling.reading = reading;
        }
        Vec::new()
    }

    /// It is settled: back to the outbox, and what is to be posted again is posted.
    pub(crate) fn settled(&mut self, entry: OutboxEntry) -> Vec<Effect> {
        let id = entry.hand_over.id;
        let choice = entry.settlement.as_ref().map(|settlement| settlement.choice);
        self.desk.remember(entry);
        if self.take_settling(id) {
            self.desk.notice = choice.map(Notice::Settled);
        }
        if choice == Some(SettlementChoice::Retried) {
            return self.desk.post(Effect::PostDue).into_iter().collect();
        }
        Vec::new()
    }

    pub(crate) fn settle_failed(&mut self, id: DispenseId, why: SettleFailure) -> Vec<Effect> {
        match why {
            SettleFailure::NothingToSettle => {
                self.take_settling(id);
                self.desk.notice = Some(Notice::SettledElsewhere);
                vec![Effect::ListOutbox]
            }
            SettleFailure::TakenBack => {
                if let Some(settling) = self.screen.settling_mut().filter(|settling| settling.id == id) {
                    settling.chosen = None;
                }
                self.desk.notice = Some(Notice::TakenBack);
                Vec::new()
            }
            SettleFailure::Store => {
                let settling = self.screen.settling_mut().filter(|settling| settling.id == id);
                if let Some(chosen) = settling.and_then(|settling| settling.chosen.as_mut()) {
                    chosen.asked = Asked::NotYet;
                }
                self.desk.notice = Some(Notice::SettleFailed);
                Vec::new()
            }
        }
    }

    /// Leaves the screen of that hand-over, when it is the one that is shown.
    fn take_settling(&mut self, id: DispenseId) -> bool {
        if self
            .screen
            .settling_mut()
            .is_none_or(|settling| settling.id != id)
        {
            return false;
        }
        let mut screen = std::mem::take(&mut self.screen);
        loop {
            screen = match screen {
                Screen::Settling(settling) => {
                    self.screen = *settling.over;
                    return true;
                }
                // What was laid over it explained a screen that is no more.
                Screen::Help(Help { over, .. })
                | Screen::Identified(Identified { over, .. })
                | Screen::Refused(Refused { over, .. }) => *over,
                other => {
                    self.screen = other;
                    return false;
                }
            }
        }
    }
}

/// Why a choice was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettleFailure {
    /// Somebody settled it already.
    NothingToSettle,
    /// It was to be posted again, and a later correction took it back.
    TakenBack,
    /// The store could not write.
    Store,
}
