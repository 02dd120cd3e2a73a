//! The terminal in a real pseudo-terminal: what a person sees, and the keys a person presses.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use comptoir::scan::wedge::BURST_KEYS_MIN;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::command::{Counter, program};
use super::wait;

/// How soon a person presses another key.
const PERSON_PRESSES_AFTER: Duration = Duration::from_millis(200);

/// How soon a person answers what a scan shows; the terminal takes an Enter before 500 ms for the reader's.
const PERSON_ANSWERS_AFTER: Duration = Duration::from_millis(600);

/// A running terminal; it ends with the test.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    /// When something was sent faster than a person types.
    burst: Option<Instant>,
    // Dropping it would hang up the line.
    _line: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Opens the program at a counter, on a screen of that size.
    pub(crate) fn open(counter: &Counter, columns: u16, rows: u16) -> Self {
        Self::open_with(counter, columns, rows, &[])
    }

    /// The same with more environment.
    pub(crate) fn open_with(
        counter: &Counter,
        columns: u16,
        rows: u16,
        environment: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows,
                cols: columns,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        let mut command = CommandBuilder::new(program());
        command.env_clear();
        for (name, value) in counter.environment() {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        for (name, value) in environment {
            command.env(name, value);
        }
        command.cwd(counter.home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 200)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let (seen, bytes) = (Arc::clone(&screen), Arc::clone(&raw));
        thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(count @ 1..) = output.read(&mut chunk) {
                bytes.lock().unwrap().extend_from_slice(&chunk[..count]);
                seen.lock().unwrap().process(&chunk[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self {
            child,
            keys,
            screen,
            raw,
            burst: None,
            _line: pair.master,
        }
    }

    /// What is on the screen; French's unbreakable spaces read as spaces.
    pub(crate) fn text(&self) -> String {
        self.screen
            .lock()
            .unwrap()
            .screen()
            .contents()
            .replace(['\u{a0}', '\u{202f}'], " ")
    }

    /// Every byte the program has written so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.raw.lock().unwrap().clone()
    }

    /// Whether the program's own screen (the alternate one) is up.
    pub(crate) fn is_on_its_own_screen(&self) -> bool {
        self.screen.lock().unwrap().screen().alternate_screen()
    }

    /// Waits until the screen shows a text.
    pub(crate) fn shows(&self, wanted: &str) {
        wait::until(wanted, || {
            let text = self.text();
            if text.contains(wanted) { Ok(()) } else { Err(text) }
        });
    }

    /// A person presses a key, having seen the screen.
    pub(crate) fn press(&mut self, key: &str) {
        // Part of the input, not a wait: a key that comes sooner after a burst is the reader's own.
        let answer = self
            .burst
            .map(|burst| PERSON_ANSWERS_AFTER.saturating_sub(burst.elapsed()))
            .unwrap_or_default();
        thread::sleep(answer.max(PERSON_PRESSES_AFTER));
        // Words written at once are faster than a person, whatever they stand for.
        let is_word = key.chars().count() >= BURST_KEYS_MIN && !key.starts_with('\u{1b}');
        if is_word { self.send(key) } else { self.write(key) }
    }

    /// Sends exactly these bytes, at once.
    pub(crate) fn send(&mut self, keys: &str) {
        self.write(keys);
        self.burst = Some(Instant::now());
    }

    fn write(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Scans as a keyboard-wedge reader does: the whole text at once, then Enter.
    pub(crate) fn scan(&mut self, text: &str) {
        self.send(&format!("{text}\r"));
    }

    /// Pastes as a terminal with bracketed paste does.
    pub(crate) fn paste(&mut self, text: &str) {
        self.send(&format!("\u{1b}[200~{text}\u{1b}[201~"));
    }

    /// Kills it as a power cut would.
    /// Sends it that signal (`-TERM`, `-KILL`), and waits until it has ended.
    pub(crate) fn signalled(self, signal: &str) -> u32 {
        let pid = self.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &pid])
            .status()
            .unwrap();
        assert!(sent.success());
        self.ends()
    }

    pub(crate) fn kill(mut self) {
        self.end();
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits for its own end; gives its exit code.
    pub(crate) fn ends(mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }

    fn end(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.end();
    }
}
