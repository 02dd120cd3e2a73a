//! What an unknown or missing condition means: never "no condition", and never a box less delivered.

use comptoir::base::{Received, read_prescription};
use comptoir::domain::consent::Consent;
use comptoir::domain::identifiers::Boxes;
use comptoir::domain::prescription::{
    DeliveryStanding, LineKind, LineStanding, Prescription, PrescriptionKind,
};
use comptoir::domain::product::ProductCode;
use comptoir::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use serde_json::{Value, json};

use super::{consult_answer, number, resource};

fn read(change: impl FnOnce(&mut Value)) -> Prescription {
    let received = Received {
        answers: vec![consult_answer(change)],
    };
    read_prescription(&number(), &received).unwrap()
}

/// The first line, with these elements changed; null removes one.
fn first_line(changes: &Value) -> Prescription {
    read(|answer| {
        for (name, value) in changes.as_object().unwrap() {
            resource(answer, 0, 0)[name] = value.clone();
        }
    })
}

#[test]
fn a_line_is_delivered_only_when_it_is_known_to_be_deliverable() {
    use LineStanding::{Active, Cancelled, Suspended};
    for (changes, standing) in [
        (json!({ "status": "active" }), Active),
        (json!({ "status": "cancelled" }), Cancelled),
        (json!({ "status": "stopped" }), Cancelled),
        (json!({ "status": "entered-in-error" }), Cancelled),
        (json!({ "status": "on-hold" }), Suspended),
        (json!({ "status": "draft" }), Suspended),
        (json!({ "status": "completed" }), Suspended),
        (json!({ "status": "tomorrow" }), Suspended),
        (json!({ "status": null }), Suspended),
        (json!({ "intent": "proposal" }), Suspended),
        (json!({ "intent": "option" }), Suspended),
        (json!({ "intent": null }), Suspended),
        (json!({ "intent": "instance-order" }), Active),
        (json!({ "doNotPerform": true }), Suspended),
        (json!({ "doNotPerform": false }), Active),
        (
            json!({ "modifierExtension": [{ "url": "x", "valueBoolean": true }] }),
            Suspended,
        ),
        (json!({ "implicitRules": "https://rules.example" }), Suspended),
        (json!({ "status": "cancelled", "doNotPerform": true }), Cancelled),
    ] {
        assert_eq!(first_line(&changes).lines[0].standing, standing, "{changes}");
    }
}

#[test]
fn a_completed_line_with_nothing_left_is_used_up_not_suspended() {
    let read = read(|answer| {
        resource(answer, 0, 1)["status"] = json!("completed");
        resource(answer, 0, 1)["dispenseRequest"]["numberOfRepeatsAllowed"] = json!(0);
    });
    assert_eq!(read.lines[1].standing, LineStanding::Active);
    assert_eq!(read.lines[1].remaining(), Some(Boxes::ZERO));
}

#[test]
fn a_cancelled_task_cancels_every_line() {
    let read = read(|answer| resource(answer, 3, 0)["status"] = json!("cancelled"));
    assert!(
        read.lines
            .iter()
            .all(|line| line.standing == LineStanding::Cancelled)
    );
    assert_eq!(read.hold, None);
}

#[test]
fn another_product_may_be_given_unless_something_says_no_or_cannot_be_read() {
    const LIST: &str = "http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution";
    let allowed = |code: &str, system: &str| json!({ "coding": [{ "system": system, "code": code }] });
    let unstated =
        |text: &str| SubstitutionPermission::Forbidden(NonSubstitutable::Unstated(text.to_owned()));
    for (substitution, expected) in [
        (Value::Null, SubstitutionPermission::Allowed),
        (
            json!({ "allowedCodeableConcept": allowed("G", LIST) }),
            SubstitutionPermission::Allowed,
        ),
        (
            json!({ "allowedCodeableConcept": allowed("TE", LIST) }),
            SubstitutionPermission::Allowed,
        ),
        (json!({ "allowedBoolean": true }), SubstitutionPermission::Allowed),
        (json!({ "allowedBoolean": false }), unstated("")),
        (
            json!({ "allowedCodeableConcept": allowed("N", LIST) }),
            unstated(""),
        ),
        (
            json!({ "allowedCodeableConcept": allowed("X", LIST) }),
            unstated(""),
        ),
        (
            json!({ "allowedCodeableConcept": allowed("G", "urn:oid:1.2.3") }),
            unstated(""),
        ),
        (
            json!({ "allowedCodeableConcept": { "text": "oui" } }),
            unstated(""),
        ),
        (json!({}), unstated("")),
        (
            json!({ "allowedBoolean": false, "reason": { "text": "allergie" } }),
            unstated("allergie"),
        ),
        (
            json!({ "allowedBoolean": false, "reason": { "text": "EFG" } }),
            SubstitutionPermission::Forbidden(NonSubstitutable::ChildForm),
        ),
        (
            // Official examples write the address of a value set as the list.
            json!({ "allowedBoolean": false, "reason": allowed("CIF", "https://smt.esante.gouv.fr/fhir/ValueSet/x") }),
            SubstitutionPermission::Forbidden(NonSubstitutable::Excipient),
        ),
    ] {
        let read = first_line(&json!({ "substitution": substitution }));
        assert_eq!(read.lines[0].substitution, expected, "{substitution}");
    }
}

