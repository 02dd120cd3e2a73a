//! A panic says where it happened, never what it says: its words may come from a patient's data.

use std::panic::PanicHookInfo;

use super::output::complain;
use crate::scan::panic_will_be_caught;
use crate::ui::wording::command_line as words;

/// Replaces the standard report, which repeats the panic's own words on the screen of the counter.
pub(super) fn hide_words() {
    std::panic::set_hook(Box::new(|panic| {
        if !panic_will_be_caught() {
            tracing::error!(place = place(panic), "the program broke off");
            complain(&words::broke_off(&place(panic)));
        }
    }));
}

fn place(panic: &PanicHookInfo) -> String {
    panic.location().map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, set_hook, take_hook};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_panic_says_where_and_nothing_else() {
        let told = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&told);
        let before = take_hook();
        // Another test may panic on purpose meanwhile: both are kept.
        set_hook(Box::new(move |panic| {
            heard.lock().unwrap().push_str(&words::broke_off(&place(panic)));
        }));
        let outcome = catch_unwind(|| panic!("ZZCANARY"));
        set_hook(before);
        let told = told.lock().unwrap();
        assert!(outcome.is_err() && told.contains("panic.rs:"), "{told}");
        assert!(!told.contains("ZZCANARY"), "{told}");
    }
}
