//! Executes effects: each on a task of its own, its answer sent back as a message.

mod posts;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Input;
use crate::app::effect::RecordRequest;
use crate::app::message::{
    ConsultFailure, Consultation, Freshness, HoldAnswer, ReadFailure, Reading, RegisterCheck, StoreTask,
};
use crate::app::{Effect, Message};
use crate::base;
use crate::counter::{self, BaseSeen, ConsultationAnswer, CounterError, RecordOutcome};
use crate::domain::identifiers::DispenseId;
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::{DelayReason, OutboxEntry};
use crate::domain::register::RegisterNumber;
use crate::scan::{self, ReadError, what};
use crate::session::{Session, now};
use crate::store::StoreError;
use posts::PostTask;

/// How long the program waits, on leaving, for holds to be given back: others may be waiting for them.
const FAREWELL_MAX: Duration = Duration::from_secs(3);

/// What is done about holds, in the order it was asked.
enum HoldTask {
    Take(PrescriptionNumber),
    GiveBack(PrescriptionNumber),
}

/// Executes effects.
pub(super) struct Hands {
    workshop: Arc<Workshop>,
    tokio: Handle,
    // One worker each: a hold is never given back before it is taken, and a post is never doubled by ourselves.
    holds: Option<UnboundedSender<HoldTask>>,
    posts: UnboundedSender<PostTask>,
    holding: JoinHandle<()>,
    recording: Option<JoinHandle<()>>,
}

/// What they work with.
struct Workshop {
    session: Arc<Session>,
    sender: SyncSender<Input>,
}

impl Hands {
    /// Hands that answer on that channel.
    pub(super) fn new(session: Arc<Session>, tokio: Handle, sender: SyncSender<Input>) -> Self {
        let workshop = Arc::new(Workshop { session, sender });
        let (holds, asked_holds) = unbounded_channel();
        let (posts, asked_posts) = unbounded_channel();
        let holding = tokio.spawn(Arc::clone(&workshop).hold(asked_holds));
        tokio.spawn(Arc::clone(&workshop).post(asked_posts));
        tokio.spawn(Arc::clone(&workshop).greet());
        Self {
            workshop,
            tokio,
            holds: Some(holds),
            posts,
            holding,
            recording: None,
        }
    }

    /// Begins what the effect asks for; never waits for it.
    pub(super) fn execute(&mut self, effect: Effect) {
        tracing::debug!(effect = effect.name());
        let workshop = Arc::clone(&self.workshop);
        match effect {
            Effect::Consult(number) => {
                self.tokio.spawn(async move { workshop.consult(number).await });
            }
            Effect::TakeHold(number) => self.hold(HoldTask::Take(number)),
            Effect::GiveHoldBack(number) => self.hold(HoldTask::GiveBack(number)),
            Effect::PostDue => drop(self.posts.send(PostTask::Due)),
            Effect::PostNow => drop(self.posts.send(PostTask::Now)),
            Effect::WakeAt(instant) => {
                let wait = Duration::try_from(instant.duration_since(now())).unwrap_or_default();
                self.tokio.spawn(async move {
                    tokio::time::sleep(wait).await;
                    workshop.tell(Message::Woke);
                });
            }
            Effect::Record(request) => {
                self.recording = Some(self.tokio.spawn(workshop.see_recorded(*request)));
            }
            Effect::ReadFile(path) => self.beside(move || workshop.read_file(path)),
            Effect::SearchCatalogue(text) => self.beside(move || workshop.search(text)),
            Effect::ListOutbox => self.beside(move || workshop.list_outbox()),
            Effect::ListRegister { before, count } => {
                self.beside(move || workshop.list_register(before, count));
            }
            Effect::VerifyRegister => self.beside(move || workshop.verify_register()),
            // The loop ends on it before it comes here.
            Effect::Quit => {}
        }
    }

    /// Waits until what was confirmed is recorded, whatever ends the program; then, for a moment, until the holds
    /// are given back.
    pub(super) fn finish(mut self) {
        if let Some(recording) = self.recording.take() {
            drop(self.tokio.block_on(recording));
        }
        self.holds = None;
        let farewell = async { tokio::time::timeout(FAREWELL_MAX, &mut self.holding).await };
        drop(self.tokio.block_on(farewell));
    }

