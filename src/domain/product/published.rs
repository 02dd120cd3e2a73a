//! What the public medicines database publishes of a product beyond its name: every field may be unknown.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;

use crate::domain::identifiers::Cip13;
use crate::domain::product::{BoxContent, GenericGroup};
use crate::domain::recall::Recalls;

/// What is published of a product besides its codes and its name. The default is *nothing is known*.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Published {
    /// The pharmaceutical form, as published.
    pub form: String,
    /// The ways it is given, as published ("orale;sublinguale").
    pub routes: String,
    /// How the authorisation was given ("Procédure nationale", "Autorisation d'importation parallèle").
    pub procedure: String,
    /// Whether it is sold, and since when that was declared.
    pub marketing: Marketing,
    /// What is in it. Empty: unknown.
    pub composition: Vec<Ingredient>,
    /// What the box holds, when its label says it without doubt.
    pub content: Option<BoxContent>,
    /// Its role in each of its groups of generics.
    pub generic_roles: Vec<(GenericGroup, GenericRole)>,
    /// Its role in its hybrid group.
    pub hybrid_role: Option<HybridRole>,
    /// Prices, when it is reimbursed.
    pub price: Option<Price>,
    /// The reimbursement rates: several when they depend on the indication.
    pub rates: Vec<Rate>,
    /// Shortages and returns that concern this presentation, the newest first.
    pub availability: Vec<Availability>,
    /// Its entry in the list of medicines of major therapeutic interest (MITM), which alone gives the ATC code.
    pub major_interest: Option<Atc>,
    /// Its lots that were recalled.
    pub recalls: Recalls,
}

impl Published {
    /// The role in that group of generics.
    pub fn generic_role(&self, group: &GenericGroup) -> Option<GenericRole> {
        let role = self.generic_roles.iter().find(|(of, _)| of == group);
        role.map(|(_, role)| *role)
    }

    /// Whether a substance with that code is an active one. Codes, not names: one code has several names.
    pub fn contains(&self, substance: &SubstanceCode) -> bool {
        self.composition.iter().any(|part| part.substance == *substance)
    }

    /// Whether the same substances in the same strengths and the same form are published for both, and known.
    ///
    /// A parallel import has its own speciality and no group: this is what tells that it is the same medicine, for
    /// a pharmacist to confirm.
    pub fn is_composed_as(&self, other: &Self) -> bool {
        let parts = |of: &Self| -> BTreeSet<_> { of.composition.iter().map(Ingredient::identity).collect() };
        !self.composition.is_empty() && self.form.trim() == other.form.trim() && parts(self) == parts(other)
    }

    /// Whether it is authorised as a parallel import (CSP art. R. 5121-115 and following).
    pub fn is_parallel_import(&self) -> bool {
        self.procedure.contains("importation parallèle")
    }
}

/// Whether a presentation is sold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marketing {
    /// What its state allows to say.
    pub state: MarketingState,
    /// The published words ("Déclaration de commercialisation").
    pub label: String,
    /// When it was declared.
    pub declared_on: Option<Date>,
}

/// What the declared state of a presentation means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MarketingState {
    /// Declared as sold.
    Marketed,
    /// Declared as stopped, suspended, or without an authorisation.
    Stopped,
    /// Not published.
    #[default]
    Unknown,
}

impl MarketingState {
    /// From the published words of the presentation's administrative state and of its commercial one.
    pub fn read(status: &str, declared: &str) -> Self {
        match (status.trim(), declared.trim()) {
            ("Présentation active", "Déclaration de commercialisation") => Self::Marketed,
            ("", "") => Self::Unknown,
            _ => Self::Stopped,
        }
    }
}

/// The code of a substance in the public database: 5 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubstanceCode(pub String);

/// One substance of a composition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingredient {
    /// The part of the medicine it is in ("comprimé").
    pub element: String,
    /// Which substance.
    pub substance: SubstanceCode,
    /// Its name, as published for this product.
    pub name: String,
    /// How much, as published ("500 mg").
    pub dosage: String,
    /// In what ("un comprimé").
    pub per: String,
    /// The substance itself, or the fraction of it that acts.
    pub nature: IngredientNature,
    /// Ingredients with the same number are one: a salt and its active fraction.
    pub link: u32,
}

impl Ingredient {
    fn identity(&self) -> (SubstanceCode, String, String) {
        (
            self.substance.clone(),
            self.dosage.trim().to_owned(),
            self.per.trim().to_owned(),
        )
    }
}

/// What an ingredient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IngredientNature {
    /// An active substance ("SA").
    Substance,
    /// A therapeutic fraction ("FT"; "ST" in the official description).
    Fraction,
}

