//! A correction: a recorded delivery is taken back, and replaced or not.
//!
//! CSP art. R. 5132-9: nothing is modified once validated. What was recorded stays; a counter-entry takes it back, and a
//! rectification adds what was really handed over. Both are a [`HandOver`] of their own, so that they travel to the base
//! behind what they correct, and as safely.

use jiff::Timestamp;

use crate::domain::dispense::{Circumstances, Dispense, DispensedLine, HandOver, Proposal};
use crate::domain::finding::{Fact, Finding};
use crate::domain::identifiers::{DispensedLineId, LineNumber};
use crate::domain::outbox::OutboxEntry;
use crate::domain::prescription::Prescription;
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::CorrectionReason;
use crate::domain::register::{RegisterEntry, RegisterNumber};

/// Why a delivery is corrected: a code, and the operator's words beside it.
#[derive(Clone, PartialEq, Eq)]
pub struct Motive {
    reason: CorrectionReason,
    words: String,
}

/// A reason "other" explains nothing by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason that no code says needs words")]
pub struct WordsMissing;

impl Motive {
    /// The reason with its words, which may be missing beside a code that says it all.
    pub fn new(reason: CorrectionReason, words: &str) -> Result<Self, WordsMissing> {
        let words = words.trim().to_owned();
        if reason == CorrectionReason::Other && words.is_empty() {
            return Err(WordsMissing);
        }
        Ok(Self { reason, words })
    }

    /// The reason.
    pub const fn reason(&self) -> CorrectionReason {
        self.reason
    }

    /// The operator's words, may be empty.
    pub fn words(&self) -> &str {
        &self.words
    }
}

/// What a correction takes back.
#[derive(Clone, PartialEq, Eq)]
pub struct Corrects {
    /// The register entry of the delivery.
    pub entry: RegisterNumber,
    /// The delivery.
    pub delivery: DispensedLineId,
    /// What that delivery itself replaced, oldest first: the base may still hold one of these, when it refused a
    /// correction.
    pub earlier: Vec<DispensedLineId>,
    /// The prescription's line.
    pub line: LineNumber,
    /// When the boxes left the pharmacy.
    pub handed_over_at: Timestamp,
    /// Why.
    pub motive: Motive,
    /// Whether that line was written by hand: the base never knew the delivery.
    pub is_handwritten: bool,
}

impl Corrects {
    /// Everything that must no longer count at the base, oldest first.
    pub fn annulled(&self) -> impl Iterator<Item = DispensedLineId> {
        self.earlier.iter().copied().chain([self.delivery])
    }
}

/// A delivery of this pharmacy that stands: recorded, the newest of its line, and not taken back.
#[derive(Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its register entry.
    pub entry: RegisterNumber,
    /// The hand-over it belongs to.
    pub hand_over: HandOver,
    /// Which line of it.
    pub line: DispensedLine,
    /// What it replaced, oldest first.
    pub earlier: Vec<DispensedLineId>,
}

impl Standing {
    /// The prescription as it would be without it.
    pub fn taken_out_of(&self, prescription: Prescription) -> Prescription {
        let all = self.earlier.iter().copied().chain([self.line.id]);
        prescription.without_deliveries(all)
    }

    fn corrected(&self, motive: Motive) -> Corrects {
        Corrects {
            entry: self.entry,
            delivery: self.line.id,
            earlier: self.earlier.clone(),
            line: self.line.line,
            handed_over_at: self.hand_over.handed_over_at(),
            motive,
            is_handwritten: self.line.handwritten.is_some(),
        }
    }
}

/// Why an entry of the register is not corrected: the rules speaking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotCorrect {
    /// There is no such entry.
    NoSuchEntry,
    /// Its content was erased at the end of its retention.
    Erased,
    /// It is a counter-entry, which corrects that other one.
    IsCorrection {
        /// The entry it corrects.
        of: RegisterNumber,
    },
    /// It was corrected before.
    AlreadyCorrected {
        /// By this counter-entry.
        by: RegisterNumber,
        /// And replaced by this one, which can be corrected in its turn.
        replaced_by: Option<RegisterNumber>,
    },
    /// A newer delivery of the same line stands: it is taken first, or what remained then would no longer add up.
    NotNewest {
        /// The newest one.
        newest: RegisterNumber,
    },
    /// This store holds no hand-over for it.
    NotFromHere,
}

/// One entry of a delivery's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// The entry: the delivery, a counter-entry, or a replacement.
    pub entry: RegisterEntry,
    /// The hand-over or correction that made it, with its state at the base.
    pub post: Option<OutboxEntry>,
}

/// A correction that may be recorded: its delivery stands, its motive is said, and what replaces it satisfies every
/// blocking rule.
///
/// [`Self::cancelling`] and [`Self::rectifying`] alone build one, so holding it is the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    hand_over: HandOver,
    findings: Vec<Finding>,
}

