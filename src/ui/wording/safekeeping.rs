//! The sentences about the key of the store, its backups and their restoration.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::safe::{Safe, safe};
use crate::ui::wording::{counted, day, time_of_day};

/// The store is encrypted, and its key is gone.
pub fn key_missing(store: &str, place: &str) -> String {
    format!(
        "L’ordonnancier est chiffré et sa clé n’est plus à sa place ({}). Rien n’a été créé ni modifié dans « {} ». \
         Remettez la clé à sa place ; à défaut, restaurez une sauvegarde avec la clé de la fiche de secours : \
         « comptoir restore FICHIER --replace ».",
        Safe(place),
        Safe(store)
    )
}

/// The key does not open the file.
pub fn key_does_not_open(store: &str, number: &str) -> String {
    format!(
        "La clé n° {number} n’ouvre pas « {} » : ce fichier a été chiffré avec une autre clé, il est abîmé, ou ce n’est pas \
         un ordonnancier de comptoir. Rien n’a été créé ni modifié. Remettez la clé d’origine ; à défaut, restaurez une \
         sauvegarde avec la clé de la fiche de secours : « comptoir restore FICHIER --replace ».",
        Safe(store)
    )
}

/// Others can read the key.
pub fn key_exposed(path: &str, mode: u32) -> String {
    format!(
        "D’autres comptes de cette machine peuvent lire la clé de l’ordonnancier (« {} », droits {mode:o}) : elle ne protège \
         plus rien, et n’a pas été utilisée. Réservez-la à votre compte (chmod 600), puis changez-la : « comptoir store rekey ».",
        Safe(path)
    )
}

/// The key is another person's.
pub fn key_of_another(path: &str) -> String {
    format!(
        "La clé de l’ordonnancier (« {} ») appartient à un autre compte de cette machine, et n’a pas été utilisée. \
         Ouvrez comptoir avec le compte du poste.",
        Safe(path)
    )
}

/// What stands where the key should is none.
pub fn key_garbled(place: &str, why: &str) -> String {
    format!(
        "Ce qui se trouve à la place de la clé de l’ordonnancier ({}) n’en est pas une : {why}. Rien n’a été créé ni modifié. \
         Recopiez-y la clé de la fiche de secours.",
        Safe(place)
    )
}

/// The keyring cannot be used.
pub fn keyring_unusable(why: &str) -> String {
    format!(
        "Le trousseau du système ne donne pas la clé de l’ordonnancier ({}). Rien n’a été créé ni modifié. Ouvrez une session \
         de bureau et déverrouillez le trousseau, ou choisissez « store_key = \"file\" » dans la configuration.",
        Safe(why)
    )
}

/// Another program of this counter is open.
pub const fn store_in_use() -> &'static str {
    "Un autre programme de ce poste utilise l’ordonnancier. Fermez tous les comptoirs ouverts sur ce dossier, puis relancez la \
     commande. Rien n’a été modifié."
}

/// The folder of the backups is not there.
pub fn support_missing(path: &str) -> String {
    format!(
        "Le dossier des sauvegardes « {} » n’est pas là : le support est peut-être débranché. Rien n’a été sauvegardé. \
         Branchez-le, puis lancez « comptoir backup ».",
        Safe(path)
    )
}

/// No folder was said.
pub const fn backup_without_folder() -> &'static str {
    "Aucun dossier de sauvegarde n’est configuré. Donnez-en un avec --to, ou écrivez dans la configuration : \
     [backup] directory = \"/chemin/du/second/support\"."
}

/// A backup that was made.
pub struct MadeBackup<'a> {
    /// The file.
    pub path: &'a str,
    /// Register entries in it.
    pub entries: u32,
    /// The number of its key.
    pub key: &'a str,
    /// How many earlier ones were removed.
    pub removed: usize,
    /// It would be lost with the store.
    pub is_on_same_disk: bool,
}

