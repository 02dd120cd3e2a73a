//! A hand-over as the transaction the base takes: one delivery per line, the Task, and who did it.
//!
//! Nothing here is drawn or read from a clock: the same hand-over and the same references give the
//! same bytes, so that a post after a lost answer is the same post.

use serde_json::Value;
use uuid::Uuid;

use crate::base::codes;
use crate::base::fhir::{
    self, Agent, Annotation, Batch, Bundle, CodeableConcept, Coding, Entry, EntryRequest, Extension,
    Identifier, Medication, MedicationDispense, Meta, Performer, Provenance, Reference, Substitution,
    SuppliedItem, SupplyDelivery, Task,
};
use crate::base::mapping::{Origin, Reading, task, value};
use crate::domain::consent::Consent;
use crate::domain::dispense::{AgreedBy, Agreement, DispensedLine, HandOver, LineOutcome, Supply};
use crate::domain::identifiers::{Boxes, DispensedLineId};
use crate::domain::prescription::Status;
use crate::domain::product::ProductCode;
use crate::domain::substitution::SubstitutionBasis;

/// The transaction for these lines of the hand-over; the deliveries come first, in the order given.
pub(in crate::base) fn transaction(
    hand_over: &HandOver,
    posted: &[&DispensedLine],
    reading: &Reading,
) -> Value {
    let lines = posted
        .iter()
        .filter_map(|line| Some((*line, reading.origin(line.line)?)));
    let mut entry: Vec<Entry> = lines
        .map(|(line, origin)| delivery(hand_over, line, origin, reading))
        .collect();
    entry.extend(task_entry(hand_over, posted, reading));
    entry.push(provenance(hand_over, posted, reading));
    fhir::written(&Bundle {
        resource_type: "Bundle".to_owned(),
        r#type: Some("transaction".to_owned()),
        link: Vec::new(),
        entry,
    })
}

/// The name of a delivery inside the transaction.
///
/// Not its identifier: some servers replace every text equal to a `fullUrl` by the new address, and
/// an identifier that was replaced is never found again.
pub(super) fn label(id: DispensedLineId) -> String {
    codes::urn(Uuid::new_v5(&id.0, b"entry"))
}

pub(super) fn delivery(
    hand_over: &HandOver,
    line: &DispensedLine,
    origin: &Origin,
    reading: &Reading,
) -> Entry {
    let (kind, resource) = if origin.kind == "DeviceRequest" {
        (
            "SupplyDelivery",
            fhir::written(&supply_delivery(hand_over, line, origin, reading)),
        )
    } else {
        (
            "MedicationDispense",
            fhir::written(&medication_dispense(hand_over, line, origin, reading)),
        )
    };
    Entry {
        full_url: Some(label(line.id)),
        resource: Some(resource),
        request: Some(EntryRequest {
            method: "POST".to_owned(),
            url: kind.to_owned(),
            if_none_exist: Some(format!("identifier={}|{}", codes::URI, codes::urn(line.id.0))),
            if_match: None,
        }),
        response: None,
    }
}

fn medication_dispense(
    hand_over: &HandOver,
    line: &DispensedLine,
    origin: &Origin,
    reading: &Reading,
) -> MedicationDispense {
    let supply = line.outcome.supply();
    let recorded = Extension {
        value_date_time: Some(value::written_moment(hand_over.at)),
        ..Extension::named(codes::RECORDED)
    };
    let box_given = Medication {
        resource_type: "Medication".to_owned(),
        id: Some("box".to_owned()),
        code: Some(product(supply, origin)),
        ingredient: Vec::new(),
        batch: supply.and_then(batch),
    };
    MedicationDispense {
        resource_type: "MedicationDispense".to_owned(),
        meta: Some(security(hand_over, reading)),
        contained: vec![fhir::written(&box_given)],
        extension: std::iter::once(recorded).chain(circumstances(line)).collect(),
        identifier: vec![Identifier::of(codes::URI, codes::urn(line.id.0))],
        status: Some(if supply.is_some() { "completed" } else { "declined" }.to_owned()),
        status_reason_codeable_concept: not_delivered(&line.outcome),
        category: Some(CodeableConcept::coded(codes::DISPENSE_CATEGORY, "community")),
        r#type: line
            .completeness
            .map(|completeness| CodeableConcept::coded(codes::ACT, codes::completeness(completeness))),
        medication_codeable_concept: None,
        medication_reference: Some(Reference::to("#box")),
        subject: origin.subject.clone(),
        performer: vec![
            performer(operator(hand_over)),
            performer(Reference {
                r#type: Some("Organization".to_owned()),
                ..pharmacy(hand_over)
            }),
        ],
        authorizing_prescription: vec![reference_to(origin)],
        quantity: Some(value::written_boxes(line.outcome.boxes())),
        when_handed_over: supply.map(|_| value::written_moment(hand_over.handed_over_at())),
        substitution: substitution(line, origin),
        note: note(line),
    }
}

