//! A prescription transcribed from paper: recorded like any other, and told to the base only if the base can know it.

use serde_json::{Value, json};

use crate::support::base_server::BaseServer;
use crate::support::command::{Counter, Ended};

const DOLIPRANE: &str = "une boîte de paracétamol";

/// A paper that orders one product in words.
fn paper(reason: &str) -> Value {
    json!({
        "reason": reason,
        "written_on": "2026-01-05",
        "patient": { "family": "ZZPAPIER", "given": "Anne", "born": "1979-03-05", "sex": "female" },
        "prescriber": { "family": "Rivière" },
        "lines": [{ "label": DOLIPRANE, "dosage": "1 g si douleur, 4 g par jour au plus", "boxes": 1 }],
    })
}

/// The day it is where the law counts days, as the program itself says it.
fn written_today(counter: &Counter, mut paper: Value) -> Value {
    let (number, _) = counter.prescribe("conforming");
    let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
    paper["written_on"] = consulted["written_on"].clone();
    paper
}

fn dispense(counter: &Counter, paper: &Value, more: &[&str]) -> Ended {
    let path = counter.home.path().join("paper.json");
    std::fs::write(&path, paper.to_string()).unwrap();
    let path = path.display().to_string();
    counter.run(&[&["dispense", "--paper", &path], more].concat())
}

fn outbox(counter: &Counter) -> Value {
    counter.run(&["outbox", "list", "--json"]).json_with(0)["entries"].clone()
}

