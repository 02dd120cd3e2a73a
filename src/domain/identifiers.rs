//! Identifiers and quantities, checked at the door: past it, nobody checks again.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// Why a text is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    /// Another count of characters than this identifier has.
    #[error("{what}: {expected} characters expected, {found} found")]
    Length {
        /// The identifier's name.
        what: &'static str,
        /// How many it has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A character that cannot stand in this identifier.
    #[error("{what}: only digits are allowed")]
    Character {
        /// The identifier's name.
        what: &'static str,
    },
    /// The check digit does not match the others.
    #[error("{what}: the check digit is wrong")]
    CheckDigit {
        /// The identifier's name.
        what: &'static str,
    },
}

fn digits(what: &'static str, text: &str, expected: usize) -> Result<String, InvalidIdentifier> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !compact.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidIdentifier::Character { what });
    }
    if compact.len() != expected {
        return Err(InvalidIdentifier::Length {
            what,
            expected,
            found: compact.len(),
        });
    }
    Ok(compact)
}

/// The check digit of EAN-13 and GTIN: weights 1 and 3 from the right, complement to ten.
pub fn ean_check_digit_is_right(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 1 } else { 3 })
        .sum();
    sum.is_multiple_of(10)
}

macro_rules! digits_identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal, $length:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The digits, without blanks.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidIdentifier;

            fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
                let digits = digits($what, text, $length)?;
                let is_right: fn(&str) -> bool = $check;
                if is_right(&digits) {
                    Ok(Self(digits))
                } else {
                    Err(InvalidIdentifier::CheckDigit { what: $what })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

digits_identifier! {
    /// A presentation (one box size of one speciality): 13 digits, EAN check digit.
    Cip13, "CIP13", 13, ean_check_digit_is_right
}
digits_identifier! {
    /// A speciality (one name, strength and form): 8 digits of the public medicines database.
    Cis, "CIS", 8, |_| true
}
digits_identifier! {
    /// A device or product of the LPP list: 7 digits.
    Lpp, "LPP", 7, |_| true
}
digits_identifier! {
    /// A health professional: 11 digits. The Luhn key is not required: official examples break it.
    Rpps, "RPPS", 11, |_| true
}
digits_identifier! {
    /// A health establishment: 9 digits (the Corsican letters are not used by pharmacies' own codes here).
    Finess, "FINESS", 9, |_| true
}

/// Identifies one hand-over at the counter; minted when it is about to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DispenseId(pub Uuid);

/// Identifies one line of a hand-over: the store's unique key, the FHIR identifier and `ifNoneExist`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DispensedLineId(pub Uuid);

impl DispenseId {
    /// The identifier of the hand-over's `place`-th line: derived, so that one minted identifier
    /// is enough for the whole hand-over and a repeated recording cannot mint others.
    pub fn line(self, place: usize) -> DispensedLineId {
        DispensedLineId(Uuid::new_v5(&self.0, format!("line/{place}").as_bytes()))
    }

    /// What the store and the outbox call the taking back of a delivery by the correction with this identifier.
    pub fn annulment(self) -> DispensedLineId {
        DispensedLineId(Uuid::new_v5(&self.0, b"annulment"))
    }

    /// The identifier of the Provenance that goes with the hand-over at the base.
    pub fn provenance(self) -> Uuid {
        Uuid::new_v5(&self.0, b"provenance")
    }
}

impl fmt::Display for DispenseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DispensedLineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place of a line on its prescription, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineNumber(pub u16);

impl fmt::Display for LineNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A count of boxes. Zero is a count: nothing remains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Boxes(pub u16);

impl Boxes {
    /// No box at all.
    pub const ZERO: Self = Self(0);

    /// What is left once `taken` are gone; never below zero.
    pub fn less(self, taken: Self) -> Self {
        Self(self.0.saturating_sub(taken.0))
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// As many times as that.
    pub fn times(self, count: u16) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl fmt::Display for Boxes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::iter::Sum for Boxes {
    fn sum<I: Iterator<Item = Self>>(boxes: I) -> Self {
        boxes.fold(Self::ZERO, Self::plus)
    }
}

macro_rules! box_text {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// As printed.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidIdentifier;

            fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
                visible_ascii($what, text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

box_text! {
    /// The lot printed on a box: 1 to 20 visible ASCII characters (GS1 AI 10).
    Lot, "lot"
}
box_text! {
    /// The serial of one single box: 1 to 20 visible ASCII characters (GS1 AI 21). Capitals matter in it.
    Serial, "serial"
}

/// The most characters of a lot or a serial (GS1 General Specifications, AI 10 and 21).
pub const BOX_TEXT_LENGTH_MAX: usize = 20;

fn visible_ascii(what: &'static str, text: &str) -> Result<String, InvalidIdentifier> {
    let text = text.trim();
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(InvalidIdentifier::Character { what });
    }
    if text.is_empty() || text.len() > BOX_TEXT_LENGTH_MAX {
        return Err(InvalidIdentifier::Length {
            what,
            expected: BOX_TEXT_LENGTH_MAX,
            found: text.len(),
        });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cip13_is_13_digits_with_the_right_last_one() {
        assert!("3400933857042".parse::<Cip13>().is_ok());
        assert!(
            "3400 9338 57042".parse::<Cip13>().is_ok(),
            "blanks are how people write it"
        );
        assert_eq!(
            "3400933857043".parse::<Cip13>(),
            Err(InvalidIdentifier::CheckDigit { what: "CIP13" })
        );
        assert!(matches!(
            "340093385704".parse::<Cip13>(),
            Err(InvalidIdentifier::Length { found: 12, .. })
        ));
        assert_eq!(
            "34009338570é2".parse::<Cip13>(),
            Err(InvalidIdentifier::Character { what: "CIP13" })
        );
    }

    #[test]
    fn boxes_never_wrap() {
        assert_eq!(Boxes(1).less(Boxes(2)), Boxes::ZERO);
        assert_eq!(Boxes(u16::MAX).plus(Boxes(1)), Boxes(u16::MAX));
        assert_eq!(Boxes(u16::MAX).times(3), Boxes(u16::MAX));
    }

    #[test]
    fn the_lines_of_one_hand_over_have_distinct_and_stable_identifiers() {
        let dispense = DispenseId(Uuid::from_u128(7));
        assert_ne!(dispense.line(1), dispense.line(2));
        assert_eq!(dispense.line(1), DispenseId(Uuid::from_u128(7)).line(1));
    }

    #[test]
    fn a_lot_is_what_a_box_can_carry() {
        assert!("A12/B".parse::<Lot>().is_ok());
        for wrong in ["", "  ", "\u{1b}[2J", "123456789012345678901", "LOTÉ"] {
            assert!(wrong.parse::<Lot>().is_err(), "{wrong:?}");
        }
    }
}
