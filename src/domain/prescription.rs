//! What the prescriber ordered, and what has already been delivered of it.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::consent::Consent;
use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, DispensedLineId, Finess, LineNumber, Rpps};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Patient, Prescriber};
use crate::domain::product::ProductCode;
use crate::domain::reasons::PaperReason;
use crate::domain::share::{Counted, Share};
use crate::domain::substitution::SubstitutionPermission;

/// A prescription as the base described it at one moment.
#[derive(Clone, PartialEq, Eq)]
pub struct Prescription {
    /// Its unique number.
    pub number: PrescriptionNumber,
    /// Secured, exception, two-zone…
    pub kinds: Vec<PrescriptionKind>,
    /// The day it was written; the first of the durations the law counts.
    pub written_on: Date,
    /// The last day it may be executed. `None`: the base states none, which is not "for ever".
    pub valid_until: Option<Date>,
    /// Who it is for.
    pub patient: Patient,
    /// Who wrote it.
    pub prescriber: Prescriber,
    /// Whether prescribers may see deliveries.
    pub consent: Consent,
    /// Who is serving it now.
    pub hold: Option<Hold>,
    /// Its lines, in the prescriber's order.
    pub lines: Vec<PrescriptionLine>,
    /// Why it was transcribed from paper; `None` for one that the base described.
    pub paper: Option<PaperReason>,
    /// What this pharmacy handed over to the same patient on other prescriptions, as far as it matters here.
    pub history: Vec<PastDelivery>,
}

/// Boxes that this pharmacy handed over to the same patient on another prescription.
#[derive(Clone, PartialEq, Eq)]
pub struct PastDelivery {
    /// The other prescription.
    pub number: PrescriptionNumber,
    /// Who wrote it.
    pub prescriber: Option<Rpps>,
    /// The day of the hand-over.
    pub on: Date,
    /// What was handed over.
    pub code: ProductCode,
    /// The same in words.
    pub product: String,
    /// How many days those boxes last; `None` when its prescriber did not say.
    pub days: Option<u32>,
}

/// A subtype of the prescription (CI-SIS codes MED-1094 to MED-1159).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrescriptionKind {
    /// Ordonnance sécurisée (MED-1098). A numeric prescription *is* the secured support.
    Secured,
    /// Médicaments d'exception (MED-1097).
    Exception,
    /// Ordonnance bizone, ALD (MED-1096).
    AldTwoZone,
    /// En urgence (MED-1095).
    Urgent,
    /// Another code, kept as it came.
    Other(String),
}

/// One ordered product.
#[derive(Clone, PartialEq, Eq)]
pub struct PrescriptionLine {
    /// Its place, from 1.
    pub number: LineNumber,
    /// What kind of thing it orders.
    pub kind: LineKind,
    /// The product in words, as the prescriber's software wrote it.
    pub label: String,
    /// The product's code.
    pub code: ProductCode,
    /// How to take it, in words.
    pub dosage: String,
    /// Boxes of one delivery. `None`: the prescriber stated no count.
    pub boxes: Option<Boxes>,
    /// How many more times the same may be delivered.
    pub repeats: u16,
    /// How long one delivery lasts, in days.
    pub days: Option<u16>,
    /// What the prescriber writes for the pharmacist, in words, may be empty.
    pub to_pharmacist: String,
    /// The pharmacy that the prescriber names, when the law asks for one.
    pub named_pharmacy: Option<NamedPharmacy>,
    /// Whether it was added by hand on the paper: it is no line of the electronic prescription.
    pub is_handwritten: bool,
    /// May another product be given for it.
    pub substitution: SubstitutionPermission,
    /// What its prescriber did with it since.
    pub standing: LineStanding,
    /// What was delivered of it, by any pharmacy, oldest first.
    pub deliveries: Vec<Delivery>,
}

/// The pharmacy a prescriber names for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPharmacy {
    /// Its number, when it is said and is one.
    pub finess: Option<Finess>,
    /// Its name, may be empty.
    pub name: String,
}