/// The role of a product in a group of generics, with the number of the official file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GenericRole {
    /// 0, the reference ("princeps").
    Reference,
    /// 1, a generic.
    Generic,
    /// 2, a generic by complement of dosage: its strength differs, units must be counted again.
    Complementary,
    /// 4, a substitutable generic, often of another form.
    Substitutable,
}

impl GenericRole {
    /// Every role.
    pub const ALL: [Self; 4] = [
        Self::Reference,
        Self::Generic,
        Self::Complementary,
        Self::Substitutable,
    ];

    /// The number of the official file.
    pub fn number(self) -> u8 {
        match self {
            Self::Reference => 0,
            Self::Generic => 1,
            Self::Complementary => 2,
            Self::Substitutable => 4,
        }
    }

    /// The role with that number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }
}

/// The role of a product in a hybrid group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HybridRole {
    /// "R".
    Reference,
    /// "H".
    Hybrid,
}

/// An amount of money, in centimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cents(pub u32);

/// Digits alone, for programs: "1466.29". People read a sentence of the wording.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Cents {
    /// Reads a published price. A comma stands for decimals, and for thousands too: "1,466,29" is 1466.29 €, the last
    /// comma is the decimal one.
    pub fn read(text: &str) -> Option<Self> {
        let (units, decimals) = text.trim().rsplit_once(',')?;
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let mut groups = units.split(',');
        let first = groups.next().filter(|group| is_digits(group))?;
        let mut whole = first.to_owned();
        for group in groups {
            let is_thousands = group.len() == 3 && is_digits(group) && first.len() <= 3;
            whole.push_str(Some(group).filter(|_| is_thousands)?);
        }
        if decimals.len() != 2 || !is_digits(decimals) {
            return None;
        }
        whole.push_str(decimals);
        whole.parse().ok().map(Self)
    }
}

/// What a box costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// The medicine, without the fee.
    pub medicine: Cents,
    /// What the patient is charged, fee included.
    pub public: Cents,
    /// The dispensing fee.
    pub fee: Cents,
}

/// A reimbursement rate, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate(pub u8);

impl Rate {
    /// Reads "65%" and "65 %".
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.trim().strip_suffix('%')?.trim_end();
        let rate: u8 = digits.parse().ok()?;
        (rate <= 100).then_some(Self(rate))
    }
}

/// A code of the Anatomical Therapeutic Chemical classification, 5 or 7 characters here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Atc(pub String);

/// What ANSM says of a supply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// The presentation it names; `None`: every presentation of the speciality.
    pub presentation: Option<Cip13>,
    /// What happens.
    pub status: AvailabilityStatus,
    /// Since when. Sheets older than 6 October 2023 give their last change here.
    pub since: Date,
    /// When ANSM last changed its sheet.
    pub updated_on: Date,
    /// When it came back, or is expected back.
    pub back_on: Option<Date>,
}

/// What happens to a supply, with the number of the official file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AvailabilityStatus {
    /// 1, "rupture de stock".
    OutOfStock,
    /// 2, "tension d'approvisionnement".
    Tension,
    /// 3, "arrêt de commercialisation".
    Discontinued,
    /// 4, "remise à disposition".
    Returned,
}

impl AvailabilityStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [
        Self::OutOfStock,
        Self::Tension,
        Self::Discontinued,
        Self::Returned,
    ];

    /// The number of the official file.
    pub fn number(self) -> u8 {
        match self {
            Self::OutOfStock => 1,
            Self::Tension => 2,
            Self::Discontinued => 3,
            Self::Returned => 4,
        }
    }

    /// The status with that number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_in_centimes_with_commas_for_thousands_and_decimals() {
        for (text, cents) in [
            ("24,34", Some(2_434)),
            ("1,466,29", Some(146_629)),
            ("12,345,678,90", Some(1_234_567_890)),
            (" 0,05 ", Some(5)),
            ("24", None),
            ("24,3", None),
            ("24,345", None),
            ("1,46,29", None),
            ("1234,466,29", None),
            (",20", None),
            ("-1,20", None),
            ("24.34", None),
            ("99,999,999,99", None),
        ] {
            assert_eq!(Cents::read(text).map(|cents| cents.0), cents, "{text}");
        }
        assert_eq!(Cents(146_629).to_string(), "1466.29");
    }

    #[test]
    fn a_rate_is_written_in_two_ways() {
        assert_eq!(Rate::read("65%"), Some(Rate(65)));
        assert_eq!(Rate::read("100 %"), Some(Rate(100)));
        for wrong in ["", "%", "65", "101%", "-5%", "6 5%"] {
            assert_eq!(Rate::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_known_is_the_same_as_nothing() {
        let unknown = Published::default();
        assert!(!unknown.is_composed_as(&unknown), "unknown is never equal");
        assert_eq!(unknown.marketing.state, MarketingState::Unknown);
    }
}
