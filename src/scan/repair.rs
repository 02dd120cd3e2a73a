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

/// What the keys of the digits type without Shift on a French layout.
const DIGIT_SIGNS: [char; 10] = ['à', '&', 'é', '"', '\'', '(', '-', 'è', '_', 'ç'];

/// What Caps Lock makes of keys that are no letters on a US layout, where it turns letters alone (libxkbcommon).
const CAPITAL_SIGNS: [(char, char); 5] = [('À', 'à'), ('É', 'é'), ('È', 'è'), ('Ç', 'ç'), ('Ù', 'ù')];

/// The text before the damage, one character for one; `None` when the text cannot have been damaged that way.
pub fn mend(repair: Repair, text: &str) -> Option<String> {
    match repair {
        Repair::Azerty => us_keys(text),
        Repair::CapsLock => other_case(text),
        // Without a digit's sign, the letters alone were turned.
        Repair::ShiftLock => text.contains(DIGIT_SIGNS).then(|| other_level(text))?,
        Repair::AzertyCapsLock => us_keys(&other_case(text)?),
        Repair::AzertyShiftLock => us_keys(&other_level(text)?),
        // Nothing was typed wrong there.
        Repair::LostSeparators | Repair::DoubtfulSeparators => None,
    }
}

/// The whole text as the US layout would have typed it.
fn us_keys(text: &str) -> Option<String> {
    // Every code of the counter holds digits: none typed as its sign, no damage. And what a French layout types with
    // AltGr alone (`]`, `|`, `@`) no key of a US layout typed.
    let is_key =
        |typed: char| !typed.is_ascii_graphic() || FRENCH_KEYS.iter().any(|keys| keys.contains(typed));
    let is_damaged = text.contains(DIGIT_SIGNS) && text.chars().all(is_key);
    is_damaged.then(|| {
        text.chars()
            .map(|typed| at_its_place(typed, 0, &US_KEYS))
            .collect()
    })
}

/// The whole text with and without Shift exchanged on every key, as Caps Lock does on Windows with a French layout.
fn other_level(text: &str) -> Option<String> {
    let exchange = |typed| at_its_place(typed, FRENCH_KEYS.len() / 2, &FRENCH_KEYS);
    is_reversed(text).then(|| text.chars().map(exchange).collect())
}

/// Capitals and small letters exchanged, as Caps Lock does on Linux and on a US layout.
fn other_case(text: &str) -> Option<String> {
    let exchange = |typed: char| match CAPITAL_SIGNS.iter().find(|(capital, _)| *capital == typed) {
        Some((_, sign)) => *sign,
        None if typed.is_ascii_lowercase() => typed.to_ascii_uppercase(),
        None => typed.to_ascii_lowercase(),
    };
    is_reversed(text).then(|| text.chars().map(exchange).collect())
}

/// Small letters and no capital, but in the carrier's identifier (`]d2`): Caps Lock turned them all. A lot in small
/// letters exists, so a text that is right as it stands never comes here.
fn is_reversed(text: &str) -> bool {
    let content = text.strip_prefix([']', '$', '£']).map_or(text, |after| {
        after
            .strip_prefix(|carrier: char| carrier.is_ascii_alphabetic())
            .unwrap_or(after)
    });
    content.contains(|c: char| c.is_ascii_lowercase()) && !content.contains(|c: char| c.is_ascii_uppercase())
}

/// What another table types with the key that typed this on a French layout, some rows further.
fn at_its_place(typed: char, rows_further: usize, other: &[&str; 8]) -> char {
    FRENCH_KEYS
        .iter()
        .enumerate()
        .find_map(|(row, keys)| {
            let place = keys.chars().position(|key| key == typed)?;
            other[(row + rows_further) % other.len()].chars().nth(place)
        })
        // Separators and line ends are no keys of a layout.
        .unwrap_or(typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scanned::Scanned;
    use crate::scan::what::read_text;

    /// What each damage makes of a text: a second writing of the tables, key by key, to hold `mend` against.
    fn damaged(repair: Repair, sent: &str) -> String {
        const SENT: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let typed = match repair {
            Repair::Azerty => "à&é\"'(-è_çQBCDEFGHIJKL?NOPARSTUVZXYW",
            Repair::CapsLock => "0123456789abcdefghijklmnopqrstuvwxyz",
            Repair::ShiftLock => "à&é\"'(-è_çabcdefghijklmnopqrstuvwxyz",
            Repair::AzertyCapsLock => "À&É\"'(-È_Çqbcdefghijkl?noparstuvzxyw",
            Repair::AzertyShiftLock => "0123456789qbcdefghijkl,noparstuvzxyw",
            Repair::LostSeparators | Repair::DoubtfulSeparators => SENT,
        };
        sent.chars()
            .map(|key| {
                SENT.find(key)
                    .map_or(key, |place| typed.chars().nth(place).unwrap())
            })
            .collect()
    }

    #[test]
    fn every_key_of_a_prescription_number_comes_back_from_each_damage() {
        let number = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for repair in Repair::OF_KEYBOARDS {
            let typed = damaged(repair, number);
            assert_eq!(
                mend(repair, &typed).as_deref(),
                Some(number),
                "{repair:?} {typed}"
            );
        }
        let without_capital_signs = "à&é\"'(-è_çqbcdefghijkl?noparstuvzxyw";
        assert_eq!(
            mend(Repair::AzertyCapsLock, without_capital_signs).as_deref(),
            Some(number)
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
        assert_eq!(mend(Repair::ShiftLock, "01s2"), None);
        assert_eq!(mend(Repair::ShiftLock, "à&S"), None);
        assert_eq!(mend(Repair::AzertyShiftLock, "01S2"), None);
        assert_eq!(mend(Repair::CapsLock, "01s2").as_deref(), Some("01S2"));
        assert_eq!(mend(Repair::CapsLock, "]D201s2").as_deref(), Some("]d201S2"));
    }

    proptest::proptest! {
        #[test]
        fn what_a_keyboard_damaged_comes_back_one_character_for_one(
            number in "[0-9]{2}[0-9A-Z]{15}[A-Z]", any in "\\PC*",
        ) {
            for repair in Repair::OF_KEYBOARDS {
                let typed = damaged(repair, &number);
                if let Some(mended) = mend(repair, &typed) {
                    proptest::prop_assert_eq!(mended, number.clone(), "{:?}", repair);
                }
                if let Some(mended) = mend(repair, &any) {
                    proptest::prop_assert_eq!(mended.chars().count(), any.chars().count());
                }
            }
        }

        #[test]
        fn a_number_that_one_fault_damaged_is_read_as_itself_or_not_at_all(
            number in "[0-9]{2}([0-9A-Z]{15}|[0-9B-LNOPR-VXY]{15})[A-Z]", before in "|[0-9A-Z]{1,5} ",
        ) {
            for repair in Repair::OF_KEYBOARDS.into_iter().filter(|repair| repair.faults() == 1) {
                let scanned = read_text(&damaged(repair, &format!("{before}{number}"))).scanned;
                let is_itself = matches!(&scanned, Scanned::Prescription(read) if read.as_str() == number);
                proptest::prop_assert!(
                    is_itself || matches!(scanned, Scanned::Ambiguous | Scanned::Text),
                    "{:?}: {:?}", repair, scanned
                );
            }
        }
    }
}
