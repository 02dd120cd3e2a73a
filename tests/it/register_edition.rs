//! The immediate edition of the register, as text and on paper.

use comptoir::domain::people::Pharmacy;
use comptoir::domain::register::{RegisterExtract, RegisterNumber};
use comptoir::print::register_edition::Edition;
use comptoir::scan::pdf;
use comptoir::store::Store;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::sample::{dispense, later, operator, pharmacy, prescription};
use crate::support::command::Counter;

const DAY: i64 = 86_400;

/// Two entries a day for ten days from 22 November on, a hostile name on the first; entry 4 is corrected a month later,
/// and that correction on the next day.
fn register() -> Store {
    let store = Store::in_memory().unwrap();
    for of in 1..=10_u8 {
        let mut prescription = prescription(of);
        if of == 1 {
            prescription.patient.given = "Zoë\u{1b}[2J\u{202e}) Tj ET".into();
        }
        let at = later(DAY * (i64::from(of) - 1));
        store
            .record(&dispense(of.into(), &prescription, at), &[])
            .unwrap();
    }
    for (entry, reason, day) in [(4, "erreur de lot", 30), (21, "le lot était bon", 31)] {
        store
            .correct(RegisterNumber(entry), reason, &operator(), later(DAY * day))
            .unwrap();
    }
    store
}

fn extract(days: std::ops::Range<i64>) -> RegisterExtract {
    let midnight = |day: i64| later(DAY * day - 12 * 3600);
    register()
        .register_extract(midnight(days.start), midnight(days.end))
        .unwrap()
}

fn edition<'a>(extract: &'a RegisterExtract, pharmacy: &'a Pharmacy, zone: &'a TimeZone) -> Edition<'a> {
    Edition {
        pharmacy,
        first: date(2026, 11, 22),
        last: date(2026, 11, 25),
        edited_at: later(DAY * 60),
        zone,
        extract,
        mark: Some("FORMATION"),
    }
}

fn text_of(extract: &RegisterExtract) -> String {
    edition(extract, &pharmacy(), &TimeZone::get("Europe/Paris").unwrap()).text()
}

fn pdf_of(extract: &RegisterExtract) -> Vec<u8> {
    edition(extract, &pharmacy(), &TimeZone::get("Europe/Paris").unwrap()).pdf()
}

fn numbers(extract: &RegisterExtract) -> Vec<u32> {
    extract.entries.iter().map(|entry| entry.number.0).collect()
}

#[test]
fn a_period_holds_its_entries_and_every_correction_of_them() {
    for (days, entries, corrected) in [
        (0..1, vec![1, 2], vec![]),
        (1..3, vec![3, 4, 5, 6], vec![4, 21]),
        (30..32, vec![21, 22], vec![21]),
        (11..30, vec![], vec![]),
    ] {
        let extract = extract(days.clone());
        assert_eq!(numbers(&extract), entries, "{days:?}");
        let found: Vec<u32> = extract.corrections.keys().map(|number| number.0).collect();
        assert_eq!(found, corrected, "{days:?}");
    }
}

#[test]
fn a_moment_belongs_to_its_second_whatever_its_fraction() {
    // Recorded at 11:00:00.123456.
    for (from, until, count) in [(0, 1, 2), (-1, 0, 0), (1, 2, 0), (-1, 1, 2)] {
        let found = register().register_extract(later(from), later(until)).unwrap();
        assert_eq!(found.entries.len(), count, "{from}..{until}");
    }
}

