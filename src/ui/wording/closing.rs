//! What is said of the register's day and of its closure.

use std::path::Path;

use jiff::tz::TimeZone;

use crate::app::closing::{BackupAnswer, ClosingAnswer};
use crate::domain::closure::RegisterDay;
use crate::safe::safe;
use crate::ui::wording::{breakdowns, counted, retention};

/// The register is being verified and signed.
pub const RUNNING: &str = "Vérification puis clôture en cours…";

/// Today's entries and the last closure.
pub fn day(day: &RegisterDay, zone: &TimeZone) -> String {
    let of_class = |(class, count): (_, &u32)| {
        let entries = counted(*count as usize, "inscription", "inscriptions");
        format!("{entries} ({})", retention::kept(class))
    };
    let today: Vec<String> = day
        .today
        .iter()
        .map(|(class, count)| of_class((*class, count)))
        .collect();
    let today = if today.is_empty() {
        "aucune inscription".to_owned()
    } else {
        today.join(", ")
    };
    let last = match &day.last_closure {
        None => "jamais clôturé".to_owned(),
        Some(closure) => format!(
            "dernière clôture le {}, à {}",
            retention::moment(closure.at, zone),
            counted(closure.count as usize, "inscription", "inscriptions")
        ),
    };
    format!("Aujourd’hui : {today} ; {last}.")
}

/// An earlier day was left open.
pub fn not_closed_before(count: u32) -> String {
    let entries = counted(
        count as usize,
        "inscription d’un jour précédent n’est pas clôturée",
        "inscriptions de jours précédents ne sont pas clôturées",
    );
    format!("{entries} : c pour clôturer maintenant.")
}

/// What became of a closure.
pub fn answer(answer: &ClosingAnswer) -> String {
    match answer {
        ClosingAnswer::Closed { count, saved, .. } => {
            let entries = counted(*count as usize, "inscription signée", "inscriptions signées");
            let kept = match saved {
                Some(path) => format!("La note est dans {} : gardez-la aussi ailleurs, sur papier par exemple.", safe(&path.display().to_string())),
                None => "La note n’a pas pu être écrite dans un fichier : recopiez-la, ou relancez « comptoir register closures ».".to_owned(),
            };
            format!("Journée clôturée : {entries}. {kept}")
        }
        ClosingAnswer::AlreadyClosed { .. } => "Déjà clôturé : rien n’a été inscrit depuis la dernière clôture.".to_owned(),
        ClosingAnswer::NothingToClose => "L’ordonnancier est vide : il n’y a rien à clôturer.".to_owned(),
        ClosingAnswer::DoesNotHold(number) => format!("L’ordonnancier ne concorde plus à partir du n° {number} : il n’est pas signé. Ne le modifiez pas, prévenez le titulaire."),
        ClosingAnswer::KeyMissing => "La clé qui a signé les clôtures précédentes n’est plus dans ce fichier : restaurez une sauvegarde qui l’a. Rien n’a été signé.".to_owned(),
    }
}

/// What became of the backup that goes with a closure.
pub fn backup(answer: &BackupAnswer) -> String {
    let shown = |path: &Path| safe(&path.display().to_string());
    match answer {
        BackupAnswer::NotConfigured => {
            "Pas de sauvegarde : aucun second support n’est configuré ([backup] dans la configuration ; CSP art. R. 5132-9)."
                .to_owned()
        }
        BackupAnswer::Made { path, is_on_same_disk: false } => {
            format!("Sauvegarde chiffrée et relue : {}.", shown(path))
        }
        BackupAnswer::Made { path, is_on_same_disk: true } => format!(
            "Sauvegarde chiffrée et relue : {}. Elle est sur le même disque que l’ordonnancier, et se perdrait avec lui.",
            shown(path)
        ),
        BackupAnswer::DoesNotHold { path, first_bad } => format!(
            "La copie ({}) ne concorde plus à partir du n° {first_bad} : elle est gardée, prévenez le titulaire.",
            shown(path)
        ),
        BackupAnswer::SupportMissing(path) => format!(
            "Pas de sauvegarde : le dossier {} n’est pas là. Branchez le support, puis c de nouveau.",
            shown(path)
        ),
        BackupAnswer::Failed(why) => format!(
            "La sauvegarde n’est pas faite ou pas complète : {}. Puis c de nouveau.",
            breakdowns::why(*why)
        ),
    }
}
