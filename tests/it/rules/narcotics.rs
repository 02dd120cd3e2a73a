//! Three days to present, then what is left; the days of a planned operation.

use comptoir::domain::finding::Severity;
use comptoir::domain::identifiers::Boxes;
use comptoir::domain::prescription::PrescriptionLine;
use jiff::civil::date;

use super::stage::*;

const NARCOTIC: &[&str] = &["stupéfiants", "prescription limitée à 4 semaines"];

#[test]
fn after_the_third_day_every_day_since_the_writing_is_taken_off() {
    let morphine = [medicine(ORDERED, "SULFATE DE MORPHINE", NARCOTIC)];
    let late = "narcotic-late";
    for (written_on, today, days, said_as, lost) in [
        (date(2026, 2, 1), date(2026, 2, 1), 14, None, ""),
        (date(2026, 2, 1), date(2026, 2, 4), 14, None, ""), // the last day on which it is whole
        (
            date(2026, 2, 1),
            date(2026, 2, 5),
            14,
            Some(late),
            "4 jours retirés",
        ),
        (
            date(2026, 2, 1),
            date(2026, 2, 6),
            14,
            Some(late),
            "5 jours retirés",
        ),
        (
            date(2026, 2, 1),
            date(2026, 2, 14),
            14,
            Some(late),
            "13 jours retirés",
        ),
        (
            date(2026, 2, 1),
            date(2026, 2, 15),
            14,
            Some("narcotic-lapsed"),
            "14 jours",
        ),
        (
            date(2026, 2, 26),
            date(2026, 3, 2),
            28,
            Some(late),
            "4 jours retirés",
        ), // 28 days in February
        (
            date(2028, 2, 26),
            date(2028, 3, 1),
            28,
            Some(late),
            "4 jours retirés",
        ), // 29 in a leap year
        (date(2028, 2, 27), date(2028, 3, 1), 28, None, ""),
        (date(2026, 3, 27), date(2026, 3, 30), 28, None, ""), // the night of 29 March has 23 hours
        (
            date(2026, 3, 27),
            date(2026, 3, 31),
            28,
            Some(late),
            "4 jours retirés",
        ),
    ] {
        let prescription = written(written_on, vec![line(days)]);
        let findings = remarks(&prescription, &morphine, today);
        let found = [late, "narcotic-lapsed"]
            .into_iter()
            .find(|id| is_said(&findings, id));
        assert_eq!(found, said_as, "{written_on} → {today}");
        if let Some(id) = found {
            let words = said(&findings, id).1;
            assert!(words.contains(lost), "{words}");
        }
    }
}

#[test]
fn the_computation_is_shown_and_the_boxes_follow_it() {
    let morphine = [medicine(ORDERED, "SULFATE DE MORPHINE", NARCOTIC)];
    let four_boxes = PrescriptionLine {
        boxes: Some(Boxes(4)),
        ..line(28)
    };
    let prescription = written(date(2026, 2, 1), vec![four_boxes]);
    // 28 − 10 = 18 days of 28: 2.57 of 4 boxes, so 3.
    let today = date(2026, 2, 11);
    let (severity, words) = said(&remarks(&prescription, &morphine, today), "narcotic-late");
    assert_eq!(severity, Severity::Warning);
    for figure in [
        "01/02/2026",
        "11/02/2026",
        "10 jours retirés",
        "18 sur 28",
        "3 boîtes au plus",
    ] {
        assert!(words.contains(figure), "{words}");
    }
    assert!(!is_said(
        &handing(&prescription, &morphine, today, 3),
        "above-narcotic-share"
    ));
    let above = handing(&prescription, &morphine, today, 4);
    assert_eq!(said(&above, "above-narcotic-share").0, Severity::Blocking);
}

#[test]
fn a_following_fraction_has_three_days_too() {
    let patches = [medicine(
        ORDERED,
        "FENTANYL",
        &["stupéfiants", "délivrance fractionnée de 14 jours"],
    )];
    // 28 days in 4 boxes; 2 of them on 2 February cover until the 15th.
    let line = PrescriptionLine {
        boxes: Some(Boxes(4)),
        ..line(28)
    };
    let begun = given(line, 2, "2026-02-02T09:00:00Z");
    for (today, expected) in [
        (date(2026, 2, 16), None),
        (date(2026, 2, 18), None), // three days after the 15th
        (date(2026, 2, 19), Some("4 jours retirés")),
    ] {
        let findings = remarks(&written(date(2026, 2, 1), vec![begun.clone()]), &patches, today);
        assert_eq!(is_said(&findings, "narcotic-late"), expected.is_some(), "{today}");
        if let Some(words) = expected {
            assert!(said(&findings, "narcotic-late").1.contains(words));
        }
    }
}

#[test]
fn a_planned_operation_has_its_own_days() {
    let morphine = [medicine(ORDERED, "SULFATE DE MORPHINE", NARCOTIC)];
    let planned = |words: &str| {
        let line = PrescriptionLine {
            to_pharmacist: words.into(),
            ..line(14)
        };
        written(date(2026, 2, 1), vec![line])
    };
    let dated = "Chirurgie programmée le 10/03/2026, sortie prévue le 12/03/2026";
    for (words, today, expected) in [
        (dated, date(2026, 3, 6), "outside-surgery-window"),
        (dated, date(2026, 3, 7), "surgery-window"), // three days before
        (dated, date(2026, 3, 15), "surgery-window"), // three days after the discharge
        (dated, date(2026, 3, 16), "outside-surgery-window"),
        (
            "Chirurgie programmée le 10/03/2026",
            date(2026, 3, 13),
            "surgery-window",
        ),
        (
            "Chirurgie programmée le 10/03/2026",
            date(2026, 3, 14),
            "outside-surgery-window",
        ),
        ("Chirurgie programmée", date(2026, 3, 10), "surgery-undated"),
    ] {
        let findings = remarks(&planned(words), &morphine, today);
        assert!(is_said(&findings, expected), "{words} {today}: {findings:?}");
        assert!(!is_said(&findings, "narcotic-late"), "{words} {today}");
    }
    let words = said(
        &remarks(&planned(dated), &morphine, date(2026, 3, 6)),
        "outside-surgery-window",
    )
    .1;
    assert!(words.contains("du 07/03/2026 au 15/03/2026"), "{words}");
}

#[test]
fn sleeping_pills_on_a_secured_prescription_have_no_such_days() {
    let zolpidem = [medicine(
        ORDERED,
        "TARTRATE DE ZOLPIDEM",
        &[
            "liste I",
            "prescription en toutes lettres sur ordonnance sécurisée",
        ],
    )];
    let findings = remarks(
        &written(date(2026, 2, 1), vec![line(28)]),
        &zolpidem,
        date(2026, 2, 20),
    );
    assert!(!is_said(&findings, "narcotic-late"), "{findings:?}");
}
