//! The medicines database: what a code means and what may stand in its place.
//!
//! The training catalogue is embedded; it is a subset of the public database and says so.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::identifiers::{Cip13, InvalidIdentifier};
use crate::domain::product::{
    BiosimilarGroup, GenericGroup, HybridGroup, KnownProducts, Price, Product, ProductCode, Shortage,
};

/// The embedded subset, one product a line; its first lines give its columns and its source.
const TRAINING: &str = include_str!("catalogue/training.tsv");

/// How many products a search by words returns at most: more than a screen shows.
pub const FOUND_MAX: usize = 50;

/// Products, in the order of their file. Cheap to clone: shared, never changed.
#[derive(Debug, Clone)]
pub struct Catalogue {
    products: Arc<[Product]>,
    origin: Origin,
}

/// Where the products come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The embedded subset: the absence of a product proves nothing.
    TrainingSubset,
}

/// Why a line of a catalogue file is not a product.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Another count of columns.
    #[error("line {line}: {expected} columns expected, {found} found")]
    Columns {
        /// The line's number, from 1.
        line: usize,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A code that is not one.
    #[error("line {line}")]
    Code {
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: InvalidIdentifier,
    },
}

impl Catalogue {
    /// The embedded training catalogue.
    pub fn training() -> Result<Self, CatalogueError> {
        let products = parse(TRAINING)?;
        Ok(Self {
            products: products.into(),
            origin: Origin::TrainingSubset,
        })
    }

    /// Where its products come from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// How many products it holds.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// The product with that code; for a speciality, its first presentation.
    pub fn find(&self, code: &ProductCode) -> Option<&Product> {
        match code {
            ProductCode::Cip13(cip13) => self.products.iter().find(|product| product.cip13 == *cip13),
            ProductCode::Cis(cis) => self.products.iter().find(|product| product.cis == *cis),
            ProductCode::Lpp(_) | ProductCode::Other { .. } | ProductCode::None => None,
        }
    }

    /// The products whose name, substances or codes hold every word of the text, accents and case aside.
    pub fn search(&self, text: &str) -> Vec<&Product> {
        let words: Vec<String> = text.split_whitespace().map(plain).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let holds = |product: &&Product| {
            let all = format!(
                "{} {} {} {}",
                plain(&product.name),
                plain(&product.substances),
                product.cip13,
                product.cis
            );
            words.iter().all(|word| all.contains(word.as_str()))
        };
        self.products.iter().filter(holds).take(FOUND_MAX).collect()
    }

    /// The products with those codes, and every product that shares a speciality or a group with one of them.
    pub fn related<'a>(&self, codes: impl Iterator<Item = &'a ProductCode>) -> KnownProducts {
        let ordered: Vec<&Product> = codes.filter_map(|code| self.find(code)).collect();
        let is_related = |product: &&Product| ordered.iter().any(|ordered| shares_a_group(ordered, product));
        let mut seen = BTreeSet::new();
        KnownProducts(
            self.products
                .iter()
                .filter(is_related)
                .filter(|product| seen.insert(&product.cip13))
                .cloned()
                .collect(),
        )
    }
}

fn shares_a_group(one: &Product, other: &Product) -> bool {
    one.cis == other.cis
        || one
            .generic_groups
            .iter()
            .any(|group| other.generic_groups.contains(group))
        || (one.hybrid_group.is_some() && one.hybrid_group == other.hybrid_group)
        || (one.biosimilar_group.is_some() && one.biosimilar_group == other.biosimilar_group)
}

/// Lower case without accents: people type "levothyrox" and "paracetamol".
fn plain(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|character| match character {
            'à' | 'â' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            'ç' => 'c',
            other => other,
        })
        .collect()
}

const COLUMNS: usize = 11;

fn parse(text: &str) -> Result<Vec<Product>, CatalogueError> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
        .map(|(place, line)| product(place + 1, line))
        .collect()
}

