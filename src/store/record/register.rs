//! The content of a register entry as it is committed to: these bytes are what the chain protects.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    BoxesForm, DispenseIdForm, DispensedLineIdForm, LineNumberForm, OperatorForm, PatientForm, PharmacyForm,
    PrescriberForm, RegisterNumberForm, kept_number, paper_or_none, text_or_none,
};
use crate::domain::dispense::Agreement;
use crate::domain::identifiers::{Boxes, DispenseId, DispensedLineId, LineNumber, Lot, Serial};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Operator, Patient, Pharmacy, Prescriber};
use crate::domain::reasons::{CorrectionReason, PaperReason};
use crate::domain::register::{RegisterContent, RegisterNumber, RegisteredDelivery};
use crate::domain::substitution::SubstitutionBasis;
use crate::store::error::StoreError;
use crate::store::record::hand_over::{agreement_or_none, basis_or_none};

const VERSION: u8 = 1;

const WHAT: &str = "the content of a register entry";

#[derive(Serialize, Deserialize)]
struct Document {
    version: u8,
    #[serde(flatten)]
    content: ContentForm,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ContentForm {
    Delivery(Box<Delivered>),
    Correction {
        #[serde(with = "RegisterNumberForm")]
        of: RegisterNumber,
        // Left out where there is none: entries made before there were codes keep their bytes.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "correction_code")]
        code: Option<CorrectionReason>,
        reason: String,
        #[serde(with = "OperatorForm")]
        operator: Operator,
    },
}

/// The step between a boxed value and a form that mirrors the value itself.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Delivered(#[serde(with = "RegisteredDeliveryForm")] RegisteredDelivery);

#[derive(Serialize, Deserialize)]
#[serde(remote = "RegisteredDelivery")]
struct RegisteredDeliveryForm {
    #[serde(with = "DispenseIdForm")]
    dispense: DispenseId,
    #[serde(with = "DispensedLineIdForm")]
    dispensed_line: DispensedLineId,
    #[serde(with = "kept_number")]
    prescription: PrescriptionNumber,
    #[serde(with = "LineNumberForm")]
    line: LineNumber,
    #[serde(with = "PharmacyForm")]
    pharmacy: Pharmacy,
    #[serde(with = "OperatorForm")]
    operator: Operator,
    #[serde(with = "PatientForm")]
    patient: Patient,
    #[serde(with = "PrescriberForm")]
    prescriber: Prescriber,
    ordered: String,
    product: String,
    code: String,
    #[serde(with = "BoxesForm")]
    boxes: Boxes,
    #[serde(with = "text_or_none")]
    lot: Option<Lot>,
    #[serde(with = "text_or_none")]
    expiry: Option<Date>,
    // Left out where none was read: entries made before there were serials keep their bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "serials")]
    serials: Vec<Serial>,
    outcome: String,
    // Left out where there is none: entries made before it was recorded keep their bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "basis_or_none")]
    basis: Option<SubstitutionBasis>,
    reason: Option<String>,
    // Left out where there is none: entries made before it was recorded keep their bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "agreement_or_none")]
    agreement: Option<Agreement>,
    note: String,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "number_or_none")]
    replaces: Option<RegisterNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "paper_or_none")]
    paper: Option<PaperReason>,
}

/// Serials, each as its text.
mod serials {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Serial;

    pub(super) fn serialize<S: Serializer>(serials: &[Serial], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(serials.iter().map(Serial::as_str))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Serial>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let serials = texts.iter().map(|text| text.parse().ok());
        serials
            .collect::<Option<_>>()
            .ok_or_else(|| D::Error::custom("not a serial"))
    }
}

/// The code of a correction's reason.
mod correction_code {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::CorrectionReason;

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for this signature"
    )]
    pub(super) fn serialize<S: Serializer>(
        code: &Option<CorrectionReason>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        code.map(CorrectionReason::code).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<CorrectionReason>, D::Error> {
        let code = String::deserialize(deserializer)?;
        let code = CorrectionReason::from_code(&code).ok_or_else(|| D::Error::custom("not a reason"))?;
        Ok(Some(code))
    }
}

/// A register number that may be absent.
mod number_or_none {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::RegisterNumber;

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for this signature"
    )]
    pub(super) fn serialize<S: Serializer>(
        number: &Option<RegisterNumber>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        number.map(|number| number.0).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<RegisterNumber>, D::Error> {
        Ok(Some(RegisterNumber(u32::deserialize(deserializer)?)))
    }
}

