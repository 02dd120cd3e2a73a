//! A delivery on the command line: recorded, posted, or stopped by the rules.

use crate::domain::outbox::DelayReason;
use crate::domain::refusal::Refusal;
use crate::safe::Safe;
use crate::ui::wording;
/// `dispense` was not told what to deliver.
pub const fn decide_first() -> &'static str {
    "Que faut-il délivrer\u{202f}? Donnez --all (chaque ligne ouverte comme prescrite) ou --decisions FICHIER. Rien n’a été enregistré."
}

/// The decisions file cannot be opened.
pub fn decisions_unreadable(path: &str, why: &str) -> String {
    format!(
        "Le fichier de décisions «\u{a0}{}\u{a0}» ne peut pas être lu\u{202f}: {}. Rien n’a été enregistré.",
        Safe(path),
        Safe(why)
    )
}

/// The decisions file means nothing.
pub fn decisions_meaningless(why: &str) -> String {
    format!(
        "Le fichier de décisions n’a pas de sens\u{202f}: {}. Corrigez-le\u{202f}; rien n’a été enregistré.",
        Safe(why)
    )
}

/// The rules stop the delivery.
pub fn stopped_by_rules() -> String {
    "Cette délivrance ne peut pas être enregistrée\u{202f}; rien ne l’a été. \
     Une alerte se lève avec --override ALERTE=RAISON, sauf si elle est bloquante\u{202f}:"
        .to_owned()
}

/// Somebody answered one of its lines since it was read.
pub const fn changed_meanwhile() -> &'static str {
    "Un autre poste a délivré sur cette ordonnance depuis sa lecture. Rien n’a été enregistré\u{202f}: relancez la commande."
}

/// Nothing was recorded on purpose.
pub fn dry_run(lines: usize) -> String {
    format!(
        "Essai seulement, rien n’a été enregistré. {} à enregistrer.\n",
        wording::counted(lines, "ligne", "lignes")
    )
}

/// Recorded, and the post failed on our side.
pub fn recorded_not_posted(chain: &str) -> String {
    format!(
        "La délivrance est enregistrée\u{202f}; son envoi n’a pas abouti et sera retenté (détail technique\u{202f}: {}).",
        Safe(chain)
    )
}

/// Recorded, and the base has not acknowledged it.
pub fn recorded_not_acknowledged(reason: DelayReason) -> String {
    format!(
        "Enregistrée ici, pas encore acceptée par la base. {} «\u{a0}comptoir outbox flush\u{a0}» renvoie ce qui attend.",
        wording::delay(reason)
    )
}

/// Recorded, and the base said no.
pub fn recorded_but_refused(refusal: &Refusal) -> String {
    format!(
        "La délivrance est inscrite à l’ordonnancier, mais la base ne l’a pas acceptée. {} \
         «\u{a0}comptoir outbox list\u{a0}» la garde visible.",
        wording::refusal(refusal)
    )
}
