//! A paper prescription typed at the counter: fewest keys, nothing guessed, nothing lost, and a prescription at the end.

use comptoir::app::message::{ConsultFailure, Consultation, Freshness, Message, PaperAnswer};
use comptoir::app::paper::{Field, LineField, PaperForm, Remark};
use comptoir::app::{App, Effect, Screen};
use comptoir::domain::identifiers::{Boxes, DispenseId, Rpps};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::outbox::DelayReason;
use comptoir::domain::paper::{NotTaken, Paper};
use comptoir::domain::people::Sex;
use comptoir::domain::product::ProductCode;
use comptoir::domain::reasons::PaperReason;
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::scanned::{Scanned, ScannedBox, ScannedIdentity};
use jiff::civil::date;
use uuid::Uuid;

use crate::samples::*;

use super::*;

/// A paper of one line, but for its product and what follows.
pub(crate) const PEOPLE: &str = "2011⏎ESSAI⏎Anne⏎05031979⏎fMarchand⏎";

fn form(app: &App) -> &PaperForm {
    match app.screen() {
        Screen::Paper(form) => form,
        other => panic!("{} instead of the form", other.name()),
    }
}

fn found(text: &str) -> Message {
    Message::CatalogueSearched {
        text: text.into(),
        products: products().0,
    }
}

fn failed() -> Message {
    Message::ConsultFailed {
        number: number(NUMBER),
        why: ConsultFailure::Base(DelayReason::Unreachable),
    }
}

/// One line typed whole: "clam", the first product found, its dosage, one box.
fn typed_whole(app: &mut App) -> Vec<Effect> {
    press(app, PEOPLE);
    press(app, "clam");
    app.update(found("clam"));
    press(app, "⏎1 gélule 3 fois par jour⏎2⏎⏎")
}

fn taken(effects: &[Effect]) -> Paper {
    match effects {
        [Effect::TakePaper(paper)] => (**paper).clone(),
        other => panic!("no paper was to be taken: {other:?}"),
    }
}

/// What the counter answers for a paper without a number, by the real door.
fn answered(paper: &Paper) -> Message {
    let known = products();
    let find = |code: &ProductCode| known.find(code).cloned();
    let prescription = paper
        .clone()
        .prescription(date(2026, 11, 22), Uuid::from_u128(7), &find)
        .unwrap_or_else(|why| panic!("not taken: {why:?}"));
    let freshness = if paper.number.is_none() {
        Freshness::Transcribed
    } else {
        Freshness::Store {
            since: now(),
            why: DelayReason::Unreachable,
        }
    };
    answer(
        paper,
        PaperAnswer::Taken(Consultation {
            id: DispenseId(Uuid::from_u128(0x7_0001)),
            prescription,
            products: products(),
            freshness,
        }),
    )
}

fn answer(paper: &Paper, answer: PaperAnswer) -> Message {
    Message::PaperAnswered {
        paper: Box::new(paper.clone()),
        answer: Box::new(answer),
    }
}

#[test]
fn the_reason_and_the_number_come_from_where_one_comes_from() {
    let down = Message::BaseFailed(DelayReason::Unreachable);
    let cases: [(&str, Vec<Message>, &str, PaperReason, &str); 6] = [
        (
            "the base answers",
            vec![Message::BaseAnswered],
            "④",
            PaperReason::PaperOnly,
            "",
        ),
        (
            "the base is silent",
            vec![down],
            "④",
            PaperReason::BaseUnreachable,
            "",
        ),
        (
            "half a number was typed",
            vec![],
            "01s2④",
            PaperReason::NumberUnreadable,
            "",
        ),
        (
            "a whole number was typed",
            vec![],
            "01s2tbpz2jcnzzyghz④",
            PaperReason::BaseUnreachable,
            "01 S2TB PZ2J CNZZ YGHZ",
        ),
        (
            "the consultation failed",
            vec![scan(NUMBER), failed()],
            "④",
            PaperReason::BaseUnreachable,
            "01 S2TB PZ2J CNZZ YGHZ",
        ),
        (
            "the base is waited for",
            vec![scan(NUMBER)],
            "④",
            PaperReason::BaseUnreachable,
            "01 S2TB PZ2J CNZZ YGHZ",
        ),
    ];
    for (what, messages, typed, reason, number) in cases {
        let mut app = app();
        for message in messages {
            app.update(message);
        }
        press(&mut app, typed);
        assert_eq!(
            (form(&app).reason, form(&app).number.as_str()),
            (reason, number),
            "{what}"
        );
        assert!(!form(&app).holds_work(), "{what}: nothing was typed yet");
    }
}

