//! Tells the burst of a keyboard-wedge reader from a person's typing, by the time between two keys.
//!
//! A reader "types" a code like a keyboard, at any moment and on any screen; its characters must not
//! act as keys there. So every character is held back until the silence after it tells whose it was:
//!
//! ```text
//! character ─held─┬─ the next one within KEY_GAP_MAX ──────────────▶ held too
//!                 ├─ Enter or Tab within KEY_GAP_MAX, enough held ──▶ Burst, and the Enter is the reader's
//!                 ├─ deadline passed, enough held ──────────────────▶ Burst
//!                 └─ deadline passed, too few held ─────────────────▶ Typed, one by one
//! ```
//!
//! It has no clock: every call says when it happens, as the time elapsed since any fixed moment, and
//! [`Wedge::deadline`] says when to call [`Wedge::wake`].

use std::fmt;
use std::time::Duration;

/// The longest pause inside a burst. Readers send a key every 1 to 20 ms, and a busy machine adds
/// some; the fastest typists leave 60 ms over several keys.
pub const KEY_GAP_MAX: Duration = Duration::from_millis(50);

/// The fewest characters of a burst. A person may strike two or three keys at once, never five; the
/// shortest code of the counter, a linear code of 8 digits, is longer.
pub const BURST_CHARACTERS_MIN: usize = 5;

/// As many equal characters at the beginning are a key held down: no code begins like that.
pub const REPEATED_KEY_MIN: usize = 4;

/// How long after a burst an Enter or a Tab is still the reader's: the LF after its CR, or a suffix
/// that a busy machine delayed. Nobody has read the screen and answered by then.
pub const SUFFIX_DELAY_MAX: Duration = Duration::from_millis(150);

/// The largest QR code holds 7,089 digits: what is longer is no code, and is not held for ever.
pub const BURST_CHARACTERS_MAX: usize = 8192;

/// A key that a reader can send. The caller gives both CR and LF (Ctrl+J in a raw terminal) as
/// [`Keystroke::Enter`], and Ctrl+5 or Ctrl+] (0x1D) as the character GS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keystroke {
    /// A character.
    Character(char),
    /// Carriage return or line feed.
    Enter,
    /// Tab.
    Tab,
}

/// What was heard. `Debug` counts the characters of a burst and hides them: a code can hold a patient's identity.
#[derive(Clone, PartialEq, Eq)]
pub enum Heard {
    /// A person's key, to be acted on.
    Typed(Keystroke),
    /// The text of a reader: a scan, not keys. A slow line between a person and this program can bunch
    /// keys like a reader does, so a screen that awaits words may still take as typed a burst that is
    /// no known code.
    Burst(String),
    /// What a person pasted, or a file that was dropped on the window. A reader cannot send it: the
    /// terminal itself marks it.
    Pasted(String),
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Typed(key) => write!(f, "Typed({key:?})"),
            Self::Burst(text) => write!(f, "Burst({} characters)", text.chars().count()),
            Self::Pasted(text) => write!(f, "Pasted({} characters)", text.chars().count()),
        }
    }
}

/// Listens to the keys.
#[derive(Default)]
pub struct Wedge {
    /// Characters whose origin is not known yet.
    held: Vec<char>,
    /// When the last key came.
    last_key: Duration,
    /// The character of a key that is being held down.
    repeated: Option<char>,
    /// When the last burst ended, until another character comes.
    burst_ended: Option<Duration>,
}

impl fmt::Debug for Wedge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wedge({} characters held)", self.held.len())
    }
}

impl Wedge {
    /// Nothing heard yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A key came at that time.
    pub fn key(&mut self, key: Keystroke, at: Duration) -> Vec<Heard> {
        let mut heard = if self.is_silent_since(at) {
            self.settle()
        } else {
            Vec::new()
        };
        match key {
            Keystroke::Character(character) => heard.extend(self.character(character)),
            Keystroke::Enter | Keystroke::Tab => heard.extend(self.suffix(key, at)),
        }
        self.last_key = at;
        heard
    }

    /// The terminal delivered a paste (bracketed): one text, whatever it holds.
    pub fn paste(&mut self, text: String, at: Duration) -> Vec<Heard> {
        let mut heard = self.settle();
        if !text.is_empty() {
            heard.push(Heard::Pasted(text));
            self.burst_ended = Some(at);
        }
        heard
    }

    /// Another key came (an arrow, Escape, a function key): what is held comes before it.
    pub fn interrupt(&mut self) -> Vec<Heard> {
        self.burst_ended = None;
        self.settle()
    }

    /// A burst is under way at that time: whatever arrives now was sent by the reader, for nobody presses a key
    /// so soon after the last of its characters.
    pub fn is_amid_burst(&self, at: Duration) -> bool {
        self.held.len() >= BURST_CHARACTERS_MIN && !self.is_silent_since(at)
    }

