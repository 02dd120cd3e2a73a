//! A line written by hand on the paper: fewer than five keys beyond its text, and a line like the others from then on.

use comptoir::app::message::Message;
use comptoir::app::paper::{LineField, Remark};
use comptoir::app::{App, Effect, Key, Screen};
use comptoir::domain::dispense::LineOutcome;
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::paper::{NotTaken, PaperLine};
use comptoir::domain::prescription::Prescription;
use comptoir::domain::product::{KnownProducts, ProductCode};
use comptoir::domain::reasons::PaperReason;
use comptoir::domain::substitution::SubstitutionPermission;

use crate::samples::*;

use super::*;

fn found(text: &str) -> Message {
    Message::CatalogueSearched {
        text: text.into(),
        products: products().0,
    }
}

/// A prescription that is open, all of it decided by nobody yet.
fn open() -> App {
    serving(prescription())
}

fn lines(app: &App) -> &Prescription {
    &app.screen().serving().unwrap().prescription
}

/// "clam", the first product found, one box, its dosage.
const TYPED: (&str, &str) = ("mclam", "⏎⏎1 matin et soir⏎");

fn written(app: &mut App) -> Vec<Effect> {
    press(app, TYPED.0);
    app.update(found("clam"));
    press(app, TYPED.1)
}

#[test]
fn a_line_written_by_hand_costs_fewer_than_five_keys_beyond_its_text() {
    let mut app = open();
    let before = lines(&app).lines.len();
    press(&mut app, TYPED.0);
    // Of no substance that the prescription orders already.
    let cream = product("340093600001", "64444444", "CLAMACRÈME, tube", "autre substance");
    app.update(Message::CatalogueSearched {
        text: "clam".into(),
        products: vec![cream],
    });
    let effects = press(&mut app, TYPED.1);
    assert_eq!(names(&effects), ["FindRelated"]);
    assert_eq!(app.screen().name(), "prescription");
    let line = lines(&app).lines.last().unwrap();
    assert_eq!((lines(&app).lines.len(), line.is_handwritten), (before + 1, true));
    assert_eq!(line.dosage, "1 matin et soir");
    let all = [TYPED.0, TYPED.1].concat();
    let text = "clam1 matin et soir".chars().count();
    assert!(keys(&all).len() - text < 5, "{} keys", keys(&all).len() - text);

    let number = line.number;
    let effects = press(&mut app, "⏎⏎");
    let decision = proposal(&effects).decisions.pop().unwrap();
    assert_eq!(decision.line, number);
    let LineOutcome::Conforming(supply) = &decision.outcome else {
        panic!("{:?}", decision.outcome.code());
    };
    assert_eq!(
        (supply.label.as_str(), supply.boxes),
        ("CLAMACRÈME, tube", Boxes(1))
    );
    let Some(Effect::Record(request)) = effects.first() else {
        panic!("{effects:?}");
    };
    assert!(request.prescription.line(number).unwrap().is_handwritten);
    recorded(&effects);
}

#[test]
fn its_box_is_scanned_instead_of_typed() {
    let mut app = open();
    press(&mut app, "m");
    let looked_up = app.update(scanned_box(PARACETAMOL, "9Z"));
    assert_eq!(
        looked_up,
        [Effect::SearchCatalogue(cip13(PARACETAMOL).to_string())]
    );
    app.update(found(cip13(PARACETAMOL).as_str()));
    press(&mut app, "1 si douleur⏎");
    // Another line orders it too: the box in the hand is this one's.
    let serving = app.screen().serving().unwrap();
    let line = serving.prescription.lines.last().unwrap();
    let form = serving.form(line.number).unwrap();
    assert_eq!(form.lot.as_ref().map(ToString::to_string).as_deref(), Some("9Z"));
    assert_eq!((form.boxes, form.missing(line)), (Boxes(1), None));
}

#[test]
fn a_product_that_nobody_knows_stays_as_it_is_typed() {
    let mut app = open();
    press(&mut app, "mcrème du bon docteur");
    app.update(Message::CatalogueSearched {
        text: "crème du bon docteur".into(),
        products: Vec::new(),
    });
    press(&mut app, "⏎2⏎une fois par jour⏎");
    let line = lines(&app).lines.last().unwrap();
    assert_eq!((&line.code, line.boxes), (&ProductCode::None, Some(Boxes(2))));
    assert_eq!(line.label, "crème du bon docteur");
}

