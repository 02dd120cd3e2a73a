//! Everything the terminal may ask of the world, in the imperative. Effects are plain values: the runtime executes them.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::correcting::CorrectionKind;
use crate::domain::box_read::BoxRead;
use crate::domain::correction::Motive;
use crate::domain::dispense::{Circumstances, Proposal};
use crate::domain::identifiers::DispenseId;
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::SettlementChoice;
use crate::domain::paper::Paper;
use crate::domain::prescription::Prescription;
use crate::domain::product::ProductCode;
use crate::domain::register::RegisterNumber;

/// One thing to do. Each names the messages that answer it.
#[derive(Clone, PartialEq, Eq)]
pub enum Effect {
    /// Retrieve a prescription, from the base or else from the store: `Consulted`, `ConsultRefused` or
    /// `ConsultFailed`, with `BaseAnswered` or `BaseFailed` beside it.
    Consult(PrescriptionNumber),
    /// Take a prescription transcribed from paper, unless the base or the store describes it: `PaperAnswered`.
    TakePaper(Box<Paper>),
    /// Tell the base that this pharmacy is serving it: `HoldAnswered`.
    TakeHold(PrescriptionNumber),
    /// The same, also when a colleague is serving it at another terminal, who then no longer is: `HoldAnswered`.
    TakeHoldOver(PrescriptionNumber),
    /// Look who is serving it, without asking for it: `HoldAnswered`, or nothing when nobody is.
    LookAtHold(PrescriptionNumber),
    /// Tell the base that it no longer is; no answer is waited for. Executed in order with
    /// [`Effect::TakeHold`] on the same number.
    GiveHoldBack(PrescriptionNumber),
    /// Write the register and the outbox: `Recorded`, `RecordRefused`, `RecordOutdated` or `RecordFailed`.
    Record(Box<RecordRequest>),
    /// Post what is due: `PostStarted` and `PostAnswered` for each, then `PostingEnded`.
    PostDue,
    /// The same without waiting for the next attempt of each.
    PostNow,
    /// Send `Woke` at that instant. A later request does not replace an earlier one.
    WakeAt(Timestamp),
    /// Read a picture or a PDF: `FileRead` or `FileUnread`.
    ReadFile(PathBuf),
    /// Read several pictures or PDF, one after the other: `FilesRead`.
    ReadFiles(Vec<PathBuf>),
    /// Give up every reading of files that was asked for: none of them is answered any more.
    GiveReadingUp,
    /// Look whether the register says that this box has left already: `BoxGone`, or nothing.
    LookForBox(Box<BoxRead>),
    /// Search the medicines database: `CatalogueSearched`.
    SearchCatalogue(String),
    /// Look for what may replace a product of the medicines database: `RelatedFound`.
    FindRelated(ProductCode),
    /// List the hand-overs of today and those not accepted: `OutboxListed`, or `StoreFailed`.
    ListOutbox,
    /// Read a page of the register, newest first: `RegisterListed`, or `StoreFailed`.
    ListRegister {
        /// Only entries below this number.
        before: Option<RegisterNumber>,
        /// How many at most.
        count: usize,
    },
    /// Look through a part of the register, newest entry first: `RegisterSearched`, or `StoreFailed`.
    SearchRegister {
        /// The words looked for.
        text: String,
        /// The day, when they are one: entries from its end down.
        day: Option<Date>,
        /// Only entries below this number.
        below: Option<RegisterNumber>,
    },
    /// Verify the register's chain: `RegisterVerified`, or `StoreFailed`.
    VerifyRegister,
    /// Read what the base knows of the lines of a hand-over that it did not accept: `ContradictionRead`.
    ReadContradiction(DispenseId),
    /// Keep what a person decided about such a hand-over: `Settled` or `SettleFailed`.
    Settle(SettleRequest),
    /// Look whether a register entry can be corrected, and read its prescription for a rectification:
    /// `CorrectionOpened` or `CorrectionNotOpened`.
    OpenCorrection {
        /// The entry.
        entry: RegisterNumber,
        /// What becomes of its delivery.
        kind: CorrectionKind,
    },
    /// Write a correction in the register and the outbox: `Recorded`, `RecordRefused`, `RecordOutdated`,
    /// `CorrectionRefused` or `RecordFailed`.
    Correct(Box<CorrectRequest>),
    /// Read everything recorded about a delivery: `HistoryRead`.
    ReadHistory(RegisterNumber),
    /// Count what the register holds of today and what no closure holds: `RegisterDayRead`, or `StoreFailed`.
    ReadRegisterDay,
    /// Verify the register and sign it: `RegisterClosed`, or `StoreFailed`.
    CloseRegister,
    /// Close the terminal, once every effect before this one is executed.
    Quit,
}

/// What [`Dispense::check`](crate::domain::dispense::Dispense::check) needs, besides the medicines database.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordRequest {
    /// The prescription as it was shown.
    pub prescription: Prescription,
    /// What was reviewed and confirmed.
    pub proposal: Proposal,
    /// Who, where, when, and the identifier of the hand-over.
    pub circumstances: Circumstances,
}

/// What a person decided about a hand-over that the base did not accept.
#[derive(Clone, PartialEq, Eq)]
pub struct SettleRequest {
    /// Which hand-over.
    pub id: DispenseId,
    /// What was chosen.
    pub choice: SettlementChoice,
    /// Why, in words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// What a correction needs, besides the medicines database.
#[derive(Clone, PartialEq, Eq)]
pub struct CorrectRequest {
    /// The register entry of the delivery.
    pub entry: RegisterNumber,
    /// Why.
    pub motive: Motive,
    /// What replaces it, over the prescription as it was shown; nothing for a cancellation.
    pub replacement: Option<(Prescription, Proposal)>,
    /// The identifier minted for it.
    pub id: DispenseId,
    /// When it was confirmed.
    pub at: Timestamp,
}

impl Effect {
    /// Its name: all that a log may hold of it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Consult(_) => "Consult",
            Self::TakePaper(_) => "TakePaper",
            Self::TakeHold(_) => "TakeHold",
            Self::TakeHoldOver(_) => "TakeHoldOver",
            Self::LookAtHold(_) => "LookAtHold",
            Self::GiveHoldBack(_) => "GiveHoldBack",
            Self::Record(_) => "Record",
            Self::PostDue => "PostDue",
            Self::PostNow => "PostNow",
            Self::WakeAt(_) => "WakeAt",
            Self::ReadFile(_) => "ReadFile",
            Self::ReadFiles(_) => "ReadFiles",
            Self::GiveReadingUp => "GiveReadingUp",
            Self::LookForBox(_) => "LookForBox",
            Self::SearchCatalogue(_) => "SearchCatalogue",
            Self::FindRelated(_) => "FindRelated",
            Self::ListOutbox => "ListOutbox",
            Self::ListRegister { .. } => "ListRegister",
            Self::VerifyRegister => "VerifyRegister",
            Self::ReadContradiction(_) => "ReadContradiction",
            Self::Settle(_) => "Settle",
            Self::OpenCorrection { .. } => "OpenCorrection",
            Self::Correct(_) => "Correct",
            Self::ReadHistory(_) => "ReadHistory",
            Self::SearchRegister { .. } => "SearchRegister",
            Self::ReadRegisterDay => "ReadRegisterDay",
            Self::CloseRegister => "CloseRegister",
            Self::Quit => "Quit",
        }
    }
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
