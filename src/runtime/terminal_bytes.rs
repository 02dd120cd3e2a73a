//! From the bytes of a terminal to its events: every byte ends up somewhere, and none leaves the program deaf.
//!
//! A code can hold the beginning of any sequence. The terminal library's own reader waits for the end of one for ever,
//! and breaks off on some; this one gives a sequence up that is too long, wrong, or left unfinished. What it does not know
//! is the key [`KeyCode::Null`], which means nothing and is still seen to be a key.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

const ESCAPE: u8 = 0x1b;

/// A terminal writes a sequence at once; a person's Escape is alone.
const ESCAPE_SILENCE: Duration = Duration::from_millis(30);

/// How long the rest of a sequence is waited for.
const SEQUENCE_SILENCE: Duration = Duration::from_millis(100);

/// How long the rest of a paste is waited for: a slow line cuts it into parts.
const PASTE_SILENCE: Duration = Duration::from_millis(200);

/// How long more of a paste that was given up may come: not a key of it is a person's.
const REST_SILENCE: Duration = Duration::from_millis(500);

/// The longest sequence of a key, with every modifier, is a dozen bytes.
const SEQUENCE_BYTES_MAX: usize = 32;

/// What is pasted is a code, some words, or the paths of some files.
pub(super) const PASTE_BYTES_MAX: usize = 1 << 20;

const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Gathers bytes until they are an event.
#[derive(Default)]
pub(super) struct TerminalBytes {
    /// The beginning of a sequence, of a character or of a paste.
    held: Vec<u8>,
    /// The rest of a paste that was given up is still coming.
    drops_rest: bool,
}

/// What the bytes held are.
enum Step {
    /// Nothing yet: more must come.
    Unfinished,
    /// So many of them are that event.
    Event(usize, Event),
}

impl TerminalBytes {
    /// Bytes came, at once.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Event> {
        if self.drops_rest {
            let behind = self.after_paste(bytes);
            return behind.map_or_else(Vec::new, |bytes| self.take(&bytes));
        }
        let mut events = Vec::new();
        // A person pressed Escape, then another key: a sequence and Alt with a key come at once.
        let is_sequence = matches!(bytes.first(), Some(b'[' | b'O'));
        if self.held == [ESCAPE] && !bytes.is_empty() && !is_sequence {
            events.extend(self.give_up());
        }
        let mut begun = 0;
        self.held.extend_from_slice(bytes);
        while let Step::Event(length, event) = step(&self.held[begun..]) {
            self.drops_rest |= self.held[begun..].starts_with(PASTE_BEGINS) && event == key(KeyCode::Null);
            events.push(event);
            begun += length;
        }
        self.held.drain(..begun);
        events
    }

    /// How long more is waited for before [`TerminalBytes::give_up`]; `None`: nothing is.
    pub(super) fn patience(&self) -> Option<Duration> {
        match &self.held[..] {
            _ if self.drops_rest => Some(REST_SILENCE),
            [] => None,
            [ESCAPE] => Some(ESCAPE_SILENCE),
            held if held.starts_with(PASTE_BEGINS) => Some(PASTE_SILENCE),
            _ => Some(SEQUENCE_SILENCE),
        }
    }

    /// Nothing more came. What is half a sequence is no text either.
    pub(super) fn give_up(&mut self) -> Option<Event> {
        let held = std::mem::take(&mut self.held);
        if std::mem::take(&mut self.drops_rest) {
            return None;
        }
        self.drops_rest = held.starts_with(PASTE_BEGINS);
        match held[..] {
            [] => None,
            [ESCAPE] => Some(key(KeyCode::Esc)),
            _ => Some(key(KeyCode::Null)),
        }
    }
}

impl TerminalBytes {
    /// What comes behind the end of the paste that is dropped. `None`: its end has not come.
    fn after_paste(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.held.extend_from_slice(bytes);
        let mut windows = self.held.windows(PASTE_ENDS.len());
        if let Some(end) = windows.position(|window| window == PASTE_ENDS) {
            self.drops_rest = false;
            return Some(std::mem::take(&mut self.held).split_off(end + PASTE_ENDS.len()));
        }
        // Its end may come in two parts.
        let kept = self.held.len().min(PASTE_ENDS.len() - 1);
        self.held.drain(..self.held.len() - kept);
        None
    }
}

