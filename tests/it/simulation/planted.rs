//! The planted defects: real parts wrapped so that they do what they must never do. None is in `src`.

use std::collections::BTreeMap;

use comptoir::base::{Request, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::network::transaction;

/// A defect that the simulation must catch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Planted {
    /// A hand-over is told recorded before the disk has it: a power cut takes the last one away.
    ToldBeforeCommit,
    /// Every retry names the same delivery anew.
    NewIdentifiers,
    /// The base stores the same delivery as often as it comes.
    NoDeduplication,
    /// A post whose answer was lost is taken for accepted.
    LostIsAccepted,
    /// A hand-over leaves the outbox at the first 4xx or 5xx.
    DroppedOnError,
    /// Whoever reads sees what pharmacies see.
    ConsentIgnored,
    /// The base takes a correction, and goes on counting what it takes back.
    WrongStillCounted,
}

impl Planted {
    pub(super) const ALL: [Self; 7] = [
        Self::ToldBeforeCommit,
        Self::NewIdentifiers,
        Self::NoDeduplication,
        Self::LostIsAccepted,
        Self::DroppedOnError,
        Self::ConsentIgnored,
        Self::WrongStillCounted,
    ];
}

/// What the wrappers remember of the posts they saw.
#[derive(Default)]
pub(super) struct Seen {
    times: BTreeMap<String, u128>,
}

impl Seen {
    /// How often that transaction was seen before.
    fn count(&mut self, bundle: &Value) -> u128 {
        let count = self.times.entry(identifiers(bundle).join(" ")).or_default();
        *count += 1;
        *count - 1
    }

    /// The request as a client sends it that mints identifiers at each try.
    pub(super) fn renamed(&mut self, request: Request) -> Request {
        let Some(bundle) = transaction(&request) else {
            return request;
        };
        let tries = self.count(&bundle);
        if tries == 0 {
            return request;
        }
        let mut text = bundle.to_string();
        for identifier in identifiers(&bundle) {
            let uuid: Uuid = identifier.trim_start_matches("urn:uuid:").parse().unwrap();
            let anew = format!("urn:uuid:{}", Uuid::from_u128(uuid.as_u128() ^ tries));
            text = text.replace(&identifier, &anew);
        }
        carrying(request, text)
    }

    /// The request as a base takes it that looks at no identifier and no version.
    pub(super) fn unconditional(&mut self, request: Request) -> Request {
        let Some(mut bundle) = transaction(&request) else {
            return request;
        };
        let times = self.count(&bundle);
        if times == 0 {
            return request;
        }
        let Some(entries) = bundle["entry"].as_array_mut() else {
            return request;
        };
        entries.retain(|entry| entry["request"]["method"] == "POST");
        for entry in entries {
            entry["request"].as_object_mut().unwrap().remove("ifNoneExist");
            // The training base has a second line of defence: an identifier names one resource.
            entry["resource"]["identifier"][0]["system"] = json!(format!("urn:copy:{times}"));
        }
        carrying(request, bundle.to_string())
    }
}

/// The request as a base takes it that does not look at what is taken back.
pub(super) fn without_taking_back(request: Request) -> Request {
    let Some(mut bundle) = transaction(&request) else {
        return request;
    };
    let Some(entries) = bundle["entry"].as_array_mut() else {
        return request;
    };
    entries.retain(|entry| !takes_back(entry));
    carrying(request, bundle.to_string())
}

fn takes_back(entry: &Value) -> bool {
    let url = entry["request"]["url"].as_str().unwrap_or_default();
    entry["request"]["method"] == "PUT"
        && (url.starts_with("MedicationDispense/") || url.starts_with("SupplyDelivery/"))
}

fn carrying(mut request: Request, text: String) -> Request {
    if let Some(content) = &mut request.content {
        content.text = text;
    }
    request
}

/// The identifiers of the deliveries that a transaction posts.
pub(super) fn identifiers(bundle: &Value) -> Vec<String> {
    let entries = bundle["entry"].as_array().into_iter().flatten();
    entries
        .filter(|entry| entry["request"]["method"] == "POST")
        .filter_map(|entry| entry["resource"]["identifier"][0]["value"].as_str())
        .map(str::to_owned)
        .collect()
}

/// An answer that says that everything was taken.
pub(super) fn all_taken(bundle: &Value) -> Response {
    let count = bundle["entry"].as_array().map_or(0, Vec::len);
    let entries = vec![json!({"response": {"status": "201 Created"}}); count];
    let body = json!({"resourceType": "Bundle", "type": "transaction-response", "entry": entries});
    Response::json(200, body.to_string())
}
