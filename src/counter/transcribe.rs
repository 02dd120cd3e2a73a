//! A prescription transcribed from paper: taken when nobody describes it better, and found again afterwards.

use jiff::Timestamp;
use uuid::Uuid;

use super::consult::{Consultation, ConsultationAnswer, Freshness};
use super::{Counter, CounterError};
use crate::base::{Received, Transport, read_prescription};
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::DelayReason;
use crate::domain::paper::{NotTaken, Paper};
use crate::domain::prescription::Prescription;
use crate::domain::product::ProductCode;
use crate::domain::refusal::{Refusal, RefusalCode};

/// What became of a transcription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TranscriptionAnswer {
    /// It is a prescription, ready to be served.
    Taken(Box<Consultation>),
    /// Something in it is missing or impossible.
    NotTaken(NotTaken),
    /// The base, or the copy kept here, describes the prescription of that number: it knows more than the paper.
    Known(Box<Consultation>),
    /// The base answers about that number, and says no.
    Refused(PrescriptionNumber, Refusal),
}

impl<T: Transport> Counter<T> {
    /// Takes a paper as it was read; `id` names it when it bears no number. Nothing is recorded before it is served.
    pub async fn transcribe(
        &self,
        paper: Paper,
        id: Uuid,
        now: Timestamp,
    ) -> Result<TranscriptionAnswer, CounterError> {
        let product = |code: &ProductCode| self.catalogue.find(code);
        let prescription = match paper.prescription(self.day(now), id, &product) {
            Ok(prescription) => prescription,
            Err(why) => return Ok(TranscriptionAnswer::NotTaken(why)),
        };
        let freshness = if prescription.number.is_of_paper() {
            Freshness::Transcribed
        } else {
            match self.consult(&prescription.number, now).await {
                Ok(ConsultationAnswer::Opened(known)) => return Ok(TranscriptionAnswer::Known(known)),
                // A base that lets this pharmacy in no more says nothing about the prescription.
                Ok(ConsultationAnswer::Refused(no)) if no.code == RefusalCode::RoleForbidden => {
                    Freshness::FromStore {
                        received_at: now,
                        why: DelayReason::AccessRefused,
                    }
                }
                Ok(ConsultationAnswer::Refused(no)) => {
                    return Ok(TranscriptionAnswer::Refused(prescription.number, no));
                }
                Err(CounterError::NoCopy(error)) => Freshness::FromStore {
                    received_at: now,
                    why: error.delay().0,
                },
                Err(error) => return Err(error),
            }
        };
        let consultation = self.ready(prescription, freshness, now)?;
        Ok(TranscriptionAnswer::Taken(Box::new(consultation)))
    }

    /// A paper without a number, once it was served here: the base is not asked, it cannot know it.
    pub(super) fn paper_kept(
        &self,
        reference: &PrescriptionNumber,
        now: Timestamp,
    ) -> Result<Consultation, CounterError> {
        let (prescription, _) = self.kept(reference)?.ok_or(CounterError::NoPaper)?;
        self.ready(prescription, Freshness::Transcribed, now)
    }

    /// What is kept here under that number, and since when: the base's last answer, or a transcription. A copy that
    /// cannot be read is none.
    pub(super) fn kept(
        &self,
        number: &PrescriptionNumber,
    ) -> Result<Option<(Prescription, Timestamp)>, CounterError> {
        let Some(copy) = self.store.received(number)? else {
            return Ok(None);
        };
        let received_at = copy.received_at;
        let prescription = copy.transcription(number).or_else(|| {
            let answers = copy.answers;
            read_prescription(number, &Received { answers }).ok()
        });
        Ok(prescription.map(|prescription| (prescription, received_at)))
    }
}
