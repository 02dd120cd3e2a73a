//! The sentences of the command line: what happened, why, what to do now. One file per subject.

mod actors;
pub mod answers;
mod demonstration;
mod dispensing;
mod register;
pub mod usage;

pub use actors::*;
pub use demonstration::*;
pub use dispensing::*;
pub use register::*;

use crate::app::identified::Bearing;
use crate::app::refused::Why;
use crate::domain::breakdown::Breakdown;
use crate::domain::number::{NUMBER_LENGTH, NotANumber, PrescriptionNumber};
use crate::domain::outbox::DelayReason;
use crate::domain::refusal::Refusal;
use crate::domain::scanned::Scanned;
use crate::safe::Safe;
use crate::ui::wording;
use crate::ui::wording::refusals::uncapitalised;

/// Something of ours is broken.
pub fn broken(chain: &str) -> String {
    format!(
        "Quelque chose ne fonctionne pas sur ce poste\u{202f}; rien n’a été perdu. Détail technique\u{202f}: {}. \
         «\u{a0}comptoir doctor\u{a0}» vérifie l’installation.",
        Safe(chain)
    )
}

/// What the command did is done, and what it answers could not be written.
pub fn result_lost(why: Breakdown) -> String {
    format!(
        "Le résultat n’a pas pu être écrit sur la sortie\u{202f}: {}. Donnez-lui une autre sortie. \
         Une commande qui enregistre l’a fait\u{202f}: vérifiez avant de relancer une délivrance.",
        wording::breakdowns::why(why)
    )
}

/// The program stopped where it never should.
pub fn broke_off(place: &str) -> String {
    format!(
        "Le programme s’est interrompu ({}). Ce qui était inscrit l’est toujours\u{202f}: relancez-le et vérifiez la file d’envoi.",
        Safe(place)
    )
}

/// A typed number holds letters that people confuse with digits.
pub fn doubtful_number(typed: &str, perhaps: &PrescriptionNumber) -> String {
    format!(
        "Le numéro «\u{a0}{}\u{a0}» contient une lettre O, I ou L, que l’on confond avec 0 et 1. Rien n’a été deviné\u{202f}: \
         vérifiez l’ordonnance, puis relancez avec {perhaps} si c’est bien ce qui est imprimé.",
        Safe(typed)
    )
}

/// A typed text is not a number.
pub fn not_a_number(typed: &str, why: &NotANumber) -> String {
    let reason = match why {
        NotANumber::Length(found) => format!("il en a {found} au lieu de {NUMBER_LENGTH}"),
        NotANumber::Character(character) => {
            format!(
                "«\u{a0}{}\u{a0}» n’est ni un chiffre ni une lettre de A à Z",
                Safe(&character.to_string())
            )
        }
        NotANumber::Shape => "un numéro commence par deux chiffres et contient des lettres".to_owned(),
    };
    format!(
        "«\u{a0}{}\u{a0}» n’est pas un numéro d’ordonnance de {NUMBER_LENGTH} caractères\u{202f}: {reason}. \
         Recopiez le numéro imprimé à côté du code, ou donnez une image de l’ordonnance.",
        Safe(typed)
    )
}

/// A file that does not exist.
pub fn no_such_file(path: &str) -> String {
    format!(
        "Le fichier «\u{a0}{}\u{a0}» n’existe pas. Vérifiez son nom et son dossier.",
        Safe(path)
    )
}

/// Two prescriptions on one picture.
pub fn several_prescriptions(path: &str, numbers: &str) -> String {
    format!(
        "«\u{a0}{}\u{a0}» porte plusieurs ordonnances ({numbers}). Choisissez-en une et donnez son numéro.",
        Safe(path)
    )
}

/// Readable, and not a prescription.
pub fn no_prescription_in_file(path: &str, read: Option<&Scanned>) -> String {
    let (what, now) = match read {
        Some(scanned) => (
            format!(
                "le code lu n’est pas une ordonnance numérique mais {}",
                scanned_as(scanned)
            ),
            way_out(scanned),
        ),
        None => (
            "aucun code n’y a été trouvé".to_owned(),
            "Une ordonnance sans son QR code n’est pas une ordonnance numérique : présentez le code imprimé en bas de l’ordonnance, ou saisissez son numéro.",
        ),
    };
    format!("«\u{a0}{}\u{a0}»\u{202f}: {what}. {now}", Safe(path))
}

/// No "no" of the base stands open there.
pub const fn nothing_to_settle() -> &'static str {
    "Rien n’est à régler : la base n’a ni refusé ni contredit cette délivrance, ou elle est déjà réglée."
}

/// A choice needs words.
pub const fn settle_reason_missing() -> &'static str {
    "Un motif est nécessaire : --reason, en quelques mots. Il est gardé avec le choix."
}

/// Never recorded here.
pub const fn no_such_hand_over() -> &'static str {
    "Aucune délivrance de ce poste ne porte cet identifiant."
}

