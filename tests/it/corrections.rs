//! A delivery corrected, from the store to the prescriber's screen.

use comptoir::domain::correction::{CannotCorrect, Correction, Motive, Standing};
use comptoir::domain::dispense::Proposal;
use comptoir::domain::identifiers::Boxes;
use comptoir::domain::outbox::{DelayReason, OutboxEntry, PostState, Settlement, SettlementChoice};
use comptoir::domain::prescription::Prescription;
use comptoir::domain::reasons::CorrectionReason;
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::register::{RegisterContent, RegisterNumber};
use comptoir::store::{CorrectionAnswer, RecordAnswer, SettleAnswer, Store};
use serde_json::{Value, json};

use crate::sample::{
    circumstances, dispense, dispense_id, later, line_3, noon, number, one_box, prescription, some_boxes,
};
use crate::support::base_server::BaseServer;
use crate::support::command::Counter;
use crate::support::proxy::{Fault, Proxy};
use crate::support::terminal::Terminal;
use crate::support::wait;

fn motive() -> Motive {
    Motive::new(CorrectionReason::WrongQuantity, "une boîte de trop").unwrap()
}

fn standing(store: &Store, entry: u32) -> Standing {
    store.standing(RegisterNumber(entry)).unwrap().unwrap()
}

fn cancellation(standing: &Standing, of: u128) -> Correction {
    Correction::cancelling(standing, motive(), circumstances(of, later(60)))
}

/// The standing delivery of the first line, replaced by that many boxes.
fn rectification(standing: &Standing, prescription: Prescription, boxes: u16, of: u128) -> Correction {
    let before = standing.taken_out_of(prescription.clone());
    let proposal = Proposal {
        decisions: vec![some_boxes(&before.lines[0], boxes)],
        overrides: Vec::new(),
    };
    let circumstances = circumstances(of, later(60));
    Correction::rectifying(standing, motive(), prescription, proposal, circumstances, &|_| {
        None
    })
    .unwrap()
}

/// A store with one hand-over: entries 1 (two boxes of line 1) and 2 (three boxes of line 3).
fn served() -> Store {
    let store = Store::in_memory().unwrap();
    let answer = store.record(&dispense(1, &prescription(1), noon()), &[]).unwrap();
    assert!(matches!(answer, RecordAnswer::Recorded(_)));
    store
}

#[test]
fn a_correction_is_recorded_whole_once_and_behind_what_it_corrects() {
    let store = served();
    let first = standing(&store, 1);
    let known = [first.line.id];
    let correction = rectification(&first, prescription(1), 1, 2);
    let CorrectionAnswer::Recorded(registered) = store.record_correction(&correction, &known).unwrap() else {
        panic!("not recorded");
    };
    let numbers: Vec<u32> = registered.iter().map(|(_, number)| number.unwrap().0).collect();
    assert_eq!(numbers, [3, 4], "the counter-entry, then the replacement");
    assert_eq!(
        store.record_correction(&correction, &known).unwrap(),
        CorrectionAnswer::AlreadyRecorded(registered)
    );
    assert_eq!(store.register_length().unwrap(), 4);
    let entries = store.register_entries(RegisterNumber(3), 2).unwrap();
    let is_counter_entry = matches!(&entries[0].content,
        Some(RegisterContent::Correction { of: RegisterNumber(1), code: Some(CorrectionReason::WrongQuantity), reason, .. })
            if reason == "une boîte de trop");
    assert!(is_counter_entry, "{:?}", entries[0]);
    let replaces = matches!(&entries[1].content,
        Some(RegisterContent::Delivery(delivery))
            if delivery.replaces == Some(RegisterNumber(1)) && delivery.boxes == Boxes(1));
    assert!(replaces, "{:?}", entries[1]);
    assert_eq!(store.verify_register(noon()).unwrap().first_bad, None);
    assert_eq!(
        store.hand_over(dispense_id(2)).unwrap().unwrap().hand_over,
        *correction.hand_over()
    );

    let due = |now| -> Vec<_> {
        let due = store.outbox_due(now, 9).unwrap();
        due.into_iter().map(|entry| entry.hand_over.id).collect()
    };
    assert_eq!(due(later(100)), [dispense_id(1)], "what it corrects goes first");
    assert!(store.claim(dispense_id(2), later(100)).unwrap().is_none());
    store.claim(dispense_id(1), later(100)).unwrap().unwrap();
    store
        .delay(
            dispense_id(1),
            DelayReason::OutcomeUnknown,
            later(101),
            later(102),
        )
        .unwrap();
    assert_eq!(
        due(later(103)),
        [dispense_id(1)],
        "an unknown outcome is waited for"
    );
    let lines = store.hand_over(dispense_id(1)).unwrap().unwrap().states;
    let accepted: Vec<_> = lines
        .into_iter()
        .map(|(id, _)| (id, PostState::Accepted))
        .collect();
    store.settle(dispense_id(1), &accepted, later(104)).unwrap();
    assert_eq!(due(later(105)), [dispense_id(2)]);
    let states = store.hand_over(dispense_id(2)).unwrap().unwrap().states;
    assert_eq!(states[0].0, dispense_id(2).annulment());
    assert_eq!(states.len(), 2);
}

