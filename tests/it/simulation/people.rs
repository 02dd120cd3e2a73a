//! The people at the counters: mostly diligent, sometimes pressing any key.

use comptoir::app::correcting::{Correcting, CorrectionKind, Step};
use comptoir::app::keys::{Context, Key, Trigger, bindings};
use comptoir::app::settling::{Asked, Settling};
use comptoir::app::{App, Message, Screen};
use comptoir::domain::outbox::{OutboxEntry, SettlementChoice};
use comptoir::domain::scanned::Scanned;

use super::base::Known;

/// What a person does next at that terminal, and how a story tells it.
pub(super) fn next(app: &App, prescriptions: &[Known], luck: u16) -> (Vec<Message>, String) {
    let screen = app.screen();
    if luck.is_multiple_of(12) {
        return any_key(app, luck / 12);
    }
    match screen {
        // What the base did not take is looked at now and then.
        Screen::Counter(_) if app.desk().to_settle().next().is_some() && (luck / 8).is_multiple_of(3) => {
            pressed(Key::Function(2))
        }
        Screen::Outbox(outbox) => match outbox.selected_to_settle(app.desk()) {
            Some(_) if !(luck / 8).is_multiple_of(4) => pressed(Key::Enter),
            None if (luck / 8).is_multiple_of(2) => pressed(Key::Down),
            _ => pressed(Key::Escape),
        },
        Screen::Settling(settling) => settles(app, settling, luck / 8),
        // What was handed over earlier is corrected from the register.
        Screen::Counter(_) if (luck / 8).is_multiple_of(4) => pressed(Key::Function(3)),
        Screen::Counter(_) => scan(prescriptions, luck / 8),
        Screen::Register(_) => match luck / 8 % 8 {
            0 | 1 => pressed(Key::Character('a')),
            2 | 3 => pressed(Key::Character('r')),
            4 => keys(&[Key::Down, Key::Character('r')]),
            5 => keys(&[Key::Down, Key::Character('a')]),
            6 => pressed(Key::Character('h')),
            _ => pressed(Key::Escape),
        },
        Screen::Done(_) if (luck / 8 % 5) < 3 => {
            let key = if (luck / 8).is_multiple_of(5) { 'a' } else { 'r' };
            pressed(Key::Character(key))
        }
        Screen::Correcting(correcting) => corrects(correcting, luck / 8),
        Screen::Prescription(serving) if serving.colleague().is_some() && !(luck / 8).is_multiple_of(4) => {
            let (messages, _) = pressed(Key::Character('t'));
            (messages, TAKES_OVER.to_owned())
        }
        Screen::Prescription(_) => match luck / 8 % 16 {
            0 => pressed(Key::Function(5)),
            1 => pressed(Key::Escape),
            2 => scan(prescriptions, luck / 128),
            // One line only, its boxes as ordered: the other stays for another day, or another pharmacy.
            3..8 => {
                let line = char::from(b'1' + u8::try_from(luck / 128 % 2).unwrap());
                keys(&[
                    Key::Character(line),
                    Key::Character('c'),
                    Key::Character('v'),
                    Key::Enter,
                ])
            }
            8 => keys(&[Key::Character('n'), Key::Character('1')]),
            _ => pressed(Key::Enter),
        },
        Screen::Review(review) if review.reason.is_some() => {
            keys(&[Key::Character('o'), Key::Character('k'), Key::Enter])
        }
        Screen::Decision(_) if (luck / 8).is_multiple_of(2) => pressed(Key::Escape),
        Screen::Review(_) | Screen::Decision(_) | Screen::Done(_) => pressed(Key::Enter),
        Screen::Leaving(_) => pressed(Key::Character(if (luck / 8).is_multiple_of(2) {
            'q'
        } else {
            'g'
        })),
        Screen::Consulting(_) | Screen::Recording(_) => (Vec::new(), "waits".to_owned()),
        _ => pressed(Key::Escape),
    }
}

/// How a story tells that a prescription changes hands within a pharmacy.
pub(super) const TAKES_OVER: &str = "takes the prescription over from a colleague";

/// What the base refused is sent again where that is offered, or put away.
fn settles(app: &App, settling: &Settling, luck: u16) -> (Vec<Message>, String) {
    use SettlementChoice::{Acknowledged, Kept, NotReceived, Retried};
    let choices = settling.choices(app.desk());
    match &settling.chosen {
        Some(chosen) if chosen.asked == Asked::Already => (Vec::new(), "waits".to_owned()),
        // Counter-entries without a hand-over of their own are another test's.
        Some(chosen) if matches!(chosen.choice, Kept | NotReceived) => pressed(Key::Escape),
        Some(_) => keys(&[Key::Character('o'), Key::Character('k'), Key::Enter]),
        None => {
            let wanted = if luck.is_multiple_of(8) {
                Acknowledged
            } else {
                Retried
            };
            match choices.iter().position(|choice| *choice == wanted) {
                Some(place) => pressed(Key::Character(char::from(b'1' + u8::try_from(place).unwrap()))),
                None => pressed(Key::Escape),
            }
        }
    }
}

