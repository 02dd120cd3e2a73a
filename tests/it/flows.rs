//! What happens at the counter, as tables of before, keys, after: messages in, screens and effects out.

use std::path::PathBuf;

use comptoir::app::keys::Key;
use comptoir::app::message::{
    ConsultFailure, Freshness, HoldAnswer, Message, ReadFailure, Reading, StoreTask,
};
use comptoir::app::serving::HoldState;
use comptoir::app::{App, Effect, Screen};
use comptoir::domain::dispense::{LineOutcome, Proposal};
use comptoir::domain::finding::{Fact, Finding};
use comptoir::domain::identifiers::{Boxes, DispenseId, LineNumber};
use comptoir::domain::outbox::{DelayReason, PostState};
use comptoir::domain::reasons::{AdjustmentReason, NotDeliveredReason, PartialReason, SubstitutionReason};
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::register::RegisterNumber;
use comptoir::domain::scanned::{Scanned, ScannedBox};
use jiff::civil::date;
use uuid::Uuid;

use crate::samples::*;

fn names(effects: &[Effect]) -> Vec<&'static str> {
    effects.iter().map(Effect::name).collect()
}

fn proposal(effects: &[Effect]) -> Proposal {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Record(request) => Some(request.proposal.clone()),
            _ => None,
        })
        .unwrap_or_else(|| panic!("nothing was to be recorded: {effects:?}"))
}

fn scanned_box(cip: &str, lot: &str) -> Message {
    Message::Scanned {
        text: "]d2…".into(),
        scanned: Scanned::Box(ScannedBox {
            cip13: Some(cip13(cip)),
            lot: lot.parse().ok(),
            expiry: Some(date(2028, 6, 30)),
        }),
    }
}

fn text(text: &str, scanned: Scanned) -> Message {
    Message::Scanned {
        text: text.into(),
        scanned,
    }
}

fn give_back() -> Vec<Effect> {
    vec![Effect::GiveHoldBack(number(NUMBER))]
}

// ---- Keys, counted.

#[test]
fn a_conforming_prescription_costs_one_scan_and_two_keys() {
    let mut app = app();
    let asked = app.update(scan(NUMBER));
    assert_eq!(names(&asked), ["Consult", "WakeAt"]);
    assert_eq!(
        app.update(consulted(prescription())),
        vec![Effect::TakeHold(number(NUMBER))]
    );
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(names(&effects), ["Record"]);
    let outcomes: Vec<_> = proposal(&effects)
        .decisions
        .iter()
        .map(|decision| {
            (
                decision.line.0,
                decision.outcome.code(),
                decision.outcome.boxes().0,
            )
        })
        .collect();
    assert_eq!(
        outcomes,
        [(1, "conforming", 2), (2, "conforming", 1), (3, "conforming", 1)]
    );
    app.update(recorded(&effects));
    assert_eq!(app.screen().name(), "done");
}

#[test]
fn each_exception_costs_the_keys_it_is_promised() {
    let cases: &[(&str, &str, usize)] = &[
        ("nothing special", "", 0),
        ("one line substituted by hand", "2s1", 4),
        ("the first line substituted by hand", "s2", 4),
        ("one line not delivered, with its reason", "3n1", 3),
        ("one line delivered in part, with its reason", "1-⏎1", 4),
        ("one line adjusted by phone: fewer boxes", "1a41-⏎", 6),
    ];
    for (what, typed, at_most) in cases {
        let mut app = serving(prescription());
        press(&mut app, typed);
        assert_eq!(app.screen().name(), "prescription", "{what}");
        let effects = press(&mut app, "⏎⏎");
        assert_eq!(names(&effects), ["Record"], "{what}");
        recorded(&effects);
        assert!(keys(typed).len() <= *at_most, "{what}");
    }
}

#[test]
fn boxes_scanned_cost_one_scan_each_then_two_keys_even_when_substituted() {
    let mut app = serving(prescription());
    for cip in ["340093385711", PARACETAMOL, LEVOTHYROXINE] {
        assert!(app.update(scanned_box(cip, "A1")).is_empty());
        assert_eq!(app.screen().name(), "prescription");
    }
    let effects = press(&mut app, "⏎⏎");
    let codes: Vec<_> = proposal(&effects)
        .decisions
        .iter()
        .map(|decision| decision.outcome.code())
        .collect();
    assert_eq!(codes, ["substituted", "conforming", "conforming"]);
    let lots: Vec<_> = proposal(&effects)
        .decisions
        .iter()
        .filter_map(|decision| decision.outcome.supply()?.lot.clone())
        .map(|lot| lot.to_string())
        .collect();
    assert_eq!(lots, ["A1", "A1", "A1"]);
    recorded(&effects);
}

