//! Rows 0 and 2: what a base offers, and a patient's prescriptions when the paper is lost.

use comptoir::base::{BaseError, Capability, Operation, SearchAnswer};
use comptoir::domain::people::Ins;
use comptoir::domain::refusal::RefusalCode;
use serde_json::{Value, json as value};

use super::script::{Script, json, searchset};
use super::{base, number, wire};

/// What a base that can do everything says of itself.
pub(super) fn statement() -> Value {
    value!({
        "resourceType": "CapabilityStatement", "status": "active", "fhirVersion": "4.0.1",
        "rest": [{
            "mode": "server",
            "interaction": [{ "code": "transaction" }, { "code": "batch" }],
            "resource": [
                { "type": "MedicationRequest",
                  "searchParam": [{ "name": "group-or-identifier", "type": "token" }, { "name": "patient", "type": "reference" }],
                  "searchRevInclude": ["MedicationDispense:prescription"] },
                { "type": "MedicationDispense", "conditionalCreate": true },
                { "type": "Task", "versioning": "versioned-update", "searchRevInclude": ["Consent:data"] }
            ]
        }]
    })
}

async fn capability(body: &Value) -> Capability {
    let script = Script::one("GET metadata", json(200, body.to_string()));
    base(&script).capability().await.unwrap()
}

const ALL: [Operation; 6] = [
    Operation::Consult,
    Operation::Search,
    Operation::Hold,
    Operation::Post,
    Operation::IncludeDeliveries,
    Operation::IncludeConsent,
];

#[tokio::test]
async fn what_a_base_does_not_say_is_not_offered() {
    let all = capability(&statement()).await;
    assert!(ALL.iter().all(|operation| all.offers(*operation)));
    for (pointer, said, lost) in [
        (
            "/rest/0/interaction/0/code",
            value!("history-system"),
            vec![Operation::Post],
        ),
        (
            "/rest/0/interaction/1/code",
            value!("history-system"),
            vec![Operation::Consult],
        ),
        (
            "/rest/0/resource/0/searchParam/1/name",
            value!("status"),
            vec![Operation::Search],
        ),
        (
            "/rest/0/resource/0/searchRevInclude",
            value!([]),
            vec![Operation::IncludeDeliveries],
        ),
        (
            "/rest/0/resource/1/conditionalCreate",
            value!(false),
            vec![Operation::Post],
        ),
        (
            "/rest/0/resource/2/versioning",
            value!("versioned"),
            vec![Operation::Hold],
        ),
        (
            "/rest/0/resource/2/versioning",
            Value::Null,
            vec![Operation::Hold],
        ),
        ("/rest/0/resource/2/searchRevInclude", Value::Null, ALL.to_vec()),
        (
            "/rest/0/resource/2/searchRevInclude",
            value!([]),
            vec![Operation::IncludeConsent],
        ),
        ("/fhirVersion", value!("5.0.0"), ALL.to_vec()),
        ("/fhirVersion", Value::Null, ALL.to_vec()),
        ("/resourceType", value!("Bundle"), ALL.to_vec()),
    ] {
        let mut changed = statement();
        *changed.pointer_mut(pointer).unwrap() = said.clone();
        let offered = capability(&changed).await;
        for operation in ALL {
            assert_eq!(
                offered.offers(operation),
                !lost.contains(&operation),
                "{operation:?} when {pointer} is {said}"
            );
        }
    }
}

#[tokio::test]
async fn a_base_that_publishes_nothing_readable_offers_nothing_and_is_not_an_error() {
    for answer in [
        json(200, r#"{"resourceType":"Bundle","type":"searchset","total":0}"#),
        json(404, ""),
        json(200, "<html>"),
    ] {
        let script = Script::one("GET metadata", answer);
        assert_eq!(base(&script).capability().await, Ok(Capability::default()));
    }
    let script = Script::one("GET metadata", json(503, ""));
    assert!(matches!(
        base(&script).capability().await,
        Err(BaseError::Unavailable { status: 503, .. })
    ));
}

fn ins() -> Ins {
    "279039999900102".parse().unwrap()
}

fn lines() -> Vec<Value> {
    let answer = wire("consult-answer.json");
    let entries = answer["entry"][0]["resource"]["entry"].as_array().unwrap();
    entries.iter().map(|entry| entry["resource"].clone()).collect()
}

#[tokio::test]
async fn the_ins_travels_in_the_body_alone() {
    let script = Script::new([
        ("POST MedicationRequest/_search", json(200, searchset(&[]))),
        ("POST MedicationRequest/_search", json(200, searchset(&lines()))),
    ]);
    let answer = base(&script).search(&ins()).await.unwrap();
    for (request, system) in script.played().iter().zip(["1.4.8", "1.4.10"]) {
        assert_eq!(request.target, "MedicationRequest/_search");
        assert!(
            !format!("{request:?}").contains(ins().as_str()),
            "nor in what is logged"
        );
        let content = request.content.as_ref().unwrap();
        assert_eq!(content.media_type, "application/x-www-form-urlencoded");
        let expected = format!(
            "patient.identifier=urn:oid:1.2.250.1.213.{system}%7C279039999900102&status=active&_include=MedicationRequest:patient"
        );
        assert_eq!(content.text, expected);
    }
    let SearchAnswer::Found(found) = answer else {
        panic!("found expected")
    };
    assert_eq!(found.len(), 1, "two lines of one prescription");
    assert_eq!((&found[0].number, found[0].lines.len()), (&number(), 2));
    assert_eq!(found[0].prescriber.family, "Rivière");
    assert_eq!(found[0].written_on, Some("2026-11-20".parse().unwrap()));
}

#[tokio::test]
async fn another_patients_prescriptions_are_dropped() {
    let mut resources = lines();
    resources[2]["identifier"][0]["value"] = value!("255081416802538");
    let all = std::array::from_fn::<_, 3, _>(|_| {
        ("POST MedicationRequest/_search", json(200, searchset(&resources)))
    });
    let script = Script::new(all);
    assert_eq!(
        base(&script).search(&ins()).await,
        Ok(SearchAnswer::Found(Vec::new()))
    );
}

#[tokio::test]
async fn a_search_the_base_does_not_offer_or_refuses_is_said() {
    for status in [400, 404, 405, 501] {
        let script = Script::one("POST MedicationRequest/_search", json(status, ""));
        assert_eq!(
            base(&script).search(&ins()).await,
            Ok(SearchAnswer::NotOffered),
            "{status}"
        );
    }
    let script = Script::one("POST MedicationRequest/_search", json(403, ""));
    let answer = base(&script).search(&ins()).await;
    assert!(
        matches!(answer, Ok(SearchAnswer::Refused(refusal)) if refusal.code == RefusalCode::RoleForbidden)
    );
    let script = Script::one("POST MedicationRequest/_search", json(200, "{"));
    assert_eq!(base(&script).search(&ins()).await, Err(BaseError::Garbled));
}
