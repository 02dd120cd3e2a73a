//! The file of `comptoir dispense --paper`: a prescription as it was read on paper, taken whole or refused whole.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::failure::Failure;
use crate::counter::TranscriptionAnswer;
use crate::domain::breakdown::Breakdown;
use crate::domain::identifiers::{Boxes, Rpps};
use crate::domain::number::{PrescriptionNumber, TypedNumber};
use crate::domain::paper::{Paper, PaperLine, PaperPatient, PaperPrescriber};
use crate::domain::people::{Ins, Sex};
use crate::domain::prescription::Prescription;
use crate::domain::product::ProductCode;
use crate::domain::reasons::PaperReason;
use crate::domain::refusal::RefusalCode;
use crate::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use crate::session::{Session, now};
use crate::ui::wording::paper as words;
use crate::ui::wording::{breakdowns, command_line, files};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPaper {
    reason: String,
    number: Option<String>,
    written_on: Date,
    #[serde(default)]
    secured: bool,
    patient: RawPatient,
    prescriber: RawPrescriber,
    lines: Vec<RawLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPatient {
    family: String,
    given: String,
    born: Date,
    sex: Option<String>,
    ins: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrescriber {
    family: String,
    #[serde(default)]
    given: String,
    rpps: Option<String>,
    #[serde(default)]
    phone: String,
}

/// One line as it is written on paper.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLine {
    #[serde(default)]
    label: String,
    cip13: Option<String>,
    lpp: Option<String>,
    dosage: String,
    boxes: u16,
    #[serde(default)]
    repeats: u16,
    days: Option<u16>,
    not_substitutable: Option<String>,
}

/// The prescription in that file, ready to be served; `id` names it when the paper bears no number.
pub(super) async fn transcribed(session: &Session, path: &Path, id: Uuid) -> Result<Prescription, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let why = breakdowns::why(Breakdown::of_system(error.kind()));
        Failure::usage(words::unreadable(&path.display().to_string(), why))
    })?;
    let paper = read(&text).map_err(|why| Failure::usage(words::meaningless(&why)))?;
    match session.counter.transcribe(paper, id, now()).await? {
        TranscriptionAnswer::Taken(consultation) => Ok(consultation.prescription),
        TranscriptionAnswer::NotTaken(why) => Err(Failure::usage(words::not_taken(why))),
        TranscriptionAnswer::Known(consultation) => {
            Err(Failure::refused(words::known(&consultation.prescription.number)))
        }
        TranscriptionAnswer::Refused(number, refusal) => Err(Failure::refused(match refusal.code {
            RefusalCode::UnknownPrescription => words::unknown_to_the_base(&number),
            _ => command_line::refused(&number, &refusal),
        })),
    }
}

fn read(text: &str) -> Result<Paper, String> {
    // The parser's own words may quote a patient's name: where it stopped is enough.
    let raw: RawPaper = serde_json::from_str(text)
        .map_err(|error| files::json(error.line(), error.column(), &error.to_string()))?;
    let reason = PaperReason::from_code(&raw.reason).ok_or_else(|| {
        let known: Vec<&str> = PaperReason::ALL.iter().map(|reason| reason.code()).collect();
        words::one_of("reason", &known)
    })?;
    let number = match raw.number.as_deref().map(PrescriptionNumber::typed) {
        None => None,
        Some(Ok(TypedNumber::Clear(number))) => Some(number),
        Some(Ok(TypedNumber::Doubtful { perhaps, .. })) => return Err(words::doubtful(&perhaps)),
        Some(Err(_)) => return Err(words::not_an_identifier("number")),
    };
    let sex = match raw.patient.sex.as_deref() {
        None | Some("unknown") => Sex::Unknown,
        Some("female") => Sex::Female,
        Some("male") => Sex::Male,
        Some(_) => return Err(words::one_of("patient.sex", &["female", "male", "unknown"])),
    };
    let lines = raw.lines.into_iter().map(line).collect::<Result<_, _>>()?;
    Ok(Paper {
        reason,
        number,
        written_on: raw.written_on,
        is_secured: raw.secured,
        patient: PaperPatient {
            family: raw.patient.family,
            given: raw.patient.given,
            born: raw.patient.born,
            sex,
            ins: identifier::<Ins>(raw.patient.ins.as_deref(), "patient.ins")?,
        },
        prescriber: PaperPrescriber {
            family: raw.prescriber.family,
            given: raw.prescriber.given,
            rpps: identifier::<Rpps>(raw.prescriber.rpps.as_deref(), "prescriber.rpps")?,
            phone: raw.prescriber.phone,
        },
        lines,
    })
}

/// The same, each text of it read.
pub(super) fn line(raw: RawLine) -> Result<PaperLine, String> {
    let code = match (
        identifier(raw.cip13.as_deref(), "cip13")?,
        identifier(raw.lpp.as_deref(), "lpp")?,
    ) {
        (Some(cip13), None) => ProductCode::Cip13(cip13),
        (None, Some(lpp)) => ProductCode::Lpp(lpp),
        (None, None) => ProductCode::None,
        (Some(_), Some(_)) => return Err(words::two_codes().to_owned()),
    };
    let substitution = match raw.not_substitutable.as_deref() {
        None => SubstitutionPermission::Allowed,
        Some(why) => SubstitutionPermission::Forbidden(NonSubstitutable::from_code(why)),
    };
    Ok(PaperLine {
        label: raw.label,
        code,
        dosage: raw.dosage,
        boxes: Boxes(raw.boxes),
        repeats: raw.repeats,
        days: raw.days,
        substitution,
    })
}

fn identifier<T: std::str::FromStr>(text: Option<&str>, key: &str) -> Result<Option<T>, String> {
    text.map(|text| text.parse().map_err(|_| words::not_an_identifier(key)))
        .transpose()
}
