//! A paper as it was transcribed: what a later delivery on it, or a rectification, is judged by.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::hand_over::ProductCodeForm;
use super::{BoxesForm, SexForm, ins_or_none, paper_reason, text, text_or_none};
use crate::domain::identifiers::{Boxes, Rpps};
use crate::domain::number::PrescriptionNumber;
use crate::domain::paper::{Paper, PaperLine, PaperPatient, PaperPrescriber};
use crate::domain::people::{Ins, Sex};
use crate::domain::product::ProductCode;
use crate::domain::reasons::PaperReason;
use crate::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use crate::store::error::StoreError;

const VERSION: u8 = 1;

/// The key is one that no answer of a base has: the two are kept in one place and never mistaken.
#[derive(Serialize, Deserialize)]
struct Document {
    transcription_version: u8,
    #[serde(with = "PaperForm")]
    paper: Paper,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Paper")]
struct PaperForm {
    #[serde(with = "paper_reason")]
    reason: PaperReason,
    #[serde(with = "text_or_none")]
    number: Option<PrescriptionNumber>,
    #[serde(with = "text")]
    written_on: Date,
    is_secured: bool,
    #[serde(with = "PaperPatientForm")]
    patient: PaperPatient,
    #[serde(with = "PaperPrescriberForm")]
    prescriber: PaperPrescriber,
    #[serde(with = "lines")]
    lines: Vec<PaperLine>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PaperPatient")]
struct PaperPatientForm {
    family: String,
    given: String,
    #[serde(with = "text")]
    born: Date,
    #[serde(with = "SexForm")]
    sex: Sex,
    #[serde(with = "ins_or_none")]
    ins: Option<Ins>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PaperPrescriber")]
struct PaperPrescriberForm {
    family: String,
    given: String,
    #[serde(with = "text_or_none")]
    rpps: Option<Rpps>,
    phone: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PaperLine")]
pub(super) struct PaperLineForm {
    label: String,
    #[serde(with = "ProductCodeForm")]
    code: ProductCode,
    dosage: String,
    #[serde(with = "BoxesForm")]
    boxes: Boxes,
    repeats: u16,
    days: Option<u16>,
    #[serde(with = "not_substitutable")]
    substitution: SubstitutionPermission,
}

mod lines {
    use super::{Deserialize, Deserializer, PaperLine, PaperLineForm, Serialize, Serializer};

    #[derive(Serialize)]
    struct Written<'a>(#[serde(with = "PaperLineForm")] &'a PaperLine);

    #[derive(Deserialize)]
    struct Read(#[serde(with = "PaperLineForm")] PaperLine);

    pub(super) fn serialize<S: Serializer>(lines: &[PaperLine], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(lines.iter().map(Written))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<PaperLine>, D::Error> {
        let lines = Vec::<Read>::deserialize(deserializer)?;
        Ok(lines.into_iter().map(|Read(line)| line).collect())
    }
}

/// The prescriber's reason for "non substituable"; null when nothing forbids it.
mod not_substitutable {
    use super::{Deserialize, Deserializer, NonSubstitutable, Serialize, Serializer, SubstitutionPermission};

    pub(super) fn serialize<S: Serializer>(
        permission: &SubstitutionPermission,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let why = match permission {
            SubstitutionPermission::Allowed => None,
            SubstitutionPermission::Forbidden(why) => Some(why.code()),
        };
        why.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SubstitutionPermission, D::Error> {
        let why = Option::<String>::deserialize(deserializer)?;
        Ok(why.map_or(SubstitutionPermission::Allowed, |why| {
            SubstitutionPermission::Forbidden(NonSubstitutable::from_code(&why))
        }))
    }
}

/// The paper as the store keeps one.
pub(in crate::store) fn write_transcription(paper: Paper) -> Result<String, StoreError> {
    let document = Document {
        transcription_version: VERSION,
        paper,
    };
    serde_json::to_string(&document).map_err(|_| StoreError::Unreadable("a transcription"))
}

/// The paper read back; `None` for anything else, such as an answer of the base.
pub(in crate::store) fn read_transcription(content: &str) -> Option<Paper> {
    let document: Document = serde_json::from_str(content).ok()?;
    (document.transcription_version == VERSION).then_some(document.paper)
}
