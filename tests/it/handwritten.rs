//! A line written by hand on the paper: recorded, registered and marked here, and nowhere at the base.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::terminal::Terminal;

/// What is written by hand; the training catalogue has it.
const WRITTEN: &str = "VENTOLINE 100 microgrammes/dose";
/// Its mark, wherever it is seen.
const MARK: &str = "hors ordonnance numérique";
const ENTER: &str = "\r";

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn decisions(directory: &Path, decisions: &Value) -> String {
    let file = directory.join("decisions.json");
    std::fs::write(&file, decisions.to_string()).unwrap();
    file.display().to_string()
}

/// The lines of the electronic prescription.
fn as_prescribed() -> Value {
    let lines = [1, 2, 3].map(|line| json!({"line": line, "outcome": "conforming"}));
    json!(lines)
}

fn by_hand() -> Value {
    json!([{"label": WRITTEN, "dosage": "2 bouffées si besoin", "boxes": 1}])
}

/// What the prescriber sees, and what the base holds, never speak of it.
fn is_nowhere_at_the_base(counter: &Counter, base: &Path, number: &str) {
    let seen = counter.run(&["prescriber", "show", number]);
    assert_eq!(seen.code, 0, "{seen:?}");
    assert!(!seen.stdout.contains("VENTOLINE"), "{}", seen.stdout);
    let mut files = vec![base.to_owned()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let is_there = bytes.windows(9).any(|window| window == b"VENTOLINE");
        assert!(!is_there, "{} holds it", path.display());
    }
}

#[test]
fn it_goes_with_the_electronic_lines_and_stays_here() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let file = decisions(
        counter.home.path(),
        &json!({
            "lines": as_prescribed(),
            "handwritten": by_hand(),
        }),
    );
    let tried = counter
        .run(&["dispense", &number, "--decisions", &file, "--dry-run", "--json"])
        .json_with(0);
    assert_eq!(tried["lines"][3]["handwritten"], true, "{tried}");
    let done = counter
        .run(&["dispense", &number, "--decisions", &file, "--json"])
        .json_with(0);
    assert_eq!(done["state"], "accepted", "{done}");
    let states: Vec<(&str, bool)> = done["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["state"].as_str().unwrap(),
                line["handwritten"].as_bool().unwrap(),
            )
        })
        .collect();
    let accepted = ("accepted", false);
    assert_eq!(states, [accepted, accepted, accepted, ("local", true)]);
    is_nowhere_at_the_base(&counter, files.path(), &number);

    let entry = counter.run(&["register", "show", "4", "--json"]).json_with(0);
    assert_eq!(
        (&entry["handwritten"], &entry["product"]),
        (&json!(true), &json!(WRITTEN)),
        "{entry}"
    );
    let entry = counter.run(&["register", "show", "3", "--json"]).json_with(0);
    assert_eq!(entry["handwritten"], false, "{entry}");
    let text = plain(&counter.run(&["register", "show", "4"]).stdout);
    assert!(text.contains(MARK), "{text}");
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!(
        (&verified["ok"], &verified["entries"]),
        (&json!(true), &json!(4)),
        "{verified}"
    );

    let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
    let line = &consulted["lines"][3];
    assert_eq!(
        (&line["handwritten"], &line["status"]),
        (&json!(true), &json!("done")),
        "{consulted}"
    );
    let text = plain(&counter.run(&["consult", &number]).stdout);
    assert!(text.contains(MARK), "{text}");
    base.stop();
}

