//! The store's promises, tried through its own door and behind its back with raw SQL.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use comptoir::domain::identifiers::{DispensedLineId, LineNumber};
use comptoir::domain::outbox::{DelayReason, PostState};
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::register::{FIRST_LINK, RegisterContent, RegisterNumber};
use comptoir::store::{CLAIM_LASTS, CorrectAnswer, RecordAnswer, Registered, Store, StoreError};
use jiff::SignedDuration;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::sample::{
    dispense, dispense_id, later, line_3, noon, number, one_box, operator, pharmacy, prescription, raw_store,
    store_key,
};

/// A store in a file of its own, and a door behind it.
struct Files {
    _folder: TempDir,
    path: PathBuf,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter/store.db");
        Self {
            _folder: folder,
            path,
        }
    }

    fn open(&self) -> Store {
        Store::open(&self.path, &store_key()).unwrap()
    }

    /// Somebody with the file and without this program's manners.
    fn raw(&self) -> Connection {
        let connection = raw_store(&self.path);
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection
    }

    fn raw_without_triggers(&self) -> Connection {
        let connection = self.raw();
        let triggers: Vec<String> = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for trigger in triggers {
            connection
                .execute_batch(&format!("DROP TRIGGER {trigger}"))
                .unwrap();
        }
        connection
    }
}

fn recorded(answer: RecordAnswer) -> Registered {
    match answer {
        RecordAnswer::Recorded(registered) => registered,
        other => unreachable!("recorded was expected, not {other:?}"),
    }
}

/// Ten prescriptions, two entries each.
fn fill(store: &Store) {
    for of in 1..=10_u8 {
        let dispense = dispense(of.into(), &prescription(of), later(of.into()));
        recorded(store.record(&dispense, &[]).unwrap());
    }
}

fn count(connection: &Connection, table: &str) -> u32 {
    connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_hand_over_is_recorded_whole_and_numbered_without_gaps() {
    let store = Store::in_memory().unwrap();
    let first = dispense(1, &prescription(1), noon());
    let second = dispense(2, &prescription(2), later(1));
    let numbers = |registered: Registered| -> Vec<Option<u32>> {
        registered
            .into_iter()
            .map(|(_, number)| number.map(|number| number.0))
            .collect()
    };
    assert_eq!(
        numbers(recorded(store.record(&first, &[]).unwrap())),
        [Some(1), None, Some(2)],
        "a line not delivered has no entry"
    );
    assert_eq!(
        numbers(recorded(store.record(&second, &[]).unwrap())),
        [Some(3), None, Some(4)]
    );
    let entries = store.register_entries(RegisterNumber(1), 10).unwrap();
    assert_eq!(entries.len(), 4);
    let Some(RegisterContent::Delivery(delivery)) = &entries[1].content else {
        unreachable!("a delivery was recorded");
    };
    assert_eq!(delivery.line, LineNumber(3));
    assert_eq!(delivery.patient.family, "ZZCANARY");
    assert_eq!(entries[1].recorded_at, noon());
    assert_eq!(store.outbox().unwrap()[0].hand_over, *first.hand_over());
}

#[test]
fn recording_twice_returns_the_same_numbers_and_writes_nothing() {
    let store = Store::in_memory().unwrap();
    let prescription = prescription(1);
    let registered = recorded(store.record(&dispense(1, &prescription, noon()), &[]).unwrap());
    let again = store.record(&dispense(1, &prescription, later(60)), &[]).unwrap();
    assert_eq!(again, RecordAnswer::AlreadyRecorded(registered));
    assert_eq!(store.register_length().unwrap(), 2);
    assert_eq!(store.outbox().unwrap().len(), 1);
    assert_eq!(
        store.outbox().unwrap()[0].since,
        noon(),
        "what was recorded first stands"
    );
}

#[test]
fn two_terminals_cannot_record_the_same_boxes() {
    let files = Files::new();
    let (here, there) = (files.open(), files.open());
    let prescription = prescription(1);
    recorded(here.record(&one_box(1, &prescription, noon()), &[]).unwrap());
    let second = one_box(2, &prescription, later(1));
    assert_eq!(there.record(&second, &[]).unwrap(), RecordAnswer::Outdated);
    assert_eq!(there.register_length().unwrap(), 1, "nothing of it was recorded");
    let known: Vec<DispensedLineId> = there.hand_overs_of(&prescription.number).unwrap()[0]
        .states
        .iter()
        .map(|(line, _)| *line)
        .collect();
    recorded(there.record(&second, &known).unwrap());
    assert_eq!(here.register_length().unwrap(), 2);
    let another_line = line_3(3, &prescription, later(2));
    recorded(here.record(&another_line, &[]).unwrap());
}

#[test]
fn two_stores_writing_at_once_number_without_gaps() {
    let files = Files::new();
    drop(files.open());
    std::thread::scope(|scope| {
        for half in [0_u8, 1] {
            let store = files.open();
            scope.spawn(move || {
                for of in (1..=40_u8).filter(|of| of % 2 == half) {
                    let one = one_box(of.into(), &prescription(of), noon());
                    recorded(store.record(&one, &[]).unwrap());
                }
            });
        }
    });
    let found = files.open().verify_register(noon()).unwrap();
    assert_eq!((found.entries, found.first_bad), (40, None));
}

#[test]
fn several_processes_may_make_the_same_store_at_once() {
    let files = Files::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| files.open().register_length().unwrap());
        }
    });
}

