//! The questions asked to the base, and what each answer means.

mod consult;
mod correct;
mod hold;
mod post;
mod standing;

use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::Timestamp;

use serde_json::json;

pub use post::PostAnswer;

use crate::base::address::AccessToken;
use crate::base::fhir::{self, CapabilityStatement, ResourceCapability};
use crate::base::mapping::{people, value};
use crate::base::pool::{self, Pool};
use crate::base::transport::{Method, Request, Response, Transport, TransportError};
use crate::base::{
    BaseError, Capability, FoundPrescription, Operation, SearchAnswer, codes, mapping, outcome,
};
use crate::domain::hold::Terminal;
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Ins, Pharmacy};
use crate::domain::refusal::RefusalCode;

/// The national base, as this pharmacy sees it.
pub struct Base<T: Transport> {
    transport: T,
    pharmacy: Pharmacy,
    /// Which of the pharmacy's terminals this is, when there may be several.
    terminal: Option<Terminal>,
    /// What it said it can do, once it was asked: spares questions whose answer would be empty.
    learnt: OnceLock<Capability>,
    /// What time the base had when it last answered, until somebody compares it.
    date: Mutex<Option<Timestamp>>,
}

/// Whether a lost answer may have changed the base.
#[derive(Clone, Copy)]
enum Effect {
    Reads,
    Writes,
}

impl<T: Transport> Base<T> {
    /// The base behind that transport.
    pub fn new(transport: T, pharmacy: Pharmacy) -> Self {
        Self {
            transport,
            pharmacy,
            terminal: None,
            learnt: OnceLock::new(),
            date: Mutex::new(None),
        }
    }

