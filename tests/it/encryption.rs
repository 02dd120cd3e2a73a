//! Encryption at rest: the key before the store, no key without a clear refusal, and never neither of two keys.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use comptoir::domain::closure::Closure;
use comptoir::store::{KeyPlace, RekeyAnswer, Store, StoreError, StoreKey, rekey};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::sample::{dispense, later, noon, pharmacy, prescription};
use crate::support::command::{Counter, program};

/// A data directory with a store of ten entries, closed once.
struct Kept {
    folder: TempDir,
}

const ENTRIES: u32 = 10;

impl Kept {
    fn new() -> Self {
        let kept = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let store = kept.open().unwrap();
        for of in 1..=5_u8 {
            store
                .record(&dispense(of.into(), &prescription(of), later(of.into())), &[])
                .unwrap();
        }
        store
            .close_register(&Closure::origin_of(&pharmacy().finess), later(60))
            .unwrap();
        kept
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("counter.sqlite")
    }

    fn place(&self) -> KeyPlace {
        KeyPlace::File(self.key_file())
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("store.key")
    }

    fn key(&self) -> StoreKey {
        self.place().key().unwrap().unwrap()
    }

    fn open(&self) -> Result<Store, StoreError> {
        Store::open_kept(&self.path(), &self.place())
    }

