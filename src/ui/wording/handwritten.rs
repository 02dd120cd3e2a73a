//! A line written by hand on the paper of an electronic prescription.

use crate::app::paper::{LineField, Remark};
use crate::domain::outbox::OutboxEntry;
use crate::domain::paper::NotTaken;
use crate::domain::prescription::PrescriptionLine;
use crate::ui::wording::{paper, posts};

/// Title of the form.
pub const TITLE: &str = "Ligne inscrite à la main par le prescripteur";
/// The mark of such a line, wherever it is seen.
pub const MARK: &str = "inscrite à la main, hors ordonnance numérique";
/// What will become of it.
pub const WILL_STAY_HERE: &str =
    "Inscrite à la main, hors ordonnance numérique\u{202f}: s’enregistre ici, ne se transmet pas à la base.";
/// What became of it.
pub const STAYS_HERE: &str =
    "Inscrite à la main, hors ordonnance numérique\u{202f}: enregistrée ici, non transmise à la base.";
/// Where a hand-over of nothing else stands.
pub const ONLY: &str = "Rien à envoyer\u{202f}: la délivrance ne porte que sur ce qui est inscrit à la main, hors ordonnance numérique. Elle \
     est enregistrée ici, non transmise à la base, et le prescripteur ne la voit pas.";
/// The same before it is recorded.
pub const ONLY_NOW: &str = "inscrite à la main, hors ordonnance numérique\u{202f}: rien n’est envoyé à la base, le prescripteur ne verra pas \
     cette délivrance";
/// Title of the review of nothing else.
pub const REVIEW: &str = "Sera inscrit à l’ordonnancier, non transmis à la base";

/// What becomes of a line, or became of it.
pub fn stays_here(line: &PrescriptionLine) -> &'static str {
    if line.deliveries.is_empty() {
        WILL_STAY_HERE
    } else {
        STAYS_HERE
    }
}

/// The name of a field.
pub const fn label(field: LineField) -> &'static str {
    match field {
        LineField::Boxes => "Boîtes",
        LineField::Dosage => "Posologie",
        _ => "Produit",
    }
}

/// What a field means while nothing is typed in it.
pub const fn unsaid(field: LineField) -> &'static str {
    match field {
        LineField::Boxes => "1",
        LineField::Dosage => "comme elle est écrite",
        _ => "scannez la boîte, ou tapez le nom",
    }
}

/// What is wrong in a field, and what to do.
pub fn remark(remark: Remark) -> String {
    match remark {
        Remark::UnknownCode => {
            "code absent de la base des médicaments\u{202f}: tapez ce qui est imprimé sur la boîte".to_owned()
        }
        Remark::NotTaken(NotTaken::NotSecured(_)) => not_secured().to_owned(),
        other => paper::remark(other),
    }
}

/// Why one is not taken from a file.
pub fn not_taken(why: NotTaken) -> String {
    match why {
        NotTaken::NotSecured(_) => not_secured().to_owned(),
        other => paper::reason_not_taken(other),
    }
}

/// A paper has no electronic lines to be beside.
pub const TRANSCRIBED: &str =
    "l’ordonnance est transcrite du papier\u{202f}: toutes ses lignes vont dans le fichier de --paper";

/// The law asks for a support that handwriting on a printed copy is not.
pub const fn not_secured() -> &'static str {
    "ce produit exige une ordonnance sécurisée (CSP art. R. 5132-5)\u{202f}: une mention à la main sur l’ordonnance \
     imprimée n’en est pas une. Appelez le prescripteur"
}

/// Where a hand-over that the base is not told of stands, and why.
pub fn off_base(entry: &OutboxEntry) -> &'static str {
    if entry.hand_over.number.is_of_paper() {
        posts::OFF_BASE
    } else {
        ONLY
    }
}
