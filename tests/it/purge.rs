//! The purge at the end of a retention: what goes, what stays, and a clock that is not believed.

use std::fs;
use std::path::PathBuf;

use comptoir::domain::outbox::PostState;
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::register::RegisterNumber;
use comptoir::domain::retention::{ClockDoubt, RetentionClass};
use comptoir::store::{ClockTrust, KeyPlace, PurgeAnswer, PurgeMode, Purged, PurgedEntries, Remnants, Store};
use jiff::{SignedDuration, Timestamp, ToSpan};
use tempfile::TempDir;

use crate::sample::{dispense, dispense_id, noon, one_box, prescription, raw_store, store_key};
use crate::support::command::Counter;

const CANARY: &str = "ZZCANARY";

fn in_days(days: i64) -> Timestamp {
    noon() + SignedDuration::from_hours(24 * days)
}

fn in_years(years: i64, days: i64) -> Timestamp {
    let zoned = noon().to_zoned(jiff::tz::TimeZone::UTC);
    zoned.checked_add(years.years()).unwrap().timestamp() + SignedDuration::from_hours(24 * days)
}

struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn open(&self) -> Store {
        Store::open(&self.path(), &store_key()).unwrap()
    }
}

/// Hand-over `of`, of two entries, on that day, with its prescription received; the base accepted it.
fn served(store: &Store, of: u8, day: i64) {
    waiting(store, of, day);
    settle(store, of, day, &PostState::Accepted);
}

fn waiting(store: &Store, of: u8, day: i64) {
    let prescription = prescription(of);
    let answers = [format!(
        "{{\"family\":\"{CANARY}\",\"of\":{of},\"of\":\"{}\"}}",
        "x".repeat(6_000)
    )];
    store
        .save_received(&prescription.number, in_days(day), &answers)
        .unwrap();
    store
        .record(&dispense(of.into(), &prescription, in_days(day)), &[])
        .unwrap();
}

fn settle(store: &Store, of: u8, day: i64, state: &PostState) {
    let lines: Vec<_> = dispense(of.into(), &prescription(of), in_days(day))
        .hand_over()
        .lines
        .iter()
        .map(|line| (line.id, state.clone()))
        .collect();
    store
        .settle(dispense_id(of.into()), &lines, in_days(day))
        .unwrap();
}

fn purge(store: &Store, now: Timestamp, clock: ClockTrust, mode: PurgeMode) -> PurgeAnswer {
    store.purge(now, "cm", clock, mode).unwrap()
}

fn purged(store: &Store, now: Timestamp) -> Purged {
    match purge(store, now, ClockTrust::VouchedFor, PurgeMode::Erase) {
        PurgeAnswer::Purged(purged) => purged,
        other => unreachable!("a purge was expected, not {other:?}"),
    }
}

fn entries(purged: &Purged) -> Option<(u32, u32, u32)> {
    let of = |of: &PurgedEntries| (of.first.0, of.last.0, of.count);
    purged.entries.get(&RetentionClass::Register).map(of)
}

#[test]
fn what_has_passed_its_end_is_erased_everywhere_and_the_chain_holds() {
    let files = Files::new();
    let store = files.open();
    for of in 1..=20 {
        served(&store, of, 0);
    }
    for of in 21..=25 {
        served(&store, of, 30);
    }
    let head = store.verify_register(in_days(40)).unwrap().head;
    let now = in_years(10, 2);
    let found = purged(&store, now);
    assert_eq!((entries(&found), found.hand_overs), (Some((1, 40, 40)), 20));
    assert_eq!((found.copies, found.remnants), (25, Remnants::None));
    for of in 1..=20 {
        assert_eq!(store.hand_over(dispense_id(of)).unwrap(), None);
        assert_eq!(
            store
                .received(&prescription(u8::try_from(of).unwrap()).number)
                .unwrap(),
            None
        );
    }
    let after = store.verify_register(now).unwrap();
    assert_eq!((after.entries, after.first_bad, after.purged), (50, None, 40));
    assert_eq!(after.head, head);
    let erased = store.register_entry(RegisterNumber(40)).unwrap().unwrap();
    assert_eq!((erased.content, erased.recorded_at), (None, in_days(0)));
    let erasure = store.erasure(RegisterNumber(40)).unwrap().unwrap();
    assert_eq!((erasure.class, erasure.at), (RetentionClass::Register, now));
    assert_eq!(store.purges().unwrap()[0].purged, found);
    // And then the rest.
    assert_eq!(entries(&purged(&store, in_years(10, 40))), Some((41, 50, 10)));
    assert_eq!(store.verify_register(in_years(10, 40)).unwrap().purged, 50);
    assert_eq!(
        purge(&store, in_years(11, 0), ClockTrust::VouchedFor, PurgeMode::Erase),
        PurgeAnswer::NothingToPurge
    );
}