#[test]
fn what_is_not_acknowledged_is_one_key_away_and_one_key_back_from_everywhere() {
    for typed in ["", "1c", "⏎", "1→", "2n"] {
        let mut app = serving(prescription());
        press(&mut app, typed);
        let before = app.screen().name();
        assert_eq!(names(&press(&mut app, "②")), ["ListOutbox"]);
        assert_eq!(app.screen().name(), "outbox");
        press(&mut app, "⎋");
        assert_eq!(app.screen().name(), before);
    }
}

// ---- What the keys decide.

#[test]
fn the_decisions_are_those_that_were_keyed() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "1-⏎12s13n2⏎⏎");
    let decisions = proposal(&effects).decisions;
    assert_eq!(decisions[0].partial, Some(PartialReason::Owed));
    assert_eq!(decisions[0].outcome.boxes(), Boxes(1));
    let LineOutcome::Substituted { supply, reason } = &decisions[1].outcome else {
        panic!("{:?}", decisions[1].outcome.code());
    };
    assert_eq!(*reason, SubstitutionReason::Generic);
    assert_eq!(supply.code.code(), cip13("340093500170").as_str());
    assert_eq!(
        decisions[2].outcome,
        LineOutcome::NotDelivered(NotDeliveredReason::PatientRefuses)
    );
}

#[test]
fn an_adjustment_needs_its_reason_and_the_prescriber_s_agreement() {
    let mut app = serving(prescription());
    press(&mut app, "1a42-⏎");
    let effects = press(&mut app, "⏎⏎");
    let decisions = proposal(&effects).decisions;
    let LineOutcome::Adjusted {
        supply,
        reason,
        agreement,
    } = &decisions[0].outcome
    else {
        panic!("{:?}", decisions[0].outcome.code());
    };
    assert_eq!((*reason, supply.boxes), (AdjustmentReason::Quantity, Boxes(1)));
    assert_eq!(agreement.channel.code(), "secure-mail");
    assert_eq!(agreement.at, now());
    assert_eq!(decisions[0].partial, None);
}

#[test]
fn a_reason_other_asks_for_words_and_keeps_them() {
    let mut app = serving(prescription());
    press(&mut app, "2n7");
    assert_eq!(app.screen().name(), "decision");
    press(&mut app, "⏎");
    assert_eq!(app.screen().name(), "decision", "without words it is not decided");
    press(&mut app, "allaitement⏎");
    assert_eq!(app.screen().name(), "prescription");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(proposal(&effects).decisions[1].note, "allaitement");
}

#[test]
fn lot_and_last_day_are_typed_or_scanned() {
    let mut app = serving(prescription());
    press(&mut app, "1→lA12⏎e06/2028⏎⏎");
    let effects = press(&mut app, "⏎⏎");
    let decisions = proposal(&effects).decisions;
    let supply = decisions[0].outcome.supply().unwrap();
    assert_eq!(supply.lot.as_ref().unwrap().as_str(), "A12");
    assert_eq!(supply.expiry, Some(date(2028, 6, 30)));
}

#[test]
fn a_product_of_the_catalogue_is_searched_and_chosen() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "1s/ar");
    assert_eq!(effects, vec![Effect::SearchCatalogue("ar".into())]);
    app.update(Message::CatalogueSearched {
        text: "a".into(),
        products: products().0,
    });
    press(&mut app, "⏎");
    assert_eq!(
        app.screen().name(),
        "decision",
        "an answer to an older text is not chosen from"
    );
    app.update(Message::CatalogueSearched {
        text: "ar".into(),
        products: vec![products().0[2].clone()],
    });
    press(&mut app, "⏎");
    let effects = press(&mut app, "⏎⏎");
    let decisions = proposal(&effects).decisions;
    assert_eq!(decisions[0].outcome.code(), "substituted");
    assert_eq!(
        decisions[0].outcome.supply().unwrap().label,
        "AMOXICILLINE ARROW 500 mg, gélule"
    );
}

#[test]
fn a_line_that_may_not_be_substituted_says_so_before_anything_is_chosen() {
    let mut app = serving(prescription());
    press(&mut app, "3s");
    assert_eq!(app.screen().name(), "prescription");
    assert!(app.desk().notice.is_some());
}

#[test]
fn boxes_stay_between_one_and_what_remains() {
    let mut app = serving(prescription());
    press(&mut app, "1+++");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(proposal(&effects).decisions[0].outcome.boxes(), Boxes(2));
    let mut app = serving(prescription());
    press(&mut app, "1----");
    press(&mut app, "⏎1");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(proposal(&effects).decisions[0].outcome.boxes(), Boxes(1));
}

