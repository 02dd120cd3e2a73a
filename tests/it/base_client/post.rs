//! Rows 4 and 7: posting a hand-over, and what every answer makes of each of its lines.

use std::time::Duration;

use comptoir::base::{BaseError, Response, TransportError};
use comptoir::domain::consent::Consent;
use comptoir::domain::dispense::{
    AgreedBy, Agreement, Completeness, DispensedLine, HandOver, LineOutcome, Supply,
};
use comptoir::domain::identifiers::{Boxes, DispenseId, DispensedLineId, LineNumber};
use comptoir::domain::outbox::PostState;
use comptoir::domain::people::{Operator, OperatorRole, Patient, Prescriber, Sex};
use comptoir::domain::product::ProductCode;
use comptoir::domain::reasons::{
    AdjustmentReason, AgreementChannel, NotDeliveredReason, PartialReason, SubstitutionReason,
};
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::substitution::SubstitutionBasis;
use serde_json::{Value, json as value};

use super::script::{Script, body, json, searchset};
use super::{at, base, consult_answer, number, pharmacy, resource, wire};

fn dispense() -> DispenseId {
    DispenseId("33333333-3333-4333-8333-333333333333".parse().unwrap())
}

fn id(place: usize) -> DispensedLineId {
    dispense().line(place)
}

fn supply(code: ProductCode, label: &str, boxes: u16) -> Supply {
    Supply {
        code,
        label: label.to_owned(),
        boxes: Boxes(boxes),
        lot: None,
        expiry: None,
        read: Vec::new(),
        stands_for: None,
    }
}

fn dispensed(place: usize, line: u16, outcome: LineOutcome) -> DispensedLine {
    DispensedLine {
        id: id(place),
        line: LineNumber(line),
        ordered: "…".to_owned(),
        completeness: outcome.supply().map(|_| Completeness::FirstComplete),
        outcome,
        basis: None,
        partial: None,
        note: String::new(),
    }
}

/// The hand-over that `execution.json` posts.
pub(super) fn hand_over() -> HandOver {
    let amoxicillin = Supply {
        lot: "A12".parse().ok(),
        expiry: "2028-06-30".parse().ok(),
        ..supply(
            ProductCode::Cip13("3400930219911".parse().unwrap()),
            "AMOXICILLINE EG LABO 500 mg, gélule",
            2,
        )
    };
    let tears = supply(
        ProductCode::Lpp("1163922".parse().unwrap()),
        "VISMED, larmes artificielles, unidoses",
        1,
    );
    let substituted = LineOutcome::Substituted {
        supply: amoxicillin,
        reason: SubstitutionReason::OutOfStock,
    };
    let first = DispensedLine {
        basis: Some(SubstitutionBasis::Generic),
        ..dispensed(1, 1, substituted)
    };
    HandOver {
        id: dispense(),
        number: number(),
        at: at("2026-11-22T10:15:00+01:00"),
        operator: Operator {
            id: "cd".to_owned(),
            name: "Claire Dupont".to_owned(),
            role: OperatorRole::Pharmacist,
            rpps: "10200000023".parse().unwrap(),
        },
        pharmacy: pharmacy(),
        patient: Patient {
            ins: None,
            family: String::new(),
            given: String::new(),
            born: None,
            sex: Sex::Unknown,
        },
        prescriber: Prescriber {
            rpps: None,
            family: String::new(),
            given: String::new(),
            specialty: String::new(),
            phone: String::new(),
        },
        consent: Consent::Agreed,
        lines: vec![
            first,
            dispensed(
                2,
                2,
                LineOutcome::NotDelivered(NotDeliveredReason::PatientHasSome),
            ),
            dispensed(3, 3, LineOutcome::Conforming(tears)),
        ],
        overrides: Vec::new(),
        corrects: None,
        paper: None,
    }
}

/// A `fullUrl` only names an entry inside its transaction: any will do, if it is used throughout.
fn with_entries_named_by_place(mut transaction: Value) -> Value {
    let names: Vec<String> = transaction["entry"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["fullUrl"].as_str().map(str::to_owned))
        .collect();
    rename(&mut transaction, &names);
    transaction
}

