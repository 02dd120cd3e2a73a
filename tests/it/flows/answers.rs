//! Answers that come late or say no, and the ways out of every screen.

use comptoir::app::Effect;
use comptoir::app::keys::Key;
use comptoir::app::message::{ConsultFailure, Freshness, HoldAnswer, Message};
use comptoir::app::serving::HoldState;
use comptoir::domain::identifiers::DispenseId;
use comptoir::domain::outbox::{DelayReason, PostState};
use comptoir::domain::refusal::{Refusal, RefusalCode};
use uuid::Uuid;

use crate::samples::*;

use super::*;

#[test]
fn a_late_consultation_changes_nothing_and_gives_back_a_hold_of_ours() {
    for (hold, expected) in [
        (None, vec![]),
        (Some(their_hold()), vec![]),
        (Some(our_hold()), give_back()),
    ] {
        let mut app = app();
        app.update(scan(NUMBER));
        press(&mut app, "⎋");
        let mut late = prescription();
        late.hold = hold;
        assert_eq!(app.update(consulted(late)), expected);
        assert_eq!(app.screen().name(), "counter");
    }
}

#[test]
fn a_late_hold_is_given_back() {
    let mut app = app();
    app.update(scan(NUMBER));
    app.update(consulted(prescription()));
    assert!(press(&mut app, "⎋").is_empty(), "not ours yet");
    // Without an answer the base may have taken it all the same.
    for (answer, expected) in [
        (HoldAnswer::Taken(our_hold()), give_back()),
        (HoldAnswer::Unanswered(DelayReason::Unreachable), give_back()),
        (HoldAnswer::HeldElsewhere(their_hold()), vec![]),
        (HoldAnswer::NotOffered, vec![]),
    ] {
        assert_eq!(app.update(hold_answered(answer)), expected);
    }
}

#[test]
fn leaving_gives_the_hold_back_and_recording_keeps_it_for_the_post() {
    let mut app = serving(prescription());
    assert_eq!(press(&mut app, "⎋"), give_back());
    assert_eq!(app.screen().name(), "counter");

    let mut app = serving(prescription());
    assert_eq!(names(&press(&mut app, "⑩")), ["GiveHoldBack", "Quit"]);

    let mut app = serving(prescription());
    let effects = press(&mut app, "⏎⏎");
    app.update(recorded(&effects));
    assert!(press(&mut app, "⏎").is_empty(), "the post ends the hold");

    let mut app = serving(prescription());
    let effects = press(&mut app, "⏎⏎");
    let answer = recorded(&effects);
    let Message::Recorded { entry, .. } = &answer else {
        panic!("recorded() builds Recorded");
    };
    let mut refused = (**entry).clone();
    app.update(answer);
    refused.states[0].1 = PostState::Refused(Refusal {
        code: RefusalCode::LineCancelled,
        text: String::new(),
        line: None,
    });
    refused.states[1].1 = PostState::Accepted;
    refused.states[2].1 = PostState::Accepted;
    app.update(Message::PostAnswered(Box::new(refused)));
    assert_eq!(
        press(&mut app, "⏎"),
        give_back(),
        "a refused post leaves the hold behind"
    );
}

#[test]
fn a_hold_is_asked_only_of_a_base_that_answers_and_has_it_free() {
    let mut from_store = consultation_of(prescription());
    from_store.freshness = Freshness::Store {
        since: minutes_ago(60),
        why: DelayReason::Unreachable,
    };
    let mut held = consultation_of(prescription());
    held.prescription.hold = Some(their_hold());
    let mut lapsed = consultation_of(prescription());
    lapsed.prescription.hold = Some(comptoir::domain::hold::Hold {
        until: Some(minutes_ago(1)),
        ..their_hold()
    });
    for (consultation, expected) in [
        (consultation_of(prescription()), vec!["TakeHold"]),
        (from_store, vec![]),
        (held, vec![]),
        (lapsed, vec!["TakeHold"]),
    ] {
        let mut app = app();
        app.update(scan(NUMBER));
        assert_eq!(
            names(&app.update(Message::Consulted(Box::new(consultation)))),
            expected
        );
    }
}

#[test]
fn a_hold_answered_in_the_middle_of_a_review_is_seen_there() {
    let mut app = app();
    app.update(scan(NUMBER));
    app.update(consulted(prescription()));
    press(&mut app, "⏎");
    app.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    assert!(
        press(&mut app, "⏎").is_empty(),
        "the warning must be passed first"
    );
    let serving = app.screen().serving().unwrap();
    assert!(matches!(serving.hold, HoldState::Elsewhere(_)));
}

