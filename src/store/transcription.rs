//! Prescriptions transcribed from paper, kept where the base's answers are: they serve when nobody else describes them.

use jiff::Timestamp;

use super::received::ReceivedCopy;
use super::record::{read_transcription, write_transcription};
use super::{Store, StoreError};
use crate::domain::number::PrescriptionNumber;
use crate::domain::paper::Paper;
use crate::domain::prescription::Prescription;

impl Store {
    /// Keeps what was transcribed, unless something is kept under that number: what the base said is worth more, and
    /// what was served once is not written again.
    pub fn keep_transcription(&self, prescription: &Prescription, now: Timestamp) -> Result<(), StoreError> {
        match Paper::of(prescription) {
            Some(paper) if self.received(&prescription.number)?.is_none() => {
                let content = write_transcription(paper)?;
                self.save_received(&prescription.number, now, &[content])
            }
            _ => Ok(()),
        }
    }
}

impl ReceivedCopy {
    /// The prescription as it was transcribed; `None` when it is the base's.
    pub fn transcription(&self, number: &PrescriptionNumber) -> Option<Prescription> {
        let [content] = &self.answers[..] else {
            return None;
        };
        read_transcription(content).map(|paper| paper.under(number.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifiers::Boxes;
    use crate::domain::paper::{PaperLine, PaperPatient, PaperPrescriber};
    use crate::domain::people::Sex;
    use crate::domain::product::ProductCode;
    use crate::domain::reasons::PaperReason;
    use crate::domain::substitution::{NonSubstitutable, SubstitutionPermission};
    use jiff::civil::date;

    fn now() -> Timestamp {
        "2026-11-22T09:42:00Z".parse().unwrap()
    }

    fn transcribed(number: PrescriptionNumber) -> Prescription {
        let paper = Paper {
            reason: PaperReason::PaperOnly,
            number: None,
            written_on: date(2026, 11, 20),
            is_secured: true,
            patient: PaperPatient {
                family: "ESSAI".into(),
                given: "Anne".into(),
                born: date(1979, 3, 5),
                sex: Sex::Female,
                ins: "279035121518989".parse().ok(),
            },
            prescriber: PaperPrescriber {
                family: "Rivière".into(),
                given: String::new(),
                rpps: "10003456789".parse().ok(),
                phone: "01 99 00 00 01".into(),
            },
            lines: vec![PaperLine {
                label: "un baume".into(),
                code: ProductCode::Lpp("1163922".parse().unwrap()),
                dosage: "1 par jour".into(),
                boxes: Boxes(2),
                repeats: 1,
                days: Some(30),
                substitution: SubstitutionPermission::Forbidden(NonSubstitutable::NarrowMargin),
            }],
        };
        paper.under(number)
    }

    #[test]
    fn a_transcription_is_read_back_as_it_was_and_is_not_written_over() {
        let store = Store::in_memory().unwrap();
        let number = PrescriptionNumber::of_paper(uuid::Uuid::from_u128(7));
        let written = transcribed(number.clone());
        store.keep_transcription(&written, now()).unwrap();
        let mut other = written.clone();
        other.patient.family = "ZZAUTRE".into();
        store.keep_transcription(&other, now()).unwrap();
        let copy = store.received(&number).unwrap().unwrap();
        assert!(copy.transcription(&number).unwrap() == written);
    }

    #[test]
    fn what_the_base_sent_is_no_transcription_and_stays() {
        let store = Store::in_memory().unwrap();
        let number: PrescriptionNumber = "01S2TBPZ2JCNZZYGHZ".parse().unwrap();
        let sent = r#"{"resourceType":"Bundle"}"#.to_owned();
        store.save_received(&number, now(), &[sent]).unwrap();
        store
            .keep_transcription(&transcribed(number.clone()), now())
            .unwrap();
        let copy = store.received(&number).unwrap().unwrap();
        assert!(copy.transcription(&number).is_none());
    }
}
