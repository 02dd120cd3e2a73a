//! A prescription as the base keeps it: what the transitions read and return.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, Finess, LineNumber, Rpps};
use crate::domain::prescription::{DeliveryStanding, LineStanding};
use crate::domain::share::{Counted, Share};

/// The state of one prescription number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prescription {
    /// `Patient/…`.
    pub(super) patient: String,
    pub(super) prescriber: Rpps,
    pub(super) lines: Vec<Line>,
    pub(super) hold: Option<Hold>,
}

/// One ordered product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// `MedicationRequest/…`, `DeviceRequest/…` or `ServiceRequest/…`.
    pub(super) reference: String,
    pub(super) number: LineNumber,
    pub(super) executor: Executor,
    /// All boxes, renewals included. `None`: the prescriber stated no count, so none can be exceeded.
    pub(super) ordered: Option<Boxes>,
    pub(super) standing: LineStanding,
    pub(super) first_day: Option<Date>,
    pub(super) last_day: Option<Date>,
    /// The last day of a supplementary delivery, which only a renewable line may have.
    pub(super) supplement_until: Option<Date>,
    pub(super) deliveries: Vec<Delivery>,
}

/// Who executes a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Executor {
    Pharmacy,
    /// A laboratory, a nurse…
    Other,
}

/// What a pharmacy reported for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    /// `MedicationDispense/…` or `SupplyDelivery/…`.
    pub(super) reference: String,
    pub(super) pharmacy: Finess,
    pub(super) boxes: Boxes,
    /// What boxes of another size than those ordered stand for.
    pub(super) stands_for: Option<Share>,
    pub(super) standing: DeliveryStanding,
}

/// The progress that the Task shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Ready,
    Begun,
    Completed,
    Cancelled,
}

/// A moment, with its day in the French calendar: the one the law counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) today: Date,
}

impl Moment {
    pub(super) fn at(now: Timestamp) -> Self {
        // The time zone is bundled; UTC is a fallback that keeps this total.
        let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
        Self {
            now,
            today: now.to_zoned(paris).date(),
        }
    }
}

impl Line {
    /// Boxes handed over by all pharmacies.
    pub(super) fn delivered(&self) -> Boxes {
        self.counted().whole()
    }

    fn counted(&self) -> Counted {
        self.deliveries
            .iter()
            .filter(|delivery| delivery.standing == DeliveryStanding::Completed)
            .map(|delivery| Counted::of(delivery.boxes, delivery.stands_for))
            .sum()
    }

    /// The boxes by which that delivery would raise those handed over.
    pub(super) fn counting(&self, delivery: &Delivery) -> Boxes {
        let more = Counted::of(delivery.boxes, delivery.stands_for);
        self.counted().plus(more).whole().less(self.delivered())
    }

    /// Boxes that may still be handed over.
    pub(super) fn left(&self) -> Option<Boxes> {
        self.ordered.map(|ordered| ordered.less(self.delivered()))
    }

    /// The last day on which a pharmacy may hand something over, supplementary deliveries included: whether one is
    /// lawful is the pharmacist's to judge (CSP art. L. 5125-23-1 and R. 5134-4-1), and not the base's.
    pub(super) fn last_day_of_any(&self) -> Option<Date> {
        self.last_day.max(self.supplement_until)
    }

    /// Nothing more can be handed over.
    pub(super) fn is_done(&self) -> bool {
        self.standing == LineStanding::Cancelled || self.left() == Some(Boxes::ZERO)
    }
}

impl Prescription {
    pub(super) fn line(&self, reference: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.reference == reference)
    }

    pub(super) fn line_mut(&mut self, reference: &str) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.reference == reference)
    }

    pub(super) fn pharmacy_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines
            .iter()
            .filter(|line| line.executor == Executor::Pharmacy)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        !self.lines.is_empty()
            && self
                .lines
                .iter()
                .all(|line| line.standing == LineStanding::Cancelled)
    }

    pub(super) fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.lines.iter().flat_map(|line| &line.deliveries)
    }

    /// What the Task says, computed and never taken from a pharmacy's word.
    pub(super) fn progress(&self) -> Progress {
        let mut pharmacy_lines = self.pharmacy_lines().peekable();
        let something_for_pharmacies = pharmacy_lines.peek().is_some();
        if self.is_cancelled() {
            Progress::Cancelled
        } else if something_for_pharmacies && pharmacy_lines.all(Line::is_done) {
            Progress::Completed
        } else if self.hold.is_some() || self.lines.iter().any(|line| line.delivered() > Boxes::ZERO) {
            Progress::Begun
        } else {
            Progress::Ready
        }
    }
}