/// What was backed up.
pub fn backed_up(made: &MadeBackup) -> String {
    let entries = usize::try_from(made.entries).unwrap_or(usize::MAX);
    let mut text = format!(
        "Sauvegarde chiffrée et relue : {} ({}). Elle s’ouvre avec la clé n° {}.",
        Safe(made.path),
        counted(entries, "inscription", "inscriptions"),
        made.key
    );
    if made.removed > 0 {
        text.push(' ');
        text.push_str(&counted(
            made.removed,
            "sauvegarde plus ancienne a été retirée.",
            "sauvegardes plus anciennes ont été retirées.",
        ));
    }
    if made.is_on_same_disk {
        text.push_str(
            " Attention : elle est sur le même disque que l’ordonnancier, et se perdrait avec lui. Le second support doit être \
             distinct (CSP art. R. 5132-9).",
        );
    }
    text
}

/// A file that is no backup.
pub fn not_a_backup(path: &str) -> String {
    format!(
        "« {} » n’est pas une sauvegarde de comptoir. Rien n’a été modifié.",
        Safe(path)
    )
}

/// A backup that does not read back.
pub fn backup_damaged(path: &str) -> String {
    format!(
        "La sauvegarde « {} » est abîmée : elle ne se relit pas en entier. Rien n’a été modifié. Essayez une sauvegarde plus ancienne.",
        Safe(path)
    )
}

/// A backup whose register does not hold.
pub fn backup_does_not_hold(path: &str, number: u32) -> String {
    format!(
        "L’ordonnancier de la sauvegarde « {} » ne concorde plus à partir de l’inscription n° {number}. Il n’a pas été restauré, et rien \
         n’a été modifié. Essayez une sauvegarde plus ancienne.",
        Safe(path)
    )
}

/// No key opens the backup.
pub fn backup_needs_its_key(path: &str) -> String {
    format!(
        "Aucune clé de ce poste n’ouvre la sauvegarde « {} ». Donnez celle de la fiche de secours : --key FICHIER, ou --key - pour \
         la saisir. Le numéro de la clé est à la fin du nom de la sauvegarde.",
        Safe(path)
    )
}

/// Asks for the key.
pub const fn type_the_key() -> &'static str {
    "Saisissez la clé de la fiche de secours, puis Entrée (tirets et espaces sont facultatifs) :"
}

/// The key that was given does not open the backup.
pub fn key_does_not_open_backup(path: &str, number: &str) -> String {
    format!(
        "La clé n° {number} n’ouvre pas la sauvegarde « {} » : elle a été faite avec une autre clé, dont le numéro est à la fin de son \
         nom, ou elle est abîmée. Rien n’a été modifié.",
        Safe(path)
    )
}

/// The file of the key cannot be read.
pub fn key_file_unreadable(path: &str, why: &str) -> String {
    format!(
        "La clé ne peut pas être lue dans « {} » : {}.",
        Safe(path),
        Safe(why)
    )
}

/// What was typed is no key.
pub fn not_a_key(why: &str) -> String {
    format!(
        "Ce n’est pas une clé de comptoir : {why}. Comparez avec la fiche de secours. Rien n’a été modifié."
    )
}

/// It has another length.
pub fn key_length(found: usize) -> String {
    format!("une clé a 56 caractères, et il y en a {found}")
}

/// It has a character that no key has.
pub const fn key_character() -> &'static str {
    "elle contient un caractère qu’aucune clé ne contient"
}

/// Its check characters do not agree.
pub const fn key_check() -> &'static str {
    "un caractère au moins est mal recopié"
}

/// A store stands there.
pub fn store_stands_there(path: &str) -> String {
    format!(
        "Un ordonnancier se trouve déjà dans « {} » : il n’a pas été touché. Avec --replace, il est gardé à part, avec sa clé, et \
         la sauvegarde prend sa place.",
        Safe(path)
    )
}

