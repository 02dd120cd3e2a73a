//! From a text to what it is: the one place that decides where a scan goes.
//!
//! In this order, and the first that fits wins:
//!
//! 1. a prescription of another country;
//! 2. the number of a prescription and nothing else, in one piece or in groups;
//! 3. the patient's identity (INS DataMatrix), a signed stamp (2D-Doc);
//! 4. a box of medicine (GS1, or the 13 digits of the linear code), another article;
//! 5. the prescription numbers inside a longer text or an address, but not in the path of a file;
//! 6. the number of an insured person or of a professional;
//! 7. one of these damaged by the keyboard, repaired;
//! 8. an address on the web, the name of a file, then any text.
//!
//! The order matters: the serial of a box or the token of a foreign prescription may have the shape
//! of a prescription number, so both are recognised before anything is searched in them. Nothing
//! read here is ever opened, fetched or executed, and a number is taken whole or not at all.

use crate::domain::number::{NUMBER_LENGTH, PrescriptionNumber};
use crate::domain::people::Ins;
use crate::domain::scanned::{Repair, Scanned, ScannedBox};
use crate::scan::{foreign, gs1, identity, repair, within};

/// What a text is, and what had to be mended to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it is.
    pub scanned: Scanned,
    /// What the reader and the keyboard had damaged, in the order in which it was undone: the person is told.
    pub repaired: Vec<Repair>,
}

impl From<Scanned> for Reading {
    fn from(scanned: Scanned) -> Self {
        Self {
            scanned,
            repaired: Vec::new(),
        }
    }
}

/// The AIM prefixes of carriers that hold GS1 element strings: DataMatrix, Code 128, `DataBar`, QR, dot.
const GS1_CARRIERS: [&str; 5] = ["]d2", "]C1", "]e0", "]Q3", "]J1"];

/// The AIM prefixes of DataMatrix, QR and Code 128 as Caps Lock makes them: the lot behind one is reversed too, though
/// it could be read as it stands.
const REVERSED_CARRIERS: [&str; 7] = ["]D1", "]D2", "]q1", "]q3", "]c0", "]c1", "]j1"];

/// The longest text of one thing of the counter: an identity with its names.
pub(super) const PIECE_LENGTH_MAX: usize = 300;

/// Says what a text that was typed or pasted is. Any text has an answer, and none makes this fail.
pub fn read_text(text: &str) -> Reading {
    let text = without_noise(text);
    let sent = read_as_sent(text);
    if without_prefix(text)
        .0
        .is_some_and(|prefix| REVERSED_CARRIERS.contains(&prefix))
        && let Some(reading) = repaired(text)
    {
        return reading;
    }
    if sent.scanned.is_known() {
        return sent;
    }
    match sent.scanned {
        // Small letters are right there, and prove no Caps Lock.
        Scanned::Url | Scanned::FileName => sent,
        // Not even the separators of a box make a damaged text right.
        _ => repaired(text).unwrap_or(sent),
    }
}

/// The same, for a text that no keyboard damaged: it stood in a picture.
pub fn read_as_sent(text: &str) -> Reading {
    let (prefix, content) = without_prefix(without_noise(text));
    as_it_stands(prefix, content).unwrap_or_else(|| address_or_text(content).into())
}

fn address_or_text(content: &str) -> Scanned {
    if is_address(content) {
        Scanned::Url
    } else if names_a_file(content) {
        Scanned::FileName
    } else {
        Scanned::Text
    }
}

fn as_it_stands(prefix: Option<&str>, content: &str) -> Option<Reading> {
    if let Some(thing) = whole_thing(content) {
        return Some(thing);
    }
    if content.starts_with("IS01") {
        return Some(Scanned::Ins(None).into());
    }
    if prefix.is_some_and(|prefix| GS1_CARRIERS.contains(&prefix)) || gs1::sets_out_as_one(content) {
        return Some(Scanned::Text.into());
    }
    // The name of a file says nothing of what the file holds: another sheet may have been saved under it.
    let mut numbers = if begins_a_path(content) {
        Vec::new()
    } else {
        within::numbers(content, is_address(content))
    };
    match (numbers.pop(), numbers.is_empty()) {
        (Some(number), true) => Some(Scanned::Prescription(number).into()),
        (Some(last), false) => {
            numbers.push(last);
            Some(Scanned::Prescriptions(numbers).into())
        }
        (None, _) => person_number(content).map(Reading::from),
    }
}

