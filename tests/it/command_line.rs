//! The command line's contract: commands, stable keys, exit codes.

use serde_json::{Value, json};

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn has_keys(value: &Value, wanted: &[&str]) {
    let found = keys(value);
    for key in wanted {
        assert!(found.contains(key), "{key} is missing from {found:?}");
    }
}

fn write(counter: &Counter, name: &str, text: &str) -> String {
    let path = counter.home.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_sheet_goes_from_scan_to_the_prescribers_view() {
    let counter = Counter::with_its_own_base();
    let (number, png) = counter.prescribe("conforming");
    let png = png.display().to_string();

    let scanned = counter.run(&["scan", &png, "--json"]).json_with(0);
    let symbol = &scanned["files"][0]["symbols"][0];
    assert_eq!(
        (symbol["kind"].as_str(), symbol["number"].as_str()),
        (Some("prescription"), Some(number.as_str()))
    );

    let consulted = counter.run(&["consult", &png, "--json"]).json_with(0);
    has_keys(
        &consulted,
        &[
            "number",
            "status",
            "written_on",
            "patient",
            "prescriber",
            "consent",
            "hold",
            "lines",
            "findings",
        ],
    );
    assert_eq!(consulted["status"], "open");
    assert_eq!(consulted["consent"], "agreed");
    for line in consulted["lines"].as_array().unwrap() {
        has_keys(
            line,
            &[
                "line",
                "kind",
                "label",
                "code",
                "prescribed",
                "remaining",
                "substitution",
                "status",
                "findings",
            ],
        );
        assert_eq!(line["prescribed"], line["remaining"]);
    }

    let dispensed = counter.run(&["dispense", &png, "--all", "--json"]).json_with(0);
    has_keys(
        &dispensed,
        &[
            "dispense",
            "number",
            "state",
            "visible_to_prescriber",
            "lines",
            "findings",
        ],
    );
    assert_eq!(
        (&dispensed["state"], &dispensed["visible_to_prescriber"]),
        (&json!("accepted"), &json!(true))
    );
    let registered: Vec<_> = dispensed["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["register"].clone())
        .collect();
    assert_eq!(registered, [json!(1), json!(2), json!(3)]);

    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    has_keys(&seen, &["number", "status", "lines", "deliveries"]);
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 3);
    has_keys(
        &seen["deliveries"][0],
        &["line", "product", "boxes", "outcome", "reason", "pharmacy", "at"],
    );

    let again = counter.run(&["dispense", &png, "--all", "--json"]);
    assert_eq!(again.code, 4, "nothing is left: {again:?}");
    assert!(
        again.stderr.contains("CSP"),
        "the rule is shown: {}",
        again.stderr
    );
    let outbox = counter.run(&["outbox", "list", "--json"]).json_with(0);
    assert_eq!(outbox, json!({ "entries": [] }));
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!(
        (&verified["ok"], &verified["entries"], &verified["first_bad"]),
        (&json!(true), &json!(3), &json!(null))
    );
}

#[test]
fn an_opposition_hides_the_delivery_and_never_blocks_it() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("opposition");
    let dispensed = counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    assert_eq!(
        (&dispensed["state"], &dispensed["visible_to_prescriber"]),
        (&json!("accepted"), &json!(false))
    );
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    assert_eq!(seen["deliveries"], json!([]));
    // The patient changes their mind, through the caisse: the past becomes visible too.
    assert_eq!(counter.run(&["patient", "agree", &number]).code, 0);
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    assert!(!seen["deliveries"].as_array().unwrap().is_empty());
    assert_eq!(counter.run(&["patient", "oppose", &number]).code, 0);
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    assert_eq!(seen["deliveries"], json!([]));
}