impl Correction {
    /// Takes a delivery back: nothing was handed over after all, or it came back.
    ///
    /// It asks no rule: what was wrongly recorded may always be taken back.
    pub fn cancelling(standing: &Standing, motive: Motive, circumstances: Circumstances) -> Self {
        let hand_over = HandOver {
            id: circumstances.id,
            at: circumstances.at,
            operator: circumstances.operator,
            pharmacy: circumstances.pharmacy,
            lines: Vec::new(),
            overrides: Vec::new(),
            corrects: Some(standing.corrected(motive)),
            ..standing.hand_over.clone()
        };
        Self {
            hand_over,
            findings: Vec::new(),
        }
    }

    /// Replaces a delivery by what was really handed over, which the rules judge as if it had not been recorded.
    ///
    /// `circumstances.today` is the day the boxes left: the law counts from it, not from the correction. Another
    /// pharmacy's hold is no obstacle: nothing is handed over now.
    pub fn rectifying(
        standing: &Standing,
        motive: Motive,
        prescription: Prescription,
        proposal: Proposal,
        circumstances: Circumstances,
        product: &dyn Fn(&ProductCode) -> Option<Product>,
    ) -> Result<Self, Vec<Finding>> {
        let line = standing.line.line;
        if let Some(stray) = proposal.decisions.iter().find(|decision| decision.line != line) {
            return Err(vec![Finding::on(stray.line, Fact::LineUnknown)]);
        }
        let prescription = Prescription {
            hold: None,
            ..standing.taken_out_of(prescription)
        };
        let dispense = Dispense::check(&prescription, proposal, circumstances, product)?;
        let (mut hand_over, findings) = dispense.into_parts();
        if hand_over
            .lines
            .iter()
            .all(|new| says_the_same(new, &standing.line))
        {
            return Err(vec![Finding::on(line, Fact::NothingCorrected)]);
        }
        hand_over.corrects = Some(standing.corrected(motive));
        Ok(Self { hand_over, findings })
    }

    /// What is recorded and posted.
    pub fn hand_over(&self) -> &HandOver {
        &self.hand_over
    }

