//! What could not be served: what it was, why, and what can be done now.

use std::path::Path;

use crate::app::message::{ConsultFailure, ReadFailure};
use crate::app::refused::Why;
use crate::domain::number::NotANumber;
use crate::domain::outbox::DelayReason;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::safe::safe;
use crate::ui::wording::{paper, posts};

/// A "no", in three parts.
pub struct Advice {
    /// What it was about.
    pub what: String,
    /// Why it is so.
    pub why: String,
    /// What can be done now.
    pub now: String,
}

/// Why the base refused.
pub fn refusal_reason(code: &RefusalCode) -> String {
    let text = match code {
        RefusalCode::UnknownPrescription => "Aucune ordonnance ne porte ce numéro dans la base.",
        RefusalCode::Purged => {
            "Cette ordonnance a existé, puis a été effacée de la base à la fin de sa durée de conservation."
        }
        RefusalCode::RoleForbidden => "La base ne permet pas cette opération à votre pharmacie.",
        RefusalCode::PrescriptionCancelled => "Le prescripteur a annulé cette ordonnance.",
        RefusalCode::PrescriptionExpired => "La durée de validité de cette ordonnance est dépassée.",
        RefusalCode::LineCancelled => "Le prescripteur a annulé cette ligne.",
        RefusalCode::QuantityExceeded => {
            "La quantité dépasse ce qui a été prescrit, compte tenu de ce qui est déjà délivré."
        }
        RefusalCode::HeldElsewhere => "Une autre pharmacie sert cette ordonnance en ce moment.",
        RefusalCode::StaleVersion => "L’ordonnance a changé dans la base depuis qu’elle a été lue.",
        RefusalCode::LineUnknown => "Cette ligne ne figure pas sur l’ordonnance, selon la base.",
        RefusalCode::TranscriptionDiffers => {
            "La base prescrit sur cette ligne un autre produit que celui transcrit du papier."
        }
        RefusalCode::PatientMismatch => "Le patient de la délivrance n’est pas celui de l’ordonnance.",
        RefusalCode::Malformed => "La base n’a pas compris la demande de ce logiciel.",
        RefusalCode::Other(code) => {
            return format!(
                "La base refuse, avec un code que ce logiciel ne connaît pas ({}).",
                safe(code)
            );
        }
    };
    text.to_owned()
}

/// What can be done about it.
pub const fn refusal_way_out(code: &RefusalCode) -> &'static str {
    match code {
        RefusalCode::UnknownPrescription => {
            "Vérifiez le numéro imprimé sous le QR code. S’il est exact, appelez le prescripteur : l’ordonnance n’a peut-être pas été enregistrée."
        }
        RefusalCode::Purged | RefusalCode::PrescriptionExpired => {
            "Rien ne peut être délivré sur ce numéro. Une nouvelle ordonnance est nécessaire."
        }
        RefusalCode::RoleForbidden => "Vérifiez la carte ou le compte avec lequel vous êtes connecté.",
        RefusalCode::PrescriptionCancelled | RefusalCode::LineCancelled => {
            "Appelez le prescripteur avant toute délivrance."
        }
        RefusalCode::QuantityExceeded => {
            "Relisez l’ordonnance (F5) : une autre délivrance a pu être enregistrée entre-temps."
        }
        RefusalCode::HeldElsewhere => "Appelez l’autre pharmacie, puis réessayez.",
        RefusalCode::StaleVersion => "Relisez l’ordonnance (F5) et vérifiez vos décisions.",
        RefusalCode::TranscriptionDiffers => {
            "Comparez le papier, son numéro et l’ordonnance de la base, puis réglez la délivrance (F2)."
        }
        RefusalCode::LineUnknown
        | RefusalCode::PatientMismatch
        | RefusalCode::Malformed
        | RefusalCode::Other(_) => {
            "Notez le numéro et prévenez l’assistance de votre logiciel. La délivrance faite au patient reste inscrite à l’ordonnancier."
        }
    }
}

