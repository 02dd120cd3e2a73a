//! The use cases of the counter, from the number to what the prescriber sees, with the base in every mood.

use std::future::Future;
use std::path::Path;

use comptoir::base::{Base, HoldAnswer};
use comptoir::catalogue::Catalogue;
use comptoir::counter::{
    BaseSeen, Consultation, ConsultationAnswer, Counter, CounterError, Freshness, HOLD_LASTS, RecordOutcome,
    Recorded, visible_to_prescriber,
};
use comptoir::domain::consent::Consent;
use comptoir::domain::dispense::{Decision, LineOutcome, Proposal};
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::outbox::{DelayReason, Jitter, OutboxEntry, PostState};
use comptoir::domain::reasons::NotDeliveredReason;
use comptoir::domain::refusal::RefusalCode;
use comptoir::store::Store;
use jiff::SignedDuration;
use jiff::civil::date;

use crate::sample::{dispense_id, later, noon, number, operator, pharmacy, some_boxes, store_key};
use crate::scripted_base::{Mood, NUMBERS, ScriptedBase};

/// The wait before a second try is between a quarter of a second and two: this jitter takes the longest.
const JITTER: Jitter = Jitter(999);

fn counter_over(base: &ScriptedBase, store: Store) -> Counter<ScriptedBase> {
    Counter::new(
        Base::new(base.clone(), pharmacy()),
        store,
        Catalogue::training().unwrap(),
        pharmacy(),
        operator(),
    )
}

fn counter(base: &ScriptedBase) -> Counter<ScriptedBase> {
    counter_over(base, Store::in_memory().unwrap())
}

fn counter_at(base: &ScriptedBase, path: &Path) -> Counter<ScriptedBase> {
    counter_over(base, Store::open(path, &store_key()).unwrap())
}

/// The prescription that the base holds: line 1 orders 2 boxes, line 2 has 4 of 6 left, 3 is a device, 4 for others.
fn known() -> PrescriptionNumber {
    NUMBERS[0].parse().unwrap()
}

/// Waits for a future that only the scripted base can make wait, which it never does.
fn now<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(future)
}

fn opened(counter: &Counter<ScriptedBase>, seconds: i64) -> Consultation {
    opened_under(counter, &known(), seconds)
}

fn opened_under(counter: &Counter<ScriptedBase>, number: &PrescriptionNumber, seconds: i64) -> Consultation {
    match now(counter.consult(number, later(seconds))).unwrap() {
        ConsultationAnswer::Opened(consultation) => *consultation,
        ConsultationAnswer::Refused(refusal) => unreachable!("the base holds it: {refusal:?}"),
    }
}

/// So many boxes of line 1.
fn boxes(consultation: &Consultation, boxes: u16) -> Proposal {
    Proposal {
        decisions: vec![some_boxes(&consultation.prescription.lines[0], boxes)],
        overrides: Vec::new(),
    }
}

fn recorded(
    counter: &Counter<ScriptedBase>,
    consultation: &Consultation,
    of: u128,
    proposal: Proposal,
) -> Recorded {
    match counter
        .record(&consultation.prescription, proposal, dispense_id(of), later(1))
        .unwrap()
    {
        RecordOutcome::Recorded(recorded) => *recorded,
        other => unreachable!("it satisfies the rules: {other:?}"),
    }
}

/// Consults and records so many boxes of line 1.
fn record_boxes(counter: &Counter<ScriptedBase>, of: u128, count: u16) {
    let consultation = opened(counter, 0);
    recorded(counter, &consultation, of, boxes(&consultation, count));
}

fn post(counter: &Counter<ScriptedBase>, of: u128, seconds: i64) -> (OutboxEntry, Option<BaseSeen>) {
    let posted = now(counter.post_one(dispense_id(of), later(seconds), JITTER)).unwrap();
    (posted.entry, posted.base)
}

