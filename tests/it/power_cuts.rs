//! Power cuts: the real writes of the store are recorded, then replayed up to any moment with any part of what was not
//! synchronised lost, torn or reordered. Whatever was acknowledged before that moment is there, once, in a whole chain.
//!
//! Power cuts of one run: [`CUTS`]; `COMPTOIR_POWER_CUTS` asks for more, `COMPTOIR_POWER_CUT_SEED` for others.

mod disk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use comptoir::domain::identifiers::{DispenseId, DispensedLineId};
use comptoir::domain::outbox::{OutboxEntry, PostState};
use comptoir::domain::register::{RegisterContent, RegisterNumber};
use comptoir::store::{CloseAnswer, KeyPlace, RecordAnswer, Store, StoreError};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sample::{dispense, dispense_id, later, number, one_box, prescription, store_key};
use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::shim::Shim;
use disk::{Act, Disk, Remains, acts};

/// Power cuts replayed in one run.
const CUTS: usize = 2_000;

/// Hand-overs of the day that is recorded.
const HAND_OVERS: u8 = 60;

/// Where the child of this test works.
const FOLDER: &str = "COMPTOIR_POWER_CUT_FOLDER";

/// The one place where these tests open a store.
fn open(path: &Path) -> Result<Store, StoreError> {
    if path.with_file_name("store.key").exists() {
        // The record holds no rights.
        let owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(path.with_file_name("store.key"), owner).unwrap();
        // The real program's, which keeps its key beside its store.
        Store::open_kept(path, &KeyPlace::File(path.with_file_name("store.key")))
    } else {
        Store::open(path, &store_key())
    }
}

/// What a program said to be done.
#[derive(Debug, Clone)]
enum Promise {
    Recorded(DispenseId, Vec<RegisterNumber>),
    Settled(DispenseId),
    Closed(String),
    Received(usize),
}

impl Promise {
    fn said(&self) -> String {
        let json = match self {
            Self::Recorded(id, numbers) => {
                let numbers: Vec<u32> = numbers.iter().map(|number| number.0).collect();
                json!({ "recorded": id.to_string(), "numbers": numbers })
            }
            Self::Settled(id) => json!({ "settled": id.to_string() }),
            Self::Closed(note) => json!({ "closed": note }),
            Self::Received(length) => json!({ "received": length }),
        };
        format!("{json}\n")
    }

    /// Reads what the child or the real program said; other words promise nothing.
    fn heard(line: &str) -> Option<Self> {
        let said: Value = serde_json::from_str(line).ok()?;
        let id = |name: &str| {
            said[name]
                .as_str()
                .and_then(|text| Uuid::parse_str(text).ok())
                .map(DispenseId)
        };
        let numbers = |list: &Value, of: fn(&Value) -> &Value| {
            let list = list.as_array()?.iter().filter_map(|item| of(item).as_u64());
            Some(
                list.map(|number| RegisterNumber(u32::try_from(number).unwrap()))
                    .collect(),
            )
        };
        if let Some(id) = id("recorded") {
            return Some(Self::Recorded(id, numbers(&said["numbers"], |item| item)?));
        }
        // The document of `comptoir dispense --json`.
        if let Some(id) = id("dispense") {
            return Some(Self::Recorded(
                id,
                numbers(&said["lines"], |line| &line["register"])?,
            ));
        }
        if let Some(id) = id("settled") {
            return Some(Self::Settled(id));
        }
        if let Some(note) = said["closed"].as_str() {
            return Some(Self::Closed(note.to_owned()));
        }
        Some(Self::Received(
            usize::try_from(said["received"].as_u64()?).unwrap(),
        ))
    }
}