/// A sentence as it goes on after a colon.
pub(super) fn uncapitalised(sentence: &str) -> String {
    let mut rest = sentence.chars();
    let first = rest.next().into_iter().flat_map(char::to_lowercase);
    first.chain(rest).collect()
}

/// A refusal in one sentence or two, the base's own words appended.
pub fn refusal(refusal: &Refusal) -> String {
    let reason = refusal_reason(&refusal.code);
    let reason = match refusal.line {
        Some(line) => format!("Ligne {line} : {}", uncapitalised(&reason)),
        None => reason,
    };
    let words = refusal.text.trim();
    if words.is_empty() {
        reason
    } else {
        format!("{reason} La base dit : « {} »", safe(words))
    }
}

/// The three parts of the refused screen.
pub fn advice(why: &Why) -> Advice {
    match why {
        Why::Refusal(number, no) => Advice {
            what: format!("Ordonnance {}", number.grouped()),
            why: refusal(no),
            now: refusal_way_out(&no.code).to_owned(),
        },
        Why::Failure(number, failure) => Advice {
            what: format!("Ordonnance {}", number.grouped()),
            why: consult_failure(*failure),
            now: consult_way_out(*failure).to_owned(),
        },
        Why::Unread(path, failure) => Advice {
            what: file(path),
            why: read_failure(*failure).to_owned(),
            now: read_way_out(*failure).to_owned(),
        },
        Why::NoCode(path) => Advice {
            what: file(path),
            why: NO_CODE.to_owned(),
            now: "Cadrez le QR code de près, bien à plat et sans reflet, puis recommencez ; ou tapez le numéro imprimé dessous. Une ordonnance sans QR code n’est pas une ordonnance numérique.".to_owned(),
        },
    }
}

/// A picture without any code.
pub const NO_CODE: &str = "L’image est lisible, mais aucun QR code n’y a été trouvé.";

/// Why a prescription could not be retrieved.
pub fn consult_failure(failure: ConsultFailure) -> String {
    match failure {
        ConsultFailure::Base(reason) => format!(
            "{} Cette ordonnance n’a jamais été consultée ici, il n’y en a donc pas de copie.",
            posts::delay(reason)
        ),
        ConsultFailure::NoPaper => paper::no_paper(),
        ConsultFailure::Store => "Le fichier de données de ce poste ne répond pas.".to_owned(),
    }
}

const fn consult_way_out(failure: ConsultFailure) -> &'static str {
    match failure {
        ConsultFailure::Base(DelayReason::LoginRefused) => {
            "Reconnectez-vous (carte CPS ou e-CPS), puis réessayez."
        }
        ConsultFailure::Base(_) => "Réessayez dans un instant (r).",
        ConsultFailure::NoPaper => {
            "Une ordonnance papier servie ici se rouvre depuis sa ligne de l’ordonnancier (F3, puis o)."
        }
        ConsultFailure::Store => {
            "Rien n’a été perdu. Vérifiez la place sur le disque, puis relancez comptoir."
        }
    }
}

fn file(path: &Path) -> String {
    format!("Fichier {}", safe(&path.display().to_string()))
}

/// Why a file could not be read.
pub const fn read_failure(failure: ReadFailure) -> &'static str {
    match failure {
        ReadFailure::NotFound => "Ce fichier n’existe pas, ou a été déplacé.",
        ReadFailure::NotAFile => "Ce n’est ni un fichier ni un dossier.",
        ReadFailure::NothingInFolder => {
            "Ce dossier ne contient aucun fichier à lire : ni ses sous-dossiers ni ses fichiers cachés ne sont lus."
        }
        ReadFailure::OutOfReach => "Le système n’a pas pu lire ce fichier.",
        ReadFailure::Empty => "Ce fichier est vide.",
        ReadFailure::NoCodeInFirstPages => {
            "Aucun code n’a été trouvé dans les 20 premières pages de ce fichier ; les suivantes n’ont pas été lues."
        }
        ReadFailure::NotAllowed => "Le système ne permet pas de lire ce fichier.",
        ReadFailure::UnknownFormat => "Ce fichier n’est ni une image ni un PDF que ce logiciel sache lire.",
        ReadFailure::UnknownVariant => {
            "Cette image est enregistrée d’une façon que ce logiciel ne sait pas lire."
        }
        ReadFailure::Damaged => "Ce fichier est endommagé ou incomplet : l’image est illisible.",
        ReadFailure::TooLarge => "Cette image est trop grande pour être lue sans risque.",
        ReadFailure::Locked => "Ce PDF est protégé par un mot de passe.",
        ReadFailure::GivenUp => {
            "La lecture de ce fichier demandait trop de temps ou de mémoire : elle a été abandonnée."
        }
    }
}

