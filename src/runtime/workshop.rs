//! What executing an effect does: the use case it calls, and the messages that answer it.
//!
//! Time, chance, identifiers and the line to the base come from a [`World`]: the runtime's hands give the real one, the
//! simulation (`tests/it/simulation.rs`) one of its own, and both execute the same code.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::app::Message;
use crate::app::closing::{BackupAnswer, ClosingAnswer};
use crate::app::effect::{RecordRequest, SettleRequest};
use crate::app::message::{
    ConsultFailure, Consultation, Contradiction, ContradictionSource, Freshness, HoldAnswer, PaperAnswer,
    ReadFailure, Reading, RegisterCheck, StoreTask,
};
use crate::app::register::PAGE_ENTRIES;
use crate::app::settling::{self, SettleFailure};
use crate::base::{self, Transport};
use crate::config::BackupChoice;
use crate::counter::{
    self, BaseSeen, ConsultationAnswer, Counter, CounterError, RecordOutcome, SettleOutcome,
    TranscriptionAnswer,
};
use crate::domain::closure::Closure;
use crate::domain::identifiers::DispenseId;
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::{DelayReason, Jitter, OutboxEntry};
use crate::domain::paper::Paper;
use crate::domain::register::RegisterNumber;
use crate::domain::sought::Sought;
use crate::scan::{self, FileReading, ReadError, Symbol, what};
use crate::session::{self, write_whole};
use crate::store::{CLOCK_STEP_MAX, CloseAnswer, SearchStep, StoreError};

/// What is done about holds, in the order it was asked.
pub enum HoldTask {
    /// Tell the base that this pharmacy is serving it.
    Take(PrescriptionNumber),
    /// The same, also from a colleague at another terminal.
    TakeOver(PrescriptionNumber),
    /// Look who is serving it.
    Look(PrescriptionNumber),
    /// Tell the base that it no longer is.
    GiveBack(PrescriptionNumber),
}

/// Which hand-overs to post.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PostTask {
    /// Those whose next attempt has come.
    Due,
    /// Every one that waits.
    Now,
}

/// Where effects are executed.
pub trait World: Send + Sync {
    /// What carries requests to the base.
    type Line: Transport;
    /// The use cases.
    fn counter(&self) -> &Counter<Self::Line>;
    /// What time it is.
    fn now(&self) -> Timestamp;
    /// The luck of one retry.
    fn jitter(&self) -> Jitter;
    /// An identifier that no hand-over has.
    fn new_identifier(&self) -> DispenseId;
    /// Sends a message to the terminal.
    fn tell(&self, message: Message);
    /// How long one post after another takes at least.
    fn pace(&self) -> Duration;
    /// Lets that time pass.
    fn rest(&self, time: Duration) -> impl Future<Output = ()> + Send;
    /// The folder where the signed notes of closures are written; none where nothing outlives the process.
    fn closures_dir(&self) -> Option<PathBuf> {
        None
    }

    /// Where backups go; none where nothing outlives the process, or when no second support is configured.
    fn backup_choice(&self) -> Option<&BackupChoice> {
        None
    }

    /// Reads every code of a picture or PDF.
    fn read_picture(&self, path: &Path) -> FileReading {
        scan::read_file(path, &scan::Limits::default())
    }
    /// Runs work whose panic must not end what asked for it: `None` when it broke off.
    fn apart<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = Option<T>> + Send {
        async { Some(work.await) }
    }
}

/// Executes effects in a world.
pub struct Workshop<W>(pub W, Mutex<Pause>);

/// How long the base is left alone, as far as this process knows.
#[derive(Debug, Clone, Copy, Default)]
struct Pause {
    /// When it began.
    since: Option<Timestamp>,
    /// When the oldest hand-over that waits is tried again: no other one is tried before.
    until: Option<Timestamp>,
    /// Whether the base itself asked for that pause (Retry-After): then only its end ends it, or a person.
    is_asked_for: bool,
    /// Whether it ended early because the base answered something else: everything that waits may go, oldest first.
    is_over: bool,
}

