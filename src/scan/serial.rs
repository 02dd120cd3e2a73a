//! Cuts what a serial reader sends into scans: a line end or a silence ends each.

/// What is longer is no code (the largest QR code holds 7,089 digits), and is let go.
pub const SCAN_BYTES_MAX: usize = 8192;

/// Gathers bytes until a scan is whole. Nothing is lost here as it is through a keyboard: no layout, no Caps Lock,
/// and the separators of boxes arrive as they are.
#[derive(Default)]
pub struct SerialLine {
    held: Vec<u8>,
}

impl SerialLine {
    /// Nothing received yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes arrived; gives the scans that they ended.
    pub fn receive(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut scans = Vec::new();
        for byte in bytes {
            if matches!(byte, b'\r' | b'\n') || self.held.len() >= SCAN_BYTES_MAX {
                scans.extend(self.settle());
            }
            if !matches!(byte, b'\r' | b'\n') {
                self.held.push(*byte);
            }
        }
        scans
    }

    /// The line fell silent: what is held is a scan of a reader without a suffix.
    pub fn settle(&mut self) -> Option<String> {
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
        assert_eq!(line.receive(b"01S2TB"), Vec::<String>::new());
        assert_eq!(line.receive(b"PZ2JCNZZYGHZ\r\n0103"), ["01S2TBPZ2JCNZZYGHZ"]);
        assert_eq!(line.receive(b"\x1d10A\r"), ["0103\u{1d}10A"]);
        assert_eq!(line.receive(b"\n\r\n"), Vec::<String>::new());
        line.receive(b"3400933857042");
        assert_eq!(line.settle().as_deref(), Some("3400933857042"));
        assert_eq!(line.settle(), None);
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
