//! A prescription transcribed from paper, when the base cannot describe it: the one door through which it comes in.
//!
//! Past this door it is a [`Prescription`] like any other: the same rules judge it, the same register takes it. What it
//! lacks is the base's word: its number, when the paper bears none, is a reference of this pharmacy's own.

use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::consent::Consent;
use crate::domain::identifiers::{Boxes, LineNumber, Rpps};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Ins, Patient, Prescriber, Sex};
use crate::domain::prescription::{LineKind, LineStanding, Prescription, PrescriptionKind, PrescriptionLine};
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::PaperReason;
use crate::domain::regime::Regime;
use crate::domain::substitution::SubstitutionPermission;

/// What was read on the paper, not yet checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Paper {
    /// Why it is transcribed.
    pub reason: PaperReason,
    /// The number printed on it, if any.
    pub number: Option<PrescriptionNumber>,
    /// The day it was written.
    pub written_on: Date,
    /// Whether it is an ordonnance sécurisée.
    pub is_secured: bool,
    /// Who it is for.
    pub patient: PaperPatient,
    /// Who wrote it.
    pub prescriber: PaperPrescriber,
    /// What it orders, in its order.
    pub lines: Vec<PaperLine>,
}

/// Who a paper is for.
#[derive(Clone, PartialEq, Eq)]
pub struct PaperPatient {
    /// Family name.
    pub family: String,
    /// Given names.
    pub given: String,
    /// Date of birth.
    pub born: Date,
    /// Administrative sex.
    pub sex: Sex,
    /// The national health identity number, when it is known.
    pub ins: Option<Ins>,
}

/// Who wrote a paper.
#[derive(Clone, PartialEq, Eq)]
pub struct PaperPrescriber {
    /// Family name.
    pub family: String,
    /// Given name, may be empty.
    pub given: String,
    /// The number printed on the paper.
    pub rpps: Option<Rpps>,
    /// Where the prescriber answers the phone, may be empty.
    pub phone: String,
}

/// One product that a paper orders.
#[derive(Clone, PartialEq, Eq)]
pub struct PaperLine {
    /// The product in words; may be empty beside a code that the medicines database knows.
    pub label: String,
    /// Its code, when it was found.
    pub code: ProductCode,
    /// How to take it.
    pub dosage: String,
    /// Boxes of one delivery.
    pub boxes: Boxes,
    /// How many more times the same may be delivered.
    pub repeats: u16,
    /// How long one delivery lasts, in days.
    pub days: Option<u16>,
    /// May another product be given for it.
    pub substitution: SubstitutionPermission,
}

/// Why a transcription is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// The patient's family or given name is missing.
    PatientName,
    /// The patient is born after today, or after the prescription.
    BornLater,
    /// The prescriber's name is missing.
    PrescriberName,
    /// It is written after today.
    WrittenLater,
    /// It has no line.
    NoLine,
    /// It has more lines than a line number counts.
    TooManyLines,
    /// The line does not say which product.
    Product(LineNumber),
    /// The line does not say how to take it.
    Dosage(LineNumber),
    /// The line orders no box.
    Boxes(LineNumber),
    /// Its number could not be read, or there is none, and a number is given all the same.
    NumberAllTheSame,
    /// The law asks for an ordonnance sécurisée (CSP art. R. 5132-5), and the paper is not one.
    NotSecured(LineNumber),
}

impl Paper {
    /// The prescription that it is, checked; `id` names it when the paper bears no number.
    pub fn prescription(
        mut self,
        today: Date,
        id: Uuid,
        product: &dyn Fn(&ProductCode) -> Option<Product>,
    ) -> Result<Prescription, NotTaken> {
        self.check(today, product)?;
        for line in self.lines.iter_mut().filter(|line| is_blank(&line.label)) {
            if let Some(known) = product(&line.code) {
                line.label = known.name;
            }
        }
        let number = self
            .number
            .clone()
            .unwrap_or_else(|| PrescriptionNumber::of_paper(id));
        Ok(self.under(number))
    }

