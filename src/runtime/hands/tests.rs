//! Leaving, and a store that fails, tried with a real session.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::super::posts::STORE_RETRY_DELAY;
use super::*;
use crate::app::closing::{BackupAnswer, ClosingAnswer};
use crate::app::effect::RecordRequest;
use crate::config::{Typed, config};
use crate::counter::ConsultationAnswer;
use crate::domain::closure::Closure;
use crate::domain::dispense::{Circumstances, Decision, Proposal};
use crate::session::store_path;
use crate::store::KeyPlace;
use crate::training::scenarios;

/// A session over files of its own.
struct Stage {
    tokio: Runtime,
    session: Arc<Session>,
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        Self::with(None)
    }

    /// With a second support, in that folder.
    fn with(backup: Option<PathBuf>) -> Self {
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(Typed {
            data_dir: Some(folder.path().to_owned()),
            ..Typed::default()
        })
        .unwrap();
        config.backup = backup.map(|directory| BackupChoice {
            directory,
            keep: None,
        });
        let session = Arc::new(tokio.block_on(Session::open(&config)).unwrap());
        Self {
            tokio,
            session,
            folder,
        }
    }

    /// Another process of the counter that has the store open.
    fn behind_the_store(&self) -> rusqlite::Connection {
        let path = store_path(self.folder.path());
        let key = KeyPlace::File(path.with_file_name("store.key"));
        let other = rusqlite::Connection::open(path).unwrap();
        key.key().unwrap().unwrap().unlock(&other).unwrap();
        other
    }

    fn hands(&self) -> (Hands, Receiver<Input>) {
        let (sender, inputs) = sync_channel(1);
        let hands = Hands::new(Arc::clone(&self.session), self.tokio.handle().clone(), sender);
        (hands, inputs)
    }

    /// A whole scenario, confirmed.
    fn confirmed(&self, id: DispenseId) -> RecordRequest {
        let counter = &self.session.counter;
        let product = |code: &_| counter.catalogue.find(code);
        let base = self.session.training.as_ref().unwrap();
        let ready = scenarios::ensure_ready(base, Uuid::from_u128(7), now(), &product).unwrap();
        let number = ready[0].order.number();
        let ConsultationAnswer::Opened(consultation) =
            self.tokio.block_on(counter.consult(number, now())).unwrap()
        else {
            panic!("the scenario is there")
        };
        let prescription = consultation.prescription;
        let open = prescription.lines.iter().filter(|line| line.is_open());
        RecordRequest {
            proposal: Proposal {
                decisions: open.map(Decision::as_prescribed).collect(),
                overrides: Vec::new(),
            },
            circumstances: Circumstances {
                gone: Vec::new(),
                id,
                operator: counter.operator.clone(),
                pharmacy: counter.pharmacy.clone(),
                at: now(),
                today: counter.day(now()),
            },
            prescription,
        }
    }
}

#[test]
fn what_was_confirmed_is_recorded_even_if_the_program_ends_at_once() {
    let stage = Stage::new();
    let id = DispenseId(Uuid::from_u128(1));
    let request = stage.confirmed(id);
    // Another process writes: the recording has to wait, and is under way when the window closes.
    let other = stage.behind_the_store();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (mut hands, inputs) = stage.hands();
    hands.execute(Effect::Record(Box::new(request)));
    drop(inputs);
    let ending = std::thread::spawn(move || {
        hands.finish();
        true
    });
    other.execute_batch("ROLLBACK").unwrap();
    assert!(ending.join().unwrap());
    assert!(stage.session.counter.store.hand_over(id).unwrap().is_some());
}

/// What the end of a round says; what the hands tell of the base meanwhile is passed over.
fn posting_ended(inputs: &Receiver<Input>) -> Option<jiff::Timestamp> {
    loop {
        let input = inputs.recv().expect("a round ends, whatever happens");
        if let Input::Message(Message::PostingEnded { next_attempt }) = input {
            return next_attempt;
        }
    }
}

