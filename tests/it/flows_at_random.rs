//! Any sequence of keys, scans and answers: nothing panics, nothing is recorded twice or unseen, no
//! hold stays behind, and everything can be drawn.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use comptoir::app::closing::ClosingAnswer;
use comptoir::app::history;
use comptoir::app::keys::{Context, Key, Trigger, bindings};
use comptoir::app::message::{
    CannotOpen, FileAnswer, Freshness, HoldAnswer, Message, PaperAnswer, ReadFailure, Reading,
};
use comptoir::app::{App, Effect, Screen};
use comptoir::domain::box_read::BoxGone;
use comptoir::domain::closure::RegisterDay;
use comptoir::domain::correction::CannotCorrect;
use comptoir::domain::hold::Hold;
use comptoir::domain::identifiers::DispenseId;
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::outbox::{DelayReason, PostState};
use comptoir::domain::register::RegisterNumber;
use comptoir::domain::scanned::{Scanned, ScannedBox};
use comptoir::ui::Theme;
use proptest::prelude::*;
use uuid::Uuid;

use crate::samples::*;
use crate::screens::drawn;

/// What the world does next.
#[derive(Debug, Clone)]
enum Event {
    /// A key of the table of the screen, by its place in it.
    KnownKey(usize),
    /// Any key at all.
    AnyKey(Key),
    /// One of three prescriptions is scanned.
    Scan(usize),
    /// A box is scanned.
    Box(usize),
    /// A text is scanned or pasted.
    Text(String),
    /// So many files are dropped.
    Files(usize),
    /// The oldest question that was asked is answered, one way or another.
    Answer(u8),
    /// Time passes.
    Minutes(i64),
}

fn any_key() -> impl Strategy<Value = Key> {
    prop_oneof![
        any::<char>().prop_map(Key::Character),
        Just(Key::Enter),
        Just(Key::Escape),
        Just(Key::Backspace),
        (1u8..13).prop_map(Key::Function),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (0usize..64).prop_map(Event::KnownKey),
        // The key that leads to a recording, and the one pressed once too often.
        8 => Just(Event::AnyKey(Key::Enter)),
        2 => any_key().prop_map(Event::AnyKey),
        4 => (0usize..3).prop_map(Event::Scan),
        1 => (0usize..6).prop_map(Event::Box),
        1 => "\\PC{0,12}".prop_map(Event::Text),
        1 => (1usize..4).prop_map(Event::Files),
        12 => any::<u8>().prop_map(Event::Answer),
        1 => (-3i64..40).prop_map(Event::Minutes),
    ]
}

const NUMBERS: [&str; 3] = [NUMBER, OTHER_NUMBER, "01ABCDEFGH12345678"];

/// The world around the terminal, as simple as it can be: questions wait until an event answers them.
#[derive(Default)]
struct World {
    questions: Vec<Effect>,
    minted: u128,
    held: BTreeSet<PrescriptionNumber>,
    served: BTreeSet<PrescriptionNumber>,
    recorded: BTreeMap<DispenseId, Message>,
    posting: bool,
    quit: bool,
}

impl World {
    fn take(&mut self, effects: Vec<Effect>, screen_before: &str) {
        for effect in effects {
            match &effect {
                Effect::Record(request) => {
                    assert_eq!(screen_before, "review", "recorded without a review");
                    let open = self.questions.iter().any(|q| matches!(q, Effect::Record(_)));
                    assert!(!open, "two recordings at once");
                    let id = request.circumstances.id;
                    assert!(!self.recorded.contains_key(&id), "{id} is recorded already");
                }
                Effect::PostDue | Effect::PostNow => {
                    assert!(!self.posting, "two posts at once");
                    self.posting = true;
                }
                // The base takes the hold even when its answer is lost.
                Effect::TakeHold(number) => {
                    self.held.insert(number.clone());
                }
                Effect::GiveHoldBack(number) => {
                    self.held.remove(number);
                    continue;
                }
                Effect::Quit => {
                    self.quit = true;
                    continue;
                }
                Effect::WakeAt(_) => continue,
                Effect::GiveReadingUp => {
                    self.questions
                        .retain(|asked| !matches!(asked, Effect::ReadFile(_) | Effect::ReadFiles(_)));
                    continue;
                }
                _ => {}
            }
            self.questions.push(effect);
        }
    }

