//! The people of a prescription. Their names never reach `Debug`: a log or a panic must not hold them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::domain::identifiers::{Finess, InvalidIdentifier, Rpps};

/// The national health identity number of a patient (matricule INS): 13 characters and a 2-digit key.
///
/// Shown in full only on the prescription's own screen; `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ins(String);

impl Ins {
    /// The 15 characters, without blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as people read it: sex, year, month, place, rank, key.
    pub fn grouped(&self) -> String {
        [0..1, 1..3, 3..5, 5..7, 7..10, 10..13, 13..15]
            .map(|range| &self.0[range])
            .join(" ")
    }

    /// The key that the first 13 characters call for: 97 − (N mod 97), Corsica's 2A and 2B read as 19 and 18.
    pub fn key_of(first_13: &str) -> Option<u8> {
        if first_13.len() != 13 || !first_13.is_ascii() {
            return None;
        }
        let number: u64 = first_13
            .replacen("2A", "19", 1)
            .replacen("2B", "18", 1)
            .parse()
            .ok()?;
        u8::try_from(97 - number % 97).ok()
    }
}

impl FromStr for Ins {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if !compact
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'A' | b'B'))
        {
            return Err(InvalidIdentifier::Character { what: "INS" });
        }
        if compact.len() != 15 {
            return Err(InvalidIdentifier::Length {
                what: "INS",
                expected: 15,
                found: compact.len(),
            });
        }
        match (Self::key_of(&compact[..13]), compact[13..].parse::<u8>()) {
            (Some(key), Ok(printed)) if key == printed => Ok(Self(compact)),
            _ => Err(InvalidIdentifier::CheckDigit { what: "INS" }),
        }
    }
}

impl fmt::Debug for Ins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ins(hidden)")
    }
}

/// Administrative sex, as the INS record knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// FHIR `female`.
    Female,
    /// FHIR `male`.
    Male,
    /// FHIR `unknown` or `other`, or not stated.
    Unknown,
}

/// Who the prescription is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Patient {
    /// Absent on an anonymous prescription, or when the base sends none.
    pub ins: Option<Ins>,
    /// Family name, as the base sends it.
    pub family: String,
    /// Given names, as the base sends them.
    pub given: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// Administrative sex.
    pub sex: Sex,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patient(hidden)")
    }
}

/// Who wrote the prescription.
#[derive(Clone, PartialEq, Eq)]
pub struct Prescriber {
    /// Absent only when the base sends none.
    pub rpps: Option<Rpps>,
    /// Family name, or the whole name when the base sends one text.
    pub family: String,
    /// Given name, may be empty.
    pub given: String,
    /// Specialty in words, may be empty.
    pub specialty: String,
    /// Where the prescriber answers the phone, may be empty.
    pub phone: String,
}

impl fmt::Debug for Prescriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prescriber({})", self.rpps.as_ref().map_or("-", Rpps::as_str))
    }
}

/// The pharmacy this counter belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pharmacy {
    /// Its FINESS number: its name at the base.
    pub finess: Finess,
    /// Its name on prints and screens.
    pub name: String,
    /// Its postal address on one line, asked on every page of the register (CSP art. R. 5132-9).
    pub address: String,
    /// Its phone, shown to others who find a prescription in its hands.
    pub phone: String,
}

/// What a person at the counter may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorRole {
    /// Pharmacien.
    Pharmacist,
    /// Préparateur: under a pharmacist's effective control (CSP art. L. 4241-1).
    Technician,
    /// Étudiant.
    Student,
}

/// Who stands at the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Short name chosen in the configuration, written in the register.
    pub id: String,
    /// The person's name as printed.
    pub name: String,
    /// What the person may do.
    pub role: OperatorRole,
    /// The person's RPPS; for a technician, that of the pharmacist in charge.
    pub rpps: Rpps,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ins_needs_its_key() {
        for good in ["279035121518989", "2 77 07 63 220 829 10", "255081416802538"] {
            assert!(good.parse::<Ins>().is_ok(), "{good}");
        }
        assert_eq!(
            "279035121518988".parse::<Ins>(),
            Err(InvalidIdentifier::CheckDigit { what: "INS" })
        );
        assert!("27903512151898".parse::<Ins>().is_err());
    }

    #[test]
    fn a_corsican_ins_is_read() {
        let key = Ins::key_of("179032A515189").unwrap();
        assert!(format!("179032A515189{key:02}").parse::<Ins>().is_ok());
    }

    #[test]
    fn debug_never_holds_a_patient() {
        let patient = Patient {
            ins: "279035121518989".parse().ok(),
            family: "ZZCANARY".into(),
            given: "Anne".into(),
            born: None,
            sex: Sex::Female,
        };
        let debug = format!("{patient:?} {:?}", patient.ins);
        assert!(
            !debug.contains("ZZCANARY") && !debug.contains("2790351"),
            "{debug}"
        );
    }
}
