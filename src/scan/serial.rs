//! Cuts what a serial reader sends into scans: a line end ends each, or a silence where none was ever sent.

/// What is longer is no code (the largest QR code holds 7,089 digits): it is cut there.
pub const SCAN_BYTES_MAX: usize = 8192;

/// As many silences in a row end a scan whose line end is still expected: a busy machine pauses for that long, and half
/// a box has half a lot.
const SILENCES_MAX: u8 = 5;

/// What a silence ended.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Settled {
    /// A scan of a reader without a suffix.
    Scan(String),
    /// The beginning of a scan: this reader ends its scans with a line end, and none came.
    Unfinished(String),
}

/// Gathers bytes until a scan is whole. Nothing is lost here as it is through a keyboard: no layout, no Caps Lock,
/// and the separators of boxes arrive as they are.
#[derive(Default)]
pub struct SerialLine {
    held: Vec<u8>,
    /// The last scan that something ended had a line end: this reader sends one.
    expects_end: bool,
    /// Silences since the last byte.
    silences: u8,
    /// What was told as unfinished. Twice the same is a whole scan, of a reader without a suffix.
    unfinished: Option<String>,
}

impl SerialLine {
    /// Nothing received yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes arrived; gives the scans that they ended.
    pub fn receive(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut scans = Vec::new();
        self.silences = 0;
        for byte in bytes {
            let is_end = matches!(byte, b'\r' | b'\n');
            if is_end || self.held.len() >= SCAN_BYTES_MAX {
                let scan = self.take();
                if scan.is_some() {
                    self.expects_end = is_end;
                    // Half a scan before a whole one and half a scan after it are not twice the same.
                    self.unfinished = None;
                }
                scans.extend(scan);
            }
            if !is_end {
                self.held.push(*byte);
            }
        }
        scans
    }

    /// The line was silent for a while.
    pub fn settle(&mut self) -> Option<Settled> {
        self.silences = self.silences.saturating_add(1);
        if self.expects_end && self.silences < SILENCES_MAX {
            return None;
        }
        let scan = self.take()?;
        if self.expects_end && self.unfinished.as_ref() != Some(&scan) {
            self.unfinished = Some(scan.clone());
            return Some(Settled::Unfinished(scan));
        }
        self.unfinished = None;
        self.expects_end = false;
        Some(Settled::Scan(scan))
    }

    fn take(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.held);
        if bytes.is_empty() {
            return None;
        }
        // Codes without UTF-8 are of the older readers: Latin-1 has a character for each byte.
        let latin1 =
            |error: std::string::FromUtf8Error| error.into_bytes().into_iter().map(char::from).collect();
        Some(String::from_utf8(bytes).unwrap_or_else(latin1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_or_a_silence_ends_a_scan() {
        let mut line = SerialLine::new();
        line.receive(b"3400933857042");
        assert_eq!(line.settle(), Some(Settled::Scan("3400933857042".into())));
        assert_eq!(line.settle(), None);
        assert_eq!(line.receive(b"01S2TB"), Vec::<String>::new());
        assert_eq!(line.receive(b"PZ2JCNZZYGHZ\r\n0103"), ["01S2TBPZ2JCNZZYGHZ"]);
        assert_eq!(line.receive(b"\x1d10A\r"), ["0103\u{1d}10A"]);
        assert_eq!(line.receive(b"\n\r\n"), Vec::<String>::new());
    }

    /// After as many silences as end it.
    fn settled(line: &mut SerialLine) -> Option<Settled> {
        (0..SILENCES_MAX).find_map(|_| line.settle())
    }

    #[test]
    fn half_a_scan_of_a_reader_that_sends_line_ends_is_no_scan() {
        let mut line = SerialLine::new();
        line.receive(b"3400933857042\r\n");
        // A short silence is waited out.
        line.receive(b"0103400933857042");
        assert_eq!(line.settle(), None);
        assert_eq!(line.receive(b"10AB1\r\n"), ["010340093385704210AB1"]);
        let half = || "0103400933857042".to_owned();
        line.receive(half().as_bytes());
        assert_eq!(settled(&mut line), Some(Settled::Unfinished(half())));
        // Not with a whole scan in between.
        line.receive(b"3400933857042\r\n");
        line.receive(half().as_bytes());
        assert_eq!(settled(&mut line), Some(Settled::Unfinished(half())));
        // Twice the same is whole, and from then on no line end is expected.
        line.receive(half().as_bytes());
        assert_eq!(settled(&mut line), Some(Settled::Scan(half())));
        line.receive(b"3400933857042");
        assert_eq!(line.settle(), Some(Settled::Scan("3400933857042".into())));
    }

    #[test]
    fn any_byte_is_a_character_and_an_endless_line_is_let_go() {
        let mut line = SerialLine::new();
        assert_eq!(line.receive(b"caf\xe9\r"), ["café"]);
        assert_eq!(line.receive("café\r".as_bytes()), ["café"]);
        let scans = line.receive(&vec![b'A'; 3 * SCAN_BYTES_MAX]);
        assert_eq!(scans.len(), 2);
        assert!(scans.iter().all(|scan| scan.len() == SCAN_BYTES_MAX));
    }
}
