//! What the base can do, said from the same tables that it works by.

use serde_json::{Value, json};

use crate::training::roles::{Act, Role, may};
use crate::training::search::{INCLUDES, PARAMETERS, REVERSE_INCLUDES};
use crate::training::wire::ResourceType;

const OAUTH: &str = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";

/// The capability statement of the base at that address.
pub(super) fn statement(address: &str) -> Value {
    let resources: Vec<Value> = ResourceType::ALL.iter().map(|kind| resource(*kind)).collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        "software": {"name": "comptoir, base de formation", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "Base nationale de prescription, jouée pour la formation", "url": address},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "security": {"extension": [{
                "url": OAUTH,
                "extension": [{"url": "token", "valueUri": format!("{address}/training/token")}],
            }]},
            "resource": resources,
            "interaction": [{"code": "transaction"}, {"code": "batch"}],
        }],
    })
}

fn resource(kind: ResourceType) -> Value {
    let anybody_may = |act| {
        [Role::Prescriber, Role::Pharmacy, Role::Patient]
            .into_iter()
            .any(|role| may(role, act, kind).is_ok())
    };
    let mut interactions = vec!["read", "vread", "history-instance", "search-type"];
    if anybody_may(Act::Create) {
        interactions.push("create");
    }
    if anybody_may(Act::Update) {
        interactions.push("update");
    }
    let parameters: Vec<Value> = PARAMETERS
        .iter()
        .filter(|parameter| parameter.of.contains(&kind))
        .map(|parameter| json!({"name": parameter.name, "type": parameter.type_code()}))
        .collect();
    let mut resource = json!({
        "type": kind.name(),
        "interaction": interactions.iter().map(|code| json!({"code": code})).collect::<Vec<_>>(),
        "versioning": if kind == ResourceType::Provenance { "versioned" } else { "versioned-update" },
        "readHistory": true,
        "updateCreate": kind == ResourceType::Provenance,
        "conditionalCreate": !matches!(kind, ResourceType::Consent | ResourceType::Provenance),
        "searchParam": parameters,
    });
    let includes: Vec<&str> = INCLUDES
        .iter()
        .filter(|(of, _)| *of == kind)
        .map(|(_, value)| *value)
        .collect();
    let reverse: Vec<&str> = REVERSE_INCLUDES
        .iter()
        .filter(|(of, ..)| *of == kind)
        .map(|(_, value, _)| *value)
        .collect();
    for (name, values) in [("searchInclude", includes), ("searchRevInclude", reverse)] {
        if !values.is_empty() {
            resource[name] = json!(values);
        }
    }
    resource
}