    /// When to call [`Wedge::wake`] if no key comes before. `None`: nothing is held.
    pub fn deadline(&self) -> Option<Duration> {
        (!self.held.is_empty()).then(|| self.last_key + KEY_GAP_MAX)
    }

    /// The deadline may have passed.
    pub fn wake(&mut self, now: Duration) -> Vec<Heard> {
        if self.deadline().is_some_and(|deadline| now >= deadline) {
            self.settle()
        } else {
            Vec::new()
        }
    }

    fn is_silent_since(&self, at: Duration) -> bool {
        at.saturating_sub(self.last_key) > KEY_GAP_MAX
    }

    fn character(&mut self, character: char) -> Vec<Heard> {
        self.burst_ended = None;
        if self.repeated == Some(character) {
            return vec![Heard::Typed(Keystroke::Character(character))];
        }
        self.repeated = None;
        self.held.push(character);
        if self.held.len() == REPEATED_KEY_MIN && self.held.iter().all(|held| *held == character) {
            // Released at once: whoever holds a key down watches its effect.
            self.repeated = Some(character);
            return self.typed();
        }
        if self.held.len() >= BURST_CHARACTERS_MAX {
            return self.settle();
        }
        Vec::new()
    }

    fn suffix(&mut self, key: Keystroke, at: Duration) -> Vec<Heard> {
        let ends_burst = self.held.len() >= BURST_CHARACTERS_MIN;
        let mut heard = self.settle();
        if ends_burst {
            self.burst_ended = Some(at);
            return heard;
        }
        let belongs_to_reader = self
            .burst_ended
            .is_some_and(|end| at.saturating_sub(end) <= SUFFIX_DELAY_MAX);
        if !belongs_to_reader {
            heard.push(Heard::Typed(key));
        }
        heard
    }

    /// Silence: what is held is told.
    fn settle(&mut self) -> Vec<Heard> {
        self.repeated = None;
        if self.held.len() < BURST_CHARACTERS_MIN {
            return self.typed();
        }
        self.burst_ended = Some(self.last_key);
        vec![Heard::Burst(self.held.drain(..).collect())]
    }