/// The content as the bytes that are committed to.
pub(in crate::store) fn write_content(content: RegisterContent) -> Result<String, StoreError> {
    let content = match content {
        RegisterContent::Delivery(delivery) => ContentForm::Delivery(Box::new(Delivered(*delivery))),
        RegisterContent::Correction {
            of,
            code,
            reason,
            operator,
        } => ContentForm::Correction {
            of,
            code,
            reason,
            operator,
        },
    };
    let document = Document {
        version: VERSION,
        content,
    };
    serde_json::to_string(&document).map_err(|_| StoreError::Unreadable(WHAT))
}

/// The content read back.
pub(in crate::store) fn read_content(payload: &str) -> Result<RegisterContent, StoreError> {
    let document: Document = serde_json::from_str(payload).map_err(|_| StoreError::Unreadable(WHAT))?;
    if document.version != VERSION {
        return Err(StoreError::Unreadable(WHAT));
    }
    Ok(match document.content {
        ContentForm::Delivery(delivered) => RegisterContent::Delivery(Box::new(delivered.0)),
        ContentForm::Correction {
            of,
            code,
            reason,
            operator,
        } => RegisterContent::Correction {
            of,
            code,
            reason,
            operator,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dispense::AgreedBy;
    use crate::domain::people::{OperatorRole, Sex};
    use crate::domain::reasons::AgreementChannel;
    use crate::domain::register::commitment;
    use uuid::Uuid;

    /// Written on 22 November 2026. These bytes are in registers: they are never edited, only read for ever.
    const FROZEN: &str = concat!(
        r#"{"version":1,"delivery":{"dispense":"00000000-0000-0000-0000-000000000007","#,
        r#""dispensed_line":"00000000-0000-0000-0000-000000000008","prescription":"01S2TBPZ2JCNZZYGHZ","line":3,"#,
        r#""pharmacy":{"finess":"750000001","name":"Pharmacie de l’Étoile","address":"1 place d’Essai","phone":"0199000001"},"#,
        r#""operator":{"id":"cm","name":"Camille Martin","role":"pharmacist","rpps":"10100000024"},"#,
        r#""patient":{"ins":"279035121518989","family":"ESSAI","given":"Anne","born":"1979-03-05","sex":"female"},"#,
        r#""prescriber":{"rpps":"10100000016","family":"Rivière","given":"Hélène","specialty":"Médecine générale","phone":""},"#,
        r#""ordered":"AMOXICILLINE \"500\" mg","product":"AMOXICILLINE\n500 mg","code":"3400933857042","boxes":2,"#,
        r#""lot":"A12","expiry":"2028-06-30","outcome":"substituted","reason":"generic","note":""}}"#,
    );

    /// The commitment to those bytes under a salt of 32 bytes of 7.
    const FROZEN_COMMITMENT: &str = "7bb13e8e4dc374bee794dc895ec19c45e28d873ae072631fab29d1492ffb0c00";

    const FROZEN_CORRECTION: &str = concat!(
        r#"{"version":1,"correction":{"of":41,"reason":"erreur de lot","#,
        r#""operator":{"id":"cm","name":"Camille Martin","role":"technician","rpps":"10100000024"}}}"#,
    );

    const FROZEN_CODED_CORRECTION: &str = concat!(
        r#"{"version":1,"correction":{"of":41,"code":"wrong-lot","reason":"","#,
        r#""operator":{"id":"cm","name":"Camille Martin","role":"technician","rpps":"10100000024"}}}"#,
    );

    fn operator(role: OperatorRole) -> Operator {
        Operator {
            id: "cm".into(),
            name: "Camille Martin".into(),
            role,
            rpps: "10100000024".parse().unwrap(),
        }
    }

    fn delivery() -> RegisterContent {
        RegisterContent::Delivery(Box::new(RegisteredDelivery {
            dispense: DispenseId(Uuid::from_u128(7)),
            dispensed_line: DispensedLineId(Uuid::from_u128(8)),
            prescription: "01S2TBPZ2JCNZZYGHZ".parse().unwrap(),
            line: LineNumber(3),
            pharmacy: Pharmacy {
                finess: "750000001".parse().unwrap(),
                name: "Pharmacie de l’Étoile".into(),
                address: "1 place d’Essai".into(),
                phone: "0199000001".into(),
            },
            operator: operator(OperatorRole::Pharmacist),
            patient: Patient {
                ins: "279035121518989".parse().ok(),
                family: "ESSAI".into(),
                given: "Anne".into(),
                born: "1979-03-05".parse().ok(),
                sex: Sex::Female,
            },
            prescriber: Prescriber {
                rpps: "10100000016".parse().ok(),
                family: "Rivière".into(),
                given: "Hélène".into(),
                specialty: "Médecine générale".into(),
                phone: String::new(),
            },
            ordered: "AMOXICILLINE \"500\" mg".into(),
            product: "AMOXICILLINE\n500 mg".into(),
            code: "3400933857042".into(),
            boxes: Boxes(2),
            lot: "A12".parse().ok(),
            expiry: "2028-06-30".parse().ok(),
            serials: Vec::new(),
            outcome: "substituted".into(),
            basis: None,
            reason: Some("generic".into()),
            agreement: None,
            note: String::new(),
            replaces: None,
            paper: None,
        }))
    }

    /// That delivery, with what later versions write of one.
    fn delivery_with(change: impl FnOnce(&mut RegisteredDelivery)) -> RegisterContent {
        let RegisterContent::Delivery(mut delivery) = delivery() else {
            unreachable!("a delivery")
        };
        change(&mut delivery);
        RegisterContent::Delivery(delivery)
    }

    fn agreement(by: AgreedBy, changed: &str) -> Agreement {
        Agreement {
            by,
            channel: AgreementChannel::Phone,
            at: "2026-11-22T09:05:00Z".parse().unwrap(),
            changed: changed.into(),
        }
    }

    #[test]
    fn the_bytes_of_a_released_form_never_change() {
        let correction = RegisterContent::Correction {
            of: RegisterNumber(41),
            code: None,
            reason: "erreur de lot".into(),
            operator: operator(OperatorRole::Technician),
        };
        let coded = RegisterContent::Correction {
            of: RegisterNumber(41),
            code: Some(CorrectionReason::WrongLot),
            reason: String::new(),
            operator: operator(OperatorRole::Technician),
        };
        let with_serials = delivery_with(|delivery| {
            delivery.serials = ["S1", "S2"].map(|serial| serial.parse().unwrap()).to_vec();
            delivery.basis = Some(SubstitutionBasis::ParallelImport);
        });
        let with_agreement = |by: AgreedBy, changed: &str| {
            delivery_with(|delivery| delivery.agreement = Some(agreement(by, changed)))
        };
        let told_apart = FROZEN.replace(
            r#""expiry":"2028-06-30","#,
            r#""expiry":"2028-06-30","serials":["S1","S2"],"#,
        );
        let told_apart = told_apart.replace(
            r#""outcome":"substituted","#,
            r#""outcome":"substituted","basis":"parallel-import","#,
        );
        let agreed = |said: &str| {
            let agreement = format!(r#""reason":"generic","agreement":{said},"#);
            FROZEN.replace(r#""reason":"generic","#, &agreement)
        };
        let by_author = agreed(r#"{"channel":"phone","at":"2026-11-22T09:05:00Z"}"#);
        let by_other = agreed(
            r#"{"by":{"other":"Dr Bis"},"channel":"phone","at":"2026-11-22T09:05:00Z","changed":"1 le soir"}"#,
        );
        let replacing = FROZEN.replace(r#""note":""}}"#, r#""note":"","replaces":41}}"#);
        for (content, frozen) in [
            (delivery(), FROZEN),
            (correction, FROZEN_CORRECTION),
            (coded, FROZEN_CODED_CORRECTION),
            (
                delivery_with(|delivery| delivery.replaces = Some(RegisterNumber(41))),
                &replacing,
            ),
            (with_serials, &told_apart),
            (with_agreement(AgreedBy::Author, ""), &by_author),
            (
                with_agreement(AgreedBy::Other("Dr Bis".into()), "1 le soir"),
                &by_other,
            ),
        ] {
            assert_eq!(write_content(content.clone()).unwrap(), frozen);
            assert_eq!(read_content(frozen).unwrap(), content);
        }
        assert_eq!(
            commitment(&[7; 32], FROZEN.as_bytes()).to_string(),
            FROZEN_COMMITMENT
        );
    }

    #[test]
    fn what_is_not_a_content_is_refused_without_a_word_of_it() {
        for text in [
            "",
            "{}",
            "{\"version\":1}",
            &FROZEN.replace("\"version\":1", "\"version\":2"),
            &FROZEN.replace("279035121518989", "279035121518988"),
            &FROZEN.replace("\"female\"", "\"ESSAI\""),
        ] {
            let refused = read_content(text).unwrap_err();
            assert!(!format!("{refused} {refused:?}").contains("ESSAI"), "{refused:?}");
        }
    }
}
