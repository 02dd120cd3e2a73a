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
use crate::domain::identifiers::{Boxes, LineNumber};
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

/// What stands in the way of a prescription: where in the file, what, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}; {remedy}")]
pub struct OrderError {
    /// Where, such as `lines[2].cip13`.
    pub place: String,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

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
                error.to_string(),
                "write the JSON object that `prescribe --file` reads, see the README",
            )
        })?;
        let draw = Draw(seed);
        if file.lines.is_empty() || file.lines.len() > LINES_MAX {
            return Err(wrong(
                "lines",
                "a prescription has 1 to 90 lines",
                "write at least one",
            ));
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
            return Err(wrong(
                "valid_until",
                "it is before written_on",
                "write a later day, or null for three months",
            ));
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

fn wrong(place: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> OrderError {
    OrderError {
        place: place.into(),
        problem: problem.into(),
        remedy: remedy.into(),
    }
}

/// A seed in a hundred million draws a number that is none.
fn unlucky() -> OrderError {
    wrong("the seed", "it draws no valid identifier", "run again")
}

fn day(place: &str, text: &str) -> Result<Date, OrderError> {
    text.parse()
        .map_err(|_| wrong(place, "not a day", "write it as 2026-11-20"))
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
            let problem = format!("unknown kind {other:?}");
            return Err(wrong(
                "kinds",
                problem,
                "write secured, exception, ald-two-zone, urgent or a MED-… code",
            ));
        }
    })
}

fn consent(code: Option<&str>) -> Result<Consent, OrderError> {
    match code {
        None | Some("agreed") => Ok(Consent::Agreed),
        Some("opposed") => Ok(Consent::Opposed),
        Some("none" | "not-recorded") => Ok(Consent::NotRecorded),
        Some(other) => Err(wrong(
            "consent",
            format!("unknown choice {other:?}"),
            "write agreed, opposed or none",
        )),
    }
}

fn patient(file: PatientFile, draw: Draw, written_on: Date) -> Result<Patient, OrderError> {
    let ins: Option<crate::domain::people::Ins> = file
        .ins
        .map(|text| {
            text.parse()
                .map_err(|error: crate::domain::identifiers::InvalidIdentifier| {
                    wrong(
                        "patient.ins",
                        error.to_string(),
                        "leave it out to get a valid one of the test range",
                    )
                })
        })
        .transpose()?;
    let sex = match (file.sex.as_deref(), ins.as_ref().map(|ins| &ins.as_str()[..1])) {
        (Some("female"), _) | (None, Some("2")) => Sex::Female,
        (Some("male"), _) | (None, Some("1")) => Sex::Male,
        (Some("unknown"), _) => Sex::Unknown,
        (Some(other), _) => {
            let problem = format!("unknown sex {other:?}");
            return Err(wrong("patient.sex", problem, "write female, male or unknown"));
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
            .map_err(|error: crate::domain::identifiers::InvalidIdentifier| {
                wrong(
                    "prescriber.rpps",
                    error.to_string(),
                    "leave it out to get a valid one",
                )
            })?,
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
        return Err(wrong(
            at("boxes"),
            "a line orders 1 to 999 boxes",
            "write a count of boxes",
        ));
    }
    let repeats = line.repeats.unwrap_or(0);
    if repeats > 12 {
        return Err(wrong(
            at("repeats"),
            "a line is renewed at most 12 times",
            "write 0 to 12",
        ));
    }
    let days = line.days.filter(|days| *days > 0);
    if days.is_some_and(|days| days > 365) {
        return Err(wrong(
            at("days"),
            "one delivery lasts at most 365 days",
            "write the days of one delivery",
        ));
    }
    let substitution = match line.non_substitutable.as_deref() {
        None => SubstitutionPermission::Allowed,
        Some(code @ ("MTE" | "EFG" | "CIF")) => {
            SubstitutionPermission::Forbidden(NonSubstitutable::from_code(code))
        }
        Some(other) => {
            let problem = format!("unknown reason {other:?}");
            return Err(wrong(at("non_substitutable"), problem, "write MTE, EFG or CIF"));
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
        Some(text) => Some(text.parse().map_err(
            |error: crate::domain::identifiers::InvalidIdentifier| {
                wrong(
                    format!("lines[{place}].named_pharmacy.finess"),
                    error.to_string(),
                    "write the nine characters of a FINESS number",
                )
            },
        )?),
    };
    Ok(Some(NamedPharmacy {
        finess,
        name: named.name.clone(),
    }))
}

/// What a line orders, and how to name it if nothing better is known.
fn ordered_product(place: usize, line: &OrderedLine) -> Result<(LineKind, ProductCode, String), OrderError> {
    let at = |element: &str| format!("lines[{place}].{element}");
    let badly = |element: &str, error: crate::domain::identifiers::InvalidIdentifier| {
        wrong(
            at(element),
            error.to_string(),
            "copy it from the box or from the catalogue",
        )
    };
    let stated = [&line.cip13, &line.cis, &line.lpp, &line.compound, &line.other];
    if stated.iter().filter(|element| element.is_some()).count() != 1 {
        let remedy = "write exactly one of cip13, cis, lpp, compound, other";
        return Err(wrong(
            format!("lines[{place}]"),
            "it does not say one product",
            remedy,
        ));
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
