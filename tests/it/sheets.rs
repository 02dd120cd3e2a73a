//! The prescriber's sheet, from the prescription to the paper and back through the scanner.

use std::sync::LazyLock;

use comptoir::domain::consent::Consent;
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::people::{Ins, Patient, Prescriber, Sex};
use comptoir::domain::prescription::{
    LineKind, LineStanding, Prescription, PrescriptionKind, PrescriptionLine,
};
use comptoir::domain::product::ProductCode;
use comptoir::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use comptoir::scan::codes::{self, Effort};
use comptoir::scan::patience::Patience;
use comptoir::scan::{Limits, pdf, read_picture};
use comptoir::training::sheet;
use jiff::civil::date;

/// Nobody's number.
pub(crate) const NUMBER: &str = "01K7M4QX2RT9WBHV6P";

/// A matricule with a right key, of a person who does not exist.
fn nobody() -> Ins {
    let first_13 = "2790399351518";
    let key = Ins::key_of(first_13).unwrap();
    format!("{first_13}{key:02}").parse().unwrap()
}

fn line(number: u16, label: &str, dosage: &str, boxes: u16) -> PrescriptionLine {
    PrescriptionLine {
        number: LineNumber(number),
        kind: LineKind::Medication,
        label: label.into(),
        code: ProductCode::None,
        dosage: dosage.into(),
        boxes: Some(Boxes(boxes)),
        repeats: 0,
        days: None,
        to_pharmacist: String::new(),
        named_pharmacy: None,
        is_handwritten: false,
        substitution: SubstitutionPermission::Allowed,
        standing: LineStanding::Active,
        deliveries: Vec::new(),
    }
}

/// A prescription of three medicines and a blood test, of fictitious people.
pub(crate) fn sample() -> Prescription {
    let antibiotic = PrescriptionLine {
        days: Some(6),
        to_pharmacist: String::new(),
        named_pharmacy: None,
        is_handwritten: false,
        ..line(
            1,
            "AMOXICILLINE 500 mg, gélule",
            "1 gélule matin, midi et soir pendant 6 jours",
            2,
        )
    };
    let hormone = PrescriptionLine {
        days: Some(30),
        to_pharmacist: String::new(),
        named_pharmacy: None,
        is_handwritten: false,
        repeats: 2,
        substitution: SubstitutionPermission::Forbidden(NonSubstitutable::NarrowMargin),
        ..line(
            3,
            "LEVOTHYROX 75 microgrammes, comprimé sécable",
            "1 comprimé le matin à jeun",
            1,
        )
    };
    let blood_test = PrescriptionLine {
        kind: LineKind::Other {
            executor: "laboratoire de biologie médicale".into(),
        },
        boxes: None,
        ..line(4, "Dosage de la TSH", "Dans six semaines", 0)
    };
    Prescription {
        paper: None,
        number: NUMBER.parse().unwrap(),
        kinds: Vec::new(),
        written_on: date(2026, 11, 20),
        valid_until: Some(date(2027, 2, 20)),
        patient: Patient {
            ins: Some(nobody()),
            family: "ÉPREUVE".into(),
            given: "Françoise Anaïs".into(),
            born: Some(date(1979, 3, 1)),
            sex: Sex::Female,
        },
        prescriber: Prescriber {
            rpps: "10000001111".parse().ok(),
            family: "MODÈLE".into(),
            given: "Claire".into(),
            specialty: "Médecine générale".into(),
            phone: "01 99 00 12 34".into(),
        },
        consent: Consent::Agreed,
        hold: None,
        lines: vec![
            antibiotic,
            line(
                2,
                "DOLIPRANE 1000 mg, comprimé",
                "1 comprimé en cas de douleur ou de fièvre, au plus 3 par jour, en espaçant les prises de 6 heures",
                1,
            ),
            hormone,
            blood_test,
        ],
        history: Vec::new(),
    }
}

/// The sample's sheet, made once for every test that needs it.
pub(crate) static SAMPLE_PDF: LazyLock<Vec<u8>> = LazyLock::new(|| sheet::pdf(&sample()).unwrap());

