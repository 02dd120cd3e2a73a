//! Plausible values for what a file leaves out, drawn from a seed and from nothing else.
//!
//! Every identity is fictitious: INS of the test range with a birthplace that does not exist, phone
//! numbers of the range kept for fiction, RPPS with a valid key.

use jiff::civil::{Date, date};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::identifiers::Rpps;
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Ins, Sex};

const FAMILIES: [&str; 16] = [
    "Aubert",
    "Bonnefoy",
    "Carpentier",
    "Delorme",
    "Évrard",
    "Fontaine",
    "Guérin",
    "Hébert",
    "Jacquet",
    "Lemaire",
    "Marchand",
    "Nœuvéglise",
    "Ollivier",
    "Prévost",
    "Rivière",
    "Vasseur",
];
const FEMALE: [&str; 8] = [
    "Anaïs", "Camille", "Élodie", "Hélène", "Jeanne", "Margaux", "Noémie", "Solène",
];
const MALE: [&str; 8] = [
    "Antoine",
    "Benoît",
    "Émile",
    "François",
    "Julien",
    "Loïc",
    "Rémi",
    "Théo",
];
const SPECIALTIES: [&str; 3] = ["Médecine générale", "Médecine interne", "Gériatrie"];
/// Crockford's base 32: no I, L, O nor U, so that a number read aloud is not misheard.
const BASE_32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Draws by name: each value depends on the seed and on its own name only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw(pub(super) Uuid);

impl Draw {
    fn bytes(self, what: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.0.as_bytes())
            .chain_update(what)
            .finalize()
            .into()
    }

    fn below(self, what: &str, bound: u32) -> u32 {
        let [a, b, c, d, ..] = self.bytes(what);
        u32::from_be_bytes([a, b, c, d]) % bound.max(1)
    }

    fn among(self, what: &str, choices: &[&str]) -> String {
        let bound = u32::try_from(choices.len()).unwrap_or(1);
        let place = self.below(what, bound) as usize;
        choices.get(place).copied().unwrap_or_default().to_owned()
    }

    /// `01`, then 16 characters of 5 bits each. `None` once in 10⁸ seeds: digits alone are not a number.
    pub(super) fn prescription_number(self) -> Option<PrescriptionNumber> {
        let letters = self
            .bytes("number")
            .map(|byte| char::from(BASE_32[usize::from(byte % 32)]));
        let drawn: String = letters.iter().take(16).collect();
        format!("01{drawn}").parse().ok()
    }

    pub(super) fn family(self, whose: &str) -> String {
        self.among(&format!("{whose}/family"), &FAMILIES)
    }

    pub(super) fn given(self, whose: &str, sex: Sex) -> String {
        let names = if sex == Sex::Male { &MALE } else { &FEMALE };
        self.among(&format!("{whose}/given"), names)
    }

    pub(super) fn sex(self) -> Sex {
        if self.below("sex", 2) == 0 {
            Sex::Female
        } else {
            Sex::Male
        }
    }

    /// Somebody of 20 to 89 years on that day.
    pub(super) fn born(self, on: Date) -> Date {
        let age = i16::try_from(20 + self.below("age", 70)).unwrap_or(40);
        let month = i8::try_from(1 + self.below("month", 12)).unwrap_or(1);
        let day = i8::try_from(1 + self.below("day", 28)).unwrap_or(1);
        Date::new(on.year().saturating_sub(age), month, day).unwrap_or(date(1970, 1, 1))
    }

    /// An INS of the test range: born in the place 99 999, which does not exist.
    pub(super) fn ins(self, born: Date, sex: Sex) -> Option<Ins> {
        let first = if sex == Sex::Male { 1 } else { 2 };
        let rank = 1 + self.below("rank", 999);
        let start = format!(
            "{first}{:02}{:02}99999{rank:03}",
            born.year().rem_euclid(100),
            born.month()
        );
        let key = Ins::key_of(&start)?;
        format!("{start}{key:02}").parse().ok()
    }

    /// An RPPS whose last digit is its Luhn key.
    pub(super) fn rpps(self) -> Option<Rpps> {
        let start = format!("101{:07}", self.below("rpps", 10_000_000));
        format!("{start}{}", luhn_key(&start)).parse().ok()
    }

    pub(super) fn specialty(self) -> String {
        self.among("specialty", &SPECIALTIES)
    }

    /// A number of the range that the numbering plan keeps for fiction.
    pub(super) fn phone(self) -> String {
        format!("019900{:04}", self.below("phone", 10_000))
    }
}

/// The birth that an INS tells: its year within the last hundred, its month, any day.
pub(super) fn born_as_ins_says(ins: &Ins, draw: Draw, on: Date) -> Date {
    let two_digits = |from: usize| {
        ins.as_str()
            .get(from..from + 2)
            .and_then(|text| text.parse::<i16>().ok())
    };
    let drawn = draw.born(on);
    let century = on.year() - on.year().rem_euclid(100);
    let year = two_digits(1).map_or(drawn.year(), |year| {
        if century + year < on.year() {
            century + year
        } else {
            century - 100 + year
        }
    });
    // Months above 12 mean "not known" to the INSEE.
    let month = two_digits(3)
        .and_then(|month| i8::try_from(month).ok())
        .filter(|month| (1..=12).contains(month));
    Date::new(year, month.unwrap_or(drawn.month()), drawn.day()).unwrap_or(drawn)
}

/// The digit that makes the sum of Luhn a multiple of ten.
fn luhn_key(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match place % 2 {
                0 if digit > 4 => digit * 2 - 9,
                0 => digit * 2,
                _ => digit,
            }
        })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_luhn_is_the_one_of_known_numbers() {
        for (digits, key) in [
            ("7992739871", 3),
            ("1010000000", luhn_key("1010000000")),
            ("0", 0),
        ] {
            assert_eq!(luhn_key(digits), key);
        }
    }

    #[test]
    fn every_draw_is_valid_and_reproducible() {
        for seed in 0..200 {
            let draw = Draw(Uuid::from_u128(seed));
            assert!(draw.prescription_number().is_some());
            let born = draw.born(date(2026, 11, 20));
            assert!(draw.ins(born, draw.sex()).is_some());
            let rpps = draw.rpps().unwrap().to_string();
            assert!(rpps.ends_with(&luhn_key(&rpps[..10]).to_string()));
        }
        assert_ne!(
            Draw(Uuid::from_u128(1)).prescription_number(),
            Draw(Uuid::from_u128(2)).prescription_number()
        );
    }
}
