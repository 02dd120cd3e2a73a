//! The training base's own reading of FHIR R4: resources become facts here, or are refused.
//!
//! Resources are kept as they came, whole; these structures read only what the rules need, so that
//! elements the base does not know survive.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use crate::domain::consent::Consent;
use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, Cip13, Cis, Finess, LineNumber, Lpp, Rpps};
use crate::domain::number::PrescriptionNumber;
use crate::domain::prescription::{DeliveryStanding, LineStanding};
use crate::training::outcome::Refusal;
use crate::training::prescription::{Delivery, Executor, Line};
use crate::training::transitions::{Choice, Reason, Report};

pub(super) const REFUSAL_CODES: &str = "https://comptoir.example/fhir/CodeSystem/refusal";
pub(super) const NUMBER: &str = "urn:oid:1.2.250.1.215.500.1.1";
pub(super) const URI: &str = "urn:ietf:rfc:3986";
pub(super) const RPPS: &str = "https://rpps.esante.gouv.fr";
pub(super) const FINESS: &str = "https://finess.esante.gouv.fr";
/// Production, test, demo: the base of a training session meets the last two.
pub(super) const INS: [&str; 3] = [
    "urn:oid:1.2.250.1.213.1.4.8",
    "urn:oid:1.2.250.1.213.1.4.10",
    "urn:oid:1.2.250.1.213.1.4.11",
];
pub(super) const INS_TEST: &str = INS[1];
pub(super) const CIP13: &str = "http://data.esante.gouv.fr/ansm/medicament/Presentation";
pub(super) const CIS: &str = "http://data.esante.gouv.fr/ansm/medicament/SpecialitePharmaceutique";
pub(super) const LPP: &str = "https://mos.esante.gouv.fr/NOS/TRE_R312-LPP/FHIR/TRE-R312-LPP";
pub(super) const BOX_SYSTEM: &str = "http://standardterms.edqm.eu";
pub(super) const BOX: &str = "30009000";
pub(super) const LINE_NUMBER: &str = "https://comptoir.example/fhir/StructureDefinition/line-number";
pub(super) const SUPPLY_LINE: &str =
    "https://comptoir.example/fhir/StructureDefinition/supplydelivery-prescription";
const STATUS_REASON: &str = "http://hl7.org/fhir/StructureDefinition/event-statusReason";
const COMPLETENESS: [&str; 4] = ["FFC", "FFP", "RFC", "RFP"];

macro_rules! resource_types {
    ($($name:ident,)+) => {
        /// The resources the base keeps.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum ResourceType { $($name,)+ }

        impl ResourceType {
            pub(super) const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }
        }
    };
}

resource_types! {
    Patient, MedicationRequest, DeviceRequest, ServiceRequest, Task,
    MedicationDispense, SupplyDelivery, Consent, Provenance,
}

impl ResourceType {
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Lines of a prescription.
    pub(super) const LINES: [Self; 3] = [Self::MedicationRequest, Self::DeviceRequest, Self::ServiceRequest];

    pub(super) fn is_line(self) -> bool {
        Self::LINES.contains(&self)
    }