#[test]
fn alone_it_waits_for_nothing_and_its_corrections_neither() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    // Read once: what follows is an outage.
    counter.run(&["consult", &number, "--json"]).json_with(0);
    base.stop();
    let file = decisions(
        counter.home.path(),
        &json!({"lines": [], "handwritten": by_hand()}),
    );
    let done = counter
        .run(&["dispense", &number, "--decisions", &file, "--json"])
        .json_with(0);
    assert_eq!(done["state"], "local", "{done}");
    assert_eq!(done["visible_to_prescriber"], Value::Null, "{done}");
    let waiting = counter.run(&["outbox", "list", "--json"]).json_with(0);
    assert_eq!(waiting["entries"], json!([]), "{waiting}");

    // The lot was another: the line that was written is judged again.
    let file = decisions(
        counter.home.path(),
        &json!({"lines": [{"line": 4, "outcome": "conforming", "boxes": 1, "lot": "B7"}]}),
    );
    let rectified = counter.run(&[
        "register",
        "correct",
        "1",
        "--reason",
        "wrong-lot",
        "--replace",
        &file,
        "--json",
    ]);
    assert_eq!(rectified.json_with(0)["state"], "local");
    let entry = counter.run(&["register", "show", "3", "--json"]).json_with(0);
    assert_eq!(
        (&entry["handwritten"], &entry["lot"]),
        (&json!(true), &json!("B7")),
        "{entry}"
    );
    let cancelled = counter.run(&[
        "register",
        "correct",
        "3",
        "--reason",
        "not-handed-over",
        "--json",
    ]);
    assert_eq!(cancelled.json_with(0)["state"], "local");
    let waiting = counter.run(&["outbox", "list", "--json"]).json_with(0);
    assert_eq!(waiting["entries"], json!([]), "{waiting}");
    let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
    let lines = consulted["lines"].as_array().unwrap();
    assert_eq!(
        lines.len(),
        3,
        "taken back, it is on no list any more: {consulted}"
    );
}

#[test]
fn what_cannot_be_taken_is_refused_whole() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    for (written, said) in [
        (json!({"label": "CRÈME", "dosage": " ", "boxes": 1}), "posologie"),
        (json!({"dosage": "1 par jour", "boxes": 1}), "produit"),
        (
            json!({"label": "CRÈME", "dosage": "1 par jour", "boxes": 0}),
            "aucune boîte",
        ),
        // SKENAN, a narcotic.
        (
            json!({"cip13": "3400933323523", "dosage": "1 matin et soir", "boxes": 1}),
            "R. 5132-5",
        ),
    ] {
        let file = decisions(
            counter.home.path(),
            &json!({"lines": [], "handwritten": [written]}),
        );
        let refused = counter.run(&["dispense", &number, "--decisions", &file, "--json"]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(plain(&refused.stderr).contains(said), "{}", refused.stderr);
    }
    base.stop();
}

#[test]
fn a_terminal_that_is_killed_recorded_it_and_never_says_that_it_waits() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let file = decisions(counter.home.path(), &json!({"lines": as_prescribed()}));
    counter
        .run(&["dispense", &number, "--decisions", &file, "--json"])
        .json_with(0);
    let mut terminal = Terminal::open(&counter, 80, 32);
    terminal.shows("Scannez le QR code");
    terminal.scan(&number);
    terminal.shows("manuscrite");
    terminal.press("m");
    terminal.shows("Ligne inscrite à la main");
    terminal.send("ventoline");
    terminal.shows("▸ VENTOLINE");
    terminal.press(ENTER);
    terminal.press(ENTER);
    terminal.send("2 bouffées");
    terminal.press(ENTER);
    terminal.shows("Ligne 4 ajoutée");
    terminal.press(ENTER);
    terminal.shows("non transmis à la base");
    terminal.press(ENTER);
    terminal.shows("Rien à envoyer");
    assert!(!terminal.text().contains("acceptée"), "{}", terminal.text());
    terminal.kill();

    let mut terminal = Terminal::open(&counter, 80, 32);
    terminal.shows("Scannez le QR code");
    assert!(!terminal.text().contains("Reprise"), "{}", terminal.text());
    terminal.scan(&number);
    terminal.shows("4 lignes");
    terminal.press("4");
    terminal.shows(MARK);
    terminal.press("\u{1b}OQ");
    terminal.shows("Rien en attente");
    terminal.kill();
    is_nowhere_at_the_base(&counter, files.path(), &number);
    base.stop();
}
