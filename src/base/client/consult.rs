//! From a number to everything the base knows of that prescription.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::base::client::{Base, body, percent_encoded};
use crate::base::fhir::{self, Bundle, Entry, EntryResponse};
use crate::base::mapping::{self, Reading};
use crate::base::pool::{Place, Pool, parsed};
use crate::base::transport::{Method, Request, Response, Transport};
use crate::base::{BaseError, ConsultAnswer, Consulted, Operation, Received, codes, outcome};
use crate::domain::number::PrescriptionNumber;
use crate::domain::refusal::{Refusal, RefusalCode};

/// Questions after the batch: more than any prescription needs, and an end to a base that never stops.
const FOLLOW_UPS_MAX: usize = 64;

/// What the base sent, or its "no".
enum Gathered {
    Answers(Received),
    /// The base said no.
    Refused(Refusal),
    /// The same status, from a page that may be a gateway's.
    Barred(Refusal),
}

/// A prescription just read, with where each piece of it is.
pub(super) enum ReadAgain {
    Found(Box<Reading>),
    Refused(Refusal),
}

impl<T: Transport> Base<T> {
    /// Reads a prescription and everything that was delivered of it.
    pub async fn consult(&self, number: &PrescriptionNumber) -> Result<ConsultAnswer, BaseError> {
        match self.gather(number).await? {
            Gathered::Refused(refusal) | Gathered::Barred(refusal) => Ok(ConsultAnswer::Refused(refusal)),
            Gathered::Answers(received) => {
                let prescription = mapping::read_prescription(number, &received)?;
                Ok(ConsultAnswer::Found(Consulted {
                    received,
                    prescription,
                }))
            }
        }
    }

    /// The same just before a post, with the references the post needs.
    pub(super) async fn read_again(&self, number: &PrescriptionNumber) -> Result<ReadAgain, BaseError> {
        match self.gather(number).await? {
            Gathered::Refused(refusal) => Ok(ReadAgain::Refused(refusal)),
            // An earlier post may have arrived: only the base itself may say that it has no place.
            Gathered::Barred(_) => Err(BaseError::Garbled),
            Gathered::Answers(received) => {
                let pool = Pool::of(received.answers.iter().map(String::as_str))?;
                let reading = mapping::reading(number, &pool)?.ok_or(BaseError::Garbled)?;
                Ok(ReadAgain::Found(Box::new(reading)))
            }
        }
    }

    async fn gather(&self, number: &PrescriptionNumber) -> Result<Gathered, BaseError> {
        let request = Request::get("")
            .carrying(Method::Post, codes::FHIR_JSON, batch(number))
            .with_header("prefer", "handling=strict");
        let response = self.ask(request).await?;
        if let Some(refusal) = refused(response.status, &response)? {
            return Ok(if outcome::is_said_by_a_base(&response) {
                Gathered::Refused(refusal)
            } else {
                Gathered::Barred(refusal)
            });
        }
        let text = body(&response)?.to_owned();
        let entries = entries_of(&text)?;
        if let Some(refusal) = first_entry_refused(&entries)? {
            return Ok(Gathered::Refused(refusal));
        }
        let mut gathering = Gathering::new(text)?;
        self.follow_pages(&mut gathering).await?;
        if mapping::orders_of(number, &gathering.pool()?)?.is_empty() {
            return no_line(&entries);
        }
        self.read_deliveries(number, &mut gathering).await?;
        self.read_consent(number, &mut gathering).await?;
        self.read_missing(number, &mut gathering).await?;
        Ok(Gathered::Answers(Received {
            answers: gathering.answers,
        }))
    }

    async fn follow_pages(&self, gathering: &mut Gathering) -> Result<(), BaseError> {
        while let Some(next) = gathering.pages.pop_front() {
            // A page that is missing may hold a line or a delivery.
            if !self.read_into(gathering, &next).await? {
                return Err(BaseError::Garbled);
            }
        }
        Ok(())
    }

    /// The deliveries, when the base may not have sent them with the lines.
    async fn read_deliveries(
        &self,
        number: &PrescriptionNumber,
        gathering: &mut Gathering,
    ) -> Result<(), BaseError> {
        let pool = gathering.pool()?;
        let came = pool.of_kinds(&["MedicationDispense"]).next().is_some();
        if came || self.said_it_offers(Operation::IncludeDeliveries) {
            return Ok(());
        }
        let lines: Vec<String> = mapping::orders_of(number, &pool)?
            .iter()
            .filter(|order| order.resource_type == "MedicationRequest")
            .filter_map(|order| Place::of(&order.resource_type, order.id.as_deref()?))
            .map(|place| place.to_string())
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let target = format!("MedicationDispense?prescription={}", lines.join(","));
        if !self.read_into(gathering, &target).await? {
            // Without the deliveries nobody knows what remains.
            return Err(BaseError::Garbled);
        }
        self.follow_pages(gathering).await
    }

    /// The patient's choice, when the base may not have sent it with the Task. A base that does not
    /// answer this leaves it unrecorded.
    async fn read_consent(
        &self,
        number: &PrescriptionNumber,
        gathering: &mut Gathering,
    ) -> Result<(), BaseError> {
        let pool = gathering.pool()?;
        let came = pool.of_kinds(&["Consent"]).next().is_some();
        if came || self.said_it_offers(Operation::IncludeConsent) {
            return Ok(());
        }
        let task = mapping::task_of(number, &pool).and_then(|task| mapping::task::place(&task));
        if let Some(task) = task {
            self.read_into(gathering, &format!("Consent?data={task}")).await?;
            self.follow_pages(gathering).await?;
        }
        Ok(())
    }

