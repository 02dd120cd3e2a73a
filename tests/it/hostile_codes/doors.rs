//! The real binary, at a counter whose every connection and every opened file is seen.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use comptoir::app::paths_typed::paths_typed;
use comptoir::domain::scanned::Scanned;
use comptoir::safe::safe;
use comptoir::scan::glued::read_burst;
use comptoir::scan::wedge::BURST_KEYS_MIN;
use comptoir::scan::what::{Reading, read_as_sent, read_text};
use comptoir::ui::wording::scans;
use image::{GrayImage, Luma};
use qrcode::{Color, EcLevel, QrCode};

use super::{Case, cases};
use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::shim::Shim;
use crate::support::terminal::Terminal;
use crate::support::wait;

/// Only the first screen has it: the sign before what is typed.
const COUNTER: &str = "❯";
/// The text that follows each code.
const KNOWN: &str = "SENTINELLE";
const UNKNOWN: &str = "Aucune ordonnance ne porte ce numéro";

/// A counter, its base, a machine that must not be called and a folder that must not be opened.
struct Place {
    counter: Counter,
    base: BaseServer,
    spy: String,
    trap: tempfile::TempDir,
    reached: tempfile::NamedTempFile,
    _files: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let base = BaseServer::start(files.path());
        let counter = Counter::of_base(&base.address);
        let spy = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = spy.local_addr().unwrap().to_string();
        // Answers whoever calls, so that a call would go as far as it can.
        thread::spawn(move || spy.incoming().for_each(drop));
        let trap = tempfile::tempdir().unwrap();
        picture("piégé").save(trap.path().join("feuille.png")).unwrap();
        fs::write(trap.path().join("feuille"), "piégé").unwrap();
        let pipe = Command::new("mkfifo").arg(trap.path().join("tuyau.png")).status();
        assert!(pipe.unwrap().success());
        Self {
            counter,
            base,
            spy: address,
            trap,
            reached: tempfile::NamedTempFile::new().unwrap(),
            _files: files,
        }
    }

    fn cases(&self) -> Vec<Case> {
        cases(&self.spy, &self.trap.path().display().to_string())
    }

    /// The same, where no keyboard can have damaged anything and nothing is mended.
    fn cases_in_pictures(&self) -> Vec<Case> {
        let mut cases = self.cases();
        for case in &mut cases {
            if case.name == "number in small letters, in a sentence" {
                case.kind = "text";
            }
        }
        cases
    }

    fn environment(&self) -> Vec<(String, String)> {
        let mut environment = Shim::under(self.trap.path())
            .reaching(self.reached.path())
            .environment();
        environment.push(("RUST_LOG".to_owned(), "trace".to_owned()));
        environment
    }

    fn open(&self) -> Terminal {
        let environment = self.environment();
        let environment: Vec<(&str, &str)> = environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let terminal = Terminal::open_with(&self.counter, 100, 30, &environment);
        terminal.shows(COUNTER);
        terminal
    }

    /// Nobody but the base was called, no file but the named ones was opened, and nothing was written down.
    fn is_unharmed(&self, cases: &[Case]) {
        let base = self
            .base
            .address
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let reached = fs::read_to_string(self.reached.path()).unwrap();
        for line in reached.lines() {
            assert_eq!(line, format!("connect {base}"), "reached");
        }
        let log = fs::read_to_string(self.counter.data_dir().join("comptoir.log")).unwrap_or_default();
        for case in cases {
            for word in words(&case.text) {
                assert!(!log.contains(word), "{}: {word} is in the log", case.name);
            }
        }
    }
}

/// The runs of letters and digits that are too long to stand in a log by chance.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 12 && !["localhost"].contains(word))
}

/// The text as a QR code of some pixels a module.
fn picture(text: &str) -> GrayImage {
    const MODULE: u32 = 4;
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).unwrap();
    let modules = u32::try_from(code.width()).unwrap();
    let colours = code.to_colors();
    GrayImage::from_fn((modules + 8) * MODULE, (modules + 8) * MODULE, |x, y| {
        let (column, row) = ((x / MODULE).checked_sub(4), (y / MODULE).checked_sub(4));
        let is_dark = match (column, row) {
            (Some(column), Some(row)) if column < modules && row < modules => {
                colours[(row * modules + column) as usize] == Color::Dark
            }
            _ => false,
        };
        Luma([if is_dark { 0 } else { 255 }])
    })
}

