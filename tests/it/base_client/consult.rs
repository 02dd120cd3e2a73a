//! Row 1, the consultation: what is asked, what is read, what is read afterwards, what is refused.

use std::time::Duration;

use comptoir::base::{BaseError, ConsultAnswer, Response, TransportError, read_prescription};
use comptoir::domain::consent::Consent;
use comptoir::domain::hold::Hold;
use comptoir::domain::identifiers::{Boxes, DispensedLineId, LineNumber};
use comptoir::domain::people::{Patient, Prescriber, Sex};
use comptoir::domain::prescription::{
    Delivery, DeliveryStanding, LineKind, LineStanding, Prescription, PrescriptionKind, PrescriptionLine,
};
use comptoir::domain::product::ProductCode;
use comptoir::domain::refusal::RefusalCode;
use comptoir::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use serde_json::{Value, json as value};

use super::script::{Script, body, header, json, searchset};
use super::{at, base, consult_answer, found, number, resource, wire};

fn line(number: u16, kind: LineKind, label: &str, code: ProductCode) -> PrescriptionLine {
    PrescriptionLine {
        number: LineNumber(number),
        kind,
        label: label.to_owned(),
        code,
        dosage: String::new(),
        boxes: None,
        repeats: 0,
        days: None,
        to_pharmacist: String::new(),
        named_pharmacy: None,
        is_handwritten: false,
        substitution: SubstitutionPermission::Allowed,
        standing: LineStanding::Active,
        deliveries: Vec::new(),
    }
}

/// The lines of `consult-answer.json`.
fn expected_lines() -> Vec<PrescriptionLine> {
    let delivered = Delivery {
        stands_for: None,
        id: Some(DispensedLineId(
            "11111111-1111-4111-8111-111111111111".parse().unwrap(),
        )),
        product: "LAMOTRIGINE BIOGARAN 100 mg, comprimé dispersible".to_owned(),
        boxes: Boxes(2),
        standing: DeliveryStanding::Completed,
        pharmacy: "Pharmacie du Port".to_owned(),
        at: Some(at("2026-11-21T09:30:00+01:00")),
    };
    let amoxicillin = PrescriptionLine {
        dosage: "1 gélule 3 fois par jour pendant 6 jours".to_owned(),
        boxes: Some(Boxes(2)),
        days: Some(6),
        to_pharmacist: String::new(),
        named_pharmacy: None,
        is_handwritten: false,
        ..line(
            1,
            LineKind::Medication,
            "AMOXICILLINE BIOGARAN 500 mg, gélule",
            ProductCode::Cip13("3400933857042".parse().unwrap()),
        )
    };
    let lamotrigine = PrescriptionLine {
        dosage: "1 comprimé matin et soir".to_owned(),
        boxes: Some(Boxes(2)),
        repeats: 2,
        days: Some(30),
        to_pharmacist: String::new(),
        named_pharmacy: None,
        is_handwritten: false,
        substitution: SubstitutionPermission::Forbidden(NonSubstitutable::NarrowMargin),
        deliveries: vec![delivered],
        ..line(
            2,
            LineKind::Medication,
            "LAMOTRIGINE BIOGARAN 100 mg, comprimé dispersible",
            ProductCode::Cip13("3400937627795".parse().unwrap()),
        )
    };
    let tears = PrescriptionLine {
        dosage: "1 goutte 4 fois par jour".to_owned(),
        boxes: Some(Boxes(1)),
        ..line(
            3,
            LineKind::Device,
            "VISMED, larmes artificielles, unidoses",
            ProductCode::Lpp("1163922".parse().unwrap()),
        )
    };
    let laboratory = LineKind::Other {
        executor: "laboratoire".to_owned(),
    };
    vec![
        amoxicillin,
        lamotrigine,
        tears,
        line(4, laboratory, "Bilan sanguin : NFS, CRP", ProductCode::None),
    ]
}

