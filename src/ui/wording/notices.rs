//! The one line of news at the foot of the screen.

use std::path::Path;

use crate::app::desk::{FolderNews, Notice, Taken};
use crate::app::message::WatchedFolder;
use crate::domain::identifiers::LineNumber;
use crate::safe::safe;
use crate::ui::wording::findings::{self, non_substitutable};
use crate::ui::wording::refusals::{not_a_number, pages_left};
use crate::ui::wording::{breakdowns, camera, day, labels, posts, reader, reasons, settling};

use Tone::{Attention, Good, Plain};

/// How a piece of news is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// For information.
    Plain,
    /// Something is asked of the person.
    Attention,
}

/// « 1 et 3 ».
fn enumerated(lines: &[LineNumber]) -> String {
    let numbers: Vec<String> = lines.iter().map(ToString::to_string).collect();
    match numbers.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} et {last}", others.join(", ")),
        None => String::new(),
    }
}

/// A watched folder went or came back.
fn folder(news: &FolderNews) -> (Tone, String) {
    let shown = |folder: &Path| safe(&folder.display().to_string());
    match news {
        FolderNews::Lost(WatchedFolder::Inbox, folder) => (
            Attention,
            format!(
                "Ce qui est déposé dans le dossier surveillé n’est pas lu. Dossier cherché : {}",
                shown(folder)
            ),
        ),
        FolderNews::Lost(WatchedFolder::Frames, folder) => (
            Attention,
            format!(
                "Les images de la caméra n’arrivent pas ; les autres lecteurs fonctionnent. Dossier cherché : {}",
                shown(folder)
            ),
        ),
        FolderNews::Found(folder) => (
            Good,
            format!("Dossier retrouvé, et surveillé : {}.", shown(folder)),
        ),
    }
}

/// Boxes that were scanned before their prescription was there.
#[rustfmt::skip] // one row per sentence
fn boxes(count: usize, taken: Taken) -> (Tone, String) {
    match (taken, count) {
        (Taken::Later, 1) => (Plain, "1 boîte en attente : elle cochera sa ligne dès que l’ordonnance sera là.".into()),
        (Taken::Later, _) => (Plain, format!("{count} boîtes en attente : elles cocheront leurs lignes dès que l’ordonnance sera là.")),
        (Taken::Never, 1) => (Attention, "1 boîte scannée n’a pas été prise : scannez-la de nouveau quand l’ordonnance est ouverte.".into()),
        (Taken::Never, _) => (Attention, format!("{count} boîtes scannées n’ont pas été prises : scannez-les de nouveau quand l’ordonnance est ouverte.")),
    }
}

