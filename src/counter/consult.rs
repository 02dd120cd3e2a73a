//! From a number to what the counter needs to serve it: the base's answer, else the store's copy.

use jiff::Timestamp;

use super::{BaseSeen, Counter, CounterError};
use crate::base::{BaseError, ConsultAnswer, Received, Transport};
use crate::domain::breakdown::Breakdown;
use crate::domain::finding::Finding;
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::{DelayReason, OutboxEntry};
use crate::domain::prescription::{Delivery, Prescription};
use crate::domain::product::KnownProducts;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::rules::{self, Case};

/// A prescription, ready to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// It, with what was handed over here and the base does not know yet.
    pub prescription: Prescription,
    /// Where it comes from.
    pub freshness: Freshness,
    /// What the rules remark before anything is decided.
    pub findings: Vec<Finding>,
    /// The products it orders, and those that may replace them.
    pub products: KnownProducts,
    /// Why no copy of the base's answer is kept here, when it could not be.
    pub not_kept: Option<Breakdown>,
}

/// Where a prescription comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// From the base, just now.
    Fresh,
    /// From the store, because the base was silent: another pharmacy may have delivered since.
    FromStore {
        /// When the base sent that copy.
        received_at: Timestamp,
        /// Why the base gave no answer now.
        why: DelayReason,
    },
    /// From a paper without a number: the base, which cannot know it, was not asked.
    Transcribed,
}

impl Freshness {
    /// What it shows of the base, when it was asked.
    pub fn base(self) -> Option<BaseSeen> {
        match self {
            Self::Fresh => Some(BaseSeen::Answering),
            Self::FromStore { why, .. } => Some(BaseSeen::Silent(why)),
            Self::Transcribed => None,
        }
    }
}

/// The answer to a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsultationAnswer {
    /// The prescription.
    Opened(Box<Consultation>),
    /// The base said no, or knows no such number.
    Refused(Refusal),
}

impl<T: Transport> Counter<T> {
    /// Reads a prescription from the base and keeps it as received; when the base is silent, reads the last copy kept.
    pub async fn consult(
        &self,
        number: &PrescriptionNumber,
        now: Timestamp,
    ) -> Result<ConsultationAnswer, CounterError> {
        if number.is_of_paper() {
            let consultation = self.paper_kept(number, now)?;
            return Ok(ConsultationAnswer::Opened(Box::new(consultation)));
        }
        let mut not_kept = None;
        let (prescription, freshness) = match self.base.consult(number).await {
            // A base that lets this pharmacy in no more says nothing about the prescription: what was read before serves.
            Ok(ConsultAnswer::Refused(refusal)) if refusal.code == RefusalCode::RoleForbidden => {
                match self.copy_kept(number, DelayReason::AccessRefused)? {
                    Some(copy) => copy,
                    None => return Ok(ConsultationAnswer::Refused(refusal)),
                }
            }
            Ok(ConsultAnswer::Refused(refusal)) => return Ok(ConsultationAnswer::Refused(refusal)),
            Ok(ConsultAnswer::Found(consulted)) => {
                not_kept = self.keep(number, &consulted.received, now)?;
                (consulted.prescription, Freshness::Fresh)
            }
            Err(error) => self.kept_copy(number, error)?,
        };
        let consultation = Consultation {
            not_kept,
            ..self.ready(prescription, freshness, now)?
        };
        Ok(ConsultationAnswer::Opened(Box::new(consultation)))
    }

    /// Keeps the base's answer. Where nothing can be written the patient is served all the same: what is lost is the
    /// copy for an outage. Anything else that breaks is no disk to go on with.
    fn keep(
        &self,
        number: &PrescriptionNumber,
        received: &Received,
        now: Timestamp,
    ) -> Result<Option<Breakdown>, CounterError> {
        match self.store.save_received(number, now, &received.answers) {
            Ok(()) => Ok(None),
            Err(error) => match error.breakdown() {
                breakdown @ (Breakdown::DiskFull | Breakdown::ReadOnly) => Ok(Some(breakdown)),
                _ => Err(error.into()),
            },
        }
    }

    /// A prescription with all that serving it needs.
    pub(super) fn ready(
        &self,
        prescription: Prescription,
        freshness: Freshness,
        now: Timestamp,
    ) -> Result<Consultation, CounterError> {
        let prescription = self.with_what_is_known(prescription, now)?;
        let product = |code: &_| self.catalogue.find(code);
        let findings = rules::of_prescription(&Case {
            prescription: &prescription,
            pharmacy: &self.pharmacy.finess,
            now,
            today: self.day(now),
            product: &product,
        });
        let past = prescription.history.iter().map(|past| &past.code);
        let products = self
            .catalogue
            .related(prescription.lines.iter().map(|line| &line.code).chain(past));
        Ok(Consultation {
            prescription,
            freshness,
            findings,
            products,
            not_kept: None,
        })
    }

    /// The same prescription with what this pharmacy handed over of it, and to its patient.
    fn with_what_is_known(
        &self,
        prescription: Prescription,
        now: Timestamp,
    ) -> Result<Prescription, CounterError> {
        let prescription = self.with_local_deliveries(prescription)?;
        self.with_history(prescription, now)
    }

    fn kept_copy(
        &self,
        number: &PrescriptionNumber,
        error: BaseError,
    ) -> Result<(Prescription, Freshness), CounterError> {
        self.copy_kept(number, error.delay().0)?
            .ok_or(CounterError::NoCopy(error))
    }

    /// What is kept of it.
    fn copy_kept(
        &self,
        number: &PrescriptionNumber,
        why: DelayReason,
    ) -> Result<Option<(Prescription, Freshness)>, CounterError> {
        let kept = self.kept(number)?;
        Ok(kept.map(|(prescription, received_at)| (prescription, Freshness::FromStore { received_at, why })))
    }

    /// The same prescription with every delivery of this store: whatever became of its post, the boxes have left. Those
    /// that were taken back here do not count, whatever the base holds.
    fn with_local_deliveries(&self, prescription: Prescription) -> Result<Prescription, CounterError> {
        let local = self.store.hand_overs_of(&prescription.number)?;
        let prescription = prescription.with_handwritten_of(local.iter().map(|entry| &entry.hand_over));
        // A base that numbers a new line like one written by hand here must not have its boxes counted for it.
        let is_of_its_line = |entry: &OutboxEntry, number, delivery: &Delivery| {
            let line = prescription.line(number);
            let lines = &entry.hand_over.lines;
            let dispensed = lines.iter().find(|line| Some(line.id) == delivery.id);
            line.is_none_or(|line| {
                line.is_handwritten == dispensed.is_some_and(|line| line.handwritten.is_some())
            })
        };
        let delivered: Vec<_> = local
            .iter()
            .flat_map(|entry| {
                let deliveries = entry.deliveries();
                deliveries.filter(|(number, delivery)| is_of_its_line(entry, *number, delivery))
            })
            .collect();
        let annulled = local.iter().flat_map(|entry| entry.hand_over.annulled());
        Ok(prescription
            .with_deliveries(delivered)
            .without_deliveries(annulled))
    }
}
