//! May this prescription, or this line, be executed at all?

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::finding::{Fact, Finding};
use crate::domain::identifiers::Finess;
use crate::domain::prescription::{
    LineKind, LineStanding, Prescription, PrescriptionKind, PrescriptionLine, Status,
};

/// Cancelled, expired, used up, held by another pharmacy; and what its kind means.
pub fn of_prescription(
    prescription: &Prescription,
    pharmacy: &Finess,
    now: Timestamp,
    today: Date,
) -> Vec<Finding> {
    let mut facts = Vec::new();
    match prescription.status(today) {
        Status::Cancelled => facts.push(Fact::PrescriptionCancelled),
        Status::Done => facts.push(Fact::NothingLeft),
        Status::Expired => {
            let last_day = prescription.valid_until.unwrap_or(prescription.written_on);
            facts.push(Fact::PrescriptionExpired { last_day, today });
        }
        Status::Open | Status::Partial => {}
    }
    if prescription.valid_until.is_none() {
        facts.push(Fact::ValidityUnstated);
    }
    if prescription.kinds.contains(&PrescriptionKind::Secured) {
        facts.push(Fact::SecuredSupport);
    }
    if let Some(hold) = prescription
        .hold
        .as_ref()
        .filter(|hold| hold.binds(now) && !hold.is_of(pharmacy))
    {
        facts.push(Fact::HeldElsewhere(hold.clone()));
    }
    facts.into_iter().map(Finding::whole).collect()
}

/// Withdrawn, suspended, or for another profession.
pub fn of_line(line: &PrescriptionLine) -> Option<Finding> {
    let fact = match (&line.kind, line.standing) {
        (LineKind::Other { executor }, _) => Fact::LineForOthers {
            executor: executor.clone(),
        },
        (_, LineStanding::Cancelled) => Fact::LineCancelled,
        (_, LineStanding::Suspended) => Fact::LineSuspended,
        (_, LineStanding::Active) => return None,
    };
    Some(Finding::on(line.number, fact))
}
