//! What the law makes difficult, from the sheet to the prescriber's view: in a real pseudo-terminal, and on the command line.
//!
//! `COMPTOIR_WRITE_STORIES=1 cargo test --test it stories` writes what was seen to `docs/stories.md`.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::terminal::Terminal;

const ENTER: &str = "\r";

/// One prescription of the training base, and what becomes of it.
struct Story {
    scenario: &'static str,
    title: &'static str,
    /// What its screen says of the law, before anything is decided.
    says: &'static [&'static str],
    /// What is typed of a line written by hand on the paper, each with what the screen shows of it.
    written: &'static [(&'static str, &'static str)],
    /// Boxes scanned, as a reader types them.
    boxes: &'static [&'static str],
    /// What the review says before it is recorded.
    review: &'static [&'static str],
    /// The same on the command line.
    decisions: fn() -> Value,
    /// What the prescriber sees in the end.
    prescriber: &'static [&'static str],
    /// What the prescriber never sees.
    hidden: &'static [&'static str],
}

fn conforming(lines: &[u16]) -> Value {
    let lines = lines
        .iter()
        .map(|line| json!({"line": line, "outcome": "conforming"}));
    json!({ "lines": lines.collect::<Vec<_>>() })
}

fn substituted(cip13: &str, boxes: u16, lot: &str) -> Value {
    json!({"lines": [{"line": 1, "outcome": "substituted", "cip13": cip13, "boxes": boxes, "lot": lot,
                      "expiry": "2028-06-30", "reason": "generic"}]})
}

const STORIES: &[Story] = &[
    Story {
        scenario: "narcotic",
        title: "A narcotic",
        says: &["VAUT ORDONNANCE SÉCURISÉE"],
        written: &[],
        boxes: &[],
        review: &["CSP art. R. 5132-5", "SKENAN"],
        decisions: || conforming(&[1, 2]),
        prescriber: &["SKENAN", "ACTISKENAN"],
        hidden: &[],
    },
    Story {
        scenario: "biosimilar",
        title: "A biosimilar, in another size of box",
        says: &["HUMIRA", "contrôle renforcé"],
        written: &[],
        boxes: &["010340093029450517280630102B7", "010340093029450517280630102B8"],
        review: &["AMGEVITA", "L. 5125-23-2", "lot 2B7", "lot 2B8"],
        decisions: || substituted("3400930294505", 2, "2B7"),
        prescriber: &["AMGEVITA", "2B7"],
        hidden: &[],
    },
    Story {
        scenario: "three-months",
        title: "A pack for three months",
        says: &["Une boîte couvre 90 jours", "CSP art. R. 5132-12"],
        written: &[],
        boxes: &[],
        review: &["LEVOTHYROX", "LEELOO"],
        decisions: || conforming(&[1, 2]),
        prescriber: &["LEVOTHYROX"],
        hidden: &[],
    },
    Story {
        scenario: "hybrid",
        title: "A hybrid",
        says: &["INNOVAIR"],
        written: &[],
        boxes: &["010340093031342817280630103C1"],
        review: &["BECLOMETASONE/FORMOTEROL", "hybride", "lot 3C1"],
        decisions: || substituted("3400930313428", 1, "3C1"),
        prescriber: &["BECLOMETASONE/FORMOTEROL"],
        hidden: &[],
    },
    Story {
        scenario: "unknown-product",
        title: "A device that no list has",
        says: &["absent des listes"],
        written: &[],
        boxes: &[],
        review: &["Dispositif nouveau"],
        decisions: || conforming(&[1, 2]),
        prescriber: &["1 × Dispositif nouveau"],
        hidden: &[],
    },
    Story {
        scenario: "conforming",
        title: "A line written by hand",
        says: &["AMOXICILLINE"],
        written: &[
            ("m", "Ligne inscrite à la main"),
            ("ventoline", "▸ VENTOLINE"),
            (ENTER, "▸ Boîtes"),
            (ENTER, "▸ Posologie"),
            ("2 bouffées en cas de gêne", "en cas de gêne"),
            (ENTER, "Ligne 4 ajoutée"),
        ],
        boxes: &["010340093443873817280630104D1"],
        review: &["VENTOLINE", "ne se transmet pas à la base", "lot 4D1"],
        decisions: with_a_line_by_hand,
        prescriber: &["AMOXICILLINE", "DOLIPRANE"],
        hidden: &["VENTOLINE"],
    },
];

