//! Pictures, PDFs and keystrokes read into texts, and texts into what they are.
//!
//! ```text
//! file ─┬─ image ─▶ Grey ─┬─ qr ─▶ [Symbol] ─┐
//!       └─ pdf ───▶ Grey ─┘                  ├─ what ─▶ Scanned
//! keys ─── wedge ─▶ burst ───────────────────┘
//! ```
//!
//! Everything here is synchronous and bounded: by the [`Limits`] before anything is decoded, then by
//! a count of operations, so that the same file gives the same answer on a slow machine. Pictures
//! come from anywhere, and decoders are not proof against all of them: their panics are caught in
//! `guarded`, and nowhere else.

use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

pub mod glued;
pub mod grey;
pub mod gs1;
pub mod image;
pub mod pdf;
pub mod qr;
pub mod repair;
pub mod serial;
pub mod wedge;
pub mod what;

/// The largest file: a 40-megapixel photo is under 20 MB.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// The longest side of a picture in pixels: A4 at 600 dpi has 7,016.
pub const PICTURE_SIDE_MAX: u32 = 12_000;

/// The most pixels of a picture. A file of 400 kB can claim 400 million.
pub const PICTURE_PIXELS_MAX: u64 = 40_000_000;

/// The most memory a picture may take when decoded.
pub const PICTURE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The most pages read of a PDF: a prescription has one or two.
pub const PDF_PAGES_MAX: usize = 20;

/// How much may be asked of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Pixels on the longest side of a picture.
    pub picture_side: u32,
    /// Pixels of a picture.
    pub picture_pixels: u64,
    /// Bytes of a decoded picture.
    pub picture_bytes: u64,
    /// Pages of a PDF.
    pub pdf_pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: FILE_BYTES_MAX,
            picture_side: PICTURE_SIDE_MAX,
            picture_pixels: PICTURE_PIXELS_MAX,
            picture_bytes: PICTURE_BYTES_MAX,
            pdf_pages: PDF_PAGES_MAX,
        }
    }
}

/// The kind of code a text was carried by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbology {
    /// QR code.
    QrCode,
}

impl Symbology {
    /// The name that files carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::QrCode => "qr-code",
        }
    }
}

/// One code found in a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The kind of code.
    pub symbology: Symbology,
    /// What it says: UTF-8, or else Latin-1.
    pub text: String,
    /// Its corners in pixels of the picture (of the page at [`pdf::PAGE_DPI`]), clockwise from its own top left.
    pub corners: [(i32, i32); 4],
    /// The page it is on, from 1.
    pub page: usize,
}

impl fmt::Debug for Symbol {
    /// Without the text: the code beside the prescription's holds the patient's identity.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Symbol({} of {} characters on page {})",
            self.symbology.code(),
            self.text.chars().count(),
            self.page
        )
    }
}

/// What was found in a file. Symbols and an error never come together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReading {
    /// Every code, each text once, in the order of the pages.
    pub symbols: Vec<Symbol>,
    /// Why there is none.
    pub error: Option<ReadError>,
}

/// Why nothing was read in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It does not exist, may not be opened, or is no file.
    #[error("the file could not be opened ({0})")]
    NotOpened(ErrorKind),
    /// It is above one of the [`Limits`].
    #[error("the file is too large")]
    TooLarge,
    /// Its content is neither a PDF nor a picture of a known kind, whatever its name says.
    #[error("the file is not a picture")]
    NotAPicture,
    /// It begins like a picture or a PDF, and then is cut or damaged.
    #[error("the picture is cut or damaged")]
    Truncated,
    /// A PDF that asks for a password.
    #[error("the PDF is locked with a password")]
    Locked,
    /// The picture was seen, and no code in it.
    #[error("no code was found")]
    NoCode,
    /// A decoder gave up in a way it should not.
    #[error("a decoder failed on it")]
    DecoderFailed,
}

impl ReadError {
    /// The code that files carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOpened(_) => "not-opened",
            Self::TooLarge => "too-large",
            Self::NotAPicture => "not-a-picture",
            Self::Truncated => "truncated",
            Self::Locked => "locked",
            Self::NoCode => "no-code",
            Self::DecoderFailed => "decoder-failed",
        }
    }
}

/// Reads every code of a picture or PDF.
pub fn read_file(path: &Path, limits: &Limits) -> FileReading {
    match file_bytes(path, limits) {
        Ok(bytes) => read_picture(&bytes, limits),
        Err(error) => FileReading::failed(error),
    }
}