    /// Whether it can be taken; the first reason why not, in the order of the paper.
    pub fn check(
        &self,
        today: Date,
        product: &dyn Fn(&ProductCode) -> Option<Product>,
    ) -> Result<(), NotTaken> {
        if is_blank(&self.patient.family) || is_blank(&self.patient.given) {
            return Err(NotTaken::PatientName);
        }
        if self.written_on > today {
            return Err(NotTaken::WrittenLater);
        }
        if self.patient.born > self.written_on {
            return Err(NotTaken::BornLater);
        }
        if is_blank(&self.prescriber.family) {
            return Err(NotTaken::PrescriberName);
        }
        if self.number.is_some() && self.reason != PaperReason::BaseUnreachable {
            return Err(NotTaken::NumberAllTheSame);
        }
        if self.lines.is_empty() {
            return Err(NotTaken::NoLine);
        }
        if u16::try_from(self.lines.len()).is_err() {
            return Err(NotTaken::TooManyLines);
        }
        let mut lines = self.lines.iter().zip(1..);
        lines.try_for_each(|(line, place)| line.check(LineNumber(place), self.is_secured, product))
    }

    /// The prescription that it is under that number, as it was taken before.
    pub fn under(self, number: PrescriptionNumber) -> Prescription {
        let (patient, prescriber) = (self.patient, self.prescriber);
        let lines = self.lines.into_iter().zip(1..);
        Prescription {
            number,
            kinds: if self.is_secured {
                vec![PrescriptionKind::Secured]
            } else {
                Vec::new()
            },
            written_on: self.written_on,
            valid_until: None,
            patient: Patient {
                ins: patient.ins,
                family: patient.family.trim().to_owned(),
                given: patient.given.trim().to_owned(),
                born: Some(patient.born),
                sex: patient.sex,
            },
            prescriber: Prescriber {
                rpps: prescriber.rpps,
                family: prescriber.family.trim().to_owned(),
                given: prescriber.given.trim().to_owned(),
                specialty: String::new(),
                phone: prescriber.phone.trim().to_owned(),
            },
            // The patient was not asked here: nobody may see more than the base allows.
            consent: Consent::NotRecorded,
            hold: None,
            lines: lines.map(|(line, place)| line.under(LineNumber(place))).collect(),
            paper: Some(self.reason),
            history: Vec::new(),
        }
    }