#[test]
fn decisions_are_recorded_posted_and_seen_line_by_line() {
    let counter = Counter::with_its_own_base();
    let order = json!({"consent": "agreed", "lines": [
        {"cip13": "3400933857042", "dosage": "1 gélule 3 fois par jour pendant 6 jours", "boxes": 2, "days": 6},
        {"cip13": "3400935955838", "dosage": "1 comprimé si douleur", "boxes": 2},
        {"cip13": "3400937627795", "dosage": "1 comprimé matin et soir", "boxes": 1, "non_substitutable": "MTE"},
        {"lpp": "1163922", "label": "VISMED, unidoses", "boxes": 1},
        {"other": "bilan sanguin", "executor": "laboratory"},
    ]});
    let order = write(&counter, "order.json", &order.to_string());
    let out = counter.home.path().join("out").display().to_string();
    let written = counter
        .run(&["prescribe", "--file", &order, "--out", &out, "--json"])
        .json_with(0);
    has_keys(&written, &["number", "png", "pdf", "fhir"]);
    let number = written["number"].as_str().unwrap();
    let decisions = json!({"lines": [
        {"line": 1, "outcome": "substituted", "cip13": "3400930219911", "boxes": 2, "reason": "out-of-stock", "lot": "A12", "expiry": "2099-06-30"},
        {"line": 2, "outcome": "conforming", "boxes": 1, "reason": "owed"},
        {"line": 3, "outcome": "not-delivered", "reason": "patient-has-some"},
        {"line": 4, "outcome": "conforming", "boxes": 1},
    ]});
    let decisions = write(&counter, "decisions.json", &decisions.to_string());

    let dry = counter
        .run(&[
            "dispense",
            number,
            "--decisions",
            &decisions,
            "--dry-run",
            "--json",
        ])
        .json_with(0);
    assert_eq!(dry["lines"][0]["register"], json!(null));
    let listed = counter.run(&["register", "list", "--json"]).json_with(0);
    assert_eq!(listed["entries"], json!([]), "a dry run records nothing");

    let done = counter
        .run(&["dispense", number, "--decisions", &decisions, "--json"])
        .json_with(0);
    assert_eq!(done["state"], "accepted");
    let outcomes: Vec<_> = done["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        ["substituted", "conforming", "not-delivered", "conforming"]
    );
    let seen = counter
        .run(&["prescriber", "show", number, "--json"])
        .json_with(0);
    let deliveries = seen["deliveries"].as_array().unwrap();
    let of = |line: u64| {
        deliveries
            .iter()
            .find(|delivery| delivery["line"] == line)
            .unwrap()
    };
    assert_eq!(
        (&of(1)["outcome"], &of(1)["reason"]),
        (&json!("substituted"), &json!("out-of-stock"))
    );
    assert_eq!(
        (&of(3)["outcome"], &of(3)["reason"]),
        (&json!("not-delivered"), &json!("patient-has-some"))
    );
    assert_eq!(of(4)["boxes"], 1);
    let consulted = counter.run(&["consult", number, "--json"]).json_with(0);
    assert_eq!(consulted["status"], "partial");
    let remaining: Vec<_> = consulted["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["remaining"].clone())
        .collect();
    assert_eq!(remaining[..4], [json!(0), json!(1), json!(1), json!(0)]);
}

#[test]
fn what_is_wrong_gets_its_sentence_its_code_and_changes_nothing() {
    let counter = Counter::with_its_own_base();
    let (number, png) = counter.prescribe("conforming");
    let (expired, _) = counter.prescribe("expired");
    let (cancelled, _) = counter.prescribe("conforming");
    assert_eq!(counter.run(&["prescriber", "cancel", &cancelled]).code, 0);
    let (strict, _) = counter.prescribe("non-substitutable");
    let bytes = std::fs::read(&png).unwrap();
    let truncated = counter.home.path().join("truncated.png");
    std::fs::write(&truncated, &bytes[..bytes.len() / 3]).unwrap();
    let truncated = truncated.display().to_string();
    let text = write(&counter, "text.png", "not a picture");
    let garbage = write(&counter, "garbage.json", "{\"lines\": [{\"line\": \"one\"}]}");
    let unknown_reason = write(
        &counter,
        "reason.json",
        r#"{"lines":[{"line":1,"outcome":"not-delivered","reason":"because"}]}"#,
    );
    let above = write(
        &counter,
        "above.json",
        r#"{"lines":[{"line":1,"outcome":"conforming","boxes":9}]}"#,
    );
    let no_such_line = write(
        &counter,
        "line.json",
        r#"{"lines":[{"line":77,"outcome":"conforming"}]}"#,
    );
    let forbidden = write(
        &counter,
        "forbidden.json",
        r#"{"lines":[{"line":1,"outcome":"substituted","cip13":"3400930219911","reason":"generic"}]}"#,
    );
    let missing = counter.home.path().join("missing.json").display().to_string();
    for (arguments, code, said) in [
        (vec!["scan", &truncated], 3, "truncated"),
        (vec!["scan", &text], 3, "text.png"),
        (vec!["consult", &text], 3, "text.png"),
        (vec!["consult", "/nowhere/sheet.png"], 3, "/nowhere/sheet.png"),
        (vec!["consult", "hello"], 3, "18"),
        (vec!["consult", "01ZZZZZZZZZZZZZZZZ"], 4, "01 ZZZZ"),
        (vec!["consult", "01S2TBPZ2JCNZZYGHO"], 3, "01S2TBPZ2JCNZZYGH0"),
        (vec!["dispense", &expired, "--all"], 4, "R. 5132-22"),
        (vec!["dispense", &cancelled, "--all"], 4, "annul"),
        (vec!["dispense", &number], 2, "--all"),
        (
            vec!["dispense", &number, "--decisions", &missing],
            2,
            "missing.json",
        ),
        (vec!["dispense", &number, "--decisions", &garbage], 2, "ligne 1"),
        (
            vec!["dispense", &number, "--decisions", &unknown_reason],
            2,
            "patient-has-some",
        ),
        (vec!["dispense", &number, "--decisions", &above], 4, "9"),
        (vec!["dispense", &number, "--decisions", &no_such_line], 4, "77"),
        (vec!["dispense", &strict, "--decisions", &forbidden], 4, "MTE"),
        (vec!["register", "show", "99"], 4, "99"),
        (vec!["frobnicate"], 2, "frobnicate"),
        (vec!["--operator", "nobody", "consult", &number], 2, "nobody"),
    ] {
        let ended = counter.run(&arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {ended:?}");
        assert!(
            ended.stderr.contains(said),
            "{arguments:?} should say {said:?}: {}",
            ended.stderr
        );
    }
    let listed = counter.run(&["register", "list", "--json"]).json_with(0);
    assert_eq!(listed["entries"], json!([]));
    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    assert_eq!(seen["deliveries"], json!([]));
}

#[test]
fn a_base_that_is_down_stops_nothing_that_can_be_done_without_it() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let address = base.address.clone();
    let counter = Counter::of_base(&address);
    let (known, _) = counter.prescribe("conforming");
    let (unknown, _) = counter.prescribe("conforming");
    counter.run(&["consult", &known, "--json"]).json_with(0);
    base.stop();

    let ended = counter.run(&["consult", &unknown]);
    assert_eq!(ended.code, 5, "{ended:?}");
    let consulted = counter.run(&["consult", &known, "--json"]).json_with(0);
    assert_eq!(consulted["freshness"]["from"], "store");
    let dispensed = counter.run(&["dispense", &known, "--all", "--json"]).json_with(0);
    assert_eq!(
        (&dispensed["state"], &dispensed["visible_to_prescriber"]),
        (&json!("pending"), &json!(null))
    );
    let again = counter.run(&["dispense", &known, "--all", "--json"]);
    assert_eq!(again.code, 4, "what was recorded here counts at once: {again:?}");
    let outbox = counter.run(&["outbox", "list", "--json"]).json_with(0);
    assert_eq!(outbox["entries"].as_array().unwrap().len(), 1);
    has_keys(
        &outbox["entries"][0],
        &[
            "dispense",
            "number",
            "state",
            "since",
            "attempts",
            "next_attempt",
            "reason",
        ],
    );
    assert_eq!(outbox["entries"][0]["reason"], "unreachable");

    let _base = BaseServer::start_again(files.path(), &address);
    counter.run(&["outbox", "flush", "--json"]).json_with(0);
    assert_eq!(
        counter.run(&["outbox", "list", "--json"]).json_with(0),
        json!({ "entries": [] })
    );
    let seen = counter
        .run(&["prescriber", "show", &known, "--json"])
        .json_with(0);
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 3);
}

