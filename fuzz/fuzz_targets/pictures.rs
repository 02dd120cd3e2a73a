//! Any bytes, read as a picture or a PDF: never a panic.

#![no_main]

use comptoir::scan::codes::Effort;
use comptoir::scan::{Limits, ReadError, panic_will_be_caught, read_picture};
use libfuzzer_sys::fuzz_target;

/// Every so many inputs are looked at with the late stages too, which take ten times as long as all the others.
const LATE_EVERY: usize = 32;

fuzz_target!(init: count_only_what_is_not_caught(), |bytes: &[u8]| {
    // Pictures of 200 by 200 pixels: what is wrong with a decoder is wrong with them too, and hundreds are tried in
    // the time of a page.
    let mut limits = Limits {
        picture_side: 400,
        picture_pixels: 40_000,
        picture_bytes: 1024 * 1024,
        pdf_pages: 1,
        ..Limits::of_a_frame()
    };
    if bytes.len().is_multiple_of(LATE_EVERY) {
        limits.effort = Effort::FILE;
    }
    let reading = read_picture(bytes, &limits);
    // A panic inside a decoder is caught: here it is a find.
    assert_ne!(reading.error, Some(ReadError::DecoderFailed));
});

/// An engine that panics has seen nothing, by design, and the next one looks: libFuzzer would stop there.
fn count_only_what_is_not_caught() {
    std::panic::set_hook(Box::new(|panic| {
        if !panic_will_be_caught() {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}
