//! The longest prescription of each label, and its fractions.

use comptoir::domain::finding::Severity;
use comptoir::domain::identifiers::Boxes;
use comptoir::domain::prescription::PrescriptionLine;
use jiff::civil::date;

use super::stage::*;

#[test]
fn a_prescription_is_no_longer_than_its_label() {
    let days = |days, repeats| PrescriptionLine {
        repeats,
        ..line(days)
    };
    for (substance, label, line, is_beyond) in [
        (
            "ZOPICLONE",
            "prescription limitée à 4 semaines",
            days(28, 0),
            false,
        ),
        (
            "ZOPICLONE",
            "prescription limitée à 4 semaines",
            days(29, 0),
            true,
        ),
        (
            "ZOPICLONE",
            "prescription limitée à 4 semaines",
            days(14, 1),
            false,
        ),
        (
            "ZOPICLONE",
            "prescription limitée à 4 semaines",
            days(14, 2),
            true,
        ),
        (
            "ALPRAZOLAM",
            "prescription limitée à 12 semaines",
            days(28, 2),
            false,
        ),
        (
            "ALPRAZOLAM",
            "prescription limitée à 12 semaines",
            days(85, 0),
            true,
        ),
        ("SUFENTANIL", "prescription limitée à 7 jours", days(8, 0), true),
        (
            "MÉTHADONE",
            "prescription limitée à 2 semaines",
            days(14, 0),
            false,
        ),
        (
            "MÉTHADONE",
            "prescription limitée à 2 semaines",
            days(15, 0),
            true,
        ),
        (
            "MORPHINE",
            "prescription limitée à 7 jours ou 28 jours",
            days(28, 0),
            false,
        ),
        (
            "MORPHINE",
            "prescription limitée à 7 jours ou 28 jours",
            days(29, 0),
            true,
        ),
        // Six months from 1 September 2026 end on 28 February 2027: 181 days.
        (
            "ISOTRÉTINOÏNE",
            "prescription limitée à 6 mois",
            days(181, 0),
            false,
        ),
        (
            "ISOTRÉTINOÏNE",
            "prescription limitée à 6 mois",
            days(182, 0),
            true,
        ),
        (
            "AUTRE",
            "prescription limitée à un certain temps",
            days(300, 0),
            false,
        ),
        // The law of the substance, where the file is late.
        ("CHLORHYDRATE DE TRAMADOL", "liste I", days(84, 0), false),
        ("CHLORHYDRATE DE TRAMADOL", "liste I", days(85, 0), true),
        ("PRÉGABALINE", "liste I", days(182, 0), true),
    ] {
        let product = [medicine(ORDERED, substance, &["liste I", label])];
        let case = format!("{substance} « {label} » {:?} × {}", line.days, line.repeats);
        let findings = remarks(&written(date(2026, 9, 1), vec![line]), &product, date(2026, 9, 1));
        assert_eq!(is_said(&findings, "beyond-cap"), is_beyond, "{case}");
    }
}

#[test]
fn the_label_is_shown_word_for_word_with_the_last_day() {
    let label = "prescription limitée à 4 semaines";
    let product = [medicine(ORDERED, "ZOPICLONE", &["liste I", label])];
    let findings = remarks(
        &written(date(2026, 2, 1), vec![line(60)]),
        &product,
        date(2026, 2, 1),
    );
    let (severity, words) = said(&findings, "beyond-cap");
    assert_eq!(severity, Severity::Warning);
    for part in [label, "60 jours", "01/02/2026", "28/02/2026"] {
        assert!(words.contains(part), "{words}");
    }
}

#[test]
fn a_fraction_is_given_at_a_time_unless_its_prescriber_says_otherwise() {
    let label = "délivrance fractionnée de 7 jours";
    let product = [medicine(ORDERED, "BUPRÉNORPHINE", &["liste I", label])];
    let four = |to_pharmacist: &str, days| PrescriptionLine {
        boxes: Some(Boxes(4)),
        to_pharmacist: to_pharmacist.into(),
        ..line(days)
    };
    let today = date(2026, 2, 1);
    for (line, boxes, expected) in [
        (four("", 28), 1, &["fraction"][..]),
        (four("", 28), 2, &["above-fraction"]),
        (four("", 28), 4, &["above-fraction"]),
        (four("À délivrer en une seule fois", 28), 4, &["fraction"]),
        (four("", 7), 4, &["fraction"]),  // one fraction is all of it
        (four("", 14), 2, &["fraction"]), // 7 of 14 days: half of the boxes
        (four("", 14), 3, &["above-fraction"]),
    ] {
        let case = format!("{:?} {:?} {boxes}", line.days, line.to_pharmacist);
        let findings = handing(&written(today, vec![line]), &product, today, boxes);
        assert_eq!(
            is_said(&findings, "above-fraction"),
            expected == ["above-fraction"],
            "{case}"
        );
    }
    let before = remarks(&written(today, vec![four("", 28)]), &product, today);
    let words = said(&before, "fraction-due").1;
    for part in [label, "7 jours sur 28", "1 boîte sur 4", "08/02/2026"] {
        assert!(words.contains(part), "{words}");
    }
    let at_once = remarks(
        &written(today, vec![four("en une seule fois", 28)]),
        &product,
        today,
    );
    assert!(is_said(&at_once, "fraction-excluded") && !is_said(&at_once, "fraction-due"));
}
