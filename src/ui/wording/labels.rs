//! Titles, labels and short texts of the screens.

mod serving;

pub use serving::*;

use crate::app::Screen;
use crate::app::keys::Context;
use crate::domain::number::PrescriptionNumber;
use crate::ui::wording::keys::command;
use crate::ui::wording::{counted, doctor};

// The bar.

/// The program.
pub const NAME: &str = "comptoir";
/// The watermark of a training session.
pub const TRAINING: &str = "FORMATION";
/// Nothing was asked yet.
pub const BASE_NOT_ASKED_SHORT: &str = "· base";
/// It answers.
pub const BASE_ANSWERING_SHORT: &str = "✓ base";

/// It does not.
pub fn base_failing_short(why: &str) -> String {
    format!("✗ {why}")
}

/// Our clock is not the base's.
pub const CLOCK_WRONG_SHORT: &str = " · ! horloge";

/// By how much, what it does, and what to do.
pub fn clock_wrong(ahead_seconds: i64) -> String {
    format!(
        "{} Les heures inscrites à l’ordonnancier seraient fausses\u{202f}: mettez ce poste à l’heure.",
        doctor::clock(ahead_seconds)
    )
}

/// How many hand-overs wait to be posted, and how many a person must settle; nothing when there are none.
pub fn waiting_short(to_post: usize, to_settle: usize) -> String {
    let counts = [(to_post, "à envoyer"), (to_settle, "à régler")];
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!(" · {count} {what}"))
        .collect();
    said.concat()
}

/// A window in which nothing fits.
pub fn too_small(needed: (u16, u16), found: (u16, u16)) -> String {
    format!(
        "Agrandissez la fenêtre : il faut {} colonnes sur {} lignes, elle en a {} sur {}.",
        needed.0, needed.1, found.0, found.1
    )
}

// The counter.

/// What to do.
pub const SCAN_NOW: &str = "Scannez le QR code d’une ordonnance.";
/// What else can be done.
pub const OR_TYPE: &str = "Ou tapez son numéro, ou le chemin d’une image ou d’un PDF :";
/// What a training session is.
pub const TRAINING_SESSION: &str = "Formation : patients fictifs, aucune délivrance réelle.";
/// Who.
pub const OPERATOR: &str = "Opérateur";
/// The base.
pub const BASE: &str = "Base";
/// Where the sample sheets are.
pub const SHEETS: &str = "Feuilles d’exemple";
/// The watched folder.
pub const INBOX: &str = "Dossier surveillé";
/// Where a camera's frames arrive.
pub const FRAMES: &str = "Images de la caméra";
/// Nothing was asked yet.
pub const BASE_NOT_ASKED: &str = "· pas encore interrogée";

/// It answers, since.
pub fn base_answering(since: &str) -> String {
    format!("✓ répond {since}")
}

/// It does not, why and since.
pub fn base_failing(why: &str, since: &str) -> String {
    format!("✗ {why} {since}")
}

/// Title of what is not acknowledged.
pub fn not_acknowledged(count: usize) -> String {
    match count {
        0 => "Non acquittées par la base".to_owned(),
        count => format!("Non acquittées par la base : {count}"),
    }
}

/// How many stand above those that are drawn.
pub fn more_before(count: usize) -> String {
    format!("… {} au-dessus", counted(count, "autre", "autres"))
}

/// How many stand below those that are drawn.
pub fn more_after(count: usize) -> String {
    format!("… {} au-dessous", counted(count, "autre", "autres"))
}

/// How many more there are than are listed at the counter.
pub fn more_in_outbox(count: usize) -> String {
    format!("… et {} (F2)", counted(count, "autre", "autres"))
}

/// Title of what was served today.
pub fn served_today(count: usize) -> String {
    match count {
        0 => "Servies aujourd’hui".to_owned(),
        count => format!("Servies aujourd’hui : {count}"),
    }
}

/// Nothing waits, and that is known.
pub const NOTHING_WAITING: &str = "Rien en attente.";
/// Nothing was served yet.
pub const NOTHING_SERVED: &str = "Aucune délivrance pour l’instant.";
/// The list was asked for.
pub const LISTING: &str = "Lecture en cours…";
/// The list could not be read.
pub const LISTING_FAILED: &str = "La liste n’a pas pu être lue : impossible de dire si quelque chose attend.";

/// Why it waits, how often it was tried, when it is tried next; `None` when that is now.
pub fn next_attempt(why: &str, attempts: u32, next: Option<&str>) -> String {
    let tried = match attempts {
        0 => String::new(),
        attempts => format!(
            " · {}",
            counted(usize::try_from(attempts).unwrap_or(usize::MAX), "essai", "essais")
        ),
    };
    let next = next.map_or_else(
        || "prochain essai imminent".to_owned(),
        |moment| format!("prochain essai {moment}"),
    );
    format!("{why}{tried} · {next}")
}

// Questions and refusals.

/// Title.
pub const NUMBER_DOUBT: &str = "Quel numéro ?";
/// One reading.
pub const WITH_DIGITS: &str = "avec des chiffres 0 et 1";
/// The other.
pub const AS_TYPED: &str = "tel que tapé, avec des lettres O, I ou L";
/// Where the truth is.
pub const NUMBER_DOUBT_HINT: &str = "Regardez la feuille : le numéro est imprimé sous le QR code.";

/// How many readings there are.
pub fn number_doubt(readings: usize) -> String {
    if readings == 1 {
        "Un numéro commence par deux chiffres : vouliez-vous dire celui-ci ?".to_owned()
    } else {
        "La lettre O ressemble au chiffre 0, les lettres I et L au chiffre 1. Lequel est sur la feuille ?"
            .to_owned()
    }
}