    pub(super) fn is_delivery(self) -> bool {
        matches!(self, Self::MedicationDispense | Self::SupplyDelivery)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Deserialize, Default, Clone, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Identifier {
    pub(super) system: Option<String>,
    pub(super) value: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Coding {
    pub(super) system: Option<String>,
    pub(super) code: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Concept {
    pub(super) coding: Vec<Coding>,
    pub(super) text: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Reference {
    pub(super) reference: Option<String>,
    pub(super) identifier: Option<Identifier>,
    pub(super) display: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Quantity {
    value: Option<Number>,
    system: Option<String>,
    code: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Period {
    start: Option<String>,
    end: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Extension {
    url: String,
    value_positive_int: Option<u16>,
    value_reference: Option<Reference>,
}

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
pub(super) struct LineFacts {
    pub(super) number: PrescriptionNumber,
    pub(super) patient: String,
    pub(super) requester: Rpps,
    pub(super) line: Line,
}

/// Reads a resource as far as the rules need it.
fn read<T: DeserializeOwned>(resource: &Value) -> Result<T, Refusal> {
    // The reader's own message may quote a value, and values here are health data: it is not passed on.
    T::deserialize(resource)
        .map_err(|_| Refusal::malformed("Un élément de la ressource n’a pas le type que FHIR lui donne."))
}

fn required<T>(value: Option<T>, element: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::malformed(format!("L’élément {element} manque.")))
}

/// A prescription number, in its own system.
pub(super) fn number(identifier: Option<&Identifier>) -> Result<PrescriptionNumber, Refusal> {
    identifier
        .filter(|identifier| identifier.system.as_deref() == Some(NUMBER))
        .and_then(|identifier| identifier.value.as_deref()?.parse().ok())
        .ok_or_else(|| Refusal::malformed("Le numéro d’ordonnance manque ou n’en est pas un."))
}

fn day(text: &str) -> Result<Date, Refusal> {
    text.get(..10)
        .and_then(|day| day.parse().ok())
        .ok_or_else(|| Refusal::malformed("Une date n’a pas la forme AAAA-MM-JJ."))
}

fn moment(text: &str) -> Result<Timestamp, Refusal> {
    text.parse()
        .map_err(|_| Refusal::malformed("Un instant n’a pas la forme AAAA-MM-JJThh:mm:ss+hh:mm."))
}

fn boxes(quantity: Option<&Quantity>) -> Result<Option<Boxes>, Refusal> {
    let Some(quantity) = quantity else { return Ok(None) };
    let Some(value) = &quantity.value else {
        return Ok(None);
    };
    let is_box = quantity.code.as_deref().is_none_or(|code| code == BOX)
        && quantity
            .system
            .as_deref()
            .is_none_or(|system| system == BOX_SYSTEM);
    if !is_box {
        return Err(Refusal::malformed("Une quantité se compte en boîtes."));
    }
    let text = value.to_string();
    let whole = text.strip_suffix(".0").unwrap_or(&text);
    let count = whole
        .parse()
        .map_err(|_| Refusal::malformed("Une quantité est un nombre entier de boîtes, de 0 à 65535."))?;
    Ok(Some(Boxes(count)))
}

/// The value of an identifier in that system.
fn identified<'a>(identifier: Option<&'a Identifier>, system: &str) -> Option<&'a str> {
    identifier
        .filter(|identifier| identifier.system.as_deref() == Some(system))?
        .value
        .as_deref()
}

fn rpps(reference: &Reference) -> Result<Rpps, Refusal> {
    identified(reference.identifier.as_ref(), RPPS)
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| Refusal::malformed("Le RPPS du professionnel manque."))
}

/// Codes of the lists the base knows must be well formed; a code of another list is not its business.
fn well_coded(concept: &Concept) -> Result<(), Refusal> {
    for coding in &concept.coding {
        let code = coding.code.as_deref().unwrap_or_default();
        let wrong = match coding.system.as_deref() {
            Some(CIP13) => code.parse::<Cip13>().err(),
            Some(CIS) => code.parse::<Cis>().err(),
            Some(LPP) => code.parse::<Lpp>().err(),
            _ => None,
        };
        if wrong.is_some() {
            return Err(Refusal::malformed(
                "Un code CIP13, CIS ou LPP n’a pas sa longueur ou sa clé.",
            ));
        }
    }
    let says_something = concept
        .text
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    if says_something || !concept.coding.is_empty() {
        Ok(())
    } else {
        Err(Refusal::malformed("Le produit manque."))
    }
}

/// Reads a line. What FHIR leaves open and the contract requires is required here.
pub(super) fn line(kind: ResourceType, resource: &Value) -> Result<LineFacts, Refusal> {
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
            last_day: validity.end.as_deref().map(day).transpose()?,
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
pub(super) fn cancelled_status(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::MedicationRequest => "cancelled",
        // The request statuses of R4 have no "cancelled": "revoked" is theirs.
        _ => "revoked",
    }
}

/// Whether the resource withdraws the line.
pub(super) fn withdraws_line(resource: &Value) -> bool {
    resource["status"].as_str().map(standing) == Some(LineStanding::Cancelled)
}

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

/// `identifier` is a list on most resources, and a single one on a few.
#[derive(Deserialize, Default)]
#[serde(transparent)]
pub(super) struct Identifiers(pub(super) Vec<Identifier>);

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Contained {
    id: String,
    identifier: Vec<Identifier>,
    name: Value,
    telecom: Vec<Telecom>,
    code: Option<Concept>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Telecom {
    value: Option<String>,
}

/// The identifiers of a resource, for the index.
pub(super) fn identifiers(resource: &Value) -> Result<Vec<Identifier>, Refusal> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Identified {
        identifier: Identifiers,
    }
    Ok(read::<Identified>(resource)?.identifier.0)
}

/// Reads a delivery, whichever kind.
pub(super) fn delivery(kind: ResourceType, resource: &Value) -> Result<Report, Refusal> {
    let wire: ReportedDelivery = read(resource)?;
    let standing = match wire.status.as_str() {
        "completed" => DeliveryStanding::Completed,
        "declined" | "abandoned" => DeliveryStanding::Declined,
        "entered-in-error" => DeliveryStanding::EnteredInError,
        _ => {
            return Err(Refusal::malformed(
                "Le statut d’une délivrance est completed, declined ou entered-in-error.",
            ));
        }
    };
    let named = |identifier: &Identifier| {
        identifier.system.as_deref() == Some(URI)
            && identifier
                .value
                .as_deref()
                .is_some_and(|value| value.starts_with("urn:uuid:"))
    };
    if !wire.identifier.0.iter().any(named) {
        return Err(Refusal::malformed(
            "Une délivrance porte son identifiant (urn:uuid:…).",
        ));
    }
    if let Some(code) = wire
        .completeness
        .as_ref()
        .and_then(|concept| concept.coding.first()?.code.as_deref())
        && (standing == DeliveryStanding::Declined || !COMPLETENESS.contains(&code))
    {
        return Err(Refusal::malformed(
            "Le type d’une délivrance est FFC, FFP, RFC ou RFP, et n’accompagne que des boîtes remises.",
        ));
    }
    for concept in [
        &wire.medication_codeable_concept,
        &wire.supplied_item.item_codeable_concept,
    ]
    .into_iter()
    .flatten()
    {
        well_coded(concept)?;
    }
    for concept in wire
        .contained
        .iter()
        .filter_map(|contained| contained.code.as_ref())
    {
        well_coded(concept)?;
    }
    let by_extension = |url: &str| wire.extension.iter().find(|extension| extension.url == url);
    let line = match kind {
        ResourceType::SupplyDelivery => by_extension(SUPPLY_LINE).and_then(|e| e.value_reference.as_ref()),
        _ => wire.authorizing_prescription.first(),
    };
    let pharmacy = wire
        .performer
        .iter()
        .map(|performer| &performer.actor)
        .chain(&wire.supplier)
        .find_map(|actor| {
            identified(actor.identifier.as_ref(), FINESS)?
                .parse::<Finess>()
                .ok()
        });
    let patient = wire
        .subject
        .or(wire.patient)
        .and_then(|patient| patient.reference);
    let handed_over = wire.when_handed_over.or(wire.occurrence_date_time);
    let reason = wire.status_reason_codeable_concept.is_some() || by_extension(STATUS_REASON).is_some();
    Ok(Report {
        line: required(
            line.and_then(|line| line.reference.clone()),
            "authorizingPrescription",
        )?,
        patient: required(patient, "patient")?,
        delivery: Delivery {
            reference: format!("{kind}/{}", wire.id),
            pharmacy: required(pharmacy, "FINESS de la pharmacie")?,
            boxes: boxes(wire.quantity.as_ref().or(wire.supplied_item.quantity.as_ref()))?
                .unwrap_or(Boxes::ZERO),
            standing,
        },
        handed_over: handed_over.as_deref().map(moment).transpose()?,
        reason: if reason { Reason::Given } else { Reason::Missing },
    })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Restriction {
    period: Period,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TaskElements {
    group_identifier: Option<Identifier>,
    status: String,
    intent: String,
    #[serde(rename = "for")]
    patient: Reference,
    owner: Option<Reference>,
    contained: Vec<Contained>,
    restriction: Restriction,
    output: Vec<Value>,
}

/// What a Task says, stored or asked for.
pub(super) struct TaskFacts {
    pub(super) number: PrescriptionNumber,
    pub(super) patient: String,
    pub(super) status: String,
    pub(super) hold: Option<Hold>,
    pub(super) has_output: bool,
}

/// Reads a Task.
pub(super) fn task(resource: &Value) -> Result<TaskFacts, Refusal> {
    let wire: TaskElements = read(resource)?;
    if wire.intent != "order" {
        return Err(Refusal::malformed("Une tâche a l’intention « order »."));
    }
    let hold = wire
        .owner
        .as_ref()
        .map(|owner| hold(owner, &wire.contained, &wire.restriction.period))
        .transpose()?;
    Ok(TaskFacts {
        number: number(wire.group_identifier.as_ref())?,
        patient: required(wire.patient.reference, "for")?,
        status: wire.status,
        hold,
        has_output: !wire.output.is_empty(),
    })
}

fn hold(owner: &Reference, contained: &[Contained], period: &Period) -> Result<Hold, Refusal> {
    let holder = owner
        .reference
        .as_deref()
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|id| contained.iter().find(|contained| contained.id == id));
    let finess = identified(owner.identifier.as_ref(), FINESS)
        .or_else(|| identified(holder?.identifier.first(), FINESS))
        .and_then(|value| value.parse().ok());
    let name = owner
        .display
        .clone()
        .or_else(|| holder?.name.as_str().map(str::to_owned))
        .unwrap_or_default();
    let phone = holder
        .and_then(|holder| holder.telecom.first()?.value.clone())
        .unwrap_or_default();
    Ok(Hold {
        owner: required(finess, "owner (FINESS)")?,
        name,
        phone,
        since: period.start.as_deref().map(moment).transpose()?,
        until: period.end.as_deref().map(moment).transpose()?,
    })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ConsentElements {
    status: String,
    patient: Reference,
    date_time: Option<String>,
    policy_rule: Concept,
    provision: Provision,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Provision {
    #[serde(rename = "type")]
    kind: String,
    data: Vec<ProvisionTarget>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ProvisionTarget {
    reference: Reference,
}

/// What a Consent says.
pub(super) struct ConsentFacts {
    pub(super) patient: String,
    /// `Task/…`.
    pub(super) task: String,
    pub(super) choice: Choice,
}

/// Reads a Consent: its two ways of saying yes or no must say the same.
pub(super) fn consent(resource: &Value) -> Result<ConsentFacts, Refusal> {
    let wire: ConsentElements = read(resource)?;
    if !matches!(wire.status.as_str(), "active" | "inactive") {
        return Err(Refusal::malformed("Un consentement s’écrit actif."));
    }
    let rule = wire
        .policy_rule
        .coding
        .first()
        .and_then(|coding| coding.code.as_deref());
    let consent = match (wire.provision.kind.as_str(), rule) {
        ("permit", Some("OPTIN")) => Consent::Agreed,
        ("deny", Some("OPTOUT")) => Consent::Opposed,
        _ => {
            return Err(Refusal::malformed(
                "Un consentement dit permit et OPTIN, ou deny et OPTOUT.",
            ));
        }
    };
    let task = wire
        .provision
        .data
        .into_iter()
        .next()
        .and_then(|target| target.reference.reference);
    Ok(ConsentFacts {
        patient: required(wire.patient.reference, "patient")?,
        task: required(task, "provision.data")?,
        choice: Choice {
            consent,
            at: moment(&required(wire.date_time, "dateTime")?)?,
        },
    })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ProvenanceElements {
    target: Vec<Reference>,
    agent: Vec<Agent>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Agent {
    who: Reference,
    on_behalf_of: Reference,
}

/// What a Provenance says.
pub(super) struct ProvenanceFacts {
    pub(super) targets: Vec<String>,
    pub(super) pharmacy: Finess,
}

/// Reads a Provenance: who reported which deliveries.
pub(super) fn provenance(resource: &Value) -> Result<ProvenanceFacts, Refusal> {
    let wire: ProvenanceElements = read(resource)?;
    let agent = required(wire.agent.into_iter().next(), "agent")?;
    rpps(&agent.who)?;
    let pharmacy =
        identified(agent.on_behalf_of.identifier.as_ref(), FINESS).and_then(|value| value.parse().ok());
    let targets: Option<Vec<String>> = wire.target.into_iter().map(|target| target.reference).collect();
    Ok(ProvenanceFacts {
        targets: required(targets.filter(|targets| !targets.is_empty()), "target")?,
        pharmacy: required(pharmacy, "agent.onBehalfOf (FINESS)")?,
    })
}

/// Checks that a Patient can be one.
pub(super) fn patient(resource: &Value) -> Result<(), Refusal> {
    #[derive(Deserialize, Default)]
    #[serde(rename_all = "camelCase", default)]
    struct PatientElements {
        identifier: Vec<Identifier>,
        birth_date: Option<String>,
    }
    let wire: PatientElements = read(resource)?;
    if let Some(birth_date) = &wire.birth_date {
        day(birth_date)?;
    }
    let is_ins = |identifier: &&Identifier| {
        identifier
            .system
            .as_deref()
            .is_some_and(|system| INS.contains(&system))
    };
    let wrong = |identifier: &Identifier| {
        let ins = identifier
            .value
            .as_deref()
            .unwrap_or_default()
            .parse::<crate::domain::people::Ins>();
        ins.is_err()
    };
    if wire.identifier.iter().filter(is_ins).any(wrong) {
        return Err(Refusal::malformed(
            "Le matricule INS n’a pas sa longueur ou sa clé.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entries(text: &str) -> Vec<Value> {
        let bundle: Value = serde_json::from_str(text).unwrap();
        bundle["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["resource"].clone())
            .collect()
    }

    #[test]
    fn the_shared_execution_is_read_whole() {
        let entries = entries(include_str!("../../tests/wire/execution.json"));
        let substituted = delivery(ResourceType::MedicationDispense, &entries[0]).unwrap();
        assert_eq!(substituted.line, "MedicationRequest/l1");
        assert_eq!(substituted.delivery.boxes, Boxes(2));
        assert_eq!(substituted.delivery.pharmacy.as_str(), "990000001");
        let declined = delivery(ResourceType::MedicationDispense, &entries[1]).unwrap();
        assert_eq!(
            (declined.delivery.standing, declined.reason),
            (DeliveryStanding::Declined, Reason::Given)
        );
        let device = delivery(ResourceType::SupplyDelivery, &entries[2]).unwrap();
        assert_eq!(device.line, "DeviceRequest/d3");
        let task = task(&entries[3]).unwrap();
        assert_eq!((task.status.as_str(), task.hold.is_none()), ("in-progress", true));
        assert_eq!(provenance(&entries[4]).unwrap().targets.len(), 3);
    }

    #[test]
    fn the_shared_consultation_is_read_whole() {
        let searchsets = entries(include_str!("../../tests/wire/consult-answer.json"));
        let resources = searchsets
            .iter()
            .flat_map(|set| set["entry"].as_array().cloned().unwrap_or_default());
        let mut read = 0;
        for resource in resources.map(|entry| entry["resource"].clone()) {
            let kind = ResourceType::named(resource["resourceType"].as_str().unwrap()).unwrap();
            match kind {
                kind if kind.is_line() => drop(line(kind, &resource).unwrap()),
                kind if kind.is_delivery() => drop(delivery(kind, &resource).unwrap()),
                ResourceType::Task => {
                    let hold = task(&resource).unwrap().hold.unwrap();
                    assert_eq!(
                        (hold.name.as_str(), hold.phone.as_str()),
                        ("Pharmacie du Port", "0199000022")
                    );
                }
                ResourceType::Consent => {
                    assert_eq!(consent(&resource).unwrap().choice.consent, Consent::Agreed)
                }
                _ => patient(&resource).unwrap(),
            }
            read += 1;
        }
        assert_eq!(read, 10);
    }

    #[test]
    fn a_quantity_is_a_whole_count_of_boxes() {
        for (quantity, expected) in [
            (json!({"value": 2}), Some(Some(Boxes(2)))),
            (
                json!({"value": 2.0, "system": BOX_SYSTEM, "code": BOX}),
                Some(Some(Boxes(2))),
            ),
            (json!({}), Some(None)),
            (json!({"value": 2.5}), None),
            (json!({"value": -1}), None),
            (json!({"value": 70000}), None),
            (json!({"value": 1e300}), None),
            (
                json!({"value": 30, "system": BOX_SYSTEM, "code": "15054000"}),
                None,
            ),
        ] {
            let read = boxes(Some(&Quantity::deserialize(&quantity).unwrap())).ok();
            assert_eq!(read, expected, "{quantity}");
        }
    }
}