#[test]
fn only_what_was_decided_can_be_served_leaving_other_lines_open() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "2cv⏎");
    let lines: Vec<_> = proposal(&effects).decisions.iter().map(|d| d.line).collect();
    assert_eq!(lines, [LineNumber(2)]);
    let mut app = serving(prescription());
    assert!(press(&mut app, "v").is_empty());
    assert_eq!(app.screen().name(), "prescription", "nothing was decided");
}

#[test]
fn closed_lines_are_never_proposed_and_cannot_be_decided() {
    let mut app = serving(remarkable_prescription());
    for typed in ["5c", "6c", "5n", "6s"] {
        press(&mut app, typed);
        assert_eq!(app.screen().name(), "prescription", "{typed}");
    }
    let effects = press(&mut app, "⏎⏎");
    let lines: Vec<_> = proposal(&effects).decisions.iter().map(|d| d.line.0).collect();
    assert_eq!(lines, [1, 2, 3, 4]);
}

#[test]
fn an_expired_prescription_is_shown_and_never_reviewed() {
    let mut prescription = prescription();
    prescription.valid_until = Some(date(2026, 11, 21));
    let mut app = serving(prescription);
    assert!(press(&mut app, "⏎⏎⏎").is_empty());
    assert_eq!(app.screen().name(), "prescription");
}

#[test]
fn a_warning_is_passed_with_words_that_are_recorded() {
    let mut app = serving(prescription());
    app.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    assert!(
        press(&mut app, "⏎⏎").is_empty(),
        "Enter asks for the reason first"
    );
    assert!(press(&mut app, "⏎").is_empty(), "no words, no passing");
    assert!(
        press(&mut app, "vu⏎").is_empty(),
        "the reason is given, nothing is recorded yet"
    );
    let effects = press(&mut app, "⏎");
    let overrides = proposal(&effects).overrides;
    assert_eq!(overrides.len(), 1);
    assert_eq!(
        (overrides[0].finding.as_str(), overrides[0].reason.as_str()),
        ("held-elsewhere", "vu")
    );
    recorded(&effects);
}

#[test]
fn a_reason_given_for_a_warning_that_is_gone_is_not_recorded() {
    let mut app = serving(prescription());
    app.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    press(&mut app, "⏎⏎vu⏎⎋");
    app.update(hold_answered(HoldAnswer::Taken(our_hold())));
    let effects = press(&mut app, "⏎⏎");
    assert!(proposal(&effects).overrides.is_empty());
}

#[test]
fn an_expired_box_blocks_the_recording() {
    let mut app = serving(prescription());
    app.update(Message::Scanned {
        text: String::new(),
        scanned: Scanned::Box(ScannedBox {
            cip13: Some(cip13(AMOXICILLIN)),
            lot: None,
            expiry: Some(date(2026, 11, 21)),
        }),
    });
    assert!(press(&mut app, "⏎⏎⏎⏎").is_empty());
    assert_eq!(app.screen().name(), "review");
    press(&mut app, "1");
    assert_eq!(
        app.screen().name(),
        "decision",
        "a digit goes and changes the line"
    );
}

#[test]
fn two_lots_on_one_line_leave_the_lot_unwritten() {
    let mut app = serving(prescription());
    app.update(scanned_box(AMOXICILLIN, "A1"));
    app.update(scanned_box(AMOXICILLIN, "B2"));
    let effects = press(&mut app, "⏎⏎");
    let decisions = proposal(&effects).decisions;
    assert_eq!(decisions[0].outcome.supply().unwrap().lot, None);
    assert_eq!(decisions[0].outcome.code(), "conforming");
}

// ---- Recording, once.

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

// ---- Scans, from anywhere.