#[test]
fn what_the_prescriber_sees_follows_a_choice_made_before_the_post() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    let consultation = opened(&counter, 0);
    assert_eq!(consultation.prescription.consent, Consent::Agreed);
    recorded(&counter, &consultation, 1, boxes(&consultation, 1));
    base.patient_opposes();
    let (entry, _) = post(&counter, 1, 2);
    assert_eq!(
        entry.hand_over.consent,
        Consent::Agreed,
        "what was read is what was recorded"
    );
    assert_eq!(
        (entry.consent(), visible_to_prescriber(&entry)),
        (Consent::Opposed, Some(false))
    );
    let kept = counter.store.hand_over(dispense_id(1)).unwrap().unwrap();
    assert_eq!(kept, entry, "and it is kept");
}

#[test]
fn from_the_number_to_the_prescribers_screen_or_not() {
    for (opposes, visible) in [(false, Some(true)), (true, Some(false))] {
        let base = ScriptedBase::new();
        if opposes {
            base.patient_opposes();
        }
        let counter = counter(&base);
        let consultation = opened(&counter, 0);
        assert_eq!(consultation.freshness, Freshness::Fresh);
        assert_eq!(consultation.prescription.consent == Consent::Opposed, opposes);
        assert!(
            consultation
                .products
                .0
                .iter()
                .any(|product| product.cip13.as_str() == "3400933857042")
        );
        let recorded = recorded(&counter, &consultation, 1, boxes(&consultation, 2));
        assert_eq!(recorded.entry.state(), &PostState::Pending);
        assert_eq!(visible_to_prescriber(&recorded.entry), None, "nobody knows yet");
        assert_eq!(base.deliveries(), 0, "recorded here before a byte is sent");
        let (entry, seen) = post(&counter, 1, 2);
        assert_eq!(
            (entry.state(), seen),
            (&PostState::Accepted, Some(BaseSeen::Answering))
        );
        assert_eq!(visible_to_prescriber(&entry), visible);
        assert_eq!(base.deliveries(), 1);
        assert!(counter.store.outbox().unwrap().is_empty());
    }
}

#[test]
fn what_is_proposed_is_checked_and_nothing_is_recorded_of_what_the_rules_stop() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    let consultation = opened(&counter, 0);
    let stopped = counter
        .record(
            &consultation.prescription,
            boxes(&consultation, 3),
            dispense_id(1),
            later(1),
        )
        .unwrap();
    let RecordOutcome::Stopped(findings) = stopped else {
        unreachable!("three boxes of two");
    };
    assert!(findings.iter().any(|finding| finding.id() == "above-remaining"));
    assert_eq!(counter.store.register_length().unwrap(), 0);
}

#[test]
fn a_number_that_the_base_does_not_know_is_refused() {
    let counter = counter(&ScriptedBase::new());
    let answer = now(counter.consult(&number(1), noon())).unwrap();
    assert!(
        matches!(&answer, ConsultationAnswer::Refused(refusal) if refusal.code == RefusalCode::UnknownPrescription),
        "{answer:?}"
    );
    assert!(counter.store.received(&number(1)).unwrap().is_none());
}

#[test]
fn when_the_base_is_silent_the_last_copy_serves() {
    for (mood, why) in [
        (Mood::Down, DelayReason::Unreachable),
        (Mood::Overloaded, DelayReason::Unavailable),
        (Mood::RefusesLogin, DelayReason::LoginRefused),
    ] {
        let base = ScriptedBase::new();
        let counter = counter(&base);
        base.is(mood);
        let refused = now(counter.consult(&known(), noon())).unwrap_err();
        assert!(
            matches!(refused, CounterError::NoCopy(_)),
            "{mood:?}: never received here"
        );
        assert_eq!(refused.base(), Some(BaseSeen::Silent(why)), "{mood:?}");
        base.is(Mood::Answers);
        let fresh = opened(&counter, 0);
        base.is(mood);
        let copy = opened(&counter, 60);
        let Freshness::FromStore {
            received_at,
            why: said,
        } = copy.freshness
        else {
            unreachable!("the base is silent");
        };
        assert_eq!(received_at.as_millisecond(), noon().as_millisecond(), "{mood:?}");
        assert_eq!(said, why, "{mood:?}");
        assert_eq!(copy.prescription, fresh.prescription, "{mood:?}");
        recorded(&counter, &copy, 1, boxes(&copy, 2));
        let (entry, seen) = post(&counter, 1, 61);
        assert_eq!(
            (entry.state(), entry.reason),
            (&PostState::Pending, why),
            "{mood:?}"
        );
        assert_eq!(seen, Some(BaseSeen::Silent(why)), "{mood:?}");
        assert!(entry.next_attempt > later(61), "{mood:?}");
    }
}

