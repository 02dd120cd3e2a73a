//! Deliveries of medicines and of devices.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::identifiers::{Boxes, Finess};
use crate::domain::prescription::DeliveryStanding;
use crate::domain::share::Share;
use crate::training::outcome::Refusal;
use crate::training::prescription::Delivery;
use crate::training::transitions::{Reason, Report};
use crate::training::wire::{
    Concept, Contained, Extension, FINESS, Identifier, Identifiers, Quantity, REPLACES, Reference,
    ResourceType, STANDS_FOR, SUPPLY_LINE, URI, boxes, identified, moment, read, required, well_coded,
};

const STATUS_REASON: &str = "http://hl7.org/fhir/StructureDefinition/event-statusReason";
const COMPLETENESS: [&str; 4] = ["FFC", "FFP", "RFC", "RFP"];

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Actor {
    actor: Reference,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SuppliedItem {
    quantity: Option<Quantity>,
    item_codeable_concept: Option<Concept>,
}

/// A delivery of either kind.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ReportedDelivery {
    id: String,
    identifier: Identifiers,
    status: String,
    status_reason_codeable_concept: Option<Concept>,
    #[serde(rename = "type")]
    completeness: Option<Concept>,
    medication_codeable_concept: Option<Concept>,
    contained: Vec<Contained>,
    subject: Option<Reference>,
    patient: Option<Reference>,
    performer: Vec<Actor>,
    supplier: Option<Reference>,
    authorizing_prescription: Vec<Reference>,
    quantity: Option<Quantity>,
    supplied_item: SuppliedItem,
    when_handed_over: Option<String>,
    occurrence_date_time: Option<String>,
    extension: Vec<Extension>,
}

impl ReportedDelivery {
    fn extension(&self, url: &str) -> Option<&Extension> {
        self.extension.iter().find(|extension| extension.url == url)
    }

    fn standing(&self) -> Result<DeliveryStanding, Refusal> {
        match self.status.as_str() {
            "completed" => Ok(DeliveryStanding::Completed),
            "declined" | "abandoned" => Ok(DeliveryStanding::Declined),
            "entered-in-error" => Ok(DeliveryStanding::EnteredInError),
            _ => Err(Refusal::malformed(
                "Le statut d’une délivrance est completed, declined ou entered-in-error.",
            )),
        }
    }

    /// The identifier that its pharmacy minted: without it, a lost answer could not be looked up.
    fn has_own_identifier(&self) -> Result<(), Refusal> {
        let is_own = |identifier: &Identifier| {
            identifier.system.as_deref() == Some(URI)
                && identifier
                    .value
                    .as_deref()
                    .is_some_and(|value| value.starts_with("urn:uuid:"))
        };
        if self.identifier.0.iter().any(is_own) {
            Ok(())
        } else {
            Err(Refusal::malformed(
                "Une délivrance porte son identifiant (urn:uuid:…).",
            ))
        }
    }

    fn has_coherent_type(&self, standing: DeliveryStanding) -> Result<(), Refusal> {
        let code = self
            .completeness
            .as_ref()
            .and_then(|concept| concept.coding.first()?.code.as_deref());
        match code {
            Some(code) if standing == DeliveryStanding::Declined || !COMPLETENESS.contains(&code) => {
                Err(Refusal::malformed(
                    "Le type d’une délivrance est FFC, FFP, RFC ou RFP, et n’accompagne que des boîtes remises.",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Every product it names, wherever FHIR lets it stand.
    fn products(&self) -> impl Iterator<Item = &Concept> {
        self.contained
            .iter()
            .filter_map(|contained| contained.code.as_ref())
            .chain(&self.medication_codeable_concept)
            .chain(&self.supplied_item.item_codeable_concept)
    }

    fn pharmacy(&self) -> Option<Finess> {
        let actors = self
            .performer
            .iter()
            .map(|performer| &performer.actor)
            .chain(&self.supplier);
        actors
            .filter_map(|actor| identified(actor.identifier.as_ref(), FINESS))
            .find_map(|finess| finess.parse().ok())
    }

    fn line(&self, kind: ResourceType) -> Option<String> {
        let reference = match kind {
            ResourceType::SupplyDelivery => self.extension(SUPPLY_LINE)?.value_reference.as_ref()?,
            _ => self.authorizing_prescription.first()?,
        };
        reference.reference.clone()
    }

    fn replaces(&self) -> Option<String> {
        self.extension(REPLACES)?
            .value_reference
            .as_ref()?
            .reference
            .clone()
    }

    /// The boxes handed over, and the fraction of boxes ordered that boxes of another size stand for.
    fn counted(&self) -> Result<(Boxes, Option<Share>), Refusal> {
        let quantity = self.quantity.as_ref().or(self.supplied_item.quantity.as_ref());
        let boxes = boxes(quantity)?.unwrap_or(Boxes::ZERO);
        let Some(said) = self.extension(STANDS_FOR) else {
            return Ok((boxes, None));
        };
        let number = |quantity: &Quantity| quantity.value.as_ref()?.as_u64();
        let share = said
            .value_ratio
            .as_ref()
            .and_then(|ratio| Share::new(number(&ratio.numerator)?, number(&ratio.denominator)?))
            .filter(|share| share.boxes() > 0 && boxes > Boxes::ZERO);
        share.map(|share| (boxes, Some(share))).ok_or_else(|| {
            Refusal::malformed("Seules des boîtes remises tiennent lieu de boîtes prescrites, par une fraction de nombres entiers.")
        })
    }

    fn reason(&self) -> Reason {
        if self.status_reason_codeable_concept.is_some() || self.extension(STATUS_REASON).is_some() {
            Reason::Given
        } else {
            Reason::Missing
        }
    }
}

/// Reads a delivery, whichever kind.
pub(in crate::training) fn delivery(kind: ResourceType, resource: &Value) -> Result<Report, Refusal> {
    let wire: ReportedDelivery = read(resource)?;
    let standing = wire.standing()?;
    wire.has_own_identifier()?;
    wire.has_coherent_type(standing)?;
    wire.products().try_for_each(well_coded)?;
    let patient = wire.subject.as_ref().or(wire.patient.as_ref());
    let handed_over = wire
        .when_handed_over
        .as_deref()
        .or(wire.occurrence_date_time.as_deref());
    let (boxes, stands_for) = wire.counted()?;
    Ok(Report {
        line: required(wire.line(kind), "authorizingPrescription")?,
        patient: required(patient.and_then(|patient| patient.reference.clone()), "patient")?,
        delivery: Delivery {
            reference: format!("{kind}/{}", wire.id),
            pharmacy: required(wire.pharmacy(), "FINESS de la pharmacie")?,
            boxes,
            stands_for,
            standing,
        },
        handed_over: handed_over.map(moment).transpose()?,
        reason: wire.reason(),
        replaces: wire.replaces(),
    })
}
