//! Pictures, PDFs and keystrokes read into texts, and texts into what they are.
//!
//! ```text
//! file ─┬─ image ─┬▶ Picture ─ codes ─▶ [Symbol] ─┐
//!       └─ pdf ───┘      (stages × versions ×     ├─ what ─▶ Scanned
//! keys ─── wedge ─▶ burst   engines)  ────────────┘
//! ```
//!
//! Everything here is synchronous and bounded: by the [`Limits`] before anything is decoded, then by
//! counts of attempts, so that the same file gives the same answer on a slow machine. Pictures
//! come from anywhere, and decoders are not proof against all of them: their panics are caught in
//! `guarded`, and nowhere else. What has no such count, the drawing of PDFs, is given up from outside,
//! in a process of its own.

use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::scan::codes::Effort;
use crate::scan::image::Picture;
use crate::scan::patience::Patience;

pub mod codes;
pub mod engine;
pub mod folder;
mod foreign;
pub mod frame;
pub mod glued;
pub mod grey;
pub mod gs1;
mod identity;
pub mod image;
mod jpeg;
pub mod pace;
pub mod patience;
pub mod pdf;
pub mod place;
mod png;
pub mod regions;
pub mod repair;
pub mod serial;
pub mod stages;
mod tiff;
pub mod versions;
pub mod wedge;
pub mod what;
mod within;

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
    /// How much trouble is taken with each picture.
    pub effort: Effort,
}

impl Limits {
    /// Those of a picture that another one follows.
    pub fn of_a_frame() -> Self {
        Self {
            effort: Effort::LIVE,
            ..Self::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: FILE_BYTES_MAX,
            picture_side: PICTURE_SIDE_MAX,
            picture_pixels: PICTURE_PIXELS_MAX,
            picture_bytes: PICTURE_BYTES_MAX,
            pdf_pages: PDF_PAGES_MAX,
            effort: Effort::FILE,
        }
    }
}

/// The kind of code a text was carried by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbology {
    /// QR code.
    QrCode,
    /// DataMatrix.
    DataMatrix,
    /// EAN-13.
    Ean13,
    /// Code 128.
    Code128,
}

impl Symbology {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::QrCode, Self::DataMatrix, Self::Ean13, Self::Code128];

    /// The name that files carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::QrCode => "qr-code",
            Self::DataMatrix => "data-matrix",
            Self::Ean13 => "ean-13",
            Self::Code128 => "code-128",
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
    /// The stage that read it, one of [`stages::STAGES`].
    pub stage: &'static str,
    /// Whether more than one look speaks for it: see [`codes`].
    pub confirmed: bool,
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
    /// Pages of a PDF that were not looked at, after those that were.
    pub pages_left: usize,
}

/// Why nothing was read in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It does not exist, may not be opened, or is no file.
    #[error("the file could not be opened ({0})")]
    NotOpened(ErrorKind),
    /// A folder without a file in it.
    #[error("the folder holds no file")]
    NothingInFolder,
    /// It has no content, or not yet.
    #[error("the file is empty")]
    Empty,
    /// It is above one of the [`Limits`].
    #[error("the file is too large")]
    TooLarge,
    /// Its content is neither a PDF nor a picture of a known kind, whatever its name says.
    #[error("the file is not a picture")]
    NotAPicture,
    /// It is a picture of a known kind, written in a way that is not read.
    #[error("the picture is of a variant that is not read")]
    UnknownVariant,
    /// It begins like a picture or a PDF, and then is cut or damaged.
    #[error("the picture is cut or damaged")]
    Truncated,
    /// A PDF that asks for a password.
    #[error("the PDF is locked with a password")]
    Locked,
    /// The picture was seen, and no code in it.
    #[error("no code was found")]
    NoCode,
    /// Nor in the first pages of a PDF that has more of them than are looked at.
    #[error("no code was found in the first pages")]
    NoCodeInFirstPages,
    /// A decoder gave up in a way it should not.
    #[error("a decoder failed on it")]
    DecoderFailed,
    /// It took more time or memory than any prescription.
    #[error("reading it took too long")]
    GivenUp,
}

impl ReadError {
    /// Every error that reading the bytes of a file can end with.
    pub const OF_BYTES: [Self; 10] = [
        Self::Empty,
        Self::TooLarge,
        Self::NotAPicture,
        Self::UnknownVariant,
        Self::Truncated,
        Self::Locked,
        Self::NoCode,
        Self::NoCodeInFirstPages,
        Self::DecoderFailed,
        Self::GivenUp,
    ];

    /// The code that files carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOpened(_) => "not-opened",
            Self::NothingInFolder => "nothing-in-folder",
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::NotAPicture => "not-a-picture",
            Self::UnknownVariant => "unknown-variant",
            Self::Truncated => "truncated",
            Self::Locked => "locked",
            Self::NoCode => "no-code",
            Self::NoCodeInFirstPages => "no-code-in-first-pages",
            Self::DecoderFailed => "decoder-failed",
            Self::GivenUp => "given-up",
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

/// Reads every code of a picture or PDF that is in memory.
pub fn read_picture(bytes: &[u8], limits: &Limits) -> FileReading {
    let mut symbols = Vec::new();
    let Ending { error, pages_left } = read_each(bytes, limits, |_| (), |symbol| symbols.push(symbol));
    FileReading {
        symbols,
        error,
        pages_left,
    }
}

/// What is about to be done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Its format is decoded, or a page of it is drawn.
    Decode,
    /// Codes are looked for in a picture or a page.
    Look {
        /// How many pages come after it.
        pages_left: usize,
    },
}