fn rename(value: &mut Value, names: &[String]) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let place = value
                    .as_str()
                    .and_then(|text| names.iter().position(|name| name == text));
                match place.filter(|_| field == "fullUrl" || field == "reference") {
                    Some(place) => *value = value!(format!("entry {place}")),
                    None => rename(value, names),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| rename(element, names)),
        _ => {}
    }
}

/// The example answer without the hold of the Pharmacie du Port.
fn consulted() -> Result<Response, TransportError> {
    json(200, consult_answer(|_| ()))
}

fn all() -> [DispensedLineId; 3] {
    [id(1), id(2), id(3)]
}

async fn post(script: &Script) -> Result<Vec<(DispensedLineId, PostState)>, BaseError> {
    let states = base(script).post(&hand_over(), &all()).await;
    script.played();
    states
}

fn transaction_response(statuses: &[&str]) -> String {
    let entries: Vec<Value> = statuses
        .iter()
        .map(|status| value!({ "response": { "status": status } }))
        .collect();
    value!({ "resourceType": "Bundle", "type": "transaction-response", "entry": entries }).to_string()
}

fn accepted() -> Result<Response, TransportError> {
    json(200, wire("execution-answer.json").to_string())
}

/// An `OperationOutcome` with one issue per code, each about these entries.
fn outcome(issues: &[(&str, &[&str])]) -> String {
    let issues: Vec<Value> = issues
        .iter()
        .map(|(code, expressions)| {
            let coding =
                value!([{ "system": "https://comptoir.example/fhir/CodeSystem/refusal", "code": code }]);
            value!({
                "severity": "error",
                "details": { "coding": coding, "text": format!("Refus : {code}.") },
                "expression": expressions
            })
        })
        .collect();
    value!({ "resourceType": "OperationOutcome", "issue": issues }).to_string()
}

fn refusal(code: RefusalCode, line: u16) -> Refusal {
    let text = format!("Refus : {}.", code.code());
    Refusal {
        code,
        text,
        line: Some(LineNumber(line)),
    }
}

#[tokio::test]
async fn the_example_hand_over_is_posted_as_exactly_this_transaction() {
    let script = Script::new([("POST ", consulted()), ("POST ", accepted())]);
    let states = post(&script).await.unwrap();
    assert_eq!(states, all().map(|id| (id, PostState::Accepted)));
    let posted = body(&script.played()[1]);
    assert_eq!(
        with_entries_named_by_place(posted.clone()),
        with_entries_named_by_place(wire("execution.json"))
    );
    // Some servers replace every text equal to a full URL, identifiers included.
    for entry in posted["entry"].as_array().unwrap().iter().take(3) {
        assert_ne!(entry["fullUrl"], entry["resource"]["identifier"][0]["value"]);
    }
}

#[tokio::test]
async fn the_same_hand_over_is_the_same_bytes() {
    let bytes = async || {
        let script = Script::new([("POST ", consulted()), ("POST ", accepted())]);
        post(&script).await.unwrap();
        script.played()[1].content.as_ref().unwrap().text.clone()
    };
    assert_eq!(bytes().await, bytes().await);
}

/// What is posted for that hand-over.
async fn posted(hand_over: &HandOver, answer: String) -> Value {
    let all_created = transaction_response(&["201 Created"; 5]);
    let script = Script::new([("POST ", json(200, answer)), ("POST ", json(200, all_created))]);
    let pending: Vec<_> = hand_over.lines.iter().map(|line| line.id).collect();
    base(&script).post(hand_over, &pending).await.unwrap();
    body(&script.played()[1])
}

