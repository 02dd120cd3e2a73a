//! Every sentence about corrections: what is taken back, what replaces it, and where that stands with the base.

use crate::app::correcting::CorrectionKind;
use crate::app::message::{CannotOpen, ConsultFailure};
use crate::domain::correction::CannotCorrect;
use crate::domain::dispense::HandOver;
use crate::domain::identifiers::DispensedLineId;
use crate::domain::outbox::{OutboxEntry, PostState};
use crate::domain::reasons::CorrectionReason;
use crate::domain::register::{RegisterContent, RegisterNumber};
use crate::ui::wording::{posts, refusals};

/// Several deliveries were recorded together.
pub const WHICH: &str = "Quelle délivrance corriger ?";
/// The store and the base are being asked.
pub const OPENING: &str = "Lecture de la délivrance et de son ordonnance…";
/// The question.
pub const WHY: &str = "Pourquoi ?";
/// What was recorded.
pub const BEFORE: &str = "Avant";
/// What replaces it.
pub const AFTER: &str = "Après";
/// Why.
pub const MOTIVE: &str = "Motif";
/// Nothing replaces it.
pub const AFTER_NOTHING: &str = "rien : la délivrance est annulée, ses boîtes redeviennent à délivrer";
/// What confirming does.
pub const CANCELLATION_DOES: &str = "L’inscription reste lisible telle quelle (CSP art. R. 5132-9) ; une contre-inscription l’annule, avec son motif et votre nom, ici puis à la base.";
/// What confirming does.
pub const RECTIFICATION_DOES: &str = "L’inscription reste lisible telle quelle (CSP art. R. 5132-9) ; une contre-inscription l’annule et une nouvelle la remplace, ici puis à la base.";
/// It is in the register.
pub const RECORDED: &str = "CORRECTION ENREGISTRÉE";

/// What is done, to which entry.
pub fn title(kind: CorrectionKind, entry: Option<RegisterNumber>) -> String {
    let what = match kind {
        CorrectionKind::Cancellation => "Annuler une délivrance",
        CorrectionKind::Rectification => "Rectifier une délivrance",
    };
    entry.map_or_else(
        || what.to_owned(),
        |entry| format!("{what} · inscription n° {entry}"),
    )
}

/// When the boxes left, and who handed them over.
pub fn handed_over(at: &str, by: &str) -> String {
    format!("remise {at} · {by}")
}

/// What may be said beside a reason.
pub const fn words_asked(reason: CorrectionReason) -> &'static str {
    match reason {
        CorrectionReason::Other => "Précisez en quelques mots :",
        _ => "Précision, en quelques mots (facultative) :",
    }
}

/// A delivered line that a correction takes back.
pub fn corrected_line(correction: &OutboxEntry) -> String {
    let short = short(correction.state());
    format!(
        "{} : {short}",
        kind(&correction.hand_over).unwrap_or("correction")
    )
}

/// What a correction in the outbox takes back.
pub fn takes_back(hand_over: &HandOver) -> Option<String> {
    let corrects = hand_over.corrects.as_ref()?;
    let what = if hand_over.lines.is_empty() {
        "Annule"
    } else {
        "Remplace"
    };
    Some(format!(
        "{what} l’inscription n° {} (ligne {}).",
        corrects.entry, corrects.line
    ))
}

/// Why a correction does not begin, and what can be done.
pub fn cannot_open(entry: Option<RegisterNumber>, why: &CannotOpen) -> String {
    match why {
        CannotOpen::Cannot(why) => cannot_correct(entry.unwrap_or(RegisterNumber(0)), *why),
        CannotOpen::Refused(refusal) => format!(
            "{} L’annulation (a) reste possible sans relire l’ordonnance.",
            refusals::refusal(refusal)
        ),
        CannotOpen::Failed(ConsultFailure::Base(reason)) => format!(
            "{} Sans copie de l’ordonnance ici, la rectification attend ; l’annulation (a) reste possible.",
            posts::delay(*reason)
        ),
        CannotOpen::Failed(ConsultFailure::NoPaper) => {
            "Ce qui a été recopié du papier n’est pas gardé ici\u{202f}: l’annulation (a) reste possible."
                .to_owned()
        }
        CannotOpen::Failed(ConsultFailure::Store) => {
            "L’ordonnancier n’a pas pu être lu : réessayez.".to_owned()
        }
        CannotOpen::Outdated => {
            "Un autre poste a délivré cette ligne entre-temps : reprenez la rectification.".to_owned()
        }
    }
}

/// Under which numbers a correction stands.
pub fn numbers(corrected: RegisterNumber, numbers: &[RegisterNumber]) -> String {
    match numbers {
        [by] => format!("Inscription n° {corrected} annulée par l’inscription n° {by}."),
        [by, new] => {
            format!("Inscription n° {corrected} annulée par la n° {by} et remplacée par la n° {new}.")
        }
        _ => format!("Inscription n° {corrected} corrigée."),
    }
}

/// Title of a history.
pub fn history_of(entry: RegisterNumber) -> String {
    format!("Historique de l’inscription n° {entry}")
}

/// What an entry of a history is.
pub const fn chapter(content: Option<&RegisterContent>) -> &'static str {
    match content {
        Some(RegisterContent::Delivery(delivery)) if delivery.replaces.is_some() => "remplacement",
        Some(RegisterContent::Delivery(_)) => "délivrance",
        Some(RegisterContent::Correction { .. }) => "contre-inscription",
        None => "contenu effacé",
    }
}

/// Where a correction stands with the base, in a few words.
pub const fn short(state: &PostState) -> &'static str {
    match state {
        PostState::Accepted => "acceptée par la base",
        PostState::Pending => "à envoyer à la base",
        PostState::Refused(_) => "refusée par la base",
        PostState::Conflict(_) => "contredite par la base",
        PostState::Local => "inscrite ici, hors base",
    }
}

/// Where an entry of a history stands with the base; `corrected` is the state of what corrects it.
pub fn state(post: &OutboxEntry, corrected: Option<&PostState>) -> String {
    if let Some(kind) = kind(&post.hand_over) {
        return format!("{kind} {}", short(post.state()));
    }
    match (post.state(), corrected) {
        (PostState::Accepted, Some(PostState::Accepted)) => {
            "délivrance acceptée par la base, puis corrigée".to_owned()
        }
        (state, _) => {
            let short = posts::state_short(state, posts::Travel::AtRest, post.hand_over.consent);
            format!("délivrance {short}")
        }
    }
}

/// The state of a delivery in a list, once it is corrected; `None` when the base holds it as it was.
pub const fn corrected(correction: &PostState) -> Option<&'static str> {
    match correction {
        PostState::Accepted => Some("corrigée depuis"),
        PostState::Pending => Some("à corriger"),
        PostState::Refused(_) | PostState::Conflict(_) => None,
        PostState::Local => Some("corrigée ici"),
    }
}

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
    let all: Vec<RegisterNumber> = registered.iter().filter_map(|(_, number)| *number).collect();
    format!("{}\n{}\n", numbers(corrected, &all), at_the_base(entry))
}

/// Where a correction stands with the base, in a sentence.
pub fn at_the_base(entry: &OutboxEntry) -> String {
    match entry.state() {
        PostState::Accepted if entry.hand_over.lines.is_empty() => {
            "La base a annulé la délivrance : ses boîtes ne comptent plus.".to_owned()
        }
        PostState::Accepted => "La base a remplacé la délivrance par sa rectification.".to_owned(),
        PostState::Local => {
            "Délivrance hors base\u{202f}: la correction est inscrite à l’ordonnancier, la base n’a rien à corriger."
                .to_owned()
        }
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