/// Whose turn it is in a file of several pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    /// From 1.
    page: usize,
    /// How many come after it.
    pages_left: usize,
}

/// How reading a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Why no code was read, when none was.
    pub error: Option<ReadError>,
    /// Pages of a PDF that were not looked at.
    pub pages_left: usize,
}

impl From<ReadError> for Ending {
    fn from(error: ReadError) -> Self {
        Self {
            error: Some(error),
            pages_left: 0,
        }
    }
}

/// Reads every code of a picture or PDF that is in memory, whose kind is told by its content: says each
/// step before it, and each code, once, as soon as it is read.
pub fn read_each(
    bytes: &[u8],
    limits: &Limits,
    mut before: impl FnMut(Work),
    mut see: impl FnMut(Symbol),
) -> Ending {
    if bytes.is_empty() {
        return ReadError::Empty.into();
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limits.file_bytes) {
        return ReadError::TooLarge.into();
    }
    let mut texts: Vec<String> = Vec::new();
    let mut patience = Patience::default();
    let mut look = |picture: &Picture, page| {
        patience.turn_to(page);
        for symbol in codes::read(picture, page, limits.effort, &mut patience) {
            if !texts.contains(&symbol.text) {
                texts.push(symbol.text.clone());
                see(symbol);
            }
        }
    };
    before(Work::Decode);
    let mut pages_left = 0;
    let failure = if pdf::begins_one(bytes) || tiff::begins_one(bytes) {
        let pages = look_at_pages(bytes, limits, &mut before, &mut look);
        pages_left = pages.pages_left;
        pages.error
    } else {
        let picture = guarded(|| image::decode(bytes, limits)).and_then(|picture| picture);
        before(Work::Look { pages_left: 0 });
        // What arrived of a cut picture is looked at all the same.
        match picture {
            Ok(picture) => {
                look(&picture, 1);
                picture.is_cut.then_some(ReadError::Truncated)
            }
            Err(error) => Some(error),
        }
    };
    Ending {
        error: texts.is_empty().then_some(failure.unwrap_or(ReadError::NoCode)),
        pages_left,
    }
}

/// A page that fails does not hide the codes of the others.
fn look_at_pages(
    bytes: &[u8],
    limits: &Limits,
    before: &mut impl FnMut(Work),
    look: &mut impl FnMut(&Picture, usize),
) -> Ending {
    let mut failure = None;
    let mut turn = |Turn { page, pages_left }, picture: Result<Picture, ReadError>| {
        before(Work::Look { pages_left });
        match picture {
            // What arrived of a cut picture is looked at all the same.
            Ok(picture) => {
                look(&picture, page);
                if picture.is_cut {
                    failure = Some(ReadError::Truncated);
                }
            }
            Err(error) => failure = Some(error),
        }
        before(Work::Decode);
    };
    let pages = if tiff::begins_one(bytes) {
        tiff::each_page(bytes, limits, turn)
    } else {
        pdf::each_page_within(bytes, limits, |next, drawn| {
            turn(next, drawn.and_then(|drawn| pdf::picture(&drawn)));
        })
    };
    match pages.map(|pages| pages.saturating_sub(limits.pdf_pages)) {
        Ok(0) => Ending {
            error: failure,
            pages_left: 0,
        },
        Ok(pages_left) => Ending {
            error: failure.or(Some(ReadError::NoCodeInFirstPages)),
            pages_left,
        },
        Err(error) => error.into(),
    }
}

impl FileReading {
    /// Nothing was read, and this is why.
    pub fn failed(error: ReadError) -> Self {
        Self {
            symbols: Vec::new(),
            error: Some(error),
            pages_left: 0,
        }
    }
}

/// What a file holds, up to the limit.
pub fn file_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    let not_opened = |error: std::io::Error| ReadError::NotOpened(error.kind());
    // A device or a pipe may never end, and a pipe without a writer may not even open.
    let properties = std::fs::metadata(path).map_err(not_opened)?;
    if !properties.is_file() {
        return Err(ReadError::NotOpened(ErrorKind::InvalidInput));
    }
    let file = File::open(path).map_err(not_opened)?;
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
            stage: "base",
            confirmed: true,
        };
        assert!(!format!("{symbol:?}").contains("CANARY"));
    }

    /// How files of each kind begin.
    const BEGINNINGS: [&[u8]; 9] = [
        b"",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        b"RIFF\x30\0\0\0WEBPVP8 ",
        b"RIFF\x30\0\0\0WEBPVP8L",
        b"II*\0\x08\0\0\0",
        b"BM",
        b"GIF89a",
        b"%PDF-1.7\n",
    ];

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn no_bytes_make_a_decoder_fail(
            beginning in 0..BEGINNINGS.len(), rest in proptest::collection::vec(0_u8.., 0..200),
        ) {
            let limits = Limits { picture_pixels: 10_000, ..Limits::default() };
            let error = read_picture(&[BEGINNINGS[beginning], &rest].concat(), &limits).error;
            proptest::prop_assert!(error.is_some_and(|error| error != ReadError::DecoderFailed));
        }
    }
}