#[tokio::test]
async fn an_adjustment_a_partial_delivery_and_a_note_are_told() {
    let mut hand_over = hand_over();
    let agreement = Agreement {
        by: AgreedBy::Other("Dr Louis Remplaçant".to_owned()),
        channel: AgreementChannel::Phone,
        at: at("2026-11-22T10:05:00+01:00"),
        changed: " 1 le soir au lieu de 2 ".to_owned(),
    };
    hand_over.lines = vec![
        DispensedLine {
            basis: Some(SubstitutionBasis::PrescriberAgreement),
            partial: Some(PartialReason::Owed),
            completeness: Some(Completeness::FirstPartial),
            note: " Accord du Dr Rivière ".to_owned(),
            ..dispensed(
                1,
                1,
                LineOutcome::Adjusted {
                    supply: supply(ProductCode::Cip13("3400930219911".parse().unwrap()), "Autre", 1),
                    reason: AdjustmentReason::Dose,
                    agreement,
                },
            )
        },
        dispensed(2, 3, LineOutcome::NotDelivered(NotDeliveredReason::OutOfStock)),
    ];
    let posted = posted(&hand_over, consult_answer(|_| ())).await;
    let dispense = &posted["entry"][0]["resource"];
    let ours = |name: &str| format!("https://comptoir.example/fhir/StructureDefinition/{name}");
    let list = |name: &str| format!("https://comptoir.example/fhir/CodeSystem/{name}");
    assert_eq!(
        dispense["extension"].as_array().unwrap()[1..],
        [
            value!({ "url": ours("adjustment"), "extension": [
            { "url": "reason", "valueCoding": { "system": list("adjustment-reason"), "code": "dose" } },
            { "url": "channel", "valueCoding": { "system": list("agreement-channel"), "code": "phone" } },
            { "url": "at", "valueDateTime": "2026-11-22T10:05:00+01:00" },
            { "url": "by", "valueString": "Dr Louis Remplaçant" },
            { "url": "changed", "valueString": "1 le soir au lieu de 2" }
        ] }),
            value!({ "url": ours("partial-reason"),
            "valueCoding": { "system": list("partial-reason"), "code": "owed" } }),
            value!({ "url": ours("substitution-basis"),
            "valueCoding": { "system": list("substitution-basis"), "code": "prescriber-agreement" } }),
        ]
    );
    assert_eq!(dispense["note"], value!([{ "text": "Accord du Dr Rivière" }]));
    assert_eq!(dispense["type"]["coding"][0]["code"], "FFP");
    assert_eq!(dispense["substitution"]["type"]["coding"][0]["code"], "TE");
    let device = &posted["entry"][1]["resource"];
    assert_eq!(
        (&device["status"], &device["suppliedItem"]["quantity"]["value"]),
        (&value!("abandoned"), &value!(0))
    );
    assert_eq!(
        device["extension"][1],
        value!({
            "url": "http://hl7.org/fhir/StructureDefinition/event-statusReason",
            "valueCodeableConcept": { "coding": [{ "system": list("not-delivered-reason"), "code": "out-of-stock" }] }
        })
    );
}

#[tokio::test]
async fn a_compound_is_posted_in_words() {
    let mut hand_over = hand_over();
    let outcome = LineOutcome::Conforming(supply(ProductCode::None, "Préparation : cold cream", 1));
    hand_over.lines = vec![dispensed(1, 1, outcome)];
    let answer = consult_answer(|answer| {
        resource(answer, 0, 0)["medicationCodeableConcept"] = value!({ "text": "Préparation : cold cream" });
    });
    let posted = posted(&hand_over, answer).await;
    let dispense = &posted["entry"][0]["resource"];
    assert_eq!(
        dispense["contained"][0]["code"],
        value!({ "text": "Préparation : cold cream" })
    );
    assert_eq!(dispense.get("substitution"), None);
}

#[tokio::test]
async fn a_delivery_is_labelled_open_only_when_the_patient_agreed_then_and_now() {
    for (then, now, label) in [
        (Consent::Agreed, "permit", value!(["N"])),
        (Consent::Agreed, "deny", value!(["R", "NODSCLCD"])),
        (Consent::Opposed, "permit", value!(["R", "NODSCLCD"])),
        (Consent::NotRecorded, "permit", value!(["R", "NODSCLCD"])),
    ] {
        let hand_over = HandOver {
            consent: then,
            ..hand_over()
        };
        let answer = consult_answer(|answer| resource(answer, 3, 1)["provision"]["type"] = value!(now));
        let posted = posted(&hand_over, answer).await;
        for entry in &posted["entry"].as_array().unwrap()[..3] {
            let labels: Vec<&Value> = entry["resource"]["meta"]["security"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| &one["code"])
                .collect();
            assert_eq!(value!(labels), label, "{then:?} then {now}");
        }
    }
}

