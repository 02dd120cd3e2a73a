//! The training base in this process, and everybody who speaks to it without a terminal: prescriber, patient, auditor.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body as Bytes, to_bytes};
use axum::http::Request as HttpRequest;
use comptoir::base::{Body, Method, Request, Response};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::people::Pharmacy;
use comptoir::training::prescribing::PrescriptionOrder;
use comptoir::training::{Role, TrainingBase, router};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use uuid::Uuid;

use super::clock::Clock;

const NUMBER: &str = "urn:oid:1.2.250.1.215.500.1.1";
const PATIENT: &str = "279039999900102";
const PRESCRIBER: &str = "10100000016";

/// A prescription of this world.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) number: PrescriptionNumber,
    /// Each line by its reference, with the boxes ordered in all.
    pub(super) lines: BTreeMap<String, u64>,
    pub(super) task: String,
    pub(super) patient: String,
    /// Whether prescribers may see deliveries, by the patient's last word.
    pub(super) agreed: bool,
}

/// A delivery as the base holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) identifier: String,
    pub(super) line: String,
    pub(super) boxes: u64,
    /// `MedicationDispense/…` or `SupplyDelivery/…`.
    pub(super) reference: String,
    /// What it replaces.
    pub(super) replaces: Option<String>,
    /// Whether it is marked as an error, and so does not count.
    pub(super) is_wrong: bool,
    /// How often it was written.
    pub(super) version: u64,
}

/// What somebody sees of what became of a prescription.
pub(super) struct Sight {
    pub(super) deliveries: Vec<Held>,
    /// Whether the Task shows that anybody touched it.
    pub(super) task_tells: bool,
}

pub(super) struct BaseSide {
    router: Router,
    runtime: Runtime,
    clock: Clock,
    pub(super) pharmacies: Vec<String>,
    pub(super) prescriber: String,
    patient: String,
    pub(super) auditor: String,
    _folder: TempDir,
}

impl BaseSide {
    pub(super) fn over(base: TrainingBase, clock: &Clock, pharmacies: &[Pharmacy], folder: TempDir) -> Self {
        let read = clock.clone();
        let token = |role, identity: &str, name: &str| base.token(role, identity, name);
        Self {
            pharmacies: pharmacies
                .iter()
                .map(|pharmacy| token(Role::Pharmacy, pharmacy.finess.as_str(), &pharmacy.name))
                .collect(),
            prescriber: token(Role::Prescriber, PRESCRIBER, "Dr Rivière"),
            patient: token(Role::Patient, PATIENT, "Camille Marchand"),
            auditor: token(Role::Pharmacy, "990000009", "Pharmacie d’à côté"),
            router: router(base, move || read.now()),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            clock: clock.clone(),
            _folder: folder,
        }
    }

