//! The transaction that a prescriber's software posts: patient, lines, Task and Consent in one.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::consent::Consent;
use crate::domain::people::{Patient, Prescriber, Sex};
use crate::domain::prescription::{LineKind, PrescriptionKind, PrescriptionLine};
use crate::domain::product::ProductCode;
use crate::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use crate::training::prescribing::{FindProduct, PrescriptionOrder};
use crate::training::wire::{
    BOX, BOX_SYSTEM, CIP13, CIS, FINESS, INS_TEST, LINE_NUMBER, LPP, NUMBER, RPPS, ResourceType, URI,
};

const KINDS: &str = "https://smt.esante.gouv.fr/fhir/CodeSystem/terminologie-cisis";
const LINE_KIND: &str = "https://comptoir.example/fhir/CodeSystem/line-kind";
const NON_SUBSTITUTABLE: &str = "https://comptoir.example/fhir/CodeSystem/non-substitutable";
const SUBSTITUTION: &str = "http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution";
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const UCUM: &str = "http://unitsofmeasure.org";

impl PrescriptionOrder {
    /// The transaction to post, at that moment.
    pub fn transaction(&self, at: Timestamp, product: &FindProduct<'_>) -> Value {
        let prescription = self.prescription();
        let patient = self.name("patient");
        let task = self.name("task");
        let mut entries = vec![self.patient_entry(&patient)];
        for line in &prescription.lines {
            let kind = resource_type(line);
            let identifier = self.name(&format!("line/{}", line.number));
            entries.push(entry(
                kind,
                &identifier,
                &self.line(kind, line, &identifier, &patient, product),
            ));
        }
        entries.push(entry(
            ResourceType::Task,
            &task,
            &json!({
                "resourceType": "Task",
                "identifier": [{"system": URI, "value": task}],
                "groupIdentifier": self.group(),
                "status": "ready",
                "intent": "order",
                "for": {"reference": patient},
                "authoredOn": prescription.written_on.to_string(),
            }),
        ));
        if prescription.consent != Consent::NotRecorded {
            let consent = consent_resource(prescription.consent, &patient, &task, at);
            entries.push(entry(ResourceType::Consent, &self.name("consent"), &consent));
        }
        json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    }

    /// A name for a part of this prescription, the same each time: a repeated post creates nothing twice.
    fn name(&self, part: &str) -> String {
        format!("urn:uuid:{}", Uuid::new_v5(&self.seed, part.as_bytes()))
    }

    fn group(&self) -> Value {
        json!({"system": NUMBER, "value": self.number().as_str()})
    }

    fn patient_entry(&self, name: &str) -> Value {
        let patient = &self.prescription().patient;
        let mut entry = entry(ResourceType::Patient, name, &patient_resource(patient));
        if let Some(ins) = &patient.ins {
            entry["request"]["ifNoneExist"] = json!(format!("identifier={INS_TEST}|{}", ins.as_str()));
        }
        entry
    }

    fn line(
        &self,
        kind: ResourceType,
        line: &PrescriptionLine,
        identifier: &str,
        patient: &str,
        product: &FindProduct<'_>,
    ) -> Value {
        let prescription = self.prescription();
        let mut resource = json!({
            "resourceType": kind.name(),
            "contained": [practitioner(&prescription.prescriber)],
            "extension": [{"url": LINE_NUMBER, "valuePositiveInt": line.number.0}],
            "identifier": [{"system": URI, "value": identifier}],
            "status": "active",
            "intent": "order",
            "subject": {"reference": patient},
            "authoredOn": prescription.written_on.to_string(),
            "requester": requester(&prescription.prescriber),
        });
        let group = if kind == ResourceType::ServiceRequest {
            "requisition"
        } else {
            "groupIdentifier"
        };
        resource[group] = self.group();
        let elements = match kind {
            ResourceType::MedicationRequest => self.medication(line, product),
            ResourceType::DeviceRequest => self.device(line),
            _ => service(line),
        };
        if let (Some(resource), Value::Object(elements)) = (resource.as_object_mut(), elements) {
            resource.extend(elements);
        }
        resource
    }

