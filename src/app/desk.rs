//! What every screen sees: who stands where, what time it is, whether the base answers, what was
//! handed over today, and the one line of news at the foot.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::app::camera::CameraTrouble;
use crate::app::effect::Effect;
use crate::app::form::Missing;
use crate::app::message::{ScanFailure, WatchedFolder};
use crate::domain::breakdown::Breakdown;
use crate::domain::dispense::Circumstances;
use crate::domain::hold::{Hold, Terminal};
use crate::domain::identifiers::{Boxes, DispenseId, DispensedLineId, LineNumber};
use crate::domain::number::{NotANumber, PrescriptionNumber};
use crate::domain::outbox::{DelayReason, OutboxEntry, PostState, SettlementChoice};
use crate::domain::people::{Operator, Pharmacy};
use crate::domain::product::CatalogueScope;
use crate::domain::recall::Recall;
use crate::domain::register::RegisterNumber;
use crate::domain::scanned::Repair;
use crate::domain::substitution::NonSubstitutable;

/// Whether what is done here counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Fictitious patients, the training base: every screen says so.
    Training,
    /// Real patients.
    Real,
}

/// What the terminal opened with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The pharmacy.
    pub pharmacy: Pharmacy,
    /// Who stands at the counter.
    pub operator: Operator,
    /// Which of the pharmacy's terminals this is, when it is known.
    pub terminal: Option<Terminal>,
    /// Training or not.
    pub mode: Mode,
    /// The pharmacy's own time: the law counts its days.
    pub zone: TimeZone,
    /// Where sample sheets were written, in training.
    pub sheets: Option<PathBuf>,
    /// The folder whose new files are read.
    pub inbox: Option<PathBuf>,
    /// Where a camera's frames arrive, or the camera that is opened here.
    pub frames: Option<PathBuf>,
    /// How much of the public medicines database is known here.
    pub catalogue: CatalogueScope,
    /// What was recorded before this terminal opened, and not acknowledged.
    pub left_waiting: Option<LeftWaiting>,
}

/// What waited already when the terminal opened. After a crash nobody remembers whether the last one was recorded: it was.
#[derive(Debug, Clone)]
pub struct LeftWaiting {
    /// The last one recorded.
    pub entry: OutboxEntry,
    /// Its register numbers, in their order.
    pub numbers: Vec<RegisterNumber>,
    /// How many waited besides it.
    pub others: u32,
}

/// Whether the base answers, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseLight {
    /// It was not asked anything yet.
    NotAsked,
    /// It answers.
    Answering {
        /// Since when.
        since: Timestamp,
    },
    /// It does not.
    Failing {
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: DelayReason,
    },
}

/// Whether the list of hand-overs is known: an empty list that was never read proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// It was asked for.
    Asked,
    /// It was read.
    Known,
    /// The store could not read it.
    Failed,
}

/// A watched folder went or came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderNews {
    /// It cannot be watched, or not any more.
    Lost(WatchedFolder, PathBuf),
    /// It is watched again.
    Found(PathBuf),
}

/// What becomes of boxes that were scanned before their prescription was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// They tick their lines once it is.
    Later,
    /// It did not come.
    Never,
}

