//! A canary patient served, posted, printed, backed up and crashed over: afterwards nowhere but where it belongs.
//!
//! The training base plays the national one. Its own file is not the counter's: it is kept in another folder here, on
//! purpose, is not searched, and serves to prove that the search finds what is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::support::base_server::BaseServer;
use crate::support::command::{Counter, Ended, program};
use crate::support::terminal::Terminal;
use crate::support::wait;

const FAMILY: &str = "ZZCANARY";
const GIVEN: &str = "Ornithorynque";
const INS: &str = "170039912345631";
const LOT: &str = "ZZLOT77";
const CANARIES: [&str; 4] = [FAMILY, GIVEN, INS, LOT];

/// A box of what is prescribed, with the canary's lot.
const BOX: &str = "010340093385704217280930\u{1d}10ZZLOT77\u{1d}21S1";

const WAITING: &str = "Scannez le QR code";
const ENTER: &str = "\r";
const LEAVE: &str = "\u{1b}[21~";
const REGISTER: &str = "\u{1b}OR";

/// The counter's world: its files and every place where a program may leave something.
struct World {
    counter: Counter,
    base: BaseServer,
    /// What is the base's, the prescriber's, and what the pharmacist asked to have on paper.
    outside: tempfile::TempDir,
    /// Everything that was ever said on standard error.
    errors: String,
}

impl World {
    fn new() -> Self {
        let outside = tempfile::tempdir().unwrap();
        let base = BaseServer::start(outside.path());
        let counter = Counter::of_base(&base.address);
        for folder in ["tmp", "cache", "state", "support"] {
            fs::create_dir(counter.home.path().join(folder)).unwrap();
        }
        Self {
            counter,
            base,
            outside,
            errors: String::new(),
        }
    }

    /// Where this system would have a program keep its leavings.
    fn places(&self) -> Vec<(&'static str, String)> {
        let home = self.counter.home.path();
        [
            ("TMPDIR", "tmp"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
        ]
        .map(|(name, folder)| (name, home.join(folder).display().to_string()))
        .into()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .env_clear()
            .envs(self.counter.environment())
            .envs(self.places())
            .current_dir(self.counter.home.path())
            .stdin(Stdio::null());
        command
    }

    fn run(&mut self, arguments: &[&str]) -> Ended {
        let output = self.command(arguments).output().unwrap();
        let ended = Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        self.errors.push_str(&ended.stderr);
        ended
    }

    fn open(&self) -> Terminal {
        let places = self.places();
        let environment: Vec<(&str, &str)> = places
            .iter()
            .map(|(name, place)| (*name, place.as_str()))
            .collect();
        let terminal = Terminal::open_with(&self.counter, 100, 30, &environment);
        terminal.shows(WAITING);
        terminal
    }

    /// A prescription of the canary, with one line.
    fn prescribe(&mut self) -> String {
        let order = self.outside.path().join("order.json");
        let patient =
            json!({"ins": INS, "family": FAMILY, "given": GIVEN, "born": "1970-03-28", "sex": "male"});
        let line =
            json!({"cip13": "3400933857042", "dosage": "1 gélule 3 fois par jour", "boxes": 1, "days": 6});
        fs::write(&order, json!({"patient": patient, "lines": [line]}).to_string()).unwrap();
        let out = self.outside.path().join("sheets").display().to_string();
        let written = self
            .run(&[
                "prescribe",
                "--file",
                order.to_str().unwrap(),
                "--out",
                &out,
                "--json",
            ])
            .json_with(0);
        written["number"].as_str().unwrap().to_owned()
    }

    /// Everything below the counter's home: data, caches, temporary files, working directory, backups.
    fn search(&self) -> Vec<String> {
        found_below(self.counter.home.path())
    }
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
    found
}

/// Which canary is in which file, in its name too; as the texts are written here, and as Windows and Java write them.
fn found_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for path in files_below(folder) {
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend_from_slice(path.to_string_lossy().as_bytes());
        found.extend(
            canaries_in(&bytes)
                .into_iter()
                .map(|canary| format!("{canary} in {}", path.display())),
        );
    }
    found
}

fn canaries_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    CANARIES
        .into_iter()
        .filter(|canary| {
            let wide: Vec<u8> = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
            holds(canary.as_bytes()) || holds(&wide)
        })
        .collect()
}

/// What a terminal keeps once the program is gone: all that was written outside its own (alternate) screen.
fn left_on_the_terminal(bytes: &[u8]) -> Vec<u8> {
    const TAKEN: &[u8] = b"\x1b[?1049h";
    const GIVEN_BACK: &[u8] = b"\x1b[?1049l";
    let mut left = Vec::new();
    let mut is_ours = true;
    let mut place = 0;
    while place < bytes.len() {
        if bytes[place..].starts_with(TAKEN) {
            is_ours = false;
        } else if bytes[place..].starts_with(GIVEN_BACK) {
            is_ours = true;
        }
        if is_ours {
            left.push(bytes[place]);
        }
        place += 1;
    }
    left
}

fn assert_nowhere(world: &World, when: &str) {
    assert_eq!(world.search(), [] as [String; 0], "{when}");
    assert_eq!(
        canaries_in(world.errors.as_bytes()),
        [] as [&str; 0],
        "standard error, {when}"
    );
}

