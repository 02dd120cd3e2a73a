//! The element strings on boxes of medicine (GS1 DataMatrix): product, expiry, lot, serial.
//!
//! `01` GTIN, `17` expiry, `10` lot, `21` serial, in any order. Elements of fixed length follow one
//! another; the others end at a separator (FNC1, sent as GS, 0x1D) or at the end of the text.
//!
//! Readers that type often lose the separators, and then a text can be read in several ways. All of
//! them are looked at: where the text proves that separators were lost, the reading that finds most
//! of the elements a box must carry is taken, and the person is told; where readings disagree on a
//! lot or a serial, that one is left out. A wrong lot in a register is worse than none.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::domain::identifiers::{BOX_TEXT_LENGTH_MAX, Cip13, Lot, Serial, ean_check_digit_is_right};
use crate::domain::scanned::{Repair, ScannedBox};

/// FNC1 between two elements, as readers send it.
pub const SEPARATOR: char = '\u{1d}';

/// How readers and decoders that cannot send 0x1D write it.
///
/// `]` is what Ctrl+] types when Ctrl is lost on its way; no value holds one.
const WRITTEN_SEPARATORS: [&str; 5] = ["^]", "<GS>", "{GS}", "\u{241d}", "]"];

/// What one application identifier announces.
#[derive(Clone, Copy, PartialEq, Eq)]
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
    ("714", Length::Variable), // Portugal,
    ("715", Length::Variable), // United States,
    ("716", Length::Variable), // Italy
];

/// The elements that a French box carries after its product: only these are looked for without a separator.
const NEIGHBOURS: &[(&str, Length)] = &[
    ("10", Length::Variable),
    ("11", Length::Fixed(6)),
    ("17", Length::Fixed(6)),
    ("21", Length::Variable),
];

/// One way to cut a text: identifiers and values.
type Elements<'a> = Vec<(&'static str, &'a str)>;

/// Reads the code of a box, without its AIM prefix, and says if its separators had been lost.
/// `None`: it is not one, or it is a damaged one.
pub fn read_box(text: &str) -> Option<(ScannedBox, Option<Repair>)> {
    let text = with_separators(text);
    let sends_separators = text.ends_with(SEPARATOR);
    let text = text.trim_matches(SEPARATOR);
    if text.contains(SEPARATOR) {
        return Some((scanned_box(&split(text)?)?, None));
    }
    // The last element had its separator: no other lost its own, and a serial may hold the digits that begin a lot.
    if let Some(read) = sends_separators.then(|| scanned_box(&split(text)?)).flatten() {
        return Some((read, None));
    }
    let mut readings = Vec::new();
    cut(text, &mut Vec::new(), &mut readings);
    let readings: Vec<(Elements<'_>, ScannedBox)> = readings
        .into_iter()
        .filter_map(|elements| Some((scanned_box(&elements)?, elements)))
        .map(|(read, elements)| (elements, read))
        .collect();
    let are_lost = !readings.iter().any(|(elements, _)| needs_no_separator(elements));
    // Where a separator is missing for certain, a box has all that the law makes it carry.
    let most = readings.iter().map(|(elements, _)| elements.len()).max()?;
    let mut likely = readings
        .into_iter()
        .filter(|(elements, _)| !are_lost || elements.len() == most)
        .map(|(_, read)| read);
    let mut agreed = likely.next()?;
    let mut are_doubtful = false;
    for other in likely {
        are_doubtful |= other != agreed;
        agreed.lot = agreed.lot.filter(|lot| other.lot.as_ref() == Some(lot));
        agreed.serial = agreed
            .serial
            .filter(|serial| other.serial.as_ref() == Some(serial));
        agreed.expiry = agreed.expiry.filter(|expiry| other.expiry == Some(*expiry));
    }
    let repair = if are_doubtful {
        Some(Repair::DoubtfulSeparators)
    } else {
        are_lost.then_some(Repair::LostSeparators)
    };
    Some((agreed, repair))
}

/// Reads the code of a box that a reader typed on another layout, its text mended. Such readers type Ctrl+5 for a
/// separator, and where Ctrl is lost on its way a 5 is left: one at the end of a lot or a serial may be either.
pub fn read_mended_box(text: &str) -> Option<(ScannedBox, Option<Repair>)> {
    let (mut read, mut repair) = read_box(text)?;
    let may_be_separator = |value: &str| value.ends_with('5') && !text.ends_with(value);
    if repair == Some(Repair::LostSeparators) {
        let lot = read.lot.take_if(|lot| may_be_separator(lot.as_str()));
        let serial = read.serial.take_if(|serial| may_be_separator(serial.as_str()));
        if lot.is_some() || serial.is_some() {
            repair = Some(Repair::DoubtfulSeparators);
        }
    }
    Some((read, repair))
}

/// Whether the text is a linear code: 13 digits alone, the last of which is right.
pub fn is_ean13(text: &str) -> bool {
    text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit()) && ean_check_digit_is_right(text)
}