fn texts(bytes: &[u8]) -> Vec<String> {
    let reading = read_picture(bytes, &Limits::default());
    assert_eq!(reading.error, None);
    reading.symbols.into_iter().map(|symbol| symbol.text).collect()
}

fn page_count(pdf: &[u8]) -> usize {
    pdf::each_page(pdf, 10, 0, |_, _| ()).unwrap()
}

#[test]
fn a_sheet_scans_back_to_its_number() {
    assert_eq!(texts(&SAMPLE_PDF), [NUMBER]);
    assert_eq!(texts(&sheet::png(&SAMPLE_PDF).unwrap()), [NUMBER]);
    assert_eq!(page_count(&SAMPLE_PDF), 1);
}

#[test]
fn the_same_prescription_gives_the_same_sheet() {
    assert!(*SAMPLE_PDF == sheet::pdf(&sample()).unwrap());
}

#[test]
fn twelve_lines_take_two_pages_and_the_code_is_on_both() {
    let mut prescription = sample();
    prescription.kinds = vec![PrescriptionKind::Secured, PrescriptionKind::AldTwoZone];
    prescription.lines = (1..=12)
        .map(|number| {
            line(
                number,
                "PARACÉTAMOL 500 mg, gélule",
                "1 gélule matin et soir pendant 8 jours",
                number,
            )
        })
        .collect();
    let sheet = sheet::pdf(&prescription).unwrap();
    assert_eq!(page_count(&sheet), 2);
    let mut read = Vec::new();
    pdf::each_page(&sheet, 150, 2, |page, drawn| {
        let picture = pdf::picture(&drawn.unwrap()).unwrap();
        read.push((
            page,
            codes::read(&picture, page, Effort::FILE, &mut Patience::default())[0]
                .text
                .clone(),
        ));
    })
    .unwrap();
    assert_eq!(read, [(1, NUMBER.to_owned()), (2, NUMBER.to_owned())]);
    assert_eq!(texts(&sheet), [NUMBER], "the same text is told once");
}

pub(crate) fn hostile() -> Vec<u8> {
    let mut prescription = sample();
    prescription.patient.family = "\u{1b}[2J) Tj ET Q \\( \u{202e}NOM\0".into();
    prescription.patient.given = "X".repeat(3000);
    prescription.prescriber.specialty = "(".repeat(100);
    prescription.lines[0].label = "endstream endobj \u{9b}31m %PDF-1.7".into();
    prescription.lines[0].dosage = "a\nb\r\nc\u{301}\u{301}\u{301} 中文 ".repeat(50);
    prescription.kinds = vec![PrescriptionKind::Other("\u{7}MED".into())];
    sheet::pdf(&prescription).unwrap()
}

#[test]
fn hostile_texts_are_inert() {
    let sheet = hostile();
    let is_inert = |byte: u8| matches!(byte, b'\n' | b'\r' | b' '..=b'~' | 0x80..);
    let content_of = |sheet: &[u8]| sheet.iter().copied().filter(|byte| !is_inert(*byte)).count();
    assert_eq!(
        content_of(&sheet),
        content_of(&SAMPLE_PDF),
        "no control character is carried into the file"
    );
    assert_eq!(texts(&sheet), [NUMBER]);
}

#[test]
fn a_prescription_with_nothing_optional_has_its_sheet_too() {
    let mut prescription = sample();
    prescription.patient = Patient {
        ins: None,
        family: String::new(),
        given: String::new(),
        born: None,
        sex: Sex::Unknown,
    };
    prescription.prescriber = Prescriber {
        rpps: None,
        family: String::new(),
        given: String::new(),
        specialty: String::new(),
        phone: String::new(),
    };
    prescription.valid_until = None;
    prescription.consent = Consent::NotRecorded;
    prescription.lines.clear();
    assert_eq!(texts(&sheet::pdf(&prescription).unwrap()), [NUMBER]);
}