impl Pause {
    /// Its end, while it lasts. A clock that was set back since it began says nothing about it: it is over, or a
    /// wrong clock could postpone every post for a year.
    fn lasts_until(&self, now: Timestamp) -> Option<Timestamp> {
        let was_set_back = self.since.is_some_and(|since| {
            SignedDuration::try_from(CLOCK_STEP_MAX).is_ok_and(|step| now < since - step)
        });
        self.until.filter(|until| now < *until && !was_set_back)
    }
}

/// How many hand-overs one round tries.
const ROUND_MAX: u32 = 100;

/// After how many unreadable answers in a row a round ends: one may be about one hand-over only, three are the base's.
const GARBLED_MAX: u32 = 3;

/// How long posts are left alone after our own store failed: a full disk must not be tried in a circle.
pub const STORE_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Why a round of posts ended early.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("the posts stopped")]
    Counter(#[from] CounterError),
    #[error("the outbox cannot be read")]
    Store(#[from] StoreError),
    // Without its cause: a panic's words may come from a patient's data.
    #[error("the posts broke off")]
    BrokenOff,
}

impl<W: World + 'static> Workshop<W> {
    /// Errors go to the log, chain and all; none of them holds health data. What a person can mend is told.
    pub(super) fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::warn!(error = crate::chain(error));
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<StoreError>() {
                self.0.tell(Message::Broke(error.breakdown()));
            }
            cause = error.source();
        }
    }

    /// Work in that world, with a base of which nothing is known yet.
    pub fn new(world: W) -> Self {
        Self(world, Mutex::default())
    }

    fn pause(&self) -> MutexGuard<'_, Pause> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every exchange shows something of the base, and goes through here.
    pub(super) fn tell_base(&self, seen: BaseSeen) {
        if seen == BaseSeen::Answering {
            let mut pause = self.pause();
            if pause.until.is_some() && !pause.is_asked_for {
                *pause = Pause {
                    is_over: true,
                    ..Pause::default()
                };
            }
        }
        self.0.tell(match seen {
            BaseSeen::Answering => Message::BaseAnswered,
            BaseSeen::Silent(reason) => Message::BaseFailed(reason),
        });
    }

    /// Asks the base what it can do, before the first patient: the light is true from the first screen on, and a
    /// base that includes deliveries and consent then answers a consultation in one exchange.
    pub async fn greet(self: Arc<Self>) {
        let seen = match self.0.counter().base.capability().await {
            Ok(_) => BaseSeen::Answering,
            Err(error) => BaseSeen::Silent(error.delay().0),
        };
        self.tell_base(seen);
    }

    /// Retrieves a prescription.
    pub async fn consult(&self, number: PrescriptionNumber) {
        match self.0.counter().consult(&number, self.0.now()).await {
            Ok(ConsultationAnswer::Opened(consultation)) => {
                if let Some(seen) = consultation.freshness.base() {
                    self.tell_base(seen);
                }
                self.0
                    .tell(Message::Consulted(Box::new(self.opened(*consultation))));
            }
            Ok(ConsultationAnswer::Refused(refusal)) => {
                self.tell_base(BaseSeen::Answering);
                self.0.tell(Message::ConsultRefused { number, refusal });
            }
            Err(error) => {
                let why = self.consult_failed(&error);
                self.0.tell(Message::ConsultFailed { number, why });
            }
        }
    }

    /// Looks at a paper as it was transcribed.
    pub async fn take_paper(&self, paper: Box<Paper>) {
        let id = self.0.new_identifier().0;
        let answer = self
            .0
            .counter()
            .transcribe((*paper).clone(), id, self.0.now())
            .await;
        let seen = |consultation: &counter::Consultation| {
            if let Some(seen) = consultation.freshness.base() {
                self.tell_base(seen);
            }
        };
        let answer = match answer {
            Ok(TranscriptionAnswer::Taken(consultation)) => {
                seen(&consultation);
                PaperAnswer::Taken(self.opened(*consultation))
            }
            Ok(TranscriptionAnswer::Known(consultation)) => {
                seen(&consultation);
                PaperAnswer::Known(self.opened(*consultation))
            }
            Ok(TranscriptionAnswer::NotTaken(why)) => PaperAnswer::NotTaken(why),
            Ok(TranscriptionAnswer::Refused(number, refusal)) => {
                self.tell_base(BaseSeen::Answering);
                PaperAnswer::Refused(number, refusal)
            }
            Err(error) => {
                self.report(&error);
                PaperAnswer::Failed
            }
        };
        let answer = Box::new(answer);
        self.0.tell(Message::PaperAnswered { paper, answer });
    }

    /// A prescription could not be read: what that shows of the base and of this machine is told.
    pub(super) fn consult_failed(&self, error: &CounterError) -> ConsultFailure {
        self.report(error);
        if let Some(seen) = error.base() {
            self.tell_base(seen);
        }
        match error {
            CounterError::Base(error) | CounterError::NoCopy(error) => ConsultFailure::Base(error.delay().0),
            CounterError::NoPaper => ConsultFailure::NoPaper,
            CounterError::Store(_) | CounterError::NotRecorded => ConsultFailure::Store,
        }
    }

    /// Takes and gives back holds, one after the other; first of all, what an abrupt end left held.
    pub async fn hold(self: Arc<Self>, mut tasks: UnboundedReceiver<HoldTask>) {
        self.give_back_what_was_left().await;
        while let Some(task) = tasks.recv().await {
            match task {
                HoldTask::Take(number) => {
                    let answer = self.0.counter().take_hold(&number, self.0.now()).await;
                    self.hold_answered(number, answer);
                }
                HoldTask::TakeOver(number) => {
                    let answer = self.0.counter().take_hold_over(&number, self.0.now()).await;
                    self.hold_answered(number, answer);
                }
                HoldTask::Look(number) => {
                    let counter = self.0.counter();
                    match counter.base.look_at_hold(&number, self.0.now()).await {
                        Ok(Some(answer)) => self.hold_answered(number, Ok(answer)),
                        Ok(None) => self.tell_base(BaseSeen::Answering),
                        Err(error) => self.tell_base(BaseSeen::Silent(error.delay().0)),
                    }
                }
                HoldTask::GiveBack(number) => drop(self.give_back(&number).await),
            }
        }
    }

    fn hold_answered(&self, number: PrescriptionNumber, answer: Result<base::HoldAnswer, CounterError>) {
        let answer = match answer {
            Ok(base::HoldAnswer::Taken(hold)) => HoldAnswer::Taken(hold),
            Ok(base::HoldAnswer::HeldElsewhere(hold)) => HoldAnswer::HeldElsewhere(hold),
            Ok(base::HoldAnswer::HeldByColleague(hold)) => HoldAnswer::HeldByColleague(hold),
            Ok(base::HoldAnswer::NotOffered) => HoldAnswer::NotOffered,
            Err(error) => HoldAnswer::Unanswered(delay_of(&error)),
        };
        self.tell_base(match answer {
            HoldAnswer::Unanswered(reason) => BaseSeen::Silent(reason),
            HoldAnswer::Taken(_)
            | HoldAnswer::HeldElsewhere(_)
            | HoldAnswer::HeldByColleague(_)
            | HoldAnswer::NotOffered => BaseSeen::Answering,
        });
        self.note_held(&number, &answer);
        self.0.tell(Message::HoldAnswered { number, answer });
    }

    /// Remembers what a crash would leave behind. Without a terminal of its own, nothing is.
    fn note_held(&self, number: &PrescriptionNumber, answer: &HoldAnswer) {
        let counter = self.0.counter();
        let Some(terminal) = counter.base.terminal() else {
            return;
        };
        let noted = match answer {
            HoldAnswer::Taken(hold) => hold.until.map_or(Ok(()), |until| {
                counter.store.note_held(&terminal.id, number, until)
            }),
            // It may have been taken: its answer was lost.
            HoldAnswer::Unanswered(_) => {
                let until = self
                    .0
                    .now()
                    .checked_add(counter::HOLD_LASTS)
                    .unwrap_or(Timestamp::MAX);
                counter.store.note_held(&terminal.id, number, until)
            }
            HoldAnswer::HeldElsewhere(_) | HoldAnswer::HeldByColleague(_) | HoldAnswer::NotOffered => {
                counter.store.forget_held(&terminal.id, number)
            }
        };
        if let Err(error) = noted {
            // It ends by itself at the base: what is lost is the time until then.
            self.report(&error);
        }
    }

    async fn give_back(&self, number: &PrescriptionNumber) -> Result<(), CounterError> {
        let given_back = self.0.counter().give_back(number).await;
        match &given_back {
            Ok(()) => {
                self.tell_base(BaseSeen::Answering);
                self.forget_held(number);
            }
            Err(error) => {
                // It ends by itself: nothing is lost but time.
                self.report(error);
                self.tell_base(BaseSeen::Silent(delay_of(error)));
            }
        }
        given_back
    }

    fn forget_held(&self, number: &PrescriptionNumber) {
        let counter = self.0.counter();
        let Some(terminal) = counter.base.terminal() else {
            return;
        };
        if let Err(error) = counter.store.forget_held(&terminal.id, number) {
            self.report(&error);
        }
    }

    async fn give_back_what_was_left(&self) {
        let counter = self.0.counter();
        let Some(terminal) = counter.base.terminal() else {
            return;
        };
        let left = match counter.store.held(&terminal.id) {
            Ok(left) => left,
            Err(error) => return self.report(&error),
        };
        let mut given_back = Vec::new();
        for (number, until) in left {
            if until <= self.0.now() {
                self.forget_held(&number);
            } else if self.give_back(&number).await.is_ok() {
                given_back.push(number);
            }
        }
        if !given_back.is_empty() {
            self.0.tell(Message::HoldsGivenBack(given_back));
        }
    }

    /// Posts what is due, one round after the other; rounds asked for meanwhile become one.
    pub async fn post(self: Arc<Self>, mut tasks: UnboundedReceiver<PostTask>) {
        while let Some(mut task) = tasks.recv().await {
            while let Ok(next) = tasks.try_recv() {
                task = if next == PostTask::Now { next } else { task };
            }
            let next_attempt = match Arc::clone(&self).post_and_look(task).await {
                Ok(next_attempt) => next_attempt,
                Err(error) => {
                    self.report(&error);
                    self.0.now().checked_add(STORE_RETRY_DELAY).ok()
                }
            };
            self.0.tell(Message::PostingEnded { next_attempt });
        }
    }

    /// One round, and when the next is due.
    async fn post_and_look(self: Arc<Self>, task: PostTask) -> Result<Option<Timestamp>, RoundError> {
        let workshop = Arc::clone(&self);
        // A round that panics is one round lost, not the outbox.
        self.0
            .apart(async move { workshop.post_round(task).await })
            .await
            .ok_or(RoundError::BrokenOff)??;
        let next = self.0.counter().store.outbox_wakes_at(self.0.now())?;
        let until = self.pause().lasts_until(self.0.now());
        Ok(next.map(|next| until.map_or(next, |until| next.max(until))))
    }

    /// What a round tries, oldest first; nothing while the base is left alone.
    fn round(&self, task: PostTask) -> Result<Vec<DispenseId>, CounterError> {
        let now = self.0.now();
        let store = &self.0.counter().store;
        let mut pause = self.pause();
        let is_left_alone = pause.lasts_until(now).is_some();
        Ok(match task {
            PostTask::Now => store.outbox_waiting()?,
            PostTask::Due if is_left_alone => Vec::new(),
            PostTask::Due if std::mem::take(&mut pause.is_over) => store.outbox_waiting()?,
            PostTask::Due => store.outbox_due_ids(now, ROUND_MAX)?,
        })
    }

    async fn post_round(&self, task: PostTask) -> Result<(), CounterError> {
        let mut garbled = 0;
        let mut begun: Option<Timestamp> = None;
        for id in self.round(task)? {
            if let Some(begun) = begun {
                let spent = Duration::try_from(self.0.now().duration_since(begun)).unwrap_or_default();
                self.0.rest(self.0.pace().saturating_sub(spent)).await;
            }
            begun = Some(self.0.now());
            self.0.tell(Message::PostStarted(id));
            let posted = self
                .0
                .counter()
                .post_one(id, self.0.now(), self.0.jitter())
                .await?;
            let next_attempt = posted.entry.next_attempt;
            self.0.tell(Message::PostAnswered(Box::new(posted.entry)));
            let Some(seen) = posted.base else { continue };
            garbled = match seen {
                BaseSeen::Silent(DelayReason::Garbled) => garbled + 1,
                _ => 0,
            };
            if seen.stops_a_round() || garbled == GARBLED_MAX {
                // The next one would fare no better, and thousands may wait: none is tried before this one's next try.
                *self.pause() = Pause {
                    since: Some(self.0.now()),
                    until: Some(next_attempt),
                    is_asked_for: posted.asked_rest.is_some(),
                    is_over: false,
                };
                self.tell_base(seen);
                break;
            }
            if seen == BaseSeen::Answering {
                *self.pause() = Pause::default();
            }
            self.tell_base(seen);
        }
        Ok(())
    }

    /// Reads what the base knows of the lines of a hand-over that it did not accept.
    pub async fn read_contradiction(&self, id: DispenseId) {
        let reading = match self.0.counter().contradiction(id).await {
            Ok(found) => {
                let source = match found.source {
                    counter::ContradictionSource::Base => ContradictionSource::Base,
                    counter::ContradictionSource::NotShown => ContradictionSource::NotShown,
                    counter::ContradictionSource::Copy(why) => ContradictionSource::Copy(why),
                    counter::ContradictionSource::Nowhere(why) => ContradictionSource::Nowhere(why),
                };
                self.tell_base(match source {
                    ContradictionSource::Base | ContradictionSource::NotShown => BaseSeen::Answering,
                    ContradictionSource::Copy(why) | ContradictionSource::Nowhere(why) => {
                        BaseSeen::Silent(why)
                    }
                });
                settling::Reading::Read(Contradiction {
                    others: found.others,
                    source,
                })
            }
            Err(error) => {
                self.report(&error);
                settling::Reading::Failed
            }
        };
        self.0.tell(Message::ContradictionRead { id, reading });
    }

    /// Keeps what a person decided about a hand-over that the base did not accept.
    pub fn settle(&self, request: &SettleRequest) {
        let SettleRequest {
            id,
            choice,
            reason,
            at,
        } = request;
        let failed = |why| Message::SettleFailed { id: *id, why };
        self.0
            .tell(match self.0.counter().settle(*id, *choice, reason, *at) {
                Ok(SettleOutcome::Settled(entry)) => Message::Settled(entry),
                // What is offered on the screen is what the store offers, unless another terminal came first.
                Ok(SettleOutcome::NothingToSettle | SettleOutcome::NotOffered) => {
                    failed(SettleFailure::NothingToSettle)
                }
                Ok(SettleOutcome::TakenBack) => failed(SettleFailure::TakenBack),
                // The screen asks for words before it asks for this.
                Ok(SettleOutcome::ReasonMissing) => failed(SettleFailure::Store),
                Err(error) => {
                    self.report(&error);
                    failed(SettleFailure::Store)
                }
            });
    }

    /// Checks a hand-over and writes it.
    pub fn record(&self, request: RecordRequest) {
        let RecordRequest {
            prescription,
            proposal,
            circumstances,
        } = request;
        let id = circumstances.id;
        match self
            .0
            .counter()
            .record(&prescription, proposal, id, circumstances.at)
        {
            Ok(RecordOutcome::Recorded(recorded)) => {
                let recorded = *recorded;
                // Its post ends the hold, also after a crash.
                self.forget_held(&recorded.entry.hand_over.number);
                self.0.tell(Message::Recorded {
                    entry: Box::new(recorded.entry),
                    numbers: recorded.registered,
                });
            }
            Ok(RecordOutcome::Stopped(findings)) => self.0.tell(Message::RecordRefused { id, findings }),
            Ok(RecordOutcome::Outdated) => self.0.tell(Message::RecordOutdated { id }),
            Err(error) => {
                self.report(&error);
                self.0.tell(Message::RecordFailed { id });
            }
        }
    }

    /// Reads a picture or a PDF.
    pub fn read_file(&self, path: PathBuf) {
        let reading = self.0.read_picture(&at_home(&path));
        let failure = match reading.error {
            None | Some(ReadError::NoCode) => None,
            Some(error) => Some(read_failure(error)),
        };
        let is_certain = reading.symbols.iter().all(|symbol| symbol.confirmed);
        let readings: Vec<Reading> = reading.symbols.into_iter().map(as_reading).collect();
        self.0.tell(match failure {
            Some(why) if readings.is_empty() => Message::FileUnread { path, why },
            _ => Message::FileRead { path, readings },
        });
        if !is_certain {
            self.0.tell(Message::ReadWithDifficulty);
        }
    }

    /// Searches the medicines database.
    pub fn search(&self, text: String) {
        let products = self.0.counter().catalogue.search(&text);
        self.0.tell(Message::CatalogueSearched { text, products });
    }

    /// Lists what was handed over.
    pub fn list_outbox(&self) {
        self.0.tell(match self.hand_overs() {
            Ok(entries) => Message::OutboxListed(entries),
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Outbox)
            }
        });
    }

    /// Those that are not done with, those of today, and those settled today; each once.
    fn hand_overs(&self) -> Result<Vec<OutboxEntry>, CounterError> {
        let counter = self.0.counter();
        let today = counter.served_on(counter.day(self.0.now()))?;
        let settled = counter.settled_on(counter.day(self.0.now()))?;
        let mut entries = counter.store.outbox()?;
        for more in [today, settled] {
            let known: HashSet<DispenseId> = entries.iter().map(|entry| entry.hand_over.id).collect();
            entries.extend(
                more.into_iter()
                    .filter(|entry| !known.contains(&entry.hand_over.id)),
            );
        }
        Ok(entries)
    }

    /// Reads a page of the register.
    pub fn list_register(&self, before: Option<RegisterNumber>, count: usize) {
        self.0.tell(match self.register_page(before, count) {
            Ok(entries) => Message::RegisterListed { before, entries },
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Register)
            }
        });
    }

    /// Looks through a part of the register.
    pub fn search_register(&self, text: &str, day: Option<Date>, below: Option<RegisterNumber>) {
        self.0.tell(match self.register_found(text, day, below) {
            Ok(SearchStep { found, below }) => Message::RegisterSearched {
                text: text.to_owned(),
                entries: found,
                below,
            },
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Register)
            }
        });
    }

    /// A day is gone to from its end; any other text is looked for.
    fn register_found(
        &self,
        text: &str,
        day: Option<Date>,
        below: Option<RegisterNumber>,
    ) -> Result<SearchStep, StoreError> {
        let counter = self.0.counter();
        let Some(day) = day else {
            let nothing = SearchStep {
                found: Vec::new(),
                below: None,
            };
            return Sought::new(text).map_or(Ok(nothing), |sought| {
                counter.store.search_register(&sought, below)
            });
        };
        let end = day
            .tomorrow()
            .map_or(Timestamp::MAX, |next| counter.midnight(next));
        let before = match below {
            Some(below) => Some(below),
            None => counter.store.register_from(end)?,
        };
        let found = self.register_page(before, PAGE_ENTRIES)?;
        let last = found.last().map(|entry| entry.number);
        Ok(SearchStep {
            found,
            below: last.filter(|number| number.0 > 1),
        })
    }

    fn register_page(
        &self,
        before: Option<RegisterNumber>,
        count: usize,
    ) -> Result<Vec<crate::domain::register::RegisterEntry>, StoreError> {
        let store = &self.0.counter().store;
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let end = match before {
            Some(RegisterNumber(before)) => before,
            None => store.register_length()?.saturating_add(1),
        };
        let first = end.saturating_sub(count).max(1);
        let mut entries = store.register_entries(RegisterNumber(first), end.saturating_sub(first))?;
        entries.reverse();
        Ok(entries)
    }

    /// Verifies the chain of the register, and the signatures of its closures.
    pub fn verify_register(&self) {
        let (store, now) = (&self.0.counter().store, self.0.now());
        let verified = store.verify_closed_register(now, &[]);
        self.0.tell(match verified {
            Ok(found) => Message::RegisterVerified(RegisterCheck {
                purged: found.purged,
                closures: found.closures,
                entries: found.entries.into(),
                head: found.head,
                first_bad: found.first_bad,
            }),
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Verification)
            }
        });
    }

    /// Counts what the register holds of today, and what no closure holds.
    pub fn read_register_day(&self) {
        let counter = self.0.counter();
        let begins = counter.midnight(counter.day(self.0.now()));
        self.0.tell(match counter.store.register_day(begins) {
            Ok(day) => Message::RegisterDayRead(day),
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Day)
            }
        });
    }

    /// Verifies the register and signs it; the note is written beside the store too, to be carried away.
    pub fn close_register(&self) {
        self.0.tell(match self.closed() {
            Ok(answer) => Message::RegisterClosed(answer),
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Closure)
            }
        });
    }

    fn closed(&self) -> Result<ClosingAnswer, StoreError> {
        let counter = self.0.counter();
        let origin = Closure::origin_of(&counter.pharmacy.finess);
        let now = self.0.now();
        Ok(match counter.store.close_register(&origin, now)? {
            CloseAnswer::Closed { closure, note, .. } => {
                let name = format!("{}-{}.txt", counter.day(now), closure.count);
                ClosingAnswer::Closed {
                    count: closure.count,
                    head: closure.head,
                    saved: self
                        .0
                        .closures_dir()
                        .and_then(|folder| kept_note(&folder, &name, &note)),
                    note,
                    backup: self.backed_up(),
                }
            }
            CloseAnswer::AlreadyClosed(_) => ClosingAnswer::AlreadyClosed {
                backup: self.backed_up(),
            },
            CloseAnswer::NothingToClose => ClosingAnswer::NothingToClose,
            CloseAnswer::DoesNotHold(bad) => ClosingAnswer::DoesNotHold(bad),
            CloseAnswer::KeyMissing => ClosingAnswer::KeyMissing,
        })
    }

    /// Copies what was signed to the second support. The closure stands whatever happens here.
    fn backed_up(&self) -> BackupAnswer {
        let store = &self.0.counter().store;
        match session::back_up(store, self.0.backup_choice(), self.0.now()) {
            None => BackupAnswer::NotConfigured,
            Some(Ok(made)) => match made.register.first_bad {
                Some(first_bad) => BackupAnswer::DoesNotHold {
                    path: made.path,
                    first_bad,
                },
                None => BackupAnswer::Made {
                    path: made.path,
                    is_on_same_disk: made.is_on_same_disk,
                },
            },
            Some(Err(error)) => {
                tracing::warn!(error = crate::chain(&error), "no backup was made");
                match error {
                    StoreError::SupportMissing { path } => BackupAnswer::SupportMissing(path),
                    error => BackupAnswer::Failed(error.breakdown()),
                }
            }
        }
    }

    /// What the terminal needs of a consultation, with the one identifier that its hand-over will have.
    pub(super) fn opened(&self, consultation: counter::Consultation) -> Consultation {
        Consultation {
            id: self.0.new_identifier(),
            prescription: consultation.prescription,
            products: consultation.products,
            freshness: match consultation.freshness {
                counter::Freshness::Fresh => Freshness::Base { at: self.0.now() },
                counter::Freshness::FromStore { received_at, why } => Freshness::Store {
                    since: received_at,
                    why,
                },
                counter::Freshness::Transcribed => Freshness::Transcribed,
            },
        }
    }
}

