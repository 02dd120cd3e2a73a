//! A command that was typed wrong.

use crate::safe::safe;

/// No option has this name.
pub fn unknown_option(typed: &str, meant: Option<&str>) -> String {
    format!(
        "L’option «\u{a0}{}\u{a0}» n’existe pas.{}",
        safe(typed),
        perhaps(meant)
    )
}

/// No command has this name.
pub fn unknown_command(typed: &str, meant: Option<&str>) -> String {
    format!(
        "La commande «\u{a0}{}\u{a0}» n’existe pas.{}",
        safe(typed),
        perhaps(meant)
    )
}

/// Something must still be given; several are told apart by commas.
pub fn missing(what: &str) -> String {
    let named: Vec<String> = what.split(", ").map(in_words).collect();
    format!("Il manque {}.", named.join(", "))
}

/// What an argument is for.
fn in_words(argument: &str) -> String {
    match argument {
        "<FILES>..." => {
            "ce qu’il faut lire\u{202f}: des images, des PDF, des dossiers, ou - pour l’entrée standard"
        }
        "<TARGET>" => "l’ordonnance\u{202f}: son numéro, ou une image de sa feuille",
        "<NUMBER>" => "le numéro de l’ordonnance",
        "<ENTRY>" => "le numéro d’ordonnancier",
        "<DIRECTORY>" => "le dossier à lire",
        argument => return safe(argument),
    }
    .to_owned()
}

/// A command of commands was given alone.
pub fn missing_command(known: &str) -> String {
    format!("Que faut-il faire\u{202f}? Il y a\u{202f}: {}.", safe(known))
}

/// A value that the option cannot take.
pub fn unfit_value(value: &str, option: &str, possible: Option<&str>) -> String {
    let possible = possible.map_or_else(String::new, |known| format!(" Il y a\u{202f}: {}.", safe(known)));
    match value {
        "" => format!(
            "L’option «\u{a0}{}\u{a0}» demande une valeur.{possible}",
            safe(option)
        ),
        value => format!(
            "«\u{a0}{}\u{a0}» ne convient pas pour «\u{a0}{}\u{a0}».{possible}",
            safe(value),
            safe(option)
        ),
    }
}

/// Two things that exclude each other, or one that was given twice.
pub fn conflict(one: &str, other: Option<&str>) -> String {
    match other {
        Some(other) => format!(
            "«\u{a0}{}\u{a0}» et «\u{a0}{}\u{a0}» ne vont pas ensemble.",
            safe(one),
            safe(other)
        ),
        None => format!("«\u{a0}{}\u{a0}» ne se donne qu’une fois.", safe(one)),
    }
}

/// Anything else.
pub const fn not_understood() -> &'static str {
    "Cette commande n’est pas comprise."
}

/// What every mistake ends with.
pub fn rejected(sentence: &str) -> String {
    format!(
        "{sentence} Rien n’a été fait\u{202f}; «\u{a0}comptoir --help\u{a0}» donne les commandes et leurs options."
    )
}

fn perhaps(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |meant| {
        format!(" Vouliez-vous dire «\u{a0}{}\u{a0}»\u{202f}?", safe(meant))
    })
}
