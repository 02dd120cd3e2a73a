//! From the terminal's events to what the program understands: a reader's keystrokes, or a person's keys.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::Key;
use crate::scan::wedge::{Heard, KEY_GAP_MAX, Keystroke, Wedge};

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
    /// A reader sent a code.
    Burst(String),
    /// A text was pasted, or a file dropped.
    Pasted(String),
}

/// Listens to the keyboard: tells readers from people.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    wedge: Wedge,
    /// An arrow, Escape or a function key that just came: a person's, unless a burst follows it at once. A code that
    /// begins with the bytes of such a key would press it otherwise, and F10 closes the terminal.
    before: Option<(Key, Duration)>,
}

impl Keyboard {
    /// An event came at that time, counted from any fixed moment.
    pub(super) fn event(&mut self, event: Event, at: Duration) -> Vec<Struck> {
        match event {
            // A release reported by a modern terminal is not another stroke.
            Event::Key(KeyEvent {
                kind: KeyEventKind::Release,
                ..
            })
            | Event::FocusGained
            | Event::FocusLost
            | Event::Mouse(_)
            | Event::Resize(..) => Vec::new(),
            Event::Key(key) => self.key(key, at),
            Event::Paste(text) => {
                let heard = self.wedge.paste(text, at);
                self.told(heard)
            }
        }
    }

    fn key(&mut self, key: KeyEvent, at: Duration) -> Vec<Struck> {
        // Some readers send the separator as the key F8: only in the middle of a burst is it theirs.
        let separator = key.code == KeyCode::F(8) && self.wedge.deadline().is_some();
        let keystroke = if separator {
            Some(Keystroke::Character(GS))
        } else if self.wedge.is_amid_burst(at) {
            Some(keystroke(key).unwrap_or(Keystroke::Character(NO_CHARACTER)))
        } else {
            keystroke(key)
        };
        if let Some(keystroke) = keystroke {
            let mut struck = self.pressed_before(at);
            let heard = self.wedge.key(keystroke, at);
            struck.extend(self.told(heard));
            return struck;
        }
        let heard = self.wedge.interrupt();
        let mut struck = self.told(heard);
        struck.extend(self.before.take().map(|(key, _)| Struck::Key(key)));
        self.before = person_key(key).map(|key| (key, at));
        struck
    }

    /// The key that came before, once nothing followed it soon enough to be a reader's.
    fn pressed_before(&mut self, now: Duration) -> Vec<Struck> {
        let is_due = |(_, at): &mut (Key, Duration)| now.saturating_sub(*at) >= KEY_GAP_MAX;
        let is_alone = self.wedge.deadline().is_none();
        let due = if is_alone {
            self.before.take_if(is_due)
        } else {
            None
        };
        due.map(|(key, _)| Struck::Key(key)).into_iter().collect()
    }

    /// What was heard, after the key that came before it; a reader's burst takes that key with it.
    fn told(&mut self, heard: Vec<Heard>) -> Vec<Struck> {
        let before = match heard.first() {
            None => None,
            Some(Heard::Burst(_)) => {
                self.before = None;
                None
            }
            Some(Heard::Typed(_) | Heard::Pasted(_)) => self.before.take(),
        };
        let key = before.map(|(key, _)| Struck::Key(key));
        key.into_iter().chain(struck(heard)).collect()
    }

    /// When to call [`Keyboard::wake`] if no event comes before.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let before = self.before.as_ref().map(|(_, at)| *at + KEY_GAP_MAX);
        self.wedge.deadline().or(before)
    }

    /// The deadline may have passed.
    pub(super) fn wake(&mut self, now: Duration) -> Vec<Struck> {
        let heard = self.wedge.wake(now);
        let mut struck = self.told(heard);
        struck.extend(self.pressed_before(now));
        struck
    }
}

fn struck(heard: Vec<Heard>) -> Vec<Struck> {
    heard
        .into_iter()
        .filter_map(|heard| match heard {
            Heard::Burst(text) => Some(Struck::Burst(text)),
            Heard::Pasted(text) => Some(Struck::Pasted(text)),
            Heard::Typed(Keystroke::Character(GS)) => None,
            Heard::Typed(Keystroke::Character(character)) => Some(Struck::Key(Key::Character(character))),
            Heard::Typed(Keystroke::Enter) => Some(Struck::Key(Key::Enter)),
            Heard::Typed(Keystroke::Tab) => Some(Struck::Key(Key::Down)),
        })
        .collect()
}

/// What a reader can send: printed characters, Enter, Tab, and the separator of GS1 codes.
fn keystroke(key: KeyEvent) -> Option<Keystroke> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    match key.code {
        // crossterm 0.29 reports the byte 0x1D as Ctrl+5; newer terminals may say Ctrl+], which is Ctrl+$ on a
        // French layout.
        KeyCode::Char('5' | ']' | '$') if control => Some(Keystroke::Character(GS)),
        // In a raw terminal, LF is Ctrl+J: a reader that ends with CR LF sends it.
        KeyCode::Char('j') if control => Some(Keystroke::Enter),
        KeyCode::Char(character) if !control && !alt => Some(Keystroke::Character(character)),
        KeyCode::Enter => Some(Keystroke::Enter),
        KeyCode::Tab => Some(Keystroke::Tab),
        _ => None,
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
        KeyCode::Up | KeyCode::BackTab => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
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
        assert_eq!(struck, [Struck::Burst("01S2TBPZ2JCNZZYGHZ".into())]);
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
            assert_eq!(code(first, 1), [Struck::Burst("ABCDEF".into())], "{first:?}");
            let struck = code(first, 60);
            assert!(
                matches!(&struck[..], [Struck::Key(_), Struck::Burst(_)]),
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
            assert_eq!(struck, [Struck::Burst("ABCDE\u{fffd}F".into())], "{code:?}");
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
        assert_eq!(struck, [Struck::Burst("10A12345\u{1d}1\u{1d}2".into())]);
        let mut alone = send(&mut keyboard, KeyCode::F(8), KeyModifiers::NONE);
        alone.extend(keyboard.wake(at(2000)));
        assert_eq!(alone, [Struck::Key(Key::Function(8))], "a person's F8 is a key");
    }
}
