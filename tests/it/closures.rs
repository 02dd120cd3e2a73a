//! Closures of the register: what a chain alone cannot show.

use std::fs;
use std::path::PathBuf;

use comptoir::domain::closure::{Closure, NotAClosure};
use comptoir::domain::register::{FIRST_LINK, RegisterNumber, Sha256Digest, commitment, link};
use comptoir::store::{CloseAnswer, Store, Verification};
use rusqlite::{Connection, OptionalExtension as _, params};
use tempfile::TempDir;

use crate::sample::{dispense, later, operator, pharmacy, prescription, raw_store, store_key};
use crate::support::command::Counter;

struct Closed {
    folder: TempDir,
}

impl Closed {
    /// Twenty entries, closed at 10 and at 20.
    fn new() -> Self {
        let closed = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        closed.record(1..=5);
        closed.close();
        closed.record(6..=10);
        closed.close();
        closed
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn store(&self) -> Store {
        Store::open(&self.path(), &store_key()).unwrap()
    }

    fn record(&self, hand_overs: std::ops::RangeInclusive<u8>) {
        for of in hand_overs {
            let dispense = dispense(of.into(), &prescription(of), later(of.into()));
            self.store().record(&dispense, &[]).unwrap();
        }
    }

    fn answer(&self) -> CloseAnswer {
        let origin = Closure::origin_of(&pharmacy().finess);
        self.store().close_register(&origin, later(100)).unwrap()
    }

    fn close(&self) -> (Closure, String) {
        match self.answer() {
            CloseAnswer::Closed { closure, note, .. } => (closure, note),
            other => unreachable!("a closure was expected, not {other:?}"),
        }
    }

    fn verify(&self, elsewhere: &[Closure]) -> Verification {
        self.store()
            .verify_closed_register(later(200), elsewhere)
            .unwrap()
    }

    /// What the signing key is computed from.
    fn seed(&self) -> Option<[u8; 32]> {
        raw_store(&self.path())
            .query_row("SELECT seed FROM closing_key", [], |row| row.get(0))
            .optional()
            .unwrap()
    }

    /// Somebody with the file and without this program's manners.
    fn raw(&self) -> Connection {
        let raw = raw_store(&self.path());
        raw.pragma_update(None, "foreign_keys", false).unwrap();
        let triggers: Vec<String> = raw
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for trigger in triggers {
            raw.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
        }
        raw
    }

    /// Puts what the store holds into a file as the first version of this program made it.
    fn make_it_as_old_as_the_first_schema(&self) {
        let newer = self.folder.path().join("newer.db");
        fs::rename(self.path(), &newer).unwrap();
        let old = raw_store(&self.path());
        old.execute_batch(include_str!(
            "../../src/store/migrations/0001_register_and_outbox.sql"
        ))
        .unwrap();
        // The same key, and a salt of its own: it has to be said again.
        let key = format!("x'{}'", "07".repeat(32));
        old.execute(
            "ATTACH DATABASE ?1 AS newer KEY ?2",
            [newer.to_str().unwrap(), &key],
        )
        .unwrap();
        let columns = "SELECT group_concat(name, ', ') FROM pragma_table_info(?1, 'main')";
        for table in [
            "register",
            "register_payload",
            "hand_over",
            "dispensed_line",
            "outbox",
        ] {
            let columns: String = old.query_row(columns, [table], |row| row.get(0)).unwrap();
            old.execute_batch(&format!(
                "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}"
            ))
            .unwrap();
        }
        // "cptr", as every store is marked.
        old.execute_batch("PRAGMA application_id = 1668314226; PRAGMA user_version = 1")
            .unwrap();
    }

    /// Cuts off the entries after that number, and everything that names them.
    fn truncate(&self, after: u32) {
        self.raw()
            .execute_batch(&format!(
                "DELETE FROM register WHERE number > {after};
                 DELETE FROM register_payload WHERE number > {after};
                 UPDATE dispensed_line SET register_number = NULL WHERE register_number > {after}"
            ))
            .unwrap();
    }

    /// Writes another content at that number, and all links again from there on.
    fn forge(&self, from: u32) {
        let raw = self.raw();
        let mut head = FIRST_LINK;
        for number in 1..=20 {
            let (at, class, salt, mut payload): (String, String, [u8; 32], String) = raw
                .query_row(
                    "SELECT recorded_at, class, salt, payload FROM register JOIN register_payload USING (number)
                     WHERE number = ?1",
                    [number],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
                )
                .unwrap();
            if number == from {
                payload = payload.replace("A12", "B34");
            }
            let committed = commitment(&salt, payload.as_bytes());
            head = link(&head, RegisterNumber(number), &at, &class, &committed);
            raw.execute(
                "UPDATE register SET commitment = ?2, link = ?3 WHERE number = ?1",
                params![number, committed.0, head.0],
            )
            .unwrap();
            raw.execute(
                "UPDATE register_payload SET payload = ?2 WHERE number = ?1",
                params![number, payload],
            )
            .unwrap();
        }
    }
}

fn found(verification: &Verification) -> (Option<u32>, Option<u32>) {
    (
        verification.first_bad.map(|number| number.0),
        verification.broken_closure,
    )
}

#[test]
fn a_register_meets_its_closures_and_goes_on() {
    let closed = Closed::new();
    let all = closed.verify(&[]);
    assert_eq!((found(&all), all.closures, all.entries), ((None, None), 2, 20));
    assert!(matches!(closed.answer(), CloseAnswer::AlreadyClosed(_)));
    closed.record(11..=12);
    assert_eq!(found(&closed.verify(&[])), (None, None));
    let (closure, note) = closed.close();
    assert_eq!((closure.count, closure.at), (24, later(100)));
    assert_eq!(closure.head, closed.verify(&[]).head);
    assert_eq!(closed.store().closures().unwrap()[2], note);
}

#[test]
fn an_empty_register_is_not_closed() {
    let empty = Closed {
        folder: tempfile::tempdir().unwrap(),
    };
    assert_eq!(empty.answer(), CloseAnswer::NothingToClose);
    assert!(empty.store().closures().unwrap().is_empty());
}

#[test]
fn a_truncated_register_is_found() {
    for (after, expected) in [
        (15, (Some(16), Some(20))),
        (19, (Some(20), Some(20))),
        (10, (Some(11), Some(20))),
        (9, (Some(10), Some(10))),
        (0, (Some(1), Some(10))),
    ] {
        let closed = Closed::new();
        closed.truncate(after);
        assert_eq!(found(&closed.verify(&[])), expected, "cut after {after}");
        let unsigned = closed.store().verify_register(later(200)).unwrap();
        assert_eq!(found(&unsigned), expected, "cut after {after}, without the key");
        let bad = RegisterNumber(expected.0.unwrap());
        assert_eq!(
            closed.answer(),
            CloseAnswer::DoesNotHold(bad),
            "and is not signed"
        );
    }
}

#[test]
fn a_truncated_register_without_its_closures_is_found_by_one_kept_elsewhere() {
    let closed = Closed::new();
    let notes = closed.store().closures().unwrap();
    closed.truncate(15);
    closed.raw().execute_batch("DELETE FROM closure").unwrap();
    assert_eq!(
        found(&closed.verify(&[])),
        (None, None),
        "nothing is left to tell, or this test would prove nothing"
    );
    let kept: Vec<Closure> = notes
        .iter()
        .map(|note| closed.store().read_closure(note).unwrap().unwrap())
        .collect();
    assert_eq!(
        found(&closed.verify(&kept[..1])),
        (None, None),
        "10 are still there"
    );
    assert_eq!(found(&closed.verify(&kept)), (Some(16), Some(20)));
}

#[test]
fn a_forged_chain_of_the_same_length_is_found() {
    for (from, expected) in [(3, (Some(1), Some(10))), (14, (Some(11), Some(20)))] {
        let closed = Closed::new();
        let note = closed.store().closures().unwrap()[1].clone();
        closed.forge(from);
        assert_eq!(found(&closed.verify(&[])), expected, "forged from {from} on");
        closed.raw().execute_batch("DELETE FROM closure").unwrap();
        assert_eq!(
            found(&closed.verify(&[])),
            (None, None),
            "the forged chain itself holds, or this test would prove nothing"
        );
        let kept = closed.store().read_closure(&note).unwrap().unwrap();
        assert_eq!(found(&closed.verify(&[kept])), (Some(1), Some(20)));
    }
}

#[test]
fn closures_forged_with_another_key_are_found() {
    let closed = Closed::new();
    let mine = closed.seed().unwrap();
    closed.forge(3);
    closed
        .raw()
        .execute_batch("DELETE FROM closure; DELETE FROM closing_key")
        .unwrap();
    closed.close();
    assert_eq!(
        found(&closed.verify(&[])),
        (None, None),
        "whoever has the key can sign"
    );
    let theirs = closed.store().closures().unwrap().pop().unwrap();
    closed
        .raw()
        .execute("UPDATE closing_key SET seed = ?1", [mine])
        .unwrap();
    assert_eq!(found(&closed.verify(&[])), (Some(1), Some(20)));
    assert_eq!(
        closed.store().read_closure(&theirs).unwrap(),
        Err(NotAClosure::AnotherKey)
    );
}

#[test]
fn a_hundred_random_corruptions_of_closed_registers_are_found() {
    let seed =
        std::env::var("COMPTOIR_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(seed);
    let whole = Closed::new();
    for round in 0..100 {
        let closed = Closed {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::copy(whole.path(), closed.path()).unwrap();
        match round % 4 {
            0 => closed.truncate(random.u32(..20)),
            1 => closed.forge(random.u32(1..=20)),
            2 => {
                let raw = closed.raw();
                let mut note: Vec<u8> = raw
                    .query_row(
                        "SELECT CAST(note AS BLOB) FROM closure WHERE count = 10",
                        [],
                        |row| row.get(0),
                    )
                    .unwrap();
                let place = random.usize(..note.len());
                note[place] ^= 1 << random.u32(0..8);
                raw.execute(
                    "UPDATE closure SET note = CAST(?1 AS TEXT) WHERE count = 10",
                    [note],
                )
                .unwrap();
            }
            _ => closed
                .raw()
                .execute_batch(&format!(
                    "UPDATE closure SET count = {} WHERE count = {}",
                    random.u32(21..99),
                    random.choice([10, 20]).unwrap()
                ))
                .unwrap(),
        }
        let found = closed.verify(&[]);
        assert!(
            found.first_bad.is_some() && found.broken_closure.is_some(),
            "round {round}: {found:?}; COMPTOIR_SEED={seed} plays it again"
        );
    }
    assert_eq!(found(&whole.verify(&[])), (None, None));
}

#[test]
fn closures_cannot_be_changed_with_sql() {
    let closed = Closed::new();
    let raw = raw_store(&closed.path());
    for attempt in [
        "UPDATE closure SET note = 'x'",
        "DELETE FROM closure WHERE count = 20",
        "INSERT INTO closure VALUES (15, 'x')",
        "INSERT OR REPLACE INTO closure VALUES (20, 'x')",
    ] {
        let error = raw.execute_batch(attempt).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{attempt}: {error}");
    }
}

#[test]
fn a_register_made_before_there_were_closures_is_closed_too() {
    let closed = Closed {
        folder: tempfile::tempdir().unwrap(),
    };
    closed.record(1..=5);
    closed.make_it_as_old_as_the_first_schema();
    assert_eq!(closed.close().0.count, 10);
    assert_eq!(found(&closed.verify(&[])), (None, None));
}

#[test]
fn a_lost_key_is_said_and_never_replaced() {
    let closed = Closed::new();
    closed.record(11..=11);
    // Somebody with the key of the store and without this program's manners.
    let seed = closed.seed().unwrap();
    closed.raw().execute_batch("DELETE FROM closing_key").unwrap();
    assert_eq!(closed.answer(), CloseAnswer::KeyMissing);
    assert_eq!(
        found(&closed.verify(&[])),
        (Some(1), Some(10)),
        "nothing vouches for them"
    );
    let file = closed.folder.path().join("closure.key");
    fs::write(&file, &seed[..31]).unwrap();
    assert_eq!(closed.answer(), CloseAnswer::KeyMissing, "half a key is none");
    assert!(file.exists(), "what was never a key of ours is not ours to erase");
    // Earlier versions kept it beside the store.
    fs::write(&file, seed).unwrap();
    assert_eq!(closed.close().0.count, 22);
    assert!(!file.exists(), "it is in the store now, and nowhere else");
    fs::write(&file, [9; 32]).unwrap();
    assert_eq!(found(&closed.verify(&[])), (None, None));
    assert!(file.exists(), "the key of another store is not ours to erase");
}

#[test]
fn the_closing_key_cannot_be_changed_with_sql() {
    let closed = Closed::new();
    let raw = raw_store(&closed.path());
    for attempt in [
        "UPDATE closing_key SET seed = zeroblob(32)",
        "DELETE FROM closing_key",
        "INSERT INTO closing_key VALUES (1, zeroblob(32))",
        "INSERT OR REPLACE INTO closing_key VALUES (1, zeroblob(32))",
    ] {
        let error = raw.execute_batch(attempt).unwrap_err().to_string();
        assert!(error.contains("made once"), "{attempt}: {error}");
    }
}

#[test]
fn corrections_are_closed_like_deliveries() {
    let closed = Closed::new();
    closed
        .store()
        .correct(RegisterNumber(4), "erreur de lot", &operator(), later(90))
        .unwrap();
    let (closure, _) = closed.close();
    assert_eq!(closure.count, 21);
    assert_ne!(closure.head, Sha256Digest([0; 32]));
}

#[test]
fn the_command_line_closes_and_compares() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    assert_eq!(counter.run(&["register", "close"]).code, 4, "nothing to close");
    counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    let closed = counter.run(&["register", "close"]);
    assert_eq!(closed.code, 0, "{closed:?}");
    let kept = counter.home.path().join("closure.txt").display().to_string();
    fs::write(&kept, &closed.stdout).unwrap();
    let again = counter.run(&["register", "close", "--json"]).json_with(0);
    assert_eq!((&again["new"], &again["count"]), (&false.into(), &3.into()));
    assert_eq!(
        again["note"],
        closed.stdout.as_str(),
        "what is printed is the note, byte for byte"
    );
    let listed = counter.run(&["register", "closures", "--json"]).json_with(0);
    assert_eq!(listed["closures"][0]["note"], closed.stdout.as_str());
    let verified = counter
        .run(&["register", "verify", "--against", &kept, "--json"])
        .json_with(0);
    assert_eq!(
        (&verified["ok"], &verified["closures"]),
        (&true.into(), &2.into())
    );
    fs::write(&kept, closed.stdout.replacen('3', "4", 1)).unwrap();
    let refused = counter.run(&["register", "verify", "--against", &kept]);
    assert_eq!(refused.code, 4, "{refused:?}");
    assert!(
        refused.stdout.is_empty(),
        "nothing is said to be verified: {refused:?}"
    );
    assert_eq!(
        counter.run(&["register", "verify", "--against", "/nowhere"]).code,
        2
    );
}
