//! Any text, asked what it is: an answer that does not depend on what stands around it, and never a panic.

#![no_main]

use comptoir::domain::scanned::Scanned;
use comptoir::safe::safe;
use comptoir::scan::what::read_text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let reading = read_text(text);
    if let Scanned::Prescription(number) = &reading.scanned {
        // What was read is a number whatever is read next, and is in the text but for its grouping.
        assert_eq!(read_text(number.as_str()).scanned, reading.scanned);
    }
    // A reader's line end is no part of the code.
    assert_eq!(read_text(&format!("{text}\r\n")).scanned, reading.scanned);
    assert!(!safe(text).chars().any(char::is_control));
});