/// R4 has neither a device dispense nor a note on `SupplyDelivery`: the pharmacist's own words stay here.
fn supply_delivery(
    hand_over: &HandOver,
    line: &DispensedLine,
    origin: &Origin,
    reading: &Reading,
) -> SupplyDelivery {
    let supply = line.outcome.supply();
    let prescription = Extension {
        value_reference: Some(reference_to(origin)),
        ..Extension::named(codes::SUPPLY_PRESCRIPTION)
    };
    let abandoned = not_delivered(&line.outcome).map(|reason| Extension {
        value_codeable_concept: Some(reason),
        ..Extension::named(codes::STATUS_REASON)
    });
    SupplyDelivery {
        resource_type: "SupplyDelivery".to_owned(),
        meta: Some(security(hand_over, reading)),
        extension: std::iter::once(prescription)
            .chain(abandoned)
            .chain(circumstances(line))
            .collect(),
        identifier: vec![Identifier::of(codes::URI, codes::urn(line.id.0))],
        status: Some(
            if supply.is_some() {
                "completed"
            } else {
                "abandoned"
            }
            .to_owned(),
        ),
        patient: origin.subject.clone(),
        supplied_item: Some(SuppliedItem {
            quantity: Some(value::written_boxes(line.outcome.boxes())),
            item_codeable_concept: Some(product(supply, origin)),
        }),
        occurrence_date_time: Some(value::written_moment(hand_over.handed_over_at())),
        supplier: Some(pharmacy(hand_over)),
    }
}

/// The product in the bag; for a line not delivered, the one ordered, as it was ordered.
fn product(supply: Option<&Supply>, origin: &Origin) -> CodeableConcept {
    let Some(supply) = supply else {
        return origin.concept.clone();
    };
    let coding = match &supply.code {
        ProductCode::Cip13(cip13) => Some(Coding::of(codes::CIP13, cip13.as_str())),
        ProductCode::Cis(cis) => Some(Coding::of(codes::CIS, cis.as_str())),
        ProductCode::Lpp(lpp) => Some(Coding::of(codes::LPP, lpp.as_str())),
        ProductCode::Other { system, code } => Some(Coding::of(system, code)),
        ProductCode::None => None,
    };
    CodeableConcept {
        coding: coding.into_iter().collect(),
        ..CodeableConcept::text(&supply.label)
    }
}

fn batch(supply: &Supply) -> Option<Batch> {
    let batch = Batch {
        lot_number: supply.lot.as_ref().map(ToString::to_string),
        expiration_date: supply.expiry.map(|day| day.to_string()),
    };
    (batch != Batch::default()).then_some(batch)
}

/// Who may see it: everybody concerned only when the patient agreed, at the counter and still now.
fn security(hand_over: &HandOver, reading: &Reading) -> Meta {
    let agreed = [hand_over.consent, reading.prescription.consent] == [Consent::Agreed; 2];
    if !agreed {
        return restricted();
    }
    Meta {
        security: vec![Coding::of(codes::CONFIDENTIALITY, codes::NORMAL)],
    }
}

