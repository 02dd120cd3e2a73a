//! What a prescriber reads in the base's answers. The names of the fields are the keys of the command line.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use crate::domain::number::PrescriptionNumber;
use crate::training::wire::{FINESS, LINE_NUMBER, NUMBER, REPLACES, SUPPLY_LINE};

const EXTENSIONS: &str = "https://comptoir.example/fhir/StructureDefinition/";
const RECORDED: &str = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationDispense.recorded";
const STATUS_REASON: &str = "http://hl7.org/fhir/StructureDefinition/event-statusReason";

/// A prescription as its prescriber sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrescriberView {
    /// Its number.
    pub number: String,
    /// `open`, `partial`, `done`, `cancelled` or `expired`, as far as the prescriber may know.
    pub status: &'static str,
    /// The day it was written.
    pub written_on: String,
    /// Its lines, in order.
    pub lines: Vec<PrescriberLine>,
    /// What pharmacies reported. Empty without the patient's agreement, whatever was delivered.
    pub deliveries: Vec<PrescriberDelivery>,
    /// What pharmacies reported by mistake, and took back. As empty as the deliveries without the patient's agreement.
    pub annulled: Vec<AnnulledDelivery>,
}

/// An ordered product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrescriberLine {
    /// Its place, from 1.
    pub line: u64,
    /// `medication`, `device`, `compound` or `other`.
    pub kind: &'static str,
    /// The product in words.
    pub label: String,
    /// Its code, if it has one.
    pub code: Option<String>,
    /// All boxes, renewals included.
    pub prescribed: Option<u64>,
    /// `active`, `cancelled`, as the base says.
    pub status: String,
}

/// What a pharmacy reported for a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrescriberDelivery {
    /// The line it answers.
    pub line: Option<u64>,
    /// The product given, in words.
    pub product: String,
    /// How many boxes.
    pub boxes: u64,
    /// How many of the boxes ordered they stand for, when they are of another size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<String>,
    /// Their lot, when it was read.
    pub lot: Option<String>,
    /// `conforming`, `substituted`, `adjusted` or `not-delivered`.
    pub outcome: &'static str,
    /// The code of the reason.
    pub reason: Option<String>,
    /// For an adjustment: the agreement that the pharmacy says it had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<ReportedAgreement>,
    /// The pharmacy's name.
    pub pharmacy: String,
    /// When, as the pharmacy wrote it.
    pub at: Option<String>,
}

/// The prescriber's agreement as a pharmacy reported it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedAgreement {
    /// Who, when it was not the author of the prescription.
    pub by: Option<String>,
    /// The code of the channel.
    pub channel: Option<String>,
    /// When, as the pharmacy wrote it.
    pub at: Option<String>,
    /// What changed, in words.
    pub changed: Option<String>,
}

/// A delivery that was reported by mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnulledDelivery {
    /// As it was reported.
    #[serde(flatten)]
    pub delivery: PrescriberDelivery,
    /// `cancelled`, or `rectified` when another delivery replaces it.
    pub state: &'static str,
}

/// A prescription found by its patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundPrescription {
    /// Its number.
    pub number: String,
    /// The day it was written.
    pub written_on: String,
    /// Its active products, in words.
    pub lines: Vec<String>,
}

/// Reads what the searches brought; `None` when there is no line.
pub(super) fn of_prescription(
    number: &PrescriptionNumber,
    resources: &[Value],
    today: Date,
) -> Option<PrescriberView> {
    // A base that ignores a parameter sends everybody's lines: another number is dropped.
    let is_own = |resource: &&Value| number_of(resource) == Some(number.as_str());
    let mut wire_lines: Vec<&Value> = resources
        .iter()
        .filter(|resource| is_line(resource))
        .filter(is_own)
        .collect();
    wire_lines.sort_by_key(|line| line_number(line));
    let first = wire_lines.first()?;
    let (wrong, right): (Vec<&Value>, Vec<&Value>) = resources
        .iter()
        .filter(|resource| matches!(type_of(resource), "MedicationDispense" | "SupplyDelivery"))
        .partition(|delivery| delivery["status"] == "entered-in-error");
    let read = |delivery: &&Value| read_delivery(delivery, &wire_lines);
    let deliveries: Vec<PrescriberDelivery> = right.iter().map(read).collect();
    let annulled = wrong.iter().map(|delivery| AnnulledDelivery {
        delivery: read(delivery),
        state: if wrong.iter().chain(&right).any(|other| replaces(other, delivery)) {
            "rectified"
        } else {
            "cancelled"
        },
    });
    let annulled = annulled.collect();
    let task = resources.iter().find(|resource| type_of(resource) == "Task");
    let status = match task.and_then(|task| task["status"].as_str()) {
        Some("cancelled") => "cancelled",
        Some("completed") => "done",
        _ if has_expired(&wire_lines, today) => "expired",
        Some("in-progress") if deliveries.iter().any(|delivery| delivery.boxes > 0) => "partial",
        _ => "open",
    };
    Some(PrescriberView {
        number: number.to_string(),
        status,
        written_on: string(&first["authoredOn"]),
        lines: wire_lines.iter().map(|line| read_line(line)).collect(),
        deliveries,
        annulled,
    })
}