    fn hold(&self, task: HoldTask) {
        if let Some(holds) = &self.holds {
            drop(holds.send(task));
        }
    }

    fn beside(&self, work: impl FnOnce() + Send + 'static) {
        self.tokio.spawn_blocking(work);
    }
}

impl Workshop {
    fn tell(&self, message: Message) {
        // Nobody listens any more: the terminal is closing, and what was recorded is in the store.
        drop(self.sender.send(Input::Message(message)));
    }

    fn tell_base(&self, seen: BaseSeen) {
        self.tell(match seen {
            BaseSeen::Answering => Message::BaseAnswered,
            BaseSeen::Silent(reason) => Message::BaseFailed(reason),
        });
    }

    /// Asks the base what it can do, before the first patient: the light is true from the first screen on, and a
    /// base that includes deliveries and consent then answers a consultation in one exchange.
    async fn greet(self: Arc<Self>) {
        let seen = match self.session.counter.base.capability().await {
            Ok(_) => BaseSeen::Answering,
            Err(error) => BaseSeen::Silent(error.delay().0),
        };
        self.tell_base(seen);
    }

    async fn consult(&self, number: PrescriptionNumber) {
        match self.session.counter.consult(&number, now()).await {
            Ok(ConsultationAnswer::Opened(consultation)) => {
                self.tell_base(consultation.freshness.base());
                self.tell(Message::Consulted(Box::new(opened(*consultation))));
            }
            Ok(ConsultationAnswer::Refused(refusal)) => {
                self.tell_base(BaseSeen::Answering);
                self.tell(Message::ConsultRefused { number, refusal });
            }
            Err(error) => {
                let why = match &error {
                    CounterError::Base(error) | CounterError::NoCopy(error) => {
                        ConsultFailure::Base(error.delay().0)
                    }
                    CounterError::Store(_) | CounterError::NotRecorded => ConsultFailure::Store,
                };
                report(&error);
                if let Some(seen) = error.base() {
                    self.tell_base(seen);
                }
                self.tell(Message::ConsultFailed { number, why });
            }
        }
    }

    /// Takes and gives back holds, one after the other.
    async fn hold(self: Arc<Self>, mut tasks: UnboundedReceiver<HoldTask>) {
        while let Some(task) = tasks.recv().await {
            match task {
                HoldTask::Take(number) => {
                    let answer = match self.session.counter.take_hold(&number, now()).await {
                        Ok(base::HoldAnswer::Taken(hold)) => HoldAnswer::Taken(hold),
                        Ok(base::HoldAnswer::HeldElsewhere(hold)) => HoldAnswer::HeldElsewhere(hold),
                        Ok(base::HoldAnswer::NotOffered) => HoldAnswer::NotOffered,
                        Err(error) => HoldAnswer::Unanswered(delay_of(&error)),
                    };
                    self.tell_base(match answer {
                        HoldAnswer::Unanswered(reason) => BaseSeen::Silent(reason),
                        HoldAnswer::Taken(_) | HoldAnswer::HeldElsewhere(_) | HoldAnswer::NotOffered => {
                            BaseSeen::Answering
                        }
                    });
                    self.tell(Message::HoldAnswered { number, answer });
                }
                HoldTask::GiveBack(number) => {
                    if let Err(error) = self.session.counter.give_back(&number).await {
                        // It ends by itself: nothing is lost but time.
                        report(&error);
                    }
                }
            }
        }
    }

    /// Records, and answers whatever happens: the screen takes no key until the answer comes.
    async fn see_recorded(self: Arc<Self>, request: RecordRequest) {
        let id = request.circumstances.id;
        let workshop = Arc::clone(&self);
        let recording = tokio::task::spawn_blocking(move || workshop.record(request));
        if recording.await.is_err() {
            // What it says stays unsaid: a panic's words may come from a patient's data.
            tracing::error!("a recording broke off");
            self.tell(Message::RecordFailed { id });
        }
    }

