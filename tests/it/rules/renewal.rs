//! The day the next delivery is due, and what another prescription still covers.

use comptoir::domain::finding::Severity;
use comptoir::domain::identifiers::Boxes;
use comptoir::domain::prescription::{Prescription, PrescriptionLine};
use jiff::civil::date;

use super::stage::*;

const LISTED: &[&str] = &["liste I"];

fn renewable(boxes: u16) -> PrescriptionLine {
    PrescriptionLine {
        boxes: Some(Boxes(boxes)),
        repeats: 5,
        ..line(30)
    }
}

#[test]
fn the_next_delivery_waits_for_the_end_of_the_last() {
    let product = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    let once = || given(renewable(1), 1, "2026-02-01T09:00:00Z");
    // A second one, three days early: it lasts from where the first ends.
    let twice = || given(once(), 1, "2026-02-28T09:00:00Z");
    // The second one late: it lasts from its own day.
    let late = || given(once(), 1, "2026-03-20T09:00:00Z");
    let half = || given(renewable(2), 1, "2026-02-01T09:00:00Z");
    // 23:30 in Paris on the 1st, though the 31st of January is not over in the Azores.
    let at_night = || given(renewable(1), 1, "2026-01-31T23:30:00Z");
    for (line, today, earliest) in [
        (renewable(1), date(2026, 2, 1), None),
        (once(), date(2026, 3, 2), Some("03/03/2026")),
        (once(), date(2026, 3, 3), None), // the first legal day
        (twice(), date(2026, 4, 1), Some("02/04/2026")),
        (twice(), date(2026, 4, 2), None),
        (late(), date(2026, 4, 18), Some("19/04/2026")),
        (late(), date(2026, 4, 19), None),
        (half(), date(2026, 2, 2), None), // the rest of one delivery is no renewal
        (at_night(), date(2026, 3, 2), Some("03/03/2026")),
        (at_night(), date(2026, 3, 3), None),
    ] {
        let findings = remarks(&written(date(2026, 2, 1), vec![line]), &product, today);
        assert_eq!(is_said(&findings, "renewal-early"), earliest.is_some(), "{today}");
        if let Some(earliest) = earliest {
            let (severity, words) = said(&findings, "renewal-early");
            assert_eq!(severity, Severity::Warning);
            assert!(words.contains(&format!("Au plus tôt le {earliest}")), "{words}");
            assert!(words.contains("1 jour d’avance"), "{words}");
        }
    }
}

#[test]
fn what_completes_a_delivery_is_not_early_and_what_goes_beyond_is() {
    let product = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    let half = given(renewable(2), 1, "2026-02-01T09:00:00Z");
    let prescription = written(date(2026, 2, 1), vec![half]);
    for (boxes, is_early) in [(1, false), (2, true)] {
        let findings = handing(&prescription, &product, date(2026, 2, 2), boxes);
        assert_eq!(is_said(&findings, "renewal-early"), is_early, "{boxes}");
    }
}

#[test]
fn a_delivery_without_a_day_or_a_length_computes_nothing() {
    let product = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    let mut undated = given(renewable(1), 1, "2026-02-01T09:00:00Z");
    undated.deliveries[0].at = None;
    let endless = PrescriptionLine {
        days: None,
        ..given(renewable(1), 1, "2026-02-01T09:00:00Z")
    };
    for line in [undated, endless] {
        let findings = remarks(&written(date(2026, 2, 1), vec![line]), &product, date(2026, 2, 2));
        assert!(!is_said(&findings, "renewal-early"));
    }
}

#[test]
fn another_prescription_of_the_same_narcotic_may_not_overlap() {
    let narcotic: &[&str] = &["stupéfiants"];
    let no_overlap: &[&str] = &[
        "liste I",
        "chevauchement interdit sauf mention expresse du prescripteur portée sur l'ordonnance",
    ];
    let on = date(2026, 2, 1);
    for (labels, before, days, mention, today, expected) in [
        (narcotic, OTHER, Some(28), "", date(2026, 2, 28), Some("overlap")),
        (narcotic, OTHER, Some(28), "", date(2026, 3, 1), None), // the first legal day
        (
            narcotic,
            OTHER,
            Some(28),
            "chevauchement autorisé",
            date(2026, 2, 28),
            Some("overlap-allowed"),
        ),
        (narcotic, OTHER, None, "", date(2026, 2, 2), None),
        (narcotic, THIRD, Some(28), "", date(2026, 2, 2), None), // another substance
        (
            no_overlap,
            OTHER,
            Some(28),
            "",
            date(2026, 2, 28),
            Some("overlap"),
        ),
        (LISTED, OTHER, Some(28), "", date(2026, 2, 2), None),
    ] {
        let products = [
            medicine(ORDERED, "SULFATE DE MORPHINE 10 mg", labels),
            medicine(OTHER, "SULFATE DE MORPHINE 30 mg", labels),
            medicine(THIRD, "PARACÉTAMOL", labels),
        ];
        let line = PrescriptionLine {
            to_pharmacist: mention.into(),
            ..line(28)
        };
        let prescription = Prescription {
            history: vec![past(before, on, days)],
            ..written(today, vec![line])
        };
        let findings = remarks(&prescription, &products, today);
        let found = ["overlap", "overlap-allowed"]
            .into_iter()
            .find(|id| is_said(&findings, id));
        assert_eq!(found, expected, "{labels:?} {mention} {today}");
    }
}
