//! Tells the burst of a keyboard-wedge reader from a person's typing, by the time between two keys.
//!
//! A reader "types" a code like a keyboard, at any moment and on any screen; its keys must not act
//! there. So every key is held back until what follows it tells whose it was:
//!
//! ```text
//! key ─held─┬─ the next one within KEY_GAP_MAX ─────────────────────▶ held too
//!           ├─ enough held: a reader, and the next within READER_GAP_MAX ▶ held too
//!           ├─ Enter or Tab, enough held ───────────────────────────▶ Burst, and the Enter is the reader's
//!           ├─ silence, enough held ────────────────────────────────▶ Burst, or Unfinished where suffixes came before
//!           ├─ silence, too few held ───────────────────────────────▶ Typed, one by one
//!           └─ the same again and again, as a key held down does ───▶ Typed at once
//! ```
//!
//! What a reader sends after its burst was told (a late suffix, the rest of a text that broke off)
//! is dropped: it is nobody's key.
//!
//! It has no clock: every call says when it happens, as the time elapsed since any fixed moment, and
//! [`Wedge::deadline`] says when to call [`Wedge::wake`].

use std::fmt;
use std::time::Duration;

use crate::domain::scanned::Ending;

/// The longest pause between the first keys of a burst. Readers send a key every 1 to 20 ms, and a
/// busy machine adds some; the fastest typists leave 60 ms over several keys.
pub const KEY_GAP_MAX: Duration = Duration::from_millis(50);

/// The fewest keys of a burst. A person may strike two or three keys at once, never five; the
/// shortest code of the counter, a linear code of 8 digits, is longer.
pub const BURST_KEYS_MIN: usize = 5;

/// The longest pause inside a burst once a reader is proved: a busy machine stops for that long, and
/// half a code must not be taken for a whole one.
pub const READER_GAP_MAX: Duration = Duration::from_millis(200);

/// How long after a burst an Enter is still the reader's: the LF after its CR, or a suffix that a busy
/// machine delayed; and how long the rest of a burst that no suffix ended is waited for. Nobody reads a
/// screen and answers it in half a second: a person's Enter that is lost there is pressed again, and a
/// reader's Enter that were not would record a delivery.
pub const SUFFIX_DELAY_MAX: Duration = Duration::from_millis(500);

/// As many equal keys after a first one alone are a key held down.
const REPEATS_MIN: usize = 3;

/// A key held down is alone for that long before it repeats: systems let one choose 200 to 1,000 ms.
const REPEAT_DELAY: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(150)..=Duration::from_millis(1100);

/// Its repeats do not come sooner after one another: what does is a reader's run of equal digits.
const REPEAT_GAP_MIN: Duration = Duration::from_millis(10);

/// The largest QR code holds 7,089 digits: what is longer is no code, and is not held for ever.
pub const BURST_KEYS_MAX: usize = 8192;

/// A key; `K` is whatever the caller knows the keys by that type nothing. The caller gives both CR and
/// LF (Ctrl+J in a raw terminal) as [`Keystroke::Enter`], and the byte 0x1D as the character GS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keystroke<K> {
    /// A character.
    Character(char),
    /// An arrow up or down: a mouse's wheel sends it too, several at once.
    Scroll(K),
    /// Another key that types nothing: a reader sends some of them instead of characters, and a code
    /// may hold the bytes of any.
    Other(K),
    /// Carriage return or line feed.
    Enter,
    /// Tab.
    Tab,
}

/// What a reader sent. There is no `Debug` of the keys: a code can hold a patient's identity.
#[derive(Clone, PartialEq, Eq)]
pub struct Burst<K> {
    /// Its keys, without the one that ended it.
    pub keys: Vec<Keystroke<K>>,
    /// What ended it.
    pub ending: Ending,
    /// The longest pause between two of its keys, the one that ended it among them.
    pub longest_pause: Duration,
}

/// What was heard.
#[derive(Clone, PartialEq, Eq)]
pub enum Heard<K> {
    /// A person's key, to be acted on.
    Typed(Keystroke<K>),
    /// A reader's code: a scan, not keys. A slow line between a person and this program can bunch
    /// keys like a reader does, so a screen that awaits words may still take as typed a burst that is
    /// no known code.
    Burst(Burst<K>),
    /// The beginning of a code: this reader ends its codes with Enter or Tab, and none came.
    Unfinished(Burst<K>),
    /// The rest of a code whose beginning was told as a whole one.
    Rest,
    /// What a person pasted, or a file that was dropped on the window: the terminal itself marks it.
    Pasted(String),
}