#[test]
fn a_rehearsal_says_the_same_and_erases_nothing() {
    let files = Files::new();
    let store = files.open();
    served(&store, 1, 0);
    let before = store.verify_register(noon()).unwrap();
    let now = in_years(10, 1);
    let rehearsed = purge(&store, now, ClockTrust::VouchedFor, PurgeMode::Rehearse);
    let after = store.verify_register(noon()).unwrap();
    assert_eq!((after, store.purges().unwrap().len()), (before, 0));
    assert_eq!(rehearsed, PurgeAnswer::Purged(purged(&store, now)));
}

#[test]
fn the_last_day_of_a_retention_is_kept() {
    let store = Store::in_memory().unwrap();
    served(&store, 1, 0);
    let over = |years, days| match purge(
        &store,
        in_years(years, days),
        ClockTrust::VouchedFor,
        PurgeMode::Rehearse,
    ) {
        PurgeAnswer::Purged(purged) => (entries(&purged).is_some(), purged.hand_overs, purged.copies),
        _ => (false, 0, 0),
    };
    for (years, days, expected) in [
        (0, 100, (false, 0, 0)),
        (3, 0, (false, 0, 0)),
        (3, 1, (false, 0, 1)),
        (10, -1, (false, 0, 1)),
        (10, 0, (false, 0, 1)),
        (10, 1, (true, 1, 1)),
    ] {
        assert_eq!(over(years, days), expected, "{years} years and {days} days");
    }
}

#[test]
fn a_copy_that_served_nobody_is_kept_for_three_months() {
    let files = Files::new();
    let store = files.open();
    let number = prescription(7).number;
    store
        .save_received(&number, noon(), &[CANARY.to_owned()])
        .unwrap();
    let kept = purge(&store, in_days(91), ClockTrust::VouchedFor, PurgeMode::Erase);
    assert_eq!(kept, PurgeAnswer::NothingToPurge);
    assert_eq!(purged(&store, in_days(93)).copies, 1);
    assert_eq!(store.received(&number).unwrap(), None);
}

#[test]
fn what_waits_or_must_be_settled_is_never_erased() {
    let store = Store::in_memory().unwrap();
    let no = || Refusal {
        code: RefusalCode::StaleVersion,
        text: String::new(),
        line: None,
    };
    waiting(&store, 1, 0);
    waiting(&store, 2, 0);
    settle(&store, 2, 0, &PostState::Conflict(no()));
    waiting(&store, 3, 0);
    settle(&store, 3, 0, &PostState::Refused(no()));
    served(&store, 4, 0);
    let found = purged(&store, in_years(50, 0));
    assert_eq!(
        (entries(&found), found.hand_overs, found.copies),
        (Some((5, 8, 4)), 2, 2)
    );
    for (of, is_kept) in [(1, true), (2, true), (3, false), (4, false)] {
        let kept = store.hand_over(dispense_id(of)).unwrap().is_some();
        assert_eq!(kept, is_kept, "hand-over {of}");
    }
    assert!(store.received(&prescription(1).number).unwrap().is_some());
    // Once it is accepted, it may go.
    settle(&store, 1, 0, &PostState::Accepted);
    assert_eq!(entries(&purged(&store, in_years(50, 1))), Some((1, 2, 2)));
}

/// Each class has a clock of its own, and a hand-over stays whole as long as one of its lines must.
#[test]
fn another_class_keeps_its_own_time() {
    let files = Files::new();
    served(&files.open(), 1, 0);
    let raw = raw_store(&files.path());
    // As if its second line had been recorded under another class, links and all.
    raw.execute_batch("DROP TRIGGER register_is_never_changed")
        .unwrap();
    raw.execute(
        "UPDATE register SET class = 'blood-derived-40-years' WHERE number = 2",
        [],
    )
    .unwrap();
    drop(raw);
    let store = files.open();
    let found = purged(&store, in_years(39, 0));
    assert_eq!((entries(&found), found.hand_overs), (Some((1, 1, 1)), 0));
    assert!(store.hand_over(dispense_id(1)).unwrap().is_some());
    let found = purged(&store, in_years(40, 1));
    let blood = found.entries[&RetentionClass::BloodDerived];
    assert_eq!((blood.first.0, blood.count, found.hand_overs), (2, 1, 1));
    assert_eq!(store.purges().unwrap().len(), 2);
}