#[test]
fn what_the_base_forbids_is_not_served_from_its_paper_either() {
    for (code, is_offered) in [
        (RefusalCode::PrescriptionCancelled, false),
        (RefusalCode::PrescriptionExpired, false),
        (RefusalCode::Purged, false),
        (RefusalCode::UnknownPrescription, true),
        (RefusalCode::RoleForbidden, true),
    ] {
        let mut app = app();
        app.update(scan(NUMBER));
        let refusal = Refusal {
            code: code.clone(),
            text: String::new(),
            line: None,
        };
        app.update(Message::ConsultRefused {
            number: number(NUMBER),
            refusal,
        });
        press(&mut app, "④");
        assert_eq!(app.screen().name() == "paper", is_offered, "{code:?}");
    }
}

#[test]
fn a_paper_of_one_line_costs_one_enter_a_field_and_one_to_serve_it() {
    let mut app = app();
    press(&mut app, "④");
    let effects = typed_whole(&mut app);
    let paper = taken(&effects);
    assert_eq!(paper.written_on, date(2026, 11, 20));
    assert_eq!(
        (paper.patient.family.as_str(), paper.patient.sex),
        ("ESSAI", Sex::Female)
    );
    assert_eq!(paper.patient.born, date(1979, 3, 5));
    assert_eq!(paper.lines[0].code, ProductCode::Cip13(cip13(AMOXICILLIN)));
    assert_eq!(paper.lines[0].boxes, Boxes(2));
    // What is typed itself left aside: F4, the date, three of the patient, the prescriber, product, dosage, boxes, serve.
    let words = [
        "2011",
        "ESSAI",
        "Anne",
        "05031979",
        "f",
        "Marchand",
        "clam",
        "1 gélule 3 fois par jour",
        "2",
    ];
    let typed: usize = words.iter().map(|word| word.chars().count()).sum();
    let whole = "④".to_owned() + PEOPLE + "clam⏎1 gélule 3 fois par jour⏎2⏎⏎";
    assert_eq!(keys(&whole).len() - typed, 10);

    app.update(answered(&paper));
    assert_eq!(app.screen().name(), "prescription");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(
        names(&effects),
        ["Record"],
        "from here on, two keys as for any other"
    );
    let Message::Recorded { entry, .. } = recorded(&effects) else {
        panic!("recorded() builds Recorded");
    };
    assert_eq!(entry.hand_over.paper, Some(PaperReason::PaperOnly));
    assert!(entry.hand_over.number.is_of_paper());
}

#[test]
fn nothing_is_held_at_a_base_that_cannot_know_the_paper() {
    let mut app = app();
    press(&mut app, "④");
    let paper = taken(&typed_whole(&mut app));
    assert!(app.update(answered(&paper)).is_empty(), "no hold is asked for");
    assert!(press(&mut app, "⑤").is_empty(), "and nothing is read again there");
    assert!(app.farewell().is_empty());
    press(&mut app, "⎋");
    assert_eq!(app.screen().name(), "counter");
}

