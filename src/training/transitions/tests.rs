//! The transitions, row by row: a state, an event, the new state or the refusal.

#![expect(clippy::too_many_lines, reason = "tables of cases")]

use super::*;
use crate::domain::identifiers::LineNumber;
use crate::training::prescription::Progress;

fn finess(text: &str) -> Finess {
    text.parse().unwrap()
}

fn ours() -> Finess {
    finess("990000001")
}

fn theirs() -> Finess {
    finess("990000002")
}

fn author() -> Rpps {
    "10100000016".parse().unwrap()
}

fn another_prescriber() -> Rpps {
    "10100000024".parse().unwrap()
}

/// 22 November 2026, ten o'clock in Paris.
fn noon() -> Moment {
    Moment::at("2026-11-22T09:00:00Z".parse().unwrap())
}

fn minutes_later(minutes: i64) -> Timestamp {
    noon()
        .now
        .checked_add(SignedDuration::from_mins(minutes))
        .unwrap()
}

fn line(number: u16, ordered: u16) -> Line {
    Line {
        reference: format!("MedicationRequest/{number}"),
        number: LineNumber(number),
        executor: Executor::Pharmacy,
        ordered: Some(Boxes(ordered)),
        standing: LineStanding::Active,
        first_day: "2026-11-20".parse().ok(),
        last_day: "2027-02-19".parse().ok(),
        supplement_until: None,
        deliveries: Vec::new(),
    }
}

/// Two lines: four boxes (two deliveries of two), and one box; and one line for the laboratory.
fn prescription() -> Prescription {
    let laboratory = Line {
        reference: "ServiceRequest/3".into(),
        executor: Executor::Other,
        ordered: None,
        ..line(3, 0)
    };
    Prescription {
        patient: "Patient/p".into(),
        prescriber: author(),
        lines: vec![line(1, 4), line(2, 1), laboratory],
        hold: None,
    }
}

fn hold(owner: Finess, until_minutes: i64) -> Hold {
    Hold {
        owner,
        name: "Pharmacie du Port".into(),
        phone: "0199000022".into(),
        since: Some(minutes_later(-5)),
        until: Some(minutes_later(until_minutes)),
        terminal: None,
    }
}

fn held_by(owner: Finess, until_minutes: i64) -> Prescription {
    Prescription {
        hold: Some(hold(owner, until_minutes)),
        ..prescription()
    }
}

fn delivered(mut prescription: Prescription, line: &str, pharmacy: Finess, boxes: u16) -> Prescription {
    let delivery = Delivery {
        stands_for: None,
        reference: format!("MedicationDispense/{line}-{boxes}"),
        pharmacy,
        boxes: Boxes(boxes),
        standing: DeliveryStanding::Completed,
    };
    prescription.line_mut(line).unwrap().deliveries.push(delivery);
    prescription
}

fn cancelled() -> Prescription {
    cancel_all(&prescription(), &author()).unwrap()
}

fn line_cancelled() -> Prescription {
    cancel_line(&prescription(), "MedicationRequest/1", &author()).unwrap()
}

fn expired() -> Prescription {
    let mut prescription = prescription();
    for line in &mut prescription.lines {
        line.last_day = "2026-11-21".parse().ok();
    }
    prescription
}

/// Expired, and renewable: something may follow for six months.
fn expired_renewable() -> Prescription {
    let mut prescription = expired();
    for line in &mut prescription.lines {
        line.supplement_until = "2027-05-21".parse().ok();
    }
    prescription
}

fn completed() -> Prescription {
    let first = delivered(prescription(), "MedicationRequest/1", theirs(), 4);
    delivered(first, "MedicationRequest/2", ours(), 1)
}

fn report(line: &str, boxes: u16) -> Report {
    Report {
        line: line.into(),
        patient: "Patient/p".into(),
        delivery: Delivery {
            stands_for: None,
            reference: "MedicationDispense/new".into(),
            pharmacy: ours(),
            boxes: Boxes(boxes),
            standing: DeliveryStanding::Completed,
        },
        handed_over: Some(noon().now),
        reason: Reason::Missing,
        replaces: None,
    }
}

