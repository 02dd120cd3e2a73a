//! May this prescription, or this line, be executed at all?

use jiff::civil::Date;

use crate::domain::finding::{Fact, Finding};
use crate::domain::prescription::{LineKind, LineStanding, Prescription, PrescriptionLine, Status};
use crate::domain::rules::{Case, presentation};

/// Cancelled, expired, used up, held by another pharmacy.
pub(super) fn of_prescription(case: &Case) -> Vec<Finding> {
    let Case {
        prescription, today, ..
    } = *case;
    let mut facts = Vec::new();
    match prescription.status(today) {
        Status::Cancelled => facts.push(Fact::PrescriptionCancelled),
        Status::Done => facts.push(Fact::NothingLeft),
        // Where a supplementary delivery is lawful, each line says whether it is one of those.
        Status::Expired if !presentation::offers_more(case) => facts.push(expired(prescription, today)),
        Status::Expired | Status::Open | Status::Partial => {}
    }
    if prescription.valid_until.is_none() {
        facts.push(Fact::ValidityUnstated);
    }
    if let Some(hold) = prescription
        .hold
        .as_ref()
        .filter(|hold| hold.binds(case.now) && !hold.is_of(case.pharmacy))
    {
        facts.push(Fact::HeldElsewhere(hold.clone()));
    }
    facts.into_iter().map(Finding::whole).collect()
}

/// Its validity is over.
pub(super) fn expired(prescription: &Prescription, today: Date) -> Fact {
    let last_day = prescription.valid_until.unwrap_or(prescription.written_on);
    Fact::PrescriptionExpired { last_day, today }
}

/// Withdrawn, suspended, or for another profession.
pub(super) fn of_line(line: &PrescriptionLine) -> Option<Finding> {
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::hold::Hold;
    use crate::domain::sample::{TODAY, case, delivered, hold, ids, line, now, prescription};

    fn found(prescription: &Prescription) -> Vec<&'static str> {
        ids(&of_prescription(&case(prescription)))
    }

    #[test]
    fn a_prescription_says_why_it_may_not_be_executed() {
        let cancelled = PrescriptionLine {
            standing: LineStanding::Cancelled,
            ..line(2)
        };
        for (lines, valid_until, expected) in [
            (vec![line(1)], Some(TODAY), &[][..]),
            (vec![line(1)], Some(date(2026, 11, 21)), &["prescription-expired"]),
            (vec![line(1)], None, &["validity-unstated"]),
            (vec![delivered(line(1), 2)], Some(TODAY), &["nothing-left"]),
            (vec![cancelled], Some(TODAY), &["prescription-cancelled"]),
        ] {
            let prescription = Prescription {
                valid_until,
                ..prescription(lines)
            };
            assert_eq!(found(&prescription), expected, "{prescription:?}");
        }
    }

    #[test]
    fn a_hold_of_another_pharmacy_is_said_while_it_lasts() {
        let ended = Hold {
            until: Some(now()),
            ..hold("750000002")
        };
        let endless = Hold {
            until: None,
            ..hold("750000002")
        };
        for (hold, expected) in [
            (hold("750000002"), &["held-elsewhere"][..]),
            (hold("750000001"), &[]),
            (ended, &[]),
            (endless, &["held-elsewhere"]),
        ] {
            let prescription = Prescription {
                hold: Some(hold.clone()),
                ..prescription(vec![line(1)])
            };
            assert_eq!(found(&prescription), expected, "{hold:?}");
        }
    }

    #[test]
    fn a_line_says_why_it_may_not_be_delivered() {
        let for_others = LineKind::Other {
            executor: "infirmier".into(),
        };
        for (kind, standing, expected) in [
            (LineKind::Medication, LineStanding::Active, None),
            (
                LineKind::Medication,
                LineStanding::Cancelled,
                Some("line-cancelled"),
            ),
            (LineKind::Device, LineStanding::Suspended, Some("line-suspended")),
            (for_others.clone(), LineStanding::Active, Some("line-for-others")),
            (for_others, LineStanding::Cancelled, Some("line-for-others")),
        ] {
            let line = PrescriptionLine {
                kind,
                standing,
                ..line(1)
            };
            assert_eq!(of_line(&line).map(|finding| finding.id()), expected, "{line:?}");
        }
    }
}
