//! What the pharmacist hands over, line by line, and the one door through which it becomes a [`Dispense`].

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::box_read::BoxGone;
use crate::domain::box_read::BoxRead;
use crate::domain::consent::Consent;
use crate::domain::correction::Corrects;
use crate::domain::finding::{Finding, Severity};
use crate::domain::identifiers::{Boxes, DispenseId, DispensedLineId, LineNumber, Lot};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Operator, Patient, Pharmacy, Prescriber};
use crate::domain::prescription::{Delivery, DeliveryStanding, Prescription, PrescriptionLine};
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::{
    AdjustmentReason, AgreementChannel, NotDeliveredReason, PaperReason, PartialReason, SubstitutionReason,
};
use crate::domain::rules;
use crate::domain::share::{Counted, Share};
use crate::domain::substitution::SubstitutionBasis;
use crate::domain::units;

/// The product in the pharmacist's hand.
#[derive(Clone, PartialEq, Eq)]
pub struct Supply {
    /// Its code; [`ProductCode::None`] when only words identify it.
    pub code: ProductCode,
    /// Its name, as the catalogue or the box says it.
    pub label: String,
    /// How many boxes.
    pub boxes: Boxes,
    /// How many of the boxes ordered they stand for, when they are of another size. `None`: as many as there are.
    pub stands_for: Option<Share>,
    /// The lot of all of them, when they are of one and it is known.
    pub lot: Option<Lot>,
    /// The last day they may all be used, when it is known.
    pub expiry: Option<Date>,
    /// Those whose code was read, in that order: never more than there are boxes.
    pub read: Vec<BoxRead>,
}

impl Supply {
    /// What it is in boxes ordered: what is counted against the prescription.
    pub fn counted(&self) -> Counted {
        Counted::of(self.boxes, self.stands_for)
    }
}

/// The prescriber's agreement to an adjustment.
#[derive(Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Who agreed.
    pub by: AgreedBy,
    /// How it was obtained.
    pub channel: AgreementChannel,
    /// When.
    pub at: Timestamp,
    /// What is taken instead of what was written, in their words; empty where the product and the boxes say it.
    pub changed: String,
}

/// Who agreed to an adjustment.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum AgreedBy {
    /// Who wrote the prescription.
    #[default]
    Author,
    /// Another prescriber, for instance who stands in for the author, by name.
    Other(String),
}

/// What the pharmacist decided for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineOutcome {
    /// What was ordered.
    Conforming(Supply),
    /// Another product on a legal ground.
    Substituted {
        /// The product given.
        supply: Supply,
        /// Why.
        reason: SubstitutionReason,
    },
    /// Something else, because the prescriber agreed.
    Adjusted {
        /// The product given.
        supply: Supply,
        /// What was adjusted.
        reason: AdjustmentReason,
        /// The agreement, without which this outcome does not exist.
        agreement: Agreement,
    },
    /// Nothing.
    NotDelivered(NotDeliveredReason),
}

impl LineOutcome {
    /// The product handed over, if any.
    pub fn supply(&self) -> Option<&Supply> {
        match self {
            Self::Conforming(supply) | Self::Substituted { supply, .. } | Self::Adjusted { supply, .. } => {
                Some(supply)
            }
            Self::NotDelivered(_) => None,
        }
    }

    /// The agreement it rests on, if it does.
    pub fn agreement(&self) -> Option<&Agreement> {
        match self {
            Self::Adjusted { agreement, .. } => Some(agreement),
            Self::Conforming(_) | Self::Substituted { .. } | Self::NotDelivered(_) => None,
        }
    }

    /// The same outcome, one for each product and lot of its boxes.
    fn by_lot(self) -> Vec<Self> {
        match self {
            Self::Conforming(supply) => supply.by_lot().into_iter().map(Self::Conforming).collect(),
            Self::Substituted { supply, reason } => {
                let parts = supply.by_lot().into_iter();
                parts.map(|supply| Self::Substituted { supply, reason }).collect()
            }
            Self::Adjusted {
                supply,
                reason,
                agreement,
            } => {
                let parts = supply.by_lot().into_iter();
                let adjusted = parts.map(|supply| Self::Adjusted {
                    supply,
                    reason,
                    agreement: agreement.clone(),
                });
                adjusted.collect()
            }
            Self::NotDelivered(_) => vec![self],
        }
    }

