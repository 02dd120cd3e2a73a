//! Recorded once, posted once, and read again page by page.

use comptoir::app::correcting::CorrectionKind;
use comptoir::app::message::{HoldAnswer, Message, ReadFailure, StoreTask};
use comptoir::app::{Effect, Screen};
use comptoir::domain::finding::{Fact, Finding};
use comptoir::domain::identifiers::{DispenseId, LineNumber};
use comptoir::domain::outbox::{DelayReason, OutboxEntry, PostState};
use comptoir::domain::register::RegisterNumber;
use uuid::Uuid;

use crate::correction_scenes;
use crate::samples::*;

use super::*;

#[test]
fn no_key_records_before_the_review_was_shown() {
    for typed in ["⏎", "v", "c⏎", "1c2c3c⏎"] {
        let mut app = serving(prescription());
        assert!(!names(&press(&mut app, typed)).contains(&"Record"), "{typed}");
    }
}

#[test]
fn pressing_enter_again_and_again_records_once() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "⏎⏎⏎⏎⏎⎋⎋12cs");
    assert_eq!(names(&effects), ["Record"]);
    assert_eq!(app.screen().name(), "recording");
    // Not even a scan or a wish to quit gets in between.
    assert!(app.update(scan(OTHER_NUMBER)).is_empty());
    assert!(press(&mut app, "⑩").is_empty());
    assert_eq!(app.screen().name(), "recording");
}

#[test]
fn a_recording_posts_at_once_and_a_failed_one_keeps_the_work_and_the_identifier() {
    let mut app = serving(prescription());
    let first = press(&mut app, "2n1⏎⏎");
    assert!(app.update(Message::RecordFailed { id: ID }).is_empty());
    assert_eq!(app.screen().name(), "review");
    let second = press(&mut app, "⏎");
    assert_eq!(proposal(&first), proposal(&second));
    let ids: Vec<DispenseId> = [&first, &second]
        .iter()
        .flat_map(|effects| effects.iter())
        .filter_map(|effect| match effect {
            Effect::Record(request) => Some(request.circumstances.id),
            _ => None,
        })
        .collect();
    assert_eq!(ids, [ID, ID]);
    assert_eq!(names(&app.update(recorded(&second))), ["PostDue"]);
    assert_eq!(app.screen().name(), "done");
}

#[test]
fn a_recording_refused_by_the_rules_shows_their_findings() {
    let mut app = serving(prescription());
    press(&mut app, "⏎⏎");
    app.update(Message::RecordRefused {
        id: ID,
        findings: vec![Finding::on(LineNumber(1), Fact::LineCancelled)],
    });
    assert_eq!(app.screen().name(), "review");
    assert!(press(&mut app, "⏎").is_empty(), "a blocking finding blocks");
}

#[test]
fn what_became_remarkable_while_recording_failed_must_be_answered_for() {
    let mut app = serving(prescription());
    press(&mut app, "⏎⏎");
    app.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    app.update(Message::RecordFailed { id: ID });
    assert!(press(&mut app, "⏎").is_empty(), "the warning comes first");
    let mut last_day = prescription();
    last_day.valid_until = Some(date(2026, 11, 22));
    let mut app = serving(last_day);
    press(&mut app, "⏎");
    app.update(Message::TimePassed(in_minutes(24 * 60)));
    let effects = press(&mut app, "⏎");
    assert!(!names(&effects).contains(&"Record"), "it expired at midnight");
}

#[test]
fn answers_about_another_hand_over_do_not_touch_the_one_on_the_screen() {
    let mut app = serving(prescription());
    press(&mut app, "⏎⏎");
    let stranger = DispenseId(Uuid::from_u128(99));
    app.update(Message::RecordFailed { id: stranger });
    app.update(Message::RecordRefused {
        id: stranger,
        findings: Vec::new(),
    });
    app.update(Message::Recorded {
        entry: Box::new(entry(hand_over(99, 1), &PostState::Pending)),
        numbers: Vec::new(),
    });
    assert_eq!(app.screen().name(), "recording");
    assert_eq!(
        app.desk().hand_overs.len(),
        1,
        "what was recorded is in today's list all the same"
    );
}

#[test]
fn an_answer_finds_its_screen_under_the_help() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "⏎⏎");
    press(&mut app, "?");
    app.update(recorded(&effects));
    assert_eq!(app.screen().name(), "help");
    press(&mut app, "⎋");
    assert_eq!(app.screen().name(), "done");
}

#[test]
fn posts_never_run_twice_at_once_and_none_is_forgotten() {
    let mut app = app();
    assert_eq!(names(&app.update(Message::Started)), ["ListOutbox", "PostDue"]);
    press(&mut app, "②");
    assert!(press(&mut app, "eee").is_empty(), "they are under way");
    let again = app.update(Message::PostingEnded {
        next_attempt: Some(in_minutes(5)),
    });
    assert_eq!(names(&again), ["PostDue"], "asked for meanwhile");
    assert_eq!(
        app.update(Message::PostingEnded {
            next_attempt: Some(in_minutes(5))
        }),
        vec![Effect::WakeAt(in_minutes(5))]
    );
    assert_eq!(names(&press(&mut app, "e")), ["PostNow"]);
}

