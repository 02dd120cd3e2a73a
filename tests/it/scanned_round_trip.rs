//! What is printed of each kind of code is read as the same thing; any text and any bytes have an answer.

use comptoir::app::identified::Bearing;
use comptoir::domain::identifiers::{Cip13, ean_check_digit_is_right};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::people::Ins;
use comptoir::domain::scanned::{Country, Scanned, ScannedBox};
use comptoir::safe::safe;
use comptoir::scan::glued::read_burst;
use comptoir::scan::gs1::SEPARATOR;
use comptoir::scan::what::read_text;
use comptoir::scan::{Limits, ReadError, read_picture};
use comptoir::ui::wording::scans;
use jiff::civil::Date;
use proptest::prelude::*;

fn numbers() -> impl Strategy<Value = PrescriptionNumber> {
    "[0-9]{2}[0-9A-Z]{15}[A-Z]".prop_map(|text| text.parse().unwrap())
}

/// French presentations with their key.
fn presentations() -> impl Strategy<Value = Cip13> {
    (0_u32..10_000_000).prop_map(|body| {
        (0..10)
            .map(|key| format!("34009{body:07}{key}"))
            .find(|text| ean_check_digit_is_right(text))
            .and_then(|text| text.parse().ok())
            .unwrap()
    })
}

/// Matricules with their key: 97 less the remainder of the thirteen digits by 97.
fn matricules() -> impl Strategy<Value = Ins> {
    (
        1_u64..3,
        0_u64..100,
        1_u64..13,
        1_u64..96,
        1_u64..1000,
        1_u64..1000,
    )
        .prop_map(|(sex, year, month, department, commune, order)| {
            let body = format!("{sex}{year:02}{month:02}{department:02}{commune:03}{order:03}");
            let key = 97 - body.parse::<u64>().unwrap() % 97;
            format!("{body}{key:02}").parse().unwrap()
        })
}

