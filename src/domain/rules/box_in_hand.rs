//! What the box itself says: its last day, and whether anybody knows it.

use jiff::civil::Date;

use crate::domain::box_read::{BoxGone, earliest_expiry};
use crate::domain::dispense::{Decision, LineOutcome, Supply};
use crate::domain::finding::{Fact, Finding};
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::{
    AdjustmentReason, AgreementChannel, NotDeliveredReason, PartialReason, SubstitutionReason,
};
use crate::domain::recall::{Recalls, RecallsReading};

/// An expired box is never handed over; an unknown product is said, and never blocks.
pub(super) fn of_decision(
    decision: &Decision,
    today: Date,
    gone: &[BoxGone],
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Vec<Finding> {
    let mut facts = Vec::new();
    if let Some(supply) = decision.outcome.supply() {
        let earliest = supply
            .expiry
            .into_iter()
            .chain(earliest_expiry(&supply.read))
            .min();
        if let Some(expiry) = earliest.filter(|expiry| today > *expiry) {
            facts.push(Fact::BoxExpired { expiry, today });
        }
        let left = gone
            .iter()
            .find(|gone| supply.read.iter().any(|read| read.is_the_same_box(&gone.read)));
        facts.extend(left.map(|gone| Fact::BoxGone { entry: gone.entry }));
        let known = product(&supply.code);
        let recalls = known.as_ref().map(|known| &known.published.recalls);
        facts.extend(recalls.into_iter().flat_map(|recalls| recalled(recalls, supply)));
        let is_medicine = matches!(supply.code, ProductCode::Cip13(_) | ProductCode::Cis(_));
        if is_medicine && known.is_none() {
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

/// A recalled lot is never handed over; one that nobody read is compared by eye.
fn recalled(recalls: &Recalls, supply: &Supply) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(recall) = recalls.of_supply(supply) {
        facts.push(Fact::LotRecalled(recall.clone()));
    } else {
        let lots = recalls.to_compare(supply);
        if !lots.is_empty() {
            facts.push(Fact::LotToCompare { lots });
        }
    }
    if recalls.reading == RecallsReading::Partial {
        facts.push(Fact::RecallsUnread);
    }
    facts
}

fn is_other(outcome: &LineOutcome, partial: Option<PartialReason>) -> bool {
    let outcome_is_other = match outcome {
        LineOutcome::Conforming(_) => false,
        LineOutcome::Substituted { reason, .. } => *reason == SubstitutionReason::Other,
        LineOutcome::Adjusted {
            reason, agreement, ..
        } => *reason == AdjustmentReason::Other || agreement.channel == AgreementChannel::Other,
        LineOutcome::NotDelivered(reason) => *reason == NotDeliveredReason::Other,
    };
    outcome_is_other || partial == Some(PartialReason::Other)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::box_read::BoxRead;
    use crate::domain::recall::Recall;
    use crate::domain::register::RegisterNumber;
    use crate::domain::sample::{
        GENERIC, ORDERED, TODAY, UNKNOWN, adjusted, cip13, cis, conforming, decision, ids, lpp, product,
        substituted, supply,
    };

    #[test]
    fn an_expired_box_is_never_handed_over_and_its_last_day_is_a_good_one() {
        for (expiry, expected) in [
            (None, &[][..]),
            (Some(date(2026, 11, 21)), &["box-expired"]),
            (Some(TODAY), &[]),
            (Some(date(2028, 6, 30)), &[]),
        ] {
            let supply = Supply {
                expiry,
                ..supply(cip13(ORDERED), 2)
            };
            let found = of_decision(&decision(LineOutcome::Conforming(supply)), TODAY, &[], &product);
            assert_eq!(ids(&found), expected, "{expiry:?}");
        }
    }

    #[test]
    fn a_recalled_lot_is_never_handed_over_and_one_that_nobody_read_is_compared() {
        let recall = |lot: &str| Recall {
            lot: lot.parse().ok(),
            since: date(2026, 11, 20),
            reference: "R1".into(),
        };
        let read = |lot: &str| BoxRead {
            cip13: ORDERED.parse().unwrap(),
            lot: lot.parse().ok(),
            expiry: None,
            serial: None,
        };
        let (whole, partial) = (RecallsReading::Whole, RecallsReading::Partial);
        // The lots recalled (an empty one is all of them), the lots of the boxes read, the lot said of the two boxes.
        for (recalled, reading, boxes, said, expected) in [
            (&[][..], whole, &[][..], "", &[][..]),
            (&["A1"], whole, &[], "A1", &["lot-recalled"]),
            (&["A1"], whole, &[], "a1", &["lot-recalled"]),
            (&["A1"], whole, &[], "A2", &[]),
            (&["A1"], whole, &[], "", &["lot-to-compare"]),
            (&["A1"], whole, &["A2", "A1"], "", &["lot-recalled"]),
            (&["A1"], whole, &["A2", "A3"], "", &[]),
            (&["A1"], whole, &["A2"], "", &["lot-to-compare"]),
            (&["A1"], whole, &["A2"], "A1", &["lot-recalled"]),
            (&["A1"], whole, &["A2", ""], "", &["lot-to-compare"]),
            (&["A1", ""], whole, &[], "B7", &["lot-recalled"]),
            (&[""], whole, &[], "", &["lot-recalled"]),
            (&[], partial, &[], "A1", &["recalls-unread"]),
            (&["A1"], partial, &[], "A1", &["lot-recalled", "recalls-unread"]),
        ] {
            let recalls = Recalls {
                known: recalled.iter().map(|lot| recall(lot)).collect(),
                reading,
            };
            let with_recalls = |code: &ProductCode| {
                let mut known = product(code)?;
                known.published.recalls = recalls.clone();
                Some(known)
            };
            let supply = Supply {
                lot: said.parse().ok(),
                read: boxes.iter().map(|lot| read(lot)).collect(),
                ..supply(cip13(ORDERED), 2)
            };
            let conforming = decision(LineOutcome::Conforming(supply));
            let found = of_decision(&conforming, TODAY, &[], &with_recalls);
            assert_eq!(ids(&found), expected, "{recalled:?} {boxes:?} {said:?}");
        }
    }

    #[test]
    fn a_box_that_left_already_is_looked_at_twice_and_only_its_serial_tells() {
        let read = |cip13: &str, serial: &str| BoxRead {
            cip13: cip13.parse().unwrap(),
            lot: None,
            expiry: None,
            serial: serial.parse().ok(),
        };
        let gone = [BoxGone {
            read: read(ORDERED, "S1"),
            entry: RegisterNumber(12),
        }];
        for (in_hand, expected) in [
            (read(ORDERED, "S1"), &["box-gone"][..]),
            (read(ORDERED, "S2"), &[]),
            (read(GENERIC, "S1"), &[]),
            (read(ORDERED, ""), &[]),
        ] {
            let supply = Supply {
                read: vec![in_hand],
                ..supply(cip13(ORDERED), 2)
            };
            let conforming = decision(LineOutcome::Conforming(supply));
            let found = of_decision(&conforming, TODAY, &gone, &product);
            assert_eq!(ids(&found), expected);
        }
    }

    #[test]
    fn a_medicine_that_nobody_knows_is_said_and_a_device_is_not_looked_for() {
        for (code, expected) in [
            (cip13(ORDERED), &[][..]),
            (cis("60000001"), &[]),
            (cip13(UNKNOWN), &["product-unknown"]),
            (cis("69999999"), &["product-unknown"]),
            (lpp("1163922"), &[]),
            (ProductCode::None, &[]),
        ] {
            let found = of_decision(&decision(conforming(code.clone(), 2)), TODAY, &[], &product);
            assert_eq!(ids(&found), expected, "{code:?}");
        }
    }

    #[test]
    fn other_is_a_reason_only_with_words() {
        let other_channel = |channel| match adjusted(cip13(GENERIC), 2, AdjustmentReason::Dose) {
            LineOutcome::Adjusted {
                supply,
                reason,
                mut agreement,
            } => {
                agreement.channel = channel;
                LineOutcome::Adjusted {
                    supply,
                    reason,
                    agreement,
                }
            }
            outcome => outcome,
        };
        for (outcome, partial, needs_words) in [
            (conforming(cip13(ORDERED), 2), None, false),
            (conforming(cip13(ORDERED), 1), Some(PartialReason::Owed), false),
            (conforming(cip13(ORDERED), 1), Some(PartialReason::Other), true),
            (
                substituted(cip13(GENERIC), SubstitutionReason::Generic),
                None,
                false,
            ),
            (substituted(cip13(GENERIC), SubstitutionReason::Other), None, true),
            (adjusted(cip13(GENERIC), 2, AdjustmentReason::Dose), None, false),
            (adjusted(cip13(GENERIC), 2, AdjustmentReason::Other), None, true),
            (other_channel(AgreementChannel::Other), None, true),
            (
                LineOutcome::NotDelivered(NotDeliveredReason::OutOfStock),
                None,
                false,
            ),
            (LineOutcome::NotDelivered(NotDeliveredReason::Other), None, true),
        ] {
            for (note, expected) in [
                ("", needs_words),
                (" \t", needs_words),
                ("dit au téléphone", false),
            ] {
                let decision = Decision {
                    partial,
                    note: note.into(),
                    ..decision(outcome.clone())
                };
                let is_said =
                    ids(&of_decision(&decision, TODAY, &[], &product)).contains(&"other-unexplained");
                assert_eq!(is_said, expected, "{decision:?}");
            }
        }
    }
}
