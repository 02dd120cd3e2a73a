//! A week away, then the base is back: what waits is posted oldest first, at its pace, and the screen stays alive.
//!
//! The real store, use cases, client and terminal, on a clock of their own: a week takes seconds.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use comptoir::app::{App, Effect, Message, Mode, Setting};
use comptoir::base::{Base, Method, Request, Response, Transport, TransportError};
use comptoir::catalogue::Catalogue;
use comptoir::config::CATCH_UP_PER_SECOND;
use comptoir::counter::{ConsultationAnswer, Counter};
use comptoir::domain::dispense::{Dispense, Proposal};
use comptoir::domain::identifiers::DispenseId;
use comptoir::domain::outbox::Jitter;
use comptoir::domain::prescription::Prescription;
use comptoir::runtime::posts::PostTask;
use comptoir::runtime::workshop::{Workshop, World};
use comptoir::store::Store;
use comptoir::ui::{self, theme::Theme};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;
use uuid::Uuid;

use crate::sample::{circumstances, dispense_id, noon, operator, pharmacy, some_boxes};
use crate::scripted_base::NUMBERS;

/// How many wait; `COMPTOIR_CATCH_UP` for another count.
const WAITING: u32 = 500;

/// How long the base is down before it comes back.
const SILENT_HOURS: i64 = 6;

/// How long one exchange takes.
const EXCHANGE: Duration = Duration::from_millis(8);

