//! The terminal as a pure state machine: messages in, effects out.
//!
//! ```text
//!  Counter ─scan, number─→ Consulting ─answer─→ Prescription ─→ Decision ─┐
//!     ▲                        │                    │  ▲ ◀────────────────┘
//!     │                        ▼                    ▼  │
//!     │                     Refused ─→ Paper ─taken─→ Review ─confirmed─→ Recording ─→ Done
//!     └─────────────────────────────────────────────────────────────────────────┘
//!  laid over any of them, which they keep: NumberDoubt, Leaving, Identified, Refused, Outbox, Register, Help;
//!  over the outbox: Settling; over the register or over Done: Correcting, History
//! ```
//!
//! Nothing here reads a clock, draws, or waits: time and identifiers arrive in messages, answers too.
//! A scan is welcome on every screen. An answer that comes too late is dropped on purpose, and the hold
//! it may have brought is given back.

pub mod answers;
mod boxes;
pub mod camera;
pub mod closing;
pub mod consulting;
pub mod correcting;
pub mod counter;
pub mod decision;
pub mod desk;
pub mod done;
pub mod effect;
pub mod form;
pub mod handwriting;
pub mod help;
pub mod history;
pub mod identified;
pub mod input;
pub mod keys;
pub mod leaving;
pub mod message;
pub mod naming;
pub mod number_doubt;
pub mod outbox;
pub mod paper;
pub mod paths_typed;
pub mod prescription;
pub mod reader_test;
pub mod recording;
pub mod refused;
pub mod register;
pub mod review;
pub mod scans;
pub mod screen;
pub mod searching;
pub mod serving;
pub mod settling;

pub use camera::CameraTrouble;
pub use desk::{Desk, Mode, Setting};
pub use effect::Effect;
pub use keys::Key;
pub use message::Message;
pub use screen::Screen;

use jiff::Timestamp;

use crate::app::desk::Notice;
use crate::app::keys::Command;
use crate::app::leaving::{Destination, Leaving};
use crate::app::screen::Next;
use crate::app::serving::Serving;

/// The whole state of the terminal.
pub struct App {
    desk: Desk,
    screen: Screen,
}

impl App {
    /// A terminal that waits for its first scan.
    pub fn new(setting: Setting, now: Timestamp) -> Self {
        Self {
            desk: Desk::new(setting, now),
            screen: Screen::default(),
        }
    }

