//! What was decided for one line so far, complete or not.

use jiff::civil::Date;

use crate::domain::dispense::{Agreement, Decision, DispensedLine, LineOutcome, Supply};
use crate::domain::identifiers::{Boxes, LineNumber, Lot};
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::ProductCode;
use crate::domain::reasons::{AdjustmentReason, NotDeliveredReason, PartialReason, SubstitutionReason};
use crate::domain::substitution::SubstitutionBasis;

/// The four things one can decide for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeKind {
    /// As ordered.
    Conforming,
    /// Another product on a legal ground.
    Substituted,
    /// Something else, with the prescriber's agreement.
    Adjusted,
    /// Nothing.
    NotDelivered,
}

/// A product chosen instead of the one ordered.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenProduct {
    /// Its code.
    pub code: ProductCode,
    /// Its name.
    pub label: String,
    /// Its box in words, may be empty.
    pub presentation: String,
    /// The ground that the medicines database gives, if it gives one.
    pub basis: Option<SubstitutionBasis>,
}

/// What is still to be said before a line is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Which product is given.
    Product,
    /// Why another one.
    SubstitutionReason,
    /// What was adjusted.
    AdjustmentReason,
    /// How the prescriber agreed.
    Agreement,
    /// Why nothing.
    NotDeliveredReason,
    /// Why fewer boxes than due.
    PartialReason,
    /// The words of a reason "other".
    Note,
}

/// What was decided for one line so far.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    /// Which line.
    pub line: LineNumber,
    /// Which of the four.
    pub kind: OutcomeKind,
    /// Another product than the one ordered.
    pub product: Option<GivenProduct>,
    /// How many boxes.
    pub boxes: Boxes,
    /// Why another product.
    pub substitution_reason: Option<SubstitutionReason>,
    /// What was adjusted.
    pub adjustment_reason: Option<AdjustmentReason>,
    /// How and when the prescriber agreed.
    pub agreement: Option<Agreement>,
    /// Why nothing.
    pub not_delivered_reason: Option<NotDeliveredReason>,
    /// Why fewer boxes than due.
    pub partial: Option<PartialReason>,
    /// The lot.
    pub lot: Option<Lot>,
    /// The last day of the box.
    pub expiry: Option<Date>,
    /// The pharmacist's own words.
    pub note: String,
}

impl Form {
    /// The line as ordered: where every decision begins.
    pub fn new(line: &PrescriptionLine, kind: OutcomeKind) -> Self {
        Self {
            line: line.number,
            kind,
            product: None,
            boxes: line.due().unwrap_or(Boxes(1)),
            substitution_reason: None,
            adjustment_reason: None,
            agreement: None,
            not_delivered_reason: None,
            partial: None,
            lot: None,
            expiry: None,
            note: String::new(),
        }
    }

    /// What was recorded of that line: where a rectification begins.
    pub fn of(recorded: &DispensedLine, line: &PrescriptionLine) -> Self {
        let kind = match recorded.outcome {
            LineOutcome::Conforming(_) => OutcomeKind::Conforming,
            LineOutcome::Substituted { .. } => OutcomeKind::Substituted,
            LineOutcome::Adjusted { .. } => OutcomeKind::Adjusted,
            LineOutcome::NotDelivered(_) => OutcomeKind::NotDelivered,
        };
        let mut form = Self::new(line, kind);
        form.partial = recorded.partial;
        form.note.clone_from(&recorded.note);
        match &recorded.outcome {
            LineOutcome::Conforming(_) => {}
            LineOutcome::Substituted { reason, .. } => form.substitution_reason = Some(*reason),
            LineOutcome::Adjusted {
                reason, agreement, ..
            } => {
                form.adjustment_reason = Some(*reason);
                form.agreement = Some(agreement.clone());
            }
            LineOutcome::NotDelivered(reason) => form.not_delivered_reason = Some(*reason),
        }
        if let Some(supply) = recorded.outcome.supply() {
            let is_another = supply.code != line.code || supply.label != line.label;
            form.product = is_another.then(|| GivenProduct {
                code: supply.code.clone(),
                label: supply.label.clone(),
                presentation: String::new(),
                basis: recorded.basis,
            });
            form.boxes = supply.boxes;
            form.lot.clone_from(&supply.lot);
            form.expiry = supply.expiry;
        }
        form
    }

