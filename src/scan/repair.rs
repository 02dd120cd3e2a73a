//! Undoing what a keyboard layout did to a scan: a reader types key positions, not characters.

use crate::domain::scanned::Repair;

/// The keys of a US layout, row by row, plain then with Shift.
const US_KEYS: [&str; 8] = [
    "`1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'\\",
    "zxcvbnm,./",
    "~!@#$%^&*()_+",
    "QWERTYUIOP{}",
    "ASDFGHJKL:\"|",
    "ZXCVBNM<>?",
];

/// What the French layout types for the same keys. `^` and `¨` wait there for a letter: they may never arrive.
const FRENCH_KEYS: [&str; 8] = [
    "²&é\"'(-è_çà)=",
    "azertyuiop^$",
    "qsdfghjklmù*",
    "wxcvbn,;:!",
    "~1234567890°+",
    "AZERTYUIOP¨£",
    "QSDFGHJKLM%µ",
    "WXCVBN?./§",
];

/// The text before the damage; `None` when the text cannot have been damaged that way.
pub fn mend(repair: Repair, text: &str) -> Option<String> {
    match repair {
        Repair::Azerty => us_keys(text),
        Repair::CapsLock => other_case(text),
        Repair::AzertyCapsLock => us_keys(&other_case(text)?),
        // Nothing was typed wrong there.
        Repair::LostSeparators => None,
    }
}

/// The whole text as the US layout would have typed it.
fn us_keys(text: &str) -> Option<String> {
    // Every code of the counter begins with a digit or with letters and digits: no digit typed as its sign, no damage.
    let begins_damaged = text.contains(['à', '&', 'é']);
    begins_damaged.then(|| text.chars().map(us_key).collect())
}

fn us_key(typed: char) -> char {
    FRENCH_KEYS
        .iter()
        .zip(US_KEYS)
        .find_map(|(french, us)| {
            let place = french.chars().position(|key| key == typed)?;
            us.chars().nth(place)
        })
        // Separators and line ends are no keys of a layout.
        .unwrap_or(typed)
}

/// Capitals for small letters, when there is no capital: Caps Lock turned them all. A lot in small letters
/// exists, so a text that is right as it stands never comes here.
fn other_case(text: &str) -> Option<String> {
    let is_reversed = text.contains(|c: char| c.is_ascii_lowercase()) && !text.contains(char::is_uppercase);
    is_reversed.then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_prescription_number_comes_back() {
        // What a French layout types for the keys of "0123456789" and "A" to "Z".
        let typed = "à&é\"'(-è_çQBCDEFGHIJKL?NOPARSTUVZXYW";
        assert_eq!(
            mend(Repair::Azerty, typed).as_deref(),
            Some("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        );
    }

    #[test]
    fn the_two_layouts_have_the_same_keys() {
        for (us, french) in US_KEYS.iter().zip(FRENCH_KEYS) {
            assert_eq!(us.chars().count(), french.chars().count(), "{us}");
        }
    }

    #[test]
    fn a_text_that_cannot_have_been_damaged_is_left_alone() {
        assert_eq!(mend(Repair::Azerty, "01S2"), None);
        assert_eq!(mend(Repair::AzertyCapsLock, "à&S"), None);
        assert_eq!(mend(Repair::CapsLock, "01S2"), None);
        assert_eq!(mend(Repair::CapsLock, "01s2T"), None);
        assert_eq!(mend(Repair::CapsLock, "01s2").as_deref(), Some("01S2"));
    }
}
