//! Why a configuration, or a file given on the command line, has no meaning.

use crate::domain::breakdown::Breakdown;
use crate::domain::identifiers::InvalidIdentifier;
use crate::safe::Safe;
use crate::ui::wording::{breakdowns, files};

/// The configuration cannot be used.
pub fn useless(why: &str) -> String {
    format!(
        "La configuration ne peut pas être utilisée\u{202f}: {why}. Corrigez-la, puis relancez la commande."
    )
}

/// A file of it cannot be read.
pub fn unreadable(path: &str, breakdown: Breakdown) -> String {
    format!(
        "«\u{a0}{}\u{a0}» ne peut pas être lu\u{202f}: {}",
        Safe(path),
        breakdowns::why(breakdown)
    )
}

/// The file is not TOML, or says something that no configuration says.
pub fn not_toml(path: &str, line: Option<usize>, what: &str) -> String {
    let line = line.map_or_else(String::new, |line| format!(", ligne {line}"));
    format!("«\u{a0}{}\u{a0}»{line}\u{202f}: {}", Safe(path), toml(what))
}

/// What the reader of TOML says, of which only the kind and the quoted name are kept.
fn toml(what: &str) -> String {
    let named = what
        .split('`')
        .nth(1)
        .map_or_else(String::new, |name| format!(" «\u{a0}{}\u{a0}»", Safe(name)));
    if what.starts_with("unknown field") {
        format!("la clé{named} n’existe pas dans une configuration")
    } else if what.starts_with("missing field") {
        format!("il manque la clé{named}")
    } else if what.starts_with("invalid type") || what.starts_with("invalid value") {
        "la valeur n’est pas du genre attendu (texte entre guillemets, true ou false)".to_owned()
    } else {
        "ce n’est pas écrit comme un fichier TOML (clé = \"valeur\")".to_owned()
    }
}

/// An identifier in it is wrong.
pub fn identifier(place: &str, why: &InvalidIdentifier) -> String {
    format!("l’identifiant {place} est faux, {}", files::identifier(why))
}

/// No operator has that name.
pub fn unknown_operator(wanted: &str, known: &str) -> String {
    format!(
        "aucun opérateur ne s’appelle «\u{a0}{}\u{a0}»\u{202f}; il y a {}",
        Safe(wanted),
        Safe(known)
    )
}

/// No such role.
pub fn unknown_role(role: &str) -> String {
    format!(
        "«\u{a0}{}\u{a0}» n’est pas un rôle\u{202f}; les rôles sont pharmacist, technician et student",
        Safe(role)
    )
}

/// The system does not say where files belong.
pub const fn no_home() -> &'static str {
    "le système ne dit pas où garder les fichiers ; donnez un dossier avec --data-dir"
}

/// A real session lacks something.
pub fn missing(what: &str) -> String {
    format!("il y manque {what}, sans quoi on ne travaille pas avec de vrais patients")
}

/// An address that is not one.
pub fn address(address: &str, why: &str) -> String {
    format!(
        "l’adresse de la base «\u{a0}{}\u{a0}» ne convient pas\u{202f}: {why}",
        Safe(address)
    )
}

/// It is no address.
pub const ADDRESS_NOT_A_URL: &str = "ce n’est pas une adresse (exemple : https://base.exemple.fr)";
/// It is not encrypted.
pub const ADDRESS_NOT_HTTPS: &str =
    "elle doit commencer par https://, sauf pour une base de formation sur ce poste";
/// It holds more than a place.
pub const ADDRESS_TOO_MUCH: &str = "elle ne doit contenir ni nom, ni mot de passe, ni question, ni ancre";