    /// Boxes handed over.
    pub fn boxes(&self) -> Boxes {
        self.supply().map_or(Boxes::ZERO, |supply| supply.boxes)
    }

    /// The same outcome with another supply.
    pub(in crate::domain) fn with_supply(self, change: impl FnOnce(Supply) -> Supply) -> Self {
        match self {
            Self::Conforming(supply) => Self::Conforming(change(supply)),
            Self::Substituted { supply, reason } => Self::Substituted {
                supply: change(supply),
                reason,
            },
            Self::Adjusted {
                supply,
                reason,
                agreement,
            } => Self::Adjusted {
                supply: change(supply),
                reason,
                agreement,
            },
            Self::NotDelivered(_) => self,
        }
    }

    /// The code that files and the wire carry.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conforming(_) => "conforming",
            Self::Substituted { .. } => "substituted",
            Self::Adjusted { .. } => "adjusted",
            Self::NotDelivered(_) => "not-delivered",
        }
    }

    /// The code of its reason; a conforming delivery needs none.
    pub fn reason_code(&self) -> Option<&'static str> {
        match self {
            Self::Conforming(_) => None,
            Self::Substituted { reason, .. } => Some(reason.code()),
            Self::Adjusted { reason, .. } => Some(reason.code()),
            Self::NotDelivered(reason) => Some(reason.code()),
        }
    }
}

/// One line's decision, proposed and not yet checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which line.
    pub line: LineNumber,
    /// What was decided.
    pub outcome: LineOutcome,
    /// Why fewer boxes than due, when it is so.
    pub partial: Option<PartialReason>,
    /// The pharmacist's own words, may be empty.
    pub note: String,
}

impl Decision {
    /// The line as it was ordered, all that is due of it.
    ///
    /// A line without a count of boxes gets one box: it is shown, and can be changed.
    pub fn as_prescribed(line: &PrescriptionLine) -> Self {
        let supply = Supply {
            code: line.code.clone(),
            label: line.label.clone(),
            boxes: line.due().unwrap_or(Boxes(1)),
            stands_for: None,
            lot: None,
            expiry: None,
            read: Vec::new(),
        };
        Self {
            line: line.number,
            outcome: LineOutcome::Conforming(supply),
            partial: None,
            note: String::new(),
        }
    }
}

/// A warning that the pharmacist chose to pass, with the reason that goes in the register.
#[derive(Clone, PartialEq, Eq)]
pub struct Override {
    /// The finding's id, which passes it on every line; followed by `@` and a line's number, on that line only.
    pub finding: String,
    /// The pharmacist's reason, in words.
    pub reason: String,
}

impl Override {
    /// Whether it passes that finding.
    pub fn is_about(&self, finding: &Finding) -> bool {
        match self.finding.split_once('@') {
            None => self.finding == finding.id(),
            Some((id, line)) => {
                id == finding.id() && finding.line.is_some_and(|known| known.to_string() == line)
            }
        }
    }
}

/// Everything the pharmacist proposes for one prescription.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposal {
    /// At most one per line; a line without a decision stays open.
    pub decisions: Vec<Decision>,
    /// The warnings passed.
    pub overrides: Vec<Override>,
}

/// Who, where and when: what a hand-over needs besides the products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// The identifier minted for it.
    pub id: DispenseId,
    /// Who hands over.
    pub operator: Operator,
    /// Where.
    pub pharmacy: Pharmacy,
    /// When.
    pub at: Timestamp,
    /// The same in the pharmacy's own calendar: the day the law counts from.
    pub today: Date,
    /// The boxes in the hand that the register says have left.
    pub gone: Vec<BoxGone>,
}

