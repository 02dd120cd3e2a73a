//! Who serves a prescription: renewed while somebody works, given back whatever ends the program, handed over.

use comptoir::app::message::{HoldAnswer, Message};
use comptoir::app::serving::HoldState;
use comptoir::app::{App, Effect, Setting};
use comptoir::domain::hold::{Hold, Terminal as Place};
use comptoir::domain::outbox::DelayReason;
use serde_json::Value;

use crate::samples::*;
use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::terminal::Terminal;
use crate::support::wait;

const ENTER: &str = "\r";

fn place(id: &str) -> Place {
    Place {
        id: id.into(),
        words: format!("poste {id} · Hugo Moreau"),
    }
}

fn hold_at(id: &str) -> Hold {
    Hold {
        terminal: Some(place(id)),
        ..our_hold()
    }
}

/// A terminal named "1", serving under its own hold until 30 minutes from now.
fn serving_at_1() -> App {
    let setting = Setting {
        terminal: Some(place("1")),
        ..setting()
    };
    let mut app = App::new(setting, now());
    app.update(scan(NUMBER));
    app.update(consulted(prescription()));
    let effects = app.update(hold_answered(HoldAnswer::Taken(hold_at("1"))));
    assert_eq!(
        effects,
        [Effect::WakeAt(in_minutes(25))],
        "five minutes before its end"
    );
    app
}

fn woken(app: &mut App, minutes: i64) -> Vec<Effect> {
    app.update(Message::TimePassed(in_minutes(minutes)));
    let effects = app.update(Message::Woke);
    effects
        .into_iter()
        .filter(|effect| *effect != Effect::PostDue)
        .collect()
}

#[test]
fn a_hold_is_renewed_while_somebody_works_and_left_to_end_when_nobody_does() {
    for (what, touched, renewed) in [("at work", Some(10), true), ("left alone", None, false)] {
        let mut app = serving_at_1();
        if let Some(minutes) = touched {
            app.update(Message::TimePassed(in_minutes(minutes)));
            press(&mut app, "1");
        }
        assert!(woken(&mut app, 20).is_empty(), "{what}: too early");
        let expected = if renewed {
            vec![Effect::TakeHold(number(NUMBER))]
        } else {
            Vec::new()
        };
        assert_eq!(woken(&mut app, 25), expected, "{what}");
        assert!(woken(&mut app, 26).is_empty(), "{what}: asked once");
        if !renewed {
            app.update(Message::TimePassed(in_minutes(40)));
            assert_eq!(
                press(&mut app, "1"),
                [Effect::TakeHold(number(NUMBER))],
                "somebody is back"
            );
        }
    }
}

#[test]
fn a_renewal_without_an_answer_is_tried_again_and_one_refused_is_said() {
    let mut app = serving_at_1();
    press(&mut app, "1");
    app.update(Message::TimePassed(in_minutes(10)));
    press(&mut app, "1");
    assert_eq!(woken(&mut app, 25).len(), 1);
    let again = app.update(hold_answered(HoldAnswer::Unanswered(DelayReason::NoAnswer)));
    assert_eq!(again, [Effect::WakeAt(in_minutes(26))]);
    assert!(matches!(app.screen().serving().unwrap().hold, HoldState::Ours(_)));
    assert_eq!(woken(&mut app, 26).len(), 1);
    app.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    assert!(app.desk().notice.is_some(), "another took it meanwhile");
    assert!(matches!(
        app.screen().serving().unwrap().hold,
        HoldState::Elsewhere(_)
    ));
}

#[test]
fn the_hold_of_others_is_asked_for_once_it_is_over() {
    for held in [
        HoldAnswer::HeldElsewhere(their_hold()),
        HoldAnswer::HeldByColleague(hold_at("2")),
    ] {
        let mut app = serving_at_1();
        app.update(hold_answered(held));
        assert!(woken(&mut app, 5).is_empty());
        assert_eq!(woken(&mut app, 31), [Effect::TakeHold(number(NUMBER))]);
    }
}