    fn medication(&self, line: &PrescriptionLine, product: &FindProduct<'_>) -> Value {
        let mut request = Map::new();
        request.insert("validityPeriod".into(), self.validity());
        request.insert("numberOfRepeatsAllowed".into(), json!(line.repeats));
        if let Some(quantity) = quantity(line) {
            request.insert("quantity".into(), quantity);
        }
        if let Some(days) = line.days {
            let duration = json!({"value": days, "unit": "jour", "system": UCUM, "code": "d"});
            request.insert("expectedSupplyDuration".into(), duration);
        }
        if let Some(named) = &line.named_pharmacy {
            let mut performer = json!({"type": "Organization", "display": named.name});
            if let Some(finess) = &named.finess {
                performer["identifier"] = json!({"system": FINESS, "value": finess.as_str()});
            }
            request.insert("performer".into(), performer);
        }
        let mut elements = json!({
            "medicationCodeableConcept": concept(line, product),
            "dispenseRequest": request,
            "substitution": substitution(&line.substitution),
        });
        let mut categories: Vec<Value> = self.prescription().kinds.iter().map(category).collect();
        if line.kind == LineKind::Compound {
            categories.push(json!({"coding": [{"system": LINE_KIND, "code": "compound"}]}));
        }
        if !categories.is_empty() {
            elements["category"] = Value::Array(categories);
        }
        if !line.dosage.is_empty() {
            elements["dosageInstruction"] = json!([{"text": line.dosage}]);
        }
        if !line.to_pharmacist.is_empty() {
            elements["note"] = json!([{"text": line.to_pharmacist}]);
        }
        elements
    }

    fn device(&self, line: &PrescriptionLine) -> Value {
        let mut elements = json!({
            "codeCodeableConcept": {
                "coding": [{"system": LPP, "code": line.code.code()}],
                "text": line.label,
            },
            "occurrenceTiming": {"repeat": {
                "boundsPeriod": self.validity(),
                "count": u32::from(line.repeats) + 1,
            }},
        });
        if let Some(quantity) = quantity(line) {
            elements["parameter"] = json!([{"code": {"text": "quantité"}, "valueQuantity": quantity}]);
        }
        if !line.dosage.is_empty() {
            elements["note"] = json!([{"text": line.dosage}]);
        }
        elements
    }

    fn validity(&self) -> Value {
        let mut period = json!({"start": self.prescription().written_on.to_string()});
        if let Some(last_day) = self.prescription().valid_until {
            period["end"] = json!(last_day.to_string());
        }
        period
    }
}

fn resource_type(line: &PrescriptionLine) -> ResourceType {
    match line.kind {
        LineKind::Medication | LineKind::Compound => ResourceType::MedicationRequest,
        LineKind::Device => ResourceType::DeviceRequest,
        LineKind::Other { .. } => ResourceType::ServiceRequest,
    }
}

fn entry(kind: ResourceType, name: &str, resource: &Value) -> Value {
    json!({"fullUrl": name, "resource": resource, "request": {"method": "POST", "url": kind.name()}})
}

fn patient_resource(patient: &Patient) -> Value {
    let given: Vec<&str> = patient.given.split_whitespace().collect();
    let mut resource = json!({
        "resourceType": "Patient",
        "name": [{"use": "official", "family": patient.family, "given": given}],
        "gender": match patient.sex {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Unknown => "unknown",
        },
    });
    if let Some(ins) = &patient.ins {
        resource["identifier"] = json!([{"use": "official", "system": INS_TEST, "value": ins.as_str()}]);
    }
    if let Some(born) = patient.born {
        resource["birthDate"] = json!(born.to_string());
    }
    resource
}

fn requester(prescriber: &Prescriber) -> Value {
    let rpps = prescriber.rpps.as_ref().map_or("", |rpps| rpps.as_str());
    json!({
        "reference": "#prescriber",
        "identifier": {"system": RPPS, "value": rpps},
        "display": format!("Dr {} {}", prescriber.given, prescriber.family),
    })
}