#[test]
fn an_agreement_must_be_said_in_full() {
    use Consent::{Agreed, NotRecorded, Opposed};
    let rule = |code: &str| json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code }] });
    for (pointer, value, expected) in [
        ("/status", json!("active"), Agreed),
        ("/status", json!("inactive"), NotRecorded),
        ("/status", json!("entered-in-error"), NotRecorded),
        ("/status", Value::Null, NotRecorded),
        ("/policyRule", rule("OPTOUT"), Opposed),
        ("/policyRule", rule("OPTINR"), NotRecorded),
        ("/policyRule", Value::Null, NotRecorded),
        ("/provision/type", json!("deny"), Opposed),
        ("/provision/type", json!("perhaps"), NotRecorded),
        (
            "/provision/data/0/reference/reference",
            json!("Task/another"),
            NotRecorded,
        ),
        ("/provision", Value::Null, NotRecorded),
        ("/provision", json!("permit"), NotRecorded),
        ("/dateTime", Value::Null, Agreed),
    ] {
        let read = read(|answer| *resource(answer, 3, 1).pointer_mut(pointer).unwrap() = value.clone());
        assert_eq!(read.consent, expected, "{pointer} {value}");
    }
    let excepted =
        read(|answer| resource(answer, 3, 1)["provision"]["provision"] = json!([{ "type": "deny" }]));
    assert_eq!(
        excepted.consent, NotRecorded,
        "an agreement with exceptions is not read as a plain one"
    );
    let without = read(|answer| {
        answer["entry"][3]["resource"]["entry"]
            .as_array_mut()
            .unwrap()
            .truncate(1);
    });
    assert_eq!(without.consent, NotRecorded);
}

#[test]
fn the_newest_choice_counts() {
    use Consent::{Agreed, Opposed};
    for (second_at, expected) in [
        (json!("2026-11-21T09:00:00+01:00"), Opposed),
        (json!("2026-11-20T09:00:00+01:00"), Opposed),
        (json!("2026-11-19T09:00:00+01:00"), Agreed),
        (Value::Null, Opposed),
    ] {
        let read = read(|answer| {
            let mut second = answer["entry"][3]["resource"]["entry"][1].clone();
            second["fullUrl"] = Value::Null;
            second["resource"]["id"] = json!("c2");
            second["resource"]["dateTime"] = second_at.clone();
            second["resource"]["provision"]["type"] = json!("deny");
            answer["entry"][3]["resource"]["entry"]
                .as_array_mut()
                .unwrap()
                .push(second);
        });
        assert_eq!(read.consent, expected, "{second_at}");
    }
}

#[test]
fn a_delivery_counts_unless_it_says_that_nothing_left_the_pharmacy() {
    use DeliveryStanding::{Completed, Declined, EnteredInError};
    for (status, standing) in [
        (json!("completed"), Completed),
        (json!("in-progress"), Completed),
        (json!("preparation"), Completed),
        (json!("stopped"), Completed),
        (json!("unknown"), Completed),
        (json!("whatever"), Completed),
        (Value::Null, Completed),
        (json!("declined"), Declined),
        (json!("cancelled"), Declined),
        (json!("entered-in-error"), EnteredInError),
    ] {
        let read = read(|answer| resource(answer, 0, 3)["status"] = status.clone());
        assert_eq!(read.lines[1].deliveries[0].standing, standing, "{status}");
    }
}

