//! Boxes scanned one by one: what counts, for which line, and what a scan that does not count says.

use comptoir::app::App;
use comptoir::app::message::{Reading, ScanFailure};
use comptoir::domain::box_read::BoxRead;
use comptoir::domain::dispense::Supply;
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::prescription::{Prescription, PrescriptionLine};
use comptoir::domain::product::ProductCode;
use comptoir::ui::wording;

use super::*;

const AMOXICILLIN_GENERIC: &str = "340093385711";
const AMOXICILLIN_OTHER: &str = "340093385712";

/// « lot/serial », either of which may be empty.
fn one(cip: &str, said: &str) -> Message {
    let (lot, serial) = said.split_once('/').unwrap_or((said, ""));
    Message::Scanned {
        text: "]d2…".into(),
        scanned: Scanned::Box(ScannedBox {
            cip13: Some(cip13(cip)),
            lot: lot.parse().ok(),
            expiry: (!lot.is_empty()).then(|| date(2028, 6, 30)),
            serial: serial.parse().ok(),
        }),
    }
}

/// Five boxes due on line 1, all of them in the hand or not.
fn five_due() -> Prescription {
    let mut prescription = prescription();
    prescription.lines[0].boxes = Some(Boxes(5));
    prescription
}

/// The foot of the screen.
fn news(app: &App) -> String {
    let notice = app.desk().notice.as_ref();
    notice.map_or_else(String::new, |notice| wording::notice(notice).1)
}

fn read_of(app: &App, line: u16) -> Vec<BoxRead> {
    let serving = app.screen().serving().unwrap();
    let form = serving.form(LineNumber(line));
    form.map(|form| form.read.clone()).unwrap_or_default()
}

/// Lots of the boxes recorded of line 1: « 2×A1 ».
fn told(supply: &Supply) -> Vec<String> {
    let parts = supply.clone().by_lot();
    parts
        .iter()
        .map(|part| {
            let lot = part.lot.as_ref().map_or("—", |lot| lot.as_str());
            format!("{}×{lot}", part.boxes.0)
        })
        .collect()
}

#[test]
fn half_a_code_ticks_nothing_and_the_person_is_asked_to_scan_again() {
    let cut = |message| match message {
        Message::Scanned { text, scanned } => Message::ScanFailed {
            why: ScanFailure::Beginning,
            reading: Some(Reading { text, scanned }),
        },
        _ => unreachable!("a text or a box"),
    };
    let mut app = serving(prescription());
    assert!(app.update(cut(one(AMOXICILLIN, "A1"))).is_empty());
    assert_eq!(app.screen().name(), "prescription");
    assert_eq!(read_of(&app, 1), []);
    assert!(news(&app).contains("scannez-le à nouveau"));

    // What a person typed behind a slow line comes in pieces too: it goes where words are asked for.
    press(&mut app, "↓s/");
    let words = cut(Message::Scanned {
        text: "amoxi".into(),
        scanned: Scanned::Text,
    });
    assert_eq!(app.update(words), [Effect::SearchCatalogue("amoxi".into())]);
}

#[test]
fn each_scan_is_one_box_and_a_count_said_by_hand_stands() {
    let a = || one(AMOXICILLIN, "A1");
    let b = || one(AMOXICILLIN, "B2");
    let linear = || one(AMOXICILLIN, "");
    for (what, scans, typed, lots) in [
        ("each box", vec![a(), a(), a(), a(), a()], "", &["5×A1"][..]),
        ("one stands for all", vec![a()], "*", &["5×A1"]),
        ("two stand for all", vec![a(), a()], "*", &["5×A1"]),
        ("two lots", vec![a(), b(), a(), b(), b()], "", &["2×A1", "3×B2"]),
        (
            "two lots stand for nothing",
            vec![a(), b()],
            "*",
            &["1×A1", "1×B2", "3×—"],
        ),
        (
            "a linear code neither gives nor takes a lot",
            vec![a(), linear(), a(), a(), a()],
            "",
            &["4×A1", "1×—"],
        ),
        (
            "a linear code first",
            vec![linear(), a(), a(), a(), a()],
            "",
            &["1×—", "4×A1"],
        ),
        (
            "fewer, and it is said why",
            vec![a(), b()],
            "⏎1",
            &["1×A1", "1×B2"],
        ),
        ("one put back", vec![a(), b()], "-⏎1", &["1×A1"]),
        ("counted by hand", vec![a()], "++⏎1", &["3×A1"]),
        (
            "a lot typed over those read",
            vec![a(), b()],
            "*→lC3⏎⏎",
            &["5×C3"],
        ),
    ] {
        let mut app = serving(five_due());
        for scan in scans {
            assert!(app.update(scan).is_empty(), "{what}");
        }
        press(&mut app, typed);
        let effects = press(&mut app, "⏎⏎");
        let decisions = proposal(&effects).decisions;
        let supply = decisions[0].outcome.supply().unwrap();
        assert_eq!(told(supply), lots, "{what}");
        assert_eq!(decisions[0].outcome.code(), "conforming", "{what}");
    }
}