/// What kind of thing a line orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineKind {
    /// A medicine.
    Medication,
    /// A device of the LPP list.
    Device,
    /// A preparation made by the pharmacist.
    Compound,
    /// For another profession (laboratory, nurse…): shown, never delivered here.
    Other {
        /// Who executes it, in words.
        executor: String,
    },
}

/// What the prescriber did with a line since it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStanding {
    /// It can be delivered.
    Active,
    /// Withdrawn by its prescriber (FHIR `cancelled`, `stopped`, `entered-in-error`).
    Cancelled,
    /// Suspended by its prescriber (FHIR `on-hold`), or a state this program does not know:
    /// what is not known to be deliverable is not delivered.
    Suspended,
}

/// A delivery that the base knows, by any pharmacy.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its identifier; `None` when another software gave none we can read.
    pub id: Option<DispensedLineId>,
    /// What was handed over, in words.
    pub product: String,
    /// How many boxes.
    pub boxes: Boxes,
    /// How many of the boxes ordered they stand for, when they are of another size. `None`: as many as there are.
    pub stands_for: Option<Share>,
    /// Handed over, declined, or withdrawn as an error.
    pub standing: DeliveryStanding,
    /// Which pharmacy, in words, may be empty.
    pub pharmacy: String,
    /// When the boxes were handed over, if it says.
    pub at: Option<Timestamp>,
}

impl Delivery {
    /// What it is in boxes ordered.
    pub fn counted(&self) -> Counted {
        Counted::of(self.boxes, self.stands_for)
    }
}

/// Whether a delivery counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStanding {
    /// Boxes were handed over.
    Completed,
    /// The pharmacist did not deliver, and said why.
    Declined,
    /// Withdrawn: it never happened.
    EnteredInError,
}

/// The state of a line or of a whole prescription on a given day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing was delivered yet.
    Open,
    /// Something was delivered, something remains.
    Partial,
    /// Nothing remains.
    Done,
    /// Withdrawn by the prescriber.
    Cancelled,
    /// Its validity is over.
    Expired,
}

impl PrescriptionLine {
    /// All boxes ordered, renewals included. `None`: the prescriber stated no count.
    pub fn ordered(&self) -> Option<Boxes> {
        self.boxes
            .map(|boxes| boxes.times(self.repeats.saturating_add(1)))
    }

    /// Boxes handed over so far; of boxes of another size, those that they make whole.
    pub fn delivered(&self) -> Boxes {
        self.counted().whole()
    }

    fn counted(&self) -> Counted {
        self.deliveries
            .iter()
            .filter(|delivery| delivery.standing == DeliveryStanding::Completed)
            .map(Delivery::counted)
            .sum()
    }

    /// The boxes by which more of that would raise those handed over.
    pub fn counting(&self, more: Counted) -> Boxes {
        self.counted().plus(more).whole().less(self.delivered())
    }

    /// Boxes that may still be handed over. `None`: no count was ordered, so none can be computed.
    pub fn remaining(&self) -> Option<Boxes> {
        self.ordered().map(|ordered| ordered.less(self.delivered()))
    }

    /// Boxes a conforming delivery hands over now: those of one delivery, or what remains if less.
    pub fn due(&self) -> Option<Boxes> {
        Some(self.boxes?.min(self.remaining()?))
    }

    /// Whether this pharmacy may deliver something of it.
    pub fn is_open(&self) -> bool {
        !matches!(self.kind, LineKind::Other { .. })
            && self.standing == LineStanding::Active
            && self.remaining() != Some(Boxes::ZERO)
    }

    /// Its state, expiry left aside: a line does not expire alone.
    pub fn status(&self) -> Status {
        match self.standing {
            LineStanding::Cancelled => Status::Cancelled,
            _ if self.remaining() == Some(Boxes::ZERO) => Status::Done,
            _ if self.delivered() > Boxes::ZERO => Status::Partial,
            _ => Status::Open,
        }
    }
}

impl Prescription {
    /// The line with that number.
    pub fn line(&self, number: LineNumber) -> Option<&PrescriptionLine> {
        self.lines.iter().find(|line| line.number == number)
    }