fn replaces(delivery: &Value, replaced: &Value) -> bool {
    let own = format!(
        "{}/{}",
        type_of(replaced),
        replaced["id"].as_str().unwrap_or_default()
    );
    extension(delivery, REPLACES)
        .and_then(|extension| extension["valueReference"]["reference"].as_str())
        .is_some_and(|reference| reference.ends_with(&own))
}

/// Groups active lines by prescription, in the order they came.
pub(super) fn found(lines: &[Value]) -> Vec<FoundPrescription> {
    let mut found: Vec<FoundPrescription> = Vec::new();
    for line in lines {
        let Some(number) = number_of(line) else { continue };
        let label = read_line(line).label;
        match found.iter_mut().find(|known| known.number == number) {
            Some(known) => known.lines.push(label),
            None => found.push(FoundPrescription {
                number: number.to_owned(),
                written_on: string(&line["authoredOn"]),
                lines: vec![label],
            }),
        }
    }
    found
}

fn type_of(resource: &Value) -> &str {
    resource["resourceType"].as_str().unwrap_or_default()
}

fn is_line(resource: &Value) -> bool {
    matches!(
        type_of(resource),
        "MedicationRequest" | "DeviceRequest" | "ServiceRequest"
    )
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number_of(line: &Value) -> Option<&str> {
    let identifier = line.get("groupIdentifier").or(line.get("requisition"))?;
    identifier["value"]
        .as_str()
        .filter(|_| identifier["system"] == NUMBER)
}

fn extension<'a>(resource: &'a Value, url: &str) -> Option<&'a Value> {
    resource["extension"]
        .as_array()?
        .iter()
        .find(|extension| extension["url"] == url)
}

fn line_number(line: &Value) -> u64 {
    extension(line, LINE_NUMBER)
        .and_then(|extension| extension["valuePositiveInt"].as_u64())
        .unwrap_or(0)
}

fn has_expired(lines: &[&Value], today: Date) -> bool {
    let last_day = |line: &&&Value| {
        let period = match type_of(line) {
            "MedicationRequest" => &line["dispenseRequest"]["validityPeriod"],
            _ => &line["occurrenceTiming"]["repeat"]["boundsPeriod"],
        };
        period["end"].as_str()?.get(..10)?.parse::<Date>().ok()
    };
    let for_pharmacies: Vec<&&Value> = lines
        .iter()
        .filter(|line| type_of(line) != "ServiceRequest")
        .collect();
    !for_pharmacies.is_empty()
        && for_pharmacies
            .iter()
            .all(|line| last_day(line).is_some_and(|day| day < today))
}

fn read_line(line: &Value) -> PrescriberLine {
    let (product, kind) = match type_of(line) {
        "MedicationRequest" if is_compound(line) => (&line["medicationCodeableConcept"], "compound"),
        "MedicationRequest" => (&line["medicationCodeableConcept"], "medication"),
        "DeviceRequest" => (&line["codeCodeableConcept"], "device"),
        _ => (&line["code"], "other"),
    };
    let medication = line["dispenseRequest"]["quantity"]["value"].as_u64();
    let device = line["parameter"][0]["valueQuantity"]["value"].as_u64();
    let times = match type_of(line) {
        "DeviceRequest" => line["occurrenceTiming"]["repeat"]["count"].as_u64().unwrap_or(1),
        _ => line["dispenseRequest"]["numberOfRepeatsAllowed"]
            .as_u64()
            .unwrap_or(0)
            .saturating_add(1),
    };
    PrescriberLine {
        line: line_number(line),
        kind,
        label: string(&product["text"]),
        code: product["coding"][0]["code"].as_str().map(str::to_owned),
        prescribed: medication.or(device).map(|boxes| boxes.saturating_mul(times)),
        status: match line["status"].as_str() {
            Some("revoked") => "cancelled".to_owned(),
            other => other.unwrap_or("unknown").to_owned(),
        },
    }
}