#[test]
fn only_the_newest_standing_delivery_of_a_line_is_corrected() {
    let store = Store::in_memory().unwrap();
    let ordered = prescription(1);
    let first = one_box(1, &ordered, noon());
    let second = one_box(2, &ordered, later(10));
    let known = [first.hand_over().lines[0].id];
    store.record(&first, &[]).unwrap();
    store.record(&second, &known).unwrap();
    store.record(&line_3(3, &ordered, later(20)), &[]).unwrap();
    let answer = |entry: u32| store.standing(RegisterNumber(entry)).unwrap().err();
    let newest = RegisterNumber(2);
    assert_eq!(answer(1), Some(CannotCorrect::NotNewest { newest }));
    assert_eq!(answer(3), None, "another line's");
    let cancelled = cancellation(&standing(&store, 2), 4);
    store.record_correction(&cancelled, &[]).unwrap();
    for (entry, expected) in [
        (0, Some(CannotCorrect::NoSuchEntry)),
        (1, None),
        (
            2,
            Some(CannotCorrect::AlreadyCorrected {
                by: RegisterNumber(4),
                replaced_by: None,
            }),
        ),
        (3, None),
        (4, Some(CannotCorrect::IsCorrection { of: newest })),
        (5, Some(CannotCorrect::NoSuchEntry)),
    ] {
        assert_eq!(answer(entry), expected, "entry {entry}");
    }
    // Another terminal, which had opened it before, comes too late.
    let late = cancellation(
        &Standing {
            entry: newest,
            ..standing(&store, 1)
        },
        5,
    );
    assert!(matches!(
        store.record_correction(&late, &[]).unwrap(),
        CorrectionAnswer::Refused(CannotCorrect::AlreadyCorrected { .. })
    ));
    assert_eq!(store.register_length().unwrap(), 4);
}

#[test]
fn a_rectification_over_an_outdated_reading_is_not_recorded() {
    let store = Store::in_memory().unwrap();
    let ordered = prescription(1);
    store.record(&one_box(1, &ordered, noon()), &[]).unwrap();
    let first = standing(&store, 1);
    let correction = rectification(&first, ordered.clone(), 2, 2);
    assert_eq!(
        store.record_correction(&correction, &[]).unwrap(),
        CorrectionAnswer::Outdated,
        "its own delivery was not counted"
    );
    assert_eq!(store.register_length().unwrap(), 1);
}

#[test]
fn the_whole_history_is_read_from_any_of_its_entries() {
    let store = served();
    let ordered = prescription(1);
    let first = standing(&store, 1);
    store
        .record_correction(&rectification(&first, ordered.clone(), 1, 2), &[first.line.id])
        .unwrap();
    let second = standing(&store, 4);
    assert_eq!(
        second.earlier,
        [first.line.id],
        "the base may still hold the first one"
    );
    store.record_correction(&cancellation(&second, 3), &[]).unwrap();
    for entry in [1, 3, 4, 5] {
        let history = store.history(RegisterNumber(entry)).unwrap();
        let numbers: Vec<u32> = history.iter().map(|chapter| chapter.entry.number.0).collect();
        assert_eq!(numbers, [1, 3, 4, 5], "from entry {entry}");
        let posts: Vec<_> = history
            .iter()
            .map(|chapter| chapter.post.as_ref().unwrap().hand_over.id)
            .collect();
        assert_eq!(posts, [1, 2, 2, 3].map(dispense_id));
    }
    assert_eq!(store.history(RegisterNumber(2)).unwrap().len(), 1);
    assert!(store.history(RegisterNumber(9)).unwrap().is_empty());
    assert_eq!(store.hand_overs_of(&number(1)).unwrap().len(), 3);
}

// ---- the program

fn shown(counter: &Counter, number: &str) -> Value {
    counter
        .run(&["prescriber", "show", number, "--json"])
        .json_with(0)
}

