//! A base with its people, and the few gestures that the tests repeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use comptoir::domain::product::ProductCode;
use comptoir::training::prescribing::PrescriptionOrder;
use comptoir::training::{Role, TrainingBase, router};
use jiff::Timestamp;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

pub(super) const NUMBER: &str = "urn:oid:1.2.250.1.215.500.1.1";
pub(super) const PATIENT_INS: &str = "279039999900102";
pub(super) const OTHER_INS: &str = "255081416802538";

/// An answer, read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Answer {
    /// The code of the first refusal.
    pub(super) fn code(&self) -> &str {
        self.body["issue"][0]["details"]["coding"][0]["code"]
            .as_str()
            .unwrap_or("no code")
    }

    pub(super) fn text(&self) -> &str {
        self.body["issue"][0]["details"]["text"]
            .as_str()
            .unwrap_or("no text")
    }

    /// The resources of a searchset.
    pub(super) fn resources(&self) -> Vec<Value> {
        resources(&self.body)
    }
}

pub(super) fn resources(bundle: &Value) -> Vec<Value> {
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| entry["resource"].clone())
        .collect()
}

/// A base, its clock, and tokens for everybody.
#[derive(Clone)]
pub(super) struct Stage {
    router: Router,
    clock: Arc<AtomicI64>,
    pub(super) ours: String,
    pub(super) theirs: String,
    pub(super) prescriber: String,
    pub(super) other_prescriber: String,
    pub(super) patient: String,
    pub(super) other_patient: String,
}

impl Stage {
    /// 22 November 2026, ten o'clock in Paris.
    pub(super) fn new() -> Self {
        Self::on(TrainingBase::in_memory().unwrap())
    }