    /// One request to its end, as the base would serve it; nothing else happens meanwhile.
    pub(super) fn serve(&self, token: &str, request: &Request) -> Response {
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
        };
        let target = request.target.trim_start_matches("http://base");
        let mut http = HttpRequest::builder()
            .method(method)
            .uri(format!("/{}", target.trim_start_matches('/')))
            .header("host", "base")
            .header("authorization", format!("Bearer {token}"));
        for (name, value) in &request.headers {
            http = http.header(*name, value);
        }
        let body = match &request.content {
            Some(content) => {
                http = http.header("content-type", content.media_type);
                Bytes::from(content.text.clone())
            }
            None => Bytes::empty(),
        };
        let router = self.router.clone();
        self.runtime.block_on(async {
            let answer = router.oneshot(http.body(body).unwrap()).await.unwrap();
            let (head, body) = answer.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.unwrap();
            Response {
                status: head.status.as_u16(),
                headers: head
                    .headers
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                    .collect(),
                body: Body::Json(String::from_utf8(bytes.to_vec()).unwrap()),
            }
        })
    }

    fn ask(&self, token: &str, target: String) -> Value {
        let answer = self.serve(
            token,
            &Request::get(target).with_header("prefer", "handling=strict"),
        );
        assert_eq!(answer.status, 200, "a question of the simulation itself");
        serde_json::from_str(answer.text().unwrap()).unwrap()
    }

    fn resources(&self, token: &str, target: String) -> Vec<Value> {
        let bundle = self.ask(token, target);
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        entries
            .into_iter()
            .map(|entry| entry["resource"].clone())
            .collect()
    }

    fn write(&self, token: &str, method: Method, target: &str, body: &Value, etag: Option<String>) -> u16 {
        let mut request = Request::get(target).carrying(method, "application/fhir+json", body.to_string());
        if let Some(etag) = etag {
            request = request.with_header("if-match", etag);
        }
        self.serve(token, &request).status
    }

    /// A prescription of two lines: boxes of medicine, several times, and a device.
    pub(super) fn prescribe(&self, seed: u128, agreed: bool) -> Known {
        let file = json!({
            "written_on": "2026-11-20",
            "consent": if agreed { "agreed" } else { "opposed" },
            "patient": {"ins": PATIENT, "family": "Marchand", "given": "Camille"},
            "prescriber": {"rpps": PRESCRIBER, "family": "Rivière", "given": "Hélène"},
            "lines": [
                {"cip13": "3400933857042", "label": "AMOXICILLINE", "boxes": 1, "days": 6, "repeats": 2},
                {"lpp": "1163922", "label": "VISMED", "boxes": 2},
            ],
        });
        let nothing = |_: &_| None;
        let today = self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let order =
            PrescriptionOrder::read(&file.to_string(), Uuid::from_u128(seed), today, &nothing).unwrap();
        let transaction = order.transaction(self.clock.now(), &nothing);
        let status = self.write(&self.prescriber, Method::Post, "", &transaction, None);
        assert_eq!(status, 200);
        let number = order.number().clone();
        let [medicines, devices, tasks] = self.searched(
            &self.auditor,
            [
                format!("MedicationRequest?group-or-identifier={NUMBER}%7C{number}"),
                format!("DeviceRequest?group-identifier={NUMBER}%7C{number}"),
                format!("Task?group-identifier={NUMBER}%7C{number}"),
            ],
        );
        let mut lines = BTreeMap::new();
        for line in &medicines {
            let of_one = line["dispenseRequest"]["quantity"]["value"].as_u64().unwrap();
            let repeats = line["dispenseRequest"]["numberOfRepeatsAllowed"]
                .as_u64()
                .unwrap_or(0);
            lines.insert(reference(line), of_one * (repeats + 1));
        }
        for line in &devices {
            let boxes = line["parameter"][0]["valueQuantity"]["value"].as_u64().unwrap();
            lines.insert(reference(line), boxes);
        }
        let task = &tasks[0];
        Known {
            lines,
            task: reference(task),
            patient: task["for"]["reference"].as_str().unwrap().to_owned(),
            number,
            agreed,
        }
    }

    fn task(&self, number: &PrescriptionNumber) -> Value {
        let found = self.resources(
            &self.prescriber,
            format!("Task?group-identifier={NUMBER}%7C{number}"),
        );
        found.into_iter().next().unwrap()
    }

    /// The prescriber withdraws the whole prescription; `false` when it was already.
    pub(super) fn cancel(&self, known: &Known) -> bool {
        let mut task = self.task(&known.number);
        let etag = etag(&task);
        task["status"] = json!("cancelled");
        self.write(&self.prescriber, Method::Put, &known.task, &task, Some(etag)) == 200
    }

    /// The prescriber withdraws one line; `false` when it was already.
    pub(super) fn cancel_line(&self, known: &Known, place: usize) -> bool {
        let Some(place) = known.lines.keys().nth(place) else {
            return false;
        };
        let mut line = self.ask(&self.prescriber, place.clone());
        let etag = etag(&line);
        let is_device = line["resourceType"] == "DeviceRequest";
        line["status"] = json!(if is_device { "revoked" } else { "cancelled" });
        self.write(&self.prescriber, Method::Put, place, &line, Some(etag)) == 200
    }

    /// The patient says whether prescribers may see.
    pub(super) fn choose(&self, known: &Known, agrees: bool) -> bool {
        let (rule, provision) = if agrees {
            ("OPTIN", "permit")
        } else {
            ("OPTOUT", "deny")
        };
        let consent = json!({
            "resourceType": "Consent", "status": "active",
            "patient": {"reference": known.patient}, "dateTime": self.clock.now().to_string(),
            "policyRule": {"coding": [{"code": rule}]},
            "provision": {"type": provision, "data": [{"meaning": "related", "reference": {"reference": known.task}}]},
        });
        self.write(&self.patient, Method::Post, "Consent", &consent, None) == 201
    }

    /// What somebody with that token sees of a prescription's execution, in one batch.
    pub(super) fn seen_by(&self, token: &str, known: &Known) -> Sight {
        let number = &known.number;
        let [medicines, devices, tasks] = self.searched(
            token,
            [
                format!("MedicationDispense?prescription.group-or-identifier={NUMBER}%7C{number}"),
                format!("SupplyDelivery?prescription.group-identifier={NUMBER}%7C{number}"),
                format!("Task?group-identifier={NUMBER}%7C{number}"),
            ],
        );
        let tells = ["output", "owner", "restriction"];
        Sight {
            deliveries: medicines.iter().chain(&devices).map(held).collect(),
            task_tells: tasks
                .iter()
                .any(|task| tells.iter().any(|element| !task[*element].is_null())),
        }
    }

    /// The resources that three searches find, asked in one batch.
    fn searched(&self, token: &str, searches: [String; 3]) -> [Vec<Value>; 3] {
        let entries = searches.map(|url| json!({"request": {"method": "GET", "url": url}}));
        let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": entries});
        let request = Request::get("").carrying(Method::Post, "application/fhir+json", batch.to_string());
        let answer = self.serve(token, &request.with_header("prefer", "handling=strict"));
        let bundle: Value = serde_json::from_str(answer.text().unwrap()).unwrap();
        [0, 1, 2].map(|place| {
            let entry = &bundle["entry"][place];
            assert_eq!(
                entry["response"]["status"], "200 OK",
                "a question of the simulation itself"
            );
            let found = entry["resource"]["entry"].as_array().cloned().unwrap_or_default();
            found.into_iter().map(|entry| entry["resource"].clone()).collect()
        })
    }
}

