//! Everything that can happen to the terminal, in the past tense.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::camera::CameraTrouble;
use crate::app::closing::ClosingAnswer;
use crate::app::history;
use crate::app::keys::Key;
use crate::app::reader_test::Arrival;
use crate::app::settling;
use crate::domain::box_read::BoxGone;
use crate::domain::breakdown::Breakdown;
use crate::domain::closure::RegisterDay;
use crate::domain::correction::{CannotCorrect, Standing};
use crate::domain::finding::Finding;
use crate::domain::hold::Hold;
use crate::domain::identifiers::{DispenseId, DispensedLineId, LineNumber};
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::{DelayReason, OutboxEntry};
use crate::domain::paper::{NotTaken, Paper};
use crate::domain::prescription::{Delivery, Prescription};
use crate::domain::product::{KnownProducts, Product};
use crate::domain::refusal::Refusal;
use crate::domain::register::{RegisterEntry, RegisterNumber, Sha256Digest};
use crate::domain::scanned::{Repair, Scanned};

/// One thing that happened.
pub enum Message {
    /// The terminal opened.
    Started,
    /// What time it is. Sent before every other message, so that no message needs its own.
    TimePassed(Timestamp),
    /// An instant asked for with [`Effect::WakeAt`](crate::app::Effect::WakeAt) came.
    Woke,
    /// A person pressed a key; what a reader typed in a burst comes as [`Message::Scanned`].
    KeyPressed(Key),
    /// A reader read a code, or a text was pasted.
    Scanned {
        /// The text exactly as it came.
        text: String,
        /// What it is.
        scanned: Scanned,
    },
    /// A reader sent several codes at once, glued together; each was told apart.
    ScannedTogether(Vec<Reading>),
    /// What was just scanned had been damaged by the keyboard, and was repaired.
    ScanRepaired {
        /// What was wrong.
        repair: Repair,
        /// The text after the repair, where another was typed.
        mended: Option<String>,
    },
    /// How what was just sent had been typed.
    ScanTyped(Arrival),
    /// A reader sent what is no whole code.
    ScanFailed {
        /// Why.
        why: ScanFailure,
        /// What can be read of it.
        reading: Option<Reading>,
    },
    /// The serial reader is not there, or not any more.
    ReaderLost(PathBuf),
    /// The serial reader is there again.
    ReaderFound(PathBuf),
    /// A folder cannot be watched, or not any more.
    FolderLost(WatchedFolder, PathBuf),
    /// A folder that was lost is watched again.
    FolderFound(WatchedFolder, PathBuf),
    /// The camera gives no frames, and why.
    CameraLost(PathBuf, CameraTrouble),
    /// The camera gives frames again.
    CameraFound(PathBuf),
    /// The camera was shown codes that it had not been shown just before.
    FrameRead(Vec<Reading>),
    /// What was just read was hard to see, and one engine alone read it.
    ReadWithDifficulty,
    /// So many pages of a PDF whose codes were just read were not looked at.
    PagesLeft(usize),
    /// Files arrived in the inbox, or were dropped on the terminal.
    FilesDropped(Vec<PathBuf>),
    /// A picture or a PDF was read; it may hold no code at all.
    FileRead {
        /// Which file.
        path: PathBuf,
        /// Every code found in it.
        readings: Vec<Reading>,
    },
    /// Several files that were dropped together were read, one after the other.
    FilesRead(Vec<FileAnswer>),
    /// The register says that a box in the hand has left already.
    BoxGone(Box<BoxGone>),
    /// A file could not be read.
    FileUnread {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: ReadFailure,
    },
    /// A prescription was retrieved.
    Consulted(Box<Consultation>),
    /// The base refused to show a prescription.
    ConsultRefused {
        /// Which one.
        number: PrescriptionNumber,
        /// What it said.
        refusal: Refusal,
    },
    /// A prescription could not be retrieved, and the store has no copy of it.
    ConsultFailed {
        /// Which one.
        number: PrescriptionNumber,
        /// Why.
        why: ConsultFailure,
    },
    /// A paper was looked at.
    PaperAnswered {
        /// As it was transcribed.
        paper: Box<Paper>,
        /// What became of it.
        answer: Box<PaperAnswer>,
    },
    /// The base answered a request for a hold.
    HoldAnswered {
        /// On which prescription.
        number: PrescriptionNumber,
        /// What it said.
        answer: HoldAnswer,
    },
    /// What this terminal held when it ended abruptly was given back.
    HoldsGivenBack(Vec<PrescriptionNumber>),
    /// The medicines database was searched.
    CatalogueSearched {
        /// For what.
        text: String,
        /// What was found, best first.
        products: Vec<Product>,
    },
    /// What may replace a product was looked for.
    RelatedFound(KnownProducts),
    /// A hand-over is in the register and in the outbox.
    Recorded {
        /// It, as the outbox holds it.
        entry: Box<OutboxEntry>,
        /// The register numbers of its lines; a line that was not delivered has none.
        numbers: Vec<(DispensedLineId, Option<RegisterNumber>)>,
    },
    /// The rules refused a hand-over at the last door; nothing was written.
    RecordRefused {
        /// Which hand-over.
        id: DispenseId,
        /// Every finding.
        findings: Vec<Finding>,
    },
    /// Another terminal answered one of these lines since the prescription was read; nothing was written.
    RecordOutdated {
        /// Which hand-over.
        id: DispenseId,
    },
    /// The store could not write; the hand-over can be recorded again with the same identifier.
    RecordFailed {
        /// Which hand-over.
        id: DispenseId,
    },
    /// The base answered something, whatever it was.
    BaseAnswered,
    /// The base did not answer usefully.
    BaseFailed(DelayReason),
    /// A hand-over is on its way to the base.
    PostStarted(DispenseId),
    /// A post ended, or did not: the hand-over as the outbox now holds it.
    PostAnswered(Box<OutboxEntry>),
    /// Everything that was due was tried.
    PostingEnded {
        /// When something is due again.
        next_attempt: Option<Timestamp>,
    },
    /// Every hand-over of today, and every older one that the base has not accepted.
    OutboxListed(Vec<OutboxEntry>),
    /// A page of the register, newest entry first.
    RegisterListed {
        /// The bound that was asked for.
        before: Option<RegisterNumber>,
        /// The entries below it.
        entries: Vec<RegisterEntry>,
    },
    /// A part of the register was looked through.
    RegisterSearched {
        /// What was looked for.
        text: String,
        /// What was found, newest entry first.
        entries: Vec<RegisterEntry>,
        /// Where to go on; none at the beginning of the register.
        below: Option<RegisterNumber>,
    },
    /// The chain of the register was verified.
    RegisterVerified(RegisterCheck),
    /// A delivery can be corrected.
    CorrectionOpened(Box<OpenedCorrection>),
    /// It cannot, or not now.
    CorrectionNotOpened {
        /// Its register entry.
        entry: RegisterNumber,
        /// Why.
        why: CannotOpen,
    },
    /// The store refused a correction at the last door; nothing was written.
    CorrectionRefused {
        /// Which correction.
        id: DispenseId,
        /// Why.
        why: CannotCorrect,
    },
    /// The history of a delivery was read, or not.
    HistoryRead {
        /// The entry it was asked for.
        entry: RegisterNumber,
        /// What was read.
        reading: history::Reading,
    },
    /// The base's clock was compared with ours: by how many seconds ours is ahead, when that is too much.
    ClockCompared {
        /// Behind, when negative; `None` when both agree.
        ahead_seconds: Option<i64>,
    },
    /// Something of this machine broke while an effect was executed; what it means for that effect follows.
    Broke(Breakdown),
    /// The register's day was counted.
    RegisterDayRead(RegisterDay),
    /// A closure of the register ended.
    RegisterClosed(ClosingAnswer),
    /// The store could not answer.
    StoreFailed(StoreTask),
    /// What the base knows of the lines of a hand-over that it did not accept was read.
    ContradictionRead {
        /// Which hand-over.
        id: DispenseId,
        /// What was read.
        reading: settling::Reading,
    },
    /// A person's choice about such a hand-over is kept: it, as the store now has it.
    Settled(Box<OutboxEntry>),
    /// The choice was not kept.
    SettleFailed {
        /// Which hand-over.
        id: DispenseId,
        /// Why.
        why: settling::SettleFailure,
    },
}

