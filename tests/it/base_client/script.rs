//! A base that follows a script: each request expected, each answer ready.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use comptoir::base::{Method, Request, Response, Transport, TransportError};
use serde_json::Value;

type Answer = Result<Response, TransportError>;

/// The script, shared with the test that wrote it.
#[derive(Clone)]
pub(super) struct Script(Arc<Mutex<State>>);

struct State {
    steps: VecDeque<(String, Answer)>,
    seen: Vec<Request>,
}

impl Script {
    /// Requests as `GET target-prefix`, each with its answer, in order.
    pub(super) fn new<const N: usize>(steps: [(&str, Answer); N]) -> Self {
        let steps = steps
            .into_iter()
            .map(|(request, answer)| (request.to_owned(), answer))
            .collect();
        Self(Arc::new(Mutex::new(State {
            steps,
            seen: Vec::new(),
        })))
    }

    /// One question, one answer.
    pub(super) fn one(request: &str, answer: Answer) -> Self {
        Self::new([(request, answer)])
    }

    /// The requests that came, once every step was played.
    pub(super) fn played(&self) -> Vec<Request> {
        let state = self.0.lock().unwrap();
        let left: Vec<&String> = state.steps.iter().map(|(request, _)| request).collect();
        assert!(left.is_empty(), "never asked: {left:?}");
        state.seen.clone()
    }
}

impl Transport for Script {
    async fn exchange(&self, request: Request) -> Answer {
        let mut state = self.0.lock().unwrap();
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
        };
        let line = format!("{method} {}", request.target);
        let Some((expected, answer)) = state.steps.pop_front() else {
            panic!("one request too many: {line}");
        };
        let is_exact = expected.ends_with(' ');
        let matches = if is_exact {
            line == expected
        } else {
            line.starts_with(&expected)
        };
        assert!(matches, "{line:?} came instead of {expected:?}");
        state.seen.push(request);
        answer
    }
}

/// A JSON answer.
#[expect(clippy::unnecessary_wraps, reason = "the other answer of a step is a failure")]
pub(super) fn json(status: u16, body: impl Into<String>) -> Answer {
    Ok(Response::json(status, body))
}

/// A searchset of these resources.
pub(super) fn searchset(resources: &[Value]) -> String {
    let entries: Vec<Value> = resources
        .iter()
        .map(|resource| serde_json::json!({ "resource": resource }))
        .collect();
    serde_json::json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries }).to_string()
}

/// The body of a request, as JSON.
pub(super) fn body(request: &Request) -> Value {
    serde_json::from_str(&request.content.as_ref().unwrap().text).unwrap()
}

/// The value of a request's header.
pub(super) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .headers
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.as_str())
}
