//! Narcotics: three days to present the prescription or the next fraction, then only what is left of it.
//!
//! The day itself is not counted: dated 1 February, whole until 4 February included; on the 5th four days are taken
//! off, on the 6th five (CSP art. R. 5132-33).

use jiff::civil::Date;

use crate::domain::calendar;
use crate::domain::dispense::Supply;
use crate::domain::finding::{Fact, LateSince, Lateness, Window};
use crate::domain::prescription::PrescriptionLine;
use crate::domain::rules::{Case, Item, renewal, share};
use crate::domain::words::{Mentions, Surgery};

/// Days to present it.
const DAYS_TO_PRESENT: u32 = 3;

/// Late, or within or outside the days of a planned operation.
pub(super) fn of_line(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Fact> {
    if !item.regime.is_narcotic() {
        return None;
    }
    match Mentions::of(line).surgery() {
        Surgery::On { operation, discharge } => Some(of_surgery(case, operation, discharge)),
        Surgery::Undated => Some(Fact::SurgeryUndated),
        Surgery::None => lateness(case, line, item).map(|late| match late.days {
            Some(days) if late.lost >= days => Fact::NarcoticLapsed(late),
            _ => Fact::NarcoticLate(late),
        }),
    }
}

fn of_surgery(case: &Case, operation: Date, discharge: Date) -> Fact {
    let window = Window {
        operation,
        first: calendar::days_before(operation, DAYS_TO_PRESENT),
        last: calendar::days_after(discharge, DAYS_TO_PRESENT),
    };
    if (window.first..=window.last).contains(&case.today) {
        Fact::SurgeryWindow(window)
    } else {
        Fact::OutsideSurgeryWindow {
            window,
            today: case.today,
        }
    }
}

/// The days taken off, when it is presented after the third.
fn lateness(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Lateness> {
    let whole = line.days.filter(|days| *days > 0).map(u32::from);
    let (from, since, days) = match renewal::coverage(line) {
        None => (case.prescription.written_on, LateSince::Writing, whole),
        Some(covered) => {
            let (fraction, _) = item.regime.fraction()?;
            let end = calendar::days_before(covered.earliest, 1);
            (end, LateSince::EndOfFraction, Some(u32::from(fraction)))
        }
    };
    let late = calendar::days_between(from, case.today);
    if late <= DAYS_TO_PRESENT {
        return None;
    }
    let left = days.map(|days| days.saturating_sub(late));
    Some(Lateness {
        from,
        since,
        today: case.today,
        lost: late,
        days,
        share: left.zip(whole).and_then(|(left, whole)| share(line, left, whole)),
    })
}

/// Never more than what is left.
pub(super) fn of_supply(case: &Case, line: &PrescriptionLine, item: &Item, supply: &Supply) -> Option<Fact> {
    if !item.regime.is_narcotic() || Mentions::of(line).surgery() != Surgery::None {
        return None;
    }
    let share = lateness(case, line, item)?.share?;
    let asked = line.counting(supply.counted());
    (asked > share).then_some(Fact::AboveNarcoticShare { asked, share })
}
