//! What the register of preparations asks for (CSP art. R. 5125-45).

use crate::domain::dispense::Supply;
use crate::domain::finding::{Fact, Finding};
use crate::domain::preparation::Preparation;
use crate::domain::prescription::{LineKind, PrescriptionLine};

/// A preparation handed over without its whole composition is said to be so, and never stopped: the register of
/// preparations may be kept elsewhere.
pub(super) fn of_supply(line: &PrescriptionLine, supply: &Supply) -> Option<Finding> {
    let is_whole = supply.preparation.as_ref().is_some_and(Preparation::is_whole);
    (line.kind == LineKind::Compound && !is_whole)
        .then(|| Finding::on(line.number, Fact::PreparationUnrecorded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::preparation::RawMaterial;
    use crate::domain::sample::{ORDERED, cip13, line, supply};

    #[test]
    fn only_a_preparation_whose_composition_is_not_whole_is_said() {
        let made = |text: &str| {
            Some(Preparation {
                materials: RawMaterial::written(text).into_iter().collect(),
                ..Preparation::default()
            })
        };
        for (kind, preparation, is_said) in [
            (LineKind::Compound, None, true),
            (LineKind::Compound, made("urée ; 5 g"), true),
            (LineKind::Compound, made("urée ; 5 g ; L1 ; Cooper"), false),
            (LineKind::Medication, None, false),
        ] {
            let line = PrescriptionLine { kind, ..line(1) };
            let supply = Supply {
                preparation,
                ..supply(cip13(ORDERED), 1)
            };
            assert_eq!(of_supply(&line, &supply).is_some(), is_said, "{:?}", line.kind);
        }
    }
}
