//! Texts from outside that try to act on the terminal or to mislead its reader.

use comptoir::app::desk::LeftWaiting;
use comptoir::app::message::{ConsultFailure, HoldAnswer, Message, ReadFailure, Reading};
use comptoir::app::{App, Setting};
use comptoir::domain::hold::Hold;
use comptoir::domain::outbox::{DelayReason, PostState};
use comptoir::domain::people::Patient;
use comptoir::domain::prescription::{Delivery, LineKind, Prescription, PrescriptionKind, PrescriptionLine};
use comptoir::domain::product::{Product, ProductCode};
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::register::{RegisterContent, RegisterEntry, RegisterNumber};
use comptoir::domain::scanned::{Country, Scanned};
use comptoir::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use comptoir::ui::Theme;

use crate::samples::*;
use crate::screens::{drawn, text_of};

/// Clears the screen, writes the clipboard, moves the cursor, turns the reading order, hides.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]52;c;AAAA\u{7}\u{9b}31m\r\n\0\t\u{7f}10\u{202e}gm\u{2066}\u{200b}\u{ad}\u{feff}\u{e000}漢e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";

fn hostile(text: &str) -> String {
    format!("{HOSTILE}{text}{HOSTILE}")
}

fn hostile_patient() -> Patient {
    Patient {
        family: hostile("LEFÈVRE"),
        given: hostile("Jeanne"),
        ..patient()
    }
}

fn hostile_hold() -> Hold {
    Hold {
        name: hostile("Gare"),
        phone: hostile("01"),
        ..their_hold()
    }
}

fn hostile_prescription() -> Prescription {
    let mut prescription = remarkable_prescription();
    prescription.patient = hostile_patient();
    prescription.prescriber.family = hostile("MARCHAND");
    prescription.prescriber.given = hostile("Hélène");
    prescription.prescriber.specialty = hostile("médecine");
    prescription.prescriber.phone = hostile("04");
    prescription.kinds.push(PrescriptionKind::Other(hostile("MED")));
    for line in &mut prescription.lines {
        line.label = hostile(&line.label);
        line.dosage = hostile(&line.dosage);
        for delivery in &mut line.deliveries {
            *delivery = Delivery {
                product: hostile("x"),
                pharmacy: hostile("y"),
                ..delivery.clone()
            };
        }
    }
    prescription.lines[0].substitution =
        SubstitutionPermission::Forbidden(NonSubstitutable::Unstated(hostile("z")));
    prescription.lines[3].code = ProductCode::Other {
        system: hostile("s"),
        code: hostile("c"),
    };
    prescription.lines[4].kind = LineKind::Other {
        executor: hostile("labo"),
    };
    prescription
}

fn hostile_products() -> Vec<Product> {
    let mut products = products().0;
    for product in &mut products {
        product.name = hostile(&product.name);
        product.presentation = hostile(&product.presentation);
        product.substances = hostile("x");
    }
    products
}

fn hostile_setting() -> Setting {
    let mut setting = setting();
    setting.pharmacy.name = hostile("Pharmacie");
    setting.operator.name = hostile("Claire");
    setting.sheets = Some(hostile("/tmp").into());
    setting.inbox = Some(hostile("/tmp").into());
    let mut left = entry(hand_over(9, 5), &PostState::Pending);
    left.hand_over.patient = hostile_patient();
    setting.left_waiting = Some(LeftWaiting {
        entry: left,
        numbers: vec![RegisterNumber(12)],
        others: 2,
    });
    setting
}

fn hostile_refusal(code: RefusalCode) -> Refusal {
    Refusal {
        code,
        text: hostile("non"),
        line: None,
    }
}

fn app() -> App {
    App::new(hostile_setting(), now())
}

fn serving() -> App {
    let mut app = app();
    app.update(scan(NUMBER));
    let mut consultation = consultation_of(hostile_prescription());
    consultation.products.0 = hostile_products();
    app.update(Message::Consulted(Box::new(consultation)));
    app.update(hold_answered(HoldAnswer::HeldElsewhere(hostile_hold())));
    app
}

fn listed() -> Message {
    let mut first = entry(
        hand_over(1, 5),
        &PostState::Conflict(hostile_refusal(RefusalCode::StaleVersion)),
    );
    first.hand_over.patient = hostile_patient();
    for line in &mut first.hand_over.lines {
        line.ordered = hostile("x");
        if let comptoir::domain::dispense::LineOutcome::Conforming(supply) = &mut line.outcome {
            supply.label = hostile("y");
        }
    }
    Message::OutboxListed(vec![first])
}

fn register_page() -> Message {
    let mut delivery = register_entry(2);
    if let Some(RegisterContent::Delivery(content)) = &mut delivery.content {
        content.patient = hostile_patient();
        content.product = hostile("p");
        content.ordered = hostile("o");
        content.note = hostile("n");
        content.operator.name = hostile("c");
        content.prescriber.family = hostile("m");
    }
    let correction = RegisterEntry {
        content: Some(RegisterContent::Correction {
            of: RegisterNumber(1),
            code: None,
            reason: hostile("r"),
            operator: operator(),
        }),
        ..register_entry(1)
    };
    Message::RegisterListed {
        before: None,
        entries: vec![delivery, correction],
    }
}