/// What `consult-answer.json` says, in the words of the domain.
fn expected() -> Prescription {
    Prescription {
        paper: None,
        number: number(),
        kinds: vec![PrescriptionKind::Secured],
        written_on: "2026-11-20".parse().unwrap(),
        valid_until: Some("2027-02-19".parse().unwrap()),
        patient: Patient {
            ins: Some("279039999900102".parse().unwrap()),
            family: "Marchand".to_owned(),
            given: "Camille Rose".to_owned(),
            born: Some("1979-03-28".parse().unwrap()),
            sex: Sex::Female,
        },
        prescriber: Prescriber {
            rpps: Some("10100000016".parse().unwrap()),
            family: "Rivière".to_owned(),
            given: "Hélène".to_owned(),
            specialty: "Médecine générale".to_owned(),
            phone: "0199000010".to_owned(),
        },
        consent: Consent::Agreed,
        hold: Some(Hold {
            owner: "990000002".parse().unwrap(),
            name: "Pharmacie du Port".to_owned(),
            phone: "0199000022".to_owned(),
            since: Some(at("2026-11-22T10:00:00+01:00")),
            until: Some(at("2026-11-22T10:30:00+01:00")),
            terminal: None,
        }),
        lines: expected_lines(),
        history: Vec::new(),
    }
}

#[tokio::test]
async fn the_example_answer_is_read_into_exactly_this_prescription() {
    let text = consult_answer(|_| ());
    let script = Script::one("POST ", json(200, text.clone()));
    let consulted = found(base(&script).consult(&number()).await.unwrap());
    let expected = expected();
    // The names are hidden from `Debug`, so they are compared one by one first.
    assert_eq!(consulted.prescription.patient.family, expected.patient.family);
    assert_eq!(consulted.prescription.patient.given, expected.patient.given);
    assert_eq!(
        consulted.prescription.prescriber.family,
        expected.prescriber.family
    );
    assert_eq!(consulted.prescription, expected);
    assert_eq!(
        consulted.received.answers,
        [text],
        "verbatim, and one question was enough"
    );
    let offline = read_prescription(&number(), &consulted.received).unwrap();
    assert_eq!(offline, consulted.prescription);
}

#[tokio::test]
async fn a_consultation_is_one_batch_of_five_questions() {
    let script = Script::one("POST ", json(200, consult_answer(|_| ())));
    base(&script).consult(&number()).await.unwrap();
    let request = &script.played()[0];
    assert_eq!(
        (request.target.as_str(), header(request, "prefer")),
        ("", Some("handling=strict"))
    );
    let batch = body(request);
    assert_eq!(batch["type"], "batch");
    let urls: Vec<String> = batch["entry"]
        .as_array()
        .unwrap()
        .iter()
        .inspect(|entry| assert_eq!(entry["request"]["method"], "GET"))
        .map(|entry| entry["request"]["url"].as_str().unwrap().replace("%7C", "|"))
        .collect();
    let token = "urn:oid:1.2.250.1.215.500.1.1|01K7M4QX2RT9WBHV6P";
    assert_eq!(
        urls,
        [
            format!(
                "MedicationRequest?group-or-identifier={token}&_include=MedicationRequest:patient&_revinclude=MedicationDispense:prescription"
            ),
            format!("DeviceRequest?group-identifier={token}&_include=DeviceRequest:patient"),
            format!("ServiceRequest?requisition={token}&_include=ServiceRequest:patient"),
            format!("Task?group-identifier={token}&_revinclude=Consent:data"),
            format!("SupplyDelivery?prescription.group-identifier={token}"),
        ]
    );
}

/// An `OperationOutcome` with that code and words.
fn outcome(code: &str, text: &str) -> Value {
    let coding = value!([{ "system": "https://comptoir.example/fhir/CodeSystem/refusal", "code": code }]);
    value!({ "resourceType": "OperationOutcome", "issue": [
        { "severity": "error", "details": { "coding": coding, "text": text } }
    ] })
}

fn first_entry_says(status: &str) -> String {
    let first = value!({ "response": { "status": status, "outcome": outcome("purged", "Effacée.") } });
    consult_answer(|answer| answer["entry"][0] = first)
}

fn nobody() -> String {
    consult_answer(|answer| {
        for place in 0..5 {
            answer["entry"][place]["resource"]["entry"] = value!([]);
        }
    })
}

