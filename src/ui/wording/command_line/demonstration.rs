//! The demonstration, from the sheet to the prescriber’s view.

use crate::domain::number::PrescriptionNumber;
/// The demonstration opens.
pub fn demo_opens(address: &str) -> String {
    format!(
        "FORMATION — démonstration\u{202f}: la base de formation répond sur {address}. \
         Patients et prescripteurs sont fictifs\u{202f}; rien n’en sera conservé.\n"
    )
}

/// One scenario begins.
pub fn demo_scenario(title: &str) -> String {
    format!(
        "── {title} {}",
        "─".repeat(70_usize.saturating_sub(title.chars().count()))
    )
}

/// The prescriber wrote it.
pub fn demo_prescribed(number: &PrescriptionNumber) -> String {
    format!(
        "1. Le prescripteur écrit l’ordonnance {}\u{202f}; sa feuille est imprimée avec son QR code.",
        number.grouped()
    )
}

/// The sheet was scanned.
pub fn demo_scanned(number: &PrescriptionNumber) -> String {
    format!(
        "2. Au comptoir, l’image de la feuille est scannée\u{202f}: {}. L’ordonnance est lue dans la base\u{202f}:\n",
        number.grouped()
    )
}

/// The demonstration ends.
pub const fn demo_ends() -> &'static str {
    "Dans un terminal, «\u{a0}comptoir\u{a0}» ouvre la même chose à l’écran\u{202f}; «\u{a0}comptoir --help\u{a0}» donne les commandes."
}