#[test]
fn a_store_that_fails_is_left_alone_for_a_while_and_then_tried_again() {
    let stage = Stage::new();
    let (mut hands, inputs) = stage.hands();
    let other = stage.behind_the_store();
    other.execute_batch("ALTER TABLE outbox RENAME TO lost").unwrap();
    let asked = now();
    hands.execute(Effect::PostDue);
    let next_attempt = posting_ended(&inputs);
    assert!(next_attempt.is_some_and(|next| next >= asked + STORE_RETRY_DELAY));
    other.execute_batch("ALTER TABLE lost RENAME TO outbox").unwrap();
    hands.execute(Effect::PostDue);
    let next_attempt = posting_ended(&inputs);
    assert_eq!(next_attempt, None, "nothing waits");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_goes_off_at_its_instant_however_far_and_soon_when_the_clock_was_set_back() {
    let start: Timestamp = "2026-02-04T14:05:00Z".parse().unwrap();
    let minutes = jiff::SignedDuration::from_mins;
    // Minutes to the instant, minutes by which the clock is set back after ten, the minutes after which it goes off.
    for (instant, setback, expected) in [
        (30, 0, vec![30]),
        (30, 60, vec![10, 90]),
        // A hold of others; or the pause of a post, reckoned before the clock was set back.
        (180, 0, vec![0, 180]),
        (180, 300, vec![0, 10, 480]),
        (-5, 0, vec![0]),
    ] {
        let begun = tokio::time::Instant::now();
        let since = || jiff::SignedDuration::try_from(begun.elapsed()).unwrap();
        let clock = || {
            let is_set_back = since() >= minutes(10);
            start + since() - if is_set_back { minutes(setback) } else { minutes(0) }
        };
        let told = std::cell::RefCell::new(Vec::new());
        wake_at(start + minutes(instant), clock, || {
            told.borrow_mut().push(since().as_mins());
        })
        .await;
        assert_eq!(told.into_inner(), expected, "in {instant}, set back by {setback}");
    }
}

/// What becomes of the backup when the day is closed from the terminal.
fn closed_day(stage: &Stage) -> ClosingAnswer {
    let (mut hands, inputs) = stage.hands();
    hands.execute(Effect::CloseRegister);
    loop {
        let input = inputs.recv().expect("a closure is answered, whatever happens");
        if let Input::Message(Message::RegisterClosed(answer)) = input {
            return answer;
        }
    }
}

#[test]
fn closing_the_day_from_the_terminal_backs_it_up() {
    let support = tempfile::tempdir().unwrap();
    let stage = Stage::with(Some(support.path().join("second")));
    let request = stage.confirmed(DispenseId(Uuid::from_u128(1)));
    stage
        .session
        .counter
        .record(
            &request.prescription,
            request.proposal,
            request.circumstances.id,
            now(),
        )
        .unwrap();
    // The support is unplugged: the day is closed all the same, and the person is told.
    let missing = BackupAnswer::SupportMissing(support.path().join("second"));
    assert!(matches!(closed_day(&stage), ClosingAnswer::Closed { backup, .. } if backup == missing));
    // Plugged in again, the same key makes the backup that is missing.
    std::fs::create_dir(support.path().join("second")).unwrap();
    let ClosingAnswer::AlreadyClosed {
        backup: BackupAnswer::Made { path, .. },
    } = closed_day(&stage)
    else {
        panic!("the backup is made");
    };
    assert!(path.starts_with(support.path()) && path.is_file());
    let known = stage.session.counter.store.last_backup().unwrap().unwrap();
    assert_eq!(known.place, path);
}

#[test]
fn a_day_closed_without_a_second_support_says_so() {
    let stage = Stage::new();
    let request = stage.confirmed(DispenseId(Uuid::from_u128(1)));
    stage
        .session
        .counter
        .record(
            &request.prescription,
            request.proposal,
            request.circumstances.id,
            now(),
        )
        .unwrap();
    assert!(matches!(
        closed_day(&stage),
        ClosingAnswer::Closed {
            backup: BackupAnswer::NotConfigured,
            ..
        }
    ));
}

#[test]
fn the_day_is_closed_from_the_terminal_and_its_note_is_kept() {
    let stage = Stage::new();
    let id = DispenseId(Uuid::from_u128(1));
    let request = stage.confirmed(id);
    let (mut hands, inputs) = stage.hands();
    let mut answer = |effect: Effect, is_it: fn(&Message) -> bool| {
        hands.execute(effect);
        loop {
            if let Input::Message(message) = inputs.recv().unwrap()
                && is_it(&message)
            {
                return message;
            }
        }
    };
    answer(Effect::Record(Box::new(request)), |message| {
        matches!(message, Message::Recorded { .. })
    });
    let closed = answer(Effect::CloseRegister, |message| {
        matches!(message, Message::RegisterClosed(_))
    });
    let Message::RegisterClosed(ClosingAnswer::Closed { note, saved, .. }) = closed else {
        panic!("a register of one day is closed");
    };
    assert_eq!(std::fs::read_to_string(saved.unwrap()).unwrap(), note);
    let day = answer(Effect::ReadRegisterDay, |message| {
        matches!(message, Message::RegisterDayRead(_))
    });
    let Message::RegisterDayRead(day) = day else {
        panic!("the day was asked for");
    };
    assert_eq!((day.unclosed, day.last_closure), (0, Closure::unproved(&note)));
    let verified = answer(Effect::VerifyRegister, |message| {
        matches!(message, Message::RegisterVerified(_))
    });
    let Message::RegisterVerified(check) = verified else {
        panic!("the verification was asked for");
    };
    assert_eq!((check.closures, check.first_bad), (1, None));
}
