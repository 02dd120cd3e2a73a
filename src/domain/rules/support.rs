//! The support the law asks for, and the pharmacy it names.

use crate::domain::finding::{Fact, Finding};
use crate::domain::prescription::{PrescriptionKind, PrescriptionLine};
use crate::domain::rules::{Case, Item};
use crate::domain::substances;

/// A numeric prescription is the secured support, and that of "médicaments d’exception": said, so that nobody refuses it.
pub(super) fn of_prescription(case: &Case) -> Vec<Finding> {
    // On paper, the support is what the pharmacist has in hand.
    if case.prescription.paper.is_some() {
        return Vec::new();
    }
    let kinds = &case.prescription.kinds;
    let mut facts = Vec::new();
    let mut lines = case.prescription.pharmacy_lines();
    if kinds.contains(&PrescriptionKind::Secured) || lines.any(|line| case.ordered(line).regime.is_secured())
    {
        facts.push(Fact::SecuredSupport);
    }
    if kinds.contains(&PrescriptionKind::Exception) {
        facts.push(Fact::ExceptionSupport);
    }
    facts.into_iter().map(Finding::whole).collect()
}

/// What the law asks of its substance before the official file says so; the pharmacy its prescriber names.
pub(super) fn of_line(case: &Case, line: &PrescriptionLine, item: &Item) -> Vec<Fact> {
    let mut facts: Vec<Fact> = item
        .regime
        .beyond_labels()
        .iter()
        .map(|(list, substance)| Fact::SecuredByLaw {
            list: list.title.to_owned(),
            substance: (*substance).to_owned(),
        })
        .collect();
    facts.extend(named_pharmacy(case, line, item));
    facts
}

/// Methadone and high-dose buprenorphine, which are the ones delivered by fractions.
fn named_pharmacy(case: &Case, line: &PrescriptionLine, item: &Item) -> Option<Fact> {
    let substance = substances::OPIOID_SUBSTITUTION.in_product(item.product.as_ref()?)?;
    item.regime.fraction()?;
    let Some(named) = &line.named_pharmacy else {
        return Some(Fact::NamedPharmacyMissing {
            substance: substance.to_owned(),
        });
    };
    // A name without a number is read by the pharmacist: it may well be ours.
    let is_ours = named.finess.as_ref() == Some(case.pharmacy);
    (!is_ours).then(|| Fact::NamedPharmacyOther {
        name: match (&named.finess, named.name.trim()) {
            (Some(finess), "") => format!("FINESS {finess}"),
            (_, name) => name.to_owned(),
        },
    })
}
