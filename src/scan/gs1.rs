//! The element strings on boxes of medicine (GS1 DataMatrix): product, expiry, lot.
//!
//! `01` GTIN, `17` expiry, `10` lot, `21` serial, in any order. Elements of fixed length follow one
//! another; the others end at a separator (FNC1, sent as GS, 0x1D) or at the end of the text.
//! A wrong lot in a register is worse than none: what could be read two ways is left out.

use jiff::civil::Date;

use crate::domain::identifiers::{Cip13, Lot, ean_check_digit_is_right};
use crate::domain::scanned::ScannedBox;

/// FNC1 between two elements, as readers send it.
pub const SEPARATOR: char = '\u{1d}';

/// The longest value of the elements without a fixed length that boxes carry.
const VALUE_LENGTH_MAX: usize = 20;

/// The longest run that elements whose separators were lost can make together.
const RUN_LENGTH_MAX: usize = 4 * VALUE_LENGTH_MAX;

/// What one application identifier announces.
#[derive(Clone, Copy)]
enum Length {
    Fixed(usize),
    Variable,
}

/// The application identifiers that stand on medicine boxes. One that is not here makes the text
/// unreadable: guessing its length would shift everything after it.
const ELEMENTS: &[(&str, Length)] = &[
    ("01", Length::Fixed(14)), // GTIN
    ("10", Length::Variable),  // lot
    ("11", Length::Fixed(6)),  // manufactured on
    ("13", Length::Fixed(6)),  // packed on
    ("15", Length::Fixed(6)),  // best before
    ("17", Length::Fixed(6)),  // expiry
    ("20", Length::Fixed(2)),  // variant
    ("21", Length::Variable),  // serial
    ("240", Length::Variable), // the maker's own reference
    ("710", Length::Variable), // national numbers: Germany,
    ("711", Length::Variable), // France,
    ("712", Length::Variable), // Spain,
    ("713", Length::Variable), // Brazil,
    ("714", Length::Variable), // Portugal
];

/// The elements of variable length that French boxes put before another one.
const NEIGHBOURS: [&str; 3] = ["10", "17", "21"];

/// Reads the code of a box, without its AIM prefix. `None`: it is not one, or it is a damaged one.
pub fn read_box(text: &str) -> Option<ScannedBox> {
    let elements = split(text)?;
    let value = |identifier: &str| {
        elements
            .iter()
            .find(|(known, _)| *known == identifier)
            .and_then(|(_, value)| *value)
    };
    let gtin = value("01")?;
    if !gtin.bytes().all(|b| b.is_ascii_digit()) || !ean_check_digit_is_right(gtin) {
        return None;
    }
    let expiry = match value("17") {
        Some(digits) => Some(expiry(digits)?),
        None => None,
    };
    let lot = match value("10") {
        Some(characters) => Some(characters.parse::<Lot>().ok()?),
        None => None,
    };
    Some(ScannedBox {
        cip13: gtin.strip_prefix('0').and_then(french_presentation),
        lot,
        expiry,
    })
}

/// Reads the linear code of a box: 13 digits alone. The check digit must be right.
pub fn read_ean13(text: &str) -> Option<ScannedBox> {
    let is_ean =
        text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit()) && ean_check_digit_is_right(text);
    is_ean.then(|| ScannedBox {
        cip13: french_presentation(text),
        lot: None,
        expiry: None,
    })
}

/// Whether the text sets out as an element string, readable or not: such a text is never searched
/// for anything else, for a serial can have the shape of a prescription number.
pub fn sets_out_as_one(text: &str) -> bool {
    text.contains(SEPARATOR)
        || (text.starts_with("01") && text.len() >= 16 && text.bytes().take(16).all(|b| b.is_ascii_digit()))
}

/// Every CIP13 of the public medicines database begins with 34009; 34008 are hospital units (UCD).
fn french_presentation(ean: &str) -> Option<Cip13> {
    ean.starts_with("34009").then(|| ean.parse().ok()).flatten()
}

/// Cuts the text into (identifier, value). The value is `None` where a lost separator leaves doubt.
fn split(text: &str) -> Option<Vec<(&'static str, Option<&str>)>> {
    // Some readers drop FNC1 altogether: then nothing says where a lot ends.
    let text = text.trim_matches(SEPARATOR);
    let separators_arrive = text.contains(SEPARATOR);
    let mut elements: Vec<(&'static str, Option<&str>)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (identifier, length) = ELEMENTS
            .iter()
            .find(|(identifier, _)| rest.starts_with(identifier))?;
        if elements.iter().any(|(known, _)| known == identifier) {
            return None;
        }
        rest = rest.get(identifier.len()..)?;
        let value;
        (value, rest) = match length {
            Length::Fixed(count) => (rest.get(..*count)?, rest.get(*count..)?),
            Length::Variable => rest.split_once(SEPARATOR).unwrap_or((rest, "")),
        };
        rest = rest.strip_prefix(SEPARATOR).unwrap_or(rest);
        let is_doubtful = !separators_arrive
            && matches!(length, Length::Variable)
            && value.len() <= RUN_LENGTH_MAX
            && swallows_a_neighbour(value, &elements, identifier);
        let is_whole = match length {
            Length::Fixed(_) => !value.contains(SEPARATOR),
            Length::Variable => !value.is_empty() && value.len() <= VALUE_LENGTH_MAX,
        };
        if !is_whole && !is_doubtful {
            return None;
        }
        elements.push((identifier, (!is_doubtful).then_some(value)));
    }
    Some(elements)
}

