//! When a prescription may first be presented, and what may still be given once it is over.

use crate::domain::calendar;
use crate::domain::dispense::Supply;
use crate::domain::finding::{Deadline, Extension, Fact, Finding};
use crate::domain::identifiers::Boxes;
use crate::domain::prescription::{DeliveryStanding, LineKind, PrescriptionLine, Status};
use crate::domain::product::Product;
use crate::domain::rules::{Case, Item, standing};
use crate::domain::substances;

/// Months within which listed medicines are first presented (CSP art. R. 5132-22).
const FIRST_MONTHS: u8 = 3;
/// Months within which anything is executed (CSP art. R. 5132-21; CSS art. R. 165-36 for devices).
const EXECUTION_MONTHS: u8 = 12;
/// Days of treatment that make it chronic: three months.
const CHRONIC_DAYS: u32 = 84;
/// Months after its last day within which a prescription may be prolonged.
const EXTENSION_MONTHS: u8 = 1;

/// Dated ahead of today; used up, and yet something may be given outside it.
pub(super) fn of_prescription(case: &Case) -> Vec<Finding> {
    let mut facts = Vec::new();
    let written_on = case.prescription.written_on;
    if written_on > case.today {
        facts.push(Fact::DatedAhead {
            written_on,
            today: case.today,
        });
    }
    if case.prescription.status(case.today) == Status::Done
        && let Some(extension) = case
            .prescription
            .pharmacy_lines()
            .find_map(|line| extension(case, line, &case.ordered(line)))
    {
        facts.push(Fact::ExceptionalOutside(extension));
    }
    facts.into_iter().map(Finding::whole).collect()
}

/// First presented too late, too old, or over.
pub(super) fn of_line(case: &Case, line: &PrescriptionLine, item: &Item) -> Vec<Fact> {
    let mut facts = Vec::new();
    if case.prescription.status(case.today) == Status::Expired {
        facts.extend(over(case, line, item));
        return facts;
    }
    let past = |months: u8| {
        let written_on = case.prescription.written_on;
        let last_day = calendar::last_day_within_months(written_on, months);
        (case.today > last_day).then_some(Deadline {
            written_on,
            last_day,
            today: case.today,
        })
    };
    // A preparation has no conditions of its own: nothing says that it is listed.
    let is_unknown = line.kind == LineKind::Medication && !item.regime.is_known() && !item.regime.is_listed();
    if item.regime.is_listed()
        && let Some(deadline) = past(EXECUTION_MONTHS)
    {
        facts.push(Fact::OlderThanAYear(deadline));
    } else if is_first(case) {
        let months = if item.regime.is_listed() || is_unknown {
            FIRST_MONTHS
        } else {
            EXECUTION_MONTHS
        };
        facts.extend(past(months).map(|deadline| {
            if item.regime.is_listed() {
                Fact::FirstPresentationLate(deadline)
            } else {
                Fact::PresentationUnverified(deadline)
            }
        }));
    }
    facts
}

/// Whether no pharmacy executed any of its lines yet; a line declined was presented.
fn is_first(case: &Case) -> bool {
    let mut deliveries = case.prescription.lines.iter().flat_map(|line| &line.deliveries);
    deliveries.all(|delivery| delivery.standing == DeliveryStanding::EnteredInError)
}

/// Over: what this line may still give, or that it may give nothing.
fn over(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Fact> {
    if !offers_more(case) {
        return None; // said once, of the whole prescription
    }
    Some(match extension(case, line, item) {
        Some(extension) if is_contraceptive(item.product.as_ref()) => Fact::ContraceptiveSupply(extension),
        Some(extension) => Fact::ExceptionalSupply(extension),
        None => standing::expired(case.prescription, case.today),
    })
}

/// Whether a prescription that is over may still give something on one of its lines.
pub(super) fn offers_more(case: &Case) -> bool {
    let mut lines = case.prescription.pharmacy_lines().filter(|line| line.is_open());
    lines.any(|line| extension(case, line, &case.ordered(line)).is_some())
}

/// What may still be given on that line once the prescription is over.
///
/// A renewable treatment of three months or more, neither narcotic nor under their rules, nor capped by its label
/// (which is how sleeping pills and anxiolytics are recognised); once, within a month of the last day.
fn extension(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Extension> {
    let last_day = case
        .prescription
        .valid_until
        .filter(|last_day| case.today > *last_day)?;
    if is_contraceptive(item.product.as_ref()) {
        let year = calendar::last_day_within_months(case.prescription.written_on, EXECUTION_MONTHS);
        let until = calendar::months_after(last_day, 6);
        let most = calendar_boxes(line, u32::from(CONTRACEPTIVE_DAYS))?;
        // Written less than a year before it ends.
        return (last_day <= year && case.today <= until).then_some(Extension {
            last_day,
            until,
            most,
        });
    }
    let until = calendar::months_after(last_day, EXTENSION_MONTHS);
    let treatment = u32::from(line.days?).saturating_mul(u32::from(line.repeats) + 1);
    let is_chronic = line.repeats > 0 && treatment >= CHRONIC_DAYS;
    let is_excluded = item.regime.is_narcotic() || item.regime.is_secured() || item.regime.cap().is_some();
    let was_given = line.deliveries.iter().any(|delivery| {
        let on = delivery.at.map(calendar::day_in_france);
        delivery.standing == DeliveryStanding::Completed && on.is_some_and(|on| on > last_day)
    });
    (is_chronic && !is_excluded && !was_given && case.today <= until && item.regime.is_known()).then_some(
        Extension {
            last_day,
            until,
            most: Boxes(1),
        },
    )
}

/// Days of one delivery of a contraceptive: twelve weeks (CSP art. R. 5132-12).
pub(super) const CONTRACEPTIVE_DAYS: u16 = 84;

fn calendar_boxes(line: &PrescriptionLine, days: u32) -> Option<Boxes> {
    super::share(line, days, u32::from(line.days?))
}

/// Whether it is an oral contraceptive, by its substances; an emergency one has a single tablet and no list.
pub(super) fn is_contraceptive(product: Option<&Product>) -> bool {
    product.is_some_and(|product| {
        product.conditions.is_some() && substances::CONTRACEPTIVES.in_product(product).is_some()
    })
}

/// Never more than a supplementary delivery allows.
pub(super) fn of_supply(case: &Case, line: &PrescriptionLine, item: &Item, supply: &Supply) -> Option<Fact> {
    if case.prescription.status(case.today) != Status::Expired {
        return None;
    }
    let most = extension(case, line, item)?.most;
    let asked = line.counting(supply.counted());
    (asked > most).then_some(Fact::AboveExceptional { asked, most })
}
