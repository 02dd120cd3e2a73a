//! What the base contradicts, settled by a person: two counters without a base, one prescription.

use serde_json::Value;

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::terminal::Terminal;
use crate::support::wait;

const ENTER: &str = "\r";
const F2: &str = "\u{1b}OQ";

/// Two counters that handed the same lines over while the base was down; the first one's post is accepted.
struct Offline {
    base: BaseServer,
    first: Counter,
    second: Counter,
    _files: tempfile::TempDir,
}

impl Offline {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let base = BaseServer::start(files.path());
        let address = base.address.clone();
        let (first, second) = (Counter::of_base(&address), Counter::of_base(&address));
        let (number, _) = first.prescribe("conforming");
        for counter in [&first, &second] {
            counter.run(&["consult", &number, "--json"]).json_with(0);
        }
        base.stop();
        for counter in [&first, &second] {
            let dispensed = counter
                .run(&["dispense", &number, "--all", "--json"])
                .json_with(0);
            assert_eq!(dispensed["state"], "pending");
        }
        let base = BaseServer::start_again(files.path(), &address);
        for counter in [&first, &second] {
            counter.run(&["outbox", "flush", "--json"]).json_with(0);
        }
        Self {
            base,
            first,
            second,
            _files: files,
        }
    }

    /// The second counter's hand-over, as `outbox list` has it.
    fn contradicted(&self) -> Value {
        let listed = open(&self.second);
        assert_eq!(listed.len(), 1);
        listed[0].clone()
    }

    fn settle(&self, choice: &str, reason: &str) -> Value {
        let dispense = self.contradicted()["dispense"].as_str().unwrap().to_owned();
        let wanted = [
            "outbox", "settle", &dispense, "--choice", choice, "--reason", reason, "--json",
        ];
        self.second.run(&wanted).json_with(0)
    }
}

fn open(counter: &Counter) -> Vec<Value> {
    let listed = counter.run(&["outbox", "list", "--json"]).json_with(0);
    listed["entries"].as_array().unwrap().clone()
}

fn entries(counter: &Counter) -> Vec<Value> {
    let listed = counter.run(&["register", "list", "--json"]).json_with(0);
    listed["entries"].as_array().unwrap().clone()
}

#[test]
fn two_counters_without_a_base_end_as_one_accepted_and_one_to_settle() {
    let offline = Offline::new();
    assert!(open(&offline.first).is_empty(), "the first one's is accepted");
    assert_eq!(offline.contradicted()["state"], "conflict");
    assert_eq!(entries(&offline.first).len(), entries(&offline.second).len());
    let count = entries(&offline.second).len();
    for (choice, corrections) in [("kept", 0), ("acknowledged", 0), ("not-received", count)] {
        let offline = Offline::new();
        let settled = offline.settle(choice, "Dr Martin prévenue");
        assert_eq!(settled["state"], "conflict", "{choice}: what the base said stays");
        assert_eq!(settled["settlement"]["choice"], choice);
        assert!(open(&offline.second).is_empty(), "{choice}: no alarm any more");
        assert_eq!(
            entries(&offline.second).len(),
            count + corrections,
            "{choice}: both entries stay"
        );
        let dispense = settled["dispense"].as_str().unwrap();
        let history = offline
            .second
            .run(&["outbox", "history", dispense, "--json"])
            .json_with(0);
        assert_eq!(history["settlements"][0]["reason"], "Dr Martin prévenue");
        assert!(
            history["settlements"][0]["by"]
                .as_str()
                .is_some_and(|by| !by.is_empty())
        );
        assert!(history["settlements"][0]["at"].is_string());
        let again = offline.second.run(&[
            "outbox", "settle", dispense, "--choice", "kept", "--reason", "encore", "--json",
        ]);
        assert_eq!(again.code, 4, "{choice}: it is settled once");
        assert!(
            offline.second.run(&["register", "verify", "--json"]).json_with(0)["ok"]
                .as_bool()
                .unwrap()
        );
        offline.base.stop();
    }
}

#[test]
fn tried_again_it_is_decided_by_the_base_and_asked_once_more() {
    let offline = Offline::new();
    let settled = offline.settle("retried", "l’autre pharmacie a annulé");
    assert_eq!(
        settled["state"], "conflict",
        "nothing was annulled: the base says the same"
    );
    assert_eq!(open(&offline.second).len(), 1, "and it is to be settled again");
    let dispense = settled["dispense"].as_str().unwrap();
    for (choice, reason) in [("kept", " "), ("forgotten", "x")] {
        let refused = offline.second.run(&[
            "outbox", "settle", dispense, "--choice", choice, "--reason", reason, "--json",
        ]);
        assert_eq!(refused.code, 2, "{choice}");
    }
    assert_eq!(open(&offline.second).len(), 1);
}

#[test]
fn on_the_screen_it_takes_three_keys_and_a_reason() {
    let offline = Offline::new();
    let mut terminal = Terminal::open(&offline.second, 80, 24);
    terminal.shows("1 à régler");
    terminal.press(F2);
    terminal.shows("contredite");
    terminal.press(ENTER);
    terminal.shows("Délivrance à régler");
    terminal.shows("Ailleurs, ligne 1");
    terminal.press("1");
    terminal.shows("Motif, gardé avec votre nom");
    for letter in ["v", "u"] {
        terminal.press(letter);
    }
    terminal.shows("❯ vu");
    terminal.press(ENTER);
    terminal.shows("Réglée : délivrance gardée");
    terminal.shows("Réglées");
    wait::until("the light to go out", || {
        let text = terminal.text();
        if text.contains("à régler") {
            Err(text)
        } else {
            Ok(())
        }
    });
    assert!(open(&offline.second).is_empty());
}
