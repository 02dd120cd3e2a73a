//! The closure of the register: a signed note of its length and its head, which a rewritten or truncated chain cannot meet.
//!
//! A chain alone proves nothing against somebody who writes all of it again. The note is kept elsewhere, on paper too.
//! Its form is that of a C2SP signed note: text, a blank line, `— name base64(key id ‖ Ed25519 signature)`.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::domain::identifiers::Finess;
use crate::domain::register::Sha256Digest;
use crate::domain::retention::RetentionClass;

/// The kind of key, as signed notes number them.
const ED25519: u8 = 1;

/// Bytes of a key id, before the signature.
const KEY_ID: usize = 4;

/// The register as it was when it was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Whose register: a name without blanks, which signs too.
    pub origin: String,
    /// How many entries there were.
    pub count: u32,
    /// The link of the last one.
    pub head: Sha256Digest,
    /// When.
    pub at: Timestamp,
}

/// What the register counts on one day, and what no closure holds yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterDay {
    /// The last closure, as its note says it.
    pub last_closure: Option<Closure>,
    /// The entries of the day, class by class.
    pub today: BTreeMap<RetentionClass, u32>,
    /// How many entries no closure holds.
    pub unclosed: u32,
    /// How many of those were recorded before the day began.
    pub unclosed_before: u32,
}

/// Why a note proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAClosure {
    /// It does not read as a closure.
    Shape,
    /// It was signed with another key.
    AnotherKey,
    /// It says something else than what was signed.
    Signature,
}

/// What signs the closures of one counter. Never shown.
pub struct ClosingKey(SigningKey);

impl fmt::Debug for ClosingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClosingKey(hidden)")
    }
}

impl ClosingKey {
    /// The key that grows from 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Its public half as signed notes write it, for whoever verifies without this program.
    pub fn public(&self, origin: &str) -> String {
        let key = self.0.verifying_key();
        let id = u32::from_be_bytes(key_id(origin, &key));
        let typed = [&[ED25519][..], key.as_bytes()].concat();
        format!("{origin}+{id:08x}+{}", STANDARD.encode(typed))
    }

    fn verifies(&self, origin: &str, text: &str, id_and_signature: &[u8]) -> Result<(), NotAClosure> {
        let key = self.0.verifying_key();
        let (id, signature) = id_and_signature
            .split_at_checked(KEY_ID)
            .ok_or(NotAClosure::Shape)?;
        if id != key_id(origin, &key) {
            return Err(NotAClosure::AnotherKey);
        }
        let signature = Signature::from_slice(signature).map_err(|_| NotAClosure::Shape)?;
        key.verify_strict(text.as_bytes(), &signature)
            .map_err(|_| NotAClosure::Signature)
    }
}

fn key_id(origin: &str, key: &VerifyingKey) -> [u8; KEY_ID] {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(origin)
        .chain_update([b'\n', ED25519])
        .chain_update(key.as_bytes())
        .finalize()
        .into();
    [digest[0], digest[1], digest[2], digest[3]]
}

impl Closure {
    /// The name of a pharmacy's register.
    pub fn origin_of(finess: &Finess) -> String {
        format!("comptoir/register/{}", finess.as_str())
    }

    fn text(&self) -> String {
        format!("{}\n{}\n{}\n{}\n", self.origin, self.count, self.head, self.at)
    }

    /// The signed note.
    pub fn note(&self, key: &ClosingKey) -> String {
        let text = self.text();
        let id = key_id(&self.origin, &key.0.verifying_key());
        let signature = key.0.sign(text.as_bytes()).to_bytes();
        let signed = STANDARD.encode([&id[..], &signature[..]].concat());
        format!("{text}\n— {} {signed}\n", self.origin)
    }

    /// Reads a note that this key signed. A note is written in one way only: any other is refused.
    pub fn read(note: &str, key: &ClosingKey) -> Result<Self, NotAClosure> {
        let closure = Self::unproved(note).ok_or(NotAClosure::Shape)?;
        let text = closure.text();
        let signed = note
            .strip_prefix(&text)
            .and_then(|rest| rest.strip_prefix(&format!("\n— {} ", closure.origin)))
            .and_then(|rest| rest.strip_suffix('\n'))
            .and_then(|signed| STANDARD.decode(signed).ok())
            .ok_or(NotAClosure::Shape)?;
        key.verifies(&closure.origin, &text, &signed)?;
        Ok(closure)
    }

    /// What a note says, whoever signed it.
    pub fn unproved(note: &str) -> Option<Self> {
        let mut lines = note.split('\n');
        let closure = Self {
            origin: lines.next()?.to_owned(),
            count: lines.next()?.parse().ok()?,
            head: lines.next()?.parse().ok()?,
            at: lines.next()?.parse().ok()?,
        };
        note.starts_with(&closure.text()).then_some(closure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closure() -> Closure {
        Closure {
            origin: Closure::origin_of(&"750000001".parse().unwrap()),
            count: 21,
            head: Sha256Digest([7; 32]),
            at: "2026-11-22T18:00:00Z".parse().unwrap(),
        }
    }

    /// Ed25519 signs the same text in the same way for ever: another program made this one from the definition.
    #[test]
    fn a_note_is_what_any_program_signs() {
        let key = ClosingKey::from_seed(&[9; 32]);
        assert_eq!(closure().note(&key), FROZEN);
        assert_eq!(Closure::read(FROZEN, &key), Ok(closure()));
        assert_eq!(key.public(&closure().origin), FROZEN_KEY);
    }

    #[test]
    fn any_flipped_bit_is_found() {
        let key = ClosingKey::from_seed(&[9; 32]);
        let note = closure().note(&key).into_bytes();
        for place in 0..note.len() {
            for bit in 0..8 {
                let mut changed = note.clone();
                changed[place] ^= 1 << bit;
                let read = std::str::from_utf8(&changed)
                    .map_err(|_| NotAClosure::Shape)
                    .and_then(|text| Closure::read(text, &key));
                assert!(read.is_err(), "byte {place}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_note_of_another_key_proves_nothing() {
        let forged = closure().note(&ClosingKey::from_seed(&[8; 32]));
        let key = ClosingKey::from_seed(&[9; 32]);
        assert_eq!(Closure::read(&forged, &key), Err(NotAClosure::AnotherKey));
        for shape in [
            "",
            "\n\n\n\n",
            "un texte",
            &format!("{forged}{forged}"),
            &forged.replace("21", "+21"),
        ] {
            assert_eq!(Closure::read(shape, &key), Err(NotAClosure::Shape), "{shape}");
        }
        assert!(!format!("{key:?}").contains('9'), "a key is never shown");
    }

    const FROZEN: &str = concat!(
        "comptoir/register/750000001\n",
        "21\n",
        "0707070707070707070707070707070707070707070707070707070707070707\n",
        "2026-11-22T18:00:00Z\n",
        "\n",
        "— comptoir/register/750000001 7p7PQMs0hdOzi9Wa7RIVGEWkwIqELb9giN7ymsfY0XZD2NDNUjgqWQCxW1WJ8UpjPGqJeGaZ6/MnEfWxSIib/yEGmQw=\n",
    );
    const FROZEN_KEY: &str =
        "comptoir/register/750000001+ee9ecf40+Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY";
}