#[test]
fn a_paper_without_a_number_is_recorded_here_and_never_waits_for_the_base() {
    let counter = Counter::with_its_own_base();
    let paper = written_today(&counter, paper("paper-only"));
    let dispensed = dispense(&counter, &paper, &["--json"]).json_with(0);
    assert_eq!(dispensed["state"], "local");
    assert_eq!(dispensed["paper"], "paper-only");
    assert_eq!(dispensed["visible_to_prescriber"], json!(null));
    assert_eq!(dispensed["lines"][0]["state"], "local");
    assert_eq!(dispensed["lines"][0]["register"], 1);
    assert!(dispensed["number"].as_str().unwrap().starts_with("PAPIER"));
    assert_eq!(outbox(&counter), json!([]));
    counter.run(&["outbox", "flush", "--json"]).json_with(0);

    let shown = counter.run(&["register", "show", "1", "--json"]).json_with(0);
    assert_eq!(shown["paper"], "paper-only");
    assert_eq!(shown["patient"]["family"], "ZZPAPIER");
    assert_eq!(shown["history"][0]["state"], "local");
    let text = counter.run(&["register", "show", "1"]).stdout;
    assert!(
        text.contains("Mode dégradé  prescription sur papier seulement"),
        "{text}"
    );
    let edition = counter
        .run(&["register", "edit", "--from", "2020-01-01", "--to", "2999-12-31"])
        .stdout
        .replace('\u{202f}', " ");
    assert!(
        edition.contains("Mode dégradé : prescription sur papier seulement"),
        "{edition}"
    );
    let exported = counter.run(&["register", "export"]).stdout;
    assert!(exported.contains(r#"\"paper\":\"paper-only\""#), "{exported}");
    assert_eq!(
        counter.run(&["register", "verify", "--json"]).json_with(0)["ok"],
        true
    );

    let said = dispense(&counter, &paper, &[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("hors base"), "{said:?}");
}

#[test]
fn a_paper_served_here_is_consulted_rectified_and_renewed_by_its_reference() {
    let counter = Counter::with_its_own_base();
    let mut paper = written_today(&counter, paper("paper-only"));
    paper["lines"][0]["repeats"] = json!(1);
    let dispensed = dispense(&counter, &paper, &["--json"]).json_with(0);
    let reference = dispensed["number"].as_str().unwrap();
    let known = counter.run(&["consult", reference, "--json"]).json_with(0);
    assert_eq!(known["paper"], "paper-only");
    assert_eq!(known["freshness"]["from"], "paper");
    assert_eq!(
        (&known["lines"][0]["label"], &known["lines"][0]["remaining"]),
        (&json!(DOLIPRANE), &json!(1))
    );
    let decisions = counter.home.path().join("decisions.json");
    let decided = json!({ "lines": [
        { "line": 1, "outcome": "conforming", "boxes": 1, "lot": "B34" }
    ] });
    std::fs::write(&decisions, decided.to_string()).unwrap();
    let decisions = decisions.display().to_string();
    let replaced = counter.run(&[
        "register",
        "correct",
        "1",
        "--reason",
        "wrong-lot",
        "--replace",
        &decisions,
        "--json",
    ]);
    assert_eq!(replaced.json_with(0)["state"], "local");
    // The same boxes a second time: they are what the prescriber ordered once more, and the last ones.
    let grouped = format!("{} {}", &reference[..6], &reference[6..]);
    let renewed = counter.run(&["dispense", &grouped, "--all", "--json"]);
    assert_eq!(renewed.json_with(0)["state"], "local");
    let known = counter.run(&["consult", reference, "--json"]).json_with(0);
    assert_eq!(known["lines"][0]["remaining"], json!(0));
    assert_eq!(outbox(&counter), json!([]));

    let never = counter.run(&["consult", "PAPIER000000000000", "--json"]);
    assert_eq!(never.code, 4, "{never:?}");
    assert!(never.stderr.contains("Aucune ordonnance papier"), "{never:?}");
}

#[test]
fn a_delivery_off_the_base_is_taken_back_here_alone() {
    let counter = Counter::with_its_own_base();
    let paper = written_today(&counter, paper("paper-only"));
    dispense(&counter, &paper, &["--json"]).json_with(0);
    let corrected = counter
        .run(&[
            "register",
            "correct",
            "1",
            "--reason",
            "not-handed-over",
            "--json",
        ])
        .json_with(0);
    assert_eq!(
        (&corrected["number"], &corrected["state"]),
        (&json!(2), &json!("local"))
    );
    assert_eq!(outbox(&counter), json!([]));
}

#[test]
fn what_the_paper_lacks_stops_it_and_nothing_is_recorded() {
    let counter = Counter::with_its_own_base();
    let good = written_today(&counter, paper("paper-only"));
    let cases: [(&str, Value, &str); 6] = [
        (
            "/reason",
            json!("because"),
            "base-unreachable, paper-only, number-unreadable",
        ),
        ("/patient/born", json!("5 mars"), "une date comme"),
        ("/patient/ins", json!("279035121518988"), "patient.ins"),
        ("/written_on", json!("2999-01-01"), "après aujourd’hui"),
        ("/lines/0/dosage", json!(" "), "posologie de la ligne 1"),
        ("/lines/0/boxes", json!(0), "aucune boîte"),
    ];
    for (place, wrong, why) in cases {
        let mut paper = good.clone();
        let (parent, key) = place.rsplit_once('/').unwrap();
        paper.pointer_mut(parent).unwrap()[key] = wrong;
        let ended = dispense(&counter, &paper, &["--json"]);
        assert_eq!(ended.code, 2, "{place}: {ended:?}");
        assert!(ended.stderr.contains(why), "{place}: {ended:?}");
        assert!(!ended.stderr.contains("ZZPAPIER"), "{place}: {ended:?}");
    }
    let old = json!("2020-01-01");
    let mut stale = good;
    stale["written_on"] = old;
    let stopped = dispense(&counter, &stale, &["--json"]);
    assert_eq!(stopped.code, 4, "the rules judge it like any other: {stopped:?}");
    assert_eq!(
        counter.run(&["register", "list", "--json"]).json_with(0)["entries"],
        json!([])
    );
}

/// A prescription of a base that went down before this counter ever read it, as its paper says it.
struct Outage {
    files: tempfile::TempDir,
    address: String,
    counter: Counter,
    paper: Value,
    number: String,
}

impl Outage {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let base = BaseServer::start(files.path());
        let address = base.address.clone();
        let counter = Counter::of_base(&address);
        let (number, _) = counter.prescribe("conforming");
        // Read by a colleague elsewhere: this counter has no copy.
        let elsewhere = Counter::of_base(&address);
        let known = elsewhere.run(&["consult", &number, "--json"]).json_with(0);
        base.stop();
        let lines: Vec<Value> = known["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| {
                json!({
                    "label": line["label"],
                    "dosage": line["dosage"],
                    "boxes": line["per_delivery"],
                    "repeats": line["repeats"],
                    "days": line["days"],
                })
            })
            .collect();
        let mut paper = paper("base-unreachable");
        paper["number"] = json!(number);
        paper["written_on"] = known["written_on"].clone();
        for key in ["family", "given", "born"] {
            paper["patient"][key] = known["patient"][key].clone();
        }
        paper["lines"] = json!(lines);
        Self {
            files,
            address,
            counter,
            paper,
            number,
        }
    }

    fn base_is_back(&self) -> BaseServer {
        let base = BaseServer::start_again(self.files.path(), &self.address);
        self.counter.run(&["outbox", "flush", "--json"]).json_with(0);
        base
    }
}

#[test]
fn a_numbered_paper_waits_during_the_outage_and_is_told_once_when_it_ends() {
    let outage = Outage::new();
    let counter = &outage.counter;
    let dispensed = dispense(counter, &outage.paper, &["--json"]).json_with(0);
    assert_eq!(dispensed["state"], "pending");
    assert_eq!(dispensed["number"], json!(outage.number));
    let count = dispensed["lines"].as_array().unwrap().len();
    let again = dispense(counter, &outage.paper, &["--json"]);
    assert_eq!(again.code, 4, "its boxes have left already: {again:?}");

    let _base = outage.base_is_back();
    assert_eq!(outbox(counter), json!([]));
    counter.run(&["outbox", "flush", "--json"]).json_with(0);
    let seen = counter
        .run(&["prescriber", "show", &outage.number, "--json"])
        .json_with(0);
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), count);
    let shown = counter.run(&["register", "show", "1", "--json"]).json_with(0);
    assert_eq!(shown["history"][0]["state"], "accepted");
    let known = dispense(counter, &outage.paper, &["--json"]);
    assert_eq!(known.code, 4, "the base describes it now: {known:?}");
    assert!(known.stderr.contains("sans --paper"), "{known:?}");
}

