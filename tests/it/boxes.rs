//! Boxes from the reader to the register and to the prescriber's view: each of them counted, each lot told apart.

use serde_json::{Value, json};

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::terminal::Terminal;

const ENTER: &str = "\r";
const AMOXICILLIN: &str = "3400933857042";
const PARACETAMOL: &str = "3400935955838";
const PREDNISOLONE: &str = "3400939107196";

/// What a reader types of a box.
fn typed(cip13: &str, lot: &str, serial: &str) -> String {
    format!("010{cip13}1728063010{lot}\u{1d}21{serial}")
}

fn registered(counter: &Counter) -> Vec<Value> {
    let listed = counter.run(&["register", "list", "--json"]).json_with(0);
    let mut entries = listed["entries"].as_array().unwrap().clone();
    entries.sort_by_key(|entry| entry["number"].as_u64());
    entries
}

/// Boxes, lot and serials of each entry of a line.
fn told_apart(entries: &[Value], line: u64) -> Vec<Value> {
    let of_line = entries.iter().filter(|entry| entry["line"] == line);
    of_line
        .map(|entry| json!([entry["boxes"], entry["lot"], entry["serials"]]))
        .collect()
}

#[test]
fn two_lots_of_one_line_are_two_entries_and_two_deliveries() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    let path = counter.data_dir().join("decisions.json");
    let decisions = |read: Value| {
        let lines = json!([{"line": 1, "outcome": "conforming", "cip13": AMOXICILLIN, "expiry": "2028-06-30", "read": read}]);
        std::fs::write(&path, json!({ "lines": lines }).to_string()).unwrap();
        path.display().to_string()
    };
    for (wrong, says) in [
        (
            json!([{"lot": "A1", "serial": "S1"}, {"serial": "S1"}]),
            "the same serial",
        ),
        (json!([{"lot": "é"}]), "lot"),
        (json!([{"cip13": "1"}]), "cip13"),
    ] {
        let refused = counter.run(&["dispense", &number, "--decisions", &decisions(wrong), "--json"]);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }

    let read = json!([{"lot": "A1", "serial": "S1"}, {"lot": "B2", "serial": "S2"}]);
    let done = counter
        .run(&["dispense", &number, "--decisions", &decisions(read), "--json"])
        .json_with(0);
    assert_eq!(done["state"], "accepted", "{done}");
    assert_eq!(done["lines"].as_array().unwrap().len(), 2, "{done}");
    let entries = registered(&counter);
    assert_eq!(
        told_apart(&entries, 1),
        [json!([1, "A1", ["S1"]]), json!([1, "B2", ["S2"]])]
    );
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!((&verified["ok"], &verified["entries"]), (&json!(true), &json!(2)));
    let shown = counter.run(&["register", "show", "2"]);
    assert!(
        shown.stdout.contains("S2") && shown.stdout.contains("B2"),
        "{}",
        shown.stdout
    );

    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    let deliveries = seen["deliveries"].as_array().unwrap();
    let lots: Vec<_> = deliveries
        .iter()
        .map(|one| (one["line"].clone(), one["boxes"].clone(), one["lot"].clone()))
        .collect();
    assert_eq!(
        lots,
        [
            (json!(1), json!(1), json!("A1")),
            (json!(1), json!(1), json!("B2"))
        ]
    );
    assert!(!seen.to_string().contains("S1"), "a serial stays in the pharmacy");
    let again = counter.run(&["consult", &number, "--json"]).json_with(0);
    assert_eq!(again["lines"][0]["remaining"], 0);

    let taken_back = counter.run(&["register", "correct", "1", "--reason", "returned", "--json"]);
    assert_eq!(
        taken_back.code, 0,
        "any of the lots handed over together: {}",
        taken_back.stderr
    );
    let again = counter.run(&["consult", &number, "--json"]).json_with(0);
    assert_eq!(again["lines"][0]["remaining"], 1);
}

#[test]
fn boxes_of_two_lots_recorded_as_of_one_are_told_apart_afterwards() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    let write = |read: Value| {
        let path = counter.data_dir().join("decisions.json");
        let line =
            json!({"line": 1, "outcome": "conforming", "cip13": AMOXICILLIN, "boxes": 2, "read": read});
        std::fs::write(&path, json!({ "lines": [line] }).to_string()).unwrap();
        path.display().to_string()
    };
    let all_of_one = write(json!([{"lot": "A1", "serial": "S1"}]));
    counter
        .run(&["dispense", &number, "--decisions", &all_of_one, "--json"])
        .json_with(0);
    assert_eq!(told_apart(&registered(&counter), 1), [json!([2, "A1", ["S1"]])]);
    let apart = write(json!([{"lot": "A1", "serial": "S1"}, {"lot": "B2", "serial": "S2"}]));
    let corrected = counter.run(&[
        "register",
        "correct",
        "1",
        "--reason",
        "wrong-lot",
        "--replace",
        &apart,
        "--json",
    ]);
    assert_eq!(corrected.code, 0, "{}", corrected.stderr);
    let entries = registered(&counter);
    assert_eq!(
        told_apart(&entries, 1)[1..],
        [json!([1, "A1", ["S1"]]), json!([1, "B2", ["S2"]])]
    );
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    let lots: Vec<_> = seen["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["lot"].clone())
        .collect();
    assert_eq!(lots, [json!("A1"), json!("B2")], "{seen}");
    let outbox = counter.run(&["outbox", "list", "--json"]).json_with(0);
    assert_eq!(outbox["entries"], json!([]));
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!(verified["ok"], true);
}

/// A terminal on that prescription, its boxes due.
fn opened(counter: &Counter, number: &str) -> Terminal {
    let mut terminal = Terminal::open(counter, 100, 30);
    terminal.shows("Scannez le QR code");
    terminal.scan(number);
    terminal.shows("tout conforme");
    terminal
}

#[test]
fn boxes_typed_by_a_reader_are_counted_one_by_one_then_two_keys() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let mut terminal = opened(&counter, &number);
    terminal.scan(&typed(AMOXICILLIN, "A1", "S1"));
    terminal.shows("1/2 scannée");
    terminal.scan(&typed(AMOXICILLIN, "A1", "S1"));
    terminal.shows("même numéro de série");
    terminal.scan(&typed(AMOXICILLIN, "B2", "S2"));
    terminal.shows("2/2 scannées");
    terminal.scan(&typed(PARACETAMOL, "P1", "S3"));
    terminal.shows("ligne 2 décidée");
    terminal.scan(&typed(PREDNISOLONE, "R1", "S4"));
    terminal.shows("ligne 3 décidée");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    terminal.shows("1 boîte lot B2");
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    let entries = registered(&counter);
    assert_eq!(
        told_apart(&entries, 1),
        [json!([1, "A1", ["S1"]]), json!([1, "B2", ["S2"]])]
    );
    assert_eq!(told_apart(&entries, 2), [json!([1, "P1", ["S3"]])]);
}

#[test]
fn one_box_stands_for_all_by_one_key() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let mut terminal = opened(&counter, &number);
    for (box_read, shown) in [
        (typed(PARACETAMOL, "P1", "S3"), "ligne 2 décidée"),
        (typed(PREDNISOLONE, "R1", "S4"), "ligne 3 décidée"),
        (typed(AMOXICILLIN, "A1", "S1"), "1/2 scannée"),
    ] {
        terminal.scan(&box_read);
        terminal.shows(shown);
    }
    terminal.press("*");
    terminal.shows("vaut pour les 2");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    assert_eq!(told_apart(&registered(&counter), 1), [json!([2, "A1", ["S1"]])]);
}
