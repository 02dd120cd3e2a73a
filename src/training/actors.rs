//! The prescriber's and the patient's side, as clients of any base that keeps the contract.
//!
//! Training sessions, tests and the command line play these parts; they know nothing of the base but its
//! address and a token.

mod view;

use std::sync::Once;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::domain::consent::Consent;
use crate::domain::identifiers::Rpps;
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::Ins;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::training::prescribing::{FindProduct, PrescriptionOrder, consent_resource};
use crate::training::roles::Role;
use crate::training::wire::{INS, INS_TEST, NUMBER};
pub use view::{AnnulledDelivery, FoundPrescription, PrescriberDelivery, PrescriberLine, PrescriberView};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest answer that is read, in bytes.
const ANSWER_MAX: usize = 8 * 1024 * 1024;
/// How many pages of one search are followed.
const PAGES_MAX: usize = 50;
/// How often a change is tried again when somebody else wrote in between.
const TRIES_MAX: usize = 4;

/// What keeps an actor from an answer.
#[derive(Debug, thiserror::Error)]
pub enum ActorError {
    /// The client cannot be made on this machine.
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] reqwest::Error),
    /// The base does not answer.
    #[error("the base cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The base answered that it is not available.
    #[error("the base is not available (HTTP {0})")]
    Unavailable(u16),
    /// The base answered something that is not what the contract says.
    #[error("the base's answer cannot be read")]
    Garbled,
}

/// The base's answer: done, or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// Done.
    Done(T),
    /// The rules of the base say no.
    Refused(Refusal),
}

impl<T> Answer<T> {
    /// The same as a result, for callers that end at a refusal.
    pub fn into_result(self) -> Result<T, Refusal> {
        match self {
            Self::Done(done) => Ok(done),
            Self::Refused(refusal) => Err(refusal),
        }
    }

    fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Done(done) => Answer::Done(change(done)),
            Self::Refused(refusal) => Answer::Refused(refusal),
        }
    }
}

/// Unwraps what was done, or hands the refusal on.
macro_rules! done {
    ($answer:expr) => {
        match $answer {
            Answer::Done(done) => done,
            Answer::Refused(refusal) => return Ok(Answer::Refused(refusal)),
        }
    };
}

/// The two people of a prescription: whose part is to be played.
#[derive(Clone, PartialEq, Eq)]
pub struct Parties {
    /// Who wrote it.
    pub prescriber: Rpps,
    /// Who it is for; absent on an anonymous one.
    pub patient: Option<Ins>,
}

/// Somebody at the base: an address and a token.
pub struct Actor {
    client: Client,
    address: String,
    token: String,
}

impl Actor {
    /// Somebody with a token of their own.
    pub fn new(address: &str, token: &str) -> Result<Self, ActorError> {
        install_provider();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            // A base that sends elsewhere is not the base that was configured.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(ActorError::Setup)?;
        Ok(Self {
            client,
            address: address.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        })
    }

    /// Somebody with a token that a training base makes for them.
    pub async fn in_training(
        address: &str,
        role: Role,
        identity: &str,
        name: &str,
    ) -> Result<Answer<Self>, ActorError> {
        let nobody = Self::new(address, "")?;
        let wanted = json!({"role": role.code(), "identity": identity, "name": name});
        let request = nobody
            .request(Method::POST, "/training/token")
            .header("content-type", "application/json")
            .body(wanted.to_string());
        let answer = done!(send(request).await?);
        let token = answer["token"].as_str().ok_or(ActorError::Garbled)?.to_owned();
        Ok(Answer::Done(Self { token, ..nobody }))
    }

    /// The prescriber posts a prescription.
    pub async fn prescribe(
        &self,
        order: &PrescriptionOrder,
        now: Timestamp,
        product: &FindProduct<'_>,
    ) -> Result<Answer<()>, ActorError> {
        let posted = self
            .write(Method::POST, "/", &order.transaction(now, product), None)
            .await?;
        Ok(posted.map(|_| ()))
    }