#[test]
fn an_identity_a_prescriber_and_boxes_are_scanned_instead_of_typed() {
    let mut app = app();
    press(&mut app, "④⏎");
    let identity = ScannedIdentity {
        family: "ESSAI".into(),
        given: "Anne".into(),
        born: Some(date(1979, 3, 5)),
        sex: Sex::Female,
        ..ins("2790351215189").into()
    };
    app.update(text("IS01…", Scanned::Ins(Some(Box::new(identity)))));
    assert_eq!(form(&app).at, Field::Prescriber, "the patient is whole");
    app.update(text("810001234567", Scanned::Professional));
    press(&mut app, "Marchand⏎");
    for _ in 0..2 {
        app.update(scanned_box(AMOXICILLIN, "A1"));
    }
    app.update(found(cip13(AMOXICILLIN).as_str()));
    assert_eq!(form(&app).at, Field::Line(0, LineField::Dosage));
    let effects = press(&mut app, "1 le soir⏎⏎⏎");
    let paper = taken(&effects);
    assert_eq!(paper.patient.ins, Some(ins("2790351215189")));
    assert_eq!(
        paper.prescriber.rpps.as_ref().map(Rpps::as_str),
        Some("10001234567")
    );
    assert_eq!(paper.lines[0].label, "CLAMOXYL 500 mg, gélule");
    assert_eq!(paper.lines[0].boxes, Boxes(2), "two boxes were scanned");
    app.update(answered(&paper));
    let effects = press(&mut app, "⏎⏎");
    let lot = proposal(&effects).decisions[0]
        .outcome
        .supply()
        .and_then(|supply| supply.lot.clone());
    assert_eq!(
        lot.map(|lot| lot.to_string()).as_deref(),
        Some("A1"),
        "the boxes in hand tick its line"
    );
}

#[test]
fn what_is_missing_or_wrong_is_said_beside_its_field() {
    let today = date(2026, 11, 22);
    let cases: [(&str, Field, Remark); 8] = [
        ("31/02⏎", Field::WrittenOn, Remark::NotADay),
        (
            "23/11/2026⏎A⏎B⏎050379⏎fC⏎xx⏎1⏎⏎⏎",
            Field::WrittenOn,
            Remark::NotTaken(NotTaken::WrittenLater),
        ),
        ("⏎⏎", Field::Family, Remark::Missing),
        ("⏎A⏎B⏎05/03/25⏎", Field::Born, Remark::WhichCentury),
        ("⏎A⏎B⏎050379⏎f↑12⏎", Field::Ins, Remark::NotAnIns),
        ("⏎A⏎B⏎050379⏎f↓1⏎", Field::Rpps, Remark::NotAnRpps),
        (
            "⏎A⏎B⏎050379⏎fC⏎x⏎⏎",
            Field::Line(0, LineField::Dosage),
            Remark::Missing,
        ),
        (
            "⏎A⏎B⏎050379⏎fC⏎x⏎1⏎deux⏎",
            Field::Line(0, LineField::Boxes),
            Remark::NotACount,
        ),
    ];
    for (typed, field, remark) in cases {
        let mut app = app();
        press(&mut app, "④");
        for key in keys(typed) {
            app.update(Message::KeyPressed(key));
            // The medicines database has nothing for these words, and says so at once.
            let text = form(&app)
                .input(form(&app).at)
                .map(|input| input.as_str().to_owned());
            let text = text.unwrap_or_default();
            app.update(Message::CatalogueSearched {
                text,
                products: Vec::new(),
            });
        }
        assert_eq!(form(&app).remark(field, today), Some(remark), "{typed}");
    }
}

#[test]
fn nobody_chooses_a_product_that_was_not_shown() {
    let mut app = app();
    press(&mut app, "④");
    press(&mut app, PEOPLE);
    press(&mut app, "clam⏎");
    assert_eq!(
        form(&app).at,
        Field::Line(0, LineField::Product),
        "the list has not come yet"
    );
    app.update(found("cla"));
    assert!(!form(&app).is_choosing(), "and one for an older text is not it");
    app.update(found("clam"));
    press(&mut app, "⇲↓↓↓↓↓↓⏎");
    assert_eq!(form(&app).at, Field::Line(0, LineField::Dosage));
    assert_eq!(
        form(&app).lines[0].words.as_str(),
        "clam",
        "the last row keeps the words"
    );
    assert_eq!(form(&app).lines[0].code, ProductCode::None);
}

#[test]
fn escape_asks_before_the_typing_is_lost() {
    let mut app = app();
    press(&mut app, "④⎋");
    assert_eq!(app.screen().name(), "counter", "nothing was typed");
    press(&mut app, "④⏎ESSAI⎋");
    assert_eq!(app.screen().name(), "leaving");
    press(&mut app, "⏎");
    assert_eq!(form(&app).family.as_str(), "ESSAI");
    press(&mut app, "⎋q");
    assert_eq!(app.screen().name(), "counter");
}

