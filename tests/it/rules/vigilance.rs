//! Conditional lines, doubles, prices, availability.

use comptoir::domain::dispense::LineOutcome;
use comptoir::domain::finding::Severity;
use comptoir::domain::identifiers::LineNumber;
use comptoir::domain::prescription::PrescriptionLine;
use comptoir::domain::product::{Availability, AvailabilityStatus, Cents, Price, Product, Published};
use comptoir::domain::reasons::NotDeliveredReason;
use jiff::civil::date;

use super::stage::*;

#[test]
fn a_conditional_line_lasts_seven_days_its_own_included() {
    let product = [medicine(ORDERED, "AMOXICILLINE", &["liste I"])];
    let conditional = |words: &str| PrescriptionLine {
        to_pharmacist: words.into(),
        ..line(6)
    };
    let angina = "À délivrer si TROD angine positif, sous 7 jours";
    for (words, today, expected) in [
        ("", date(2026, 2, 1), None),
        (angina, date(2026, 2, 1), Some("conditional-line")),
        (angina, date(2026, 2, 7), Some("conditional-line")), // the last legal day
        (angina, date(2026, 2, 8), Some("conditional-lapsed")),
        (
            "cystite : si BU positive",
            date(2026, 2, 3),
            Some("conditional-line"),
        ),
    ] {
        let findings = remarks(
            &written(date(2026, 2, 1), vec![conditional(words)]),
            &product,
            today,
        );
        let found = ["conditional-line", "conditional-lapsed"]
            .into_iter()
            .find(|id| is_said(&findings, id));
        assert_eq!(found, expected, "{words} {today}");
    }
    let leap = written(date(2028, 2, 26), vec![conditional(angina)]);
    let words = said(&remarks(&leap, &product, date(2028, 2, 26)), "conditional-line").1;
    assert!(words.contains("03/03/2028"), "{words}");
}

#[test]
fn the_same_substance_twice_is_seen_also_when_it_is_hidden() {
    let listed: &[&str] = &["liste I"];
    let of = |cip13, substances| medicine(cip13, substances, listed);
    for (one, other, expected) in [
        (
            of(ORDERED, "PARACÉTAMOL 1 g"),
            of(OTHER, "IBUPROFÈNE 400 mg"),
            None,
        ),
        (
            of(ORDERED, "PARACÉTAMOL 1 g"),
            of(
                OTHER,
                "PARACÉTAMOL 500 mg + PHOSPHATE DE CODÉINE HÉMIHYDRATÉ 30 mg",
            ),
            Some("same-substance"),
        ),
        (
            of(ORDERED, "SULFATE DE MORPHINE 10 mg"),
            of(OTHER, "SULFATE DE MORPHINE 30 mg"),
            Some("same-substance-other-form"),
        ),
        (
            in_generic_group(of(ORDERED, "AMOXICILLINE TRIHYDRATÉE")),
            in_generic_group(of(OTHER, "AMOXICILLINE TRIHYDRATÉE")),
            Some("same-substance"),
        ),
        (of(ORDERED, ""), of(OTHER, ""), None),
    ] {
        let case = format!("{} / {}", one.substances, other.substances);
        let second = PrescriptionLine {
            number: LineNumber(2),
            code: code(OTHER),
            ..line(30)
        };
        let on = date(2026, 2, 1);
        let prescription = written(on, vec![line(30), second]);
        let products = [one, other];
        let findings = remarks(&prescription, &products, on);
        let found = ["same-substance", "same-substance-other-form"]
            .into_iter()
            .find(|id| is_said(&findings, id));
        assert_eq!(found, expected, "{case}");
        let one_of_two = vec![
            decision(1, LineOutcome::NotDelivered(NotDeliveredReason::PatientHasSome)),
            decision(2, LineOutcome::Conforming(supply(OTHER, 1))),
        ];
        let findings = of_decisions(&prescription, &products, on, one_of_two);
        assert!(!is_said(&findings, "same-substance"), "{case}: one of them stays");
    }
}

#[test]
fn an_expensive_box_and_a_short_one_are_said_and_stop_nothing() {
    let on = date(2026, 2, 1);
    let priced = |cents| Product {
        published: Box::new(Published {
            price: Some(Price {
                medicine: Cents(cents),
                public: Cents(cents),
                fee: Cents(0),
            }),
            ..Published::default()
        }),
        ..medicine(ORDERED, "ADALIMUMAB", &["liste I"])
    };
    for (product, is_expensive) in [
        (priced(30_000), false),
        (priced(30_001), true),
        (medicine(ORDERED, "ADALIMUMAB", &["liste I"]), false),
    ] {
        let findings = remarks(&written(on, vec![line(28)]), &[product], on);
        assert_eq!(is_said(&findings, "expensive-box"), is_expensive);
    }
    let words = said(
        &remarks(&written(on, vec![line(28)]), &[priced(38_129)], on),
        "expensive-box",
    )
    .1;
    assert!(words.contains("381,29"), "{words}");
    let short = Product {
        published: Box::new(Published {
            availability: vec![Availability {
                presentation: None,
                status: AvailabilityStatus::Tension,
                since: date(2026, 3, 25),
                updated_on: date(2026, 3, 26),
                back_on: None,
            }],
            ..Published::default()
        }),
        ..medicine(ORDERED, "INSULINE", &["liste II"])
    };
    let findings = remarks(&written(on, vec![line(28)]), &[short], on);
    let (severity, words) = said(&findings, "availability");
    assert_eq!(severity, Severity::Information);
    assert!(
        words.contains("Tension d’approvisionnement depuis le 25/03/2026"),
        "{words}"
    );
}
