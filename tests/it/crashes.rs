//! The real program killed at random moments, as a power cut would: what was recorded is there, once, here and there.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::base_server::BaseServer;
use crate::support::command::{Counter, program};
use crate::support::wait;

/// Kills of one run; `COMPTOIR_KILLS` asks for more.
const KILLS: u32 = 200;

/// Longer than a delivery takes here: some runs end by themselves before they are killed.
const LIFE_MAX_MS: u64 = 120;

/// Prescriptions that can be delivered again and again, one box at a time.
const PRESCRIPTIONS: usize = 8;

fn long_lasting(counter: &Counter) -> String {
    let order = json!({"lines": [{"cip13": "3400935955838", "dosage": "1 comprimé", "boxes": 99}]});
    let path = counter.home.path().join("order.json");
    std::fs::write(&path, order.to_string()).unwrap();
    let out = counter.home.path().join("out").display().to_string();
    let written = counter.run(&[
        "prescribe",
        "--file",
        &path.display().to_string(),
        "--out",
        &out,
        "--json",
    ]);
    written.json_with(0)["number"].as_str().unwrap().to_owned()
}

/// Starts a delivery, kills it after that time, and gives what it had said by then.
fn killed(counter: &Counter, number: &str, after: Duration) -> Option<Value> {
    let mut child = Command::new(program())
        .args(["dispense", number, "--json", "--decisions"])
        .arg(counter.home.path().join("decisions.json"))
        .env_clear()
        .envs(counter.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The moment of the kill is the input of this test, drawn from its seed.
    thread::sleep(after);
    drop(child.kill());
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).ok()
}

fn registered(counter: &Counter) -> Vec<Value> {
    let listed = counter
        .run(&["register", "list", "--count", "100000", "--json"])
        .json_with(0);
    listed["entries"].as_array().unwrap().clone()
}

#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_is_doubled() {
    let kills = std::env::var("COMPTOIR_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(KILLS);
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let one_box = json!({"lines": [{"line": 1, "outcome": "conforming", "boxes": 1, "partial": "owed"}]});
    std::fs::write(counter.home.path().join("decisions.json"), one_box.to_string()).unwrap();
    let numbers: Vec<String> = (0..PRESCRIPTIONS).map(|_| long_lasting(&counter)).collect();
    let mut moments = fastrand::Rng::with_seed(7);
    let mut said = Vec::new();
    for run in 0..kills {
        let after = Duration::from_millis(moments.u64(0..LIFE_MAX_MS));
        said.extend(killed(&counter, &numbers[run as usize % PRESCRIPTIONS], after));
    }

    // What a killed process was posting is claimed for a moment; then everything is posted.
    wait::until("the outbox to be empty", || {
        counter.run(&["outbox", "flush", "--json"]);
        let listed = counter.run(&["outbox", "list", "--json"]).json_with(0);
        if listed["entries"] == json!([]) {
            Ok(())
        } else {
            Err(listed.to_string())
        }
    });
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!(verified["ok"], true);

    let entries = registered(&counter);
    for document in &said {
        let recorded = entries
            .iter()
            .filter(|entry| entry["dispense"] == document["dispense"])
            .count();
        assert_eq!(
            recorded, 1,
            "said to be recorded, and lost or doubled: {document}"
        );
    }
    let mut by_number: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &entries {
        *by_number
            .entry(entry["prescription"].as_str().unwrap())
            .or_default() += 1;
    }
    for number in &numbers {
        let seen = counter
            .run(&["prescriber", "show", number, "--json"])
            .json_with(0);
        let at_the_base = seen["deliveries"].as_array().unwrap().len();
        assert_eq!(
            at_the_base,
            by_number.get(number.as_str()).copied().unwrap_or(0),
            "{number}"
        );
    }
    let unsaid = entries.len() - said.len();
    println!(
        "{kills} kills: {} recorded, {unsaid} of them unsaid, 0 lost, 0 doubled",
        entries.len()
    );
    assert!(
        entries.len() > kills as usize / 10,
        "the kills came too early to prove anything"
    );
    assert!(
        unsaid > 0,
        "no kill fell between recording and saying so: the moments prove nothing"
    );
}