#[test]
fn a_scan_opens_its_prescription_from_every_screen_without_work() {
    let starts: &[(&str, fn() -> App)] = &[
        ("counter", app),
        ("typing", || {
            let mut app = app();
            press(&mut app, "01s2");
            app
        }),
        ("number_doubt", || {
            let mut app = app();
            press(&mut app, "01S2TBPZ2JCNZZYGHO⏎");
            app
        }),
        ("consulting", || {
            let mut app = app();
            app.update(scan(NUMBER));
            app
        }),
        ("prescription", || serving(prescription())),
        ("outbox", || {
            let mut app = app();
            press(&mut app, "②");
            app
        }),
        ("register", || {
            let mut app = app();
            press(&mut app, "③");
            app
        }),
        ("help", || {
            let mut app = app();
            press(&mut app, "?");
            app
        }),
        ("identified", || {
            let mut app = app();
            app.update(text("x", Scanned::Text));
            app
        }),
        ("refused", || {
            let mut app = app();
            app.update(Message::FileUnread {
                path: "x.png".into(),
                why: ReadFailure::Damaged,
            });
            app
        }),
        ("done", || {
            let mut app = serving(prescription());
            let effects = press(&mut app, "⏎⏎");
            app.update(recorded(&effects));
            app
        }),
    ];
    for (name, start) in starts {
        let mut app = start();
        let effects = app.update(scan(OTHER_NUMBER));
        assert!(
            effects.contains(&Effect::Consult(number(OTHER_NUMBER))),
            "{name}: {effects:?}"
        );
        assert_eq!(app.screen().name(), "consulting", "{name}");
        let gave_back = effects.contains(&Effect::GiveHoldBack(number(NUMBER)));
        assert_eq!(gave_back, *name == "prescription", "{name}");
    }
}

#[test]
fn a_scan_over_unsaved_work_asks_once_and_staying_is_the_easy_answer() {
    for typed in ["1c", "1s1", "1→", "2n", "⏎"] {
        let mut app = serving(prescription());
        press(&mut app, typed);
        let before = app.screen().name();
        assert!(app.update(scan(OTHER_NUMBER)).is_empty(), "{typed}");
        assert_eq!(app.screen().name(), "leaving", "{typed}");
        press(&mut app, "⏎");
        assert_eq!(app.screen().name(), before, "{typed}: Enter keeps the work");
        app.update(scan(OTHER_NUMBER));
        let effects = press(&mut app, "q");
        assert_eq!(names(&effects), ["GiveHoldBack", "Consult", "WakeAt"], "{typed}");
    }
}

#[test]
fn the_prescription_on_the_screen_scanned_again_changes_nothing() {
    let mut app = serving(prescription());
    press(&mut app, "1c");
    assert!(app.update(scan(NUMBER)).is_empty());
    assert_eq!(app.screen().name(), "prescription");
    let serving = app.screen().serving().unwrap();
    assert_eq!(serving.forms.len(), 1);
}

#[test]
fn what_is_not_a_prescription_is_explained_and_leads_back() {
    for scanned in [
        Scanned::Text,
        Scanned::Url,
        Scanned::ForeignPrescription,
        Scanned::Ins(None),
    ] {
        let mut app = app();
        assert!(app.update(text("x", scanned)).is_empty());
        assert_eq!(app.screen().name(), "identified");
        app.update(text("y", Scanned::Text));
        press(&mut app, "⎋");
        assert_eq!(app.screen().name(), "counter", "one explanation at a time");
    }
}

#[test]
fn the_identity_of_the_patient_is_compared() {
    let mut app = serving(prescription());
    app.update(text("IS01", Scanned::Ins(patient().ins)));
    assert_eq!(
        app.screen().name(),
        "prescription",
        "the right patient is only news"
    );
    app.update(text("IS01", Scanned::Ins(Some(ins("1850675056001")))));
    assert_eq!(
        app.screen().name(),
        "identified",
        "another patient stops the work"
    );
}

#[test]
fn a_text_pasted_where_words_are_typed_goes_there() {
    let mut app = serving(prescription());
    press(&mut app, "2n7");
    app.update(text("vu avec le prescripteur\r\n", Scanned::Text));
    press(&mut app, "⏎⏎");
    let effects = press(&mut app, "⏎");
    assert_eq!(proposal(&effects).decisions[1].note, "vu avec le prescripteur");
}

// ---- Files and typed numbers.

#[test]
fn files_are_read_wherever_they_come_from() {
    let path = PathBuf::from("/tmp/été.png");
    let mut app = app();
    let typed = "/tmp/été.png⏎";
    assert_eq!(press(&mut app, typed), vec![Effect::ReadFile(path.clone())]);
    assert_eq!(
        app.update(Message::FileDropped(path.clone())),
        vec![Effect::ReadFile(path.clone())]
    );
    assert_eq!(
        app.update(text("/tmp/été.png", Scanned::Text)),
        vec![Effect::ReadFile(path.clone())]
    );
    assert_eq!(
        app.update(text("file:///tmp/%C3%A9t%C3%A9.png", Scanned::Url)),
        vec![Effect::ReadFile(path.clone())]
    );
    let ins_code = Reading {
        text: "IS01".into(),
        scanned: Scanned::Ins(None),
    };
    let sheet = Reading {
        text: NUMBER.into(),
        scanned: Scanned::Prescription(number(NUMBER)),
    };
    let effects = app.update(Message::FileRead {
        path,
        readings: vec![ins_code, sheet.clone(), sheet],
    });
    assert_eq!(
        names(&effects),
        ["Consult", "WakeAt"],
        "one prescription, its other codes aside"
    );
}