#[test]
fn the_box_of_a_product_that_nobody_knows_asks_for_what_is_printed_on_it() {
    let mut app = open();
    press(&mut app, "m");
    app.update(scanned_box("340099999999", "7K"));
    let code = cip13("340099999999");
    app.update(Message::CatalogueSearched {
        text: code.to_string(),
        products: Vec::new(),
    });
    let Screen::Handwriting(handwriting) = app.screen() else {
        panic!("{}", app.screen().name());
    };
    assert_eq!(
        handwriting.refused,
        Some((LineField::Product, Remark::UnknownCode))
    );
    press(&mut app, "Boîte nouvelle⏎1 par jour⏎");
    let serving = app.screen().serving().unwrap();
    let line = serving.prescription.lines.last().unwrap();
    assert_eq!(
        (line.label.as_str(), &line.code),
        ("Boîte nouvelle", &ProductCode::Cip13(code))
    );
    assert_eq!(serving.form(line.number).unwrap().read.len(), 1);
}

#[test]
fn what_wants_a_secured_support_is_refused_with_its_article() {
    let mut app = open();
    press(&mut app, "mmorphine");
    let mut morphine = products().0[0].clone();
    morphine.conditions = Some(vec!["stupéfiants".into()]);
    app.update(Message::CatalogueSearched {
        text: "morphine".into(),
        products: vec![morphine],
    });
    press(&mut app, "⏎⏎1 par jour⏎");
    let Screen::Handwriting(handwriting) = app.screen() else {
        panic!("{}", app.screen().name());
    };
    let (field, remark) = handwriting.refused.unwrap();
    assert_eq!(field, LineField::Product);
    assert!(matches!(remark, Remark::NotTaken(NotTaken::NotSecured(_))));
    let said = comptoir::ui::wording::handwritten::remark(remark);
    assert!(said.contains("R. 5132-5"), "{said}");
}

#[test]
fn nothing_missing_is_taken_and_leaving_loses_nothing_else() {
    let mut app = open();
    press(&mut app, "m⏎");
    assert_eq!(app.screen().name(), "handwriting", "no product");
    press(&mut app, "clam");
    assert_eq!(app.screen().name(), "handwriting");
    press(&mut app, "⏎");
    let Screen::Handwriting(handwriting) = app.screen() else {
        panic!("{}", app.screen().name());
    };
    assert_eq!(
        handwriting.at,
        LineField::Product,
        "nothing was shown to choose from"
    );
    app.update(found("clam"));
    press(&mut app, "⏎⏎⏎");
    assert_eq!(app.screen().name(), "handwriting", "no dosage");
    let before = lines(&app).lines.len();
    press(&mut app, "⎋");
    assert_eq!(app.screen().name(), "prescription");
    assert_eq!(lines(&app).lines.len(), before);
}

#[test]
fn it_is_taken_off_again_by_forgetting_its_decision() {
    let mut app = open();
    let before = lines(&app).lines.len();
    written(&mut app);
    assert!(app.screen().holds_work());
    press(&mut app, "x");
    assert_eq!(lines(&app).lines.len(), before);
    assert!(!app.screen().holds_work());
}

#[test]
fn a_reading_anew_keeps_it_under_a_number_that_is_free() {
    let mut app = open();
    written(&mut app);
    let number = lines(&app).lines.last().unwrap().number;
    // Meanwhile another terminal recorded one of its own, which took that number.
    let theirs = PaperLine {
        label: "AUTRE".into(),
        code: ProductCode::None,
        dosage: "1 par jour".into(),
        boxes: Boxes(1),
        repeats: 0,
        days: None,
        substitution: SubstitutionPermission::Allowed,
    };
    app.update(consulted(prescription().with_handwritten(number, theirs)));
    let serving = app.screen().serving().unwrap();
    let ours = serving.prescription.lines.last().unwrap();
    assert_eq!(ours.number, LineNumber(number.0 + 1));
    assert_eq!(ours.dosage, "1 matin et soir");
    assert!(
        serving
            .form(ours.number)
            .is_some_and(|form| form.missing(ours).is_none())
    );
    assert!(serving.form(number).is_none(), "theirs is not decided here");
}

#[test]
fn what_may_replace_it_is_known_once_it_was_looked_for() {
    let mut app = open();
    written(&mut app);
    let mut other = products().0[0].clone();
    other.cip13 = cip13("340099999999");
    app.update(Message::RelatedFound(KnownProducts(vec![other.clone()])));
    let serving = app.screen().serving().unwrap();
    assert!(serving.products.find(&ProductCode::Cip13(other.cip13)).is_some());
}

#[test]
fn a_paper_holds_nothing_but_handwriting() {
    let mut app = serving(Prescription {
        paper: Some(PaperReason::PaperOnly),
        ..prescription()
    });
    app.update(Message::KeyPressed(Key::Character('m')));
    assert_eq!(app.screen().name(), "prescription");
    assert!(app.desk().notice.is_some());
}