/// The text is one thing of the counter, whole and right: a prescription number, an identity, a box.
pub(super) fn whole_thing(content: &str) -> Option<Reading> {
    if let Some(country) = foreign::country(content) {
        return Some(Scanned::ForeignPrescription(country).into());
    }
    if let Some(number) = whole_number(content) {
        return Some(Scanned::Prescription(number).into());
    }
    if content.starts_with("IS01") {
        return Some(Scanned::Ins(Some(Box::new(identity::read(content)?))).into());
    }
    if is_signed_stamp(content) {
        return Some(Scanned::SignedStamp.into());
    }
    if let Some(read) = gs1::read_box(content) {
        return Some(box_reading(read));
    }
    let is_article = gs1::is_ean13(content);
    gs1::read_ean13(content)
        .map(Scanned::Box)
        .or(is_article.then_some(Scanned::Article))
        .map(Reading::from)
}

fn box_reading((read, repaired): (ScannedBox, Option<Repair>)) -> Reading {
    Reading {
        scanned: Scanned::Box(read),
        repaired: repaired.into_iter().collect(),
    }
}

/// Readers add line ends, NUL, SYN, or STX and ETX around the text, or end with a key that is no character; editors add
/// byte-order marks and zero-width blanks.
pub(super) fn without_noise(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '\0' | '\u{2}'..='\u{4}' | '\u{16}' | '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{fffd}')
    })
}

/// Separates the AIM identifier that some readers put first: `]`, a letter, a letter or digit.
pub(super) fn without_prefix(text: &str) -> (Option<&str>, &str) {
    let is_prefix = matches!(text.as_bytes(), [b']', carrier, modifier, ..]
        if carrier.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric());
    if is_prefix {
        let (prefix, content) = text.split_at(3);
        (Some(prefix), without_noise(content))
    } else {
        (None, text)
    }
}

/// The text is a prescription number, as carried or as printed for people to read.
fn whole_number(text: &str) -> Option<PrescriptionNumber> {
    text.parse().ok().or_else(|| in_groups(text))
}

/// The number that is printed in groups: "12 RUE DES LILAS 75001" has eighteen characters too, and is not one.
fn in_groups(text: &str) -> Option<PrescriptionNumber> {
    let groups: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '.' | '_' | '\u{2011}'..='\u{2014}'))
        .filter(|group| !group.is_empty())
        .take(NUMBER_LENGTH + 1)
        .collect();
    within::number_of(&groups)
}

/// A 2D-Doc sets out with its version, who certifies, with which certificate, two days and the kind of document
/// (ANTS, « Spécifications techniques des codes à barres 2D-Doc »).
fn is_signed_stamp(text: &str) -> bool {
    let is_capital = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    let is_hexadecimal = |b: &u8| matches!(b, b'0'..=b'9' | b'A'..=b'F');
    let Some(header) = text.as_bytes().get(..22) else {
        return false;
    };
    matches!(header, [b'D', b'C', b'0', b'1'..=b'4', ..])
        && header[4..12].iter().all(is_capital)
        && header[12..20].iter().all(is_hexadecimal)
        && header[20..].iter().all(is_capital)
}

