//! The prescriber's software: a short file becomes a complete, checked prescription, ready to be posted.
//!
//! One line is enough: what is missing is filled with plausible values, drawn from a seed, so that the
//! same file and the same seed give the same prescription.

mod fhir;
mod file;
mod plausible;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use uuid::Uuid;

use crate::domain::consent::Consent;
use crate::domain::identifiers::{Boxes, InvalidIdentifier, LineNumber};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Patient, Prescriber, Sex};
use crate::domain::prescription::{
    LineKind, LineStanding, NamedPharmacy, Prescription, PrescriptionKind, PrescriptionLine,
};
use crate::domain::product::{Product, ProductCode};
use crate::domain::substitution::{NonSubstitutable, SubstitutionPermission};
pub(super) use fhir::consent_resource;
use file::{OrderFile, OrderedLine, PatientFile, PrescriberFile};
use plausible::Draw;

/// How many lines one prescription may have: they are posted in one transaction.
const LINES_MAX: usize = 90;
/// How long a prescription can be executed when the file does not say.
const VALIDITY_MONTHS: i8 = 3;
const DOSAGE_UNSTATED: &str = "À prendre comme indiqué par le prescripteur";

/// What stands in the way of a prescription: where in the file, and what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct OrderError {
    /// Where, such as `lines[2].cip13`.
    pub place: String,
    /// What is wrong there.
    pub fault: OrderFault,
}

/// What is wrong in the file of a prescription.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderFault {
    /// It is not the JSON that `prescribe --file` reads.
    #[error("{message}")]
    NotTheFile {
        /// On which line, from 1.
        line: usize,
        /// At which character of it.
        column: usize,
        /// What the reader of JSON says.
        message: String,
    },
    /// It has no line, or too many.
    #[error("a prescription has 1 to {LINES_MAX} lines")]
    Lines,
    /// Its validity ends before it begins.
    #[error("it is before written_on")]
    BeforeWritten,
    /// The seed draws no valid identifier; another one will.
    #[error("the seed draws no valid identifier")]
    Unlucky,
    /// It is no day.
    #[error("not a day")]
    NotADay,
    /// It is none of these.
    #[error("{given:?} is none of {}", known.join(", "))]
    NotOneOf {
        /// What it is.
        given: String,
        /// What it may be.
        known: &'static [&'static str],
    },
    /// It is no identifier.
    #[error(transparent)]
    Identifier(#[from] InvalidIdentifier),
    /// It is outside these bounds.
    #[error("it is {least} to {most}")]
    Count {
        /// The least it may be.
        least: u16,
        /// The most.
        most: u16,
    },
    /// The line names no product, or several.
    #[error("it does not say one product")]
    NotOneProduct,
}

/// What a line may name its product by.
pub const PRODUCT_KEYS: [&str; 5] = ["cip13", "cis", "lpp", "compound", "other"];

/// A prescription that a prescriber is about to post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrescriptionOrder {
    prescription: Prescription,
    seed: Uuid,
}

/// How products are named: the medicines database, seen from here.
pub type FindProduct<'a> = dyn Fn(&ProductCode) -> Option<Product> + 'a;

impl PrescriptionOrder {
    /// Reads what `prescribe --file` accepts.
    ///
    /// `seed` gives the prescription's number and whatever the file leaves out; `today` is the day of
    /// writing when the file states none.
    pub fn read(json: &str, seed: Uuid, today: Date, product: &FindProduct<'_>) -> Result<Self, OrderError> {
        let file: OrderFile = serde_json::from_str(json).map_err(|error| {
            wrong(
                "the file",
                OrderFault::NotTheFile {
                    line: error.line(),
                    column: error.column(),
                    message: error.to_string(),
                },
            )
        })?;
        let draw = Draw(seed);
        if file.lines.is_empty() || file.lines.len() > LINES_MAX {
            return Err(wrong("lines", OrderFault::Lines));
        }
        let written_on = match &file.written_on {
            Some(text) => day("written_on", text)?,
            None => today,
        };
        let lines: Vec<PrescriptionLine> = file
            .lines
            .iter()
            .enumerate()
            .map(|(place, line)| ordered_line(place, line, product))
            .collect::<Result<_, _>>()?;
        let valid_until = match &file.valid_until {
            Some(text) => day("valid_until", text)?,
            None => last_day(written_on, &lines),
        };
        if valid_until < written_on {
            return Err(wrong("valid_until", OrderFault::BeforeWritten));
        }
        let prescription = Prescription {
            number: draw.prescription_number().ok_or_else(unlucky)?,
            kinds: file
                .kinds
                .iter()
                .map(|code| kind(code))
                .collect::<Result<_, _>>()?,
            written_on,
            valid_until: Some(valid_until),
            patient: patient(file.patient, draw, written_on)?,
            prescriber: prescriber(file.prescriber, draw)?,
            consent: consent(file.consent.as_deref())?,
            hold: None,
            lines,
            paper: None,
            history: Vec::new(),
        };
        Ok(Self { prescription, seed })
    }