/// Reads every code of a picture or PDF that is in memory. Its kind is told by its content.
pub fn read_picture(bytes: &[u8], limits: &Limits) -> FileReading {
    let found = if u64::try_from(bytes.len()).is_ok_and(|length| length > limits.file_bytes) {
        Err(ReadError::TooLarge)
    } else if pdf::begins_one(bytes) {
        symbols_of_pdf(bytes, limits)
    } else {
        guarded(|| image::decode(bytes, limits))
            .and_then(|picture| picture)
            .and_then(|picture| qr::read(&picture, 1))
    };
    match found {
        Ok(symbols) if symbols.is_empty() => FileReading::failed(ReadError::NoCode),
        Ok(symbols) => FileReading { symbols, error: None },
        Err(error) => FileReading::failed(error),
    }
}

impl FileReading {
    fn failed(error: ReadError) -> Self {
        Self {
            symbols: Vec::new(),
            error: Some(error),
        }
    }
}

fn file_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    let not_opened = |error: std::io::Error| ReadError::NotOpened(error.kind());
    let file = File::open(path).map_err(not_opened)?;
    let properties = file.metadata().map_err(not_opened)?;
    // A device or a pipe may never end.
    if !properties.is_file() {
        return Err(ReadError::NotOpened(ErrorKind::InvalidInput));
    }
    if properties.len() > limits.file_bytes {
        return Err(ReadError::TooLarge);
    }
    let mut bytes = Vec::new();
    // It may still be growing: a file dropped into the inbox is read while it is copied.
    file.take(limits.file_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(not_opened)?;
    Ok(bytes)
}

/// A page that fails does not hide the codes of the others.
fn symbols_of_pdf(bytes: &[u8], limits: &Limits) -> Result<Vec<Symbol>, ReadError> {
    let mut symbols: Vec<Symbol> = Vec::new();
    let mut failure = None;
    let pages = pdf::each_page(bytes, pdf::PAGE_DPI, limits.pdf_pages, |page, drawn| match drawn
        .and_then(|drawn| qr::read(&pdf::grey(&drawn)?, page))
    {
        Ok(found) => {
            let known: Vec<String> = symbols.iter().map(|symbol| symbol.text.clone()).collect();
            symbols.extend(found.into_iter().filter(|symbol| !known.contains(&symbol.text)));
        }
        Err(error) => failure = Some(error),
    })?;
    if symbols.is_empty() && pages > limits.pdf_pages {
        return Err(ReadError::TooLarge);
    }
    match failure {
        Some(error) if symbols.is_empty() => Err(error),
        _ => Ok(symbols),
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a decoder whose panic will be caught: a panic hook that restores
/// the terminal must then leave it alone.
pub fn panic_will_be_caught() -> bool {
    GUARDED.get()
}

/// Runs a decoder. Its panics become [`ReadError::DecoderFailed`].
fn guarded<T>(decoder: impl FnOnce() -> T) -> Result<T, ReadError> {
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(decoder));
    GUARDED.set(outer);
    outcome.map_err(|_| ReadError::DecoderFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_s_panic_becomes_an_error() {
        assert!(!panic_will_be_caught());
        assert_eq!(
            guarded(|| assert!(!panic_will_be_caught(), "on purpose")),
            Err(ReadError::DecoderFailed)
        );
        assert!(!panic_will_be_caught());
        assert_eq!(guarded(|| 7), Ok(7));
    }

    #[test]
    fn what_cannot_be_opened_says_so() {
        let read = |path: &str| read_file(Path::new(path), &Limits::default()).error;
        assert_eq!(
            read("/nowhere/sheet.png"),
            Some(ReadError::NotOpened(ErrorKind::NotFound))
        );
        assert!(matches!(read("/"), Some(ReadError::NotOpened(_))));
    }

    #[test]
    fn a_file_above_the_limit_is_not_even_decoded() {
        let limits = Limits {
            file_bytes: 10,
            ..Limits::default()
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), [b' '; 11]).unwrap();
        assert_eq!(read_file(file.path(), &limits).error, Some(ReadError::TooLarge));
        assert_eq!(
            read_picture(&[b' '; 11], &limits).error,
            Some(ReadError::TooLarge)
        );
        assert_eq!(
            read_picture(&[b' '; 10], &limits).error,
            Some(ReadError::NotAPicture)
        );
    }

    #[test]
    fn debug_never_holds_what_a_code_says() {
        let symbol = Symbol {
            symbology: Symbology::QrCode,
            text: "ZZCANARY".into(),
            corners: [(0, 0); 4],
            page: 1,
        };
        assert!(!format!("{symbol:?}").contains("CANARY"));
    }
}
