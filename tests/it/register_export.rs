//! An export of the register, verified by the script in `docs/` that knows nothing of this program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use comptoir::domain::register::{RegisterNumber, Sha256Digest};
use comptoir::store::Store;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::sample::{dispense, later, operator, prescription, raw_store, store_key};

const ENTRIES: u32 = 21;

/// An export as lines, each with its end, and the head of its chain.
struct Export {
    folder: TempDir,
    lines: Vec<Vec<u8>>,
    head: Sha256Digest,
}

/// Twenty deliveries and a correction; the first `erased` contents are gone.
fn export(begun: Timestamp, erased: u32) -> Export {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open(&path, &store_key()).unwrap();
    for of in 1..=10_u8 {
        let mut prescription = prescription(of);
        prescription.patient.given = "Zoë \"l’aînée\" \\ \u{7f}\u{1b}[2J 💊\n".into();
        store
            .record(&dispense(of.into(), &prescription, begun), &[])
            .unwrap();
    }
    store
        .correct(RegisterNumber(4), "erreur de lot", &operator(), later(90))
        .unwrap();
    let purged_at = begun + SignedDuration::from_hours(24 * 366 * 10);
    raw_store(&path)
        .execute_batch(&format!(
            "INSERT INTO purge VALUES (1, '{purged_at}', 'cm', 'plausible', 21, 0, 0);
             INSERT INTO purged_entry SELECT number, 1 FROM register WHERE number <= {erased};
             DELETE FROM register_payload WHERE number <= {erased}"
        ))
        .unwrap();
    let mut exported = Vec::new();
    assert_eq!(store.export_register(&mut exported).unwrap(), ENTRIES);
    Export {
        folder,
        lines: exported
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect(),
        head: store.verify_register(later(100)).unwrap().head,
    }
}

/// What the script says of a file: its words, and whether it found nothing bad.
fn judged(file: &Path) -> (String, bool) {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/verify_register.py");
    let output = Command::new("python3").arg(script).arg(file).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).unwrap(), output.status.success())
}

impl Export {
    fn judged(&self, lines: &[Vec<u8>]) -> (String, bool) {
        let file = self.folder.path().join("export.jsonl");
        fs::write(&file, lines.concat()).unwrap();
        judged(&file)
    }

    fn is_bad_at(&self, lines: &[Vec<u8>], entry: usize, what: &str) {
        let (said, is_ok) = self.judged(lines);
        assert!(!is_ok, "{what}: {said}");
        assert!(
            said.starts_with(&format!("entry {entry} is bad")),
            "{what}: {said} instead of entry {entry}"
        );
    }
}

/// The script needs an interpreter that not every machine has; the same rules are tried in `store.rs` without it.
fn python_is_absent() -> bool {
    let is_absent = Command::new("python3").arg("--version").output().is_err();
    if is_absent {
        eprintln!("not tried: there is no python3 on this machine");
    }
    is_absent
}

#[test]
fn the_script_finds_an_export_whole() {
    if python_is_absent() {
        return;
    }
    let export = export(later(0), 0);
    assert_eq!(
        export.judged(&export.lines),
        (
            format!("ok: 21 entries, 0 of them erased, head {}\n", export.head),
            true
        )
    );
    let nothing = Sha256Digest([0; 32]);
    assert_eq!(
        export.judged(&[]),
        (format!("ok: 0 entries, 0 of them erased, head {nothing}\n"), true)
    );
}

#[test]
fn the_script_wants_a_content_until_its_retention_is_over() {
    if python_is_absent() {
        return;
    }
    let old = export("2014-02-28T11:00:00.5Z".parse().unwrap(), 6);
    let (said, is_ok) = old.judged(&old.lines);
    assert!(
        is_ok && said.starts_with("ok: 21 entries, 6 of them erased"),
        "{said}"
    );
    assert!(
        said.ends_with("erased: 6 of register-10-years on 2024-03-07 (entries 1 to 6)\n"),
        "{said}"
    );
    let recent = export("2190-02-28T11:00:00Z".parse().unwrap(), 6);
    recent.is_bad_at(&recent.lines, 1, "erased too early");
}

#[test]
fn the_script_finds_the_first_line_that_was_changed() {
    if python_is_absent() {
        return;
    }
    let export = export(later(0), 0);
    let mut random = fastrand::Rng::with_seed(20_261_122);
    // A process each: fewer than the hundred that the store's own verification is tried with.
    for _ in 0..24 {
        let mut lines = export.lines.clone();
        let line = random.usize(..lines.len());
        let place = random.usize(..lines[line].len());
        lines[line][place] ^= 1 << random.u32(0..8);
        export.is_bad_at(&lines, line + 1, &format!("line {}, byte {place}", line + 1));
    }
    let changed = |change: fn(&mut Vec<Vec<u8>>)| {
        let mut lines = export.lines.clone();
        change(&mut lines);
        lines
    };
    for (what, lines, entry) in [
        (
            "two lines in each other's place",
            changed(|lines| lines.swap(4, 11)),
            5,
        ),
        (
            "the first line removed",
            changed(|lines| drop(lines.remove(0))),
            1,
        ),
        ("a line removed", changed(|lines| drop(lines.remove(9))), 10),
        (
            "a line told twice",
            changed(|lines| lines.insert(9, lines[8].clone())),
            10,
        ),
        (
            "a line appended",
            changed(|lines| lines.push(lines[3].clone())),
            22,
        ),
        (
            "an empty line appended",
            changed(|lines| lines.push(b"\n".to_vec())),
            22,
        ),
        (
            "the end of the last line missing",
            changed(|lines| lines[20].truncate(80)),
            21,
        ),
    ] {
        export.is_bad_at(&lines, entry, what);
    }
}

/// What no chain can show by itself: it takes a head noted elsewhere.
#[test]
fn the_script_gives_a_truncated_export_another_head() {
    if python_is_absent() {
        return;
    }
    let export = export(later(0), 0);
    let (said, is_ok) = export.judged(&export.lines[..16]);
    assert!(is_ok && said.starts_with("ok: 16 entries"), "{said}");
    assert!(!said.contains(&export.head.to_string()), "{said}");
}
