//! The whole way in a real pseudo-terminal: from a scan to the prescriber's view, and every way it can be cut.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::proxy::{Fault, Proxy};
use crate::support::terminal::Terminal;
use crate::support::wait;

const WAITING: &str = "Scannez le QR code";
const ENTER: &str = "\r";
const ESCAPE: &str = "\u{1b}";

/// A base, a counter in front of it, and a prescription.
struct Stage {
    files: tempfile::TempDir,
    base: Option<BaseServer>,
    address: String,
    counter: Counter,
}

impl Stage {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let base = BaseServer::start(files.path());
        let address = base.address.clone();
        let counter = Counter::of_base(&address);
        Self {
            files,
            base: Some(base),
            address,
            counter,
        }
    }

    fn stop_base(&mut self) {
        self.base.take().unwrap().stop();
    }

    fn start_base(&mut self) {
        self.base = Some(BaseServer::start_again(self.files.path(), &self.address));
    }

    /// What the prescriber sees, asked of the base itself and not through a failing network.
    fn deliveries(&self, number: &str) -> Vec<Value> {
        let aside = Counter::of_base(&self.address);
        let seen = aside.run(&["prescriber", "show", number, "--json"]).json_with(0);
        seen["deliveries"].as_array().unwrap().clone()
    }

    fn registered(&self) -> usize {
        let listed = self.counter.run(&["register", "list", "--json"]).json_with(0);
        listed["entries"].as_array().unwrap().len()
    }
}

/// Opens the terminal and scans a prescription.
fn scanned(counter: &Counter, number: &str) -> Terminal {
    let mut terminal = Terminal::open(counter, 100, 30);
    terminal.shows(WAITING);
    terminal.scan(number);
    terminal.shows(&grouped(number));
    terminal.shows("tout conforme");
    terminal
}

/// "Tout conforme", read, and confirmed: two keys.
fn confirm(terminal: &mut Terminal) {
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    terminal.press(ENTER);
}

fn grouped(number: &str) -> String {
    [0..2, 2..6, 6..10, 10..14, 14..18]
        .map(|range| &number[range])
        .join(" ")
}

#[test]
fn a_code_on_the_review_records_nothing_whatever_its_characters_and_its_pace() {
    let stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    let mut terminal = scanned(&stage.counter, &number);
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    for code in [
        "0000000000",
        "00001234",
        "------",
        "cccccccccc",
        &"A".repeat(3000),
    ] {
        terminal.scan(code);
        terminal.shows("Ce code est lisible");
        terminal.press(ESCAPE);
        terminal.shows("Sera inscrit");
    }
    // A busy machine delays the Enter of a reader.
    terminal.send(&number);
    thread::sleep(Duration::from_millis(400));
    terminal.send("\r");
    terminal.shows("déjà à l’écran");
    terminal.press(ESCAPE);
    terminal.shows("tout conforme");
    terminal.kill();
    assert_eq!(stage.registered(), 0);
}

#[test]
fn a_code_that_pauses_is_one_code_and_the_reader_s_test_says_how_it_came() {
    let counter = Counter::with_its_own_base();
    let mut terminal = Terminal::open(&counter, 100, 30);
    terminal.shows(WAITING);
    terminal.press("\u{1b}[20~");
    terminal.shows("Essai du lecteur");
    terminal.send("010340093385704217280930");
    // Part of the input: a busy machine stops for a moment.
    thread::sleep(Duration::from_millis(120));
    terminal.send("10AB12C\u{1b}[19~21SN01\t");
    terminal.shows("lot AB12C");
    terminal.shows("touche F8");
    terminal.shows("Tab");
    terminal.press(ENTER);
    // Digits of a keypad, without Num Lock.
    terminal.send("\u{1b}[6~\u{1b}[D\u{1b}[2~\u{1b}[2~\u{1b}[5~\u{1b}[B\r");
    terminal.shows("Verr. Num.");
    terminal.shows("Essai du lecteur");
}

#[test]
fn a_conforming_prescription_takes_one_scan_and_two_keys() {
    let stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    let mut terminal = scanned(&stage.counter, &number);
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    assert_eq!(
        stage.registered(),
        0,
        "nothing is recorded before it was reviewed and confirmed"
    );
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    terminal.shows("visible du prescripteur");
    assert_eq!(stage.registered(), 3);
    assert_eq!(stage.deliveries(&number).len(), 3);
}

