//! Pictures are read in a process of their own, which the system stops when it takes too much time or memory.
//!
//! A file that comes by mail may be made to keep a decoder busy for hours, or to fill the memory; a thread
//! cannot be stopped from outside, a process can. The parent opens the file and sends its bytes; the child
//! limits itself before it looks at them, and answers one line for each code as soon as it is read: what was
//! read on the first page is kept when the second one is a trap.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scan::codes::Effort;
use crate::scan::stages::STAGES;
use crate::scan::{self, FileReading, Limits, ReadError, Symbol, Symbology, Work};

#[cfg(unix)]
mod limits;

/// Elsewhere the parent's patience is the only limit.
#[cfg(not(unix))]
mod limits {
    pub(super) fn memory() {}

    pub(super) struct Watch;

    impl Watch {
        pub(super) fn begin() -> Self {
            Self
        }

        pub(super) fn before(&mut self, _: crate::scan::Work) {}
    }
}

/// The command that the child is started with; nobody types it.
pub const COMMAND: &str = "read-picture";

/// What follows it for a picture that another one follows.
const FRAME: &str = "--frame";

/// How long the whole answer is waited for, whatever the processor time it took: another program may have all of it.
const ANSWER_WAIT: Duration = Duration::from_secs(120);

/// The longest answer: twenty pages of codes of 3 kB each are far below.
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The readings under way: a person, or the end of the program, gives them up.
#[derive(Default)]
pub struct Readings(Mutex<UnderWay>);

#[derive(Default)]
struct UnderWay {
    /// How many times everything was given up: what was asked before the last time is not begun any more.
    times_given_up: u64,
    children: Vec<Child>,
}

impl Readings {
    /// A reading that is asked for now.
    pub fn ask(self: &Arc<Self>) -> Asked {
        Asked {
            times_given_up: self.under_way().times_given_up,
            readings: Arc::clone(self),
        }
    }

    /// Ends every reading that was asked for, begun or not.
    pub fn give_up(&self) {
        let mut under_way = self.under_way();
        under_way.times_given_up += 1;
        for child in &mut under_way.children {
            // Who waits for its answer sees it end.
            let _ = child.kill();
        }
    }

    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reading that was asked for, and may have been given up since.
pub struct Asked {
    readings: Arc<Readings>,
    times_given_up: u64,
}

impl Default for Asked {
    /// One that nobody gives up.
    fn default() -> Self {
        Arc::new(Readings::default()).ask()
    }
}

impl Asked {
    /// Whether nobody waits for it any more.
    pub fn is_given_up(&self) -> bool {
        self.readings.under_way().times_given_up != self.times_given_up
    }

    /// Keeps the child where it can be ended from elsewhere.
    fn begin(&self, mut child: Child) -> u32 {
        let mut under_way = self.readings.under_way();
        if under_way.times_given_up != self.times_given_up {
            let _ = child.kill();
        }
        let id = child.id();
        under_way.children.push(child);
        id
    }