/// Whether a delivery is the line's first, and whether it completes it (CI-SIS codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// FFC: first, complete.
    FirstComplete,
    /// FFP: first, partial.
    FirstPartial,
    /// RFC: a following one, complete.
    RefillComplete,
    /// RFP: a following one, partial.
    RefillPartial,
}

impl Completeness {
    /// The completeness of handing `boxes` over for that line now.
    pub fn of(line: &PrescriptionLine, boxes: Boxes) -> Self {
        let is_first = line.delivered() == Boxes::ZERO;
        let is_complete = line.due().is_none_or(|due| boxes >= due);
        match (is_first, is_complete) {
            (true, true) => Self::FirstComplete,
            (true, false) => Self::FirstPartial,
            (false, true) => Self::RefillComplete,
            (false, false) => Self::RefillPartial,
        }
    }
}

/// One line of a checked hand-over.
#[derive(Clone, PartialEq, Eq)]
pub struct DispensedLine {
    /// Its identifier here and at the base.
    pub id: DispensedLineId,
    /// The prescription's line it answers.
    pub line: LineNumber,
    /// The product ordered, in words: the register shows both.
    pub ordered: String,
    /// What was decided.
    pub outcome: LineOutcome,
    /// The legal ground, when another product was given.
    pub basis: Option<SubstitutionBasis>,
    /// Why fewer boxes than due.
    pub partial: Option<PartialReason>,
    /// First or following, complete or not. `None` when nothing was delivered.
    pub completeness: Option<Completeness>,
    /// The pharmacist's own words.
    pub note: String,
}

impl DispensedLine {
    /// The coded reason that goes with it: that of the outcome, or of the missing boxes.
    pub fn reason_code(&self) -> Option<&'static str> {
        self.outcome
            .reason_code()
            .or_else(|| self.partial.map(PartialReason::code))
    }
}

/// A hand-over as it is recorded, posted and shown: plain content, wherever it was read from.
#[derive(Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Its identifier.
    pub id: DispenseId,
    /// The prescription it executes.
    pub number: PrescriptionNumber,
    /// When the boxes were handed over.
    pub at: Timestamp,
    /// Who handed over.
    pub operator: Operator,
    /// Where.
    pub pharmacy: Pharmacy,
    /// For whom; the register must name the patient (CSP art. R. 5132-10).
    pub patient: Patient,
    /// By whose order; the register must name the prescriber (CSP art. R. 5132-10).
    pub prescriber: Prescriber,
    /// The patient's choice as last read before the hand-over.
    pub consent: Consent,
    /// Its lines; at least one, unless it only takes a delivery back.
    pub lines: Vec<DispensedLine>,
    /// The warnings passed, with their reasons.
    pub overrides: Vec<Override>,
    /// The delivery it takes back, when it is a correction; its lines, one or none, replace it.
    pub corrects: Option<Corrects>,
    /// Why its prescription was transcribed from paper; `None` for one that the base described.
    pub paper: Option<PaperReason>,
}

impl HandOver {
    /// Whether the base can ever be told of it: it cannot without a number of the base's.
    pub fn is_off_base(&self) -> bool {
        self.number.is_of_paper()
    }

    /// When the boxes left the pharmacy. A correction is recorded later, and says so of what it replaces.
    pub fn handed_over_at(&self) -> Timestamp {
        self.corrects
            .as_ref()
            .map_or(self.at, |corrects| corrects.handed_over_at)
    }

    /// The deliveries that it takes back: they never happened.
    pub fn annulled(&self) -> impl Iterator<Item = DispensedLineId> {
        self.corrects.iter().flat_map(Corrects::annulled)
    }

    /// Its lines as deliveries of the prescription: what [`Prescription::with_deliveries`] takes.
    pub fn deliveries(&self) -> impl Iterator<Item = (LineNumber, Delivery)> {
        self.lines.iter().map(|line| {
            let supply = line.outcome.supply();
            let delivery = Delivery {
                id: Some(line.id),
                product: supply.map_or_else(|| line.ordered.clone(), |supply| supply.label.clone()),
                boxes: line.outcome.boxes(),
                stands_for: supply.and_then(|supply| supply.stands_for),
                standing: if supply.is_some() {
                    DeliveryStanding::Completed
                } else {
                    DeliveryStanding::Declined
                },
                pharmacy: self.pharmacy.name.clone(),
                at: Some(self.handed_over_at()),
            };
            (line.line, delivery)
        })
    }
}

