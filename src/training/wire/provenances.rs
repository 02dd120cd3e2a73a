//! The trace of who reported what.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::identifiers::Finess;
use crate::training::outcome::Refusal;
use crate::training::wire::{FINESS, Reference, identified, read, required, rpps};

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
pub(in crate::training) struct ProvenanceFacts {
    pub(in crate::training) targets: Vec<String>,
    pub(in crate::training) pharmacy: Finess,
}

/// Reads a Provenance: who reported which deliveries.
pub(in crate::training) fn provenance(resource: &Value) -> Result<ProvenanceFacts, Refusal> {
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