/// Whether a value without a visible end may hold the beginning of another element.
fn swallows_a_neighbour(value: &str, before: &[(&str, Option<&str>)], own: &str) -> bool {
    NEIGHBOURS
        .iter()
        .filter(|neighbour| **neighbour != own && before.iter().all(|(known, _)| known != *neighbour))
        .any(|neighbour| {
            value
                .match_indices(neighbour)
                .any(|(place, _)| place > 0 && place + neighbour.len() < value.len())
        })
}

/// Reads YYMMDD. Day 00 is the last day of the month (GS1 General Specifications, 3.4.7).
fn expiry(digits: &str) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i8>().ok();
    // Two digits of a year on a box in use can only be of this century.
    let year = 2000 + i16::from(number(0..2)?);
    let (month, day) = (number(2..4)?, number(4..6)?);
    match day {
        0 => Date::new(year, month, 1).ok().map(Date::last_of_month),
        _ => Date::new(year, month, day).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// cip13, lot, expiry.
    type Expected = Option<(Option<&'static str>, Option<&'static str>, Option<(i16, i8, i8)>)>;

    fn check(rows: &[(&str, Expected)]) {
        for (text, expected) in rows {
            let expected = expected.map(|(cip13, lot, expiry)| ScannedBox {
                cip13: cip13.map(|digits| digits.parse().unwrap()),
                lot: lot.map(|characters| characters.parse().unwrap()),
                expiry: expiry.map(|(year, month, day)| date(year, month, day)),
            });
            assert_eq!(read_box(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_box_tells_its_product_its_lot_and_its_last_day() {
        const AMOXICILLIN: Option<&str> = Some("3400933857042");
        check(&[
            // In both orders, with separators before, between and after.
            (
                "01034009338570421728093010AB12C\u{1d}21SN0000000000001",
                Some((AMOXICILLIN, Some("AB12C"), Some((2028, 9, 30)))),
            ),
            (
                "\u{1d}010340093385704221SN0000000000001\u{1d}1728093010AB12C\u{1d}",
                Some((AMOXICILLIN, Some("AB12C"), Some((2028, 9, 30)))),
            ),
            (
                "010340093385704221SN01\u{1d}10MA00614A\u{1d}17270430",
                Some((AMOXICILLIN, Some("MA00614A"), Some((2027, 4, 30)))),
            ),
            // A separator after an element of fixed length is allowed.
            (
                "0103400933857042\u{1d}17280930\u{1d}10L1",
                Some((AMOXICILLIN, Some("L1"), Some((2028, 9, 30)))),
            ),
            // Day 00, leap year included.
            (
                "01034009338570421725030010L386",
                Some((AMOXICILLIN, Some("L386"), Some((2025, 3, 31)))),
            ),
            (
                "01034009338570421724020010H050",
                Some((AMOXICILLIN, Some("H050"), Some((2024, 2, 29)))),
            ),
            // The lot holds the digits of other elements: with separators there is no doubt.
            (
                "010340093385704221172110A\u{1d}10211799\u{1d}17290228",
                Some((AMOXICILLIN, Some("211799"), Some((2029, 2, 28)))),
            ),
            ("0103400933857042", Some((AMOXICILLIN, None, None))),
            // German: a box all the same, without a French code.
            (
                "01041501234567821728093010X1\u{1d}21S1\u{1d}71012345678",
                Some((None, Some("X1"), Some((2028, 9, 30)))),
            ),
        ]);
    }

    #[test]
    fn where_separators_were_lost_the_lot_is_left_out_and_never_guessed() {
        check(&[
            (
                "010340093595583817240331101KH4A",
                Some((Some("3400935955838"), Some("1KH4A"), Some((2024, 3, 31)))),
            ),
            // 10 then 21 in one run: is the lot 9M63A, or 9M63A21106G?
            (
                "010340093385704217220507109M63A21106G",
                Some((Some("3400933857042"), None, Some((2022, 5, 7)))),
            ),
            // A serial that runs on into the lot and the expiry.
            (
                "01034009300913572188026252604381310VWA25001A17280831",
                Some((Some("3400930091357"), None, None)),
            ),
        ]);
    }

    #[test]
    fn a_damaged_code_is_no_box() {
        for text in [
            "",
            "01",
            "010340093385704",
            "01034009338570431728093010AB12C\u{1d}21S1", // check digit
            "01034009338570421728133010AB12C\u{1d}21S1", // month 13
            "01034009338570421728063110AB12C\u{1d}21S1", // 31 June
            "01034009338570421728093010AB12C\u{1d}21999999999999999999999", // a serial of 21
            "01034009338570421728093010AB12C\u{1d}10AB12C", // two lots
            &format!("010340093385704210{}", "A21".repeat(40)), // a run longer than a code
            "010340093385704217280930\u{1d}99X\u{1d}10A", // an element of no known length
            "0103400933857042172809",                    // cut in the expiry
            "0103400933857042101\u{e9}\u{1d}17280930",   // a lot out of its alphabet
            "020340093385704217280930",                  // no product
            "+E219C201438401/$$32208030030077849/16D20170803D", // another standard (HIBC)
        ] {
            assert_eq!(read_box(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_linear_code_is_a_product_alone() {
        let cip13 = |text| read_ean13(text).map(|read| read.cip13.map(|c| c.as_str().to_owned()));
        assert_eq!(cip13("3400933857042"), Some(Some("3400933857042".into())));
        assert_eq!(cip13("3400933857043"), None, "check digit");
        assert_eq!(cip13("4006381333931"), Some(None), "not a French medicine");
        assert_eq!(cip13("340093385704"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(01[0-9]{14})?[0-9A-Z\u{1d}é]{0,40}") {
            let _ = read_box(&text);
        }
    }
}