impl<K: fmt::Debug> fmt::Debug for Heard<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Typed(key) => write!(f, "Typed({key:?})"),
            Self::Burst(burst) => write!(f, "Burst({} keys)", burst.keys.len()),
            Self::Unfinished(burst) => write!(f, "Unfinished({} keys)", burst.keys.len()),
            Self::Rest => write!(f, "Rest"),
            Self::Pasted(text) => write!(f, "Pasted({} characters)", text.chars().count()),
        }
    }
}

/// Listens to the keys.
pub struct Wedge<K> {
    /// Keys whose origin is not known yet.
    held: Vec<Keystroke<K>>,
    /// When the first of them came.
    held_since: Duration,
    /// The shortest pause between two of them, and the longest.
    pauses: Option<(Duration, Duration)>,
    /// When the last key came.
    last_key: Duration,
    /// How many keys came without a pause of [`KEY_GAP_MAX`], held or told.
    run: usize,
    /// The last key that was told as a person's, and when it came.
    told: Option<(Keystroke<K>, Duration)>,
    /// The key that is being held down.
    repeated: Option<Keystroke<K>>,
    /// When the last burst ended, and by what.
    ended: Option<(Duration, Ending)>,
    /// The rest of a burst is being dropped.
    is_dropping: bool,
    /// The last burst that was ended by something ended with a suffix: this reader sends one.
    expects_suffix: bool,
    /// The last burst that was told as unfinished. Twice the same is a whole code, of a reader without a suffix.
    unfinished: Option<Vec<Keystroke<K>>>,
}

impl<K> Default for Wedge<K> {
    fn default() -> Self {
        Self {
            held: Vec::new(),
            held_since: Duration::ZERO,
            pauses: None,
            last_key: Duration::ZERO,
            run: 0,
            told: None,
            repeated: None,
            ended: None,
            is_dropping: false,
            expects_suffix: false,
            unfinished: None,
        }
    }
}

impl<K> fmt::Debug for Wedge<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wedge({} keys held)", self.held.len())
    }
}

impl<K: Copy + PartialEq> Wedge<K> {
    /// Nothing heard yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A key came at that time.
    pub fn key(&mut self, key: Keystroke<K>, at: Duration) -> Vec<Heard<K>> {
        let mut heard = if at > self.last_key + self.patience() {
            self.settle(Ending::Silence)
        } else {
            Vec::new()
        };
        let pause = at.saturating_sub(self.last_key);
        if pause > KEY_GAP_MAX {
            self.run = 0;
            self.repeated = None;
        }
        if !self.held.is_empty() {
            let (shortest, longest) = self.pauses.unwrap_or((pause, pause));
            self.pauses = Some((shortest.min(pause), longest.max(pause)));
        }
        match key {
            Keystroke::Enter => heard.extend(self.suffix(key, Ending::Enter, at)),
            Keystroke::Tab => heard.extend(self.suffix(key, Ending::Tab, at)),
            Keystroke::Character(_) | Keystroke::Scroll(_) | Keystroke::Other(_) => {
                self.run += 1;
                heard.extend(self.stroke(key, at));
            }
        }
        self.last_key = at;
        heard
    }

    /// The terminal delivered a paste (bracketed): one text, whatever it holds.
    pub fn paste(&mut self, text: String, at: Duration) -> Vec<Heard<K>> {
        let mut heard = self.settle(Ending::Silence);
        if !text.is_empty() {
            heard.push(Heard::Pasted(text));
            self.ended = Some((at, Ending::Enter));
            self.is_dropping = false;
        }
        heard
    }

    /// When to call [`Wedge::wake`] if no key comes before. `None`: nothing is held.
    pub fn deadline(&self) -> Option<Duration> {
        (!self.held.is_empty()).then(|| self.last_key + self.patience())
    }

    /// The deadline may have passed.
    pub fn wake(&mut self, now: Duration) -> Vec<Heard<K>> {
        if self.deadline().is_some_and(|deadline| now >= deadline) {
            self.settle(Ending::Silence)
        } else {
            Vec::new()
        }
    }

    /// How long the next key is waited for. Where the suffix is sure to come, waiting for it delays nothing.
    fn patience(&self) -> Duration {
        if self.held.len() < BURST_KEYS_MIN {
            KEY_GAP_MAX
        } else if self.expects_suffix {
            SUFFIX_DELAY_MAX
        } else {
            READER_GAP_MAX
        }
    }

