//! The rules where people meet them: from the prescriber's file to the prescriber's view, with the real program.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::support::command::Counter;

/// The day it is at the counter.
#[expect(
    clippy::disallowed_methods,
    reason = "the program under test reads the same clock"
)]
fn today() -> Date {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    Timestamp::now().to_zoned(paris).date()
}

fn write(counter: &Counter, name: &str, content: &Value) -> String {
    let path = counter.home.path().join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.display().to_string()
}

/// Writes a prescription of those lines, as a prescriber's software would.
fn prescribe(counter: &Counter, prescription: &Value) -> String {
    let file = write(counter, "order.json", prescription);
    let out = counter.home.path().join("written").display().to_string();
    let written = counter
        .run(&["prescribe", "--file", &file, "--out", &out, "--json"])
        .json_with(0);
    written["number"].as_str().unwrap().to_owned()
}

fn finding<'a>(document: &'a Value, id: &str) -> Option<&'a Value> {
    document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["id"] == id)
}

fn dispense(counter: &Counter, number: &str, lines: &Value) -> (i32, Value) {
    let decisions = write(counter, "decisions.json", &json!({ "lines": lines }));
    let ended = counter.run(&["dispense", number, "--decisions", &decisions, "--json"]);
    (ended.code, ended.json())
}

#[test]
fn a_narcotic_is_delivered_by_its_fraction() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("fractions");
    let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
    let due = finding(&consulted, "fraction-due").unwrap();
    assert_eq!(
        (&due["severity"], &due["line"]),
        (&json!("information"), &json!(1))
    );
    assert!(due["explanation"].as_str().unwrap().contains("1 boîte sur 2"));
    assert!(finding(&consulted, "secured-support").is_some());
    let labels = consulted["lines"][0]["conditions"].as_array().unwrap();
    assert!(
        labels.contains(&json!("délivrance fractionnée de 14 jours")),
        "{labels:?}"
    );

    let (code, stopped) = dispense(
        &counter,
        &number,
        &json!([{"line": 1, "outcome": "conforming", "boxes": 2}]),
    );
    assert_eq!(code, 4, "two fractions at once: {stopped}");
    assert_eq!(
        finding(&stopped, "above-fraction").unwrap()["severity"],
        "warning"
    );

    let one = json!([{"line": 1, "outcome": "conforming", "boxes": 1, "partial": "fraction"}]);
    let (code, dispensed) = dispense(&counter, &number, &one);
    assert_eq!(
        (code, &dispensed["state"]),
        (0, &json!("accepted")),
        "{dispensed}"
    );
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    assert_eq!(seen["deliveries"][0]["boxes"], 1);
    let again = counter.run(&["consult", &number, "--json"]).json_with(0);
    assert!(
        finding(&again, "renewal-early").is_some(),
        "the next fraction waits: {again}"
    );
}

#[test]
fn a_biosimilar_is_given_with_its_lot() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("biosimilar");
    // One pen in the box: two boxes for the two pens prescribed.
    let of = |boxes: u16, lot: Value| json!([{"line": 1, "outcome": "substituted", "reason": "generic", "cip13": "3400930273036", "boxes": boxes, "lot": lot}]);
    let hyrimoz = |lot| of(2, lot);
    let (code, stopped) = dispense(&counter, &number, &of(1, json!("HZ42")));
    assert_eq!(code, 4);
    let half = finding(&stopped, "partial-unexplained").unwrap();
    assert!(
        half["explanation"].as_str().unwrap().contains("autre taille"),
        "{half}"
    );
    let (code, stopped) = dispense(&counter, &number, &hyrimoz(Value::Null));
    assert_eq!(code, 4);
    assert_eq!(
        finding(&stopped, "biosimilar-lot").unwrap()["severity"],
        "blocking"
    );
    let (code, dispensed) = dispense(&counter, &number, &hyrimoz(json!("HZ42")));
    assert_eq!(
        (code, &dispensed["state"]),
        (0, &json!("accepted")),
        "{dispensed}"
    );
    let to_tell = finding(&dispensed, "biosimilar-to-tell").unwrap()["explanation"]
        .as_str()
        .unwrap();
    assert!(
        to_tell.contains("lot HZ42") && to_tell.contains("HUMIRA"),
        "{to_tell}"
    );
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    assert!(
        seen["deliveries"][0]["product"]
            .as_str()
            .unwrap()
            .contains("HYRIMOZ")
    );
}

