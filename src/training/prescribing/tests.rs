//! Reading what `prescribe --file` accepts.

#![expect(clippy::too_many_lines, reason = "tables of cases")]

use jiff::civil::date;
use serde_json::json;

use super::*;
use crate::domain::identifiers::Cis;
use crate::training::wire::{self, ResourceType};

fn amoxicillin(code: &ProductCode) -> Option<Product> {
    let ProductCode::Cip13(cip13) = code else {
        return None;
    };
    Some(Product {
        cip13: cip13.clone(),
        cis: "69118175".parse::<Cis>().unwrap(),
        name: "AMOXICILLINE BIOGARAN 500 mg, gélule".into(),
        presentation: String::new(),
        substances: String::new(),
        generic_groups: Vec::new(),
        hybrid_group: None,
        biosimilar_group: None,
        conditions: None,
        published: Box::default(),
    })
}

fn read(json: &str) -> Result<PrescriptionOrder, OrderError> {
    PrescriptionOrder::read(json, Uuid::from_u128(7), date(2026, 11, 20), &amoxicillin)
}

#[test]
fn one_line_is_enough_for_a_complete_prescription() {
    let order = read(r#"{"lines":[{"cip13":"3400933857042"}]}"#).unwrap();
    let prescription = order.prescription();
    assert_eq!(prescription.written_on, date(2026, 11, 20));
    assert_eq!(prescription.valid_until, Some(date(2027, 2, 19)));
    assert_eq!(prescription.consent, Consent::Agreed);
    assert!(prescription.patient.ins.is_some() && prescription.prescriber.rpps.is_some());
    assert_eq!(
        prescription.lines[0].label,
        "AMOXICILLINE BIOGARAN 500 mg, gélule"
    );
    assert_eq!(prescription.lines[0].boxes, Some(Boxes(1)));
    assert_eq!(
        read(r#"{"lines":[{"cip13":"3400933857042"}]}"#),
        Ok(order),
        "the same seed gives the same"
    );
}

#[test]
fn everything_the_file_says_is_kept() {
    let order = read(
        r#"{"written_on":"2026-10-01","valid_until":"2026-12-31","consent":"opposed","kinds":["secured","ald-two-zone"],
            "patient":{"ins":"2 79 03 99 999 001 02","family":"Marchand","given":"Camille Rose","born":"1979-03-28","sex":"female"},
            "prescriber":{"rpps":"10100000016","family":"Rivière","given":"Hélène","specialty":"Neurologie","phone":"0199000010"},
            "lines":[
              {"cis":"60234100","dosage":"1 comprimé si douleur","boxes":2,"days":10,"repeats":3,"non_substitutable":"CIF"},
              {"lpp":"1163922","label":"VISMED","boxes":1},
              {"compound":"préparation magistrale : crème","boxes":1},
              {"other":"bilan sanguin","executor":"laboratory"}]}"#,
    )
    .unwrap();
    let prescription = order.prescription();
    assert_eq!(
        prescription.patient.ins.as_ref().unwrap().as_str(),
        "279039999900102"
    );
    assert_eq!(
        prescription.kinds,
        [PrescriptionKind::Secured, PrescriptionKind::AldTwoZone]
    );
    assert_eq!(prescription.consent, Consent::Opposed);
    let [speciality, device, compound, other] = prescription.lines.as_slice() else {
        panic!("four lines")
    };
    assert_eq!((speciality.repeats, speciality.days), (3, Some(10)));
    assert_eq!(
        speciality.substitution,
        SubstitutionPermission::Forbidden(NonSubstitutable::Excipient)
    );
    assert_eq!(
        (&device.kind, device.label.as_str()),
        (&LineKind::Device, "VISMED")
    );
    assert_eq!(compound.kind, LineKind::Compound);
    assert_eq!(
        other.kind,
        LineKind::Other {
            executor: "laboratoire".into()
        }
    );
    assert_eq!(other.boxes, None);
}

#[test]
fn a_long_treatment_stays_valid_to_its_end() {
    let order = read(r#"{"lines":[{"cip13":"3400933857042","days":30,"repeats":11}]}"#).unwrap();
    assert_eq!(order.prescription().valid_until, Some(date(2027, 11, 14)));
}

#[test]
fn what_is_wrong_says_where_and_what_to_do() {
    for (json, place, problem) in [
        ("", "the file", "EOF"),
        ("7", "the file", "invalid type"),
        (r#"{"lines":[]}"#, "lines", "1 to 90"),
        (r#"{"lines":[{"boxs":1}]}"#, "the file", "unknown field `boxs`"),
        (r#"{"lines":[{}]}"#, "lines[0]", "one product"),
        (
            r#"{"lines":[{"cip13":"3400933857042","lpp":"1163922"}]}"#,
            "lines[0]",
            "one product",
        ),
        (
            r#"{"lines":[{"cip13":"3400933857043"}]}"#,
            "lines[0].cip13",
            "check digit",
        ),
        (r#"{"lines":[{"lpp":"116392"}]}"#, "lines[0].lpp", "7 characters"),
        (
            r#"{"lines":[{"lpp":"1163922"},{"cis":"1"}]}"#,
            "lines[1].cis",
            "8 characters",
        ),
        (
            r#"{"lines":[{"lpp":"1163922","boxes":0}]}"#,
            "lines[0].boxes",
            "1 to 999",
        ),
        (
            r#"{"lines":[{"lpp":"1163922","boxes":-1}]}"#,
            "the file",
            "invalid value",
        ),
        (
            r#"{"lines":[{"lpp":"1163922","repeats":13}]}"#,
            "lines[0].repeats",
            "12",
        ),
        (
            r#"{"lines":[{"lpp":"1163922","non_substitutable":"XYZ"}]}"#,
            "lines[0].non_substitutable",
            "XYZ",
        ),
        (
            r#"{"written_on":"20/11/2026","lines":[{"lpp":"1163922"}]}"#,
            "written_on",
            "not a day",
        ),
        (
            r#"{"valid_until":"2026-11-19","lines":[{"lpp":"1163922"}]}"#,
            "valid_until",
            "before",
        ),
        (
            r#"{"consent":"yes","lines":[{"lpp":"1163922"}]}"#,
            "consent",
            "yes",
        ),
        (
            r#"{"kinds":["secure"],"lines":[{"lpp":"1163922"}]}"#,
            "kinds",
            "secure",
        ),
        (
            r#"{"patient":{"ins":"279039999900103"},"lines":[{"lpp":"1163922"}]}"#,
            "patient.ins",
            "check digit",
        ),
        (
            r#"{"patient":{"sex":"F"},"lines":[{"lpp":"1163922"}]}"#,
            "patient.sex",
            "F",
        ),
        (
            r#"{"prescriber":{"rpps":"1"},"lines":[{"lpp":"1163922"}]}"#,
            "prescriber.rpps",
            "11 characters",
        ),
    ] {
        let error = read(json).unwrap_err();
        assert_eq!(error.place, place, "{json}: {error}");
        assert!(error.to_string().contains(problem), "{json}: {error}");
    }
}

#[test]
fn the_transaction_has_the_elements_of_the_shared_lines() {
    let shared: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/wire/consult-answer.json")).unwrap();
    let order = read(
        r#"{"written_on":"2026-11-20","kinds":["secured"],
            "patient":{"ins":"279039999900102","family":"Marchand","given":"Camille Rose","born":"1979-03-28","sex":"female"},
            "prescriber":{"rpps":"10100000016","family":"Rivière","given":"Hélène","specialty":"Médecine générale","phone":"0199000010"},
            "lines":[{"cip13":"3400933857042","dosage":"1 gélule 3 fois par jour pendant 6 jours","boxes":2,"days":6},
                     {"cip13":"3400937627795","boxes":2,"days":30,"repeats":2,"dosage":"1 comprimé matin et soir","non_substitutable":"MTE"},
                     {"lpp":"1163922","label":"VISMED, larmes artificielles, unidoses","dosage":"1 goutte 4 fois par jour"},
                     {"other":"Bilan sanguin : NFS, CRP"}]}"#,
    )
    .unwrap();
    let transaction = order.transaction("2026-11-20T08:00:00Z".parse().unwrap(), &amoxicillin);
    let posted = |place: usize| transaction["entry"][place]["resource"].clone();
    let known =
        |set: usize, place: usize| shared["entry"][set]["resource"]["entry"][place]["resource"].clone();
    // What only the base or this very prescription can know, and what our little catalogue does not.
    let comparable = |mut resource: serde_json::Value| {
        for element in [
            "id",
            "meta",
            "identifier",
            "groupIdentifier",
            "requisition",
            "subject",
        ] {
            resource.as_object_mut().unwrap().remove(element);
        }
        resource
    };
    assert_eq!(comparable(posted(1)), comparable(known(0, 0)), "an ordinary line");
    assert_eq!(
        posted(2)["substitution"],
        known(0, 1)["substitution"],
        "a line not to be substituted"
    );
    assert_eq!(posted(2)["dispenseRequest"], known(0, 1)["dispenseRequest"]);
    assert_eq!(comparable(posted(3)), comparable(known(1, 0)), "a device");
    assert_eq!(
        comparable(posted(4)),
        comparable(known(2, 0)),
        "a line for the laboratory"
    );
    assert_eq!(posted(0)["name"], known(0, 2)["name"], "the patient");
    assert_eq!(posted(0)["identifier"], known(0, 2)["identifier"]);
    let consent = posted(6);
    assert_eq!(consent["provision"]["class"], known(3, 1)["provision"]["class"]);
    assert_eq!(consent["policyRule"], known(3, 1)["policyRule"]);
}

#[test]
fn the_base_reads_what_the_prescriber_writes() {
    let order =
        read(r#"{"lines":[{"cip13":"3400933857042","boxes":2,"repeats":3},{"lpp":"1163922","repeats":2}]}"#)
            .unwrap();
    let transaction = order.transaction("2026-11-20T08:00:00Z".parse().unwrap(), &amoxicillin);
    let line = |place: usize, kind| {
        wire::line(kind, &transaction["entry"][place]["resource"])
            .ok()
            .unwrap()
            .line
    };
    assert_eq!(line(1, ResourceType::MedicationRequest).ordered, Some(Boxes(8)));
    assert_eq!(line(2, ResourceType::DeviceRequest).ordered, Some(Boxes(3)));
    let group = json!({"system": wire::NUMBER, "value": order.number().as_str()});
    assert_eq!(transaction["entry"][1]["resource"]["groupIdentifier"], group);
}
