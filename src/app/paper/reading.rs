//! From what is typed to a paper: each text is read where it stands, and what cannot be read is said there.

use jiff::civil::Date;

use crate::app::paper::day::{self, NotADay};
use crate::app::paper::{Field, FormLine, LineField, PaperForm, Remark};
use crate::domain::identifiers::{Boxes, LineNumber, Rpps};
use crate::domain::number::{PrescriptionNumber, TypedNumber};
use crate::domain::paper::{NotTaken, Paper, PaperLine, PaperPatient, PaperPrescriber};
use crate::domain::people::Ins;
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::PaperReason;
use crate::domain::substitution::SubstitutionPermission;

/// Boxes and days that a paper can order; more is a finger that slipped.
const COUNT_MAX: u16 = 999;

impl PaperForm {
    /// The paper, or the first field that cannot be read and why.
    pub(super) fn paper(&self, today: Date) -> Result<Paper, (Field, Remark)> {
        let at = |field: Field| move |remark: Remark| (field, remark);
        let ordered = self.lines.iter().enumerate().filter(|(_, line)| !line.is_blank());
        Ok(Paper {
            reason: self.reason,
            number: self.number().map_err(at(Field::Number))?,
            written_on: self.written_on(today).map_err(at(Field::WrittenOn))?,
            is_secured: self.is_secured,
            patient: PaperPatient {
                family: needed(self.family.as_str()).map_err(at(Field::Family))?,
                given: needed(self.given.as_str()).map_err(at(Field::Given))?,
                born: self.born(today).map_err(at(Field::Born))?,
                sex: self.sex,
                ins: self.ins().map_err(at(Field::Ins))?,
            },
            prescriber: PaperPrescriber {
                family: needed(self.prescriber.as_str()).map_err(at(Field::Prescriber))?,
                given: String::new(),
                rpps: self.rpps().map_err(at(Field::Rpps))?,
                phone: self.phone.as_str().trim().to_owned(),
            },
            lines: ordered
                .map(|(place, line)| {
                    line.read()
                        .map_err(|(field, remark)| (Field::Line(place, field), remark))
                })
                .collect::<Result<_, _>>()?,
        })
    }

    fn number(&self) -> Result<Option<PrescriptionNumber>, Remark> {
        // Behind another reason the field is not even shown.
        if self.reason != PaperReason::BaseUnreachable || self.number.as_str().trim().is_empty() {
            return Ok(None);
        }
        match PrescriptionNumber::typed(self.number.as_str()) {
            Ok(TypedNumber::Clear(number)) => Ok(Some(number)),
            Ok(TypedNumber::Doubtful { .. }) => Err(Remark::DoubtfulNumber),
            Err(_) => Err(Remark::NotANumber),
        }
    }

    /// The day it was written; today when nothing is typed.
    pub fn written_on(&self, today: Date) -> Result<Date, Remark> {
        match self.written_on.as_str().trim() {
            "" => Ok(today),
            text => day::written(text, today).ok_or(Remark::NotADay),
        }
    }

    /// The patient's date of birth.
    pub fn born(&self, today: Date) -> Result<Date, Remark> {
        let text = needed(self.born.as_str())?;
        day::born(&text, today).map_err(|why| match why {
            NotADay::NoDay => Remark::NotADay,
            NotADay::WhichCentury => Remark::WhichCentury,
        })
    }

    fn ins(&self) -> Result<Option<Ins>, Remark> {
        optional(self.ins.as_str()).map_err(|()| Remark::NotAnIns)
    }

    fn rpps(&self) -> Result<Option<Rpps>, Remark> {
        optional(self.rpps.as_str()).map_err(|()| Remark::NotAnRpps)
    }

    /// What cannot be read in a field that holds something.
    pub(super) fn syntax(&self, field: Field, today: Date) -> Option<Remark> {
        let remark = match field {
            Field::Number => self.number().err(),
            Field::WrittenOn => self.written_on(today).err(),
            Field::Born => self.born(today).err(),
            Field::Ins => self.ins().err(),
            Field::Rpps => self.rpps().err(),
            Field::Line(place, of_line) => {
                let failed = self.lines.get(place).and_then(|line| line.read().err());
                failed
                    .filter(|(failing, _)| *failing == of_line)
                    .map(|(_, remark)| remark)
            }
            _ => None,
        };
        remark.filter(|remark| *remark != Remark::Missing)
    }