#[test]
fn the_text_says_who_what_and_when() {
    let text = text_of(&extract(0..2));
    let expected = "\
Pharmacie de l’Étoile, 1 place d’Essai, 75001 Paris – FORMATION
FINESS 750000001 – tél. 0199000001
Ordonnancier du 22/11/2026 au 25/11/2026 – 4 inscriptions – Édité le 21/01/2027 à 12:00 – page 1 de 1
";
    assert!(text.starts_with(expected), "{text}");
    let corrected = "
      4  23/11/2026 12:00  3 × MÉDICAMENT 3, comprimé – 3400933857042 – code inconnu (absent de la base des médicaments)
         lot A12 – exp. 30/06/2028 – 01S2TBPZ2JCNZZYG02 – ligne 3 – Camille Martin (pharmacien)
         Patient : ZZCANARY Anne, née le 05/03/1979
         Prescripteur : Hélène Rivière, Médecine générale, RPPS 10100000016
         → Inscription n° 4 corrigée par la n° 21 du 22/12/2026 12:00 : « erreur de lot » – Camille Martin (pharmacien)
         → Inscription n° 21 corrigée par la n° 22 du 23/12/2026 12:00 : « le lot était bon » – Camille Martin (pharmacien)
";
    let compact = |text: &str| text.replace(['\u{a0}', '\u{202f}'], " ");
    let grouped = prescription(2).number.grouped();
    assert!(
        compact(&text).ends_with(&compact(&corrected.replace("01S2TBPZ2JCNZZYG02", &grouped))),
        "{text}"
    );
    assert!(
        !text
            .chars()
            .any(|character| character.is_control() && character != '\n'),
        "{text:?}"
    );
    assert!(!text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn every_page_of_text_names_the_pharmacy_and_its_place() {
    let text = text_of(&extract(0..60));
    let lines: Vec<&str> = text.lines().collect();
    let pages: Vec<_> = lines.chunks(60).collect();
    assert!(pages.len() > 1, "{}", lines.len());
    for (place, page) in (1..).zip(&pages) {
        assert!(
            page[0].starts_with("Pharmacie de l’Étoile, 1 place d’Essai"),
            "{place}"
        );
        assert!(
            page[2].ends_with(&format!("page {place} de {}", pages.len())),
            "{}",
            page[2]
        );
    }
}

#[test]
fn an_empty_period_says_so() {
    let nothing = extract(11..12);
    assert!(text_of(&nothing).contains("Aucune inscription"));
    assert_eq!(pages(&pdf_of(&nothing)), 1);
}

fn pages(bytes: &[u8]) -> usize {
    let mut drawn = 0;
    let count = pdf::each_page(bytes, 30, 1000, |_, page| {
        let grey = pdf::grey(&page.unwrap()).unwrap();
        assert!(grey.width() > grey.height(), "landscape");
        assert!(
            grey.pixels().iter().any(|pixel| *pixel < 100),
            "something is printed"
        );
        drawn += 1;
    })
    .unwrap();
    assert_eq!(count, drawn);
    count
}

/// How often the PDF shows a text, given in Windows-1252: its pages are not compressed.
fn occurrences(bytes: &[u8], text: &[u8]) -> usize {
    let mut hexadecimal = Vec::new();
    for byte in text {
        hexadecimal.extend(format!("{byte:02X}").bytes());
    }
    let written = if text.is_ascii() { text } else { &hexadecimal };
    bytes
        .windows(written.len())
        .filter(|window| *window == written)
        .count()
}

#[test]
fn every_page_of_the_pdf_names_the_pharmacy_and_its_place() {
    let everything = extract(0..60);
    let bytes = pdf_of(&everything);
    let count = pages(&bytes);
    assert!(count > 1);
    for text in [
        &b"Pharmacie de l\x92\xc9toile"[..],
        b"1 place d\x92Essai, 75001 Paris",
        b"FORMATION",
        b"(Ordonnancier du 22/11/2026 au 25/11/2026)",
    ] {
        assert_eq!(occurrences(&bytes, text), count, "{}", text.escape_ascii());
    }
    for place in 1..=count {
        assert_eq!(
            occurrences(&bytes, format!("(page {place} de {count})").as_bytes()),
            1
        );
    }
    assert_eq!(bytes, pdf_of(&everything), "the same edition is the same file");
}

#[test]
fn no_text_is_too_long_for_a_page() {
    let store = Store::in_memory().unwrap();
    let mut endless = prescription(1);
    endless.patient.family = "W".repeat(5000);
    endless.prescriber.family = "\n(".repeat(5000);
    for line in &mut endless.lines {
        line.label = "𝔐 long mot ".repeat(500);
    }
    store.record(&dispense(1, &endless, later(0)), &[]).unwrap();
    let mut entry = 1;
    for moment in 0..80 {
        let reason = "raison ".repeat(900);
        store
            .correct(RegisterNumber(entry), &reason, &operator(), later(moment))
            .unwrap();
        entry = u32::try_from(moment).unwrap() + 3;
    }
    let extract = store.register_extract(later(0), later(DAY)).unwrap();
    let bytes = pdf_of(&extract);
    assert!(pages(&bytes) > 3);
    assert!(text_of(&extract).lines().count() > 160);
}

#[test]
fn the_command_line_edits_a_day() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    let file = counter.home.path().join("edition.pdf").display().to_string();
    let period = ["register", "edit", "--from", "2000-01-01", "--to", "2999-12-31"];
    let said = counter.run(&period);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.stdout.contains("FORMATION") && said.stdout.contains("page 1 de 1"),
        "{said:?}"
    );
    let written = counter
        .run(&[&period[..], &["--pdf", &file, "--json"]].concat())
        .json_with(0);
    assert_eq!(written["entries"], 3);
    assert_eq!(pages(&std::fs::read(&file).unwrap()), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let rights = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600, "it names patients");
    }
    let backwards = counter.run(&["register", "edit", "--from", "2026-11-22", "--to", "2026-11-21"]);
    assert_eq!(backwards.code, 2, "{backwards:?}");
    let nowhere = counter.run(&[&period[..], &["--pdf", "/nowhere/at/all.pdf"]].concat());
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
    assert!(nowhere.stderr.contains("/nowhere/at/all.pdf"), "{nowhere:?}");
}
