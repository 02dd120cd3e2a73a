//! The register: its entries, newest first, and whether its chain holds.

use crate::app::App;
use crate::app::closing::Closing;
use crate::app::correcting::{self, CorrectionKind};
use crate::app::desk::Desk;
use crate::app::effect::Effect;
use crate::app::history;
use crate::app::keys::Command;
use crate::app::leaving::{self, Destination};
use crate::app::message::{RegisterCheck, StoreTask};
use crate::app::screen::{Next, Screen, selected_after};
use crate::app::searching::Search;
use crate::domain::closure::RegisterDay;
use crate::domain::register::{RegisterContent, RegisterEntry, RegisterNumber};

/// How many entries are read at once: a register of a million is never read whole.
pub const PAGE_ENTRIES: usize = 50;

/// The entries read so far.
pub struct Register {
    /// Newest first.
    pub entries: Vec<RegisterEntry>,
    /// Whether there are older ones.
    pub reading: Pages,
    /// The entry under the cursor.
    pub selected: usize,
    /// Whether the chain holds.
    pub check: Check,
    /// What is searched; then the entries are those found.
    pub search: Option<Search>,
    /// What there is to close, once it is counted.
    pub day: Option<Box<RegisterDay>>,
    /// Whether the day is being closed.
    pub closing: Closing,
    /// The screen to go back to.
    pub over: Box<Screen>,
}

/// How much of the register was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// A page was asked for.
    Asked,
    /// There may be older entries.
    More,
    /// The first entry was read.
    All,
    /// The store could not read it.
    Failed,
}

/// What is known of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Nobody asked.
    NotAsked,
    /// It is being verified.
    Running,
    /// It was verified.
    Ended(RegisterCheck),
    /// The store could not verify it.
    Failed,
}

/// Lays the register over a screen; from the register itself, goes back.
pub fn over(screen: Screen) -> Next {
    match screen {
        Screen::Register(register) => (*register.over, Vec::new()),
        Screen::Outbox(outbox) => over(*outbox.over),
        Screen::Settling(settling) => over(*settling.over),
        screen => {
            let register = Register {
                entries: Vec::new(),
                reading: Pages::Asked,
                selected: 0,
                check: Check::NotAsked,
                search: None,
                day: None,
                closing: Closing::NotAsked,
                over: Box::new(screen),
            };
            (
                Screen::Register(Box::new(register)),
                vec![page_below(None), Effect::ReadRegisterDay],
            )
        }
    }
}

/// Asks for a page of everything.
pub fn page_below(before: Option<RegisterNumber>) -> Effect {
    Effect::ListRegister {
        before,
        count: PAGE_ENTRIES,
    }
}

/// Whether a command moves in the list, also while a search is typed.
const fn moves(command: Command) -> bool {
    matches!(
        command,
        Command::Up | Command::Down | Command::PageUp | Command::PageDown
    )
}

impl Register {
    fn oldest(&self) -> Option<RegisterNumber> {
        self.entries.last().map(|entry| entry.number)
    }

    fn selected_entry(&self) -> Option<RegisterNumber> {
        self.entries.get(self.selected).map(|entry| entry.number)
    }

    fn corrected(self, kind: CorrectionKind) -> Next {
        match self.selected_entry() {
            Some(entry) => correcting::open(entry, kind, Screen::Register(Box::new(self))),
            None => (Screen::Register(Box::new(self)), Vec::new()),
        }
    }

    /// Opens the prescription of the entry under the cursor, as a scan of its number would.
    fn opened(self, desk: &mut Desk) -> Next {
        let entry = self.entries.get(self.selected);
        match entry.and_then(|entry| entry.content.as_ref()) {
            Some(RegisterContent::Delivery(delivery)) => {
                let to = Destination::Prescription(delivery.prescription.clone());
                leaving::depart(Screen::Register(Box::new(self)), to, desk)
            }
            _ => (Screen::Register(Box::new(self)), Vec::new()),
        }
    }

