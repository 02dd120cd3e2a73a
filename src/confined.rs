//! Pictures are read in a process of their own, which the system stops when it takes too much time or memory.
//!
//! A file that comes by mail may be made to keep a decoder busy for hours, or to fill the memory; a thread
//! cannot be stopped from outside, a process can. The parent opens the file and sends its bytes; the child
//! limits itself before it looks at them, and answers one line for each code as soon as it is read: what was
//! read on the first page is kept when the second one is a trap.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::scan::codes::Effort;
use crate::scan::stages::STAGES;
use crate::scan::{self, FileReading, Limits, ReadError, Symbol, Symbology, Work};

/// The command that the child is started with; nobody types it.
pub const COMMAND: &str = "read-picture";

/// What follows it for a picture that another one follows.
const FRAME: &str = "--frame";

/// How long an answer is waited for, whatever the processor time it took: another program may have all of it.
const ANSWER_WAIT: Duration = Duration::from_secs(120);

/// The longest answer: twenty pages of codes of 3 kB each are far below.
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Reads every code of a file, in a process of its own. Where none can be started, here.
pub fn read_file(path: &Path, limits: &Limits) -> FileReading {
    match scan::file_bytes(path, limits) {
        Ok(bytes) => read_picture(bytes, limits),
        Err(error) => FileReading::failed(error),
    }
}

/// The same for a file that is in memory.
pub fn read_picture(bytes: Vec<u8>, limits: &Limits) -> FileReading {
    match start(limits.effort) {
        Ok(child) => ask(child, bytes),
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

fn ask(mut child: Child, bytes: Vec<u8>) -> FileReading {
    let (Some(mut to_child), Some(from_child)) = (child.stdin.take(), child.stdout.take()) else {
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
    while let Ok(line) = told.recv_timeout(ANSWER_WAIT) {
        answer.take(&line);
    }
    drop(told);
    // It has ended, or said nothing for too long.
    let _ = child.kill();
    let _ = child.wait();
    let _ = telling.join();
    let _ = listening.join();
    answer.reading()
}

/// What the child said so far.
struct Answer {
    symbols: Vec<Symbol>,
    /// Why there are none, if there are none. Until the child says how it ended, the system stopped it.
    why_none: Option<ReadError>,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            symbols: Vec::new(),
            why_none: Some(ReadError::GivenUp),
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
    }

    fn reading(self) -> FileReading {
        FileReading {
            error: self.why_none.filter(|_| self.symbols.is_empty()),
            symbols: self.symbols,
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
    limits::time(Work::Decode);
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(limits.file_bytes + 1)
        .read_to_end(&mut bytes)?;
    let mut out = io::stdout().lock();
    let mut say = |line: Value| writeln!(out, "{line}").and_then(|()| out.flush());
    let mut told = Ok(());
    let error = scan::read_each(&bytes, limits, limits::time, |symbol| {
        let line = json!({ "symbol": {
            "symbology": symbol.symbology.code(),
            "text": symbol.text,
            "corners": symbol.corners,
            "page": symbol.page,
            "stage": symbol.stage,
            "confirmed": symbol.confirmed,
        }});
        if told.is_ok() {
            told = say(line);
        }
    });
    told?;
    say(json!({ "end": error.map(ReadError::code) }))
}

/// What the child allows itself. It cannot ask for more later than the system gave it, only for less.
#[cfg(unix)]
mod limits {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    use crate::scan::Work;

    /// The largest picture that is accepted takes about half of that while it is decoded.
    const MEMORY_BYTES: u64 = 1536 * 1024 * 1024;

    /// Seconds of processor time for decoding a picture or drawing a page, which takes a tenth of one;
    /// more where the program was built without optimisation.
    const DECODE_SECONDS: u64 = if cfg!(debug_assertions) { 10 } else { 2 };

    /// Seconds for looking for codes. Attempts are counted there: this is for what no count foresaw.
    const LOOK_SECONDS: u64 = if cfg!(debug_assertions) { 60 } else { 5 };

    pub(super) fn memory() {
        allow(Resource::As, MEMORY_BYTES);
        // An image of this memory on disk would hold the patient's data.
        allow(Resource::Core, 0);
    }

    pub(super) fn time(work: Work) {
        let used = clock_gettime(ClockId::ProcessCPUTime);
        let used = u64::try_from(used.tv_sec).unwrap_or(0);
        let seconds = match work {
            Work::Decode => DECODE_SECONDS,
            Work::Look => LOOK_SECONDS,
        };
        allow(Resource::Cpu, used + seconds);
    }

    fn allow(resource: Resource, amount: u64) {
        let Rlimit { maximum, .. } = getrlimit(resource);
        let current = maximum.map_or(amount, |maximum| maximum.min(amount));
        // Where the system has no such limit the child runs without it, as a thread would.
        let _ = setrlimit(
            resource,
            Rlimit {
                current: Some(current),
                maximum,
            },
        );
    }
}

/// Elsewhere the parent's patience is the only limit.
#[cfg(not(unix))]
mod limits {
    use crate::scan::Work;

    pub(super) fn memory() {}

    pub(super) fn time(_: Work) {}
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
        let reading = answer(&[SYMBOL, r#"{"end":null}"#]);
        assert_eq!((reading.symbols.len(), reading.error), (1, None));
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
