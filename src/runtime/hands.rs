//! Executes effects: each on a task of its own, its answer sent back as a message.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Input;
use super::holds::HoldTask;
use super::posts::PostTask;
use super::readers::Readers;
use super::workshop::{Workshop, World};
use crate::app::{Effect, Message};
use crate::config::BackupChoice;
use crate::confined::{self, Asked};
use crate::counter::Counter;
use crate::domain::identifiers::DispenseId;
use crate::domain::outbox::Jitter;
use crate::scan::{FileReading, Limits};
use crate::session::{Line, Session, closures_dir, now};

/// How long the program waits, on leaving, for holds to be given back: others may be waiting for them.
pub const FAREWELL_MAX: Duration = Duration::from_secs(3);

/// How long one sleep lasts before the clock is looked at again.
const SLEEP_MAX: Duration = Duration::from_secs(5);

/// None of our own waits is longer; one that is was perhaps reckoned just before the clock was set back.
const WAIT_MAX: Duration = Duration::from_secs(3600);

/// Tells each time at which the terminal is to be woken: at that instant, and soon when the clock was set back, because
/// what was reckoned before would be put off by as much.
async fn wake_at(instant: Timestamp, clock: impl Fn() -> Timestamp, tell: impl Fn()) {
    let wait = || Duration::try_from(instant.duration_since(clock())).unwrap_or_default();
    let mut left = wait();
    let mut longest = WAIT_MAX;
    while !left.is_zero() {
        tokio::time::sleep(left.min(SLEEP_MAX)).await;
        left = wait();
        if left > longest {
            tell();
        }
        longest = left;
    }
    tell();
}

/// Executes effects.
pub(super) struct Hands {
    workshop: Arc<Workshop<Here>>,
    tokio: Handle,
    readers: Readers,
    // One worker each: a hold is never given back before it is taken, and a post is never doubled by ourselves.
    holds: Option<UnboundedSender<HoldTask>>,
    posts: UnboundedSender<PostTask>,
    holding: JoinHandle<()>,
    recording: Option<JoinHandle<()>>,
}

/// The world of a terminal that runs.
struct Here {
    session: Arc<Session>,
    sender: SyncSender<Input>,
}

impl World for Here {
    type Line = Line;

    fn counter(&self) -> &Counter<Line> {
        &self.session.counter
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn jitter(&self) -> Jitter {
        Jitter(fastrand::u16(0..1000))
    }

    fn new_identifier(&self) -> DispenseId {
        DispenseId(Uuid::new_v4())
    }

    fn closures_dir(&self) -> Option<PathBuf> {
        Some(closures_dir(&self.session.data_dir))
    }

    fn backup_choice(&self) -> Option<&BackupChoice> {
        self.session.backup.as_ref()
    }

    fn tell(&self, message: Message) {
        // Nobody listens any more: the terminal is closing, and what was recorded is in the store.
        drop(self.sender.send(Input::Message(message)));
    }

    fn read_picture(&self, path: &Path, asked: &Asked) -> FileReading {
        confined::read_file(path, &Limits::default(), asked)
    }

    fn pace(&self) -> Duration {
        self.session.pace
    }

    async fn rest(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    async fn apart<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        tokio::spawn(work).await.ok()
    }
}

impl Hands {
    /// Hands that answer on that channel.
    pub(super) fn new(session: Arc<Session>, tokio: Handle, sender: SyncSender<Input>) -> Self {
        let workshop = Arc::new(Workshop::new(Here { session, sender }));
        let (holds, asked_holds) = unbounded_channel();
        let (posts, asked_posts) = unbounded_channel();
        let holding = tokio.spawn(Arc::clone(&workshop).hold(asked_holds));
        tokio.spawn(Arc::clone(&workshop).post(asked_posts));
        tokio.spawn(Arc::clone(&workshop).greet());
        Self {
            workshop,
            readers: Readers::new(tokio.clone()),
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
            Effect::TakePaper(paper) => {
                self.tokio.spawn(async move { workshop.take_paper(paper).await });
            }
            Effect::TakeHold(number) => self.hold(HoldTask::Take(number)),
            Effect::TakeHoldOver(number) => self.hold(HoldTask::TakeOver(number)),
            Effect::LookAtHold(number) => self.hold(HoldTask::Look(number)),
            Effect::GiveHoldBack(number) => self.hold(HoldTask::GiveBack(number)),
            Effect::PostDue => drop(self.posts.send(PostTask::Due)),
            Effect::PostNow => drop(self.posts.send(PostTask::Now)),
            Effect::WakeAt(instant) => {
                self.tokio
                    .spawn(wake_at(instant, now, move || workshop.0.tell(Message::Woke)));
            }
            Effect::Record(request) => {
                let id = request.circumstances.id;
                let work = move |hands: &Workshop<Here>| hands.record(*request);
                self.recording = Some(self.tokio.spawn(see_done(workshop, id, work)));
            }
            Effect::ReadFile(path) => self.readers.read(move |asked| workshop.read_file(path, asked)),
            Effect::ReadFiles(paths) => self.readers.read(move |asked| workshop.read_files(paths, asked)),
            Effect::GiveReadingUp => self.readers.give_up(),
            Effect::LookForBox(read) => self.beside(move || workshop.look_for_box(&read)),
            Effect::SearchCatalogue(text) => self.beside(move || workshop.search(text)),
            Effect::FindRelated(code) => self.beside(move || workshop.find_related(&code)),
            Effect::ListOutbox => self.beside(move || workshop.list_outbox()),
            Effect::ListRegister { before, count } => {
                self.beside(move || workshop.list_register(before, count));
            }
            Effect::OpenCorrection { entry, kind } => {
                self.tokio
                    .spawn(async move { workshop.open_correction(entry, kind).await });
            }
            Effect::Correct(request) => {
                let id = request.id;
                let work = move |hands: &Workshop<Here>| hands.correct(*request);
                self.recording = Some(self.tokio.spawn(see_done(workshop, id, work)));
            }
            Effect::ReadHistory(entry) => self.beside(move || workshop.read_history(entry)),
            Effect::SearchRegister { text, day, below } => {
                self.beside(move || workshop.search_register(&text, day, below));
            }
            Effect::VerifyRegister => self.beside(move || workshop.verify_register()),
            Effect::ReadContradiction(id) => {
                self.tokio
                    .spawn(async move { workshop.read_contradiction(id).await });
            }
            Effect::Settle(request) => self.beside(move || workshop.settle(&request)),
            Effect::ReadRegisterDay => self.beside(move || workshop.read_register_day()),
            Effect::CloseRegister => self.beside(move || workshop.close_register()),
            // The loop ends on it before it comes here.
            Effect::Quit => {}
        }
    }

    /// Waits until what was confirmed is recorded, whatever ends the program; then, for a moment, until the holds
    /// are given back.
    pub(super) fn finish(mut self) {
        self.readers.give_up();
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

/// Records, and answers whatever happens: the screen takes no key until the answer comes.
async fn see_done(
    workshop: Arc<Workshop<Here>>,
    id: DispenseId,
    work: impl FnOnce(&Workshop<Here>) + Send + 'static,
) {
    let hands = Arc::clone(&workshop);
    let recording = tokio::task::spawn_blocking(move || work(&hands));
    if recording.await.is_err() {
        // What it says stays unsaid: a panic's words may come from a patient's data.
        tracing::error!("a recording broke off");
        workshop.0.tell(Message::RecordFailed { id });
    }
}

#[cfg(test)]
mod tests;
