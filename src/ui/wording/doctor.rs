//! What the doctor found, and what to do about it.

use crate::domain::breakdown::Breakdown;
use crate::domain::outbox::DelayReason;
use crate::domain::product::CATALOGUE_AGE_DAYS_MAX;
use crate::safe::safe;
use crate::ui::text::wrapped;
use crate::ui::wording::{breakdowns, counted, posts};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The configuration.
    Configuration,
    /// The file of the counter opens.
    Store,
    /// Its settings, its pages and its indexes.
    Settings,
    /// The chain of the register.
    Register,
    /// Its last closure.
    Closure,
    /// The last copy on the second support.
    Backup,
    /// What the base has not acknowledged.
    Outbox,
    /// The key of the store.
    Key,
    /// Who may read the files.
    Rights,
    /// The room on the disk.
    Space,
    /// The medicines database.
    Catalogue,
    /// The base answers.
    Base,
    /// It accepts our login.
    Login,
    /// Our time is its time.
    Clock,
}

impl Subject {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 14] = [
        Self::Configuration,
        Self::Store,
        Self::Settings,
        Self::Register,
        Self::Closure,
        Self::Backup,
        Self::Outbox,
        Self::Key,
        Self::Rights,
        Self::Space,
        Self::Catalogue,
        Self::Base,
        Self::Login,
        Self::Clock,
    ];

    /// The key that JSON carries.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Store => "store",
            Self::Settings => "settings",
            Self::Register => "register",
            Self::Closure => "closure",
            Self::Backup => "backup",
            Self::Outbox => "outbox",
            Self::Key => "key",
            Self::Rights => "rights",
            Self::Space => "space",
            Self::Catalogue => "catalogue",
            Self::Base => "base",
            Self::Login => "login",
            Self::Clock => "clock",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Store => "fichier du comptoir",
            Self::Settings => "contenu et réglages de ce fichier",
            Self::Register => "ordonnancier",
            Self::Closure => "clôture de l’ordonnancier",
            Self::Backup => "sauvegarde sur le second support",
            Self::Outbox => "file d’envoi",
            Self::Key => "clé de l’ordonnancier",
            Self::Rights => "droits des fichiers",
            Self::Space => "place sur le disque",
            Self::Catalogue => "catalogue des médicaments",
            Self::Base => "base",
            Self::Login => "connexion à la base",
            Self::Clock => "horloge",
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone)]
pub enum Ailment {
    /// The configuration means nothing, for that reason.
    Configuration(String),
    /// Something of this machine is broken.
    Broken(Breakdown),
    /// The register does not hold from that entry on.
    Register(u32),
    /// Entries have waited for a closure for that many days.
    NotClosed {
        /// Whole days.
        days: i64,
    },
    /// No second support is configured, in a real session.
    NoSecondSupport,
    /// The register has entries that no backup ever held.
    NeverBackedUp,
    /// The last backup is that many days old, and the register has grown since.
    OldBackup {
        /// Whole days.
        days: i64,
    },
    /// A delivery has waited for the base for that many hours.
    NotPosted {
        /// Whole hours.
        hours: i64,
    },
    /// Others than their owner may read these files.
    OpenToOthers(String),
    /// That many bytes are left.
    NoRoom {
        /// Bytes.
        free: u64,
    },
    /// The imported catalogue cannot be read; the embedded subset serves in its place.
    ImportedCatalogue,
    /// The imported catalogue is old.
    OldCatalogue,
    /// The list of recalled lots cannot be read.
    RecalledLots,
    /// A row of the list of recalled lots, from 1, cannot be read.
    RecalledLotsRow(usize),
    /// The base gives no usable answer.
    Silent(DelayReason),
    /// The base offers neither consultation nor post.
    NotEnough,
    /// Our clock is ahead of the base's by that many seconds; behind, when negative.
    Clock {
        /// Seconds.
        seconds: i64,
    },
}

/// Columns of a row: what the smallest screen has.
const COLUMNS: usize = 80;