/// Writes the note of a closure; none when it could not be, which the log tells.
fn kept_note(folder: &Path, name: &str, note: &str) -> Option<PathBuf> {
    let path = folder.join(name);
    fs::create_dir_all(folder)
        .and_then(|()| write_whole(&path, note.as_bytes()))
        .inspect_err(|error| tracing::warn!(%error, "the note of the closure is not beside the store"))
        .is_ok()
        .then_some(path)
}

/// A person types `~/sheet.png` as at a shell, where the shell would have read it.
fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(rest), Ok(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

fn delay_of(error: &CounterError) -> DelayReason {
    match error.base() {
        Some(BaseSeen::Silent(reason)) => reason,
        Some(BaseSeen::Answering) | None => DelayReason::Unreachable,
    }
}

/// What a code of a picture is.
pub(super) fn as_reading(symbol: Symbol) -> Reading {
    Reading {
        scanned: what::read_text(&symbol.text).scanned,
        text: symbol.text,
    }
}

fn read_failure(error: ReadError) -> ReadFailure {
    match error {
        ReadError::NotOpened(ErrorKind::NotFound) => ReadFailure::NotFound,
        ReadError::NotOpened(_) => ReadFailure::NotAllowed,
        ReadError::TooLarge => ReadFailure::TooLarge,
        ReadError::NotAPicture => ReadFailure::UnknownFormat,
        ReadError::Locked => ReadFailure::Locked,
        ReadError::GivenUp => ReadFailure::GivenUp,
        ReadError::Truncated | ReadError::NoCode | ReadError::DecoderFailed => ReadFailure::Damaged,
    }
}
