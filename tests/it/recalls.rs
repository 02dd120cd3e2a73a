//! Recalled lots: the pharmacy's list holds at the counter as soon as it is written, and says when it cannot be read.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::support::command::{Counter, Ended};
use crate::support::terminal::Terminal;

const AMOXICILLIN: &str = "3400933857042";

/// A counter whose configuration names a list of recalled lots.
struct Stage {
    counter: Counter,
    config: String,
    list: PathBuf,
}

impl Stage {
    fn new() -> Self {
        let counter = Counter::with_its_own_base();
        let list = counter.home.path().join("rappels.csv");
        let config = counter.home.path().join("comptoir.toml");
        let named = format!(
            "training = true\n[catalogue]\nrecalled_lots = {:?}\n",
            list.display().to_string()
        );
        fs::write(&config, named).unwrap();
        Self {
            config: config.display().to_string(),
            counter,
            list,
        }
    }

    fn write(&self, rows: &str) {
        fs::write(&self.list, rows).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        self.counter
            .run(&[&["--config", &self.config], arguments].concat())
    }

    fn deliver(&self, number: &str, lot: Option<&str>) -> Ended {
        let decisions =
            json!({"lines": [{"line": 1, "outcome": "conforming", "cip13": AMOXICILLIN, "lot": lot}]});
        let file = self.counter.home.path().join("decisions.json");
        fs::write(&file, decisions.to_string()).unwrap();
        self.run(&[
            "dispense",
            number,
            "--decisions",
            &file.display().to_string(),
            "--json",
        ])
    }
}

#[test]
fn a_recalled_lot_is_refused_until_another_is_taken() {
    let stage = Stage::new();
    stage.write("# rappels du jour\n");
    let (number, _) = stage.counter.prescribe("conforming");
    stage.write("3400933857042;R7;2026-11-20;MED 26/A012\n");
    for (lot, finding) in [(Some("r7"), "lot-recalled"), (None, "lot-to-compare")] {
        let refused = stage.deliver(&number, lot);
        assert_eq!(refused.code, 4, "{refused:?}");
        assert!(refused.stdout.contains(finding), "{lot:?}: {}", refused.stdout);
    }
    assert_eq!(
        stage.run(&["register", "list", "--json"]).json_with(0)["entries"],
        json!([])
    );
    let done = stage.deliver(&number, Some("B1")).json_with(0);
    assert_eq!(done["state"], "accepted", "{done}");
}

#[test]
fn a_recalled_box_ticks_nothing_on_the_terminal_even_when_it_was_recalled_a_minute_ago() {
    let stage = Stage::new();
    stage.write("");
    let (number, _) = stage.counter.prescribe("conforming");
    let environment = [("COMPTOIR_CONFIG", stage.config.as_str())];
    let mut terminal = Terminal::open_with(&stage.counter, 100, 30, &environment);
    terminal.shows("Scannez le QR code");
    stage.write("3400933857042;*;2026-11-20;MED 26/A012\n");
    terminal.scan(&number);
    terminal.shows("AMOXICILLINE");
    terminal.scan(&format!("010{AMOXICILLIN}1728063010B1\u{1d}21S1"));
    terminal.shows("Tous les lots sont RAPPELÉS depuis le 20/11/2026");
    terminal.shows("rien n’a été coché. MED 26/A012");
}

#[test]
fn a_list_that_cannot_be_read_is_said_by_the_doctor_and_beside_the_delivery() {
    let stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    let doctor = |says: &str| {
        let document = stage.run(&["doctor", "--json"]).json();
        let check = &document["checks"]["catalogue"];
        assert_eq!(check["ok"], false, "{document}");
        assert!(check["says"].as_str().unwrap().contains(says), "{check}");
    };
    doctor("ne peut pas être lue");
    stage.write("3400933857042;R7;2026-11-20;\n3400933857042;R8;hier;\n");
    doctor("la ligne 2");
    let refused = stage.deliver(&number, Some("R7"));
    assert_eq!(refused.code, 4, "the rows that can be read hold: {refused:?}");
    let done = stage.deliver(&number, Some("R8")).json_with(0);
    assert!(done["findings"].to_string().contains("recalls-unread"), "{done}");
    stage.write("3400933857042;R7;2026-11-20;\n");
    let document = stage.run(&["doctor", "--json"]).json();
    let check = &document["checks"]["catalogue"];
    assert_eq!((&check["ok"], &check["recalled_lots"]), (&json!(true), &json!(1)));
}