#[test]
fn a_recording_that_cannot_end_leaves_nothing_behind() {
    for table in ["outbox", "dispensed_line", "register_payload"] {
        let files = Files::new();
        let store = files.open();
        fill(&store);
        let raw = files.raw_without_triggers();
        raw.execute_batch(&format!("ALTER TABLE {table} RENAME TO elsewhere"))
            .unwrap();
        let failed = store.record(&one_box(99, &prescription(99), noon()), &[]);
        assert!(failed.is_err(), "{table}");
        raw.execute_batch(&format!("ALTER TABLE elsewhere RENAME TO {table}"))
            .unwrap();
        assert_eq!(count(&raw, "register"), 20, "{table}");
        assert_eq!(count(&raw, "hand_over"), 10, "{table}");
        drop(store);
        recorded(
            files
                .open()
                .record(&one_box(99, &prescription(99), noon()), &[])
                .unwrap(),
        );
    }
}

#[test]
fn everything_survives_a_crash() {
    let files = Files::new();
    let store = files.open();
    fill(&store);
    let state = Refusal {
        code: RefusalCode::LineCancelled,
        text: "Ligne annulée".into(),
        line: Some(LineNumber(3)),
    };
    let lines: Vec<DispensedLineId> = store
        .registered(dispense_id(1))
        .unwrap()
        .into_iter()
        .map(|l| l.0)
        .collect();
    let states = [
        (lines[0], PostState::Accepted),
        (lines[1], PostState::Conflict(state.clone())),
        (lines[2], PostState::Refused(state)),
    ];
    store.settle(dispense_id(1), &states, later(60)).unwrap();
    store
        .delay(dispense_id(2), DelayReason::Unreachable, later(60), later(62))
        .unwrap();
    let before = store.outbox().unwrap();
    // A handle that is never closed is what a killed process leaves.
    std::mem::forget(store);
    let reopened = files.open();
    assert_eq!(reopened.outbox().unwrap(), before);
    assert_eq!(before[0].states, states);
    assert_eq!(before[1].attempts, 1);
    assert_eq!(before[1].reason, DelayReason::Unreachable);
    assert_eq!(reopened.verify_register(noon()).unwrap().first_bad, None);
}

