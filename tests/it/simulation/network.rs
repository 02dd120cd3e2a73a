//! The simulated network: requests and answers are parcels that travel until the schedule says what becomes of them.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

use comptoir::base::{Body, Content, Method, Request, Response, Transport, TransportError};
use jiff::{SignedDuration, Timestamp};

use super::clock::Clock;
use super::planted::{Planted, Seen};

/// How long a terminal waits for an answer.
const PATIENCE: SignedDuration = SignedDuration::from_secs(20);

pub(super) type Outcome = Result<Response, TransportError>;

/// Something on its way.
#[derive(Clone)]
pub(super) struct Parcel {
    ticket: u64,
    pub(super) terminal: usize,
    sent_at: Timestamp,
    /// Whether somebody still waits for the answer.
    pub(super) awaited: bool,
    pub(super) request: Request,
    /// The answer, once the base gave it.
    pub(super) answer: Option<Response>,
}

#[derive(Default)]
struct Wires {
    tickets: u64,
    travelling: Vec<Parcel>,
    arrived: BTreeMap<u64, Outcome>,
    /// The planted client that mints identifiers at each try.
    renaming: Option<Seen>,
}

/// The network of one world.
#[derive(Clone, Default)]
pub(super) struct Network(Arc<Mutex<Wires>>);

impl Network {
    pub(super) fn under(planted: Option<Planted>) -> Self {
        let network = Self::default();
        network.wires().renaming = (planted == Some(Planted::NewIdentifiers)).then(Seen::default);
        network
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wires().travelling.is_empty()
    }

    fn wires(&self) -> MutexGuard<'_, Wires> {
        self.0.lock().unwrap()
    }

    /// Takes the parcel at that place off the network; places count around.
    pub(super) fn take(&self, which: usize) -> Option<Parcel> {
        let mut wires = self.wires();
        let count = wires.travelling.len();
        (count > 0).then(|| wires.travelling.remove(which % count))
    }

    /// Puts a parcel on its way.
    pub(super) fn put(&self, parcel: Parcel) {
        self.wires().travelling.push(parcel);
    }

    /// Tells whoever waits what became of the exchange.
    pub(super) fn end(&self, parcel: &Parcel, outcome: Outcome) {
        if parcel.awaited {
            self.wires().arrived.insert(parcel.ticket, outcome);
        }
    }

    /// Terminals stop waiting for what is late; the parcels themselves may still arrive.
    pub(super) fn lose_patience(&self, now: Timestamp) {
        let mut wires = self.wires();
        let mut late = Vec::new();
        for parcel in &mut wires.travelling {
            if parcel.awaited && now.duration_since(parcel.sent_at) > PATIENCE {
                parcel.awaited = false;
                late.push(parcel.ticket);
            }
        }
        for ticket in late {
            wires.arrived.insert(ticket, Err(TransportError::AnswerLost));
        }
        // An answer that nobody waits for changes nothing.
        wires
            .travelling
            .retain(|parcel| parcel.awaited || parcel.answer.is_none());
    }
}

/// One terminal's line to the base.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) network: Network,
    pub(super) clock: Clock,
    pub(super) terminal: usize,
}

/// Lets the parcel travel on, unawaited, when the terminal is gone.
struct Waiting<'a>(&'a Network, u64);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut wires = self.0.wires();
        for parcel in wires
            .travelling
            .iter_mut()
            .filter(|parcel| parcel.ticket == self.1)
        {
            parcel.awaited = false;
        }
        wires
            .travelling
            .retain(|parcel| parcel.awaited || parcel.answer.is_none());
        wires.arrived.remove(&self.1);
    }
}

impl Transport for Line {
    async fn exchange(&self, request: Request) -> Outcome {
        let ticket = {
            let mut wires = self.network.wires();
            wires.tickets += 1;
            let request = match &mut wires.renaming {
                Some(seen) => seen.renamed(request),
                None => request,
            };
            let parcel = Parcel {
                ticket: wires.tickets,
                terminal: self.terminal,
                sent_at: self.clock.now(),
                awaited: true,
                request,
                answer: None,
            };
            wires.travelling.push(parcel);
            wires.tickets
        };
        let waiting = Waiting(&self.network, ticket);
        poll_fn(|_| match waiting.0.wires().arrived.remove(&ticket) {
            Some(outcome) => Poll::Ready(outcome),
            None => Poll::Pending,
        })
        .await
    }
}

/// A page that is no answer of a base.
pub(super) fn page(status: u16) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: Body::Unreadable,
    }
}

/// The first half of an answer.
pub(super) fn cut(answer: &Response) -> Response {
    let text = answer.text().unwrap_or_default();
    let half: String = text.chars().take(text.chars().count() / 2).collect();
    Response::json(answer.status, half)
}

/// The transaction that posts a hand-over, if the request is one.
pub(super) fn transaction(request: &Request) -> Option<serde_json::Value> {
    let Content { text, .. } = request.content.as_ref()?;
    let is_post = request.method == Method::Post && request.target.is_empty();
    let bundle: serde_json::Value = serde_json::from_str(text).ok().filter(|_| is_post)?;
    (bundle["type"] == "transaction").then_some(bundle)
}

/// What a request is, in plain words.
pub(super) fn words(parcel: &Parcel) -> String {
    let what = match (parcel.request.method, transaction(&parcel.request)) {
        (_, Some(_)) => "post",
        (Method::Put, _) => "hold",
        (Method::Post, _) => "consultation",
        (Method::Get, _) if parcel.request.target == "metadata" => "question what the base can do",
        (Method::Get, _) => "question",
    };
    let whose = if parcel.awaited { "" } else { "late " };
    let which = if parcel.answer.is_some() {
        "answer to the "
    } else {
        ""
    };
    format!("the {which}{whose}{what} of terminal {}", parcel.terminal + 1)
}