#[test]
fn a_clock_that_leaps_erases_nothing_until_somebody_vouches_for_it() {
    let doubted = |store: &Store, now| {
        matches!(
            purge(store, now, ClockTrust::Plausible, PurgeMode::Erase),
            PurgeAnswer::ClockDoubted(_)
        )
    };
    let store = Store::in_memory().unwrap();
    served(&store, 1, 0);
    served(&store, 2, 30);
    for (what, now, is_doubted) in [
        ("a month later", in_days(60), false),
        ("behind the newest entry", in_days(29), true),
        ("400 days ahead", in_days(430), true),
        ("11 years ahead", in_years(11, 0), true),
    ] {
        assert_eq!(doubted(&store, now), is_doubted, "{what}");
    }
    // The mistake lasts, and deliveries are recorded under it.
    served(&store, 3, 366 * 11);
    assert!(doubted(&store, in_days(366 * 11 + 1)));
    assert!(doubted(&store, in_days(31)), "and after it was set right");
    assert_eq!(store.verify_register(in_days(31)).unwrap().purged, 0);
}

#[test]
fn a_register_of_eleven_years_is_purged_month_after_month_without_a_doubt() {
    let store = Store::in_memory().unwrap();
    for month in 0..=132_u8 {
        let day = i64::from(month) * 30;
        let prescription = prescription(month % 100);
        let dispense = one_box(month.into(), &prescription, in_days(day));
        let line = dispense.hand_over().lines[0].id;
        let known: Vec<_> = store
            .hand_overs_of(&prescription.number)
            .unwrap()
            .iter()
            .flat_map(|entry| {
                entry
                    .hand_over
                    .lines
                    .iter()
                    .map(|line| line.id)
                    .collect::<Vec<_>>()
            })
            .collect();
        store.record(&dispense, &known).unwrap();
        store
            .settle(
                dispense.hand_over().id,
                &[(line, PostState::Accepted)],
                in_days(day),
            )
            .unwrap();
        match purge(&store, in_days(day), ClockTrust::Plausible, PurgeMode::Erase) {
            // 122 months of 30 days are ten years and a week.
            PurgeAnswer::NothingToPurge => assert!(month < 122, "month {month}"),
            PurgeAnswer::Purged(purged) => {
                assert_eq!(entries(&purged).unwrap().2, 1, "month {month}");
                assert!(month >= 122, "month {month}");
            }
            PurgeAnswer::ClockDoubted(doubt) => unreachable!("{doubt:?} in month {month}"),
        }
    }
    let found = store.verify_register(in_days(132 * 30)).unwrap();
    assert_eq!((found.first_bad, found.purged), (None, 11));
}

#[test]
fn a_content_that_no_purge_erased_is_a_loss() {
    let files = Files::new();
    let store = files.open();
    served(&store, 1, 0);
    served(&store, 2, 0);
    let raw = raw_store(&files.path());
    let late = in_years(11, 0);
    raw.execute_batch("DROP TRIGGER register_payload_is_erased_by_a_purge_only")
        .unwrap();
    raw.execute("DELETE FROM register_payload WHERE number = 3", [])
        .unwrap();
    assert_eq!(
        store.verify_register(late).unwrap().first_bad,
        Some(RegisterNumber(3)),
        "no trace"
    );
    raw.execute(
        "INSERT INTO purge VALUES (1, '2030-01-01T00:00:00Z', 'cm', 'plausible', 4, 0, 0)",
        [],
    )
    .unwrap();
    raw.execute("INSERT INTO purged_entry VALUES (3, 1)", []).unwrap();
    assert_eq!(
        store.verify_register(late).unwrap().first_bad,
        Some(RegisterNumber(3)),
        "too early"
    );
    for attempt in [
        "DELETE FROM purge",
        "UPDATE purge SET purged_at = '2040-01-01T00:00:00Z'",
        "DELETE FROM purged_entry",
        "UPDATE purged_entry SET number = 1",
        "INSERT OR REPLACE INTO purged_entry VALUES (3, 1)",
        "INSERT OR REPLACE INTO purge SELECT 1, purged_at, operator, clock, 9, 9, 9 FROM purge",
    ] {
        let error = raw.execute_batch(attempt).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{attempt}: {error}");
    }
}