/// One line of news; gone with the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The prescription scanned is the one on the screen.
    AlreadyOpen,
    /// A prescription that was scanned is waited for already.
    AlreadyAsked,
    /// A recording is under way: nothing else can begin.
    RecordingNow,
    /// The keyboard had damaged the scan, which was repaired.
    ScanRepaired(Repair),
    /// A reader sent what is no whole code.
    ScanFailed(ScanFailure),
    /// So many boxes were scanned before their prescription was there, and what becomes of them.
    BoxesEarly(Taken, usize),
    /// The serial reader is not there.
    ReaderLost(PathBuf),
    /// The serial reader is there again.
    ReaderFound(PathBuf),
    /// A watched folder went or came back.
    Folder(FolderNews),
    /// The camera gives no frames, and why.
    CameraLost(PathBuf, CameraTrouble),
    /// The camera gives frames again.
    CameraFound(PathBuf),
    /// A file is being read.
    ReadingFile(PathBuf),
    /// Several files are being read.
    ReadingFiles(usize),
    /// The person gave up what was being read.
    ReadingGivenUp,
    /// Of the files read together, some gave no code.
    FilesWithoutCode {
        /// How many gave none.
        unread: usize,
        /// How many there were.
        count: usize,
    },
    /// So many pages of a PDF were not looked at.
    PagesLeft(usize),
    /// A code was read late, by one engine alone.
    ReadWithDifficulty,
    /// What was typed is not a number.
    NotTyped(NotANumber),
    /// What was refused is not to be served from its paper either.
    NoPaperInstead,
    /// A number was scanned for the paper being transcribed.
    PaperNumberRead,
    /// The prescription of a transcribed number is described by the base or a copy: that one is open.
    PaperKnown,
    /// A transcription could not be looked at.
    PaperFailed,
    /// A paper without a number cannot be read again at the base.
    PaperNotAtBase,
    /// All of a paper is handwriting.
    PaperIsTranscribed,
    /// A box whose code nobody knows serves that line.
    BoxNamed(LineNumber),
    /// Only a magistral preparation has a composition to record.
    NoPreparation,
    /// A line written by hand is one of the prescription's, and decided.
    Handwritten(LineNumber),
    /// Nothing on this prescription can be delivered here.
    NothingOpen,
    /// No line has this number.
    NoSuchLine,
    /// The line cannot be delivered here.
    LineClosed(LineNumber),
    /// A box ticked its line.
    BoxTicked(LineNumber),
    /// A box is in the hand, so many are by now, and so many are due.
    BoxCounted(LineNumber, usize, Boxes),
    /// A box of another size is in the hand, so many are by now, and they do not make what is due.
    SmallBoxCounted(LineNumber, usize),
    /// All the boxes due were scanned before: this one is not counted.
    AllScanned(LineNumber, usize),
    /// This very box was scanned before, on that line.
    SameBox(LineNumber),
    /// A box of another product was scanned before on the line.
    OtherBoxBefore(LineNumber),
    /// The box answers several lines.
    SeveralLines(Vec<LineNumber>),
    /// The last day of the box is over.
    BoxExpired(Date),
    /// The register says that it has left already.
    BoxGone(RegisterNumber),
    /// Its lot was recalled.
    LotRecalled(Recall),
    /// The box may be delivered in hospitals only.
    BoxForHospitals,
    /// No box was scanned that could stand for others.
    NoBoxScanned(LineNumber),
    /// The patient's own identity was scanned, and it is the right one.
    InsMatches,
    /// The prescriber forbids substitution.
    NotSubstitutable(NonSubstitutable),
    /// Devices have no list of substitutes.
    DeviceNotSubstitutable,
    /// More boxes than remain cannot be given.
    NoMoreBoxes,
    /// Fewer than one box is "not delivered".
    AtLeastOneBox,
    /// Something is still to be said about a line.
    StillMissing(LineNumber, Missing),
    /// Nothing was decided yet.
    NothingDecided,
    /// A finding blocks.
    Blocked,
    /// The text is not a lot.
    NotALot,
    /// The text is not a date.
    NotADate,
    /// A reason must have words.
    WordsNeeded,
    /// The prescription was read again and may have changed.
    ReadAgain,
    /// It is open, and no copy of it could be kept here.
    CopyNotKept(Breakdown),
    /// It could not be read again: what is shown is what was read before.
    NotReadAgain(DelayReason),
    /// Another terminal answered one of these lines since the prescription was read.
    ChangedMeanwhile,
    /// Somebody else took the prescription that was being served here.
    HoldLost(Box<Hold>),
    /// A colleague serves it at another terminal: it must be taken over before it is recorded here.
    ColleagueServes(Box<Hold>),
    /// What an abrupt end left held was given back.
    HoldsGivenBack(Vec<PrescriptionNumber>),
    /// A hand-over that the base did not accept is settled.
    Settled(SettlementChoice),
    /// What is selected is not to be settled by a person.
    NothingToSettle,
    /// Another terminal settled it meanwhile.
    SettledElsewhere,
    /// What was to be posted again was taken back since.
    TakenBack,
    /// The store did not keep the choice.
    SettleFailed,
    /// The store did not confirm the recording, for that reason when it is known; trying again records it once.
    RecordFailed(Option<Breakdown>),
    /// The rules refused at the last door.
    RecordRefused,
    /// One leaves in the evening, and no closure holds the day's deliveries.
    DayNotClosed,
}

