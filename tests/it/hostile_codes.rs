//! Codes made to do harm, through every door: nothing in a code is opened, fetched or executed.

mod table;

use std::path::PathBuf;

use comptoir::app::message::{Message, Reading};
use comptoir::app::{App, Effect};
use comptoir::domain::scanned::Scanned;
use comptoir::scan::what::read_text;

use crate::samples::{app, prescription, press, serving};
use table::ROWS;

/// One row of the table, written out.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// Every row, with the machine and the folder that must be left alone.
fn cases(spy: &str, trap: &str) -> Vec<Case> {
    ROWS.iter()
        .map(|(name, kind, text)| Case {
            name,
            kind,
            text: written_out(&text.replace("{spy}", spy).replace("{trap}", trap)),
        })
        .collect()
}

/// `{3×ab}` is `ababab`.
fn written_out(text: &str) -> String {
    let repeated = || {
        let (before, rest) = text.split_once('{')?;
        let (count, rest) = rest.split_once('×')?;
        let (part, after) = rest.split_once('}')?;
        Some(format!("{before}{}{after}", part.repeat(count.parse().ok()?)))
    };
    // The braces of a token come first in its row.
    match (repeated(), text.find("{\"urls")) {
        (Some(written), _) => written,
        (None, Some(place)) => {
            let (before, after) = text.split_at(place + 1);
            format!("{before}{}", written_out(after))
        }
        (None, None) => text.to_owned(),
    }
}

#[test]
fn each_row_is_a_case_of_its_own() {
    let cases = cases("espion.example:80", "/tmp/piège");
    assert!(cases.len() >= 200);
    for (place, case) in cases.iter().enumerate() {
        assert!(
            cases[..place]
                .iter()
                .all(|other| other.name != case.name && other.text != case.text),
            "{}",
            case.name
        );
        assert!(!case.text.contains('×'), "{}", case.name);
    }
}

#[test]
fn each_is_taken_for_what_it_is() {
    let mistaken: Vec<(&str, &str)> = cases("espion.example:80", "/tmp/piège")
        .iter()
        .map(|case| (case, read_text(&case.text).scanned.code()))
        .filter(|(case, found)| case.kind != *found)
        .map(|(case, found)| (case.name, found))
        .collect();
    assert_eq!(mistaken, []);
}

/// The keys that lead to each kind of screen that a scan can meet, from an open prescription.
const PLACES: [&str; 8] = ["", "2", "2s", "2s/ar", "2n7", "⏎", "⑨", "③"];

fn allowed(effect: &Effect, case: &Case) -> bool {
    match effect {
        // What was on the screen is left for the prescription that was scanned.
        Effect::Consult(_) | Effect::GiveHoldBack(_) => case.kind == "prescription",
        // To draw again later, to look for the words that were pasted where words are typed, and to ask this very store
        // about a box that answers a line.
        Effect::WakeAt(_) | Effect::SearchCatalogue(_) | Effect::LookForBox(_) => true,
        _ => false,
    }
}

/// Each way in which the text of a code reaches the state machine.
fn arrivals(case: &Case) -> Vec<Message> {
    let reading = || Reading {
        text: case.text.clone(),
        scanned: read_text(&case.text).scanned,
    };
    let file = || PathBuf::from("/tmp/photo.png");
    vec![
        Message::Scanned {
            text: case.text.clone(),
            scanned: reading().scanned,
        },
        Message::ScannedTogether(vec![reading(), reading()]),
        Message::FileRead {
            path: file(),
            readings: vec![reading()],
        },
        Message::FileRead {
            path: file(),
            readings: vec![
                reading(),
                Reading {
                    text: "autre".into(),
                    scanned: Scanned::Text,
                },
            ],
        },
    ]
}

#[test]
fn a_code_asks_for_a_consultation_or_for_nothing_whatever_the_screen() {
    for case in cases("espion.example:80", "/tmp/piège") {
        for place in [None].into_iter().chain(PLACES.map(Some)) {
            for (way, arrival) in arrivals(&case).into_iter().enumerate() {
                let mut app: App = place.map_or_else(app, |keys| {
                    let mut app = serving(prescription());
                    press(&mut app, keys);
                    app
                });
                for effect in app.update(arrival) {
                    assert!(
                        allowed(&effect, &case),
                        "{} on {place:?} by way {way}: {}",
                        case.name,
                        effect.name()
                    );
                }
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod doors;
