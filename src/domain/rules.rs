//! The rules, one family per file: each a pure function from values to findings, each with its source.
//!
//! A rule looks at a [`Case`] and at nothing else: it reads no clock, asks nobody, and answers for any prescription.

mod biosimilars;
mod box_in_hand;
mod duration;
mod narcotics;
mod preparation;
mod presentation;
mod quantity;
mod renewal;
mod restricted;
mod standing;
pub mod substitution;
mod support;
mod vigilance;

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::Date;

pub use duration::one_fraction;

use crate::domain::dispense::{Circumstances, Decision, Proposal, Supply};
use crate::domain::finding::{Fact, Finding};
use crate::domain::identifiers::{Boxes, Finess};
use crate::domain::prescription::{LineKind, Prescription, PrescriptionLine};
use crate::domain::product::{Product, ProductCode};
use crate::domain::regime::Regime;
use crate::domain::share::Counted;
use crate::domain::units;

/// What a rule may look at: values, all of one moment.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// What was ordered, and what was delivered of it and on other prescriptions.
    pub prescription: &'a Prescription,
    /// The pharmacy that looks.
    pub pharmacy: &'a Finess,
    /// The moment.
    pub now: Timestamp,
    /// The day it is then in France.
    pub today: Date,
    /// The medicines database; `None` for a product that is not in it.
    pub product: &'a dyn Fn(&ProductCode) -> Option<Product>,
}

/// A product and what its official conditions ask.
struct Item {
    product: Option<Product>,
    regime: Regime,
}

impl Case<'_> {
    fn product(&self, code: &ProductCode) -> Option<Product> {
        (self.product)(code)
    }

    /// What the line orders.
    fn ordered(&self, line: &PrescriptionLine) -> Item {
        Item::of(self.product(&line.code))
    }

    /// What is proposed for it; where nothing is known of that, what was ordered.
    fn proposed(&self, line: &PrescriptionLine, supply: &Supply) -> Item {
        let given = Item::of(self.product(&supply.code));
        if given.regime.is_known() {
            return given;
        }
        let ordered = self.ordered(line);
        Item {
            product: given.product.or(ordered.product),
            // An unpublished generic of a narcotic is under the conditions of what it replaces.
            regime: if ordered.regime.is_known() {
                ordered.regime
            } else {
                given.regime
            },
        }
    }
}

impl Item {
    fn of(product: Option<Product>) -> Self {
        let regime = Regime::of(product.as_ref());
        Self { product, regime }
    }
}

/// The boxes of a line that cover `part` of its `days`, rounded up: a box is not cut. `None` when nothing says how
/// long its boxes last.
fn share(line: &PrescriptionLine, part: u32, days: u32) -> Option<Boxes> {
    let boxes = u64::from(line.boxes?.0);
    if days == 0 {
        return None;
    }
    let needed = (boxes * u64::from(part)).div_ceil(u64::from(days));
    Some(Boxes(u16::try_from(needed).unwrap_or(u16::MAX)))
}

/// The days that so many boxes of a line last, rounded down.
pub(in crate::domain) fn lasting(line: &PrescriptionLine, boxes: Boxes) -> Option<u32> {
    of_so_many(line, Counted::of(boxes, None))
}

/// The same of boxes of which some may be of another size.
fn of_so_many(line: &PrescriptionLine, counted: Counted) -> Option<u32> {
    let days = line.days.filter(|days| *days > 0)?;
    counted.lasting(days.into(), line.boxes?)
}

/// What is remarkable about a prescription before anything was decided, what weighs most first.
pub fn of_prescription(case: &Case) -> Vec<Finding> {
    let mut findings = standing::of_prescription(case);
    findings.extend(presentation::of_prescription(case));
    findings.extend(support::of_prescription(case));
    for line in &case.prescription.lines {
        findings.extend(standing::of_line(line));
        if matches!(line.kind, LineKind::Other { .. }) {
            continue;
        }
        findings.extend(quantity::count_unstated(line));
        if line.is_open() {
            findings.extend(before_deciding(case, line));
        }
    }
    by_weight(findings)
}

/// What an open line calls for, whatever will be decided.
fn before_deciding(case: &Case, line: &PrescriptionLine) -> Vec<Finding> {
    let item = case.ordered(line);
    let mut facts = of_line(case, line, &item);
    facts.extend(duration::of_line(case, line, &item));
    facts.extend(quantity::long_pack(case, line));
    facts.extend(renewal::before_deciding(case, line, &item));
    facts.extend(substitution::doubt(case, line));
    facts.extend(vigilance::same_substance(case, line, PrescriptionLine::is_open));
    on(line, facts)
}

