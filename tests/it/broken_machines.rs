//! The real program on machines that break: full and failing disks, rights, damaged files, clocks that jump.

use std::fs;
use std::path::Path;

use comptoir::store::CLAIM_LASTS;
use serde_json::Value;

use crate::support::base_server::BaseServer;
use crate::support::command::{Counter, Ended};
use crate::support::shim::Shim;
use crate::support::terminal::Terminal;

const ENTER: &str = "\r";
const WAITING: &str = "Scannez le QR code";
const DAYS_400: i64 = 400 * 24 * 60 * 60;

/// A base, a counter, and a prescription of three lines that the counter has consulted.
struct Stage {
    files: tempfile::TempDir,
    base: Option<BaseServer>,
    address: String,
    counter: Counter,
    number: String,
}

impl Stage {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let base = BaseServer::start(files.path());
        let address = base.address.clone();
        let counter = Counter::of_base(&address);
        let (number, _) = Counter::of_base(&address).prescribe("conforming");
        Self {
            files,
            base: Some(base),
            address,
            counter,
            number,
        }
    }

    /// The same where nobody has ever worked, or where the prescription was consulted.
    fn consulted() -> Self {
        let stage = Self::new();
        assert_eq!(stage.counter.run(&["consult", &stage.number]).code, 0);
        stage
    }

    fn dispensed() -> Self {
        let stage = Self::new();
        assert_eq!(stage.counter.run(&["dispense", &stage.number, "--all"]).code, 0);
        stage
    }

    fn base_again(&mut self) {
        self.base = Some(BaseServer::start_again(self.files.path(), &self.address));
    }

    fn shim(&self) -> Shim {
        Shim::under(self.counter.home.path())
    }

    /// The file whose presence breaks the machine.
    fn switch(&self) -> std::path::PathBuf {
        self.files.path().join("broken")
    }

    fn dispense(&self, shim: &Shim) -> Ended {
        let arguments = ["dispense", &self.number, "--all", "--json"];
        self.counter.run_with(&arguments, &shim.environment())
    }

    fn registered(&self) -> usize {
        let verified = self.counter.run(&["register", "verify", "--json"]).json_with(0);
        assert_eq!(verified["ok"], true, "{verified}");
        usize::try_from(verified["entries"].as_u64().unwrap()).unwrap()
    }

    fn at_the_base(&self) -> usize {
        let aside = Counter::of_base(&self.address);
        let seen = aside
            .run(&["prescriber", "show", &self.number, "--json"])
            .json_with(0);
        seen["deliveries"].as_array().unwrap().len()
    }

    /// The machine works again: what was not recorded is recorded now, and everything is here and there once.
    fn works_again(&self, name: &str) {
        if self.registered() == 0 {
            assert_eq!(self.dispense(&Shim::default()).code, 0, "{name}");
        }
        let later = self.files.path().join("later");
        fs::write(&later, (CLAIM_LASTS.as_secs() + 1).to_string()).unwrap();
        let environment = Shim::default().clock(&later).environment();
        let flushed = self.counter.run_with(&["outbox", "flush"], &environment);
        assert_eq!(flushed.code, 0, "{name}: {flushed:?}");
        assert_eq!((self.registered(), self.at_the_base()), (3, 3), "{name}");
    }
}

/// Nothing of what libraries say in English, and no code of the system.
fn assert_french(name: &str, sentence: &str) {
    for word in ["error", "the ", "file", "such", "denied", "os ", "disk I/O"] {
        assert!(!sentence.contains(word), "{name}: {word:?} in {sentence}");
    }
}

/// Errors of the system, as Linux numbers them.
const EIO: &str = "5";
const EACCES: &str = "13";
const ENOSPC: &str = "28";
const EROFS: &str = "30";

