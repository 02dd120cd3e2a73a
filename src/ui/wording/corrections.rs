//! Every sentence about corrections: what is taken back, what replaces it, and where that stands with the base.

use crate::domain::correction::CannotCorrect;
use crate::domain::dispense::HandOver;
use crate::domain::identifiers::DispensedLineId;
use crate::domain::outbox::{OutboxEntry, PostState};
use crate::domain::register::RegisterNumber;
use crate::ui::wording::posts;

/// Why an entry is not corrected, and what can be done.
pub fn cannot_correct(entry: RegisterNumber, why: CannotCorrect) -> String {
    match why {
        CannotCorrect::NoSuchEntry => format!("Aucune inscription ne porte le n° {entry}."),
        CannotCorrect::Erased => format!(
            "Le contenu de l’inscription n° {entry} a été effacé au terme de sa conservation : elle ne se corrige plus."
        ),
        CannotCorrect::IsCorrection { of } => format!(
            "L’inscription n° {entry} est une contre-inscription, qui corrige la n° {of} : elle ne se corrige pas elle-même."
        ),
        CannotCorrect::AlreadyCorrected {
            by,
            replaced_by: None,
        } => format!(
            "L’inscription n° {entry} a déjà été corrigée par l’inscription n° {by}. Rien n’a été ajouté."
        ),
        CannotCorrect::AlreadyCorrected {
            by,
            replaced_by: Some(new),
        } => format!(
            "L’inscription n° {entry} a déjà été corrigée par la n° {by} et remplacée par la n° {new} : corrigez la n° {new}."
        ),
        CannotCorrect::NotNewest { newest } => format!(
            "Une délivrance plus récente de la même ligne existe : corrigez d’abord l’inscription n° {newest}."
        ),
        CannotCorrect::NotFromHere => format!(
            "La délivrance de l’inscription n° {entry} n’est pas dans ce registre : elle se corrige là où elle a été enregistrée."
        ),
    }
}

/// The name of a correction.
pub const fn kind(hand_over: &HandOver) -> Option<&'static str> {
    match (&hand_over.corrects, hand_over.lines.is_empty()) {
        (None, _) => None,
        (Some(_), true) => Some("annulation"),
        (Some(_), false) => Some("rectification"),
    }
}

/// What was recorded, and where it stands: for the command line.
pub fn recorded(
    corrected: RegisterNumber,
    registered: &[(DispensedLineId, Option<RegisterNumber>)],
    entry: &OutboxEntry,
) -> String {
    let numbers: Vec<RegisterNumber> = registered.iter().filter_map(|(_, number)| *number).collect();
    let first = match numbers[..] {
        [by] => format!("Inscription n° {corrected} annulée par l’inscription n° {by}."),
        [by, new] => {
            format!("Inscription n° {corrected} annulée par la n° {by} et remplacée par la n° {new}.")
        }
        _ => format!("Inscription n° {corrected} corrigée."),
    };
    format!("{first}\n{}\n", at_the_base(entry))
}

/// Where a correction stands with the base, in a sentence.
pub fn at_the_base(entry: &OutboxEntry) -> String {
    match entry.state() {
        PostState::Accepted if entry.hand_over.lines.is_empty() => {
            "La base a annulé la délivrance : ses boîtes ne comptent plus.".to_owned()
        }
        PostState::Accepted => "La base a remplacé la délivrance par sa rectification.".to_owned(),
        PostState::Pending => format!(
            "La base ne l’a pas encore reçue ({}) : d’ici là, elle garde la délivrance d’origine.",
            posts::delay_short(entry.reason)
        ),
        PostState::Refused(_) | PostState::Conflict(_) => {
            "La base ne l’a pas acceptée : elle garde la délivrance d’origine, l’ordonnancier garde les deux inscriptions."
                .to_owned()
        }
    }
}