fn declined(line: &str) -> Report {
    let mut report = report(line, 0);
    report.delivery.standing = DeliveryStanding::Declined;
    report.handed_over = None;
    report.reason = Reason::Given;
    report
}

/// The code of a refusal, or `ok`.
fn outcome(result: &Result<Prescription, Refusal>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(refusal) => refusal.code().code().to_owned(),
    }
}

#[test]
fn taking_a_hold() {
    for (what, before, wish, by, expected) in [
        (
            "a free prescription",
            prescription(),
            hold(ours(), 30),
            ours(),
            "ok",
        ),
        (
            "one already begun",
            delivered(prescription(), "MedicationRequest/1", theirs(), 2),
            hold(ours(), 30),
            ours(),
            "ok",
        ),
        (
            "its own hold again",
            held_by(ours(), 10),
            hold(ours(), 30),
            ours(),
            "ok",
        ),
        (
            "another's hold that ended",
            held_by(theirs(), -1),
            hold(ours(), 30),
            ours(),
            "ok",
        ),
        (
            "another's hold that ends now",
            held_by(theirs(), 0),
            hold(ours(), 30),
            ours(),
            "ok",
        ),
        (
            "another's hold",
            held_by(theirs(), 1),
            hold(ours(), 30),
            ours(),
            "held-elsewhere",
        ),
        (
            "in another's name",
            prescription(),
            hold(theirs(), 30),
            ours(),
            "role-forbidden",
        ),
        (
            "a cancelled one",
            cancelled(),
            hold(ours(), 30),
            ours(),
            "prescription-cancelled",
        ),
        (
            "an expired one",
            expired(),
            hold(ours(), 30),
            ours(),
            "prescription-expired",
        ),
        (
            "one with nothing left",
            completed(),
            hold(ours(), 30),
            ours(),
            "nothing-left",
        ),
        (
            "until a past moment",
            prescription(),
            hold(ours(), 0),
            ours(),
            "malformed",
        ),
        (
            "for more than a day",
            prescription(),
            hold(ours(), 24 * 60 + 1),
            ours(),
            "malformed",
        ),
        (
            "for a whole day",
            prescription(),
            hold(ours(), 24 * 60),
            ours(),
            "ok",
        ),
        (
            "without an end",
            prescription(),
            Hold {
                until: None,
                ..hold(ours(), 0)
            },
            ours(),
            "malformed",
        ),
    ] {
        let after = take_hold(&before, &wish, &by, noon());
        assert_eq!(outcome(&after), expected, "{what}");
        if let Ok(after) = after {
            assert!(after.hold.is_some_and(|hold| hold.is_of(&by)), "{what}");
        }
    }
}

#[test]
fn a_recovered_hold_keeps_the_moment_it_began() {
    let before = held_by(ours(), 10);
    let after = take_hold(&before, &hold(ours(), 30), &ours(), noon()).unwrap();
    assert_eq!(after.hold.unwrap().since, Some(minutes_later(-5)));
    let fresh = take_hold(&prescription(), &hold(ours(), 30), &ours(), noon()).unwrap();
    assert_eq!(
        fresh.hold.unwrap().since,
        Some(noon().now),
        "the base's clock, not the counter's"
    );
}

#[test]
fn giving_a_hold_back() {
    for (what, before, expected) in [
        ("its own", held_by(ours(), 10), "ok"),
        ("none", prescription(), "ok"),
        ("another's that ended", held_by(theirs(), -1), "ok"),
        ("another's", held_by(theirs(), 10), "held-elsewhere"),
        (
            "its own, on a cancelled one",
            Prescription {
                hold: Some(hold(ours(), 10)),
                ..cancelled()
            },
            "ok",
        ),
    ] {
        let after = give_back(&before, &ours(), noon());
        assert_eq!(outcome(&after), expected, "{what}");
        if let Ok(after) = after {
            assert_eq!(after.hold, None, "{what}");
        }
    }
}