#[test]
fn a_machine_that_breaks_is_said_and_nothing_is_acknowledged_that_is_not_recorded() {
    /// Its name, what is there before, the calls that fail and how, and what is said.
    type Machine = (
        &'static str,
        fn() -> Stage,
        &'static [(&'static str, &'static str)],
        &'static str,
    );
    #[rustfmt::skip]
    let machines: [Machine; 11] = [
        ("disk full", Stage::consulted, &[("write counter.sqlite 0", ENOSPC), ("truncate counter.sqlite 0", ENOSPC)], "disque de ce poste est plein"),
        ("disk full in the middle of the recording", Stage::consulted, &[("write -wal 15", ENOSPC)], "disque de ce poste est plein"),
        ("disk full, no file can be made", Stage::consulted, &[("open counter.sqlite 0", ENOSPC)], "disque de ce poste est plein"),
        ("disk full from the first day", Stage::new, &[("open counter.sqlite 0", ENOSPC)], "disque de ce poste est plein"),
        ("read-only disk", Stage::consulted, &[("open counter.sqlite 0", EROFS)], "lecture seule"),
        ("rights of somebody else", Stage::consulted, &[("open counter.sqlite 0", EACCES)], "n’autorise pas"),
        ("a folder that may not be made", Stage::new, &[("mkdir data 0", EACCES)], "n’autorise pas"),
        ("failing while it writes", Stage::consulted, &[("write -wal 15", EIO)], "signale une panne"),
        ("failing at the first synchronisation", Stage::consulted, &[("sync -wal 1", EIO)], "signale une panne"),
        ("failing when the recording is synchronised", Stage::consulted, &[("sync -wal 3", EIO)], "signale une panne"),
        ("failing at every synchronisation", Stage::consulted, &[("sync counter.sqlite 0", EIO)], "signale une panne"),
    ];
    for (name, made, rules, said) in machines {
        let stage = made();
        let broken = rules.iter().fold(stage.shim(), |shim, (call, error)| {
            shim.rule(&format!("{call} {error}"))
        });
        let ended = stage.dispense(&broken);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{name}: {ended:?}");
        assert!(ended.stderr.contains(said), "{name}: {ended:?}");
        assert_french(name, &ended.stderr);
        stage.works_again(name);
    }
}

#[test]
fn a_disk_that_fills_up_under_an_open_terminal_stops_nothing_but_the_recording() {
    let stage = Stage::new();
    let full = stage
        .shim()
        .rule("write counter.sqlite 0 28")
        .while_there_is(&stage.switch());
    let environment = full.environment();
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut terminal = Terminal::open_with(&stage.counter, 100, 30, &environment);
    terminal.shows(WAITING);
    terminal.scan(&stage.number);
    terminal.shows("tout conforme");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    fs::write(stage.switch(), "").unwrap();
    terminal.press(ENTER);
    terminal.shows("le disque de ce poste est plein");
    terminal.shows("Libérez de la place");
    assert_eq!(stage.registered(), 0);
    fs::remove_file(stage.switch()).unwrap();
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    assert_eq!((stage.registered(), stage.at_the_base()), (3, 3));
}

#[test]
fn a_prescription_opens_on_a_full_disk_and_says_that_no_copy_is_kept() {
    let stage = Stage::new();
    assert_eq!(
        stage.counter.run(&["register", "verify"]).code,
        0,
        "its file is there"
    );
    let full = stage
        .shim()
        .rule(&format!("write counter.sqlite 0 {ENOSPC}"))
        .while_there_is(&stage.switch());
    let environment = full.environment();
    let named: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut terminal = Terminal::open_with(&stage.counter, 100, 30, &named);
    terminal.shows(WAITING);
    fs::write(stage.switch(), "").unwrap();
    terminal.scan(&stage.number);
    terminal.shows("tout conforme");
    terminal.shows("sa copie n’a pas pu être gardée ici : le disque est plein");
    terminal.kill();
    fs::remove_file(stage.switch()).unwrap();
    let again = stage
        .counter
        .run(&["consult", &stage.number, "--json"])
        .json_with(0);
    assert_eq!(again["kept"], true);
}