    /// The messages that answer the oldest question; `luck` decides how.
    fn answers(&mut self, luck: u8) -> Vec<Message> {
        if self.questions.is_empty() {
            return Vec::new();
        }
        match self.questions.remove(0) {
            Effect::Consult(number) => vec![self.consulted(number, luck)],
            Effect::TakePaper(paper) => vec![Message::PaperAnswered {
                paper,
                answer: Box::new(PaperAnswer::Failed),
            }],
            Effect::TakeHold(number) | Effect::TakeHoldOver(number) => vec![self.hold_answered(number, luck)],
            Effect::Record(request) => {
                if luck.is_multiple_of(4) {
                    return vec![Message::RecordFailed {
                        id: request.circumstances.id,
                    }];
                }
                self.served.insert(request.prescription.number.clone());
                // The post ends the hold.
                self.held.remove(&request.prescription.number);
                let id = request.circumstances.id;
                let message = recorded(&[Effect::Record(request)]);
                self.recorded.insert(id, Message::Woke);
                vec![message]
            }
            Effect::PostDue | Effect::PostNow => {
                self.posting = false;
                vec![Message::PostingEnded { next_attempt: None }]
            }
            Effect::ReadFile(path) => vec![match picture(luck.into()) {
                Ok(readings) => Message::FileRead { path, readings },
                Err(why) => Message::FileUnread { path, why },
            }],
            Effect::ReadFiles(paths) => {
                let answers = paths.into_iter().enumerate().map(|(place, path)| FileAnswer {
                    path,
                    answer: picture(usize::from(luck) + place),
                });
                vec![Message::FilesRead(answers.collect())]
            }
            Effect::LookForBox(read) => {
                let gone = BoxGone {
                    read: *read,
                    entry: RegisterNumber(1),
                };
                let is_gone = luck.is_multiple_of(2);
                is_gone
                    .then(|| Message::BoxGone(Box::new(gone)))
                    .into_iter()
                    .collect()
            }
            Effect::SearchCatalogue(text) => vec![Message::CatalogueSearched {
                text,
                products: products().0,
            }],
            Effect::FindRelated(_) => vec![Message::RelatedFound(products())],
            Effect::ListOutbox => vec![Message::OutboxListed(vec![entry(
                hand_over(900, 3),
                &PostState::Pending,
            )])],
            Effect::ListRegister { before, .. } => vec![Message::RegisterListed {
                before,
                entries: vec![register_entry(1)],
            }],
            Effect::ReadContradiction(id) => vec![Message::ContradictionRead {
                id,
                reading: comptoir::app::settling::Reading::Failed,
            }],
            Effect::Settle(request) => vec![Message::SettleFailed {
                id: request.id,
                why: if luck.is_multiple_of(2) {
                    comptoir::app::settling::SettleFailure::Store
                } else {
                    comptoir::app::settling::SettleFailure::NothingToSettle
                },
            }],
            Effect::OpenCorrection { entry, .. } if luck.is_multiple_of(3) => {
                vec![Message::CorrectionNotOpened {
                    entry,
                    why: CannotOpen::Cannot(CannotCorrect::NoSuchEntry),
                }]
            }
            Effect::OpenCorrection { entry, kind } => {
                self.minted += 1;
                let id = DispenseId(Uuid::from_u128(self.minted));
                vec![correction_opened(id, entry, kind)]
            }
            Effect::Correct(request) => vec![if luck.is_multiple_of(2) {
                Message::RecordFailed { id: request.id }
            } else {
                Message::CorrectionRefused {
                    id: request.id,
                    why: CannotCorrect::NotFromHere,
                }
            }],
            Effect::ReadHistory(entry) => vec![Message::HistoryRead {
                entry,
                reading: history::Reading::Read(Vec::new()),
            }],
            Effect::SearchRegister { text, .. } => vec![Message::RegisterSearched {
                text,
                entries: vec![register_entry(1)],
                below: None,
            }],
            Effect::ReadRegisterDay => vec![Message::RegisterDayRead(RegisterDay::default())],
            Effect::CloseRegister => vec![Message::RegisterClosed(ClosingAnswer::NothingToClose)],
            Effect::LookAtHold(_)
            | Effect::VerifyRegister
            | Effect::GiveHoldBack(_)
            | Effect::WakeAt(_)
            | Effect::GiveReadingUp
            | Effect::Quit => Vec::new(),
        }
    }