fn product(line: usize, text: &str) -> Result<Product, CatalogueError> {
    let columns: Vec<&str> = text.split('\t').collect();
    let Ok(
        [
            cip13,
            cis,
            name,
            presentation,
            substances,
            generic,
            hybrid,
            biosimilar,
            conditions,
            price,
            availability,
        ],
    ) = <[&str; COLUMNS]>::try_from(columns.as_slice())
    else {
        return Err(CatalogueError::Columns {
            line,
            expected: COLUMNS,
            found: columns.len(),
        });
    };
    let code = |source| CatalogueError::Code { line, source };
    let stated = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(Product {
        cip13: cip13.parse::<Cip13>().map_err(code)?,
        cis: cis.parse().map_err(code)?,
        name: name.to_owned(),
        presentation: presentation.to_owned(),
        substances: substances.to_owned(),
        generic_groups: generic
            .split_whitespace()
            .map(|group| GenericGroup(group.to_owned()))
            .collect(),
        hybrid_group: stated(hybrid).map(HybridGroup),
        biosimilar_group: stated(biosimilar).map(BiosimilarGroup),
        conditions: stated(conditions).map(|all| all.split(" | ").map(str::to_owned).collect()),
        price: price_in_cents(price),
        shortage: shortage(availability),
    })
}

/// « 1466,29 » euros in cents; `None` when there is none.
fn price_in_cents(euros: &str) -> Option<Price> {
    let (euros, cents) = euros.split_once(',')?;
    let cents: u32 = (cents.len() == 2).then(|| cents.parse().ok())??;
    euros
        .parse::<u32>()
        .ok()?
        .checked_mul(100)?
        .checked_add(cents)
        .map(Price)
}

/// « Tension d’approvisionnement, 2025-11-12 ».
fn shortage(text: &str) -> Option<Shortage> {
    let (status, since) = text.split_once(", ")?;
    Some(Shortage {
        status: status.to_owned(),
        since: since.parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::substitution::SubstitutionBasis;

    fn cip13(code: &str) -> ProductCode {
        ProductCode::Cip13(code.parse().unwrap())
    }

    #[test]
    fn the_training_catalogue_is_whole_and_says_that_it_is_a_subset() {
        let catalogue = Catalogue::training().unwrap();
        assert!(catalogue.len() >= 140, "{}", catalogue.len());
        assert_eq!(catalogue.origin(), Origin::TrainingSubset);
    }

    #[test]
    fn a_search_finds_by_name_substance_and_code_without_accents() {
        let catalogue = Catalogue::training().unwrap();
        for text in [
            "amoxicilline biogaran 500",
            "AMOXICILLINE  500",
            "3400933857042",
            "69118175",
            "trihydratee 500",
        ] {
            let found = catalogue.search(text);
            assert!(
                found
                    .iter()
                    .any(|product| product.cip13.as_str() == "3400933857042"),
                "{text}"
            );
        }
        assert!(catalogue.search("").is_empty());
        assert!(catalogue.search("no such product").is_empty());
    }

    #[test]
    fn a_group_gives_its_substitutes_and_their_ground() {
        let catalogue = Catalogue::training().unwrap();
        for (ordered, given, ground) in [
            ("3400933857042", "3400930219911", SubstitutionBasis::Generic), // amoxicilline Biogaran, EG
            ("3400938141283", "3400930313428", SubstitutionBasis::Hybrid),  // Innovair, its hybrid
            ("3400930042687", "3400930273036", SubstitutionBasis::Biosimilar), // Humira, Hyrimoz
        ] {
            let known = catalogue.related([cip13(ordered)].iter());
            let substitutes = known.substitutes(&cip13(ordered));
            let is_offered = substitutes
                .iter()
                .any(|(p, basis)| p.cip13.as_str() == given && *basis == ground);
            assert!(is_offered, "{ordered} {given}");
        }
    }

    #[test]
    fn no_published_condition_is_unknown_not_unrestricted() {
        let catalogue = Catalogue::training().unwrap();
        let doliprane = catalogue.find(&cip13("3400935955838")).unwrap();
        assert_eq!(doliprane.conditions, None);
    }

    #[test]
    fn prices_and_availability_are_those_published() {
        for (text, cents) in [
            ("2,55", Some(255)),
            ("1466,29", Some(146_629)),
            ("", None),
            ("3", None),
            ("3,5", None),
        ] {
            assert_eq!(price_in_cents(text), cents.map(Price), "{text}");
        }
        let catalogue = Catalogue::training().unwrap();
        let priced = catalogue
            .products
            .iter()
            .filter(|product| product.price.is_some());
        assert!(priced.count() > 100);
        assert!(
            catalogue
                .products
                .iter()
                .any(|product| product.shortage.is_some())
        );
    }

    #[test]
    fn a_wrong_line_is_named() {
        assert!(matches!(
            parse("# a\nx\ty"),
            Err(CatalogueError::Columns {
                line: 2,
                found: 2,
                ..
            })
        ));
        assert!(matches!(
            parse("123\t1\t\t\t\t\t\t\t\t\t"),
            Err(CatalogueError::Code { line: 1, .. })
        ));
    }
}