    /// What this directory's own program says of its register.
    fn verified(&self) -> Value {
        let ended = self.run(&["register", "verify", "--json"]);
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        serde_json::from_slice(&ended.stdout).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .arg("--data-dir")
            .arg(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        self.command(arguments).output().unwrap()
    }

    /// Every file and what it holds, but the log and the locks.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files_below(self.folder.path())
            .into_iter()
            .filter(|path| !path.ends_with("comptoir.log"))
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    /// Makes of it what an earlier version left: a plain store, the closing key in a file, no key.
    fn made_plain(&self) {
        let plain = self.folder.path().join("plain");
        let raw = Connection::open(self.path()).unwrap();
        raw.execute_batch(&format!("PRAGMA key = \"{}\"", hexadecimal(&self.key())))
            .unwrap();
        let seed: [u8; 32] = raw
            .query_row("SELECT seed FROM closing_key", [], |row| row.get(0))
            .unwrap();
        let earlier = Connection::open(&plain).unwrap();
        earlier
            .execute_batch(concat!(
                include_str!("../../src/store/migrations/0001_register_and_outbox.sql"),
                include_str!("../../src/store/migrations/0002_closures.sql"),
                "PRAGMA application_id = 1668314226; PRAGMA user_version = 2;"
            ))
            .unwrap();
        drop(earlier);
        raw.execute("ATTACH DATABASE ?1 AS plain KEY ''", [plain.to_str().unwrap()])
            .unwrap();
        for table in [
            "register",
            "register_payload",
            "hand_over",
            "dispensed_line",
            "outbox",
            "closure",
        ] {
            let columns: String = raw
                .query_row(
                    "SELECT group_concat(name, ', ') FROM pragma_table_info(?1, 'plain')",
                    [table],
                    |row| row.get(0),
                )
                .unwrap();
            raw.execute_batch(&format!(
                "INSERT INTO plain.{table} ({columns}) SELECT {columns} FROM main.{table}"
            ))
            .unwrap();
        }
        raw.execute_batch("DETACH plain").unwrap();
        drop(raw);
        for left in files_below(self.folder.path()) {
            if left != plain {
                fs::remove_file(left).unwrap();
            }
        }
        fs::rename(plain, self.path()).unwrap();
        fs::set_permissions(self.path(), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(self.folder.path().join("closure.key"), seed).unwrap();
        // As an earlier version that was killed leaves it: a part of it is in the log only.
        let raw = Connection::open(self.path()).unwrap();
        raw.execute_batch("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0")
            .unwrap();
        raw.execute_batch("INSERT INTO received (prescription, received_at) VALUES ('ZZLOGGED', 1)")
            .unwrap();
        let log = fs::read(beside(&self.path(), "-wal")).unwrap();
        let main = fs::read(self.path()).unwrap();
        drop(raw);
        fs::write(self.path(), main).unwrap();
        fs::write(beside(&self.path(), "-wal"), log).unwrap();
    }
}

fn beside(path: &Path, more: &str) -> PathBuf {
    PathBuf::from(format!("{}{more}", path.display()))
}

/// As `SQLCipher` takes it: read back from the only form in which a key is written.
fn hexadecimal(key: &StoreKey) -> String {
    let digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bits = Vec::new();
    for digit in key.text().chars().filter_map(|character| digits.find(character)) {
        bits.extend((0..5).rev().map(|bit| digit >> bit & 1));
    }
    let bytes: String = bits[..256]
        .chunks(4)
        .map(|nibble| nibble.iter().fold(0, |half, bit| half << 1 | bit))
        .filter_map(|half| char::from_digit(u32::try_from(half).unwrap(), 16))
        .collect();
    format!("x'{bytes}'")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn holds(folder: &Path, text: &str) -> Vec<PathBuf> {
    files_below(folder)
        .into_iter()
        .filter(|path| {
            let bytes = fs::read(path).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
        .collect()
}

const PLAIN_HEADER: &str = "SQLite format 3";

#[test]
fn nothing_of_the_store_is_readable_without_its_key() {
    let kept = Kept::new();
    let store = kept.open().unwrap();
    store.record(&dispense(9, &prescription(9), noon()), &[]).unwrap();
    assert!(beside(&kept.path(), "-wal").exists(), "the log is searched too");
    for text in [
        PLAIN_HEADER,
        "ZZCANARY",
        "Biogaran",
        "CREATE TABLE",
        "comptoir-register",
    ] {
        assert_eq!(holds(kept.folder.path(), text), [] as [PathBuf; 0], "{text}");
    }
    let rights = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(kept.key_file()), 0o600);
    assert_eq!(rights(kept.path()), 0o600);
}

#[test]
fn a_key_that_is_missing_wrong_or_exposed_is_said_and_nothing_is_changed() {
    let kept = Kept::new();
    let key = fs::read(kept.key_file()).unwrap();
    let refused = |expected: &str| {
        let before = kept.files();
        for command in [
            &["register", "list"][..],
            &["report"],
            &["backup", "--to", "/tmp"],
            &["store", "rekey"],
            &["store", "key", "--show"],
        ] {
            let ended = kept.run(command);
            let said = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(1), "{command:?}: {said}");
            assert!(said.contains(expected), "{command:?}: {said}");
            assert_eq!(
                said.trim().lines().count(),
                1,
                "{command:?}: one sentence, {said}"
            );
            assert!(ended.stdout.is_empty(), "{command:?}");
        }
        assert_eq!(kept.files(), before, "{expected}");
    };
    fs::remove_file(kept.key_file()).unwrap();
    refused("n’est plus à sa place");
    let write = |text: &[u8]| {
        fs::write(kept.key_file(), text).unwrap();
        fs::set_permissions(kept.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
    };
    write(StoreKey::from_bytes([3; 32]).text().as_bytes());
    refused("n’ouvre pas");
    write(&key[..40]);
    refused("n’en est pas une");
    write(&[0xff; 32]);
    refused("n’en est pas une");
    write(&key);
    fs::set_permissions(kept.key_file(), fs::Permissions::from_mode(0o640)).unwrap();
    refused("droits 640");
    fs::set_permissions(kept.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(kept.verified()["entries"], ENTRIES);
}

#[test]
fn a_store_without_its_key_in_a_folder_of_its_own_leaves_not_even_a_lock_there() {
    let kept = Kept::new();
    let alone = tempfile::tempdir().unwrap();
    let path = alone.path().join("counter.sqlite");
    fs::copy(kept.path(), &path).unwrap();
    let place = KeyPlace::File(alone.path().join("store.key"));
    assert!(matches!(
        Store::open_kept(&path, &place),
        Err(StoreError::KeyMissing { .. })
    ));
    assert_eq!(files_below(alone.path()), [path]);
}

#[test]
fn a_plain_store_of_an_earlier_version_is_encrypted_in_its_place() {
    let kept = Kept::new();
    let before = kept.verified();
    kept.made_plain();
    assert!(!holds(kept.folder.path(), "ZZCANARY").is_empty(), "it was plain");
    assert_eq!(kept.verified(), before, "entries, head and closures are the same");
    assert_no_plain(&kept);
    let logged: u32 = {
        let raw = Connection::open(kept.path()).unwrap();
        raw.execute_batch(&format!("PRAGMA key = \"{}\"", hexadecimal(&kept.key())))
            .unwrap();
        raw.query_row(
            "SELECT count(*) FROM received WHERE prescription = 'ZZLOGGED'",
            [],
            |row| row.get(0),
        )
        .unwrap()
    };
    assert_eq!(logged, 1, "what was in the log only is there too");
}

fn assert_no_plain(kept: &Kept) {
    for text in [PLAIN_HEADER, "ZZCANARY", "ZZLOGGED"] {
        assert_eq!(holds(kept.folder.path(), text), [] as [PathBuf; 0], "{text}");
    }
    let names: Vec<String> = files_below(kept.folder.path())
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        // SQLite's own stay, its log and a journal that was begun and never meant anything.
        .filter(|name| !["-wal", "-shm", "-journal"].iter().any(|own| name.ends_with(own)))
        .filter(|name| name != "comptoir.log")
        .collect();
    assert_eq!(names, ["counter.lock", "counter.sqlite", "store.key"]);
}

#[test]
fn a_plain_store_that_another_program_has_open_is_not_replaced_under_it() {
    let kept = Kept::new();
    kept.made_plain();
    let earlier_version = Connection::open(kept.path()).unwrap();
    let rows: u32 = earlier_version
        .query_row("SELECT count(*) FROM register", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, ENTRIES);
    assert!(matches!(kept.open(), Err(StoreError::InUse)));
    earlier_version
        .execute_batch("INSERT INTO received (prescription, received_at) VALUES ('ZZLATER', 2)")
        .unwrap();
    drop(earlier_version);
    assert_eq!(kept.verified()["entries"], ENTRIES);
    assert_no_plain(&kept);
}

/// Starts the command and kills it after each of these parts of its usual length.
fn killed_at(points: u32, usual: Duration, mut attempt: impl FnMut(Duration)) {
    for point in 0..points {
        attempt(usual * point / points);
    }
}

fn kill_after(mut command: Command, moment: Duration) {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The moment of the kill is the input of this test.
    std::thread::sleep(moment);
    drop(child.kill());
    drop(child.wait());
}

#[test]
fn encrypting_a_plain_store_survives_a_kill_at_twenty_points() {
    let model = Kept::new();
    let before = model.verified();
    model.made_plain();
    let usual = {
        let kept = copy_of(&model);
        let begun = Instant::now();
        assert!(kept.run(&["report"]).status.success());
        begun.elapsed()
    };
    let mut interrupted = 0;
    killed_at(20, usual, |moment| {
        let kept = copy_of(&model);
        kill_after(kept.command(&["report"]), moment);
        if kept.key_file().exists() && !holds(kept.folder.path(), PLAIN_HEADER).is_empty() {
            interrupted += 1;
        }
        assert_eq!(kept.verified(), before, "killed after {moment:?}");
        assert_no_plain(&kept);
    });
    println!("20 kills within {usual:?}, {interrupted} of them between the key and the end");
}

fn copy_of(model: &Kept) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    for file in files_below(model.folder.path()) {
        fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    Kept { folder }
}

#[test]
fn a_new_key_opens_the_store_and_the_old_one_does_not() {
    let kept = Kept::new();
    let before = kept.verified();
    let old = kept.key();
    let ended = kept.run(&["store", "rekey", "--json"]);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(document["before"], old.number().to_string());
    assert_eq!(document["number"], kept.key().number().to_string());
    assert_ne!(document["before"], document["number"]);
    assert_eq!(kept.verified(), before);
    assert!(matches!(
        Store::open(&kept.path(), &old),
        Err(StoreError::KeyDoesNotOpen { .. })
    ));
    assert_no_plain(&kept);
}

#[test]
fn a_new_key_killed_at_any_moment_leaves_the_old_one_or_the_new_one_never_neither() {
    let kept = Kept::new();
    let before = kept.verified();
    let usual = {
        let begun = Instant::now();
        assert!(kept.run(&["store", "rekey"]).status.success());
        begun.elapsed()
    };
    let points: u32 = std::env::var("COMPTOIR_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(40);
    let (mut old, mut new, mut interrupted) = (0, 0, 0);
    killed_at(points, usual + usual / 4, |moment| {
        let key = kept.key();
        kill_after(kept.command(&["store", "rekey"]), moment);
        if kept.folder.path().join("store.key.next").exists() {
            interrupted += 1;
        }
        assert_eq!(kept.verified(), before, "killed after {moment:?}");
        if kept.key() == key {
            old += 1;
        } else {
            new += 1;
        }
        assert_no_plain(&kept);
    });
    println!(
        "{points} kills within {usual:?}: {old} kept the old key, {new} took the new one, {interrupted} in between"
    );
    assert!(old > 0 && new > 0, "the moments prove nothing");
}

#[test]
fn what_a_kill_leaves_between_two_keys_is_settled() {
    let next = StoreKey::from_bytes([5; 32]);
    let next_file = |kept: &Kept| kept.folder.path().join("store.key.next");
    let write = |path: &Path, text: &str| {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    };

    let before = Kept::new();
    let key = before.key();
    write(&next_file(&before), &next.text());
    fs::write(before.folder.path().join("counter.sqlite.draft"), b"half a copy").unwrap();
    assert_eq!(before.verified()["entries"], ENTRIES);
    assert_eq!(before.key(), key, "the copy was never put in its place");
    assert_no_plain(&before);

    let after = Kept::new();
    let old = fs::read_to_string(after.key_file()).unwrap();
    assert!(matches!(
        rekey(&after.path(), &after.place()),
        Ok(RekeyAnswer::Rekeyed { .. })
    ));
    let new = after.key();
    fs::rename(after.key_file(), next_file(&after)).unwrap();
    write(&after.key_file(), &old);
    assert_eq!(after.verified()["entries"], ENTRIES);
    assert_eq!(
        after.key(),
        new,
        "the copy was in its place, and only its key was not"
    );
    assert_no_plain(&after);

    let lost = Kept::new();
    write(&next_file(&lost), &next.text());
    fs::remove_file(lost.key_file()).unwrap();
    assert!(matches!(lost.open(), Err(StoreError::KeyMissing { .. })));
    assert!(
        next_file(&lost).exists(),
        "nothing is thrown away that might be asked for"
    );
}

#[test]
fn the_key_is_not_changed_while_another_program_of_the_counter_is_open() {
    let kept = Kept::new();
    let open = kept.open().unwrap();
    let before = kept.files();
    let ended = kept.run(&["store", "rekey"]);
    assert_eq!(ended.status.code(), Some(4), "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("Fermez tous les comptoirs"));
    assert_eq!(kept.files(), before);
    open.record(&dispense(9, &prescription(9), noon()), &[]).unwrap();
    drop(open);
    assert_eq!(kept.verified()["entries"], ENTRIES + 2);
}

#[test]
fn the_recovery_sheet_tells_the_key_only_when_asked_to() {
    let counter = Counter::with_its_own_base();
    let told = counter.run(&["store", "key"]);
    assert_eq!(told.code, 0, "{told:?}");
    let key = fs::read_to_string(counter.data_dir().join("store.key")).unwrap();
    let groups: Vec<&str> = key.trim().split('-').collect();
    assert_eq!(groups.len(), 14);
    assert!(!told.stdout.contains(groups[0]), "{told:?}");
    let sheet = counter.run(&["store", "key", "--show"]).stdout;
    let copied: String = sheet
        .lines()
        .filter(|line| line.contains(" - "))
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(
        *StoreKey::read(&copied).unwrap().text(),
        key.trim(),
        "what is printed is what has to be typed: {sheet}"
    );
    let document = counter.run(&["store", "key", "--show", "--json"]).json_with(0);
    assert_eq!(document["key"], key.trim());
    assert_eq!(document["keeper"], "file");
}

#[test]
fn a_keyring_that_is_not_there_is_said() {
    let counter = Counter::with_its_own_base();
    let config = counter.home.path().join("comptoir.toml");
    fs::write(&config, "training = true\nstore_key = \"keyring\"").unwrap();
    let ended = counter.run(&["--config", config.to_str().unwrap(), "register", "list"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("trousseau"), "{ended:?}");
    for name in ["counter.sqlite", "counter.lock", "store.key"] {
        assert!(!counter.data_dir().join(name).exists(), "{name} was made");
    }
}
