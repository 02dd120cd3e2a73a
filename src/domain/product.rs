//! What is prescribed and what is in the pharmacist's hand.

mod box_content;
mod published;

pub use box_content::{BoxContent, Measure};
pub use published::{
    Atc, Availability, AvailabilityStatus, Cents, GenericRole, HybridRole, Ingredient, IngredientNature,
    Marketing, MarketingState, Price, Published, Rate, SubstanceCode,
};

use jiff::civil::Date;

use crate::domain::identifiers::{Cip13, Cis, Lpp};
use crate::domain::substitution::SubstitutionBasis;

/// The code of a product, whatever list it is in. A code in no list never blocks (complaint P1 of the field).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ProductCode {
    /// A presentation.
    Cip13(Cip13),
    /// A speciality, whatever its box size.
    Cis(Cis),
    /// A device or product of the LPP list.
    Lpp(Lpp),
    /// Something else the base sent: its system and code, kept as they came.
    Other {
        /// The URI of the list.
        system: String,
        /// The code in it.
        code: String,
    },
    /// No code at all: only words.
    None,
}

impl ProductCode {
    /// Whether it is of a medicine that the medicines database does not have. Of other lists nothing can be said.
    pub fn is_unlisted(&self, product: &dyn Fn(&Self) -> Option<Product>) -> bool {
        matches!(self, Self::Cip13(_) | Self::Cis(_)) && product(self).is_none()
    }

    /// The code alone, empty when there is none.
    pub fn code(&self) -> &str {
        match self {
            Self::Cip13(cip13) => cip13.as_str(),
            Self::Cis(cis) => cis.as_str(),
            Self::Lpp(lpp) => lpp.as_str(),
            Self::Other { code, .. } => code,
            Self::None => "",
        }
    }
}

/// A group of the official list of generics ("répertoire des génériques").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GenericGroup(pub String);

/// A group of the official register of hybrids.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HybridGroup(pub String);

/// A group of substitutable biosimilars (arrêtés of 20 February and 4 December 2025).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BiosimilarGroup(pub String);

/// A presentation that the medicines database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its presentation code.
    pub cip13: Cip13,
    /// Its speciality code.
    pub cis: Cis,
    /// Name, strength and form, as published.
    pub name: String,
    /// The box, as published ("plaquette(s) … de 30 comprimé(s)").
    pub presentation: String,
    /// Active substances in words.
    pub substances: String,
    /// Its groups of generics, usually none or one.
    pub generic_groups: Vec<GenericGroup>,
    /// Its hybrid group.
    pub hybrid_group: Option<HybridGroup>,
    /// Its biosimilar group.
    pub biosimilar_group: Option<BiosimilarGroup>,
    /// Prescribing and dispensing conditions, verbatim. `None`: none is published, which means
    /// *unknown* and never *unrestricted*.
    pub conditions: Option<Vec<String>>,
    /// What else is published of it.
    pub published: Box<Published>,
}

/// How old, in days, the official files may be before it is said: they are published again every few weeks.
pub const CATALOGUE_AGE_DAYS_MAX: i32 = 45;

/// How much of the public medicines database a catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogueScope {
    /// The embedded subset: the absence of a product proves nothing.
    TrainingSubset,
    /// The official files.
    Official {
        /// The day its presentations are of.
        date: Option<Date>,
    },
}

impl CatalogueScope {
    /// Whether its files are older than [`CATALOGUE_AGE_DAYS_MAX`].
    pub fn is_old(self, today: Date) -> bool {
        let Self::Official { date: Some(date) } = self else {
            return false;
        };
        date.until(today)
            .is_ok_and(|age| age.get_days() > CATALOGUE_AGE_DAYS_MAX)
    }
}

/// The products that matter for one prescription: those ordered, and those that may replace them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownProducts(pub Vec<Product>);

impl KnownProducts {
    /// The product with that code; for a speciality, any of its presentations.
    pub fn find(&self, code: &ProductCode) -> Option<&Product> {
        match code {
            ProductCode::Cip13(cip13) => self.0.iter().find(|product| product.cip13 == *cip13),
            ProductCode::Cis(cis) => self.0.iter().find(|product| product.cis == *cis),
            ProductCode::Lpp(_) | ProductCode::Other { .. } | ProductCode::None => None,
        }
    }

    /// The products that may replace the one ordered, each with its ground, in the catalogue's order.
    pub fn substitutes(&self, ordered: &ProductCode) -> Vec<(&Product, SubstitutionBasis)> {
        let Some(ordered) = self.find(ordered) else {
            return Vec::new();
        };
        self.0
            .iter()
            .filter(|given| given.cis != ordered.cis)
            .filter_map(|given| SubstitutionBasis::between(ordered, given).map(|basis| (given, basis)))
            .collect()
    }
}
