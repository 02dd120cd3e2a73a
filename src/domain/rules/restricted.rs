//! Who may prescribe it, and where it may be delivered: the restricted prescriptions of the official labels.

use crate::domain::finding::Fact;
use crate::domain::prescription::{LineKind, PrescriptionLine};
use crate::domain::regime::Condition;
use crate::domain::rules::{Case, Item};
use crate::domain::words::folded;

/// Kept in hospital, reserved to some prescribers, begun by others; and every label nobody else speaks of.
pub(super) fn of_line(case: &Case, line: &PrescriptionLine, item: &Item) -> Vec<Fact> {
    if line.kind != LineKind::Medication {
        return Vec::new();
    }
    let Some(product) = &item.product else {
        return Vec::new();
    };
    if !item.regime.is_known() {
        let product = product.name.clone();
        return vec![Fact::ConditionsUnknown { product }];
    }
    let mut facts = Vec::new();
    facts.extend(item.regime.hospital_only().map(|label| Fact::HospitalOnly {
        label: label.to_owned(),
    }));
    facts.extend(reserved(case, item));
    facts.extend(initial(case, item));
    facts.extend(others(item));
    facts
}

/// The verbatim labels of one kind.
fn labels(item: &Item, wanted: fn(&Condition) -> bool) -> Vec<String> {
    item.regime
        .labels()
        .filter(|(_, condition)| wanted(condition))
        .map(|(label, _)| label.to_owned())
        .collect()
}

fn is_one_of(case: &Case, item: &Item) -> bool {
    let specialty = folded(&case.prescription.prescriber.specialty);
    let is_it = |name: &str| {
        specialty.len() >= 4
            && !name.is_empty()
            && (specialty.contains(name) || name.contains(specialty.as_str()))
    };
    item.regime
        .labels()
        .any(|(_, condition)| matches!(condition, Condition::ReservedTo(name) if is_it(name)))
}

fn is_renewed_by_anyone(item: &Item) -> bool {
    item.regime
        .labels()
        .any(|(_, condition)| *condition == Condition::RenewedByAnyone)
}

/// Reserved to specialists, and this prescriber's specialty is none of theirs.
fn reserved(case: &Case, item: &Item) -> Option<Fact> {
    let labels = labels(item, |condition| matches!(condition, Condition::ReservedTo(_)));
    // Whoever may renew may be this one: the first prescription is what matters, and it is asked for below.
    let matters = !labels.is_empty() && !is_one_of(case, item) && !is_renewed_by_anyone(item);
    matters.then(|| Fact::ReservedPrescriber {
        labels,
        specialty: case.prescription.prescriber.specialty.trim().to_owned(),
    })
}

/// Begun in hospital or by a specialist: the first prescription is looked at, unless this may be it.
fn initial(case: &Case, item: &Item) -> Option<Fact> {
    let labels = labels(item, |condition| {
        matches!(
            condition,
            Condition::HospitalPrescription | Condition::InitialBySpecialist
        )
    });
    (!labels.is_empty() && !is_one_of(case, item)).then_some(Fact::InitialPrescription { labels })
}

/// The labels that no rule reads, as they came: an unknown label is never dropped.
fn others(item: &Item) -> Option<Fact> {
    let labels = labels(item, |condition| {
        matches!(
            condition,
            Condition::Other
                | Condition::CopyThreeYears
                | Condition::ProfessionalUse
                | Condition::RenewedByAnyone
                | Condition::NoOverlap
                | Condition::SevenOrTwentyEightDays
        )
    });
    (!labels.is_empty()).then_some(Fact::OfficialConditions { labels })
}