    fn end(&self, id: u32) {
        let mut under_way = self.readings.under_way();
        let place = under_way.children.iter().position(|child| child.id() == id);
        let child = place.map(|place| under_way.children.swap_remove(place));
        drop(under_way);
        if let Some(mut child) = child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Reads every code of a file, in a process of its own. Where none can be started, here.
pub fn read_file(path: &Path, limits: &Limits, asked: &Asked) -> FileReading {
    if asked.is_given_up() {
        return FileReading::failed(ReadError::GivenUp);
    }
    match scan::file_bytes(path, limits) {
        Ok(bytes) => read_picture(bytes, limits, asked),
        Err(error) => FileReading::failed(error),
    }
}

/// The same for a file that is in memory.
pub fn read_picture(bytes: Vec<u8>, limits: &Limits, asked: &Asked) -> FileReading {
    match start(limits.effort) {
        Ok(child) => ask(child, bytes, asked, Instant::now() + ANSWER_WAIT),
        Err(error) => {
            tracing::warn!(kind = ?error.kind(), "no process could be started to read a picture");
            scan::read_picture(&bytes, limits)
        }
    }
}

fn start(effort: Effort) -> io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .arg(COMMAND)
        .args((effort == Effort::LIVE).then_some(FRAME))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn ask(mut child: Child, bytes: Vec<u8>, asked: &Asked, deadline: Instant) -> FileReading {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let child = asked.begin(child);
    let (Some(mut to_child), Some(from_child)) = (stdin, stdout) else {
        asked.end(child);
        return FileReading::failed(ReadError::DecoderFailed);
    };
    // A child that was stopped no longer listens.
    let telling = thread::spawn(move || drop(to_child.write_all(&bytes)));
    let (tell, told) = mpsc::channel();
    let listening = thread::spawn(move || {
        for line in BufReader::new(from_child.take(ANSWER_BYTES_MAX)).lines() {
            let Ok(line) = line else { break };
            if tell.send(line).is_err() {
                break;
            }
        }
    });
    let mut answer = Answer::default();
    while let Some(left) = deadline.checked_duration_since(Instant::now())
        && let Ok(line) = told.recv_timeout(left)
    {
        answer.take(&line);
    }
    drop(told);
    // It has ended, or was waited for too long.
    asked.end(child);
    let _ = telling.join();
    let _ = listening.join();
    answer.reading()
}

/// What the child said so far.
struct Answer {
    symbols: Vec<Symbol>,
    /// Why there are none, if there are none. Until the child says how it ended, the system stopped it.
    why_none: Option<ReadError>,
    pages_left: usize,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            symbols: Vec::new(),
            why_none: Some(ReadError::GivenUp),
            pages_left: 0,
        }
    }
}

impl Answer {
    fn take(&mut self, line: &str) {
        let Ok(said) = serde_json::from_str::<Value>(line) else {
            return;
        };
        if let Some(symbol) = symbol(&said["symbol"]) {
            self.symbols.push(symbol);
        }
        if let Some(end) = said.get("end") {
            let error = |code: &str| ReadError::OF_BYTES.into_iter().find(|error| error.code() == code);
            self.why_none = end
                .as_str()
                .map(|code| error(code).unwrap_or(ReadError::DecoderFailed));
        }
        if let Some(pages_left) = said["pages_left"].as_u64() {
            self.pages_left = pages_left.try_into().unwrap_or(usize::MAX);
        }
    }

