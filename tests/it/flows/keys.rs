//! How many keys each task costs, and what the keys decide.

use comptoir::app::Effect;
use comptoir::app::message::{HoldAnswer, Message};
use comptoir::app::serving::Scope;
use comptoir::domain::dispense::{AgreedBy, LineOutcome};
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::product::ProductCode;
use comptoir::domain::reasons::{AdjustmentReason, NotDeliveredReason, PartialReason, SubstitutionReason};
use jiff::civil::date;

use crate::samples::*;

use super::*;

#[test]
fn a_conforming_prescription_costs_one_scan_and_two_keys() {
    let mut app = app();
    let asked = app.update(scan(NUMBER));
    assert_eq!(names(&asked), ["Consult", "WakeAt"]);
    assert_eq!(
        app.update(consulted(prescription())),
        vec![Effect::TakeHold(number(NUMBER))]
    );
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(names(&effects), ["Record"]);
    let outcomes: Vec<_> = proposal(&effects)
        .decisions
        .iter()
        .map(|decision| {
            (
                decision.line.0,
                decision.outcome.code(),
                decision.outcome.boxes().0,
            )
        })
        .collect();
    assert_eq!(
        outcomes,
        [(1, "conforming", 2), (2, "conforming", 1), (3, "conforming", 1)]
    );
    app.update(recorded(&effects));
    assert_eq!(app.screen().name(), "done");
}

#[test]
fn each_exception_costs_the_keys_it_is_promised() {
    let cases: &[(&str, &str, usize)] = &[
        ("nothing special", "", 0),
        ("one line substituted by hand", "2s1", 4),
        ("the first line substituted by hand", "s2", 4),
        ("one line not delivered, with its reason", "3n1", 3),
        ("one line delivered in part, with its reason", "1-⏎1", 4),
        ("one line adjusted by phone: fewer boxes", "1a41-⏎", 6),
    ];
    for (what, typed, at_most) in cases {
        let mut app = serving(prescription());
        press(&mut app, typed);
        assert_eq!(app.screen().name(), "prescription", "{what}");
        let effects = press(&mut app, "⏎⏎");
        assert_eq!(names(&effects), ["Record"], "{what}");
        recorded(&effects);
        assert!(keys(typed).len() <= *at_most, "{what}");
    }
}

#[test]
fn boxes_scanned_cost_one_scan_each_then_two_keys_even_when_substituted() {
    let mut app = serving(prescription());
    for cip in ["340093385711", "340093385711", PARACETAMOL, LEVOTHYROXINE] {
        assert!(app.update(scanned_box(cip, "A1")).is_empty());
        assert_eq!(app.screen().name(), "prescription");
    }
    let effects = press(&mut app, "⏎⏎");
    let codes: Vec<_> = proposal(&effects)
        .decisions
        .iter()
        .map(|decision| decision.outcome.code())
        .collect();
    assert_eq!(codes, ["substituted", "conforming", "conforming"]);
    let lots: Vec<_> = proposal(&effects)
        .decisions
        .iter()
        .filter_map(|decision| decision.outcome.supply()?.lot.clone())
        .map(|lot| lot.to_string())
        .collect();
    assert_eq!(lots, ["A1", "A1", "A1"]);
    recorded(&effects);
}

#[test]
fn what_is_not_acknowledged_is_one_key_away_and_one_key_back_from_everywhere() {
    for typed in ["", "1c", "⏎", "1→", "2n"] {
        let mut app = serving(prescription());
        press(&mut app, typed);
        let before = app.screen().name();
        assert_eq!(names(&press(&mut app, "②")), ["ListOutbox"]);
        assert_eq!(app.screen().name(), "outbox");
        press(&mut app, "⎋");
        assert_eq!(app.screen().name(), before);
    }
}

#[test]
fn the_decisions_are_those_that_were_keyed() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "1-⏎12s13n2⏎⏎");
    let decisions = proposal(&effects).decisions;
    assert_eq!(decisions[0].partial, Some(PartialReason::Owed));
    assert_eq!(decisions[0].outcome.boxes(), Boxes(1));
    let LineOutcome::Substituted { supply, reason } = &decisions[1].outcome else {
        panic!("{:?}", decisions[1].outcome.code());
    };
    assert_eq!(*reason, SubstitutionReason::Generic);
    assert_eq!(supply.code.code(), cip13("340093500170").as_str());
    assert_eq!(
        decisions[2].outcome,
        LineOutcome::NotDelivered(NotDeliveredReason::PatientRefuses)
    );
}

