//! A patient's choice.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::consent::Consent;
use crate::training::outcome::Refusal;
use crate::training::transitions::Choice;
use crate::training::wire::{Concept, Reference, moment, read, required};

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
pub(in crate::training) struct ConsentFacts {
    pub(in crate::training) patient: String,
    /// `Task/…`.
    pub(in crate::training) task: String,
    pub(in crate::training) choice: Choice,
}

/// Reads a Consent: its two ways of saying yes or no must say the same.
pub(in crate::training) fn consent(resource: &Value) -> Result<ConsentFacts, Refusal> {
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