fn decisions(counter: &Counter, text: &Value) -> String {
    let path = counter.home.path().join("decisions.json");
    std::fs::write(&path, text.to_string()).unwrap();
    path.display().to_string()
}

#[test]
fn the_command_line_cancels_rectifies_and_says_where_it_stands() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    let cancelled = counter
        .run(&[
            "register",
            "correct",
            "1",
            "--reason",
            "not-handed-over",
            "--json",
        ])
        .json_with(0);
    assert_eq!(
        (
            &cancelled["number"],
            &cancelled["corrects"],
            &cancelled["replacement"],
            &cancelled["state"]
        ),
        (&json!(4), &json!(1), &Value::Null, &json!("accepted"))
    );
    let seen = shown(&counter, &number);
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(seen["annulled"][0]["state"], "cancelled");
    let consulted = counter.run(&["consult", &number, "--json"]).json_with(0);
    let first = &consulted["lines"][0];
    assert_eq!(first["remaining"], first["prescribed"], "its boxes are due again");

    let file = decisions(
        &counter,
        &json!({"lines": [{"line": 2, "outcome": "conforming", "boxes": 1, "lot": "ZZ9"}]}),
    );
    let correct = |entry: &str, reason: &str, file: &str| {
        counter.run(&[
            "register",
            "correct",
            entry,
            "--reason",
            reason,
            "--replace",
            file,
            "--json",
        ])
    };
    let rectified = correct("2", "wrong-lot", &file).json_with(0);
    assert_eq!(
        (
            &rectified["number"],
            &rectified["replacement"],
            &rectified["state"]
        ),
        (&json!(5), &json!(6), &json!("accepted"))
    );
    let seen = shown(&counter, &number);
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(seen["annulled"][1]["state"], "rectified");
    let entry = counter.run(&["register", "show", "6", "--json"]).json_with(0);
    assert_eq!((&entry["replaces"], &entry["lot"]), (&json!(2), &json!("ZZ9")));
    let states: Vec<&Value> = entry["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["accepted"; 3]);

    let too_many = decisions(
        &counter,
        &json!({"lines": [{"line": 2, "outcome": "conforming", "boxes": 9}]}),
    );
    for (what, entry, reason, code) in [
        ("corrected before", "2", "wrong-lot", 4),
        ("more than was ordered", "6", "wrong-quantity", 4),
        ("no such entry", "99", "wrong-lot", 4),
        ("a counter-entry", "5", "wrong-lot", 4),
        ("no words for another reason", "6", "other", 2),
        ("no words at all", "6", "  ", 2),
    ] {
        assert_eq!(correct(entry, reason, &too_many).code, code, "{what}");
    }
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!((&verified["ok"], &verified["entries"]), (&json!(true), &json!(6)));
}

