//! One terminal: the real `App` and the real work behind its effects, moved forward by hand.
//!
//! The deterministic twin of `src/runtime/hands.rs`: the same workers, polled in a fixed order instead of spawned.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use comptoir::app::message::Message;
use comptoir::app::{App, Effect, Mode, Setting};
use comptoir::confined::Asked;
use comptoir::counter::Counter;
use comptoir::domain::identifiers::DispenseId;
use comptoir::domain::outbox::Jitter;
use comptoir::runtime::holds::HoldTask;
use comptoir::runtime::posts::PostTask;
use comptoir::runtime::workshop::{Workshop, World};
use fastrand::Rng;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use uuid::Uuid;

use super::clock::Clock;
use super::network::Line;

/// What a terminal's work takes from its surroundings.
struct Booth {
    counter: Counter<Line>,
    clock: Clock,
    chance: Arc<Mutex<Rng>>,
    inbox: Mutex<VecDeque<Message>>,
}

impl World for Booth {
    type Line = Line;

    fn counter(&self) -> &Counter<Line> {
        &self.counter
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn jitter(&self) -> Jitter {
        Jitter(self.chance.lock().unwrap().u16(0..1000))
    }

    fn new_identifier(&self) -> DispenseId {
        DispenseId(Uuid::from_u128(self.chance.lock().unwrap().u128(..)))
    }

    /// The steps of a schedule decide how fast posts go.
    fn pace(&self) -> Duration {
        Duration::ZERO
    }

    async fn rest(&self, _time: Duration) {}

    fn tell(&self, message: Message) {
        self.inbox.lock().unwrap().push_back(message);
    }
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A terminal that runs.
pub(super) struct Terminal {
    pub(super) app: App,
    workshop: Arc<Workshop<Booth>>,
    work: Vec<Work>,
    holds: UnboundedSender<HoldTask>,
    posts: UnboundedSender<PostTask>,
    alarms: Vec<Timestamp>,
    /// What its person was told is recorded.
    pub(super) told: Vec<Told>,
    /// Whether it learnt anything of hand-overs since this was last asked.
    pub(super) has_news: bool,
}

/// A hand-over that a person was told is recorded.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) entry: comptoir::domain::outbox::OutboxEntry,
    pub(super) numbers: comptoir::store::Registered,
}

impl Terminal {
    /// Starts the program.
    pub(super) fn start(counter: Counter<Line>, clock: &Clock, chance: &Arc<Mutex<Rng>>) -> Self {
        let setting = Setting {
            pharmacy: counter.pharmacy.clone(),
            operator: counter.operator.clone(),
            terminal: counter.base.terminal().cloned(),
            mode: Mode::Training,
            zone: TimeZone::get("Europe/Paris").unwrap(),
            sheets: None,
            inbox: None,
            frames: None,
            left_waiting: None,
            catalogue: counter.catalogue.scope(),
        };
        let workshop = Arc::new(Workshop::new(Booth {
            counter,
            clock: clock.clone(),
            chance: Arc::clone(chance),
            inbox: Mutex::default(),
        }));
        let (holds, asked_holds) = unbounded_channel();
        let (posts, asked_posts) = unbounded_channel();
        let work: Vec<Work> = vec![
            Box::pin(Arc::clone(&workshop).hold(asked_holds)),
            Box::pin(Arc::clone(&workshop).post(asked_posts)),
            Box::pin(Arc::clone(&workshop).greet()),
        ];
        let mut terminal = Self {
            app: App::new(setting, clock.now()),
            workshop,
            work,
            holds,
            posts,
            alarms: Vec::new(),
            told: Vec::new(),
            has_news: true,
        };
        terminal.take(Message::Started);
        terminal
    }

    /// One message from the world or from a person, as the loop takes it.
    pub(super) fn take(&mut self, message: Message) {
        if let Message::Recorded { entry, numbers } = &message {
            self.told.push(Told {
                entry: (**entry).clone(),
                numbers: numbers.clone(),
            });
        }
        self.has_news |= matches!(
            message,
            Message::Recorded { .. } | Message::PostAnswered(_) | Message::OutboxListed(_)
        );
        let now = self.workshop.0.now();
        let mut effects = self.app.update(Message::TimePassed(now));
        effects.extend(self.app.update(message));
        for effect in effects {
            self.execute(effect);
        }
    }