/// Reads the linear code of a box. French medicines and devices begin with 3400 or 3401 (CIP and ACL): another
/// article of the trade is none.
pub fn read_ean13(text: &str) -> Option<ScannedBox> {
    let is_of_a_box = is_ean13(text) && (text.starts_with("3400") || text.starts_with("3401"));
    is_of_a_box.then(|| ScannedBox {
        cip13: french_presentation(text),
        lot: None,
        expiry: None,
        serial: None,
    })
}

/// Whether the text sets out as an element string, readable or not: such a text is never searched
/// for anything else, for a serial can have the shape of a prescription number.
pub fn sets_out_as_one(text: &str) -> bool {
    text.contains(SEPARATOR) || begins_with_product(text)
}

fn begins_with_product(text: &str) -> bool {
    text.starts_with("01") && text.len() >= 16 && text.bytes().take(16).all(|b| b.is_ascii_digit())
}

/// The text with GS between its elements, however they were told apart.
fn with_separators(text: &str) -> Cow<'_, str> {
    if text.contains(SEPARATOR) {
        return Cow::Borrowed(text);
    }
    if text.starts_with("(01)") {
        // As printed for people to read: no value holds a parenthesis there.
        return Cow::Owned(text.replace('(', "\u{1d}").replace([')', ' '], ""));
    }
    let begins =
        begins_with_product(text) || WRITTEN_SEPARATORS.iter().any(|written| text.starts_with(written));
    let written = WRITTEN_SEPARATORS
        .into_iter()
        // No lot and no serial holds a blank: some terminals show GS as one.
        .chain([" "])
        .find(|written| begins && text.contains(written));
    written.map_or(Cow::Borrowed(text), |written| {
        Cow::Owned(text.replace(written, "\u{1d}"))
    })
}

/// Every CIP13 of the public medicines database begins with 34009; 34008 are hospital units (UCD).
fn french_presentation(ean: &str) -> Option<Cip13> {
    ean.starts_with("34009").then(|| ean.parse().ok()).flatten()
}

fn scanned_box(elements: &Elements<'_>) -> Option<ScannedBox> {
    let value = |wanted: &str| {
        elements
            .iter()
            .find(|(identifier, _)| *identifier == wanted)
            .map(|(_, value)| *value)
    };
    let gtin = value("01")?;
    if !gtin.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Boxes of other countries circulate with wrong keys. Nothing is taken from their number, so a lot is
    // proof enough that it is a box; a French one must be right to the last digit.
    let is_foreign_box = !gtin.starts_with("034009") && value("10").is_some();
    if !is_foreign_box && !ean_check_digit_is_right(gtin) {
        return None;
    }
    // One that is there must be right: a damaged element is a damaged code.
    let expiry = value("17").map(date);
    let manufactured = value("11").map(date);
    let lot = value("10").map(|text| printed(text)?.parse::<Lot>().ok());
    let serial = value("21").map(|text| printed(text)?.parse::<Serial>().ok());
    if matches!(expiry, Some(None)) || matches!(manufactured, Some(None)) {
        return None;
    }
    if matches!(lot, Some(None)) || matches!(serial, Some(None)) {
        return None;
    }
    Some(ScannedBox {
        cip13: gtin.strip_prefix('0').and_then(french_presentation),
        lot: lot.flatten(),
        expiry: expiry.flatten(),
        serial: serial.flatten(),
    })
}

/// The text, if it holds only what GS1 lets boxes carry (character set 82).
fn printed(text: &str) -> Option<&str> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "!\"%&'()*+,-./:;<=>?_".contains(c);
    text.chars().all(is_allowed).then_some(text)
}

/// Cuts a text whose separators arrived: there is one way.
fn split(text: &str) -> Option<Elements<'_>> {
    let mut elements = Elements::new();
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
        let is_whole = match length {
            Length::Fixed(_) => !value.contains(SEPARATOR),
            Length::Variable => !value.is_empty() && value.len() <= BOX_TEXT_LENGTH_MAX,
        };
        if !is_whole {
            return None;
        }
        elements.push((identifier, value));
    }
    Some(elements)
}