fn practitioner(prescriber: &Prescriber) -> Value {
    let rpps = prescriber.rpps.as_ref().map_or("", |rpps| rpps.as_str());
    let mut practitioner = json!({
        "resourceType": "Practitioner",
        "id": "prescriber",
        "identifier": [{"system": RPPS, "value": rpps}],
        "name": [{"family": prescriber.family, "given": [prescriber.given]}],
    });
    if !prescriber.phone.is_empty() {
        practitioner["telecom"] = json!([{"system": "phone", "value": prescriber.phone}]);
    }
    if !prescriber.specialty.is_empty() {
        practitioner["qualification"] = json!([{"code": {"text": prescriber.specialty}}]);
    }
    practitioner
}

/// The product in words, with every code that is known of it.
fn concept(line: &PrescriptionLine, product: &FindProduct<'_>) -> Value {
    let mut coding = Vec::new();
    match &line.code {
        ProductCode::Cip13(cip13) => {
            coding.push(json!({"system": CIP13, "code": cip13.as_str()}));
            if let Some(product) = product(&line.code) {
                coding.push(json!({"system": CIS, "code": product.cis.as_str()}));
            }
        }
        ProductCode::Cis(cis) => coding.push(json!({"system": CIS, "code": cis.as_str()})),
        ProductCode::Lpp(_) | ProductCode::Other { .. } | ProductCode::None => {}
    }
    let mut concept = json!({"text": line.label});
    if !coding.is_empty() {
        concept["coding"] = Value::Array(coding);
    }
    concept
}

fn service(line: &PrescriptionLine) -> Value {
    let LineKind::Other { executor } = &line.kind else {
        return json!({});
    };
    json!({"code": {"text": line.label}, "performerType": {"text": executor}})
}

fn quantity(line: &PrescriptionLine) -> Option<Value> {
    let boxes = line.boxes?;
    Some(json!({"value": boxes.0, "unit": "boîte", "system": BOX_SYSTEM, "code": BOX}))
}

fn category(kind: &PrescriptionKind) -> Value {
    let code = match kind {
        PrescriptionKind::Secured => "MED-1098",
        PrescriptionKind::Exception => "MED-1097",
        PrescriptionKind::AldTwoZone => "MED-1096",
        PrescriptionKind::Urgent => "MED-1095",
        PrescriptionKind::Other(code) => code,
    };
    json!({"coding": [{"system": KINDS, "code": code}]})
}

fn substitution(permission: &SubstitutionPermission) -> Value {
    let allowed = |code| json!({"coding": [{"system": SUBSTITUTION, "code": code}]});
    match permission {
        SubstitutionPermission::Allowed => json!({"allowedCodeableConcept": allowed("G")}),
        SubstitutionPermission::Forbidden(why) => {
            let words = match why {
                NonSubstitutable::NarrowMargin => "Marge thérapeutique étroite",
                NonSubstitutable::ChildForm => "Enfant de moins de six ans, forme galénique",
                NonSubstitutable::Excipient => "Contre-indication formelle à un excipient",
                NonSubstitutable::Unstated(text) => text,
            };
            json!({
                "allowedCodeableConcept": allowed("N"),
                "reason": {"coding": [{"system": NON_SUBSTITUTABLE, "code": why.code()}], "text": words},
            })
        }
    }
}

/// A patient's choice for one prescription. Not recorded is no choice, and has no resource.
pub(in crate::training) fn consent_resource(
    choice: Consent,
    patient: &str,
    task: &str,
    at: Timestamp,
) -> Value {
    let (rule, provision) = if choice.lets_prescribers_see() {
        ("OPTIN", "permit")
    } else {
        ("OPTOUT", "deny")
    };
    let class = |code| json!({"system": "http://hl7.org/fhir/resource-types", "code": code});
    json!({
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": patient},
        "dateTime": at.to_string(),
        "policyRule": {"coding": [{"system": ACT_CODE, "code": rule}]},
        "provision": {
            "type": provision,
            "action": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentaction", "code": "access"}]}],
            "class": [class("MedicationDispense"), class("SupplyDelivery")],
            "data": [{"meaning": "related", "reference": {"reference": task}}],
        },
    })
}