    fn typed(&mut self) -> Vec<Heard> {
        let key = |character| Heard::Typed(Keystroke::Character(character));
        self.held.drain(..).map(key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// Plays keys, each so many milliseconds after the one before; `\r` is Enter, `\t` is Tab.
    /// The deadline is honoured between two keys, as the caller does. Typed keys are written as
    /// themselves, a burst between brackets.
    fn play(keys: &[(u64, &str)]) -> String {
        let mut wedge = Wedge::new();
        let mut now = milliseconds(10_000);
        let mut heard = Vec::new();
        for (pause, text) in keys {
            for character in text.chars() {
                let next = now + milliseconds(*pause);
                if let Some(deadline) = wedge.deadline().filter(|deadline| *deadline < next) {
                    heard.extend(wedge.wake(deadline));
                }
                now = next;
                heard.extend(match character {
                    '\r' => wedge.key(Keystroke::Enter, now),
                    '\t' => wedge.key(Keystroke::Tab, now),
                    other => wedge.key(Keystroke::Character(other), now),
                });
            }
        }
        if let Some(deadline) = wedge.deadline() {
            heard.extend(wedge.wake(deadline));
        }
        assert_eq!(wedge.deadline(), None, "nothing may stay held");
        heard.iter().map(written).collect()
    }

    fn written(heard: &Heard) -> String {
        match heard {
            Heard::Typed(Keystroke::Character(character)) => character.to_string(),
            Heard::Typed(Keystroke::Enter) => "⏎".into(),
            Heard::Typed(Keystroke::Tab) => "⇥".into(),
            Heard::Burst(text) => format!("[{text}]"),
            Heard::Pasted(text) => format!("{{{text}}}"),
        }
    }

    #[test]
    fn a_person_typing_is_never_taken_for_a_reader() {
        for (keys, expected) in [
            // Ordinary and fast typing.
            (vec![(180, "amoxicilline\r")], "amoxicilline⏎"),
            (vec![(60, "01S2TBPZ2JCNZZYGHZ\r")], "01S2TBPZ2JCNZZYGHZ⏎"),
            (vec![(51, "01S2TBPZ2JCNZZYGHZ\t")], "01S2TBPZ2JCNZZYGHZ⇥"),
            // Keys struck together now and then.
            (
                vec![(90, "a"), (10, "mo"), (80, "x"), (5, "ici"), (70, "l")],
                "amoxicil",
            ),
            // Four keys at once, then Enter at once.
            (vec![(400, "1"), (3, "234\r")], "1234⏎"),
            // A key held down, at the usual rates and at a fast one, then another key at once.
            (vec![(400, "j"), (33, "jjjjjjjjjj")], "jjjjjjjjjjj"),
            (vec![(400, "j"), (15, "jjjjjjjjjj"), (15, "k")], "jjjjjjjjjjjk"),
            (vec![(400, "j"), (33, "jjjjj"), (20, "\r")], "jjjjjj⏎"),
            (
                vec![(400, "j"), (33, "jjjjj"), (400, "j"), (33, "jjjjj")],
                "jjjjjjjjjjjj",
            ),
            // Enter and Tab alone, held down too.
            (vec![(400, "\r\t\r"), (30, "\r\r")], "⏎⇥⏎⏎⏎"),
        ] {
            assert_eq!(play(&keys), expected, "{keys:?}");
        }
    }

    #[test]
    fn a_reader_is_heard_as_one_burst_whatever_ends_it() {
        const CODE: &str = "01S2TBPZ2JCNZZYGHZ";
        for (keys, expected) in [
            (vec![(2, CODE), (2, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
            (vec![(20, CODE), (20, "\t")], "[01S2TBPZ2JCNZZYGHZ]"),
            // All at once, as through a pseudo-terminal.
            (vec![(0, CODE), (0, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
            // CR LF and Tab CR: the second is no key of a person.
            (vec![(2, CODE), (2, "\r\r")], "[01S2TBPZ2JCNZZYGHZ]"),
            (vec![(2, CODE), (2, "\t\r")], "[01S2TBPZ2JCNZZYGHZ]"),
            // No suffix at all, or one that comes late.
            (vec![(2, CODE)], "[01S2TBPZ2JCNZZYGHZ]"),
            (vec![(2, CODE), (140, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
            // Pauses up to the limit, not beyond.
            (vec![(50, CODE), (50, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
            (
                vec![(5, "01S2TBPZ2"), (51, "J"), (5, "CNZZYGHZ\r")],
                "[01S2TBPZ2][JCNZZYGHZ]",
            ),
            // The separators of a box arrive as characters.
            (
                vec![(2, "0103400933857042\u{1d}10A\r")],
                "[0103400933857042\u{1d}10A]",
            ),
            // A code may hold a long run, though not begin with one.
            (vec![(2, "IS010000000000S1\r")], "[IS010000000000S1]"),
        ] {
            assert_eq!(play(&keys), expected, "{keys:?}");
        }
    }

    #[test]
    fn scans_and_keys_that_follow_one_another_stay_apart() {
        for (keys, expected) in [
            (vec![(2, "ABCDE\rFGHIJ\r")], "[ABCDE][FGHIJ]"),
            // Without a suffix, two bursts apart are two, glued are one: it will fit no number.
            (vec![(2, "ABCDE"), (60, "F"), (2, "GHIJ")], "[ABCDE][FGHIJ]"),
            (vec![(2, "ABCDEFGHIJ")], "[ABCDEFGHIJ]"),
            // A person answers the scan.
            (vec![(2, "ABCDE\r"), (200, "\r")], "[ABCDE]⏎"),
            (vec![(2, "ABCDE\r"), (100, "n"), (100, "\r")], "[ABCDE]n⏎"),
            // A person was typing when the reader fired: the pause tells them apart.
            (vec![(100, "am"), (70, "0"), (2, "1S2TB\r")], "am[01S2TB]"),
        ] {
            assert_eq!(play(&keys), expected, "{keys:?}");
        }
    }

    #[test]
    fn a_paste_is_one_text_and_what_was_held_comes_first() {
        let mut wedge = Wedge::new();
        assert_eq!(wedge.key(Keystroke::Character('a'), milliseconds(0)), []);
        let heard = wedge.paste("/tmp/ordonnance.png\n".into(), milliseconds(10));
        assert_eq!(
            heard.iter().map(written).collect::<String>(),
            "a{/tmp/ordonnance.png\n}"
        );
        assert_eq!(wedge.paste(String::new(), milliseconds(20)), []);
    }

    #[test]
    fn another_key_lets_what_is_held_go_before_it() {
        let mut wedge = Wedge::new();
        wedge.key(Keystroke::Character('a'), milliseconds(0));
        assert_eq!(wedge.interrupt(), [Heard::Typed(Keystroke::Character('a'))]);
        assert_eq!(wedge.deadline(), None);
    }

    #[test]
    fn nothing_is_told_before_the_deadline() {
        let mut wedge = Wedge::new();
        wedge.key(Keystroke::Character('a'), milliseconds(100));
        assert_eq!(wedge.deadline(), Some(milliseconds(150)));
        assert_eq!(wedge.wake(milliseconds(149)), []);
        assert_eq!(
            wedge.wake(milliseconds(150)),
            [Heard::Typed(Keystroke::Character('a'))]
        );
    }

    proptest::proptest! {
        /// Whatever the pace, every character comes out once and in order.
        #[test]
        fn no_character_is_lost_doubled_or_moved(keys in proptest::collection::vec((0u64..120, "[a-c]"), 0..60)) {
            let sent: String = keys.iter().map(|(_, key)| key.as_str()).collect();
            let played: Vec<(u64, &str)> = keys.iter().map(|(pause, key)| (*pause, key.as_str())).collect();
            let heard = play(&played).replace(['[', ']'], "");
            proptest::prop_assert_eq!(heard, sent);
        }
    }
}