    fn consulted(&mut self, number: PrescriptionNumber, luck: u8) -> Message {
        if luck.is_multiple_of(8) {
            return Message::ConsultFailed {
                number,
                why: comptoir::app::message::ConsultFailure::Base(DelayReason::Unreachable),
            };
        }
        self.minted += 1;
        let mut prescription = if luck.is_multiple_of(2) {
            prescription()
        } else {
            remarkable_prescription()
        };
        prescription.number = number.clone();
        prescription.hold = self.held.contains(&number).then(our_hold);
        let mut consultation = consultation_of(prescription);
        consultation.id = DispenseId(Uuid::from_u128(self.minted));
        if luck.is_multiple_of(5) {
            consultation.freshness = Freshness::Store {
                since: minutes_ago(90),
                why: DelayReason::Unreachable,
            };
        }
        Message::Consulted(Box::new(consultation))
    }

    fn hold_answered(&mut self, number: PrescriptionNumber, luck: u8) -> Message {
        let until = in_minutes(10_000);
        let answer = match luck % 4 {
            0 => {
                self.held.remove(&number);
                HoldAnswer::HeldElsewhere(Hold {
                    until: Some(until),
                    ..their_hold()
                })
            }
            1 => HoldAnswer::Unanswered(DelayReason::OutcomeUnknown),
            _ => HoldAnswer::Taken(our_hold()),
        };
        Message::HoldAnswered { number, answer }
    }
}

/// What a picture holds: nothing that can be read, no code, or a prescription or more.
fn picture(luck: usize) -> Result<Vec<Reading>, ReadFailure> {
    let readings = NUMBERS.iter().take(luck % 4).map(|text| Reading {
        text: (*text).into(),
        scanned: Scanned::Prescription(number(text)),
    });
    match luck % 3 {
        0 => Err(ReadFailure::Damaged),
        1 => Ok(Vec::new()),
        _ => Ok(readings.collect()),
    }
}

fn known_key(context: Context, place: usize) -> Key {
    let all: Vec<Key> = bindings(context)
        .iter()
        .flat_map(|binding| match binding.trigger {
            Trigger::Keys(keys) => keys.to_vec(),
            Trigger::Digits => ('1'..='9').map(Key::Character).collect(),
        })
        // The terminal would close before anything interesting happened.
        .filter(|key| !matches!(key, Key::Function(10) | Key::Control('c')))
        .collect();
    all[place % all.len()]
}

fn messages(event: Event, app: &App, world: &mut World) -> Vec<Message> {
    match event {
        Event::KnownKey(place) => vec![Message::KeyPressed(known_key(app.screen().context(), place))],
        Event::AnyKey(Key::Function(10)) => Vec::new(),
        Event::AnyKey(key) => vec![Message::KeyPressed(key)],
        Event::Scan(place) => vec![scan(NUMBERS[place])],
        Event::Box(place) => vec![Message::Scanned {
            text: "]d2".into(),
            scanned: Scanned::Box(ScannedBox {
                cip13: products().0.get(place).map(|product| product.cip13.clone()),
                lot: "A1".parse().ok(),
                expiry: None,
                serial: None,
            }),
        }],
        Event::Text(text) => vec![Message::Scanned {
            text,
            scanned: Scanned::Text,
        }],
        Event::Files(count) => vec![Message::FilesDropped(vec!["/tmp/a.png".into(); count])],
        Event::Answer(luck) => world.answers(luck),
        Event::Minutes(minutes) => vec![Message::TimePassed(in_minutes(minutes)), Message::Woke],
    }
}

fn step(app: &mut App, world: &mut World, message: Message) {
    let before = app.screen().name();
    let effects = app.update(message);
    world.take(effects, before);
}

/// Answers everything, then leaves whatever is open.
fn wind_down(app: &mut App, world: &mut World) {
    for _ in 0..200 {
        while !world.questions.is_empty() {
            for message in world.answers(2) {
                step(app, world, message);
            }
        }
        match app.screen() {
            Screen::Counter(_) => return,
            Screen::Leaving(_) => step(app, world, Message::KeyPressed(Key::Character('q'))),
            _ => step(app, world, Message::KeyPressed(Key::Escape)),
        }
    }
    panic!("no way back to the counter from {}", app.screen().name());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_nothing_is_recorded_twice_or_unseen_and_no_hold_stays(
        events in prop::collection::vec(event(), 1..120)
    ) {
        let mut app = app();
        let mut world = World::default();
        step(&mut app, &mut world, Message::Started);
        for event in events {
            for message in messages(event, &app, &mut world) {
                step(&mut app, &mut world, message);
            }
            drawn(&app, (80, 24), &Theme::coloured());
            prop_assert!(!world.quit);
        }
        wind_down(&mut app, &mut world);
        prop_assert!(world.held.is_empty(), "held and not served: {:?}", world.held);
    }
}
