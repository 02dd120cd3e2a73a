//! Hospital, restricted prescribers, labels word for word, and labels that nobody published.

use comptoir::domain::dispense::LineOutcome;
use comptoir::domain::finding::Severity;
use comptoir::domain::people::Prescriber;
use comptoir::domain::prescription::Prescription;
use comptoir::domain::reasons::NotDeliveredReason;
use jiff::civil::date;

use super::stage::*;

fn by(specialty: &str) -> Prescription {
    let prescription = written(date(2026, 11, 20), vec![line(28)]);
    Prescription {
        prescriber: Prescriber {
            specialty: specialty.into(),
            ..prescription.prescriber.clone()
        },
        ..prescription
    }
}

const RESTRICTIONS: [&str; 3] = ["hospital-only", "reserved-prescriber", "initial-prescription"];

#[test]
fn a_restricted_prescription_is_compared_with_its_prescriber() {
    let neurology = "prescription réservée aux spécialistes et services NEUROLOGIE";
    let digestive = "prescription réservée aux spécialistes et services HEPATO/GASTRO-ENTEROLOGIE";
    let initial = "prescription initiale annuelle réservée à certains spécialistes";
    let free = "renouvellement non restreint";
    for (labels, specialty, expected) in [
        (&["liste I"][..], "Médecine générale", &[][..]),
        (&["liste I", neurology], "Neurologie", &[]),
        (&["liste I", neurology], "NEUROLOGIE", &[]),
        (
            &["liste I", neurology],
            "Médecine générale",
            &["reserved-prescriber"],
        ),
        (&["liste I", neurology], "", &["reserved-prescriber"]),
        (&["liste I", digestive], "Gastro-entérologie", &[]),
        (&["liste I", neurology, digestive], "Gastro-entérologie", &[]),
        (&["liste I", neurology, initial], "Neurologie", &[]),
        (
            &["liste I", neurology, initial, free],
            "Médecine générale",
            &["initial-prescription"],
        ),
        (
            &["liste I", neurology, initial],
            "Médecine générale",
            &["reserved-prescriber", "initial-prescription"],
        ),
        (
            &["liste I", "prescription initiale hospitalière trimestrielle"],
            "Médecine générale",
            &["initial-prescription"],
        ),
        (
            &["liste I", "prescription hospitalière"],
            "Cardiologie",
            &["initial-prescription"],
        ),
        (
            &["réservé à l'usage HOSPITALIER", "liste I"],
            "Oncologie médicale",
            &["hospital-only"],
        ),
        (
            &["délivrance réservée aux pharmacies à usage intérieur"],
            "",
            &["hospital-only"],
        ),
    ] {
        let product = [medicine(ORDERED, "MÉDICAMENT", labels)];
        let findings = remarks(&by(specialty), &product, date(2026, 11, 20));
        let found: Vec<_> = ids(&findings)
            .into_iter()
            .filter(|id| RESTRICTIONS.contains(id))
            .collect();
        assert_eq!(found, expected, "{labels:?} {specialty}");
    }
}

#[test]
fn a_label_that_no_rule_reads_is_shown_as_it_came() {
    let strange = "une condition que personne n’a encore lue, le 31 février";
    let product = [medicine(ORDERED, "MÉDICAMENT", &["liste I", strange])];
    let findings = remarks(&by("Médecine générale"), &product, date(2026, 11, 20));
    let (severity, words) = said(&findings, "official-conditions");
    assert_eq!(severity, Severity::Information);
    assert!(words.contains(strange), "{words}");
}

#[test]
fn no_condition_is_unknown_and_never_free() {
    let product = [medicine(ORDERED, "MÉDICAMENT NOUVEAU", &[])];
    let findings = remarks(&by("Médecine générale"), &product, date(2026, 11, 20));
    assert!(
        said(&findings, "conditions-unknown")
            .1
            .contains("inconnue, pas libre")
    );
}

#[test]
fn the_box_in_the_hand_is_what_may_not_leave() {
    let products = [
        medicine(ORDERED, "MÉDICAMENT", &["réservé à l'usage HOSPITALIER"]),
        medicine(OTHER, "MÉDICAMENT", &["liste I"]),
    ];
    let prescription = by("Médecine générale");
    let on = date(2026, 11, 20);
    let handed = handing(&prescription, &products, on, 1);
    assert_eq!(said(&handed, "hospital-only").0, Severity::Blocking);
    let declined = decision(1, LineOutcome::NotDelivered(NotDeliveredReason::NotPermitted));
    let findings = of_decisions(&prescription, &products, on, vec![declined]);
    assert!(
        !is_said(&findings, "hospital-only"),
        "nothing leaves: {findings:?}"
    );
    let other = decision(1, substituted(supply(OTHER, 1)));
    let findings = of_decisions(&prescription, &products, on, vec![other]);
    assert!(!is_said(&findings, "hospital-only"), "{findings:?}");
}