fn is_address(text: &str) -> bool {
    let begins_with = |scheme: &str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    (begins_with("https://") || begins_with("http://"))
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn names_a_file(text: &str) -> bool {
    begins_a_path(text) && !text.contains(char::is_control)
}

fn begins_a_path(text: &str) -> bool {
    let text = text.trim_start_matches(['\'', '"']);
    let is_drive = matches!(text.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    let begins = ["/", "~/", "./", "../", "\\\\", "file:/"]
        .iter()
        .any(|start| text.starts_with(start));
    is_drive || begins
}

/// Tried last, so that a text that is something as it stands is never rewritten. Where as few faults give two
/// different things, none is taken: a number has no check digit to choose by.
fn repaired(text: &str) -> Option<Reading> {
    let mut mended: Vec<Reading> = Repair::OF_KEYBOARDS
        .into_iter()
        .filter_map(|repair| {
            let reading = read_mended(repair, &repair::mend(repair, text)?);
            reading.scanned.is_known().then_some(reading)
        })
        .collect();
    let faults = |reading: &Reading| reading.repaired.first().map(|repair| repair.faults());
    let fewest = mended.iter().map(faults).min()?;
    mended.retain(|reading| faults(reading) == fewest);
    let first = mended.swap_remove(0);
    if mended.iter().all(|other| other.scanned == first.scanned) {
        Some(first)
    } else {
        Some(Scanned::Ambiguous.into())
    }
}

/// What a mended text is.
pub(super) fn read_mended(repair: Repair, mended: &str) -> Reading {
    let mut reading = read_as_sent(mended);
    if matches!(reading.scanned, Scanned::Box(_)) && repair.is_of_another_layout() {
        let (_, content) = without_prefix(without_noise(mended));
        reading = gs1::read_mended_box(content).map_or(reading, box_reading);
    }
    reading.repaired.insert(0, repair);
    reading
}

/// The number of a person on a card or a paper: nothing to open, but a better answer than "a text".
fn person_number(content: &str) -> Option<Scanned> {
    let compact: String = content.chars().filter(|c| *c != ' ').collect();
    if compact.len() == 15 && compact.parse::<Ins>().is_ok() {
        return Some(Scanned::InsuredPerson);
    }
    // The national identifier is the RPPS behind an 8. Its key (Luhn) is required here: eleven digits alone are anything.
    let rpps = match compact.len() {
        11 => compact.as_str(),
        12 => compact.strip_prefix('8')?,
        _ => return None,
    };
    luhn_is_right(rpps.as_bytes()).then_some(Scanned::Professional)
}

fn luhn_is_right(digits: &[u8]) -> bool {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        if !digit.is_ascii_digit() {
            return false;
        }
        let doubled = u32::from(digit - b'0') * if place % 2 == 1 { 2 } else { 1 };
        sum += doubled / 10 + doubled % 10;
    }
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "01S2TBPZ2JCNZZYGHZ";

    fn kind(text: &str) -> &'static str {
        read_text(text).scanned.code()
    }

    fn number_in(text: &str) -> Option<String> {
        match read_text(text).scanned {
            Scanned::Prescription(number) => Some(number.to_string()),
            _ => None,
        }
    }

    #[test]
    fn a_prescription_number_is_found_bare_in_groups_and_in_longer_texts() {
        for text in [
            "01S2TBPZ2JCNZZYGHZ",
            "  01S2TBPZ2JCNZZYGHZ\r\n",
            "01S2TBPZ2JCNZZYGHZ\0",
            "\u{feff}01S2TBPZ2JCNZZYGHZ\u{200b}",
            "]Q101S2TBPZ2JCNZZYGHZ",
            "]d101S2TBPZ2JCNZZYGHZ\r",
            "]C001S2TBPZ2JCNZZYGHZ",
            "01 S2TB PZ2J CNZZ YGHZ",
            "01-S2TB-PZ2J-CNZZ-YGHZ",
            "01S2 TBPZ 2JCN ZZYG HZ",
            "01S2TB PZ2JCN ZZYGHZ",
            "Ordonnance n° 01S2TBPZ2JCNZZYGHZ du 20/11/2026",
            "MOREAU|CLAIRE|01S2TBPZ2JCNZZYGHZ|10003456789",
            "https://ordonnance.example/p/01S2TBPZ2JCNZZYGHZ",
            "https://ordonnance.example/?n=01S2TBPZ2JCNZZYGHZ&v=1#01S2TBPZ2JCNZZYGHZ",
            "numéro:\r\n01S2TBPZ2JCNZZYGHZ\r\n",
        ] {
            assert_eq!(number_in(text).as_deref(), Some(NUMBER), "{text:?}");
            assert_eq!(read_text(text).repaired, [], "{text:?}");
        }
    }

    #[test]
    fn half_a_number_two_numbers_or_a_lookalike_is_only_text() {
        for text in [
            "",
            "01S2TBPZ2JCNZZYGH",
            "01S2TBPZ2JCNZZYGHZX",
            "01S2TBPZ2JCNZZYGHZ01K7M4QX2RT9WBHV6P",
            "01S2TBPZ2JCNZZYGHZ01S2TBPZ2JCNZZYGHZ",
            "é01S2TBPZ2JCNZZYGHZ",
            "01S2TBPZ2JCNZZYGHＺ",
            "0１S2TBPZ2JCNZZYGHZ",
            "01S2TBPZ2JCNzzyghz",
            "XXS2TBPZ2JCNZZYGHZ",
            "001234567890123456",
            "12 RUE DES LILAS 75001",
            "Hello :)",
            // Only a person's typing is asked about O and 0: in a scan they are two letters.
            "O1S2TBPZ2JCNZZYGHZ",
        ] {
            assert_eq!(kind(text), "text", "{text:?}");
        }
    }

    #[test]
    fn two_numbers_in_one_code_are_for_the_person_to_choose_from() {
        for text in [
            "01S2TBPZ2JCNZZYGHZ 01K7M4QX2RT9WBHV6P",
            "https://ordonnance.example/01S2TBPZ2JCNZZYGHZ/01K7M4QX2RT9WBHV6P",
            "ordonnqnces à&SéTBPWéJCNWWYGHW et à&Kè?'AXéRTçZBHV-P",
        ] {
            let numbers = match read_text(text).scanned {
                Scanned::Prescriptions(numbers) => numbers.iter().map(ToString::to_string).collect(),
                _ => Vec::new(),
            };
            assert_eq!(numbers, ["01S2TBPZ2JCNZZYGHZ", "01K7M4QX2RT9WBHV6P"], "{text:?}");
            assert_eq!(kind(text), "text", "files carry no word of their own for it");
        }
    }

    #[test]
    fn a_stamp_and_an_article_are_named() {
        for (text, expected) in [
            ("DC04FR0AXT4A0E840E8A0101FR26FR\u{1f}ABC", Scanned::SignedStamp),
            (
                "DC03FR000001FFFF16360001FR247500010MME/SPECIMEN/NATACHA\u{1d}22145",
                Scanned::SignedStamp,
            ),
            ("DC02FR0AXT4A0E840E8A01", Scanned::SignedStamp),
            ("DC05FR0AXT4A0E840E8A01", Scanned::Text),
            ("DC04FR0AXT4A0E840G8A0101FR", Scanned::Text),
            ("DC04FR0AXT4A0E84", Scanned::Text),
            ("dc04fr0axt4a0e840e8a0101fr", Scanned::SignedStamp),
            ("9782070360024", Scanned::Article),
            ("]E05449000000996\r", Scanned::Article),
            ("5449000000997", Scanned::Text),
        ] {
            assert_eq!(read_text(text).scanned, expected, "{text:?}");
        }
        assert_eq!(kind("3401020511243"), "box", "a device");
    }

    #[test]
    fn a_picture_is_not_typed_and_nothing_in_it_is_mended() {
        for text in [
            "01s2tbpz2jcnzzyghz",
            "www.exemple.fr/rdv/12abcdef0123456789",
            "wifi:s:cabinet;t:wpa;p:12abcd34efgh56ijkl;;",
        ] {
            assert_eq!(read_as_sent(text), Scanned::Text.into(), "{text:?}");
        }
    }

    #[test]
    fn words_and_a_postcode_of_eighteen_characters_are_no_number() {
        for text in [
            "86100 CHATELLERAULT",
            "12 RUES NEUF PONT LOIN",
            "01S2TBPZ2 JCNZZYGHZ",
        ] {
            assert_eq!(read_as_sent(text), Scanned::Text.into(), "{text:?}");
        }
    }

    #[test]
    fn what_a_keyboard_damaged_is_found_where_it_stands() {
        let number = || Scanned::Prescription(NUMBER.parse().unwrap());
        for (text, expected) in [
            ("httpsM!!ordonnqnce:exq,ple!p!à&SéTBPWéJCNWWYGHW", number()),
            ("MOREQU£CLQIRE£à&SéTBPWéJCNWWYGHW£çççé", number()),
            (
                "moreau|claire|01s2tbpk2jcnxxyghx|",
                Scanned::Prescription("01S2TBPK2JCNXXYGHX".parse().unwrap()),
            ),
            // No US reader types | or ] on a French layout.
            ("moreau|claire|01s2tbpz2jcnzzyghz|", number()),
            ("moreau/claire/01s2tbpz2jcnzzyghz/", number()),
            ("]q101s2tbpz2jcnzzyghz", number()),
            ("]q&à&sétbpzéjcnzzyghz", number()),
            ("çççèààé&__ç-", Scanned::Text),
            ("ççèààé&__ç-", Scanned::Professional),
            ("éèçà\"(&é&(&_ç_ç", Scanned::InsuredPerson),
            ("éèçà\"(&é&(&_ç__", Scanned::Text),
            // Small letters are an address's own.
            ("https://exemple.fr/01s2tbpk2jcnxxyghx", Scanned::Url),
            ("./01s2tbpk2jcnxxyghx", Scanned::FileName),
        ] {
            assert_eq!(read_text(text).scanned, expected, "{text:?}");
        }
    }

    #[test]
    fn no_number_is_taken_out_of_the_path_of_a_file() {
        for (text, expected) in [
            ("/home/comptoir/01S2TBPZ2JCNZZYGHZ.png", Scanned::FileName),
            ("~/01S2TBPZ2JCNZZYGHZ/feuille.pdf", Scanned::FileName),
            ("'/tmp/01S2TBPZ2JCNZZYGHZ (1).png'", Scanned::FileName),
            ("file:///tmp/01S2TBPZ2JCNZZYGHZ.png", Scanned::FileName),
            ("C:\\Scans\\01S2TBPZ2JCNZZYGHZ.pdf", Scanned::FileName),
            ("\\\\poste\\01S2TBPZ2JCNZZYGHZ.pdf", Scanned::FileName),
            ("/tmp/01S2TBPZ2JCNZZYGHZ.png\n/tmp/b.png", Scanned::Text),
        ] {
            assert_eq!(read_text(text).scanned, expected, "{text:?}");
        }
    }

    #[test]
    fn a_number_damaged_by_the_keyboard_is_repaired_and_says_so() {
        for (text, repair) in [
            ("à&SéTBPWéJCNWWYGHW", Repair::Azerty),
            ("à&SéTBPWéJCNWWYGHW\r\n", Repair::Azerty),
            ("$A&à&SéTBPWéJCNWWYGHW", Repair::Azerty),
            ("à&SéTBPWéJCNWWYGHW!", Repair::Azerty),
            ("À&sÉtbpwÉjcnwwyghw", Repair::AzertyCapsLock),
        ] {
            let reading = read_text(text);
            assert_eq!(
                reading.scanned,
                Scanned::Prescription(NUMBER.parse().unwrap()),
                "{text:?}"
            );
            assert_eq!(reading.repaired, [repair], "{text:?}");
        }
        for text in ["à&SéTBPWéJCNWWYGH", "Voilà l'été, ça va être"] {
            assert_eq!(
                (kind(text), read_text(text).repaired),
                ("text", vec![]),
                "{text:?}"
            );
        }
    }

    /// An A, a Q, a W or a Z that came small may have moved on the keyboard or not. It did not where Caps Lock alone
    /// explains the text.
    #[test]
    fn one_fault_explains_a_number_before_two_do() {
        for (certain, number, repair) in [
            ("à&sétbpkéjcnxxyghx", "01S2TBPK2JCNXXYGHX", Repair::ShiftLock),
            ("à&sétbpzéjcnzmyghz", "01S2TBPZ2JCNZMYGHZ", Repair::ShiftLock),
            ("à&sétbpwéjcnw?yghw", "01S2TBPZ2JCNZMYGHZ", Repair::AzertyCapsLock),
            ("01s2tbpk2jcnxxyghx", "01S2TBPK2JCNXXYGHX", Repair::CapsLock),
            ("01s2tbpz2jcnzmyghz", "01S2TBPZ2JCNZMYGHZ", Repair::CapsLock),
            ("à&sétbpzéjcnzzyghz", NUMBER, Repair::ShiftLock),
            ("01s2tbpz2jcnzzyghz", NUMBER, Repair::CapsLock),
            ("01 s2tb pz2j cnzz yghz", NUMBER, Repair::CapsLock),
            (
                "01s2tbpw2jcnw,yghw",
                "01S2TBPZ2JCNZMYGHZ",
                Repair::AzertyShiftLock,
            ),
        ] {
            let reading = read_text(certain);
            assert_eq!(
                reading.scanned,
                Scanned::Prescription(number.parse().unwrap()),
                "{certain:?}"
            );
            assert_eq!(reading.repaired, [repair], "{certain:?}");
        }
    }

    /// The lot may be `ab12c`, typed by a reader set for a US keyboard, or `QB12C`, under Caps Lock.
    #[test]
    fn what_two_faults_explain_as_well_is_never_guessed() {
        let reading = read_text("à&à\"'ààç\"\"_(èà'é&èé_àç\"à&àqb&éc");
        assert_eq!((reading.scanned, reading.repaired), (Scanned::Ambiguous, vec![]));
    }

    #[test]
    fn a_box_damaged_by_the_keyboard_is_repaired_with_its_lot() {
        use Repair::{Azerty, AzertyCapsLock, CapsLock, DoubtfulSeparators, LostSeparators};
        let read = |text: &str| {
            let reading = read_text(text);
            let lot = match reading.scanned {
                Scanned::Box(read) => read.lot.map(|lot| lot.to_string()),
                _ => None,
            };
            (lot, reading.repaired)
        };
        let lot = |text: &str| Some(text.to_owned());
        for (text, expected) in [
            // A US reader on a French layout, its separators lost, then kept, then typed as a key without its Ctrl.
            (
                "$déà&à\"'ààç\"\"_(èà'é&èé_àç\"à&àQB&éCé&SNàààààààààààà&",
                (lot("AB12C"), vec![Azerty, LostSeparators]),
            ),
            (
                "à&à\"'ààç\"\"_(èà'é&èé_àç\"à&àQB&éC\u{1d}é&SNàààààààààààà&",
                (lot("AB12C"), vec![Azerty]),
            ),
            (
                "$déà&à\"'ààç\"\"_(èà'é&èé_àç\"à&àQB&éC$é&SNàà&",
                (lot("AB12C"), vec![Azerty]),
            ),
            // Ctrl+5 without its Ctrl: is the lot AB12C, or AB12C5?
            (
                "$déà&à\"'ààç\"\"_(èà'é&èé_àç\"à&àQB&éC(é&SNàààààààààààà&",
                (None, vec![Azerty, DoubtfulSeparators]),
            ),
            // Nothing says where the lot ends.
            (
                "$déà&à\"'ààç\"\"_(èà'é&èé_àç\"à&àQB&éCé&SNàà&",
                (None, vec![Azerty, DoubtfulSeparators]),
            ),
            // The same reader under both kinds of Caps Lock.
            (
                "$DÉÀ&À\"'ÀÀÇ\"\"_(ÈÀ'É&ÈÉ_ÀÇ\"À&Àqb&Éc$É&snÀÀ&",
                (lot("AB12C"), vec![AzertyCapsLock]),
            ),
            // The carrier's identifier says that letters were turned, and that the layout is right.
            (
                "]D201034009338570421728093010ab12c\u{1d}21sn1",
                (lot("AB12C"), vec![CapsLock]),
            ),
            (
                "]d201034009338570421728093010ab12c\u{1d}21sn1",
                (lot("ab12c"), vec![]),
            ),
            (
                "]D201034009338570421728093010123\u{1d}21456",
                (lot("123"), vec![]),
            ),
            // Nothing says whether the lot was printed in capitals: it is right as it stands.
            (
                "01034009338570421728093010ab12c\u{1d}21sn1",
                (lot("ab12c"), vec![]),
            ),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_number_of_a_person_is_no_prescription_and_is_named() {
        for (text, expected) in [
            ("2 79 03 51 215 189 89", Scanned::InsuredPerson),
            ("279035121518989", Scanned::InsuredPerson),
            ("279035121518988", Scanned::Text),
            ("99700218896", Scanned::Professional),
            ("899700218896", Scanned::Professional),
            ("99700218897", Scanned::Text),
        ] {
            assert_eq!(read_text(text).scanned, expected, "{text:?}");
        }
    }

    #[test]
    fn a_box_is_a_box_whatever_its_serial_looks_like() {
        for text in [
            "]d201034009338570421728093010AB12C\u{1d}21SN0000000000001",
            "]d2\u{1d}01034009338570421728093010AB12C\u{1d}21SN0000000000001",
            "\u{1d}010340093385704221SN01\u{1d}10A\u{1d}17270430\r\n",
            "]C10103400933857042",
            "3400933857042",
            "]E03400933857042\r",
            // The serial has the shape of a prescription number.
            "010340093385704217280930\u{1d}10A\u{1d}2101S2TBPZ2JCNZZYG",
        ] {
            assert_eq!(kind(text), "box", "{text:?}");
        }
        for damaged in [
            "0103400933857043\u{1d}2101S2TBPZ2JCNZZYG",
            "]d2999 01S2TBPZ2JCNZZYGHZ",
            "0103400933857043 01S2TBPZ2JCNZZYGHZ",
        ] {
            assert_eq!(kind(damaged), "text", "{damaged:?}");
        }
    }

    #[test]
    fn the_patient_s_own_code_is_recognised_in_both_forms() {
        let header = "IS010000000000000000000000";
        let fields = |separator: &str| {
            format!(
                "{header}S1279035121518989S21.2.250.1.213.1.4.10{separator}S3ANNE{separator}\
                 S4MARTIN{separator}S5F{separator}S615-03-1979S751215"
            )
        };
        for separator in ["\u{1d}", "GS"] {
            assert!(matches!(
                read_text(&fields(separator)).scanned,
                Scanned::Ins(Some(identity)) if identity.ins.as_str() == "279035121518989"
            ));
        }
        let without_matricule = format!("{header}S1trueS21.2.250.1.213.1.4.8GSS3DOMINIQUE");
        assert_eq!(read_text(&without_matricule).scanned, Scanned::Ins(None));
        let wrong_key = fields("GS").replace("279035121518989", "279035121518988");
        assert_eq!(read_text(&wrong_key).scanned, Scanned::Ins(None));
    }

    /// The shapes that real German test sheets and their enemies take, with values of our own.
    #[test]
    fn foreign_and_hostile_codes_get_an_answer_and_nothing_more() {
        const TASK: &str = "Task/160.000.111.222.333.44/$accept?ac=0123456789abcdef0123456789abcdef\
                            0123456789abcdef0123456789abcdef";
        let four = [TASK; 4].map(|task| format!("\"{task}\"")).join(" , ");
        let wide = "＝".repeat(130);
        for (text, expected) in [
            (format!("{{\"urls\":[\"{TASK}\"]}}"), "foreign-prescription"),
            (format!("{{ \"urls\" : [ {four} ] }}"), "foreign-prescription"),
            (
                "'; DROP TABLE patients; -- remplissage … à la bonne taille".into(),
                "text",
            ),
            (
                format!("{{\"urls\":[\"{TASK}\",\"Task/160.000.111.222.333.44/$accept?ac=grüße\"]}}"),
                "foreign-prescription",
            ),
            (format!("{{\"urls\":[\"{TASK}\"{wide}]}}"), "foreign-prescription"),
            (
                format!("\n\t {{\"urls\":[\"{TASK}\"]}}   \r\n"),
                "foreign-prescription",
            ),
            (
                "{\"urls\":[\"https://espion.example/?qui=pharmacie\"]}".into(),
                "text",
            ),
            (
                "<script>alert(1)</script>\n<?php system('ls'); ?>\n".into(),
                "text",
            ),
            ("CHMED16A1H4sIAAAAAAAA".into(), "foreign-prescription"),
            (
                "https://eprescription.hin.ch/#CHMED16A1H4sI".into(),
                "foreign-prescription",
            ),
            // The token of another system may look like ours: nothing is taken out of it.
            ("CHMED16A1/01S2TBPZ2JCNZZYGHZ/x".into(), "foreign-prescription"),
            ("HTTPS://exemple.fr/rendez-vous".into(), "url"),
            ("https://exemple.fr/a b".into(), "text"),
            ("javascript:alert(1)".into(), "text"),
            ("\u{1b}[2J\u{1b}]0;titre\u{7}".into(), "text"),
            ("\u{1b}[2J 01S2TBPZ2JCNZZYGHZ".into(), "text"),
            ("01S2TBPZ\u{0}2JCNZZYGHZ".into(), "text"),
            ("\u{202e}ZHGYZZNCJ2ZPBT2S10 01S2TBPZ2JCNZZYGHZ".into(), "text"),
            ("A".repeat(3000), "text"),
            ("ABCDE\u{fffd}01S2TBPZ2JCNZZYGHZ".into(), "text"),
            ("01S2TBPZ2JCNZZYGHZ".repeat(170), "text"),
        ] {
            assert_eq!(kind(&text), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|.*|[\\]dQC12]{0,4}[0-9A-Za-z\u{1d}é&à ]{0,60}") {
            let _ = read_text(&text);
        }

        #[test]
        fn a_number_is_read_whatever_its_characters(number in "[0-9]{2}[0-9A-Z]{15}[A-Z]") {
            proptest::prop_assert_eq!(number_in(&number), Some(number.clone()));
        }

        #[test]
        fn a_number_with_one_more_character_is_never_cut(
            number in "[0-9]{2}[0-9A-Z]{15}[A-Z]", more in "[0-9A-Za-zéß]{1,30}",
        ) {
            proptest::prop_assert_eq!(number_in(&format!("{number}{more}")), None);
            proptest::prop_assert_eq!(number_in(&format!("{more}{number}")), None);
        }
    }
}
