//! The prescription of the contract, as a prescriber writes it, and a hand-over of it.

use comptoir::domain::consent::Consent;
use comptoir::domain::dispense::{Completeness, DispensedLine, HandOver, LineOutcome, Supply};
use comptoir::domain::identifiers::{Boxes, DispenseId, LineNumber};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::people::{Operator, OperatorRole, Patient, Pharmacy, Prescriber, Sex};
use comptoir::domain::product::ProductCode;
use comptoir::domain::reasons::SubstitutionReason;
use comptoir::domain::substitution::SubstitutionBasis;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Zoned};
use serde_json::{Value, json};
use uuid::Uuid;

/// The line its prescriber withdraws afterwards.
pub(super) const WITHDRAWN: LineNumber = LineNumber(5);

/// The resource that each line of the hand-over becomes.
pub(super) const KINDS: [&str; 3] = ["MedicationDispense", "MedicationDispense", "SupplyDelivery"];

const INS_TEST: &str = "urn:oid:1.2.250.1.213.1.4.10";
const CIP13: &str = "http://data.esante.gouv.fr/ansm/medicament/Presentation";
const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// What every resource of one prescription shares.
struct Writing<'a> {
    number: &'a PrescriptionNumber,
    at: Zoned,
}

impl Writing<'_> {
    fn day(&self) -> Date {
        self.at.date()
    }

    fn validity(&self) -> Value {
        json!({ "start": self.day().to_string(), "end": (self.day() + 90.days()).to_string() })
    }
}

/// Stable identifiers, each of its own: a label of the transaction, or an identifier.
fn urn(number: &PrescriptionNumber, what: &str) -> String {
    format!(
        "urn:uuid:{}",
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{number}/{what}").as_bytes())
    )
}

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}

fn boxes(count: u16) -> Value {
    json!({ "value": count, "unit": "boîte", "system": "http://standardterms.edqm.eu", "code": "30009000" })
}

/// A transaction that writes a prescription of five lines: two medicines, a device, one for a
/// laboratory, and a medicine more. It may be executed for 90 days.
pub(super) fn bundle(number: &PrescriptionNumber, now: Timestamp) -> Value {
    let entry = |label: &str, resource: Value| {
        json!({
            "fullUrl": urn(number, label),
            "request": { "method": "POST", "url": resource["resourceType"] },
            "resource": resource
        })
    };
    let writing = Writing {
        number,
        at: now.in_tz("Europe/Paris").unwrap(),
    };
    let mut patient = entry("patient", patient());
    patient["request"]["ifNoneExist"] = json!(format!("identifier={INS_TEST}|279039999900102"));
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        patient,
        entry("line 1", amoxicillin(&writing)),
        entry("line 2", lamotrigine(&writing)),
        entry("line 3", tears(&writing)),
        entry("line 4", blood_test(&writing)),
        entry("line 5", withdrawn(&writing)),
        entry("task", task(&writing)),
        entry("consent", consent(&writing)),
    ] })
}

fn patient() -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [{ "use": "official", "system": INS_TEST, "value": "279039999900102" }],
        "name": [{ "use": "official", "family": "Marchand", "given": ["Camille", "Rose"] }],
        "gender": "female", "birthDate": "1979-03-28"
    })
}

/// What every line has.
fn line(writing: &Writing<'_>, kind: &str, place: u16) -> Value {
    let rpps = json!({ "system": "https://rpps.esante.gouv.fr", "value": "10100000016" });
    json!({
        "resourceType": kind,
        "contained": [{
            "resourceType": "Practitioner", "id": "prescriber", "identifier": [rpps],
            "name": [{ "family": "Rivière", "given": ["Hélène"] }],
            "telecom": [{ "system": "phone", "value": "0199000010" }]
        }],
        "extension": [{
            "url": "https://comptoir.example/fhir/StructureDefinition/line-number", "valuePositiveInt": place
        }],
        "identifier": [{ "system": "urn:ietf:rfc:3986", "value": urn(writing.number, &format!("identifier {place}")) }],
        "status": "active", "intent": "order",
        "subject": { "reference": urn(writing.number, "patient") },
        "authoredOn": writing.day().to_string(),
        "requester": { "reference": "#prescriber", "identifier": rpps, "display": "Dr Hélène Rivière" },
        "groupIdentifier": { "system": "urn:oid:1.2.250.1.215.500.1.1", "value": writing.number.as_str() }
    })
}

