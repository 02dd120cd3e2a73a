//! The whole in one process, under faults drawn from a seed: nothing lost, nothing twice, nothing shown that is not true.
//!
//! The parts are the real ones: `App`, the work behind its effects, the use cases, the store, the client of the base,
//! and the training base's own rules. Simulated are the clock, the network, crashes and people. Everything follows from
//! the seed: nothing waits, no thread decides, no time passes but in the schedule.
//!
//! ```text
//! COMPTOIR_SIMULATION_SCHEDULES=100000 cargo test --release --test it simulation::   # more of them
//! COMPTOIR_SIMULATION_SEED=4711 COMPTOIR_SIMULATION_SCHEDULES=1 cargo test --test it simulation::   # one again
//! ```

mod base;
mod clock;
mod invariants;
mod network;
mod people;
mod planted;
mod schedule;
mod shrink;
mod stage;
mod terminal;
mod world;

use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use planted::Planted;
use schedule::Schedule;
use stage::Stage;
use world::{Broken, World};

/// Schedules of an ordinary test run.
const SCHEDULES: u64 = 2000;
/// Schedules in which each planted defect must show.
const TO_CATCH: u64 = 400;

/// A schedule that broke an invariant.
struct Failure {
    broken: Broken,
    story: Vec<String>,
}

/// Plays a schedule to its end and through the quiet; the number of steps taken, or what broke.
fn play(schedule: &Schedule, planted: Option<Planted>, stage: &Stage) -> Result<Figures, Failure> {
    let mut world = World::new(schedule.seed, planted, stage);
    let played = panic::catch_unwind(AssertUnwindSafe(|| -> Result<(), Broken> {
        for step in &schedule.steps {
            world.step(*step)?;
        }
        world.quiet()?;
        world.check_quiet()?;
        world.look_at_outboxes()?;
        world.check_outboxes()?;
        if world.send_again()? > 0 {
            world.look_at_outboxes()?;
            world.check_quiet()?;
            world.check_outboxes()?;
        }
        // Once in a while only: it takes as long as the schedule itself.
        if schedule.seed.is_multiple_of(4) {
            world.restart()?;
            world.check_quiet()?;
            world.check_outboxes()?;
        }
        Ok(())
    }));
    let broken = match played {
        Ok(Ok(())) => return Ok(Figures::of(&world)),
        Ok(Err(broken)) => broken,
        Err(_) => "something panicked (its message stands above)".to_owned(),
    };
    Err(Failure {
        broken,
        story: world.story,
    })
}

/// What was played.
#[derive(Default)]
struct Figures {
    steps: usize,
    hand_overs: usize,
    at_the_base: usize,
    corrected: usize,
    /// How often a person sent again what the base had refused; of these, corrections.
    sent_again: usize,
    corrections_sent_again: usize,
    /// How often a prescription changed hands between two terminals of a pharmacy.
    taken_over: usize,
}

impl Figures {
    fn of(world: &World) -> Self {
        Self {
            steps: world.steps,
            hand_overs: world.places.iter().map(|place| place.told.len()).sum(),
            at_the_base: world.held.iter().map(Vec::len).sum(),
            corrected: world.held.iter().flatten().filter(|held| held.is_wrong).count(),
            sent_again: world.sent_again(|_| true),
            corrections_sent_again: world.sent_again(|hand_over| hand_over.corrects.is_some()),
            taken_over: world.told(people::TAKES_OVER),
        }
    }

    fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.hand_overs += other.hand_overs;
        self.at_the_base += other.at_the_base;
        self.corrected += other.corrected;
        self.sent_again += other.sent_again;
        self.corrections_sent_again += other.corrections_sent_again;
        self.taken_over += other.taken_over;
    }
}

fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn nothing_is_lost_doubled_shown_against_the_patient_or_untrue() {
    let first = asked("COMPTOIR_SIMULATION_SEED", 1);
    let count = asked("COMPTOIR_SIMULATION_SCHEDULES", SCHEDULES);
    let stage = Stage::new();
    let begun = Instant::now();
    let mut figures = Figures::default();
    for seed in first..first + count {
        let schedule = Schedule::of(seed);
        let Ok(played) = play(&schedule, None, &stage) else {
            panic!("{}", shrink::told(&schedule, &stage));
        };
        figures.add(&played);
    }
    println!(
        "{count} schedules from seed {first}: {} steps, {} hand-overs told, {} deliveries at the base, {} of them corrected, \
         {} sent again after a no ({} corrections), {} taken over from a colleague, {:.1} s",
        figures.steps,
        figures.hand_overs,
        figures.at_the_base,
        figures.corrected,
        figures.sent_again,
        figures.corrections_sent_again,
        figures.taken_over,
        begun.elapsed().as_secs_f32()
    );
    if count >= SCHEDULES {
        let rare = [figures.corrections_sent_again, figures.taken_over];
        assert!(
            rare.iter().all(|times| *times > 0),
            "what is rare happens all the same: {rare:?}"
        );
    }
}

#[test]
fn every_planted_defect_is_caught() {
    let stage = Stage::new();
    let mut missed = Vec::new();
    for planted in Planted::ALL {
        let caught = (1..=TO_CATCH).find_map(|seed| {
            let failure = play(&Schedule::of(seed), Some(planted), &stage).err()?;
            Some((seed, failure.broken))
        });
        match caught {
            Some((seed, broken)) => println!("{planted:?}: caught at seed {seed}: {broken}"),
            None => missed.push(planted),
        }
    }
    assert!(
        missed.is_empty(),
        "not caught in {TO_CATCH} schedules: {missed:?}"
    );
}

#[test]
fn a_seed_tells_the_same_story_every_time() {
    let stage = Stage::new();
    for seed in 1..20 {
        let story = || {
            let schedule = Schedule::of(seed);
            let mut world = World::new(seed, None, &stage);
            for step in &schedule.steps {
                world.step(*step).unwrap();
            }
            world.story
        };
        assert_eq!(story(), story(), "seed {seed}");
    }
}
