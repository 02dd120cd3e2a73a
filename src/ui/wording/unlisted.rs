//! A product whose code the medicines database does not have.

use crate::domain::box_read::BoxRead;
use crate::safe::safe;
use crate::ui::wording::day;

/// Title of the form.
pub const TITLE: &str = "Code inconnu";
/// The mark of such a product, wherever it is seen.
pub const MARK: &str = "code inconnu (absent de la base des médicaments)";
/// What it means.
pub const NEVER_BLOCKS: &str = "La base des médicaments de ce poste n’a pas ce code\u{202f}: rien n’a pu être vérifié. Il se délivre, marqué comme tel.";
/// Above the text.
pub const PRINTED: &str = "Ce qui est imprimé sur la boîte";
/// Above the lines.
pub const WHICH_LINE: &str = "Ligne servie (↑ ↓)";

/// What the box says of itself.
pub fn of_box(read: &BoxRead) -> String {
    let lot = read.lot.as_ref().map(|lot| format!("lot {}", safe(lot.as_str())));
    let expiry = read
        .expiry
        .map(|expiry| format!("à utiliser avant le {}", day(expiry)));
    let parts = [Some(format!("CIP {}", read.cip13)), lot, expiry];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