/// Cuts a text without separators in every way it can be: at most two elements have no fixed length, so there
/// are a few hundred ways at the worst.
fn cut<'a>(rest: &'a str, before: &mut Elements<'a>, readings: &mut Vec<Elements<'a>>) {
    if rest.is_empty() {
        readings.push(before.clone());
        return;
    }
    let known = if before.is_empty() { ELEMENTS } else { NEIGHBOURS };
    // Without separators, the first element is the product or the text is no box.
    let Some((identifier, length)) = known.iter().find(|(identifier, _)| rest.starts_with(identifier)) else {
        return;
    };
    if before.iter().any(|(other, _)| other == identifier) {
        return;
    }
    let after = &rest[identifier.len()..];
    let ends = match length {
        Length::Fixed(count) => *count..=*count,
        Length::Variable => 1..=BOX_TEXT_LENGTH_MAX,
    };
    for end in ends {
        let (Some(value), Some(following)) = (after.get(..end), after.get(end..)) else {
            continue;
        };
        before.push((identifier, value));
        cut(following, before, readings);
        before.pop();
    }
}

/// Whether a box could have sent it so: only the last element may have no fixed length.
fn needs_no_separator(elements: &Elements<'_>) -> bool {
    let is_variable = |wanted: &str| {
        ELEMENTS
            .iter()
            .any(|(identifier, length)| *identifier == wanted && *length == Length::Variable)
    };
    elements
        .split_last()
        .is_some_and(|(_, before)| before.iter().all(|(identifier, _)| !is_variable(identifier)))
}