    fn execute(&mut self, effect: Effect) {
        let workshop = Arc::clone(&self.workshop);
        match effect {
            Effect::Consult(number) => self.begin(async move { workshop.consult(number).await }),
            Effect::TakePaper(paper) => self.begin(async move { workshop.take_paper(paper).await }),
            Effect::TakeHold(number) => self.holds.send(HoldTask::Take(number)).unwrap(),
            Effect::TakeHoldOver(number) => self.holds.send(HoldTask::TakeOver(number)).unwrap(),
            Effect::LookAtHold(number) => self.holds.send(HoldTask::Look(number)).unwrap(),
            Effect::GiveHoldBack(number) => self.holds.send(HoldTask::GiveBack(number)).unwrap(),
            Effect::PostDue => self.posts.send(PostTask::Due).unwrap(),
            Effect::PostNow => self.posts.send(PostTask::Now).unwrap(),
            Effect::WakeAt(instant) => self.alarms.push(instant),
            Effect::Record(request) => self.begin(async move { workshop.record(*request) }),
            Effect::LookForBox(read) => self.begin(async move { workshop.look_for_box(&read) }),
            Effect::ReadFiles(paths) => {
                self.begin(async move { workshop.read_files(paths, &Asked::default()) });
            }
            Effect::ReadFile(path) => self.begin(async move { workshop.read_file(path, &Asked::default()) }),
            Effect::SearchCatalogue(text) => self.begin(async move { workshop.search(text) }),
            Effect::FindRelated(code) => self.begin(async move { workshop.find_related(&code) }),
            Effect::ListOutbox => self.begin(async move { workshop.list_outbox() }),
            Effect::ListRegister { before, count } => {
                self.begin(async move { workshop.list_register(before, count) });
            }
            Effect::ReadContradiction(id) => {
                self.begin(async move { workshop.read_contradiction(id).await });
            }
            Effect::Settle(request) => self.begin(async move { workshop.settle(&request) }),
            Effect::OpenCorrection { entry, kind } => {
                self.begin(async move { workshop.open_correction(entry, kind).await });
            }
            Effect::Correct(request) => self.begin(async move { workshop.correct(*request) }),
            Effect::ReadHistory(entry) => self.begin(async move { workshop.read_history(entry) }),
            Effect::ReadRegisterDay => self.begin(async move { workshop.read_register_day() }),
            Effect::CloseRegister => self.begin(async move { workshop.close_register() }),
            Effect::SearchRegister { text, day, below } => {
                self.begin(async move { workshop.search_register(&text, day, below) });
            }
            Effect::VerifyRegister => self.begin(async move { workshop.verify_register() }),
            // Pictures are read at once here: there is none to give up.
            Effect::Quit | Effect::GiveReadingUp => {}
        }
    }

    fn begin(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.work.push(Box::pin(work));
    }

    /// Everything that can go on goes on, until it waits for the network or for a message.
    pub(super) fn work(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        self.work
            .retain_mut(|work| work.as_mut().poll(&mut context).is_pending());
    }

    /// Takes every message that waits; `false` when none did.
    pub(super) fn hear(&mut self) -> bool {
        let mut heard = false;
        loop {
            let message = self.workshop.0.inbox.lock().unwrap().pop_front();
            let Some(message) = message else { return heard };
            heard = true;
            self.take(message);
        }
    }

    /// The alarms whose time has come ring.
    pub(super) fn ring(&mut self) {
        let now = self.workshop.0.now();
        let before = self.alarms.len();
        self.alarms.retain(|alarm| *alarm > now);
        for _ in self.alarms.len()..before {
            self.workshop.0.tell(Message::Woke);
        }
    }

    /// When the next alarm rings.
    pub(super) fn next_alarm(&self) -> Option<Timestamp> {
        self.alarms.iter().min().copied()
    }
}