/// A day of a counter: two terminals on one store, closures, posts, prescriptions received, an evening and a morning.
///
/// It is the child that the recording runs; run by itself it has nowhere to work and does nothing.
#[test]
#[ignore = "the part that the power-cut tests play in a process of their own"]
fn a_day_of_work() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let path = folder.join("data/counter.sqlite");
    let promise = |promise: &Promise| {
        let mut out = std::io::stdout().lock();
        out.write_all(promise.said().as_bytes()).unwrap();
        out.flush().unwrap();
    };
    let mut terminals = vec![open(&path).unwrap()];
    for of in 1..=HAND_OVERS {
        let at = later(i64::from(of) * 60);
        if of == HAND_OVERS / 2 {
            // The last one out writes everything back into the main file and removes the log.
            terminals.clear();
            terminals.extend([open(&path).unwrap(), open(&path).unwrap()]);
        }
        let store = &terminals[usize::from(of) % terminals.len()];
        let checked = match of % 4 {
            0 => dispense(of.into(), &prescription(of), at),
            _ => one_box(of.into(), &prescription(of), at),
        };
        let RecordAnswer::Recorded(registered) = store.record(&checked, &[]).unwrap() else {
            panic!("{of} was recorded before");
        };
        let numbers = registered.iter().filter_map(|(_, number)| *number).collect();
        promise(&Promise::Recorded(dispense_id(of.into()), numbers));
        if of % 3 == 0 {
            let states: Vec<_> = registered
                .iter()
                .map(|(line, _)| (*line, PostState::Accepted))
                .collect();
            store.settle(dispense_id(of.into()), &states, at).unwrap();
            promise(&Promise::Settled(dispense_id(of.into())));
        }
        if of % 3 == 0 && of >= HAND_OVERS / 2 {
            // Large enough for the log to be written back by itself, once that afternoon.
            let length = 300_000 + usize::from(of);
            store
                .save_received(&number(99), at, &["x".repeat(length)])
                .unwrap();
            promise(&Promise::Received(length));
        }
        if of % 16 == 0 {
            let CloseAnswer::Closed { note, .. } = store.close_register("essai", at).unwrap() else {
                panic!("the register was not closed");
            };
            promise(&Promise::Closed(note));
        }
    }
}

/// What was recorded: the acts, and the folder they name.
struct Recording {
    root: String,
    acts: Vec<Act>,
    promises: usize,
}

impl Recording {
    fn read(root: &Path, record: &Path) -> Self {
        // The memory that connections share is not on the disk; the program's own journal promises nothing.
        let is_kept = |act: &Act| match act {
            Act::Create(path) | Act::Write { path, .. } | Act::Resize { path, .. } | Act::Remove(path) => {
                !path.ends_with("-shm") && !path.ends_with("/comptoir.log")
            }
            Act::Synchronise(_) | Act::Rename { .. } | Act::MakeFolder(_) | Act::Say(_) => true,
        };
        let acts: Vec<Act> = acts(record).into_iter().filter(is_kept).collect();
        Self {
            root: root.display().to_string(),
            promises: heard(&acts, acts.len()).len(),
            acts,
        }
    }