/// Reads YYMMDD. Day 00 is the last day of the month (GS1 General Specifications, 3.4.7).
fn date(digits: &str) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| {
        let digits = digits.get(range)?;
        // `parse` alone would take a sign.
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse::<i8>().ok())?
    };
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

    /// A box in one line: its product, lot, last day and serial, `-` for none, then what was repaired.
    fn written(text: &str) -> String {
        let Some((read, repaired)) = read_box(text) else {
            return "no box".to_owned();
        };
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        format!(
            "{} {} {} {}{}",
            or_dash(read.cip13.map(|code| code.to_string())),
            or_dash(read.lot.map(|lot| lot.to_string())),
            or_dash(read.expiry.map(|date| date.to_string())),
            or_dash(read.serial.map(|serial| serial.to_string())),
            repaired
                .map(|repair| format!(" {}", repair.code()))
                .unwrap_or_default(),
        )
    }

    fn check(rows: &[(&str, &str)]) {
        for (text, expected) in rows {
            assert_eq!(written(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn a_last_element_with_its_separator_is_taken_whole() {
        // Its lot holds the digits that would begin another element.
        let (read, repaired) = read_box("01034009338570421034009321B\u{1d}").unwrap();
        assert_eq!(read.lot.map(|lot| lot.to_string()).as_deref(), Some("34009321B"));
        assert_eq!((read.serial, repaired), (None, None));
    }

    #[test]
    fn a_box_tells_its_product_its_lot_its_last_day_and_its_serial() {
        check(&[
            // In both orders, with separators before, between and after.
            (
                "01034009338570421728093010AB12C\u{1d}21SN0000000000001",
                "3400933857042 AB12C 2028-09-30 SN0000000000001",
            ),
            (
                "\u{1d}010340093385704221SN0000000000001\u{1d}1728093010AB12C\u{1d}",
                "3400933857042 AB12C 2028-09-30 SN0000000000001",
            ),
            (
                "010340093385704221SN01\u{1d}10MA00614A\u{1d}17270430",
                "3400933857042 MA00614A 2027-04-30 SN01",
            ),
            // A separator after an element of fixed length is allowed.
            (
                "0103400933857042\u{1d}17280930\u{1d}10L1",
                "3400933857042 L1 2028-09-30 -",
            ),
            // Day 00, leap year included.
            (
                "01034009338570421725030010L386",
                "3400933857042 L386 2025-03-31 -",
            ),
            (
                "01034009338570421724020010H050",
                "3400933857042 H050 2024-02-29 -",
            ),
            // The lot holds the digits of other elements: with separators there is no doubt.
            (
                "010340093385704221172110A\u{1d}10211799\u{1d}17290228",
                "3400933857042 211799 2029-02-28 172110A",
            ),
            // Capitals matter: they are kept as they came.
            (
                "01034009338570421728093010ab12c\u{1d}21sn1",
                "3400933857042 ab12c 2028-09-30 sn1",
            ),
            ("0103400933857042", "3400933857042 - - -"),
            // German: a box all the same, without a French code.
            (
                "01041501234567821728093010X1\u{1d}21S1\u{1d}71012345678",
                "- X1 2028-09-30 S1",
            ),
        ]);
    }

    #[test]
    fn separators_are_understood_however_they_were_written() {
        const READ: &str = "3400933857042 MA00614A 2027-04-30 SN01";
        for separator in ["\u{1d}", "^]", "<GS>", "{GS}", "\u{241d}", "]", " "] {
            for before in ["", separator] {
                let text = format!("{before}010340093385704221SN01{separator}10MA00614A{separator}17270430");
                assert_eq!(written(text.trim_start()), READ, "{text:?}");
            }
        }
        check(&[
            ("(01)03400933857042(21)SN01(10)MA00614A(17)270430", READ),
            ("(01) 03400933857042 (21) SN01 (10) MA00614A (17) 270430", READ),
        ]);
    }

    #[test]
    fn where_separators_were_lost_only_the_one_whole_reading_is_taken_and_said() {
        check(&[
            // Nothing was lost: only the last element has no fixed length.
            (
                "010340093595583817240331101KH4A",
                "3400935955838 1KH4A 2024-03-31 -",
            ),
            // The serial runs on into the lot, and the lot into the expiry: 38 characters are no serial.
            (
                "01034009300913572188026252604381310VWA25001A17280831",
                "3400930091357 VWA25001A 2028-08-31 880262526043813 lost-separators",
            ),
            (
                "010340094988741521014330884264781723103110UMGF11200731",
                "3400949887415 UMGF 2023-10-31 01433088426478 lost-separators",
            ),
            // 21 characters are no lot: it ends before the serial.
            (
                "010340023674791317220507109M63A21106G1VN4CP4YMR",
                "- 9M63A 2022-05-07 106G1VN4CP4YMR lost-separators",
            ),
            // Is the lot 9M63A, or 9M63A21106G? Both may be printed on a box.
            (
                "010340093385704217220507109M63A21106G",
                "3400933857042 - 2022-05-07 - doubtful-separators",
            ),
            (
                "01034009338570421728093010AB12C21SN001",
                "3400933857042 - 2028-09-30 - doubtful-separators",
            ),
            // Lost for certain, and still two ways: where does the serial end?
            (
                "010340093385704221AAAAAAAAAA10BBBB10CCCC17280930",
                "3400933857042 - 2028-09-30 - doubtful-separators",
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
            assert_eq!(written(text), "no box", "{text:?}");
        }
    }

    #[test]
    fn the_linear_code_is_a_product_alone() {
        let cip13 = |text| read_ean13(text).map(|read| read.cip13.map(|c| c.as_str().to_owned()));
        assert_eq!(cip13("3400933857042"), Some(Some("3400933857042".into())));
        assert_eq!(cip13("3400933857043"), None, "check digit");
        assert_eq!(
            cip13("3401020511243").map(|code| code.is_some()),
            Some(false),
            "a device"
        );
        assert_eq!(cip13("4006381333931"), None, "another article");
        assert_eq!(cip13("340093385704"), None);
    }

    /// An element string as a maker prints it.
    fn print(read: &ScannedBox, serial_first: bool) -> String {
        let gtin = read.cip13.as_ref().unwrap();
        let expiry = read.expiry.unwrap();
        let lot = format!("10{}", read.lot.as_ref().unwrap());
        let serial = read.serial.as_ref().map(|serial| format!("21{serial}"));
        let date = format!("17{}", expiry.strftime("%y%m%d"));
        let elements: Vec<String> = if serial_first {
            serial.into_iter().chain([lot, date]).collect()
        } else {
            [date, lot].into_iter().chain(serial).collect()
        };
        format!("010{gtin}{}", elements.join("\u{1d}"))
    }

    proptest::proptest! {
        #[test]
        fn what_was_printed_is_read(
            item in 0_u32..10_000_000, days in 0_i32..20_000, lot in "[!-\"%-?A-Z_a-z]{1,20}",
            serial in proptest::option::of("[0-9A-Za-z]{1,20}"), serial_first: bool,
        ) {
            let twelve = format!("34009{item:07}");
            let cip13 = (0..10).find_map(|key| format!("{twelve}{key}").parse::<Cip13>().ok());
            let read = ScannedBox {
                cip13,
                lot: lot.parse().ok(),
                expiry: Some(Date::constant(2000, 1, 1) + jiff::Span::new().days(days)),
                serial: serial.map(|serial| serial.parse().unwrap()),
            };
            // Without a serial and with the lot last, nothing separates: the text may be read in two ways.
            let has_separator = read.serial.is_some() || serial_first;
            let found = read_box(&print(&read, serial_first));
            if has_separator {
                proptest::prop_assert_eq!(found, Some((read, None)));
            } else if let Some((found, _)) = found {
                proptest::prop_assert!(found.lot.is_none() || found.lot == read.lot, "never another lot");
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "(01[0-9]{14})?[0-9A-Z\u{1d}é]{0,40}") {
            let _ = read_box(&text);
        }
    }
}