#[test]
fn boxes_recorded_here_no_longer_remain_although_the_base_does_not_know() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    record_boxes(&counter, 1, 1);
    for mood in [Mood::Answers, Mood::Down] {
        base.is(mood);
        let consultation = opened(&counter, 2);
        assert_eq!(
            consultation.prescription.lines[0].remaining(),
            Some(Boxes(1)),
            "{mood:?}"
        );
    }
    base.is(Mood::Answers);
    post(&counter, 1, 3);
    let after = opened(&counter, 4);
    assert_eq!(
        after.prescription.lines[0].remaining(),
        Some(Boxes(1)),
        "known on both sides, counted once"
    );
}

#[test]
fn two_counters_on_one_store_do_not_hand_the_same_boxes_over_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let base = ScriptedBase::new();
    let (here, there) = (counter_at(&base, &path), counter_at(&base, &path));
    let (first, second) = (opened(&here, 0), opened(&there, 0));
    recorded(&here, &first, 1, boxes(&first, 2));
    let late = there
        .record(&second.prescription, boxes(&second, 2), dispense_id(2), later(2))
        .unwrap();
    assert_eq!(late, RecordOutcome::Outdated);
    let again = opened(&there, 3);
    let stopped = there
        .record(&again.prescription, boxes(&again, 2), dispense_id(2), later(4))
        .unwrap();
    assert!(matches!(stopped, RecordOutcome::Stopped(_)), "{stopped:?}");
    assert_eq!(there.store.register_length().unwrap(), 1);
    let (entry, _) = post(&there, 1, 5);
    assert_eq!(entry.state(), &PostState::Accepted, "either of them posts it");
    assert_eq!(base.deliveries(), 1);
}

#[test]
fn recording_again_says_what_was_recorded() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    let consultation = opened(&counter, 0);
    let first = recorded(&counter, &consultation, 1, boxes(&consultation, 2));
    let other = recorded(&counter, &consultation, 1, boxes(&consultation, 1));
    assert_eq!(
        other.entry, first.entry,
        "the second proposal under this identifier was never recorded"
    );
    assert_eq!(other.registered, first.registered);
    let after = opened(&counter, 2);
    recorded(&counter, &after, 1, boxes(&after, 2));
    assert_eq!(counter.store.register_length().unwrap(), 1);
}

#[test]
fn a_lost_answer_is_looked_up_and_nothing_is_posted_twice() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    record_boxes(&counter, 1, 2);
    base.is(Mood::LosesAnswers);
    let (entry, seen) = post(&counter, 1, 2);
    assert_eq!(
        (entry.state(), entry.reason),
        (&PostState::Pending, DelayReason::OutcomeUnknown)
    );
    assert_eq!(seen, Some(BaseSeen::Silent(DelayReason::OutcomeUnknown)));
    assert_eq!((base.deliveries(), visible_to_prescriber(&entry)), (1, None));
    base.is(Mood::Answers);
    let (entry, _) = post(&counter, 1, 10);
    assert_eq!(entry.state(), &PostState::Accepted);
    assert_eq!(
        (base.deliveries(), base.posts()),
        (1, 1),
        "looked up, not posted again"
    );
}