/// A subject in order.
pub fn sound(subject: Subject, remark: Option<&str>) -> String {
    let mut rows = vec![format!("✓ en ordre     {}", subject.name())];
    rows.extend(remark.into_iter().flat_map(beneath));
    rows.join("\n")
}

/// A subject that stands on another one that is not in order.
pub fn not_looked_at(subject: Subject) -> String {
    format!("· non examiné  {}", subject.name())
}

/// A subject that is not in order, what is wrong, and what to do.
pub fn ailing(subject: Subject, what: &Ailment) -> String {
    let mut rows = vec![format!("✗ à revoir     {}", subject.name())];
    let text = ailment(subject, what);
    rows.extend(beneath(&text));
    rows.join("\n")
}

/// The rows of a text beneath its subject.
fn beneath(text: &str) -> Vec<String> {
    let rows = wrapped(text, COLUMNS - 4).into_iter();
    rows.map(|row| format!("    {row}")).collect()
}

/// What is wrong, and what to do.
pub fn ailment(subject: Subject, ailment: &Ailment) -> String {
    match ailment {
        Ailment::Configuration(why) => why.clone(),
        Ailment::Broken(Breakdown::Damaged) if subject == Subject::Catalogue => {
            "Le catalogue importé ne peut pas être lu : le catalogue de formation sert à sa place. Importez de nouveau les \
             fichiers officiels (« comptoir catalogue update »).".to_owned()
        }
        Ailment::Broken(breakdown) => breakdowns::at_the_counter(*breakdown),
        Ailment::Register(number) => format!(
            "L’ordonnancier ne concorde plus à partir de l’inscription n°\u{a0}{number}. N’y inscrivez plus rien\u{202f}: \
             conservez le fichier et comparez-le au second support (CSP art. R. 5132-9)."
        ),
        Ailment::NotClosed { days } => format!(
            "Des inscriptions attendent une clôture depuis {}. Lancez «\u{a0}comptoir register close\u{a0}» et conservez la \
             clôture hors de ce poste.",
            counted_days(*days)
        ),
        Ailment::NoSecondSupport => "Aucun second support n’est configuré. L’ordonnancier doit être copié sur un second support, distinct \
             (CSP art. R. 5132-9)\u{202f}: écrivez dans la configuration [backup] directory = \"/chemin/du/support\"."
            .to_owned(),
        Ailment::NeverBackedUp => {
            "L’ordonnancier n’a jamais été sauvegardé. Branchez le second support, puis lancez «\u{a0}comptoir backup\u{a0}»."
                .to_owned()
        }
        Ailment::OldBackup { days } => format!(
            "La dernière sauvegarde a {}, et des inscriptions ont suivi. Branchez le second support, puis lancez \
             «\u{a0}comptoir backup\u{a0}».",
            counted_days(*days)
        ),
        Ailment::NotPosted { hours } => format!(
            "Une délivrance attend la base depuis {}. Vérifiez le réseau et la connexion, puis lancez \
             «\u{a0}comptoir outbox flush\u{a0}».",
            waited(*hours)
        ),
        Ailment::OpenToOthers(paths) => format!(
            "D’autres comptes de ce poste peuvent lire des données de santé. Retirez-leur ces droits (chmod go-rwx)\u{202f}: {}",
            safe(paths)
        ),
        Ailment::NoRoom { free } => {
            format!("Il ne reste que {}\u{a0}Mo. Libérez de la place sur le disque.", free / 1_000_000)
        }
        Ailment::ImportedCatalogue => {
            "Le catalogue importé ne peut pas être lu\u{202f}: l’extrait de formation sert à sa place. Lancez \
             «\u{a0}comptoir catalogue update\u{a0}»."
                .to_owned()
        }
        Ailment::RecalledLots => "la liste des lots rappelés ([catalogue] recalled_lots) ne peut pas être lue\u{202f}: aucun rappel n’est appliqué. Vérifiez son chemin et ses droits.".to_owned(),
        Ailment::RecalledLotsRow(row) => format!("la ligne {row} de la liste des lots rappelés n’a pas pu être lue\u{202f}: CIP13;lot ou *;AAAA-MM-JJ;référence. Les autres sont appliquées."),
        Ailment::OldCatalogue => format!(
            "Les fichiers de médicaments ont plus de {CATALOGUE_AGE_DAYS_MAX} jours\u{202f}: prix, ruptures et conditions ont pu \
             changer. Lancez «\u{a0}comptoir catalogue update\u{a0}»."
        ),
        Ailment::Silent(reason @ DelayReason::LoginRefused) => {
            format!("{} Reconnectez-vous (carte CPS ou e-CPS).", posts::delay(*reason))
        }
        Ailment::Silent(reason) => format!(
            "{} Vérifiez le réseau et l’adresse de la base\u{202f}; les délivrances sont inscrites ici et partiront ensuite.",
            posts::delay(*reason)
        ),
        Ailment::NotEnough => {
            "La base répond, mais elle n’offre ni la lecture des ordonnances ni l’envoi des délivrances. Vérifiez son adresse."
                .to_owned()
        }
        Ailment::Clock { seconds } => format!("{} Mettez ce poste à l’heure.", clock(*seconds)),
    }
}