fn held(delivery: &Value) -> Held {
    let is_device = delivery["resourceType"] == "SupplyDelivery";
    let named = |end: &str| {
        let extensions = delivery["extension"].as_array().into_iter().flatten();
        extensions
            .filter(|extension| extension["url"].as_str().is_some_and(|url| url.ends_with(end)))
            .find_map(|extension| extension["valueReference"]["reference"].as_str())
    };
    let (line, quantity) = if is_device {
        (
            named("/supplydelivery-prescription"),
            &delivery["suppliedItem"]["quantity"],
        )
    } else {
        (
            delivery["authorizingPrescription"][0]["reference"].as_str(),
            &delivery["quantity"],
        )
    };
    Held {
        identifier: delivery["identifier"][0]["value"].as_str().unwrap().to_owned(),
        line: line.unwrap().to_owned(),
        boxes: quantity["value"].as_u64().unwrap(),
        reference: reference(delivery),
        replaces: named("/replaces").map(str::to_owned),
        is_wrong: delivery["status"] == "entered-in-error",
        version: delivery["meta"]["versionId"].as_str().unwrap().parse().unwrap(),
    }
}

fn reference(resource: &Value) -> String {
    format!(
        "{}/{}",
        resource["resourceType"].as_str().unwrap(),
        resource["id"].as_str().unwrap()
    )
}

fn etag(resource: &Value) -> String {
    format!("W/\"{}\"", resource["meta"]["versionId"].as_str().unwrap())
}
