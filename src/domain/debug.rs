//! What `Debug` tells of health data, all of it in this file: identifiers, counts and codes; never a person, a
//! product by its name, a lot, or words that somebody wrote.
//!
//! `Debug` ends in logs, panics and test reports, so none of these types derives it.

use std::fmt;

use crate::domain::box_read::BoxRead;
use crate::domain::correction::{Corrects, Motive, Standing};
use crate::domain::dispense::{AgreedBy, Agreement, Decision, DispensedLine, HandOver, Override, Supply};
use crate::domain::finding::{Fact, Finding};
use crate::domain::identifiers::{Lot, Serial};
use crate::domain::outbox::Settlement;
use crate::domain::prescription::{Delivery, PastDelivery, Prescription, PrescriptionLine};
use crate::domain::refusal::Refusal;
use crate::domain::register::{RegisterContent, RegisteredDelivery};
use crate::domain::substitution::NonSubstitutable;

/// `Debug` of a struct: these fields, and a sign that there are others.
macro_rules! tells {
    ($($name:ident { $($field:ident),+ })+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))+
                    .finish_non_exhaustive()
            }
        }
    )+};
}

tells! {
    Prescription { valid_until, lines }
    PrescriptionLine { number, code, boxes, repeats, standing, deliveries }
    Delivery { id, boxes, standing }
    PastDelivery { on, code, days }
    Supply { code, boxes }
    BoxRead { cip13, expiry }
    Decision { line, outcome, partial }
    Override { finding }
    Agreement { by, channel, at }
    DispensedLine { id, line, outcome }
    HandOver { id, lines }
    RegisteredDelivery { dispensed_line, boxes, outcome }
    Corrects { entry, delivery, line }
    Standing { entry, line }
    Refusal { code, line }
    Settlement { choice, at }
}

impl fmt::Debug for Lot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lot(hidden)")
    }
}

impl fmt::Debug for AgreedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Author => "Author",
            Self::Other(_) => "Other(hidden)",
        })
    }
}

impl fmt::Debug for Motive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Motive").field(&self.reason()).finish()
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Serial(hidden)")
    }
}

impl fmt::Debug for NonSubstitutable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NarrowMargin => "NarrowMargin",
            Self::ChildForm => "ChildForm",
            Self::Excipient => "Excipient",
            Self::Unstated(_) => "Unstated(hidden)",
        })
    }
}

impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Finding::whole(self.clone()).id())
    }
}

