//! From the terminal's events to what the program understands: a reader's keystrokes, or a person's keys.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::Key;
use crate::app::reader_test::Arrival;
use crate::scan::wedge::{Burst, Heard, Keystroke, Wedge};

/// The group separator of GS1 codes.
const GS: char = '\u{1d}';

/// Stands for a key in the middle of a code that no code is made of: an escape sequence that somebody printed.
const NO_CHARACTER: char = '\u{fffd}';

/// What came from the keyboard. It may be an identity: only tests print it.
#[cfg_attr(test, derive(Debug))]
#[derive(PartialEq, Eq)]
pub(super) enum Struck {
    /// A person pressed a key.
    Key(Key),
    /// A reader sent a code: its text, and how it came.
    Burst(String, Arrival),
    /// A reader sent the beginning of a code: its text, and how it came.
    Unfinished(String, Arrival),
    /// A reader sent the rest of a code whose beginning was told as a whole one.
    Rest,
    /// A reader sent the keys of a numeric keypad without Num Lock.
    KeypadKeys(Arrival),
    /// A text was pasted, or a file dropped.
    Pasted(String),
}

/// Listens to the keyboard: tells readers from people.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    /// It knows a key that types nothing by what a person would mean with it, if anything.
    wedge: Wedge<Option<Key>>,
}

impl Keyboard {
    /// An event came at that time, counted from any fixed moment.
    pub(super) fn event(&mut self, event: Event, at: Duration) -> Vec<Struck> {
        let heard = match event {
            // A release reported by a modern terminal is not another stroke.
            Event::Key(KeyEvent {
                kind: KeyEventKind::Release,
                ..
            })
            | Event::FocusGained
            | Event::FocusLost
            | Event::Mouse(_)
            | Event::Resize(..) => Vec::new(),
            Event::Key(key) => self.wedge.key(keystroke(key), at),
            Event::Paste(text) => self.wedge.paste(text, at),
        };
        struck(heard)
    }

    /// When to call [`Keyboard::wake`] if no event comes before.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.wedge.deadline()
    }

    /// The deadline may have passed.
    pub(super) fn wake(&mut self, now: Duration) -> Vec<Struck> {
        struck(self.wedge.wake(now))
    }
}

fn struck(heard: Vec<Heard<Option<Key>>>) -> Vec<Struck> {
    heard
        .into_iter()
        .filter_map(|heard| match heard {
            Heard::Burst(burst) | Heard::Unfinished(burst) if types_nothing(&burst) => keypad_keys(&burst),
            Heard::Burst(burst) => Some(Struck::Burst(text(&burst.keys), arrival(&burst))),
            Heard::Unfinished(burst) => Some(Struck::Unfinished(text(&burst.keys), arrival(&burst))),
            Heard::Rest => Some(Struck::Rest),
            Heard::Pasted(text) => Some(Struck::Pasted(text)),
            Heard::Typed(Keystroke::Character(GS)) => None,
            Heard::Typed(Keystroke::Tab) => Some(Struck::Key(Key::Down)),
            Heard::Typed(key) => pressed(key).map(Struck::Key),
        })
        .collect()
}

/// Hardly a character in it: no code arrives like that.
fn types_nothing(burst: &Burst<Option<Key>>) -> bool {
    let is_character = |key: &&Keystroke<_>| matches!(key, Keystroke::Character(_));
    burst.keys.iter().filter(is_character).count() * 2 < burst.keys.len()
}

/// A code's digits differ; what is one key again and again is a key held down behind a slow line.
fn keypad_keys(burst: &Burst<Option<Key>>) -> Option<Struck> {
    let are_different = burst.keys.iter().any(|key| *key != burst.keys[0]);
    are_different.then(|| Struck::KeypadKeys(arrival(burst)))
}

/// The text of a code. A key before it is none of its characters: a code that begins with the bytes of a key.
fn text(keys: &[Keystroke<Option<Key>>]) -> String {
    keys.iter()
        .skip_while(|key| !matches!(key, Keystroke::Character(_)))
        .map(|key| match key {
            Keystroke::Character(character) => *character,
            // Some readers send the separator as the key F8.
            Keystroke::Other(Some(Key::Function(8))) => GS,
            _ => NO_CHARACTER,
        })
        .collect()
}

fn arrival(burst: &Burst<Option<Key>>) -> Arrival {
    Arrival {
        keys: burst.keys.iter().map(|key| pressed(*key)).collect(),
        ending: burst.ending,
        longest_pause: burst.longest_pause,
    }
}

fn pressed(key: Keystroke<Option<Key>>) -> Option<Key> {
    match key {
        Keystroke::Character(character) => Some(Key::Character(character)),
        Keystroke::Scroll(key) | Keystroke::Other(key) => key,
        Keystroke::Enter => Some(Key::Enter),
        Keystroke::Tab => None,
    }
}

