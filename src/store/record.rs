//! How domain values are written in the store: JSON documents whose form must be readable for as long as the law keeps them.
//!
//! Each form below mirrors one domain type, so that a field added there does not compile until it has its place here.
//! What is written is versioned; a released form never changes its bytes (a test holds some of them frozen).

mod hand_over;
mod preparation;
mod register;
mod transcription;

use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::domain::identifiers::{Boxes, DispenseId, DispensedLineId, Finess, LineNumber, Rpps};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Ins, Operator, OperatorRole, Patient, Pharmacy, Prescriber, Sex};
use crate::domain::reasons::PaperReason;
use crate::domain::register::RegisterNumber;
use crate::store::error::StoreError;

pub(super) use hand_over::{read_hand_over, write_hand_over};
pub(super) use register::{read_content, write_content};
pub(super) use transcription::{read_transcription, write_transcription};

/// An operator who stands alone in a column.
#[derive(Serialize, Deserialize)]
struct Author(#[serde(with = "OperatorForm")] Operator);

/// The operator as the store keeps one.
pub(super) fn write_operator(operator: &Operator) -> Result<String, StoreError> {
    serde_json::to_string(&Author(operator.clone())).map_err(|_| StoreError::Unreadable("an operator"))
}

/// The operator read back.
pub(super) fn read_operator(content: &str) -> Result<Operator, StoreError> {
    let Author(operator) =
        serde_json::from_str(content).map_err(|_| StoreError::Unreadable("an operator"))?;
    Ok(operator)
}

/// Whether a mark is left out: what was recorded before there was one keeps its bytes.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
fn is_not_said(mark: &bool) -> bool {
    !mark
}

/// Values that have one text each: identifiers, moments, days.
mod text {
    use super::*;

    pub(super) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        // What the text was is left out: it may be a patient's.
        text.parse().map_err(|_| D::Error::custom("not its text"))
    }
}

/// The number of a prescription, or this pharmacy's own reference of a paper.
mod kept_number {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        number: &PrescriptionNumber,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(number.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<PrescriptionNumber, D::Error> {
        let text = String::deserialize(deserializer)?;
        PrescriptionNumber::kept(&text).map_err(|_| D::Error::custom("not a number"))
    }
}

/// Why a prescription was transcribed, by its code.
mod paper_reason {
    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, PaperReason, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
    pub(super) fn serialize<S: Serializer>(reason: &PaperReason, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(reason.code())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PaperReason, D::Error> {
        let code = String::deserialize(deserializer)?;
        PaperReason::from_code(&code).ok_or_else(|| D::Error::custom("not a reason"))
    }
}

/// The same, for what may not be one.
mod paper_or_none {
    use super::{Deserializer, PaperReason, Serialize, Serializer, paper_reason};

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for this signature"
    )]
    pub(super) fn serialize<S: Serializer>(
        reason: &Option<PaperReason>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        reason.map(PaperReason::code).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<PaperReason>, D::Error> {
        paper_reason::deserialize(deserializer).map(Some)
    }
}

/// The texts of values that may be absent.
mod text_or_none {
    use super::*;

    #[expect(clippy::ref_option, reason = "serde asks for this signature")]
    pub(super) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| text.parse().map_err(|_| D::Error::custom("not its text")))
            .transpose()
    }
}

/// The INS has no `Display`, so that it cannot be printed by mistake: it is written on purpose here.
mod ins_or_none {
    use super::{Ins, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde asks for this signature")]
    pub(super) fn serialize<S: Serializer>(ins: &Option<Ins>, serializer: S) -> Result<S::Ok, S::Error> {
        ins.as_ref().map(Ins::as_str).serialize(serializer)
    }

    pub(super) use super::text_or_none::deserialize;
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "DispenseId")]
struct DispenseIdForm(#[serde(with = "text")] Uuid);

#[derive(Serialize, Deserialize)]
#[serde(remote = "DispensedLineId")]
struct DispensedLineIdForm(#[serde(with = "text")] Uuid);

#[derive(Serialize, Deserialize)]
#[serde(remote = "RegisterNumber")]
struct RegisterNumberForm(u32);

#[derive(Serialize, Deserialize)]
#[serde(remote = "LineNumber")]
struct LineNumberForm(u16);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Boxes")]
struct BoxesForm(u16);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Sex", rename_all = "kebab-case")]
enum SexForm {
    Female,
    Male,
    Unknown,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Patient")]
struct PatientForm {
    #[serde(with = "ins_or_none")]
    ins: Option<Ins>,
    family: String,
    given: String,
    #[serde(with = "text_or_none")]
    born: Option<Date>,
    #[serde(with = "SexForm")]
    sex: Sex,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Prescriber")]
struct PrescriberForm {
    #[serde(with = "text_or_none")]
    rpps: Option<Rpps>,
    family: String,
    given: String,
    specialty: String,
    phone: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Pharmacy")]
struct PharmacyForm {
    #[serde(with = "text")]
    finess: Finess,
    name: String,
    address: String,
    phone: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OperatorRole", rename_all = "kebab-case")]
enum OperatorRoleForm {
    Pharmacist,
    Technician,
    Student,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Operator")]
struct OperatorForm {
    id: String,
    name: String,
    #[serde(with = "OperatorRoleForm")]
    role: OperatorRole,
    #[serde(with = "text")]
    rpps: Rpps,
}