#[test]
fn a_correction_waits_for_the_base_and_is_posted_behind_what_it_corrects() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let address = base.address.clone();
    let counter = Counter::of_base(&address);
    let (number, _) = counter.prescribe("conforming");
    counter.run(&["consult", &number, "--json"]).json_with(0);
    base.stop();
    let pending = counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    assert_eq!(pending["state"], "pending");
    let file = decisions(
        &counter,
        &json!({"lines": [{"line": 1, "outcome": "not-delivered", "reason": "patient-refuses"}]}),
    );
    let corrected = counter
        .run(&[
            "register",
            "correct",
            "1",
            "--reason",
            "wrong-decision",
            "--replace",
            &file,
            "--json",
        ])
        .json_with(0);
    assert_eq!(
        (&corrected["state"], &corrected["replacement"]),
        (&json!("pending"), &Value::Null)
    );
    let waiting = counter.run(&["outbox", "list", "--json"]).json_with(0);
    let kinds: Vec<&Value> = waiting["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["delivery", "rectification"]);
    let _base = BaseServer::start_again(files.path(), &address);
    counter.run(&["outbox", "flush", "--json"]).json_with(0);
    let seen = shown(&counter, &number);
    let outcomes: Vec<&str> = seen["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|delivery| delivery["line"] == 1)
        .map(|delivery| delivery["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["not-delivered"]);
    assert_eq!(seen["annulled"][0]["state"], "rectified");
}

/// What the base said no to is what it was asked, until a person asks again.
fn said_no(store: &Store, of: u128) {
    let refusal = Refusal {
        code: RefusalCode::RoleForbidden,
        text: String::new(),
        line: None,
    };
    let states = store.hand_over(dispense_id(of)).unwrap().unwrap().states;
    let states: Vec<_> = states
        .into_iter()
        .map(|(id, _)| (id, PostState::Refused(refusal.clone())))
        .collect();
    store.settle(dispense_id(of), &states, later(70)).unwrap();
}

fn retried() -> Settlement {
    Settlement {
        choice: SettlementChoice::Retried,
        operator: crate::sample::operator(),
        at: later(80),
        reason: "accès rétabli".into(),
    }
}

#[test]
fn a_correction_that_the_base_refused_waits_for_it_again_under_the_same_identifiers() {
    let store = served();
    let first = standing(&store, 1);
    let correction = rectification(&first, prescription(1), 1, 2);
    store.record_correction(&correction, &[first.line.id]).unwrap();
    said_no(&store, 1);
    said_no(&store, 2);
    let before = store.hand_over(dispense_id(2)).unwrap().unwrap();
    assert_eq!(
        before.choices(),
        [SettlementChoice::Retried, SettlementChoice::Acknowledged],
        "nobody receives a correction"
    );
    let SettleAnswer::Settled(after) = store.note_settlement(dispense_id(2), &retried()).unwrap() else {
        panic!("it is to be posted again");
    };
    assert_eq!(*after.state(), PostState::Pending);
    assert_eq!(after.hand_over, before.hand_over);
    let same = |entry: &OutboxEntry| entry.states.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    assert_eq!(same(&after), same(&before));
    assert_eq!(store.register_length().unwrap(), 4, "and nothing more is written");
}

#[test]
fn what_a_later_correction_took_back_is_never_posted_again() {
    let store = served();
    let first = standing(&store, 1);
    store
        .record_correction(&rectification(&first, prescription(1), 1, 2), &[first.line.id])
        .unwrap();
    for of in [1, 2] {
        said_no(&store, of);
    }
    // Its replacement, entry 4, is taken back in its turn.
    let replacement = standing(&store, 4);
    store
        .record_correction(&cancellation(&replacement, 3), &[])
        .unwrap();
    assert_eq!(
        store.note_settlement(dispense_id(2), &retried()).unwrap(),
        SettleAnswer::TakenBack
    );
    // The first hand-over's other lines still stand: only those are posted again.
    let SettleAnswer::Settled(again) = store.note_settlement(dispense_id(1), &retried()).unwrap() else {
        panic!("its other lines stand");
    };
    let pending: Vec<_> = again
        .states
        .iter()
        .filter(|(_, state)| *state == PostState::Pending)
        .map(|(id, _)| *id)
        .collect();
    let others: Vec<_> = again.hand_over.lines[1..].iter().map(|line| line.id).collect();
    assert_eq!(pending, others);
    assert!(matches!(again.states[0].1, PostState::Refused(_)));
}

#[test]
fn a_correction_stopped_on_its_way_is_sent_again_once_and_the_prescriber_sees_it() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let proxy = Proxy::before(&base.address);
    let counter = Counter::of_base(&proxy.address);
    let (number, _) = counter.prescribe("conforming");
    counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    proxy.set(Fault::ForbidExecution);
    let stopped = counter.run(&[
        "register",
        "correct",
        "1",
        "--reason",
        "not-handed-over",
        "--json",
    ]);
    assert_eq!(stopped.json()["state"], "refused", "{stopped:?}");
    let open = counter.run(&["outbox", "list", "--json"]).json_with(0);
    let dispense = open["entries"][0]["dispense"].as_str().unwrap().to_owned();
    let settle = |choice: &str| {
        counter.run(&[
            "outbox",
            "settle",
            &dispense,
            "--choice",
            choice,
            "--reason",
            "accès rétabli",
            "--json",
        ])
    };
    let wrong = settle("kept");
    assert_eq!(wrong.code, 4, "{wrong:?}");
    assert!(wrong.stderr.contains("ne se remet à personne"), "{wrong:?}");
    assert_eq!(
        settle("retried").json_with(0)["state"],
        "refused",
        "nothing was lifted yet"
    );
    proxy.set(Fault::None);
    assert_eq!(settle("retried").json_with(0)["state"], "accepted");
    assert_eq!(settle("retried").code, 4, "it is done");
    counter.run(&["outbox", "flush", "--json"]).json_with(0);
    let seen = shown(&counter, &number);
    assert_eq!(seen["annulled"].as_array().unwrap().len(), 1);
    let listed = counter.run(&["register", "list", "--json"]).json_with(0);
    assert_eq!(
        listed["entries"].as_array().unwrap().len(),
        4,
        "one counter-entry"
    );
}

#[test]
fn an_opposition_hides_a_correction_as_it_hides_the_delivery() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    assert_eq!(counter.run(&["patient", "oppose", &number]).code, 0);
    let cancelled = counter
        .run(&["register", "correct", "1", "--reason", "returned", "--json"])
        .json_with(0);
    assert_eq!(cancelled["state"], "accepted");
    let seen = shown(&counter, &number);
    assert_eq!(
        (&seen["deliveries"], &seen["annulled"], &seen["status"]),
        (&json!([]), &json!([]), &json!("open"))
    );
}

#[test]
fn a_line_withdrawn_since_is_not_rectified_and_can_still_be_cancelled() {
    let counter = Counter::with_its_own_base();
    let (number, _) = counter.prescribe("conforming");
    counter
        .run(&["dispense", &number, "--all", "--json"])
        .json_with(0);
    assert_eq!(counter.run(&["prescriber", "cancel", &number]).code, 0);
    let file = decisions(
        &counter,
        &json!({"lines": [{"line": 1, "outcome": "conforming", "boxes": 1, "partial": "owed"}]}),
    );
    let stopped = counter.run(&[
        "register",
        "correct",
        "1",
        "--reason",
        "wrong-quantity",
        "--replace",
        &file,
        "--json",
    ]);
    let stopped = stopped.json_with(4);
    assert_eq!(stopped["state"], "refused");
    let cancelled = counter
        .run(&["register", "correct", "1", "--reason", "returned", "--json"])
        .json_with(0);
    assert_eq!(cancelled["state"], "accepted");
}

const ENTER: &str = "\r";
const ESCAPE: &str = "\u{1b}";

#[test]
fn at_the_counter_a_wrong_lot_is_rectified_in_a_few_keys_and_the_prescriber_sees_it() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let proxy = Proxy::before(&base.address);
    let counter = Counter::of_base(&proxy.address);
    let (number, _) = counter.prescribe("conforming");
    let mut terminal = Terminal::open(&counter, 80, 24);
    terminal.shows("Scannez le QR code");
    terminal.scan(&number);
    terminal.shows("tout conforme");
    terminal.press(ENTER);
    terminal.shows("Sera inscrit");
    terminal.press(ENTER);
    terminal.shows("Acceptée par la base");
    terminal.press("r");
    terminal.shows("Quelle délivrance corriger");
    terminal.press("2");
    terminal.shows("Pourquoi");
    terminal.press("3");
    terminal.shows("facultative");
    terminal.press(ENTER);
    terminal.shows("Rectifier une délivrance · inscription n° 2");
    terminal.press("l");
    terminal.shows("Numéro de lot");
    terminal.press("Z9");
    terminal.press(ENTER);
    terminal.shows("Z9");
    terminal.press(ENTER);
    terminal.shows("Après");
    terminal.shows("erreur de lot");
    // The base does it, and its answer is lost: it is looked up, not done again.
    proxy.set(Fault::LoseAnswerToExecution);
    terminal.press(ENTER);
    wait::until("the correction to be hit", || {
        if proxy.hits() > 0 {
            Ok(())
        } else {
            Err(terminal.text())
        }
    });
    terminal.shows("CORRECTION ENREGISTRÉE");
    proxy.set(Fault::None);
    terminal.shows("La base a remplacé la délivrance");
    terminal.press(ESCAPE);
    terminal.shows("rectification : acceptée");
    let aside = Counter::of_base(&base.address);
    let seen = shown(&aside, &number);
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 3);
    assert_eq!(seen["annulled"].as_array().unwrap().len(), 1);
    assert_eq!(seen["annulled"][0]["state"], "rectified");

    terminal.press("\u{1b}OR");
    terminal.shows("Ordonnancier");
    terminal.press("h");
    terminal.shows("contre-inscription");
    terminal.shows("remplacement");
    terminal.press(ESCAPE);
    terminal.press("a");
    terminal.shows("Annuler une délivrance · inscription n° 5");
    terminal.press("8");
    terminal.shows("facultative");
    terminal.press(ENTER);
    terminal.shows("Après");
    terminal.press(ENTER);
    terminal.shows("La base a annulé la délivrance");
    let seen = shown(&aside, &number);
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(seen["annulled"].as_array().unwrap().len(), 2);
    let verified = counter.run(&["register", "verify", "--json"]).json_with(0);
    assert_eq!((&verified["ok"], &verified["entries"]), (&json!(true), &json!(6)));
}