/// What the base knows of the same lines, besides the hand-over itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The other deliveries, oldest first.
    pub others: Vec<(LineNumber, Delivery)>,
    /// Where they were read.
    pub source: ContradictionSource,
}

/// Where the other deliveries were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContradictionSource {
    /// At the base, just now.
    Base,
    /// In the copy kept here: it may be older than they are.
    Copy(DelayReason),
    /// The base shows that prescription no more.
    NotShown,
    /// Nowhere.
    Nowhere(DelayReason),
}

/// A delivery that can be corrected.
pub struct OpenedCorrection {
    /// The identifier of the correction it may lead to.
    pub id: DispenseId,
    /// The delivery.
    pub standing: Standing,
    /// For a rectification: its prescription, as it is without the delivery.
    pub consultation: Option<Box<Consultation>>,
}

/// Why a correction does not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CannotOpen {
    /// The entry is not one that can be corrected.
    Cannot(CannotCorrect),
    /// The base refuses to show the prescription.
    Refused(Refusal),
    /// The prescription could not be read, or the store is broken.
    Failed(ConsultFailure),
    /// Another terminal answered the line since the prescription was read.
    Outdated,
}

/// Why what a reader sent is no whole code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanFailure {
    /// It is the beginning of one, whose rest did not come.
    Beginning,
    /// It is the rest of one that had been taken for a whole one.
    Rest,
    /// It is the keys of a numeric keypad without Num Lock.
    KeypadKeys,
}

