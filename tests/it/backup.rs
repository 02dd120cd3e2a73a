//! The second support: made while the counter works, verified, and the drill of a machine that is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use comptoir::domain::closure::Closure;
use comptoir::store::{KeyPlace, RestoreAnswer, Standing, Store, StoreError, opens, restore};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sample::{dispense, later, noon, pharmacy, prescription, store_key};
use crate::support::base_server::BaseServer;
use crate::support::command::{Counter, Ended, program};

/// A second support, and the configuration that names it.
struct Support {
    folder: TempDir,
    config: PathBuf,
}

impl Support {
    fn of(counter: &Counter, keep: Option<u32>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = counter.home.path().join("comptoir.toml");
        let keep = keep.map_or_else(String::new, |keep| format!("keep = {keep}\n"));
        fs::write(
            &config,
            format!(
                "training = true\n[backup]\ndirectory = \"{}\"\n{keep}",
                folder.path().display()
            ),
        )
        .unwrap();
        Self { folder, config }
    }

    fn run(&self, counter: &Counter, arguments: &[&str]) -> Ended {
        let config = self.config.display().to_string();
        counter.run(&[&["--config", &config], arguments].concat())
    }

    fn backups(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        found.sort();
        found
    }
}

/// Delivers everything of a new prescription; gives its number and how many lines it had.
fn delivered(counter: &Counter, number: &str) -> Value {
    counter.run(&["dispense", number, "--all", "--json"]).json_with(0)
}

fn deliveries(counter: &Counter, number: &str) -> usize {
    let seen = counter
        .run(&["prescriber", "show", number, "--json"])
        .json_with(0);
    seen["deliveries"].as_array().unwrap().len()
}

