//! The rules, one family per file: each a pure function from facts to findings, each with its source.

pub mod box_in_hand;
pub mod quantity;
pub mod standing;
pub mod substitution;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::dispense::{Circumstances, Proposal};
use crate::domain::finding::{Fact, Finding};
use crate::domain::identifiers::Finess;
use crate::domain::prescription::Prescription;
use crate::domain::product::{Product, ProductCode};

/// What is remarkable about a prescription before anything was decided.
pub fn of_prescription(
    prescription: &Prescription,
    pharmacy: &Finess,
    now: Timestamp,
    today: Date,
) -> Vec<Finding> {
    let mut findings = standing::of_prescription(prescription, pharmacy, now, today);
    findings.extend(prescription.lines.iter().filter_map(standing::of_line));
    findings.extend(prescription.pharmacy_lines().filter_map(quantity::count_unstated));
    findings
}

/// Everything the rules say about a proposal, the prescription's own remarks included.
pub fn findings(
    prescription: &Prescription,
    proposal: &Proposal,
    circumstances: &Circumstances,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Vec<Finding> {
    let Circumstances {
        pharmacy, at, today, ..
    } = circumstances;
    let mut findings = standing::of_prescription(prescription, &pharmacy.finess, *at, *today);
    if proposal.decisions.is_empty() {
        findings.push(Finding::whole(Fact::NothingDecided));
    }
    for (place, decision) in proposal.decisions.iter().enumerate() {
        let Some(line) = prescription.line(decision.line) else {
            findings.push(Finding::on(decision.line, Fact::LineUnknown));
            continue;
        };
        if proposal.decisions[..place]
            .iter()
            .any(|earlier| earlier.line == decision.line)
        {
            findings.push(Finding::on(decision.line, Fact::LineTwice));
        }
        findings.extend(standing::of_line(line));
        findings.extend(quantity::count_unstated(line));
        findings.extend(quantity::of_decision(line, decision));
        findings.extend(substitution::of_decision(line, decision, product));
        findings.extend(box_in_hand::of_decision(decision, *today, product));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dispense::Decision;
    use crate::domain::identifiers::LineNumber;
    use crate::domain::prescription::{LineKind, LineStanding, PrescriptionLine};
    use crate::domain::sample::{
        ORDERED, TODAY, cip13, circumstances, conforming, decision, ids, line, not_delivered, now, pharmacy,
        prescription, product, proposal,
    };

    fn on(line: u16) -> Decision {
        Decision {
            line: LineNumber(line),
            ..decision(conforming(cip13(ORDERED), 2))
        }
    }

    #[test]
    fn a_proposal_decides_each_line_at_most_once_and_only_lines_that_exist() {
        let prescription = prescription(vec![line(1), line(2)]);
        for (decisions, expected) in [
            (vec![], &[("nothing-decided", None)][..]),
            (vec![on(1)], &[]),
            (vec![on(2), on(1)], &[]),
            (vec![on(3)], &[("line-unknown", Some(3))]),
            (vec![on(1), on(2), on(1)], &[("line-twice", Some(1))]),
            (
                vec![on(1), on(3), on(3)],
                &[("line-unknown", Some(3)), ("line-unknown", Some(3))],
            ),
        ] {
            let found = findings(&prescription, &proposal(decisions), &circumstances(), &product);
            let found: Vec<_> = found
                .iter()
                .map(|f| (f.id(), f.line.map(|line| line.0)))
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_withdrawn_line_is_not_even_declined_and_the_others_go_on() {
        let cancelled = PrescriptionLine {
            standing: LineStanding::Cancelled,
            ..line(2)
        };
        let prescription = prescription(vec![line(1), cancelled]);
        for (outcome, line, expected) in [
            (conforming(cip13(ORDERED), 2), 2, &["line-cancelled"][..]),
            (not_delivered(), 2, &["line-cancelled"]),
            (conforming(cip13(ORDERED), 2), 1, &[]),
        ] {
            let decision = Decision {
                line: LineNumber(line),
                ..decision(outcome)
            };
            let found = findings(
                &prescription,
                &proposal(vec![decision]),
                &circumstances(),
                &product,
            );
            assert_eq!(ids(&found), expected);
        }
    }

    #[test]
    fn a_prescription_is_remarked_upon_before_anything_is_decided_and_after() {
        let uncounted = PrescriptionLine {
            boxes: None,
            ..line(1)
        };
        let for_others = PrescriptionLine {
            kind: LineKind::Other {
                executor: "laboratoire".into(),
            },
            boxes: None,
            ..line(2)
        };
        let prescription = Prescription {
            valid_until: None,
            ..prescription(vec![uncounted, for_others])
        };
        let before = of_prescription(&prescription, &pharmacy().finess, now(), TODAY);
        assert_eq!(
            ids(&before),
            ["validity-unstated", "line-for-others", "count-unstated"]
        );
        let after = findings(&prescription, &proposal(vec![on(1)]), &circumstances(), &product);
        assert_eq!(ids(&after), ["validity-unstated", "count-unstated"]);
    }
}
