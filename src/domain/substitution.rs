//! Giving one product for another: what the prescriber allows, and on what legal ground.

use crate::domain::product::{Product, ProductCode};
use crate::domain::words::folded;

/// What the prescriber says about substitution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubstitutionPermission {
    /// Nothing forbids it: the legal default (CSP art. L. 5125-23).
    Allowed,
    /// "Non substituable", with the reason the law asks for.
    Forbidden(NonSubstitutable),
}

/// The reason for "non substituable" (arrêté du 12 novembre 2019).
#[derive(Clone, PartialEq, Eq)]
pub enum NonSubstitutable {
    /// MTE, marge thérapeutique étroite.
    NarrowMargin,
    /// EFG, enfant de moins de six ans, forme galénique.
    ChildForm,
    /// CIF, contre-indication formelle à un excipient.
    Excipient,
    /// Another text, or none: kept as it came.
    Unstated(String),
}

impl NonSubstitutable {
    /// The three letters, or the text that stands in their place.
    pub fn code(&self) -> &str {
        match self {
            Self::NarrowMargin => "MTE",
            Self::ChildForm => "EFG",
            Self::Excipient => "CIF",
            Self::Unstated(text) => text,
        }
    }

    /// Reads the code; any other text is kept as [`NonSubstitutable::Unstated`].
    pub fn from_code(code: &str) -> Self {
        match code.trim() {
            "MTE" => Self::NarrowMargin,
            "EFG" => Self::ChildForm,
            "CIF" => Self::Excipient,
            other => Self::Unstated(other.to_owned()),
        }
    }
}

/// The legal ground of a substitution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubstitutionBasis {
    /// Same group of generics (CSP art. L. 5125-23, II).
    Generic,
    /// Same hybrid group (CSP art. L. 5125-23, II; arrêté du 8 juillet 2025).
    Hybrid,
    /// Same group of substitutable biosimilars (CSP art. L. 5125-23-2).
    Biosimilar,
    /// Replacement in a shortage, as ANSM recommends (CSP art. L. 5125-23, V).
    Shortage,
    /// The same medicine imported in parallel (CSP art. R. 5121-115 and following).
    ParallelImport,
    /// The prescriber agreed beforehand.
    PrescriberAgreement,
}

impl SubstitutionBasis {
    /// The code that files and the wire carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Hybrid => "hybrid",
            Self::Biosimilar => "biosimilar",
            Self::Shortage => "shortage",
            Self::ParallelImport => "parallel-import",
            Self::PrescriberAgreement => "prescriber-agreement",
        }
    }

    /// The ground the medicines database itself gives for handing `given` over instead of `ordered`.
    pub fn between(ordered: &Product, given: &Product) -> Option<Self> {
        let shares_group = ordered
            .generic_groups
            .iter()
            .any(|g| given.generic_groups.contains(g));
        if shares_group {
            Some(Self::Generic)
        } else if ordered.hybrid_group.is_some() && ordered.hybrid_group == given.hybrid_group {
            Some(Self::Hybrid)
        } else if ordered.biosimilar_group.is_some() && ordered.biosimilar_group == given.biosimilar_group {
            Some(Self::Biosimilar)
        } else if is_imported_for(ordered, given) || is_imported_for(given, ordered) {
            Some(Self::ParallelImport)
        } else {
            None
        }
    }
}

/// Whether one is the other brought from another country: an import keeps the brand, has a speciality of its own, and
/// is in no group. The same composition in the same form tells it, and the pharmacist who sees it.
fn is_imported_for(original: &Product, import: &Product) -> bool {
    let brand = |product: &Product| {
        let name = folded(&product.name);
        name.split([' ', ',']).next().map(str::to_owned)
    };
    import.published.is_parallel_import()
        && brand(original) == brand(import)
        && original.published.is_composed_as(&import.published)
}

/// Whether that product is the one ordered, box size left aside.
pub fn is_what_was_ordered(
    ordered: &ProductCode,
    ordered_product: Option<&Product>,
    given: &Product,
) -> bool {
    match ordered {
        ProductCode::Cip13(cip13) => {
            *cip13 == given.cip13 || ordered_product.is_some_and(|product| product.cis == given.cis)
        }
        ProductCode::Cis(cis) => *cis == given.cis,
        ProductCode::Lpp(_) | ProductCode::Other { .. } | ProductCode::None => false,
    }
}