#[test]
fn the_drill_a_lost_machine_is_restored_elsewhere_and_what_was_pending_is_posted_once() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let address = base.address.clone();
    let counter = Counter::of_base(&address);
    let support = Support::of(&counter, None);
    let (posted, _) = counter.prescribe("conforming");
    let (waiting, _) = counter.prescribe("conforming");
    assert_eq!(delivered(&counter, &posted)["state"], "accepted");
    counter.run(&["consult", &waiting, "--json"]).json_with(0);
    base.stop();
    assert_eq!(delivered(&counter, &waiting)["state"], "pending");

    let closed = support
        .run(&counter, &["register", "close", "--json"])
        .json_with(0);
    let backup = &closed["backup"];
    assert_eq!(
        (&backup["ok"], &backup["entries"], &backup["closures"]),
        (&json!(true), &closed["count"], &json!(1)),
        "{closed}"
    );
    let kept_elsewhere = files.path().join("closure.txt");
    fs::write(&kept_elsewhere, closed["note"].as_str().unwrap()).unwrap();
    let sheet = files.path().join("sheet.txt");
    let key = counter.run(&["store", "key", "--show", "--json"]).json_with(0);
    fs::write(&sheet, key["key"].as_str().unwrap().to_lowercase()).unwrap();
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    drop(counter);

    let elsewhere = Counter::of_base(&address);
    let file = backup["backup"].as_str().unwrap();
    let without = elsewhere.run(&["restore", file]);
    assert_eq!(without.code, 2, "{without:?}");
    assert!(without.stderr.contains("fiche de secours"), "{without:?}");
    assert!(!elsewhere.data_dir().exists(), "nothing was made");
    let restored = elsewhere
        .run(&["restore", file, "--key", sheet.to_str().unwrap(), "--json"])
        .json_with(0);
    assert_eq!(
        (&restored["pending"], &restored["replaced"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(restored["entries"], verified["entries"]);
    assert_eq!(
        elsewhere.run(&["register", "verify", "--json"]).json_with(0),
        verified
    );
    elsewhere
        .run(&[
            "register",
            "verify",
            "--against",
            kept_elsewhere.to_str().unwrap(),
            "--json",
        ])
        .json_with(0);

    let _base = BaseServer::start_again(files.path(), &address);
    for _ in 0..2 {
        elsewhere.run(&["outbox", "flush", "--json"]);
    }
    assert_eq!(
        elsewhere.run(&["outbox", "list", "--json"]).json_with(0)["entries"],
        json!([])
    );
    for number in [&posted, &waiting] {
        assert_eq!(deliveries(&elsewhere, number), 3, "{number}: each line once");
    }
    // The closing key came along: the next closure is signed by the same one.
    let (next, _) = elsewhere.prescribe("conforming");
    delivered(&elsewhere, &next);
    let closed = elsewhere.run(&["register", "close", "--json"]).json_with(0);
    assert_eq!(closed["new"], true);
    let verified = elsewhere.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!(
        (&verified["ok"], &verified["closures"]),
        (&json!(true), &json!(2))
    );
}

#[test]
fn a_store_that_stands_there_is_never_overwritten_and_is_kept_with_its_key_when_replaced() {
    let counter = Counter::with_its_own_base();
    let support = Support::of(&counter, None);
    let (number, _) = counter.prescribe("conforming");
    support.run(&counter, &["backup"]);
    delivered(&counter, &number);
    let backup = support.backups().pop().unwrap().display().to_string();
    let store = counter.data_dir().join("counter.sqlite");
    let before = fs::read(&store).unwrap();
    let refused = counter.run(&["restore", &backup]);
    assert_eq!(refused.code, 4, "{refused:?}");
    assert!(refused.stderr.contains("--replace"), "{refused:?}");
    assert_eq!(fs::read(&store).unwrap(), before);

    counter.run(&["store", "rekey", "--json"]).json_with(0);
    let refused = counter.run(&["restore", &backup, "--replace"]);
    assert_eq!(
        refused.code, 2,
        "the old key opens it, and only the new one is here: {refused:?}"
    );
    let sheet = counter.home.path().join("sheet");
    let old = counter.home.path().join("old");
    let newer = support.run(&counter, &["backup", "--json"]).json_with(0);
    assert_eq!(newer["entries"], 3);
    fs::write(&sheet, fs::read(counter.data_dir().join("store.key")).unwrap()).unwrap();
    let restored = counter
        .run(&[
            "restore",
            newer["backup"].as_str().unwrap(),
            "--replace",
            "--json",
        ])
        .json_with(0);
    let aside = PathBuf::from(restored["replaced"].as_str().unwrap());
    assert_eq!(
        counter.run(&["register", "verify", "--json"]).json_with(0)["entries"],
        3
    );
    fs::rename(&aside, &old).unwrap();
    let kept = counter.run(&[
        "--data-dir",
        old.to_str().unwrap(),
        "register",
        "verify",
        "--json",
    ]);
    assert_eq!(kept.json_with(0)["entries"], 3, "what was replaced still opens");
}

#[test]
fn a_restoration_mends_a_counter_that_lost_its_key_or_its_file() {
    let counter = Counter::with_its_own_base();
    let support = Support::of(&counter, None);
    let (number, _) = counter.prescribe("conforming");
    delivered(&counter, &number);
    let made = support.run(&counter, &["backup", "--json"]).json_with(0);
    let file = made["backup"].as_str().unwrap().to_owned();
    let sheet = fs::read_to_string(counter.data_dir().join("store.key")).unwrap();
    let losses: [Loss; 3] = [
        ("its key", |data| fs::remove_file(data.join("store.key")).unwrap()),
        ("its key's words", |data| {
            fs::write(data.join("store.key"), "x").unwrap();
        }),
        ("its first page", |data| {
            let path = data.join("counter.sqlite");
            let mut bytes = fs::read(&path).unwrap();
            bytes[100] ^= 1;
            fs::write(&path, bytes).unwrap();
        }),
    ];
    for (lost, lose) in losses {
        lose(&counter.data_dir());
        assert_eq!(counter.run(&["register", "verify"]).code, 1, "{lost}");
        let ended = typed(
            &counter,
            &["restore", &file, "--replace", "--key", "-", "--json"],
            &sheet,
        );
        assert_eq!(ended.code, 0, "{lost}: {ended:?}");
        let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
        assert_eq!(verified["entries"], 3, "{lost}");
    }
}

/// What is lost, and how.
type Loss = (&'static str, fn(&Path));

/// Runs a command with words on its standard input.
fn typed(counter: &Counter, arguments: &[&str], words: &str) -> Ended {
    use std::io::Write as _;
    let mut child = Command::new(program())
        .args(arguments)
        .env_clear()
        .envs(counter.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(words.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn what_is_not_a_whole_backup_is_refused_and_changes_nothing() {
    let counter = Counter::with_its_own_base();
    let support = Support::of(&counter, None);
    let (number, _) = counter.prescribe("conforming");
    delivered(&counter, &number);
    support.run(&counter, &["backup"]);
    let whole = fs::read(support.backups().pop().unwrap()).unwrap();
    let key = counter.data_dir().join("store.key").display().to_string();
    let elsewhere = Counter::with_its_own_base();
    let file = elsewhere.home.path().join("a.backup").display().to_string();
    let mut flipped = whole.clone();
    let place = whole.len() / 2;
    flipped[place] ^= 4;
    for (what, bytes, codes) in [
        ("a flipped bit", &flipped[..], &[3][..]),
        ("cut short", &whole[..whole.len() - 4096], &[3]),
        ("a text", b"bonjour", &[3]),
        ("nothing", b"", &[3]),
    ] {
        fs::write(&file, bytes).unwrap();
        let ended = elsewhere.run(&["restore", &file, "--key", &key]);
        assert!(codes.contains(&ended.code), "{what}: {ended:?}");
        assert!(!elsewhere.data_dir().join("counter.sqlite").exists(), "{what}");
        assert!(!elsewhere.data_dir().join("store.key").exists(), "{what}");
    }
    fs::write(&file, &whole).unwrap();
    let other = elsewhere.home.path().join("other").display().to_string();
    fs::write(&other, store_key().text().as_bytes()).unwrap();
    let ended = elsewhere.run(&["restore", &file, "--key", &other]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("n’ouvre pas la sauvegarde"), "{ended:?}");
    fs::write(&other, "ABCD").unwrap();
    assert_eq!(elsewhere.run(&["restore", &file, "--key", &other]).code, 2);
    assert_eq!(elsewhere.run(&["restore", "/nowhere", "--key", &key]).code, 2);
    elsewhere
        .run(&["restore", &file, "--key", &key, "--json"])
        .json_with(0);
}

#[test]
fn a_support_that_is_unplugged_is_said_and_a_closure_stands_all_the_same() {
    let counter = Counter::with_its_own_base();
    let support = Support::of(&counter, None);
    let (number, _) = counter.prescribe("conforming");
    delivered(&counter, &number);
    assert_eq!(counter.run(&["backup"]).code, 2, "no folder was said");
    fs::remove_dir(support.folder.path()).unwrap();
    let ended = support.run(&counter, &["register", "close", "--json"]);
    let document = ended.json_with(1);
    assert_eq!(
        (&document["new"], &document["backup"]["ok"]),
        (&json!(true), &json!(false))
    );
    assert!(ended.stderr.contains("débranché"), "{ended:?}");
    assert!(
        !support.folder.path().exists(),
        "a folder made here would be on the same disk"
    );
    fs::create_dir(support.folder.path()).unwrap();
    let again = support
        .run(&counter, &["register", "close", "--json"])
        .json_with(0);
    assert_eq!(
        (&again["new"], &again["backup"]["ok"]),
        (&json!(false), &json!(true))
    );
}

#[test]
fn enough_backups_are_kept_and_those_of_others_are_left_alone() {
    let counter = Counter::with_its_own_base();
    let support = Support::of(&counter, Some(3));
    let others = ["comptoir-20200101T000000.000Z-00000000.backup", "photo.jpg"];
    for name in others {
        fs::write(support.folder.path().join(name), "x").unwrap();
    }
    let mut made = Vec::new();
    for _ in 0..5 {
        let backup = support.run(&counter, &["backup", "--json"]).json_with(0);
        made.push(PathBuf::from(backup["backup"].as_str().unwrap()));
    }
    let left = support.backups();
    assert_eq!(left.len(), 3 + others.len(), "{left:?}");
    for newest in &made[2..] {
        assert!(left.contains(newest), "{left:?}");
    }
    let key = counter.run(&["store", "key", "--json"]).json_with(0);
    let name = made[4].file_name().unwrap().to_string_lossy().into_owned();
    assert!(
        name.ends_with(&format!("-{}.backup", key["number"].as_str().unwrap())),
        "{name}"
    );
}

#[test]
fn a_backup_of_a_register_that_was_tampered_with_is_kept_and_removes_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let support = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open(&path, &store_key()).unwrap();
    for of in 1..=5_u8 {
        store
            .record(&dispense(of.into(), &prescription(of), later(of.into())), &[])
            .unwrap();
    }
    let keep = std::num::NonZeroU32::new(1);
    let good = store.back_up(support.path(), keep, noon()).unwrap();
    crate::sample::raw_store(&path)
        .execute_batch(
            "DROP TRIGGER register_payload_is_never_changed;
             UPDATE register_payload SET payload = '{}' WHERE number = 4",
        )
        .unwrap();
    let bad = store.back_up(support.path(), keep, later(1)).unwrap();
    assert_eq!(bad.register.first_bad.map(|number| number.0), Some(4));
    assert!(good.path.exists() && bad.path.exists());
    let elsewhere = folder.path().join("elsewhere/counter.sqlite");
    let place = KeyPlace::File(folder.path().join("elsewhere/store.key"));
    let answer = restore(
        &bad.path,
        &store_key(),
        &elsewhere,
        &place,
        Standing::Stays,
        noon(),
    )
    .unwrap();
    assert!(matches!(answer, RestoreAnswer::DoesNotHold(number) if number.0 == 4));
    assert!(!elsewhere.exists() && place.key().unwrap().is_none());
    assert_eq!(store.last_backup().unwrap().unwrap().place, bad.path);
}

#[test]
fn backups_made_while_others_record_hold_one_whole_state_each() {
    let folder = tempfile::tempdir().unwrap();
    let support = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open(&path, &store_key()).unwrap();
    let other = Store::open(&path, &store_key()).unwrap();
    store
        .close_register(&Closure::origin_of(&pharmacy().finess), noon())
        .unwrap();
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for of in 1..=60_u8 {
                let dispense = dispense(of.into(), &prescription(of), later(of.into()));
                other.record(&dispense, &[]).unwrap();
            }
            ended.store(true, Ordering::SeqCst);
        });
        let mut lengths = Vec::new();
        let mut second = 0;
        while !ended.load(Ordering::SeqCst) || lengths.is_empty() {
            let backup = store.back_up(support.path(), None, later(second)).unwrap();
            assert_eq!(backup.register.first_bad, None);
            assert_eq!(
                backup.register.entries % 2,
                0,
                "a hand-over of two entries is whole or absent"
            );
            lengths.push(backup.register.entries);
            second += 1;
        }
        assert!(lengths.is_sorted(), "{lengths:?}");
    });
    let last = store.back_up(support.path(), None, later(9_999)).unwrap();
    assert_eq!(last.register.entries, 120);
    let known = store.last_backup().unwrap().unwrap();
    assert_eq!(
        (known.made_at.as_second(), known.entries),
        (later(9_999).as_second(), 120)
    );
    assert!(opens(&last.path, &store_key()).unwrap());
    let memory = Store::in_memory().unwrap();
    assert!(matches!(
        memory.back_up(support.path(), None, noon()),
        Err(StoreError::InMemory)
    ));
}
