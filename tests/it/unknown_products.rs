//! A product that no list has is delivered with what is printed on its box, and never blocks.

use serde_json::json;

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::terminal::Terminal;

/// A rightly formed code that the training catalogue does not have.
const ABSENT: &str = "3400999999991";
const ENTER: &str = "\r";
const PRINTED: &str = "Boîte nouvelle 10 comprimés";

#[test]
fn a_box_absent_from_the_catalogue_goes_to_the_prescriber_with_what_is_printed_on_it() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, sheet) = counter.prescribe("unknown-product");
    let decisions = json!({"lines": [
        {"line": 1, "outcome": "conforming"},
        {"line": 2, "outcome": "adjusted", "cip13": ABSENT, "label": PRINTED, "boxes": 1, "lot": "7K", "reason": "product",
         "agreement": {"by": "prescriber", "channel": "phone", "at": "2026-01-05T10:00:00+01:00"}}
    ]});
    let file = counter.home.path().join("decisions.json");
    std::fs::write(&file, decisions.to_string()).unwrap();
    let (sheet, file) = (sheet.display().to_string(), file.display().to_string());
    let done = counter
        .run(&["dispense", &sheet, "--decisions", &file, "--json"])
        .json_with(0);
    assert_eq!(done["state"], "accepted", "{done}");
    assert!(done.to_string().contains("product-unknown"), "{done}");

    let seen = counter.run(&["prescriber", "show", &number]);
    assert_eq!(seen.code, 0, "{seen:?}");
    let text = seen.stdout.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(text.contains(PRINTED) && text.contains("7K"), "{text}");
    base.stop();
}

/// What the prescriber and the register say of a code that nobody knows.
fn is_marked(counter: &Counter, number: &str, entry: u32) {
    let seen = counter
        .run(&["prescriber", "show", number, "--json"])
        .json_with(0);
    let marked = seen["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|delivery| delivery["unlisted_code"] == true);
    let products: Vec<&str> = marked
        .filter_map(|delivery| delivery["product"].as_str())
        .collect();
    assert_eq!(products, [PRINTED], "{seen}");
    let text = counter.run(&["prescriber", "show", number]).stdout;
    assert!(text.contains("code inconnu"), "{text}");
    let registered = counter
        .run(&["register", "show", &entry.to_string(), "--json"])
        .json_with(0);
    assert_eq!(registered["unlisted_code"], true, "{registered}");
    assert_eq!(
        (&registered["product"], &registered["code"]),
        (&json!(PRINTED), &json!(ABSENT))
    );
    let text = counter.run(&["register", "show", &entry.to_string()]).stdout;
    assert!(text.contains("code inconnu"), "{text}");
}

#[test]
fn a_code_that_nobody_knows_is_marked_in_the_register_and_for_the_prescriber() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let decisions = json!({"lines": [
        {"line": 1, "outcome": "conforming", "cip13": ABSENT, "label": PRINTED, "boxes": 2, "lot": "7K"},
        {"line": 2, "outcome": "conforming"}, {"line": 3, "outcome": "conforming"}
    ], "overrides": [{"finding": "substitution-unverified", "reason": "même produit, boîte nouvelle"}]});
    let file = counter.home.path().join("decisions.json");
    std::fs::write(&file, decisions.to_string()).unwrap();
    let file = file.display().to_string();
    let done = counter
        .run(&["dispense", &number, "--decisions", &file, "--json"])
        .json_with(0);
    assert_eq!(done["state"], "accepted", "{done}");
    let marks: Vec<bool> = done["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["unlisted_code"].as_bool().unwrap())
        .collect();
    assert_eq!(marks, [true, false, false], "{done}");
    is_marked(&counter, &number, 1);
    base.stop();
}

#[test]
fn at_the_counter_it_is_scanned_named_and_delivered() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let mut terminal = Terminal::open(&counter, 80, 32);
    terminal.shows("Scannez le QR code");
    terminal.scan(&number);
    terminal.shows("à décider");
    terminal.scan(&format!("010{ABSENT}17280630107K"));
    terminal.shows("Code inconnu");
    terminal.send(PRINTED);
    // The second line orders one box, as there is in the hand.
    terminal.press("\u{1b}[B");
    terminal.press(ENTER);
    terminal.shows("Ligne 2 servie avec cette boîte");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    terminal.press(ENTER);
    terminal.shows("Pourquoi passer outre");
    terminal.send("même produit, boîte nouvelle");
    terminal.press(ENTER);
    terminal.shows("ENREGISTRER ET ENVOYER");
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    terminal.kill();
    is_marked(&counter, &number, 2);
    base.stop();
}