#[test]
fn a_delivery_never_counts_less_than_it_may_have_been() {
    for (quantity, boxes) in [
        (json!({ "value": 1 }), 1),
        (json!({ "value": 1.5 }), 2),
        (json!({ "value": 56, "unit": "comprimé" }), 2),
        (Value::Null, 2),
        (json!({ "unit": "boîte" }), 2),
    ] {
        let read = read(|answer| resource(answer, 0, 3)["quantity"] = quantity.clone());
        assert_eq!(read.lines[1].deliveries[0].boxes, Boxes(boxes), "{quantity}");
    }
}

#[test]
fn a_delivery_is_found_on_its_line_however_the_line_is_named() {
    for reference in [
        json!({ "reference": "MedicationRequest/l2/_history/1" }),
        json!({ "reference": "http://127.0.0.1:8410/MedicationRequest/l2" }),
        json!({ "reference": "https://the-same-base-from-outside.example/MedicationRequest/l2" }),
        json!({ "identifier": {
            "system": "urn:ietf:rfc:3986", "value": "urn:uuid:00000000-0000-4000-8000-000000000002"
        } }),
    ] {
        let read = read(|answer| resource(answer, 0, 3)["authorizingPrescription"][0] = reference.clone());
        assert_eq!(read.lines[1].deliveries.len(), 1, "{reference}");
    }
    let of_another = read(|answer| {
        resource(answer, 0, 3)["authorizingPrescription"][0]["reference"] = json!("MedicationRequest/x");
    });
    assert!(of_another.lines.iter().all(|line| line.deliveries.is_empty()));
}

#[test]
fn a_delivery_that_cannot_be_read_makes_the_answer_unreadable() {
    let received = Received {
        answers: vec![consult_answer(|answer| {
            resource(answer, 0, 3)["quantity"] = json!("two");
        })],
    };
    assert!(read_prescription(&number(), &received).is_err());
}

#[test]
fn no_last_day_is_none_and_the_earliest_counts() {
    let remove = |answer: &mut Value| {
        for place in [0, 1] {
            resource(answer, 0, place)["dispenseRequest"]["validityPeriod"] = Value::Null;
        }
        resource(answer, 1, 0)["occurrenceTiming"]["repeat"]["boundsPeriod"] = Value::Null;
    };
    assert_eq!(read(remove).valid_until, None);
    let read = read(|answer| {
        resource(answer, 0, 1)["dispenseRequest"]["validityPeriod"]["end"] = json!("2027-01");
    });
    assert_eq!(read.valid_until, Some("2027-01-31".parse().unwrap()));
}

#[test]
fn a_count_that_is_not_of_boxes_is_no_count_and_no_renewal_is_invented() {
    let read = first_line(&json!({ "dispenseRequest": {
        "quantity": { "value": 18, "unit": "gélule" },
        "expectedSupplyDuration": { "value": 6, "unit": "semaine", "code": "wk" }
    } }));
    let line = &read.lines[0];
    assert_eq!((line.boxes, line.repeats, line.days), (None, 0, None));
}

#[test]
fn the_rendered_dosage_comes_before_the_others() {
    const RENDERED: &str =
        "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.renderedDosageInstruction";
    let read = read(|answer| {
        let rendered = json!({ "url": RENDERED, "valueMarkdown": "une gélule" });
        resource(answer, 0, 0)["extension"]
            .as_array_mut()
            .unwrap()
            .push(rendered);
        resource(answer, 0, 1)["dosageInstruction"] =
            json!([{ "text": "le matin" }, {}, { "text": "le soir" }]);
    });
    assert_eq!(read.lines[0].dosage, "une gélule");
    assert_eq!(read.lines[1].dosage, "le matin ; le soir");
}

