//! The rules answer for any prescription, however absurd, and never panic.

use comptoir::domain::dispense::LineOutcome;
use comptoir::domain::finding::{Finding, Severity};
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::people::{Patient, Prescriber};
use comptoir::domain::prescription::{
    LineKind, LineStanding, NamedPharmacy, Prescription, PrescriptionKind, PrescriptionLine,
};
use comptoir::domain::product::{Availability, AvailabilityStatus, Cents, Price, Product, Published};
use comptoir::domain::reasons::SubstitutionReason;
use comptoir::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use comptoir::ui::wording;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::{option, sample as pick};

use super::stage::*;

const WORDS: &[&str] = &[
    "",
    "1 par jour",
    "en une seule fois",
    "chevauchement autorisé",
    "si TROD positif",
    "chirurgie le 31/12/9999",
    "chirurgie le 99/99/9999, sortie le 01/01/0000",
    "İ\u{202e}\u{1b}[2J « œ » ﷽",
];

const LABELS: &[&str] = &[
    "liste I",
    "stupéfiants",
    "prescription limitée à 4 semaines",
    "prescription limitée à 255 mois",
    "prescription limitée à 7 jours ou 28 jours",
    "délivrance fractionnée de 7 jours",
    "délivrance fractionnée de 65535 jours",
    "chevauchement interdit",
    "réservé à l'usage HOSPITALIER",
    "prescription réservée aux ",
    "prescription initiale",
    "",
    "İ ne se lit pas",
];

const SUBSTANCES: &[&str] = &[
    "",
    "+++",
    "MORPHINE",
    "ÉTANERCEPT",
    "LÉVONORGESTREL",
    "MÉTHADONE",
    "DE + D' 1",
];

fn days() -> impl Strategy<Value = Date> {
    prop_oneof![
        3 => (0_i64..800).prop_map(|days| date(2026, 1, 1).saturating_add(jiff::Span::new().days(days))),
        1 => pick::select(vec![Date::MIN, Date::MAX, date(2028, 2, 29), date(1, 1, 1)]),
    ]
}

fn moments() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        3 => (1_760_000_000_i64..1_830_000_000).prop_map(|s| Timestamp::from_second(s).unwrap()),
        1 => pick::select(vec![Timestamp::MIN, Timestamp::MAX]),
    ]
}

fn any_count() -> impl Strategy<Value = u16> {
    prop_oneof![Just(0), Just(1), 0_u16..100, Just(u16::MAX)]
}

fn any_line(number: u16) -> impl Strategy<Value = PrescriptionLine> {
    let kind = pick::select(vec![
        LineKind::Medication,
        LineKind::Device,
        LineKind::Compound,
        LineKind::Other {
            executor: String::new(),
        },
    ]);
    let standing = pick::select(vec![LineStanding::Active, LineStanding::Cancelled]);
    let why = pick::select(vec![
        SubstitutionPermission::Allowed,
        SubstitutionPermission::Forbidden(NonSubstitutable::NarrowMargin),
        SubstitutionPermission::Forbidden(NonSubstitutable::ChildForm),
        SubstitutionPermission::Forbidden(NonSubstitutable::Unstated("?".into())),
    ]);
    let deliveries = prop::collection::vec((any_count(), option::of(moments())), 0..4);
    let said = (
        pick::select(WORDS),
        pick::select(vec![ORDERED, OTHER, THIRD]),
        any::<bool>(),
    );
    (
        kind,
        standing,
        why,
        deliveries,
        said,
        option::of(any_count()),
        option::of(any_count()),
        any_count(),
    )
        .prop_map(
            move |(kind, standing, substitution, given_boxes, said, boxes, days, repeats)| {
                let (words, cip13, is_named) = said;
                let mut line = PrescriptionLine {
                    number: LineNumber(number),
                    kind,
                    standing,
                    substitution,
                    code: code(cip13),
                    to_pharmacist: words.into(),
                    boxes: boxes.map(Boxes),
                    days,
                    repeats,
                    named_pharmacy: is_named.then(|| NamedPharmacy {
                        finess: None,
                        name: words.into(),
                    }),
                    ..line(1)
                };
                for (count, at) in given_boxes {
                    line = given(line, count, "2026-02-01T09:00:00Z");
                    if let Some(last) = line.deliveries.last_mut() {
                        last.at = at;
                    }
                }
                line
            },
        )
}

fn any_product(cip13: &'static str) -> impl Strategy<Value = Product> {
    let labels = prop::collection::vec(pick::select(LABELS), 0..5);
    (labels, pick::select(SUBSTANCES), any::<u32>(), any::<bool>()).prop_map(
        move |(labels, substances, cents, is_short)| {
            let product = in_generic_group(in_biosimilar_group(medicine(cip13, substances, &labels)));
            Product {
                published: Box::new(Published {
                    price: Some(Price {
                        medicine: Cents(cents),
                        public: Cents(cents),
                        fee: Cents(0),
                    }),
                    availability: is_short
                        .then(|| Availability {
                            presentation: None,
                            status: AvailabilityStatus::OutOfStock,
                            since: date(2026, 1, 1),
                            updated_on: date(2026, 1, 1),
                            back_on: None,
                        })
                        .into_iter()
                        .collect(),
                    ..Published::default()
                }),
                ..product
            }
        },
    )
}

fn any_prescription() -> impl Strategy<Value = Prescription> {
    let lines = (any_line(1), any_line(2), any_line(3)).prop_map(|(one, two, three)| vec![one, two, three]);
    let history = prop::collection::vec((days(), option::of(any::<u32>())), 0..3);
    (
        lines,
        history,
        days(),
        option::of(days()),
        option::of(days()),
        pick::select(WORDS),
    )
        .prop_map(|(lines, history, written_on, valid_until, born, specialty)| {
            let prescription = written(written_on, lines);
            Prescription {
                kinds: vec![PrescriptionKind::Secured, PrescriptionKind::Exception],
                valid_until,
                patient: Patient {
                    born,
                    ..prescription.patient.clone()
                },
                prescriber: Prescriber {
                    specialty: specialty.into(),
                    ..prescription.prescriber.clone()
                },
                history: history
                    .into_iter()
                    .map(|(on, days)| past(OTHER, on, days))
                    .collect(),
                ..prescription
            }
        })
}

fn is_sorted(findings: &[Finding]) -> bool {
    let weights: Vec<Severity> = findings.iter().map(Finding::severity).collect();
    weights.is_sorted_by(|one, next| one >= next)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_rules_answer_for_any_prescription(
        prescription in any_prescription(),
        products in (any_product(ORDERED), any_product(OTHER)),
        today in days(),
        boxes in any_count(),
    ) {
        let products = [products.0, products.1];
        let mut found = remarks(&prescription, &products, today);
        prop_assert!(is_sorted(&found), "what weighs most comes first");
        let decisions = vec![
            decision(1, LineOutcome::Conforming(supply(ORDERED, boxes))),
            decision(2, LineOutcome::Substituted {
                supply: supply(OTHER, boxes),
                reason: SubstitutionReason::Shortage,
            }),
            decision(3, LineOutcome::Conforming(supply(THIRD, boxes))),
        ];
        let decided = of_decisions(&prescription, &products, today, decisions);
        prop_assert!(is_sorted(&decided), "what weighs most comes first");
        found.extend(decided);
        for finding in &found {
            let words = wording::explanation(finding);
            prop_assert!(!words.trim().is_empty(), "{finding:?} says nothing");
            prop_assert!(!words.chars().any(char::is_control), "{words:?}");
        }
    }
}