#[test]
fn a_number_scanned_over_a_begun_form_is_its_own_and_opens_an_empty_one() {
    let mut app = app();
    press(&mut app, "④");
    assert_eq!(names(&app.update(scan(NUMBER))), ["Consult", "WakeAt"]);
    app.update(failed());
    press(&mut app, "④⏎ESSAI");
    assert!(app.update(scan(OTHER_NUMBER)).is_empty());
    assert_eq!(form(&app).number.as_str(), number(OTHER_NUMBER).grouped());
    assert_eq!(form(&app).family.as_str(), "ESSAI");
}

#[test]
fn a_line_is_taken_out_and_its_box_with_it() {
    let mut app = app();
    press(&mut app, "④");
    app.update(scanned_box(AMOXICILLIN, "A1"));
    app.update(scanned_box(PARACETAMOL, "B2"));
    assert_eq!(form(&app).lines.len(), 3);
    press(&mut app, "↑↑↑↑↑↑↑");
    assert_eq!(form(&app).at, Field::Line(0, LineField::Product));
    press(&mut app, "⌦");
    assert_eq!(form(&app).lines.len(), 2);
    assert_eq!(form(&app).lines[0].code, ProductCode::Cip13(cip13(PARACETAMOL)));
    let none = ScannedBox {
        cip13: None,
        lot: None,
        expiry: None,
        serial: None,
    };
    app.update(text("foreign", Scanned::Box(none)));
    assert_eq!(
        app.screen().name(),
        "identified",
        "a box without a French code is explained"
    );
}

#[test]
fn the_base_s_own_prescription_is_opened_when_it_answers_after_all() {
    let mut app = app();
    app.update(scan(NUMBER));
    app.update(failed());
    press(&mut app, "④");
    let paper = taken(&typed_whole(&mut app));
    assert_eq!(paper.number, Some(number(NUMBER)));
    let effects = app.update(answer(
        &paper,
        PaperAnswer::Known(consultation_of(prescription())),
    ));
    assert_eq!(effects, [Effect::TakeHold(number(NUMBER))]);
    assert_eq!(app.screen().name(), "prescription");
}

#[test]
fn an_answer_to_a_form_that_was_changed_since_opens_nothing() {
    let mut app = app();
    app.update(scan(NUMBER));
    app.update(failed());
    press(&mut app, "④");
    let paper = taken(&typed_whole(&mut app));
    press(&mut app, "⎋");
    app.update(answered(&paper));
    assert_eq!(app.screen().name(), "paper");
    let unknown = Refusal {
        code: RefusalCode::UnknownPrescription,
        text: String::new(),
        line: None,
    };
    let again = taken(&press(&mut app, "⏎"));
    assert!(again == paper);
    app.update(answer(&paper, PaperAnswer::Refused(number(NUMBER), unknown)));
    assert_eq!(
        form(&app).remark(Field::Number, date(2026, 11, 22)),
        Some(Remark::UnknownNumber)
    );
}

#[test]
fn decisions_on_a_transcription_are_not_carried_to_the_base_s_own_lines() {
    let mut app = app();
    app.update(scan(NUMBER));
    app.update(failed());
    press(&mut app, "④");
    let paper = taken(&typed_whole(&mut app));
    app.update(answered(&paper));
    press(&mut app, "1c");
    assert_eq!(names(&press(&mut app, "⑤")), ["Consult"]);
    app.update(consulted(prescription()));
    let Screen::Prescription(serving) = app.screen() else {
        panic!("not on the sheet");
    };
    assert!(serving.forms.is_empty());
    assert_eq!(serving.prescription.paper, None);
}

#[test]
fn a_paper_served_here_is_opened_again_by_its_reference_or_from_the_register() {
    let reference = PrescriptionNumber::of_paper(Uuid::from_u128(0xabc << 96));
    let mut app = app();
    assert_eq!(
        press(&mut app, &format!("{}⏎", reference.grouped().to_lowercase()))[0],
        Effect::Consult(reference)
    );
    press(&mut app, "⎋③");
    app.update(Message::RegisterListed {
        before: None,
        entries: vec![register_entry(1)],
    });
    assert_eq!(press(&mut app, "o")[0], Effect::Consult(number(NUMBER)));
}
