//! Bundles of requests: a batch, each entry on its own, or a transaction, all or nothing.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::training::interaction::{self, Asked, Interaction};
use crate::training::outcome::{Halt, Issue, Refusal, operation_outcome, status_of};
use crate::training::reading;
use crate::training::roles::Caller;
use crate::training::session::Session;
use crate::training::storage::Storage;
use crate::training::view::View;
use crate::training::writing::{self, Entry, Written};

/// How many entries one bundle may hold.
const ENTRIES_MAX: usize = 100;

/// A bundle, read.
pub(super) struct Bundle {
    way: Way,
    requests: Vec<Request>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Batch,
    Transaction,
}

struct Request {
    full_url: Option<String>,
    asked: Result<Interaction, Refusal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BundleElements {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    entry: Vec<EntryElements>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryElements {
    full_url: Option<String>,
    resource: Option<Value>,
    request: RequestElements,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestElements {
    method: String,
    url: String,
    if_match: Option<String>,
    if_none_exist: Option<String>,
}

/// Reads a bundle. An entry that cannot be read is refused in its place.
pub(super) fn read(resource: &Value) -> Result<Bundle, Refusal> {
    let unreadable = |sentence: &str| Refusal::Unreadable(sentence.into());
    if resource["resourceType"] != "Bundle" {
        return Err(unreadable("Cette adresse attend un Bundle."));
    }
    let elements = BundleElements::deserialize(resource)
        .map_err(|_| unreadable("Le Bundle ou l’une de ses entrées ne se lit pas."))?;
    let way = match elements.kind.as_str() {
        "batch" => Way::Batch,
        "transaction" => Way::Transaction,
        _ => return Err(unreadable("Un Bundle est ici de type batch ou transaction.")),
    };
    if elements.entry.len() > ENTRIES_MAX {
        return Err(Refusal::TooLarge);
    }
    let request = |entry: EntryElements| Request {
        asked: interaction::read(Asked {
            method: &entry.request.method,
            url: &entry.request.url,
            resource: entry.resource,
            form: None,
            if_match: entry.request.if_match,
            if_none_exist: entry.request.if_none_exist,
        }),
        full_url: entry.full_url,
    };
    Ok(Bundle {
        way,
        requests: elements.entry.into_iter().map(request).collect(),
    })
}

impl Bundle {
    /// Whether nothing in it can write.
    pub(super) fn only_reads(&self) -> bool {
        let writes = |request: &Request| matches!(request.asked, Ok(Interaction::Write(_)));
        !self.requests.iter().any(writes)
    }

    /// Answers the whole bundle.
    pub(super) fn answer(
        self,
        storage: &Storage<'_>,
        caller: &Caller,
        session: &Session,
    ) -> Result<Value, Halt> {
        let (kind, entries) = match self.way {
            Way::Batch => ("batch-response", batch(self.requests, storage, caller, session)?),
            Way::Transaction => (
                "transaction-response",
                transaction(self.requests, storage, caller, session)?,
            ),
        };
        let mut answer = json!({"resourceType": "Bundle", "type": kind});
        if !entries.is_empty() {
            answer["entry"] = Value::Array(entries);
        }
        Ok(answer)
    }
}

/// Each entry has its own answer, the refusal included; only the storage can stop the whole.
fn batch(
    requests: Vec<Request>,
    storage: &Storage<'_>,
    caller: &Caller,
    session: &Session,
) -> Result<Vec<Value>, Halt> {
    let mut answers = Vec::new();
    for request in requests {
        // A fresh view: what an entry changed, the next one sees.
        let view = View::new(storage, caller)?;
        let answered = match request.asked {
            Err(refusal) => Err(refusal.into()),
            Ok(Interaction::Write(change)) => {
                let entry = Entry {
                    place: None,
                    full_url: request.full_url,
                    change,
                };
                writing::apply(&view, session.moment, vec![entry], &session.address)
                    .map(|written| json!({"response": written.first().map(response)}))
            }
            Ok(question) => reading::answer(question, &view, session)
                .map(|answer| json!({"resource": answer.resource, "response": {"status": status_line(200)}})),
        };
        answers.push(match answered {
            Ok(answer) => answer,
            Err(Halt::Broken(error)) => return Err(Halt::Broken(error)),
            Err(Halt::Refused(issues)) => json!({"response": {
                "status": status_line(status_of(&issues)),
                "outcome": operation_outcome(&issues),
            }}),
        });
    }
    Ok(answers)
}

/// Changes first, all or none; then the questions, on what they made.
fn transaction(
    requests: Vec<Request>,
    storage: &Storage<'_>,
    caller: &Caller,
    session: &Session,
) -> Result<Vec<Value>, Halt> {
    let mut answers = vec![Value::Null; requests.len()];
    let (mut changes, mut questions, mut issues) = (Vec::new(), Vec::new(), Vec::new());
    for (place, request) in requests.into_iter().enumerate() {
        match request.asked {
            Ok(Interaction::Write(change)) => changes.push(Entry {
                place: Some(place),
                full_url: request.full_url,
                change,
            }),
            Ok(question) => questions.push((place, question)),
            Err(refusal) => issues.push(Issue {
                refusal,
                entry: Some(place),
            }),
        }
    }
    if !issues.is_empty() {
        return Err(Halt::Refused(issues));
    }
    let places: Vec<usize> = changes.iter().filter_map(|entry| entry.place).collect();
    let view = View::new(storage, caller)?;
    let written = writing::apply(&view, session.moment, changes, &session.address)?;
    for (place, written) in places.into_iter().zip(&written) {
        answers[place] = json!({"response": response(written)});
    }
    let view = View::new(storage, caller)?;
    for (place, question) in questions {
        let answer = reading::answer(question, &view, session)?;
        answers[place] = json!({"resource": answer.resource, "response": {"status": status_line(200)}});
    }
    Ok(answers)
}

fn response(written: &Written) -> Value {
    json!({"status": status_line(written.status()), "location": written.location(), "etag": written.etag()})
}

/// `201 Created`.
fn status_line(status: u16) -> String {
    StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |status| status.to_string())
}
