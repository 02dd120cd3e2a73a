//! The Task of a prescription: always written by the base from the prescription's state.

use serde_json::{Map, Value, json};

use crate::domain::hold::Hold;
use crate::domain::prescription::DeliveryStanding;
use crate::training::prescription::{Prescription, Progress};
use crate::training::wire::FINESS;

/// Elements that come from the state alone, whatever was there before. The status does too, but every Task has
/// one: it is replaced where it stands, because the order of elements must not tell a touched Task either.
const FROM_STATE: [&str; 5] = ["businessStatus", "owner", "contained", "restriction", "output"];

const CANCELLED: &str = "annulée";

/// The Task as that state makes it; its other elements stay.
pub(super) fn shown(task: &Value, prescription: &Prescription) -> Value {
    let mut shown = without_state(task);
    let (status, words) = match prescription.progress() {
        Progress::Ready => ("ready", None),
        Progress::Begun => ("in-progress", business_status(prescription)),
        Progress::Completed => ("completed", Some("exécutée")),
        Progress::Cancelled => ("cancelled", Some(CANCELLED)),
    };
    say(&mut shown, status, words);
    if let Some(hold) = &prescription.hold {
        hold_elements(&mut shown, hold);
    }
    let output: Vec<Value> = prescription
        .deliveries()
        .map(|delivery| json!({"type": {"text": "délivrance"}, "valueReference": {"reference": delivery.reference}}))
        .collect();
    if !output.is_empty() {
        shown.insert("output".into(), Value::Array(output));
    }
    Value::Object(shown)
}

/// The Task for a prescriber who may not know that a pharmacy touched it.
pub(super) fn veiled(task: &Value) -> Value {
    let mut veiled = without_state(task);
    match task["status"].as_str() {
        Some("cancelled") => say(&mut veiled, "cancelled", Some(CANCELLED)),
        _ => say(&mut veiled, "ready", None),
    }
    let mut veiled = Value::Object(veiled);
    veiled["meta"]["versionId"] = json!(veiled_version(task).to_string());
    veiled
}

/// The version of that veiled Task: it has changed only if its prescriber cancelled it.
pub(super) fn veiled_version(task: &Value) -> u32 {
    if task["status"] == "cancelled" { 2 } else { 1 }
}

fn say(task: &mut Map<String, Value>, status: &str, words: Option<&str>) {
    task.insert("status".into(), json!(status));
    if let Some(words) = words {
        task.insert("businessStatus".into(), json!({"text": words}));
    }
}

fn without_state(task: &Value) -> Map<String, Value> {
    let elements = task.as_object().cloned().unwrap_or_default();
    elements
        .into_iter()
        .filter(|(name, _)| !FROM_STATE.contains(&name.as_str()))
        .collect()
}

fn business_status(prescription: &Prescription) -> Option<&'static str> {
    prescription
        .deliveries()
        .any(|delivery| delivery.standing == DeliveryStanding::Completed)
        .then_some("partiellement exécutée")
}

fn hold_elements(task: &mut Map<String, Value>, hold: &Hold) {
    let identifier = json!({"system": FINESS, "value": hold.owner.as_str()});
    let mut holder = json!({
        "resourceType": "Organization", "id": "holder", "identifier": [identifier], "name": hold.name,
    });
    if !hold.phone.is_empty() {
        holder["telecom"] = json!([{"system": "phone", "value": hold.phone}]);
    }
    if let Some(terminal) = &hold.terminal {
        holder["contact"] = json!([{"id": terminal.id, "name": {"text": terminal.words}}]);
    }
    let mut period = Map::new();
    for (name, moment) in [("start", hold.since), ("end", hold.until)] {
        if let Some(moment) = moment {
            period.insert(name.into(), json!(moment.to_string()));
        }
    }
    task.insert("contained".into(), json!([holder]));
    task.insert(
        "owner".into(),
        json!({"reference": "#holder", "identifier": identifier, "display": hold.name}),
    );
    task.insert("restriction".into(), json!({"period": period}));
}