/// Title.
pub const LEAVING: &str = "Travail non enregistré";
/// What happens.
pub const LEAVING_LOSES: &str =
    "Si vous quittez, ces décisions sont oubliées. Rien n’a été délivré ni envoyé.";
/// The same, of a correction.
pub const LEAVING_LOSES_CORRECTION: &str =
    "Si vous quittez, cette correction est oubliée. L’ordonnancier reste tel qu’il est, rien n’a été envoyé.";
/// The same, of a paper.
pub const LEAVING_LOSES_PAPER: &str =
    "Si vous quittez, cette saisie est oubliée. Rien n’a été délivré ni enregistré.";
/// Where one goes.
pub const GOING_TO_PAPER: &str = "Vous avez demandé à servir une ordonnance papier.";
/// Where one goes.
pub const GOING_TO_COUNTER: &str = "Vous avez demandé à fermer cette ordonnance.";
/// Where one goes.
pub const GOING_OUTSIDE: &str = "Vous avez demandé à fermer comptoir.";

/// How much was decided.
pub fn decided_lines(count: usize) -> String {
    match count {
        0 => "La vérification est en cours, rien n’est enregistré.".to_owned(),
        count => format!(
            "{}, non enregistrée{}.",
            counted(count, "ligne décidée", "lignes décidées"),
            if count < 2 { "" } else { "s" }
        ),
    }
}

/// Where one goes.
pub fn going_to(number: &PrescriptionNumber) -> String {
    format!("Vous avez scanné une autre ordonnance : {}.", number.grouped())
}

/// Title.
pub const REFUSED: &str = "Impossible de servir cette demande";
/// What a failed request did.
pub const NOTHING_CHANGED: &str = "Rien n’a été modifié, ni ici ni à la base.";
/// Title.
pub const NOT_A_PRESCRIPTION: &str = "Ce n’est pas une ordonnance numérique";
/// Title.
pub const SEVERAL_CODES: &str = "Plusieurs codes lus ensemble";
/// Title.
pub const SEVERAL_IN_ONE: &str = "Plusieurs ordonnances dans un seul code";
/// Title.
pub const DAMAGED_CODE: &str = "Code déformé par le clavier";
/// Title.
pub const OTHER_PATIENT: &str = "AUTRE PATIENT";

/// The text of a code.
pub fn raw_text(text: &str) -> String {
    format!("texte lu : {text}")
}

// Consulting.

/// What happens.
pub const CONSULTING: &str = "Lecture de l’ordonnance à la base…";
/// What can be done.
pub const CONSULTING_HINT: &str = "Vous pouvez abandonner, ou scanner une autre ordonnance.";
/// The base is slow.
pub const CONSULTING_SLOW: &str = "La base tarde à répondre. Vous pouvez attendre, abandonner, ou scanner une autre ordonnance ; une ordonnance déjà consultée ici s’ouvrira sans elle.";

// Help.

/// Title.
pub fn keys_of(screen: &str) -> String {
    format!("Touches · {screen}")
}

/// Title.
pub const HELP_WORDS: &str = "En bref";
/// Title.
pub const SIGNS: &str = "Signes";
/// A few words.
pub const HELP: &[&str] = &[
    "Un scan marche depuis tous les écrans : une ordonnance s’ouvre, une boîte coche sa ligne, l’INS du patient est comparé.",
    "Ordonnance conforme : Entrée pour vérifier, Entrée pour enregistrer. Seules les exceptions demandent d’autres touches.",
    "La délivrance est d’abord inscrite ici, puis envoyée. Si la base ne répond pas, l’envoi est retenté tout seul.",
    "F2 dit à tout moment ce que la base n’a pas acquitté, et pourquoi.",
    "Échap revient d’un pas sans perdre le travail en cours.",
    "Les touches 1 à 9 marchent aussi sans Majuscule sur un clavier français.",
];
/// What each sign means.
pub const SIGNS_MEANINGS: &[(&str, &str)] = &[
    ("✓", "fait, accepté, conforme"),
    ("…", "en attente"),
    ("→", "en route"),
    ("⇄", "substitué"),
    ("±", "ajusté avec l’accord du prescripteur"),
    ("!", "à vérifier, peut être passé avec un motif"),
    ("✗", "bloqué, refusé ou non délivré"),
];

/// What Enter does on this very screen.
pub fn confirm(screen: &Screen) -> &'static str {
    match screen {
        Screen::Prescription(serving) => {
            let open = serving.prescription.lines.iter().filter(|line| line.is_open());
            let undecided = open.clone().filter(|line| serving.form(line.number).is_none());
            match (open.count(), undecided.count()) {
                (0, _) => "rien à délivrer",
                (_, 0) => "vérifier",
                (open, undecided) if open == undecided => {
                    command(Context::Prescription, crate::app::keys::Command::Confirm)
                }
                _ => "le reste conforme",
            }
        }
        Screen::Review(review) if review.reason.is_none() => {
            if review.is_blocked() {
                "bloqué (✗)"
            } else if review.next_warning().is_some() {
                "passer une alerte"
            } else if review.stays_here() {
                "ENREGISTRER"
            } else {
                "ENREGISTRER ET ENVOYER"
            }
        }
        Screen::Paper(form) if form.is_choosing() => "choisir",
        Screen::Paper(form) if form.is_whole() => "SERVIR",
        Screen::Settling(settling) if settling.chosen.is_some() => "ENREGISTRER CE CHOIX",
        other => command(other.context(), crate::app::keys::Command::Confirm),
    }
}
