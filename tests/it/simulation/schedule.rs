//! A schedule: everything that will happen, step by step, drawn from a seed and from nothing else.

use std::fmt;

use fastrand::Rng;

/// The pharmacy of each terminal: two share a pharmacy and its store.
pub(super) const TERMINALS: [usize; 3] = [0, 0, 1];
pub(super) const PRESCRIPTIONS: usize = 2;
/// How many steps a schedule has.
const STEPS: std::ops::Range<usize> = 12..48;

/// What happens to a parcel on the network, which carries a request there or an answer back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// There, and the answer back at once.
    Arrives,
    /// There; the answer is on its way and waits for a later step.
    AnswerWaits,
    /// No connection: nothing was sent.
    NotSent,
    /// Lost before it had an effect; nobody knows that.
    LostBefore,
    /// Lost after it had its effect.
    LostAfter,
    /// Delivered twice at once.
    Twice,
    /// Delivered, and a copy stays on the way, to arrive later and out of order.
    AgainLater,
    /// Something between us answers with that status; the base saw nothing.
    Gateway(u16),
    /// The base did it, and the answer comes back as that status.
    DoneBut(u16),
    /// The base did it, and the connection is cut in the middle of the answer.
    CutShort,
}

/// What terminals do after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Work goes on and its messages are heard.
    Everything,
    /// Work goes on; its messages wait.
    Deaf,
    /// Nothing moves yet.
    Still,
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A person does something at a terminal.
    Person { terminal: usize, luck: u16 },
    /// A parcel meets its fate; when nothing travels, a person acts.
    Parcel { which: u16, fate: Fate },
    /// Time passes.
    Time { seconds: i64 },
    /// A terminal's process ends without a word, and starts again.
    Crash { terminal: usize },
    /// The power of a whole pharmacy is cut and comes back.
    PowerCut { pharmacy: usize },
    /// The prescriber withdraws one line.
    CancelLine { prescription: usize, line: usize },
    /// The prescriber withdraws everything.
    Cancel { prescription: usize },
    /// The patient objects.
    Object { prescription: usize },
    /// The patient agrees.
    Agree { prescription: usize },
}

/// An event, and what follows at the terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) event: Event,
    pub(super) after: After,
}

/// Everything that will happen in one world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Schedule {
    /// Gives the identifiers and the jitter of this world.
    pub(super) seed: u64,
    pub(super) steps: Vec<Step>,
}

/// Statuses that a gateway answers, or that hide what the base did.
const STATUSES: [u16; 9] = [401, 403, 404, 408, 413, 429, 500, 502, 503];

impl Schedule {
    pub(super) fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let count = rng.usize(STEPS);
        // Some worlds are nearly quiet, some are storms.
        let storm = rng.u32(0..80);
        // People first, then what they set going: a day that ends at the counter would end before its posts.
        let steps = (0..count)
            .map(|place| {
                let parcels = if place * 5 < count * 3 { 34 } else { 64 };
                step(&mut rng, parcels, storm)
            })
            .collect();
        Self { seed, steps }
    }
}

fn step(rng: &mut Rng, parcels: u32, storm: u32) -> Step {
    let people = 84 - parcels;
    let event = match rng.u32(0..100) {
        drawn if drawn < people => Event::Person {
            terminal: rng.usize(0..TERMINALS.len()),
            luck: rng.u16(..),
        },
        0..84 => Event::Parcel {
            which: rng.u16(..),
            fate: if rng.u32(0..100) < storm {
                fault(rng)
            } else if rng.u32(0..4) == 0 {
                Fate::AnswerWaits
            } else {
                Fate::Arrives
            },
        },
        84..92 => Event::Time {
            seconds: [1, 2, 5, 21, 40, 90, 400, 1900, 4000][rng.usize(0..9)],
        },
        92..94 => Event::Crash {
            terminal: rng.usize(0..TERMINALS.len()),
        },
        94..95 => Event::PowerCut {
            pharmacy: rng.usize(0..2),
        },
        95..96 => Event::CancelLine {
            prescription: rng.usize(0..PRESCRIPTIONS),
            line: rng.usize(0..2),
        },
        96..97 if rng.bool() => Event::Cancel {
            prescription: rng.usize(0..PRESCRIPTIONS),
        },
        97..98 => Event::Agree {
            prescription: rng.usize(0..PRESCRIPTIONS),
        },
        _ => Event::Object {
            prescription: rng.usize(0..PRESCRIPTIONS),
        },
    };
    let after = match rng.u32(0..16) {
        0 => After::Still,
        1 => After::Deaf,
        _ => After::Everything,
    };
    Step { event, after }
}

fn fault(rng: &mut Rng) -> Fate {
    let status = STATUSES[rng.usize(0..STATUSES.len())];
    match rng.u32(0..9) {
        0 => Fate::NotSent,
        1 => Fate::LostBefore,
        2 | 3 => Fate::LostAfter,
        4 => Fate::Twice,
        5 => Fate::AgainLater,
        6 => Fate::Gateway(status),
        7 => Fate::DoneBut(status.max(500)),
        _ => Fate::CutShort,
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arrives => f.write_str("arrives, and its answer comes back"),
            Self::AnswerWaits => f.write_str("arrives; its answer is on the way"),
            Self::NotSent => f.write_str("is not sent: no connection"),
            Self::LostBefore => f.write_str("is lost before it had an effect"),
            Self::LostAfter => f.write_str("is lost after its effect"),
            Self::Twice => f.write_str("arrives twice"),
            Self::AgainLater => f.write_str("arrives, and a copy stays on the way"),
            Self::Gateway(status) => write!(f, "is answered {status} by a gateway; the base saw nothing"),
            Self::DoneBut(status) => write!(f, "is done by the base, and answered {status}"),
            Self::CutShort => f.write_str("is done by the base, its answer cut short"),
        }
    }
}