    /// That day, of the store in a process of its own.
    fn of_a_day() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let record = tempfile::NamedTempFile::new().unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "power_cuts::a_day_of_work", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .envs(Shim::under(folder.path()).recording(record.path()).environment())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(
            child.status.success(),
            "{}",
            String::from_utf8_lossy(&child.stderr)
        );
        Self::read(folder.path(), record.path())
    }

    /// The real program, one delivery after the other, its base gone after the first look.
    fn of_the_program() -> Self {
        let files = tempfile::tempdir().unwrap();
        let record = tempfile::NamedTempFile::new().unwrap();
        let base = BaseServer::start(files.path());
        let counter = Counter::of_base(&base.address);
        let aside = Counter::of_base(&base.address);
        let numbers: Vec<String> = (0..6).map(|_| aside.prescribe("conforming").0).collect();
        let shim = Shim::under(counter.home.path())
            .recording(record.path())
            .environment();
        for number in &numbers {
            assert_eq!(counter.run_with(&["consult", number, "--json"], &shim).code, 0);
        }
        base.stop();
        for number in &numbers {
            let said = counter
                .run_with(&["dispense", number, "--all", "--json"], &shim)
                .json_with(0);
            assert_eq!(said["state"], "pending", "{said}");
        }
        Self::read(counter.home.path(), record.path())
    }

    /// The same as the program would have written it with `synchronous=NORMAL`: the log is synchronised when it begins
    /// and before it is written back, and not at each commit.
    fn with_synchronous_normal(mut self) -> Self {
        let is_log = |act: &Act| matches!(act, Act::Synchronise(path) if path.ends_with("-wal"));
        let is_write_back = |act: &Act| matches!(act, Act::Write { path, .. } if path.ends_with(".sqlite"));
        let kept: Vec<Act> = (0..self.acts.len())
            .filter(|place| {
                let stays = place
                    .checked_sub(1)
                    .is_some_and(|before| is_log_head(&self.acts[before]))
                    || self.acts.get(place + 1).is_some_and(is_write_back);
                !is_log(&self.acts[*place]) || stays
            })
            .map(|place| self.acts[place].clone())
            .collect();
        self.acts = kept;
        self
    }

    /// The same on a machine that never synchronises anything.
    fn without_synchronising(mut self) -> Self {
        self.acts.retain(|act| !matches!(act, Act::Synchronise(_)));
        self
    }

    /// The same by a program that says "recorded" before it is: each promise moves before the writes it stands on.
    fn said_too_early(mut self) -> Self {
        let is_log = |act: &Act| matches!(act, Act::Synchronise(path) if path.ends_with("-wal"));
        for place in 1..self.acts.len() {
            if matches!(self.acts[place], Act::Say(_)) {
                let mut synchronised = (0..place).rev().filter(|before| is_log(&self.acts[*before]));
                if let Some(before_its_own) = synchronised.nth(1) {
                    self.acts[before_its_own + 1..=place].rotate_right(1);
                }
            }
        }
        self
    }

    /// How often the log was begun anew, which it is after it was written back.
    fn logs(&self) -> usize {
        self.acts.iter().filter(|act| is_log_head(act)).count()
    }

    /// Cuts the power that many times, spread over all moments and all ways, and looks at what remains.
    fn cut(&self, cuts: usize, seed: u64) -> Tally {
        let workers = thread::available_parallelism().map_or(2, usize::from).min(cuts);
        thread::scope(|scope| {
            let work = |worker| scope.spawn(move || self.cut_some(worker, workers, cuts, seed));
            let handles: Vec<_> = (0..workers).map(work).collect();
            handles
                .into_iter()
                .fold(Tally::default(), |sum, handle| sum.and(&handle.join().unwrap()))
        })
    }

    /// The cuts of one worker, in the order of their moments.
    fn cut_some(&self, worker: usize, workers: usize, cuts: usize, seed: u64) -> Tally {
        let (mut disk, mut done, mut tally) = (Disk::default(), 0, Tally::default());
        let place = scratch();
        for cut in (worker..cuts).step_by(workers) {
            let mut luck = fastrand::Rng::with_seed(seed ^ (cut as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let moment = (cut * self.acts.len() + luck.usize(0..self.acts.len())) / cuts;
            for act in &self.acts[done..moment] {
                disk.take(act);
            }
            done = moment;
            let remains = Remains::ALL[luck.usize(0..Remains::ALL.len())];
            let here = place.path().join(cut.to_string());
            disk.cut(remains, &mut luck, &self.root, &here);
            let promises = heard(&self.acts, moment);
            tally.add(
                look(&here, &promises),
                &format!("cut {cut} of seed {seed} at act {moment}, {remains:?}"),
            );
            std::fs::remove_dir_all(&here).unwrap();
        }
        tally
    }
}

fn is_log_head(act: &Act) -> bool {
    matches!(act, Act::Write { path, offset: 0, content } if path.ends_with("-wal") && content.len() == 32)
}

/// A folder in memory where there is one: what is synchronised in these tests is only pretended to be.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// What was promised before that moment.
fn heard(acts: &[Act], moment: usize) -> Vec<Promise> {
    let said: String = acts[..moment]
        .iter()
        .filter_map(|act| match act {
            Act::Say(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    // A line that was not ended was not said.
    let whole = said.rfind('\n').map_or("", |end| &said[..end]);
    whole.lines().filter_map(Promise::heard).collect()
}

/// What is wrong with a store after a power cut.
enum Fault {
    /// Something promised is not there.
    Lost(String),
    /// What is there does not hold together.
    Corrupt(String),
}

#[derive(Default)]
struct Tally {
    cuts: usize,
    promises: usize,
    lost: usize,
    corrupt: usize,
    examples: String,
}

impl Tally {
    fn add(&mut self, found: Result<usize, Fault>, which: &str) {
        self.cuts += 1;
        let (count, what) = match found {
            Ok(promises) => {
                self.promises += promises;
                return;
            }
            Err(Fault::Lost(what)) => (&mut self.lost, what),
            Err(Fault::Corrupt(what)) => (&mut self.corrupt, what),
        };
        *count += 1;
        if self.lost + self.corrupt <= 5 {
            let _ = writeln!(self.examples, "{which}: {what}");
        }
    }

    fn and(mut self, other: &Self) -> Self {
        self.cuts += other.cuts;
        self.promises += other.promises;
        self.lost += other.lost;
        self.corrupt += other.corrupt;
        self.examples += &other.examples;
        self
    }
}

/// Opens what remains as the program does and looks for every promise; gives how many were kept.
fn look(place: &Path, promises: &[Promise]) -> Result<usize, Fault> {
    let path = place.join("data/counter.sqlite");
    if !path.exists() && !promises.is_empty() {
        return Err(Fault::Lost("there is no store any more".into()));
    }
    let broken = |error: StoreError| Fault::Corrupt(comptoir::chain(&error));
    let store = open(&path).map_err(broken)?;
    holds_together(&store)?;
    for promise in promises {
        let is_kept = match promise {
            Promise::Recorded(id, numbers) => {
                let found = store.registered(*id).map_err(broken)?;
                let found: Vec<RegisterNumber> = found.iter().filter_map(|(_, number)| *number).collect();
                found == *numbers && store.hand_over(*id).map_err(broken)?.is_some()
            }
            Promise::Settled(id) => {
                let entry = store.hand_over(*id).map_err(broken)?;
                entry.is_some_and(|entry| *entry.state() == PostState::Accepted)
            }
            Promise::Closed(note) => store.closures().map_err(broken)?.contains(note),
            Promise::Received(length) => {
                let copy = store.received(&number(99)).map_err(broken)?;
                copy.is_some_and(|copy| copy.answers[0].len() >= *length)
            }
        };
        if !is_kept {
            return Err(Fault::Lost(format!("{promise:?}")));
        }
    }
    goes_on(&store)?;
    Ok(promises.len())
}

/// The chain is whole, its closures are met, no line is in it twice, and every hand-over is there with all its entries.
fn holds_together(store: &Store) -> Result<(), Fault> {
    let broken = |error: StoreError| Fault::Corrupt(comptoir::chain(&error));
    let verified = store.verify_closed_register(later(0), &[]).map_err(broken)?;
    if let Some(bad) = verified.first_bad {
        return Err(Fault::Corrupt(format!("entry {} does not hold", bad.0)));
    }
    let mut entries: BTreeMap<DispensedLineId, RegisterNumber> = BTreeMap::new();
    for entry in store
        .register_entries(RegisterNumber(1), u32::MAX)
        .map_err(broken)?
    {
        if let Some(RegisterContent::Delivery(delivery)) = entry.content
            && entries.insert(delivery.dispensed_line, entry.number).is_some()
        {
            return Err(Fault::Corrupt(format!(
                "entry {} repeats another",
                entry.number.0
            )));
        }
    }
    let hand_overs: Vec<OutboxEntry> = store
        .served_between(Timestamp::MIN, Timestamp::MAX)
        .map_err(broken)?;
    let mut claimed = BTreeSet::new();
    for entry in &hand_overs {
        for (line, registered) in store.registered(entry.hand_over.id).map_err(broken)? {
            if registered != entries.get(&line).copied() {
                return Err(Fault::Corrupt(format!("{registered:?} is half recorded")));
            }
            claimed.extend(registered);
        }
    }
    if claimed.len() != entries.len() {
        return Err(Fault::Corrupt("an entry belongs to no hand-over".into()));
    }
    Ok(())
}

/// The counter works on: what was being recorded can be recorded now, once.
fn goes_on(store: &Store) -> Result<(), Fault> {
    let next = dispense(1_000, &prescription(98), later(86_400));
    match store.record(&next, &[]) {
        Ok(RecordAnswer::Recorded(_)) => Ok(()),
        Ok(other) => Err(Fault::Corrupt(format!("{other:?}"))),
        Err(error) => Err(Fault::Corrupt(comptoir::chain(&error))),
    }
}

fn asked(name: &str, otherwise: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[test]
fn a_power_cut_loses_nothing_that_was_said_to_be_recorded() {
    let (cuts, seed) = (
        asked("COMPTOIR_POWER_CUTS", CUTS),
        asked("COMPTOIR_POWER_CUT_SEED", 1) as u64,
    );
    for (what, recording, share) in [
        ("two terminals, one day", Recording::of_a_day(), 3),
        ("the real program", Recording::of_the_program(), 1),
    ] {
        let tally = recording.cut(cuts * share / 4, seed);
        println!(
            "{what}: {} power cuts over {} writes and {} promises: {} lost, {} corrupt",
            tally.cuts,
            recording.acts.len(),
            recording.promises,
            tally.lost,
            tally.corrupt
        );
        assert!(
            recording.promises >= 6,
            "{what}: too little was promised to prove anything"
        );
        assert!(
            recording.logs() >= 3,
            "{what}: the log was not written back often enough"
        );
        assert!(
            tally.promises > tally.cuts,
            "{what}: the cuts came too early to prove anything"
        );
        assert_eq!((tally.lost, tally.corrupt), (0, 0), "{what}\n{}", tally.examples);
    }
}

#[test]
fn the_power_cuts_find_what_loses_and_what_corrupts() {
    type Mutant = (&'static str, fn(Recording) -> Recording, fn(&Tally) -> bool);
    let mutants: [Mutant; 3] = [
        (
            "synchronous=NORMAL",
            Recording::with_synchronous_normal,
            |tally| tally.lost > 0 && tally.corrupt == 0,
        ),
        (
            "said before it was recorded",
            Recording::said_too_early,
            |tally| tally.lost > 0,
        ),
        (
            "nothing synchronised",
            Recording::without_synchronising,
            |tally| tally.lost > 0 && tally.corrupt > 0,
        ),
    ];
    for (name, mutate, is_caught) in mutants {
        let tally = mutate(Recording::of_a_day()).cut(200, 1);
        println!(
            "{name}: {} power cuts: {} lost, {} corrupt",
            tally.cuts, tally.lost, tally.corrupt
        );
        assert!(is_caught(&tally), "{name} was not caught\n{}", tally.examples);
    }
}