    pub(super) fn on(base: TrainingBase) -> Self {
        let start: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        let clock = Arc::new(AtomicI64::new(start.as_second()));
        let read = Arc::clone(&clock);
        let token = |role, identity, name| base.token(role, identity, name);
        Self {
            ours: token(Role::Pharmacy, "990000001", "Pharmacie de la Formation"),
            theirs: token(Role::Pharmacy, "990000002", "Pharmacie du Port"),
            prescriber: token(Role::Prescriber, "10100000016", "Dr Rivière"),
            other_prescriber: token(Role::Prescriber, "10100000024", "Dr Autre"),
            patient: token(Role::Patient, PATIENT_INS, "Camille Marchand"),
            other_patient: token(Role::Patient, OTHER_INS, "Quelqu’un d’autre"),
            router: router(base, move || {
                Timestamp::from_second(read.load(Ordering::SeqCst)).unwrap()
            }),
            clock,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    pub(super) fn wait_minutes(&self, minutes: i64) {
        self.clock.fetch_add(minutes * 60, Ordering::SeqCst);
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            // HEAD is answered without its body.
            body: if bytes.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&bytes).unwrap()
            },
        }
    }

    pub(super) async fn call(
        &self,
        token: &str,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header("host", "127.0.0.1:8410")
            .header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let content = match body {
            Some(body) => {
                request = request.header("content-type", "application/fhir+json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(content).unwrap()).await
    }

    pub(super) async fn get(&self, token: &str, url: &str) -> Answer {
        self.call(token, "GET", url, &[("prefer", "handling=strict")], None)
            .await
    }

    pub(super) async fn post(&self, token: &str, url: &str, body: &Value) -> Answer {
        self.call(token, "POST", url, &[], Some(body)).await
    }

    pub(super) async fn put(&self, token: &str, url: &str, etag: &str, body: &Value) -> Answer {
        self.call(token, "PUT", url, &[("if-match", etag)], Some(body))
            .await
    }

    /// Writes a prescription and reads it as a pharmacy does.
    pub(super) async fn prescribe(&self, file: &str, seed: u128) -> Written {
        let order = order(file, seed);
        let number = order.number().to_string();
        let answer = self
            .post(&self.prescriber, "/", &order.transaction(self.now(), &nothing))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Written { number }
    }

    /// What a pharmacy reads of that number: the five searches of a consultation.
    pub(super) async fn consult(&self, token: &str, number: &str) -> Consulted {
        let answer = self.post(token, "/", &consultation(number)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let sets: Vec<Vec<Value>> = answer.resources().iter().map(resources).collect();
        let of = |name: &str| -> Vec<Value> {
            sets.iter()
                .flatten()
                .filter(|resource| resource["resourceType"] == name)
                .cloned()
                .collect()
        };
        Consulted {
            lines: ["MedicationRequest", "DeviceRequest", "ServiceRequest"]
                .into_iter()
                .flat_map(of)
                .collect(),
            deliveries: ["MedicationDispense", "SupplyDelivery"]
                .into_iter()
                .flat_map(of)
                .collect(),
            task: of("Task").pop().unwrap_or_default(),
            consents: of("Consent"),
        }
    }
}

/// A prescription at the base.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) number: String,
}

/// A prescription as read.
#[derive(Debug, Clone)]
pub(super) struct Consulted {
    pub(super) lines: Vec<Value>,
    pub(super) deliveries: Vec<Value>,
    pub(super) task: Value,
    pub(super) consents: Vec<Value>,
}

impl Consulted {
    pub(super) fn task_url(&self) -> String {
        format!("/Task/{}", self.task["id"].as_str().unwrap())
    }

    pub(super) fn etag(&self) -> String {
        etag(&self.task)
    }
}

pub(super) fn etag(resource: &Value) -> String {
    format!("W/\"{}\"", resource["meta"]["versionId"].as_str().unwrap())
}

/// A medicines database that knows nothing.
pub(super) fn nothing(_: &ProductCode) -> Option<comptoir::domain::product::Product> {
    None
}

pub(super) fn order(file: &str, seed: u128) -> PrescriptionOrder {
    PrescriptionOrder::read(
        file,
        Uuid::from_u128(seed),
        "2026-11-22".parse().unwrap(),
        &nothing,
    )
    .unwrap()
}

/// Two lines, the first renewed once (two boxes, twice), for the patient and by the prescriber of the stage.
pub(super) fn ordinary(consent: &str) -> String {
    json!({
        "written_on": "2026-11-20",
        "consent": consent,
        "patient": {"ins": PATIENT_INS, "family": "Marchand", "given": "Camille"},
        "prescriber": {"rpps": "10100000016", "family": "Rivière", "given": "Hélène"},
        "lines": [
            {"cip13": "3400933857042", "label": "AMOXICILLINE <b>500</b> mg — « gélule »", "boxes": 2, "days": 6, "repeats": 1},
            {"lpp": "1163922", "label": "VISMED", "boxes": 1},
        ],
    })
    .to_string()
}

pub(super) fn consultation(number: &str) -> Value {
    let entry = |url: String| json!({"request": {"method": "GET", "url": url}});
    json!({"resourceType": "Bundle", "type": "batch", "entry": [
        entry(format!("MedicationRequest?group-or-identifier={NUMBER}|{number}&_include=MedicationRequest:patient&_revinclude=MedicationDispense:prescription")),
        entry(format!("DeviceRequest?group-identifier={NUMBER}|{number}&_include=DeviceRequest:patient")),
        entry(format!("ServiceRequest?requisition={NUMBER}|{number}&_include=ServiceRequest:patient")),
        entry(format!("Task?group-identifier={NUMBER}|{number}&_revinclude=Consent:data")),
        entry(format!("SupplyDelivery?prescription.group-identifier={NUMBER}|{number}")),
    ]})
}

/// The Task as a pharmacy puts it to take the prescription.
pub(super) fn taken(task: &Value, finess: &str, name: &str, until: Timestamp) -> Value {
    let identifier = json!({"system": "https://finess.esante.gouv.fr", "value": finess});
    let mut task = task.clone();
    task["status"] = json!("in-progress");
    task["contained"] = json!([{
        "resourceType": "Organization", "id": "holder", "identifier": [identifier], "name": name,
        "telecom": [{"system": "phone", "value": "0199000022"}],
    }]);
    task["owner"] = json!({"reference": "#holder", "identifier": identifier, "display": name});
    task["restriction"] = json!({"period": {"end": until.to_string()}});
    task
}

/// The Task as a pharmacy puts it to give the prescription back, or at the end of an execution.
pub(super) fn released(task: &Value, status: &str) -> Value {
    let mut task = task.clone();
    let elements = task.as_object_mut().unwrap();
    for element in ["owner", "contained", "restriction"] {
        elements.remove(element);
    }
    task["status"] = json!(status);
    task
}

/// A delivery of a line, by that pharmacy.
pub(super) fn delivery(line: &Value, finess: &str, boxes: u16, identifier: u128) -> Value {
    let quantity = json!({"value": boxes, "unit": "boîte", "system": "http://standardterms.edqm.eu", "code": "30009000"});
    let pharmacy = json!({"identifier": {"system": "https://finess.esante.gouv.fr", "value": finess}, "display": "Pharmacie"});
    let reference = format!(
        "{}/{}",
        line["resourceType"].as_str().unwrap(),
        line["id"].as_str().unwrap()
    );
    let identifier = json!([{"system": "urn:ietf:rfc:3986", "value": name(identifier)}]);
    if line["resourceType"] == "DeviceRequest" {
        return json!({
            "resourceType": "SupplyDelivery", "identifier": identifier, "status": "completed",
            "extension": [{
                "url": "https://comptoir.example/fhir/StructureDefinition/supplydelivery-prescription",
                "valueReference": {"reference": reference},
            }],
            "patient": line["subject"], "supplier": pharmacy,
            "suppliedItem": {"quantity": quantity, "itemCodeableConcept": line["codeCodeableConcept"]},
            "occurrenceDateTime": "2026-11-22T10:15:00+01:00",
        });
    }
    json!({
        "resourceType": "MedicationDispense", "identifier": identifier, "status": "completed",
        "type": {"coding": [{"code": "FFC"}]},
        "medicationCodeableConcept": line["medicationCodeableConcept"],
        "subject": line["subject"],
        "performer": [
            {"actor": {"identifier": {"system": "https://rpps.esante.gouv.fr", "value": "10200000023"}}},
            {"actor": pharmacy},
        ],
        "authorizingPrescription": [{"reference": reference}],
        "quantity": quantity, "whenHandedOver": "2026-11-22T10:15:00+01:00",
        "note": [{"text": "texte <i>libre</i> & accents : œ, ’, 10 µg"}],
    })
}

pub(super) fn declined(line: &Value, finess: &str, identifier: u128) -> Value {
    let mut delivery = delivery(line, finess, 0, identifier);
    delivery["status"] = json!("declined");
    delivery["statusReasonCodeableConcept"] = json!({"coding": [{"code": "patient-has-some"}]});
    for element in ["type", "whenHandedOver"] {
        delivery.as_object_mut().unwrap().remove(element);
    }
    delivery
}

pub(super) fn name(identifier: u128) -> String {
    format!("urn:uuid:{}", Uuid::from_u128(identifier))
}

/// The transaction that reports deliveries, as a counter posts it.
pub(super) fn execution(consulted: &Consulted, etag: &str, finess: &str, deliveries: &[Value]) -> Value {
    let named = |delivery: &Value| delivery["identifier"][0]["value"].as_str().unwrap().to_owned();
    let mut entries: Vec<Value> = deliveries
        .iter()
        .map(|delivery| {
            json!({
                "fullUrl": named(delivery), "resource": delivery,
                "request": {
                    "method": "POST", "url": delivery["resourceType"],
                    "ifNoneExist": format!("identifier=urn:ietf:rfc:3986|{}", named(delivery)),
                },
            })
        })
        .collect();
    let output: Vec<Value> = deliveries
        .iter()
        .map(|delivery| json!({"type": {"text": "délivrance"}, "valueReference": {"reference": named(delivery)}}))
        .collect();
    let mut task = released(&consulted.task, "in-progress");
    task["output"] = Value::Array(output);
    entries.push(json!({"resource": task, "request": {"method": "PUT", "url": &consulted.task_url()[1..], "ifMatch": etag}}));
    let provenance = Uuid::new_v5(
        &Uuid::NAMESPACE_URL,
        deliveries.iter().map(named).collect::<String>().as_bytes(),
    );
    let targets: Vec<Value> = deliveries
        .iter()
        .map(|delivery| json!({"reference": named(delivery)}))
        .collect();
    entries.push(json!({
        "resource": {
            "resourceType": "Provenance", "id": provenance.to_string(), "target": targets,
            "recorded": "2026-11-22T10:15:00+01:00",
            "agent": [{
                "who": {"identifier": {"system": "https://rpps.esante.gouv.fr", "value": "10200000023"}},
                "onBehalfOf": {"identifier": {"system": "https://finess.esante.gouv.fr", "value": finess}},
            }],
        },
        "request": {"method": "PUT", "url": format!("Provenance/{provenance}")},
    }));
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
}

pub(super) const OURS: &str = "990000001";
pub(super) const THEIRS: &str = "990000002";

pub(super) async fn written(stage: &Stage) -> (String, Consulted) {
    let number = stage.prescribe(&ordinary("agreed"), 1).await.number;
    let consulted = stage.consult(&stage.ours, &number).await;
    (number, consulted)
}

pub(super) async fn take(stage: &Stage, token: &str, finess: &str, number: &str, minutes: i64) -> Answer {
    let consulted = stage.consult(token, number).await;
    let until = stage.now() + jiff::SignedDuration::from_mins(minutes);
    let task = taken(&consulted.task, finess, "Pharmacie du Port", until);
    stage
        .put(token, &consulted.task_url(), &consulted.etag(), &task)
        .await
}

/// The way that must work at the end of every test: deliver the first line's two boxes.
pub(super) async fn delivers(stage: &Stage, token: &str, finess: &str, number: &str, identifier: u128) {
    let consulted = stage.consult(token, number).await;
    let delivery = delivery(&consulted.lines[0], finess, 2, identifier);
    let answer = stage
        .post(
            token,
            "/",
            &execution(&consulted, &consulted.etag(), finess, &[delivery]),
        )
        .await;
    assert_eq!(answer.status, 200, "the good path still works: {}", answer.body);
}