fn key(code: KeyCode) -> Event {
    Event::Key(code.into())
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [] | [ESCAPE] | [ESCAPE, b'O'] => Step::Unfinished,
        [ESCAPE, b'[', parameters @ ..] => sequence(bytes, parameters),
        [ESCAPE, b'O', letter @ b'A'..=b'z', ..] => Step::Event(3, key(keypad_key(*letter))),
        // Two keys, or a key that no terminal sends.
        [ESCAPE, ESCAPE | b'O' | ..=0x1f | 0x7f, ..] => Step::Event(1, key(KeyCode::Esc)),
        [ESCAPE, rest @ ..] => match character(rest) {
            None => Step::Unfinished,
            Some((length, character)) => Step::Event(1 + length, with(KeyModifiers::ALT, character)),
        },
        [control @ (..=0x1f | 0x7f), ..] => Step::Event(1, control_key(*control)),
        _ => match character(bytes) {
            None => Step::Unfinished,
            Some((length, character)) => Step::Event(length, key(KeyCode::Char(character))),
        },
    }
}

fn with(modifiers: KeyModifiers, character: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(character), modifiers))
}

fn control_key(byte: u8) -> Event {
    let letter = |first: char, place: u8| with(KeyModifiers::CONTROL, char::from(first as u8 + place));
    match byte {
        b'\r' => key(KeyCode::Enter),
        b'\t' => key(KeyCode::Tab),
        0x7f => key(KeyCode::Backspace),
        0 => with(KeyModifiers::CONTROL, ' '),
        1..=26 => letter('a', byte - 1),
        _ => letter('4', byte.saturating_sub(0x1c)),
    }
}

/// The first character and its length; U+FFFD for a byte that is part of none. `None`: it is not whole yet.
fn character(bytes: &[u8]) -> Option<(usize, char)> {
    let damaged = Some((1, char::REPLACEMENT_CHARACTER));
    let beginning = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(beginning) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&beginning[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) if error.error_len().is_none() => return None,
        Err(_) => return damaged,
    };
    match valid.chars().next() {
        Some(first) => Some((first.len_utf8(), first)),
        None => damaged,
    }
}

/// `ESC [`, parameters, one final byte; or a paste.
fn sequence(bytes: &[u8], parameters: &[u8]) -> Step {
    // The console of Linux has a second bracket for F1 to F5.
    let skipped = usize::from(parameters.first() == Some(&b'['));
    let is_within = |byte: &u8| (0x20..=0x3f).contains(byte);
    let length = skipped
        + parameters[skipped..]
            .iter()
            .take_while(|byte| is_within(byte))
            .count();
    if length > SEQUENCE_BYTES_MAX {
        return Step::Event(2 + length, key(KeyCode::Null));
    }
    match parameters.get(length) {
        None => Step::Unfinished,
        // No sequence holds it: what came before is nothing, and it is looked at by itself.
        Some(last) if !(0x40..=0x7e).contains(last) => Step::Event(2 + length, key(KeyCode::Null)),
        Some(_) if bytes.starts_with(PASTE_BEGINS) => paste(bytes),
        Some(last) => {
            let code = if skipped == 1 {
                console_key(*last)
            } else {
                final_key(*last, &parameters[..length])
            };
            Step::Event(3 + length, key(code))
        }
    }
}

fn paste(bytes: &[u8]) -> Step {
    let pasted = &bytes[PASTE_BEGINS.len()..];
    // One that is too long for us is no paste: nothing of it is taken.
    if pasted.len() > PASTE_BYTES_MAX {
        return Step::Event(bytes.len(), key(KeyCode::Null));
    }
    match pasted
        .windows(PASTE_ENDS.len())
        .position(|window| window == PASTE_ENDS)
    {
        None => Step::Unfinished,
        Some(length) => {
            let text = String::from_utf8_lossy(&pasted[..length]).into_owned();
            Step::Event(PASTE_BEGINS.len() + length + PASTE_ENDS.len(), Event::Paste(text))
        }
    }
}

/// Modifiers (`ESC [ 1 ; 5 A`) mean nothing here.
fn final_key(last: u8, parameters: &[u8]) -> KeyCode {
    let digits = parameters.split(|byte| *byte == b';').next().unwrap_or_default();
    match (last, digits) {
        (b'~', digits) => numbered_key(digits),
        (b'Z', b"") => KeyCode::BackTab,
        (b'A'..=b'F' | b'H' | b'P'..=b'S', b"" | b"1") => letter_key(last),
        _ => KeyCode::Null,
    }
}

