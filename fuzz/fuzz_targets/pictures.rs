//! Any bytes, read as a picture or a PDF, with the files of `test-images/` as the corpus: never a panic.

#![no_main]

use comptoir::scan::{Limits, ReadError, read_picture};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        // Small pictures, so that many are tried.
        picture_pixels: 500_000,
        pdf_pages: 2,
        ..Limits::default()
    };
    let reading = read_picture(bytes, &limits);
    // A panic inside a decoder is caught: here it is a find.
    assert_ne!(reading.error, Some(ReadError::DecoderFailed));
});
