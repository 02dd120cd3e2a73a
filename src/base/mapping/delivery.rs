//! What was delivered of each line, from `MedicationDispense` and `SupplyDelivery`.

use serde_json::Value;
use uuid::Uuid;

use crate::base::fhir::{
    self, CodeableConcept, Extension, Identifier, Medication, MedicationDispense, Performer, Reference,
    SupplyDelivery,
};
use crate::base::mapping::{Known, Origin, value};
use crate::base::pool::{self, Place, Pool};
use crate::base::{BaseError, codes};
use crate::domain::identifiers::{Boxes, DispensedLineId};
use crate::domain::prescription::{Delivery, DeliveryStanding, PrescriptionLine};
use crate::domain::share::Share;

pub(in crate::base) const KINDS: [&str; 2] = ["MedicationDispense", "SupplyDelivery"];

/// A delivery and the lines it executes.
struct Read {
    delivery: Delivery,
    lines: Vec<Reference>,
    counts_boxes: bool,
}

/// Puts every delivery of the pool on its line, oldest first; those of other prescriptions fall away.
///
/// A delivery that cannot be read makes the answer unreadable: left out, it would be handed over twice.
pub(super) fn attach(
    lines: &mut [PrescriptionLine],
    origins: &[Origin],
    pool: &Pool,
) -> Result<Vec<Known>, BaseError> {
    let mut known = Vec::new();
    for resource in pool.of_kinds(&KINDS) {
        let read = read(resource, pool).ok_or(BaseError::Garbled)?;
        if let Some(id) = read.delivery.id {
            known.push(Known {
                id,
                reference: pool::reference_to(resource),
                resource: resource.clone(),
            });
        }
        for (line, origin) in lines.iter_mut().zip(origins) {
            if read.lines.iter().any(|reference| names(reference, origin)) {
                line.deliveries.push(counted(&read, line));
            }
        }
    }
    for line in lines {
        // An undated one first: it is older than anything that is dated.
        line.deliveries.sort_by_key(|delivery| delivery.at);
    }
    Ok(known)
}

/// By the end of the reference, whatever host it names, or by the line's own identifier.
fn names(reference: &Reference, origin: &Origin) -> bool {
    let place = reference.reference.as_deref().and_then(Place::at_the_end_of);
    let by_place = place.is_some() && place == origin.place;
    let by_identifier = reference
        .identifier
        .as_ref()
        .is_some_and(|identifier| identifier.value.is_some() && origin.identifiers.contains(identifier));
    by_place || by_identifier
}

/// The delivery with boxes that compare with the line's: one in another unit, or of no stated
/// count, is taken for one whole delivery.
fn counted(read: &Read, line: &PrescriptionLine) -> Delivery {
    let mut delivery = read.delivery.clone();
    if !read.counts_boxes && delivery.standing == DeliveryStanding::Completed {
        delivery.boxes = line.boxes.unwrap_or(Boxes(1)).max(Boxes(1));
        delivery.stands_for = None;
    }
    delivery
}

fn read(resource: &Value, pool: &Pool) -> Option<Read> {
    match resource.get("resourceType").and_then(Value::as_str) {
        Some("MedicationDispense") => Some(of_medication(&fhir::read(resource)?, pool)),
        _ => Some(of_supply(fhir::read(resource)?)),
    }
}

fn of_medication(dispense: &MedicationDispense, pool: &Pool) -> Read {
    let recorded = fhir::extension(&dispense.extension, codes::RECORDED)
        .and_then(|extension| extension.value_date_time.as_deref());
    let boxes = dispense.quantity.as_ref().and_then(value::boxes_delivered);
    Read {
        delivery: Delivery {
            id: id(&dispense.identifier),
            product: product(dispense, pool),
            boxes: boxes.unwrap_or(Boxes::ZERO),
            stands_for: stands_for(&dispense.extension),
            standing: codes::delivery_standing(dispense.status.as_deref()),
            pharmacy: pharmacy(&dispense.performer),
            at: dispense
                .when_handed_over
                .as_deref()
                .or(recorded)
                .and_then(value::moment),
        },
        lines: dispense.authorizing_prescription.clone(),
        counts_boxes: boxes.is_some(),
    }
}

fn of_supply(delivery: SupplyDelivery) -> Read {
    let line = fhir::extension(&delivery.extension, codes::SUPPLY_PRESCRIPTION)
        .and_then(|extension| extension.value_reference.clone());
    let item = delivery.supplied_item.unwrap_or_default();
    let boxes = item.quantity.as_ref().and_then(value::boxes_delivered);
    Read {
        delivery: Delivery {
            id: id(&delivery.identifier),
            product: item
                .item_codeable_concept
                .as_ref()
                .map(CodeableConcept::words)
                .unwrap_or_default(),
            boxes: boxes.unwrap_or(Boxes::ZERO),
            stands_for: stands_for(&delivery.extension),
            standing: codes::delivery_standing(delivery.status.as_deref()),
            pharmacy: delivery
                .supplier
                .and_then(|supplier| supplier.display)
                .unwrap_or_default(),
            at: delivery.occurrence_date_time.as_deref().and_then(value::moment),
        },
        lines: line.into_iter().collect(),
        counts_boxes: boxes.is_some(),
    }
}

/// The boxes ordered that boxes of another size stand for.
fn stands_for(extensions: &[Extension]) -> Option<Share> {
    let extension = fhir::extension(extensions, codes::STANDS_FOR_EXTENSION)?;
    value::share(extension.value_ratio.as_ref()?)
}

/// The first identifier that is a UUID, ours or another software's.
fn id(identifiers: &[Identifier]) -> Option<DispensedLineId> {
    identifiers
        .iter()
        .filter(|identifier| identifier.system.as_deref() == Some(codes::URI))
        .find_map(|identifier| Uuid::parse_str(identifier.value.as_deref()?.strip_prefix("urn:uuid:")?).ok())
        .map(DispensedLineId)
}

fn product(dispense: &MedicationDispense, pool: &Pool) -> String {
    let reference = dispense.medication_reference.as_ref();
    let named = reference.and_then(|reference| pool.find(reference, &dispense.contained));
    let medication = named.and_then(fhir::read::<Medication>);
    let concept = medication.and_then(|medication| medication.code);
    let displayed = reference.and_then(|reference| reference.display.clone());
    let words = concept.or_else(|| dispense.medication_codeable_concept.clone());
    words
        .map(|concept| concept.words())
        .or(displayed)
        .unwrap_or_default()
}

/// The performer that is an establishment.
fn pharmacy(performers: &[Performer]) -> String {
    let is_establishment = |actor: &&Reference| {
        let has_finess = actor
            .identifier
            .as_ref()
            .is_some_and(|identifier| identifier.system.as_deref() == Some(codes::FINESS));
        has_finess || actor.r#type.as_deref() == Some("Organization")
    };
    performers
        .iter()
        .filter_map(|performer| performer.actor.as_ref())
        .find(is_establishment)
        .and_then(|actor| actor.display.clone())
        .unwrap_or_default()
}
