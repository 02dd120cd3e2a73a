//! Biological medicines: the lot recorded, the prescriber told, the same product kept.

use crate::domain::dispense::{Decision, LineOutcome, Supply};
use crate::domain::finding::{BiosimilarNotice, Fact};
use crate::domain::prescription::{DeliveryStanding, PrescriptionLine};
use crate::domain::product::Product;
use crate::domain::rules::{Case, substitution};
use crate::domain::substitution::SubstitutionBasis;
use crate::domain::words::folded;

/// What giving one biological medicine for another, or another than last time, calls for.
pub(super) fn of_decision(case: &Case, line: &PrescriptionLine, decision: &Decision) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let LineOutcome::Substituted { supply, reason } = &decision.outcome
        && substitution::basis(line, supply, *reason, case.product) == Some(SubstitutionBasis::Biosimilar)
    {
        facts.extend(substituted(case, line, supply));
    }
    if let Some(supply) = decision.outcome.supply() {
        facts.extend(changed(case, line, supply));
    }
    facts
}

fn substituted(case: &Case, line: &PrescriptionLine, supply: &Supply) -> Vec<Fact> {
    let mut facts = Vec::new();
    let given = supply.label.clone();
    let parts = supply.clone().by_lot();
    if parts.iter().any(|part| part.lot.is_none()) {
        facts.push(Fact::BiosimilarLot { given: given.clone() });
    }
    let products = case.product(&line.code).zip(case.product(&supply.code));
    if let Some((ordered, proposed)) = &products
        && folded(&ordered.substances).contains("etanercept")
        && let Some((ordered, given)) = strength(ordered).zip(strength(proposed))
        && ordered != given
    {
        facts.push(Fact::BiosimilarStrength { ordered, given });
    }
    facts.push(Fact::BiosimilarToTell(BiosimilarNotice {
        ordered: line.label.clone(),
        given,
        lots: parts.into_iter().filter_map(|part| part.lot).collect(),
    }));
    facts
}

/// « 50 mg » of a name: its first figure and the unit that follows.
fn strength(product: &Product) -> Option<String> {
    let name = folded(&product.name);
    let mut words = name.split([' ', ',']).filter(|word| !word.is_empty());
    let figure = words.find(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(format!("{figure} {}", words.next()?))
}

/// Another product of the group than the one given last, here or elsewhere.
fn changed(case: &Case, line: &PrescriptionLine, supply: &Supply) -> Option<Fact> {
    let given = case.product(&supply.code)?;
    given.biosimilar_group.as_ref()?;
    let on_this_line = line
        .deliveries
        .iter()
        .filter(|delivery| delivery.standing == DeliveryStanding::Completed)
        .max_by_key(|delivery| delivery.at)
        .map(|delivery| delivery.product.clone());
    let elsewhere = || {
        let same_group = case.prescription.history.iter().filter(|past| {
            case.product(&past.code)
                .is_some_and(|known| known.biosimilar_group == given.biosimilar_group)
        });
        same_group
            .max_by_key(|past| past.on)
            .filter(|past| {
                case.product(&past.code)
                    .is_some_and(|known| known.cis != given.cis)
            })
            .map(|past| past.product.clone())
    };
    let before = match on_this_line {
        // The words of a delivery are all that the base keeps of it; another box of the same says the same brand.
        Some(before) => Some(before).filter(|before| brand(before) != brand(&given.name)),
        None => elsewhere(),
    }?;
    Some(Fact::BiosimilarChanged {
        before,
        given: given.name,
    })
}

fn brand(name: &str) -> String {
    folded(name)
        .split([' ', ','])
        .take_while(|word| !word.bytes().any(|byte| byte.is_ascii_digit()))
        .collect::<Vec<_>>()
        .join(" ")
}