#[test]
fn a_transcription_that_the_base_contradicts_is_settled_by_a_person_and_never_posted() {
    for (place, wrong, code) in [
        ("/patient/born", json!("1901-01-01"), "patient-mismatch"),
        ("/lines/0/label", json!(DOLIPRANE), "transcription-differs"),
    ] {
        let mut outage = Outage::new();
        *outage.paper.pointer_mut(place).unwrap() = wrong;
        let dispensed = dispense(&outage.counter, &outage.paper, &["--json"]).json_with(0);
        assert_eq!(dispensed["state"], "pending");
        let _base = outage.base_is_back();
        let open = outbox(&outage.counter);
        assert_eq!(
            (&open[0]["state"], &open[0]["reason"]),
            (&json!("conflict"), &json!(code))
        );
        let seen = outage
            .counter
            .run(&["prescriber", "show", &outage.number, "--json"])
            .json_with(0);
        let wrongly = seen["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .any(|delivery| delivery["product"] == json!(DOLIPRANE));
        assert!(!wrongly, "{seen}");
    }
}

#[test]
fn a_number_that_the_base_does_not_know_is_said_before_anything_is_recorded() {
    let counter = Counter::with_its_own_base();
    let mut paper = written_today(&counter, paper("base-unreachable"));
    paper["number"] = json!("01S2TBPZ2JCNZZYGHZ");
    let ended = dispense(&counter, &paper, &["--json"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.stderr.contains("ne connaît pas le numéro"), "{ended:?}");
}