/// Whether posts are under way. Two at once would look each other's identifiers up for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Posting {
    Idle,
    Running,
    /// Asked for again while it ran.
    RunningThenAgain,
}

/// What every screen sees.
pub struct Desk {
    /// What the terminal opened with.
    pub setting: Setting,
    /// What time it is.
    pub now: Timestamp,
    /// Whether the base answers.
    pub base: BaseLight,
    /// By how many seconds our clock is ahead of the base's, when that is too much.
    pub clock_ahead: Option<i64>,
    /// Hand-overs of today, and older ones the base has not accepted, newest first.
    pub hand_overs: Vec<OutboxEntry>,
    /// Whether that list is known.
    pub listing: Listing,
    /// When the register was last closed, as far as this terminal has read.
    pub closed_at: Option<Timestamp>,
    /// Those being posted at this moment.
    pub on_the_way: Vec<DispenseId>,
    /// The line of news.
    pub notice: Option<Notice>,
    /// When somebody last pressed a key or scanned: a hold is renewed for people, not for a terminal left alone.
    pub(crate) last_touched: Timestamp,
    /// What broke on this machine, until something is recorded again.
    pub breakdown: Option<Breakdown>,
    posting: Posting,
    /// Whether the list was asked for to see what another terminal of this store did.
    is_checking: bool,
}

impl Desk {
    /// A counter that has just opened.
    pub fn new(setting: Setting, now: Timestamp) -> Self {
        Self {
            setting,
            now,
            base: BaseLight::NotAsked,
            clock_ahead: None,
            hand_overs: Vec::new(),
            listing: Listing::Asked,
            closed_at: None,
            on_the_way: Vec::new(),
            notice: None,
            last_touched: now,
            breakdown: None,
            posting: Posting::Idle,
            is_checking: false,
        }
    }

    /// The day it is in the pharmacy.
    pub fn today(&self) -> Date {
        self.day_of(self.now)
    }

    /// The day of an instant, in the pharmacy.
    pub fn day_of(&self, instant: Timestamp) -> Date {
        instant.to_zoned(self.setting.zone.clone()).date()
    }

    /// Who, where and when, for that hand-over now.
    pub fn circumstances(&self, id: DispenseId) -> Circumstances {
        Circumstances {
            id,
            operator: self.setting.operator.clone(),
            pharmacy: self.setting.pharmacy.clone(),
            at: self.now,
            today: self.today(),
            // The store looks when it records: what is known here may be an hour old.
            gone: Vec::new(),
        }
    }

    /// What is not done with: still to be posted, or refused or contradicted and not settled by anybody.
    pub fn open(&self) -> impl Iterator<Item = &OutboxEntry> {
        self.hand_overs.iter().filter(|entry| entry.is_open())
    }

    /// What the base has not answered for.
    pub fn to_post(&self) -> impl Iterator<Item = &OutboxEntry> {
        self.hand_overs
            .iter()
            .filter(|entry| *entry.state() == PostState::Pending)
    }

