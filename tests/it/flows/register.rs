//! The register's screen: searching while one types, and closing the day.

use comptoir::app::closing::{BackupAnswer, Closing, ClosingAnswer};
use comptoir::app::message::Message;
use comptoir::app::register::{Pages, Register};
use comptoir::app::{App, Effect, Screen};
use comptoir::domain::closure::{Closure, RegisterDay};
use comptoir::domain::outbox::PostState;
use comptoir::domain::register::{RegisterNumber, Sha256Digest};

use crate::samples::*;

use super::*;

fn register(app: &App) -> &Register {
    match app.screen() {
        Screen::Register(register) => register,
        other => panic!("the register, not {}", other.name()),
    }
}

fn searched(text: &str, places: &[u32], below: Option<u32>) -> Message {
    Message::RegisterSearched {
        text: text.into(),
        entries: places.iter().map(|place| register_entry(*place)).collect(),
        below: below.map(RegisterNumber),
    }
}

#[test]
fn a_search_follows_the_typing_and_goes_on_by_itself() {
    let mut app = app();
    press(&mut app, "③");
    assert!(press(&mut app, "/").is_empty());
    assert_eq!(
        names(&press(&mut app, "vc")),
        ["SearchRegister", "SearchRegister"],
        "letters are text"
    );
    assert!(
        app.update(searched("v", &[9], None)).is_empty(),
        "an answer to what was typed before"
    );
    assert_eq!(register(&app).entries.len(), 0);
    let effects = app.update(searched("vc", &[9, 8], Some(7)));
    let asked = |below| Effect::SearchRegister {
        text: "vc".into(),
        day: None,
        below: Some(RegisterNumber(below)),
    };
    assert_eq!(effects, [asked(7)]);
    assert!(app.update(searched("vc", &[4], None)).is_empty());
    assert_eq!(
        (register(&app).entries.len(), register(&app).reading),
        (3, Pages::All)
    );
    assert!(press(&mut app, "↓⏎").is_empty());
    assert_eq!(
        names(&press(&mut app, "v")),
        ["VerifyRegister"],
        "letters are commands again"
    );
    assert_eq!(
        names(&press(&mut app, "⎋")),
        ["ListRegister"],
        "and back to all of it"
    );
    assert_eq!(press(&mut app, "⎋").len(), 0);
    assert_eq!(app.screen().name(), "counter");
}

#[test]
fn a_day_that_is_typed_is_gone_to() {
    let mut app = app();
    press(&mut app, "③/");
    let effects = press(&mut app, "22/11/2026");
    let Some(Effect::SearchRegister { day, .. }) = effects.last() else {
        panic!("a search was expected");
    };
    assert_eq!(*day, Some(jiff::civil::date(2026, 11, 22)));
}

fn closure(minutes: i64) -> Closure {
    Closure {
        origin: "comptoir/register/750000001".into(),
        count: 5,
        head: Sha256Digest([7; 32]),
        at: in_minutes(minutes),
    }
}

#[test]
fn leaving_in_the_evening_proposes_the_closure_once_and_never_insists() {
    // The samples' clock is at the counter's morning.
    const EVENING: i64 = 10 * 60;
    let quits = |app: &mut App| names(&press(app, "⑩"));
    let mut app = app();
    app.update(Message::OutboxListed(vec![entry(
        hand_over(1, 5),
        &PostState::Accepted,
    )]));
    assert_eq!(quits(&mut app), ["Quit"], "not in the morning");
    app.update(Message::TimePassed(in_minutes(EVENING)));
    assert_eq!(quits(&mut app), ["ListRegister", "ReadRegisterDay"]);
    assert_eq!(app.screen().name(), "register");
    assert_eq!(quits(&mut app), ["Quit"], "the same key again leaves");
}

#[test]
fn a_closed_day_is_left_without_a_question() {
    let mut app = app();
    app.update(Message::OutboxListed(vec![entry(
        hand_over(1, 5),
        &PostState::Accepted,
    )]));
    app.update(Message::TimePassed(in_minutes(600)));
    press(&mut app, "③");
    assert_eq!(names(&press(&mut app, "cc")), ["CloseRegister"], "once at a time");
    let answer = ClosingAnswer::Closed {
        count: 5,
        head: Sha256Digest([7; 32]),
        note: "note".into(),
        saved: None,
        backup: BackupAnswer::NotConfigured,
    };
    assert_eq!(
        names(&app.update(Message::RegisterClosed(answer.clone()))),
        ["ReadRegisterDay"]
    );
    assert_eq!(register(&app).closing, Closing::Ended(answer));
    app.update(Message::RegisterDayRead(RegisterDay {
        last_closure: Some(closure(599)),
        ..RegisterDay::default()
    }));
    press(&mut app, "⎋");
    assert_eq!(names(&press(&mut app, "⑩")), ["Quit"]);
}

#[test]
fn asked_to_quit_twice_the_question_is_answered() {
    let mut app = serving(prescription());
    press(&mut app, "1c");
    assert!(press(&mut app, "⑩").is_empty());
    assert_eq!(app.screen().name(), "leaving");
    assert!(names(&press(&mut app, "⑩")).contains(&"Quit"));
    // Asked whether to leave for the counter, the same key asks about leaving for good.
    let mut app = serving(prescription());
    press(&mut app, "1c⎋");
    assert_eq!(app.screen().name(), "leaving");
    assert!(press(&mut app, "⑩").is_empty());
    assert_eq!(app.screen().name(), "leaving");
}
