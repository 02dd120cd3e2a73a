//! May this product be given for that line, and on what ground? (CSP art. L. 5125-23 and following)

use crate::domain::dispense::{Decision, LineOutcome, Supply};
use crate::domain::finding::{Fact, Finding};
use crate::domain::prescription::{LineKind, PrescriptionLine};
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::SubstitutionReason;
use crate::domain::substitution::{SubstitutionBasis, SubstitutionPermission, is_what_was_ordered};

/// The legal ground for that supply in place of what the line ordered.
pub fn basis(
    line: &PrescriptionLine,
    supply: &Supply,
    reason: SubstitutionReason,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Option<SubstitutionBasis> {
    let ground = product(&line.code)
        .zip(product(&supply.code))
        .and_then(|(ordered, given)| SubstitutionBasis::between(&ordered, &given));
    // A shortage is a ground of its own (CSP art. L. 5125-23, V), when no group already gives one.
    ground.or((reason == SubstitutionReason::Shortage).then_some(SubstitutionBasis::Shortage))
}

/// Conforming means what was ordered; substituted needs a ground and the prescriber's silence.
pub fn of_decision(
    line: &PrescriptionLine,
    decision: &Decision,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Vec<Finding> {
    let facts = match &decision.outcome {
        LineOutcome::Conforming(supply) => conforming(line, supply, product),
        LineOutcome::Substituted { supply, reason } => substituted(line, supply, *reason, product),
        // The prescriber's agreement is the ground; it is part of the outcome's type.
        LineOutcome::Adjusted { .. } | LineOutcome::NotDelivered(_) => Vec::new(),
    };
    facts
        .into_iter()
        .map(|fact| Finding::on(line.number, fact))
        .collect()
}

fn conforming(
    line: &PrescriptionLine,
    supply: &Supply,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Vec<Fact> {
    if supply.code == line.code || supply.code == ProductCode::None || line.code == ProductCode::None {
        return Vec::new();
    }
    let ordered = product(&line.code);
    match product(&supply.code) {
        Some(given) if is_what_was_ordered(&line.code, ordered.as_ref(), &given) => Vec::new(),
        _ => vec![Fact::NotWhatWasOrdered {
            given: supply.label.clone(),
        }],
    }
}

fn substituted(
    line: &PrescriptionLine,
    supply: &Supply,
    reason: SubstitutionReason,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let SubstitutionPermission::Forbidden(why) = &line.substitution {
        facts.push(Fact::SubstitutionForbidden(why.clone()));
    }
    let given = supply.label.clone();
    if line.kind == LineKind::Device {
        facts.push(Fact::DeviceSubstituted);
    } else if basis(line, supply, reason, product).is_none() {
        let both_known = product(&line.code).is_some() && product(&supply.code).is_some();
        facts.push(if both_known {
            Fact::SubstitutionWithoutBasis { given }
        } else {
            Fact::SubstitutionUnverified { given }
        });
    }
    facts
}
