//! Settling what the base refused or contradicted: what happened, the choices, and what each one does.

use crate::app::message::ContradictionSource;
use crate::domain::identifiers::{Boxes, LineNumber};
use crate::domain::outbox::SettlementChoice;
use crate::safe::safe;
use crate::ui::wording::{boxes, posts};

/// Title.
pub const SETTLING: &str = "Délivrance à régler";
/// Title.
pub const WHAT_HAPPENED: &str = "Ce qui s’est passé";
/// Title.
pub const WHAT_TO_DO: &str = "Que faire ?";
/// The base is being read.
pub const READING: &str = "Lecture à la base des autres délivrances de ces lignes…";
/// The store could not say.
pub const UNREADABLE: &str = "Les autres délivrances n’ont pas pu être lues sur ce poste.";
/// Nothing else is known.
pub const NO_OTHER: &str = "Aucune autre délivrance de ces lignes n’y figure.";
/// The field.
pub const REASON: &str = "Motif, gardé avec votre nom et l’heure :";
/// What never changes.
pub const ENTRIES_STAY: &str = "Quel que soit le choix, l’ordonnancier garde toutes ses inscriptions.";
/// Title of those that are settled.
pub const SETTLED: &str = "Réglées";

/// What was handed over here.
pub fn ours(line: LineNumber, product: &str, count: Boxes, at: &str, by: &str) -> String {
    format!(
        "Ici, ligne {line} : {} · {}, {at}, par {}.",
        safe(product),
        boxes(count),
        safe(by)
    )
}

/// What somebody else handed over.
pub fn theirs(line: LineNumber, product: &str, count: Boxes, at: Option<&str>, pharmacy: &str) -> String {
    let at = at.map_or_else(|| "à une date inconnue".to_owned(), str::to_owned);
    let pharmacy = match pharmacy.trim() {
        "" => "une pharmacie que la base ne nomme pas".to_owned(),
        pharmacy => safe(pharmacy),
    };
    format!(
        "Ailleurs, ligne {line} : {} · {}, {at}, par {pharmacy}.",
        safe(product),
        boxes(count)
    )
}

/// Where the other deliveries were read.
pub fn source(source: ContradictionSource) -> String {
    match source {
        ContradictionSource::Base => "Lu à la base à l’instant.".to_owned(),
        ContradictionSource::Copy(why) => format!(
            "Lu dans la copie gardée ici ({}) : elle peut être plus ancienne.",
            posts::delay_short(why)
        ),
        ContradictionSource::NotShown => "La base ne montre plus cette ordonnance.".to_owned(),
        ContradictionSource::Nowhere(why) => {
            format!("La base ne peut pas être lue ({}).", posts::delay_short(why))
        }
    }
}

/// Who was first.
pub const fn first(ours_came_first: bool) -> &'static str {
    if ours_came_first {
        "Vos boîtes ont été remises les premières, mais l’autre délivrance était déjà à la base."
    } else {
        "L’autre délivrance a eu lieu la première."
    }
}

/// A choice, in a few words.
pub const fn choice(choice: SettlementChoice) -> &'static str {
    match choice {
        SettlementChoice::Kept => "Les boîtes ont été remises : garder",
        SettlementChoice::NotReceived => "Le patient ne les a pas reçues : annuler ici",
        SettlementChoice::Retried => "L’obstacle est levé à la base : renvoyer",
        SettlementChoice::Acknowledged => "Rien d’autre à faire : classer",
    }
}

/// What it does.
pub const fn consequence(choice: SettlementChoice) -> &'static str {
    match choice {
        SettlementChoice::Kept => "Elle reste inscrite, comme délivrance en plus. Prévenez le prescripteur.",
        SettlementChoice::NotReceived => "Une contre-écriture avec votre motif annule chaque inscription.",
        SettlementChoice::Retried => "Elle est envoyée de nouveau, une seule fois ; la base décide.",
        SettlementChoice::Acknowledged => "Rien ne change, l’alarme s’éteint ; votre motif dit pourquoi.",
    }
}

/// What a list says of it afterwards.
pub const fn settled_as(choice: SettlementChoice) -> &'static str {
    match choice {
        SettlementChoice::Kept => "gardée",
        SettlementChoice::NotReceived => "annulée ici",
        SettlementChoice::Retried => "renvoyée",
        SettlementChoice::Acknowledged => "classée",
    }
}

/// It is kept.
pub const fn done(choice: SettlementChoice) -> &'static str {
    match choice {
        SettlementChoice::Kept => "Réglée : délivrance gardée. Prévenez le prescripteur.",
        SettlementChoice::NotReceived => "Réglée : inscriptions annulées par contre-écriture.",
        SettlementChoice::Retried => "La délivrance attend de nouveau la base.",
        SettlementChoice::Acknowledged => "Réglée : classée avec votre motif.",
    }
}

/// Who settled it, when and why.
pub fn settled(choice: SettlementChoice, by: &str, at: &str, reason: &str) -> String {
    format!(
        "{} {at} par {} : « {} »",
        settled_as(choice),
        safe(by),
        safe(reason)
    )
}

/// The state of a hand-over that a person settled, in a list.
pub const SETTLED_SHORT: &str = "réglée";
