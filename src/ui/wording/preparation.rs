//! A magistral preparation: what is recorded of its making.

use crate::domain::preparation::{Preparation, PreparationNumber, RawMaterial, RegisteredPreparation};
use crate::safe::safe;

/// The name of the field.
pub const LABEL: &str = "Formule";

/// "Préparation n° 3 (CSP art. R. 5125-45)".
pub fn number(number: PreparationNumber) -> String {
    format!("Préparation n°\u{a0}{number} (CSP art. R. 5125-45)")
}

/// What is said of one in the register, its number first.
pub fn registered(preparation: &RegisteredPreparation) -> Vec<String> {
    let mut texts = vec![number(preparation.number)];
    texts.extend(record(&preparation.record));
    texts
}

/// What is recorded of its making; that nothing is, when nothing is.
pub fn record(preparation: &Preparation) -> Vec<String> {
    let mut texts = materials(preparation);
    if !preparation.subcontractor.is_empty() {
        texts.push(format!("Sous-traitée à {}", safe(&preparation.subcontractor)));
    }
    if !preparation.made_by.is_empty() {
        texts.push(format!("Préparée par {}", safe(&preparation.made_by)));
    }
    if !preparation.is_whole() {
        texts.push(INCOMPLETE.to_owned());
    }
    texts
}

/// Its raw materials, one by one.
pub fn materials(preparation: &Preparation) -> Vec<String> {
    preparation.materials.iter().map(material).collect()
}

const INCOMPLETE: &str = "Composition incomplète ici";

fn material(material: &RawMaterial) -> String {
    let lot = Some(&material.lot)
        .filter(|lot| !lot.is_empty())
        .map(|lot| format!("lot {}", safe(lot)));
    let said =
        [&material.quantity, &material.supplier].map(|text| Some(safe(text)).filter(|text| !text.is_empty()));
    let [quantity, supplier] = said;
    let parts = [Some(safe(&material.name)), quantity, lot, supplier];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