/// The keys pressed on the hostile prescription, each leading to a screen of its own.
const KEYS: [&str; 13] = [
    "",
    "2",
    "3",
    "4",
    "5",
    "6",
    "2s",
    "2s/ar",
    "2n7",
    "2→",
    "⏎",
    "⏎⏎",
    "⏎⏎x⏎⏎",
];

/// A name, what happens, and the keys pressed after it.
type Happening = (&'static str, Vec<Message>, &'static str);

fn hostile_messages() -> Vec<Happening> {
    vec![
        ("counter", vec![listed()], ""),
        ("outbox", vec![listed()], "②"),
        ("register", vec![], "③"),
        (
            "text",
            vec![Message::Scanned {
                text: HOSTILE.into(),
                scanned: Scanned::ForeignPrescription(Country::Germany),
            }],
            "",
        ),
        (
            "several",
            vec![Message::FileRead {
                path: hostile("/tmp/x").into(),
                readings: vec![
                    Reading {
                        text: HOSTILE.into(),
                        scanned: Scanned::Url,
                    },
                    Reading {
                        text: HOSTILE.into(),
                        scanned: Scanned::Text,
                    },
                ],
            }],
            "",
        ),
        (
            "reading",
            vec![Message::FilesDropped(vec![hostile("/tmp/x").into()])],
            "",
        ),
        (
            "unread",
            vec![Message::FileUnread {
                path: hostile("/tmp/x").into(),
                why: ReadFailure::NotFound,
            }],
            "",
        ),
        (
            "refused",
            vec![
                scan(NUMBER),
                Message::ConsultRefused {
                    number: number(NUMBER),
                    refusal: hostile_refusal(RefusalCode::Other(hostile("code"))),
                },
            ],
            "",
        ),
        (
            "failed",
            vec![
                scan(NUMBER),
                Message::ConsultFailed {
                    number: number(NUMBER),
                    why: ConsultFailure::Base(DelayReason::Garbled),
                },
            ],
            "",
        ),
    ]
}

fn screens() -> Vec<(String, App)> {
    let mut screens: Vec<(String, App)> = Vec::new();
    for typed in KEYS {
        let mut app = serving();
        press(&mut app, typed);
        app.update(Message::CatalogueSearched {
            text: "ar".into(),
            products: hostile_products(),
        });
        for text in [HOSTILE, "mot"] {
            app.update(Message::Scanned {
                text: text.into(),
                scanned: Scanned::Text,
            });
            screens.push((format!("keys {typed}"), app));
            app = serving();
            press(&mut app, typed);
        }
        screens.push((format!("keys {typed}"), app));
    }
    for (name, messages, typed) in hostile_messages() {
        let mut app = app();
        for message in messages {
            app.update(message);
        }
        press(&mut app, typed);
        if name == "register" {
            app.update(register_page());
        }
        screens.push((name.into(), app));
    }
    screens
}

/// What must never reach a cell: controls, and characters that turn or hide what is read.
fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}')
}

#[test]
fn no_text_from_outside_acts_on_the_terminal_from_any_screen() {
    for (name, app) in screens() {
        for size in [(80, 24), (120, 40)] {
            let buffer = drawn(&app, size, &Theme::coloured());
            for cell in buffer.content() {
                assert!(
                    !cell.symbol().chars().any(misleads),
                    "{name}, {}: {:?}",
                    app.screen().name(),
                    cell.symbol()
                );
                assert!(cell.symbol().chars().count() <= 5, "{name}: piled marks");
            }
        }
    }
}

#[test]
fn what_was_hostile_is_shown_rather_than_swallowed() {
    for (name, app) in screens() {
        if name.starts_with("keys") || matches!(name.as_str(), "text" | "refused" | "unread") {
            let text = text_of(&drawn(&app, (120, 40), &Theme::coloured()));
            assert!(text.contains('␛'), "{name}: {text}");
        }
    }
}

#[test]
fn neither_messages_nor_effects_tell_health_facts_to_a_log() {
    let mut app = crate::samples::serving(prescription());
    let effects = press(&mut app, "⏎⏎");
    let logged = format!(
        "{effects:?} {:?} {:?}",
        recorded(&effects),
        consulted(prescription())
    );
    assert_eq!(logged, "[Record] Recorded Consulted");
}

#[test]
fn a_very_long_prescription_is_drawn() {
    let mut long = prescription();
    long.lines = (1..=200)
        .map(|place| PrescriptionLine {
            dosage: "1 ".repeat(3000),
            ..line(place, AMOXICILLIN, &"LONG ".repeat(2000), "", 1)
        })
        .collect();
    let mut app = crate::samples::serving(long);
    for typed in ["", "⇲", "⏎", "⏎"] {
        press(&mut app, typed);
        drawn(&app, (80, 24), &Theme::coloured());
    }
}