#[test]
fn a_refused_hold_names_the_holder_and_its_phone() {
    let refused = take_hold(&held_by(theirs(), 10), &hold(ours(), 30), &ours(), noon()).unwrap_err();
    assert!(
        refused.text().contains("Pharmacie du Port (0199000022)"),
        "{}",
        refused.text()
    );
}

#[test]
fn reporting_a_delivery() {
    let with = |change: fn(&mut Report)| {
        let mut report = report("MedicationRequest/1", 2);
        change(&mut report);
        report
    };
    let first = "MedicationRequest/1";
    for (what, before, report, expected) in [
        ("what was ordered", prescription(), report(first, 2), "ok"),
        ("all repeats at once", prescription(), report(first, 4), "ok"),
        ("within its own hold", held_by(ours(), 10), report(first, 2), "ok"),
        (
            "after another's hold ended",
            held_by(theirs(), -1),
            report(first, 2),
            "ok",
        ),
        (
            "the rest, after another pharmacy",
            delivered(prescription(), first, theirs(), 2),
            report(first, 2),
            "ok",
        ),
        ("a line declined", prescription(), declined(first), "ok"),
        (
            "a line declined, with nothing left",
            completed(),
            declined(first),
            "ok",
        ),
        (
            "one box too many",
            prescription(),
            report(first, 5),
            "quantity-exceeded",
        ),
        (
            "one too many, all pharmacies counted",
            delivered(prescription(), first, theirs(), 2),
            report(first, 3),
            "quantity-exceeded",
        ),
        (
            "an unknown line",
            prescription(),
            report("MedicationRequest/9", 1),
            "line-unknown",
        ),
        (
            "the laboratory's line",
            prescription(),
            report("ServiceRequest/3", 1),
            "line-unknown",
        ),
        (
            "another patient",
            prescription(),
            with(|r| r.patient = "Patient/q".into()),
            "patient-mismatch",
        ),
        (
            "in another pharmacy's name",
            prescription(),
            with(|r| r.delivery.pharmacy = theirs()),
            "role-forbidden",
        ),
        (
            "on a cancelled prescription",
            cancelled(),
            report(first, 2),
            "prescription-cancelled",
        ),
        (
            "on a cancelled line",
            line_cancelled(),
            report(first, 2),
            "line-cancelled",
        ),
        (
            "beside a cancelled line",
            line_cancelled(),
            report("MedicationRequest/2", 1),
            "ok",
        ),
        (
            "after the last day",
            expired(),
            report(first, 2),
            "prescription-expired",
        ),
        (
            "after the last day of a renewable line",
            expired_renewable(),
            report(first, 1),
            "ok",
        ),
        (
            "posted late, handed over on the last day",
            expired(),
            with(|r| r.handed_over = "2026-11-21T18:00:00Z".parse().ok()),
            "ok",
        ),
        (
            "before the first day",
            prescription(),
            with(|r| r.handed_over = "2026-11-19T10:00:00Z".parse().ok()),
            "not-yet-valid",
        ),
        (
            "held by another",
            held_by(theirs(), 10),
            report(first, 2),
            "held-elsewhere",
        ),
        ("no box", prescription(), report(first, 0), "malformed"),
        (
            "no moment of hand-over",
            prescription(),
            with(|r| r.handed_over = None),
            "malformed",
        ),
        (
            "handed over next week",
            prescription(),
            with(|r| r.handed_over = "2026-11-29T10:00:00Z".parse().ok()),
            "malformed",
        ),
        (
            "declined, with boxes",
            prescription(),
            with(|r| r.delivery.standing = DeliveryStanding::Declined),
            "malformed",
        ),
        (
            "declined, without a reason",
            prescription(),
            Report {
                reason: Reason::Missing,
                ..declined(first)
            },
            "malformed",
        ),
        (
            "born in error",
            prescription(),
            with(|r| r.delivery.standing = DeliveryStanding::EnteredInError),
            "malformed",
        ),
    ] {
        let after = deliver(&before, &report, &ours(), noon());
        assert_eq!(outcome(&after), expected, "{what}");
        if let Ok(after) = after {
            assert_eq!(after.hold, None, "the hold ends: {what}");
            assert_eq!(
                after.deliveries().count(),
                before.deliveries().count() + 1,
                "{what}"
            );
        }
    }
}

