//! A prescription transcribed from paper: what it is called, and why one is not taken.

use jiff::civil::Date;

use crate::app::paper::{Field, FormLine, LineField, PaperForm, Remark};
use crate::domain::number::PrescriptionNumber;
use crate::domain::paper::NotTaken;
use crate::domain::reasons::PaperReason;
use crate::domain::substitution::NonSubstitutable;
use crate::safe::{Safe, safe};
use crate::ui::wording::dates::age;
use crate::ui::wording::{day, people};

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
    format!(
        "L’ordonnance papier n’est pas reprise\u{202f}: {}. Rien n’a été enregistré.",
        reason_not_taken(why)
    )
}

/// The same, to stand in a sentence.
pub fn reason_not_taken(why: NotTaken) -> String {
    match why {
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
    }
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

// The form.

/// Title.
pub const TITLE: &str = "Ordonnance papier · mode dégradé";
/// What is transcribed.
pub const UNDER_TITLE: &str = "recopiez le papier, gardez-le";
/// Title.
pub const PATIENT: &str = "Patient";
/// Title.
pub const PRESCRIBER: &str = "Prescripteur";
/// Title.
pub const LINES: &str = "Lignes";
/// The base is asked whether it describes it after all.
pub const ASKED: &str = "Vérification auprès de la base… (Échap\u{202f}: revenir à la saisie)";

/// The name of a field.
pub fn label(field: Field) -> String {
    let label = match field {
        Field::Reason => "Motif",
        Field::Number => "Numéro",
        Field::WrittenOn => "Écrite le",
        Field::Secured => "Papier sécurisé",
        Field::Family | Field::Prescriber => "Nom",
        Field::Given => "Prénom",
        Field::Born => "Né(e) le",
        Field::Sex => "Sexe",
        Field::Ins => "INS",
        Field::Rpps => "RPPS",
        Field::Phone => "Téléphone",
        Field::Line(place, LineField::Product) => return format!("{}. Produit", place + 1),
        Field::Line(_, LineField::Dosage) => "   Posologie",
        Field::Line(_, LineField::Boxes) => "   Boîtes",
        Field::Line(_, LineField::Repeats) => "   Renouvelable",
        Field::Line(_, LineField::Days) => "   Durée (jours)",
        Field::Line(_, LineField::Substitution) => "   Substitution",
    };
    label.to_owned()
}

/// What a choice is on; `None` for a text.
pub fn choice(form: &PaperForm, field: Field) -> Option<String> {
    Some(match field {
        Field::Reason => reason(form.reason).to_owned(),
        Field::Secured if form.is_secured => "oui".to_owned(),
        Field::Secured => "non".to_owned(),
        Field::Sex => people::sex(form.sex).to_owned(),
        Field::Line(place, LineField::Substitution) => {
            permission(form.lines.get(place)?.not_substitutable.as_ref()).to_owned()
        }
        _ => return None,
    })
}

const fn permission(why: Option<&NonSubstitutable>) -> &'static str {
    match why {
        None => "permise",
        Some(NonSubstitutable::NarrowMargin) => "interdite\u{202f}: MTE",
        Some(NonSubstitutable::ChildForm) => "interdite\u{202f}: EFG",
        Some(NonSubstitutable::Excipient) => "interdite\u{202f}: CIF",
        Some(NonSubstitutable::Unstated(_)) => "interdite, sans motif écrit",
    }
}

/// How a choice is turned.
pub const fn choices_hint(field: Field) -> &'static str {
    match field {
        Field::Sex => "f, m, ou ← →",
        Field::Secured => "o, n, ou ← →",
        _ => "← → pour changer",
    }
}

/// What a field means while nothing is typed in it.
pub fn unsaid(form: &PaperForm, field: Field, today: Date) -> String {
    match field {
        Field::Number => "scannez le QR code, ou tapez les 18 caractères".to_owned(),
        Field::WrittenOn => format!("aujourd’hui, {}", day(today)),
        Field::Ins => "scannez le DataMatrix INS de la feuille".to_owned(),
        Field::Rpps => "scannez le code-barres, ou tapez 11 chiffres".to_owned(),
        Field::Line(place, LineField::Product)
            if form.lines.get(place).is_some_and(FormLine::is_code_alone) =>
        {
            line_name(&form.lines[place])
        }
        Field::Line(0, LineField::Product) => "scannez une boîte, ou tapez le nom".to_owned(),
        Field::Line(_, LineField::Product) if form.at == field => {
            "autre produit, ou Entrée\u{202f}: servir l’ordonnance".to_owned()
        }
        Field::Line(_, LineField::Product) => "autre produit".to_owned(),
        Field::Line(_, LineField::Boxes) => "1".to_owned(),
        Field::Line(_, LineField::Repeats) => "non".to_owned(),
        _ => String::new(),
    }
}