    /// What time the base had in its newest answer, when it says it; an answer is compared once, while it is fresh.
    pub fn take_date(&self) -> Option<Timestamp> {
        self.date.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The same, seen from that terminal: its holds are told from those of its pharmacy's other terminals.
    pub fn at_terminal(self, terminal: Terminal) -> Self {
        Self {
            terminal: Some(terminal),
            ..self
        }
    }

    /// Which of the pharmacy's terminals this is.
    pub fn terminal(&self) -> Option<&Terminal> {
        self.terminal.as_ref()
    }

    /// What the base can do. One that publishes nothing readable offers nothing beyond the
    /// consultation and the post, which are tried in any case.
    pub async fn capability(&self) -> Result<Capability, BaseError> {
        let response = self.ask(Request::get("metadata")).await?;
        let statement = response
            .text()
            .filter(|_| response.status == 200)
            .and_then(|text| serde_json::from_str::<CapabilityStatement>(text).ok())
            .filter(|statement| statement.resource_type == "CapabilityStatement");
        let Some(statement) = statement else {
            return Ok(Capability::default());
        };
        Ok(self.learnt.get_or_init(|| capability_in(&statement)).clone())
    }

    /// The active prescriptions of a patient. The INS travels in the body: URLs are logged everywhere.
    ///
    /// The domain's INS does not say which list it is in: each is asked in turn until one answers.
    pub async fn search(&self, ins: &Ins) -> Result<SearchAnswer, BaseError> {
        for system in codes::INS_SYSTEMS {
            let form = format!(
                "patient.identifier={}&status=active&_include=MedicationRequest:patient",
                percent_encoded(&codes::ins_token(system, ins))
            );
            let request = Request::get("MedicationRequest/_search")
                .carrying(Method::Post, codes::FORM, form)
                .with_header("prefer", "handling=strict");
            let response = self.ask(request).await?;
            match response.status {
                200 => {}
                403 => {
                    let refusal = outcome::first_refusal(&response, &RefusalCode::RoleForbidden);
                    return Ok(SearchAnswer::Refused(refusal));
                }
                // Strict handling: a parameter the base does not know is an error, not "everybody".
                400 | 404 | 405 | 501 => return Ok(SearchAnswer::NotOffered),
                _ => return Err(BaseError::Garbled),
            }
            let found = found_in(&response, ins)?;
            if !found.is_empty() {
                return Ok(SearchAnswer::Found(found));
            }
        }
        Ok(SearchAnswer::Found(Vec::new()))
    }

    /// Sends what changes nothing: a lost answer leaves nothing behind.
    async fn ask(&self, request: Request) -> Result<Response, BaseError> {
        self.dated(exchange(&self.transport, request, Effect::Reads).await)
    }

    /// Sends what changes the base: a lost answer leaves its outcome unknown.
    async fn tell(&self, request: Request) -> Result<Response, BaseError> {
        self.dated(exchange(&self.transport, request, Effect::Writes).await)
    }

    fn dated(&self, answer: Result<Response, BaseError>) -> Result<Response, BaseError> {
        if let Some(date) = answer.as_ref().ok().and_then(Response::date) {
            *self.date.lock().unwrap_or_else(PoisonError::into_inner) = Some(date);
        }
        answer
    }

    /// Whether the base said that it does this. Before it was asked, it did not.
    fn said_it_offers(&self, operation: Operation) -> bool {
        self.learnt
            .get()
            .is_some_and(|capability| capability.offers(operation))
    }
}

async fn exchange<T: Transport>(
    transport: &T,
    request: Request,
    effect: Effect,
) -> Result<Response, BaseError> {
    let response = transport
        .exchange(request)
        .await
        .map_err(|error| match (error, effect) {
            (TransportError::NotSent, _) => BaseError::Unreachable,
            (TransportError::AnswerLost, Effect::Reads) => BaseError::NoAnswer,
            (TransportError::AnswerLost, Effect::Writes) => BaseError::OutcomeUnknown,
            (TransportError::ForeignAddress, _) => BaseError::Garbled,
        })?;
    match response.status {
        401 => Err(BaseError::LoginRefused),
        status @ (408 | 429 | 500..) if status != 501 => Err(BaseError::Unavailable {
            status,
            retry_after: response.retry_after(),
        }),
        _ => Ok(response),
    }
}

/// The body of an answer to a reading.
fn body(response: &Response) -> Result<&str, BaseError> {
    response.text().ok_or(BaseError::Garbled)
}

/// Keeps what a query may hold as it is, and encodes the rest.
fn percent_encoded(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b',' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _infallible = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

fn capability_in(statement: &CapabilityStatement) -> Capability {
    // Another version of FHIR has other resources under the same names.
    let is_r4 = statement
        .fhir_version
        .as_deref()
        .is_some_and(|version| version.starts_with("4.0"));
    let Some(rest) = statement.rest.first().filter(|_| is_r4) else {
        return Capability::default();
    };
    let nothing = ResourceCapability::default();
    let resource = |kind: &str| {
        let found = rest
            .resource
            .iter()
            .find(|resource| resource.r#type.as_deref() == Some(kind));
        found.unwrap_or(&nothing)
    };
    let does = |code: &str| {
        rest.interaction
            .iter()
            .any(|interaction| interaction.code.as_deref() == Some(code))
    };
    let lines = resource("MedicationRequest");
    let task = resource("Task");
    let updates_task = task.interaction.is_empty()
        || task
            .interaction
            .iter()
            .any(|interaction| interaction.code.as_deref() == Some("update"));
    let searches_patients = lines.search_param.iter().any(|parameter| {
        matches!(
            parameter.name.as_deref(),
            Some("patient" | "patient.identifier" | "subject")
        )
    });
    let includes = |resource: &ResourceCapability, what: &str| {
        resource
            .search_rev_include
            .iter()
            .any(|include| include == what || include == "*")
    };
    let offers = [
        (Operation::Consult, does("batch")),
        (Operation::Search, searches_patients),
        // Only this value promises that `If-Match` is obeyed.
        (
            Operation::Hold,
            updates_task && task.versioning.as_deref() == Some("versioned-update"),
        ),
        (
            Operation::Post,
            does("transaction") && resource("MedicationDispense").conditional_create == Some(true),
        ),
        (
            Operation::IncludeDeliveries,
            includes(lines, "MedicationDispense:prescription"),
        ),
        (Operation::IncludeConsent, includes(task, "Consent:data")),
    ];
    Capability {
        offered: offers
            .into_iter()
            .filter(|(_, is_offered)| *is_offered)
            .map(|(operation, _)| operation)
            .collect(),
    }
}

/// The prescriptions of that patient in a search's answer; anybody else's is dropped.
fn found_in(response: &Response, ins: &Ins) -> Result<Vec<FoundPrescription>, BaseError> {
    let pool = Pool::of([body(response)?])?;
    let mut found: Vec<FoundPrescription> = Vec::new();
    for resource in pool.of_kinds(&["MedicationRequest"]) {
        let order: fhir::Order = fhir::read(resource).ok_or(BaseError::Garbled)?;
        let number = order
            .group()
            .filter(|group| group.system.as_deref() == Some(codes::NUMBER))
            .and_then(|group| group.value.as_deref()?.parse::<PrescriptionNumber>().ok());
        let Some(number) = number.filter(|_| people::patient(&order, &pool).ins.as_ref() == Some(ins)) else {
            continue;
        };
        let label = mapping::line::label(&order, &pool);
        if let Some(known) = found.iter_mut().find(|known| known.number == number) {
            known.lines.push(label);
            continue;
        }
        found.push(FoundPrescription {
            number,
            written_on: order.authored_on.as_deref().and_then(value::first_day),
            prescriber: people::prescriber(&order, &pool),
            lines: vec![label],
        });
    }
    found.sort_by_key(|prescription| std::cmp::Reverse(prescription.written_on));
    Ok(found)
}

/// The token a training base gives to a pharmacy.
pub(super) async fn training_token<T: Transport>(
    transport: &T,
    pharmacy: &Pharmacy,
) -> Result<AccessToken, BaseError> {
    let asked = json!({ "role": "pharmacy", "identity": pharmacy.finess.as_str(), "name": pharmacy.name });
    let request = Request::get("training/token").carrying(Method::Post, codes::PLAIN_JSON, asked.to_string());
    let response = exchange(transport, request, Effect::Reads).await?;
    match response.status {
        200 | 201 => {
            let answer = pool::parsed(body(&response)?)?;
            let token = answer.get("token").and_then(serde_json::Value::as_str);
            token.map(AccessToken::new).ok_or(BaseError::Garbled)
        }
        _ => Err(BaseError::LoginRefused),
    }
}