    /// The prescription, as it will be at the base once posted.
    pub fn prescription(&self) -> &Prescription {
        &self.prescription
    }

    /// Its number.
    pub fn number(&self) -> &PrescriptionNumber {
        &self.prescription.number
    }
}

fn wrong(place: impl Into<String>, fault: OrderFault) -> OrderError {
    OrderError {
        place: place.into(),
        fault,
    }
}

fn not_one_of(place: impl Into<String>, given: &str, known: &'static [&'static str]) -> OrderError {
    let given = given.to_owned();
    wrong(place, OrderFault::NotOneOf { given, known })
}

/// A seed in a hundred million draws a number that is none.
fn unlucky() -> OrderError {
    wrong("the seed", OrderFault::Unlucky)
}

fn day(place: &str, text: &str) -> Result<Date, OrderError> {
    text.parse().map_err(|_| wrong(place, OrderFault::NotADay))
}

/// Three months, or the whole treatment when it is longer; the first day counts.
fn last_day(written_on: Date, lines: &[PrescriptionLine]) -> Date {
    let after = |span: Span| written_on.checked_add(span).and_then(Date::yesterday).ok();
    let treatments = lines.iter().filter_map(|line| {
        let days = i32::from(line.days?) * (i32::from(line.repeats) + 1);
        after(days.days())
    });
    treatments
        .chain(after(VALIDITY_MONTHS.months()))
        .max()
        .unwrap_or(written_on)
}

fn kind(code: &str) -> Result<PrescriptionKind, OrderError> {
    Ok(match code {
        "secured" => PrescriptionKind::Secured,
        "exception" => PrescriptionKind::Exception,
        "ald-two-zone" => PrescriptionKind::AldTwoZone,
        "urgent" => PrescriptionKind::Urgent,
        other if other.starts_with("MED-") => PrescriptionKind::Other(other.to_owned()),
        other => {
            let known = &["secured", "exception", "ald-two-zone", "urgent", "MED-…"];
            return Err(not_one_of("kinds", other, known));
        }
    })
}

fn consent(code: Option<&str>) -> Result<Consent, OrderError> {
    match code {
        None | Some("agreed") => Ok(Consent::Agreed),
        Some("opposed") => Ok(Consent::Opposed),
        Some("none" | "not-recorded") => Ok(Consent::NotRecorded),
        Some(other) => Err(not_one_of("consent", other, &["agreed", "opposed", "none"])),
    }
}

fn patient(file: PatientFile, draw: Draw, written_on: Date) -> Result<Patient, OrderError> {
    let ins: Option<crate::domain::people::Ins> = file
        .ins
        .map(|text| {
            text.parse()
                .map_err(|error: InvalidIdentifier| wrong("patient.ins", error.into()))
        })
        .transpose()?;
    let sex = match (file.sex.as_deref(), ins.as_ref().map(|ins| &ins.as_str()[..1])) {
        (Some("female"), _) | (None, Some("2")) => Sex::Female,
        (Some("male"), _) | (None, Some("1")) => Sex::Male,
        (Some("unknown"), _) => Sex::Unknown,
        (Some(other), _) => {
            return Err(not_one_of("patient.sex", other, &["female", "male", "unknown"]));
        }
        (None, _) => draw.sex(),
    };
    let born = match (&file.born, &ins) {
        (Some(text), _) => day("patient.born", text)?,
        (None, Some(ins)) => plausible::born_as_ins_says(ins, draw, written_on),
        (None, None) => draw.born(written_on),
    };
    Ok(Patient {
        ins: Some(ins.or_else(|| draw.ins(born, sex)).ok_or_else(unlucky)?),
        family: file.family.unwrap_or_else(|| draw.family("patient")),
        given: file.given.unwrap_or_else(|| draw.given("patient", sex)),
        born: Some(born),
        sex,
    })
}

fn prescriber(file: PrescriberFile, draw: Draw) -> Result<Prescriber, OrderError> {
    let rpps = match file.rpps {
        Some(text) => text
            .parse()
            .map_err(|error: InvalidIdentifier| wrong("prescriber.rpps", error.into()))?,
        None => draw.rpps().ok_or_else(unlucky)?,
    };
    Ok(Prescriber {
        rpps: Some(rpps),
        family: file.family.unwrap_or_else(|| draw.family("prescriber")),
        given: file.given.unwrap_or_else(|| draw.given("prescriber", draw.sex())),
        specialty: file.specialty.unwrap_or_else(|| draw.specialty()),
        phone: file.phone.unwrap_or_else(|| draw.phone()),
    })
}

