//! Any element string: never a panic, and what is read of it is read again from what is printed of it.

#![no_main]

use comptoir::domain::scanned::ScannedBox;
use comptoir::scan::gs1::{SEPARATOR, read_box, read_ean13};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    drop(read_ean13(text));
    let Some((read, _)) = read_box(text) else {
        return;
    };
    if let Some(printed) = printed(&read) {
        assert_eq!(read_box(&printed), Some((read, None)));
    }
});

/// A French box as its maker prints it.
fn printed(read: &ScannedBox) -> Option<String> {
    let mut printed = format!("010{}", read.cip13.as_ref()?);
    if let Some(expiry) = read.expiry {
        printed.push_str(&expiry.strftime("17%y%m%d").to_string());
    }
    if let Some(lot) = &read.lot {
        printed.push_str(&format!("10{lot}{SEPARATOR}"));
    }
    if let Some(serial) = &read.serial {
        printed.push_str(&format!("21{serial}"));
    }
    printed.push(SEPARATOR);
    Some(printed)
}
