//! Words for the keys: the footer and the help are made of them.

use crate::app::keys::{Command, Context, Key, Trigger};

/// The name printed on a key.
pub fn key(key: Key) -> String {
    match key {
        Key::Character(character) => character.to_string(),
        Key::Control(character) => format!("Ctrl-{}", character.to_ascii_uppercase()),
        Key::Function(number) => format!("F{number}"),
        Key::Enter => "Entrée".into(),
        Key::Escape => "Échap".into(),
        Key::Backspace => "Retour arrière".into(),
        Key::Delete => "Suppr".into(),
        Key::Up => "↑".into(),
        Key::Down => "↓".into(),
        Key::Left => "←".into(),
        Key::Right => "→".into(),
        Key::PageUp => "Page ↑".into(),
        Key::PageDown => "Page ↓".into(),
        Key::Home => "Début".into(),
        Key::End => "Fin".into(),
    }
}

/// The keys of a row; the first alone, or all of them.
pub fn trigger(trigger: Trigger, all: All) -> String {
    match (trigger, all) {
        (Trigger::Digits, _) => "1-9".into(),
        (Trigger::Keys(keys), All::FirstOnly) => keys.first().copied().map(key).unwrap_or_default(),
        (Trigger::Keys(keys), All::Every) => {
            let names: Vec<String> = keys.iter().copied().map(key).collect();
            names.join(", ")
        }
    }
}

/// How many keys of a row are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum All {
    /// In the footer, where there is little room.
    FirstOnly,
    /// In the help.
    Every,
}

/// What a key does there.
#[rustfmt::skip] // one row per command, to be read as a table
pub const fn command(context: Context, command: Command) -> &'static str {
    match command {
        Command::Confirm => confirm(context),
        Command::Back => back(context),
        Command::Up if matches!(context, Context::Paper) => "champ précédent",
        Command::Down if matches!(context, Context::Paper) => "champ suivant",
        Command::Up => "plus haut",
        Command::Down => "plus bas",
        Command::PageUp => "page précédente",
        Command::PageDown => "page suivante",
        Command::First => "au début",
        Command::Last => "à la fin",
        Command::Choose(_) => choose(context),
        Command::Type(_) => "écrire",
        Command::Erase => "effacer un caractère",
        Command::Help => "aide",
        Command::Outbox => "file d’envoi",
        Command::Register => "ordonnancier",
        Command::ReaderTest => "essai du lecteur",
        Command::Paper => "ordonnance papier",
        Command::Previous => "choix précédent",
        Command::Following => "choix suivant",
        Command::Clear => "vider",
        Command::Quit => "quitter",
        Command::Conforming => "conforme",
        Command::Substitute => "substituer",
        Command::Adjust => "ajuster",
        Command::NotDeliver => "non délivré",
        Command::More => "plus",
        Command::Fewer => "moins",
        Command::AllBoxes => "la boîte scannée vaut pour toutes",
        Command::Details => "détails",
        Command::Undo => "oublier la décision",
        Command::DecidedOnly => "vérifier les seules lignes décidées",
        Command::ReadAgain => "relire à la base",
        Command::Product => "produit délivré",
        Command::Reason => "motif",
        Command::Lot => "lot",
        Command::Expiry => "péremption",
        Command::Agreement => "accord du prescripteur",
        Command::Note => "remarque",
        Command::Search if matches!(context, Context::Register) => "chercher",
        Command::Search => "chercher un produit",
        Command::Keep => "garder et continuer",
        Command::Leave => "quitter sans enregistrer",
        Command::Retry => "réessayer",
        Command::PostNow => "envoyer maintenant",
        Command::TakeOver => "reprendre ici ce qu’un autre poste sert",
        Command::Verify => "vérifier la chaîne",
        Command::Annul => "annuler",
        Command::Rectify => "rectifier",
        Command::History => "historique",
        Command::OpenPrescription => "ouvrir l’ordonnance de cette inscription",
        Command::CloseDay => "clôturer",
    }
}

const fn confirm(context: Context) -> &'static str {
    match context {
        Context::Counter => "ouvrir",
        Context::Prescription => "tout conforme",
        Context::Decision => "ligne décidée",
        Context::DecisionChoice | Context::DecisionSearch | Context::Correction => "choisir",
        Context::Paper
        | Context::DecisionText
        | Context::ReviewReason
        | Context::SettlingReason
        | Context::CorrectionWords => "valider",
        Context::Review | Context::CorrectionReview => "enregistrer",
        Context::RegisterSearch => "garder ces inscriptions",
        Context::NumberDoubt
        | Context::Consulting
        | Context::Recording
        | Context::Done
        | Context::Leaving
        | Context::Identified
        | Context::Refused
        | Context::Settling
        | Context::Register
        | Context::CorrectionEnd
        | Context::History
        | Context::ReaderTest
        | Context::Help => "continuer",
        Context::Outbox => "régler",
    }
}

const fn back(context: Context) -> &'static str {
    match context {
        Context::Counter => "tout effacer",
        Context::Consulting => "abandonner",
        Context::Prescription | Context::Paper => "fermer",
        Context::Done => "patient suivant",
        Context::Review => "modifier",
        Context::NumberDoubt
        | Context::Decision
        | Context::DecisionChoice
        | Context::DecisionText
        | Context::DecisionSearch
        | Context::ReviewReason
        | Context::Recording
        | Context::Leaving
        | Context::Identified
        | Context::Refused
        | Context::Outbox
        | Context::Settling
        | Context::SettlingReason
        | Context::Register
        | Context::Correction
        | Context::CorrectionWords
        | Context::CorrectionReview
        | Context::CorrectionEnd
        | Context::History
        | Context::ReaderTest
        | Context::Help => "retour",
        Context::RegisterSearch => "tout l’ordonnancier",
    }
}

const fn choose(context: Context) -> &'static str {
    match context {
        Context::Prescription => "ligne",
        Context::Review => "changer une ligne",
        _ => "choisir",
    }
}

/// The name of a screen, in the help.
pub const fn context(context: Context) -> &'static str {
    match context {
        Context::Counter => "Au comptoir",
        Context::NumberDoubt => "Numéro à préciser",
        Context::Consulting => "Lecture à la base",
        Context::Paper => "Ordonnance papier",
        Context::Prescription => "Ordonnance",
        Context::Decision => "Décision d’une ligne",
        Context::DecisionChoice => "Choix dans une liste",
        Context::DecisionText => "Saisie",
        Context::DecisionSearch => "Recherche d’un produit",
        Context::Review => "Vérification",
        Context::ReviewReason => "Motif pour passer une alerte",
        Context::Recording => "Enregistrement",
        Context::Done => "Délivrance enregistrée",
        Context::Leaving => "Travail non enregistré",
        Context::Identified => "Code reconnu",
        Context::Refused => "Demande sans suite",
        Context::Outbox => "File d’envoi",
        Context::Settling => "Délivrance à régler",
        Context::SettlingReason => "Motif d’un règlement",
        Context::Register => "Ordonnancier",
        Context::Correction => "Correction : choix",
        Context::CorrectionWords => "Correction : précision",
        Context::CorrectionReview => "Correction : vérification",
        Context::CorrectionEnd => "Correction",
        Context::History => "Historique d’une délivrance",
        Context::RegisterSearch => "Recherche dans l’ordonnancier",
        Context::ReaderTest => "Essai du lecteur",
        Context::Help => "Aide",
    }
}
