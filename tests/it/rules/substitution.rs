//! The prescriber's refusal, enforced when it holds and doubted when it does not.

use comptoir::domain::finding::Severity;
use comptoir::domain::people::Patient;
use comptoir::domain::prescription::{Prescription, PrescriptionLine};
use comptoir::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use jiff::civil::{Date, date};

use super::stage::*;

fn refusing(why: NonSubstitutable, born: Option<Date>) -> Prescription {
    let line = PrescriptionLine {
        substitution: SubstitutionPermission::Forbidden(why),
        ..line(28)
    };
    let prescription = written(date(2026, 3, 10), vec![line]);
    Prescription {
        patient: Patient {
            born,
            ..prescription.patient.clone()
        },
        ..prescription
    }
}

#[test]
fn a_refusal_is_enforced_when_it_holds_and_doubted_when_it_does_not() {
    use NonSubstitutable::{ChildForm, Excipient, NarrowMargin, Unstated};
    let adult = Some(date(1980, 1, 1));
    let forbidden = "substitution-forbidden";
    let doubtful = "refusal-doubtful";
    for (why, substances, born, expected) in [
        (NarrowMargin, "LÉVOTHYROXINE SODIQUE", adult, forbidden),
        (NarrowMargin, "LACOSAMIDE", adult, forbidden),
        (NarrowMargin, "VALPROATE DE SODIUM", adult, forbidden),
        (NarrowMargin, "ATORVASTATINE", adult, doubtful),
        (ChildForm, "AMOXICILLINE", Some(date(2020, 3, 11)), forbidden), // six tomorrow
        (ChildForm, "AMOXICILLINE", Some(date(2020, 3, 10)), doubtful),  // six today
        (ChildForm, "AMOXICILLINE", Some(date(2020, 2, 29)), doubtful),
        (ChildForm, "AMOXICILLINE", None, doubtful),
        (Excipient, "AMOXICILLINE", adult, forbidden), // nobody here can judge it
        (Unstated(String::new()), "AMOXICILLINE", adult, doubtful),
        (
            Unstated("le patient préfère".into()),
            "AMOXICILLINE",
            adult,
            doubtful,
        ),
    ] {
        let products = [
            in_generic_group(medicine(ORDERED, substances, &["liste I"])),
            in_generic_group(medicine(OTHER, substances, &["liste I"])),
        ];
        let case = format!("{} {substances} {born:?}", why.code());
        let prescription = refusing(why, born);
        let on = date(2026, 3, 12);
        let given = decision(1, substituted(supply(OTHER, 1)));
        let findings = of_decisions(&prescription, &products, on, vec![given]);
        assert!(is_said(&findings, expected), "{case}: {findings:?}");
        let blocks = findings.iter().any(|f| f.severity() == Severity::Blocking);
        assert_eq!(blocks, expected == forbidden, "{case}");
        assert_eq!(
            is_said(&remarks(&prescription, &products, on), doubtful),
            expected == doubtful,
            "{case}"
        );
        let kept = handing(&prescription, &products, on, 1);
        assert!(
            !is_said(&kept, doubtful) && !is_said(&kept, forbidden),
            "{case}: nothing is replaced"
        );
    }
}

#[test]
fn the_doubt_is_said_in_words() {
    let products = [in_generic_group(medicine(ORDERED, "AMOXICILLINE", &["liste I"]))];
    let eight = refusing(NonSubstitutable::ChildForm, Some(date(2018, 3, 10)));
    let words = said(&remarks(&eight, &products, date(2026, 3, 12)), "refusal-doubtful").1;
    assert!(words.contains("8 ans"), "{words}");
    let hybrid = [in_hybrid_group(medicine(ORDERED, "BUDÉSONIDE", &["liste I"]))];
    let narrow = refusing(NonSubstitutable::NarrowMargin, None);
    let words = said(&remarks(&narrow, &hybrid, date(2026, 3, 12)), "refusal-doubtful").1;
    assert!(words.contains("hybride"), "{words}");
}

#[test]
fn a_product_nobody_knows_is_not_doubted() {
    let prescription = refusing(NonSubstitutable::NarrowMargin, None);
    assert!(!is_said(
        &remarks(&prescription, &[], date(2026, 3, 12)),
        "refusal-doubtful"
    ));
}