    /// What a person must settle.
    pub fn to_settle(&self) -> impl Iterator<Item = &OutboxEntry> {
        self.hand_overs.iter().filter(|entry| entry.is_to_settle())
    }

    /// What a person settled, of those this list holds.
    pub fn settled(&self) -> impl Iterator<Item = &OutboxEntry> {
        self.hand_overs
            .iter()
            .filter(|entry| entry.settlement.is_some() && !entry.is_open())
    }

    /// What was served today. A correction serves nobody.
    pub fn served_today(&self) -> impl Iterator<Item = &OutboxEntry> {
        let today = self.today();
        self.hand_overs
            .iter()
            .filter(|entry| entry.hand_over.corrects.is_none())
            .filter(move |entry| self.day_of(entry.hand_over.at) == today)
    }

    /// The correction of that delivery, when it was recorded in this list's time.
    pub fn correction_of(&self, delivery: DispensedLineId) -> Option<&OutboxEntry> {
        self.hand_overs.iter().find(|entry| {
            let corrects = entry.hand_over.corrects.as_ref();
            corrects.is_some_and(|corrects| corrects.delivery == delivery)
        })
    }

    /// A hand-over by its identifier.
    pub fn hand_over(&self, id: DispenseId) -> Option<&OutboxEntry> {
        self.hand_overs.iter().find(|entry| entry.hand_over.id == id)
    }

    /// News without a task.
    pub(crate) fn tell(&mut self, notice: Notice) -> Vec<Effect> {
        self.notice = Some(notice);
        Vec::new()
    }

    /// The first screen names a folder only while it is watched.
    pub(crate) fn folder_lost(&mut self, which: WatchedFolder, folder: PathBuf) -> Vec<Effect> {
        *self.place_of(which) = None;
        self.tell(Notice::Folder(FolderNews::Lost(which, folder)))
    }

    pub(crate) fn folder_found(&mut self, which: WatchedFolder, folder: PathBuf) -> Vec<Effect> {
        *self.place_of(which) = Some(folder.clone());
        self.tell(Notice::Folder(FolderNews::Found(folder)))
    }

    fn place_of(&mut self, which: WatchedFolder) -> &mut Option<PathBuf> {
        match which {
            WatchedFolder::Inbox => &mut self.setting.inbox,
            WatchedFolder::Frames => &mut self.setting.frames,
        }
    }

