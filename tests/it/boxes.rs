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
            "même numéro de série",
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
    // The number of a prescription may hold the same two letters.
    let told = seen["deliveries"].to_string();
    assert!(
        !told.contains("S1") && !told.contains("serial"),
        "a serial stays in the pharmacy: {told}"
    );
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

const LEVOTHYROX_30: &str = "3400930065785";
const LEVOTHYROX_90: &str = "3400930121405";
const CONTRAMAL_10: &str = "3400930265215";
const CONTRAMAL_30: &str = "3400934808166";
const TAHOR_28: &str = "3400934306815";
const ATORVASTATIN_30: &str = "3400930183052";

/// A prescription of one line; boxes of one delivery and repeats.
fn prescribed(counter: &Counter, cip13: &str, (boxes, days, repeats): (u16, u16, u16)) -> String {
    std::fs::create_dir_all(counter.data_dir()).unwrap();
    let path = counter.data_dir().join("ordered.json");
    let line =
        json!({"cip13": cip13, "boxes": boxes, "days": days, "repeats": repeats, "dosage": "1 par jour"});
    std::fs::write(&path, json!({ "lines": [line] }).to_string()).unwrap();
    let out = counter.data_dir().join("written").display().to_string();
    let file = path.display().to_string();
    let document = counter
        .run(&["prescribe", "--file", &file, "--out", &out, "--json"])
        .json_with(0);
    document["number"].as_str().unwrap().to_owned()
}

#[test]
fn boxes_of_another_size_are_counted_in_units_from_the_counter_to_the_base() {
    let counter = Counter::with_its_own_base();
    for (ordered, of, given, count, outcome, remaining, stands_for, says) in [
        (
            LEVOTHYROX_30,
            (3, 90, 0),
            LEVOTHYROX_90,
            1,
            "conforming",
            0,
            Some("3"),
            "autant",
        ),
        (
            LEVOTHYROX_30,
            (1, 30, 2),
            LEVOTHYROX_90,
            1,
            "conforming",
            0,
            Some("3"),
            "autant",
        ),
        (
            LEVOTHYROX_30,
            (1, 30, 5),
            LEVOTHYROX_90,
            1,
            "conforming",
            3,
            Some("3"),
            "autant",
        ),
        (
            LEVOTHYROX_90,
            (1, 90, 1),
            LEVOTHYROX_30,
            3,
            "conforming",
            1,
            Some("1"),
            "autant",
        ),
        (
            CONTRAMAL_30,
            (1, 7, 0),
            CONTRAMAL_10,
            3,
            "conforming",
            0,
            Some("1"),
            "autant",
        ),
        (
            ATORVASTATIN_30,
            (1, 30, 2),
            TAHOR_28,
            1,
            "substituted",
            2,
            Some("1"),
            "2 de moins",
        ),
        (
            TAHOR_28,
            (1, 28, 2),
            ATORVASTATIN_30,
            1,
            "substituted",
            2,
            Some("1"),
            "2 de plus",
        ),
        (
            LEVOTHYROX_30,
            (1, 30, 2),
            LEVOTHYROX_30,
            1,
            "conforming",
            2,
            None,
            "",
        ),
    ] {
        let what = format!("{count} × {given} for {of:?} of {ordered}");
        let number = prescribed(&counter, ordered, of);
        let path = counter.data_dir().join("decisions.json");
        let line = json!({"line": 1, "outcome": outcome, "cip13": given, "boxes": count, "lot": "A1",
            "reason": (outcome == "substituted").then_some("generic")});
        std::fs::write(&path, json!({ "lines": [line] }).to_string()).unwrap();
        let path = path.display().to_string();
        let done = counter.run(&["dispense", &number, "--decisions", &path, "--json"]);
        assert_eq!(done.code, 0, "{what}: {}{}", done.stdout, done.stderr);
        let findings = done.json()["findings"].to_string();
        assert_eq!(
            findings.contains("other-box-size"),
            stands_for.is_some(),
            "{what}: {findings}"
        );
        assert!(findings.contains(says), "{what}: {findings}");
        let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
        assert_eq!(consulted["lines"][0]["remaining"], remaining, "{what}");
        let seen = counter
            .run(&["prescriber", "show", &number, "--json"])
            .json_with(0);
        let delivery = &seen["deliveries"][0];
        assert_eq!(delivery["boxes"], count, "{what}");
        assert_eq!(delivery["stands_for"].as_str(), stands_for, "{what}");
        assert_eq!(
            seen["status"],
            if remaining == 0 { "done" } else { "partial" },
            "{what}"
        );
    }
}