#[test]
fn what_is_delivered_by_fractions_begins_with_one_of_them() {
    let fractioned = |to_pharmacist: &str| {
        let mut consultation = consultation_of(prescription());
        let line = &mut consultation.prescription.lines[0];
        (line.days, line.to_pharmacist) = (Some(28), to_pharmacist.into());
        let code = line.code.clone();
        let ordered = consultation.products.0.iter_mut();
        for product in ordered.filter(|product| ProductCode::Cip13(product.cip13.clone()) == code) {
            product.conditions = Some(vec![
                "liste I".into(),
                "délivrance fractionnée de 14 jours".into(),
            ]);
        }
        let mut app = app();
        app.update(scan(NUMBER));
        app.update(Message::Consulted(Box::new(consultation)));
        app
    };
    // All of it as ordered, or the line said conforming first; the keys are as many as elsewhere.
    for (typed, to_pharmacist, boxes, partial) in [
        ("⏎⏎", "", 1, Some(PartialReason::Fraction)),
        ("1c⏎⏎", "", 1, Some(PartialReason::Fraction)),
        ("+⏎", "", 2, None),
        ("⏎⏎", "délivrance en une seule fois", 2, None),
    ] {
        let mut app = fractioned(to_pharmacist);
        let effects = press(&mut app, typed);
        let decided = app
            .screen()
            .serving()
            .map(|serving| serving.proposal(Scope::Everything));
        let decision = match decided {
            Some(proposal) => proposal.unwrap().decisions[0].clone(),
            None => proposal(&effects).decisions[0].clone(),
        };
        assert_eq!(
            (decision.outcome.boxes(), decision.partial),
            (Boxes(boxes), partial),
            "{typed} {to_pharmacist}"
        );
    }
}

#[test]
fn an_adjustment_needs_its_reason_and_the_prescriber_s_agreement() {
    let mut app = serving(prescription());
    press(&mut app, "1a42-⏎");
    let effects = press(&mut app, "⏎⏎");
    let decisions = proposal(&effects).decisions;
    let LineOutcome::Adjusted {
        supply,
        reason,
        agreement,
    } = &decisions[0].outcome
    else {
        panic!("{:?}", decisions[0].outcome.code());
    };
    assert_eq!((*reason, supply.boxes), (AdjustmentReason::Quantity, Boxes(1)));
    assert_eq!(agreement.channel.code(), "secure-mail");
    assert_eq!(agreement.at, now());
    assert_eq!(decisions[0].partial, None);
}

#[test]
fn an_agreement_says_who_gave_it_how_and_what_changed() {
    for (typed, by, channel, changed) in [
        // The author by phone: nothing more to say than the new dosage.
        ("1a11un le soir⏎⎋⏎", AgreedBy::Author, "phone", "un le soir"),
        // What cannot be said yet is passed with one key.
        ("1a11⏎⎋⏎", AgreedBy::Author, "phone", ""),
        // Said again from the overview: another prescriber, in person; the words stay.
        (
            "1a11un le soir⏎⎋o2Dr Remplaçant⏎3⏎⎋⏎",
            AgreedBy::Other("Dr Remplaçant".into()),
            "in-person",
            "un le soir",
        ),
        // And back to the author.
        (
            "1a11⏎⎋o2Dr Remplaçant⏎3⏎⎋o13⏎⎋⏎",
            AgreedBy::Author,
            "in-person",
            "",
        ),
    ] {
        let mut app = serving(prescription());
        press(&mut app, typed);
        let form = app.screen().serving().unwrap().form(LineNumber(1)).cloned();
        let agreement = form.and_then(|form| form.agreement);
        let agreement = agreement.unwrap_or_else(|| panic!("{typed} on {}", app.screen().name()));
        assert!(agreement.by == by, "{typed}");
        assert_eq!(
            (agreement.channel.code(), agreement.changed.as_str()),
            (channel, changed),
            "{typed}"
        );
    }
}

#[test]
fn a_reason_other_asks_for_words_and_keeps_them() {
    let mut app = serving(prescription());
    press(&mut app, "2n9");
    assert_eq!(app.screen().name(), "decision");
    press(&mut app, "⏎");
    assert_eq!(app.screen().name(), "decision", "without words it is not decided");
    press(&mut app, "allaitement⏎");
    assert_eq!(app.screen().name(), "prescription");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(proposal(&effects).decisions[1].note, "allaitement");
}

#[test]
fn lot_and_last_day_are_typed_or_scanned() {
    let mut app = serving(prescription());
    press(&mut app, "1→lA12⏎e06/2028⏎⏎");
    let effects = press(&mut app, "⏎⏎");
    let decisions = proposal(&effects).decisions;
    let supply = decisions[0].outcome.supply().unwrap();
    assert_eq!(supply.lot.as_ref().unwrap().as_str(), "A12");
    assert_eq!(supply.expiry, Some(date(2028, 6, 30)));
}

#[test]
fn a_product_of_the_catalogue_is_searched_and_chosen() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "1s/ar");
    assert_eq!(effects, vec![Effect::SearchCatalogue("ar".into())]);
    app.update(Message::CatalogueSearched {
        text: "a".into(),
        products: products().0,
    });
    press(&mut app, "⏎");
    assert_eq!(
        app.screen().name(),
        "decision",
        "an answer to an older text is not chosen from"
    );
    app.update(Message::CatalogueSearched {
        text: "ar".into(),
        products: vec![products().0[2].clone()],
    });
    press(&mut app, "⏎");
    let effects = press(&mut app, "⏎⏎");
    let decisions = proposal(&effects).decisions;
    assert_eq!(decisions[0].outcome.code(), "substituted");
    assert_eq!(
        decisions[0].outcome.supply().unwrap().label,
        "AMOXICILLINE ARROW 500 mg, gélule"
    );
}