#[test]
fn a_refused_login_is_said_and_loses_nothing() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, _) = counter.prescribe("conforming");
    let intruder = Counter::of_base(&base.address).with_token("not-a-token");
    let ended = intruder.run(&["consult", &number]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(
        ended.stderr.contains("identif") || ended.stderr.contains("connexion"),
        "{}",
        ended.stderr
    );
}

#[test]
fn an_entry_of_the_register_is_corrected_by_another_one() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    let corrected = counter
        .run(&[
            "register",
            "correct",
            "2",
            "--reason",
            "erreur de saisie",
            "--json",
        ])
        .json_with(0);
    assert_eq!(corrected["number"], 4);
    let shown = counter.run(&["register", "show", "4", "--json"]).json_with(0);
    assert_eq!(
        (&shown["corrects"], &shown["reason"]),
        (&json!(2), &json!("erreur de saisie"))
    );
    assert_eq!(
        counter
            .run(&["register", "correct", "2", "--reason", "encore"])
            .code,
        4,
        "corrected once"
    );
    assert_eq!(
        counter.run(&["register", "verify", "--json"]).json_with(0)["entries"],
        4
    );
    let exported = counter.run(&["register", "export"]);
    assert_eq!(exported.stdout.lines().count(), 4, "{}", exported.stdout);
}