#[test]
fn each_box_given_for_another_is_recorded_with_its_legal_ground() {
    let counter = Counter::with_its_own_base();
    for (ordered, given, ground) in [
        // The same capsules from another country: a speciality of its own, in no group.
        (
            "3400934103650",
            "3400949003297",
            Some(("parallel-import", "R. 5121-115")),
        ),
        (
            "3400949003297",
            "3400934103650",
            Some(("parallel-import", "R. 5121-115")),
        ),
        (TAHOR_28, ATORVASTATIN_30, Some(("generic", "L. 5125-23, II"))),
        // Distributed in parallel: another code of the same speciality, which is what was ordered.
        ("3400935601650", "3400949505081", None),
    ] {
        let number = prescribed(&counter, ordered, (1, 30, 0));
        let path = counter.data_dir().join("decisions.json");
        let outcome = if ground.is_some() {
            "substituted"
        } else {
            "conforming"
        };
        let line = json!({"line": 1, "outcome": outcome, "cip13": given, "boxes": 1, "lot": "A1",
            "reason": ground.is_some().then_some("out-of-stock")});
        std::fs::write(&path, json!({ "lines": [line] }).to_string()).unwrap();
        let done = counter.run(&[
            "dispense",
            &number,
            "--decisions",
            &path.display().to_string(),
            "--json",
        ]);
        assert_eq!(
            done.code, 0,
            "{ordered} → {given}: {}{}",
            done.stdout, done.stderr
        );
        let entry = registered(&counter).pop().unwrap();
        let number = entry["number"].to_string();
        assert_eq!(
            entry["basis"].as_str(),
            ground.map(|(code, _)| code),
            "{ordered} → {given}"
        );
        let shown = counter.run(&["register", "show", &number]).stdout;
        assert!(
            shown.contains(ground.map_or("Lot", |(_, article)| article)),
            "{shown}"
        );
    }
}

#[test]
fn an_imported_box_ticks_the_line_of_what_it_is_imported_for() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let number = prescribed(&counter, "3400934103650", (1, 5, 0));
    let mut terminal = opened(&counter, &number);
    terminal.scan(&typed("3400949003297", "D1", "S1"));
    terminal.shows("importation parallèle");
    terminal.press(ENTER);
    terminal.shows("R. 5121-115");
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    assert_eq!(registered(&counter)[0]["basis"], "parallel-import");
}

#[test]
fn small_boxes_are_fractions_until_they_make_the_box_ordered() {
    let counter = Counter::with_its_own_base();
    let number = prescribed(&counter, CONTRAMAL_30, (1, 7, 0));
    let path = counter.data_dir().join("decisions.json");
    let of_ten = |boxes: u16, partial: Value| {
        let line = json!({"line": 1, "outcome": "conforming", "cip13": CONTRAMAL_10, "boxes": boxes, "partial": partial});
        // The second comes before the first is used up: that is what was owed.
        let passed = json!([{"finding": "renewal-early", "reason": "le reste dû"}]);
        std::fs::write(&path, json!({ "lines": [line], "overrides": passed }).to_string()).unwrap();
        counter.run(&[
            "dispense",
            &number,
            "--decisions",
            &path.display().to_string(),
            "--json",
        ])
    };
    let remaining =
        || counter.run(&["consult", &number, "--json"]).json_with(0)["lines"][0]["remaining"].clone();
    let unexplained = of_ten(1, Value::Null);
    assert_eq!(unexplained.code, 4, "{}", unexplained.stdout);
    assert!(
        unexplained.stdout.contains("partial-unexplained"),
        "{}",
        unexplained.stdout
    );
    assert_eq!(of_ten(1, json!("owed")).code, 0);
    assert_eq!(remaining(), 1, "a third of a box is not a box");
    let rest = of_ten(2, Value::Null);
    assert_eq!(
        (rest.code, remaining()),
        (0, json!(0)),
        "{}{}",
        rest.stdout,
        rest.stderr
    );
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    let stand_for: Vec<_> = seen["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["stands_for"].clone())
        .collect();
    assert_eq!(stand_for, [json!("1/3"), json!("2/3")], "{seen}");
    assert_eq!(seen["status"], "done");
}

#[test]
fn small_boxes_are_scanned_until_they_make_the_box_ordered() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let number = prescribed(&counter, CONTRAMAL_30, (1, 7, 0));
    let mut terminal = opened(&counter, &number);
    for (serial, shown) in [
        ("S1", "ce n’est pas encore le compte"),
        ("S2", "2 scannées"),
        ("S3", "ligne 1 décidée"),
        ("S4", "déjà ses 3 boîtes"),
    ] {
        terminal.scan(&typed(CONTRAMAL_10, "T1", serial));
        terminal.shows(shown);
    }
    terminal.shows("tiennent lieu de 1 boîte prescrite");
}