/// What a code is, in a few words.
pub fn scanned_as(scanned: &Scanned) -> &'static str {
    match scanned {
        Scanned::Prescription(_) => "une ordonnance numérique",
        Scanned::Prescriptions(_) => "un code avec les numéros de plusieurs ordonnances",
        Scanned::Box(_) => "une boîte de médicament",
        Scanned::Ins(_) => "l’identité du patient (INS)",
        Scanned::SignedStamp => "un 2D-Doc (attestation ou justificatif signé)",
        Scanned::Article => "un article du commerce (code-barres EAN)",
        Scanned::ForeignPrescription(_) => "une ordonnance d’un autre pays",
        Scanned::Url => "une adresse internet (elle n’a pas été ouverte)",
        Scanned::FileName => "le nom d’un fichier (il n’a pas été ouvert)",
        Scanned::InsuredPerson => "un numéro d’assuré (carte Vitale, attestation)",
        Scanned::Professional => "un numéro de professionnel de santé (RPPS)",
        Scanned::Ambiguous => "un code déformé par le clavier, qui peut se rétablir de deux façons",
        Scanned::Text => "un texte quelconque",
    }
}

/// A file cannot be written, and why.
pub fn not_written(path: &str, why: &str) -> String {
    format!(
        "«\u{a0}{}\u{a0}» ne peut pas être écrit\u{202f}: {}.",
        Safe(path),
        Safe(why)
    )
}

/// A file that gives no code: why, and what to do now.
pub fn unreadable_file(name: &str, why: &Why) -> String {
    let advice = wording::refusals::advice(why);
    format!(
        "«\u{a0}{}\u{a0}»\u{202f}: {} {}",
        Safe(name),
        uncapitalised(&advice.why),
        advice.now
    )
}

/// Of several files, none gave a code; each said why.
pub fn nothing_read(count: usize) -> String {
    format!("Aucun de ces {count} fichiers n’a donné de code.")
}

/// The file that comes by no name.
pub const fn standard_input() -> &'static str {
    "entrée standard"
}

/// What a code is, and what to scan instead, as the terminal says it; nothing for a prescription.
pub fn instead(scanned: &Scanned) -> Option<String> {
    let is_one = matches!(scanned, Scanned::Prescription(_));
    (!is_one).then(|| format!("  {} {}\n", wording::scans::scanned(scanned), way_out(scanned)))
}

/// What to do now, where there is neither a key nor a window.
const fn way_out(scanned: &Scanned) -> &'static str {
    match scanned {
        Scanned::Prescriptions(_) => "Donnez à la commande le numéro imprimé sur la feuille que vous servez.",
        Scanned::FileName => {
            "Un code ne fait ouvrir aucun fichier. Pour en lire un, donnez son nom à la commande."
        }
        scanned => wording::scans::instead(scanned, Bearing::NothingOpen),
    }
}

/// The last pages of a PDF whose codes were read.
pub fn pages_left(name: &str, count: usize) -> String {
    format!(
        "«\u{a0}{}\u{a0}»\u{202f}: {}",
        Safe(name),
        uncapitalised(&wording::refusals::pages_left(count))
    )
}

/// Ends the line of a code that only one engine could read, and only late.
pub const fn unconfirmed() -> &'static str {
    " (lu avec peine : à comparer au numéro imprimé)\n"
}

/// The base refuses to show it.
pub fn refused(number: &PrescriptionNumber, refusal: &Refusal) -> String {
    format!("Ordonnance {} — {}", number.grouped(), wording::refusal(refusal))
}

/// The base gave no usable answer, and nothing can be done without it.
pub fn base_failed(reason: DelayReason) -> String {
    let what = wording::delay(reason);
    let now = match reason {
        DelayReason::LoginRefused => "Reconnectez-vous (carte CPS ou e-CPS), puis relancez la commande.",
        _ => "Réessayez dans un instant.",
    };
    format!(
        "{what} Cette ordonnance n’a jamais été consultée sur ce poste, ou la demande ne peut se faire sans la base\u{202f}: \
         rien n’a été enregistré. {now}"
    )
}

/// A stored copy is shown instead of the base's answer.
pub fn from_store(received: &str, why: DelayReason) -> String {
    format!(
        "Copie conservée ici, reçue {received}. {} Une autre pharmacie a pu délivrer depuis.",
        wording::delay(why)
    )
}

/// The outbox could not be emptied.
pub fn flush_stopped(reason: DelayReason) -> String {
    format!(
        "{} Rien n’est perdu\u{202f}: l’envoi sera retenté.",
        wording::delay(reason)
    )
}

/// Usage figures.
pub fn report(registered: u32, waiting: usize) -> String {
    format!(
        "Inscriptions à l’ordonnancier\u{202f}: {registered}. Délivrances que la base n’a pas encore acceptées\u{202f}: {waiting}."
    )
}