    pub(crate) fn first_effects(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::ListOutbox];
        effects.extend(self.post(Effect::PostDue));
        effects
    }

    /// Asks for posts, unless they are under way: then they are asked for again when they end.
    pub(crate) fn post(&mut self, effect: Effect) -> Option<Effect> {
        match self.posting {
            Posting::Idle => {
                self.posting = Posting::Running;
                Some(effect)
            }
            Posting::Running | Posting::RunningThenAgain => {
                self.posting = Posting::RunningThenAgain;
                None
            }
        }
    }

    /// Asks for what is due, which may be another terminal's and not in this list: the store knows.
    pub(crate) fn post_if_idle(&mut self) -> Vec<Effect> {
        match self.posting {
            Posting::Idle => self.post(Effect::PostDue).into_iter().collect(),
            Posting::Running | Posting::RunningThenAgain => Vec::new(),
        }
    }

    fn is_something_due(&self) -> bool {
        let is_due =
            |entry: &OutboxEntry| *entry.state() == PostState::Pending && entry.next_attempt <= self.now;
        self.hand_overs.iter().any(is_due)
    }

    /// Has files read, and says so.
    pub(crate) fn read(&mut self, mut paths: Vec<PathBuf>) -> Vec<Effect> {
        let effect = match (paths.pop(), paths.is_empty()) {
            (Some(path), true) => {
                self.notice = Some(Notice::ReadingFile(path.clone()));
                Effect::ReadFile(path)
            }
            (last, _) => {
                paths.extend(last);
                self.notice = Some(Notice::ReadingFiles(paths.len()));
                Effect::ReadFiles(paths)
            }
        };
        vec![effect]
    }

    /// Gives up the reading that is shown, if one is.
    pub(crate) fn give_reading_up(&mut self) -> Option<Vec<Effect>> {
        let (Notice::ReadingFile(_) | Notice::ReadingFiles(_)) = self.notice.as_ref()? else {
            return None;
        };
        self.notice = Some(Notice::ReadingGivenUp);
        Some(vec![Effect::GiveReadingUp])
    }

    pub(crate) fn post_started(&mut self, id: DispenseId) -> Vec<Effect> {
        if !self.on_the_way.contains(&id) {
            self.on_the_way.push(id);
        }
        Vec::new()
    }

    pub(crate) fn posting_ended(&mut self, next_attempt: Option<Timestamp>) -> Vec<Effect> {
        self.on_the_way.clear();
        let again = self.posting == Posting::RunningThenAgain;
        self.posting = Posting::Idle;
        if again {
            return self.post(Effect::PostDue).into_iter().collect();
        }
        let mut effects: Vec<Effect> = next_attempt.map(Effect::WakeAt).into_iter().collect();
        let is_round_whole = next_attempt.is_none_or(|next| next > self.now);
        if is_round_whole && self.is_something_due() {
            // Everything due was tried and this was not: another terminal of this store posts it, or has.
            self.is_checking = true;
            effects.push(Effect::ListOutbox);
        }
        effects
    }

    /// Puts a hand-over in its place of the list: the new one in front, a known one where it is.
    pub(crate) fn remember(&mut self, entry: OutboxEntry) {
        match self
            .hand_overs
            .iter_mut()
            .find(|known| known.hand_over.id == entry.hand_over.id)
        {
            Some(known) => *known = entry,
            None => self.hand_overs.insert(0, entry),
        }
    }

    pub(crate) fn outbox_listed(&mut self, entries: Vec<OutboxEntry>) -> Vec<Effect> {
        let was_checking = std::mem::take(&mut self.is_checking);
        self.listing = Listing::Known;
        self.hand_overs = entries;
        self.hand_overs
            .sort_by_key(|entry| std::cmp::Reverse((entry.since, entry.hand_over.id)));
        if was_checking {
            // What is still due is in other hands: the alarm set beside this question tries again.
            return Vec::new();
        }
        let waiting = self
            .hand_overs
            .iter()
            .filter(|entry| *entry.state() == PostState::Pending);
        match waiting.map(|entry| entry.next_attempt).min() {
            Some(next) if next <= self.now => self.post_if_idle(),
            // Another terminal's perhaps, whose end this one would not hear of.
            Some(next) => vec![Effect::WakeAt(next)],
            None => Vec::new(),
        }
    }

    /// It is that time.
    pub(crate) fn time_passed(&mut self, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        Vec::new()
    }

    /// This computer's clock is so far from the base's.
    pub(crate) fn clock_compared(&mut self, ahead_seconds: Option<i64>) -> Vec<Effect> {
        self.clock_ahead = ahead_seconds;
        Vec::new()
    }

    pub(crate) fn base_answered(&mut self) -> Vec<Effect> {
        let was_failing = matches!(self.base, BaseLight::Failing { .. });
        if !matches!(self.base, BaseLight::Answering { .. }) {
            self.base = BaseLight::Answering { since: self.now };
        }
        // It is back: what waits need not wait for the end of its pause.
        if was_failing && self.to_post().next().is_some() {
            return self.post_if_idle();
        }
        Vec::new()
    }

    pub(crate) fn base_failed(&mut self, reason: DelayReason) -> Vec<Effect> {
        let since = match self.base {
            BaseLight::Failing { since, .. } => since,
            BaseLight::NotAsked | BaseLight::Answering { .. } => self.now,
        };
        self.base = BaseLight::Failing { since, reason };
        Vec::new()
    }
}
