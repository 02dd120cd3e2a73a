//! What a store says of the boxes that left: also of those that left before it noted them, and never of those it erased.

use comptoir::domain::box_read::BoxRead;
use comptoir::domain::dispense::{Dispense, LineOutcome, Proposal};
use comptoir::domain::outbox::PostState;
use comptoir::domain::product::ProductCode;
use comptoir::domain::register::RegisterNumber;
use comptoir::store::{ClockTrust, PurgeAnswer, PurgeMode, Store};
use jiff::{Timestamp, ToSpan};

use crate::sample::{circumstances, noon, prescription, raw_store, some_boxes, store_key};

fn read(serial: &str) -> BoxRead {
    let ProductCode::Cip13(cip13) = prescription(1).lines[0].code.clone() else {
        unreachable!("line 1 orders a presentation")
    };
    BoxRead {
        cip13,
        lot: "A12".parse().ok(),
        expiry: None,
        serial: serial.parse().ok(),
    }
}

/// Boxes of the first line, of those serials, that left long ago.
fn left(store: &Store, serials: &[&str]) {
    let prescription = prescription(1);
    let mut decision = some_boxes(&prescription.lines[0], u16::try_from(serials.len()).unwrap());
    if let LineOutcome::Conforming(supply) = &mut decision.outcome {
        supply.read = serials.iter().map(|serial| read(serial)).collect();
    }
    let proposal = Proposal {
        decisions: vec![decision],
        overrides: Vec::new(),
    };
    let checked = Dispense::check(&prescription, proposal, circumstances(1, noon()), &|_| None).unwrap();
    store.record(&checked, &[]).unwrap();
    let lines = checked.hand_over().lines.iter();
    let settled: Vec<_> = lines.map(|line| (line.id, PostState::Accepted)).collect();
    store.settle(checked.hand_over().id, &settled, noon()).unwrap();
}

fn gone(store: &Store, serial: &str) -> Option<RegisterNumber> {
    let gone = store.gone(std::iter::once(&read(serial))).unwrap();
    gone.first().map(|gone| gone.entry)
}

fn in_years(years: i64) -> Timestamp {
    let zoned = noon().to_zoned(jiff::tz::TimeZone::UTC);
    zoned.checked_add(years.years()).unwrap().timestamp()
}

#[test]
fn a_box_is_found_again_until_its_entry_is_erased() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open(&path, &store_key()).unwrap();
    left(&store, &["S1", "S2"]);
    for (serial, entry) in [
        ("S1", Some(RegisterNumber(1))),
        ("S2", Some(RegisterNumber(1))),
        ("S3", None),
        ("", None),
    ] {
        assert_eq!(gone(&store, serial), entry, "{serial}");
    }
    let erased = store.purge(in_years(11), "cm", ClockTrust::VouchedFor, PurgeMode::Erase);
    assert!(matches!(erased.unwrap(), PurgeAnswer::Purged(_)));
    assert_eq!(gone(&store, "S1"), None);
    drop(store);
    let kept: u32 = raw_store(&path)
        .query_row("SELECT count(*) FROM box_handed_over", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 0, "a serial leads to a patient: it goes with the entry");
}

#[test]
fn boxes_that_left_before_they_were_noted_are_found_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    left(&Store::open(&path, &store_key()).unwrap(), &["S1"]);
    // As the version before left it.
    let raw = raw_store(&path);
    raw.execute_batch("DROP TABLE box_handed_over; DROP TABLE preparation; PRAGMA user_version = 5")
        .unwrap();
    drop(raw);
    let store = Store::open(&path, &store_key()).unwrap();
    assert_eq!(gone(&store, "S1"), Some(RegisterNumber(1)));
}
