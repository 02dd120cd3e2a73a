//! Looking for entries of the register: bounded steps, newest first, and days.

use comptoir::domain::register::RegisterNumber;
use comptoir::domain::sought::Sought;
use comptoir::store::{SEARCH_STEP, Store};

use crate::sample::{dispense, later, noon, operator, prescription};

const DAY: i64 = 24 * 3600;

/// Ten prescriptions of two entries each, one a day; the fifth is another patient's. Then a correction.
fn register() -> Store {
    let store = Store::in_memory().unwrap();
    for of in 1..=10_u8 {
        let mut prescription = prescription(of);
        if of == 5 {
            prescription.patient.family = "LEFÈVRE-D\"ORLÉANS".into();
        }
        let dispense = dispense(of.into(), &prescription, later(DAY * i64::from(of - 1)));
        store.record(&dispense, &[]).unwrap();
    }
    store
        .correct(RegisterNumber(3), "erreur de LOT", &operator(), later(DAY * 10))
        .unwrap();
    store
}

fn found(store: &Store, text: &str) -> Vec<u32> {
    let step = store.search_register(&Sought::new(text).unwrap(), None).unwrap();
    assert_eq!(step.below, None);
    step.found.iter().map(|entry| entry.number.0).collect()
}

#[test]
fn every_word_is_looked_for_in_every_field_newest_first() {
    let store = register();
    for (text, expected) in [
        ("lefevre", vec![10, 9]),
        ("Orléans LEFÈVRE", vec![10, 9]),
        ("d\"orleans", vec![10, 9]),
        ("lefevre 3,", vec![10]),
        ("01S2TBPZ2JCNZZYG07", vec![14, 13]),
        ("01 s2tb zzyg07", vec![14, 13]),
        (
            "zzcanary 4",
            vec![20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 8, 7, 6, 5, 4, 3, 2, 1],
        ),
        ("erreur", vec![21]),
        ("a12 lefevre", vec![10, 9]),
        ("3400933857042 lefevre", vec![10, 9]),
        // Names of fields, of the pharmacy and of the operator are not what one looks for.
        ("delivery", vec![]),
        ("camille", vec![]),
        ("absent", vec![]),
    ] {
        assert_eq!(found(&store, text), expected, "{text}");
    }
}

#[test]
fn a_day_is_found_without_reading_the_register() {
    let store = register();
    for (seconds, expected) in [
        (-DAY, Some(1)),
        (0, Some(1)),
        (1, Some(3)),
        (DAY * 4, Some(9)),
        (DAY * 10, Some(21)),
        (DAY * 11, None),
    ] {
        let first = store.register_from(later(seconds)).unwrap();
        assert_eq!(first, expected.map(RegisterNumber), "{seconds}");
    }
    assert_eq!(Store::in_memory().unwrap().register_from(noon()).unwrap(), None);
}

#[test]
fn a_step_is_bounded_and_the_next_goes_on_where_it_ended() {
    let store = Store::in_memory().unwrap();
    let operator = operator();
    store.record(&dispense(1, &prescription(1), noon()), &[]).unwrap();
    for number in 2..=SEARCH_STEP + 1 {
        store
            .correct(RegisterNumber(number), "encore", &operator, noon())
            .unwrap();
    }
    let sought = Sought::new("zzcanary").unwrap();
    let first = store.search_register(&sought, None).unwrap();
    assert_eq!((first.found.len(), first.below), (0, Some(RegisterNumber(3))));
    let second = store.search_register(&sought, first.below).unwrap();
    assert_eq!((second.found.len(), second.below), (2, None));
}
