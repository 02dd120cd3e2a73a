//! What the box itself says: its last day, and whether anybody knows it.

use jiff::civil::Date;

use crate::domain::dispense::{Decision, LineOutcome};
use crate::domain::finding::{Fact, Finding};
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::{AdjustmentReason, NotDeliveredReason, PartialReason, SubstitutionReason};

/// An expired box is never handed over; an unknown product is said, and never blocks.
pub fn of_decision(
    decision: &Decision,
    today: Date,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Vec<Finding> {
    let mut facts = Vec::new();
    if let Some(supply) = decision.outcome.supply() {
        if let Some(expiry) = supply.expiry.filter(|expiry| today > *expiry) {
            facts.push(Fact::BoxExpired { expiry, today });
        }
        let is_medicine = matches!(supply.code, ProductCode::Cip13(_) | ProductCode::Cis(_));
        if is_medicine && product(&supply.code).is_none() {
            facts.push(Fact::ProductUnknown {
                code: supply.code.code().to_owned(),
            });
        }
    }
    if is_other(&decision.outcome, decision.partial) && decision.note.trim().is_empty() {
        facts.push(Fact::OtherUnexplained);
    }
    facts
        .into_iter()
        .map(|fact| Finding::on(decision.line, fact))
        .collect()
}

fn is_other(outcome: &LineOutcome, partial: Option<PartialReason>) -> bool {
    let outcome_is_other = match outcome {
        LineOutcome::Conforming(_) => false,
        LineOutcome::Substituted { reason, .. } => *reason == SubstitutionReason::Other,
        LineOutcome::Adjusted { reason, .. } => *reason == AdjustmentReason::Other,
        LineOutcome::NotDelivered(reason) => *reason == NotDeliveredReason::Other,
    };
    outcome_is_other || partial == Some(PartialReason::Other)
}