fn ordered_line(
    place: usize,
    line: &OrderedLine,
    product: &FindProduct<'_>,
) -> Result<PrescriptionLine, OrderError> {
    let at = |element: &str| format!("lines[{place}].{element}");
    let (kind, code, name) = ordered_product(place, line)?;
    let known = product(&code).map(|product| product.name);
    let boxes = line.boxes.unwrap_or(1);
    if boxes == 0 || boxes > 999 {
        return Err(wrong(at("boxes"), OrderFault::Count { least: 1, most: 999 }));
    }
    let repeats = line.repeats.unwrap_or(0);
    if repeats > 12 {
        return Err(wrong(at("repeats"), OrderFault::Count { least: 0, most: 12 }));
    }
    let days = line.days.filter(|days| *days > 0);
    if days.is_some_and(|days| days > 365) {
        return Err(wrong(at("days"), OrderFault::Count { least: 0, most: 365 }));
    }
    let substitution = match line.non_substitutable.as_deref() {
        None => SubstitutionPermission::Allowed,
        Some(code @ ("MTE" | "EFG" | "CIF")) => {
            SubstitutionPermission::Forbidden(NonSubstitutable::from_code(code))
        }
        Some(other) => {
            return Err(not_one_of(at("non_substitutable"), other, &["MTE", "EFG", "CIF"]));
        }
    };
    let others = matches!(kind, LineKind::Other { .. });
    Ok(PrescriptionLine {
        number: LineNumber(u16::try_from(place + 1).unwrap_or(u16::MAX)),
        kind,
        label: line.label.clone().or(known).unwrap_or(name),
        code,
        dosage: line.dosage.clone().unwrap_or_else(|| {
            if others {
                String::new()
            } else {
                DOSAGE_UNSTATED.into()
            }
        }),
        boxes: (!others).then_some(Boxes(boxes)),
        repeats,
        days,
        to_pharmacist: line.to_pharmacist.clone().unwrap_or_default(),
        named_pharmacy: named_pharmacy(place, line)?,
        is_handwritten: false,
        substitution,
        standing: LineStanding::Active,
        deliveries: Vec::new(),
    })
}

fn named_pharmacy(place: usize, line: &OrderedLine) -> Result<Option<NamedPharmacy>, OrderError> {
    let Some(named) = &line.named_pharmacy else {
        return Ok(None);
    };
    let finess = match &named.finess {
        None => None,
        Some(text) => Some(text.parse().map_err(|error: InvalidIdentifier| {
            wrong(format!("lines[{place}].named_pharmacy.finess"), error.into())
        })?),
    };
    Ok(Some(NamedPharmacy {
        finess,
        name: named.name.clone(),
    }))
}

/// What a line orders, and how to name it if nothing better is known.
fn ordered_product(place: usize, line: &OrderedLine) -> Result<(LineKind, ProductCode, String), OrderError> {
    let at = |element: &str| format!("lines[{place}].{element}");
    let badly = |element: &str, error: InvalidIdentifier| wrong(at(element), error.into());
    let stated = [&line.cip13, &line.cis, &line.lpp, &line.compound, &line.other];
    if stated.iter().filter(|element| element.is_some()).count() != 1 {
        return Err(wrong(format!("lines[{place}]"), OrderFault::NotOneProduct));
    }
    Ok(if let Some(text) = &line.cip13 {
        let cip13 = text.parse().map_err(|error| badly("cip13", error))?;
        (
            LineKind::Medication,
            ProductCode::Cip13(cip13),
            format!("Médicament CIP13 {text}"),
        )
    } else if let Some(text) = &line.cis {
        let cis = text.parse().map_err(|error| badly("cis", error))?;
        (
            LineKind::Medication,
            ProductCode::Cis(cis),
            format!("Spécialité CIS {text}"),
        )
    } else if let Some(text) = &line.lpp {
        let lpp = text.parse().map_err(|error| badly("lpp", error))?;
        (
            LineKind::Device,
            ProductCode::Lpp(lpp),
            format!("Dispositif LPP {text}"),
        )
    } else if let Some(text) = &line.compound {
        (LineKind::Compound, ProductCode::None, text.clone())
    } else {
        let executor = match line.executor.as_deref() {
            None | Some("laboratory") => "laboratoire",
            Some("nurse") => "infirmier",
            Some("physiotherapist") => "masseur-kinésithérapeute",
            Some(other) => other,
        };
        let kind = LineKind::Other {
            executor: executor.to_owned(),
        };
        (kind, ProductCode::None, line.other.clone().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests;
