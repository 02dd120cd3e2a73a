//! How many boxes may be handed over.

use crate::domain::dispense::{Decision, LineOutcome};
use crate::domain::finding::{Fact, Finding};
use crate::domain::identifiers::Boxes;
use crate::domain::prescription::{LineKind, PrescriptionLine};

/// The prescriber stated no count of boxes: said, because nothing can be compared with it.
pub fn count_unstated(line: &PrescriptionLine) -> Option<Finding> {
    let counts_boxes = matches!(line.kind, LineKind::Medication | LineKind::Device);
    (counts_boxes && line.boxes.is_none()).then(|| Finding::on(line.number, Fact::CountUnstated))
}

/// Never more than remains; fewer than due only with a reason.
pub fn of_decision(line: &PrescriptionLine, decision: &Decision) -> Vec<Finding> {
    let Some(supply) = decision.outcome.supply() else {
        return Vec::new();
    };
    let asked = supply.boxes;
    let mut facts = Vec::new();
    if asked == Boxes::ZERO {
        facts.push(Fact::NoBox);
    }
    if let Some(remaining) = line.remaining().filter(|remaining| asked > *remaining) {
        facts.push(Fact::AboveRemaining { asked, remaining });
    }
    // An adjustment says by itself why the count differs: that is what the prescriber agreed to.
    let must_explain =
        decision.partial.is_none() && !matches!(decision.outcome, LineOutcome::Adjusted { .. });
    if let Some(due) = line
        .due()
        .filter(|due| must_explain && asked < *due && asked > Boxes::ZERO)
    {
        facts.push(Fact::PartialUnexplained { asked, due });
    }
    facts
        .into_iter()
        .map(|fact| Finding::on(line.number, fact))
        .collect()
}