/// GS1 carries the last two digits of the year: these days are the same when they come back.
fn days() -> impl Strategy<Value = Date> {
    (2024_i16..2045, 1_i8..13, 1_i8..29).prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn boxes() -> impl Strategy<Value = ScannedBox> {
    let text = || proptest::option::of("[A-Z0-9][A-Z0-9/.-]{0,19}");
    (presentations(), proptest::option::of(days()), text(), text()).prop_map(
        |(cip13, expiry, lot, serial)| ScannedBox {
            cip13: Some(cip13),
            lot: lot.map(|lot| lot.parse().unwrap()),
            expiry,
            serial: serial.map(|serial| serial.parse().unwrap()),
        },
    )
}

/// As makers print it: the elements of fixed length first, a separator after the others.
fn printed(read: &ScannedBox) -> String {
    let mut text = format!("]d2010{}", read.cip13.as_ref().unwrap());
    if let Some(expiry) = read.expiry {
        text.push_str(&expiry.strftime("17%y%m%d").to_string());
    }
    for (identifier, value) in [
        ("10", read.lot.as_ref().map(ToString::to_string)),
        ("21", read.serial.as_ref().map(ToString::to_string)),
    ] {
        if let Some(value) = value {
            text.extend([identifier, &value, &SEPARATOR.to_string()]);
        }
    }
    text
}

proptest! {
    #[test]
    fn a_prescription_number_comes_back_bare_grouped_in_a_text_and_in_an_address(number in numbers()) {
        for printed in [
            number.to_string(),
            number.grouped(),
            format!("Ordonnance n° {number} du 22/11/2026"),
            format!("https://ordonnance.example/p/{number}?v=1"),
            format!("]Q1{number}\r\n"),
            format!("https://ordonnance.example/?n%3D{number}"),
        ] {
            prop_assert_eq!(read_text(&printed).scanned, Scanned::Prescription(number.clone()), "{}", printed);
        }
    }

    #[test]
    fn a_box_comes_back_with_its_lot_expiry_and_serial(read in boxes()) {
        let reading = read_text(&printed(&read));
        prop_assert_eq!(reading.scanned, Scanned::Box(read));
        prop_assert_eq!(reading.repaired, vec![]);
    }

    #[test]
    fn a_linear_code_comes_back(cip13 in presentations()) {
        let read = ScannedBox { cip13: Some(cip13.clone()), lot: None, expiry: None, serial: None };
        prop_assert_eq!(read_text(&cip13.to_string()).scanned, Scanned::Box(read));
    }

    #[test]
    fn an_identity_comes_back_with_both_separators(ins in matricules(), given in "[A-FH-RT-Z]{1,12}", family in "[A-FH-RT-Z]{1,12}") {
        for separator in ["\u{1d}", "GS"] {
            let printed = format!(
                "IS010000000000000000000000S1{}S21.2.250.1.213.1.4.8{separator}S3{given}{separator}S4{family}{separator}S5F",
                ins.as_str(),
            );
            let read = match read_text(&printed).scanned {
                Scanned::Ins(Some(read)) => *read,
                other => panic!("{other:?}"),
            };
            prop_assert_eq!((&read.ins, &read.given, &read.family), (&ins, &given, &family), "{:?}", separator);

        }
    }

    #[test]
    fn an_insured_person_comes_back_with_blanks_or_without(ins in matricules()) {
        let text = ins.as_str();
        let blanks = format!("{} {} {} {} {} {} {}", &text[..1], &text[1..3], &text[3..5], &text[5..7], &text[7..10], &text[10..13], &text[13..]);
        prop_assert_eq!(read_text(text).scanned, Scanned::InsuredPerson);
        prop_assert_eq!(read_text(&blanks).scanned, Scanned::InsuredPerson);
    }

    #[test]
    fn prescriptions_of_other_countries_addresses_and_files_are_known_for_what_they_are(
        token in "[0-9a-f]{64}", place in "[a-z]{3,12}",
    ) {
        for (printed, expected) in [
            (format!("{{\"urls\":[\"Task/160.{place}/$accept?ac={token}\"]}}"), Scanned::ForeignPrescription(Country::Germany)),
            (format!("CHMED16A1{token}"), Scanned::ForeignPrescription(Country::Switzerland)),
            (format!("https://eprescription.hin.ch/#{token}"), Scanned::ForeignPrescription(Country::Switzerland)),
            (format!("https://{place}.example/"), Scanned::Url),
            (format!("/{place}/feuille.png"), Scanned::FileName),
            (format!("file:///{place}/feuille.png"), Scanned::FileName),
        ] {
            prop_assert_eq!(read_text(&printed).scanned, expected, "{}", printed);
        }
    }

    #[test]
    fn any_text_has_an_answer_and_is_shown_without_a_control(text in "\\PC*|(?s).*") {
        let reading = read_text(&text);
        prop_assert!(!read_burst(&text).is_empty());
        for bearing in [Bearing::NothingOpen, Bearing::NotForIt, Bearing::Several] {
            prop_assert!(!scans::instead(&reading.scanned, bearing).is_empty());
        }
        prop_assert!(!safe(&text).chars().any(char::is_control));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_have_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let limits = Limits { picture_pixels: 10_000, ..Limits::default() };
        prop_assert_ne!(read_picture(&bytes, &limits).error, Some(ReadError::DecoderFailed));
    }
}

#[test]
fn each_kind_has_its_sentence_and_what_to_do_instead() {
    let unknown_box = ScannedBox {
        cip13: None,
        lot: None,
        expiry: None,
        serial: None,
    };
    let french_box = ScannedBox {
        cip13: "3400933857042".parse().ok(),
        ..unknown_box.clone()
    };
    let mut told: Vec<(String, &str)> = Vec::new();
    for scanned in [
        Scanned::Prescription("01S2TBPZ2JCNZZYGHZ".parse().unwrap()),
        Scanned::Box(french_box),
        Scanned::Box(unknown_box),
        read_text("IS010000000000000000000000S1279035121518989S2X").scanned,
        Scanned::Ins(None),
        Scanned::ForeignPrescription(Country::Germany),
        Scanned::ForeignPrescription(Country::Switzerland),
        Scanned::ForeignPrescription(Country::UnitedKingdom),
        Scanned::Prescriptions(vec![
            "01S2TBPZ2JCNZZYGHZ".parse().unwrap(),
            "01K7M4QX2RT9WBHV6P".parse().unwrap(),
        ]),
        Scanned::SignedStamp,
        Scanned::Article,
        Scanned::Url,
        Scanned::FileName,
        Scanned::InsuredPerson,
        Scanned::Professional,
        Scanned::Ambiguous,
        Scanned::Text,
    ] {
        let sentence = scans::scanned(&scanned);
        let instead = scans::instead(&scanned, Bearing::NothingOpen);
        assert!(
            sentence.starts_with(['C', 'O']) && instead.ends_with('.'),
            "{sentence} {instead}"
        );
        assert!(told.iter().all(|(other, _)| *other != sentence), "{sentence}");
        told.push((sentence, instead));
    }
}