#[test]
fn reading_again_keeps_what_is_still_possible_and_shows_the_sheet() {
    let mut app = serving(prescription());
    press(&mut app, "1c2n1");
    assert_eq!(press(&mut app, "⑤"), vec![Effect::Consult(number(NUMBER))]);
    press(&mut app, "⏎");
    assert_eq!(app.screen().name(), "review");
    let mut newer = prescription();
    newer.lines[0].standing = comptoir::domain::prescription::LineStanding::Cancelled;
    newer.hold = Some(our_hold());
    let mut consultation = consultation_of(newer);
    consultation.id = DispenseId(Uuid::from_u128(77));
    app.update(Message::Consulted(Box::new(consultation)));
    assert_eq!(
        app.screen().name(),
        "prescription",
        "nothing is confirmed that was not shown"
    );
    let serving = app.screen().serving().unwrap();
    assert_eq!(serving.forms.len(), 1, "the cancelled line's decision is gone");
    assert_eq!(serving.id, ID, "still the same hand-over");
    let effects = press(&mut app, "⏎⏎");
    let lines: Vec<_> = proposal(&effects).decisions.iter().map(|d| d.line.0).collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn a_consultation_refused_or_failed_is_explained_and_can_be_tried_again() {
    let refused = Message::ConsultRefused {
        number: number(NUMBER),
        refusal: Refusal {
            code: RefusalCode::UnknownPrescription,
            text: String::new(),
            line: None,
        },
    };
    let failed = Message::ConsultFailed {
        number: number(NUMBER),
        why: ConsultFailure::Base(DelayReason::Unreachable),
    };
    for message in [refused, failed] {
        let mut app = app();
        app.update(scan(NUMBER));
        assert!(app.update(message).is_empty());
        assert_eq!(app.screen().name(), "refused");
        assert_eq!(names(&press(&mut app, "r")), ["Consult", "WakeAt"]);
        assert_eq!(app.screen().name(), "consulting");
    }
    let mut app = app();
    app.update(Message::ConsultFailed {
        number: number(NUMBER),
        why: ConsultFailure::Store,
    });
    assert_eq!(app.screen().name(), "counter", "nobody waits for it any more");
}

#[test]
fn a_failed_second_reading_leaves_the_first_on_the_screen() {
    let mut app = serving(prescription());
    press(&mut app, "1c⑤");
    app.update(Message::ConsultFailed {
        number: number(NUMBER),
        why: ConsultFailure::Base(DelayReason::Unavailable),
    });
    assert_eq!(app.screen().name(), "prescription");
    assert!(app.desk().notice.is_some());
    assert_eq!(app.screen().serving().unwrap().forms.len(), 1);
}

#[test]
fn escape_always_goes_one_step_back_and_keeps_what_was_decided() {
    for (typed, screen) in [
        ("1s⎋", "prescription"),
        ("1→⎋", "prescription"),
        ("1→s⎋", "decision"),
        ("1→l⎋", "decision"),
        ("2n⎋", "prescription"),
        ("⏎⎋", "prescription"),
        ("1c⎋", "leaving"),
        ("1c⎋⎋", "prescription"),
        ("1c⎋q", "counter"),
        ("⎋", "counter"),
        ("?⎋", "prescription"),
        ("②③⎋", "prescription"),
        ("③②⎋", "prescription"),
        ("②②", "prescription"),
        ("③③", "prescription"),
        ("??", "prescription"),
    ] {
        let mut app = serving(prescription());
        press(&mut app, typed);
        assert_eq!(app.screen().name(), screen, "{typed}");
    }
}

#[test]
fn changing_one_s_mind_halfway_does_not_undo_a_complete_decision() {
    let mut app = serving(prescription());
    press(&mut app, "2s12n⎋");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(proposal(&effects).decisions[1].outcome.code(), "substituted");
    let mut app = serving(prescription());
    press(&mut app, "2s12⌦");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(
        proposal(&effects).decisions[1].outcome.code(),
        "conforming",
        "undone on purpose"
    );
}

#[test]
fn an_empty_beginning_is_not_work() {
    let mut app = serving(prescription());
    press(&mut app, "1s⎋2n⎋1→⎋");
    assert_eq!(press(&mut app, "⎋"), give_back());
}

#[test]
fn keys_that_mean_nothing_change_nothing() {
    let mut app = serving(prescription());
    for key in [
        Key::Character('z'),
        Key::Function(12),
        Key::Control('z'),
        Key::Left,
        Key::Character('9'),
    ] {
        assert!(app.update(Message::KeyPressed(key)).is_empty());
        assert_eq!(app.screen().name(), "prescription");
    }
}