/// The labels of what the patient does not let others see.
pub(super) fn restricted() -> Meta {
    Meta {
        security: vec![
            Coding::of(codes::CONFIDENTIALITY, codes::RESTRICTED),
            Coding::of(codes::ACT, codes::NO_DISCLOSURE),
        ],
    }
}

/// The adjustment, the missing boxes, the legal ground and the boxes of another size, when there are.
fn circumstances(line: &DispensedLine) -> impl Iterator<Item = Extension> {
    let adjusted = match &line.outcome {
        LineOutcome::Adjusted {
            reason, agreement, ..
        } => Some(adjustment(reason.code(), agreement)),
        LineOutcome::Conforming(_) | LineOutcome::Substituted { .. } | LineOutcome::NotDelivered(_) => None,
    };
    let partial = line
        .partial
        .map(|reason| Extension::coded(codes::PARTIAL_EXTENSION, codes::PARTIAL_REASON, reason.code()));
    let basis = line
        .basis
        .map(|basis| Extension::coded(codes::BASIS_EXTENSION, codes::SUBSTITUTION_BASIS, basis.code()));
    let stands_for = line.outcome.supply().and_then(|supply| supply.stands_for);
    let stands_for = stands_for.map(|share| Extension {
        value_ratio: Some(value::written_share(share)),
        ..Extension::named(codes::STANDS_FOR_EXTENSION)
    });
    [adjusted, partial, basis, stands_for].into_iter().flatten()
}

fn adjustment(reason: &str, agreement: &Agreement) -> Extension {
    let at = Extension {
        value_date_time: Some(value::written_moment(agreement.at)),
        ..Extension::named("at")
    };
    let in_words = |name: &str, words: &str| Extension {
        value_string: Some(words.to_owned()),
        ..Extension::named(name)
    };
    let by = match &agreement.by {
        AgreedBy::Author => None,
        AgreedBy::Other(name) => Some(in_words("by", name)),
    };
    let changed = agreement.changed.trim();
    let changed = (!changed.is_empty()).then(|| in_words("changed", changed));
    Extension {
        extension: [
            Extension::coded("reason", codes::ADJUSTMENT_REASON, reason),
            Extension::coded("channel", codes::AGREEMENT_CHANNEL, agreement.channel.code()),
            at,
        ]
        .into_iter()
        .chain(by)
        .chain(changed)
        .collect(),
        ..Extension::named(codes::ADJUSTMENT_EXTENSION)
    }
}

/// Said only when another product was given: `G` for a generic, `TE` on every other ground.
fn substitution(line: &DispensedLine, origin: &Origin) -> Option<Substitution> {
    let reason = match &line.outcome {
        LineOutcome::Substituted { reason, .. } => {
            CodeableConcept::coded(codes::SUBSTITUTION_REASON, reason.code())
        }
        LineOutcome::Adjusted { supply, reason, .. } if is_another_product(supply, origin) => {
            CodeableConcept::coded(codes::ADJUSTMENT_REASON, reason.code())
        }
        LineOutcome::Adjusted { .. } | LineOutcome::Conforming(_) | LineOutcome::NotDelivered(_) => {
            return None;
        }
    };
    let kind = match line.basis {
        Some(SubstitutionBasis::Generic) => codes::GENERIC,
        _ => codes::THERAPEUTIC,
    };
    Some(Substitution {
        was_substituted: Some(true),
        r#type: Some(CodeableConcept::coded(codes::SUBSTITUTION, kind)),
        reason: vec![reason],
    })
}

fn is_another_product(supply: &Supply, origin: &Origin) -> bool {
    let ordered = origin.concept.coding.iter().map(|coding| {
        let (system, code) = coding.pair();
        codes::product_code(system, code)
    });
    let ordered: Vec<ProductCode> = ordered.collect();
    supply.code != ProductCode::None && !ordered.is_empty() && !ordered.contains(&supply.code)
}