#[test]
fn a_paper_served_while_the_base_is_down_is_told_to_it_once_when_it_is_back() {
    let mut stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    // What its paper says, read by a colleague elsewhere: this counter has no copy.
    let elsewhere = Counter::of_base(&stage.address);
    let known = elsewhere.run(&["consult", &number, "--json"]).json_with(0);
    stage.stop_base();
    let mut terminal = Terminal::open(&stage.counter, 100, 40);
    terminal.shows(WAITING);
    terminal.scan(&number);
    terminal.shows("Impossible de servir");
    terminal.press("\u{1b}OS");
    terminal.shows("mode dégradé");
    terminal.shows(&grouped(&number));
    transcribe(&mut terminal, &known);
    terminal.press(ENTER);
    terminal.shows("Mode dégradé : base injoignable");
    terminal.shows("transcrite du papier");
    confirm(&mut terminal);
    terminal.shows("DÉLIVRANCE ENREGISTRÉE");
    terminal.kill();
    let count = known["lines"].as_array().unwrap().len();
    assert_eq!(stage.registered(), count);

    // After a restart, still without the base: what was transcribed is there, and what was delivered on it.
    let mut terminal = Terminal::open(&stage.counter, 100, 40);
    terminal.shows("à envoyer");
    terminal.scan(&number);
    terminal.shows("transcrite du papier");
    terminal.shows("déjà délivrée");
    terminal.press(ESCAPE);
    terminal.shows(WAITING);

    stage.start_base();
    terminal.press("\u{1b}OQ");
    terminal.shows("envoyer maintenant");
    terminal.press("e");
    terminal.shows("Rien en attente");
    terminal.kill();
    assert_eq!(stage.deliveries(&number).len(), count, "each line once");
    stage.counter.run(&["outbox", "flush", "--json"]).json_with(0);
    assert_eq!(stage.deliveries(&number).len(), count, "and not twice");
}

/// Types in the form what a paper says, from its date to its last line.
fn transcribe(terminal: &mut Terminal, known: &Value) {
    let words = |value: &Value| value.as_str().unwrap().to_owned();
    let type_in = |terminal: &mut Terminal, text: &str, then: &str| {
        terminal.press(text);
        terminal.shows(text);
        terminal.press(ENTER);
        terminal.shows(then);
    };
    type_in(terminal, &words(&known["written_on"]), "▸ Nom");
    type_in(terminal, &words(&known["patient"]["family"]), "▸ Prénom");
    type_in(terminal, &words(&known["patient"]["given"]), "▸ Né(e) le");
    type_in(terminal, &words(&known["patient"]["born"]), "▸ Sexe");
    terminal.press(ENTER);
    terminal.shows("▸ Nom");
    type_in(terminal, "Marchand", "▸ 1. Produit");
    for (place, line) in known["lines"].as_array().unwrap().iter().enumerate() {
        terminal.press(&words(&line["label"]));
        // What the medicines database has for it, its very name first.
        terminal.shows("tel quel");
        terminal.press(ENTER);
        terminal.shows("▸    Posologie");
        type_in(terminal, "selon l’ordonnance", "▸    Boîtes");
        let next = format!("▸ {}. Produit", place + 2);
        type_in(terminal, &line["per_delivery"].to_string(), &next);
    }
}

#[test]
fn an_opposition_is_said_and_hides_the_delivery() {
    let stage = Stage::new();
    let (number, _) = stage.counter.prescribe("opposition");
    let mut terminal = scanned(&stage.counter, &number);
    terminal.shows("pposition");
    confirm(&mut terminal);
    terminal.shows("masquée au prescripteur");
    assert!(stage.registered() > 0);
    assert!(stage.deliveries(&number).is_empty());
}

#[test]
fn a_prescription_opens_however_its_number_arrives() {
    let stage = Stage::new();
    let (number, png) = stage.counter.prescribe("conforming");
    let inbox = stage.counter.data_dir().join("inbox");
    let mut terminal = Terminal::open(&stage.counter, 120, 40);
    let away = |terminal: &mut Terminal| {
        terminal.shows(&grouped(&number));
        terminal.press(ESCAPE);
        terminal.shows(WAITING);
    };
    terminal.shows(WAITING);
    terminal.paste(&number);
    away(&mut terminal);
    terminal.scan(&number.to_lowercase());
    terminal.shows("Le code est arrivé en minuscules");
    away(&mut terminal);
    terminal.paste(&png.display().to_string());
    away(&mut terminal);
    std::fs::copy(&png, inbox.join("sheet.png")).unwrap();
    away(&mut terminal);
    for character in format!("{} {}-{}", &number[..2], &number[2..10], &number[10..]).chars() {
        terminal.press(&character.to_string());
    }
    terminal.press(ENTER);
    away(&mut terminal);
    assert_eq!(stage.registered(), 0);
}

#[test]
fn the_enter_of_a_reader_confirms_nothing() {
    let stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    let mut terminal = scanned(&stage.counter, &number);
    // Twice the same sheet, with the CR LF that some readers send.
    terminal.send(&format!("{number}\r\n"));
    terminal.send(&format!("{number}\r\n"));
    terminal.shows(&grouped(&number));
    assert!(!terminal.text().contains("Sera inscrit"), "{}", terminal.text());
    assert_eq!(stage.registered(), 0);
}

#[test]
fn with_the_base_stopped_before_the_post_it_is_posted_when_the_base_is_back() {
    let mut stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    let mut terminal = scanned(&stage.counter, &number);
    stage.stop_base();
    confirm(&mut terminal);
    terminal.shows("enregistrée ici");
    assert_eq!(stage.registered(), 3);
    stage.start_base();
    terminal.shows("Acceptée par la base");
    assert_eq!(stage.deliveries(&number).len(), 3);
}