    /// What is to be said beside a field: why it was refused, what cannot be read, what the law asks for.
    pub fn remark(&self, field: Field, today: Date) -> Option<Remark> {
        if let Some((of, remark)) = self.refused
            && of == field
        {
            return Some(remark);
        }
        if !self.is_visited(field) {
            return None;
        }
        self.syntax(field, today)
            .or_else(|| self.is_missing(field).then_some(Remark::Missing))
    }

    fn is_missing(&self, field: Field) -> bool {
        let is_asked_for = match field {
            Field::Line(place, LineField::Product) => place + 1 < self.lines.len() || place == 0,
            Field::Family
            | Field::Given
            | Field::Born
            | Field::Prescriber
            | Field::Line(_, LineField::Dosage) => true,
            _ => false,
        };
        let is_blank = |input: &crate::app::input::TextInput| input.as_str().trim().is_empty();
        is_asked_for && self.input(field).is_some_and(is_blank)
    }

    /// Where it is said that it cannot be taken so.
    pub(super) fn field_of(&self, why: NotTaken) -> Field {
        let is_blank = |text: &str| text.trim().is_empty();
        // Blank lines are left out of the count, so a line's number is that of the n-th one that is not.
        let of = |number: LineNumber, field: LineField| {
            let mut ordered = self.lines.iter().enumerate().filter(|(_, line)| !line.is_blank());
            let place = ordered.nth(usize::from(number.0).saturating_sub(1));
            Field::Line(place.map_or(0, |(place, _)| place), field)
        };
        match why {
            NotTaken::PatientName if is_blank(self.family.as_str()) => Field::Family,
            NotTaken::PatientName => Field::Given,
            NotTaken::BornLater => Field::Born,
            NotTaken::PrescriberName => Field::Prescriber,
            NotTaken::WrittenLater => Field::WrittenOn,
            NotTaken::NoLine => Field::Line(0, LineField::Product),
            NotTaken::TooManyLines => Field::Line(self.lines.len() - 1, LineField::Product),
            NotTaken::Product(line) => of(line, LineField::Product),
            NotTaken::Dosage(line) => of(line, LineField::Dosage),
            NotTaken::Boxes(line) => of(line, LineField::Boxes),
            NotTaken::NumberAllTheSame => Field::Number,
            NotTaken::NotSecured(_) => Field::Secured,
        }
    }

    /// What the medicines database knows of a code, among what was chosen or scanned.
    pub(super) fn product(&self, code: &ProductCode) -> Option<Product> {
        let mut lines = self.lines.iter().filter(|line| line.code == *code);
        lines.find_map(|line| line.product.clone())
    }
}

impl FormLine {
    /// The line, or the first field that cannot be read and why.
    pub(in crate::app) fn read(&self) -> Result<PaperLine, (LineField, Remark)> {
        let count = |input: &crate::app::input::TextInput, unsaid: u16, field: LineField| {
            counted(input.as_str(), unsaid).map_err(|remark| (field, remark))
        };
        if self.words.as_str().trim().is_empty() {
            let remark = if self.is_code_alone() {
                Remark::UnknownCode
            } else {
                Remark::Missing
            };
            return Err((LineField::Product, remark));
        }
        let dosage = needed(self.dosage.as_str()).map_err(|remark| (LineField::Dosage, remark))?;
        let days = match self.days.as_str().trim() {
            "" => None,
            _ => Some(count(&self.days, 0, LineField::Days)?).filter(|days| *days > 0),
        };
        Ok(PaperLine {
            label: self.words.as_str().trim().to_owned(),
            code: self.code.clone(),
            dosage,
            boxes: Boxes(count(&self.boxes, 1, LineField::Boxes)?),
            repeats: count(&self.repeats, 0, LineField::Repeats)?,
            days,
            substitution: match &self.not_substitutable {
                None => SubstitutionPermission::Allowed,
                Some(why) => SubstitutionPermission::Forbidden(why.clone()),
            },
        })
    }
}

fn needed(text: &str) -> Result<String, Remark> {
    match text.trim() {
        "" => Err(Remark::Missing),
        text => Ok(text.to_owned()),
    }
}

fn optional<T: std::str::FromStr>(text: &str) -> Result<Option<T>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| ()),
    }
}

fn counted(text: &str, unsaid: u16) -> Result<u16, Remark> {
    match text.trim() {
        "" => Ok(unsaid),
        text => text
            .parse()
            .ok()
            .filter(|count| *count <= COUNT_MAX)
            .ok_or(Remark::NotACount),
    }
}