#[test]
fn what_was_recorded_before_a_crash_is_posted_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let base = ScriptedBase::new();
    let before = counter_at(&base, &path);
    record_boxes(&before, 1, 2);
    // It had begun to post when it died: its claim is still there.
    assert!(before.store.claim(dispense_id(1), later(2)).unwrap().is_some());
    drop(before);
    let after = counter_at(&base, &path);
    let round = now(after.post_due(later(3), JITTER, 10)).unwrap();
    assert!(round.tried.is_empty(), "it might still be alive");
    let round = now(after.post_due(later(60), JITTER, 10)).unwrap();
    assert_eq!(round.tried.len(), 1);
    assert_eq!(round.tried[0].state(), &PostState::Accepted);
    assert_eq!(
        (base.deliveries(), after.store.register_length().unwrap()),
        (1, 1)
    );
}

#[test]
fn a_round_stops_at_a_silent_base_and_goes_on_after_a_refusal() {
    for (mood, tried, seen) in [
        (Mood::Down, 1, BaseSeen::Silent(DelayReason::Unreachable)),
        (Mood::RefusesLogin, 1, BaseSeen::Silent(DelayReason::LoginRefused)),
        (Mood::Overloaded, 1, BaseSeen::Silent(DelayReason::Unavailable)),
        (
            Mood::LosesAnswers,
            1,
            BaseSeen::Silent(DelayReason::OutcomeUnknown),
        ),
        (Mood::Mumbles, 2, BaseSeen::Silent(DelayReason::Garbled)),
        (Mood::Refuses, 2, BaseSeen::Answering),
        (Mood::Answers, 2, BaseSeen::Answering),
    ] {
        let two_wait = || {
            let base = ScriptedBase::new();
            let counter = counter(&base);
            for (of, number) in (1..).zip(NUMBERS) {
                let consultation = opened_under(&counter, &number.parse().unwrap(), 0);
                recorded(&counter, &consultation, of, boxes(&consultation, 2));
            }
            base.is(mood);
            counter
        };
        let due = now(two_wait().post_due(later(60), JITTER, 10)).unwrap();
        let all = now(two_wait().post_all(|| later(60), || JITTER, async || ())).unwrap();
        for round in [due, all] {
            assert_eq!((round.tried.len(), round.base), (tried, Some(seen)), "{mood:?}");
            let order: Vec<_> = round.tried.iter().map(|entry| entry.hand_over.id).collect();
            assert_eq!(
                order,
                [dispense_id(1), dispense_id(2)][..tried],
                "{mood:?}: oldest first"
            );
            let still_waits = |entry: &OutboxEntry| *entry.state() == PostState::Pending;
            assert_eq!(
                round.tried.iter().any(still_waits),
                matches!(seen, BaseSeen::Silent(_)),
                "{mood:?}"
            );
        }
    }
}

#[test]
fn a_refusal_is_kept_in_sight_and_not_tried_again() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    record_boxes(&counter, 1, 2);
    base.is(Mood::Refuses);
    let (entry, seen) = post(&counter, 1, 2);
    assert!(
        matches!(entry.state(), PostState::Refused(refusal) if refusal.code == RefusalCode::LineCancelled),
        "{entry:?}"
    );
    assert_eq!(
        (seen, visible_to_prescriber(&entry)),
        (Some(BaseSeen::Answering), None)
    );
    let (_, seen) = post(&counter, 1, 100);
    assert_eq!((seen, base.posts()), (None, 1));
    assert_eq!(counter.store.outbox().unwrap().len(), 1);
    assert_eq!(counter.store.register_length().unwrap(), 1, "the boxes have left");
}

#[test]
fn an_answer_that_says_nothing_is_tried_later_and_later() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    record_boxes(&counter, 1, 2);
    base.is(Mood::Mumbles);
    let mut waits = Vec::new();
    for seconds in [10, 20, 40] {
        let (entry, _) = post(&counter, 1, seconds);
        assert_eq!(entry.reason, DelayReason::Garbled);
        waits.push(entry.next_attempt.as_second() - later(seconds).as_second());
    }
    assert_eq!(waits, [1, 2, 4]);
    base.is(Mood::Overloaded);
    let (entry, _) = post(&counter, 1, 100);
    assert_eq!(
        entry.next_attempt.as_second(),
        later(160).as_second(),
        "the base asked for a minute"
    );
}

