//! How many boxes may be handed over.

use crate::domain::calendar;
use crate::domain::dispense::{Decision, LineOutcome, Supply};
use crate::domain::finding::{Fact, Finding};
use crate::domain::identifiers::Boxes;
use crate::domain::prescription::{LineKind, PrescriptionLine};
use crate::domain::rules::presentation::{CONTRACEPTIVE_DAYS, is_contraceptive};
use crate::domain::rules::{Case, Item, lasting, share};
use crate::domain::units;

/// Days of one delivery of a listed medicine (CSP art. R. 5132-12).
const MONTH_DAYS: u16 = 30;

/// The prescriber stated no count of boxes: said, because nothing can be compared with it.
pub(super) fn count_unstated(line: &PrescriptionLine) -> Option<Finding> {
    let counts_boxes = matches!(line.kind, LineKind::Medication | LineKind::Device);
    (counts_boxes && line.boxes.is_none()).then(|| Finding::on(line.number, Fact::CountUnstated))
}

/// Never more than remains; fewer than due only with a reason.
pub(super) fn of_decision(line: &PrescriptionLine, decision: &Decision) -> Vec<Finding> {
    let Some(supply) = decision.outcome.supply() else {
        return Vec::new();
    };
    let asked = line.counting(supply.counted());
    let mut facts = Vec::new();
    if supply.boxes == Boxes::ZERO {
        facts.push(Fact::NoBox);
    }
    if let Some(remaining) = line.remaining().filter(|remaining| asked > *remaining) {
        facts.push(Fact::AboveRemaining { asked, remaining });
    }
    // An adjustment says by itself why the count differs: that is what the prescriber agreed to.
    let must_explain =
        decision.partial.is_none() && !matches!(decision.outcome, LineOutcome::Adjusted { .. });
    // Small boxes may be many and make no whole box ordered.
    if let Some(due) = line
        .due()
        .filter(|due| must_explain && asked < *due && supply.boxes > Boxes::ZERO)
    {
        facts.push(Fact::PartialUnexplained {
            asked: supply.boxes,
            due,
        });
    }
    facts
        .into_iter()
        .map(|fact| Finding::on(line.number, fact))
        .collect()
}

/// Boxes of another size than those ordered: what is handed over is told in units.
pub(super) fn other_size(case: &Case, line: &PrescriptionLine, supply: &Supply) -> Option<Fact> {
    let compared = units::compared(line, supply, case.product)?;
    Some(Fact::OtherBoxSize {
        stands_for: compared.stands_for,
        given: compared.given,
        of_one: compared.of_one,
        unit: compared.unit,
    })
}

/// More boxes of a listed medicine than one delivery lasts: a month, twelve weeks of a contraceptive. One box is
/// always given whole.
pub(super) fn above_a_month(
    case: &Case,
    line: &PrescriptionLine,
    item: &Item,
    supply: &Supply,
) -> Option<Fact> {
    if !item.regime.is_listed() {
        return None;
    }
    let most = if is_contraceptive(item.product.as_ref()) {
        CONTRACEPTIVE_DAYS
    } else {
        MONTH_DAYS
    };
    let asked = line.counting(supply.counted());
    let lasts = lasting(line, asked)?;
    // A box of three months is given whole, and no longer one exists for it.
    if supply.boxes == Boxes(1) && asked > Boxes(1) && lasts <= units::LONG_PACK_DAYS {
        return None;
    }
    if line.remaining().is_some_and(|remaining| asked > remaining) {
        return None; // said already, and worse
    }
    let share = share(line, u32::from(most), u32::from(line.days?))?.max(Boxes(1));
    (asked > share).then_some(Fact::AboveAMonth {
        asked,
        lasts,
        most,
        share,
        next: calendar::days_after(case.today, lasting(line, share)?),
    })
}

/// One box that lasts more than a month: given whole, and the next is due when it is used up.
pub(super) fn long_pack(case: &Case, line: &PrescriptionLine) -> Option<Fact> {
    let lasts = lasting(line, Boxes(1))?;
    let is_medicine = line.kind == LineKind::Medication;
    (is_medicine && lasts > u32::from(MONTH_DAYS) + 1).then(|| Fact::LongPack {
        lasts,
        next: calendar::days_after(case.today, lasts),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reasons::{AdjustmentReason, PartialReason};
    use crate::domain::sample::{
        ORDERED, adjusted, cip13, conforming, decision, delivered, ids, line, not_delivered,
    };

    #[test]
    fn never_more_than_remains_and_fewer_only_with_a_reason() {
        let uncounted = || PrescriptionLine {
            boxes: None,
            ..line(1)
        };
        let renewed = || PrescriptionLine {
            repeats: 2,
            ..line(1)
        };
        let boxes = |count| conforming(cip13(ORDERED), count);
        let adjusted = |count| adjusted(cip13(ORDERED), count, AdjustmentReason::Quantity);
        let owed = Some(PartialReason::Owed);
        for (line, outcome, partial, expected) in [
            (line(1), boxes(2), None, &[][..]),
            (line(1), boxes(3), None, &["above-remaining"]),
            (line(1), boxes(3), owed, &["above-remaining"]),
            (line(1), boxes(1), None, &["partial-unexplained"]),
            (line(1), boxes(1), owed, &[]),
            (line(1), boxes(0), None, &["no-box"]),
            (line(1), adjusted(1), None, &[]),
            (line(1), adjusted(3), None, &["above-remaining"]),
            (line(1), adjusted(0), None, &["no-box"]),
            (line(1), not_delivered(), None, &[]),
            (delivered(line(1), 1), boxes(1), None, &[]),
            (delivered(line(1), 1), boxes(2), None, &["above-remaining"]),
            (delivered(line(1), 2), boxes(1), None, &["above-remaining"]),
            (renewed(), boxes(2), None, &[]),
            (renewed(), boxes(4), None, &[]),
            (renewed(), boxes(7), None, &["above-remaining"]),
            (delivered(renewed(), 5), boxes(1), None, &[]),
            (uncounted(), boxes(9), None, &[]),
            (uncounted(), boxes(0), None, &["no-box"]),
        ] {
            let decision = Decision {
                partial,
                ..decision(outcome)
            };
            let found = of_decision(&line, &decision);
            assert_eq!(ids(&found), expected, "{line:?} {decision:?}");
        }
    }

    #[test]
    fn a_count_that_nobody_stated_is_said_where_boxes_are_counted() {
        let of = |kind, boxes| PrescriptionLine {
            kind,
            boxes,
            ..line(1)
        };
        for (line, is_said) in [
            (of(LineKind::Medication, None), true),
            (of(LineKind::Device, None), true),
            (of(LineKind::Compound, None), false),
            (of(LineKind::Medication, Some(Boxes(1))), false),
        ] {
            assert_eq!(count_unstated(&line).is_some(), is_said, "{line:?}");
        }
    }
}
