//! A hand-over as the outbox keeps it: what is posted later is exactly what was recorded.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    BoxesForm, DispenseIdForm, DispensedLineIdForm, LineNumberForm, OperatorForm, PatientForm, PharmacyForm,
    PrescriberForm, RegisterNumberForm, kept_number, paper_or_none, text, text_or_none,
};
use crate::domain::box_read::BoxRead;
use crate::domain::consent::Consent;
use crate::domain::correction::{Corrects, Motive};
use crate::domain::dispense::{
    AgreedBy, Agreement, Completeness, DispensedLine, HandOver, LineOutcome, Override, Supply,
};
use crate::domain::identifiers::{
    Boxes, Cip13, Cis, DispenseId, DispensedLineId, LineNumber, Lot, Lpp, Serial,
};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Operator, Patient, Pharmacy, Prescriber};
use crate::domain::product::ProductCode;
use crate::domain::reasons::{
    AdjustmentReason, AgreementChannel, CorrectionReason, NotDeliveredReason, PaperReason, PartialReason,
    SubstitutionReason,
};
use crate::domain::register::RegisterNumber;
use crate::domain::share::Share;
use crate::domain::substitution::SubstitutionBasis;
use crate::store::error::StoreError;

const VERSION: u8 = 1;

/// A correction: a program that does not know them must not post its replacement as one more delivery.
const VERSION_OF_A_CORRECTION: u8 = 2;

/// A transcription of paper: a program that does not know them must not wait for the base to take it.
const VERSION_OF_A_PAPER: u8 = 3;

const WHAT: &str = "a hand-over";

#[derive(Serialize, Deserialize)]
struct Document {
    version: u8,
    #[serde(with = "HandOverForm")]
    hand_over: HandOver,
}

#[derive(Serialize)]
struct DocumentOf<'a> {
    version: u8,
    #[serde(with = "HandOverForm")]
    hand_over: &'a HandOver,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "HandOver")]
struct HandOverForm {
    #[serde(with = "DispenseIdForm")]
    id: DispenseId,
    #[serde(with = "kept_number")]
    number: PrescriptionNumber,
    #[serde(with = "text")]
    at: Timestamp,
    #[serde(with = "OperatorForm")]
    operator: Operator,
    #[serde(with = "PharmacyForm")]
    pharmacy: Pharmacy,
    #[serde(with = "PatientForm")]
    patient: Patient,
    #[serde(with = "PrescriberForm")]
    prescriber: Prescriber,
    #[serde(with = "ConsentForm")]
    consent: Consent,
    #[serde(with = "lines")]
    lines: Vec<DispensedLine>,
    #[serde(with = "overrides")]
    overrides: Vec<Override>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "corrects_or_none")]
    corrects: Option<Corrects>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "paper_or_none")]
    paper: Option<PaperReason>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Corrects")]
struct CorrectsForm {
    #[serde(with = "RegisterNumberForm")]
    entry: RegisterNumber,
    #[serde(with = "DispensedLineIdForm")]
    delivery: DispensedLineId,
    #[serde(with = "line_ids")]
    earlier: Vec<DispensedLineId>,
    #[serde(with = "LineNumberForm")]
    line: LineNumber,
    #[serde(with = "text")]
    handed_over_at: Timestamp,
    #[serde(with = "motive")]
    motive: Motive,
}

/// A fraction as its two numbers.
mod share_or_none {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Share;

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for this signature"
    )]
    pub(super) fn serialize<S: Serializer>(share: &Option<Share>, serializer: S) -> Result<S::Ok, S::Error> {
        share
            .map(|share| [share.boxes(), share.per()])
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Share>, D::Error> {
        let [boxes, per] = <[u64; 2]>::deserialize(deserializer)?;
        let share = Share::new(boxes, per).ok_or_else(|| D::Error::custom("not a fraction"))?;
        Ok(Some(share))
    }
}

mod motive {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{CorrectionReason, Motive};

    #[derive(Serialize, Deserialize)]
    struct Said {
        code: String,
        words: String,
    }

