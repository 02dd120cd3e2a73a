//! A correction, step by step, and what became of it.

use comptoir::app::App;
use comptoir::app::correcting::CorrectionKind;
use comptoir::app::history;
use comptoir::app::message::{CannotOpen, ConsultFailure, Message};
use comptoir::domain::consent::Consent;
use comptoir::domain::correction::{CannotCorrect, Chapter, Corrects, Motive};
use comptoir::domain::dispense::HandOver;
use comptoir::domain::identifiers::DispenseId;
use comptoir::domain::outbox::{DelayReason, OutboxEntry, PostState};
use comptoir::domain::reasons::CorrectionReason;
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::register::{RegisterContent, RegisterEntry, RegisterNumber};
use uuid::Uuid;

use crate::samples::*;
use crate::scenes::{Scene, after, done, register, register_page, scene};

/// The identifier of every correction here.
const CORRECTION: DispenseId = DispenseId(Uuid::from_u128(0xC0));

/// The entry under the cursor of the register's page.
const ENTRY: RegisterNumber = RegisterNumber(5);

fn opening(key: &str) -> App {
    after(register(vec![register_page()], ""), vec![], key)
}

pub(crate) fn opened(kind: CorrectionKind, typed: &str) -> App {
    let key = match kind {
        CorrectionKind::Cancellation => "a",
        CorrectionKind::Rectification => "r",
    };
    after(
        opening(key),
        vec![correction_opened(CORRECTION, ENTRY, kind)],
        typed,
    )
}

fn stopped(key: &str, why: CannotOpen) -> App {
    let message = Message::CorrectionNotOpened { entry: ENTRY, why };
    after(opening(key), vec![message], "")
}

/// The sample hand-over as a correction of its first line, replaced by nothing or by itself.
fn correction(lines: usize) -> HandOver {
    let recorded = hand_over(77, 60);
    let mut replaced_by = recorded.lines.clone();
    replaced_by.truncate(lines);
    for line in &mut replaced_by {
        line.id = CORRECTION.line(1);
    }
    HandOver {
        paper: None,
        id: CORRECTION,
        at: minutes_ago(2),
        corrects: Some(Corrects {
            entry: ENTRY,
            delivery: recorded.lines[0].id,
            earlier: Vec::new(),
            line: recorded.lines[0].line,
            handed_over_at: recorded.at,
            is_handwritten: false,
            motive: Motive::new(CorrectionReason::WrongLot, "lot mal lu").unwrap(),
        }),
        lines: replaced_by,
        ..recorded
    }
}

fn post(correction: HandOver, state: &PostState) -> OutboxEntry {
    let annulment = (correction.id.annulment(), state.clone());
    let mut entry = entry(correction, state);
    entry.states.insert(0, annulment);
    entry
}

fn refused() -> PostState {
    PostState::Refused(Refusal {
        code: RefusalCode::LineCancelled,
        text: "Le prescripteur a annulé la ligne 1.".into(),
        line: None,
    })
}

fn recorded_as(kind: CorrectionKind, typed: &str, state: &PostState) -> App {
    let lines = usize::from(kind == CorrectionKind::Rectification);
    let mut post = post(correction(lines), state);
    if *state == PostState::Pending {
        post.attempts = 2;
        post.reason = DelayReason::Unreachable;
        post.next_attempt = in_minutes(1);
    }
    let numbers = post.states.iter().zip(6..);
    let numbers = numbers.map(|((id, _), number)| (*id, Some(RegisterNumber(number))));
    let recorded = Message::Recorded {
        numbers: numbers.collect(),
        entry: Box::new(post.clone()),
    };
    let answered = Message::PostAnswered(Box::new(post));
    after(opened(kind, typed), vec![recorded, answered], "")
}

fn history() -> Message {
    let correction = RegisterEntry {
        content: Some(RegisterContent::Correction {
            of: ENTRY,
            code: Some(CorrectionReason::WrongLot),
            reason: "lot mal lu".into(),
            operator: operator(),
        }),
        ..register_entry(6)
    };
    let mut replacement = register_entry(7);
    if let Some(RegisterContent::Delivery(delivery)) = &mut replacement.content {
        delivery.replaces = Some(ENTRY);
        delivery.dispensed_line = CORRECTION.line(1);
    }
    let waiting = post(self::correction(1), &PostState::Pending);
    let chapters = vec![
        Chapter {
            entry: register_entry(5),
            post: Some(entry(hand_over(77, 60), &PostState::Accepted)),
        },
        Chapter {
            entry: correction,
            post: Some(waiting.clone()),
        },
        Chapter {
            entry: replacement,
            post: Some(waiting),
        },
    ];
    Message::HistoryRead {
        entry: ENTRY,
        reading: history::Reading::Read(chapters),
    }
}

/// What was just recorded, one line of it corrected since.
fn done_and_corrected() -> App {
    let mut app = done(Consent::Agreed, Some(PostState::Accepted));
    let recorded = app.desk().hand_overs[0].hand_over.clone();
    let mut correction = correction(0);
    if let Some(corrects) = &mut correction.corrects {
        corrects.delivery = recorded.lines[0].id;
    }
    app.update(Message::PostAnswered(Box::new(post(
        correction,
        &PostState::Accepted,
    ))));
    app
}

