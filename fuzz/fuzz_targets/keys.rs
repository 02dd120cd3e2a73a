//! Any keys at any pace: none is lost, doubled or moved, and a burst cut into scans is cut without loss.

#![no_main]

use std::time::Duration;

use comptoir::scan::glued::read_burst;
use comptoir::scan::wedge::{Heard, Keystroke, READER_GAP_MAX, SUFFIX_DELAY_MAX, Wedge};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|keys: Vec<(u8, char)>| {
    let mut wedge: Wedge<()> = Wedge::new();
    let mut now = Duration::from_secs(10);
    let mut heard = Vec::new();
    for (pause, character) in &keys {
        // Longer pauses than the wait for the rest of a code would make two codes.
        now += Duration::from_millis(u64::from(*pause)).min(READER_GAP_MAX);
        heard.extend(wedge.key(Keystroke::Character(*character), now));
    }
    heard.extend(wedge.wake(now + SUFFIX_DELAY_MAX));
    let mut told = Vec::new();
    for one in heard {
        match one {
            Heard::Typed(key) => told.push(key),
            Heard::Burst(burst) => told.extend(burst.keys),
            Heard::Unfinished(_) | Heard::Rest | Heard::Pasted(_) => unreachable!("there was no suffix and no paste"),
        }
    }
    let character = |key: &Keystroke<()>| match key {
        Keystroke::Character(character) => *character,
        _ => unreachable!("only characters were pressed"),
    };
    let text: String = told.iter().map(character).collect();
    assert!(text.chars().eq(keys.iter().map(|(_, character)| *character)));
    assert!(!read_burst(&text).is_empty());
});
