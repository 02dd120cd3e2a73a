//! A magistral preparation: its record, under a number of its own, in the register and in its edition.

use comptoir::app::Effect;
use comptoir::domain::dispense::LineOutcome;
use comptoir::domain::identifiers::LineNumber;
use comptoir::domain::preparation::RawMaterial;
use comptoir::domain::prescription::{LineKind, Prescription, PrescriptionLine};
use comptoir::domain::product::ProductCode;
use serde_json::{Value, json};

use crate::samples::{number, prescription, press, serving};
use crate::scenes::{Scene, after, scene};
use crate::support::base_server::BaseServer;
use crate::support::command::Counter;

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn dispense(counter: &Counter, number: &str, preparation: Option<&Value>) -> Value {
    let mut first = json!({"line": 1, "outcome": "conforming", "expiry": "2029-01-31"});
    if let Some(preparation) = preparation {
        first["preparation"] = preparation.clone();
    }
    let file = counter.home.path().join("decisions.json");
    let decisions = json!({"lines": [first, {"line": 2, "outcome": "conforming"}]});
    std::fs::write(&file, decisions.to_string()).unwrap();
    let file = file.display().to_string();
    counter
        .run(&["dispense", number, "--decisions", &file, "--json"])
        .json_with(0)
}

fn says_unrecorded(done: &Value) -> bool {
    done["findings"].to_string().contains("preparation-unrecorded")
}

#[test]
fn each_preparation_has_its_number_and_what_was_recorded_of_its_making() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let made = json!({"materials": [
        {"name": "Bétaméthasone crème", "quantity": "15 g", "lot": "BM7", "supplier": "Cooper"},
        {"name": "Cold cream", "quantity": "qsp 50 g", "lot": "CC1", "supplier": "Inresa"},
    ], "made_by": "Paul Durand"});
    let elsewhere = json!({"subcontractor": "Pharmacie des Lilas"});
    // Nothing recorded never stops a delivery, and is said.
    for (preparation, is_unrecorded) in [(Some(&made), false), (None, true), (Some(&elsewhere), false)] {
        let (number, _) = counter.prescribe("compound");
        let done = dispense(&counter, &number, preparation);
        assert_eq!(done["state"], "accepted", "{done}");
        assert_eq!(says_unrecorded(&done), is_unrecorded, "{done}");
        let seen = counter.run(&["prescriber", "show", &number]).stdout;
        assert!(!seen.contains("BM7"), "the making stays here: {seen}");
    }
    let shown = |entry: &str| counter.run(&["register", "show", entry, "--json"]).json_with(0);
    // Two entries a prescription: the preparation, and a medicine.
    let first = shown("1");
    assert_eq!(first["preparation"]["number"], 1, "{first}");
    assert_eq!(first["preparation"]["materials"], made["materials"], "{first}");
    assert_eq!(first["preparation"]["whole"], true, "{first}");
    assert_eq!(shown("2")["preparation"], Value::Null);
    assert_eq!(shown("3")["preparation"]["number"], 2);
    assert_eq!(shown("3")["preparation"]["whole"], false);
    assert_eq!(shown("5")["preparation"]["number"], 3);
    let text = plain(&counter.run(&["register", "show", "1"]).stdout);
    for said in [
        "Préparation n° 1 (CSP art. R. 5125-45)",
        "lot BM7",
        "Préparée par Paul Durand",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!(verified["ok"], true, "{verified}");

    // What is rectified is the same preparation; the next one goes on after it.
    let file = counter.home.path().join("rectified.json");
    let decisions = json!({"lines": [{"line": 1, "outcome": "conforming", "preparation": made}]});
    std::fs::write(&file, decisions.to_string()).unwrap();
    let file = file.display().to_string();
    let corrected = counter.run(&[
        "register",
        "correct",
        "3",
        "--reason",
        "wrong-lot",
        "--replace",
        &file,
        "--json",
    ]);
    corrected.json_with(0);
    assert_eq!(shown("8")["preparation"]["number"], 2);
    assert_eq!(shown("8")["preparation"]["whole"], true);
    let (number, _) = counter.prescribe("compound");
    dispense(&counter, &number, None);
    assert_eq!(shown("9")["preparation"]["number"], 4);
    let edition = plain(
        &counter
            .run(&["register", "edit", "--from", "2020-01-01", "--to", "2099-12-31"])
            .stdout,
    );
    assert!(
        edition.contains("Préparation n° 4") && edition.contains("BM7"),
        "{edition}"
    );
    base.stop();
}

#[test]
fn a_medicine_is_not_made() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let file = counter.home.path().join("decisions.json");
    let decisions = json!({"lines": [{"line": 1, "outcome": "conforming", "preparation": {}}]});
    std::fs::write(&file, decisions.to_string()).unwrap();
    let file = file.display().to_string();
    let refused = counter.run(&["dispense", &number, "--decisions", &file]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("préparation magistrale"),
        "{}",
        refused.stderr
    );
    base.stop();
}

fn made_here() -> Prescription {
    let mut prescription = Prescription {
        number: number(crate::samples::NUMBER),
        ..prescription()
    };
    prescription.lines.truncate(1);
    prescription.lines[0] = PrescriptionLine {
        kind: LineKind::Compound,
        code: ProductCode::None,
        label: "Préparation magistrale : urée 5 g, eau qsp 100 g".into(),
        ..prescription.lines[0].clone()
    };
    prescription
}

#[test]
fn at_the_counter_it_is_typed_a_raw_material_at_a_time() {
    let mut app = serving(made_here());
    press(&mut app, "→furée;5 g;L1;Cooper⏎eau;95 g;E2;Cooper⏎⏎Paul⏎⏎");
    assert_eq!(app.screen().name(), "decision");
    let effects = press(&mut app, "⏎⏎⏎");
    let Some(Effect::Record(request)) = effects.first() else {
        panic!("{effects:?}");
    };
    let decision = &request.proposal.decisions[0];
    assert_eq!(decision.line, LineNumber(1));
    let LineOutcome::Conforming(supply) = &decision.outcome else {
        panic!("{:?}", decision.outcome.code());
    };
    let made = supply.preparation.as_ref().unwrap();
    assert!(made.is_whole() && made.made_by == "Paul");
    let names: Vec<&str> = made
        .materials
        .iter()
        .map(|one: &RawMaterial| one.name.as_str())
        .collect();
    assert_eq!(names, ["urée", "eau"]);
}

/// What is seen of it before it is recorded.
pub(crate) fn preparation_scenes() -> Vec<Scene> {
    let typed = |keys: &str| after(serving(made_here()), vec![], keys);
    vec![
        scene("preparation_raw_material", typed("→furée;5 g;L1;Cooper⏎eau;95 g")),
        scene(
            "preparation_decided",
            typed("→furée;5 g;L1;Cooper⏎eau;95 g;E2;Cooper⏎⏎Paul⏎⏎"),
        ),
        scene("preparation_review", typed("⏎")),
    ]
}

#[test]
fn at_the_counter_nothing_of_it_is_needed_to_deliver() {
    let mut app = serving(made_here());
    let effects = press(&mut app, "⏎⏎");
    assert!(matches!(effects.first(), Some(Effect::Record(_))), "{effects:?}");
    let mut app = serving(prescription());
    press(&mut app, "→f");
    assert!(app.desk().notice.is_some(), "a medicine has no composition");
}