fn is_compound(line: &Value) -> bool {
    let categories = line["category"].as_array().into_iter().flatten();
    categories
        .filter_map(|category| category["coding"].as_array())
        .flatten()
        .any(|coding| coding["code"] == "compound")
}

fn read_delivery(delivery: &Value, lines: &[&Value]) -> PrescriberDelivery {
    let supply = extension(delivery, SUPPLY_LINE).map(|extension| &extension["valueReference"]["reference"]);
    let answered = supply
        .unwrap_or(&delivery["authorizingPrescription"][0]["reference"])
        .as_str();
    let is_answered = |line: &&&Value| {
        let reference = format!("{}/{}", type_of(line), line["id"].as_str().unwrap_or_default());
        answered.is_some_and(|answered| answered.ends_with(&reference))
    };
    let products = [
        &delivery["contained"][0]["code"]["text"],
        &delivery["medicationCodeableConcept"]["text"],
        &delivery["suppliedItem"]["itemCodeableConcept"]["text"],
    ];
    let quantity = [
        &delivery["quantity"]["value"],
        &delivery["suppliedItem"]["quantity"]["value"],
    ];
    let moments = [&delivery["whenHandedOver"], &delivery["occurrenceDateTime"]];
    let recorded = extension(delivery, RECORDED).and_then(|extension| extension["valueDateTime"].as_str());
    let (outcome, reason) = outcome(delivery);
    PrescriberDelivery {
        line: lines.iter().find(is_answered).map(|line| line_number(line)),
        product: products
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        boxes: quantity.into_iter().find_map(Value::as_u64).unwrap_or(0),
        stands_for: extension(delivery, &format!("{EXTENSIONS}stands-for"))
            .and_then(|extension| fraction(&extension["valueRatio"])),
        lot: delivery["contained"][0]["batch"]["lotNumber"]
            .as_str()
            .map(str::to_owned),
        outcome,
        reason: reason.or_else(|| coding(extension(delivery, &format!("{EXTENSIONS}partial-reason")))),
        agreement: extension(delivery, &format!("{EXTENSIONS}adjustment")).map(agreement),
        pharmacy: pharmacy(delivery),
        at: moments
            .into_iter()
            .find_map(Value::as_str)
            .or(recorded)
            .map(str::to_owned),
    }
}

/// "3", "1/3".
fn fraction(ratio: &Value) -> Option<String> {
    let number = |name: &str| ratio[name]["value"].as_u64();
    Some(match (number("numerator")?, number("denominator")?) {
        (boxes, 1) => boxes.to_string(),
        (boxes, per) => format!("{boxes}/{per}"),
    })
}

/// The outcome is derived: declined, then adjusted, then substituted, else as ordered.
fn outcome(delivery: &Value) -> (&'static str, Option<String>) {
    let concept = |concept: &Value| concept["coding"][0]["code"].as_str().map(str::to_owned);
    if matches!(delivery["status"].as_str(), Some("declined" | "abandoned")) {
        let extended = extension(delivery, STATUS_REASON).map(|extension| &extension["valueCodeableConcept"]);
        let reason = extended.unwrap_or(&delivery["statusReasonCodeableConcept"]);
        return ("not-delivered", concept(reason));
    }
    if let Some(adjustment) = extension(delivery, &format!("{EXTENSIONS}adjustment")) {
        return ("adjusted", coding(extension(adjustment, "reason")));
    }
    if delivery["substitution"]["wasSubstituted"] == true {
        return ("substituted", concept(&delivery["substitution"]["reason"][0]));
    }
    ("conforming", None)
}

fn agreement(adjustment: &Value) -> ReportedAgreement {
    let words = |name: &str, value: &str| {
        let said = extension(adjustment, name)?[value].as_str();
        said.map(str::to_owned)
    };
    ReportedAgreement {
        by: words("by", "valueString"),
        channel: coding(extension(adjustment, "channel")),
        at: words("at", "valueDateTime"),
        changed: words("changed", "valueString"),
    }
}

fn coding(extension: Option<&Value>) -> Option<String> {
    extension?["valueCoding"]["code"].as_str().map(str::to_owned)
}

fn pharmacy(delivery: &Value) -> String {
    let performers = delivery["performer"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|performer| &performer["actor"]);
    let actor = performers
        .chain([&delivery["supplier"]])
        .find(|actor| actor["identifier"]["system"] == FINESS);
    actor.map_or_else(String::new, |actor| string(&actor["display"]))
}
