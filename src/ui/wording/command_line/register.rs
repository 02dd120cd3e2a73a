//! The register (ordonnancier) on the command line.

use crate::domain::closure::NotAClosure;
use crate::safe::Safe;
use crate::ui::wording;
/// No entry has this number.
pub fn no_such_entry(number: u32) -> String {
    format!(
        "L’ordonnancier n’a pas d’inscription n° {number}. «\u{a0}comptoir register list\u{a0}» les énumère."
    )
}

/// The chain holds.
pub fn register_verified(entries: u32, head: &str) -> String {
    match entries {
        0 => "L’ordonnancier est vide.".to_owned(),
        _ => format!(
            "Ordonnancier vérifié\u{202f}: {entries} inscriptions se suivent sans lacune. Tête de chaîne\u{202f}: {head}."
        ),
    }
}

/// The chain is broken.
pub fn register_tampered(number: u32) -> String {
    format!(
        "L’ordonnancier ne concorde plus à partir de l’inscription n° {number}\u{202f}: elle a été modifiée, retirée ou déplacée \
         hors de ce programme (CSP art. R. 5132-9). Ne continuez pas sur ce fichier\u{202f}: conservez-le et comparez-le au second support."
    )
}

/// The chain does not meet a closure, or the closure proves nothing.
pub fn closure_not_met(entries: u32, closed: u32, from: u32) -> String {
    let what = if entries < closed {
        format!("il n’a plus que {entries} inscriptions")
    } else {
        "il n’est plus ce qui avait été signé, ou la signature n’est pas de ce poste".to_owned()
    };
    format!(
        "L’ordonnancier ne concorde pas avec sa clôture à {closed} inscriptions\u{202f}: {what}. Plus rien n’est garanti à partir \
         de l’inscription n° {from} (CSP art. R. 5132-9). Ne continuez pas sur ce fichier\u{202f}: conservez-le et comparez-le au second support."
    )
}

/// The register was closed.
pub fn register_closed(entries: u32, public_key: &str) -> String {
    format!(
        "Ordonnancier clos à {entries} inscriptions. Conservez cette clôture hors de ce poste, imprimée par exemple\u{202f}: \
         «\u{a0}comptoir register verify --against FICHIER\u{a0}» s’y compare. Clé publique\u{202f}: {public_key}"
    )
}

/// It was closed before.
pub const fn register_already_closed() -> &'static str {
    "Rien n’a été inscrit depuis la dernière clôture\u{202f}: la voici de nouveau."
}

/// An empty register.
pub const fn nothing_to_close() -> &'static str {
    "L’ordonnancier est vide\u{202f}: il n’y a rien à clore."
}

/// The key of earlier closures is gone.
pub const fn closing_key_missing() -> &'static str {
    "La clé qui a signé les clôtures précédentes n’est plus à sa place. Une autre clé ne les garantirait pas\u{202f}: \
     remettez «\u{a0}closure.key\u{a0}» dans le dossier du poste, ou restaurez une sauvegarde. Rien n’a été clos."
}

/// A closure that cannot be opened.
pub fn closure_unreadable(path: &str, why: &str) -> String {
    format!(
        "La clôture «\u{a0}{}\u{a0}» ne peut pas être lue\u{202f}: {}.",
        Safe(path),
        Safe(why)
    )
}

/// A file that is not a closure of this counter.
pub fn closure_proves_nothing(path: &str, why: NotAClosure) -> String {
    let why = match why {
        NotAClosure::Shape => "ce n’est pas une clôture d’ordonnancier, ou elle a été modifiée",
        NotAClosure::AnotherKey => "elle n’a pas été signée par la clé de ce poste",
        NotAClosure::Signature => "son texte n’est pas celui qui a été signé",
    };
    format!(
        "«\u{a0}{}\u{a0}»\u{202f}: {why}. Elle ne prouve rien, et l’ordonnancier n’a pas été comparé.",
        Safe(path)
    )
}

/// A correction was added.
pub fn entry_corrected(number: u32, correction: u32) -> String {
    format!(
        "L’inscription n° {number} est corrigée par l’inscription n° {correction}\u{202f}; elle reste lisible telle quelle. \
         Ce que la base a déjà accepté n’est pas modifié par cette correction."
    )
}

/// A correction needs a reason.
pub const fn correction_without_reason() -> &'static str {
    "Une correction doit dire pourquoi\u{202f}: donnez --reason avec quelques mots. Rien n’a été ajouté."
}

/// The period ends before it begins.
pub const fn period_backwards() -> &'static str {
    "La période finit avant de commencer\u{202f}: --from est le premier jour, --to le dernier. Rien n’a été édité."
}

/// The edition was written.
pub fn edition_written(entries: usize, path: &str) -> String {
    format!(
        "Ordonnancier édité dans «\u{a0}{}\u{a0}»\u{202f}: {}. Ce fichier nomme des patients\u{202f}: gardez-le comme l’ordonnancier.",
        Safe(path),
        wording::edition::count(entries)
    )
}