    pub(super) fn serialize<S: Serializer>(motive: &Motive, serializer: S) -> Result<S::Ok, S::Error> {
        let said = Said {
            code: motive.reason().code().to_owned(),
            words: motive.words().to_owned(),
        };
        said.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Motive, D::Error> {
        let Said { code, words } = Said::deserialize(deserializer)?;
        CorrectionReason::from_code(&code)
            .and_then(|reason| Motive::new(reason, &words).ok())
            .ok_or_else(|| D::Error::custom("not a motive"))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Consent", rename_all = "kebab-case")]
enum ConsentForm {
    Agreed,
    Opposed,
    NotRecorded,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "DispensedLine")]
struct DispensedLineForm {
    #[serde(with = "DispensedLineIdForm")]
    id: DispensedLineId,
    #[serde(with = "LineNumberForm")]
    line: LineNumber,
    ordered: String,
    #[serde(with = "LineOutcomeForm")]
    outcome: LineOutcome,
    #[serde(with = "basis_or_none")]
    basis: Option<SubstitutionBasis>,
    #[serde(with = "partial_or_none")]
    partial: Option<PartialReason>,
    #[serde(with = "completeness_or_none")]
    completeness: Option<Completeness>,
    note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "LineOutcome", rename_all = "kebab-case")]
enum LineOutcomeForm {
    Conforming(#[serde(with = "SupplyForm")] Supply),
    Substituted {
        #[serde(with = "SupplyForm")]
        supply: Supply,
        #[serde(with = "substitution_reason")]
        reason: SubstitutionReason,
    },
    Adjusted {
        #[serde(with = "SupplyForm")]
        supply: Supply,
        #[serde(with = "adjustment_reason")]
        reason: AdjustmentReason,
        #[serde(with = "AgreementForm")]
        agreement: Agreement,
    },
    NotDelivered(#[serde(with = "not_delivered_reason")] NotDeliveredReason),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Supply")]
struct SupplyForm {
    #[serde(with = "ProductCodeForm")]
    code: ProductCode,
    label: String,
    #[serde(with = "BoxesForm")]
    boxes: Boxes,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "share_or_none")]
    stands_for: Option<Share>,
    #[serde(with = "text_or_none")]
    lot: Option<Lot>,
    #[serde(with = "text_or_none")]
    expiry: Option<Date>,
    // Left out where none was read: what was recorded before boxes were told apart keeps its bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "boxes_read")]
    read: Vec<BoxRead>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "BoxRead")]
struct BoxReadForm {
    #[serde(with = "text")]
    cip13: Cip13,
    #[serde(with = "text_or_none")]
    lot: Option<Lot>,
    #[serde(with = "text_or_none")]
    expiry: Option<Date>,
    #[serde(with = "text_or_none")]
    serial: Option<Serial>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ProductCode", rename_all = "kebab-case")]
pub(super) enum ProductCodeForm {
    Cip13(#[serde(with = "text")] Cip13),
    Cis(#[serde(with = "text")] Cis),
    Lpp(#[serde(with = "text")] Lpp),
    Other { system: String, code: String },
    None,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Agreement")]
pub(super) struct AgreementForm {
    // Left out where it says nothing more: what was recorded before keeps its bytes.
    #[serde(default, skip_serializing_if = "is_author", with = "AgreedByForm")]
    by: AgreedBy,
    #[serde(with = "agreement_channel")]
    channel: AgreementChannel,
    #[serde(with = "text")]
    at: Timestamp,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    changed: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AgreedBy", rename_all = "kebab-case")]
enum AgreedByForm {
    Author,
    Other(String),
}

fn is_author(by: &AgreedBy) -> bool {
    *by == AgreedBy::Author
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Override")]
struct OverrideForm {
    finding: String,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SubstitutionBasis", rename_all = "kebab-case")]
enum SubstitutionBasisForm {
    Generic,
    Hybrid,
    Biosimilar,
    Shortage,
    ParallelImport,
    PrescriberAgreement,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Completeness", rename_all = "kebab-case")]
enum CompletenessForm {
    FirstComplete,
    FirstPartial,
    RefillComplete,
    RefillPartial,
}

/// Coded reasons are written as their codes.
macro_rules! reason_form {
    ($module:ident, $reason:ident) => {
        mod $module {
            use serde::de::Error as _;
            use serde::{Deserialize, Deserializer, Serializer};

            use super::$reason;

            pub(super) fn serialize<S: Serializer>(
                reason: &$reason,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(reason.code())
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$reason, D::Error> {
                let code = String::deserialize(deserializer)?;
                $reason::from_code(&code).ok_or_else(|| D::Error::custom("not a reason"))
            }
        }
    };
}

reason_form!(substitution_reason, SubstitutionReason);
reason_form!(adjustment_reason, AdjustmentReason);
reason_form!(not_delivered_reason, NotDeliveredReason);
reason_form!(agreement_channel, AgreementChannel);
reason_form!(partial_reason, PartialReason);

/// A form, for every element of a list.
macro_rules! list_form {
    ($module:ident, $value:ident, $form:literal) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            use super::*;

            #[derive(Serialize)]
            struct One<'a>(#[serde(with = $form)] &'a $value);

            #[derive(Deserialize)]
            struct Owned(#[serde(with = $form)] $value);

            pub(super) fn serialize<S: Serializer>(
                values: &[$value],
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(values.iter().map(One))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Vec<$value>, D::Error> {
                let owned = Vec::<Owned>::deserialize(deserializer)?;
                Ok(owned.into_iter().map(|one| one.0).collect())
            }
        }
    };
}

/// A form, for a value that may be absent.
macro_rules! option_form {
    ($module:ident, $value:ident, $form:literal) => {
        pub(in crate::store::record) mod $module {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            use super::*;

            #[derive(Serialize, Deserialize)]
            struct One(#[serde(with = $form)] $value);

            #[expect(clippy::ref_option, reason = "serde asks for this signature")]
            pub(in crate::store::record) fn serialize<S: Serializer>(
                value: &Option<$value>,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                value.clone().map(One).serialize(serializer)
            }

            pub(in crate::store::record) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Option<$value>, D::Error> {
                Ok(Option::<One>::deserialize(deserializer)?.map(|one| one.0))
            }
        }
    };
}

list_form!(lines, DispensedLine, "DispensedLineForm");
list_form!(overrides, Override, "OverrideForm");
list_form!(boxes_read, BoxRead, "BoxReadForm");
list_form!(line_ids, DispensedLineId, "DispensedLineIdForm");
option_form!(corrects_or_none, Corrects, "CorrectsForm");
option_form!(agreement_or_none, Agreement, "AgreementForm");
option_form!(basis_or_none, SubstitutionBasis, "SubstitutionBasisForm");
option_form!(partial_or_none, PartialReason, "partial_reason");
option_form!(completeness_or_none, Completeness, "CompletenessForm");

/// The hand-over as it is kept.
pub(in crate::store) fn write_hand_over(hand_over: &HandOver) -> Result<String, StoreError> {
    let document = DocumentOf {
        version: version_of(hand_over),
        hand_over,
    };
    serde_json::to_string(&document).map_err(|_| StoreError::Unreadable(WHAT))
}

/// The hand-over read back.
pub(in crate::store) fn read_hand_over(content: &str) -> Result<HandOver, StoreError> {
    // The error's own words quote the value, which may be a patient's name: they are dropped.
    let document: Document = serde_json::from_str(content).map_err(|_| StoreError::Unreadable(WHAT))?;
    if document.version != version_of(&document.hand_over) {
        return Err(StoreError::Unreadable(WHAT));
    }
    Ok(document.hand_over)
}

fn version_of(hand_over: &HandOver) -> u8 {
    match (hand_over.paper, &hand_over.corrects) {
        (Some(_), _) => VERSION_OF_A_PAPER,
        (None, Some(_)) => VERSION_OF_A_CORRECTION,
        (None, None) => VERSION,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::{collection, option, sample};
    use uuid::Uuid;

    use super::*;
    use crate::domain::identifiers::{Finess, Rpps};
    use crate::domain::people::{Ins, OperatorRole, Sex};

    fn uuid() -> impl Strategy<Value = Uuid> {
        any::<u128>().prop_map(Uuid::from_u128)
    }

    fn words() -> impl Strategy<Value = String> {
        // Accents, quotes, escapes, nulls: whatever the base sends is kept.
        prop_oneof!["\\PC{0,12}", ".{0,6}", Just("\u{0}\"\\\u{1b}\u{202e}".to_owned())]
    }

    fn moment() -> impl Strategy<Value = Timestamp> {
        (0..4_000_000_000_i64, 0..1_000_000_000_i32)
            .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
    }

    fn day() -> impl Strategy<Value = Date> {
        (1900..2200_i16, 1..=12_i8, 1..=28_i8)
            .prop_map(|(year, month, day)| jiff::civil::date(year, month, day))
    }

    fn code() -> impl Strategy<Value = ProductCode> {
        prop_oneof![
            Just(ProductCode::Cip13("3400933857042".parse::<Cip13>().unwrap())),
            "[0-9]{8}".prop_map(|cis| ProductCode::Cis(cis.parse::<Cis>().unwrap())),
            "[0-9]{7}".prop_map(|lpp| ProductCode::Lpp(lpp.parse::<Lpp>().unwrap())),
            (words(), words()).prop_map(|(system, code)| ProductCode::Other { system, code }),
            Just(ProductCode::None),
        ]
    }

    fn supply() -> impl Strategy<Value = Supply> {
        let lot = option::of("[!-~]{1,20}".prop_map(|lot| lot.parse().unwrap()));
        let read = collection::vec(box_read(), 0..3);
        (code(), words(), any::<u16>(), lot, option::of(day()), read).prop_map(
            |(code, label, boxes, lot, expiry, read)| Supply {
                code,
                label,
                boxes: Boxes(boxes),
                stands_for: Share::new((boxes / 3).into(), (boxes % 3).into()),
                lot,
                expiry,
                read,
            },
        )
    }

    fn box_read() -> impl Strategy<Value = BoxRead> {
        let lot = option::of("[!-~]{1,20}".prop_map(|lot| lot.parse().unwrap()));
        let serial = option::of("[!-~]{1,20}".prop_map(|serial| serial.parse().unwrap()));
        (lot, option::of(day()), serial).prop_map(|(lot, expiry, serial)| BoxRead {
            cip13: "3400933857042".parse().unwrap(),
            lot,
            expiry,
            serial,
        })
    }

    fn outcome() -> impl Strategy<Value = LineOutcome> {
        let by = prop_oneof![Just(AgreedBy::Author), "[a-zé ]{1,9}".prop_map(AgreedBy::Other)];
        let agreement = (
            by,
            sample::select(AgreementChannel::ALL),
            moment(),
            "[a-zé ]{0,9}",
        )
            .prop_map(|(by, channel, at, changed)| Agreement {
                by,
                channel,
                at,
                changed,
            });
        prop_oneof![
            supply().prop_map(LineOutcome::Conforming),
            (supply(), sample::select(SubstitutionReason::ALL))
                .prop_map(|(supply, reason)| LineOutcome::Substituted { supply, reason }),
            (supply(), sample::select(AdjustmentReason::ALL), agreement).prop_map(
                |(supply, reason, agreement)| LineOutcome::Adjusted {
                    supply,
                    reason,
                    agreement
                }
            ),
            sample::select(NotDeliveredReason::ALL).prop_map(LineOutcome::NotDelivered),
        ]
    }

    fn line() -> impl Strategy<Value = DispensedLine> {
        let basis = option::of(sample::select(vec![
            SubstitutionBasis::Generic,
            SubstitutionBasis::Hybrid,
            SubstitutionBasis::Biosimilar,
            SubstitutionBasis::Shortage,
            SubstitutionBasis::ParallelImport,
            SubstitutionBasis::PrescriberAgreement,
        ]));
        let completeness = option::of(sample::select(vec![
            Completeness::FirstComplete,
            Completeness::FirstPartial,
            Completeness::RefillComplete,
            Completeness::RefillPartial,
        ]));
        let partial = option::of(sample::select(PartialReason::ALL));
        (
            uuid(),
            any::<u16>(),
            words(),
            outcome(),
            basis,
            partial,
            completeness,
            words(),
        )
            .prop_map(
                |(id, line, ordered, outcome, basis, partial, completeness, note)| DispensedLine {
                    id: DispensedLineId(id),
                    line: LineNumber(line),
                    ordered,
                    outcome,
                    basis,
                    partial,
                    completeness,
                    note,
                },
            )
    }

    fn operator() -> impl Strategy<Value = Operator> {
        let role = sample::select(vec![
            OperatorRole::Pharmacist,
            OperatorRole::Technician,
            OperatorRole::Student,
        ]);
        (words(), words(), role, "[0-9]{11}").prop_map(|(id, name, role, rpps)| Operator {
            id,
            name,
            role,
            rpps: rpps.parse::<Rpps>().unwrap(),
        })
    }

    fn pharmacy() -> impl Strategy<Value = Pharmacy> {
        ("[0-9]{9}", words(), words(), words()).prop_map(|(finess, name, address, phone)| Pharmacy {
            finess: finess.parse::<Finess>().unwrap(),
            name,
            address,
            phone,
        })
    }

    fn patient() -> impl Strategy<Value = Patient> {
        let ins = option::of("[12][0-9]{12}".prop_map(|first_13| {
            let key = Ins::key_of(&first_13).unwrap();
            format!("{first_13}{key:02}").parse::<Ins>().unwrap()
        }));
        let sex = sample::select(vec![Sex::Female, Sex::Male, Sex::Unknown]);
        (ins, words(), words(), option::of(day()), sex).prop_map(|(ins, family, given, born, sex)| Patient {
            ins,
            family,
            given,
            born,
            sex,
        })
    }

    fn prescriber() -> impl Strategy<Value = Prescriber> {
        let rpps = option::of("[0-9]{11}".prop_map(|rpps| rpps.parse::<Rpps>().unwrap()));
        (rpps, words(), words(), words(), words()).prop_map(|(rpps, family, given, specialty, phone)| {
            Prescriber {
                rpps,
                family,
                given,
                specialty,
                phone,
            }
        })
    }

    fn hand_over() -> impl Strategy<Value = HandOver> {
        let consent = sample::select(vec![Consent::Agreed, Consent::Opposed, Consent::NotRecorded]);
        let warning = (words(), words()).prop_map(|(finding, reason)| Override { finding, reason });
        let number = "[0-9]{2}[A-Z][0-9A-Z]{15}".prop_map(|number| number.parse().unwrap());
        let who = (operator(), pharmacy(), patient(), prescriber());
        let what = (
            collection::vec(line(), 0..4),
            collection::vec(warning, 0..3),
            option::of(corrects()),
        );
        (uuid(), number, moment(), who, consent, what).prop_map(
            |(
                id,
                number,
                at,
                (operator, pharmacy, patient, prescriber),
                consent,
                (lines, overrides, corrects),
            )| {
                HandOver {
                    id: DispenseId(id),
                    number,
                    at,
                    operator,
                    pharmacy,
                    patient,
                    prescriber,
                    consent,
                    lines,
                    overrides,
                    corrects,
                    paper: None,
                }
            },
        )
    }

    fn corrects() -> impl Strategy<Value = Corrects> {
        let why = (sample::select(CorrectionReason::ALL), "[a-zé] {0,3}[a-z']{1,9}");
        let earlier = collection::vec(uuid().prop_map(DispensedLineId), 0..3);
        (any::<u32>(), uuid(), earlier, any::<u16>(), moment(), why).prop_map(
            |(entry, delivery, earlier, line, handed_over_at, (reason, words))| Corrects {
                entry: RegisterNumber(entry),
                delivery: DispensedLineId(delivery),
                earlier,
                line: LineNumber(line),
                handed_over_at,
                motive: Motive::new(reason, &words).unwrap(),
            },
        )
    }

    proptest! {
        #[test]
        fn a_hand_over_reads_back_as_it_was_written(hand_over in hand_over()) {
            let content = write_hand_over(&hand_over).unwrap();
            prop_assert!(read_hand_over(&content).unwrap() == hand_over);
        }
    }

    #[test]
    fn what_is_not_a_hand_over_is_refused_without_a_word_of_it() {
        for text in ["", "[]", "{\"version\":1,\"hand_over\":\"ZZCANARY\"}"] {
            let refused = read_hand_over(text).unwrap_err();
            assert!(
                !format!("{refused} {refused:?}").contains("ZZCANARY"),
                "{refused:?}"
            );
        }
    }
}
