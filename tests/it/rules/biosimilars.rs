//! One biological medicine for another: the lot, the words to the prescriber, the same product kept.

use comptoir::domain::dispense::{LineOutcome, Supply};
use comptoir::domain::finding::Severity;
use comptoir::domain::prescription::Prescription;
use comptoir::domain::product::Product;
use jiff::civil::date;

use super::stage::*;

fn group(substance: &str, names: [&str; 2]) -> [Product; 2] {
    [(ORDERED, names[0]), (OTHER, names[1])].map(|(cip13, name)| Product {
        name: name.into(),
        ..in_biosimilar_group(medicine(cip13, substance, &["liste I"]))
    })
}

fn with_lot(lot: Option<&str>) -> Supply {
    Supply {
        label: "HYRIMOZ 40 mg".into(),
        lot: lot.map(|lot| lot.parse().unwrap()),
        ..supply(OTHER, 1)
    }
}

#[test]
fn a_substituted_biosimilar_has_its_lot_and_its_words() {
    let products = group(
        "ADALIMUMAB",
        ["HUMIRA 40 mg, solution", "HYRIMOZ 40 mg, solution"],
    );
    let on = date(2026, 3, 10);
    let prescription = written(on, vec![line(28)]);
    for (lot, stops) in [(None, true), (Some("AB12"), false)] {
        let given = decision(1, substituted(with_lot(lot)));
        let findings = of_decisions(&prescription, &products, on, vec![given]);
        assert_eq!(is_said(&findings, "biosimilar-lot"), stops);
        let (severity, words) = said(&findings, "biosimilar-to-tell");
        assert_eq!(severity, Severity::Information);
        assert!(
            words.contains("HYRIMOZ 40 mg") && words.contains("MÉDICAMENT PRESCRIT"),
            "{words}"
        );
        assert_eq!(words.contains("lot AB12"), lot.is_some(), "{words}");
    }
    let kept = handing(&prescription, &products, on, 1);
    assert!(
        !ids(&kept).iter().any(|id| id.starts_with("biosimilar")),
        "{kept:?}"
    );
}

#[test]
fn etanercept_keeps_its_strength() {
    let on = date(2026, 3, 10);
    let prescription = written(on, vec![line(28)]);
    for (substance, names, is_refused) in [
        (
            "ÉTANERCEPT",
            ["ENBREL 50 mg, solution", "BENEPALI 50 mg, solution"],
            false,
        ),
        (
            "ÉTANERCEPT",
            ["ENBREL 50 mg, solution", "BENEPALI 25 mg, solution"],
            true,
        ),
        (
            "ADALIMUMAB",
            ["HUMIRA 40 mg, solution", "HYRIMOZ 80 mg, solution"],
            false,
        ),
    ] {
        let products = group(substance, names);
        let given = decision(1, substituted(with_lot(Some("A1"))));
        let findings = of_decisions(&prescription, &products, on, vec![given]);
        assert_eq!(is_said(&findings, "biosimilar-strength"), is_refused, "{names:?}");
    }
}

#[test]
fn the_product_of_last_time_is_kept() {
    let products = group(
        "ADALIMUMAB",
        ["HUMIRA 40 mg, solution", "HYRIMOZ 40 mg, solution"],
    );
    let on = date(2026, 3, 10);
    let renewable = |line: comptoir::domain::prescription::PrescriptionLine| {
        comptoir::domain::prescription::PrescriptionLine { repeats: 5, ..line }
    };
    let before = |product| given_of(renewable(line(28)), 1, "2026-02-01T09:00:00Z", product);
    let hyrimoz = || substituted(with_lot(Some("A1")));
    let humira = || LineOutcome::Conforming(supply(ORDERED, 1));
    let elsewhere = |cip13| vec![past(cip13, date(2026, 2, 1), None)];
    for (line, history, outcome, is_changed) in [
        (renewable(line(28)), vec![], hyrimoz(), false),
        (
            before("HYRIMOZ 40 mg, solution injectable en stylo"),
            vec![],
            hyrimoz(),
            false,
        ),
        (before("HUMIRA 40 mg, solution"), vec![], hyrimoz(), true),
        (before("HYRIMOZ 40 mg, solution"), vec![], humira(), true),
        (renewable(line(28)), elsewhere(OTHER), hyrimoz(), false),
        (renewable(line(28)), elsewhere(OTHER), humira(), true),
        (renewable(line(28)), elsewhere(THIRD), humira(), false),
    ] {
        let prescription = Prescription {
            history,
            ..written(date(2026, 1, 20), vec![line])
        };
        let case = format!("{prescription:?} {outcome:?}");
        let findings = of_decisions(&prescription, &products, on, vec![decision(1, outcome)]);
        assert_eq!(is_said(&findings, "biosimilar-changed"), is_changed, "{case}");
    }
}