pub(crate) fn correction_scenes() -> Vec<Scene> {
    use CorrectionKind::{Cancellation, Rectification};
    let not_newest = CannotOpen::Cannot(CannotCorrect::NotNewest {
        newest: RegisterNumber(128),
    });
    let no_copy = CannotOpen::Failed(ConsultFailure::Base(DelayReason::Unreachable));
    let corrections = vec![
        post(correction(1), &refused()),
        entry(hand_over(77, 60), &PostState::Accepted),
    ];
    let forbidden = PostState::Refused(Refusal {
        code: RefusalCode::RoleForbidden,
        text: String::new(),
        line: None,
    });
    let to_settle = |state: &PostState, lines: usize, typed: &str| {
        let listed = vec![post(correction(lines), state)];
        after(
            app(),
            vec![Message::BaseAnswered, Message::OutboxListed(listed)],
            typed,
        )
    };
    vec![
        scene("settling_correction", to_settle(&forbidden, 1, "②⏎")),
        scene("settling_correction_final", to_settle(&refused(), 1, "②⏎")),
        scene(
            "correcting_which",
            after(done(Consent::Agreed, Some(PostState::Accepted)), vec![], "r"),
        ),
        scene("correcting_opening", opening("r")),
        scene("correcting_not_newest", stopped("a", not_newest)),
        scene("correcting_no_copy", stopped("r", no_copy)),
        scene("correcting_reason", opened(Rectification, "↓")),
        scene("correcting_words", opened(Rectification, "3lot mal lu")),
        scene("correcting_words_needed", opened(Cancellation, "9⏎")),
        scene("correcting_decision", opened(Rectification, "3lot mal lu⏎")),
        scene(
            "correcting_leaving",
            after(
                opened(Cancellation, "8rapportées non ouvertes⏎"),
                vec![scan(OTHER_NUMBER)],
                "",
            ),
        ),
        scene("correcting_review", opened(Rectification, "2⏎-⏎1lZ9⏎⏎")),
        scene("correcting_nothing", opened(Rectification, "2⏎-⏎1⏎+")),
        scene(
            "correcting_confirm",
            opened(Cancellation, "8rapportées non ouvertes⏎"),
        ),
        scene("correcting_recording", opened(Cancellation, "8⏎⏎")),
        scene(
            "correcting_recorded",
            recorded_as(Cancellation, "8⏎⏎", &PostState::Accepted),
        ),
        scene(
            "correcting_recorded_waits",
            recorded_as(Rectification, "2⏎-⏎1⏎⏎", &PostState::Pending),
        ),
        scene(
            "correcting_recorded_refused",
            recorded_as(Rectification, "2⏎-⏎1⏎⏎", &refused()),
        ),
        scene("history", after(opening("h"), vec![history()], "")),
        scene("history_asked", opening("h")),
        scene("done_corrected", done_and_corrected()),
        scene(
            "outbox_correction_refused",
            after(app(), vec![Message::OutboxListed(corrections.clone())], "②"),
        ),
        scene(
            "counter_corrected",
            after(app(), vec![Message::OutboxListed(corrections)], ""),
        ),
    ]
}

#[test]
fn a_scan_over_a_correction_in_progress_asks_first() {
    use CorrectionKind::{Cancellation, Rectification};
    for (kind, typed) in [
        (Cancellation, "8rappor"),
        (Cancellation, "8rapportées⏎"),
        (Cancellation, "8rapportées⏎⎋"),
        (Rectification, "3lot mal lu⏎"),
        (Rectification, "2⏎-⏎1lZ9⏎⏎"),
        (Cancellation, "8rapportées⏎?"),
    ] {
        let mut app = opened(kind, typed);
        assert!(app.update(scan(OTHER_NUMBER)).is_empty(), "{typed}");
        assert_eq!(app.screen().name(), "leaving", "{typed}");
        let mut kept = opened(kind, typed);
        kept.update(scan(OTHER_NUMBER));
        let kept = after(kept, vec![], "⏎");
        assert_eq!(
            kept.screen().name(),
            "correcting",
            "{typed}: Enter keeps the correction"
        );
        let left = after(app, vec![], "q");
        assert_eq!(left.screen().name(), "consulting", "{typed}");
    }
}

#[test]
fn a_scan_over_a_correction_without_a_reason_yet_asks_nothing() {
    let mut app = opened(CorrectionKind::Cancellation, "↓");
    app.update(scan(OTHER_NUMBER));
    assert_eq!(app.screen().name(), "consulting");
}

#[test]
fn a_correction_being_recorded_is_not_left() {
    let mut app = opened(CorrectionKind::Cancellation, "8⏎⏎");
    assert!(app.update(scan(OTHER_NUMBER)).is_empty());
    assert_eq!(app.screen().name(), "correcting");
}