#[test]
fn an_instant_that_comes_asks_the_store_what_is_due_unless_that_is_under_way() {
    let mut app = app();
    let mut waiting = entry(hand_over(1, 5), &PostState::Pending);
    waiting.next_attempt = in_minutes(5);
    let effects = app.update(Message::OutboxListed(vec![waiting]));
    assert_eq!(
        effects,
        [Effect::WakeAt(in_minutes(5))],
        "or its end would not be heard of"
    );
    // What is due may be another terminal's, which this list does not hold.
    assert_eq!(names(&app.update(Message::Woke)), ["PostDue"]);
    assert!(app.update(Message::Woke).is_empty());
}

#[test]
fn what_another_terminal_posted_is_not_shown_as_waiting() {
    let mut app = app();
    let mut waiting = entry(hand_over(1, 5), &PostState::Pending);
    waiting.next_attempt = now();
    let listed = |entry: &OutboxEntry| Message::OutboxListed(vec![entry.clone()]);
    assert_eq!(names(&app.update(listed(&waiting))), ["PostDue"]);
    // Nothing was due in the store, although this list says so.
    let effects = app.update(Message::PostingEnded { next_attempt: None });
    assert_eq!(names(&effects), ["ListOutbox"]);
    // Still waiting: the other terminal is at it. Asked once, not again and again.
    assert!(app.update(listed(&waiting)).is_empty());
    assert_eq!(names(&app.update(Message::Woke)), ["PostDue"]);
    // The round stopped before the end: what is due was not tried yet, and nothing is to be learnt.
    let effects = app.update(Message::PostingEnded {
        next_attempt: Some(now()),
    });
    assert_eq!(effects, [Effect::WakeAt(now())]);
}

#[test]
fn the_state_of_a_post_changes_live_on_the_screen_that_shows_it() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "⏎⏎");
    let answer = recorded(&effects);
    let Message::Recorded { entry, .. } = &answer else {
        panic!("recorded() builds Recorded");
    };
    let mut posted = (**entry).clone();
    app.update(answer);
    assert_eq!(app.desk().open().count(), 1);
    app.update(Message::PostStarted(ID));
    assert_eq!(app.desk().on_the_way, [ID]);
    posted
        .states
        .iter_mut()
        .for_each(|(_, state)| *state = PostState::Accepted);
    app.update(Message::PostAnswered(Box::new(posted)));
    assert!(app.desk().on_the_way.is_empty());
    assert_eq!(app.desk().open().count(), 0);
    assert_eq!(app.desk().served_today().count(), 1);
}

#[test]
fn the_base_s_light_says_since_when() {
    let mut app = app();
    app.update(Message::BaseFailed(DelayReason::Unreachable));
    app.update(Message::TimePassed(in_minutes(3)));
    app.update(Message::BaseFailed(DelayReason::Unavailable));
    let comptoir::app::desk::BaseLight::Failing { since, reason } = app.desk().base else {
        panic!("it fails");
    };
    assert_eq!((since, reason), (now(), DelayReason::Unavailable));
    app.update(Message::BaseAnswered);
    app.update(Message::TimePassed(in_minutes(9)));
    app.update(Message::BaseAnswered);
    assert_eq!(
        app.desk().base,
        comptoir::app::desk::BaseLight::Answering { since: in_minutes(3) }
    );
}

#[test]
fn the_register_is_read_page_by_page() {
    let page = |from: u32| -> Vec<_> {
        (1..=50)
            .map(|place| comptoir::domain::register::RegisterEntry {
                number: RegisterNumber(from - place),
                content: None,
                ..register_entry(1)
            })
            .collect()
    };
    let mut app = app();
    assert_eq!(names(&press(&mut app, "③")), ["ListRegister", "ReadRegisterDay"]);
    app.update(Message::RegisterListed {
        before: None,
        entries: page(200),
    });
    assert!(press(&mut app, "⇟⇟").is_empty());
    let effects = press(&mut app, "⇲");
    let below = Some(RegisterNumber(150));
    assert!(matches!(effects[..], [Effect::ListRegister { before, .. }] if before == below));
    assert!(
        press(&mut app, "⇲⇲").is_empty(),
        "one page is asked for at a time"
    );
    app.update(Message::RegisterListed {
        before: None,
        entries: page(200),
    });
    app.update(Message::RegisterListed {
        before: below,
        entries: page(150)[..10].to_vec(),
    });
    let Screen::Register(register) = app.screen() else {
        panic!("the register is on the screen");
    };
    assert_eq!(register.entries.len(), 60, "a page nobody waits for is not added");
    assert!(press(&mut app, "⇲").is_empty(), "the beginning was reached");
    assert_eq!(names(&press(&mut app, "vv")), ["VerifyRegister"]);
    app.update(Message::StoreFailed(StoreTask::Verification));
    assert_eq!(names(&press(&mut app, "v")), ["VerifyRegister"]);
}

#[test]
fn a_correction_hears_the_answer_whatever_is_laid_over_it() {
    for laid_over in ["①", "②", "③"] {
        let mut app = correction_scenes::opened(CorrectionKind::Cancellation, "8⏎");
        let effects = press(&mut app, "⏎");
        let Some(Effect::Correct(request)) = effects.first() else {
            panic!("{effects:?}");
        };
        let id = request.id;
        // The answer to pictures that were dropped before comes first.
        app.update(Message::FileUnread {
            path: "/tmp/a.png".into(),
            why: ReadFailure::Damaged,
        });
        press(&mut app, laid_over);
        app.update(Message::RecordFailed { id });
        for _ in 0..3 {
            press(&mut app, "⎋");
        }
        assert!(!app.screen().is_recording(), "{laid_over}: it waits for ever");
    }
}
