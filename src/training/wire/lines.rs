//! Lines of a prescription: medicines, devices, and what other professions execute.

use jiff::ToSpan;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::identifiers::{LineNumber, Rpps};
use crate::domain::number::PrescriptionNumber;
use crate::domain::prescription::LineStanding;
use crate::training::outcome::Refusal;
use crate::training::prescription::{Executor, Line};
use crate::training::wire::{
    Concept, Extension, Identifier, LINE_NUMBER, Period, Quantity, Reference, ResourceType, boxes, day,
    number, read, required, rpps, well_coded,
};

/// Months after the last day within which the longest supplementary delivery may happen, that of contraceptives
/// (CSP art. R. 5134-4-1).
const SUPPLEMENT_MONTHS: i32 = 6;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct DispenseRequest {
    quantity: Option<Quantity>,
    number_of_repeats_allowed: Option<u16>,
    validity_period: Option<Period>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct DeviceParameter {
    value_quantity: Option<Quantity>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Timing {
    repeat: Repeat,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Repeat {
    bounds_period: Option<Period>,
    count: Option<u16>,
}

/// A line of any of the three kinds: their elements do not overlap.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RequestedLine {
    id: String,
    group_identifier: Option<Identifier>,
    requisition: Option<Identifier>,
    status: String,
    intent: String,
    subject: Reference,
    authored_on: Option<String>,
    requester: Reference,
    medication_codeable_concept: Option<Concept>,
    code_codeable_concept: Option<Concept>,
    code: Option<Concept>,
    dispense_request: DispenseRequest,
    parameter: Vec<DeviceParameter>,
    occurrence_timing: Timing,
    extension: Vec<Extension>,
}

/// What a line says of its prescription.
pub(in crate::training) struct LineFacts {
    pub(in crate::training) number: PrescriptionNumber,
    pub(in crate::training) patient: String,
    pub(in crate::training) requester: Rpps,
    pub(in crate::training) line: Line,
}

/// Reads a line. What FHIR leaves open and the contract requires is required here.
pub(in crate::training) fn line(kind: ResourceType, resource: &Value) -> Result<LineFacts, Refusal> {
    let wire: RequestedLine = read(resource)?;
    let number = number(wire.group_identifier.as_ref().or(wire.requisition.as_ref()))?;
    if wire.intent != "order" {
        return Err(Refusal::malformed("Une ligne a l’intention « order »."));
    }
    day(&required(wire.authored_on, "authoredOn")?)?;
    let product = match kind {
        ResourceType::MedicationRequest => wire.medication_codeable_concept,
        ResourceType::DeviceRequest => wire.code_codeable_concept,
        _ => wire.code,
    };
    well_coded(&required(product, "produit")?)?;
    let place = wire
        .extension
        .iter()
        .find(|extension| extension.url == LINE_NUMBER)
        .and_then(|extension| extension.value_positive_int)
        .filter(|place| *place > 0);
    let quantity = wire
        .dispense_request
        .quantity
        .as_ref()
        .or_else(|| wire.parameter.first()?.value_quantity.as_ref());
    let times = match kind {
        ResourceType::DeviceRequest => wire.occurrence_timing.repeat.count.unwrap_or(1).max(1),
        _ => wire
            .dispense_request
            .number_of_repeats_allowed
            .unwrap_or(0)
            .saturating_add(1),
    };
    let validity = wire
        .dispense_request
        .validity_period
        .or(wire.occurrence_timing.repeat.bounds_period)
        .unwrap_or_default();
    let last_day = validity.end.as_deref().map(day).transpose()?;
    let supplement_until = last_day
        .filter(|_| times > 1)
        .map(|last_day| last_day.saturating_add(SUPPLEMENT_MONTHS.months()));
    Ok(LineFacts {
        number,
        patient: required(wire.subject.reference, "subject")?,
        requester: rpps(&wire.requester)?,
        line: Line {
            reference: format!("{kind}/{}", wire.id),
            number: LineNumber(required(place, "line-number")?),
            executor: match kind {
                ResourceType::ServiceRequest => Executor::Other,
                _ => Executor::Pharmacy,
            },
            ordered: boxes(quantity)?.map(|boxes| boxes.times(times)),
            standing: standing(&wire.status),
            first_day: validity.start.as_deref().map(day).transpose()?,
            last_day,
            supplement_until,
            deliveries: Vec::new(),
        },
    })
}

fn standing(status: &str) -> LineStanding {
    match status {
        "active" => LineStanding::Active,
        "cancelled" | "stopped" | "revoked" | "entered-in-error" => LineStanding::Cancelled,
        _ => LineStanding::Suspended,
    }
}

/// The status a prescriber gives to a line it withdraws, by the kind of line.
pub(in crate::training) fn cancelled_status(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::MedicationRequest => "cancelled",
        // The request statuses of R4 have no "cancelled": "revoked" is theirs.
        _ => "revoked",
    }
}

/// Whether the resource withdraws the line.
pub(in crate::training) fn withdraws_line(resource: &Value) -> bool {
    resource["status"].as_str().map(standing) == Some(LineStanding::Cancelled)
}