    fn stroke(&mut self, key: Keystroke<K>, at: Duration) -> Vec<Heard<K>> {
        if self.is_rest(at) {
            self.is_dropping = true;
            // One key alone may be a person's in a hurry, of whom nothing is to be said.
            return if self.run == BURST_KEYS_MIN {
                self.rest()
            } else {
                Vec::new()
            };
        }
        self.is_dropping = false;
        if self.repeated == Some(key) {
            self.told = Some((key, at));
            return vec![Heard::Typed(key)];
        }
        self.repeated = None;
        if self.held.is_empty() {
            self.held_since = at;
            self.pauses = None;
        }
        self.held.push(key);
        if self.is_repeating(key) {
            // Released at once: whoever holds a key down watches its effect.
            self.repeated = Some(key);
            self.last_key = at;
            return self.typed();
        }
        if self.held.len() >= BURST_KEYS_MAX {
            self.last_key = at;
            return self.settle(Ending::Overflow);
        }
        Vec::new()
    }

    /// It belongs to a burst that no suffix ended.
    fn is_rest(&self, at: Duration) -> bool {
        let Some((end, Ending::Silence | Ending::Overflow)) = self.ended else {
            return false;
        };
        let since = |moment| at.saturating_sub(moment);
        since(end) <= SUFFIX_DELAY_MAX || (self.is_dropping && since(self.last_key) <= KEY_GAP_MAX)
    }

    /// What was told as a whole code was not one; where it was told as unfinished, nothing is to be added.
    fn rest(&self) -> Vec<Heard<K>> {
        let was_whole = self.unfinished.is_none();
        was_whole.then_some(Heard::Rest).into_iter().collect()
    }

    /// A wheel turns, or a key is held down: alone at first, then again and again.
    fn is_repeating(&self, key: Keystroke<K>) -> bool {
        if self.held.len() != REPEATS_MIN || self.held.iter().any(|held| *held != key) {
            return false;
        }
        let was_alone = self.told.is_some_and(|(told, at)| {
            told == key && REPEAT_DELAY.contains(&self.held_since.saturating_sub(at))
        });
        let is_slow = self
            .pauses
            .is_some_and(|(shortest, _)| shortest >= REPEAT_GAP_MIN);
        matches!(key, Keystroke::Scroll(_)) || (was_alone && is_slow)
    }

    fn suffix(&mut self, key: Keystroke<K>, ending: Ending, at: Duration) -> Vec<Heard<K>> {
        if self.held.len() >= BURST_KEYS_MIN {
            let heard = self.settle(ending);
            self.ended = Some((at, ending));
            return heard;
        }
        let is_at_once = at.saturating_sub(self.last_key) <= KEY_GAP_MAX;
        let ends_rest = self.is_dropping && is_at_once;
        let ends_run = self.run >= BURST_KEYS_MIN && is_at_once;
        let is_late = self
            .ended
            .is_some_and(|(end, _)| at.saturating_sub(end) <= SUFFIX_DELAY_MAX);
        let mut heard = self.settle(Ending::Silence);
        self.told = None;
        if ends_rest && !ends_run {
            heard.extend(self.rest());
        }
        if ends_rest || ends_run {
            self.ended = Some((at, ending));
            self.is_dropping = false;
        } else if !is_late {
            heard.push(Heard::Typed(key));
        }
        heard
    }

    /// What is held is told.
    fn settle(&mut self, ending: Ending) -> Vec<Heard<K>> {
        self.repeated = None;
        if self.held.len() < BURST_KEYS_MIN {
            return self.typed();
        }
        self.told = None;
        self.is_dropping = false;
        self.ended = Some((self.last_key, ending));
        let burst = Burst {
            keys: std::mem::take(&mut self.held),
            ending,
            longest_pause: self.pauses.take().map(|(_, longest)| longest).unwrap_or_default(),
        };
        let is_cut =
            ending == Ending::Silence && self.expects_suffix && self.unfinished.as_ref() != Some(&burst.keys);
        if is_cut {
            self.unfinished = Some(burst.keys.clone());
            return vec![Heard::Unfinished(burst)];
        }
        self.unfinished = None;
        self.expects_suffix = matches!(ending, Ending::Enter | Ending::Tab);
        vec![Heard::Burst(burst)]
    }

    fn typed(&mut self) -> Vec<Heard<K>> {
        if let Some(key) = self.held.last() {
            self.told = Some((*key, self.last_key));
        }
        self.held.drain(..).map(Heard::Typed).collect()
    }
}

#[cfg(test)]
mod tests;