/// One picture for each case, in the order of the table.
fn pictures(folder: &Path, cases: &[Case]) -> Vec<PathBuf> {
    cases
        .iter()
        .enumerate()
        .map(|(place, case)| {
            let path = folder.join(format!("{place:03}.png"));
            picture(&case.text).save(&path).unwrap();
            path
        })
        .collect()
}

/// Nothing that a code says may act on the terminal it is shown on: only what ratatui itself writes does.
fn is_inert(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for harm in [
        "\u{1b}]",
        "\u{7}",
        "\u{9b}",
        "\u{1b}P",
        "\u{1b}c",
        "\u{202e}",
        "\u{1b}[6n",
        "\u{1b}[21t",
    ] {
        assert!(!text.contains(harm), "{harm:?} was written to the terminal");
    }
}

/// What the screen says of a code.
fn sentence(case: &Case, read: fn(&str) -> Reading) -> String {
    match read(&case.text).scanned {
        Scanned::Prescription(_) => UNKNOWN.to_owned(),
        scanned => {
            let sentence = scans::scanned(&scanned).replace(['\u{a0}', '\u{202f}'], " ");
            sentence.chars().take(40).collect()
        }
    }
}

/// As many characters are enough to know a text by.
const BEGINNING: usize = 8;

/// How the text begins once it is shown.
fn beginning(case: &Case) -> String {
    let shown = safe(case.text.trim()).replace(['\u{a0}', '\u{202f}'], " ");
    let first = shown.split(' ').find(|word| !word.is_empty()).unwrap_or_default();
    first.chars().take(BEGINNING).collect()
}

fn says_what_it_is(terminal: &Terminal, case: &Case, read: fn(&str) -> Reading) {
    let (sentence, beginning) = (sentence(case, read), beginning(case));
    wait::until(case.name, || {
        let text = terminal.text();
        let is_of_this_code = matches!(case.kind, "prescription" | "ins")
            || (text.contains(&beginning) && !text.contains(KNOWN));
        let is_said = is_of_this_code && text.contains(&sentence);
        if is_said { Ok(()) } else { Err(text) }
    });
}

/// Sends a text that is known and waits for it, so that what is seen next is of the next code.
fn is_over(terminal: &mut Terminal, row: usize, sends: impl Fn(&mut Terminal, &str)) {
    let known = format!("{KNOWN} {row:03}");
    sends(terminal, &known);
    terminal.shows(&known);
}

/// Whether the text is the same, and one, once a keyboard or a paste has carried it.
fn is_typed_whole(case: &Case) -> bool {
    let text = case.text.trim();
    text.chars().count() >= BURST_KEYS_MIN
        && !text.chars().any(char::is_control)
        && read_burst(&case.text).len() == 1
}

/// Each code by that way.
fn through_the_terminal(place: &Place, cases: &[Case], sends: impl Fn(&mut Terminal, &str)) {
    let mut terminal = place.open();
    for (row, case) in cases.iter().enumerate() {
        sends(&mut terminal, &case.text);
        // A consultation answers when it likes: it is waited for, lest its answer hides the next code.
        if is_typed_whole(case) || case.kind == "prescription" {
            says_what_it_is(&terminal, case, read_text);
        }
        is_over(&mut terminal, row, &sends);
    }
    is_inert(&terminal.bytes());
    terminal.signalled("-TERM");
    place.is_unharmed(cases);
}

#[test]
fn a_reader_that_types_hostile_codes_presses_no_key() {
    let place = Place::new();
    let cases = place.cases();
    through_the_terminal(&place, &cases, |terminal, text| {
        // The second Enter is for a code whose last key was Escape.
        terminal.send(&format!("{text}\r\r"));
    });
}

#[test]
fn a_sequence_that_a_code_leaves_unfinished_makes_the_terminal_deaf_to_nothing() {
    let place = Place::new();
    let mut terminal = place.open();
    for (row, sequence) in [
        "\u{1b}[?",
        "\u{1b}[200~",
        "\u{1b}[200~ABCDE\r",
        "\u{1b}[<",
        "\u{1b}[0;0R",
        "\u{1b}[M   ",
        "\u{1b}[<0;0;0M",
        "\u{1b}[",
        "\u{1b}O",
        "\u{1b}P",
        "\u{1b}]0;",
    ]
    .into_iter()
    .enumerate()
    {
        for code in [
            sequence.to_owned(),
            format!("ABCDE{sequence}"),
            format!("{sequence}ABCDE"),
        ] {
            terminal.send(&code);
            // A person scans again.
            let known = format!("{KNOWN} {row:03} {}", code.len());
            terminal.press(&known);
            terminal.shows(&known);
        }
    }
}

