//! A file that a person wrote wrong: a French sentence says where and what is expected, and quotes no patient.

use crate::support::command::{Counter, Ended};

/// Words of the readers' own sentences: none may reach a person.
const ENGLISH: [&str; 8] = [
    "expected",
    "missing",
    "unknown",
    "invalid",
    "trailing",
    "at line",
    "failed",
    "check digit",
];

fn said(ended: &Ended, code: i32, wanted: &str, what: &str) {
    let said = ended.stderr.replace(['\u{a0}', '\u{202f}'], " ");
    assert_eq!(ended.code, code, "{what}: {said}");
    assert!(said.contains(wanted), "{what}: {said}");
    for word in ENGLISH {
        assert!(!said.contains(word), "{what}: {word:?} in {said}");
    }
    assert!(!said.contains("ZZCANARY"), "{what}: {said}");
}

fn written(counter: &Counter, text: &str) -> String {
    let path = counter.home.path().join("file.json");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_wrong_decisions_file_says_where_and_what_is_expected() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    for (text, wanted) in [
        ("{", "ligne 1, caractère 1, le fichier s’arrête avant la fin"),
        ("{}", "il manque la clé « lines »"),
        (
            "{\"lines\": [],\n \"note\": 1}",
            "ligne 2, caractère 7, la clé « note » n’existe pas ; il y a lines, handwritten, overrides",
        ),
        (
            r#"{"lines": [{"line": "ZZCANARY", "outcome": "conforming"}]}"#,
            "un nombre entier de 0 à 65535",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "conforming", "expiry": "ZZCANARY"}]}"#,
            "une date comme \"2026-11-20\"",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "given"}]}"#,
            "décision de la ligne 1, « outcome » : « given » n’est pas l’un de conforming",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "substituted"}]}"#,
            "« reason » : manque, c’est l’un de",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "conforming", "cip13": "3400930000001"}]}"#,
            "clé de contrôle",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "adjusted", "reason": "dose"}]}"#,
            "l’accord du prescripteur",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "adjusted", "reason": "dose", "agreement": {"by": "patient", "channel": "phone", "at": "2026-01-05T10:00:00+01:00"}}]}"#,
            "seul le prescripteur (prescriber)",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "adjusted", "reason": "dose", "agreement": {"by": "other-prescriber", "name": " ", "channel": "phone", "at": "2026-01-05T10:00:00+01:00"}}]}"#,
            "donnez le nom de l’autre prescripteur",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "adjusted", "reason": "dose", "agreement": {"by": "prescriber", "name": "Dr Bis", "channel": "phone", "at": "2026-01-05T10:00:00+01:00"}}]}"#,
            "seul un autre prescripteur",
        ),
        (
            r#"{"lines": [{"line": 1, "outcome": "adjusted", "reason": "dose", "agreement": {"by": "prescriber", "channel": "pigeon", "at": "2026-01-05T10:00:00+01:00"}}]}"#,
            "pigeon",
        ),
    ] {
        let path = written(&counter, text);
        let ended = counter.run(&["dispense", &number, "--decisions", &path, "--json"]);
        said(&ended, 2, wanted, text);
    }
    assert_eq!(
        counter.run(&["register", "list", "--json"]).json_with(0)["entries"],
        serde_json::json!([])
    );
}

#[test]
fn a_wrong_order_or_paper_says_where_and_what_is_expected() {
    let counter = Counter::with_its_own_base();
    let out = counter.home.path().display().to_string();
    for (text, wanted) in [
        ("[]", "ligne 1, caractère"),
        (r#"{"lines": [{"boxs": 1}]}"#, "la clé « boxs » n’existe pas"),
        (
            r#"{"lines": []}"#,
            "« lines » : une ordonnance a de 1 à 90 lignes",
        ),
        (
            r#"{"lines": [{}]}"#,
            "une ligne porte une clé et une seule parmi cip13",
        ),
        (
            r#"{"lines": [{"cip13": "3400933857043"}]}"#,
            "« lines[0].cip13 » : sa clé de contrôle ne concorde pas",
        ),
        (
            r#"{"lines": [{"lpp": "1163922", "boxes": 0}]}"#,
            "« lines[0].boxes » : un nombre de 1 à 999",
        ),
        (
            r#"{"consent": "yes", "lines": [{"lpp": "1163922"}]}"#,
            "« yes » n’est pas l’un de agreed, opposed, none",
        ),
        (
            r#"{"written_on": "20/11/2026", "lines": [{"lpp": "1163922"}]}"#,
            "une date s’écrit comme 2026-11-20",
        ),
    ] {
        let path = written(&counter, text);
        let ended = counter.run(&["prescribe", "--file", &path, "--out", &out, "--json"]);
        said(&ended, 2, wanted, text);
    }
    for (text, wanted) in [
        ("{\"reason\": 1}", "il faut ici un texte entre guillemets"),
        (r#"{"reason": "paper-only"}"#, "il manque la clé « written_on »"),
        (
            r#"{"reason": "paper-only", "written_on": "2026-11-20", "patient": {"family": "ZZCANARY", "given": "A", "born": "ZZCANARY"}}"#,
            "une date comme \"2026-11-20\"",
        ),
    ] {
        let path = written(&counter, text);
        said(
            &counter.run(&["dispense", "--paper", &path, "--json"]),
            2,
            wanted,
            text,
        );
    }
}
