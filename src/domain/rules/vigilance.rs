//! What a pharmacist looks twice at: conditions of delivery, doubles, prices, availability.

use crate::domain::calendar;
use crate::domain::finding::{Deadline, Fact};
use crate::domain::prescription::{LineKind, PrescriptionLine};
use crate::domain::product::{Availability, AvailabilityStatus, Cents, Product};
use crate::domain::rules::{Case, Item};
use crate::domain::substances;
use crate::domain::words::Mentions;

/// Days of a conditional prescription, that of its writing included.
const CONDITIONAL_DAYS: u32 = 7;
/// Above it, a box is looked at twice.
const EXPENSIVE: Cents = Cents(30_000);

/// Conditional, expensive, short.
pub(super) fn of_line(case: &Case, line: &PrescriptionLine, item: &Item) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(conditional(case, line));
    if let Some(product) = &item.product {
        facts.extend(
            product
                .published
                .price
                .map(|price| price.public)
                .filter(|price| *price > EXPENSIVE)
                .map(|price| Fact::ExpensiveBox { price }),
        );
        facts.extend(shortage(product).cloned().map(Fact::Availability));
    }
    facts
}

/// The newest word on this presentation's supply, unless it is that it came back.
fn shortage(product: &Product) -> Option<&Availability> {
    let mut concerning = product.published.availability.iter().filter(|availability| {
        availability
            .presentation
            .as_ref()
            .is_none_or(|presentation| *presentation == product.cip13)
    });
    concerning
        .next()
        .filter(|availability| availability.status != AvailabilityStatus::Returned)
}

/// To deliver only after a positive test, within seven days.
fn conditional(case: &Case, line: &PrescriptionLine) -> Option<Fact> {
    if !Mentions::of(line).conditional_on_test() {
        return None;
    }
    let written_on = case.prescription.written_on;
    let last_day = calendar::days_after(written_on, CONDITIONAL_DAYS - 1);
    Some(if case.today > last_day {
        Fact::ConditionalLapsed(Deadline {
            written_on,
            last_day,
            today: case.today,
        })
    } else {
        Fact::ConditionalLine { last_day }
    })
}

/// The same substance on an earlier line that counts.
///
/// Twice the same speciality or generic group, or hidden in a combination, is a warning; two strengths or forms of one
/// substance are often meant.
pub(super) fn same_substance(
    case: &Case,
    line: &PrescriptionLine,
    counts: impl Fn(&PrescriptionLine) -> bool,
) -> Option<Fact> {
    let of = |line: &PrescriptionLine| {
        (line.kind == LineKind::Medication)
            .then(|| case.product(&line.code))
            .flatten()
    };
    let product = of(line)?;
    let own = substances::of(&product);
    let earlier = case
        .prescription
        .lines
        .iter()
        .filter(|other| other.number < line.number);
    earlier.filter(|other| counts(other)).find_map(|other| {
        let known = of(other)?;
        let theirs = substances::of(&known);
        let substance = own.iter().find(|substance| theirs.contains(substance))?.clone();
        let shares_group = known
            .generic_groups
            .iter()
            .any(|group| product.generic_groups.contains(group));
        let is_alone = own.len() == 1 && theirs.len() == 1;
        let other = other.number;
        Some(if known.cis == product.cis || shares_group || !is_alone {
            Fact::SameSubstance { substance, other }
        } else {
            Fact::SameSubstanceOtherForm { substance, other }
        })
    })
}