fn letter_key(letter: u8) -> KeyCode {
    match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'E' => KeyCode::KeypadBegin,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => KeyCode::Null,
    }
}

/// After `ESC O`; a keypad in its application mode sends its digits so.
fn keypad_key(letter: u8) -> KeyCode {
    match letter {
        b'M' => KeyCode::Enter,
        b'p'..=b'y' => KeyCode::Char(char::from(letter - b'p' + b'0')),
        other => letter_key(other),
    }
}

fn console_key(letter: u8) -> KeyCode {
    match letter {
        b'A'..=b'E' => KeyCode::F(letter - b'A' + 1),
        _ => KeyCode::Null,
    }
}

#[rustfmt::skip] // the numbers of DEC's keys, and those of rxvt and the console
fn numbered_key(digits: &[u8]) -> KeyCode {
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    match number.unwrap_or(0_u8) {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        number @ 11..=15 => KeyCode::F(number - 10),
        number @ 17..=21 => KeyCode::F(number - 11),
        number @ 23..=24 => KeyCode::F(number - 12),
        _ => KeyCode::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One read, then silence.
    fn heard(bytes: &[u8]) -> String {
        let mut terminal = TerminalBytes::default();
        let mut events = terminal.take(bytes);
        silence(&mut terminal, &mut events);
        written(&events)
    }

    /// As long as anything is waited for.
    fn silence(terminal: &mut TerminalBytes, events: &mut Vec<Event>) {
        events.extend(terminal.give_up());
        events.extend(terminal.give_up());
        assert_eq!(terminal.patience(), None, "nothing may stay held");
    }

    fn written(events: &[Event]) -> String {
        let sign = |event: &Event| match event {
            Event::Paste(text) => format!("{{{text}}}"),
            Event::Key(KeyEvent { code, modifiers, .. }) => match code {
                KeyCode::Char(character) if modifiers.is_empty() => character.to_string(),
                KeyCode::Char(character) => format!("<{modifiers:?}-{character}>").to_lowercase(),
                code => format!("<{code:?}>"),
            },
            other => format!("{other:?}"),
        };
        events.iter().map(sign).collect()
    }

    #[test]
    fn each_key_of_a_terminal_is_known_and_what_is_no_key_is_given_up() {
        for (bytes, expected) in [
            (&b"a\xc3\xa9Z"[..], "aéZ"),
            ("漢😀".as_bytes(), "漢😀"),
            (
                b"\r\n\t\x7f\x08",
                "<Enter><keymodifiers(control)-j><Tab><Backspace><keymodifiers(control)-h>",
            ),
            (b"\x1d\x00", "<keymodifiers(control)-5><keymodifiers(control)- >"),
            (b"\x1b", "<Esc>"),
            (b"\x1b\x1b[A", "<Esc><Up>"),
            (b"\x1bs", "<keymodifiers(alt)-s>"),
            (b"\x1b\r", "<Esc><Enter>"),
            (b"\x1b[A\x1b[B\x1b[C\x1b[D", "<Up><Down><Right><Left>"),
            (b"\x1bOA\x1bOB\x1bOC\x1bOD", "<Up><Down><Right><Left>"),
            (b"\x1b[1;5A\x1b[1;2P", "<Up><F(1)>"),
            (
                b"\x1b[H\x1b[F\x1bOH\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~",
                "<Home><End><Home><End><Home><End><Home><End>",
            ),
            (
                b"\x1b[2~\x1b[3~\x1b[5~\x1b[6~\x1b[Z\x1b[E",
                "<Insert><Delete><PageUp><PageDown><BackTab><KeypadBegin>",
            ),
            (
                b"\x1bOP\x1bOQ\x1bOR\x1bOS\x1b[15~\x1b[17~",
                "<F(1)><F(2)><F(3)><F(4)><F(5)><F(6)>",
            ),
            (b"\x1b[11~\x1b[14~\x1b[[A\x1b[[E", "<F(1)><F(4)><F(1)><F(5)>"),
            (
                b"\x1b[18~\x1b[19~\x1b[20~\x1b[21~\x1b[23~\x1b[24~",
                "<F(7)><F(8)><F(9)><F(10)><F(11)><F(12)>",
            ),
            (b"\x1bOp\x1bOy\x1bOM", "09<Enter>"),
            (b"\x1b[200~/tmp/a.png\n\x1b[201~s", "{/tmp/a.png\n}s"),
            // No key: a question, its answers, a mouse, a paste that ends without a beginning.
            (b"\x1b[0;0Ra", "<Null>a"),
            (b"\x1b[<0;0;0Ma", "<Null>a"),
            (b"\x1b[M   a", "<Null>   a"),
            (b"\x1b[?1049la\x1b[201~", "<Null>a<Null>"),
            (b"\x1b[9A\x1b[999999~", "<Null><Null>"),
            // Wrong, and begun anew at once.
            (b"\x1b[1\x1b[A", "<Null><Up>"),
            (b"\x1b[\xc3\xa9", "<Null>é"),
            (b"a\xff\xe9b", "a\u{fffd}\u{fffd}b"),
            // Unfinished.
            (b"\x1b[?", "<Null>"),
            (b"\x1b[<", "<Null>"),
            (b"\x1b[", "<Null>"),
            (b"\x1bO", "<Null>"),
            (b"\x1b[200~/tmp/a.png\r", "<Null>"),
            (b"a\xc3", "a<Null>"),
        ] {
            assert_eq!(heard(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_sequence_may_come_in_two_parts_and_a_person_s_escape_is_not_one() {
        for (first, second, expected) in [
            (&b"\x1b"[..], &b"[A"[..], "<Up>"),
            (b"\x1b[1", b";5A", "<Up>"),
            (b"\xc3", b"\xa9", "é"),
            (b"\x1b[200~ab", b"cd\x1b[201~", "{abcd}"),
            (b"\x1b[200~ab\x1b[20", b"1~", "{ab}"),
            (b"\x1b", b"s", "<Esc>s"),
        ] {
            let mut terminal = TerminalBytes::default();
            let mut events = terminal.take(first);
            events.extend(terminal.take(second));
            assert_eq!(written(&events), expected);
        }
    }

    #[test]
    fn what_is_too_long_is_given_up() {
        let mut endless = b"\x1b[".to_vec();
        endless.extend([b'1'; 2 * SEQUENCE_BYTES_MAX]);
        assert_eq!(heard(&[&endless[..], b"a"].concat()), "<Null>a");
        let mut paste = PASTE_BEGINS.to_vec();
        paste.extend(vec![b'x'; PASTE_BYTES_MAX + 1]);
        let mut terminal = TerminalBytes::default();
        assert_eq!(written(&terminal.take(&paste)), "<Null>");
        // What is behind it is pasted too, until its end.
        assert_eq!(written(&terminal.take(b"yz\r\x1b[20")), "");
        assert_eq!(written(&terminal.take(b"1~a")), "a");
    }

    #[test]
    fn the_rest_of_a_paste_that_was_given_up_presses_no_key() {
        let mut terminal = TerminalBytes::default();
        terminal.take(b"\x1b[200~/tmp/a.png\r");
        assert_eq!(terminal.give_up(), Some(key(KeyCode::Null)));
        assert_eq!(written(&terminal.take(b"qz\r\x1b")), "");
        assert_eq!(terminal.patience(), Some(REST_SILENCE));
        assert_eq!(written(&terminal.take(b"[201~s")), "s");
        assert_eq!(terminal.patience(), None);
    }

    proptest::proptest! {
        /// Whatever came, in whatever parts: after a silence, the next key is heard.
        #[test]
        fn no_bytes_leave_it_deaf(parts in proptest::collection::vec(
            proptest::collection::vec(proptest::prop_oneof![
                proptest::prelude::any::<u8>(),
                proptest::sample::select(&b"\x1b[O?<;~MAR0129"[..]),
            ], 0..12),
            0..8,
        )) {
            let mut terminal = TerminalBytes::default();
            for part in &parts {
                terminal.take(part);
            }
            silence(&mut terminal, &mut Vec::new());
            proptest::prop_assert_eq!(written(&terminal.take(b"a")), "a");
        }

        /// A text comes out as it is, wherever it is cut.
        #[test]
        fn a_text_is_heard_whole(text in "[^\\x00-\\x1f\\x7f]{0,20}", cut in 0usize..80) {
            let (first, second) = text.as_bytes().split_at(cut.min(text.len()));
            let mut terminal = TerminalBytes::default();
            let mut events = terminal.take(first);
            events.extend(terminal.take(second));
            proptest::prop_assert_eq!(written(&events), text);
        }
    }
}