#[test]
fn a_later_hand_over_waits_for_the_earlier_one_of_its_prescription() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    record_boxes(&counter, 1, 1);
    base.is(Mood::Down);
    post(&counter, 1, 2);
    base.is(Mood::Answers);
    record_boxes(&counter, 2, 1);
    let (entry, _) = post(&counter, 2, 3);
    assert_eq!(entry.state(), &PostState::Accepted);
    assert_eq!(base.deliveries(), 2, "the earlier one went first");
}

#[test]
fn a_round_posts_the_hand_overs_of_one_prescription_in_their_order() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    record_boxes(&counter, 1, 1);
    record_boxes(&counter, 2, 1);
    let round = now(counter.post_due(later(60), JITTER, 1)).unwrap();
    assert_eq!(round.tried.len(), 1, "no more than asked");
    let round = now(counter.post_due(later(60), JITTER, 10)).unwrap();
    assert_eq!(round.tried[0].hand_over.id, dispense_id(2));
    assert_eq!(base.deliveries(), 2);
}

#[test]
fn a_refusal_of_the_patient_is_posted_and_leaves_no_register_entry() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    let consultation = opened(&counter, 0);
    let declined = Decision {
        line: LineNumber(1),
        outcome: LineOutcome::NotDelivered(NotDeliveredReason::PatientRefuses),
        partial: None,
        note: String::new(),
    };
    let proposal = Proposal {
        decisions: vec![declined],
        overrides: Vec::new(),
    };
    let recorded = recorded(&counter, &consultation, 1, proposal);
    assert_eq!(recorded.registered, [(dispense_id(1).line(1), None)]);
    assert_eq!(post(&counter, 1, 2).0.state(), &PostState::Accepted);
    assert_eq!(counter.store.register_length().unwrap(), 0);
    assert_eq!(
        opened(&counter, 3).prescription.lines[0].remaining(),
        Some(Boxes(2))
    );
}

#[test]
fn a_prescription_is_held_for_half_an_hour_and_given_back() {
    let base = ScriptedBase::new();
    let counter = counter(&base);
    let HoldAnswer::Taken(hold) = now(counter.take_hold(&known(), noon())).unwrap() else {
        unreachable!("nobody has it");
    };
    assert!(hold.is_of(&pharmacy().finess));
    let end = noon() + SignedDuration::try_from(HOLD_LASTS).unwrap();
    assert_eq!(hold.until.map(jiff::Timestamp::as_second), Some(end.as_second()));
    now(counter.give_back(&known())).unwrap();
    base.is(Mood::Down);
    let silent = now(counter.take_hold(&known(), noon())).unwrap_err();
    assert_eq!(silent.base(), Some(BaseSeen::Silent(DelayReason::Unreachable)));
}

#[test]
fn a_day_at_the_counter_is_a_day_in_france() {
    let counter = counter(&ScriptedBase::new());
    for (moment, day) in [
        ("2026-11-22T22:59:59Z", date(2026, 11, 22)),
        ("2026-11-22T23:00:00Z", date(2026, 11, 23)),
        ("2026-07-22T22:00:00Z", date(2026, 7, 23)),
    ] {
        assert_eq!(counter.day(moment.parse().unwrap()), day, "{moment}");
    }
    record_boxes(&counter, 1, 2);
    assert_eq!(counter.served_on(date(2026, 11, 22)).unwrap().len(), 1);
    assert!(counter.served_on(date(2026, 11, 21)).unwrap().is_empty());
    assert!(counter.served_on(date(2026, 11, 23)).unwrap().is_empty());
}

#[test]
fn the_use_cases_can_run_on_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    let counter = counter(&ScriptedBase::new());
    let (number, id) = (known(), dispense_id(1));
    is_send(&counter.consult(&number, noon()));
    is_send(&counter.post_one(id, noon(), JITTER));
    is_send(&counter.post_due(noon(), JITTER, 1));
    is_send(&counter.take_hold(&number, noon()));
}