/// A piece of news in a sentence.
#[rustfmt::skip] // one row per notice, to be read as a table
pub fn notice(notice: &Notice) -> (Tone, String) {
    match notice {
        Notice::AlreadyOpen => (Plain, "Cette ordonnance est déjà à l’écran.".into()),
        Notice::AlreadyAsked => (Plain, "Cette ordonnance est déjà demandée à la base.".into()),
        Notice::RecordingNow => (Attention, "Un enregistrement est en cours : recommencez dans un instant.".into()),
        Notice::ScanRepaired(repair) => (Attention, reader::repaired(*repair).into()),
        Notice::ScanFailed(failure) => (Attention, reader::failed(*failure).into()),
        Notice::BoxesEarly(taken, count) => boxes(*count, *taken),
        Notice::ReaderLost(device) => (Attention, reader::lost(device)),
        Notice::Folder(news) => folder(news),
        Notice::PagesLeft(count) => (Attention, pages_left(*count)),
        Notice::ReadWithDifficulty => (Attention, "Code lu avec peine : comparez le numéro et le patient à ceux imprimés sur l’ordonnance.".to_owned()),
        Notice::CameraLost(device, why) => (Attention, camera::lost(device, why)),
        Notice::CameraFound(device) => (Good, camera::found(device)),
        Notice::ReaderFound(device) => (Good, format!("Le lecteur série {} est de nouveau là.", safe(&device.display().to_string()))),
        Notice::ReadingFile(path) => (Plain, format!("Lecture (Échap pour l’abandonner) : {}…", safe(&path.display().to_string()))),
        Notice::ReadingFiles(count) => (Plain, format!("Lecture de {count} fichiers (Échap pour l’abandonner)…")),
        Notice::ReadingGivenUp => (Plain, "Lecture abandonnée : rien n’a été ouvert.".into()),
        Notice::FilesWithoutCode { unread, count } => (Attention, format!("{unread} fichier{} sur {count} sans code lisible : l’essayer seul dira pourquoi.", if *unread < 2 { "" } else { "s" })),
        Notice::NotTyped(why) => (Attention, not_a_number(why)),
        Notice::NoPaperInstead => (Attention, "Ce refus vaut aussi pour le papier : il ne se délivre pas en mode dégradé.".into()),
        Notice::PaperNumberRead => (Good, "Numéro lu : la base sera interrogée avant de servir ce papier.".into()),
        Notice::PaperKnown => (Good, "Cette ordonnance est décrite par la base : c’est elle qui est ouverte, la saisie est abandonnée.".into()),
        Notice::PaperFailed => (Attention, "Ce poste n’a pas pu reprendre l’ordonnance : la saisie est gardée, recommencez (Entrée).".into()),
        Notice::PaperIsTranscribed => (Plain, "Ordonnance papier\u{202f}: toutes ses lignes sont recopiées, celles à la main comme les autres.".into()),
        Notice::Handwritten(line) => (Good, format!("Ligne {line} ajoutée, à délivrer\u{202f}: inscrite à la main, hors ordonnance numérique.")),
        Notice::BoxNamed(line) => (Good, format!("Ligne {line} servie avec cette boîte, marquée «\u{a0}code inconnu\u{a0}».")),
        Notice::NoPreparation => (Plain, "Cette ligne n’est pas une préparation magistrale\u{202f}: il n’y a pas de formule à inscrire.".into()),
        Notice::PaperNotAtBase => (Plain, "Ordonnance papier sans numéro : la base ne la connaît pas, il n’y a rien à relire.".into()),
        Notice::NothingOpen => (Attention, "Il ne reste rien à délivrer ici sur cette ordonnance.".into()),
        Notice::NoSuchLine => (Attention, "Aucune ligne ne porte ce numéro.".into()),
        Notice::LineClosed(line) => (Attention, format!("La ligne {line} ne peut pas être délivrée : voyez pourquoi à côté d’elle.")),
        Notice::BoxTicked(line) => (Good, format!("Boîte reconnue : ligne {line} décidée.")),
        Notice::BoxCounted(line, count, due) => (Good, format!("Ligne {line} : {count} boîte{} sur {due}. Scannez la suivante, ou * : elle vaut pour toutes.", if *count < 2 { "" } else { "s" })),
        Notice::SmallBoxCounted(line, count) => (Good, format!("Ligne {line} : {count} boîte{} d’une autre taille, ce n’est pas encore le compte. Scannez la suivante.", if *count < 2 { "" } else { "s" })),
        Notice::AllScanned(line, count) => (Attention, format!("Rien n’a été ajouté : la ligne {line} a déjà ses {count} boîtes scannées. + pour en compter une de plus.")),
        Notice::SameBox(line) => (Attention, format!("Cette boîte (même numéro de série) est déjà comptée à la ligne {line} : rien n’a été ajouté.")),
        Notice::OtherBoxBefore(line) => (Attention, format!("Rien n’a été ajouté : une boîte d’un autre médicament est déjà scannée à la ligne {line}. x pour la recommencer.")),
        Notice::SeveralLines(lines) => (Attention, format!("Rien n’a été coché : cette boîte répond aux lignes {}. Tapez le numéro de la bonne, puis scannez de nouveau.", enumerated(lines))),
        Notice::BoxGone(entry) => (Attention, format!("Boîte DÉJÀ SORTIE (ordonnancier n° {entry}) : prenez-en une autre, ou dites pourquoi à la vérification.")),
        Notice::LotRecalled(recall) => (Attention, findings::recalled(recall, "rien n’a été coché")),
        Notice::BoxExpired(expiry) => (Attention, format!("Boîte PÉRIMÉE depuis le {} : rien n’a été coché. Prenez-en une autre.", day(*expiry))),
        Notice::BoxForHospitals => (Attention, "Médicament réservé à l’usage hospitalier : rien n’a été coché, il ne se délivre pas en officine.".into()),
        Notice::NoBoxScanned(line) => (Attention, format!("Ligne {line} : aucune boîte n’est scannée.")),
        Notice::InsMatches => (Good, "L’INS scanné est bien celui du patient de l’ordonnance.".into()),
        Notice::NotSubstitutable(why) => (Attention, format!("Non substituable : {}. Reste l’ajustement (a), avec l’accord du prescripteur.", non_substitutable(why))),
        Notice::DeviceNotSubstitutable => (Attention, "Un dispositif ne se substitue pas. Reste l’ajustement (a), avec l’accord du prescripteur.".into()),
        Notice::NoMoreBoxes => (Attention, "C’est tout ce qui reste à délivrer sur cette ligne.".into()),
        Notice::AtLeastOneBox => (Attention, "Au moins une boîte ; pour ne rien délivrer : n (non délivré).".into()),
        Notice::StillMissing(line, what) => (Attention, format!("Ligne {line} : il manque {}.", reasons::missing(*what))),
        Notice::NothingDecided => (Attention, "Aucune ligne n’est décidée. Entrée : tout conforme.".into()),
        Notice::Blocked => (Attention, "Une alerte bloquante (✗) empêche d’enregistrer.".into()),
        Notice::NotALot => (Attention, "Un lot a au plus 20 lettres, chiffres ou signes, sans accent ni espace.".into()),
        Notice::NotADate => (Attention, "Cette date n’existe pas. Exemples : 30/06/2028 ou 06/2028.".into()),
        Notice::WordsNeeded => (Attention, "Quelques mots sont nécessaires : ils seront inscrits à l’ordonnancier.".into()),
        Notice::ReadAgain => (Good, "Ordonnance relue à l’instant.".into()),
        Notice::CopyNotKept(breakdown) => (Attention, breakdowns::copy_not_kept(*breakdown)),
        Notice::NotReadAgain(reason) => (Attention, format!("Pas de relecture : {}. Rien n’a changé à l’écran.", posts::delay_short(*reason))),
        Notice::ChangedMeanwhile => (Attention, "Un autre poste vient de délivrer sur cette ordonnance : elle est relue, rien n’a été enregistré ici.".into()),
        Notice::RecordFailed(breakdown) => (Attention, breakdowns::recording_failed(*breakdown)),
        Notice::DayNotClosed => (Attention, "La journée n’est pas clôturée : c pour la clôturer, F10 pour quitter sans le faire.".into()),
        Notice::RecordRefused => (Attention, "Les règles s’y opposent : voyez les alertes. Rien n’a été enregistré.".into()),
        Notice::HoldLost(hold) => (Attention, format!("Vous n’avez plus la prise en charge. {}", labels::hold_of_others(hold))),
        Notice::ColleagueServes(hold) => (Attention, format!("{} Touche t : la reprendre ici.", labels::hold_of_others(hold))),
        Notice::HoldsGivenBack(numbers) => (Plain, labels::holds_given_back(numbers)),
        Notice::Settled(choice) => (Good, settling::done(*choice).into()),
        Notice::NothingToSettle => (Plain, "Rien à régler ici : l’envoi se fait tout seul.".into()),
        Notice::SettledElsewhere => (Plain, "Un autre poste vient de régler cette délivrance.".into()),
        Notice::TakenBack => (Attention, settling::TAKEN_BACK.into()),
        Notice::SettleFailed => (Attention, "Le choix n’a pas pu être enregistré sur ce poste. Entrée pour réessayer.".into()),
    }
}