#[test]
fn a_lost_answer_is_looked_up_and_nothing_is_posted_twice() {
    for fault in [Fault::LoseAnswerToExecution, Fault::LoseExecution] {
        let stage = Stage::new();
        let proxy = Proxy::before(&stage.address);
        let counter = Counter::of_base(&proxy.address);
        let (number, _) = counter.prescribe("conforming");
        let mut terminal = scanned(&counter, &number);
        proxy.set(fault);
        confirm(&mut terminal);
        wait::until("the execution to be hit", || {
            if proxy.hits() > 0 {
                Ok(())
            } else {
                Err(terminal.text())
            }
        });
        terminal.shows("enregistrée ici");
        proxy.set(Fault::None);
        terminal.shows("Acceptée par la base");
        assert_eq!(stage.deliveries(&number).len(), 3, "{fault:?}");
        let listed = counter.run(&["register", "list", "--json"]).json_with(0);
        assert_eq!(listed["entries"].as_array().unwrap().len(), 3, "{fault:?}");
    }
}

#[test]
fn with_the_base_stopped_after_the_post_the_day_stays_true() {
    let mut stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    let mut terminal = scanned(&stage.counter, &number);
    confirm(&mut terminal);
    terminal.shows("visible du prescripteur");
    stage.stop_base();
    terminal.kill();
    let terminal = Terminal::open(&stage.counter, 100, 30);
    terminal.shows(WAITING);
    terminal.shows("Servies aujourd’hui : 1");
    terminal.shows("Rien en attente");
    stage.start_base();
    assert_eq!(stage.deliveries(&number).len(), 3);
}

#[test]
fn killed_after_recording_the_delivery_is_there_and_posted_once() {
    let mut stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    let mut terminal = scanned(&stage.counter, &number);
    stage.stop_base();
    confirm(&mut terminal);
    terminal.shows("enregistrée ici");
    terminal.kill();
    let terminal = Terminal::open(&stage.counter, 100, 30);
    terminal.shows("Non acquittées par la base : 1");
    stage.start_base();
    terminal.shows("Rien en attente");
    assert_eq!(stage.registered(), 3);
    assert_eq!(stage.deliveries(&number).len(), 3);
}

#[test]
fn without_configuration_a_training_session_opens_and_names_its_sheets() {
    let counter = Counter::with_its_own_base();
    let mut terminal = Terminal::open(&counter, 120, 40);
    terminal.shows(WAITING);
    terminal.shows("FORMATION");
    terminal.shows("sheets");
    let sheets = counter.data_dir().join("sheets");
    let sheet = wait::until("the sheets", || {
        let found = std::fs::read_dir(&sheets)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let mut pngs: Vec<_> = found
            .filter(|path| path.extension().is_some_and(|e| e == "png"))
            .collect();
        pngs.sort();
        pngs.into_iter()
            .find(|path| path.to_string_lossy().contains("conforming"))
            .ok_or_else(|| terminal.text())
    });
    terminal.paste(&sheet.display().to_string());
    terminal.shows("Patient");
}

#[test]
fn the_terminal_is_given_back_on_leaving() {
    let counter = Counter::with_its_own_base();
    let mut terminal = Terminal::open(&counter, 80, 24);
    terminal.shows(WAITING);
    assert!(terminal.is_on_its_own_screen());
    terminal.press("\u{3}");
    let bytes = wait::until("the screen given back", || {
        if terminal.is_on_its_own_screen() {
            Err(terminal.text())
        } else {
            Ok(terminal.bytes())
        }
    });
    let bytes = String::from_utf8_lossy(&bytes).into_owned();
    assert!(bytes.contains("\u{1b}[?2004l"), "bracketed paste is switched off");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn without_colours_no_colour_is_sent() {
    let counter = Counter::with_its_own_base();
    let terminal = Terminal::open_with(&counter, 80, 24, &[("NO_COLOR", "1")]);
    terminal.shows(WAITING);
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    for colour in (30..38)
        .chain(40..48)
        .chain(90..98)
        .map(|code| format!("\u{1b}[{code}m"))
    {
        assert!(!bytes.contains(&colour), "{colour:?}");
    }
    assert!(!bytes.contains("\u{1b}[38;") && !bytes.contains("\u{1b}[48;"));
}

#[test]
fn a_hostile_file_in_the_inbox_is_explained_and_harmless() {
    let stage = Stage::new();
    let inbox = stage.counter.data_dir().join("inbox");
    let terminal = Terminal::open(&stage.counter, 100, 30);
    terminal.shows(WAITING);
    std::fs::write(inbox.join("evil\u{1b}[2J.png"), b"not a picture").unwrap();
    terminal.shows("␛[2J");
    assert!(terminal.is_on_its_own_screen());
}