    /// What was transcribed of that prescription; `None` for one that the base described.
    pub fn of(prescription: &Prescription) -> Option<Self> {
        let (patient, prescriber) = (&prescription.patient, &prescription.prescriber);
        Some(Self {
            reason: prescription.paper?,
            number: Some(prescription.number.clone()).filter(|number| !number.is_of_paper()),
            written_on: prescription.written_on,
            is_secured: prescription.kinds.contains(&PrescriptionKind::Secured),
            patient: PaperPatient {
                family: patient.family.clone(),
                given: patient.given.clone(),
                born: patient.born?,
                sex: patient.sex,
                ins: patient.ins.clone(),
            },
            prescriber: PaperPrescriber {
                family: prescriber.family.clone(),
                given: prescriber.given.clone(),
                rpps: prescriber.rpps.clone(),
                phone: prescriber.phone.clone(),
            },
            lines: prescription.lines.iter().map(PaperLine::of).collect(),
        })
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

impl PaperLine {
    /// Whether it can be taken; the first reason why not.
    pub fn check(
        &self,
        number: LineNumber,
        is_secured: bool,
        product: &dyn Fn(&ProductCode) -> Option<Product>,
    ) -> Result<(), NotTaken> {
        let known = product(&self.code);
        if is_blank(&self.label) && known.is_none() {
            return Err(NotTaken::Product(number));
        }
        if is_blank(&self.dosage) {
            return Err(NotTaken::Dosage(number));
        }
        if self.boxes == Boxes::ZERO {
            return Err(NotTaken::Boxes(number));
        }
        if Regime::of(known.as_ref()).is_secured() && !is_secured {
            return Err(NotTaken::NotSecured(number));
        }
        Ok(())
    }

    /// A line that was added by hand on the paper of an electronic prescription.
    pub fn by_hand(self, number: LineNumber) -> PrescriptionLine {
        PrescriptionLine {
            is_handwritten: true,
            ..self.under(number)
        }
    }

    fn under(self, number: LineNumber) -> PrescriptionLine {
        PrescriptionLine {
            number,
            kind: match self.code {
                ProductCode::Lpp(_) => LineKind::Device,
                _ => LineKind::Medication,
            },
            label: self.label.trim().to_owned(),
            code: self.code,
            dosage: self.dosage.trim().to_owned(),
            boxes: Some(self.boxes),
            repeats: self.repeats,
            days: self.days,
            to_pharmacist: String::new(),
            named_pharmacy: None,
            is_handwritten: false,
            substitution: self.substitution,
            standing: LineStanding::Active,
            deliveries: Vec::new(),
        }
    }

    /// What was written of that line.
    pub fn of(line: &PrescriptionLine) -> Self {
        Self {
            label: line.label.clone(),
            code: line.code.clone(),
            dosage: line.dosage.clone(),
            boxes: line.boxes.unwrap_or(Boxes::ZERO),
            repeats: line.repeats,
            days: line.days,
            substitution: line.substitution.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::sample::{self, TODAY};

    fn paper() -> Paper {
        Paper {
            reason: PaperReason::PaperOnly,
            number: None,
            written_on: date(2026, 11, 20),
            is_secured: false,
            patient: PaperPatient {
                family: " ESSAI ".into(),
                given: "Anne".into(),
                born: date(1979, 3, 5),
                sex: Sex::Female,
                ins: None,
            },
            prescriber: PaperPrescriber {
                family: "Rivière".into(),
                given: String::new(),
                rpps: None,
                phone: String::new(),
            },
            lines: vec![PaperLine {
                label: String::new(),
                code: sample::cip13(sample::ORDERED),
                dosage: "1 par jour".into(),
                boxes: Boxes(2),
                repeats: 1,
                days: Some(30),
                substitution: SubstitutionPermission::Allowed,
            }],
        }
    }

    /// What is made wrong in a good paper.
    type Change = fn(&mut Paper);

    fn taken(paper: Paper) -> Result<Prescription, NotTaken> {
        paper.prescription(TODAY, Uuid::from_u128(7), &sample::product)
    }

    #[test]
    fn a_paper_without_a_number_becomes_a_prescription_under_our_own_reference() {
        let prescription = taken(paper()).unwrap();
        assert!(prescription.number.is_of_paper());
        assert_eq!(prescription.paper, Some(PaperReason::PaperOnly));
        assert_eq!(prescription.patient.family, "ESSAI");
        assert_eq!(
            prescription.lines[0].label, "PRODUIT 60000001",
            "the catalogue's name"
        );
        assert_eq!(prescription.lines[0].ordered(), Some(Boxes(4)));
        assert_eq!(prescription.consent, Consent::NotRecorded);
    }

    #[test]
    fn what_was_transcribed_is_found_again_in_the_prescription_it_became() {
        let prescription = taken(paper()).unwrap();
        let found = Paper::of(&prescription).unwrap();
        assert_eq!(found.number, None, "our own reference is no number of the paper");
        assert!(found.under(prescription.number.clone()) == prescription);
    }

    #[test]
    fn a_printed_number_is_kept_only_while_the_base_cannot_be_reached() {
        let printed: PrescriptionNumber = "01S2TBPZ2JCNZZYGHZ".parse().unwrap();
        let mut numbered = paper();
        numbered.number = Some(printed.clone());
        assert_eq!(taken(numbered.clone()).err(), Some(NotTaken::NumberAllTheSame));
        numbered.reason = PaperReason::BaseUnreachable;
        assert_eq!(taken(numbered).map(|taken| taken.number), Ok(printed));
    }

    #[test]
    fn what_is_missing_or_impossible_is_not_taken() {
        let one = LineNumber(1);
        let cases: [(Change, NotTaken); 9] = [
            (|paper| paper.patient.family = " ".into(), NotTaken::PatientName),
            (|paper| paper.patient.given = String::new(), NotTaken::PatientName),
            (
                |paper| paper.patient.born = date(2026, 11, 21),
                NotTaken::BornLater,
            ),
            (
                |paper| paper.prescriber.family = String::new(),
                NotTaken::PrescriberName,
            ),
            (
                |paper| paper.written_on = date(2026, 11, 23),
                NotTaken::WrittenLater,
            ),
            (|paper| paper.lines.clear(), NotTaken::NoLine),
            (
                |paper| paper.lines[0].code = ProductCode::None,
                NotTaken::Product(one),
            ),
            (|paper| paper.lines[0].dosage = " ".into(), NotTaken::Dosage(one)),
            (|paper| paper.lines[0].boxes = Boxes(0), NotTaken::Boxes(one)),
        ];
        for (change, why) in cases {
            let mut paper = paper();
            change(&mut paper);
            assert_eq!(taken(paper).err(), Some(why));
        }
    }

    #[test]
    fn a_narcotic_needs_a_secured_paper() {
        let morphine = |_: &ProductCode| Some(sample::medicine("sulfate de morphine", &["stupéfiants"]));
        let of = |is_secured| {
            let paper = Paper {
                is_secured,
                ..paper()
            };
            paper.prescription(TODAY, Uuid::nil(), &morphine)
        };
        assert_eq!(of(false).err(), Some(NotTaken::NotSecured(LineNumber(1))));
        assert!(of(true).is_ok());
    }
}
