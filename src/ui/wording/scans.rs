//! What a scan is, and what to scan instead.

use jiff::civil::Date;

use crate::app::identified::Bearing;
use crate::domain::scanned::{Scanned, ScannedBox};
use crate::safe::safe;
use crate::ui::wording::day;

/// What was scanned, in a sentence.
pub fn scanned(scanned: &Scanned) -> String {
    match scanned {
        Scanned::Prescription(number) => format!("Ordonnance numérique {}", number.grouped()),
        Scanned::Box(scanned) => scanned_box(scanned),
        Scanned::Ins(Some(_)) => "C’est l’identité du patient (INS), pas l’ordonnance.".into(),
        Scanned::Ins(None) => {
            "C’est un code d’identité de patient (INS), mais il ne contient pas de matricule valable.".into()
        }
        Scanned::ForeignPrescription => {
            "C’est une ordonnance d’un autre pays : la base française ne la connaît pas.".into()
        }
        Scanned::Url => "C’est une adresse internet, pas une ordonnance. Elle n’a pas été ouverte.".into(),
        Scanned::FileName => "C’est le nom d’un fichier, pas une ordonnance. Il n’a pas été ouvert.".into(),
        Scanned::InsuredPerson => {
            "C’est un numéro d’assuré (carte Vitale, attestation, feuille de soins), pas une ordonnance."
                .into()
        }
        Scanned::Professional => {
            "C’est le numéro d’un professionnel de santé (RPPS), imprimé en tête des ordonnances.".into()
        }
        Scanned::Ambiguous => {
            "Ce code est arrivé déformé par le clavier, et peut se rétablir de deux façons : aucune n’a été choisie."
                .into()
        }
        Scanned::Text => "Ce code est lisible, mais ce n’est pas celui d’une ordonnance numérique.".into(),
    }
}

fn scanned_box(scanned: &ScannedBox) -> String {
    let product = match &scanned.cip13 {
        Some(cip13) => format!("C’est une boîte de médicament (CIP {cip13})"),
        None => "C’est une boîte sans code français (CIP)".to_owned(),
    };
    let lot = scanned
        .lot
        .as_ref()
        .map(|lot| format!(", lot {}", safe(lot.as_str())))
        .unwrap_or_default();
    let expiry = scanned
        .expiry
        .map(|expiry: Date| format!(", à utiliser avant le {}", day(expiry)))
        .unwrap_or_default();
    format!("{product}{lot}{expiry}.")
}

/// What it means here, and what to do now.
pub const fn instead(scanned: &Scanned, bearing: Bearing) -> &'static str {
    match (scanned, bearing) {
        (_, Bearing::OtherPatient) => {
            "Attention : ce n’est PAS l’INS du patient de l’ordonnance ouverte. Vérifiez l’identité avant de délivrer."
        }
        (_, Bearing::NotComparable) => {
            "L’identité ne peut pas être comparée : l’ordonnance ou le code ne contient pas de matricule INS. Vérifiez le nom et la date de naissance."
        }
        (_, Bearing::Several) => {
            "Plusieurs codes ont été lus : choisissez l’ordonnance par son chiffre, ou scannez-la seule."
        }
        (Scanned::Prescription(_), _) => "Choisissez-la par son chiffre.",
        (Scanned::Box(_), Bearing::NotForIt) => {
            "Aucune ligne à délivrer ne correspond à cette boîte. Pour la donner à la place d’un produit prescrit, choisissez la ligne, puis s (substituer) ou a (ajuster)."
        }
        (Scanned::Box(_), Bearing::NothingOpen) => {
            "Scannez d’abord le QR code de l’ordonnance : la boîte cochera ensuite sa ligne."
        }
        (Scanned::Ins(_), _) => "Scannez l’autre code de la feuille : le QR code, en bas de l’ordonnance.",
        (Scanned::ForeignPrescription, _) => {
            "Délivrez-la d’après le papier, selon les règles des ordonnances étrangères."
        }
        (Scanned::FileName, _) => {
            "Un code ne fait ouvrir aucun fichier. Pour en lire un, déposez-le sur cette fenêtre, ou tapez son nom puis Entrée."
        }
        (Scanned::Ambiguous, _) => {
            "Relâchez la touche Verr. Maj. (verrouillage des majuscules), puis scannez de nouveau. Si cela recommence, réglez le lecteur : essai du lecteur, F9."
        }
        (Scanned::Url | Scanned::InsuredPerson | Scanned::Professional | Scanned::Text, _) => {
            "Scannez le QR code en bas de l’ordonnance, ou tapez le numéro imprimé dessous. Une ordonnance sans ce code n’est pas une ordonnance numérique."
        }
    }
}