/// A table added later that refers to a hand-over keeps a part of it: it must be erased in `store/purge.rs` too.
#[test]
fn every_table_that_refers_to_a_hand_over_is_known_to_the_purge() {
    let files = Files::new();
    drop(files.open());
    let raw = raw_store(&files.path());
    let referring: Vec<String> = raw
        .prepare(
            "SELECT DISTINCT name FROM sqlite_schema, pragma_foreign_key_list(name)
             WHERE type = 'table' AND \"table\" IN ('hand_over', 'dispensed_line', 'outbox', 'received')
             ORDER BY name",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        referring,
        ["dispensed_line", "outbox", "received_answer", "settlement"]
    );
}

#[test]
fn a_log_that_another_program_reads_is_said_to_hold_what_was_erased() {
    let files = Files::new();
    let store = files.open();
    served(&store, 1, 0);
    let reader = raw_store(&files.path());
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM register")
        .unwrap();
    assert_eq!(purged(&store, in_years(10, 1)).remnants, Remnants::InTheLog);
    reader.execute_batch("ROLLBACK").unwrap();
    served(&store, 2, 0);
    assert_eq!(purged(&store, in_years(10, 1)).remnants, Remnants::None);
}

#[test]
fn the_command_says_what_it_erased_and_never_trusts_a_leap() {
    let counter = Counter::with_its_own_base();
    fs::create_dir_all(counter.data_dir()).unwrap();
    let place = KeyPlace::File(counter.data_dir().join("store.key"));
    let store = Store::open_kept(&counter.data_dir().join("counter.sqlite"), &place).unwrap();
    served_long_ago(&store);
    drop(store);
    let refused = counter.run(&["register", "purge", "--json"]);
    assert_eq!(refused.code, 4, "{refused:?}");
    assert!(refused.stderr.contains("--clock-is-right"), "{refused:?}");
    let rehearsed = counter
        .run(&["register", "purge", "--clock-is-right", "--dry-run", "--json"])
        .json_with(0);
    assert_eq!(
        (&rehearsed["dry_run"], &rehearsed["entries"][0]["count"]),
        (&true.into(), &2.into())
    );
    let done = counter.run(&["register", "purge", "--clock-is-right"]);
    assert!(
        done.stdout
            .contains("2 contenus d’inscription (ordonnancier, n° 1 à 2"),
        "{done:?}"
    );
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!((&verified["ok"], &verified["purged"]), (&true.into(), &2.into()));
    let purges = counter.run(&["register", "purges", "--json"]).json_with(0);
    assert_eq!(purges["purges"][0]["clock"], "vouched-for");
    let shown = counter.run(&["register", "show", "1", "--json"]).json_with(0);
    assert_eq!(
        (&shown["kind"], &shown["class"]),
        (&"erased".into(), &"register-10-years".into())
    );
    let edited = counter.run(&["register", "edit", "--from", "2014-01-01", "--to", "2015-01-01"]);
    assert!(
        edited
            .stdout
            .contains("au terme de sa conservation (10 ans, CSP art. R. 5132-10)"),
        "{edited:?}"
    );
    let nothing = counter.run(&["register", "purge", "--clock-is-right"]);
    assert!(nothing.stdout.contains("rien n’a été effacé"), "{nothing:?}");
}

/// Two entries of 2014: their retention is over today, whatever day it is.
fn served_long_ago(store: &Store) {
    let at: Timestamp = "2014-02-28T11:00:00Z".parse().unwrap();
    let prescription = prescription(1);
    let dispense = dispense(1, &prescription, at);
    store.record(&dispense, &[]).unwrap();
    let lines: Vec<_> = dispense
        .hand_over()
        .lines
        .iter()
        .map(|line| (line.id, PostState::Accepted))
        .collect();
    store.settle(dispense_id(1), &lines, at).unwrap();
}

#[test]
fn a_doubt_names_the_moments_it_comes_from() {
    let store = Store::in_memory().unwrap();
    served(&store, 1, 0);
    let answer = purge(&store, in_days(41), ClockTrust::Plausible, PurgeMode::Erase);
    let doubt = ClockDoubt::Leap {
        from: in_days(0),
        to: in_days(41),
    };
    assert_eq!(answer, PurgeAnswer::ClockDoubted(doubt));
}
