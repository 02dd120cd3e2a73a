//! A correction as the transaction the base takes: the wrong delivery marked as an error, what replaces it, the Task, and
//! who corrected what, and why.

use serde_json::{Value, json};

use crate::base::codes;
use crate::base::fhir::{
    self, Agent, Bundle, CodeableConcept, Entry, EntryRequest, Extension, Provenance, ProvenanceEntity,
    Reference, Task,
};
use crate::base::mapping::execution::{delivery, label, operator, pharmacy, restricted};
use crate::base::mapping::{Known, Reading, task, value};
use crate::domain::consent::Consent;
use crate::domain::correction::Motive;
use crate::domain::dispense::{DispensedLine, HandOver};
use crate::domain::identifiers::Boxes;
use crate::domain::prescription::Status;
use crate::domain::reasons::CorrectionReason;

/// The transaction: what is wrong comes first, then what replaces it.
pub(in crate::base) fn transaction(
    hand_over: &HandOver,
    wrong: &[&Known],
    replacements: &[&DispensedLine],
    reading: &Reading,
) -> Value {
    let mut entry: Vec<Entry> = wrong
        .iter()
        .filter_map(|known| annulled(known, reading))
        .collect();
    let replacing = replacements
        .iter()
        .filter_map(|line| replacing(hand_over, line, reading));
    entry.extend(replacing);
    entry.extend(task_entry(hand_over, replacements, reading));
    entry.push(provenance(hand_over, wrong, replacements));
    fhir::written(&Bundle {
        resource_type: "Bundle".to_owned(),
        r#type: Some("transaction".to_owned()),
        link: Vec::new(),
        entry,
    })
}

/// The delivery as the base holds it, but for its status: what nobody here knows of it survives.
///
/// Without the patient's agreement it is labelled as hidden too, whatever was true when it was posted.
fn annulled(known: &Known, reading: &Reading) -> Option<Entry> {
    let mut resource = known.resource.clone();
    resource["status"] = json!("entered-in-error");
    let if_match = known.version().map(fhir::etag);
    let meta = resource.get_mut("meta").and_then(Value::as_object_mut);
    if let Some(meta) = meta {
        meta.remove("versionId");
        meta.remove("lastUpdated");
    }
    if reading.prescription.consent != Consent::Agreed {
        resource["meta"]["security"] = fhir::written(&restricted())["security"].clone();
    }
    Some(Entry {
        resource: Some(resource),
        request: Some(EntryRequest {
            method: "PUT".to_owned(),
            url: known.reference.clone()?,
            if_none_exist: None,
            if_match,
        }),
        ..Entry::default()
    })
}

/// The replacement, which names what it replaces when the base holds that.
fn replacing(hand_over: &HandOver, line: &DispensedLine, reading: &Reading) -> Option<Entry> {
    let mut entry = delivery(hand_over, line, reading.origin(line.line)?, reading);
    let replaced = hand_over
        .annulled()
        .filter_map(|id| reading.reference_to(id))
        .last();
    let extension = replaced.map(|reference| Extension {
        value_reference: Some(Reference::to(reference)),
        ..Extension::named(codes::REPLACES_EXTENSION)
    });
    let resource = entry.resource.as_mut()?;
    if let (Some(extension), Some(extensions)) = (extension, resource["extension"].as_array_mut()) {
        extensions.push(fhir::written(&extension));
    }
    Some(entry)
}

/// The Task with what remains recounted. Who holds it is left as it is: a correction serves nobody, and the holder may
/// be another pharmacy.
fn task_entry(hand_over: &HandOver, replacements: &[&DispensedLine], reading: &Reading) -> Option<Entry> {
    let task = reading.task.as_ref()?;
    let (place, version) = (task::place(task)?, task.version()?.to_owned());
    let mut task = task.clone().for_update();
    for line in replacements {
        task.output.push(json!({
            "type": { "text": "délivrance" },
            "valueReference": { "reference": label(line.id) },
        }));
    }
    let (status, words) = execution_state(hand_over, task.owner.is_some(), reading);
    task.status = Some(status.to_owned());
    task.business_status = Some(fhir::written(&CodeableConcept::text(words)));
    Some(Entry {
        resource: Some(fhir::written::<Task>(&task)),
        request: Some(EntryRequest {
            method: "PUT".to_owned(),
            url: place.to_string(),
            if_none_exist: None,
            if_match: Some(fhir::etag(&version)),
        }),
        ..Entry::default()
    })
}

/// The Task's status and its words, once the correction is done.
fn execution_state(hand_over: &HandOver, is_held: bool, reading: &Reading) -> (&'static str, &'static str) {
    let after = reading
        .prescription
        .clone()
        .without_deliveries(hand_over.annulled())
        .with_deliveries(hand_over.deliveries());
    let mut lines = after.pharmacy_lines();
    let is_cancelled = reading
        .task
        .as_ref()
        .is_some_and(|task| task.status.as_deref() == Some("cancelled"));
    if is_cancelled {
        return ("cancelled", "annulée");
    }
    if lines.all(|line| matches!(line.status(), Status::Done | Status::Cancelled)) {
        return ("completed", "exécutée");
    }
    let something_was_delivered = after.pharmacy_lines().any(|line| line.delivered() > Boxes::ZERO);
    match (something_was_delivered, is_held) {
        (true, _) => ("in-progress", "partiellement exécutée"),
        (false, true) => ("in-progress", "non exécutée"),
        (false, false) => ("ready", "non exécutée"),
    }
}

/// One Provenance per correction: a revision of what was wrong, or its end, with the reason.
fn provenance(hand_over: &HandOver, wrong: &[&Known], replacements: &[&DispensedLine]) -> Entry {
    let references = wrong.iter().filter_map(|known| known.reference.clone());
    let versioned = wrong.iter().filter_map(|known| {
        let reference = known.reference.as_deref()?;
        Some(match known.version() {
            Some(version) => format!("{reference}/_history/{version}"),
            None => reference.to_owned(),
        })
    });
    let target = references
        .map(Reference::to)
        .chain(replacements.iter().map(|line| Reference::to(label(line.id))));
    let id = hand_over.id.provenance().to_string();
    let activity = if hand_over.lines.is_empty() {
        "NULLIFY"
    } else {
        "UPDATE"
    };
    let motive = hand_over.corrects.as_ref().map(|corrects| &corrects.motive);
    let provenance = Provenance {
        resource_type: "Provenance".to_owned(),
        id: Some(id.clone()),
        target: target.collect(),
        recorded: Some(value::written_moment(hand_over.at)),
        reason: motive.map(reason).into_iter().collect(),
        activity: Some(CodeableConcept::coded(codes::DATA_OPERATION, activity)),
        agent: vec![Agent {
            who: Some(operator(hand_over)),
            on_behalf_of: Some(pharmacy(hand_over)),
        }],
        entity: versioned
            .map(|reference| ProvenanceEntity {
                role: Some("revision".to_owned()),
                what: Some(Reference::to(reference)),
            })
            .collect(),
    };
    Entry {
        resource: Some(fhir::written(&provenance)),
        request: Some(EntryRequest {
            method: "PUT".to_owned(),
            url: format!("Provenance/{id}"),
            if_none_exist: None,
            if_match: None,
        }),
        ..Entry::default()
    }
}

fn reason(motive: &Motive) -> CodeableConcept {
    let code = CorrectionReason::code(motive.reason());
    CodeableConcept {
        text: Some(motive.words().to_owned()).filter(|words| !words.is_empty()),
        ..CodeableConcept::coded(codes::CORRECTION_REASON, code)
    }
}
