//! The reader's test, and how to mend a reader's setting.

use std::path::Path;
use std::time::Duration;

use crate::app::keys::Key;
use crate::app::message::ScanFailure;
use crate::domain::identifiers::Serial;
use crate::domain::scanned::{Ending, Repair};
use crate::safe::safe;
use crate::ui::wording::{counted, keys};

/// The heading.
pub const TITLE: &str = "Essai du lecteur";
/// Before the first scan.
pub const SCAN_ANYTHING: &str = "Scannez le QR code d’une ordonnance ou le code d’une boîte : rien ne s’ouvre ici, vous verrez \
     seulement ce que le lecteur envoie et ce que le comptoir en fait. Échap revient à votre travail.";
/// Where a camera is a reader too.
pub const CAMERA: &str = "Caméra : un code tenu devant elle compte une seule fois. Pour compter une deuxième boîte du même code, \
     retirez la première, attendez trois secondes, puis montrez la suivante.";
/// The keys as they came.
pub const TYPED: &str = "Tapé";
/// The text after the repair, below what was typed.
pub const MENDED: &str = "Rétabli";
/// What parts the fields of a box.
pub const SEPARATOR: &str = "Séparateur";
/// What ended the code.
pub const ENDING: &str = "Fin";
/// How slow the reader was.
pub const PAUSE: &str = "Pause";
/// Instead of what a code became.
pub const UNFINISHED: &str = "rien\u{202f}: la fin du code n’est pas arrivée, il n’est pas pris.";
/// How much arrived.
pub const RECEIVED: &str = "Reçu";
/// The carrier, as the reader names it.
pub const PREFIX: &str = "Préfixe";
/// What it is.
pub const BECAME: &str = "Devenu";
/// The box's own number.
pub const SERIAL: &str = "N° de série";
/// Instead of a patient's identity.
pub const IDENTITY_HIDDEN: &str = "Contenu non affiché : c’est l’identité d’une personne.";
/// Nothing had to be undone.
pub const AS_SENT: &str = "Le code est arrivé sans dommage.";

/// What a keyboard damaged so that nobody can tell what it was.
pub const AMBIGUOUS: &str = "Relâchez la touche Verr. Maj., puis scannez de nouveau. Si des signes (à & é) ou des minuscules arrivent encore, \
     scannez, dans le manuel du lecteur, le code de réglage « French keyboard » (clavier français), ou passez-le en mode série (USB-COM).";

/// How much arrived.
pub fn received(characters: usize, bytes: usize) -> String {
    format!(
        "{}, {}",
        counted(characters, "caractère", "caractères"),
        counted(bytes, "octet", "octets")
    )
}

/// What was typed; keys that type nothing stand by their names.
pub fn typed(typed: &[Option<Key>]) -> String {
    let sign = |pressed: &Option<Key>| match pressed {
        Some(Key::Character(character)) => character.to_string(),
        Some(other) => format!("‹{}›", keys::key(*other)),
        None => "‹touche inconnue›".to_owned(),
    };
    safe(&typed.iter().map(sign).collect::<String>())
}

/// Which separators came. The byte and the key Ctrl+5 are the same to a terminal.
pub fn separators(typed: &[Option<Key>]) -> String {
    let came = |key| typed.contains(&Some(key));
    match (came(Key::Character('\u{1d}')), came(Key::Function(8))) {
        (true, true) => "octet 1D (Ctrl+5) et touche F8".to_owned(),
        (true, false) => "octet 1D (Ctrl+5)".to_owned(),
        (false, true) => "touche F8".to_owned(),
        (false, false) => "aucun".to_owned(),
    }
}

/// What ended the code.
pub fn ending(ending: Ending) -> String {
    match ending {
        Ending::Enter => "Entrée".to_owned(),
        Ending::Tab => "Tab".to_owned(),
        Ending::Silence => "silence (le lecteur n’envoie pas de suffixe, ou trop tard)".to_owned(),
        Ending::Overflow => "aucune\u{202f}: le texte est trop long pour un code".to_owned(),
    }
}

/// How slow the reader was.
pub fn pause(longest: Duration) -> String {
    format!("{}\u{a0}ms, la plus longue", longest.as_millis())
}

/// Several scans in one burst.
pub fn glued(count: usize) -> String {
    format!(
        "{count} codes sont arrivés collés : le lecteur n’envoie pas de fin de ligne. Réglez son suffixe sur « Entrée » (CR)."
    )
}

/// The box's own number.
pub fn serial(serial: Option<&Serial>, repaired: &[Repair]) -> String {
    match serial {
        Some(serial) => safe(serial.as_str()),
        None if repaired.contains(&Repair::DoubtfulSeparators) => "non lu avec certitude".to_owned(),
        None => "aucun (normal pour un médicament sans prescription)".to_owned(),
    }
}

