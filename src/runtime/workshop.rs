//! What executing an effect does: the use case it calls, and the messages that answer it.
//!
//! Time, chance, identifiers and the line to the base come from a [`World`]: the runtime's hands give the real one, the
//! simulation (`tests/it/simulation.rs`) one of its own, and both execute the same code.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::posts::Pause;
use crate::app::Message;
use crate::app::effect::RecordRequest;
use crate::app::message::{
    ConsultFailure, Consultation, FileAnswer, Freshness, PaperAnswer, ReadFailure, Reading,
};
use crate::base::Transport;
use crate::config::{self, BackupChoice};
use crate::confined::Asked;
use crate::counter::{
    self, BaseSeen, ConsultationAnswer, Counter, CounterError, RecordOutcome, TranscriptionAnswer,
};
use crate::domain::box_read::BoxRead;
use crate::domain::identifiers::DispenseId;
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::{DelayReason, Jitter};
use crate::domain::paper::Paper;
use crate::domain::product::ProductCode;
use crate::scan::{self, FileReading, ReadError, Symbol, folder, what};
use crate::store::StoreError;

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
    fn read_picture(&self, path: &Path, _asked: &Asked) -> FileReading {
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

    pub(super) fn pause(&self) -> MutexGuard<'_, Pause> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every exchange shows something of the base, and goes through here.
    pub(super) fn tell_base(&self, seen: BaseSeen) {
        if seen == BaseSeen::Answering {
            self.pause().base_answered();
        }
        if let Some(theirs) = self.0.counter().base.take_date() {
            let ahead = self.0.now().duration_since(theirs).as_secs();
            let is_wrong = ahead.unsigned_abs() > config::CLOCK_SECONDS_MAX;
            self.0.tell(Message::ClockCompared {
                ahead_seconds: is_wrong.then_some(ahead),
            });
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

    /// Reads a picture or a PDF, or the files of a folder.
    pub fn read_file(&self, path: PathBuf, asked: &Asked) {
        self.read_files(vec![path], asked);
    }

    /// Reads several pictures or PDF, one after the other.
    pub fn read_files(&self, paths: Vec<PathBuf>, asked: &Asked) {
        let look_at = |path| self.look_at_each(path, asked);
        let mut looks: Vec<Look> = paths.into_iter().flat_map(look_at).collect();
        // The person said so: nothing is to be answered.
        if asked.is_given_up() {
            return;
        }
        let certainty = looks.iter().map(|look| look.certainty).min();
        let pages_left: usize = looks.iter().map(|look| look.pages_left).sum();
        self.0.tell(match (looks.pop(), looks.is_empty()) {
            (Some(Look { file, .. }), true) => match file.answer {
                Ok(readings) => Message::FileRead {
                    path: file.path,
                    readings,
                },
                Err(why) => Message::FileUnread { path: file.path, why },
            },
            (last, _) => {
                looks.extend(last);
                Message::FilesRead(looks.into_iter().map(|look| look.file).collect())
            }
        });
        if pages_left > 0 {
            self.0.tell(Message::PagesLeft(pages_left));
        }
        if certainty == Some(Certainty::WithDifficulty) {
            self.0.tell(Message::ReadWithDifficulty);
        }
    }

    /// A folder is read as its files.
    fn look_at_each(&self, path: PathBuf, asked: &Asked) -> Vec<Look> {
        match folder::files_of(&at_home(&path)) {
            Ok(files) if at_home(&path).is_dir() => {
                files.into_iter().map(|file| self.look_at(file, asked)).collect()
            }
            Ok(_) => vec![self.look_at(path, asked)],
            Err(error) => vec![Look::nothing(path, read_failure(error))],
        }
    }

    fn look_at(&self, path: PathBuf, asked: &Asked) -> Look {
        let reading = self.0.read_picture(&at_home(&path), asked);
        if let Some(error) = reading.error.filter(|error| *error != ReadError::NoCode) {
            return Look::nothing(path, read_failure(error));
        }
        let certainty = if reading.symbols.iter().all(|symbol| symbol.confirmed) {
            Certainty::Read
        } else {
            Certainty::WithDifficulty
        };
        let answer = Ok(reading.symbols.into_iter().map(as_reading).collect());
        Look {
            file: FileAnswer { path, answer },
            certainty,
            pages_left: reading.pages_left,
        }
    }

    /// Looks whether a box has left already. A store that cannot say so now is asked again when it records.
    pub fn look_for_box(&self, read: &BoxRead) {
        match self.0.counter().store.gone(std::iter::once(read)) {
            Ok(gone) => {
                for one in gone {
                    self.0.tell(Message::BoxGone(Box::new(one)));
                }
            }
            Err(error) => {
                tracing::error!(error = %crate::chain(&error), "the boxes that left cannot be read");
            }
        }
    }

    /// Searches the medicines database.
    pub fn search(&self, text: String) {
        let products = self.0.counter().catalogue.search(&text);
        self.0.tell(Message::CatalogueSearched { text, products });
    }

    /// What may replace a product.
    pub fn find_related(&self, code: &ProductCode) {
        let products = self.0.counter().catalogue.related(std::iter::once(code));
        self.0.tell(Message::RelatedFound(products));
    }

    /// What the terminal needs of a consultation, with the one identifier that its hand-over will have.
    pub(super) fn opened(&self, consultation: counter::Consultation) -> Consultation {
        Consultation {
            id: self.0.new_identifier(),
            prescription: consultation.prescription,
            products: consultation.products,
            not_kept: consultation.not_kept,
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

/// What a file gave.
struct Look {
    file: FileAnswer,
    certainty: Certainty,
    pages_left: usize,
}

impl Look {
    fn nothing(path: PathBuf, why: ReadFailure) -> Self {
        Self {
            file: FileAnswer {
                path,
                answer: Err(why),
            },
            certainty: Certainty::Read,
            pages_left: 0,
        }
    }
}

/// How the codes of a picture were read; the least certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    /// One of them by one engine alone, or late.
    WithDifficulty,
    /// All of them by two engines, or at once.
    Read,
}

/// A person types `~/sheet.png` as at a shell, where the shell would have read it.
fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(rest), Ok(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

pub(super) fn delay_of(error: &CounterError) -> DelayReason {
    match error.base() {
        Some(BaseSeen::Silent(reason)) => reason,
        Some(BaseSeen::Answering) | None => DelayReason::Unreachable,
    }
}

/// What a code of a picture is.
pub(super) fn as_reading(symbol: Symbol) -> Reading {
    Reading {
        scanned: what::read_as_sent(&symbol.text).scanned,
        text: symbol.text,
    }
}

/// Why a file gave nothing, for a person.
pub(crate) fn read_failure(error: ReadError) -> ReadFailure {
    match error {
        ReadError::NotOpened(ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename) => {
            ReadFailure::NotFound
        }
        ReadError::NotOpened(ErrorKind::PermissionDenied) => ReadFailure::NotAllowed,
        ReadError::NotOpened(ErrorKind::InvalidInput) => ReadFailure::NotAFile,
        ReadError::NotOpened(_) => ReadFailure::OutOfReach,
        ReadError::NothingInFolder => ReadFailure::NothingInFolder,
        ReadError::Empty => ReadFailure::Empty,
        ReadError::TooLarge => ReadFailure::TooLarge,
        ReadError::NotAPicture => ReadFailure::UnknownFormat,
        ReadError::UnknownVariant => ReadFailure::UnknownVariant,
        ReadError::Locked => ReadFailure::Locked,
        ReadError::NoCodeInFirstPages => ReadFailure::NoCodeInFirstPages,
        ReadError::GivenUp => ReadFailure::GivenUp,
        ReadError::Truncated | ReadError::NoCode | ReadError::DecoderFailed => ReadFailure::Damaged,
    }
}