/// A hand-over that satisfies every blocking rule, and whose warnings were all passed with a reason.
///
/// Only [`Dispense::check`] builds one, so holding a `Dispense` is the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispense {
    hand_over: HandOver,
    findings: Vec<Finding>,
}

impl Dispense {
    /// Checks a proposal against the prescription and the rules.
    ///
    /// `product` looks a code up in the medicines database; `None` means that the product is unknown
    /// there, which never blocks by itself.
    ///
    /// Returns every finding when one blocks or when a warning was not passed with a reason.
    pub fn check(
        prescription: &Prescription,
        proposal: Proposal,
        circumstances: Circumstances,
        product: &dyn Fn(&ProductCode) -> Option<Product>,
    ) -> Result<Self, Vec<Finding>> {
        let proposal = rules::weighed(prescription, proposal, product);
        let findings = rules::findings(prescription, &proposal, &circumstances, product);
        let passed = |finding: &Finding| {
            proposal
                .overrides
                .iter()
                .any(|o| o.is_about(finding) && !o.reason.trim().is_empty())
        };
        let stops = |finding: &Finding| match finding.severity() {
            Severity::Blocking => true,
            Severity::Warning => !passed(finding),
            Severity::Information => false,
        };
        if findings.iter().any(stops) {
            return Err(findings);
        }
        let mut overrides = proposal.overrides;
        // What is recorded as passed is what there was to pass.
        overrides.retain(|o| {
            findings
                .iter()
                .any(|finding| finding.severity() == Severity::Warning && o.is_about(finding))
        });
        let mut lines = Vec::new();
        for decision in proposal.decisions {
            // The rules refused any decision for a line that does not exist.
            if let Some(line) = prescription.line(decision.line) {
                let ids = (lines.len() + 1..).map(|place| circumstances.id.line(place));
                lines.extend(dispensed_lines(ids, line, decision, product));
            }
        }
        let hand_over = HandOver {
            id: circumstances.id,
            number: prescription.number.clone(),
            at: circumstances.at,
            operator: circumstances.operator,
            pharmacy: circumstances.pharmacy,
            patient: prescription.patient.clone(),
            prescriber: prescription.prescriber.clone(),
            consent: prescription.consent,
            lines,
            overrides,
            corrects: None,
            paper: prescription.paper,
        };
        Ok(Self { hand_over, findings })
    }

    /// What is handed over.
    pub fn hand_over(&self) -> &HandOver {
        &self.hand_over
    }

    /// Its content and the remarks, taken out.
    pub(in crate::domain) fn into_parts(self) -> (HandOver, Vec<Finding>) {
        (self.hand_over, self.findings)
    }

