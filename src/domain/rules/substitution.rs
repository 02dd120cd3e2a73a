//! May this product be given for that line, and on what ground? (CSP art. L. 5125-23 and following)

use crate::domain::dispense::{Decision, LineOutcome, Supply};
use crate::domain::finding::{Fact, Finding, RefusalDoubt};
use crate::domain::prescription::{LineKind, PrescriptionLine};
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::SubstitutionReason;
use crate::domain::rules::Case;
use crate::domain::substances;
use crate::domain::substitution::{
    NonSubstitutable, SubstitutionBasis, SubstitutionPermission, is_what_was_ordered,
};

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
pub(super) fn of_decision(case: &Case, line: &PrescriptionLine, decision: &Decision) -> Vec<Finding> {
    let facts = match &decision.outcome {
        LineOutcome::Conforming(supply) => conforming(line, supply, case.product),
        LineOutcome::Substituted { supply, reason } => substituted(case, line, supply, *reason),
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
    let given = product(&supply.code);
    if given
        .as_ref()
        .is_some_and(|given| is_what_was_ordered(&line.code, ordered.as_ref(), given))
    {
        return Vec::new();
    }
    let is_certain = match (&line.code, &supply.code) {
        (ProductCode::Lpp(_), _) | (_, ProductCode::Lpp(_)) | (ProductCode::Cis(_), ProductCode::Cis(_)) => {
            true
        }
        (ProductCode::Cis(_), _) => given.is_some(),
        _ => given.is_some() && ordered.is_some(),
    };
    let given = supply.label.clone();
    // Another code of a product that nobody knows may be another box of the same: unknown never blocks.
    vec![if is_certain {
        Fact::NotWhatWasOrdered { given }
    } else {
        Fact::SubstitutionUnverified { given }
    }]
}

/// What does not hold in the prescriber's refusal: said, and passed with a reason; a sound refusal is enforced.
pub(super) fn doubt(case: &Case, line: &PrescriptionLine) -> Option<Fact> {
    let SubstitutionPermission::Forbidden(why) = &line.substitution else {
        return None;
    };
    // Only a medicine of the database has substitutes that a doubtful reason keeps from the patient.
    let ordered = case.product(&line.code)?;
    let doubt = match why {
        NonSubstitutable::NarrowMargin
            if ordered.hybrid_group.is_some() && ordered.generic_groups.is_empty() =>
        {
            RefusalDoubt::Hybrid
        }
        NonSubstitutable::NarrowMargin => {
            let is_narrow = substances::NARROW_MARGIN.in_product(&ordered).is_some();
            (!is_narrow).then_some(RefusalDoubt::NotNarrow)?
        }
        NonSubstitutable::ChildForm => match age(case) {
            Some(years) if years < CHILD_YEARS => return None,
            Some(years) => RefusalDoubt::TooOld(years),
            None => RefusalDoubt::AgeUnknown,
        },
        NonSubstitutable::Excipient => return None,
        NonSubstitutable::Unstated(_) => RefusalDoubt::NoReason,
    };
    Some(Fact::RefusalDoubtful {
        why: why.clone(),
        doubt,
    })
}

/// EFG is for a child of less than six years.
const CHILD_YEARS: u16 = 6;

/// The patient's whole years on the day it was written.
fn age(case: &Case) -> Option<u16> {
    let born = case.prescription.patient.born?;
    let on = case.prescription.written_on;
    let years = i32::from(on.year()) - i32::from(born.year());
    let has_had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    u16::try_from(years - i32::from(!has_had_birthday)).ok()
}

fn substituted(
    case: &Case,
    line: &PrescriptionLine,
    supply: &Supply,
    reason: SubstitutionReason,
) -> Vec<Fact> {
    let product = case.product;
    let mut facts = Vec::new();
    if let SubstitutionPermission::Forbidden(why) = &line.substitution {
        let refused = Fact::SubstitutionForbidden(why.clone());
        facts.push(doubt(case, line).unwrap_or(refused));
    }
    if line.kind == LineKind::Device {
        facts.push(Fact::DeviceSubstituted);
        return facts;
    }
    let given = supply.label.clone();
    let both_known = product(&line.code).is_some() && product(&supply.code).is_some();
    match basis(line, supply, reason, product) {
        Some(SubstitutionBasis::Shortage) => facts.push(Fact::ShortageUnverified { given }),
        Some(_) => {}
        None if both_known => facts.push(Fact::SubstitutionWithoutBasis { given }),
        None => facts.push(Fact::SubstitutionUnverified { given }),
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reasons::AdjustmentReason;
    use crate::domain::sample::{
        GENERIC, ORDERED, OTHER_BOX, UNKNOWN, UNRELATED, adjusted, case, cip13, cis, conforming, decision,
        ids, line, lpp, not_delivered, prescription, product, substituted, supply,
    };

    fn ordering(code: ProductCode) -> PrescriptionLine {
        PrescriptionLine { code, ..line(1) }
    }

    fn found(line: &PrescriptionLine, outcome: LineOutcome) -> Vec<&'static str> {
        ids(&of_decision(
            &case(&prescription(vec![])),
            line,
            &decision(outcome),
        ))
    }

    #[test]
    fn conforming_means_what_was_ordered_box_size_left_aside() {
        let other_list = ProductCode::Other {
            system: "urn:x".into(),
            code: "1".into(),
        };
        for (ordered, given, expected) in [
            (cip13(ORDERED), cip13(ORDERED), &[][..]),
            (cip13(ORDERED), cip13(OTHER_BOX), &[]),
            (cip13(ORDERED), cip13(GENERIC), &["not-what-was-ordered"]),
            (cip13(ORDERED), cip13(UNRELATED), &["not-what-was-ordered"]),
            (cis("60000001"), cip13(OTHER_BOX), &[]),
            (cis("60000001"), cip13(GENERIC), &["not-what-was-ordered"]),
            (cis("69999999"), cip13(GENERIC), &["not-what-was-ordered"]),
            (cis("60000001"), cis("60000002"), &["not-what-was-ordered"]),
            (lpp("1163922"), lpp("1163922"), &[]),
            (lpp("1163922"), lpp("1163923"), &["not-what-was-ordered"]),
            (lpp("1163922"), cip13(ORDERED), &["not-what-was-ordered"]),
            (cip13(UNKNOWN), cip13(UNKNOWN), &[]),
            (cip13(ORDERED), cip13(UNKNOWN), &["substitution-unverified"]),
            (cip13(UNKNOWN), cip13(ORDERED), &["substitution-unverified"]),
            (cis("69999999"), cip13(UNKNOWN), &["substitution-unverified"]),
            (other_list, cip13(ORDERED), &["substitution-unverified"]),
            (ProductCode::None, cip13(ORDERED), &[]),
            (cip13(ORDERED), ProductCode::None, &[]),
        ] {
            let case = format!("{ordered:?} → {given:?}");
            assert_eq!(
                found(&ordering(ordered), conforming(given, 2)),
                expected,
                "{case}"
            );
        }
    }

    #[test]
    fn a_substitution_needs_a_ground() {
        use SubstitutionReason::{Generic, OutOfStock, Shortage};
        for (ordered, given, reason, expected, ground) in [
            (
                cip13(ORDERED),
                cip13(GENERIC),
                Generic,
                &[][..],
                Some(SubstitutionBasis::Generic),
            ),
            (
                cis("60000001"),
                cip13(GENERIC),
                OutOfStock,
                &[],
                Some(SubstitutionBasis::Generic),
            ),
            (
                cip13(ORDERED),
                cip13(GENERIC),
                Shortage,
                &[],
                Some(SubstitutionBasis::Generic),
            ),
            (
                cip13(ORDERED),
                cip13(UNRELATED),
                OutOfStock,
                &["substitution-without-basis"],
                None,
            ),
            (
                cip13(ORDERED),
                cip13(UNKNOWN),
                OutOfStock,
                &["substitution-unverified"],
                None,
            ),
            (
                cip13(UNKNOWN),
                cip13(GENERIC),
                OutOfStock,
                &["substitution-unverified"],
                None,
            ),
            (
                ProductCode::None,
                cip13(GENERIC),
                OutOfStock,
                &["substitution-unverified"],
                None,
            ),
        ] {
            let line = ordering(ordered);
            let case = format!("{:?} → {given:?}, {reason:?}", line.code);
            assert_eq!(
                basis(&line, &supply(given.clone(), 2), reason, &product),
                ground,
                "{case}"
            );
            assert_eq!(found(&line, substituted(given, reason)), expected, "{case}");
        }
    }

    #[test]
    fn a_shortage_is_a_ground_that_nobody_here_can_check() {
        for given in [UNRELATED, UNKNOWN] {
            let outcome = substituted(cip13(given), SubstitutionReason::Shortage);
            assert_eq!(found(&line(1), outcome), ["shortage-unverified"], "{given}");
            let supply = supply(cip13(given), 2);
            let ground = basis(&line(1), &supply, SubstitutionReason::Shortage, &product);
            assert_eq!(ground, Some(SubstitutionBasis::Shortage), "{given}");
        }
    }

    #[test]
    fn what_the_prescriber_forbids_takes_the_prescribers_agreement() {
        let forbidden = PrescriptionLine {
            substitution: SubstitutionPermission::Forbidden(NonSubstitutable::NarrowMargin),
            ..line(1)
        };
        let device = PrescriptionLine {
            kind: LineKind::Device,
            ..ordering(lpp("1163922"))
        };
        let generic = || substituted(cip13(GENERIC), SubstitutionReason::Generic);
        for (line, outcome, expected) in [
            (&forbidden, generic(), &["substitution-forbidden"][..]),
            (
                &forbidden,
                substituted(cip13(UNRELATED), SubstitutionReason::Shortage),
                &["substitution-forbidden", "shortage-unverified"],
            ),
            (&forbidden, conforming(cip13(ORDERED), 2), &[]),
            (
                &forbidden,
                adjusted(cip13(UNRELATED), 2, AdjustmentReason::Product),
                &[],
            ),
            (&forbidden, not_delivered(), &[]),
            (
                &device,
                substituted(lpp("1163923"), SubstitutionReason::OutOfStock),
                &["device-substituted"],
            ),
            (
                &device,
                adjusted(lpp("1163923"), 2, AdjustmentReason::Product),
                &[],
            ),
        ] {
            assert_eq!(found(line, outcome.clone()), expected, "{outcome:?}");
        }
    }
}