#[test]
fn a_pack_of_three_months_is_proposed_where_what_remains_takes_it() {
    let counter = Counter::with_its_own_base();
    for (ordered, of, packs) in [
        (
            LEVOTHYROX_30,
            (3, 90, 0),
            json!([{"cip13": LEVOTHYROX_90, "stands_for": 3}]),
        ),
        (
            LEVOTHYROX_30,
            (1, 30, 2),
            json!([{"cip13": LEVOTHYROX_90, "stands_for": 3}]),
        ),
        (LEVOTHYROX_30, (1, 30, 1), json!([])),
        // Half a tablet a day: the same box would last six months.
        (LEVOTHYROX_30, (1, 60, 5), json!([])),
        (LEVOTHYROX_90, (1, 90, 3), json!([])),
        // Under a secured prescription, its days are counted.
        (CONTRAMAL_10, (3, 10, 0), json!([])),
    ] {
        let number = prescribed(&counter, ordered, of);
        let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
        assert_eq!(consulted["lines"][0]["long_packs"], packs, "{of:?} of {ordered}");
    }
}

#[test]
fn more_units_than_remain_are_refused() {
    let counter = Counter::with_its_own_base();
    let number = prescribed(&counter, LEVOTHYROX_30, (1, 30, 1));
    let path = counter.data_dir().join("decisions.json");
    let line = json!({"line": 1, "outcome": "conforming", "cip13": LEVOTHYROX_90, "boxes": 1});
    std::fs::write(&path, json!({ "lines": [line] }).to_string()).unwrap();
    let path = path.display().to_string();
    let refused = counter.run(&["dispense", &number, "--decisions", &path, "--json"]);
    assert_eq!(refused.code, 4);
    let findings = refused.json()["findings"].to_string();
    assert!(
        findings.contains("above-remaining") && findings.contains("3 boîtes"),
        "{findings}"
    );
}

#[test]
fn a_box_of_ninety_ticks_three_of_thirty() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let number = prescribed(&counter, LEVOTHYROX_30, (3, 90, 0));
    let mut terminal = opened(&counter, &number);
    terminal.shows("Grand conditionnement possible");
    terminal.scan(&typed(LEVOTHYROX_90, "L9", "S1"));
    terminal.shows("tient lieu de 3 boîtes prescrites");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    assert_eq!(told_apart(&registered(&counter), 1), [json!([1, "L9", ["S1"]])]);
    let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
    assert_eq!(consulted["status"], "done");
}

#[test]
fn a_box_that_left_on_another_prescription_is_said_until_it_comes_back() {
    let counter = Counter::with_its_own_base();
    let [(first, _), (second, _)] = [(); 2].map(|()| counter.prescribe("conforming"));
    let decisions = |serial: &str| {
        let path = counter.data_dir().join("decisions.json");
        let read = json!([{"lot": "A1", "serial": serial}]);
        let lines = json!([{"line": 1, "outcome": "conforming", "cip13": AMOXICILLIN, "boxes": 1, "partial": "owed", "read": read}]);
        std::fs::write(&path, json!({ "lines": lines }).to_string()).unwrap();
        path.display().to_string()
    };
    let deliver = |number: &str, serial: &str, others: &[&str]| {
        let file = decisions(serial);
        counter.run(&[&["dispense", number, "--decisions", &file, "--json"], others].concat())
    };
    assert_eq!(deliver(&first, "S1", &[]).code, 0);

    for others in [&[][..], &["--dry-run"]] {
        let stopped = deliver(&second, "S1", others);
        assert_eq!(stopped.code, 4, "{stopped:?}");
        assert!(stopped.stdout.contains("box-gone"), "{stopped:?}");
    }
    let mut terminal = Terminal::open(&counter, 100, 30);
    terminal.shows("Scannez le QR code");
    terminal.scan(&second);
    terminal.shows("AMOXICILLINE");
    terminal.scan(&typed(AMOXICILLIN, "A1", "S1"));
    terminal.shows("Boîte DÉJÀ SORTIE (ordonnancier n° 1)");
    terminal.press("\u{1b}");
    drop(terminal);

    assert_eq!(
        counter
            .run(&["register", "correct", "1", "--reason", "returned"])
            .code,
        0
    );
    assert_eq!(deliver(&second, "S1", &[]).code, 0, "it came back");
    let passed = deliver(
        &first,
        "S1",
        &["--override", "box-gone=boîte rendue par le patient"],
    );
    assert_eq!(passed.code, 0, "{passed:?}");
}