#[test]
fn a_line_without_a_count_cannot_be_exceeded() {
    let mut before = prescription();
    before.lines[0].ordered = None;
    assert!(deliver(&before, &report("MedicationRequest/1", 99), &ours(), noon()).is_ok());
}

#[test]
fn a_prescription_takes_a_bounded_number_of_reports() {
    let mut before = prescription();
    for _ in 0..DELIVERIES_MAX {
        before = deliver(&before, &declined("MedicationRequest/1"), &ours(), noon()).unwrap();
    }
    let after = deliver(&before, &declined("MedicationRequest/1"), &ours(), noon());
    assert_eq!(outcome(&after), "malformed");
}

#[test]
fn rectifying_a_delivery() {
    let before = delivered(prescription(), "MedicationRequest/1", ours(), 4);
    for (what, delivery, by, expected) in [
        (
            "its own",
            "MedicationDispense/MedicationRequest/1-4",
            ours(),
            "ok",
        ),
        (
            "another's",
            "MedicationDispense/MedicationRequest/1-4",
            theirs(),
            "role-forbidden",
        ),
        ("an unknown one", "MedicationDispense/none", ours(), "not-found"),
    ] {
        assert_eq!(outcome(&rectify(&before, delivery, &by)), expected, "{what}");
    }
    let after = rectify(&before, "MedicationDispense/MedicationRequest/1-4", &ours()).unwrap();
    assert_eq!(
        after.line("MedicationRequest/1").unwrap().left(),
        Some(Boxes(4)),
        "its boxes are free again"
    );
    assert!(deliver(&after, &report("MedicationRequest/1", 4), &ours(), noon()).is_ok());
    let again = rectify(&after, "MedicationDispense/MedicationRequest/1-4", &ours());
    assert_eq!(outcome(&again), "malformed", "once");
}

#[test]
fn cancelling_a_line_and_a_prescription() {
    let line = |before: &Prescription, line, by: Rpps| outcome(&cancel_line(before, line, &by));
    for (what, found, expected) in [
        (
            "its own line",
            line(&prescription(), "MedicationRequest/1", author()),
            "ok",
        ),
        (
            "a line that a pharmacy serves",
            line(&held_by(theirs(), 10), "MedicationRequest/1", author()),
            "ok",
        ),
        (
            "another's line",
            line(&prescription(), "MedicationRequest/1", another_prescriber()),
            "role-forbidden",
        ),
        (
            "an unknown line",
            line(&prescription(), "MedicationRequest/9", author()),
            "line-unknown",
        ),
        (
            "the same line twice",
            line(&line_cancelled(), "MedicationRequest/1", author()),
            "line-cancelled",
        ),
        (
            "everything",
            outcome(&cancel_all(&prescription(), &author())),
            "ok",
        ),
        (
            "everything, once delivered",
            outcome(&cancel_all(&completed(), &author())),
            "ok",
        ),
        (
            "everything of another",
            outcome(&cancel_all(&prescription(), &another_prescriber())),
            "role-forbidden",
        ),
        (
            "everything twice",
            outcome(&cancel_all(&cancelled(), &author())),
            "prescription-cancelled",
        ),
    ] {
        assert_eq!(found, expected, "{what}");
    }
    let after = cancel_all(&held_by(theirs(), 10), &author()).unwrap();
    assert_eq!(
        (after.hold.clone(), after.progress()),
        (None, Progress::Cancelled)
    );
}

