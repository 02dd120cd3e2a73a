//! The one line of news at the foot of the screen.

use crate::app::desk::Notice;
use crate::domain::scanned::Repair;
use crate::safe::safe;
use crate::ui::wording::findings::non_substitutable;
use crate::ui::wording::refusals::not_a_number;
use crate::ui::wording::{breakdowns, labels, posts, reasons, settling};

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

/// A piece of news in a sentence.
#[rustfmt::skip] // one row per notice, to be read as a table
pub fn notice(notice: &Notice) -> (Tone, String) {
    use Tone::{Attention, Good, Plain};
    match notice {
        Notice::AlreadyOpen => (Plain, "Cette ordonnance est déjà à l’écran.".into()),
        Notice::RecordingNow => (Attention, "Un enregistrement est en cours : recommencez dans un instant.".into()),
        Notice::ScanRepaired(Repair::Azerty) => (Attention, "Le lecteur est réglé pour un clavier américain : le code a été rétabli. Réglez le lecteur sur « AZERTY français ».".into()),
        Notice::ScanRepaired(Repair::CapsLock) => (Attention, "Le code est arrivé en minuscules et a été rétabli. Vérifiez la touche Verr. Maj.".into()),
        Notice::ScanRepaired(Repair::AzertyCapsLock) => (Attention, "Lecteur réglé pour un clavier américain et touche Verr. Maj. enfoncée : le code a été rétabli. Essai du lecteur : F9.".into()),
        Notice::ScanRepaired(Repair::LostSeparators) => (Attention, "Le lecteur n’envoie pas les séparateurs des boîtes : vérifiez le lot sur la boîte, et réglez le lecteur (essai : F9).".into()),
        Notice::ReaderLost(device) => (Attention, format!("Le lecteur série {} ne répond pas : vérifiez son câble. Il est cherché toutes les deux secondes ; les autres lecteurs fonctionnent.", safe(&device.display().to_string()))),
        Notice::FramesLost(folder) => (Attention, format!("Les images de la caméra n’arrivent pas : le dossier {} ne peut être surveillé. Les autres lecteurs fonctionnent.", safe(&folder.display().to_string()))),
        Notice::ReadWithDifficulty => (Attention, "Code lu avec peine : comparez le numéro et le patient à ceux imprimés sur l’ordonnance.".to_owned()),
        Notice::ReaderFound(device) => (Good, format!("Le lecteur série {} est de nouveau là.", safe(&device.display().to_string()))),
        Notice::ReadingFile(path) => (Plain, format!("Lecture de {}…", safe(&path.display().to_string()))),
        Notice::NotTyped(why) => (Attention, not_a_number(why)),
        Notice::NothingOpen => (Attention, "Il ne reste rien à délivrer ici sur cette ordonnance.".into()),
        Notice::NoSuchLine => (Attention, "Aucune ligne ne porte ce numéro.".into()),
        Notice::LineClosed(line) => (Attention, format!("La ligne {line} ne peut pas être délivrée : voyez pourquoi à côté d’elle.")),
        Notice::BoxTicked(line) => (Good, format!("Boîte reconnue : ligne {line} décidée.")),
        Notice::TwoLots(line) => (Attention, format!("Ligne {line} : boîtes de lots différents, aucun lot ne sera inscrit.")),
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
        Notice::SettleFailed => (Attention, "Le choix n’a pas pu être enregistré sur ce poste. Entrée pour réessayer.".into()),
    }
}
