//! The words of the register's edition, on paper and as text.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::people::{Operator, Patient, Pharmacy, Prescriber, Sex};
use crate::domain::reasons::{AdjustmentReason, PartialReason, SubstitutionReason};
use crate::domain::register::{RegisterNumber, RegisteredDelivery};
use crate::safe::{Safe, safe};
use crate::ui::wording::{counted, day, people, reasons};

/// What it is.
pub const TITLE: &str = "Ordonnancier";

/// What it is edited for.
pub const SOURCE: &str = "Édition immédiate (CSP art. R. 5132-9 et R. 5132-10)";

/// Heads of its columns.
pub const COLUMNS: [&str; 8] = [
    "N°",
    "Date",
    "Patient",
    "Prescripteur",
    "Produit délivré",
    "Boîtes",
    "Lot, péremption",
    "Ordonnance, opérateur",
];

/// The period is empty.
pub const NOTHING: &str = "Aucune inscription n’a été enregistrée pendant cette période.";

/// "du 01/11/2026 au 22/11/2026".
pub fn period(first: Date, last: Date) -> String {
    if first == last {
        format!("du {}", day(first))
    } else {
        format!("du {} au {}", day(first), day(last))
    }
}

/// When it was made.
pub fn edited(at: Timestamp, zone: &TimeZone) -> String {
    format!(
        "Édité le {}",
        at.to_zoned(zone.clone()).strftime("%d/%m/%Y à %H:%M")
    )
}

/// How many entries it holds.
pub fn count(entries: usize) -> String {
    counted(entries, "inscription", "inscriptions")
}

/// "page 2 de 14".
pub fn page(place: usize, count: usize) -> String {
    format!("page {place} de {count}")
}

/// The second line of the pharmacy.
pub fn address(pharmacy: &Pharmacy) -> String {
    safe(&pharmacy.address)
}

/// The third line of the pharmacy.
pub fn finess(pharmacy: &Pharmacy) -> String {
    format!(
        "FINESS {} – tél. {}",
        pharmacy.finess.as_str(),
        Safe(&pharmacy.phone)
    )
}

/// Another pharmacy's entry in this register: it had another name or address then.
pub fn elsewhere(pharmacy: &Pharmacy) -> String {
    format!("à {}, {}", Safe(&pharmacy.name), Safe(&pharmacy.address))
}

/// "née le 05/03/1979".
pub fn born(patient: &Patient) -> Option<String> {
    let born = match patient.sex {
        Sex::Female => "née",
        Sex::Male => "né",
        Sex::Unknown => "né(e)",
    };
    patient.born.map(|date| format!("{born} le {}", day(date)))
}

/// "RPPS 10100000016".
pub fn rpps(prescriber: &Prescriber) -> String {
    let rpps = prescriber.rpps.as_ref().map(|rpps| rpps.as_str().to_owned());
    format!("RPPS {}", rpps.unwrap_or_else(|| "non communiqué".to_owned()))
}

/// What was ordered, when it is not what was handed over.
pub fn ordered(delivery: &RegisteredDelivery) -> Option<String> {
    (delivery.ordered != delivery.product).then(|| format!("Prescrit : {}", Safe(&delivery.ordered)))
}

/// What was not done as ordered, and why.
pub fn departure(delivery: &RegisteredDelivery) -> Option<String> {
    let code = delivery.reason.as_deref();
    let (what, why) = match delivery.outcome.as_str() {
        "substituted" => (
            "Substitué",
            code.and_then(SubstitutionReason::from_code)
                .map(reasons::substitution_reason),
        ),
        "adjusted" => (
            "Ajusté",
            code.and_then(AdjustmentReason::from_code)
                .map(reasons::adjustment_reason),
        ),
        // Only a reason tells a part from the whole.
        _ => (
            "En partie",
            Some(
                code.and_then(PartialReason::from_code)
                    .map(reasons::partial_reason)?,
            ),
        ),
    };
    let departed = match (why, code) {
        (Some(why), _) => format!("{what} : {why}"),
        // A code of another version of this program: said as it is.
        (None, Some(code)) => format!("{what} : {}", Safe(code)),
        (None, None) => what.to_owned(),
    };
    Some(match &delivery.agreement {
        Some(agreement) => format!("{departed}, {}", reasons::agreed(agreement)),
        None => departed,
    })
}

/// How a preparation was made, under its own number.
pub fn preparation(delivery: &RegisteredDelivery) -> Option<String> {
    let preparation = delivery.preparation.as_ref()?;
    Some(super::preparation::registered(preparation).join("\u{202f}; "))
}

/// The pharmacist's own words.
pub fn note(delivery: &RegisteredDelivery) -> Option<String> {
    let note = delivery.note.trim();
    (!note.is_empty()).then(|| format!("« {} »", Safe(note)))
}

/// "lot A12".
pub fn lot(delivery: &RegisteredDelivery) -> Option<String> {
    delivery
        .lot
        .as_ref()
        .map(|lot| format!("lot {}", Safe(lot.as_str())))
}

/// "exp. 30/06/2028".
pub fn expiry(delivery: &RegisteredDelivery) -> Option<String> {
    delivery.expiry.map(|date| format!("exp. {}", day(date)))
}

/// The serials of its boxes, may be empty.
pub fn serials(delivery: &RegisteredDelivery) -> String {
    let serials: Vec<String> = delivery.serials.iter().map(|one| safe(one.as_str())).collect();
    serials.join(", ")
}

/// "ligne 3".
pub fn line(delivery: &RegisteredDelivery) -> String {
    format!("ligne {}", delivery.line)
}

/// The entry is a correction.
pub fn corrects(of: RegisterNumber, reason: &str, operator: &Operator) -> String {
    format!(
        "Corrige l’inscription n° {of} : « {} » – {}",
        Safe(reason),
        people::operator(operator)
    )
}

/// What stands beside an entry that was corrected.
pub fn corrected_by(
    of: RegisterNumber,
    by: RegisterNumber,
    at: &str,
    reason: &str,
    operator: &Operator,
) -> String {
    format!(
        "Inscription n° {of} corrigée par la n° {by} du {at} : « {} » – {}",
        Safe(reason),
        people::operator(operator)
    )
}

/// The same once the correction's own content was erased.
pub fn corrected_by_erased(by: RegisterNumber, at: &str) -> String {
    format!(
        "Corrigée par l’inscription n° {by} du {at}, dont le contenu a été effacé au terme de sa conservation."
    )
}