#[test]
fn writing_a_line() {
    let draft = || Prescription {
        lines: Vec::new(),
        ..prescription()
    };
    let one = Prescription {
        lines: vec![line(1, 4)],
        ..draft()
    };
    let add = |draft: &Prescription, line: Line, patient, requester: Rpps| {
        outcome(&add_line(draft, line, patient, &requester, &author()))
    };
    let backwards = Line {
        last_day: "2026-11-19".parse().ok(),
        ..line(1, 1)
    };
    let suspended = Line {
        standing: LineStanding::Suspended,
        ..line(1, 1)
    };
    for (what, found, expected) in [
        (
            "the first",
            add(&draft(), line(1, 4), "Patient/p", author()),
            "ok",
        ),
        ("a second", add(&one, line(2, 4), "Patient/p", author()), "ok"),
        (
            "the same number twice",
            add(&one, line(1, 4), "Patient/p", author()),
            "malformed",
        ),
        (
            "for another patient",
            add(&one, line(2, 4), "Patient/q", author()),
            "patient-mismatch",
        ),
        (
            "in another's name",
            add(&draft(), line(1, 4), "Patient/p", another_prescriber()),
            "role-forbidden",
        ),
        (
            "of zero boxes",
            add(&draft(), line(1, 0), "Patient/p", author()),
            "malformed",
        ),
        (
            "that ends before it begins",
            add(&draft(), backwards, "Patient/p", author()),
            "malformed",
        ),
        (
            "already suspended",
            add(&draft(), suspended, "Patient/p", author()),
            "malformed",
        ),
    ] {
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn choosing_who_sees_deliveries() {
    let choice = |consent, minutes| Choice {
        consent,
        at: minutes_later(minutes),
    };
    let own = || ChoiceAuthor::Patient(vec!["Patient/p".into()]);
    let agreed = Some(choice(Consent::Agreed, -10));
    for (what, previous, author, chosen, expected) in [
        (
            "the prescriber, writing",
            None,
            ChoiceAuthor::PrescriberWriting,
            choice(Consent::Agreed, 0),
            "ok",
        ),
        (
            "the prescriber, later",
            agreed,
            ChoiceAuthor::PrescriberLater,
            choice(Consent::Agreed, 0),
            "role-forbidden",
        ),
        ("the patient", agreed, own(), choice(Consent::Opposed, 0), "ok"),
        (
            "the patient, at first",
            None,
            own(),
            choice(Consent::Opposed, 0),
            "ok",
        ),
        (
            "the patient, back again",
            Some(choice(Consent::Opposed, -1)),
            own(),
            choice(Consent::Agreed, 0),
            "ok",
        ),
        (
            "another patient",
            agreed,
            ChoiceAuthor::Patient(vec!["Patient/q".into()]),
            choice(Consent::Agreed, 0),
            "role-forbidden",
        ),
        (
            "nobody known",
            None,
            ChoiceAuthor::Patient(Vec::new()),
            choice(Consent::Agreed, 0),
            "role-forbidden",
        ),
        (
            "an older choice than the present one",
            agreed,
            own(),
            choice(Consent::Opposed, -11),
            "malformed",
        ),
        (
            "a choice dated next week",
            None,
            own(),
            choice(Consent::Agreed, 7 * 24 * 60),
            "malformed",
        ),
    ] {
        let found = choose("Patient/p", previous, &author, chosen, noon());
        let code = found
            .as_ref()
            .map_or_else(|refusal| refusal.code().code().to_owned(), |_| "ok".into());
        assert_eq!(code, expected, "{what}");
    }
}

#[test]
fn the_task_says_how_far_it_is() {
    for (what, state, expected) in [
        ("nothing delivered", prescription(), Progress::Ready),
        ("being served", held_by(ours(), 10), Progress::Begun),
        (
            "begun",
            delivered(prescription(), "MedicationRequest/1", ours(), 2),
            Progress::Begun,
        ),
        (
            "one line of two done",
            delivered(prescription(), "MedicationRequest/2", ours(), 1),
            Progress::Begun,
        ),
        ("all done", completed(), Progress::Completed),
        (
            "the rest cancelled",
            delivered(line_cancelled(), "MedicationRequest/2", ours(), 1),
            Progress::Completed,
        ),
        ("cancelled", cancelled(), Progress::Cancelled),
        (
            "only declined",
            deliver(&prescription(), &declined("MedicationRequest/1"), &ours(), noon()).unwrap(),
            Progress::Ready,
        ),
    ] {
        assert_eq!(state.progress(), expected, "{what}");
    }
}
