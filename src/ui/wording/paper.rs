//! A prescription transcribed from paper: what it is called, and why one is not taken.

use crate::domain::number::PrescriptionNumber;
use crate::domain::paper::NotTaken;
use crate::domain::reasons::PaperReason;
use crate::safe::Safe;

/// Why it was transcribed.
pub const fn reason(reason: PaperReason) -> &'static str {
    match reason {
        PaperReason::BaseUnreachable => "base injoignable",
        PaperReason::PaperOnly => "prescription sur papier seulement",
        PaperReason::NumberUnreadable => "numéro illisible",
    }
}

/// The mark of the register: "Mode dégradé : base injoignable".
pub fn mark(why: PaperReason) -> String {
    format!("Mode dégradé\u{202f}: {}", reason(why))
}

/// The file cannot be opened.
pub fn unreadable(path: &str, why: &str) -> String {
    format!(
        "Le fichier de l’ordonnance papier «\u{a0}{}\u{a0}» ne peut pas être lu\u{202f}: {}. Rien n’a été enregistré.",
        Safe(path),
        Safe(why)
    )
}

/// The file means nothing.
pub fn meaningless(why: &str) -> String {
    format!(
        "Le fichier de l’ordonnance papier n’a pas de sens\u{202f}: {}. Corrigez-le\u{202f}; rien n’a été enregistré.",
        Safe(why)
    )
}

/// It is not the JSON that the README describes.
pub fn not_the_file(line: usize, column: usize) -> String {
    format!(
        "ligne {line}, caractère {column}, une clé manque, est de trop ou n’a pas la forme attendue (voir README.md)"
    )
}

/// A code that does not exist.
pub fn one_of(key: &str, known: &[&str]) -> String {
    format!("«\u{a0}{key}\u{a0}» est l’un de {}", known.join(", "))
}

/// An identifier that is not one.
pub fn not_an_identifier(key: &str) -> String {
    format!("«\u{a0}{key}\u{a0}» n’est pas un identifiant valable, relisez chaque caractère")
}

/// Two codes on one line.
pub const fn two_codes() -> &'static str {
    "une ligne porte «\u{a0}cip13\u{a0}» ou «\u{a0}lpp\u{a0}», pas les deux"
}

/// A number with letters that look like digits.
pub fn doubtful(perhaps: &PrescriptionNumber) -> String {
    format!(
        "«\u{a0}number\u{a0}» porte un O, un I ou un L, qui se confondent avec 0 et 1. Est-ce {}",
        perhaps.grouped()
    )
}

/// Why a transcription is not taken, and what to do.
pub fn not_taken(why: NotTaken) -> String {
    let why = match why {
        NotTaken::PatientName => "il manque le nom ou le prénom du patient".to_owned(),
        NotTaken::BornLater => "le patient serait né après la prescription".to_owned(),
        NotTaken::PrescriberName => "il manque le nom du prescripteur".to_owned(),
        NotTaken::WrittenLater => "elle serait écrite après aujourd’hui".to_owned(),
        NotTaken::NoLine => "elle n’a aucune ligne".to_owned(),
        NotTaken::TooManyLines => "elle a trop de lignes".to_owned(),
        NotTaken::Product(line) => format!("la ligne {line} ne dit pas quel produit est prescrit"),
        NotTaken::Dosage(line) => format!("il manque la posologie de la ligne {line}"),
        NotTaken::Boxes(line) => format!("la ligne {line} ne prescrit aucune boîte"),
        NotTaken::NumberAllTheSame => {
            "elle porte un numéro, qui ne se donne qu’avec la raison base-unreachable".to_owned()
        }
        NotTaken::NotSecured(line) => format!(
            "le produit de la ligne {line} exige une ordonnance sécurisée (CSP art. R. 5132-5)\u{202f}; \
             si le papier en est une, mettez «\u{a0}secured\u{a0}» à true"
        ),
    };
    format!("L’ordonnance papier n’est pas reprise\u{202f}: {why}. Rien n’a été enregistré.")
}

/// The base or this counter describes it.
pub fn known(number: &PrescriptionNumber) -> String {
    format!(
        "L’ordonnance {} est connue ici\u{202f}: servez-la par son numéro, sans --paper. Rien n’a été enregistré.",
        number.grouped()
    )
}

/// The base answers, and does not know it.
pub fn unknown_to_the_base(number: &PrescriptionNumber) -> String {
    format!(
        "La base répond et ne connaît pas le numéro {}. Relisez-le\u{202f}; s’il est exact, retirez-le du fichier et donnez la raison \
         paper-only. Rien n’a été enregistré.",
        number.grouped()
    )
}