#[tokio::test]
async fn what_the_base_refuses_is_a_refusal_and_never_an_error() {
    for (answer, code, text) in [
        (
            json(403, outcome("role-forbidden", "Réservé.").to_string()),
            RefusalCode::RoleForbidden,
            "Réservé.",
        ),
        (json(403, "<html>"), RefusalCode::RoleForbidden, ""),
        (
            json(410, outcome("purged", "Effacée.").to_string()),
            RefusalCode::Purged,
            "Effacée.",
        ),
        (json(410, ""), RefusalCode::Purged, ""),
        (
            json(200, first_entry_says("410 Gone")),
            RefusalCode::Purged,
            "Effacée.",
        ),
        (json(200, nobody()), RefusalCode::UnknownPrescription, ""),
    ] {
        let script = Script::one("POST ", answer);
        match base(&script).consult(&number()).await {
            Ok(ConsultAnswer::Refused(refusal)) => {
                assert_eq!((refusal.code, refusal.text.as_str()), (code, text));
            }
            other => panic!("{code:?} expected, not {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_broken_is_an_error_and_never_a_refusal() {
    let later = Response::json(503, "").with_header("retry-after", "7");
    let unavailable = |status, seconds: Option<u64>| BaseError::Unavailable {
        status,
        retry_after: seconds.map(Duration::from_secs),
    };
    let half_unknown = {
        let mut answer: Value = serde_json::from_str(&nobody()).unwrap();
        answer["entry"][1] = value!({ "response": { "status": "503" } });
        answer.to_string()
    };
    for (answer, error) in [
        (Err(TransportError::NotSent), BaseError::Unreachable),
        (Err(TransportError::AnswerLost), BaseError::NoAnswer),
        (json(401, ""), BaseError::LoginRefused),
        (json(200, first_entry_says("401")), BaseError::LoginRefused),
        (Ok(later), unavailable(503, Some(7))),
        (json(429, ""), unavailable(429, None)),
        (json(408, ""), unavailable(408, None)),
        (
            json(200, first_entry_says("500 Internal Server Error")),
            unavailable(500, None),
        ),
        (json(200, half_unknown), unavailable(503, None)),
        (json(302, ""), BaseError::Garbled),
        (json(404, ""), BaseError::Garbled),
        (
            json(400, outcome("malformed", "").to_string()),
            BaseError::Garbled,
        ),
        (json(200, ""), BaseError::Garbled),
        (json(200, "null"), BaseError::Garbled),
        (json(200, "{}"), BaseError::Garbled),
        (
            json(
                200,
                r#"{"resourceType":"Bundle","type":"batch-response","entry":[]}"#,
            ),
            BaseError::Garbled,
        ),
        (json(200, searchset(&[])), BaseError::Garbled),
        (json(200, first_entry_says("OK")), BaseError::Garbled),
        (json(200, &consult_answer(|_| ())[..4000]), BaseError::Garbled),
        (json(200, "[".repeat(100_000)), BaseError::Garbled),
    ] {
        let case = format!("{answer:?}");
        let script = Script::one("POST ", answer);
        assert_eq!(base(&script).consult(&number()).await, Err(error), "{case}");
    }
}

#[tokio::test]
async fn everybody_elses_lines_are_dropped() {
    // A server may ignore a parameter that it does not know.
    for (field, stranger) in [
        ("value", value!("01ZZZZZZZZZZZZZZZZ")),
        ("system", value!("urn:oid:1.2.3")),
        ("value", Value::Null),
    ] {
        let text = consult_answer(|answer| {
            resource(answer, 0, 0)["groupIdentifier"][field] = stranger.clone();
        });
        let script = Script::one("POST ", json(200, text));
        let read = found(base(&script).consult(&number()).await.unwrap()).prescription;
        assert_eq!(
            read.lines.iter().map(|line| line.number.0).collect::<Vec<_>>(),
            [2, 3, 4],
            "{field}"
        );
    }
}

#[tokio::test]
async fn a_resource_sent_twice_counts_once() {
    let text = consult_answer(|answer| {
        let entries = answer["entry"][0]["resource"]["entry"].as_array_mut().unwrap();
        entries.extend_from_within(..);
    });
    let script = Script::one("POST ", json(200, text));
    let read = found(base(&script).consult(&number()).await.unwrap()).prescription;
    assert_eq!(read, expected());
}

#[tokio::test]
async fn the_next_pages_are_read() {
    let mut second_line = Value::Null;
    let text = consult_answer(|answer| {
        second_line = answer["entry"][0]["resource"]["entry"]
            .as_array_mut()
            .unwrap()
            .remove(1);
        answer["entry"][0]["resource"]["link"] =
            value!([{ "relation": "next", "url": "http://127.0.0.1:8410/?page=2" }]);
    });
    let page = value!({ "resourceType": "Bundle", "type": "searchset", "entry": [second_line] }).to_string();
    let script = Script::new([
        ("POST ", json(200, text.clone())),
        ("GET http://127.0.0.1:8410/?page=2", json(200, page.clone())),
    ]);
    let consulted = found(base(&script).consult(&number()).await.unwrap());
    script.played();
    assert_eq!(consulted.prescription, expected());
    assert_eq!(consulted.received.answers, [text, page]);
}

#[tokio::test]
async fn a_page_that_is_missing_or_elsewhere_makes_the_answer_unreadable() {
    for answer in [
        json(404, ""),
        json(410, ""),
        Err(TransportError::ForeignAddress),
        json(200, "{"),
    ] {
        let text = consult_answer(|consult| {
            consult["entry"][0]["resource"]["link"] =
                value!([{ "relation": "next", "url": "https://evil.example/" }]);
        });
        let script = Script::new([("POST ", json(200, text)), ("GET https://evil.example/", answer)]);
        assert_eq!(base(&script).consult(&number()).await, Err(BaseError::Garbled));
    }
}

#[tokio::test]
async fn a_base_whose_pages_never_end_is_left() {
    let link = value!([{ "relation": "next", "url": "?page=again" }]);
    let text = consult_answer(|answer| answer["entry"][0]["resource"]["link"] = link.clone());
    let page = value!({ "resourceType": "Bundle", "type": "searchset", "link": link }).to_string();
    let steps = std::array::from_fn::<_, 65, _>(|place| match place {
        0 => ("POST ", json(200, text.clone())),
        _ => ("GET ?page=again", json(200, page.clone())),
    });
    let script = Script::new(steps);
    assert_eq!(base(&script).consult(&number()).await, Err(BaseError::Garbled));
    script.played();
}

/// The example answer of a base that sends nothing but what was asked, and what it sends afterwards.
fn without_includes() -> (String, [Value; 3]) {
    let mut left_out = [Value::Null, Value::Null, Value::Null];
    let text = consult_answer(|answer| {
        let lines = answer["entry"][0]["resource"]["entry"].as_array_mut().unwrap();
        left_out[0] = lines.remove(3)["resource"].take();
        left_out[1] = lines.remove(2)["resource"].take();
        for search in [1, 2] {
            answer["entry"][search]["resource"]["entry"]
                .as_array_mut()
                .unwrap()
                .truncate(1);
        }
        let tasks = answer["entry"][3]["resource"]["entry"].as_array_mut().unwrap();
        left_out[2] = tasks.remove(1)["resource"].take();
    });
    (text, left_out)
}

#[tokio::test]
async fn what_a_base_does_not_include_is_read_afterwards() {
    let (text, [dispense, patient, consent]) = without_includes();
    let script = Script::new([
        ("POST ", json(200, text)),
        (
            "GET MedicationDispense?prescription=MedicationRequest/l1,MedicationRequest/l2",
            json(200, searchset(&[dispense])),
        ),
        ("GET Consent?data=Task/t1", json(200, searchset(&[consent]))),
        ("GET Patient/p1", json(200, patient.to_string())),
    ]);
    let consulted = found(base(&script).consult(&number()).await.unwrap());
    script.played();
    assert_eq!(consulted.prescription, expected());
    assert_eq!(consulted.received.answers.len(), 4);
    let offline = read_prescription(&number(), &consulted.received).unwrap();
    assert_eq!(offline, expected());
}

#[tokio::test]
async fn a_delivery_that_only_the_task_knows_is_read() {
    let (text, [dispense, patient, _]) = without_includes();
    let script = Script::new([
        ("POST ", json(200, text)),
        ("GET MedicationDispense?prescription=", json(200, searchset(&[]))),
        ("GET Consent?data=Task/t1", json(404, "")),
        ("GET Patient/p1", json(403, "")),
        ("GET MedicationDispense/md1", json(200, dispense.to_string())),
    ]);
    drop(patient);
    let read = found(base(&script).consult(&number()).await.unwrap()).prescription;
    script.played();
    assert_eq!(read.lines[1].deliveries, expected().lines[1].deliveries);
    assert_eq!(read.consent, Consent::NotRecorded);
    assert_eq!((read.patient.ins, read.patient.family.as_str()), (None, ""));
}

#[tokio::test]
async fn without_the_deliveries_nobody_knows_what_remains() {
    for (answer, error) in [
        (json(400, ""), BaseError::Garbled),
        (json(200, "{"), BaseError::Garbled),
        (Err(TransportError::AnswerLost), BaseError::NoAnswer),
        (
            json(500, ""),
            BaseError::Unavailable {
                status: 500,
                retry_after: None,
            },
        ),
    ] {
        let (text, _) = without_includes();
        let script = Script::new([
            ("POST ", json(200, text)),
            ("GET MedicationDispense?prescription=", answer),
        ]);
        assert_eq!(base(&script).consult(&number()).await, Err(error));
    }
}

#[tokio::test]
async fn a_base_that_says_it_includes_is_not_asked_twice() {
    let (text, [dispense, patient, _]) = without_includes();
    let script = Script::new([
        ("GET metadata", json(200, super::search::statement().to_string())),
        ("POST ", json(200, text)),
        ("GET Patient/p1", json(200, patient.to_string())),
        ("GET MedicationDispense/md1", json(200, dispense.to_string())),
    ]);
    let base = base(&script);
    base.capability().await.unwrap();
    let read = found(base.consult(&number()).await.unwrap()).prescription;
    script.played();
    assert_eq!(read.consent, Consent::NotRecorded);
}

#[tokio::test]
async fn people_are_found_however_they_are_named() {
    let full_url = value!({ "reference": "http://127.0.0.1:8410/Patient/p1" });
    let sibling = value!({ "reference": "#p1" });
    let versioned = value!({ "reference": "Patient/p1/_history/1" });
    for subject in [full_url, sibling, versioned] {
        let text = consult_answer(|answer| {
            for place in [0, 1] {
                resource(answer, 0, place)["subject"] = subject.clone();
            }
        });
        let script = Script::one("POST ", json(200, text));
        let read = found(base(&script).consult(&number()).await.unwrap()).prescription;
        assert!(read.patient == expected().patient, "{subject}");
    }
    let text = consult_answer(|answer| {
        answer["entry"][0]["resource"]["entry"][2]["fullUrl"] =
            value!("urn:uuid:00000000-0000-4000-8000-00000000000a");
        for (search, place) in [(0, 0), (0, 1), (1, 0), (2, 0)] {
            resource(answer, search, place)["subject"]["reference"] =
                value!("urn:uuid:00000000-0000-4000-8000-00000000000a");
        }
    });
    let script = Script::one("POST ", json(200, text));
    let read = found(base(&script).consult(&number()).await.unwrap()).prescription;
    assert!(read.patient == expected().patient, "by a urn:uuid full URL");
}

#[tokio::test]
async fn a_prescriber_may_be_only_a_number_and_a_name() {
    let text = consult_answer(|answer| {
        let line = resource(answer, 0, 0);
        line["contained"] = value!([]);
        line["requester"]["reference"] = Value::Null;
    });
    let script = Script::one("POST ", json(200, text));
    let read = found(base(&script).consult(&number()).await.unwrap())
        .prescription
        .prescriber;
    let said = (
        read.rpps.unwrap().to_string(),
        read.family.as_str(),
        read.given.as_str(),
        read.phone.as_str(),
    );
    assert_eq!(said, ("10100000016".to_owned(), "Dr Hélène Rivière", "", ""));
}

#[tokio::test]
async fn two_patients_on_one_number_are_nobodys_prescription() {
    let text = consult_answer(|answer| {
        let mut stranger = answer["entry"][0]["resource"]["entry"][2].clone();
        stranger["fullUrl"] = value!("http://127.0.0.1:8410/Patient/p2");
        stranger["resource"]["id"] = value!("p2");
        stranger["resource"]["name"][0]["family"] = value!("Autre");
        answer["entry"][0]["resource"]["entry"]
            .as_array_mut()
            .unwrap()
            .push(stranger);
        resource(answer, 0, 1)["subject"]["reference"] = value!("Patient/p2");
    });
    let script = Script::one("POST ", json(200, text));
    assert_eq!(base(&script).consult(&number()).await, Err(BaseError::Garbled));
}

#[test]
fn a_whole_base_is_not_a_prescription() {
    let lines: Vec<Value> = (0..2_001)
        .map(|place| value!({ "resourceType": "MedicationRequest", "id": format!("x{place}") }))
        .collect();
    let received = comptoir::base::Received {
        answers: vec![searchset(&lines)],
    };
    assert_eq!(read_prescription(&number(), &received), Err(BaseError::Garbled));
    assert!(wire("consult-answer.json").is_object());
}