#[test]
fn the_register_cannot_be_changed_with_sql() {
    let files = Files::new();
    fill(&files.open());
    let raw = files.raw();
    for attempt in [
        "UPDATE register SET recorded_at = '2020-01-01T00:00:00Z' WHERE number = 3",
        "UPDATE register SET number = 99 WHERE number = 20",
        "DELETE FROM register WHERE number = 20",
        "DELETE FROM register",
        "INSERT OR REPLACE INTO register SELECT 3, recorded_at, class, commitment, link FROM register WHERE number = 4",
        "INSERT INTO register SELECT 22, recorded_at, class, commitment, link FROM register WHERE number = 4",
        "INSERT INTO register SELECT 0, recorded_at, class, commitment, link FROM register WHERE number = 4",
        "UPDATE register_payload SET payload = '{}' WHERE number = 3",
        "DELETE FROM register_payload WHERE number = 3",
        "INSERT OR REPLACE INTO register_payload SELECT 3, salt, payload FROM register_payload WHERE number = 4",
        "REPLACE INTO register_payload SELECT 3, salt, payload FROM register_payload WHERE number = 4",
        "UPDATE hand_over SET content = '{}'",
    ] {
        let error = raw.execute_batch(attempt).unwrap_err().to_string();
        assert!(
            ["append-only", "without gaps", "never changed"]
                .iter()
                .any(|why| error.contains(why)),
            "{attempt}: {error}"
        );
    }
    let found = files.open().verify_register(noon()).unwrap();
    assert_eq!((found.entries, found.first_bad), (20, None));
}

/// What somebody behind the program's back may do to a register of twenty entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Corruption {
    FlippedByte,
    Reordered,
    Removed,
    Added,
}

/// Does it at random to that file, and says which entry is then the first bad one.
fn corrupt(raw: &Connection, corruption: Corruption, random: &mut fastrand::Rng) -> u32 {
    let shift = |from: u32, by: i32| {
        // Through numbers that nothing has: two rows never share one on the way.
        for table in ["register", "register_payload"] {
            raw.execute_batch(&format!(
                "UPDATE {table} SET number = 1000 + number WHERE number >= {from};
                 UPDATE {table} SET number = number - 1000 + {by} WHERE number > 1000"
            ))
            .unwrap();
        }
    };
    let number = random.u32(1..=20);
    match corruption {
        Corruption::FlippedByte => flip_a_byte(raw, number, random),
        Corruption::Reordered => {
            let other = (number + random.u32(1..20) - 1) % 20 + 1;
            let tables: &[&str] = random
                .choice([
                    &["register"][..],
                    &["register_payload"],
                    &["register", "register_payload"],
                ])
                .unwrap();
            for table in tables {
                raw.execute_batch(&format!(
                    "UPDATE {table} SET number = 1000 WHERE number = {number};
                     UPDATE {table} SET number = {number} WHERE number = {other};
                     UPDATE {table} SET number = {other} WHERE number = 1000"
                ))
                .unwrap();
            }
            return number.min(other);
        }
        Corruption::Removed => {
            let last = random.choice([number, 20]).unwrap();
            raw.execute_batch(&format!(
                "DELETE FROM register WHERE number BETWEEN {number} AND {last};
                 DELETE FROM register_payload WHERE number BETWEEN {number} AND {last}"
            ))
            .unwrap();
            // The rest may be numbered again, as if nothing had been there.
            if last < 20 && random.bool() {
                shift(last + 1, -1);
            }
        }
        Corruption::Added => {
            let place = random.choice([number, 21]).unwrap();
            shift(place, 1);
            let twin = if random.u32(1..=20) < place { 1 } else { place + 1 };
            raw.execute_batch(&format!(
                "INSERT INTO register SELECT {place}, recorded_at, class, commitment, link FROM register
                 WHERE number = {twin};
                 INSERT INTO register_payload SELECT {place}, salt, payload FROM register_payload
                 WHERE number = {twin}"
            ))
            .unwrap();
            // The right entry may now stand twice, and then it is the second that is one too many.
            return if twin == place + 1 { place + 1 } else { place };
        }
    }
    number
}

