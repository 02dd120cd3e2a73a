//! Row 5: what a correction sends, and what every answer makes of it.

use comptoir::base::{BaseError, TransportError};
use comptoir::domain::correction::{Corrects, Motive};
use comptoir::domain::dispense::HandOver;
use comptoir::domain::identifiers::{DispenseId, DispensedLineId, LineNumber};
use comptoir::domain::outbox::PostState;
use comptoir::domain::reasons::CorrectionReason;
use comptoir::domain::refusal::RefusalCode;
use comptoir::domain::register::RegisterNumber;
use serde_json::{Value, json as value};

use super::post::hand_over;
use super::script::{Script, body, json, searchset};
use super::{at, base, consult_answer, resource};

const URI: &str = "urn:ietf:rfc:3986";

/// The delivery of line 1 that the example answer holds.
fn wrong() -> DispensedLineId {
    DispensedLineId("44444444-4444-4444-8444-444444444444".parse().unwrap())
}

fn id() -> DispenseId {
    DispenseId("55555555-5555-4555-8555-555555555555".parse().unwrap())
}

/// Line 1 of the sample hand-over taken back, and replaced when `is_replaced`.
fn correction(replaced_by: usize) -> HandOver {
    let mut lines = hand_over().lines;
    lines.truncate(replaced_by);
    for line in &mut lines {
        line.id = id().line(1);
    }
    HandOver {
        paper: None,
        id: id(),
        at: at("2026-11-23T09:00:00+01:00"),
        lines,
        corrects: Some(Corrects {
            entry: RegisterNumber(7),
            delivery: wrong(),
            earlier: Vec::new(),
            line: LineNumber(1),
            handed_over_at: at("2026-11-22T10:15:00+01:00"),
            is_handwritten: false,
            motive: Motive::new(CorrectionReason::WrongLot, "lot mal lu").unwrap(),
        }),
        ..hand_over()
    }
}

/// The example answer, whose only delivery is ours, in that status and version.
fn holding(status: &str, version: &str, consent: &str) -> String {
    consult_answer(|answer| {
        resource(answer, 3, 1)["provision"]["type"] = value!(consent);
        let entries = answer["entry"][0]["resource"]["entry"].as_array_mut().unwrap();
        let delivery = entries
            .iter_mut()
            .map(|entry| &mut entry["resource"])
            .find(|resource| resource["resourceType"] == "MedicationDispense")
            .unwrap();
        delivery["identifier"] = value!([{ "system": URI, "value": format!("urn:uuid:{}", wrong()) }]);
        delivery["status"] = value!(status);
        delivery["meta"]["versionId"] = value!(version);
        delivery["unknownToUs"] = value!({ "stays": true });
    })
}

fn done(count: usize) -> String {
    let entries = vec![value!({ "response": { "status": "200 OK" } }); count];
    value!({ "resourceType": "Bundle", "type": "transaction-response", "entry": entries }).to_string()
}

fn no(code: &str) -> String {
    let coding = value!([{ "system": "https://comptoir.example/fhir/CodeSystem/refusal", "code": code }]);
    value!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": "error", "details": { "coding": coding, "text": "Refus." } }]
    })
    .to_string()
}

fn nothing() -> String {
    searchset(&[])
}

fn all(correction: &HandOver, state: &PostState) -> Vec<(DispensedLineId, PostState)> {
    std::iter::once(correction.id.annulment())
        .chain(correction.lines.iter().map(|line| line.id))
        .map(|id| (id, state.clone()))
        .collect()
}

fn sent(script: &Script) -> Value {
    body(script.played().last().unwrap())
}

#[tokio::test]
async fn what_is_wrong_is_marked_and_replaced_in_one_transaction() {
    let script = Script::new([
        ("POST ", json(200, holding("completed", "3", "permit"))),
        ("GET MedicationDispense?identifier=", json(200, nothing())),
        ("POST ", json(200, done(4))),
    ]);
    let correction = correction(1);
    let states = base(&script).post(&correction, &[]).await.unwrap();
    assert_eq!(states, all(&correction, &PostState::Accepted));
    let bundle = sent(&script);
    let entries = bundle["entry"].as_array().unwrap();
    let requests: Vec<&str> = entries
        .iter()
        .map(|entry| entry["request"]["method"].as_str().unwrap())
        .collect();
    assert_eq!(requests, ["PUT", "POST", "PUT", "PUT"]);
    assert_eq!(entries[0]["request"]["ifMatch"], "W/\"3\"");
    assert_eq!(entries[0]["request"]["url"], "MedicationDispense/md1");
    assert_eq!(entries[0]["resource"]["status"], "entered-in-error");
    assert_eq!(
        entries[0]["resource"]["unknownToUs"]["stays"], true,
        "what is not known here survives"
    );
    let replacement = &entries[1]["resource"];
    assert_eq!(
        entries[1]["request"]["ifNoneExist"],
        format!("identifier={URI}|urn:uuid:{}", id().line(1))
    );
    assert_eq!(replacement["whenHandedOver"], "2026-11-22T10:15:00+01:00");
    let replaces = replacement["extension"]
        .as_array()
        .unwrap()
        .iter()
        .find(|extension| extension["url"] == "https://comptoir.example/fhir/StructureDefinition/replaces");
    assert_eq!(
        replaces.unwrap()["valueReference"]["reference"],
        "MedicationDispense/md1"
    );
    let trace = &entries[3]["resource"];
    assert_eq!(trace["activity"]["coding"][0]["code"], "UPDATE");
    assert_eq!(trace["reason"][0]["coding"][0]["code"], "wrong-lot");
    assert_eq!(trace["reason"][0]["text"], "lot mal lu");
    assert_eq!(trace["entity"][0]["role"], "revision");
    assert_eq!(
        trace["entity"][0]["what"]["reference"],
        "MedicationDispense/md1/_history/3"
    );
}