/// By how much our clock is wrong, the base's being taken for right.
pub fn clock(ahead_seconds: i64) -> String {
    let way = if ahead_seconds > 0 { "avance" } else { "retarde" };
    let seconds = ahead_seconds.unsigned_abs();
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    let by = match seconds {
        0..100 => format!("{seconds}\u{a0}s"),
        100..5_400 => format!("{}\u{a0}minutes", rounded(60)),
        5_400..129_600 => format!("{}\u{a0}heures", rounded(3_600)),
        _ => format!("{}\u{a0}jours", rounded(86_400)),
    };
    format!("L’horloge de ce poste {way} de {by} sur celle de la base.")
}

/// Something is not in order.
pub const fn not_sound() -> &'static str {
    "Au moins un point est à revoir\u{202f}: voyez la liste ci-dessus."
}

/// No second support is configured, where none is needed.
pub const fn no_backup_in_training() -> &'static str {
    "Aucun second support n’est configuré\u{202f}: sans objet en formation."
}

/// Nothing was recorded that a copy should hold.
pub const fn nothing_to_back_up() -> &'static str {
    "Rien n’est inscrit\u{202f}: il n’y a encore rien à sauvegarder."
}

/// When the last backup was made, and where.
pub fn last_backup(days: i64, place: &str) -> String {
    let when = match days {
        ..=0 => "moins d’un jour".to_owned(),
        days => counted_days(days),
    };
    format!("La dernière a {when}\u{202f}: {}", safe(place))
}

/// Where the key is.
pub fn key_is_at(number: &str, place: &str) -> String {
    format!("clé n°\u{a0}{number}, gardée ici\u{202f}: {}", safe(place))
}

fn counted_days(days: i64) -> String {
    counted(usize::try_from(days).unwrap_or(0), "jour", "jours")
}

fn waited(hours: i64) -> String {
    if hours < 48 {
        counted(usize::try_from(hours).unwrap_or(0), "heure", "heures")
    } else {
        counted_days(hours / 24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_said_in_the_unit_that_fits() {
        for (seconds, expected) in [
            (-90, "retarde de 90\u{a0}s"),
            (600, "avance de 10\u{a0}minutes"),
            (-7_200, "retarde de 2\u{a0}heures"),
            (400 * 86_400, "avance de 400\u{a0}jours"),
        ] {
            assert!(clock(seconds).contains(expected), "{}", clock(seconds));
        }
    }

    #[test]
    fn every_row_fits_the_smallest_screen() {
        let long = Ailment::OpenToOthers("/un/chemin/assez/long/pour/deborder/counter.sqlite".into());
        let rows = ailing(Subject::Rights, &long)
            + "\n"
            + &ailing(Subject::Closure, &Ailment::NotClosed { days: 40 });
        assert!(rows.lines().all(|row| row.chars().count() <= COLUMNS), "{rows}");
    }
}