    /// What the resources name and that did not come: the patient, and deliveries known to the Task alone.
    async fn read_missing(
        &self,
        number: &PrescriptionNumber,
        gathering: &mut Gathering,
    ) -> Result<(), BaseError> {
        for place in mapping::missing(number, &gathering.pool()?)? {
            self.read_into(gathering, &place.to_string()).await?;
        }
        Ok(())
    }

    /// Reads one more answer; `false` when the base has none for it.
    async fn read_into(&self, gathering: &mut Gathering, target: &str) -> Result<bool, BaseError> {
        gathering.count_one()?;
        let request = Request::get(target).with_header("prefer", "handling=strict");
        let response = self.ask(request).await?;
        match response.status {
            200 => gathering.add(body(&response)?.to_owned()).map(|()| true),
            400..=499 | 501 => Ok(false),
            _ => Err(BaseError::Garbled),
        }
    }
}

/// The answers so far, and the pages still to be read.
struct Gathering {
    answers: Vec<String>,
    pages: VecDeque<String>,
    follow_ups: usize,
}

impl Gathering {
    fn new(first: String) -> Result<Self, BaseError> {
        let mut gathering = Self {
            answers: Vec::new(),
            pages: VecDeque::new(),
            follow_ups: 0,
        };
        gathering.add(first)?;
        Ok(gathering)
    }

    fn add(&mut self, answer: String) -> Result<(), BaseError> {
        if let Some(bundle) = bundle_in(&parsed(&answer)?)? {
            self.pages.extend(bundle.next().map(str::to_owned));
            for resource in bundle.entry.iter().filter_map(|entry| entry.resource.as_ref()) {
                self.pages
                    .extend(bundle_in(resource)?.and_then(|inner| inner.next().map(str::to_owned)));
            }
        }
        self.answers.push(answer);
        Ok(())
    }

    fn count_one(&mut self) -> Result<(), BaseError> {
        self.follow_ups += 1;
        if self.follow_ups > FOLLOW_UPS_MAX {
            return Err(BaseError::Garbled);
        }
        Ok(())
    }

    fn pool(&self) -> Result<Pool, BaseError> {
        Pool::of(self.answers.iter().map(String::as_str))
    }
}

/// A bundle, if that is what it is; one that cannot be read may have a next page.
fn bundle_in(resource: &Value) -> Result<Option<Bundle>, BaseError> {
    if resource.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
        return Ok(None);
    }
    fhir::read(resource).map(Some).ok_or(BaseError::Garbled)
}

/// The five questions of a consultation, in the order `docs/wire.md` gives.
fn batch(number: &PrescriptionNumber) -> String {
    let token = percent_encoded(&format!("{}|{number}", codes::NUMBER));
    let questions = [
        format!(
            "MedicationRequest?group-or-identifier={token}&_include=MedicationRequest:patient\
             &_revinclude=MedicationDispense:prescription"
        ),
        format!("DeviceRequest?group-identifier={token}&_include=DeviceRequest:patient"),
        format!("ServiceRequest?requisition={token}&_include=ServiceRequest:patient"),
        format!("Task?group-identifier={token}&_revinclude=Consent:data"),
        format!("SupplyDelivery?prescription.group-identifier={token}"),
    ];
    let entries: Vec<_> = questions
        .iter()
        .map(|url| json!({ "request": { "method": "GET", "url": url } }))
        .collect();
    json!({ "resourceType": "Bundle", "type": "batch", "entry": entries }).to_string()
}

fn entries_of(text: &str) -> Result<Vec<Entry>, BaseError> {
    let bundle: Bundle = serde_json::from_str(text).map_err(|_| BaseError::Garbled)?;
    let is_answer = bundle.resource_type == "Bundle" && bundle.r#type.as_deref() == Some("batch-response");
    is_answer.then_some(bundle.entry).ok_or(BaseError::Garbled)
}

/// A "no" to the whole question; `None` when the answer is one to be read.
fn refused(status: u16, response: &Response) -> Result<Option<Refusal>, BaseError> {
    match status {
        200 => Ok(None),
        403 => Ok(Some(outcome::first_refusal(
            response,
            &RefusalCode::RoleForbidden,
        ))),
        410 => Ok(Some(outcome::first_refusal(response, &RefusalCode::Purged))),
        _ => Err(BaseError::Garbled),
    }
}

/// The first entry carries the lines: what it says counts for all. Another that fails alone is an empty one.
fn first_entry_refused(entries: &[Entry]) -> Result<Option<Refusal>, BaseError> {
    let first = entries.first().and_then(|entry| entry.response.as_ref());
    let status = first.and_then(EntryResponse::code).ok_or(BaseError::Garbled)?;
    let said = first
        .and_then(|response| response.outcome.as_ref())
        .map(ToString::to_string);
    match status {
        401 => Err(BaseError::LoginRefused),
        408 | 429 | 500..=599 => Err(BaseError::Unavailable {
            status,
            retry_after: None,
        }),
        status => refused(status, &Response::json(status, said.unwrap_or_default())),
    }
}

/// No line at all: an unknown number, unless one of the three questions about lines got no answer.
fn no_line(entries: &[Entry]) -> Result<Gathered, BaseError> {
    let statuses = entries
        .iter()
        .take(3)
        .filter_map(|entry| entry.response.as_ref()?.code());
    if let Some(status) = statuses.into_iter().find(|status| *status >= 500) {
        return Err(BaseError::Unavailable {
            status,
            retry_after: None,
        });
    }
    Ok(Gathered::Refused(outcome::refusal(
        RefusalCode::UnknownPrescription,
        String::new(),
    )))
}
