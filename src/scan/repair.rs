//! Undoing what a keyboard layout did to a scan: a reader types key positions, not characters.

use crate::domain::scanned::Repair;

/// What the French layout types for the keys of a US one, where they differ. One to one, so it can be undone.
const FRENCH_TO_US: &[(char, char)] = &[
    ('à', '0'),
    ('&', '1'),
    ('é', '2'),
    ('"', '3'),
    ('\'', '4'),
    ('(', '5'),
    ('-', '6'),
    ('è', '7'),
    ('_', '8'),
    ('ç', '9'),
    (')', '-'),
    ('$', ']'),
    ('^', '['),
    ('A', 'Q'),
    ('Q', 'A'),
    ('Z', 'W'),
    ('W', 'Z'),
    ('?', 'M'),
    ('a', 'q'),
    ('q', 'a'),
    ('z', 'w'),
    ('w', 'z'),
    (',', 'm'),
];

/// The text before the damage; `None` when the text cannot have been damaged that way.
pub fn mend(repair: Repair, text: &str) -> Option<String> {
    match repair {
        Repair::Azerty => us_keys(text),
        Repair::CapsLock => capitals(text),
    }
}

/// Digits never survive that layout, and no `M` does: a text that holds one was not damaged by it.
fn us_keys(text: &str) -> Option<String> {
    if text.contains(|c: char| c.is_ascii_digit() || c == 'M') {
        return None;
    }
    let key = |typed: char| {
        FRENCH_TO_US
            .iter()
            .find(|(french, _)| *french == typed)
            .map_or(typed, |(_, us)| *us)
    };
    Some(text.chars().map(key).collect())
}

fn capitals(text: &str) -> Option<String> {
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
    fn a_text_that_cannot_have_been_damaged_is_left_alone() {
        assert_eq!(mend(Repair::Azerty, "01S2"), None);
        assert_eq!(mend(Repair::Azerty, "à&M"), None);
        assert_eq!(mend(Repair::CapsLock, "01S2"), None);
        assert_eq!(mend(Repair::CapsLock, "01s2T"), None);
        assert_eq!(mend(Repair::CapsLock, "01s2").as_deref(), Some("01S2"));
    }
}