    /// The same line decided otherwise. A product chosen as a substitute is not what was ordered.
    pub fn decided_as(mut self, kind: OutcomeKind) -> Self {
        if kind != self.kind {
            self.product = None;
            self.kind = kind;
        }
        self
    }

    /// Whether fewer boxes than due are given.
    pub fn is_partial(&self, line: &PrescriptionLine) -> bool {
        self.kind != OutcomeKind::NotDelivered && line.due().is_some_and(|due| self.boxes < due)
    }

    /// What is still to be said, if anything.
    pub fn missing(&self, line: &PrescriptionLine) -> Option<Missing> {
        self.decision(line).err()
    }

    /// The decision, or the first thing that is missing from it.
    pub fn decision(&self, line: &PrescriptionLine) -> Result<Decision, Missing> {
        let outcome = self.outcome(line)?;
        let is_partial = self.is_partial(line);
        // An adjustment says by itself why the count differs.
        if is_partial && self.kind != OutcomeKind::Adjusted && self.partial.is_none() {
            return Err(Missing::PartialReason);
        }
        let decision = Decision {
            line: self.line,
            outcome,
            partial: self.partial.filter(|_| is_partial),
            note: self.note.trim().to_owned(),
        };
        if says_other(&decision) && decision.note.is_empty() {
            return Err(Missing::Note);
        }
        Ok(decision)
    }

    fn outcome(&self, line: &PrescriptionLine) -> Result<LineOutcome, Missing> {
        match self.kind {
            OutcomeKind::Conforming => Ok(LineOutcome::Conforming(self.ordered(line))),
            OutcomeKind::Substituted => {
                let given = self.product.as_ref().ok_or(Missing::Product)?;
                Ok(LineOutcome::Substituted {
                    supply: self.supply(given.code.clone(), given.label.clone()),
                    reason: self.substitution_reason.ok_or(Missing::SubstitutionReason)?,
                })
            }
            OutcomeKind::Adjusted => Ok(LineOutcome::Adjusted {
                reason: self.adjustment_reason.ok_or(Missing::AdjustmentReason)?,
                agreement: self.agreement.clone().ok_or(Missing::Agreement)?,
                supply: match &self.product {
                    Some(given) => self.supply(given.code.clone(), given.label.clone()),
                    None => self.supply(line.code.clone(), line.label.clone()),
                },
            }),
            OutcomeKind::NotDelivered => self
                .not_delivered_reason
                .map(LineOutcome::NotDelivered)
                .ok_or(Missing::NotDeliveredReason),
        }
    }

    /// What was ordered; once its box was scanned, in the presentation that is in the hand.
    fn ordered(&self, line: &PrescriptionLine) -> Supply {
        match self
            .product
            .as_ref()
            .filter(|_| self.kind == OutcomeKind::Conforming)
        {
            Some(scanned) => self.supply(scanned.code.clone(), scanned.label.clone()),
            None => self.supply(line.code.clone(), line.label.clone()),
        }
    }

    fn supply(&self, code: ProductCode, label: String) -> Supply {
        Supply {
            code,
            label,
            boxes: self.boxes,
            lot: self.lot.clone(),
            expiry: self.expiry,
        }
    }
}

/// Whether a reason "other" was given, which must have words.
fn says_other(decision: &Decision) -> bool {
    let code = decision.outcome.reason_code();
    code == Some(SubstitutionReason::Other.code()) || decision.partial == Some(PartialReason::Other)
}
