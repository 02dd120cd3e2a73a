//! What the child that reads a picture allows itself: memory, and processor time counted finer than the system does.
//!
//! The system stops a program after whole seconds. Here a thread sleeps until the time of the step under way is used up,
//! looks at the processor's clock, and ends the program: nothing else can stop a decoder that is another library's loop.
//! A slow machine is given as much more time as it is slower, for what is lost there is a sheet that a faster one reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, getpid, getrlimit, kill_process, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use crate::scan::{Work, pace};

/// The largest picture that is accepted takes about half of that while it is decoded.
const MEMORY_BYTES: u64 = 1536 * 1024 * 1024;

/// Processor time to decode a picture or to draw a page. Scanned in colour at 600 dpi, a page takes 0.25 s as JPEG and 0.6
/// in formats that few scanners write: TIFF by LZW, WebP, JPEG of several scans.
const DECODE: Duration = Duration::from_millis(900);

/// More of it for each page that follows, never beyond the first's.
const DECODE_ANOTHER: Duration = Duration::from_millis(450);

/// Decoders that were not built to be fast take twice as long, and the machine's pace does not show it.
const BUILD_SLOWNESS: u32 = if cfg!(debug_assertions) { 2 } else { 1 };

/// To look for codes on a page: bounded by a count of work to a third of it, this is for what no count foresaw.
const LOOK: Duration = Duration::from_secs(2);

/// When nothing here stopped it, the system does, on the slowest machine too.
const SECONDS_AT_MOST: u64 = 300;

/// The processor time of one file.
pub(super) struct Allowance {
    /// How many times slower this machine is than the one of the times above, in hundredths.
    slowness: u32,
    /// Since when a page is being decoded.
    decoding_since: Option<Duration>,
    /// What is left for it, in the time of that machine.
    decoding_left: Duration,
}

impl Allowance {
    /// All of it.
    pub(super) fn whole(slowness: u32) -> Self {
        Self {
            slowness,
            decoding_since: None,
            decoding_left: DECODE,
        }
    }

    /// When a step that begins at that processor time must have ended.
    pub(super) fn end_of(&mut self, work: Work, used: Duration) -> Duration {
        if let Some(since) = self.decoding_since.take() {
            let spent = used.saturating_sub(since) * 100 / self.slowness;
            self.decoding_left = (self.decoding_left.saturating_sub(spent) + DECODE_ANOTHER).min(DECODE);
        }
        let allowed = match work {
            Work::Look { .. } => LOOK,
            Work::Decode => {
                self.decoding_since = Some(used);
                self.decoding_left
            }
        };
        used + allowed * self.slowness / 100
    }
}

/// Ends the program when a step takes more than it may.
pub(super) struct Watch {
    allowance: Allowance,
    /// In nanoseconds of the program's processor time.
    end: Arc<AtomicU64>,
    watching: Option<Thread>,
}

impl Watch {
    /// The first step is to decode.
    pub(super) fn begin() -> Self {
        allow(Resource::Cpu, SECONDS_AT_MOST);
        let mut allowance = Allowance::whole(BUILD_SLOWNESS * pace::slowness());
        let first = nanoseconds(allowance.end_of(Work::Decode, processor_time()));
        let end = Arc::new(AtomicU64::new(first));
        let watched = Arc::clone(&end);
        // Where no thread can be started, the system's limit stands alone.
        let watching = thread::Builder::new().spawn(move || watch(&watched));
        Self {
            allowance,
            end,
            watching: watching.ok().map(|watching| watching.thread().clone()),
        }
    }

    /// Leaves what the next step may take.
    pub(super) fn before(&mut self, work: Work) {
        let end = self.allowance.end_of(work, processor_time());
        self.end.store(nanoseconds(end), Ordering::Relaxed);
        if let Some(watching) = &self.watching {
            watching.unpark();
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn watch(end: &AtomicU64) {
    loop {
        // The clock first: a step that ends between the two only leaves more.
        let used = processor_time();
        let end = Duration::from_nanos(end.load(Ordering::Relaxed));
        match end.saturating_sub(used) {
            // Killed: an ordinary exit would run what libraries do at the end, beside a decoder at work.
            Duration::ZERO => drop(kill_process(getpid(), Signal::KILL)),
            left => thread::park_timeout(left),
        }
    }
}

fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

pub(super) fn memory() {
    allow(Resource::As, MEMORY_BYTES);
    // An image of this memory on disk would hold the patient's data.
    allow(Resource::Core, 0);
}

fn allow(resource: Resource, amount: u64) {
    let Rlimit { maximum, .. } = getrlimit(resource);
    let current = maximum.map_or(amount, |maximum| maximum.min(amount));
    // Where the system has no such limit the child runs without it, as a thread would.
    let _ = setrlimit(
        resource,
        Rlimit {
            current: Some(current),
            maximum,
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each step must have ended, of pages that take so long to draw, then 100 ms to look at.
    fn ends(slowness: u32, drawing: &[u64]) -> Vec<(u128, u128)> {
        let mut allowance = Allowance::whole(slowness);
        let mut used = Duration::ZERO;
        let mut of_page = |drawing: &u64| {
            let drawn = allowance.end_of(Work::Decode, used);
            used += Duration::from_millis(*drawing);
            let looked_at = allowance.end_of(Work::Look { pages_left: 0 }, used);
            used += Duration::from_millis(100);
            (drawn.as_millis(), looked_at.as_millis())
        };
        drawing.iter().map(&mut of_page).collect()
    }

    #[test]
    fn pages_that_are_slow_to_draw_leave_less_to_the_next_and_honest_ones_do_not() {
        let honest = [440; 5];
        let expected = [
            (900, 2440),
            (1440, 2980),
            (1980, 3520),
            (2520, 4060),
            (3060, 4600),
        ];
        assert_eq!(ends(100, &honest), expected);
        let slow = [890, 450, 450, 470];
        let drawn: Vec<_> = ends(100, &slow).iter().map(|end| end.0).collect();
        assert_eq!(drawn, [900, 1450, 2000, 2550]);
    }

    #[test]
    fn a_machine_three_times_slower_has_three_times_as_long() {
        assert_eq!(ends(300, &[1500, 840]), [(2700, 7500), (4150, 8440)]);
    }
}