/// One code that was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its text, exactly.
    pub text: String,
    /// What it is.
    pub scanned: Scanned,
}

/// A prescription, with everything the counter needs to serve it.
#[derive(Clone, PartialEq, Eq)]
pub struct Consultation {
    /// The identifier of the hand-over it may lead to. One per consultation: what is opened once can
    /// only be recorded once.
    pub id: DispenseId,
    /// The prescription; hand-overs recorded here that the base does not know yet are already in it.
    pub prescription: Prescription,
    /// The products ordered, and those that may replace them.
    pub products: KnownProducts,
    /// Whether the base answered.
    pub freshness: Freshness,
    /// Why no copy of its answer is kept here, when it could not be.
    pub not_kept: Option<Breakdown>,
}

/// How fresh a prescription is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The base answered just now.
    Base {
        /// When.
        at: Timestamp,
    },
    /// The store's copy: the base did not answer.
    Store {
        /// When the copy was received.
        since: Timestamp,
        /// Why the base was not read.
        why: DelayReason,
    },
    /// A paper without a number: the base does not know it, and was not asked.
    Transcribed,
}

/// Why a prescription could not be retrieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsultFailure {
    /// The base did not answer, and this prescription was never consulted here.
    Base(DelayReason),
    /// No paper was served here under that reference of our own.
    NoPaper,
    /// The store is broken.
    Store,
}

/// What became of a transcription.
pub enum PaperAnswer {
    /// It is a prescription, ready to be served.
    Taken(Consultation),
    /// The base, or the copy kept here, describes the prescription of that number.
    Known(Consultation),
    /// Something in it is missing or impossible.
    NotTaken(NotTaken),
    /// The base answers about its number, and says no.
    Refused(PrescriptionNumber, Refusal),
    /// The store is broken.
    Failed,
}

/// What the base said about a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldAnswer {
    /// It is ours.
    Taken(Hold),
    /// Another pharmacy has it.
    HeldElsewhere(Hold),
    /// A colleague has it, at another terminal of this pharmacy.
    HeldByColleague(Hold),
    /// This base knows no holds.
    NotOffered,
    /// The base did not answer.
    Unanswered(DelayReason),
}

/// One of the files that were read together.
pub struct FileAnswer {
    /// Which file.
    pub path: PathBuf,
    /// Every code found in it, perhaps none; or why it could not be read.
    pub answer: Result<Vec<Reading>, ReadFailure>,
}

/// A folder whose new files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchedFolder {
    /// Pictures and PDF that people put there.
    Inbox,
    /// The frames of a camera.
    Frames,
}

/// Why a file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFailure {
    /// There is no such file.
    NotFound,
    /// It is no file: a device, a pipe.
    NotAFile,
    /// A folder without a file in it.
    NothingInFolder,
    /// The system does not let this program read it.
    NotAllowed,
    /// The system could not read it: a lost disk, a share that is away.
    OutOfReach,
    /// It has no content, or not yet.
    Empty,
    /// Neither a picture nor a PDF that this program knows.
    UnknownFormat,
    /// A picture of a known kind, written in a way that is not read.
    UnknownVariant,
    /// Damaged, or cut short.
    Damaged,
    /// Too many bytes or pixels: refused before it was decoded.
    TooLarge,
    /// A PDF that wants a password.
    Locked,
    /// A PDF with more pages than are looked at, and no code in those that were.
    NoCodeInFirstPages,
    /// It took more time or memory than any prescription.
    GivenUp,
}

