//! What `Debug` tells of health data, all of it in this file: identifiers, counts and codes; never a person, a
//! product by its name, a lot, or words that somebody wrote.
//!
//! `Debug` ends in logs, panics and test reports, so none of these types derives it.

use std::fmt;

use crate::domain::dispense::{Decision, DispensedLine, HandOver, Override, Supply};
use crate::domain::finding::{Fact, Finding};
use crate::domain::identifiers::Lot;
use crate::domain::prescription::{Delivery, Prescription, PrescriptionLine};
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
    Supply { code, boxes }
    Decision { line, outcome, partial }
    Override { finding }
    DispensedLine { id, line, outcome }
    HandOver { id, lines }
    RegisteredDelivery { dispensed_line, boxes, outcome }
    Refusal { code, line }
}

impl fmt::Debug for Lot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lot(hidden)")
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
    use crate::domain::dispense::{LineOutcome, Proposal};
    use crate::domain::prescription::LineKind;
    use crate::domain::refusal::RefusalCode;
    use crate::domain::register::RegisterNumber;
    use crate::domain::sample::{
        GENERIC, cip13, circumstances, decision, delivered, line, pharmacy, prescription, supply,
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
            ..decision(LineOutcome::Conforming(supply))
        }
    }

    #[test]
    fn debug_tells_nothing_of_a_patients_care() {
        let prescription = prescription(vec![a_line()]);
        let passed = Override {
            finding: "held-elsewhere".into(),
            reason: canary(),
        };
        let proposal = Proposal {
            decisions: vec![a_decision()],
            overrides: vec![passed.clone()],
        };
        let dispensed = DispensedLine {
            id: circumstances().id.line(1),
            line: a_line().number,
            ordered: canary(),
            outcome: a_decision().outcome,
            basis: None,
            partial: None,
            completeness: None,
            note: canary(),
        };
        let hand_over = HandOver {
            id: circumstances().id,
            number: prescription.number.clone(),
            at: circumstances().at,
            operator: circumstances().operator,
            pharmacy: pharmacy(),
            patient: prescription.patient.clone(),
            prescriber: prescription.prescriber.clone(),
            consent: prescription.consent,
            lines: vec![dispensed.clone()],
            overrides: vec![passed],
        };
        let registered = RegisteredDelivery {
            dispense: hand_over.id,
            dispensed_line: dispensed.id,
            prescription: hand_over.number.clone(),
            line: dispensed.line,
            pharmacy: pharmacy(),
            operator: hand_over.operator.clone(),
            patient: hand_over.patient.clone(),
            prescriber: hand_over.prescriber.clone(),
            ordered: canary(),
            product: canary(),
            code: canary(),
            boxes: dispensed.outcome.boxes(),
            lot: lot(),
            expiry: None,
            outcome: "conforming".into(),
            reason: None,
            note: canary(),
        };
        let correction = RegisterContent::Correction {
            of: RegisterNumber(1),
            reason: canary(),
            operator: hand_over.operator.clone(),
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
        });
        let told = format!(
            "{prescription:?} {proposal:?} {hand_over:?} {:?} {correction:?} {refusal:?} {facts:?} {scanned:?}",
            RegisterContent::Delivery(Box::new(registered)),
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