fn keystroke(key: KeyEvent) -> Keystroke<Option<Key>> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    match key.code {
        // The byte 0x1D is reported as Ctrl+5; newer terminals may say Ctrl+], which is Ctrl+$ on a French layout.
        KeyCode::Char('5' | ']' | '$') if control => Keystroke::Character(GS),
        // In a raw terminal, LF is Ctrl+J: a reader that ends with CR LF sends it.
        KeyCode::Char('j') if control => Keystroke::Enter,
        KeyCode::Char(character) if !control && !alt => Keystroke::Character(character),
        KeyCode::Enter => Keystroke::Enter,
        KeyCode::Tab => Keystroke::Tab,
        KeyCode::Up => Keystroke::Scroll(Some(Key::Up)),
        KeyCode::Down => Keystroke::Scroll(Some(Key::Down)),
        _ => Keystroke::Other(person_key(key)),
    }
}

fn person_key(key: KeyEvent) -> Option<Key> {
    match key.code {
        KeyCode::Char(character) if key.modifiers.contains(KeyModifiers::CONTROL) => {
            Some(Key::Control(character))
        }
        KeyCode::F(number) => Some(Key::Function(number)),
        KeyCode::Esc => Some(Key::Escape),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Delete => Some(Key::Delete),
        KeyCode::BackTab => Some(Key::Up),
        KeyCode::Left => Some(Key::Left),
        KeyCode::Right => Some(Key::Right),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::PageDown => Some(Key::PageDown),
        KeyCode::Home => Some(Key::Home),
        KeyCode::End => Some(Key::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    /// What was struck, without how it came.
    fn written(struck: &[Struck]) -> Vec<String> {
        struck
            .iter()
            .map(|struck| match struck {
                Struck::Key(key) => format!("{key:?}"),
                Struck::Burst(text, _) => format!("[{text}]"),
                Struck::Unfinished(..) => "unfinished".into(),
                Struck::Rest => "rest".into(),
                Struck::KeypadKeys(_) => "keypad".into(),
                Struck::Pasted(text) => format!("{{{text}}}"),
            })
            .collect()
    }

    #[test]
    fn a_burst_is_a_scan_and_its_enter_confirms_nothing() {
        let mut keyboard = Keyboard::default();
        let mut struck = Vec::new();
        for (place, character) in "01S2TBPZ2JCNZZYGHZ".chars().enumerate() {
            let code = KeyCode::Char(character);
            struck.extend(keyboard.event(press(code, KeyModifiers::SHIFT), at(1000 + place as u64)));
        }
        struck.extend(keyboard.event(press(KeyCode::Enter, KeyModifiers::NONE), at(1019)));
        struck.extend(keyboard.event(press(KeyCode::Char('j'), KeyModifiers::CONTROL), at(1020)));
        assert_eq!(written(&struck), ["[01S2TBPZ2JCNZZYGHZ]"]);
    }

    #[test]
    fn a_persons_key_is_told_once_it_stays_alone() {
        let mut keyboard = Keyboard::default();
        assert_eq!(
            keyboard.event(press(KeyCode::Char('s'), KeyModifiers::NONE), at(1000)),
            []
        );
        let deadline = keyboard.deadline().unwrap();
        assert_eq!(keyboard.wake(deadline), [Struck::Key(Key::Character('s'))]);
        assert_eq!(
            keyboard.event(press(KeyCode::Esc, KeyModifiers::NONE), at(2000)),
            []
        );
        let deadline = keyboard.deadline().unwrap();
        assert_eq!(keyboard.wake(deadline), [Struck::Key(Key::Escape)]);
        assert_eq!(keyboard.deadline(), None, "nothing may stay held");
    }

    /// Keys without modifiers, each so many milliseconds after the one before; whatever is held is told in the end.
    fn play(keys: &[(u64, KeyCode)]) -> Vec<Struck> {
        let mut keyboard = Keyboard::default();
        let mut now = at(1000);
        let mut struck = Vec::new();
        for (pause, code) in keys {
            let next = now + at(*pause);
            if let Some(deadline) = keyboard.deadline().filter(|deadline| *deadline < next) {
                struck.extend(keyboard.wake(deadline));
            }
            now = next;
            struck.extend(keyboard.event(press(*code, KeyModifiers::NONE), now));
        }
        while let Some(deadline) = keyboard.deadline() {
            struck.extend(keyboard.wake(deadline));
        }
        struck
    }

    #[test]
    fn a_code_that_begins_like_a_key_does_not_press_it_and_a_persons_keys_keep_their_order() {
        let code = |first: KeyCode, pause: u64| {
            let others = "ABCDEF".chars().map(|character| (1, KeyCode::Char(character)));
            let keys = [(1000, first)]
                .into_iter()
                .chain(others)
                .chain([(1, KeyCode::Enter)]);
            let mut keys: Vec<_> = keys.collect();
            keys[1].0 = pause;
            play(&keys)
        };
        for first in [KeyCode::F(10), KeyCode::Esc, KeyCode::Down, KeyCode::Delete] {
            assert_eq!(written(&code(first, 1)), ["[ABCDEF]"], "{first:?}");
            let struck = code(first, 60);
            assert!(
                matches!(&struck[..], [Struck::Key(_), Struck::Burst(..)]),
                "a person's {first:?}: {struck:?}"
            );
        }
        let key = |key| Struck::Key(key);
        for (keys, struck) in [
            (
                &[(1000, KeyCode::Down), (30, KeyCode::Down), (30, KeyCode::Up)][..],
                vec![key(Key::Down), key(Key::Down), key(Key::Up)],
            ),
            (
                &[(1000, KeyCode::Down), (20, KeyCode::Enter)],
                vec![key(Key::Down), key(Key::Enter)],
            ),
            (
                &[
                    (1000, KeyCode::Esc),
                    (20, KeyCode::Char('s')),
                    (20, KeyCode::Down),
                ],
                vec![key(Key::Escape), key(Key::Character('s')), key(Key::Down)],
            ),
        ] {
            assert_eq!(play(keys), struck, "{keys:?}");
        }
    }

    #[test]
    fn a_code_presses_no_key() {
        for code in [KeyCode::F(10), KeyCode::Esc, KeyCode::Down, KeyCode::Delete] {
            let mut keyboard = Keyboard::default();
            let mut struck = Vec::new();
            let keys = "ABCDE"
                .chars()
                .map(KeyCode::Char)
                .chain([code, KeyCode::Char('F')]);
            for (place, key) in keys.enumerate() {
                struck.extend(keyboard.event(press(key, KeyModifiers::NONE), at(1000 + place as u64)));
            }
            struck.extend(keyboard.event(press(KeyCode::Enter, KeyModifiers::NONE), at(1010)));
            assert_eq!(written(&struck), ["[ABCDE\u{fffd}F]"], "{code:?}");
            // The same key is a person's once the code has ended.
            let mut pressed = keyboard.event(press(code, KeyModifiers::NONE), at(1200));
            pressed.extend(keyboard.wake(at(1250)));
            assert!(matches!(pressed[..], [Struck::Key(_)]), "{code:?}");
        }
    }

    #[test]
    fn the_separator_of_a_box_code_survives_the_terminal() {
        let mut keyboard = Keyboard::default();
        let mut time = 1000;
        let mut send = |keyboard: &mut Keyboard, code, modifiers| {
            time += 1;
            keyboard.event(press(code, modifiers), at(time))
        };
        for character in "10A12345".chars() {
            assert_eq!(
                send(&mut keyboard, KeyCode::Char(character), KeyModifiers::NONE),
                []
            );
        }
        for (code, modifiers) in [
            (KeyCode::Char('5'), KeyModifiers::CONTROL),
            (KeyCode::Char('1'), KeyModifiers::NONE),
            (KeyCode::F(8), KeyModifiers::NONE),
            (KeyCode::Char('2'), KeyModifiers::NONE),
        ] {
            assert_eq!(send(&mut keyboard, code, modifiers), []);
        }
        let struck = send(&mut keyboard, KeyCode::Enter, KeyModifiers::NONE);
        assert_eq!(written(&struck), ["[10A12345\u{1d}1\u{1d}2]"]);
        let mut alone = send(&mut keyboard, KeyCode::F(8), KeyModifiers::NONE);
        alone.extend(keyboard.wake(at(2000)));
        assert_eq!(alone, [Struck::Key(Key::Function(8))], "a person's F8 is a key");
    }

    #[test]
    fn a_keypad_without_num_lock_presses_nothing_and_is_told() {
        // 3400933857042, then the Enter of the reader.
        let keypad = |digit: char| match digit {
            '0' => KeyCode::Insert,
            '2' => KeyCode::Down,
            '3' => KeyCode::PageDown,
            '4' => KeyCode::Left,
            '5' => KeyCode::KeypadBegin,
            '7' => KeyCode::Home,
            '8' => KeyCode::Up,
            '9' => KeyCode::PageUp,
            other => KeyCode::Char(other),
        };
        let mut keys: Vec<_> = "3400933857042".chars().map(|digit| (4, keypad(digit))).collect();
        keys.push((4, KeyCode::Enter));
        assert_eq!(written(&play(&keys)), ["keypad"]);
        // A person's arrows, however quick, and a key held down behind a slow line.
        let quick = [KeyCode::Down, KeyCode::Up, KeyCode::Left].map(|code| (70, code));
        assert_eq!(written(&play(&quick)), ["Down", "Up", "Left"]);
        let held = [(0, KeyCode::Delete); 6];
        assert_eq!(written(&play(&held)), Vec::<String>::new());
    }
}