/// A store that was restored.
pub struct RestoredStore<'a> {
    /// Register entries in it.
    pub entries: u32,
    /// When the last one was recorded.
    pub last_recorded_at: Option<Timestamp>,
    /// Hand-overs still to be posted.
    pub pending: usize,
    /// Where the store is that stood there.
    pub aside: Option<&'a str>,
}

/// What was restored.
pub fn restored(store: &RestoredStore, zone: &TimeZone) -> String {
    let mut text = match store.last_recorded_at {
        None => "Sauvegarde vérifiée et restaurée : l’ordonnancier est vide.".to_owned(),
        Some(last) => format!(
            "Sauvegarde vérifiée et restaurée : l’ordonnancier va jusqu’à l’inscription n° {}, du {} à {}. Ce qui a été délivré \
             ensuite n’y est pas.",
            store.entries,
            day(last.to_zoned(zone.clone()).date()),
            time_of_day(last, zone)
        ),
    };
    if store.pending > 0 {
        text.push(' ');
        text.push_str(&counted(
            store.pending,
            "délivrance reste à envoyer à la base : « comptoir outbox flush ».",
            "délivrances restent à envoyer à la base : « comptoir outbox flush ».",
        ));
    }
    if let Some(aside) = store.aside {
        text.push_str(" L’ancien ordonnancier est gardé ici : ");
        text.push_str(&safe(aside));
        text.push('.');
    }
    text
}

/// Which key it is.
pub fn key_is(number: &str, place: &str) -> String {
    format!(
        "L’ordonnancier et ses sauvegardes s’ouvrent avec la clé n° {number}, gardée ici : {}. « comptoir store key --show » donne \
         la fiche de secours, à imprimer et à mettre au coffre.",
        Safe(place)
    )
}

/// The recovery sheet. The key is alone on its lines, to be copied without a mistake.
pub fn recovery_sheet(pharmacy: &str, number: &str, key: &str) -> String {
    let groups: Vec<&str> = key.split('-').collect();
    let lines: Vec<String> = groups
        .chunks(7)
        .map(|line| format!("    {}", line.join(" - ")))
        .collect();
    format!(
        "FICHE DE SECOURS — {}\n\
         Clé n° {number} de l’ordonnancier et de ses sauvegardes :\n\n{}\n\n\
         Avec cette clé et une sauvegarde, tout se restaure sur un autre poste :\n    \
         comptoir restore FICHIER\n\n\
         Qui a cette clé et le fichier lit tout : gardez cette fiche au coffre, hors du poste, jamais avec les sauvegardes.\n\
         Sans elle, un poste perdu ou volé rend les sauvegardes illisibles, pour vous aussi.",
        safe(pharmacy),
        lines.join("\n")
    )
}

/// The key was changed.
pub fn rekeyed(before: &str, now: &str) -> String {
    format!(
        "La clé est changée : l’ordonnancier s’ouvre désormais avec la clé n° {now}. Imprimez sa fiche de secours \
         (« comptoir store key --show »), et gardez celle de la clé n° {before} aussi longtemps que les sauvegardes faites jusqu’ici : \
         elles ne s’ouvrent qu’avec elle."
    )
}

/// There is no store.
pub const fn no_store_to_rekey() -> &'static str {
    "Il n’y a pas encore d’ordonnancier ici : il recevra sa clé à sa création. Rien n’a été modifié."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_backups_agree_with_their_count() {
        let said = |removed| {
            backed_up(&MadeBackup {
                path: "/mnt/b",
                entries: 1,
                key: "1a2b3c4d",
                removed,
                is_on_same_disk: false,
            })
        };
        assert!(said(1).contains("1 sauvegarde plus ancienne a été retirée."));
        assert!(said(3).contains("3 sauvegardes plus anciennes ont été retirées."));
        assert!(!said(0).contains("ancienne") && said(0).contains("(1 inscription)"));
    }
}
