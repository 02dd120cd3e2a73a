//! The client of the national base: FHIR R4 over HTTPS, answers in domain types or in a [`BaseError`].
//!
//! ```text
//!   Base::consult, take_hold, post …  ─Request→ Transport ─bytes→ the base      client.rs, client/
//!              ▲                                   │
//!              └──── mapping (pure) ◀── Pool ◀── Response                       mapping.rs, pool.rs, fhir.rs
//! ```
//!
//! What goes over the wire is in `docs/wire.md`; every code of it is in `codes.rs`. Three rules hold everywhere here:
//! an unknown or missing condition is never "no condition"; a delivery is never counted less than it may have been;
//! nothing in an answer changes where a request goes.

mod address;
mod client;
mod codes;
mod fhir;
mod http;
mod mapping;
mod outcome;
mod pool;
mod transport;

use std::fmt;
use std::time::Duration;

pub use address::{AccessToken, BaseAddress, InvalidAddress};
pub use client::{Base, PostAnswer};
pub use http::{HttpOptions, HttpTransport, Limits, SetupError, training_token};
pub use mapping::read_prescription;
pub use transport::{Body, Content, Method, Request, Response, Transport, TransportError};

use crate::domain::hold::Hold;
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::DelayReason;
use crate::domain::people::Prescriber;
use crate::domain::prescription::Prescription;
use crate::domain::refusal::Refusal;

/// Why the base gave no usable answer. None of these is a "no": that is a [`Refusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    /// Nothing reached it.
    #[error("the base cannot be reached")]
    Unreachable,
    /// A question reached it, perhaps, and got no answer in time.
    #[error("the base gave no answer in time")]
    NoAnswer,
    /// It says that it is not available (408, 429, 5xx).
    #[error("the base is not available (HTTP {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// It does not accept our login (401).
    #[error("the base refused the login")]
    LoginRefused,
    /// Its answer cannot be read.
    #[error("the answer of the base cannot be read")]
    Garbled,
    /// Something was sent that changes the base, and the answer was lost: it may have arrived.
    #[error("the answer of the base was lost: what was sent may have arrived")]
    OutcomeUnknown,
}

impl BaseError {
    /// What the outbox keeps of it, and how long the base asked to wait.
    pub fn delay(&self) -> (DelayReason, Option<Duration>) {
        match *self {
            Self::Unreachable => (DelayReason::Unreachable, None),
            Self::NoAnswer => (DelayReason::NoAnswer, None),
            Self::Unavailable {
                status: 429,
                retry_after,
            } => (DelayReason::Throttled, retry_after),
            Self::Unavailable { retry_after, .. } => (DelayReason::Unavailable, retry_after),
            Self::LoginRefused => (DelayReason::LoginRefused, None),
            Self::Garbled => (DelayReason::Garbled, None),
            Self::OutcomeUnknown => (DelayReason::OutcomeUnknown, None),
        }
    }
}

/// The bodies of the base's answers, verbatim and in order: what the store keeps.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The batch first, then what was read afterwards.
    pub answers: Vec<String>,
}

// They hold the patient.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({} answers)", self.answers.len())
    }
}

/// A prescription, and the answers it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consulted {
    /// The answers.
    pub received: Received,
    /// What they say.
    pub prescription: Prescription,
}

/// The base's answer to a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one value per scan, taken apart at once"
)]
pub enum ConsultAnswer {
    /// The prescription.
    Found(Consulted),
    /// The base said no, or knows no such number.
    Refused(Refusal),
}

/// The base's answer when this pharmacy wants to serve a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldAnswer {
    /// This pharmacy has it.
    Taken(Hold),
    /// Another pharmacy has it, and its hold still binds.
    HeldElsewhere(Hold),
    /// Another terminal of this pharmacy has it, and its hold still binds.
    HeldByColleague(Hold),
    /// The base has nothing to hold here, or does not let this pharmacy hold.
    NotOffered,
}

/// The base's answer to a search by patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchAnswer {
    /// The patient's active prescriptions, the newest first; may be none.
    Found(Vec<FoundPrescription>),
    /// The base does not search by patient.
    NotOffered,
    /// The base said no.
    Refused(Refusal),
}

/// One prescription of a patient whose paper is lost.
#[derive(Clone, PartialEq, Eq)]
pub struct FoundPrescription {
    /// Its number: consult it to see the rest.
    pub number: PrescriptionNumber,
    /// The day it was written, if it says.
    pub written_on: Option<jiff::civil::Date>,
    /// Who wrote it.
    pub prescriber: Prescriber,
    /// The products ordered, in words.
    pub lines: Vec<String>,
}

// What it orders, and its number opens it.
impl fmt::Debug for FoundPrescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FoundPrescription({} lines)", self.lines.len())
    }
}

/// Something a base may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Answer a consultation in one batch.
    Consult,
    /// Find prescriptions by patient.
    Search,
    /// Let one pharmacy at a time serve a prescription (version-aware update of Task).
    Hold,
    /// Take a hand-over in one transaction, once (conditional create).
    Post,
    /// Send the deliveries with the lines.
    IncludeDeliveries,
    /// Send the consent with the Task.
    IncludeConsent,
}

/// What a base says it can do: what it does not say is not offered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capability {
    offered: Vec<Operation>,
}

impl Capability {
    /// Whether the base says that it does this.
    pub fn offers(&self, operation: Operation) -> bool {
        self.offered.contains(&operation)
    }
}