/// The keys that send that entry of the outbox again, where that is offered.
pub(super) fn sends_again(app: &App, place: usize) -> (Vec<Message>, String) {
    let entry = app.desk().open().nth(place).filter(|entry| entry.is_to_settle());
    let choices = entry.map(OutboxEntry::choices).unwrap_or_default();
    let offered = choices
        .iter()
        .position(|choice| *choice == SettlementChoice::Retried);
    let Some(digit) = offered.and_then(|offered| u8::try_from(offered).ok()) else {
        return (Vec::new(), String::new());
    };
    let mut pressed = vec![Key::Home];
    pressed.extend(vec![Key::Down; place]);
    pressed.extend([
        Key::Enter,
        Key::Character(char::from(b'1' + digit)),
        Key::Character('o'),
        Key::Character('k'),
        Key::Enter,
    ]);
    let (messages, _) = keys(&pressed);
    (messages, "sends again what the base refused".to_owned())
}

/// A correction goes on, with a change that says something.
fn corrects(correcting: &Correcting, luck: u16) -> (Vec<Message>, String) {
    let digit = Key::Character(char::from(b'1' + u8::try_from(luck % 2).unwrap()));
    match (&correcting.step, correcting.context()) {
        (Step::Recording(_), _) => (Vec::new(), "waits".to_owned()),
        (Step::Opening, _) if !luck.is_multiple_of(8) => (Vec::new(), "waits".to_owned()),
        (_, Context::ReviewReason) => keys(&[Key::Character('o'), Key::Character('k'), Key::Enter]),
        // The reason, no word more, and for a cancellation the confirmation.
        (Step::Reason { .. }, _) if correcting.kind == CorrectionKind::Cancellation => {
            keys(&[digit, Key::Enter, Key::Enter])
        }
        (Step::Reason { .. }, _) => keys(&[digit, Key::Enter]),
        (_, Context::Correction | Context::DecisionChoice) => keys(&[digit]),
        (Step::Deciding(_), Context::Decision) => match luck % 8 {
            0 | 1 => keys(&[Key::Character('n'), Key::Character('1'), Key::Enter, Key::Enter]),
            2 => keys(&[
                Key::Character('-'),
                Key::Enter,
                Key::Character('1'),
                Key::Enter,
                Key::Enter,
            ]),
            3 => pressed(Key::Character('+')),
            4..7 => keys(&[
                Key::Character('l'),
                Key::Character('7'),
                Key::Enter,
                Key::Enter,
                Key::Enter,
            ]),
            _ => pressed(Key::Enter),
        },
        (Step::Opening | Step::Stopped(_) | Step::Recorded { .. }, _) | (_, Context::DecisionSearch) => {
            pressed(Key::Escape)
        }
        _ => pressed(Key::Enter),
    }
}

fn scan(prescriptions: &[Known], luck: u16) -> (Vec<Message>, String) {
    let place = usize::from(luck) % prescriptions.len();
    let number = prescriptions[place].number.clone();
    let scanned = Message::Scanned {
        text: number.to_string(),
        scanned: Scanned::Prescription(number),
    };
    (vec![scanned], format!("scans prescription {}", place + 1))
}

fn pressed(key: Key) -> (Vec<Message>, String) {
    keys(&[key])
}

fn keys(keys: &[Key]) -> (Vec<Message>, String) {
    let words: Vec<String> = keys.iter().map(|key| format!("{key:?}")).collect();
    let messages = keys.iter().map(|key| Message::KeyPressed(*key)).collect();
    (messages, format!("presses {}", words.join(", ")))
}

fn any_key(app: &App, luck: u16) -> (Vec<Message>, String) {
    let all: Vec<Key> = bindings(app.screen().context())
        .iter()
        .flat_map(|binding| match binding.trigger {
            Trigger::Keys(keys) => keys.to_vec(),
            Trigger::Digits => vec![Key::Character('1'), Key::Character('2')],
        })
        // A terminal that is left is a terminal that crashed, less abruptly.
        .filter(|key| !matches!(key, Key::Function(10) | Key::Control('c')))
        .collect();
    match all.get(usize::from(luck) % all.len().max(1)) {
        Some(key) => pressed(*key),
        None => (Vec::new(), "waits".to_owned()),
    }
}