#[test]
fn a_clock_that_is_not_the_base_s_is_said_on_the_screen() {
    let stage = Stage::new();
    let clock = stage.files.path().join("clock");
    fs::write(&clock, (-2 * 86_400).to_string()).unwrap();
    let environment = Shim::default().clock(&clock).environment();
    let named: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let terminal = Terminal::open_with(&stage.counter, 100, 30, &named);
    terminal.shows("! horloge");
    terminal.shows("retarde de 2 jours");
    terminal.shows("mettez ce poste à l’heure");
}

#[test]
fn a_failed_synchronisation_under_an_open_terminal_is_said_and_recorded_once_afterwards() {
    let stage = Stage::new();
    let failing = stage.shim().rule("sync -wal 0 5").while_there_is(&stage.switch());
    let environment = failing.environment();
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut terminal = Terminal::open_with(&stage.counter, 100, 30, &environment);
    terminal.shows(WAITING);
    terminal.scan(&stage.number);
    terminal.shows("tout conforme");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    fs::write(stage.switch(), "").unwrap();
    terminal.press(ENTER);
    terminal.shows("signale une panne");
    fs::remove_file(stage.switch()).unwrap();
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    assert_eq!((stage.registered(), stage.at_the_base()), (3, 3));
}

#[test]
fn a_terminal_killed_between_recording_and_posting_says_so_when_it_opens_again() {
    let mut stage = Stage::new();
    let killed = stage
        .shim()
        .rule("send \"transaction\" 1 kill-before")
        .environment();
    let killed: Vec<(&str, &str)> = killed
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut terminal = Terminal::open_with(&stage.counter, 100, 30, &killed);
    terminal.shows(WAITING);
    terminal.scan(&stage.number);
    terminal.shows("tout conforme");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    terminal.press(ENTER);
    assert_ne!(terminal.ends(), 0);
    stage.base.take().unwrap().stop();

    // The dead terminal's claim on the post is over.
    let later = stage.files.path().join("later");
    fs::write(&later, (CLAIM_LASTS.as_secs() + 1).to_string()).unwrap();
    let later = stage.shim().clock(&later).environment();
    let later: Vec<(&str, &str)> = later
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let terminal = Terminal::open_with(&stage.counter, 80, 24, &later);
    terminal.shows("! Reprise : la délivrance faite à");
    terminal.shows("aux n° 1 à 3");
    terminal.shows("Ne la refaites pas.");
    stage.base_again();
    terminal.shows("acceptée depuis");
    assert_eq!((stage.registered(), stage.at_the_base()), (3, 3));
}

#[test]
fn a_clock_that_jumps_by_400_days_postpones_nothing() {
    for days in [-DAYS_400, DAYS_400] {
        let mut stage = Stage::new();
        let clock = stage.files.path().join("clock");
        fs::write(&clock, "0").unwrap();
        let shim = stage.shim().clock(&clock).environment();
        let shim: Vec<(&str, &str)> = shim
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let mut terminal = Terminal::open_with(&stage.counter, 100, 30, &shim);
        terminal.shows(WAITING);
        terminal.scan(&stage.number);
        terminal.shows("tout conforme");
        stage.base.take().unwrap().stop();
        terminal.press(ENTER);
        terminal.shows("Sera inscrit");
        terminal.press(ENTER);
        terminal.shows("enregistrée ici");
        fs::write(&clock, days.to_string()).unwrap();
        stage.base_again();
        // Well within ten minutes: the wait of this test is shorter.
        terminal.shows("Acceptée par la base");
        assert_eq!((stage.registered(), stage.at_the_base()), (3, 3), "{days}");
    }
}

/// Corruptions of one run.
const FLIPS: usize = 24;