    /// The lines a pharmacy executes: all but those for other professions.
    pub fn pharmacy_lines(&self) -> impl Iterator<Item = &PrescriptionLine> {
        self.lines
            .iter()
            .filter(|line| !matches!(line.kind, LineKind::Other { .. }))
    }

    /// Its state on that day: the fold of its lines', then its validity.
    pub fn status(&self, today: Date) -> Status {
        let states: Vec<Status> = self.pharmacy_lines().map(PrescriptionLine::status).collect();
        let all = |wanted: &[Status]| !states.is_empty() && states.iter().all(|s| wanted.contains(s));
        if all(&[Status::Cancelled]) {
            Status::Cancelled
        } else if all(&[Status::Done, Status::Cancelled]) {
            Status::Done
        } else if self.valid_until.is_some_and(|last_day| today > last_day) {
            Status::Expired
        } else if states.iter().any(|s| matches!(s, Status::Partial | Status::Done)) {
            Status::Partial
        } else {
            Status::Open
        }
    }

    /// The same prescription with what the patient received on others.
    pub fn with_history(self, history: Vec<PastDelivery>) -> Self {
        Self { history, ..self }
    }

    /// The same prescription with deliveries the base did not know when it answered.
    ///
    /// What was recorded here counts from that moment on, or a second counter would hand the same
    /// boxes over again while the post is on its way.
    pub fn with_deliveries(mut self, local: impl IntoIterator<Item = (LineNumber, Delivery)>) -> Self {
        for (number, delivery) in local {
            let Some(line) = self.lines.iter_mut().find(|line| line.number == number) else {
                continue;
            };
            if delivery.id.is_none() || line.deliveries.iter().all(|known| known.id != delivery.id) {
                line.deliveries.push(delivery);
            }
        }
        self
    }