#[tokio::test]
async fn against_an_opposition_what_is_taken_back_is_hidden_too() {
    for (consent, labels) in [("permit", None), ("deny", Some(value!(["R", "NODSCLCD"])))] {
        let script = Script::new([
            ("POST ", json(200, holding("completed", "1", consent))),
            ("POST ", json(200, done(3))),
        ]);
        base(&script).post(&correction(0), &[]).await.unwrap();
        let bundle = sent(&script);
        let security = &bundle["entry"][0]["resource"]["meta"]["security"];
        if let Some(labels) = labels {
            let codes: Vec<&Value> = security
                .as_array()
                .unwrap()
                .iter()
                .map(|one| &one["code"])
                .collect();
            assert_eq!(value!(codes), labels);
        }
        assert_eq!(
            bundle["entry"][2]["resource"]["activity"]["coding"][0]["code"],
            "NULLIFY"
        );
    }
}

#[tokio::test]
async fn what_the_base_already_did_is_not_sent_again() {
    let ours = value!({
        "resourceType": "MedicationDispense", "id": "md2", "status": "completed",
        "identifier": [{ "system": URI, "value": format!("urn:uuid:{}", id().line(1)) }],
    });
    let cancelled = Script::one("POST ", json(200, holding("entered-in-error", "2", "permit")));
    let states = base(&cancelled).post(&correction(0), &[]).await.unwrap();
    assert_eq!(states, all(&correction(0), &PostState::Accepted));
    cancelled.played();
    let replaced = Script::new([
        ("POST ", json(200, holding("entered-in-error", "2", "permit"))),
        (
            "GET MedicationDispense?identifier=",
            json(200, searchset(&[ours])),
        ),
    ]);
    let states = base(&replaced).post(&correction(1), &[]).await.unwrap();
    assert_eq!(states, all(&correction(1), &PostState::Accepted));
    replaced.played();
}

#[tokio::test]
async fn every_other_answer_has_its_meaning() {
    let stale = || json(412, no("stale-version"));
    let version = |version| json(200, holding("completed", version, "permit"));
    let lost = Script::new([
        ("POST ", version("1")),
        ("POST ", Err(TransportError::AnswerLost)),
    ]);
    assert_eq!(
        base(&lost).post(&correction(0), &[]).await,
        Err(BaseError::OutcomeUnknown)
    );
    let moved = Script::new([
        ("POST ", version("1")),
        ("POST ", stale()),
        ("POST ", version("2")),
        ("POST ", json(200, done(3))),
    ]);
    let states = base(&moved).post(&correction(0), &[]).await.unwrap();
    assert_eq!(
        states,
        all(&correction(0), &PostState::Accepted),
        "read again, then taken"
    );
    assert_eq!(sent(&moved)["entry"][0]["request"]["ifMatch"], "W/\"2\"");
    let unmoved = Script::new([
        ("POST ", version("1")),
        ("POST ", stale()),
        ("POST ", version("1")),
    ]);
    let states = base(&unmoved).post(&correction(0), &[]).await.unwrap();
    assert!(
        states
            .iter()
            .all(|(_, state)| matches!(state, PostState::Conflict(_))),
        "{states:?}"
    );
    for (status, code, expected) in [
        (422, "line-cancelled", RefusalCode::LineCancelled),
        (403, "role-forbidden", RefusalCode::RoleForbidden),
    ] {
        let refused = Script::new([
            ("POST ", version("1")),
            ("GET MedicationDispense?identifier=", json(200, nothing())),
            ("POST ", json(status, no(code))),
        ]);
        let states = base(&refused).post(&correction(1), &[]).await.unwrap();
        assert_eq!(states.len(), 2, "both parts share one fate");
        for (_, state) in &states {
            let is_it = matches!(state, PostState::Refused(refusal)
                if refusal.code == expected && refusal.line == Some(LineNumber(1)));
            assert!(is_it, "{status} {code}: {state:?}");
        }
    }
    // A base that does not answer for an identifier says nothing of it: it is asked again later.
    let silent = Script::new([
        ("POST ", version("1")),
        ("GET MedicationDispense?identifier=", json(404, "{}")),
    ]);
    assert_eq!(
        base(&silent).post(&correction(1), &[]).await,
        Err(BaseError::Garbled)
    );
}
