//! What is said of contents erased at the end of their retention, and of a clock that is not believed.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::register::Erasure;
use crate::domain::retention::{CLOCK_LEAP_MAX, ClockDoubt, RetentionClass, UNSERVED_COPY_MONTHS};
use crate::safe::Safe;
use crate::ui::wording::{counted, day};

/// What is kept under a class.
pub const fn kept(class: RetentionClass) -> &'static str {
    match class {
        RetentionClass::PrescriptionCopy => "copies d’ordonnances",
        RetentionClass::Register => "ordonnancier",
        RetentionClass::BloodDerived => "médicaments dérivés du sang",
    }
}

fn rule(class: RetentionClass) -> String {
    format!("{} ans, {}", class.years(), class.source())
}

fn date(at: Timestamp, zone: &TimeZone) -> String {
    day(at.to_zoned(zone.clone()).date())
}

/// "22/11/2026 à 18:04".
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%d/%m/%Y à %H:%M").to_string()
}

/// In the place of a content.
pub fn erased(erasure: Option<&Erasure>, zone: &TimeZone) -> String {
    match erasure {
        Some(erasure) => format!(
            "Contenu effacé le {} au terme de sa conservation ({}).",
            date(erasure.at, zone),
            rule(erasure.class)
        ),
        // No purge says so: the verification names this entry.
        None => "Contenu absent, sans trace de son effacement.".to_owned(),
    }
}

/// Register entries of one class, erased or to be erased.
pub fn entries(class: RetentionClass, first: u32, last: u32, count: u32) -> String {
    let which = if first == last {
        format!("n° {first}")
    } else {
        format!("n° {first} à {last}")
    };
    let contents = counted(count as usize, "contenu", "contenus");
    format!(
        "{contents} d’inscription ({}, {which} ; {})",
        kept(class),
        rule(class)
    )
}

/// What goes with them: whole hand-overs, and prescriptions as received.
pub fn others(hand_overs: u32, copies: u32) -> String {
    format!(
        "{}, {} ({} si elle a été servie, sinon {UNSERVED_COPY_MONTHS} mois)",
        counted(hand_overs as usize, "délivrance", "délivrances"),
        counted(copies as usize, "copie d’ordonnance", "copies d’ordonnances"),
        rule(RetentionClass::PrescriptionCopy),
    )
}

/// Before the list of what was erased.
pub const PURGED: &str = "Effacé au terme de sa conservation :";

/// Before the list of what would be.
pub const WOULD_PURGE: &str = "Serait effacé, et rien ne l’a été (--dry-run) :";

/// What was not erased.
pub const KEPT: &str = "Restent le numéro, la date, la classe et la chaîne de chaque inscription, qui se vérifie comme avant. \
     Ce que la base n’a pas encore accepté, ou qu’une personne doit trancher, n’est jamais effacé.";

/// Nothing has passed its end.
pub const NOTHING: &str = "Rien n’est arrivé au terme de sa conservation : rien n’a été effacé.";

/// Another program reads the store.
pub const IN_THE_LOG: &str = "Attention : un autre poste lit ce fichier, dont le journal garde encore ce qui a été effacé. \
     Fermez les autres terminaux ; le prochain à se fermer le videra.";

/// The clock may be wrong.
pub fn clock_doubted(doubt: ClockDoubt, now: Timestamp, zone: &TimeZone) -> String {
    let why = match doubt {
        ClockDoubt::Behind { recorded_at } => format!(
            "l’horloge indique le {}, et une inscription est datée du {}",
            moment(now, zone),
            moment(recorded_at, zone)
        ),
        ClockDoubt::Leap { from, to } => format!(
            "l’horloge est passée du {} au {}, soit plus de {} jours sans rien d’enregistré",
            moment(from, zone),
            moment(to, zone),
            CLOCK_LEAP_MAX.as_hours() / 24
        ),
    };
    format!(
        "Rien n’a été effacé : {why}. Un effacement est définitif : vérifiez la date et l’heure de ce poste ; si elles sont \
         justes, relancez avec --clock-is-right."
    )
}

/// After a verification: how many entries have no content any more.
pub fn among_them(purged: u32) -> String {
    match purged {
        0 => String::new(),
        _ => format!(
            " {} au terme de leur conservation.",
            counted(
                purged as usize,
                "contenu en a été effacé",
                "contenus en ont été effacés"
            )
        ),
    }
}

/// One purge, in a list.
pub fn purge(at: Timestamp, operator: &str, was_vouched_for: bool, zone: &TimeZone) -> String {
    let clock = if was_vouched_for {
        ", horloge confirmée par l’opérateur"
    } else {
        ""
    };
    format!("Le {}, par {}{clock} :", moment(at, zone), Safe(operator))
}

/// No purge was ever made.
pub const NO_PURGE: &str = "Aucun contenu n’a jamais été effacé de ce fichier.";