fn assert_left_nothing(terminal: &Terminal, when: &str) {
    let bytes = terminal.bytes();
    assert!(
        canaries_in(&bytes).contains(&FAMILY),
        "the canary was on the screen, or its absence proves nothing"
    );
    assert_eq!(
        canaries_in(&left_on_the_terminal(&bytes)),
        [] as [&str; 0],
        "{when}"
    );
}

/// Sends a signal to a terminal's program by its number.
fn signal(terminal: &Terminal, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &terminal.process().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn a_canary_patient_is_found_nowhere_but_on_the_screen_and_in_the_encrypted_store() {
    let mut world = World::new();
    let number = world.prescribe();

    // Scanned, delivered with its lot, posted; the program is left as a person leaves it.
    let mut terminal = world.open();
    terminal.scan(&number);
    terminal.shows(FAMILY);
    terminal.scan(BOX);
    terminal.shows(LOT);
    assert_nowhere(&world, "while the patient is on the screen");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    assert_nowhere(&world, "while it runs, once it was posted");
    // By way of the register: elsewhere, leaving proposes to close the day, in the evening only.
    terminal.press(REGISTER);
    terminal.shows("Ordonnancier ──");
    assert_nowhere(&world, "while its entry is on the screen");
    terminal.press(LEAVE);
    wait::until("the line to be given back", || {
        if terminal.is_on_its_own_screen() {
            Err(terminal.text())
        } else {
            Ok(())
        }
    });
    assert_left_nothing(&terminal, "after leaving");
    assert_eq!(terminal.ends(), 0);

    // Printed, exported where it was asked for, closed, backed up, restored aside.
    let paper = world.outside.path().join("edition.pdf").display().to_string();
    let today = ["--from", "2020-01-01", "--to", "2099-12-31"];
    let printed = world.run(&[&["register", "edit", "--pdf", &paper], &today[..]].concat());
    assert_eq!(printed.code, 0, "{printed:?}");
    let listed = world.run(&["register", "list", "--json"]);
    for canary in [FAMILY, GIVEN, LOT] {
        assert!(listed.stdout.contains(canary), "it is in the register: {canary}");
    }
    assert_eq!(world.run(&["register", "close"]).code, 0);
    let support = world.counter.home.path().join("support").display().to_string();
    let backup = world.run(&["backup", "--to", &support, "--json"]).json_with(0);
    let file = backup["backup"].as_str().unwrap().to_owned();
    world.run(&["restore", &file, "--replace", "--json"]).json_with(0);
    assert_eq!(world.run(&["store", "rekey"]).code, 0);
    assert_nowhere(&world, "after the backup, the restoration and the new key");

    // Broken off in the middle, in every way that would leave a core: as a panic's abort does, as a fault does, as a
    // person does; then killed outright.
    for (name, number) in ["ABRT", "FPE", "QUIT", "KILL"].map(|name| (name, world.prescribe())) {
        let mut terminal = world.open();
        terminal.scan(&number);
        terminal.shows(FAMILY);
        terminal.scan(BOX);
        terminal.shows(LOT);
        if let Some(limit) = core_limit(terminal.process()) {
            assert_eq!(limit, ["0", "0"], "no core, and none that could be asked for");
        }
        signal(&terminal, name);
        let code = terminal.ends();
        assert_ne!(code, 0, "{name}");
        assert_nowhere(&world, &format!("after SIG{name}"));
    }

    // Killed while a delivery is being recorded and posted.
    for milliseconds in [20, 60, 100] {
        let number = world.prescribe();
        let mut child = world
            .command(&["dispense", &number, "--all", "--json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The moment of the kill is the input of this test.
        std::thread::sleep(Duration::from_millis(milliseconds));
        drop(child.kill());
        drop(child.wait());
    }
    assert_nowhere(&world, "after kills in the middle of deliveries");

    // Whatever the commands complain about, they do not say of whom.
    for arguments in [
        &["dispense", &number, "--all"][..],
        &["dispense", &number, "--all", "--override", "nonsense"],
        &["register", "show", "999"],
        &["register", "correct", "999", "--reason", "erreur"],
        &["consult", "01S2TBPZ2JCNZZYGHZ"],
    ] {
        assert_ne!(world.run(arguments).code, 0, "{arguments:?}");
    }
    assert_eq!(world.run(&["register", "verify"]).code, 0);
    assert_nowhere(&world, "at the end");

    // The same search finds each of them where they are in plain.
    let known = found_below(world.outside.path()).join("\n");
    for canary in [FAMILY, GIVEN, INS] {
        assert!(known.contains(canary), "the search sees nothing: {known}");
    }
    world.base.stop();
}

/// The soft and hard limit of a process's core file, where the system says it.
fn core_limit(process: u32) -> Option<[String; 2]> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))?;
    let mut words = line["Max core file size".len()..].split_whitespace();
    Some([words.next()?.to_owned(), words.next()?.to_owned()])
}

#[test]
fn the_search_would_see_a_canary_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deep")).unwrap();
    fs::write(folder.path().join("deep/core"), format!("\0\0{INS}\0")).unwrap();
    let wide: Vec<u8> = FAMILY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("log"), wide).unwrap();
    fs::write(folder.path().join(LOT), "").unwrap();
    assert_eq!(found_below(folder.path()).len(), 3);
    let bytes = [
        b"before\x1b[?1049hZZCANARY\x1b[?1049lafter ".as_slice(),
        LOT.as_bytes(),
    ]
    .concat();
    assert_eq!(canaries_in(&left_on_the_terminal(&bytes)), [LOT]);
}