#[test]
fn a_hybrid_is_a_ground_and_keeping_the_reference_can_be_said() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("hybrid");
    let hybrid =
        json!([{"line": 1, "outcome": "substituted", "reason": "generic", "cip13": "3400930313428"}]);
    let (code, dispensed) = dispense(&counter, &number, &hybrid);
    assert_eq!(
        (code, &dispensed["state"]),
        (0, &json!("accepted")),
        "{dispensed}"
    );

    let (number, _) = counter.prescribe("hybrid");
    let kept =
        json!([{"line": 1, "outcome": "conforming", "kept": "patient-refuses", "note": "essayé en mars"}]);
    let (code, dispensed) = dispense(&counter, &number, &kept);
    assert_eq!(code, 0, "{dispensed}");
    let register = counter.run(&["register", "show", "2", "--json"]).json_with(0);
    let noted = register.to_string();
    assert!(
        noted.contains("refus du patient") && noted.contains("essayé en mars"),
        "{noted}"
    );
}

#[test]
fn packs_of_three_months_are_delivered_whole() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("three-months");
    let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
    assert!(finding(&consulted, "long-pack").is_some());
    let dispensed = counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    assert_eq!(
        dispensed["state"], "accepted",
        "twelve weeks of a contraceptive too: {dispensed}"
    );
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 2);
}

#[test]
fn another_prescription_of_the_same_narcotic_is_remembered_here() {
    let counter = Counter::with_its_own_base();
    let order = json!({
        "patient": {"ins": "279035121518989"},
        "prescriber": {"specialty": "Oncologie médicale"},
        "lines": [{"cip13": "3400933323523", "boxes": 2, "days": 14}],
    });
    let first = prescribe(&counter, &order);
    counter.run(&["dispense", &first, "--all", "--json"]).json_with(0);
    let second = prescribe(&counter, &order);
    let consulted = counter.run(&["consult", &second, "--json"]).json_with(0);
    let overlap = finding(&consulted, "overlap").unwrap();
    let earliest = today().saturating_add(14.days()).strftime("%d/%m/%Y").to_string();
    assert_eq!(overlap["severity"], "warning");
    assert!(
        overlap["explanation"].as_str().unwrap().contains(&earliest),
        "{overlap}"
    );
    let ended = counter.run(&["dispense", &second, "--all", "--json"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    counter
        .run(&[
            "dispense",
            &second,
            "--all",
            "--override",
            "overlap=boîtes perdues, médecin appelé",
            "--json",
        ])
        .json_with(0);
}

#[test]
fn one_exceptional_box_goes_through_to_the_prescriber() {
    let counter = Counter::with_its_own_base();
    let over = |last_day: Date| {
        json!({
            "written_on": today().saturating_sub(170.days()).to_string(),
            "valid_until": last_day.to_string(),
            "lines": [{"cip13": "3400930183052", "boxes": 1, "days": 30, "repeats": 5}],
        })
    };
    let number = prescribe(&counter, &over(today().saturating_sub(3.days())));
    let stopped = counter.run(&["dispense", &number, "--all", "--json"]);
    assert_eq!(stopped.code, 4, "{stopped:?}");
    assert_eq!(
        finding(&stopped.json(), "exceptional-supply").unwrap()["severity"],
        "warning"
    );
    let dispensed = counter
        .run(&[
            "dispense",
            &number,
            "--all",
            "--override",
            "exceptional-supply=rendez-vous le mois prochain",
            "--json",
        ])
        .json_with(0);
    assert_eq!(dispensed["state"], "accepted", "{dispensed}");
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    assert_eq!(seen["deliveries"][0]["boxes"], 1);
    let again = counter.run(&["dispense", &number, "--all", "--json"]);
    assert_eq!(again.code, 4, "once: {again:?}");

    let number = prescribe(&counter, &over(today().saturating_sub(40.days())));
    let ended = counter.run(&["dispense", &number, "--all", "--json"]);
    assert_eq!(
        finding(&ended.json(), "prescription-expired").unwrap()["severity"],
        "blocking"
    );
}