#[test]
fn a_hostile_text_that_is_pasted_does_nothing_but_name_a_file() {
    let place = Place::new();
    let cases: Vec<Case> = place
        .cases()
        .into_iter()
        // A person who pastes the name of a file wants it read.
        .filter(|case| paths_typed(&case.text).is_empty())
        .collect();
    assert!(cases.len() > 200);
    through_the_terminal(&place, &cases, |terminal, text| {
        // Terminals take the mark that ends a paste out of it.
        terminal.paste(&text.replace("\u{1b}[201~", ""));
    });
}

/// Each code in a picture that arrives by that way.
fn through_pictures(arrives: impl Fn(&Place, &mut Terminal, &Path)) {
    let place = Place::new();
    let cases = place.cases_in_pictures();
    let folder = tempfile::tempdir_in(place.counter.home.path()).unwrap();
    let pictures = pictures(folder.path(), &cases);
    let mut terminal = place.open();
    for (row, (case, picture)) in cases.iter().zip(pictures).enumerate() {
        arrives(&place, &mut terminal, &picture);
        says_what_it_is(&terminal, case, read_as_sent);
        is_over(&mut terminal, row, Terminal::paste);
    }
    is_inert(&terminal.bytes());
    terminal.signalled("-TERM");
    place.is_unharmed(&cases);
}

#[test]
fn a_picture_of_a_hostile_code_dropped_on_the_terminal_is_only_explained() {
    through_pictures(|_, terminal, picture| terminal.paste(&picture.display().to_string()));
}

#[test]
fn a_picture_of_a_hostile_code_in_the_inbox_is_only_explained() {
    through_pictures(|place, _, picture| {
        let inbox = place.counter.data_dir().join("inbox");
        fs::rename(picture, inbox.join(picture.file_name().unwrap())).unwrap();
    });
}

#[test]
fn what_is_reached_is_seen() {
    let place = Place::new();
    let picture = place.trap.path().join("feuille.png").display().to_string();
    place.counter.run_with(&["scan", &picture], &place.environment());
    let (number, _) = place.counter.prescribe("conforming");
    place
        .counter
        .run_with(&["consult", &number], &place.environment());
    let reached = fs::read_to_string(place.reached.path()).unwrap();
    let base = place
        .base
        .address
        .trim_start_matches("http://")
        .trim_end_matches('/');
    assert!(reached.contains(&format!("open {picture}\n")), "{reached}");
    assert!(reached.contains(&format!("connect {base}\n")), "{reached}");
}

#[test]
fn a_pipe_is_not_waited_for() {
    let place = Place::new();
    let pipe = place.trap.path().join("tuyau.png").display().to_string();
    let shown = place.counter.run(&["scan", &pipe, "--json"]);
    assert_eq!(shown.json()["files"][0]["error"], "not-opened");

    // What is given up after a while says something else: a pipe is not even opened.
    let mut terminal = place.open();
    terminal.paste(&pipe);
    terminal.shows("Ce n’est ni un fichier ni un dossier.");
}

#[test]
fn a_file_on_the_command_line_shows_its_codes_escaped() {
    let place = Place::new();
    let cases = place.cases_in_pictures();
    let folder = tempfile::tempdir().unwrap();
    pictures(folder.path(), &cases);
    let folder = folder.path().display().to_string();
    let shown = place
        .counter
        .run_with(&["scan", &folder, "--json"], &place.environment());
    let document = shown.json_with(0);
    for (case, file) in cases.iter().zip(document["files"].as_array().unwrap()) {
        let symbol = &file["symbols"][0];
        assert_eq!(symbol["text"], case.text.as_str(), "{}", case.name);
        assert_eq!(symbol["kind"], case.kind, "{}", case.name);
    }
    let is_visible = |c: char| c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
    assert!(shown.stdout.chars().all(is_visible));
    place.is_unharmed(&cases);
}
