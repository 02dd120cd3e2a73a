//! How long a prescription may last by its official label, and by which fractions it is delivered.

use crate::domain::calendar;
use crate::domain::dispense::Supply;
use crate::domain::finding::{Fact, Fraction};
use crate::domain::identifiers::Boxes;
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::Product;
use crate::domain::regime::Regime;
use crate::domain::rules::{Case, Item, share};
use crate::domain::words::Mentions;

/// Prescribed for longer than the label allows, renewals included.
pub(super) fn beyond_cap(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Fact> {
    let cap = item.regime.cap()?;
    let days = u32::from(line.days.filter(|days| *days > 0)?).saturating_mul(u32::from(line.repeats) + 1);
    let written_on = case.prescription.written_on;
    let last_day = cap.term.last_day(written_on);
    let end = calendar::days_after(written_on, days - 1);
    (end > last_day).then_some(Fact::BeyondCap {
        label: cap.label,
        days,
        written_on,
        last_day,
    })
}

/// Delivered by fractions, unless its prescriber excludes them.
pub(super) fn of_line(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Fact> {
    let fraction = fraction(case, line, item)?;
    Some(if Mentions::of(line).single_delivery() {
        Fact::FractionExcluded {
            label: fraction.label,
        }
    } else {
        Fact::FractionDue(fraction)
    })
}

/// More than one fraction in the hand.
pub(super) fn of_supply(case: &Case, line: &PrescriptionLine, item: &Item, supply: &Supply) -> Option<Fact> {
    if Mentions::of(line).single_delivery() {
        return None;
    }
    let fraction = fraction(case, line, item)?;
    let asked = line.counting(supply.counted());
    let (one, _) = fraction.boxes?;
    (asked > one).then_some(Fact::AboveFraction { asked, fraction })
}

/// The boxes of one fraction of what that line orders; `None` when it is not delivered by fractions, or when its
/// prescriber excludes them.
pub fn one_fraction(line: &PrescriptionLine, ordered: Option<&Product>) -> Option<Boxes> {
    if Mentions::of(line).single_delivery() {
        return None;
    }
    let (days, _) = Regime::of(ordered).fraction()?;
    boxes_of_one(line, days)
}

fn boxes_of_one(line: &PrescriptionLine, days: u16) -> Option<Boxes> {
    let of_days = line.days.filter(|of_days| *of_days > days)?;
    share(line, u32::from(days), u32::from(of_days)).filter(|one| *one > Boxes::ZERO)
}

/// The fraction of a treatment that is longer than one.
fn fraction(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Fraction> {
    let (days, label) = item.regime.fraction()?;
    let of_days = line.days.filter(|of_days| *of_days > days)?;
    Some(Fraction {
        label: label.to_owned(),
        days,
        of_days,
        boxes: boxes_of_one(line, days).zip(line.boxes),
        next: calendar::days_after(case.today, u32::from(days)),
    })
}
