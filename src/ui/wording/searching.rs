//! What is said of a search in the register.

use jiff::civil::Date;

use crate::app::register::Pages;
use crate::domain::register::RegisterNumber;
use crate::ui::wording::{counted, day};

/// Before the text.
pub const LABEL: &str = "Chercher :";

/// How far the search is.
pub fn found(
    typed: &str,
    sought_day: Option<Date>,
    count: usize,
    reading: Pages,
    below: Option<RegisterNumber>,
) -> String {
    if typed.trim().is_empty() {
        return "Patient, produit, lot, code, numéro d’inscription ou d’ordonnance, ou un jour (22/11/2026)."
            .to_owned();
    }
    if let Some(sought) = sought_day {
        return format!("Inscriptions jusqu’au {}, la plus récente en haut.", day(sought));
    }
    let found = counted(count, "inscription trouvée", "inscriptions trouvées");
    match (reading, below) {
        (Pages::Failed, _) => "Le fichier de données de ce poste ne répond pas.".to_owned(),
        (Pages::Asked, None) => "Recherche…".to_owned(),
        (Pages::Asked, Some(below)) => format!("{found} ; recherche en cours avant le n° {below}…"),
        (Pages::More, Some(below)) => {
            format!("{found} à partir du n° {below} ; descendez pour chercher plus loin.")
        }
        (Pages::All | Pages::More, _) => format!("{found} dans tout l’ordonnancier."),
    }
}