    /// The same prescription without deliveries that never happened: they stay readable, and their boxes remain.
    pub fn without_deliveries(mut self, annulled: impl IntoIterator<Item = DispensedLineId>) -> Self {
        for id in annulled {
            let mut deliveries = self.lines.iter_mut().flat_map(|line| &mut line.deliveries);
            if let Some(delivery) = deliveries.find(|delivery| delivery.id == Some(id)) {
                delivery.standing = DeliveryStanding::EnteredInError;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::identifiers::DispenseId;
    use crate::domain::sample::{TODAY, delivered, delivery, line, prescription};
    use uuid::Uuid;

    fn boxes(boxes: Option<u16>, repeats: u16, delivered: u16) -> PrescriptionLine {
        PrescriptionLine {
            boxes: boxes.map(Boxes),
            repeats,
            ..crate::domain::sample::delivered(line(1), delivered)
        }
    }

    #[test]
    fn what_remains_and_what_is_due_are_counted_in_boxes() {
        for (stated, repeats, given, remaining, due) in [
            (Some(2), 0, 0, Some(2), Some(2)),
            (Some(2), 0, 1, Some(1), Some(1)),
            (Some(2), 0, 2, Some(0), Some(0)),
            (Some(2), 0, 5, Some(0), Some(0)),
            (Some(2), 2, 0, Some(6), Some(2)),
            (Some(2), 2, 5, Some(1), Some(1)),
            (Some(0), 3, 0, Some(0), Some(0)),
            (None, 3, 2, None, None),
            (
                Some(u16::MAX),
                u16::MAX,
                1,
                Some(u16::MAX - 1),
                Some(u16::MAX - 1),
            ),
        ] {
            let line = boxes(stated, repeats, given);
            let case = format!("{stated:?} × {repeats} − {given}");
            assert_eq!(line.remaining(), remaining.map(Boxes), "{case}");
            assert_eq!(line.due(), due.map(Boxes), "{case}");
        }
    }

    #[test]
    fn only_completed_deliveries_count() {
        let mut line = line(1);
        line.deliveries = vec![
            delivery(1, DeliveryStanding::Completed),
            delivery(7, DeliveryStanding::Declined),
            delivery(9, DeliveryStanding::EnteredInError),
        ];
        assert_eq!(line.delivered(), Boxes(1));
        assert_eq!(line.status(), Status::Partial);
    }

    #[test]
    fn a_line_is_open_when_this_pharmacy_may_deliver_something_of_it() {
        let standing = |standing| PrescriptionLine { standing, ..line(1) };
        let for_others = PrescriptionLine {
            kind: LineKind::Other {
                executor: "laboratoire".into(),
            },
            ..line(1)
        };
        for (line, is_open, what) in [
            (line(1), true, "new"),
            (delivered(line(1), 1), true, "partial"),
            (delivered(line(1), 2), false, "done"),
            (boxes(None, 0, 9), true, "no count: nothing says that it is done"),
            (standing(LineStanding::Cancelled), false, "cancelled"),
            (standing(LineStanding::Suspended), false, "suspended"),
            (for_others, false, "for others"),
        ] {
            assert_eq!(line.is_open(), is_open, "{what}");
        }
    }

    #[test]
    fn a_prescription_is_the_fold_of_its_lines_then_its_validity() {
        let cancelled = PrescriptionLine {
            standing: LineStanding::Cancelled,
            ..line(2)
        };
        let for_others = PrescriptionLine {
            kind: LineKind::Other {
                executor: "laboratoire".into(),
            },
            ..line(3)
        };
        let done = || delivered(line(1), 2);
        let (in_time, past) = (Some(TODAY), Some(date(2026, 11, 21)));
        for (lines, valid_until, status) in [
            (vec![line(1), line(2)], in_time, Status::Open),
            (vec![line(1), cancelled.clone()], in_time, Status::Open),
            (vec![done(), line(2)], in_time, Status::Partial),
            (vec![delivered(line(1), 1)], None, Status::Partial),
            (vec![done(), cancelled.clone()], in_time, Status::Done),
            (vec![done(), for_others.clone()], in_time, Status::Done),
            (vec![cancelled.clone()], in_time, Status::Cancelled),
            (vec![cancelled, for_others.clone()], past, Status::Cancelled),
            (vec![line(1)], past, Status::Expired),
            (vec![delivered(line(1), 1)], past, Status::Expired),
            (vec![done()], past, Status::Done),
            (vec![for_others], in_time, Status::Open),
        ] {
            let case = format!("{lines:?} until {valid_until:?}");
            let prescription = Prescription {
                valid_until,
                ..prescription(lines)
            };
            assert_eq!(prescription.status(TODAY), status, "{case}");
        }
    }

    #[test]
    fn a_delivery_known_twice_counts_once() {
        let ours = |boxes| Delivery {
            id: Some(DispenseId(Uuid::from_u128(1)).line(1)),
            ..delivery(boxes, DeliveryStanding::Completed)
        };
        let unnamed = || delivery(1, DeliveryStanding::Completed);
        let mut seen_by_base = line(1);
        seen_by_base.deliveries = vec![ours(1)];
        for (known, local, delivered, what) in [
            (line(1), vec![(1, ours(1))], 1, "not yet at the base"),
            (seen_by_base.clone(), vec![(1, ours(1))], 1, "already at the base"),
            (line(1), vec![(1, ours(1)), (1, ours(1))], 1, "given twice"),
            (
                seen_by_base,
                vec![(1, unnamed())],
                2,
                "another one, without a name",
            ),
            (line(1), vec![(9, ours(1))], 0, "of a line that is not there"),
        ] {
            let local = local
                .into_iter()
                .map(|(line, delivery)| (LineNumber(line), delivery));
            let prescription = prescription(vec![known]).with_deliveries(local);
            assert_eq!(prescription.lines[0].delivered(), Boxes(delivered), "{what}");
        }
    }

    #[test]
    fn what_the_base_withdrew_is_not_counted_because_we_recorded_it() {
        let id = Some(DispenseId(Uuid::from_u128(1)).line(1));
        let mut withdrawn = line(1);
        withdrawn.deliveries = vec![Delivery {
            id,
            ..delivery(2, DeliveryStanding::EnteredInError)
        }];
        let local = Delivery {
            id,
            ..delivery(2, DeliveryStanding::Completed)
        };
        let prescription = prescription(vec![withdrawn]).with_deliveries([(LineNumber(1), local)]);
        assert_eq!(prescription.lines[0].remaining(), Some(Boxes(2)));
    }
}
