//! When the next delivery is due, and what another prescription still covers.

use jiff::civil::Date;

use crate::domain::calendar;
use crate::domain::dispense::Supply;
use crate::domain::finding::{Coverage, Fact};
use crate::domain::identifiers::Boxes;
use crate::domain::prescription::{DeliveryStanding, PrescriptionLine};
use crate::domain::rules::{Case, Item, of_so_many};
use crate::domain::substances;
use crate::domain::words::Mentions;

/// How long the boxes given so far last.
pub(super) struct Covered {
    /// The day of the last delivery.
    pub(super) given_on: Date,
    /// The first day they no longer cover.
    pub(super) earliest: Date,
}

/// How long the boxes given on that line last: each delivery begins where the one before ends, or on its own day.
/// `None` when nothing was given, or when nothing says how long it lasts.
pub(super) fn coverage(line: &PrescriptionLine) -> Option<Covered> {
    let mut given: Vec<(Date, u32)> = line
        .deliveries
        .iter()
        .filter(|delivery| delivery.standing == DeliveryStanding::Completed)
        .filter_map(|delivery| {
            let on = calendar::day_in_france(delivery.at?);
            Some((on, of_so_many(line, delivery.counted())?))
        })
        .collect();
    given.sort_unstable();
    let given_on = given.last()?.0;
    let first = given.first()?.0;
    let earliest = given
        .into_iter()
        .fold(first, |end, (on, days)| calendar::days_after(end.max(on), days));
    Some(Covered { given_on, earliest })
}

/// A new delivery would begin before the last one is used up.
pub(super) fn before_deciding(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Fact> {
    begins_anew(line, item, Boxes(1)).then(|| early(case, line))?
}

/// The boxes in the hand begin a new delivery before the last one is used up.
pub(super) fn of_supply(case: &Case, line: &PrescriptionLine, item: &Item, supply: &Supply) -> Option<Fact> {
    begins_anew(line, item, line.counting(supply.counted())).then(|| early(case, line))?
}

fn early(case: &Case, line: &PrescriptionLine) -> Option<Fact> {
    let Covered { given_on, earliest } = coverage(line)?;
    (case.today < earliest).then(|| {
        Fact::RenewalEarly(Coverage {
            product: line.label.clone(),
            given_on,
            earliest,
            today: case.today,
        })
    })
}

/// Whether so many boxes begin another delivery: those that complete one that was given in part do not.
fn begins_anew(line: &PrescriptionLine, item: &Item, boxes: Boxes) -> bool {
    let Some(of_one) = line.boxes.filter(|boxes| *boxes > Boxes::ZERO) else {
        return false;
    };
    let delivered = line.delivered();
    if delivered == Boxes::ZERO {
        return false;
    }
    // Each fraction waits for the end of the one before.
    if item.regime.fraction().is_some() {
        return true;
    }
    let begun = delivered.0 % of_one.0;
    begun == 0 || boxes.0 > of_one.0 - begun
}

/// Boxes of the same substance, given on another prescription, still last.
pub(super) fn overlap(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Fact> {
    if !item.regime.forbids_overlap() {
        return None;
    }
    let ordered = item.product.as_ref().map(substances::of).unwrap_or_default();
    let is_same = |code| {
        let known = (case.product)(code).map(|product| substances::of(&product));
        known.is_some_and(|known| known.iter().any(|substance| ordered.contains(substance)))
    };
    let covered = case
        .prescription
        .history
        .iter()
        .filter(|past| past.code == line.code || is_same(&past.code))
        .filter_map(|past| Some((past, calendar::days_after(past.on, past.days?))))
        .filter(|(_, earliest)| case.today < *earliest)
        .max_by_key(|(_, earliest)| *earliest);
    let (past, earliest) = covered?;
    let coverage = Coverage {
        product: past.product.clone(),
        given_on: past.on,
        earliest,
        today: case.today,
    };
    Some(if Mentions::of(line).overlap_allowed() {
        Fact::OverlapAllowed(coverage)
    } else {
        Fact::Overlap(coverage)
    })
}
