//! The training base's own reading of FHIR R4: resources become facts here, or are refused.
//!
//! Resources are kept as they came, whole; these structures read only what the rules need, so that
//! elements the base does not know survive.

mod consents;
mod deliveries;
mod lines;
mod provenances;
mod tasks;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use crate::domain::identifiers::{Boxes, Cip13, Cis, Lpp, Rpps};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::Ins;
use crate::training::outcome::Refusal;
pub(super) use consents::consent;
pub(super) use deliveries::delivery;
pub(super) use lines::{cancelled_status, line, withdraws_line};
pub(super) use provenances::provenance;
pub(super) use tasks::task;

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
pub(super) const STANDS_FOR: &str = "https://comptoir.example/fhir/StructureDefinition/stands-for";
pub(super) const REPLACES: &str = "https://comptoir.example/fhir/StructureDefinition/replaces";
pub(super) const SUPPLY_LINE: &str =
    "https://comptoir.example/fhir/StructureDefinition/supplydelivery-prescription";

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
#[expect(clippy::struct_field_names, reason = "FHIR's own names")]
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
struct Ratio {
    numerator: Quantity,
    denominator: Quantity,
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
    value_ratio: Option<Ratio>,
    value_reference: Option<Reference>,
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
    contact: Vec<OrganizationContact>,
    code: Option<Concept>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OrganizationContact {
    id: String,
    name: ContactName,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ContactName {
    text: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Telecom {
    value: Option<String>,
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

/// The identifiers of a resource, for the index.
pub(super) fn identifiers(resource: &Value) -> Result<Vec<Identifier>, Refusal> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Identified {
        identifier: Identifiers,
    }
    Ok(read::<Identified>(resource)?.identifier.0)
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
        let ins = identifier.value.as_deref().unwrap_or_default().parse::<Ins>();
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
    use crate::domain::consent::Consent;
    use crate::domain::prescription::DeliveryStanding;
    use crate::training::transitions::Reason;

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
                    assert_eq!(consent(&resource).unwrap().choice.consent, Consent::Agreed);
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