const fn read_way_out(failure: ReadFailure) -> &'static str {
    match failure {
        ReadFailure::NotFound => "Vérifiez le chemin : les majuscules et les accents comptent.",
        ReadFailure::NotAFile => {
            "Donnez une image ou un PDF de l’ordonnance, ou le dossier qui les contient."
        }
        ReadFailure::NothingInFolder => "Donnez les fichiers eux-mêmes, ou le sous-dossier qui les contient.",
        ReadFailure::OutOfReach => {
            "Vérifiez que le disque ou le dossier partagé est toujours là, puis recommencez."
        }
        ReadFailure::Empty => {
            "Sa copie n’est peut-être pas terminée : recommencez dans un instant, ou demandez un nouvel envoi."
        }
        ReadFailure::NoCodeInFirstPages => {
            "Enregistrez à part la page qui porte le QR code, ou tapez le numéro imprimé dessous."
        }
        ReadFailure::NotAllowed => "Copiez-le dans un dossier qui vous appartient, puis recommencez.",
        ReadFailure::UnknownFormat => "Les formats lus sont PNG, JPEG, WebP, TIFF, BMP, GIF et PDF.",
        ReadFailure::UnknownVariant => {
            "Enregistrez-la en PNG ou en PDF, ou tapez le numéro imprimé sous le QR code."
        }
        ReadFailure::Damaged | ReadFailure::GivenUp => {
            "Demandez un nouvel envoi, ou tapez le numéro imprimé sous le QR code."
        }
        ReadFailure::TooLarge => "Recadrez l’image autour du QR code, ou tapez le numéro imprimé dessous.",
        ReadFailure::Locked => {
            "Enregistrez-en une copie sans mot de passe, ou tapez le numéro imprimé sous le QR code."
        }
    }
}

/// Of a PDF whose codes were read, the last pages were not looked at.
pub fn pages_left(count: usize) -> String {
    match count {
        1 => "La dernière page de ce fichier n’a pas été lue : enregistrez-la à part si elle porte un code."
            .into(),
        _ => format!(
            "Les {count} dernières pages de ce fichier n’ont pas été lues : enregistrez à part celles qui portent un code."
        ),
    }
}

/// Why a typed text is not the number of a prescription.
pub fn not_a_number(why: &NotANumber) -> String {
    match why {
        NotANumber::Length(count) => {
            format!("Un numéro d’ordonnance a 18 caractères ; celui-ci en a {count}.")
        }
        NotANumber::Character(character) => format!(
            "« {} » n’a pas sa place dans un numéro d’ordonnance : seulement des chiffres et des lettres sans accent.",
            safe(&character.to_string())
        ),
        NotANumber::Shape => {
            "Un numéro d’ordonnance commence par deux chiffres et comporte des lettres.".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifiers::LineNumber;

    #[test]
    fn a_sentence_after_a_colon_begins_with_a_small_letter() {
        for line in [None, Some(LineNumber(1))] {
            let said = refusal(&Refusal {
                code: RefusalCode::QuantityExceeded,
                text: String::new(),
                line,
            });
            let after = said.split_once(": ").map_or(said.as_str(), |(_, after)| after);
            let first = after.chars().next().unwrap();
            assert_eq!(first.is_lowercase(), line.is_some(), "{said}");
        }
    }
}
