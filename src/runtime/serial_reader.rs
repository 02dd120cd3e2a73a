//! A reader on a serial line (USB-COM): a second source of scans, that no keyboard layout can damage.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::config::SerialReader;
use crate::scan::serial::{SerialLine, Settled};

/// How long a silence of the line is. At 9,600 baud a byte takes one millisecond.
const SILENCE: Duration = Duration::from_millis(100);

/// How often a reader that is not there is looked for: someone plugs it in and waits.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// What a serial reader has to say.
pub(super) enum Heard {
    /// A scan.
    Scan(String),
    /// The beginning of one.
    Unfinished(String),
    /// It is not there, or not any more. Said once, until it is found.
    Lost(PathBuf),
    /// It is there again.
    Found(PathBuf),
}

/// Listens on that line for as long as someone wants to hear: `tell` answers whether anyone does.
pub(super) fn listen(reader: SerialReader, tell: impl Fn(Heard) -> bool + Send + 'static) {
    thread::spawn(move || {
        let mut is_lost = false;
        loop {
            // SerialPort is no Debug of ours, and its errors name the device only: they are not health data.
            match open(&reader) {
                Ok(port) => {
                    if is_lost && !tell(Heard::Found(reader.device.clone())) {
                        return;
                    }
                    if !hear(port, &tell) {
                        return;
                    }
                }
                Err(error) => tracing::warn!(%error, "the serial reader does not open"),
            }
            if !is_lost && !tell(Heard::Lost(reader.device.clone())) {
                return;
            }
            is_lost = true;
            thread::sleep(LOOK_AGAIN);
        }
    });
}

fn open(reader: &SerialReader) -> serialport::Result<Box<dyn serialport::SerialPort>> {
    serialport::new(reader.device.to_string_lossy(), reader.baud)
        .timeout(SILENCE)
        .open()
}

/// Hears until the line breaks (`true`) or nobody listens any more (`false`).
fn hear(mut port: Box<dyn serialport::SerialPort>, tell: &impl Fn(Heard) -> bool) -> bool {
    let mut line = SerialLine::new();
    let mut bytes = [0; 1024];
    loop {
        let heard: Vec<Heard> = match port.read(&mut bytes) {
            Ok(0) => return true,
            Ok(count) => line
                .receive(&bytes[..count])
                .into_iter()
                .map(Heard::Scan)
                .collect(),
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                line.settle().map(settled).into_iter().collect()
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                tracing::warn!(%error, "the serial reader went away");
                return true;
            }
        };
        if !heard.into_iter().all(tell) {
            return false;
        }
    }
}

fn settled(settled: Settled) -> Heard {
    match settled {
        Settled::Scan(text) => Heard::Scan(text),
        Settled::Unfinished(text) => Heard::Unfinished(text),
    }
}
