//! What a scan is, and what to scan instead.

use jiff::civil::Date;

use crate::app::identified::Bearing;
use crate::domain::number::PrescriptionNumber;
use crate::domain::scanned::{Country, Scanned, ScannedBox};
use crate::safe::safe;
use crate::ui::wording::day;

/// What was scanned, in a sentence.
pub fn scanned(scanned: &Scanned) -> String {
    match scanned {
        Scanned::Prescription(number) => prescription(number),
        Scanned::Prescriptions(numbers) => {
            format!("Ce code porte les numéros de {} ordonnances.", numbers.len())
        }
        Scanned::Box(scanned) => scanned_box(scanned),
        Scanned::Ins(Some(_)) => "C’est l’identité du patient (INS), pas l’ordonnance.".into(),
        Scanned::Ins(None) => {
            "C’est un code d’identité de patient (INS), mais il ne contient pas de matricule valable.".into()
        }
        Scanned::ForeignPrescription(country) => foreign(*country).into(),
        Scanned::SignedStamp => {
            "C’est un 2D-Doc, le cachet signé d’une attestation ou d’un justificatif, pas une ordonnance."
                .into()
        }
        Scanned::Article => {
            "C’est un article du commerce (code-barres EAN), sans code de médicament ni de dispositif français."
                .into()
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
            "Ce code est arrivé déformé par le clavier, et peut se rétablir de deux façons : aucune n’a été choisie."
                .into()
        }
        Scanned::Text => "Ce code est lisible, mais ce n’est pas celui d’une ordonnance numérique.".into(),
    }
}

/// A prescription, to be chosen or said.
pub fn prescription(number: &PrescriptionNumber) -> String {
    format!("Ordonnance numérique {}", number.grouped())
}

const fn foreign(country: Country) -> &'static str {
    match country {
        Country::Germany => {
            "C’est le code d’accès d’une ordonnance allemande (E-Rezept) : la base française ne la connaît pas."
        }
        Country::Switzerland => {
            "C’est le code d’une ordonnance suisse (CHMED) : la base française ne la connaît pas."
        }
        Country::UnitedKingdom => {
            "C’est le numéro d’une ordonnance anglaise (EPS) : la base française ne la connaît pas."
        }
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

/// Said of a page with more prescriptions than there are digits to choose them by.
pub const BEYOND_THE_KEYS: &str = "Les neuf premières se choisissent par leur chiffre. Pour une autre, scannez son code seul ou tapez son numéro.";

/// What it means here, and what to do now.
pub const fn instead(scanned: &Scanned, bearing: Bearing) -> &'static str {
    match (scanned, bearing) {
        (_, Bearing::OtherPatient) => {
            "Attention : ce n’est PAS l’INS du patient de l’ordonnance ouverte. Vérifiez l’identité avant de délivrer."
        }
        (_, Bearing::NotComparable) => {
            "L’identité ne peut pas être comparée : l’ordonnance ou le code ne contient pas de matricule INS. Vérifiez le nom et la date de naissance."
        }
        (Scanned::Prescriptions(_), Bearing::Several) => {
            "Choisissez par son chiffre celle que vous servez : son numéro est imprimé sur sa feuille."
        }
        (_, Bearing::Several) => {
            "Plusieurs codes ont été lus : choisissez l’ordonnance par son chiffre, ou scannez-la seule."
        }
        (Scanned::Prescription(_) | Scanned::Prescriptions(_), _) => "Choisissez-la par son chiffre.",
        (Scanned::Box(_), Bearing::NotForIt) => {
            "Aucune ligne à délivrer ne correspond à cette boîte. Pour la donner à la place d’un produit prescrit, choisissez la ligne, puis s (substituer) ou a (ajuster)."
        }
        (Scanned::Box(read), Bearing::NothingOpen) if read.cip13.is_none() => {
            "Scannez d’abord le QR code de l’ordonnance. Sans code français, cette boîte ne cochera aucune ligne : elle se choisit à la main."
        }
        (Scanned::Box(_), Bearing::NothingOpen) => {
            "Scannez d’abord le QR code de l’ordonnance : la boîte cochera ensuite sa ligne."
        }
        (Scanned::Ins(_), _) => "Scannez l’autre code de la feuille : le QR code, en bas de l’ordonnance.",
        // Directive 2012/52/UE, annex: a prescription of another Member State bears its prescriber's signature.
        (Scanned::ForeignPrescription(Country::Germany), _) => {
            "La feuille qui porte ce code n’est pas signée : seule, elle ne vaut pas ordonnance ici (directive 2012/52/UE). Demandez l’ordonnance papier signée du prescripteur."
        }
        (Scanned::ForeignPrescription(Country::Switzerland | Country::UnitedKingdom), _) => {
            "Ce code ne peut pas être vérifié ici, et l’ordonnance vient d’un pays hors de l’Union européenne. Demandez l’ordonnance papier signée du prescripteur, et vérifiez qu’elle peut être délivrée en France."
        }
        (Scanned::Article, Bearing::NotForIt) => {
            "Sur une boîte de médicament, scannez le code carré (DataMatrix), ou le code-barres qui commence par 34009."
        }
        (Scanned::FileName, _) => {
            "Un code ne fait ouvrir aucun fichier. Pour en lire un, déposez-le sur cette fenêtre, ou tapez son nom puis Entrée."
        }
        (Scanned::Ambiguous, _) => {
            "Relâchez la touche Verr. Maj. (verrouillage des majuscules), puis scannez de nouveau. Si cela recommence, réglez le lecteur : essai du lecteur, F9."
        }
        (Scanned::SignedStamp, _) => {
            "Scannez le QR code en bas de l’ordonnance, ou tapez le numéro imprimé dessous."
        }
        (
            Scanned::Article | Scanned::Url | Scanned::InsuredPerson | Scanned::Professional | Scanned::Text,
            _,
        ) => {
            "Scannez le QR code en bas de l’ordonnance, ou tapez le numéro imprimé dessous. Une ordonnance sans ce code n’est pas une ordonnance numérique."
        }
    }
}