fn medicine(writing: &Writing<'_>, place: u16, cip13: &str, label: &str, repeats: u16) -> Value {
    let mut line = line(writing, "MedicationRequest", place);
    line["medicationCodeableConcept"] = coded(CIP13, cip13);
    line["medicationCodeableConcept"]["text"] = json!(label);
    line["dosageInstruction"] = json!([{ "text": "1 matin et soir" }]);
    line["dispenseRequest"] = json!({
        "validityPeriod": writing.validity(),
        "numberOfRepeatsAllowed": repeats,
        "quantity": boxes(2)
    });
    line
}

fn amoxicillin(writing: &Writing<'_>) -> Value {
    medicine(
        writing,
        1,
        "3400933857042",
        "AMOXICILLINE BIOGARAN 500 mg, gélule",
        0,
    )
}

fn lamotrigine(writing: &Writing<'_>) -> Value {
    let label = "LAMOTRIGINE BIOGARAN 100 mg, comprimé dispersible";
    let mut line = medicine(writing, 2, "3400937627795", label, 2);
    line["substitution"] = json!({
        "allowedCodeableConcept":
            coded("http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution", "N"),
        "reason": coded("https://comptoir.example/fhir/CodeSystem/non-substitutable", "MTE")
    });
    line
}

fn tears(writing: &Writing<'_>) -> Value {
    let mut line = line(writing, "DeviceRequest", 3);
    line["codeCodeableConcept"] = coded(
        "https://mos.esante.gouv.fr/NOS/TRE_R312-LPP/FHIR/TRE-R312-LPP",
        "1163922",
    );
    line["codeCodeableConcept"]["text"] = json!("VISMED, larmes artificielles, unidoses");
    line["parameter"] = json!([{ "code": { "text": "quantité" }, "valueQuantity": boxes(1) }]);
    line["occurrenceTiming"] = json!({
        "repeat": { "boundsPeriod": writing.validity(), "count": 1 }
    });
    line
}

fn blood_test(writing: &Writing<'_>) -> Value {
    let mut line = line(writing, "ServiceRequest", 4);
    line["requisition"] = line["groupIdentifier"].take();
    line.as_object_mut().unwrap().remove("groupIdentifier");
    line["code"] = json!({ "text": "Bilan sanguin : NFS, CRP" });
    line["performerType"] = json!({ "text": "laboratoire" });
    line
}

/// The medicine more, to be withdrawn.
fn withdrawn(writing: &Writing<'_>) -> Value {
    medicine(
        writing,
        WITHDRAWN.0,
        "3400930219911",
        "AMOXICILLINE EG LABO 500 mg, gélule",
        0,
    )
}

/// A transaction that withdraws a line, as its prescriber does: from the base's own resource.
pub(super) fn withdrawal(mut line: Value) -> Value {
    line["status"] = json!("cancelled");
    let version = line["meta"]["versionId"].as_str().unwrap().to_owned();
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": [{
        "request": {
            "method": "PUT",
            "url": format!("MedicationRequest/{}", line["id"].as_str().unwrap()),
            "ifMatch": format!("W/\"{version}\"")
        },
        "resource": line
    }] })
}

fn task(writing: &Writing<'_>) -> Value {
    json!({
        "resourceType": "Task",
        "identifier": [{ "system": "urn:ietf:rfc:3986", "value": urn(writing.number, "identifier of the task") }],
        "groupIdentifier": { "system": "urn:oid:1.2.250.1.215.500.1.1", "value": writing.number.as_str() },
        "status": "ready", "intent": "order",
        "for": { "reference": urn(writing.number, "patient") },
        "authoredOn": writing.day().to_string()
    })
}

