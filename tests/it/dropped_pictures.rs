//! Pictures given to the terminal by hand: dropped in the inbox, or their path pasted as terminals write it.

use std::fs;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use crate::make_images::folder;
use crate::support::command::Counter;
use crate::support::terminal::Terminal;
#[cfg(target_os = "linux")]
use crate::support::wait;

/// The number on the sample sheets, which no base knows.
const NUMBER: &str = "01 K7M4 QX2R T9WB HV6P";

fn terminal(counter: &Counter) -> Terminal {
    let terminal = Terminal::open(counter, 80, 24);
    terminal.shows("Scannez le QR code");
    terminal
}

#[test]
fn what_was_read_with_difficulty_says_what_to_compare() {
    let counter = Counter::with_its_own_base();
    let terminal = terminal(&counter);
    // Ink over the code: one engine alone reads it, in the lightest colour.
    fs::copy(folder().join("pen.jpg"), counter.data_dir().join("inbox/pen.jpg")).unwrap();
    terminal.shows("Code lu avec peine");
    terminal.shows(NUMBER);
}

#[test]
fn a_sheet_under_the_number_of_another_one_opens_its_own() {
    const ANOTHER: &str = "0152C9QK2FY4R4MEPA";
    let counter = Counter::with_its_own_base();
    let under_a_number = counter.home.path().join(ANOTHER);
    fs::create_dir(&under_a_number).unwrap();
    let mut terminal = terminal(&counter);
    for sheet in [
        counter.home.path().join(format!("{ANOTHER}.png")),
        under_a_number.join("feuille.png"),
    ] {
        fs::copy(folder().join("tiny.png"), &sheet).unwrap();
        terminal.paste(sheet.to_str().unwrap());
        terminal.shows(NUMBER);
        terminal.press("\u{1b}");
        terminal.shows("Scannez le QR code");
        // Typed at the speed of a reader it may be a code, which opens no file and is not its number either.
        terminal.scan(sheet.to_str().unwrap());
        terminal.shows("le nom d’un fichier");
        terminal.press("\u{1b}");
        terminal.shows("Scannez le QR code");
    }
}

#[test]
fn a_folder_is_read_as_its_files_and_what_is_no_file_says_so() {
    let counter = Counter::with_its_own_base();
    let sheets = counter.home.path().join("feuilles");
    fs::create_dir_all(sheets.join("dedans")).unwrap();
    let mut terminal = terminal(&counter);
    for (path, shown) in [
        (sheets.clone(), "Ce dossier ne contient aucun fichier à lire"),
        ("/dev/zero".into(), "Ce n’est ni un fichier ni un dossier"),
    ] {
        terminal.paste(path.to_str().unwrap());
        terminal.shows(shown);
        terminal.press("\u{1b}");
        terminal.shows("Scannez le QR code");
    }
    for name in ["tiny.png", "no-code.png"] {
        fs::copy(folder().join(name), sheets.join(name)).unwrap();
    }
    terminal.paste(sheets.to_str().unwrap());
    terminal.shows("1 fichier sur 2 sans code lisible");
    terminal.shows(NUMBER);
}

#[test]
fn an_inbox_that_goes_is_said_and_heard_again_once_it_is_back() {
    let counter = Counter::with_its_own_base();
    let terminal = terminal(&counter);
    let inbox = counter.data_dir().join("inbox");
    let on_the_first_screen = format!("Dossier surveillé   {}", inbox.display());
    terminal.shows(&on_the_first_screen);
    fs::rename(&inbox, counter.data_dir().join("away")).unwrap();
    terminal.shows("Ce qui est déposé dans le dossier surveillé n’est pas lu");
    assert!(!terminal.text().contains(&on_the_first_screen));
    fs::create_dir(&inbox).unwrap();
    terminal.shows("Dossier retrouvé");
    terminal.shows(&on_the_first_screen);
    fs::copy(folder().join("tiny.png"), inbox.join("tiny.png")).unwrap();
    terminal.shows(NUMBER);
}

#[test]
fn sheets_that_arrive_in_the_inbox_together_are_asked_about() {
    let counter = Counter::with_its_own_base();
    let sheets = ["conforming", "narcotic"].map(|scenario| counter.prescribe(scenario));
    let terminal = terminal(&counter);
    for (number, sheet) in &sheets {
        let name = format!("inbox/{number}.png");
        fs::rename(sheet, counter.data_dir().join(name)).unwrap();
    }
    terminal.shows("Plusieurs codes ont été lus");
}