    /// What every screen sees: who, where, when, the base's light, today's hand-overs.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// What is on the screen.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Takes one thing that happened and returns what is to be done about it.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        // No `_` arm: a new message must be decided here.
        match message {
            Message::Started => self.desk.first_effects(),
            Message::TimePassed(now) => self.desk.time_passed(now),
            Message::Woke => self.woke(),
            Message::KeyPressed(key) => self.key_pressed(key),
            Message::Scanned { text, scanned } => {
                self.desk.last_touched = self.desk.now;
                self.scanned(text, scanned)
            }
            Message::HoldsGivenBack(numbers) => self.desk.tell(Notice::HoldsGivenBack(numbers)),
            Message::ScannedTogether(readings) => self.scanned_together(readings),
            Message::ScanRepaired { repair, mended } => self.scan_repaired(repair, mended),
            Message::ScanTyped(arrival) => self.scan_typed(arrival),
            Message::ScanFailed { why, reading } => self.scan_failed(why, reading),
            Message::ReaderLost(device) => self.desk.tell(Notice::ReaderLost(device)),
            Message::ReaderFound(device) => self.desk.tell(Notice::ReaderFound(device)),
            Message::FolderLost(which, folder) => self.desk.folder_lost(which, folder),
            Message::FolderFound(which, folder) => self.desk.folder_found(which, folder),
            Message::CameraLost(device, why) => self.desk.tell(Notice::CameraLost(device, why)),
            Message::CameraFound(device) => self.desk.tell(Notice::CameraFound(device)),
            Message::FrameRead(readings) => self.frame_read(readings),
            Message::ReadWithDifficulty => self.desk.tell(Notice::ReadWithDifficulty),
            Message::PagesLeft(count) => self.desk.tell(Notice::PagesLeft(count)),
            Message::FilesDropped(paths) => self.desk.read(paths),
            Message::FileRead { path, readings } => self.file_read(path, readings),
            Message::FilesRead(files) => self.files_read(files),
            Message::BoxGone(gone) => self.box_gone(*gone),
            Message::FileUnread { path, why } => self.file_unread(path, why),
            Message::Consulted(consultation) => self.consulted(*consultation),
            Message::ConsultRefused { number, refusal } => self.consult_refused(number, refusal),
            Message::ConsultFailed { number, why } => self.consult_failed(number, why),
            Message::HoldAnswered { number, answer } => self.hold_answered(&number, answer),
            Message::CatalogueSearched { text, products } => self.catalogue_searched(&text, products),
            Message::RelatedFound(products) => self.related_found(&products),
            Message::Recorded { entry, numbers } => self.recorded(*entry, numbers),
            Message::RecordRefused { id, findings } => self.record_refused(id, findings),
            Message::RecordOutdated { id } => self.record_outdated(id),
            Message::RecordFailed { id } => self.record_failed(id),
            Message::BaseAnswered => self.desk.base_answered(),
            Message::BaseFailed(reason) => self.desk.base_failed(reason),
            Message::PostStarted(id) => self.desk.post_started(id),
            Message::PostAnswered(entry) => self.post_answered(*entry),
            Message::PostingEnded { next_attempt } => self.desk.posting_ended(next_attempt),
            Message::OutboxListed(entries) => self.desk.outbox_listed(entries),
            Message::RegisterListed { before, entries } => self.register_listed(before, entries),
            Message::RegisterVerified(check) => self.register_verified(check),
            Message::CorrectionOpened(correction) => self.correction_opened(*correction),
            Message::CorrectionNotOpened { entry, why } => self.correction_not_opened(entry, why),
            Message::CorrectionRefused { id, why } => self.correction_refused(id, why),
            Message::HistoryRead { entry, reading } => self.history_read(entry, reading),
            Message::PaperAnswered { paper, answer } => self.paper_answered(&paper, *answer),
            Message::ClockCompared { ahead_seconds } => self.desk.clock_compared(ahead_seconds),
            Message::Broke(breakdown) => {
                self.desk.breakdown = Some(breakdown);
                Vec::new()
            }
            Message::RegisterSearched { text, entries, below } => {
                self.register_searched(&text, entries, below)
            }
            Message::RegisterDayRead(day) => self.register_day_read(day),
            Message::RegisterClosed(answer) => self.register_closed(answer),
            Message::StoreFailed(task) => self.store_failed(task),
            Message::ContradictionRead { id, reading } => self.contradiction_read(id, reading),
            Message::Settled(entry) => self.settled(*entry),
            Message::SettleFailed { id, why } => self.settle_failed(id, why),
        }
    }

    fn woke(&mut self) -> Vec<Effect> {
        let mut effects = self.tend_hold();
        effects.extend(self.desk.post_if_idle());
        effects
    }

    fn key_pressed(&mut self, key: Key) -> Vec<Effect> {
        self.desk.last_touched = self.desk.now;
        let mut effects = self.pressed(key);
        effects.extend(self.tend_hold());
        effects
    }

    /// What is to be done before the program ends, whatever ends it.
    pub fn farewell(&self) -> Vec<Effect> {
        match self.screen.beneath() {
            // Confirmed: its post ends the hold, today or when the program starts again.
            Screen::Recording(_) => Vec::new(),
            Screen::Done(done) => done.leave(),
            place => place.serving().map(Serving::farewell).unwrap_or_default(),
        }
    }

    fn pressed(&mut self, key: Key) -> Vec<Effect> {
        // Said to be given up by Escape, on any screen.
        if key == Key::Escape
            && let Some(effects) = self.desk.give_reading_up()
        {
            return effects;
        }
        let Some(command) = keys::meaning(self.screen.context(), key) else {
            return Vec::new();
        };
        self.desk.notice = None;
        let screen = std::mem::take(&mut self.screen);
        let (screen, effects) = match command {
            Command::Help => (help::over(screen), Vec::new()),
            Command::ReaderTest => (reader_test::over(screen), Vec::new()),
            Command::Outbox => outbox::over(screen),
            Command::Register => register::over(screen),
            Command::Quit if closing::is_proposed(&screen, &self.desk) => {
                closing::propose(screen, &mut self.desk)
            }
            Command::Quit => leaving::depart(screen, Destination::Outside, &mut self.desk),
            command => Self::on_screen(screen, command, &mut self.desk),
        };
        self.screen = screen;
        effects
    }

    fn on_screen(screen: Screen, command: Command, desk: &mut Desk) -> Next {
        match screen {
            Screen::Counter(counter) => counter.on(command, desk),
            Screen::Paper(form) => form.on(command, desk),
            Screen::Consulting(consulting) => consulting.on(command, desk),
            Screen::Prescription(serving) => prescription::on(serving, command, desk),
            Screen::Handwriting(handwriting) => handwriting.on(command, desk),
            Screen::Naming(naming) => naming.on(command, desk),
            Screen::Decision(deciding) => deciding.on(command, desk),
            Screen::Review(review) => review.on(command, desk),
            Screen::Recording(review) => (Screen::Recording(review), Vec::new()),
            Screen::Done(done) => done.on(command, desk),
            Screen::NumberDoubt(doubt) => doubt.on(command, desk),
            Screen::Leaving(leaving) => Leaving::on(leaving, command, desk),
            Screen::Identified(identified) => identified.on(command, desk),
            Screen::Refused(refused) => refused.on(command, desk),
            Screen::Outbox(outbox) => outbox.on(command, desk),
            Screen::Settling(settling) => settling.on(command, desk),
            Screen::Register(register) => register.on(command, desk),
            Screen::Correcting(correcting) => correcting.on(command, desk),
            Screen::History(history) => history.on(command),
            Screen::ReaderTest(test) => test.on(command),
            Screen::Help(help) => help.on(command),
        }
    }
}
