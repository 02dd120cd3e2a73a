//! The secured support, the exception form, the named pharmacy.

use comptoir::domain::finding::Severity;
use comptoir::domain::prescription::{NamedPharmacy, Prescription, PrescriptionKind, PrescriptionLine};
use jiff::civil::date;

use super::stage::*;

#[test]
fn a_numeric_prescription_is_the_secured_one() {
    let on = date(2026, 11, 20);
    let secured_label = "prescription en toutes lettres sur ordonnance sécurisée";
    for (kinds, substance, labels, by_law, is_secured) in [
        (vec![], "AMOXICILLINE", &["liste I"][..], false, false),
        (
            vec![PrescriptionKind::Secured],
            "AMOXICILLINE",
            &["liste I"],
            false,
            true,
        ),
        (
            vec![],
            "SULFATE DE MORPHINE",
            &["stupéfiants", secured_label],
            false,
            true,
        ),
        (
            vec![],
            "PRÉGABALINE",
            &["liste I", "prescription sur ordonnance sécurisée"],
            false,
            true,
        ),
        (
            vec![],
            "TARTRATE DE ZOLPIDEM",
            &["liste I", secured_label],
            false,
            true,
        ),
        // The file lags: IXPRIM of parallel import, no condition at all for a new oxycodone.
        (
            vec![],
            "PARACÉTAMOL 325 mg + CHLORHYDRATE DE TRAMADOL 37,5 mg",
            &["liste I"],
            true,
            true,
        ),
        (vec![], "DIHYDROCODÉINE", &["liste I"], true, true),
        (vec![], "CHLORHYDRATE D'OXYCODONE", &[], true, true),
        (
            vec![PrescriptionKind::Exception],
            "AMOXICILLINE",
            &["liste I"],
            false,
            false,
        ),
    ] {
        let product = [medicine(ORDERED, substance, labels)];
        let is_exception = kinds.contains(&PrescriptionKind::Exception);
        let prescription = Prescription {
            kinds,
            ..written(on, vec![line(7)])
        };
        let findings = remarks(&prescription, &product, on);
        assert_eq!(is_said(&findings, "secured-support"), is_secured, "{substance}");
        assert_eq!(is_said(&findings, "secured-by-law"), by_law, "{substance}");
        assert_eq!(
            is_said(&findings, "exception-support"),
            is_exception,
            "{substance}"
        );
    }
}

#[test]
fn a_substitution_treatment_names_its_pharmacy() {
    let fraction = &["liste I", "délivrance fractionnée de 7 jours"][..];
    let named = |finess: Option<&str>, name: &str| {
        Some(NamedPharmacy {
            finess: finess.map(|text| text.parse().unwrap()),
            name: name.into(),
        })
    };
    let on = date(2026, 11, 20);
    for (substance, labels, named_pharmacy, expected) in [
        (
            "CHLORHYDRATE DE BUPRÉNORPHINE",
            fraction,
            None,
            Some("named-pharmacy-missing"),
        ),
        (
            "CHLORHYDRATE DE MÉTHADONE",
            fraction,
            None,
            Some("named-pharmacy-missing"),
        ),
        (
            "CHLORHYDRATE DE MÉTHADONE",
            fraction,
            named(Some("750000001"), "La nôtre"),
            None,
        ),
        (
            "CHLORHYDRATE DE MÉTHADONE",
            fraction,
            named(Some("750000002"), "Pharmacie du Port"),
            Some("named-pharmacy-other"),
        ),
        (
            "CHLORHYDRATE DE MÉTHADONE",
            fraction,
            named(None, "Pharmacie du Port"),
            Some("named-pharmacy-other"),
        ),
        // Buprenorphine for pain is not delivered by fractions.
        ("CHLORHYDRATE DE BUPRÉNORPHINE", &["liste I"], None, None),
        (
            "AMOXICILLINE",
            &["liste I"],
            named(Some("750000002"), "Ailleurs"),
            None,
        ),
    ] {
        let product = [medicine(ORDERED, substance, labels)];
        let line = PrescriptionLine {
            named_pharmacy,
            ..line(7)
        };
        let findings = remarks(&written(on, vec![line]), &product, on);
        let found = ["named-pharmacy-missing", "named-pharmacy-other"]
            .into_iter()
            .find(|id| is_said(&findings, id));
        assert_eq!(found, expected, "{substance}");
        if found == Some("named-pharmacy-other") {
            let (severity, words) = said(&findings, "named-pharmacy-other");
            assert!(
                severity == Severity::Warning && words.contains("Pharmacie du Port"),
                "{words}"
            );
        }
    }
}
