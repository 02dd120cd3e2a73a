//! How slow this machine is, beside the one on which times and limits were measured.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::scan::engine::{self, Cut};
use crate::scan::grey::Grey;

/// The side of the picture that is looked at for it, in pixels.
const SIDE: usize = 512;

/// How long telling ink from paper took in it, where the limits were measured.
const REFERENCE: Duration = Duration::from_micros(200);

/// The least of so many counts: another program had the processor in the others.
const TIMES: usize = 5;

/// In hundredths. A faster machine is no reason to allow less, and none is ten times slower.
const BOUNDS: std::ops::RangeInclusive<u32> = 100..=1000;

/// How many times slower, in hundredths: the same engine looks at the same picture.
pub fn slowness() -> u32 {
    let shades = (0..SIDE * SIDE).map(|place| u8::try_from(place * 37 % 251).unwrap_or_default());
    let Some(picture) = Grey::new(SIDE, SIDE, shades.collect()) else {
        return *BOUNDS.start();
    };
    let time = || {
        let begun = Instant::now();
        black_box(engine::ink_of(black_box(&picture), Cut::Global));
        begun.elapsed()
    };
    hundredths((0..TIMES).map(|_| time()).min().unwrap_or(REFERENCE))
}

fn hundredths(least: Duration) -> u32 {
    u32::try_from(least.as_nanos() * 100 / REFERENCE.as_nanos())
        .unwrap_or(u32::MAX)
        .clamp(*BOUNDS.start(), *BOUNDS.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slower_machine_is_told_by_how_much_and_a_faster_one_is_allowed_no_less() {
        for (times, expected) in [(0, 100), (1, 100), (3, 300), (20, 1000)] {
            assert_eq!(hundredths(times * REFERENCE), expected);
        }
    }
}