#[test]
fn a_path_is_read_however_the_terminal_pastes_it() {
    let counter = Counter::with_its_own_base();
    let folder_of_sheets = counter.home.path().join("été 2026");
    fs::create_dir(&folder_of_sheets).unwrap();
    let sheet = folder_of_sheets.join("feuille n° 1.png");
    fs::copy(folder().join("tiny.png"), &sheet).unwrap();
    let path = sheet.to_str().unwrap();
    let quoted = folder_of_sheets.join("l'ordonnance (1).png");
    fs::copy(folder().join("tiny.png"), &quoted).unwrap();
    let quoted = quoted.to_str().unwrap();
    let mut terminal = terminal(&counter);
    for pasted in [
        path.to_owned(),
        format!("'{path}'"),
        format!("\"{path}\" "),
        path.replace(' ', "\\ "),
        format!("file://{}\r\n", percent_encoded(&sheet)),
        // As a terminal writes what a shell is to read.
        format!("'{}'", quoted.replace('\'', "'\\''")),
        quoted
            .replace('\'', "\\'")
            .replace('(', "\\(")
            .replace(')', "\\)")
            .replace(' ', "\\ "),
    ] {
        terminal.paste(&pasted);
        terminal.shows(NUMBER);
        terminal.press("\u{1b}");
        terminal.shows("Scannez le QR code");
    }
}

#[test]
fn pictures_dropped_together_are_one_scan_and_those_without_a_code_are_counted() {
    let counter = Counter::with_its_own_base();
    let mut terminal = terminal(&counter);
    let pictures = ["tiny.png", "pen.jpg", "no-code.png"].map(|name| {
        let picture = counter.home.path().join(format!("page {name}"));
        fs::copy(folder().join(name), &picture).unwrap();
        format!("'{}'", picture.display())
    });
    terminal.paste(&format!("{} ", pictures.join(" ")));
    terminal.shows(NUMBER);
    terminal.press("\u{1b}");
    terminal.shows("Scannez le QR code");
    // Each was looked at: the second is hard to read, and says so after the number of those without a code.
    terminal.paste(&format!("{} {}\n", pictures[0], pictures[2]));
    terminal.shows("1 fichier sur 2 sans code lisible");
    terminal.shows(NUMBER);
}

/// The processes that the terminal started and that are not reaped yet.
#[cfg(target_os = "linux")]
fn children(of: u32) -> Vec<u32> {
    let parent = |process: &Path| -> Option<u32> {
        let stat = fs::read_to_string(process.join("stat")).ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|process| parent(&process.path()) == Some(of))
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .collect()
}

/// Drops a picture whose reader never answers: it is stopped before it has read it.
#[cfg(target_os = "linux")]
fn drop_a_picture_without_end(terminal: &mut Terminal, counter: &Counter) {
    let picture = counter.home.path().join("page.png");
    fs::copy(folder().join("no-code.png"), &picture).unwrap();
    terminal.paste(picture.to_str().unwrap());
    let child = wait::until("the reader of the picture", || {
        children(terminal.process()).pop().ok_or_else(|| terminal.text())
    });
    let stopped = Command::new("kill").args(["-STOP", &child.to_string()]).status();
    assert!(stopped.unwrap().success());
    terminal.shows("Lecture (Échap pour l’abandonner)");
}

#[cfg(target_os = "linux")]
#[test]
fn a_reading_without_end_is_given_up_with_a_key() {
    let counter = Counter::with_its_own_base();
    let mut terminal = terminal(&counter);
    drop_a_picture_without_end(&mut terminal, &counter);
    terminal.press("\u{1b}");
    terminal.shows("Lecture abandonnée");
    wait::until("the end of the reader", || {
        match &children(terminal.process())[..] {
            [] => Ok(()),
            left => Err(format!("{left:?}")),
        }
    });
    // Nothing is blocked: the next one is read.
    terminal.paste(folder().join("tiny.png").to_str().unwrap());
    terminal.shows(NUMBER);
}

#[cfg(target_os = "linux")]
#[test]
fn a_reading_without_end_keeps_nobody_from_leaving() {
    // The program itself waits two minutes for an answer.
    const AT_ONCE: Duration = Duration::from_secs(60);
    for leave in ["F10", "SIGTERM"] {
        let counter = Counter::with_its_own_base();
        let mut terminal = terminal(&counter);
        drop_a_picture_without_end(&mut terminal, &counter);
        let left_at = Instant::now();
        if leave == "F10" {
            terminal.press("\u{1b}[21~");
            terminal.ends();
        } else {
            terminal.signalled("-TERM");
        }
        assert!(left_at.elapsed() < AT_ONCE, "{leave}");
    }
}

fn percent_encoded(path: &Path) -> String {
    let escaped = |byte: u8| match byte {
        b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.to_str().unwrap().bytes().map(escaped).collect()
}