#[test]
fn several_prescriptions_on_one_picture_are_asked() {
    let mut app = app();
    let readings = [NUMBER, OTHER_NUMBER].map(|text| Reading {
        text: text.into(),
        scanned: Scanned::Prescription(number(text)),
    });
    assert!(
        app.update(Message::FileRead {
            path: "x.png".into(),
            readings: readings.into(),
        })
        .is_empty()
    );
    assert!(press(&mut app, "9").is_empty());
    let effects = press(&mut app, "2");
    assert!(effects.contains(&Effect::Consult(number(OTHER_NUMBER))));
}

#[test]
fn a_file_that_says_nothing_is_refused_over_the_work_in_progress() {
    for message in [
        Message::FileRead {
            path: "x.png".into(),
            readings: Vec::new(),
        },
        Message::FileUnread {
            path: "x.png".into(),
            why: ReadFailure::TooLarge,
        },
    ] {
        let mut app = serving(prescription());
        press(&mut app, "1c");
        app.update(message);
        assert_eq!(app.screen().name(), "refused");
        assert_eq!(
            names(&press(&mut app, "r")),
            ["ReadFile"],
            "it can be tried again"
        );
        assert_eq!(app.screen().serving().unwrap().forms.len(), 1);
    }
}

#[test]
fn a_number_is_typed_as_people_write_it_and_doubts_are_asked() {
    for (typed, effects, screen) in [
        ("01 s2tb-pz2j cnzz yghz⏎", vec!["Consult", "WakeAt"], "consulting"),
        ("01S2TBPZ2JCNZZYGHO⏎", vec![], "number_doubt"),
        ("01S2TBPZ2JCNZZYGHO⏎⏎", vec![], "number_doubt"),
        ("01S2TBPZ2JCNZZYGHO⏎1", vec!["Consult", "WakeAt"], "consulting"),
        ("01S2TBPZ2JCNZZYGHO⏎⎋", vec![], "counter"),
        ("01S2⏎", vec![], "counter"),
        ("⏎", vec![], "counter"),
    ] {
        let mut app = app();
        assert_eq!(names(&press(&mut app, typed)), effects, "{typed}");
        assert_eq!(app.screen().name(), screen, "{typed}");
    }
    let mut app = app();
    let effects = press(&mut app, "01S2TBPZ2JCNZZYGHO⏎1");
    assert!(effects.contains(&Effect::Consult(number("01S2TBPZ2JCNZZYGH0"))));
    let mut app = crate::samples::app();
    let effects = press(&mut app, "01S2TBPZ2JCNZZYGHO⏎2");
    assert!(effects.contains(&Effect::Consult(number("01S2TBPZ2JCNZZYGHO"))));
}

// ---- Answers, late or bad.

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

// ---- Posts.

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
fn an_instant_that_comes_posts_only_what_is_due() {
    let mut app = app();
    let mut waiting = entry(hand_over(1, 5), &PostState::Pending);
    waiting.next_attempt = in_minutes(5);
    app.update(Message::OutboxListed(vec![waiting]));
    assert!(app.update(Message::Woke).is_empty());
    app.update(Message::TimePassed(in_minutes(5)));
    assert_eq!(names(&app.update(Message::Woke)), ["PostDue"]);
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
    assert_eq!(app.desk().not_accepted().count(), 1);
    app.update(Message::PostStarted(ID));
    assert_eq!(app.desk().on_the_way, [ID]);
    posted
        .states
        .iter_mut()
        .for_each(|(_, state)| *state = PostState::Accepted);
    app.update(Message::PostAnswered(Box::new(posted)));
    assert!(app.desk().on_the_way.is_empty());
    assert_eq!(app.desk().not_accepted().count(), 0);
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

// ---- The register.

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
    assert_eq!(names(&press(&mut app, "③")), ["ListRegister"]);
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

// ---- Ways out.

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
    press(&mut app, "1s⎋2n⎋");
    assert_eq!(press(&mut app, "⎋"), give_back());
}

#[test]
fn keys_that_mean_nothing_change_nothing() {
    let mut app = serving(prescription());
    for key in [
        Key::Character('z'),
        Key::Function(9),
        Key::Control('z'),
        Key::Left,
        Key::Character('9'),
    ] {
        assert!(app.update(Message::KeyPressed(key)).is_empty());
        assert_eq!(app.screen().name(), "prescription");
    }
}
