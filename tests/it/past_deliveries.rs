//! What one patient received in a hundred days, found among what everybody received.

use std::time::{Duration, Instant};

use comptoir::store::Store;
use jiff::ToSpan;
use rusqlite::params;

use crate::sample::{noon, one_box, prescription, raw_store, store_key};

/// The other hand-overs: those of another patient, spread over a hundred days. Then one of ours.
fn filled(folder: &std::path::Path, others: u32, change: impl Fn(&str) -> String) -> Store {
    let path = folder.join("store.db");
    let store = Store::open(&path, &store_key()).unwrap();
    let ours = one_box(1, &prescription(1), noon());
    store.record(&ours, &[]).unwrap();
    drop(store);
    let mut raw = raw_store(&path);
    let content: String = raw
        .query_row("SELECT content FROM hand_over", [], |row| row.get(0))
        .unwrap();
    let ins = ours.hand_over().patient.ins.clone().unwrap();
    let content = change(&content.replace(ins.as_str(), "185067505600132"));
    let transaction = raw.transaction().unwrap();
    let mut insert = transaction
        .prepare(
            "INSERT INTO hand_over (dispense, prescription, handed_over_at, content) VALUES (?1, ?2, ?3, ?4)",
        )
        .unwrap();
    let noon = noon().as_millisecond();
    for place in 1..=others {
        let dispense = format!("00000000-0000-4000-8000-{place:012}");
        let at = noon - i64::from(place % 100) * 86_400_000;
        insert
            .execute(params![dispense, "01S2TBPZ2JCNZZYGHZ", at, content])
            .unwrap();
    }
    drop(insert);
    transaction.commit().unwrap();
    drop(raw);
    Store::open(&path, &store_key()).unwrap()
}

/// How long it takes to read all of them, and to find those of our patient.
fn figures(others: u32) -> (Duration, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), others, str::to_owned);
    let (from, until) = (noon() - (100 * 24).hours(), noon() + 1.hour());
    let ours = prescription(1).patient.ins.unwrap();
    let begun = Instant::now();
    let all = store.served_between(from, until).unwrap();
    let whole = begun.elapsed();
    let begun = Instant::now();
    let found = store.served_to(&ours, from, until).unwrap();
    let of_one = begun.elapsed();
    assert_eq!(all.len() as u64, u64::from(others) + 1);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].hand_over.patient.ins, Some(ours));
    (whole, of_one)
}

#[test]
fn what_one_patient_received_is_found_without_reading_what_the_others_did() {
    // Half of each is gone: whoever reads one of them fails.
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 3, |content| {
        content[..content.len() / 2].to_owned()
    });
    let (from, until) = (noon() - (100 * 24).hours(), noon() + 1.hour());
    assert!(store.served_between(from, until).is_err());
    let ours = prescription(1).patient.ins.unwrap();
    assert_eq!(store.served_to(&ours, from, until).unwrap().len(), 1);
}

#[test]
#[ignore = "figures: cargo test --release --test it past_deliveries -- --ignored --nocapture"]
fn forty_thousand_hand_overs() {
    let (whole, of_one) = figures(40_000);
    println!("one patient among 40,000 hand-overs: {of_one:?}; reading them all: {whole:?}");
    assert!(of_one * 3 < whole);
}