    fn reading(self) -> FileReading {
        let error = self.why_none.filter(|_| self.symbols.is_empty());
        FileReading {
            pages_left: if error == Some(ReadError::GivenUp) {
                0
            } else {
                self.pages_left
            },
            symbols: self.symbols,
            error,
        }
    }
}

fn symbol(said: &Value) -> Option<Symbol> {
    let named = |key: &str| said[key].as_str();
    let corners: Vec<(i32, i32)> = serde_json::from_value(said["corners"].clone()).ok()?;
    Some(Symbol {
        symbology: Symbology::ALL
            .into_iter()
            .find(|kind| Some(kind.code()) == named("symbology"))?,
        text: named("text")?.to_owned(),
        corners: corners.try_into().ok()?,
        page: usize::try_from(said["page"].as_u64()?).ok()?,
        stage: STAGES
            .iter()
            .find(|stage| Some(stage.name) == named("stage"))?
            .name,
        confirmed: said["confirmed"].as_bool()?,
    })
}

/// The child's side: reads a file on standard input and answers on standard output.
pub fn answer(limits: &Limits) -> io::Result<()> {
    limits::memory();
    let mut watch = limits::Watch::begin();
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(limits.file_bytes + 1)
        .read_to_end(&mut bytes)?;
    let answering = RefCell::new((io::stdout().lock(), Ok(())));
    let say = |line: Value| {
        let (out, told) = &mut *answering.borrow_mut();
        if told.is_ok() {
            *told = writeln!(out, "{line}").and_then(|()| out.flush());
        }
    };
    let ending = scan::read_each(
        &bytes,
        limits,
        |work| {
            watch.before(work);
            // Should the next page be the trap: how many of them nobody looked at.
            if let Work::Look {
                pages_left: left @ 1..,
            } = work
            {
                say(json!({ "pages_left": left }));
            }
        },
        |symbol| {
            say(json!({ "symbol": {
                "symbology": symbol.symbology.code(),
                "text": symbol.text,
                "corners": symbol.corners,
                "page": symbol.page,
                "stage": symbol.stage,
                "confirmed": symbol.confirmed,
            }}));
        },
    );
    say(json!({ "end": ending.error.map(ReadError::code), "pages_left": ending.pages_left }));
    answering.into_inner().1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(lines: &[&str]) -> FileReading {
        let mut answer = Answer::default();
        for line in lines {
            answer.take(line);
        }
        answer.reading()
    }

    const SYMBOL: &str = r#"{"symbol":{"symbology":"qr-code","text":"un","corners":[[1,2],[3,4],[5,6],[7,8]],"page":1,"stage":"base","confirmed":true}}"#;

    #[test]
    fn an_answer_is_taken_as_it_was_said() {
        let reading = answer(&[SYMBOL, r#"{"end":null,"pages_left":3}"#]);
        assert_eq!(
            (reading.symbols.len(), reading.error, reading.pages_left),
            (1, None, 3)
        );
        assert_eq!(reading.symbols[0].corners, [(1, 2), (3, 4), (5, 6), (7, 8)]);
        for error in ReadError::OF_BYTES {
            let line = json!({ "end": error.code() }).to_string();
            assert_eq!(answer(&[&line]).error, Some(error));
        }
    }

    #[test]
    fn a_child_that_was_stopped_keeps_what_it_had_read() {
        assert_eq!(answer(&[]).error, Some(ReadError::GivenUp));
        let reading = answer(&[SYMBOL]);
        assert_eq!((reading.symbols.len(), reading.error), (1, None));
        // On the second page of three: the other two may hold prescriptions too.
        let reading = answer(&[r#"{"pages_left":2}"#, SYMBOL]);
        assert_eq!((reading.symbols.len(), reading.pages_left), (1, 2));
    }

    #[cfg(unix)]
    fn shell(script: &str) -> Child {
        Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_goes_on_talking_is_waited_for_no_longer_than_a_silent_one() {
        let talking = shell(&format!("while echo '{SYMBOL}'; do sleep 0.01; done"));
        let deadline = Instant::now() + Duration::from_millis(200);
        let reading = ask(talking, Vec::new(), &Asked::default(), deadline);
        assert_eq!(reading.error, None);
        assert!(!reading.symbols.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_given_up_ends_begun_or_not_and_what_is_asked_afterwards_is_read() {
        let readings = Arc::new(Readings::default());
        let (begun, waiting) = (readings.ask(), readings.ask());
        let forever = shell("exec sleep 1000");
        let reading = thread::spawn(move || ask(forever, Vec::new(), &begun, Instant::now() + ANSWER_WAIT));
        while readings.under_way().children.is_empty() {
            thread::yield_now();
        }
        readings.give_up();
        let given_up = FileReading::failed(ReadError::GivenUp);
        assert_eq!(reading.join().unwrap(), given_up);
        assert!(waiting.is_given_up());
        let late = shell("exec sleep 1000");
        assert_eq!(
            ask(late, Vec::new(), &waiting, Instant::now() + ANSWER_WAIT),
            given_up
        );
        assert!(readings.under_way().children.is_empty());

        let next = shell(&format!("echo '{SYMBOL}'"));
        let reading = ask(next, Vec::new(), &readings.ask(), Instant::now() + ANSWER_WAIT);
        assert_eq!(reading.symbols.len(), 1);
    }

    #[test]
    fn what_is_no_answer_is_passed_over() {
        let reading = answer(&[
            "",
            "rien",
            "{}",
            r#"{"symbol":{"text":"un"}}"#,
            r#"{"end":"no-code"}"#,
        ]);
        assert_eq!(reading, FileReading::failed(ReadError::NoCode));
    }
}
