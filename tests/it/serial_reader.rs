//! A serial reader: one end of a pseudo-terminal is the device of the configuration, the test is the reader.

use std::io::Write as _;
use std::path::PathBuf;

use portable_pty::{MasterPty, PtySize, native_pty_system};

use crate::support::command::Counter;
use crate::support::terminal::Terminal;

/// A line with a reader at one end, and a device at the other.
struct Reader {
    master: Box<dyn MasterPty + Send>,
    voice: Box<dyn std::io::Write + Send>,
    device: PathBuf,
    // The device disappears with it.
    _slave: Box<dyn portable_pty::SlavePty + Send>,
}

impl Reader {
    fn plugged_in() -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        Self {
            device: pair.master.tty_name().unwrap(),
            voice: pair.master.take_writer().unwrap(),
            master: pair.master,
            _slave: pair.slave,
        }
    }

    fn reads(&mut self, bytes: &[u8]) {
        self.voice.write_all(bytes).unwrap();
        self.voice.flush().unwrap();
    }
}

/// A terminal whose configuration names that device.
fn terminal(counter: &Counter, device: &std::path::Path) -> Terminal {
    let file = counter.home.path().join("comptoir.toml");
    std::fs::write(
        &file,
        format!(
            "training = true\n[reader]\nserial = {:?}\n",
            device.display().to_string()
        ),
    )
    .unwrap();
    let terminal = Terminal::open_with(counter, 100, 30, &[("COMPTOIR_CONFIG", file.to_str().unwrap())]);
    terminal.shows("Scannez le QR code");
    terminal
}

#[test]
fn a_serial_reader_ticks_and_keeps_its_separators() {
    let counter = Counter::with_its_own_base();
    let mut reader = Reader::plugged_in();
    let mut terminal = terminal(&counter, &reader.device);
    terminal.press("\u{1b}[20~");
    terminal.shows("Essai du lecteur");
    reader.reads(b"]d201034009338570421728093010AB12C\x1d21SN01\r\n");
    terminal.shows("lot AB12C");
    terminal.shows("SN01");
    // A line end came before: a silence cuts the next one, and twice the same is whole.
    reader.reads(b"3400933857042");
    terminal.shows("scannez-le à nouveau");
    reader.reads(b"3400933857042");
    terminal.shows("13 caractères");
    drop(reader.master);
}

#[test]
fn a_reader_that_is_not_there_is_said_and_the_keyboard_goes_on() {
    let counter = Counter::with_its_own_base();
    let mut terminal = terminal(&counter, std::path::Path::new("/nowhere/ttyACM0"));
    terminal.shows("Le lecteur série /nowhere/ttyACM0 ne répond pas");
    terminal.scan("3400933857042");
    terminal.shows("C’est une boîte de médicament");
}