#[tokio::test]
async fn the_task_says_how_far_the_execution_is() {
    let state = |posted: &Value| {
        let task = &posted["entry"]
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["resource"]["resourceType"] == "Task");
        let task = &task.unwrap()["resource"];
        (
            task["status"].as_str().unwrap().to_owned(),
            task["businessStatus"]["text"].as_str().unwrap().to_owned(),
        )
    };
    let pair = |status: &str, words: &str| (status.to_owned(), words.to_owned());
    let used_up = consult_answer(|answer| {
        resource(answer, 0, 1)["dispenseRequest"]["numberOfRepeatsAllowed"] = value!(0);
    });
    assert_eq!(
        state(&posted(&hand_over(), used_up).await),
        pair("completed", "exécutée")
    );
    let mut nothing = hand_over();
    nothing.lines.remove(2);
    nothing.lines.remove(0);
    let untouched = consult_answer(|answer| {
        resource(answer, 0, 3)["status"] = value!("entered-in-error");
    });
    assert_eq!(
        state(&posted(&nothing, untouched).await),
        pair("in-progress", "non exécutée")
    );
}

#[tokio::test]
async fn a_base_without_a_task_or_its_version_still_takes_the_deliveries() {
    let without_task = consult_answer(|answer| answer["entry"][3]["resource"]["entry"] = value!([]));
    let without_version = consult_answer(|answer| resource(answer, 3, 0)["meta"] = Value::Null);
    let kinds = |posted: &Value| {
        let entries = posted["entry"].as_array().unwrap().clone();
        entries
            .iter()
            .map(|entry| entry["resource"]["resourceType"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let expected = [
        "MedicationDispense",
        "MedicationDispense",
        "SupplyDelivery",
        "Provenance",
    ];
    let posted_without_version = posted(&hand_over(), without_version).await;
    assert_eq!(kinds(&posted_without_version), expected);
    let script = Script::new([("POST ", json(200, without_task)), ("POST ", accepted())]);
    post(&script).await.unwrap();
    assert_eq!(kinds(&body(&script.played()[1])), expected);
}

/// The example answer in which the base already holds these lines of the hand-over.
fn holding(places: &[usize]) -> String {
    consult_answer(|answer| {
        for place in places {
            let mut entry = answer["entry"][0]["resource"]["entry"][3].clone();
            let posted = wire("execution.json")["entry"][place - 1]["resource"].clone();
            entry["fullUrl"] = Value::Null;
            entry["resource"] = posted;
            entry["resource"]["id"] = value!(format!("ours{place}"));
            answer["entry"][0]["resource"]["entry"]
                .as_array_mut()
                .unwrap()
                .push(entry);
        }
    })
}

#[tokio::test]
async fn what_the_base_already_holds_is_accepted_and_not_posted() {
    let script = Script::one("POST ", json(200, holding(&[1, 2, 3])));
    assert_eq!(
        post(&script).await.unwrap(),
        all().map(|id| (id, PostState::Accepted))
    );

    let script = Script::new([
        ("POST ", json(200, holding(&[1]))),
        ("POST ", json(200, transaction_response(&["201 Created"; 4]))),
    ]);
    assert_eq!(
        post(&script).await.unwrap(),
        all().map(|id| (id, PostState::Accepted))
    );
    let posted = body(&script.played()[1]);
    let identifiers: Vec<&Value> = posted["entry"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["request"]["method"] == "POST")
        .map(|entry| &entry["resource"]["identifier"][0]["value"])
        .collect();
    assert_eq!(
        identifiers,
        [&format!("urn:uuid:{}", id(2)), &format!("urn:uuid:{}", id(3))]
    );
    let provenance = &posted["entry"][3]["resource"];
    assert_eq!(
        provenance["target"][0]["reference"], "MedicationDispense/ours1",
        "it names all three"
    );
    assert_eq!(provenance["target"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn only_pending_lines_are_posted() {
    let script = Script::new([
        ("POST ", consulted()),
        ("POST ", json(200, transaction_response(&["201 Created"; 3]))),
    ]);
    let states = base(&script)
        .post(&hand_over(), &[id(3), DispenseId(uuid::Uuid::nil()).line(1)])
        .await;
    assert_eq!(states.unwrap(), [(id(3), PostState::Accepted)]);
    assert_eq!(body(&script.played()[1])["entry"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_line_withdrawn_meanwhile_is_not_posted() {
    for (status, code) in [
        ("cancelled", RefusalCode::LineCancelled),
        ("stopped", RefusalCode::LineCancelled),
        ("on-hold", RefusalCode::Other("line-suspended".to_owned())),
    ] {
        let answer = consult_answer(|answer| resource(answer, 0, 0)["status"] = value!(status));
        let script = Script::new([
            ("POST ", json(200, answer)),
            ("POST ", json(200, transaction_response(&["201 Created"; 4]))),
        ]);
        let withdrawn = Refusal {
            code,
            text: String::new(),
            line: Some(LineNumber(1)),
        };
        assert_eq!(
            post(&script).await.unwrap(),
            [
                (id(1), PostState::Refused(withdrawn)),
                (id(2), PostState::Accepted),
                (id(3), PostState::Accepted),
            ]
        );
    }
}

#[tokio::test]
async fn a_prescription_that_is_gone_refuses_every_line() {
    for (status, code) in [(410, RefusalCode::Purged), (403, RefusalCode::RoleForbidden)] {
        let script = Script::one("POST ", json(status, outcome(&[(code.code(), &[])])));
        for (_, state) in post(&script).await.unwrap() {
            assert!(matches!(state, PostState::Refused(refusal) if refusal.code == code));
        }
    }
}

#[tokio::test]
async fn a_gateway_that_bars_the_reading_refuses_nothing_that_may_have_arrived() {
    for status in [403, 410] {
        let script = Script::one("POST ", json(status, "<html>"));
        assert_eq!(post(&script).await, Err(BaseError::Garbled), "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_settles_nothing_is_an_error() {
    let later = Response::json(429, "").with_header("retry-after", "30");
    let unavailable = |status, seconds: Option<u64>| BaseError::Unavailable {
        status,
        retry_after: seconds.map(Duration::from_secs),
    };
    for (answer, error) in [
        (Err(TransportError::NotSent), BaseError::Unreachable),
        (Err(TransportError::AnswerLost), BaseError::OutcomeUnknown),
        (json(401, ""), BaseError::LoginRefused),
        (Ok(later), unavailable(429, Some(30))),
        (json(408, ""), unavailable(408, None)),
        (json(500, ""), unavailable(500, None)),
        (json(504, ""), unavailable(504, None)),
        (json(404, ""), BaseError::Garbled),
        (json(302, ""), BaseError::Garbled),
        // It may have arrived: it is looked up before it is posted again.
        (json(200, ""), BaseError::OutcomeUnknown),
        (json(200, "<html>"), BaseError::OutcomeUnknown),
        (json(200, "{}"), BaseError::OutcomeUnknown),
        (
            json(200, transaction_response(&["201 Created"])),
            BaseError::OutcomeUnknown,
        ),
        (
            json(200, transaction_response(&["201 Created", "422", "201 Created"])),
            BaseError::OutcomeUnknown,
        ),
    ] {
        let case = format!("{answer:?}");
        let script = Script::new([("POST ", consulted()), ("POST ", answer)]);
        assert_eq!(post(&script).await, Err(error), "{case}");
    }
}

const LOOK_UP_1: &str = "GET MedicationDispense?identifier=urn:ietf:rfc:3986%7Curn:uuid:2e7a55c4";
const LOOK_UP_2: &str = "GET MedicationDispense?identifier=urn:ietf:rfc:3986%7Curn:uuid:2a997d59";
const LOOK_UP_3: &str = "GET SupplyDelivery?identifier=urn:ietf:rfc:3986%7Curn:uuid:b608d663";

fn moved(version: &str) -> Result<Response, TransportError> {
    json(
        200,
        consult_answer(|answer| resource(answer, 3, 0)["meta"]["versionId"] = value!(version)),
    )
}

fn nothing() -> Result<Response, TransportError> {
    json(200, searchset(&[]))
}

#[tokio::test]
async fn a_post_that_comes_too_late_and_is_there_already_is_accepted() {
    for stale in [
        json(412, ""),
        json(
            400,
            r#"{"resourceType":"OperationOutcome","issue":[{"diagnostics":"Entry failed with status 412"}]}"#,
        ),
    ] {
        let ours = |place: usize| {
            json(
                200,
                searchset(&[wire("execution.json")["entry"][place - 1]["resource"].clone()]),
            )
        };
        let script = Script::new([
            ("POST ", consulted()),
            ("POST ", stale),
            ("POST ", moved("4")),
            (LOOK_UP_1, ours(1)),
            (LOOK_UP_2, ours(2)),
            (LOOK_UP_3, ours(3)),
        ]);
        assert_eq!(
            post(&script).await.unwrap(),
            all().map(|id| (id, PostState::Accepted))
        );
    }
}

#[tokio::test]
async fn a_post_that_comes_too_late_is_tried_again_when_only_the_task_moved() {
    let script = Script::new([
        ("POST ", consulted()),
        ("POST ", json(412, "")),
        ("POST ", moved("9b1c-uuid")),
        (LOOK_UP_1, nothing()),
        // Somebody else's: a server may ignore the parameter.
        (
            LOOK_UP_2,
            json(
                200,
                searchset(&[wire("execution.json")["entry"][0]["resource"].clone()]),
            ),
        ),
        (LOOK_UP_3, json(404, "")),
        ("POST ", accepted()),
    ]);
    assert_eq!(
        post(&script).await.unwrap(),
        all().map(|id| (id, PostState::Accepted))
    );
    let again = body(&script.played()[6]);
    assert_eq!(again["entry"][3]["request"]["ifMatch"], "W/\"9b1c-uuid\"");
}

#[tokio::test]
async fn a_post_that_is_stale_for_no_visible_reason_needs_a_person() {
    let script = Script::new([
        ("POST ", consulted()),
        ("POST ", json(412, outcome(&[("stale-version", &[])]))),
        ("POST ", consulted()),
        (LOOK_UP_1, nothing()),
        (LOOK_UP_2, nothing()),
        (LOOK_UP_3, nothing()),
    ]);
    let states = post(&script).await.unwrap();
    assert_eq!(
        states[0].1,
        PostState::Conflict(refusal(RefusalCode::StaleVersion, 1))
    );
    assert_eq!(states.len(), 3);
}

#[tokio::test]
async fn a_base_that_moves_at_every_try_is_left_to_a_person_after_three() {
    let mut steps = vec![("POST ", consulted())];
    for version in ["4", "5", "6"] {
        steps.push(("POST ", json(412, "")));
        steps.push(("POST ", moved(version)));
        steps.extend([
            (LOOK_UP_1, nothing()),
            (LOOK_UP_2, nothing()),
            (LOOK_UP_3, nothing()),
        ]);
    }
    let steps: [_; 16] = steps.try_into().unwrap();
    let states = post(&Script::new(steps)).await.unwrap();
    assert!(
        states
            .iter()
            .all(|(_, state)| matches!(state, PostState::Conflict(_)))
    );
}

#[tokio::test]
async fn lines_that_are_refused_are_named_and_the_others_stay_accepted() {
    let script = Script::new([
        ("POST ", consulted()),
        (
            "POST ",
            json(
                422,
                outcome(&[("patient-mismatch", &["Bundle.entry[1].resource"])]),
            ),
        ),
        ("POST ", json(200, transaction_response(&["201 Created"; 4]))),
    ]);
    assert_eq!(
        post(&script).await.unwrap(),
        [
            (
                id(2),
                PostState::Refused(refusal(RefusalCode::PatientMismatch, 2))
            ),
            (id(1), PostState::Accepted),
            (id(3), PostState::Accepted),
        ]
    );
    let again = body(&script.played()[2]);
    let kinds: Vec<&Value> = again["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["resource"]["resourceType"])
        .collect();
    assert_eq!(
        kinds,
        ["MedicationDispense", "SupplyDelivery", "Task", "Provenance"]
    );
}

#[tokio::test]
async fn the_example_refusal_names_its_line() {
    // Nobody else delivered of line 1: the base counts otherwise than we do, and that is its "no".
    let script = Script::new([
        ("POST ", consulted()),
        ("POST ", json(422, wire("refusal-422.json").to_string())),
        ("POST ", json(200, transaction_response(&["201 Created"; 4]))),
    ]);
    let states = post(&script).await.unwrap();
    assert_eq!(
        states[0],
        (
            id(1),
            PostState::Refused(Refusal {
                code: RefusalCode::QuantityExceeded,
                text: "Ligne 1 : 3 boîtes demandées, 2 restent à délivrer.".to_owned(),
                line: Some(LineNumber(1)),
            })
        )
    );
    assert_eq!(
        states[1..],
        [(id(2), PostState::Accepted), (id(3), PostState::Accepted)]
    );
}

#[tokio::test]
async fn boxes_that_somebody_else_delivered_meanwhile_need_a_person() {
    let answer = consult_answer(|answer| {
        resource(answer, 0, 3)["authorizingPrescription"][0]["reference"] = value!("MedicationRequest/l1");
    });
    let script = Script::new([
        ("POST ", json(200, answer)),
        (
            "POST ",
            json(422, outcome(&[("quantity-exceeded", &["Bundle.entry[0]"])])),
        ),
        ("POST ", json(200, transaction_response(&["201 Created"; 4]))),
    ]);
    let states = post(&script).await.unwrap();
    assert_eq!(
        states[0],
        (
            id(1),
            PostState::Conflict(refusal(RefusalCode::QuantityExceeded, 1))
        )
    );
    assert_eq!(states[1].1, PostState::Accepted);
}

#[tokio::test]
async fn a_refusal_of_the_whole_settles_every_line() {
    let expired: &[(&str, &[&str])] = &[("prescription-expired", &[])];
    let of_the_task: &[(&str, &[&str])] = &[("prescription-cancelled", &["Bundle.entry[3]"])];
    let held: &[(&str, &[&str])] = &[("held-elsewhere", &[])];
    for (status, body, code, is_conflict) in [
        (422, outcome(expired), RefusalCode::PrescriptionExpired, false),
        (
            422,
            outcome(of_the_task),
            RefusalCode::PrescriptionCancelled,
            false,
        ),
        (422, outcome(held), RefusalCode::HeldElsewhere, true),
        (409, outcome(held), RefusalCode::HeldElsewhere, true),
        (409, String::new(), RefusalCode::HeldElsewhere, true),
        (400, outcome(&[("malformed", &[])]), RefusalCode::Malformed, false),
        (413, String::new(), RefusalCode::Malformed, false),
        (415, String::new(), RefusalCode::Malformed, false),
        (422, String::new(), RefusalCode::Malformed, false),
        (403, String::new(), RefusalCode::RoleForbidden, false),
        (410, String::new(), RefusalCode::Purged, false),
        (
            422,
            outcome(&[("quota", &[])]),
            RefusalCode::Other("quota".to_owned()),
            false,
        ),
    ] {
        let script = Script::new([("POST ", consulted()), ("POST ", json(status, body))]);
        let states = post(&script).await.unwrap();
        assert_eq!(states.iter().map(|(id, _)| *id).collect::<Vec<_>>(), all());
        for (place, (_, state)) in states.iter().enumerate() {
            let (found, conflict) = match state {
                PostState::Conflict(refusal) => (refusal, true),
                PostState::Refused(refusal) => (refusal, false),
                other => panic!("{status}: {other:?}"),
            };
            assert_eq!((&found.code, conflict), (&code, is_conflict), "{status}");
            assert_eq!(found.line, u16::try_from(place + 1).ok().map(LineNumber));
        }
    }
}

#[tokio::test]
async fn warnings_beside_an_error_refuse_nothing() {
    let outcome = value!({ "resourceType": "OperationOutcome", "issue": [
        { "severity": "warning", "details": { "text": "…" }, "expression": ["Bundle.entry[2]"] },
        { "severity": "error", "details": { "text": "non" }, "expression": ["Bundle.entry[0]"] }
    ] });
    let script = Script::new([
        ("POST ", consulted()),
        ("POST ", json(422, outcome.to_string())),
        ("POST ", json(200, transaction_response(&["201 Created"; 4]))),
    ]);
    let states = post(&script).await.unwrap();
    assert!(
        matches!(&states[0], (first, PostState::Refused(refusal)) if *first == id(1) && refusal.text == "non")
    );
    assert_eq!(
        states[1..],
        [(id(2), PostState::Accepted), (id(3), PostState::Accepted)]
    );
}
