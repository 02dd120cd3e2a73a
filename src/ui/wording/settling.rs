//! Settling what the base refused or contradicted: what happened, the choices, and what each one does.

use crate::app::message::ContradictionSource;
use crate::domain::identifiers::{Boxes, LineNumber};
use crate::domain::outbox::SettlementChoice;
use crate::domain::refusal::RefusalCode;
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

/// Title, of a correction.
pub const SETTLING_CORRECTION: &str = "Correction à régler";

/// It cannot be posted again: what it recorded does not stand any more.
pub const TAKEN_BACK: &str = "Une correction plus récente l’a reprise\u{202f}: renvoyée, elle compterait en trop. Il reste à la classer.";

/// That choice is none here.
pub fn not_offered(choice: SettlementChoice) -> String {
    match choice {
        SettlementChoice::Retried => {
            "Le refus de la base est définitif\u{202f}: la renvoyer ne changerait rien. Classez-la (acknowledged), avec votre motif."
        }
        _ => "Une correction ne se remet à personne\u{202f}: renvoyez-la (retried) ou classez-la (acknowledged).",
    }
    .to_owned()
}

/// What the base goes on holding, and what can be done about a correction that it did not take.
pub const fn correction_way_out(code: &RefusalCode) -> &'static str {
    match code {
        RefusalCode::RoleForbidden => {
            "Vérifiez la carte ou le compte avec lequel vous êtes connecté, puis renvoyez-la."
        }
        RefusalCode::QuantityExceeded => {
            "Une autre délivrance a pris ces boîtes à la base. Une fois qu’elle y est annulée, renvoyez celle-ci\u{202f}; sinon corrigez la quantité (F3)."
        }
        RefusalCode::HeldElsewhere => "Appelez l’autre pharmacie, puis renvoyez-la.",
        RefusalCode::StaleVersion => {
            "L’ordonnance a changé pendant l’envoi\u{202f}: renvoyez-la, elle sera relue d’abord."
        }
        RefusalCode::UnknownPrescription | RefusalCode::Malformed | RefusalCode::Other(_) => {
            "Renvoyez-la\u{202f}: un intermédiaire a pu l’arrêter. Si la base dit la même chose, prévenez l’assistance."
        }
        RefusalCode::LineCancelled
        | RefusalCode::PrescriptionCancelled
        | RefusalCode::PrescriptionExpired => {
            "Une rectification n’y est plus possible\u{202f}; une annulation l’est (F3, puis a). Prévenez le prescripteur de ce qui a été remis."
        }
        RefusalCode::Purged
        | RefusalCode::LineUnknown
        | RefusalCode::PatientMismatch
        | RefusalCode::TranscriptionDiffers => {
            "La renvoyer ne changerait rien\u{202f}: classez-la, et prévenez le prescripteur de ce qui a été remis."
        }
    }
}

/// What it does, to a correction.
pub const fn consequence_for_correction(choice: SettlementChoice) -> &'static str {
    match choice {
        SettlementChoice::Retried => {
            "Elle est envoyée de nouveau, sous les mêmes identifiants\u{202f}: jamais deux fois. La base décide."
        }
        _ => "La base garde la délivrance d’origine\u{202f}; l’ordonnancier garde tout, et votre motif.",
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