fn with_a_line_by_hand() -> Value {
    let mut decisions = conforming(&[1, 2, 3]);
    decisions["handwritten"] =
        json!([{"cip13": "3400934438738", "dosage": "2 bouffées en cas de gêne", "boxes": 1}]);
    decisions
}

fn shows_all(terminal: &Terminal, sentences: &[&str]) {
    for sentence in sentences {
        terminal.shows(sentence);
    }
}

fn capture(page: &mut String, what: &str, text: &str) {
    let mut rows: Vec<&str> = text.lines().map(str::trim_end).collect();
    // The empty part of a screen tells nothing.
    rows.dedup_by(|row, before| row.is_empty() && before.is_empty());
    write!(page, "\n{what}\n\n```text\n{}\n```\n", rows.join("\n").trim_end()).unwrap();
}

fn seen_by_the_prescriber(counter: &Counter, number: &str, story: &Story) -> String {
    let seen = counter.run(&["prescriber", "show", number]);
    assert_eq!(seen.code, 0, "{seen:?}");
    let text = seen.stdout.replace(['\u{a0}', '\u{202f}'], " ");
    for sentence in story.prescriber {
        assert!(text.contains(sentence), "{}: {sentence}: {text}", story.scenario);
    }
    for sentence in story.hidden {
        assert!(!text.contains(sentence), "{}: {sentence}: {text}", story.scenario);
    }
    text
}

/// In the terminal: scanned, read, reviewed, recorded, accepted.
fn in_the_terminal(counter: &Counter, story: &Story, page: &mut String) {
    let (number, _) = counter.prescribe(story.scenario);
    let mut terminal = Terminal::open(counter, 80, 32);
    terminal.shows("Scannez le QR code");
    terminal.scan(&number);
    terminal.shows("à décider");
    shows_all(&terminal, story.says);
    capture(page, "The sheet's code is scanned:", &terminal.text());
    for (place, (typed, shown)) in story.written.iter().enumerate() {
        terminal.press(typed);
        terminal.shows(shown);
        if place == 1 {
            capture(page, "*m*, and the line on the paper is typed:", &terminal.text());
        }
    }
    if !story.written.is_empty() {
        capture(page, "*Entrée* behind each field:", &terminal.text());
    }
    for (place, scanned) in story.boxes.iter().enumerate() {
        terminal.scan(scanned);
        terminal.shows(if place + 1 < story.boxes.len() {
            "Scannez"
        } else {
            "Boîte reconnue"
        });
    }
    if !story.boxes.is_empty() {
        capture(page, "The boxes are scanned:", &terminal.text());
    }
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    shows_all(&terminal, story.review);
    capture(page, "*Entrée*, and everything is read again:", &terminal.text());
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    capture(page, "*Entrée*:", &terminal.text());
    terminal.kill();
    let seen = seen_by_the_prescriber(counter, &number, story);
    capture(page, "What the prescriber sees:", &seen);
}

/// The same with the command line.
fn on_the_command_line(counter: &Counter, story: &Story) {
    let (number, sheet) = counter.prescribe(story.scenario);
    let file = counter.home.path().join("decisions.json");
    std::fs::write(&file, (story.decisions)().to_string()).unwrap();
    let (sheet, file) = (sheet.display().to_string(), file.display().to_string());
    let done = counter
        .run(&["dispense", &sheet, "--decisions", &file, "--json"])
        .json_with(0);
    assert_eq!(done["state"], "accepted", "{}: {done}", story.scenario);
    seen_by_the_prescriber(counter, &number, story);
}

#[test]
fn what_the_law_makes_difficult_goes_from_the_sheet_to_the_prescriber() {
    let mut page = String::from(
        "# Six stories\n\nFrom the sheet to the prescriber's view, as a real terminal of 80 columns showed them. Written by\n\
         `COMPTOIR_WRITE_STORIES=1 cargo test --test it stories`, which plays each of them on the command line too.\n",
    );
    for story in STORIES {
        let files = tempfile::tempdir().unwrap();
        let base = BaseServer::start(files.path());
        let counter = Counter::of_base(&base.address);
        write!(page, "\n## {}\n", story.title).unwrap();
        in_the_terminal(&counter, story, &mut page);
        on_the_command_line(&counter, story);
        base.stop();
    }
    if std::env::var_os("COMPTOIR_WRITE_STORIES").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/stories.md"), page).unwrap();
    }
}
