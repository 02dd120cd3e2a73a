//! What was decided for one line so far, complete or not.

use jiff::civil::Date;

use crate::domain::box_read::{BoxRead, common_lot, earliest_expiry};
use crate::domain::dispense::{Agreement, Decision, DispensedLine, LineOutcome, Supply};
use crate::domain::identifiers::{Boxes, LineNumber, Lot};
use crate::domain::preparation::Preparation;
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::ProductCode;
use crate::domain::reasons::{AdjustmentReason, NotDeliveredReason, PartialReason, SubstitutionReason};
use crate::domain::share::{Counted, Share};
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
    /// How many of the boxes ordered they stand for, when they are of another size.
    pub stands_for: Option<Share>,
    /// How many one begins with: those due.
    pub(super) due: Boxes,
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
    /// The boxes scanned, in that order; never more than are given.
    pub read: Vec<BoxRead>,
    /// The pharmacist's own words.
    pub note: String,
    /// How it was made, for a magistral preparation.
    pub preparation: Option<Preparation>,
}

impl Form {
    /// The line as ordered: where every decision begins.
    pub fn new(line: &PrescriptionLine, kind: OutcomeKind) -> Self {
        Self {
            line: line.number,
            kind,
            product: None,
            boxes: line.due().unwrap_or(Boxes(1)),
            stands_for: None,
            due: line.due().unwrap_or(Boxes(1)),
            substitution_reason: None,
            adjustment_reason: None,
            agreement: None,
            not_delivered_reason: None,
            partial: None,
            lot: None,
            expiry: None,
            read: Vec::new(),
            note: String::new(),
            preparation: None,
        }
    }

    /// The line as it begins when it is delivered by fractions: one of them, and that it is one.
    pub fn by_fractions(mut self, one: Option<Boxes>) -> Self {
        if let Some(one) = one.filter(|one| *one < self.due) {
            self.boxes = self.boxes.min(one);
            self.due = one;
            self.partial = Some(PartialReason::Fraction);
        }
        self
    }

    /// The line as its boxes are scanned: none is in the hand yet.
    pub fn of_boxes(line: &PrescriptionLine, kind: OutcomeKind) -> Self {
        Self {
            boxes: Boxes::ZERO,
            ..Self::new(line, kind)
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
            form.stands_for = supply.stands_for;
            form.lot.clone_from(&supply.lot);
            form.expiry = supply.expiry;
            form.read.clone_from(&supply.read);
            form.preparation.clone_from(&supply.preparation);
        }
        form
    }

    /// The same line decided otherwise. A product chosen as a substitute is not what was ordered.
    pub fn decided_as(mut self, kind: OutcomeKind) -> Self {
        if kind != self.kind {
            // What is in the hand is no substitute of what was ordered: it stays there when the prescriber adjusts it.
            let keeps_boxes = (self.kind, kind) == (OutcomeKind::Conforming, OutcomeKind::Adjusted);
            if !keeps_boxes {
                self.give(None);
            }
            self.kind = kind;
        }
        self
    }

    /// Another product is given: boxes that were scanned are not it.
    pub fn give(&mut self, product: Option<GivenProduct>) {
        self.product = product;
        if self.read.is_empty() {
            return;
        }
        // A count that came from scans goes with them; one said by hand stays.
        if usize::from(self.boxes.0) == self.read.len() {
            self.boxes = self.due;
        }
        self.read.clear();
        self.lot = None;
        self.expiry = None;
    }

    /// One more box is in the hand. It counts for one, unless more were counted by hand before.
    pub fn count_in(&mut self, read: BoxRead) {
        self.read.push(read);
        let count = Boxes(u16::try_from(self.read.len()).unwrap_or(u16::MAX));
        self.boxes = self.boxes.max(count);
        self.say_of_those_read();
    }

    /// So many boxes are given: of those scanned, the last ones are put back when there are more.
    pub fn count(&mut self, boxes: Boxes) {
        self.boxes = boxes;
        if self.read.len() > usize::from(boxes.0) {
            self.read.truncate(boxes.0.into());
            self.say_of_those_read();
        }
    }

    fn say_of_those_read(&mut self) {
        self.lot = common_lot(&self.read).cloned();
        self.expiry = earliest_expiry(&self.read);
    }

    /// The lot as a person says it: of every box.
    pub fn say_lot(&mut self, lot: Option<Lot>) {
        if lot != self.lot {
            self.read.iter_mut().for_each(|one| one.lot.clone_from(&lot));
            self.lot = lot;
        }
    }

    /// The last day as a person says it: of every box.
    pub fn say_expiry(&mut self, expiry: Option<Date>) {
        if expiry != self.expiry {
            self.read.iter_mut().for_each(|one| one.expiry = expiry);
            self.expiry = expiry;
        }
    }

    /// One box says what they all are: its lot and its last day, where it says them.
    pub fn say_as(&mut self, read: BoxRead) {
        if read.lot.is_some() {
            self.say_lot(read.lot.clone());
        }
        if read.expiry.is_some() {
            self.say_expiry(read.expiry);
        }
        let is_new = !self.read.iter().any(|known| known.is_the_same_box(&read));
        if is_new && read.lot.is_some() && self.read.len() < usize::from(self.boxes.0) {
            self.read.push(read);
        }
    }

    /// What is given, in boxes ordered.
    pub fn in_boxes_ordered(&self, line: &PrescriptionLine) -> Boxes {
        line.counting(Counted::of(self.boxes, self.stands_for))
    }

    /// Whether fewer boxes than due are given.
    pub fn is_partial(&self, line: &PrescriptionLine) -> bool {
        self.kind != OutcomeKind::NotDelivered
            && line.due().is_some_and(|due| self.in_boxes_ordered(line) < due)
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

    /// The boxes given; of what was ordered, unless another product was chosen.
    pub fn in_the_hand(&self, line: &PrescriptionLine) -> Supply {
        match &self.product {
            Some(given) => self.supply(given.code.clone(), given.label.clone()),
            None => self.supply(line.code.clone(), line.label.clone()),
        }
    }

    fn supply(&self, code: ProductCode, label: String) -> Supply {
        Supply {
            preparation: self.preparation.clone(),
            code,
            label,
            boxes: self.boxes,
            stands_for: self.stands_for,
            lot: self.lot.clone(),
            expiry: self.expiry,
            read: self.read.clone(),
        }
    }
}

/// Whether a reason "other" was given, which must have words.
fn says_other(decision: &Decision) -> bool {
    let code = decision.outcome.reason_code();
    code == Some(SubstitutionReason::Other.code()) || decision.partial == Some(PartialReason::Other)
}
