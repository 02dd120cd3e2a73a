//! Twenty years of a busy pharmacy: a register of a million entries, verified whole.

use std::path::Path;
use std::time::{Duration, Instant};

use comptoir::domain::register::{FIRST_LINK, RegisterNumber, commitment, link};
use comptoir::domain::retention::RetentionClass;
use comptoir::domain::sought::Sought;
use comptoir::store::Store;
use rusqlite::params;

use crate::sample::{noon, one_box, prescription, raw_store, store_key};

const ENTRIES: u32 = 1_000_000;

/// How long the verification may take, on two ordinary cores that do nothing else.
const LIMIT: Duration = Duration::from_secs(10);

/// Fills the register behind the program's back, in one transaction; every content is that of the first entry.
fn fill(path: &Path) {
    let store = Store::open(path, &store_key()).unwrap();
    store.record(&one_box(1, &prescription(1), noon()), &[]).unwrap();
    let mut head = store.register_entry(RegisterNumber(1)).unwrap().unwrap().link;
    drop(store);
    let mut raw = raw_store(path);
    raw.execute_batch("DROP TRIGGER register_has_no_gap; DROP TRIGGER register_payload_is_written_once")
        .unwrap();
    let transaction = raw.transaction().unwrap();
    let (salt, payload): ([u8; 32], String) = transaction
        .query_row("SELECT salt, payload FROM register_payload", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let class = RetentionClass::Register.code();
    let recorded_at = noon().to_string();
    let committed = commitment(&salt, payload.as_bytes());
    let mut entry = transaction
        .prepare("INSERT INTO register VALUES (?1, ?2, ?3, ?4, ?5)")
        .unwrap();
    let mut content = transaction
        .prepare("INSERT INTO register_payload VALUES (?1, ?2, ?3)")
        .unwrap();
    assert_ne!(head, FIRST_LINK);
    for number in 2..=ENTRIES {
        head = link(&head, RegisterNumber(number), &recorded_at, class, &committed);
        entry
            .execute(params![number, recorded_at, class, committed.0, head.0])
            .unwrap();
        content.execute(params![number, salt, payload]).unwrap();
    }
    drop((entry, content));
    transaction.commit().unwrap();
}

#[test]
#[ignore = "takes a minute and 2 GB: cargo test --release --test it a_million -- --ignored --nocapture"]
fn a_million_entries_are_verified_in_ten_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    fill(&path);
    let megabytes = std::fs::metadata(&path).unwrap().len() / 1_000_000;
    let store = Store::open(&path, &store_key()).unwrap();
    let begun = Instant::now();
    let found = store.verify_register(noon()).unwrap();
    let lasted = begun.elapsed();
    assert_eq!((found.entries, found.first_bad), (ENTRIES, None));
    eprintln!(
        "{ENTRIES} entries, {megabytes} MB: verified in {:.1} s",
        lasted.as_secs_f32()
    );
    assert!(lasted < LIMIT, "{lasted:?}");
    search(&store);
}

/// How long one step of a search may take, 99 times out of 100: nobody waits between two keys.
const SEARCH_LIMIT: Duration = Duration::from_millis(20);

fn search(store: &Store) {
    let mut random = fastrand::Rng::with_seed(20_261_122);
    for (what, text) in [
        ("nothing", "ABSENT"),
        ("the entries of a rare word", "A12 absent"),
        ("every entry", "ZZCANARY"),
    ] {
        let sought = Sought::new(text).unwrap();
        let mut lasted: Vec<Duration> = (0..400)
            .map(|_| {
                let below = RegisterNumber(random.u32(2..=ENTRIES));
                let begun = Instant::now();
                store.search_register(&sought, Some(below)).unwrap();
                begun.elapsed()
            })
            .collect();
        lasted.sort();
        let [middle, most] = [lasted[200], lasted[396]];
        eprintln!("a step of a search that finds {what}: {middle:.1?} half of the time, {most:.1?} at p99");
        assert!(most < SEARCH_LIMIT, "{what}: {most:?}");
    }
}