fn not_delivered(outcome: &LineOutcome) -> Option<CodeableConcept> {
    match outcome {
        LineOutcome::NotDelivered(reason) => {
            Some(CodeableConcept::coded(codes::NOT_DELIVERED_REASON, reason.code()))
        }
        LineOutcome::Conforming(_) | LineOutcome::Substituted { .. } | LineOutcome::Adjusted { .. } => None,
    }
}

fn note(line: &DispensedLine) -> Vec<Annotation> {
    let text = Some(line.note.trim()).filter(|text| !text.is_empty());
    text.map(|text| Annotation {
        text: Some(text.to_owned()),
    })
    .into_iter()
    .collect()
}

fn reference_to(origin: &Origin) -> Reference {
    match &origin.place {
        Some(place) => Reference::to(place.to_string()),
        None => Reference {
            identifier: origin.identifiers.first().cloned(),
            ..Reference::default()
        },
    }
}

pub(super) fn operator(hand_over: &HandOver) -> Reference {
    Reference {
        identifier: Some(Identifier::of(codes::RPPS, hand_over.operator.rpps.as_str())),
        display: Some(hand_over.operator.name.clone()),
        ..Reference::default()
    }
}

pub(super) fn pharmacy(hand_over: &HandOver) -> Reference {
    Reference {
        identifier: Some(Identifier::of(codes::FINESS, hand_over.pharmacy.finess.as_str())),
        display: Some(hand_over.pharmacy.name.clone()),
        ..Reference::default()
    }
}

fn performer(actor: Reference) -> Performer {
    Performer { actor: Some(actor) }
}

/// The Task, given back and with the deliveries added. Without a version to name it is left alone:
/// an update would wipe out what somebody else wrote.
fn task_entry(hand_over: &HandOver, posted: &[&DispensedLine], reading: &Reading) -> Option<Entry> {
    let task = reading.task.as_ref()?;
    let (place, version) = (task::place(task)?, task.version()?.to_owned());
    let mut task = task::released(task.clone().for_update());
    for line in posted {
        task.output.push(serde_json::json!({
            "type": { "text": "délivrance" },
            "valueReference": { "reference": label(line.id) },
        }));
    }
    let (status, words) = execution_state(hand_over, posted, reading);
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

/// The Task's status and its words, once these lines are delivered.
fn execution_state(
    hand_over: &HandOver,
    posted: &[&DispensedLine],
    reading: &Reading,
) -> (&'static str, &'static str) {
    let deliveries = hand_over
        .deliveries()
        .filter(|(_, delivery)| posted.iter().any(|line| delivery.id == Some(line.id)));
    let after = reading.prescription.clone().with_deliveries(deliveries);
    let is_done = after
        .pharmacy_lines()
        .all(|line| matches!(line.status(), Status::Done | Status::Cancelled));
    let something_was_delivered = after.pharmacy_lines().any(|line| line.delivered() > Boxes::ZERO);
    match (is_done, something_was_delivered) {
        (true, _) => ("completed", "exécutée"),
        (false, true) => ("in-progress", "partiellement exécutée"),
        (false, false) => ("in-progress", "non exécutée"),
    }
}

/// One Provenance per hand-over, under an id of its own: repeated, it replaces itself. It names every
/// delivery the base has of the hand-over, those of an earlier post included.
fn provenance(hand_over: &HandOver, posted: &[&DispensedLine], reading: &Reading) -> Entry {
    let target = hand_over.lines.iter().filter_map(|line| {
        if posted.iter().any(|one| one.id == line.id) {
            return Some(Reference::to(label(line.id)));
        }
        reading.reference_to(line.id).map(Reference::to)
    });
    let id = hand_over.id.provenance().to_string();
    let provenance = Provenance {
        resource_type: "Provenance".to_owned(),
        id: Some(id.clone()),
        target: target.collect(),
        recorded: Some(value::written_moment(hand_over.at)),
        reason: Vec::new(),
        activity: Some(CodeableConcept::coded(codes::DATA_OPERATION, "CREATE")),
        agent: vec![Agent {
            who: Some(operator(hand_over)),
            on_behalf_of: Some(pharmacy(hand_over)),
        }],
        entity: Vec::new(),
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