#[test]
fn a_product_is_known_under_each_of_its_lists() {
    let cip = || ProductCode::Cip13("3400933857042".parse().unwrap());
    let cis = || ProductCode::Cis("69118175".parse().unwrap());
    let other = |system: &str, code: &str| ProductCode::Other {
        system: system.to_owned(),
        code: code.to_owned(),
    };
    for (codings, expected) in [
        (
            json!([["https://smt.esante.gouv.fr/terminologie-bdpm", "3400933857042"]]),
            cip(),
        ),
        (
            json!([["https://smt.esante.gouv.fr/terminologie-bdpm", "69118175"]]),
            cis(),
        ),
        (json!([["urn:oid:1.2.250.1.213.2.3.2", "3400933857042 "]]), cip()),
        (json!([["urn:oid:1.2.250.1.213.2.3.1", "69118175"]]), cis()),
        (
            json!([
                [
                    "http://data.esante.gouv.fr/ansm/medicament/SpecialitePharmaceutique",
                    "69118175"
                ],
                [
                    "http://data.esante.gouv.fr/ansm/medicament/Presentation",
                    "3400933857042"
                ]
            ]),
            cip(),
        ),
        (
            json!([[
                "http://data.esante.gouv.fr/ansm/medicament/Presentation",
                "3400933857043"
            ]]),
            other(
                "http://data.esante.gouv.fr/ansm/medicament/Presentation",
                "3400933857043",
            ),
        ),
        (
            json!([["http://data.esante.gouv.fr/ansm/medicament/UCD", "3400890020275"]]),
            other("http://data.esante.gouv.fr/ansm/medicament/UCD", "3400890020275"),
        ),
        (
            json!([["http://BogusSystemMedicabase.com", ""]]),
            ProductCode::None,
        ),
        (json!([]), ProductCode::None),
    ] {
        let coding: Vec<Value> = codings
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| json!({ "system": pair[0], "code": pair[1] }))
            .collect();
        let read = first_line(&json!({ "medicationCodeableConcept": { "coding": coding } }));
        assert_eq!(read.lines[0].code, expected, "{codings}");
    }
}

#[test]
fn a_compound_is_words_and_every_kind_of_prescription_is_kept() {
    let read = first_line(&json!({
        "category": [{ "coding": [
            { "system": "https://comptoir.example/fhir/CodeSystem/line-kind", "code": "compound" },
            { "system": "urn:oid:1.2.250.1.213.1.1.4.322", "code": "MED-1096" },
            { "system": "https://smt.esante.gouv.fr/fhir/CodeSystem/terminologie-cisis", "code": "MED-1159" },
            { "system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "community" }
        ] }],
        "medicationCodeableConcept": { "text": "Préparation : cold cream" }
    }));
    let line = &read.lines[0];
    assert_eq!(
        (&line.kind, &line.code),
        (&LineKind::Compound, &ProductCode::None)
    );
    assert_eq!(line.label, "Préparation : cold cream");
    assert_eq!(
        read.kinds,
        [
            PrescriptionKind::AldTwoZone,
            PrescriptionKind::Other("MED-1159".to_owned()),
            PrescriptionKind::Secured
        ]
    );
}

#[test]
fn lines_without_a_number_of_their_own_are_numbered_the_same_at_every_reading() {
    let labels = |reversed: bool| {
        let read = read(|answer| {
            resource(answer, 0, 0)["extension"] = json!([]);
            // A number already taken by the third line.
            resource(answer, 0, 1)["extension"][0]["valuePositiveInt"] = json!(3);
            if reversed {
                answer["entry"][0]["resource"]["entry"]
                    .as_array_mut()
                    .unwrap()
                    .reverse();
                answer["entry"].as_array_mut().unwrap()[..3].rotate_left(1);
            }
        });
        read.lines
            .iter()
            .map(|line| (line.number.0, line.label.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(labels(false), labels(true));
    assert_eq!(
        labels(false)
            .iter()
            .map(|(number, _)| *number)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
}

#[test]
fn an_owner_that_cannot_be_read_is_an_owner_all_the_same() {
    for (pointer, value, name) in [
        (
            "/contained/0/identifier/0/value",
            json!("2A0000001"),
            "Pharmacie du Port",
        ),
        ("/contained", json!([]), "Pharmacie du Port"),
        ("/restriction", Value::Null, "Pharmacie du Port"),
    ] {
        let read = read(|answer| {
            *resource(answer, 3, 0).pointer_mut(pointer).unwrap() = value.clone();
            if pointer != "/restriction" {
                resource(answer, 3, 0)["owner"]["identifier"] = Value::Null;
            }
        });
        let hold = read.hold.unwrap();
        assert_eq!(hold.name, name, "{pointer}");
        assert!(!hold.is_of(&"990000001".parse().unwrap()));
        if pointer == "/restriction" {
            assert!(hold.binds(jiff::Timestamp::MAX), "no end is not an end");
        }
    }
}