/// What verifying the register found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterCheck {
    /// How many entries were verified.
    pub entries: u64,
    /// How many of them have no content any more, rightly.
    pub purged: u32,
    /// How many closures were compared with them.
    pub closures: usize,
    /// The last link of the chain.
    pub head: Sha256Digest,
    /// The first entry that does not hold.
    pub first_bad: Option<RegisterNumber>,
}

/// What the store was asked when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreTask {
    /// The list of hand-overs.
    Outbox,
    /// A page of the register.
    Register,
    /// The verification of the register.
    Verification,
    /// The day of the register.
    Day,
    /// The closure of the register.
    Closure,
}

impl Message {
    /// Its name: all that a log may hold of it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::TimePassed(_) => "TimePassed",
            Self::Woke => "Woke",
            Self::KeyPressed(_) => "KeyPressed",
            Self::Scanned { .. } => "Scanned",
            Self::ScannedTogether(_) => "ScannedTogether",
            Self::ScanRepaired { .. } => "ScanRepaired",
            Self::ScanTyped(_) => "ScanTyped",
            Self::ScanFailed { .. } => "ScanFailed",
            Self::ReaderLost(_) => "ReaderLost",
            Self::ReaderFound(_) => "ReaderFound",
            Self::FolderLost(..) => "FolderLost",
            Self::FolderFound(..) => "FolderFound",
            Self::CameraLost(..) => "CameraLost",
            Self::CameraFound(_) => "CameraFound",
            Self::FrameRead(_) => "FrameRead",
            Self::ReadWithDifficulty => "ReadWithDifficulty",
            Self::PagesLeft(_) => "PagesLeft",
            Self::FilesDropped(_) => "FilesDropped",
            Self::FileRead { .. } => "FileRead",
            Self::FilesRead(_) => "FilesRead",
            Self::BoxGone(_) => "BoxGone",
            Self::FileUnread { .. } => "FileUnread",
            Self::Consulted(_) => "Consulted",
            Self::ConsultRefused { .. } => "ConsultRefused",
            Self::ConsultFailed { .. } => "ConsultFailed",
            Self::PaperAnswered { .. } => "PaperAnswered",
            Self::HoldAnswered { .. } => "HoldAnswered",
            Self::HoldsGivenBack(_) => "HoldsGivenBack",
            Self::CatalogueSearched { .. } => "CatalogueSearched",
            Self::RelatedFound(_) => "RelatedFound",
            Self::Recorded { .. } => "Recorded",
            Self::RecordRefused { .. } => "RecordRefused",
            Self::RecordOutdated { .. } => "RecordOutdated",
            Self::RecordFailed { .. } => "RecordFailed",
            Self::BaseAnswered => "BaseAnswered",
            Self::BaseFailed(_) => "BaseFailed",
            Self::PostStarted(_) => "PostStarted",
            Self::PostAnswered(_) => "PostAnswered",
            Self::PostingEnded { .. } => "PostingEnded",
            Self::OutboxListed(_) => "OutboxListed",
            Self::RegisterListed { .. } => "RegisterListed",
            Self::RegisterVerified(_) => "RegisterVerified",
            Self::CorrectionOpened(_) => "CorrectionOpened",
            Self::CorrectionNotOpened { .. } => "CorrectionNotOpened",
            Self::CorrectionRefused { .. } => "CorrectionRefused",
            Self::HistoryRead { .. } => "HistoryRead",
            Self::ClockCompared { .. } => "ClockCompared",
            Self::Broke(_) => "Broke",
            Self::RegisterSearched { .. } => "RegisterSearched",
            Self::RegisterDayRead(_) => "RegisterDayRead",
            Self::RegisterClosed(_) => "RegisterClosed",
            Self::StoreFailed(_) => "StoreFailed",
            Self::ContradictionRead { .. } => "ContradictionRead",
            Self::Settled(_) => "Settled",
            Self::SettleFailed { .. } => "SettleFailed",
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