fn flip_a_byte(raw: &Connection, number: u32, random: &mut fastrand::Rng) {
    let (table, column, kind) = random
        .choice([
            ("register", "recorded_at", "TEXT"),
            ("register", "class", "TEXT"),
            ("register", "commitment", "BLOB"),
            ("register", "link", "BLOB"),
            ("register_payload", "salt", "BLOB"),
            ("register_payload", "payload", "TEXT"),
        ])
        .unwrap();
    let mut bytes: Vec<u8> = raw
        .query_row(
            &format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE number = ?1"),
            [number],
            |row| row.get(0),
        )
        .unwrap();
    let place = random.usize(..bytes.len());
    bytes[place] ^= 1 << random.u32(0..8);
    raw.execute(
        &format!("UPDATE {table} SET {column} = CAST(?2 AS {kind}) WHERE number = ?1"),
        rusqlite::params![number, bytes],
    )
    .unwrap();
}

#[test]
fn a_hundred_random_corruptions_are_a_hundred_found() {
    let seed =
        std::env::var("COMPTOIR_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(seed);
    let whole = Files::new();
    fill(&whole.open());
    let mut tried = BTreeMap::new();
    for round in 0..100 {
        let corruption = [
            Corruption::FlippedByte,
            Corruption::Reordered,
            Corruption::Removed,
            Corruption::Added,
        ][round % 4];
        let files = Files::new();
        fs::create_dir(files.path.parent().unwrap()).unwrap();
        fs::copy(&whole.path, &files.path).unwrap();
        let raw = files.raw_without_triggers();
        let first_bad = corrupt(&raw, corruption, &mut random);
        assert_eq!(
            files.open().verify_register(noon()).unwrap().first_bad,
            Some(RegisterNumber(first_bad)),
            "{corruption:?} in round {round}; COMPTOIR_SEED={seed} plays it again"
        );
        *tried.entry(corruption).or_insert(0) += 1;
    }
    assert_eq!(tried.into_values().collect::<Vec<u32>>(), [25; 4]);
    assert_eq!(whole.open().verify_register(noon()).unwrap().first_bad, None);
}

/// What `SQLCipher` encrypts at once.
const PAGE: usize = 4096;

#[test]
fn a_flipped_byte_of_the_file_itself_is_found() {
    let files = Files::new();
    let store = files.open();
    fill(&store);
    store.verify_pages().unwrap();
    drop(store);
    let bytes = fs::read(&files.path).unwrap();
    let mut places = fastrand::Rng::with_seed(7);
    for page in 0..bytes.len() / PAGE {
        let mut flipped = bytes.clone();
        flipped[page * PAGE + places.usize(..PAGE)] ^= 1 << places.u32(0..8);
        fs::write(&files.path, flipped).unwrap();
        let found = Store::open(&files.path, &store_key()).and_then(|store| store.verify_pages());
        assert!(
            matches!(
                found,
                Err(StoreError::Damaged(_)
                    | StoreError::Disk(_)
                    | StoreError::Unreadable(_)
                    | StoreError::KeyDoesNotOpen { .. })
            ),
            "page {page}: {found:?}"
        );
    }
    assert!(bytes.len() / PAGE > 10, "there are pages to try");
}

#[test]
fn rows_moved_removed_or_added_are_found() {
    for (change, first_bad) in [
        ("UPDATE register SET number = -1 WHERE number = 5; UPDATE register SET number = 5 WHERE number = 6;
          UPDATE register SET number = 6 WHERE number = -1", 5),
        ("UPDATE register_payload SET number = -1 WHERE number = 5; UPDATE register_payload SET number = 5 WHERE
          number = 6; UPDATE register_payload SET number = 6 WHERE number = -1", 5),
        ("DELETE FROM register WHERE number = 9", 9),
        ("DELETE FROM register WHERE number = 1", 1),
        ("DELETE FROM register WHERE number > 17", 18),
        ("DELETE FROM register WHERE number > 8; UPDATE register_payload SET payload = '{}' WHERE number = 4", 4),
        ("DELETE FROM register_payload WHERE number = 12", 12),
        ("DELETE FROM register", 1),
        ("INSERT INTO register SELECT 21, recorded_at, class, commitment, link FROM register WHERE number = 20;
          INSERT INTO register_payload SELECT 21, salt, payload FROM register_payload WHERE number = 20", 21),
    ] {
        let files = Files::new();
        fill(&files.open());
        let raw = files.raw_without_triggers();
        raw.execute_batch(&format!("PRAGMA ignore_check_constraints = ON; {change}")).unwrap();
        let found = files.open().verify_register(noon()).unwrap();
        assert_eq!(found.first_bad, Some(RegisterNumber(first_bad)), "{change}");
    }
}

#[test]
fn an_export_is_verified_without_this_program() {
    let store = Store::in_memory().unwrap();
    fill(&store);
    let mut exported = Vec::new();
    assert_eq!(store.export_register(&mut exported).unwrap(), 20);
    assert!(exported.is_ascii(), "nothing in an export can act on a terminal");
    let bytes = |hexadecimal: &str| -> Vec<u8> {
        (0..hexadecimal.len())
            .step_by(2)
            .map(|place| u8::from_str_radix(&hexadecimal[place..place + 2], 16).unwrap())
            .collect()
    };
    let mut previous = vec![0_u8; 32];
    for (place, line) in (1_u32..).zip(String::from_utf8(exported).unwrap().lines()) {
        let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        assert_eq!(row["number"], place);
        let commitment = [
            b"comptoir-commitment-1\0",
            &bytes(&text("salt"))[..],
            text("payload").as_bytes(),
        ]
        .concat();
        assert_eq!(Sha256::digest(commitment).to_vec(), bytes(&text("commitment")));
        let mut link = [b"comptoir-register-1\0", &previous[..], &place.to_be_bytes()].concat();
        for key in ["recorded_at", "class"] {
            link.extend(u32::try_from(text(key).len()).unwrap().to_be_bytes());
            link.extend(text(key).bytes());
        }
        link.extend(bytes(&text("commitment")));
        previous = Sha256::digest(link).to_vec();
        assert_eq!(previous, bytes(&text("link")));
    }
    assert_eq!(previous, store.verify_register(noon()).unwrap().head.0);
}

#[test]
fn a_correction_is_a_new_entry_that_names_the_old_one() {
    let store = Store::in_memory().unwrap();
    fill(&store);
    let old = store.register_entry(RegisterNumber(4)).unwrap();
    let correct = |entry, reason| {
        store
            .correct(RegisterNumber(entry), reason, &operator(), later(90))
            .unwrap()
    };
    assert_eq!(
        correct(4, " erreur de lot "),
        CorrectAnswer::Corrected(RegisterNumber(21))
    );
    for (entry, reason, answer) in [
        (4, "encore", CorrectAnswer::AlreadyCorrected(RegisterNumber(21))),
        (22, "rien là", CorrectAnswer::NoSuchEntry),
        (0, "rien là", CorrectAnswer::NoSuchEntry),
        (5, "  ", CorrectAnswer::ReasonMissing),
    ] {
        assert_eq!(correct(entry, reason), answer, "{entry} {reason}");
    }
    assert_eq!(store.register_entry(RegisterNumber(4)).unwrap(), old);
    assert_eq!(
        store.corrected_by(RegisterNumber(4)).unwrap(),
        Some(RegisterNumber(21))
    );
    assert_eq!(
        store.register_entry(RegisterNumber(21)).unwrap().unwrap().content,
        Some(RegisterContent::Correction {
            code: None,
            of: RegisterNumber(4),
            reason: "erreur de lot".into(),
            operator: operator(),
        })
    );
    let found = store.verify_register(noon()).unwrap();
    assert_eq!((found.entries, found.first_bad), (21, None));
    assert_ne!(found.head, FIRST_LINK);
}

#[test]
fn what_was_served_is_listed_by_moment() {
    let store = Store::in_memory().unwrap();
    fill(&store);
    let served = store.served_between(later(3), later(5)).unwrap();
    let numbers: Vec<_> = served
        .iter()
        .map(|entry| entry.hand_over.number.clone())
        .collect();
    assert_eq!(numbers, [number(3), number(4)]);
    assert_eq!(served[0].hand_over.pharmacy, pharmacy());
}

#[test]
fn a_prescription_is_kept_as_received_and_never_overwritten() {
    let files = Files::new();
    let store = files.open();
    assert_eq!(store.received(&number(1)).unwrap(), None);
    let first = vec!["{\"a\": \"é\\u0000\"}\r\n".to_owned(), String::new()];
    let second = vec!["{\"b\":2}".to_owned(), String::new()];
    store.save_received(&number(1), noon(), &first).unwrap();
    store.save_received(&number(1), later(1), &second).unwrap();
    store.save_received(&number(2), later(2), &first).unwrap();
    assert_eq!(store.received(&number(1)).unwrap().unwrap().answers, second);
    assert_eq!(store.received(&number(2)).unwrap().unwrap().answers, first);
    let raw = files.raw();
    assert_eq!(count(&raw, "received"), 3);
    assert_eq!(count(&raw, "received_body"), 3, "the same body is kept once");
    raw.execute_batch("UPDATE received_body SET body = '{\"b\":3}' WHERE body = '{\"b\":2}'")
        .unwrap();
    assert!(
        matches!(store.received(&number(1)), Err(StoreError::Unreadable(_))),
        "a copy that is not what was received does not serve"
    );
}

#[test]
fn the_outbox_gives_the_oldest_first_and_keeps_the_order_of_each_prescription() {
    let store = Store::in_memory().unwrap();
    let first_prescription = prescription(1);
    let first = one_box(1, &first_prescription, noon());
    recorded(store.record(&first, &[]).unwrap());
    let known: Vec<_> = first.hand_over().lines.iter().map(|line| line.id).collect();
    recorded(
        store
            .record(&one_box(2, &first_prescription, later(1)), &known)
            .unwrap(),
    );
    recorded(
        store
            .record(&one_box(3, &prescription(3), later(2)), &[])
            .unwrap(),
    );
    let due = |now, limit| -> Vec<_> {
        let due = store.outbox_due(now, limit).unwrap();
        due.iter().map(|entry| entry.hand_over.id).collect()
    };
    assert_eq!(
        due(later(3), 9),
        [dispense_id(1), dispense_id(3)],
        "2 waits for 1"
    );
    assert_eq!(due(later(3), 1), [dispense_id(1)]);
    assert!(store.claim(dispense_id(2), later(3)).unwrap().is_none());
    store
        .delay(dispense_id(1), DelayReason::Unavailable, later(3), later(8))
        .unwrap();
    assert_eq!(
        due(later(3), 9),
        [dispense_id(3)],
        "1 is delayed, and 2 still waits for it"
    );
    assert_eq!(due(later(8), 9), [dispense_id(1), dispense_id(3)]);
    assert_eq!(
        store.outbox_up_to(dispense_id(2)).unwrap(),
        [dispense_id(1), dispense_id(2)]
    );
    store
        .settle(dispense_id(1), &[(known[0], PostState::Accepted)], later(9))
        .unwrap();
    assert_eq!(due(later(9), 9), [dispense_id(2), dispense_id(3)]);
    assert_eq!(store.outbox().unwrap().len(), 2);
    assert_eq!(
        store.hand_overs_of(&number(1)).unwrap().len(),
        2,
        "accepted ones are kept"
    );
}

#[test]
fn a_clock_set_back_postpones_nothing_for_ever() {
    let store = Store::in_memory().unwrap();
    recorded(store.record(&one_box(1, &prescription(1), noon()), &[]).unwrap());
    let in_five_years = noon() + SignedDuration::from_hours(5 * 365 * 24);
    let retry = in_five_years + SignedDuration::from_secs(300);
    assert!(store.claim(dispense_id(1), in_five_years).unwrap().is_some());
    assert_eq!(
        store.outbox_due(later(1), 9).unwrap().len(),
        1,
        "a claim from the future is over"
    );
    store
        .delay(dispense_id(1), DelayReason::Unreachable, in_five_years, retry)
        .unwrap();
    assert_eq!(store.outbox_due(later(1), 9).unwrap().len(), 1);
    assert_eq!(
        store.outbox_due(in_five_years, 9).unwrap().len(),
        0,
        "and a right one waits"
    );
    let an_hour = later(3600);
    store
        .delay(dispense_id(1), DelayReason::Unavailable, noon(), an_hour)
        .unwrap();
    assert_eq!(
        store.outbox_due(later(1800), 9).unwrap().len(),
        0,
        "a long Retry-After is honoured"
    );
}

#[test]
fn the_outbox_wakes_when_something_is_due_and_never_before() {
    let store = Store::in_memory().unwrap();
    assert_eq!(store.outbox_wakes_at(noon()).unwrap(), None);
    let prescription = prescription(1);
    recorded(store.record(&one_box(1, &prescription, noon()), &[]).unwrap());
    recorded(store.record(&line_3(2, &prescription, later(1)), &[]).unwrap());
    let delay = |tried, next| {
        let unreachable = DelayReason::Unreachable;
        store.delay(dispense_id(1), unreachable, tried, next).unwrap();
    };
    let wakes = |now, expected, what: &str| {
        let wakes = store.outbox_wakes_at(now).unwrap().unwrap();
        assert_eq!(wakes.as_second(), later(expected).as_second(), "{what}");
        assert_eq!(
            store.outbox_due(wakes, 9).unwrap().len(),
            1,
            "{what}: then something is due"
        );
        let is_due_now = !store.outbox_due(now, 9).unwrap().is_empty();
        assert_eq!(is_due_now, wakes <= now, "{what}: and not before");
    };
    wakes(later(5), 5, "due since it was recorded");
    delay(later(5), later(9));
    wakes(later(5), 9, "the second waits behind the first, which is delayed");
    store.claim(dispense_id(1), later(6)).unwrap();
    wakes(later(10), 36, "another process is at it, until its claim ends");
    delay(later(7), later(50));
    wakes(later(7), 50, "delayed beyond the end of the claim");
    delay(later(900_000), later(900_300));
    wakes(later(8), 8, "delayed under a clock that was wrong");
}

#[test]
fn only_one_process_posts_an_entry_at_a_time() {
    let files = Files::new();
    let (here, there) = (files.open(), files.open());
    recorded(here.record(&one_box(1, &prescription(1), noon()), &[]).unwrap());
    let claimed = here.claim(dispense_id(1), later(1)).unwrap().unwrap();
    assert_eq!(claimed.hand_over.id, dispense_id(1));
    assert!(there.claim(dispense_id(1), later(2)).unwrap().is_none());
    assert!(there.outbox_due(later(2), 9).unwrap().is_empty());
    let over = later(1) + SignedDuration::try_from(CLAIM_LASTS).unwrap();
    assert!(
        there.claim(dispense_id(1), over).unwrap().is_some(),
        "the one that claimed it died"
    );
}

#[test]
fn an_accepted_line_stays_accepted() {
    let store = Store::in_memory().unwrap();
    let one = one_box(1, &prescription(1), noon());
    recorded(store.record(&one, &[]).unwrap());
    let line = one.hand_over().lines[0].id;
    let conflict = PostState::Conflict(Refusal {
        code: RefusalCode::StaleVersion,
        text: "modifiée entre-temps".into(),
        line: None,
    });
    let settle = |state: &PostState| {
        store
            .settle(dispense_id(1), &[(line, state.clone())], later(1))
            .unwrap();
    };
    let state = || {
        store.hand_over(dispense_id(1)).unwrap().unwrap().states[0]
            .1
            .clone()
    };
    settle(&conflict);
    assert_eq!(state(), conflict);
    assert_eq!(store.outbox().unwrap().len(), 1, "a conflict stays in sight");
    settle(&PostState::Accepted);
    settle(&conflict);
    settle(&PostState::Pending);
    assert_eq!(state(), PostState::Accepted);
    store
        .delay(dispense_id(1), DelayReason::OutcomeUnknown, later(2), later(3))
        .unwrap();
    assert!(store.outbox().unwrap().is_empty());
    assert_eq!(store.hand_over(dispense_id(1)).unwrap().unwrap().attempts, 0);
    assert!(store.claim(dispense_id(1), later(9)).unwrap().is_none());
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let make = |statements: &str| {
        let _ = fs::remove_file(&path);
        Connection::open(&path)
            .unwrap()
            .execute_batch(statements)
            .unwrap();
    };
    let unchanged = |wanted: fn(&StoreError) -> bool, what: &str| {
        let before = fs::read(&path).unwrap();
        let refused = Store::open(&path, &store_key()).unwrap_err();
        assert!(wanted(&refused), "{what}: {refused}");
        assert_eq!(fs::read(&path).unwrap(), before, "{what}");
    };
    let is_foreign = |error: &StoreError| matches!(error, StoreError::Foreign { .. });
    make("CREATE TABLE sales (amount); INSERT INTO sales VALUES (1)");
    unchanged(is_foreign, "a database without a mark");
    make("PRAGMA journal_mode = wal; CREATE TABLE sales (amount); INSERT INTO sales VALUES (1)");
    unchanged(is_foreign, "a database in WAL mode");
    make("PRAGMA application_id = 1196444487; PRAGMA user_version = 10200; CREATE TABLE t (x)");
    unchanged(is_foreign, "a GeoPackage");
    make("PRAGMA application_id = -5; CREATE TABLE t (x)");
    unchanged(is_foreign, "a mark below zero");
    make("PRAGMA application_id = 1668314226; PRAGMA user_version = 4000; CREATE TABLE t (x)");
    unchanged(
        |error| matches!(error, StoreError::Newer { found: 4000, .. }),
        "a store of a newer version",
    );
    fs::write(
        &path,
        "un fichier tout à fait ordinaire, plus long qu’un en-tête de base",
    )
    .unwrap();
    unchanged(is_foreign, "a text");
    fs::write(&path, "quelque chose ".repeat(1000)).unwrap();
    unchanged(
        |error| matches!(error, StoreError::KeyDoesNotOpen { .. }),
        "what could be a store under another key",
    );
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_the_store() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::new();
    let store = files.open();
    fill(&store);
    let rights = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = files.path.parent().unwrap();
    assert_eq!(rights(folder), 0o700);
    let mut names = 0;
    for file in fs::read_dir(folder).unwrap() {
        names += 1;
        assert_eq!(rights(&file.unwrap().path()), 0o600);
    }
    assert!(names >= 2, "the store and its log");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_said_to_be_so() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::new();
    drop(files.open());
    fs::set_permissions(&files.path, fs::Permissions::from_mode(0o400)).unwrap();
    if fs::OpenOptions::new().write(true).open(&files.path).is_ok() {
        eprintln!(
            "not tried: this user may write every file (the unit tests of the store try the same otherwise)"
        );
        return;
    }
    assert!(matches!(
        Store::open(&files.path, &store_key()),
        Err(StoreError::ReadOnly)
    ));
}