#[test]
fn without_a_terminal_the_whole_way_is_played_as_text() {
    let counter = Counter::with_its_own_base();
    for arguments in [&[][..], &["demo"][..]] {
        let ended = counter.run(arguments);
        assert_eq!(ended.code, 0, "{ended:?}");
        for part in ["accord", "opposition", "ordonnancier", "prescripteur"] {
            assert!(
                ended.stdout.to_lowercase().contains(part),
                "{part}: {}",
                ended.stdout
            );
        }
    }
    assert!(
        !counter.data_dir().exists(),
        "a demonstration leaves nothing in the register"
    );
}

#[test]
fn no_escape_sequence_of_a_prescription_reaches_the_terminal() {
    let counter = Counter::with_its_own_base();
    let hostile = "\u{1b}]52;c;AAAA\u{7}\u{1b}[2J\u{202e}10";
    let order = json!({
        "patient": {"family": hostile, "given": hostile},
        "prescriber": {"family": hostile, "specialty": hostile, "phone": hostile},
        "lines": [{"lpp": "1163922", "label": hostile, "dosage": hostile, "boxes": 1}],
    });
    let order = write(&counter, "hostile.json", &order.to_string());
    let out = counter.home.path().join("out").display().to_string();
    let written = counter
        .run(&["prescribe", "--file", &order, "--out", &out, "--json"])
        .json_with(0);
    let number = written["number"].as_str().unwrap().to_owned();
    for arguments in [
        vec!["consult", &number],
        vec!["dispense", &number, "--all"],
        vec!["register", "list"],
        vec!["register", "show", "1"],
        vec!["prescriber", "show", &number],
        vec!["outbox", "list"],
    ] {
        let ended = counter.run(&arguments);
        let all = format!("{}{}", ended.stdout, ended.stderr);
        let odd = all
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(odd, None, "{arguments:?}: {all:?}");
    }
}

#[test]
fn what_people_read_has_french_dates_and_says_only_what_is_true() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    assert_eq!(counter.run(&["dispense", &number, "--all"]).code, 0);
    let seen = counter.run(&["prescriber", "show", &number]);
    for row in seen.stdout.lines().filter(|row| row.contains(" × ")) {
        let (_, moment) = row.split_once(", le ").unwrap();
        let signs: String = moment.chars().filter(|c| !c.is_ascii_digit()).collect();
        assert_eq!(signs, "// à :", "{row}");
    }

    // Nothing was recorded, so nothing may be said to be queued.
    let down = counter.run(&["consult", "01S2TBPZ2JCNZZYGHZ", "--base", "http://127.0.0.1:1"]);
    assert_eq!(down.code, 5);
    assert!(down.stderr.contains("rien n’a été enregistré"), "{}", down.stderr);
    assert!(!down.stderr.contains("inscrite ici"), "{}", down.stderr);

    let (others, _) = counter.prescribe("other-professions");
    let shown = counter.run(&["consult", &others]);
    assert!(shown.stdout.contains("hors officine"), "{}", shown.stdout);
    for row in shown.stdout.lines() {
        assert_eq!(row, row.trim_end());
    }

    let unread = counter.run(&["scan", "/nowhere.png"]);
    assert_eq!((unread.code, unread.stdout.as_str()), (3, ""));
}
