//! The key of the store: thirty-two random bytes, and the one form in which they are written, in a file or on paper.

use std::fmt;

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::StoreError;
use super::register::random_bytes;

/// The key that the store is encrypted with. Wiped from memory when it is dropped, and never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct StoreKey([u8; 32]);

/// Which key it is, without telling it: eight characters that stand on the recovery sheet and in the names of backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreKeyNumber([u8; 4]);

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAStoreKey {
    /// It has not the length of one.
    #[error("a key has 56 characters, and this one {0}")]
    Length(usize),
    /// A character that no key has.
    #[error("a key has no such character")]
    Character,
    /// Copied with a mistake: the last four characters, which are computed from the others, do not agree.
    #[error("a character was copied wrongly")]
    Check,
}

/// Crockford's digits: no I, L, O or U, which people take for others.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 32 bytes, five bits a character.
const KEY_CHARACTERS: usize = 52;

/// What tells a copying mistake: one in a million passes.
const CHECK_CHARACTERS: usize = 4;

/// Characters written together.
const GROUP: usize = 4;

impl StoreKey {
    /// A new one.
    pub fn random() -> Result<Self, StoreError> {
        random_bytes().map(Self)
    }

    /// A key that is known.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Which one it is.
    pub fn number(&self) -> StoreKeyNumber {
        let digest = self.digest();
        StoreKeyNumber([digest[0], digest[1], digest[2], digest[3]])
    }

    /// As it is written down: fourteen groups of four characters.
    pub fn text(&self) -> Zeroizing<String> {
        let mut characters = Zeroizing::new(base32(&self.0, KEY_CHARACTERS));
        characters.push_str(&base32(&self.digest()[4..], CHECK_CHARACTERS));
        let mut text = Zeroizing::new(String::with_capacity(characters.len() + characters.len() / GROUP));
        for (place, character) in characters.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(character);
        }
        text
    }

    /// Reads it as a person copied it: spaces, hyphens and small letters are welcome, and O is 0, I and L are 1.
    pub fn read(text: &str) -> Result<Self, NotAStoreKey> {
        let mut digits = Zeroizing::new(Vec::with_capacity(KEY_CHARACTERS + CHECK_CHARACTERS));
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            digits.push(digit(character).ok_or(NotAStoreKey::Character)?);
        }
        if digits.len() != KEY_CHARACTERS + CHECK_CHARACTERS {
            return Err(NotAStoreKey::Length(digits.len()));
        }
        let mut key = Self([0; 32]);
        let mut bits = 0_u16;
        let mut held = 0;
        let mut place = 0;
        for digit in &digits[..KEY_CHARACTERS] {
            bits = bits << 5 | u16::from(*digit);
            held += 5;
            if held >= 8 {
                held -= 8;
                key.0[place] = (bits >> held).to_be_bytes()[1];
                place += 1;
            }
        }
        // The form is the only one of its key: this compares the check characters and the spare bits at once.
        let written: Vec<u8> = key.text().bytes().filter(|byte| *byte != b'-').collect();
        let same = written
            .iter()
            .zip(digits.iter())
            .all(|(written, digit)| *written == DIGITS[usize::from(*digit)]);
        if same { Ok(key) } else { Err(NotAStoreKey::Check) }
    }

    /// Gives it to a connection, before anything is read.
    pub(crate) fn unlock(&self, connection: &Connection) -> Result<(), StoreError> {
        let statement = Zeroizing::new(format!("PRAGMA key = \"{}\"", self.pragma().as_str()));
        connection
            .execute_batch(&statement)
            // Never the error itself: it may quote the statement.
            .map_err(|_| StoreError::Unreadable("its key"))
    }

    /// As `SQLCipher` takes a raw key: no passphrase, so that nothing has to be derived at each opening.
    pub(super) fn pragma(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(2 * self.0.len() + 3));
        text.push_str("x'");
        for byte in &self.0 {
            for half in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789abcdef"[usize::from(half)]));
            }
        }
        text.push('\'');
        text
    }

    fn digest(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"comptoir store key 1\0")
            .chain_update(self.0)
            .finalize()
            .into()
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreKey({}, hidden)", self.number())
    }
}

impl fmt::Display for StoreKeyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn base32(bytes: &[u8], characters: usize) -> String {
    let mut text = String::with_capacity(KEY_CHARACTERS + CHECK_CHARACTERS);
    for place in 0..characters {
        let first = place * 5;
        let digit = (first..first + 5).fold(0_usize, |digit, bit| {
            let byte = bytes.get(bit / 8).copied().unwrap_or(0);
            digit << 1 | usize::from(byte >> (7 - bit % 8) & 1)
        });
        text.push(char::from(DIGITS[digit]));
    }
    text
}

fn digit(character: char) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = DIGITS.iter().position(|digit| char::from(*digit) == character)?;
    u8::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> StoreKey {
        StoreKey::from_bytes(std::array::from_fn(|place| {
            u8::try_from(place * 7 + 3).unwrap_or(0)
        }))
    }

    #[test]
    fn what_is_written_is_read_again_however_it_was_copied() {
        for key in [
            key(),
            StoreKey::from_bytes([0; 32]),
            StoreKey::from_bytes([255; 32]),
        ] {
            let text = key.text();
            assert_eq!(text.len(), 14 * 5 - 1, "{}", text.as_str());
            for copied in [
                text.to_string(),
                text.to_lowercase(),
                text.replace('-', " \n"),
                text.replace('-', "").replace('0', "o").replace('1', "l"),
            ] {
                assert_eq!(StoreKey::read(&copied), Ok(key.clone()), "{copied}");
            }
        }
        assert_ne!(key().text(), StoreKey::from_bytes([0; 32]).text());
    }

    #[test]
    fn a_copying_mistake_is_told() {
        let text = key().text().to_string();
        for place in text.char_indices().filter(|(_, c)| *c != '-').map(|(at, _)| at) {
            let other = if &text[place..=place] == "7" { "8" } else { "7" };
            let wrong = format!("{}{other}{}", &text[..place], &text[place + 1..]);
            assert_eq!(StoreKey::read(&wrong), Err(NotAStoreKey::Check), "{wrong}");
        }
        assert_eq!(StoreKey::read(&text[5..]), Err(NotAStoreKey::Length(52)));
        assert_eq!(
            StoreKey::read(&text.replacen('-', "U", 1)),
            Err(NotAStoreKey::Character)
        );
        assert_eq!(StoreKey::read(""), Err(NotAStoreKey::Length(0)));
    }

    #[test]
    fn debug_names_the_key_and_never_tells_it() {
        let debug = format!("{:?}", key());
        assert!(debug.contains(&key().number().to_string()), "{debug}");
        assert!(
            !debug.contains("030a11") && !debug.contains(&key().text()[..9]),
            "{debug}"
        );
    }
}