fn consent(writing: &Writing<'_>) -> Value {
    json!({
        "resourceType": "Consent", "status": "active",
        "scope": coded("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [coded("http://loinc.org", "59284-0")],
        "patient": { "reference": urn(writing.number, "patient") },
        "dateTime": writing.at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        "policyRule": coded(ACT, "OPTIN"),
        "provision": {
            "type": "permit",
            "action": [coded("http://terminology.hl7.org/CodeSystem/consentaction", "access")],
            "class": [
                { "system": "http://hl7.org/fhir/resource-types", "code": "MedicationDispense" },
                { "system": "http://hl7.org/fhir/resource-types", "code": "SupplyDelivery" }
            ],
            "data": [{ "meaning": "related", "reference": { "reference": urn(writing.number, "task") } }]
        }
    })
}

fn dispensed(id: DispenseId, line: u16, outcome: LineOutcome) -> DispensedLine {
    DispensedLine {
        id: id.line(usize::from(line)),
        line: LineNumber(line),
        ordered: String::new(),
        handwritten: None,
        is_unlisted: false,
        completeness: outcome.supply().map(|_| Completeness::FirstComplete),
        outcome,
        basis: None,
        partial: None,
        note: String::new(),
    }
}

fn supply(code: ProductCode, label: &str, boxes: u16) -> Supply {
    Supply {
        preparation: None,
        code,
        label: label.to_owned(),
        boxes: Boxes(boxes),
        lot: "A12".parse().ok(),
        expiry: "2028-06-30".parse().ok(),
        read: Vec::new(),
        stands_for: None,
    }
}

/// The first line substituted, the second as prescribed, the device handed over.
pub(super) fn hand_over(number: &PrescriptionNumber, pharmacy: &Pharmacy, at: Timestamp) -> HandOver {
    let id = DispenseId(Uuid::new_v5(&Uuid::NAMESPACE_URL, number.as_str().as_bytes()));
    let cip13 = |code: &str| ProductCode::Cip13(code.parse().unwrap());
    let generic = LineOutcome::Substituted {
        supply: supply(cip13("3400930219911"), "AMOXICILLINE EG LABO 500 mg, gélule", 2),
        reason: SubstitutionReason::Generic,
    };
    let lamotrigine = supply(
        cip13("3400937627795"),
        "LAMOTRIGINE BIOGARAN 100 mg, comprimé dispersible",
        2,
    );
    let lpp = ProductCode::Lpp("1163922".parse().unwrap());
    HandOver {
        id,
        number: number.clone(),
        at,
        operator: Operator {
            id: "cd".to_owned(),
            name: "Claire Dupont".to_owned(),
            role: OperatorRole::Pharmacist,
            rpps: "10200000023".parse().unwrap(),
        },
        pharmacy: pharmacy.clone(),
        patient: Patient {
            ins: None,
            family: "Marchand".to_owned(),
            given: "Camille Rose".to_owned(),
            born: None,
            sex: Sex::Female,
        },
        prescriber: Prescriber {
            rpps: None,
            family: "Rivière".to_owned(),
            given: "Hélène".to_owned(),
            specialty: String::new(),
            phone: String::new(),
        },
        consent: Consent::Agreed,
        lines: vec![
            DispensedLine {
                basis: Some(SubstitutionBasis::Generic),
                ..dispensed(id, 1, generic)
            },
            dispensed(id, 2, LineOutcome::Conforming(lamotrigine)),
            dispensed(
                id,
                3,
                LineOutcome::Conforming(supply(lpp, "VISMED, larmes artificielles, unidoses", 1)),
            ),
        ],
        overrides: Vec::new(),
        corrects: None,
        paper: None,
    }
}