#[test]
fn a_file_with_damaged_bytes_is_named_or_complete_and_never_half_silent() {
    let stage = Stage::dispensed();
    let (folder, before) = (stage.counter.data_dir(), entries(&stage.counter).unwrap());
    let sound = fs::read(folder.join("counter.sqlite")).unwrap();
    let mut luck = fastrand::Rng::with_seed(3);
    let mut named = 0;
    for flip in 0..FLIPS {
        let mut damaged = sound.clone();
        let place = luck.usize(0..damaged.len());
        let end = (place + luck.usize(1..64)).min(damaged.len());
        damaged[place..end]
            .iter_mut()
            .for_each(|byte| *byte ^= luck.u8(1..=255));
        fs::write(folder.join("counter.sqlite"), &damaged).unwrap();
        let which = format!("flip {flip} at {place}");
        let verified = stage.counter.run(&["register", "verify", "--json"]);
        let doctor = stage.counter.run(&["doctor", "--json"]);
        for ended in [&verified, &doctor] {
            assert!((0..=5).contains(&ended.code), "{which}: {ended:?}");
            assert_french(&which, &ended.stderr);
        }
        if verified.code == 0 && doctor.code == 0 {
            assert_eq!(
                entries(&stage.counter),
                Some(before.clone()),
                "{which}: half of it is silent"
            );
        } else {
            named += 1;
            assert!(
                !verified.stderr.is_empty() || !doctor.stderr.is_empty(),
                "{which}"
            );
        }
        // What SQLite kept beside the damaged file must not mend or spoil the next one.
        for beside in ["counter.sqlite-wal", "counter.sqlite-shm"] {
            drop(fs::remove_file(folder.join(beside)));
        }
    }
    assert!(named > FLIPS / 8, "only {named} were damages at all");
    fs::write(folder.join("counter.sqlite"), &sound).unwrap();
    stage.works_again("mended");
}

fn entries(counter: &Counter) -> Option<Vec<Value>> {
    let listed = counter.run(&["register", "list", "--json"]);
    (listed.code == 0).then(|| listed.json()["entries"].as_array().unwrap().clone())
}

#[test]
fn a_log_that_was_taken_away_is_found_by_a_closure_kept_elsewhere() {
    // The key of the closures is in the store: there must be one before.
    let mut stage = Stage::dispensed();
    assert_eq!(stage.counter.run(&["register", "close"]).code, 0);
    stage.number = Counter::of_base(&stage.address).prescribe("conforming").0;
    assert_eq!(stage.counter.run(&["consult", &stage.number]).code, 0);
    // Killed right after it said so: the delivery is in the log only.
    let ended = stage.dispense(&stage.shim().rule("say \"dispense\" 1 kill-after"));
    assert!(ended.was_killed(), "{ended:?}");
    let folder = stage.counter.data_dir();
    let log = folder.join("counter.sqlite-wal");
    let (before, file) = (
        fs::read(&log).unwrap(),
        fs::read(folder.join("counter.sqlite")).unwrap(),
    );
    let closed = stage.counter.run(&["register", "close", "--json"]).json_with(0);
    let note = stage.files.path().join("closure.txt");
    fs::write(&note, closed["note"].as_str().unwrap()).unwrap();
    let verify = |stage: &Stage| {
        let against = note.display().to_string();
        stage
            .counter
            .run(&["register", "verify", "--against", &against, "--json"])
    };
    assert_eq!(verify(&stage).code, 0);
    assert!(!before.is_empty() && !log.exists());

    fs::write(folder.join("counter.sqlite"), file).unwrap();
    let without = verify(&stage);
    assert_eq!(without.code, 4, "{without:?}");
    assert!(
        without.stderr.contains("ne concorde pas avec sa clôture"),
        "{without:?}"
    );
    fs::write(log, before).unwrap();
    assert_eq!(verify(&stage).code, 0, "with its log, it is what it was");
}

/// The rights of what a counter keeps: its owner's only, whatever the person's own habits are.
#[test]
fn what_a_counter_keeps_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::dispensed();
    assert_eq!(stage.counter.run(&["register", "close"]).code, 0);
    let folder = stage.counter.data_dir();
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!(rights(&folder), 0);
    let kept: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    for name in ["counter.sqlite", "store.key"] {
        assert!(kept.contains(&folder.join(name)), "{name} is not among {kept:?}");
    }
    for path in kept.iter().filter(|path| path.is_file()) {
        assert_eq!(rights(path), 0, "{}", path.display());
    }
}
