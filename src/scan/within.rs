//! Prescription numbers inside a longer text or an address: each taken whole, or not at all.

use std::borrow::Cow;

use crate::domain::number::{NUMBER_LENGTH, PrescriptionNumber};

/// What stands between the groups of a number that is printed for people to read.
const GROUP_SEPARATORS: [char; 10] = [
    ' ', '\u{a0}', '\u{202f}', '-', '.', '_', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}',
];

/// The longest group, and the fewest of them: "75001 SAINT GERMAIN" is no number.
const GROUP_LENGTH_MAX: usize = 6;
const GROUPS_MIN: usize = 3;

/// The numbers that stand alone among the other characters, each once, in their order: between characters that are
/// neither letters nor digits of any script, in one piece or, outside of an address, in groups.
pub(super) fn numbers(text: &str, is_address: bool) -> Vec<PrescriptionNumber> {
    let text = if is_address {
        percent_decoded(text)
    } else {
        Cow::Borrowed(text)
    };
    // A control or an invisible character is no prescriber's software: someone hides something. U+FFFD was another
    // character, and a number beside it may be a part of what was printed.
    let is_plain =
        |c: char| matches!(c, '\r' | '\n' | '\t') || !(c.is_control() || is_invisible(c) || c == '\u{fffd}');
    if !text.chars().all(is_plain) {
        return Vec::new();
    }
    let mut numbers = Vec::new();
    let grouped = if is_address { None } else { in_groups(&text) };
    for number in text
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|run| run.parse::<PrescriptionNumber>().ok())
        .chain(grouped)
    {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// An address without its escapes, once. One that is no text in UTF-8 stays as it is.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.split_at_checked(2)).flatten();
        let decoded = escaped.and_then(|(digits, after)| Some((from_hexadecimal(digits)?, after)));
        let (byte, behind) = decoded.unwrap_or((*first, after));
        bytes.push(byte);
        rest = behind;
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn from_hexadecimal(digits: &[u8]) -> Option<u8> {
    let are_digits = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok()?;
    are_digits.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// The only number that is printed in groups; none where two are, for their groups may run into each other.
fn in_groups(text: &str) -> Option<PrescriptionNumber> {
    let mut found = GROUP_SEPARATORS.into_iter().flat_map(|separator| {
        text.split(move |c: char| !c.is_alphanumeric() && c != separator)
            .flat_map(move |run| {
                let groups: Vec<&str> = run.split(separator).collect();
                (0..groups.len())
                    .filter_map(|start| from_groups(&groups[start..]))
                    .collect::<Vec<_>>()
            })
    });
    let number = found.next()?;
    found.next().is_none().then_some(number)
}

/// The number that the first of these groups are.
fn from_groups(groups: &[&str]) -> Option<PrescriptionNumber> {
    let mut length = 0;
    // A text may hold nothing but separators: two of them in a row part no groups.
    let filled = groups.iter().take_while(|group| !group.is_empty());
    let first = filled.take_while(|group| {
        let is_within = length < NUMBER_LENGTH;
        length += group.len();
        is_within
    });
    number_of(&groups[..first.count()])
}

/// The number that all of these groups are.
pub(super) fn number_of(groups: &[&str]) -> Option<PrescriptionNumber> {
    let length: usize = groups.iter().map(|group| group.len()).sum();
    if length != NUMBER_LENGTH || groups.len() < GROUPS_MIN || !are_even(groups) {
        return None;
    }
    // The words of an address are letters, or digits.
    let is_mixed = |group: &&str| {
        group.contains(|c: char| c.is_ascii_digit()) && group.contains(|c: char| c.is_ascii_uppercase())
    };
    let is_number = groups.iter().any(is_mixed);
    is_number.then(|| groups.concat().parse().ok()).flatten()
}

/// All of one length, but for a shorter first or last one.
fn are_even(groups: &[&str]) -> bool {
    let longest = groups.iter().map(|group| group.len()).max().unwrap_or(0);
    let shorter = groups.iter().filter(|group| group.len() < longest).count();
    let ends = [groups.first(), groups.last()];
    let is_at_an_end = ends.into_iter().flatten().any(|group| group.len() < longest);
    longest <= GROUP_LENGTH_MAX && (shorter == 0 || (shorter == 1 && is_at_an_end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, is_address: bool) -> Vec<String> {
        numbers(text, is_address)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn numbers_are_found_in_texts_whole_and_in_groups() {
        const NUMBER: &str = "01S2TBPZ2JCNZZYGHZ";
        const OTHER: &str = "01K7M4QX2RT9WBHV6P";
        for (text, expected) in [
            ("Ordonnance 01S2TBPZ2JCNZZYGHZ du 20/11/2026", vec![NUMBER]),
            ("Ordonnance 01S2 TBPZ 2JCN ZZYG HZ du 20/11/2026", vec![NUMBER]),
            ("n° 01-S2TB-PZ2J-CNZZ-YGHZ.", vec![NUMBER]),
            ("n° 01S2TB\u{202f}PZ2JCN\u{202f}ZZYGHZ, page 1", vec![NUMBER]),
            ("01S2TBPZ2JCNZZYGHZ (01S2 TBPZ 2JCN ZZYG HZ)", vec![NUMBER]),
            ("01S2TBPZ2JCNZZYGHZ, 01K7M4QX2RT9WBHV6P", vec![NUMBER, OTHER]),
            // Two numbers in groups may run into each other; three groups of a kind are a number's, two are words.
            ("01S2 TBPZ 2JCN ZZYG HZ et 01K7 M4QX 2RT9 WBHV 6P", vec![]),
            ("12 RUES NEUF PONT LOIN VERT", vec![]),
            ("à 75001 SAINTGERMAINS", vec![]),
            ("01S2 TBPZ 2JCN ZZYG HZ9", vec![]),
            ("01S2 TBPZ\n2JCN ZZYG HZ", vec![]),
            ("01S2-TBPZ 2JCN-ZZYG HZ", vec![]),
            ("%2001S2TBPZ2JCNZZYGHZ", vec![]),
        ] {
            assert_eq!(found(text, false), expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_of_separators_alone_is_passed_over() {
        for separator in GROUP_SEPARATORS {
            let long: String = std::iter::repeat_n(separator, 1_000_000).collect();
            assert_eq!(found(&format!("a{long}a"), false), [""; 0]);
        }
    }

    #[test]
    fn an_address_is_searched_without_its_escapes_once() {
        for (address, found_in_it) in [
            ("https://o.example/?n%3D01S2TBPZ2JCNZZYGHZ", true),
            ("https://o.example/?t=no%20%3a%2001S2TBPZ2JCNZZYGHZ", true),
            ("https://o.example/%C3%A9/01S2TBPZ2JCNZZYGHZ", true),
            ("https://o.example/100%/01S2TBPZ2JCNZZYGHZ", true),
            ("https://o.example/?t=%252001S2TBPZ2JCNZZYGHZ", false),
            ("https://o.example/%0001S2TBPZ2JCNZZYGHZ", false),
            ("https://o.example/%C3%A901S2TBPZ2JCNZZYGHZ", false),
            ("https://o.example/%+201S2TBPZ2JCNZZYGHZ", false),
            ("https://o.example/01S2-TBPZ-2JCN-ZZYG-HZ", false),
        ] {
            assert_eq!(!found(address, true).is_empty(), found_in_it, "{address:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|(?s).*|[0-9A-Z%é -]{0,60}") {
            for is_address in [true, false] {
                let _ = numbers(&text, is_address);
            }
        }
    }
}
