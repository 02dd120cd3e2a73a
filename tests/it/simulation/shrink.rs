//! Makes a failure short: steps are dropped and faults taken back while it still fails, then its story is told.

use super::schedule::{After, Event, Fate, Schedule, Step};
use super::stage::Stage;
use super::{Failure, play};

/// How many schedules may be played to shorten one.
const TRIES_MAX: usize = 1500;

/// The shortest failing schedule that was found, and how it fails.
pub(super) fn shortest(
    schedule: &Schedule,
    fails: impl Fn(&Schedule) -> Option<Failure>,
) -> Option<(Schedule, Failure)> {
    let mut failure = fails(schedule)?;
    let mut best = schedule.clone();
    let mut tries = 0;
    let mut shorter = true;
    while shorter && tries < TRIES_MAX {
        shorter = false;
        let mut length = best.steps.len().div_ceil(2).max(1);
        loop {
            let mut start = 0;
            while start < best.steps.len() && tries < TRIES_MAX {
                let mut candidate = best.clone();
                let end = (start + length).min(candidate.steps.len());
                candidate.steps.drain(start..end);
                tries += 1;
                match fails(&candidate) {
                    Some(found) => {
                        (best, failure, shorter) = (candidate, found, true);
                    }
                    None => start += length,
                }
            }
            if length == 1 {
                break;
            }
            length = length.div_ceil(2);
        }
        for place in 0..best.steps.len() {
            let Some(milder) = milder(best.steps[place]) else {
                continue;
            };
            let mut candidate = best.clone();
            candidate.steps[place] = milder;
            tries += 1;
            if let Some(found) = fails(&candidate) {
                (best, failure, shorter) = (candidate, found, true);
            }
        }
    }
    Some((best, failure))
}

/// The same step without its fault, if it has one.
fn milder(step: Step) -> Option<Step> {
    let event = match step.event {
        Event::Parcel { which, fate } if fate != Fate::Arrives => Event::Parcel {
            which,
            fate: Fate::Arrives,
        },
        event => event,
    };
    let milder = Step {
        event,
        after: After::Everything,
    };
    (milder != step).then_some(milder)
}

/// The story of a failing schedule, as short as it could be made.
pub(super) fn told(schedule: &Schedule, stage: &Stage) -> String {
    let Some((shortest, failure)) = shortest(schedule, |candidate| play(candidate, None, stage).err()) else {
        return format!("seed {} failed once and not again", schedule.seed);
    };
    format!(
        "seed {}, {} of {} steps:\n{}\n=> {}\n",
        schedule.seed,
        shortest.steps.len(),
        schedule.steps.len(),
        failure.story.join("\n"),
        failure.broken
    )
}
