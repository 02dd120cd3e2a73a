//! Those who play the prescriber and the patient, and the training base they act on.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::number::PrescriptionNumber;
use crate::safe::{Safe, safe};
use crate::ui::wording;
/// The training base is reachable from other machines.
pub const fn training_base_in_the_open() -> &'static str {
    "Attention\u{202f}: cette base de formation est joignable depuis d’autres postes, et donne accès à qui le demande. \
     N’y mettez aucun patient réel."
}

/// The training base listens.
pub fn training_base_listens(address: &str) -> String {
    format!(
        "Base de formation ouverte sur {address} — comptoir --base {address}\u{202f}; Ctrl+C pour l’arrêter."
    )
}

/// No scenario has this name.
pub fn no_such_scenario(name: &str, known: &str) -> String {
    format!(
        "Aucun scénario ne s’appelle «\u{a0}{}\u{a0}». Il y a\u{202f}: {known}.",
        Safe(name)
    )
}

/// Neither a file nor a scenario.
pub const fn prescribe_what() -> &'static str {
    "Que faut-il prescrire\u{202f}? Donnez --file F.json ou --scenario NOM."
}

/// The order's file cannot be opened.
pub fn order_unreadable(path: &str, why: &str) -> String {
    format!(
        "Le fichier «\u{a0}{}\u{a0}» ne peut pas être lu\u{202f}: {}. Rien n’a été prescrit.",
        Safe(path),
        Safe(why)
    )
}

/// The order means nothing.
pub fn order_meaningless(why: &str) -> String {
    format!(
        "Cette ordonnance n’a pas de sens\u{202f}: {}. Rien n’a été prescrit.",
        Safe(why)
    )
}

/// A prescription was written.
pub fn prescribed(number: &PrescriptionNumber, png: &str) -> String {
    format!(
        "Ordonnance {} écrite dans la base de formation. Feuille\u{202f}: {}",
        number.grouped(),
        Safe(png)
    )
}

/// A prescription was withdrawn.
pub fn cancelled(number: &PrescriptionNumber) -> String {
    format!("Ordonnance {} annulée par son prescripteur.", number.grouped())
}

/// Not an INS.
pub const fn not_an_ins() -> &'static str {
    "Ce n’est pas un matricule INS\u{202f}: 15 caractères, dont une clé de deux chiffres qui doit concorder."
}

/// The patient's choice was recorded.
pub fn patient_chose(number: &PrescriptionNumber, consent: &str) -> String {
    let choice = if consent == "agreed" {
        "accord"
    } else {
        "opposition"
    };
    format!(
        "Ordonnance {}\u{202f}: {choice} du patient, par le prescripteur ou la caisse (CSP art. R. 4072-1).",
        number.grouped()
    )
}

/// The prescription names no patient.
pub const fn anonymous_patient() -> &'static str {
    "Cette ordonnance ne nomme pas son patient\u{202f}: personne ne peut choisir pour lui."
}

/// Prescriber and patient can only be played against a base that answers.
pub const fn actor_without_base() -> &'static str {
    "La base ne répond pas\u{202f}: le prescripteur et le patient ne peuvent être joués qu’avec elle. Vérifiez son adresse (--base), puis réessayez."
}

/// What the prescriber sees.
pub fn prescriber_sees(number: &str, status: &str) -> String {
    let number = grouped(number);
    let status = match status {
        "open" => "à exécuter",
        "partial" => "partiellement exécutée",
        "done" => "exécutée",
        "cancelled" => "annulée",
        _ => "expirée",
    };
    format!("Le prescripteur voit l’ordonnance {number}\u{202f}: {status}.")
}

/// A prescription that was found, in a row.
pub fn found(number: &str, written_on: &str, lines: usize) -> String {
    let day = written_on
        .parse::<Date>()
        .map_or_else(|_| safe(written_on), wording::day);
    let lines = wording::counted(lines, "ligne", "lignes");
    format!("{}, écrite le {day}, {lines}", grouped(number))
}

/// A number as it is read aloud, or as the base wrote it when it is none.
fn grouped(number: &str) -> String {
    let parsed = number.parse::<PrescriptionNumber>();
    parsed.map_or_else(|_| safe(number), |number| number.grouped())
}

/// Where and when a delivery was made, as the base wrote it.
pub fn made_at(pharmacy: &str, at: Option<&str>, zone: &TimeZone) -> String {
    let pharmacy = safe(pharmacy);
    match at.map(|at| (at, at.parse::<Timestamp>())) {
        None => pharmacy,
        Some((_, Ok(instant))) => {
            let moment = instant.to_zoned(zone.clone());
            format!("{pharmacy}, le {}", moment.strftime("%d/%m/%Y à %H:%M"))
        }
        // A day without its hour, or what no clock says: shown as it came.
        Some((at, Err(_))) => format!("{pharmacy}, {}", safe(at)),
    }
}

/// Who agreed to an adjustment, when it was not the author, and what changed.
pub fn agreed(by: Option<&str>, changed: Option<&str>) -> String {
    let by = by.map(|name| format!(" (accord de {})", Safe(name)));
    let changed = changed.map(|words| format!(" «\u{a0}{}\u{a0}»", Safe(words)));
    by.unwrap_or_default() + &changed.unwrap_or_default()
}

/// The prescriber sees no delivery; why is not told to a prescriber.
pub const fn no_delivery_visible() -> &'static str {
    "    aucune délivrance visible"
}

/// An outcome, from its code.
pub fn outcome(code: &str) -> &'static str {
    match code {
        "conforming" => "conforme",
        "substituted" => "substitué",
        "adjusted" => "ajusté",
        _ => "non délivré",
    }
}

/// The lot given, after its product.
pub fn lot(lot: &str) -> String {
    format!(", lot {}", safe(lot))
}

/// A delivery that was reported by mistake.
pub fn annulled(state: &str) -> &'static str {
    match state {
        "rectified" => "délivrance rectifiée (remplacée)",
        _ => "délivrance annulée",
    }
}
