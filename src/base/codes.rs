//! Every code system and every code of the wire, in one place; `docs/wire.md` says where each comes from.
//!
//! What begins with `https://comptoir.example/fhir/` is a training set of our own: the national
//! téléservice's codes are not public. When they are, this file is what changes.

use uuid::Uuid;

use crate::domain::dispense::Completeness;
use crate::domain::people::Ins;
use crate::domain::prescription::{DeliveryStanding, LineStanding, PrescriptionKind};
use crate::domain::product::ProductCode;

pub(super) const FHIR_JSON: &str = "application/fhir+json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// Not FHIR: the one call of the training base that only a training base has.
pub(super) const PLAIN_JSON: &str = "application/json";

pub(super) const NUMBER: &str = "urn:oid:1.2.250.1.215.500.1.1";
pub(super) const URI: &str = "urn:ietf:rfc:3986";
pub(super) const RPPS: &str = "https://rpps.esante.gouv.fr";
pub(super) const FINESS: &str = "https://finess.esante.gouv.fr";
/// Production, test and demonstration: the order in which a patient is searched.
pub(super) const INS_SYSTEMS: [&str; 3] = [
    "urn:oid:1.2.250.1.213.1.4.8",
    "urn:oid:1.2.250.1.213.1.4.10",
    "urn:oid:1.2.250.1.213.1.4.11",
];

pub(super) const CIP13: &str = "http://data.esante.gouv.fr/ansm/medicament/Presentation";
pub(super) const CIS: &str = "http://data.esante.gouv.fr/ansm/medicament/SpecialitePharmaceutique";
pub(super) const LPP: &str = "https://mos.esante.gouv.fr/NOS/TRE_R312-LPP/FHIR/TRE-R312-LPP";
/// Presentations and specialities in one list, told apart by their length; read, never written.
const BDPM: &str = "https://smt.esante.gouv.fr/terminologie-bdpm";
const CIP13_OID: &str = "urn:oid:1.2.250.1.213.2.3.2";
const CIS_OID: &str = "urn:oid:1.2.250.1.213.2.3.1";
const LPP_OID: &str = "urn:oid:1.2.250.1.215.200.2.1";

pub(super) const EDQM: &str = "http://standardterms.edqm.eu";
pub(super) const BOX: &str = "30009000";
pub(super) const BOX_UNIT: &str = "boîte";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";
/// UCUM's code for a bare count.
pub(super) const UCUM_ONE: &str = "1";
pub(super) const DAY: &str = "d";

pub(super) const SUBSTITUTION: &str = "http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution";
pub(super) const GENERIC: &str = "G";
pub(super) const THERAPEUTIC: &str = "TE";
pub(super) const NO_SUBSTITUTION: &str = "N";
/// Every code of that list that lets another product be given.
pub(super) const SUBSTITUTION_ALLOWED: [&str; 8] = ["E", "EC", "BC", "G", "TE", "TB", "TG", "F"];

pub(super) const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
pub(super) const NO_DISCLOSURE: &str = "NODSCLCD";
pub(super) const OPT_IN: &str = "OPTIN";
pub(super) const OPT_OUT: &str = "OPTOUT";
pub(super) const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
pub(super) const NORMAL: &str = "N";
pub(super) const RESTRICTED: &str = "R";
pub(super) const DATA_OPERATION: &str = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
pub(super) const DISPENSE_CATEGORY: &str =
    "http://terminology.hl7.org/fhir/CodeSystem/medicationdispense-category";

pub(super) const RECORDED: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationDispense.recorded";
pub(super) const RENDERED_DOSAGE: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.renderedDosageInstruction";
pub(super) const STATUS_REASON: &str = "http://hl7.org/fhir/StructureDefinition/event-statusReason";

// From here on, a training set of our own.

pub(super) const REFUSAL: &str = "https://comptoir.example/fhir/CodeSystem/refusal";
pub(super) const NON_SUBSTITUTABLE: &str = "https://comptoir.example/fhir/CodeSystem/non-substitutable";
pub(super) const SUBSTITUTION_REASON: &str = "https://comptoir.example/fhir/CodeSystem/substitution-reason";
pub(super) const ADJUSTMENT_REASON: &str = "https://comptoir.example/fhir/CodeSystem/adjustment-reason";
pub(super) const NOT_DELIVERED_REASON: &str = "https://comptoir.example/fhir/CodeSystem/not-delivered-reason";
pub(super) const PARTIAL_REASON: &str = "https://comptoir.example/fhir/CodeSystem/partial-reason";
pub(super) const CORRECTION_REASON: &str = "https://comptoir.example/fhir/CodeSystem/correction-reason";
pub(super) const AGREEMENT_CHANNEL: &str = "https://comptoir.example/fhir/CodeSystem/agreement-channel";
pub(super) const SUBSTITUTION_BASIS: &str = "https://comptoir.example/fhir/CodeSystem/substitution-basis";
const LINE_KIND: &str = "https://comptoir.example/fhir/CodeSystem/line-kind";