/// What holds of a line and a product, whether it was ordered or is in the hand.
fn of_line(case: &Case, line: &PrescriptionLine, item: &Item) -> Vec<Fact> {
    let mut facts = presentation::of_line(case, line, item);
    facts.extend(narcotics::of_line(case, line, item));
    facts.extend(duration::beyond_cap(case, line, item));
    facts.extend(renewal::overlap(case, line, item));
    facts.extend(support::of_line(case, line, item));
    facts.extend(restricted::of_line(case, line, item));
    facts.extend(vigilance::of_line(case, line, item));
    facts
}

/// The same proposal, each supply with the boxes ordered that it stands for.
pub fn weighed(
    prescription: &Prescription,
    proposal: Proposal,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Proposal {
    let decisions = proposal.decisions.into_iter().map(|decision| {
        let Some(line) = prescription.line(decision.line) else {
            return decision;
        };
        let outcome = decision
            .outcome
            .with_supply(|supply| units::weighed(line, supply, product));
        Decision { outcome, ..decision }
    });
    Proposal {
        decisions: decisions.collect(),
        overrides: proposal.overrides,
    }
}

/// Everything the rules say about a proposal, the prescription's own remarks included, what weighs most first.
pub fn findings(
    prescription: &Prescription,
    proposal: &Proposal,
    circumstances: &Circumstances,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Vec<Finding> {
    let case = Case {
        prescription,
        pharmacy: &circumstances.pharmacy.finess,
        now: circumstances.at,
        today: circumstances.today,
        product,
    };
    let proposal = &weighed(prescription, proposal.clone(), product);
    let mut findings = standing::of_prescription(&case);
    findings.extend(presentation::of_prescription(&case));
    findings.extend(support::of_prescription(&case));
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
        findings.extend(substitution::of_decision(&case, line, decision));
        findings.extend(box_in_hand::of_decision(
            decision,
            case.today,
            &circumstances.gone,
            product,
        ));
        // Nothing leaves the pharmacy with a line that is not delivered: there is nothing to watch.
        if let Some(supply) = decision.outcome.supply() {
            findings.extend(preparation::of_supply(line, supply));
            findings.extend(of_supply(&case, line, decision, supply, proposal));
        }
    }
    by_weight(findings)
}

/// What boxes in the hand call for.
fn of_supply(
    case: &Case,
    line: &PrescriptionLine,
    decision: &Decision,
    supply: &Supply,
    proposal: &Proposal,
) -> Vec<Finding> {
    if !line.is_open() {
        return Vec::new();
    }
    let item = case.proposed(line, supply);
    let mut facts = of_line(case, line, &item);
    facts.extend(presentation::of_supply(case, line, &item, supply));
    facts.extend(narcotics::of_supply(case, line, &item, supply));
    facts.extend(duration::of_supply(case, line, &item, supply));
    facts.extend(quantity::other_size(case, line, supply));
    facts.extend(quantity::above_a_month(case, line, &item, supply));
    facts.extend(renewal::of_supply(case, line, &item, supply));
    facts.extend(biosimilars::of_decision(case, line, decision));
    let is_supplied = |other: &PrescriptionLine| {
        let decided = proposal
            .decisions
            .iter()
            .find(|decision| decision.line == other.number);
        decided.is_some_and(|decision| decision.outcome.supply().is_some())
    };
    facts.extend(vigilance::same_substance(case, line, is_supplied));
    on(line, facts)
}

fn on(line: &PrescriptionLine, facts: Vec<Fact>) -> Vec<Finding> {
    facts
        .into_iter()
        .map(|fact| Finding::on(line.number, fact))
        .collect()
}

/// What weighs most first; among equals, the order in which the prescription is read.
fn by_weight(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| Reverse(finding.severity()));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dispense::Decision;
    use crate::domain::identifiers::LineNumber;
    use crate::domain::prescription::{LineKind, LineStanding, PrescriptionLine};
    use crate::domain::sample::{
        ORDERED, case, cip13, circumstances, conforming, decision, ids, line, not_delivered, prescription,
        product, proposal,
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
            (vec![on(2), on(1)], &[("same-substance", Some(2))]),
            (vec![on(3)], &[("line-unknown", Some(3))]),
            (
                vec![on(1), on(2), on(1)],
                &[("line-twice", Some(1)), ("same-substance", Some(2))],
            ),
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
        let before = of_prescription(&case(&prescription));
        assert_eq!(
            ids(&before),
            ["line-for-others", "validity-unstated", "count-unstated"]
        );
        let after = findings(&prescription, &proposal(vec![on(1)]), &circumstances(), &product);
        assert_eq!(ids(&after), ["validity-unstated", "count-unstated"]);
    }
}
