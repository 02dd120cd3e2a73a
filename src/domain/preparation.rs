//! A magistral preparation: what the register of preparations says of one (CSP art. R. 5125-45).
//!
//! Its date, patient, prescriber and quantity are those of the delivery; its number follows that of the preparation
//! before. What was left out is said to be missing, and never stops a delivery: many pharmacies keep that register elsewhere.

use std::fmt;

/// The chronological number of a preparation, from 1, apart from that of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PreparationNumber(pub u32);

impl fmt::Display for PreparationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is recorded of the making of one.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Preparation {
    /// All that it is made of.
    pub materials: Vec<RawMaterial>,
    /// Who made it, when it is not who hands it over; may be empty.
    pub made_by: String,
    /// The pharmacy that made it for this one, if another did; may be empty.
    pub subcontractor: String,
}

impl Preparation {
    /// Whether the law's composition is there: each raw material with its quantity, its lot and its supplier. What
    /// another pharmacy made is composed in that pharmacy's register.
    pub fn is_whole(&self) -> bool {
        let is_composed = !self.materials.is_empty() && self.materials.iter().all(RawMaterial::is_whole);
        is_composed || !self.subcontractor.is_empty()
    }
}

/// One raw material, in the words of its label.
#[derive(Clone, PartialEq, Eq)]
pub struct RawMaterial {
    /// Its name.
    pub name: String,
    /// How much of it.
    pub quantity: String,
    /// Its lot.
    pub lot: String,
    /// Who supplied it.
    pub supplier: String,
}

impl RawMaterial {
    /// The one that is written as « nom ; quantité ; lot ; fournisseur », as far as it goes; `None` without a name.
    pub fn written(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(|part| part.trim().to_owned());
        let name = parts.next().filter(|name| !name.is_empty())?;
        let mut next = || parts.next().unwrap_or_default();
        Some(Self {
            name,
            quantity: next(),
            lot: next(),
            supplier: next(),
        })
    }

    fn is_whole(&self) -> bool {
        let said = [&self.name, &self.quantity, &self.lot, &self.supplier];
        said.into_iter().all(|said| !said.trim().is_empty())
    }
}

/// A preparation in the register, under its own number.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisteredPreparation {
    /// Its number.
    pub number: PreparationNumber,
    /// What was recorded of it.
    pub record: Preparation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_material_is_read_as_far_as_it_is_written() {
        for (text, read) in [
            ("urée ; 5 g; L1 ;Cooper", Some(["urée", "5 g", "L1", "Cooper"])),
            ("urée;5 g", Some(["urée", "5 g", "", ""])),
            ("urée", Some(["urée", "", "", ""])),
            ("urée;;;;reste", Some(["urée", "", "", ""])),
            (" ; 5 g", None),
            ("", None),
        ] {
            let read = read.map(|[name, quantity, lot, supplier]| RawMaterial {
                name: name.into(),
                quantity: quantity.into(),
                lot: lot.into(),
                supplier: supplier.into(),
            });
            assert!(RawMaterial::written(text) == read, "{text}");
        }
    }

    #[test]
    fn it_is_whole_with_every_lot_and_supplier_or_when_another_pharmacy_made_it() {
        let of = |materials: &[&str], subcontractor: &str| Preparation {
            materials: materials
                .iter()
                .filter_map(|one| RawMaterial::written(one))
                .collect(),
            made_by: String::new(),
            subcontractor: subcontractor.into(),
        };
        for (record, is_whole) in [
            (of(&[], ""), false),
            (of(&["urée;5 g;L1;Cooper"], ""), true),
            (of(&["urée;5 g;L1;Cooper", "eau;95 g;;"], ""), false),
            (of(&["urée;5 g;L1"], ""), false),
            (of(&[], "Pharmacie des Lilas"), true),
        ] {
            assert_eq!(record.is_whole(), is_whole, "{}", record.materials.len());
        }
    }
}