impl fmt::Debug for RegisterContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivery(delivery) => delivery.fmt(f),
            Self::Correction { of, .. } => f
                .debug_struct("Correction")
                .field("of", of)
                .finish_non_exhaustive(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dispense::{Circumstances, LineOutcome, Proposal};
    use crate::domain::identifiers::Boxes;
    use crate::domain::prescription::LineKind;
    use crate::domain::reasons::{AdjustmentReason, AgreementChannel, CorrectionReason};
    use crate::domain::refusal::RefusalCode;
    use crate::domain::register::RegisterNumber;
    use crate::domain::sample::{
        GENERIC, cip13, circumstances, decision, delivered, line, prescription, supply,
    };
    use crate::domain::scanned::{Scanned, ScannedBox};
    use crate::domain::substitution::SubstitutionPermission;

    const CANARY: &str = "ZZCANARY";

    fn canary() -> String {
        CANARY.to_owned()
    }

    fn lot() -> Option<Lot> {
        CANARY.parse().ok()
    }

    fn a_line() -> PrescriptionLine {
        let mut line = PrescriptionLine {
            label: canary(),
            dosage: canary(),
            substitution: SubstitutionPermission::Forbidden(NonSubstitutable::Unstated(canary())),
            kind: LineKind::Other { executor: canary() },
            ..delivered(line(1), 1)
        };
        line.deliveries[0].product = canary();
        line
    }

    fn a_decision() -> Decision {
        let supply = Supply {
            label: canary(),
            lot: lot(),
            ..supply(cip13(GENERIC), 1)
        };
        Decision {
            note: canary(),
            ..decision(LineOutcome::Adjusted {
                supply,
                reason: AdjustmentReason::Dose,
                agreement: agreement(),
            })
        }
    }

    fn agreement() -> Agreement {
        Agreement {
            by: AgreedBy::Other(canary()),
            channel: AgreementChannel::Phone,
            at: circumstances().at,
            changed: canary(),
        }
    }

    fn passed() -> Override {
        Override {
            finding: "held-elsewhere".into(),
            reason: canary(),
        }
    }

    fn a_hand_over() -> HandOver {
        let prescription = prescription(vec![a_line()]);
        let Circumstances {
            id,
            operator,
            pharmacy,
            at,
            ..
        } = circumstances();
        let dispensed = DispensedLine {
            id: id.line(1),
            line: a_line().number,
            ordered: canary(),
            outcome: a_decision().outcome,
            basis: None,
            partial: None,
            completeness: None,
            note: canary(),
        };
        HandOver {
            paper: None,
            id,
            number: prescription.number,
            at,
            operator,
            pharmacy,
            patient: prescription.patient,
            prescriber: prescription.prescriber,
            consent: prescription.consent,
            lines: vec![dispensed],
            overrides: vec![passed()],
            corrects: Some(Corrects {
                entry: RegisterNumber(1),
                delivery: id.line(1),
                earlier: Vec::new(),
                line: a_line().number,
                handed_over_at: at,
                motive: Motive::new(CorrectionReason::Other, CANARY).unwrap(),
            }),
        }
    }

    fn a_register_content() -> RegisterContent {
        let hand_over = a_hand_over();
        RegisterContent::Delivery(Box::new(RegisteredDelivery {
            dispense: hand_over.id,
            dispensed_line: hand_over.lines[0].id,
            prescription: hand_over.number,
            line: hand_over.lines[0].line,
            pharmacy: hand_over.pharmacy,
            operator: hand_over.operator,
            patient: hand_over.patient,
            prescriber: hand_over.prescriber,
            ordered: canary(),
            product: canary(),
            code: canary(),
            boxes: Boxes(1),
            lot: lot(),
            expiry: None,
            serials: CANARY.parse().into_iter().collect(),
            outcome: "conforming".into(),
            basis: None,
            reason: None,
            agreement: agreement().into(),
            note: canary(),
            replaces: None,
            paper: None,
        }))
    }

    #[test]
    fn debug_tells_nothing_of_a_patients_care() {
        let prescription = prescription(vec![a_line()]);
        let proposal = Proposal {
            decisions: vec![a_decision()],
            overrides: vec![passed()],
        };
        let correction = RegisterContent::Correction {
            of: RegisterNumber(1),
            code: Some(CorrectionReason::Other),
            reason: canary(),
            operator: circumstances().operator,
        };
        let refusal = Refusal {
            code: RefusalCode::Malformed,
            text: canary(),
            line: None,
        };
        let facts = [
            Fact::NotWhatWasOrdered { given: canary() },
            Fact::ProductUnknown { code: canary() },
            Fact::LineForOthers { executor: canary() },
            Fact::SubstitutionForbidden(NonSubstitutable::Unstated(canary())),
        ];
        let scanned = Scanned::Box(ScannedBox {
            cip13: None,
            lot: lot(),
            expiry: None,
            serial: CANARY.parse().ok(),
        });
        let told = format!(
            "{prescription:?} {proposal:?} {:?} {:?} {:?} {correction:?} {refusal:?} {facts:?} {scanned:?}",
            a_hand_over(),
            a_hand_over().corrects,
            a_register_content(),
        );
        assert!(!told.contains(CANARY), "{told}");
        assert!(
            !told.contains(prescription.number.as_str()),
            "whoever knows the number reads the prescription: {told}"
        );
        assert!(
            told.contains("held-elsewhere") && told.contains("lines"),
            "{told}"
        );
    }
}