    fn record(&self, request: RecordRequest) {
        let RecordRequest {
            prescription,
            proposal,
            circumstances,
        } = request;
        let id = circumstances.id;
        match self
            .session
            .counter
            .record(&prescription, proposal, id, circumstances.at)
        {
            Ok(RecordOutcome::Recorded(recorded)) => {
                let recorded = *recorded;
                self.tell(Message::Recorded {
                    entry: Box::new(recorded.entry),
                    numbers: recorded.registered,
                });
            }
            Ok(RecordOutcome::Stopped(findings)) => self.tell(Message::RecordRefused { id, findings }),
            Ok(RecordOutcome::Outdated) => self.tell(Message::RecordOutdated { id }),
            Err(error) => {
                report(&error);
                self.tell(Message::RecordFailed { id });
            }
        }
    }

    fn read_file(&self, path: PathBuf) {
        let reading = scan::read_file(&at_home(&path), &scan::Limits::default());
        let failure = match reading.error {
            None | Some(ReadError::NoCode) => None,
            Some(error) => Some(read_failure(error)),
        };
        let readings: Vec<Reading> = reading
            .symbols
            .into_iter()
            .map(|symbol| Reading {
                scanned: what::read_text(&symbol.text).scanned,
                text: symbol.text,
            })
            .collect();
        self.tell(match failure {
            Some(why) if readings.is_empty() => Message::FileUnread { path, why },
            _ => Message::FileRead { path, readings },
        });
    }

    fn search(&self, text: String) {
        let products = self
            .session
            .counter
            .catalogue
            .search(&text)
            .into_iter()
            .cloned()
            .collect();
        self.tell(Message::CatalogueSearched { text, products });
    }

    fn list_outbox(&self) {
        self.tell(match self.hand_overs() {
            Ok(entries) => Message::OutboxListed(entries),
            Err(error) => {
                report(&error);
                Message::StoreFailed(StoreTask::Outbox)
            }
        });
    }

    /// Those of today, and every older one that the base has not accepted; oldest first.
    fn hand_overs(&self) -> Result<Vec<OutboxEntry>, CounterError> {
        let counter = &self.session.counter;
        let today = counter.served_on(counter.day(now()))?;
        let mut entries = counter.store.outbox()?;
        entries.retain(|entry| {
            today
                .iter()
                .all(|served| served.hand_over.id != entry.hand_over.id)
        });
        entries.extend(today);
        Ok(entries)
    }

    fn list_register(&self, before: Option<RegisterNumber>, count: usize) {
        self.tell(match self.register_page(before, count) {
            Ok(entries) => Message::RegisterListed { before, entries },
            Err(error) => {
                report(&error);
                Message::StoreFailed(StoreTask::Register)
            }
        });
    }

    fn register_page(
        &self,
        before: Option<RegisterNumber>,
        count: usize,
    ) -> Result<Vec<crate::domain::register::RegisterEntry>, StoreError> {
        let store = &self.session.counter.store;
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

    fn verify_register(&self) {
        self.tell(match self.session.counter.store.verify_register(now()) {
            Ok(found) => Message::RegisterVerified(RegisterCheck {
                entries: found.entries.into(),
                head: found.head,
                first_bad: found.first_bad,
            }),
            Err(error) => {
                report(&error);
                Message::StoreFailed(StoreTask::Verification)
            }
        });
    }
}

/// What the terminal needs of a consultation, with the one identifier that its hand-over will have.
fn opened(consultation: counter::Consultation) -> Consultation {
    Consultation {
        id: DispenseId(Uuid::new_v4()),
        prescription: consultation.prescription,
        products: consultation.products,
        freshness: match consultation.freshness {
            counter::Freshness::Fresh => Freshness::Base { at: now() },
            counter::Freshness::FromStore { received_at, why } => Freshness::Store {
                since: received_at,
                why,
            },
        },
    }
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

/// Errors go to the log, chain and all; none of them holds health data.
fn report(error: &dyn std::error::Error) {
    tracing::warn!(error = crate::chain(error));
}

fn read_failure(error: ReadError) -> ReadFailure {
    match error {
        ReadError::NotOpened(ErrorKind::NotFound) => ReadFailure::NotFound,
        ReadError::NotOpened(_) => ReadFailure::NotAllowed,
        ReadError::TooLarge => ReadFailure::TooLarge,
        ReadError::NotAPicture => ReadFailure::UnknownFormat,
        ReadError::Locked => ReadFailure::Locked,
        ReadError::Truncated | ReadError::NoCode | ReadError::DecoderFailed => ReadFailure::Damaged,
    }
}

#[cfg(test)]
mod tests;