pub(super) const LINE_NUMBER: &str = "https://comptoir.example/fhir/StructureDefinition/line-number";
pub(super) const ADJUSTMENT_EXTENSION: &str = "https://comptoir.example/fhir/StructureDefinition/adjustment";
pub(super) const UNLISTED_CODE: &str = "https://comptoir.example/fhir/StructureDefinition/unlisted-code";
pub(super) const STANDS_FOR_EXTENSION: &str = "https://comptoir.example/fhir/StructureDefinition/stands-for";
pub(super) const PARTIAL_EXTENSION: &str = "https://comptoir.example/fhir/StructureDefinition/partial-reason";
pub(super) const BASIS_EXTENSION: &str =
    "https://comptoir.example/fhir/StructureDefinition/substitution-basis";
pub(super) const REPLACES_EXTENSION: &str = "https://comptoir.example/fhir/StructureDefinition/replaces";
pub(super) const SUPPLY_PRESCRIPTION: &str =
    "https://comptoir.example/fhir/StructureDefinition/supplydelivery-prescription";

/// A UUID as FHIR identifiers carry it.
pub(super) fn urn(uuid: Uuid) -> String {
    format!("urn:uuid:{uuid}")
}

/// Which kind of prescription a category says, if it is one.
///
/// The ANS list has two names; the codes `MED-…` belong to it alone.
pub(super) fn prescription_kind(system: &str, code: &str) -> Option<PrescriptionKind> {
    let is_listed = matches!(
        system,
        "https://smt.esante.gouv.fr/fhir/CodeSystem/terminologie-cisis" | "urn:oid:1.2.250.1.213.1.1.4.322"
    );
    is_listed.then(|| match code {
        "MED-1098" => PrescriptionKind::Secured,
        "MED-1097" => PrescriptionKind::Exception,
        "MED-1096" => PrescriptionKind::AldTwoZone,
        "MED-1095" => PrescriptionKind::Urgent,
        other => PrescriptionKind::Other(other.to_owned()),
    })
}

/// Whether a category says that the pharmacist makes the product.
pub(super) fn is_compound(system: &str, code: &str) -> bool {
    system == LINE_KIND && code == "compound"
}

/// A product's code, whichever of its names the list bears. A code that fails its own check is kept as it came.
pub(super) fn product_code(system: &str, code: &str) -> ProductCode {
    let is_presentation = matches!(system, CIP13 | CIP13_OID) || (system == BDPM && code.len() == 13);
    let is_speciality = matches!(system, CIS | CIS_OID) || (system == BDPM && code.len() == 8);
    let read = if is_presentation {
        code.parse().map(ProductCode::Cip13)
    } else if is_speciality {
        code.parse().map(ProductCode::Cis)
    } else if matches!(system, LPP | LPP_OID) {
        code.parse().map(ProductCode::Lpp)
    } else {
        return other_code(system, code);
    };
    read.unwrap_or_else(|_| other_code(system, code))
}

fn other_code(system: &str, code: &str) -> ProductCode {
    ProductCode::Other {
        system: system.to_owned(),
        code: code.to_owned(),
    }
}

/// Whether a unit is the box. A bare number is a count of boxes: prescriptions and deliveries count nothing else.
pub(super) fn is_box(system: Option<&str>, code: Option<&str>, unit: Option<&str>) -> bool {
    match (system, code) {
        (Some(EDQM) | None, Some(BOX)) | (Some(UCUM), Some(UCUM_ONE)) => true,
        (_, Some(_)) => false,
        (_, None) => unit.is_none_or(|unit| {
            let unit = unit.to_lowercase();
            unit.starts_with("boîte") || unit.starts_with("boite")
        }),
    }
}

/// What the prescriber did with a line, from FHIR's status and intent.
///
/// What is not known to be deliverable is not delivered: any other status, and any line that is not
/// an order (a plan, a proposal, an alternative), counts as suspended.
pub(super) fn line_standing(status: Option<&str>, intent: Option<&str>) -> LineStanding {
    match status {
        Some("cancelled" | "stopped" | "revoked" | "entered-in-error") => LineStanding::Cancelled,
        Some("active") if is_order(intent) => LineStanding::Active,
        _ => LineStanding::Suspended,
    }
}

fn is_order(intent: Option<&str>) -> bool {
    matches!(
        intent,
        Some("order" | "original-order" | "reflex-order" | "filler-order" | "instance-order")
    )
}

/// Whether a delivery counts, from the status of a `MedicationDispense` or a `SupplyDelivery`.
///
/// Any status but those that say "nothing left the pharmacy" counts as delivered, unknown ones
/// included: a delivery left out would be handed over twice.
pub(super) fn delivery_standing(status: Option<&str>) -> DeliveryStanding {
    match status {
        Some("declined" | "cancelled" | "abandoned") => DeliveryStanding::Declined,
        Some("entered-in-error") => DeliveryStanding::EnteredInError,
        _ => DeliveryStanding::Completed,
    }
}

/// The search token of a patient in one of the [`INS_SYSTEMS`].
pub(super) fn ins_token(system: &str, ins: &Ins) -> String {
    format!("{system}|{}", ins.as_str())
}

/// FHIR's code for first or following, complete or partial.
pub(super) const fn completeness(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::FirstComplete => "FFC",
        Completeness::FirstPartial => "FFP",
        Completeness::RefillComplete => "RFC",
        Completeness::RefillPartial => "RFP",
    }
}
