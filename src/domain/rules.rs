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
        findings.extend(quantity::of_decision(line, decision));
        findings.extend(substitution::of_decision(line, decision, product));
        findings.extend(box_in_hand::of_decision(decision, *today, product));
    }
    findings
}