    /// Its newest page again: it may have grown.
    pub fn read_again(mut self) -> Next {
        self.entries.clear();
        self.selected = 0;
        self.reading = Pages::Asked;
        (Screen::Register(Box::new(self)), vec![page_below(None)])
    }

    /// Takes a command.
    pub fn on(mut self, command: Command, desk: &mut Desk) -> Next {
        if self.is_typing() && !moves(command) {
            let effects = self.typed(command);
            return (Screen::Register(Box::new(self)), effects);
        }
        let mut effects = Vec::new();
        match command {
            Command::Search => self.search_begins(),
            Command::Back if self.search.is_some() => effects = self.search_ends(),
            Command::Back => return (*self.over, Vec::new()),
            Command::Verify if self.check != Check::Running => {
                self.check = Check::Running;
                effects.push(Effect::VerifyRegister);
            }
            Command::Annul => return self.corrected(CorrectionKind::Cancellation),
            Command::Rectify => return self.corrected(CorrectionKind::Rectification),
            Command::History => {
                return match self.selected_entry() {
                    Some(entry) => history::over(entry, Screen::Register(Box::new(self))),
                    None => (Screen::Register(Box::new(self)), Vec::new()),
                };
            }
            Command::OpenPrescription => return self.opened(desk),
            Command::CloseDay if self.closing != Closing::Running => {
                self.closing = Closing::Running;
                effects.push(Effect::CloseRegister);
            }
            other => self.selected = selected_after(other, self.selected, self.entries.len()),
        }
        let is_at_end = self.selected + 1 >= self.entries.len();
        let moves_down = matches!(command, Command::Down | Command::PageDown | Command::Last);
        if moves_down && is_at_end && self.reading == Pages::More {
            self.reading = Pages::Asked;
            let below = match &self.search {
                Some(search) => search.below,
                None => self.oldest(),
            };
            effects.push(self.ask(below));
        }
        (Screen::Register(Box::new(self)), effects)
    }
}

impl App {
    pub(crate) fn register_listed(
        &mut self,
        before: Option<RegisterNumber>,
        entries: Vec<RegisterEntry>,
    ) -> Vec<Effect> {
        // A page that was asked for by a register closed since, or opened again, does not follow.
        if let Some(register) = self.register_on_screen()
            && register.reading == Pages::Asked
            && register.oldest() == before
            && register
                .search
                .as_ref()
                .is_none_or(|search| search.input.as_str().trim().is_empty())
        {
            register.reading = if entries.len() < PAGE_ENTRIES {
                Pages::All
            } else {
                Pages::More
            };
            register.entries.extend(entries);
        }
        Vec::new()
    }

    pub(crate) fn register_verified(&mut self, check: RegisterCheck) -> Vec<Effect> {
        if let Some(register) = self.register_on_screen() {
            register.check = Check::Ended(check);
        }
        Vec::new()
    }

    pub(crate) fn store_failed(&mut self, task: StoreTask) -> Vec<Effect> {
        match (task, self.register_on_screen()) {
            (StoreTask::Register, Some(register)) => register.reading = Pages::Failed,
            (StoreTask::Verification, Some(register)) => register.check = Check::Failed,
            (StoreTask::Closure, Some(register)) => register.closing = Closing::Failed,
            // Without its day the register is still read.
            (StoreTask::Day, _)
            | (StoreTask::Register | StoreTask::Verification | StoreTask::Closure, None) => {}
            (StoreTask::Outbox, _) => self.desk.listing = crate::app::desk::Listing::Failed,
        }
        Vec::new()
    }

    /// The register, whether it is on top or under the help.
    pub(crate) fn register_on_screen(&mut self) -> Option<&mut Register> {
        match &mut self.screen {
            Screen::Register(register) => Some(register),
            Screen::Help(help) => match help.over.as_mut() {
                Screen::Register(register) => Some(register),
                _ => None,
            },
            _ => None,
        }
    }
}