    /// What the rules remarked without stopping it.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// What is recorded of one decision: one line for each product and lot, which all say of the whole whether it is
/// complete.
fn dispensed_lines(
    ids: impl Iterator<Item = DispensedLineId>,
    line: &PrescriptionLine,
    decision: Decision,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Vec<DispensedLine> {
    let basis = match &decision.outcome {
        LineOutcome::Substituted { supply, reason } => {
            rules::substitution::basis(line, supply, *reason, product)
        }
        LineOutcome::Adjusted { .. } => Some(SubstitutionBasis::PrescriberAgreement),
        LineOutcome::Conforming(_) | LineOutcome::NotDelivered(_) => None,
    };
    let completeness = decision
        .outcome
        .supply()
        .map(|supply| Completeness::of(line, line.counting(supply.counted())));
    // A reason for missing boxes, when none is missing after all, would say something untrue.
    let is_partial = decision
        .outcome
        .supply()
        .is_some_and(|supply| line.due().is_none_or(|due| line.counting(supply.counted()) < due));
    // What each part stands for is told of it: their sum is what the whole stands for.
    let compared = decision
        .outcome
        .supply()
        .and_then(|supply| units::compared(line, supply, product));
    let mut told = compared.map(|compared| compared.parts).into_iter().flatten();
    let parts = decision.outcome.by_lot().into_iter();
    parts
        .map(|part| {
            let stands_for = told.next();
            part.with_supply(|supply| Supply { stands_for, ..supply })
        })
        .zip(ids)
        .map(|(outcome, id)| DispensedLine {
            id,
            line: line.number,
            ordered: line.label.clone(),
            outcome,
            basis,
            partial: decision.partial.filter(|_| is_partial),
            completeness,
            note: decision.note.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Fact;
    use crate::domain::sample::{
        GENERIC, ORDERED, UNKNOWN, adjusted, check, cip13, circumstances, conforming, decision, delivered,
        hold, ids, line, not_delivered, passed, prescription, proposal, substituted,
    };

    #[test]
    fn what_blocks_cannot_be_passed() {
        let prescription = prescription(vec![line(1)]);
        let above = decision(conforming(cip13(ORDERED), 3));
        let with_override = Proposal {
            decisions: vec![above],
            overrides: vec![passed("above-remaining", "le patient insiste")],
        };
        assert_eq!(
            ids(&check(&prescription, with_override).unwrap_err()),
            ["above-remaining"]
        );
    }

    #[test]
    fn a_warning_may_be_passed_on_one_line_only() {
        let finding = |line| Finding {
            fact: Fact::CountUnstated,
            line,
        };
        let id = finding(None).id();
        for (named, line, passes) in [
            (id.to_owned(), Some(LineNumber(2)), true),
            (format!("{id}@2"), Some(LineNumber(2)), true),
            (format!("{id}@2"), Some(LineNumber(12)), false),
            (format!("{id}@2"), None, false),
            (format!("{id}@"), None, false),
            ("another@2".to_owned(), Some(LineNumber(2)), false),
        ] {
            let override_ = passed(&named, "vu au téléphone");
            assert_eq!(override_.is_about(&finding(line)), passes, "{named} on {line:?}");
        }
    }

    #[test]
    fn a_warning_is_passed_with_a_reason_and_only_real_warnings_are_recorded_as_passed() {
        let held = Prescription {
            hold: Some(hold("750000002")),
            ..prescription(vec![line(1)])
        };
        let decisions = || vec![decision(conforming(cip13(ORDERED), 2))];
        for (overrides, kept) in [
            (vec![], None),
            (vec![passed("held-elsewhere", "  ")], None),
            (vec![passed("another", "vu au téléphone")], None),
            (vec![passed("held-elsewhere", "vu au téléphone")], Some(1)),
            (
                vec![
                    passed("box-expired", "?"),
                    passed("held-elsewhere", "vu au téléphone"),
                ],
                Some(1),
            ),
        ] {
            let case = format!("{overrides:?}");
            let checked = check(
                &held,
                Proposal {
                    decisions: decisions(),
                    overrides,
                },
            );
            assert_eq!(
                checked.map(|dispense| dispense.hand_over().overrides.len()).ok(),
                kept,
                "{case}"
            );
        }
    }

    #[test]
    fn an_information_stops_nothing_and_is_kept() {
        let prescription = Prescription {
            valid_until: None,
            ..prescription(vec![line(1)])
        };
        let dispense = check(
            &prescription,
            proposal(vec![decision(conforming(cip13(ORDERED), 2))]),
        )
        .unwrap();
        assert_eq!(ids(dispense.findings()), ["validity-unstated"]);
    }

    #[test]
    fn a_product_that_nobody_knows_never_blocks() {
        let unknown = PrescriptionLine {
            code: cip13(UNKNOWN),
            ..line(1)
        };
        let decisions = vec![Decision::as_prescribed(&unknown)];
        let dispense = check(&prescription(vec![unknown]), proposal(decisions)).unwrap();
        assert_eq!(ids(dispense.findings()), ["product-unknown"]);
    }

    fn recorded(
        line: PrescriptionLine,
        outcome: LineOutcome,
        partial: Option<PartialReason>,
    ) -> DispensedLine {
        let decision = Decision {
            partial,
            ..decision(outcome)
        };
        let dispense = check(&prescription(vec![line]), proposal(vec![decision])).unwrap();
        dispense.hand_over().lines[0].clone()
    }

    #[test]
    fn a_line_is_recorded_with_its_words_and_a_stable_identifier() {
        let line = recorded(line(1), conforming(cip13(ORDERED), 2), None);
        assert_eq!((line.id, line.line), (circumstances().id.line(1), LineNumber(1)));
        assert_eq!(line.ordered, "PRODUIT 1");
    }

    #[test]
    fn another_product_is_recorded_with_its_ground() {
        for (outcome, basis) in [
            (conforming(cip13(ORDERED), 2), None),
            (
                substituted(cip13(GENERIC), SubstitutionReason::Generic),
                Some(SubstitutionBasis::Generic),
            ),
            (
                adjusted(cip13(GENERIC), 1, AdjustmentReason::Dose),
                Some(SubstitutionBasis::PrescriberAgreement),
            ),
            (not_delivered(), None),
        ] {
            assert_eq!(
                recorded(line(1), outcome.clone(), None).basis,
                basis,
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn a_line_says_whether_it_is_the_first_and_complete_and_why_not() {
        use Completeness::{FirstComplete, FirstPartial, RefillComplete, RefillPartial};
        let renewed = || PrescriptionLine {
            repeats: 2,
            ..delivered(line(1), 2)
        };
        let boxes = |count| conforming(cip13(ORDERED), count);
        let owed = Some(PartialReason::Owed);
        for (line, outcome, partial, kept, completeness) in [
            (line(1), boxes(2), None, None, Some(FirstComplete)),
            (line(1), boxes(2), owed, None, Some(FirstComplete)),
            (line(1), boxes(1), owed, owed, Some(FirstPartial)),
            (delivered(line(1), 1), boxes(1), None, None, Some(RefillComplete)),
            (renewed(), boxes(2), None, None, Some(RefillComplete)),
            (renewed(), boxes(1), owed, owed, Some(RefillPartial)),
            (line(1), not_delivered(), owed, None, None),
        ] {
            let case = format!("{line:?} {outcome:?} {partial:?}");
            let recorded = recorded(line, outcome, partial);
            assert_eq!(
                (recorded.partial, recorded.completeness),
                (kept, completeness),
                "{case}"
            );
        }
    }

    #[test]
    fn as_prescribed_hands_over_what_is_due() {
        let uncounted = PrescriptionLine {
            boxes: None,
            ..line(1)
        };
        let renewed = PrescriptionLine {
            repeats: 5,
            ..line(1)
        };
        for (line, boxes) in [
            (line(1), 2),
            (delivered(line(1), 1), 1),
            (renewed, 2),
            (uncounted, 1),
        ] {
            let decision = Decision::as_prescribed(&line);
            assert_eq!(decision.outcome.boxes(), Boxes(boxes), "{line:?}");
            check(&prescription(vec![line]), proposal(vec![decision])).unwrap();
        }
    }

    #[test]
    fn a_recorded_hand_over_counts_as_deliveries_of_its_prescription() {
        let prescription = prescription(vec![line(1), line(2)]);
        let declined = Decision {
            line: LineNumber(2),
            ..decision(not_delivered())
        };
        let decisions = vec![decision(conforming(cip13(ORDERED), 2)), declined];
        let dispense = check(&prescription, proposal(decisions)).unwrap();
        let after = prescription.with_deliveries(dispense.hand_over().deliveries());
        assert_eq!(after.lines[0].remaining(), Some(Boxes::ZERO));
        assert_eq!(
            after.lines[1].remaining(),
            Some(Boxes(2)),
            "a refusal of the patient takes nothing away"
        );
        let again = check(&after, proposal(vec![decision(conforming(cip13(ORDERED), 2))]));
        assert_eq!(ids(&again.unwrap_err()), ["above-remaining"]);
    }
}