#[test]
fn what_is_scanned_after_a_count_said_by_hand_does_not_lower_it() {
    let mut app = serving(five_due());
    press(&mut app, "1-");
    app.update(one(AMOXICILLIN, "A1"));
    let serving = app.screen().serving().unwrap();
    let form = serving.form(LineNumber(1)).unwrap();
    assert_eq!((form.boxes, form.read.len()), (Boxes(4), 1));
}

#[test]
fn a_scan_that_does_not_count_says_why_and_changes_nothing() {
    let generic = |said| one(AMOXICILLIN_GENERIC, said);
    let expired = || Message::Scanned {
        text: String::new(),
        scanned: Scanned::Box(ScannedBox {
            cip13: Some(cip13(AMOXICILLIN)),
            lot: "A1".parse().ok(),
            expiry: Some(date(2026, 11, 21)),
            serial: None,
        }),
    };
    for (what, before, scan, says) in [
        (
            "the same box twice",
            vec![one(AMOXICILLIN, "A1/S1")],
            one(AMOXICILLIN, "A1/S1"),
            "même numéro de série",
        ),
        (
            "the same box, its lot unread",
            vec![one(AMOXICILLIN, "A1/S1")],
            one(AMOXICILLIN, "/S1"),
            "même numéro de série",
        ),
        (
            "a third one of two",
            vec![one(AMOXICILLIN, "A1/S1"), one(AMOXICILLIN, "A1/S2")],
            one(AMOXICILLIN, "A1/S3"),
            "déjà ses 2 boîtes",
        ),
        ("an expired one", vec![], expired(), "PÉRIMÉE depuis le"),
        (
            "a generic after what it replaces",
            vec![one(AMOXICILLIN, "A1/S1")],
            generic("B2/S2"),
            "autre médicament",
        ),
        (
            "another generic",
            vec![generic("B2/S2")],
            one(AMOXICILLIN_OTHER, "C3/S3"),
            "autre médicament",
        ),
    ] {
        let mut app = serving(prescription());
        for scan in before {
            app.update(scan);
        }
        let known = app.screen().serving().unwrap().forms.len();
        let read = read_of(&app, 1).len();
        assert!(app.update(scan).is_empty(), "{what}");
        assert_eq!(app.screen().name(), "prescription", "{what}");
        assert!(news(&app).contains(says), "{what}: {}", news(&app));
        let serving = app.screen().serving().unwrap();
        assert_eq!(serving.forms.len(), known, "{what}");
        assert_eq!(read_of(&app, 1).len(), read, "{what}");
    }
}

#[test]
fn a_hospital_product_ticks_nothing() {
    let mut products = products();
    for product in &mut products.0 {
        product.conditions = Some(vec!["réservé à l'usage HOSPITALIER".into()]);
    }
    let mut app = app();
    app.update(scan(NUMBER));
    app.update(Message::Consulted(Box::new(
        comptoir::app::message::Consultation {
            products,
            ..consultation_of(prescription())
        },
    )));
    app.update(one(AMOXICILLIN, "A1"));
    assert!(news(&app).contains("usage hospitalier"), "{}", news(&app));
    assert!(app.screen().serving().unwrap().forms.is_empty());
}

#[test]
fn a_box_that_answers_two_lines_asks_which_and_goes_where_one_points() {
    let twice = || {
        let mut prescription = prescription();
        prescription.lines[2] = PrescriptionLine {
            number: LineNumber(3),
            ..prescription.lines[0].clone()
        };
        prescription
    };
    let mut app = serving(twice());
    app.update(one(AMOXICILLIN, "A1"));
    assert!(news(&app).contains("lignes 1 et 3"), "{}", news(&app));
    assert!(
        app.screen().serving().unwrap().forms.is_empty(),
        "nothing is ticked"
    );
    press(&mut app, "3");
    app.update(one(AMOXICILLIN, "A1"));
    app.update(one(AMOXICILLIN, "A1"));
    assert_eq!((read_of(&app, 1).len(), read_of(&app, 3).len()), (0, 2));
    app.update(one(AMOXICILLIN, "B2"));
    assert_eq!(read_of(&app, 1).len(), 1, "only one line still waits for a box");
}

#[test]
fn a_product_that_the_medicines_database_does_not_know_ticks_the_line_that_orders_its_code() {
    let unknown = "340093999999";
    let mut prescription = prescription();
    prescription.lines[1].code = ProductCode::Cip13(cip13(unknown));
    let mut app = serving(prescription);
    app.update(one(unknown, "Z9/S1"));
    assert_eq!(read_of(&app, 2).len(), 1, "{}", news(&app));
}

#[test]
fn going_over_to_another_product_puts_the_boxes_back() {
    let mut app = serving(prescription());
    app.update(one(AMOXICILLIN, "A1/S1"));
    press(&mut app, "1s1");
    assert!(read_of(&app, 1).is_empty());
    let form = app.screen().serving().unwrap().form(LineNumber(1)).unwrap();
    assert_eq!(form.lot, None, "the lot was of the other product");
}
