//! The real program killed at named points, through its C library: each name is a row, and says what is true then.

use comptoir::store::CLAIM_LASTS;
use serde_json::json;

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::shim::Shim;

/// What the program is doing when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Making its store.
    Opening,
    /// Recording a delivery and posting it.
    Dispensing,
    /// Signing a closure of the register, a delivery being in it.
    Closing,
}

/// Whether the delivery is in the register after the kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Recorded,
    NotRecorded,
}

struct Point {
    name: &'static str,
    doing: Doing,
    rules: &'static [&'static str],
    then: Then,
}

const fn at(name: &'static str, doing: Doing, rules: &'static [&'static str], then: Then) -> Point {
    Point {
        name,
        doing,
        rules,
        then,
    }
}

/// A log that is opened is first synchronised for its head; then comes one synchronisation per transaction.
#[rustfmt::skip]
const POINTS: &[Point] = &[
    at("before there is a key", Doing::Opening, &["open store.key.draft 1 kill-before"], Then::NotRecorded),
    at("once the key's draft is made", Doing::Opening, &["open store.key.draft 1 kill-after"], Then::NotRecorded),
    at("once the key's draft is written", Doing::Opening, &["write store.key.draft 1 kill-after"], Then::NotRecorded),
    at("before the key has its name", Doing::Opening, &["rename store.key 1 kill-before"], Then::NotRecorded),
    at("once the key has its name", Doing::Opening, &["rename store.key 1 kill-after"], Then::NotRecorded),
    at("before the store's file is made", Doing::Opening, &["open counter.sqlite 1 kill-before"], Then::NotRecorded),
    at("once the store's file is made", Doing::Opening, &["open counter.sqlite 1 kill-after"], Then::NotRecorded),
    at("before its folder is synchronised", Doing::Opening, &["sync data 1 kill-before"], Then::NotRecorded),
    at("while it becomes a store", Doing::Opening, &["write counter.sqlite-journal 1 kill-after"], Then::NotRecorded),
    at("while it becomes one with a log", Doing::Opening, &["sync counter.sqlite-journal 1 kill-after"], Then::NotRecorded),
    at("in the middle of the schema", Doing::Opening, &["write -wal 9 kill-after"], Then::NotRecorded),
    at("before the schema's first step is synchronised", Doing::Opening, &["sync -wal 2 kill-before"], Then::NotRecorded),
    at("between two steps of the schema", Doing::Opening, &["sync -wal 3 kill-after"], Then::NotRecorded),
    at("before the last step of the schema", Doing::Opening, &["sync -wal 4 kill-before"], Then::NotRecorded),
    at("before the prescription is asked for", Doing::Dispensing, &["send \"batch\" 1 kill-before"], Then::NotRecorded),
    at("once the prescription is received", Doing::Dispensing, &["recv batch-response 1 kill-after"], Then::NotRecorded),
    at("once the prescription is kept", Doing::Dispensing, &["sync -wal 2 kill-after"], Then::NotRecorded),
    at("in the middle of the recording", Doing::Dispensing, &["sync -wal 2 then", "write -wal 7 kill-after"], Then::NotRecorded),
    at("before the recording is synchronised", Doing::Dispensing, &["sync -wal 3 kill-before"], Then::Recorded),
    at("once recorded, before the post", Doing::Dispensing, &["sync -wal 3 kill-after"], Then::Recorded),
    at("before the post is claimed", Doing::Dispensing, &["sync -wal 3 then", "write -wal 1 kill-before"], Then::Recorded),
    at("once the post is claimed", Doing::Dispensing, &["sync -wal 4 kill-after"], Then::Recorded),
    at("before the request leaves", Doing::Dispensing, &["send \"transaction\" 1 kill-before"], Then::Recorded),
    at("once the request has left", Doing::Dispensing, &["send \"transaction\" 1 kill-after"], Then::Recorded),
    at("once the answer is there", Doing::Dispensing, &["recv transaction-response 1 kill-after"], Then::Recorded),
    at("before the answer is kept", Doing::Dispensing, &["recv transaction-response 1 then", "sync -wal 1 kill-before"], Then::Recorded),
    at("once the answer is kept", Doing::Dispensing, &["recv transaction-response 1 then", "sync -wal 1 kill-after"], Then::Recorded),
    at("before it is said", Doing::Dispensing, &["say \"dispense\" 1 kill-before"], Then::Recorded),
    at("once it is said", Doing::Dispensing, &["say \"dispense\" 1 kill-after"], Then::Recorded),
    at("while the log is written back", Doing::Dispensing, &["say \"dispense\" 1 then", "write counter.sqlite 3 kill-before"], Then::Recorded),
    at("before the log is removed", Doing::Dispensing, &["unlink -wal 1 kill-before"], Then::Recorded),
    at("before the closure is synchronised", Doing::Closing, &["sync -wal 2 kill-before"], Then::Recorded),
    at("once the closure is synchronised", Doing::Closing, &["sync -wal 2 kill-after"], Then::Recorded),
];

/// A counter with what comes before the point: nothing, a prescription consulted, or a delivery.
fn counter_before(point: &Point, base: &str, number: &str) -> Counter {
    let counter = Counter::of_base(base);
    match point.doing {
        Doing::Opening => {}
        Doing::Dispensing => drop(counter.run(&["consult", number]).code),
        Doing::Closing => {
            assert_eq!(
                counter.run(&["dispense", number, "--all"]).code,
                0,
                "{}",
                point.name
            );
        }
    }
    counter
}

fn arguments(doing: Doing, number: &str) -> Vec<&str> {
    match doing {
        Doing::Opening => vec!["register", "list", "--json"],
        Doing::Dispensing => vec!["dispense", number, "--all", "--json"],
        Doing::Closing => vec!["register", "close", "--json"],
    }
}

/// How many entries the register has, having verified it.
fn registered(counter: &Counter, name: &str) -> usize {
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!(verified["ok"], true, "{name}: {verified}");
    usize::try_from(verified["entries"].as_u64().unwrap()).unwrap()
}

#[test]
fn killed_at_every_named_point_nothing_is_lost_and_nothing_is_doubled() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let aside = Counter::of_base(&base.address);
    // A dead process's claim on a post ends by itself: the clock is put forward instead of waiting for it.
    let later = files.path().join("later");
    std::fs::write(&later, (CLAIM_LASTS.as_secs() + 1).to_string()).unwrap();
    let later = Shim::default().clock(&later).environment();

    for point in POINTS {
        let name = point.name;
        let (number, _) = aside.prescribe("conforming");
        let counter = counter_before(point, &base.address, &number);
        let mut shim = Shim::under(counter.home.path());
        for rule in point.rules {
            shim = shim.rule(rule);
        }
        let killed = counter.run_with(&arguments(point.doing, &number), &shim.environment());
        assert!(killed.was_killed(), "{name} was never reached: {killed:?}");

        let entries = registered(&counter, name);
        let recorded = if entries == 0 {
            Then::NotRecorded
        } else {
            Then::Recorded
        };
        assert_eq!(recorded, point.then, "{name}");
        if let Ok(said) = serde_json::from_str::<serde_json::Value>(&killed.stdout)
            && point.doing == Doing::Dispensing
        {
            assert_eq!(
                said["lines"].as_array().unwrap().len(),
                entries,
                "{name}: said, and not there"
            );
        }

        // What was recorded goes to the base once; what was not can be recorded now, once.
        if recorded == Then::NotRecorded {
            assert_eq!(counter.run(&["dispense", &number, "--all"]).code, 0, "{name}");
        }
        let flushed = counter.run_with(&["outbox", "flush", "--json"], &later);
        assert_eq!(flushed.code, 0, "{name}: {flushed:?}");
        let waiting = counter.run(&["outbox", "list", "--json"]).json_with(0);
        assert_eq!(waiting["entries"], json!([]), "{name}");
        counter.run(&["dispense", &number, "--all"]);
        let seen = aside.run(&["prescriber", "show", &number, "--json"]).json_with(0);
        let at_the_base = seen["deliveries"].as_array().unwrap().len();
        assert_eq!(
            (registered(&counter, name), at_the_base),
            (3, 3),
            "{name}: here and at the base"
        );
        let closed = counter.run(&["register", "close", "--json"]);
        assert_eq!(closed.code, 0, "{name}: {closed:?}");
        assert_eq!(registered(&counter, name), 3, "{name}");
    }
    println!("{} named points: 0 lost, 0 doubled", POINTS.len());
}