    /// What the rules remarked without stopping it.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

fn says_the_same(new: &DispensedLine, old: &DispensedLine) -> bool {
    new.outcome == old.outcome && new.partial == old.partial && new.note == old.note
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::dispense::{Decision, LineOutcome, Supply};
    use crate::domain::identifiers::{Boxes, DispenseId};
    use crate::domain::prescription::{LineStanding, PrescriptionLine};
    use crate::domain::reasons::PartialReason;
    use crate::domain::sample::{
        GENERIC, ORDERED, UNRELATED, check, cip13, circumstances, conforming, decision, delivered, hold, ids,
        line, not_delivered, prescription, product, proposal,
    };

    fn motive() -> Motive {
        Motive::new(CorrectionReason::WrongQuantity, "").unwrap()
    }

    /// Two boxes of line 1 of that prescription, recorded.
    fn standing(prescription: &Prescription, boxes: u16) -> Standing {
        let decided = Decision {
            partial: (boxes < 2).then_some(PartialReason::Owed),
            ..decision(conforming(cip13(ORDERED), boxes))
        };
        let dispense = check(prescription, proposal(vec![decided])).unwrap();
        let hand_over = dispense.hand_over().clone();
        Standing {
            entry: RegisterNumber(7),
            line: hand_over.lines[0].clone(),
            hand_over,
            earlier: Vec::new(),
        }
    }

    fn later() -> Circumstances {
        Circumstances {
            id: DispenseId(Uuid::from_u128(2)),
            at: "2026-11-25T09:00:00Z".parse().unwrap(),
            ..circumstances()
        }
    }

    /// The prescription once that delivery is known.
    fn known(prescription: Prescription, standing: &Standing) -> Prescription {
        let deliveries: Vec<_> = standing.hand_over.deliveries().collect();
        prescription.with_deliveries(deliveries)
    }

    fn rectified(
        prescription: Prescription,
        boxes: u16,
        decided: Decision,
    ) -> Result<Correction, Vec<Finding>> {
        let standing = standing(&prescription, boxes);
        let prescription = known(prescription, &standing);
        Correction::rectifying(
            &standing,
            motive(),
            prescription,
            proposal(vec![decided]),
            later(),
            &product,
        )
    }

    #[test]
    fn what_replaces_a_delivery_satisfies_the_rules_as_if_that_one_had_not_been_recorded() {
        let cancelled = PrescriptionLine {
            standing: LineStanding::Cancelled,
            ..line(1)
        };
        let boxes = |count| decision(conforming(cip13(ORDERED), count));
        let owed = |count| Decision {
            partial: Some(PartialReason::Owed),
            ..boxes(count)
        };
        let elsewhere = || delivered(line(1), 1);
        for (what, ordered, recorded, decided, expected) in [
            ("one box too many was recorded", line(1), 2, owed(1), &[][..]),
            ("one box too few was recorded", line(1), 1, boxes(2), &[]),
            (
                "more than was ordered",
                line(1),
                1,
                boxes(3),
                &["above-remaining"],
            ),
            (
                "what another delivery left",
                elsewhere(),
                1,
                boxes(2),
                &["above-remaining"],
            ),
            (
                "fewer, and nobody says why",
                line(1),
                2,
                boxes(1),
                &["partial-unexplained"],
            ),
            (
                "not delivered after all",
                line(1),
                2,
                decision(not_delivered()),
                &[],
            ),
            ("the same again", line(1), 2, boxes(2), &["nothing-corrected"]),
            (
                "another product without a ground",
                line(1),
                2,
                decision(conforming(cip13(UNRELATED), 2)),
                &["not-what-was-ordered"],
            ),
        ] {
            let answer = rectified(prescription(vec![ordered]), recorded, decided);
            let found = answer.err().unwrap_or_default();
            assert_eq!(ids(&found), expected, "{what}");
        }
        let standing = standing(&prescription(vec![line(1)]), 2);
        let withdrawn = known(prescription(vec![cancelled, line(2)]), &standing);
        let stopped = Correction::rectifying(
            &standing,
            motive(),
            withdrawn,
            proposal(vec![owed(1)]),
            later(),
            &product,
        );
        assert_eq!(ids(&stopped.unwrap_err()), ["line-cancelled"]);
    }

    #[test]
    fn a_rectification_says_what_it_takes_back_when_the_boxes_left_and_who_corrected() {
        let lot = Supply {
            lot: "B7".parse().ok(),
            ..crate::domain::sample::supply(cip13(GENERIC), 2)
        };
        let decided = decision(LineOutcome::Substituted {
            supply: lot,
            reason: crate::domain::reasons::SubstitutionReason::Generic,
        });
        let held = Prescription {
            hold: None,
            ..prescription(vec![line(1)])
        };
        let correction = rectified(held, 2, decided).unwrap();
        let hand_over = correction.hand_over();
        let corrects = hand_over.corrects.as_ref().unwrap();
        assert_eq!(corrects.entry, RegisterNumber(7));
        assert_eq!(corrects.delivery, DispenseId(Uuid::from_u128(1)).line(1));
        assert_eq!(hand_over.handed_over_at(), circumstances().at);
        assert_eq!(hand_over.at, later().at);
        let (_, delivery) = hand_over.deliveries().next().unwrap();
        assert_eq!(delivery.at, Some(circumstances().at));
    }

    #[test]
    fn a_hold_of_another_pharmacy_and_a_validity_that_ended_since_are_no_obstacle() {
        let before = prescription(vec![line(1)]);
        let standing = standing(&before, 2);
        let since = Prescription {
            hold: Some(hold("750000002")),
            valid_until: Some(circumstances().today),
            ..known(before, &standing)
        };
        let decided = Decision {
            partial: Some(PartialReason::Owed),
            ..decision(conforming(cip13(ORDERED), 1))
        };
        let correction = Correction::rectifying(
            &standing,
            motive(),
            since,
            proposal(vec![decided]),
            later(),
            &product,
        );
        assert!(correction.is_ok(), "{correction:?}");
    }

    #[test]
    fn a_rectification_is_about_its_own_line_alone() {
        let before = prescription(vec![line(1), line(2)]);
        let standing = standing(&before, 2);
        let elsewhere = Decision {
            line: LineNumber(2),
            ..decision(conforming(cip13(ORDERED), 2))
        };
        for (decisions, expected) in [(vec![elsewhere], "line-unknown"), (vec![], "nothing-decided")] {
            let stopped = Correction::rectifying(
                &standing,
                motive(),
                before.clone(),
                proposal(decisions),
                later(),
                &product,
            );
            assert_eq!(ids(&stopped.unwrap_err()), [expected]);
        }
    }

    #[test]
    fn a_cancellation_hands_nothing_over_and_gives_the_boxes_back() {
        let before = prescription(vec![line(1)]);
        let standing = Standing {
            earlier: vec![DispenseId(Uuid::from_u128(9)).line(1)],
            ..standing(&before, 2)
        };
        let correction = Correction::cancelling(&standing, motive(), later());
        let hand_over = correction.hand_over();
        assert!(hand_over.lines.is_empty());
        assert_eq!(hand_over.annulled().count(), 2, "what it replaced goes with it");
        let after = known(before, &standing).without_deliveries(hand_over.annulled());
        assert_eq!(after.lines[0].remaining(), Some(Boxes(2)));
    }

    #[test]
    fn a_reason_that_no_code_says_needs_words() {
        for (reason, words, is_enough) in [
            (CorrectionReason::WrongLot, "", true),
            (CorrectionReason::Other, "  ", false),
            (CorrectionReason::Other, "sachet déchiré", true),
        ] {
            assert_eq!(
                Motive::new(reason, words).is_ok(),
                is_enough,
                "{reason:?} {words:?}"
            );
        }
    }
}
