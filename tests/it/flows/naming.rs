//! A box whose code nobody knows: named in one line, it serves the line that is chosen, and never blocks.

use comptoir::app::desk::Notice;
use comptoir::app::message::Message;
use comptoir::app::{App, Effect};
use comptoir::domain::dispense::LineOutcome;
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::prescription::{LineKind, Prescription, PrescriptionLine};
use comptoir::domain::product::{Product, ProductCode};
use comptoir::domain::scanned::Scanned;
use jiff::civil::date;

use crate::samples::*;

use super::*;

/// A rightly formed code that no sample product has.
pub(crate) const ABSENT: &str = "340099999999";

fn looked_up(products: Vec<Product>) -> Message {
    Message::CatalogueSearched {
        text: cip13(ABSENT).to_string(),
        products,
    }
}

/// A box of that code is scanned, and the medicines database has nothing of it.
fn scanned(app: &mut App, lot: &str) {
    let effects = app.update(scanned_box(ABSENT, lot));
    assert_eq!(effects, [Effect::SearchCatalogue(cip13(ABSENT).to_string())]);
    app.update(looked_up(Vec::new()));
}

#[test]
fn it_serves_the_line_that_is_chosen_with_what_is_printed_on_it() {
    let mut app = serving(prescription());
    scanned(&mut app, "7K");
    assert_eq!(app.screen().name(), "naming");
    press(&mut app, "⏎");
    assert_eq!(app.screen().name(), "naming", "something is printed on it");
    press(&mut app, "Boîte nouvelle↓⏎");
    let serving = app.screen().serving().unwrap();
    let form = serving.form(LineNumber(2)).unwrap();
    let decision = form
        .decision(serving.prescription.line(LineNumber(2)).unwrap())
        .unwrap();
    let LineOutcome::Conforming(supply) = &decision.outcome else {
        panic!("{:?}", decision.outcome.code());
    };
    assert_eq!(supply.code, ProductCode::Cip13(cip13(ABSENT)));
    assert_eq!(
        (supply.label.as_str(), supply.boxes),
        ("Boîte nouvelle", Boxes(1))
    );
    assert_eq!(
        supply.lot.as_ref().map(ToString::to_string).as_deref(),
        Some("7K")
    );
}

#[test]
fn one_that_is_too_old_is_not_asked_about() {
    let mut app = serving(prescription());
    let Message::Scanned {
        text,
        scanned: Scanned::Box(mut scanned),
    } = scanned_box(ABSENT, "7K")
    else {
        unreachable!("a box")
    };
    scanned.expiry = Some(date(2026, 1, 31));
    app.update(Message::Scanned {
        text,
        scanned: Scanned::Box(scanned),
    });
    app.update(looked_up(Vec::new()));
    assert_eq!(app.screen().name(), "prescription");
    assert_eq!(app.desk().notice, Some(Notice::BoxExpired(date(2026, 1, 31))));
}

#[test]
fn a_second_box_of_it_is_one_more_of_the_same_line() {
    let mut app = serving(prescription());
    scanned(&mut app, "7K");
    press(&mut app, "Boîte nouvelle⏎");
    assert!(
        app.update(scanned_box(ABSENT, "7L")).is_empty(),
        "it is known by now"
    );
    let serving = app.screen().serving().unwrap();
    let form = serving.form(LineNumber(1)).unwrap();
    assert_eq!((form.boxes, form.read.len()), (Boxes(2), 2));
}

#[test]
fn instead_of_a_device_the_prescriber_must_agree() {
    let mut prescription: Prescription = prescription();
    prescription.lines[0] = PrescriptionLine {
        kind: LineKind::Device,
        code: ProductCode::Lpp("1163922".parse().unwrap()),
        ..prescription.lines[0].clone()
    };
    let mut app = serving(prescription);
    scanned(&mut app, "7K");
    press(&mut app, "Boîte nouvelle⏎");
    assert_eq!(app.screen().name(), "decision");
}

#[test]
fn a_box_of_another_product_is_only_explained() {
    let mut app = serving(prescription());
    app.update(scanned_box(ABSENT, "7K"));
    let mut other = products().0[0].clone();
    other.cip13 = cip13(ABSENT);
    app.update(looked_up(vec![other]));
    assert_eq!(app.screen().name(), "identified");
}

#[test]
fn nothing_is_asked_where_nothing_is_served() {
    let mut app = app();
    let effects = app.update(scanned_box(ABSENT, "7K"));
    assert!(effects.is_empty(), "{effects:?}");
    app.update(looked_up(Vec::new()));
    assert_eq!(app.screen().name(), "identified");
    let mut app = serving(prescription());
    scanned(&mut app, "7K");
    press(&mut app, "⎋");
    assert_eq!(app.screen().name(), "prescription");
    assert!(!app.screen().holds_work());
}