/// What the AIM identifier in front of a text says.
#[rustfmt::skip] // one row per identifier, to be read as a table
pub fn prefix(text: &str) -> Option<&'static str> {
    [
        ("]d2", "]d2 : DataMatrix GS1 (boîte)"),
        ("]d1", "]d1 : DataMatrix"),
        ("]Q3", "]Q3 : QR code GS1"),
        ("]Q1", "]Q1 : QR code"),
        ("]C1", "]C1 : Code 128 GS1"),
        ("]C0", "]C0 : Code 128"),
        ("]E0", "]E0 : EAN-13"),
    ]
    .into_iter()
    .find_map(|(prefix, meaning)| text.starts_with(prefix).then_some(meaning))
}

/// What was undone in a scan, in a line.
#[rustfmt::skip] // one row per repair, to be read as a table
pub const fn repaired(repair: Repair) -> &'static str {
    match repair {
        Repair::Azerty => "Le lecteur est réglé pour un clavier américain : le code a été rétabli. Réglez le lecteur sur « AZERTY français ».",
        Repair::CapsLock => "Le code est arrivé en minuscules et a été rétabli. Vérifiez la touche Verr. Maj.",
        Repair::ShiftLock => "Le code est arrivé déformé par la touche Verr. Maj. et a été rétabli : relâchez-la.",
        Repair::AzertyCapsLock | Repair::AzertyShiftLock => "Lecteur réglé pour un clavier américain et touche Verr. Maj. enfoncée : le code a été rétabli. Essai du lecteur : F9.",
        Repair::LostSeparators => "Le lecteur n’envoie pas les séparateurs des boîtes : vérifiez le lot sur la boîte, et réglez le lecteur (essai : F9).",
        Repair::DoubtfulSeparators => "Boîte lue, mais le lot n’a pas pu l’être avec certitude (séparateurs perdus) : tapez-le. Essai du lecteur : F9.",
    }
}

/// Why what a reader sent was not taken, and what to do.
pub const fn failed(why: ScanFailure) -> &'static str {
    match why {
        ScanFailure::Beginning => {
            "Le code est arrivé en deux morceaux et n’a pas été pris\u{202f}: scannez-le à nouveau."
        }
        ScanFailure::Rest => {
            "La fin du dernier code est arrivée trop tard\u{202f}: vérifiez ce qui vient d’être lu, puis scannez-le à nouveau."
        }
        ScanFailure::KeypadKeys => {
            "Le lecteur tape sur un pavé numérique dont la touche Verr.\u{a0}Num. n’est pas active\u{202f}: appuyez dessus, puis scannez à nouveau."
        }
    }
}

/// What was wrong with the reader, and how to mend it.
pub const fn mend(repair: Repair) -> &'static str {
    match repair {
        Repair::Azerty => {
            "Le lecteur tape comme un clavier américain sur un poste français ; le code a été rétabli. Scannez, dans le \
             manuel du lecteur, le code de réglage « French keyboard » (clavier français), ou passez-le en mode série (USB-COM)."
        }
        Repair::CapsLock => {
            "Les majuscules sont arrivées en minuscules ; le code a été rétabli. Relâchez la touche Verr. Maj. : sur une boîte, \
             elle fausserait le lot et le numéro de série."
        }
        Repair::ShiftLock => {
            "Les chiffres sont arrivés en signes et les majuscules en minuscules ; le code a été rétabli. Relâchez la touche \
             Verr. Maj. : d’autres codes, déformés ainsi, ne peuvent pas être rétablis."
        }
        Repair::AzertyCapsLock | Repair::AzertyShiftLock => {
            "Clavier américain et touche Verr. Maj. à la fois ; le code a été rétabli. Relâchez Verr. Maj., puis réglez le lecteur \
             sur « French keyboard », ou passez-le en mode série (USB-COM)."
        }
        Repair::DoubtfulSeparators => {
            "Aucun séparateur GS1 n’est arrivé, et ce code se lit de deux façons sans eux : le lot ou le numéro de série n’a \
             pas été repris. Réglez le lecteur pour qu’il envoie GS (« FNC1 = GS », ASCII 29), ou passez-le en mode série (USB-COM)."
        }
        Repair::LostSeparators => {
            "Les séparateurs GS1 n’arrivent pas : le lot a été reconnu parce qu’une seule lecture est possible, vérifiez-le sur la \
             boîte. Réglez le lecteur pour qu’il envoie GS (« FNC1 = GS », ASCII 29), ou passez-le en mode série (USB-COM)."
        }
    }
}
/// A reader on a serial line is no longer there.
pub fn lost(device: &Path) -> String {
    format!(
        "Le lecteur série {} ne répond pas : vérifiez son câble. Il est cherché toutes les deux secondes ; les autres lecteurs fonctionnent.",
        safe(&device.display().to_string())
    )
}
