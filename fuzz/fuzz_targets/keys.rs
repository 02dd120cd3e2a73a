//! Any keys at any pace: none is lost, doubled or moved, and a burst cut into scans is cut without loss.

#![no_main]

use std::time::Duration;

use comptoir::scan::glued::read_burst;
use comptoir::scan::wedge::{Heard, Keystroke, Wedge};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|keys: Vec<(u8, char)>| {
    let mut wedge = Wedge::new();
    let mut now = Duration::from_secs(10);
    let mut heard = Vec::new();
    for (pause, character) in &keys {
        now += Duration::from_millis(u64::from(*pause));
        heard.extend(wedge.wake(now));
        heard.extend(wedge.key(Keystroke::Character(*character), now));
    }
    heard.extend(wedge.interrupt());
    let mut told = String::new();
    for one in heard {
        match one {
            Heard::Typed(Keystroke::Character(character)) => told.push(character),
            Heard::Typed(Keystroke::Enter | Keystroke::Tab) => unreachable!("no such key was pressed"),
            Heard::Burst(text) | Heard::Pasted(text) => {
                assert!(!read_burst(&text).is_empty());
                told.push_str(&text);
            }
        }
    }
    assert!(told.chars().eq(keys.iter().map(|(_, character)| *character)));
});