/// Every number of this base: the one of the example file, its last six characters counted.
fn numbered(text: &str, place: u32) -> String {
    text.replace(NUMBERS[0], &format!("01K7M4QX2RT9{place:06}"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Down,
    /// 429, with a minute to wait.
    Saturated,
    /// It does not answer, and meanwhile somebody sets the counter's clock right: it was 400 days ahead.
    DownWhileTheClockIsSetBack,
    /// It answers questions, and refuses posts for now.
    AnswersOnlyQuestions,
    Up,
}

/// A base in memory that keeps the moment of everything it is asked.
struct Memory {
    mood: Mood,
    now: Timestamp,
    example: String,
    taken: HashMap<String, Vec<Value>>,
    /// The prescriptions posted for, in their order, with the moment.
    posts: Vec<(Timestamp, String)>,
    exchanges: Vec<Timestamp>,
}

#[derive(Clone)]
struct WeekBase(Arc<Mutex<Memory>>);

impl Transport for WeekBase {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let mut memory = self.0.lock().unwrap();
        memory.now += SignedDuration::try_from(EXCHANGE).unwrap();
        let now = memory.now;
        memory.exchanges.push(now);
        memory.answer(&request)
    }
}

impl Memory {
    fn answer(&mut self, request: &Request) -> Result<Response, TransportError> {
        let text = request
            .content
            .as_ref()
            .map_or("", |content| content.text.as_str());
        let is_post = request.method == Method::Post && text.contains("\"transaction\"");
        match self.mood {
            Mood::Down => return Err(TransportError::NotSent),
            Mood::DownWhileTheClockIsSetBack => {
                self.now -= SignedDuration::from_hours(400 * 24);
                return Err(TransportError::NotSent);
            }
            Mood::Saturated => return Ok(Response::json(429, "").with_header("retry-after", "60")),
            Mood::AnswersOnlyQuestions if is_post => return Ok(Response::json(503, "")),
            Mood::AnswersOnlyQuestions | Mood::Up => {}
        }
        let place = text.find("01K7M4QX2RT9").map(|at| text[at..at + 18].to_owned());
        let Some(number) = place else {
            return Ok(Response::json(404, ""));
        };
        if !is_post {
            let mut answer = self.example.replace(NUMBERS[0], &number);
            if let Some(taken) = self.taken.get(&number) {
                let mut whole: Value = serde_json::from_str(&answer).unwrap();
                let lines = whole["entry"][0]["resource"]["entry"].as_array_mut().unwrap();
                lines.extend(taken.iter().map(|delivery| json!({ "resource": delivery })));
                answer = whole.to_string();
            }
            return Ok(Response::json(200, answer));
        }
        let transaction: Value = serde_json::from_str(text).unwrap();
        self.posts.push((self.now, number.clone()));
        let entries = transaction["entry"].as_array().unwrap();
        for entry in entries {
            if entry["resource"]["resourceType"] == "MedicationDispense" {
                self.taken
                    .entry(number.clone())
                    .or_default()
                    .push(entry["resource"].clone());
            }
        }
        let answers = vec![json!({ "response": { "status": "201 Created" } }); entries.len()];
        let answer = json!({ "resourceType": "Bundle", "type": "transaction-response", "entry": answers });
        Ok(Response::json(200, answer.to_string()))
    }
}

/// The world of that counter: its clock is the base's.
struct Week {
    counter: Counter<WeekBase>,
    base: WeekBase,
    inbox: Mutex<VecDeque<Message>>,
}

impl World for Week {
    type Line = WeekBase;

    fn counter(&self) -> &Counter<WeekBase> {
        &self.counter
    }

    fn now(&self) -> Timestamp {
        self.base.0.lock().unwrap().now
    }

    fn jitter(&self) -> Jitter {
        Jitter(500)
    }

    fn new_identifier(&self) -> DispenseId {
        DispenseId(Uuid::from_u128(u128::MAX))
    }

    fn tell(&self, message: Message) {
        self.inbox.lock().unwrap().push_back(message);
    }

    fn pace(&self) -> Duration {
        Duration::from_secs(1) / CATCH_UP_PER_SECOND.get()
    }

    async fn rest(&self, time: Duration) {
        self.base.0.lock().unwrap().now += SignedDuration::try_from(time).unwrap();
    }
}

/// The terminal over that world, moved by hand.
struct Stage {
    workshop: Arc<Workshop<Week>>,
    posts: tokio::sync::mpsc::UnboundedSender<PostTask>,
    posting: Pin<Box<dyn Future<Output = ()> + Send>>,
    app: App,
    alarm: Option<Timestamp>,
    /// The longest that one message and the frame after it took.
    slowest: Duration,
    messages: u32,
}

impl Stage {
    fn new() -> Self {
        let example: Value = serde_json::from_str(include_str!("../wire/consult-answer.json")).unwrap();
        let mut example = example;
        let task = &mut example["entry"][3]["resource"]["entry"][0]["resource"];
        task["status"] = json!("ready");
        for held in ["owner", "restriction", "contained"] {
            task.as_object_mut().unwrap().remove(held);
        }
        let base = WeekBase(Arc::new(Mutex::new(Memory {
            mood: Mood::Up,
            now: noon(),
            example: example.to_string(),
            taken: HashMap::new(),
            posts: Vec::new(),
            exchanges: Vec::new(),
        })));
        let counter = Counter::new(
            Base::new(base.clone(), pharmacy()),
            Store::in_memory().unwrap(),
            Catalogue::training().unwrap(),
            pharmacy(),
            operator(),
        );
        let setting = Setting {
            pharmacy: pharmacy(),
            operator: operator(),
            terminal: None,
            mode: Mode::Real,
            zone: TimeZone::get("Europe/Paris").unwrap(),
            sheets: None,
            inbox: None,
            frames: None,
            left_waiting: None,
            catalogue: counter.catalogue.scope(),
        };
        let workshop = Arc::new(Workshop::new(Week {
            counter,
            base,
            inbox: Mutex::default(),
        }));
        let (posts, asked) = unbounded_channel();
        Self {
            posting: Box::pin(Arc::clone(&workshop).post(asked)),
            app: App::new(setting, noon()),
            workshop,
            posts,
            alarm: None,
            slowest: Duration::ZERO,
            messages: 0,
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.workshop.0.base.0.lock().unwrap()
    }

    /// One prescription of the base, read once: the others differ by their number.
    fn prescription(&self) -> Prescription {
        let number = numbered(NUMBERS[0], 0).parse().unwrap();
        let mut read = Box::pin(self.workshop.0.counter.consult(&number, noon()));
        let std::task::Poll::Ready(answer) = read.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        else {
            unreachable!("this base never makes wait")
        };
        match answer.unwrap() {
            ConsultationAnswer::Opened(consultation) => consultation.prescription,
            ConsultationAnswer::Refused(refusal) => unreachable!("{refusal:?}"),
        }
    }

    /// So many hand-overs recorded while nobody answers, one a minute.
    fn record(&self, count: u32) {
        let prescription = self.prescription();
        self.memory().mood = Mood::Down;
        for place in 1..=count {
            let mut of = prescription.clone();
            of.number = numbered(NUMBERS[0], place).parse().unwrap();
            let proposal = Proposal {
                decisions: vec![some_boxes(&of.lines[0], 2)],
                overrides: Vec::new(),
            };
            let at = noon() + SignedDuration::from_secs(place.into());
            let dispense =
                Dispense::check(&of, proposal, circumstances(place.into(), at), &|_| None).unwrap();
            self.workshop.0.counter.store.record(&dispense, &[]).unwrap();
        }
        self.memory().now = noon() + SignedDuration::from_secs(i64::from(count) + 1);
    }

    fn post(&mut self, task: PostTask) {
        self.posts.send(task).unwrap();
        self.work();
    }

    fn work(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        assert!(self.posting.as_mut().poll(&mut context).is_pending());
        loop {
            let message = self.workshop.0.inbox.lock().unwrap().pop_front();
            let Some(message) = message else { return };
            if let Message::PostingEnded { next_attempt } = &message {
                self.alarm = *next_attempt;
            }
            let began = Instant::now();
            self.app.update(Message::TimePassed(self.workshop.0.now()));
            let effects = self.app.update(message);
            self.messages += 1;
            if self.messages.is_multiple_of(50) {
                self.draw();
                self.slowest = self.slowest.max(began.elapsed());
            }
            for effect in effects {
                match effect {
                    Effect::PostDue => self.posts.send(PostTask::Due).unwrap(),
                    Effect::ListOutbox => self.workshop.list_outbox(),
                    _ => {}
                }
            }
        }
    }

    fn draw(&self) -> String {
        let area = Rect::new(0, 0, 80, 24);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::of_environment(None);
        ui::draw_in(area, &mut buffer, &self.app, &theme);
        (0..80).map(|x| buffer[(x, 0)].symbol().to_owned()).collect()
    }

    /// Waits for the alarm that the last round set, and rings it.
    fn ring(&mut self) {
        let alarm = self.alarm.unwrap();
        {
            let mut memory = self.memory();
            memory.now = memory.now.max(alarm);
        }
        self.post(PostTask::Due);
    }
}

fn waiting() -> u32 {
    let asked = std::env::var("COMPTOIR_CATCH_UP").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(WAITING)
}

fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_week_of_hand_overs_is_posted_oldest_first_at_its_pace() {
    let count = waiting();
    let mut stage = Stage::new();
    stage.record(count);
    stage.app.update(Message::Started);
    stage.workshop.list_outbox();
    stage.work();

    // Hours of silence: one question at a time, and ever fewer of them, however many wait.
    let asked_before = stage.memory().exchanges.len();
    let end = stage.memory().now + SignedDuration::from_hours(SILENT_HOURS);
    stage.post(PostTask::Due);
    while stage.memory().now < end {
        stage.ring();
    }
    let asked = stage.memory().exchanges.len() - asked_before;
    assert!(
        asked <= usize::try_from(SILENT_HOURS * 3600 / 150).unwrap() + 20,
        "{asked} questions to a base that was down, whatever waits"
    );
    let bar = stage.draw();
    assert!(bar.contains("base injoignable depuis"), "{bar}");
    assert!(bar.contains(&format!("{count} à envoyer")), "{bar}");

    // It asks to be left alone, and is.
    stage.memory().mood = Mood::Saturated;
    stage.ring();
    let asked_at = stage.memory().now;
    assert!(stage.alarm.unwrap() >= asked_at + SignedDuration::from_secs(60));
    stage.memory().mood = Mood::Up;
    let asked = stage.memory().exchanges.len();
    stage.post(PostTask::Due);
    assert_eq!(stage.memory().exchanges.len(), asked, "a minute was asked for");

    // It is back.
    let memory_before = resident_kib();
    let (began, real) = (stage.alarm.unwrap(), Instant::now());
    while stage.memory().posts.len() < count as usize {
        stage.ring();
    }
    let posts = stage.memory().posts.clone();
    let wanted: Vec<String> = (1..=count).map(|place| numbered(NUMBERS[0], place)).collect();
    let posted: Vec<String> = posts.iter().map(|(_, number)| number.clone()).collect();
    assert!(posted == wanted, "oldest first, each once");
    let most = posts
        .iter()
        .enumerate()
        .map(|(place, (at, _))| {
            let end = *at + SignedDuration::from_secs(1);
            posts[place..]
                .iter()
                .take_while(|(other, _)| *other < end)
                .count()
        })
        .max()
        .unwrap();
    assert!(
        most <= CATCH_UP_PER_SECOND.get() as usize + 1,
        "{most} in one second"
    );
    let took = posts.last().unwrap().0.duration_since(began);
    assert!(
        took.as_secs() <= i64::from(count / CATCH_UP_PER_SECOND.get()) * 11 / 10 + 5,
        "{took:?}"
    );
    assert!(stage.workshop.0.counter.store.outbox().unwrap().is_empty());
    assert_eq!(stage.app.desk().to_post().count(), 0);
    println!(
        "{count} hand-overs: {asked} questions in {SILENT_HOURS} hours of silence, then posted in {} s of the base's time \
         ({most} in the busiest second), {:?} here; the slowest message with its frame {:?}; resident {:?} -> {:?} KiB",
        took.as_secs(),
        real.elapsed(),
        stage.slowest,
        memory_before,
        resident_kib()
    );
    assert!(stage.slowest < Duration::from_millis(500), "{:?}", stage.slowest);
}

#[test]
fn a_base_that_answers_again_is_posted_to_at_once_oldest_first() {
    let mut stage = Stage::new();
    stage.record(5);
    stage.workshop.list_outbox();
    stage.work();
    for _ in 0..12 {
        stage.post(PostTask::Due);
        let alarm = stage.alarm.unwrap();
        let mut memory = stage.memory();
        memory.now = memory.now.max(alarm);
    }
    stage.post(PostTask::Due);
    assert!(stage.alarm.unwrap() > stage.workshop.0.now() + SignedDuration::from_secs(60));
    // A prescription is read: the base is back, and nobody waits for the end of the pause.
    stage.memory().mood = Mood::Up;
    let number = numbered(NUMBERS[0], 900).parse().unwrap();
    let mut read = Box::pin(stage.workshop.consult(number));
    assert!(
        read.as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    );
    drop(read);
    stage.work();
    stage.work();
    let posted: Vec<String> = stage
        .memory()
        .posts
        .iter()
        .map(|(_, number)| number.clone())
        .collect();
    let wanted: Vec<String> = (1..=5).map(|place| numbered(NUMBERS[0], place)).collect();
    assert_eq!(posted, wanted);
}

#[test]
fn a_clock_set_back_while_the_base_is_waited_for_postpones_nothing() {
    let mut stage = Stage::new();
    stage.record(1);
    stage.memory().mood = Mood::DownWhileTheClockIsSetBack;
    stage.post(PostTask::Due);
    let wait = stage.alarm.unwrap().duration_since(stage.workshop.0.now());
    assert!(wait < SignedDuration::from_mins(10), "{wait:?}");
    stage.memory().mood = Mood::Up;
    stage.ring();
    assert_eq!(stage.memory().posts.len(), 1);
}

#[test]
fn what_is_handed_over_meanwhile_does_not_ask_a_silent_base_more_often() {
    let mut stage = Stage::new();
    stage.record(3);
    stage.memory().mood = Mood::AnswersOnlyQuestions;
    stage.post(PostTask::Due);
    let asked = stage.memory().exchanges.len();
    for _ in 0..50 {
        stage.post(PostTask::Due);
    }
    assert_eq!(stage.memory().exchanges.len(), asked);
    assert_eq!(
        stage
            .workshop
            .0
            .counter
            .store
            .hand_over(dispense_id(1))
            .unwrap()
            .unwrap()
            .attempts,
        1
    );
    // A person may insist.
    stage.post(PostTask::Now);
    assert!(stage.memory().exchanges.len() > asked);
}