/// The day somebody was born, and the age it makes.
pub fn born(born: Date, today: Date) -> String {
    match age(born, today) {
        Some(age) => format!("{} ({age})", day(born)),
        None => day(born),
    }
}

/// The product of a line.
pub fn line_name(line: &FormLine) -> String {
    match (line.words.as_str(), line.code.code()) {
        ("", code) => format!("CIP {}", safe(code)),
        (words, _) => safe(words),
    }
}

/// A line in one row.
pub fn line_summary(line: &FormLine) -> String {
    let name = line_name(line);
    let count = match line.boxes.as_str().trim() {
        "" => "1".to_owned(),
        count => safe(count),
    };
    let dosage = safe(line.dosage.as_str());
    format!("{name} × {count} · {dosage}")
}

/// The words as they are, instead of a product found.
pub fn as_typed(words: &str) -> String {
    format!("« {} », tel quel (hors de la base des médicaments)", safe(words))
}

/// What is wrong in a field, and what to do.
pub fn remark(remark: Remark) -> String {
    match remark {
        Remark::Missing => "à remplir (CSP art. R. 5132-3)".to_owned(),
        Remark::NotADay => "cette date n’existe pas. Exemples\u{202f}: 20/11, 201126, 20/11/2026".to_owned(),
        Remark::WhichCentury => "de quel siècle\u{202f}? Écrivez l’année en entier".to_owned(),
        Remark::NotAnIns => "15 chiffres dont la clé est juste, relisez chacun".to_owned(),
        Remark::NotAnRpps => "11 chiffres, relisez chacun".to_owned(),
        Remark::NotANumber => "18 caractères, deux chiffres d’abord\u{202f}; videz le champ (Suppr) s’il est illisible".to_owned(),
        Remark::DoubtfulNumber => "il porte un O, un I ou un L\u{202f}: tapez 0 ou 1".to_owned(),
        Remark::UnknownNumber => "la base répond et ne connaît pas ce numéro. Relisez-le\u{202f}; s’il est exact, choisissez le motif «\u{a0}papier seulement\u{a0}»".to_owned(),
        Remark::NotACount => "un nombre de 0 à 999".to_owned(),
        Remark::UnknownCode => "la base des médicaments ne connaît pas ce code\u{202f}: tapez le nom du produit".to_owned(),
        Remark::NotTaken(why) => not_taken_here(why),
    }
}

/// Why it is not taken, beside its field.
fn not_taken_here(why: NotTaken) -> String {
    match why {
        NotTaken::NumberAllTheSame => {
            "un numéro ne va qu’avec le motif «\u{a0}base injoignable\u{a0}»".to_owned()
        }
        NotTaken::NotSecured(line) => format!(
            "le produit de la ligne {line} exige une ordonnance sécurisée (CSP art. R. 5132-5)\u{202f}: répondez oui si le papier en est une, sinon appelez le prescripteur"
        ),
        other => reason_not_taken(other),
    }
}

// Elsewhere on the screen.

/// On the sheet of one that has no number.
pub const STAYS_HERE: &str = "hors base\u{202f}: rien à transmettre, rien à prendre en charge";

/// On the sheet of one that bears a number.
pub fn transcribed(why: &str) -> String {
    format!("transcrite du papier ({why})\u{202f}: une délivrance faite ailleurs n’y est pas")
}

/// Title of the review of one that has no number.
pub const REVIEW: &str = "Sera inscrit à l’ordonnancier, hors base";

/// No paper is kept under that reference of our own.
pub fn no_paper() -> String {
    "Aucune ordonnance papier n’est gardée ici sous cette référence. Relisez-la à l’ordonnancier, ou reprenez le papier.".to_owned()
}

/// What F4 offers where something could not be served.
pub const INSTEAD: &str = "Sans attendre\u{202f}: F4, servir d’après l’ordonnance papier (mode dégradé).";