#[test]
fn a_line_that_may_not_be_substituted_says_so_before_anything_is_chosen() {
    let mut app = serving(prescription());
    press(&mut app, "3s");
    assert_eq!(app.screen().name(), "prescription");
    assert!(app.desk().notice.is_some());
}

#[test]
fn boxes_stay_between_one_and_what_remains() {
    let mut app = serving(prescription());
    press(&mut app, "1+++");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(proposal(&effects).decisions[0].outcome.boxes(), Boxes(2));
    let mut app = serving(prescription());
    press(&mut app, "1----");
    press(&mut app, "⏎1");
    let effects = press(&mut app, "⏎⏎");
    assert_eq!(proposal(&effects).decisions[0].outcome.boxes(), Boxes(1));
}

#[test]
fn only_what_was_decided_can_be_served_leaving_other_lines_open() {
    let mut app = serving(prescription());
    let effects = press(&mut app, "2cv⏎");
    let lines: Vec<_> = proposal(&effects).decisions.iter().map(|d| d.line).collect();
    assert_eq!(lines, [LineNumber(2)]);
    let mut app = serving(prescription());
    assert!(press(&mut app, "v").is_empty());
    assert_eq!(app.screen().name(), "prescription", "nothing was decided");
}

#[test]
fn closed_lines_are_never_proposed_and_cannot_be_decided() {
    let mut app = serving(remarkable_prescription());
    for typed in ["5c", "6c", "5n", "6s"] {
        press(&mut app, typed);
        assert_eq!(app.screen().name(), "prescription", "{typed}");
    }
    // Line 3 was delivered yesterday: going on with it takes a reason.
    press(&mut app, "⏎⏎départ en voyage⏎");
    let effects = press(&mut app, "⏎");
    let lines: Vec<_> = proposal(&effects).decisions.iter().map(|d| d.line.0).collect();
    assert_eq!(lines, [1, 2, 3, 4]);
}

#[test]
fn an_expired_prescription_is_shown_and_never_reviewed() {
    let mut prescription = prescription();
    prescription.valid_until = Some(date(2026, 11, 21));
    // Nothing renewable: nothing that the law lets go on.
    prescription.lines[2].repeats = 0;
    let mut app = serving(prescription);
    assert!(press(&mut app, "⏎⏎⏎").is_empty());
    assert_eq!(app.screen().name(), "prescription");
}

#[test]
fn a_warning_is_passed_with_words_that_are_recorded() {
    let mut app = serving(prescription());
    app.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    assert!(
        press(&mut app, "⏎⏎").is_empty(),
        "Enter asks for the reason first"
    );
    assert!(press(&mut app, "⏎").is_empty(), "no words, no passing");
    assert!(
        press(&mut app, "vu⏎").is_empty(),
        "the reason is given, nothing is recorded yet"
    );
    let effects = press(&mut app, "⏎");
    let overrides = proposal(&effects).overrides;
    assert_eq!(overrides.len(), 1);
    assert_eq!(
        (overrides[0].finding.as_str(), overrides[0].reason.as_str()),
        ("held-elsewhere", "vu")
    );
    recorded(&effects);
}

#[test]
fn a_reason_given_for_a_warning_that_is_gone_is_not_recorded() {
    let mut app = serving(prescription());
    app.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    press(&mut app, "⏎⏎vu⏎⎋");
    app.update(hold_answered(HoldAnswer::Taken(our_hold())));
    let effects = press(&mut app, "⏎⏎");
    assert!(proposal(&effects).overrides.is_empty());
}

#[test]
fn a_reason_answers_for_one_warning_and_not_for_another_of_its_kind() {
    let mut app = serving(prescription());
    app.update(hold_answered(HoldAnswer::HeldElsewhere(their_hold())));
    press(&mut app, "⏎⏎vu⏎⎋");
    let mut another = their_hold();
    another.owner = "750000003".parse().unwrap();
    app.update(hold_answered(HoldAnswer::HeldElsewhere(another)));
    assert!(
        press(&mut app, "⏎⏎").is_empty(),
        "what was agreed with one pharmacy says nothing of the other"
    );
    let effects = press(&mut app, "appelée⏎⏎");
    let overrides = proposal(&effects).overrides;
    let reasons: Vec<&str> = overrides.iter().map(|passed| passed.reason.as_str()).collect();
    assert_eq!(reasons, ["appelée"]);
}

#[test]
fn an_expired_box_blocks_the_recording() {
    let mut app = serving(prescription());
    press(&mut app, "1→e21/11/2026⏎⏎");
    assert!(press(&mut app, "⏎⏎⏎⏎").is_empty());
    assert_eq!(app.screen().name(), "review");
    press(&mut app, "1");
    assert_eq!(
        app.screen().name(),
        "decision",
        "a digit goes and changes the line"
    );
}