#[test]
fn what_a_colleague_took_over_is_not_recorded_here_unless_it_is_taken_back() {
    let mut app = serving_at_1();
    let effects = press(&mut app, "⏎");
    assert_eq!(
        effects,
        [Effect::LookAtHold(number(NUMBER))],
        "looked at when the review opens"
    );
    app.update(hold_answered(HoldAnswer::HeldByColleague(hold_at("2"))));
    assert!(press(&mut app, "⏎").is_empty());
    assert_eq!(app.screen().name(), "review");
    assert_eq!(press(&mut app, "t"), [Effect::TakeHoldOver(number(NUMBER))]);
    app.update(hold_answered(HoldAnswer::Taken(hold_at("1"))));
    assert_eq!(press(&mut app, "⏎").len(), 1, "recorded");
    assert_eq!(app.screen().name(), "recording");
}

#[test]
fn a_base_that_is_silent_never_stands_between_a_colleague_and_the_register() {
    let mut app = serving_at_1();
    app.update(hold_answered(HoldAnswer::HeldByColleague(hold_at("2"))));
    press(&mut app, "⏎t");
    app.update(hold_answered(HoldAnswer::Unanswered(DelayReason::Unreachable)));
    press(&mut app, "⏎");
    assert_eq!(app.screen().name(), "recording");
}

#[test]
fn a_program_that_ends_gives_back_what_it_asked_for_and_what_it_has() {
    let give_back = || vec![Effect::GiveHoldBack(number(NUMBER))];
    assert_eq!(serving_at_1().farewell(), give_back());
    let mut asked = app();
    asked.update(scan(NUMBER));
    asked.update(consulted(prescription()));
    assert_eq!(asked.farewell(), give_back(), "nobody will hear the answer");
    asked.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    assert!(asked.farewell().is_empty());
    let mut recording = serving_at_1();
    press(&mut recording, "⏎⏎");
    assert!(recording.farewell().is_empty(), "its post ends the hold");
    assert!(app().farewell().is_empty());
}

/// What the base says of the hold, asked by somebody else.
fn hold(aside: &Counter, number: &str) -> Value {
    aside.run(&["consult", number, "--json"]).json_with(0)["hold"].clone()
}

/// A base, and a terminal that serves a prescription of it.
fn at_work() -> (tempfile::TempDir, BaseServer, Counter, String, Terminal) {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let mut terminal = Terminal::open(&counter, 120, 40);
    terminal.shows("Scannez le QR code");
    terminal.scan(&number);
    terminal.shows("prise en charge par vous");
    (files, base, counter, number, terminal)
}

#[test]
fn a_signal_gives_the_hold_back() {
    let (_files, base, _counter, number, terminal) = at_work();
    let aside = Counter::of_base(&base.address);
    assert!(hold(&aside, &number).is_object());
    terminal.signalled("-TERM");
    assert!(hold(&aside, &number).is_null());
}

#[test]
fn what_a_crash_left_held_is_given_back_at_the_next_start() {
    let (_files, base, counter, number, terminal) = at_work();
    let aside = Counter::of_base(&base.address);
    terminal.signalled("-KILL");
    assert!(hold(&aside, &number).is_object(), "the base cannot know");
    let again = Terminal::open(&counter, 120, 40);
    again.shows("prise en charge rendue");
    assert!(hold(&aside, &number).is_null());
}

#[test]
fn a_colleague_takes_over_with_one_key_and_the_first_one_learns_it() {
    let (_files, base, _counter, number, mut first) = at_work();
    let colleague = Counter::of_base(&base.address);
    let mut second = Terminal::open(&colleague, 120, 40);
    second.shows("Scannez le QR code");
    second.scan(&number);
    second.shows("prise en charge à un autre poste");
    second.shows("poste 1");
    second.press("t");
    second.shows("prise en charge par vous");
    first.press(ENTER);
    first.shows("Vous n’avez plus la prise en charge");
    first.press(ENTER);
    first.shows("Touche t : la reprendre ici");
    second.press(ENTER);
    second.shows("Sera inscrit");
    second.press(ENTER);
    second.shows("Acceptée par la base");
    wait::until("the first terminal to have recorded nothing", || {
        let text = first.text();
        if text.contains("Acceptée") {
            Err(text)
        } else {
            Ok(())
        }
    });
}