    /// What a prescriber sees of a prescription today: its lines, and the deliveries it may know.
    pub async fn prescriber_view(
        &self,
        number: &PrescriptionNumber,
        today: Date,
    ) -> Result<Answer<PrescriberView>, ActorError> {
        let mut resources = Vec::new();
        for search in [
            format!(
                "/MedicationRequest?group-or-identifier={NUMBER}%7C{number}&_revinclude=MedicationDispense:prescription"
            ),
            format!("/DeviceRequest?group-identifier={NUMBER}%7C{number}"),
            format!("/ServiceRequest?requisition={NUMBER}%7C{number}"),
            format!("/SupplyDelivery?prescription.group-identifier={NUMBER}%7C{number}"),
            format!("/Task?group-identifier={NUMBER}%7C{number}"),
        ] {
            resources.extend(done!(self.pages(self.request(Method::GET, &search)).await?));
        }
        Ok(match view::of_prescription(number, &resources, today) {
            Some(view) => Answer::Done(view),
            None => unknown(),
        })
    }

    /// The prescriptions of a patient that still have active lines. The INS travels in the body.
    pub async fn search(&self, ins: &Ins) -> Result<Answer<Vec<FoundPrescription>>, ActorError> {
        let form = format!("patient.identifier={INS_TEST}%7C{}&status=active", ins.as_str());
        let mut lines = Vec::new();
        for kind in ["MedicationRequest", "DeviceRequest"] {
            let request = self
                .request(Method::POST, &format!("/{kind}/_search"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.clone());
            lines.extend(done!(self.pages(request).await?));
        }
        Ok(Answer::Done(view::found(&lines)))
    }

    /// The prescriber withdraws the whole prescription.
    pub async fn cancel(&self, number: &PrescriptionNumber) -> Result<Answer<()>, ActorError> {
        for _ in 0..TRIES_MAX {
            let mut task = done!(self.task(number).await?);
            let url = format!("/Task/{}", text(&task["id"])?);
            let etag = format!("W/\"{}\"", text(&task["meta"]["versionId"])?);
            task["status"] = json!("cancelled");
            match self.write(Method::PUT, &url, &task, Some(&etag)).await? {
                // A pharmacy wrote in between: what it wrote does not stop a cancellation.
                Answer::Refused(refusal) if refusal.code == RefusalCode::StaleVersion => {}
                answer => return Ok(answer.map(|_| ())),
            }
        }
        Err(ActorError::Unavailable(412))
    }

    /// The patient objects: prescribers no longer see any delivery.
    pub async fn oppose(
        &self,
        number: &PrescriptionNumber,
        now: Timestamp,
    ) -> Result<Answer<()>, ActorError> {
        self.choose(number, Consent::Opposed, now).await
    }

    /// The patient agrees: prescribers see deliveries, earlier ones too.
    pub async fn agree(&self, number: &PrescriptionNumber, now: Timestamp) -> Result<Answer<()>, ActorError> {
        self.choose(number, Consent::Agreed, now).await
    }

    /// Whose prescription it is: with the part of anybody who may read it.
    pub async fn parties(&self, number: &PrescriptionNumber) -> Result<Answer<Parties>, ActorError> {
        let mut lines = Vec::new();
        for search in [
            format!(
                "/MedicationRequest?group-or-identifier={NUMBER}%7C{number}&_include=MedicationRequest:patient"
            ),
            format!("/DeviceRequest?group-identifier={NUMBER}%7C{number}&_include=DeviceRequest:patient"),
            format!("/ServiceRequest?requisition={NUMBER}%7C{number}&_include=ServiceRequest:patient"),
        ] {
            lines.extend(done!(self.pages(self.request(Method::GET, &search)).await?));
        }
        let Some(prescriber) = lines
            .iter()
            .find_map(|line| line["requester"]["identifier"]["value"].as_str())
        else {
            return Ok(unknown());
        };
        let identifiers = lines
            .iter()
            .filter_map(|resource| match resource["resourceType"].as_str() {
                Some("Patient") => resource["identifier"].as_array(),
                _ => None,
            });
        let is_ins = |identifier: &&Value| {
            identifier["system"]
                .as_str()
                .is_some_and(|system| INS.contains(&system))
        };
        let patient = identifiers
            .flatten()
            .find(is_ins)
            .and_then(|identifier| identifier["value"].as_str()?.parse().ok());
        Ok(Answer::Done(Parties {
            prescriber: prescriber.parse().map_err(|_| ActorError::Garbled)?,
            patient,
        }))
    }

    async fn choose(
        &self,
        number: &PrescriptionNumber,
        consent: Consent,
        now: Timestamp,
    ) -> Result<Answer<()>, ActorError> {
        let task = done!(self.task(number).await?);
        let patient = text(&task["for"]["reference"])?;
        let reference = format!("Task/{}", text(&task["id"])?);
        let resource = consent_resource(consent, patient, &reference, now);
        Ok(self
            .write(Method::POST, "/Consent", &resource, None)
            .await?
            .map(|_| ()))
    }

    async fn task(&self, number: &PrescriptionNumber) -> Result<Answer<Value>, ActorError> {
        let search = format!("/Task?group-identifier={NUMBER}%7C{number}");
        let tasks = done!(self.pages(self.request(Method::GET, &search)).await?);
        Ok(tasks.into_iter().next().map_or_else(unknown, Answer::Done))
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{url}", self.address))
            .header("accept", "application/fhir+json")
            .header("prefer", "handling=strict")
            .bearer_auth(&self.token)
    }

    async fn write(
        &self,
        method: Method,
        url: &str,
        resource: &Value,
        if_match: Option<&str>,
    ) -> Result<Answer<Value>, ActorError> {
        let mut request = self
            .request(method, url)
            .header("content-type", "application/fhir+json")
            .body(resource.to_string());
        if let Some(etag) = if_match {
            request = request.header("if-match", etag);
        }
        send(request).await
    }

    /// The resources of a search, all its pages.
    async fn pages(&self, first: RequestBuilder) -> Result<Answer<Vec<Value>>, ActorError> {
        let mut resources = Vec::new();
        let mut request = first;
        for _ in 0..PAGES_MAX {
            let bundle = done!(send(request).await?);
            let entries = bundle["entry"].as_array().into_iter().flatten();
            resources.extend(entries.map(|entry| entry["resource"].clone()));
            let links = bundle["link"].as_array().into_iter().flatten();
            let next = links
                .filter(|link| link["relation"] == "next")
                .find_map(|link| link["url"].as_str());
            // Only to the same base: a link is content, and content does not send a token elsewhere.
            match next.and_then(|url| url.strip_prefix(self.address.as_str())) {
                Some(url) => request = self.request(Method::GET, url),
                None => return Ok(Answer::Done(resources)),
            }
        }
        Err(ActorError::Garbled)
    }
}

fn unknown<T>() -> Answer<T> {
    Answer::Refused(Refusal {
        code: RefusalCode::UnknownPrescription,
        text: "Aucune ordonnance ne porte ce numéro.".into(),
        line: None,
    })
}

fn text(value: &Value) -> Result<&str, ActorError> {
    value.as_str().ok_or(ActorError::Garbled)
}

async fn send(request: RequestBuilder) -> Result<Answer<Value>, ActorError> {
    // An address holds the number of a prescription: errors that travel to logs go without it.
    let unreachable = |error: reqwest::Error| ActorError::Unreachable(error.without_url());
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status().as_u16();
    if status >= 500 || status == 408 || status == 429 {
        return Err(ActorError::Unavailable(status));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_MAX {
            return Err(ActorError::Garbled);
        }
    }
    let body: Value = serde_json::from_slice(&bytes).map_err(|_| ActorError::Garbled)?;
    if status < 300 {
        return Ok(Answer::Done(body));
    }
    let details = &body["issue"][0]["details"];
    Ok(Answer::Refused(Refusal {
        code: RefusalCode::from_code(details["coding"][0]["code"].as_str().unwrap_or("malformed")),
        text: details["text"].as_str().unwrap_or_default().to_owned(),
        line: None,
    }))
}

/// Rustls needs to be told once which cryptography to use.
fn install_provider() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // Another part of the program may have done it first: it is the same provider.
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
    });
}
