//! The register (ordonnancier): the append-only legal record of each delivery.
//!
//! CSP art. R. 5132-9: no modification once validated. A correction is a new entry that names the
//! old one. CSP art. R. 5132-10: a number of its own for each product, without gaps.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::domain::dispense::Agreement;
use crate::domain::identifiers::{Boxes, DispenseId, DispensedLineId, LineNumber, Lot, Serial};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Operator, Patient, Pharmacy, Prescriber};
use crate::domain::reasons::{CorrectionReason, PaperReason};
use crate::domain::retention::RetentionClass;
use crate::domain::substitution::SubstitutionBasis;

/// The chronological number of an entry, from 1, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegisterNumber(pub u32);

impl fmt::Display for RegisterNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256Digest(pub [u8; 32]);

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADigest;

impl FromStr for Sha256Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(2 * place..2 * place + 2).ok_or(NotADigest)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NotADigest)?;
        }
        let digest = Self(bytes);
        // Refuses what only resembles: capitals, signs, more digits.
        if digest.to_string() == text {
            Ok(digest)
        } else {
            Err(NotADigest)
        }
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an entry records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry {
    /// Its number.
    pub number: RegisterNumber,
    /// When it was recorded, which is never changed afterwards.
    pub recorded_at: Timestamp,
    /// What it says. `None` once erased at the end of its retention: the chain still holds.
    pub content: Option<RegisterContent>,
    /// The link of the chain that this entry adds.
    pub link: Sha256Digest,
}

/// The content of an entry.
#[derive(Clone, PartialEq, Eq)]
pub enum RegisterContent {
    /// Boxes were handed over.
    Delivery(Box<RegisteredDelivery>),
    /// A correction of an earlier entry, which stays as it is.
    Correction {
        /// The entry corrected.
        of: RegisterNumber,
        /// Why, by its code; an entry made before there were codes has none.
        code: Option<CorrectionReason>,
        /// Why, in the operator's words; may be empty beside a code that says it.
        reason: String,
        /// Who corrected.
        operator: Operator,
    },
}

/// A delivered line as the law wants it recorded (CSP art. R. 5132-10).
#[derive(Clone, PartialEq, Eq)]
pub struct RegisteredDelivery {
    /// The hand-over it belongs to.
    pub dispense: DispenseId,
    /// The line's own identifier, the same at the base.
    pub dispensed_line: DispensedLineId,
    /// The prescription.
    pub prescription: PrescriptionNumber,
    /// The line of the prescription.
    pub line: LineNumber,
    /// Where.
    pub pharmacy: Pharmacy,
    /// Who handed over.
    pub operator: Operator,
    /// For whom.
    pub patient: Patient,
    /// By whose order.
    pub prescriber: Prescriber,
    /// What was ordered, in words.
    pub ordered: String,
    /// What was handed over, in words.
    pub product: String,
    /// Its code, may be empty.
    pub code: String,
    /// How many boxes.
    pub boxes: Boxes,
    /// The lot.
    pub lot: Option<Lot>,
    /// The last day the box may be used.
    pub expiry: Option<Date>,
    /// The serials of the boxes that were read.
    pub serials: Vec<Serial>,
    /// The outcome's code.
    pub outcome: String,
    /// The legal ground on which another product was given.
    pub basis: Option<SubstitutionBasis>,
    /// The reason's code.
    pub reason: Option<String>,
    /// The prescriber's agreement, when it rests on one.
    pub agreement: Option<Agreement>,
    /// The pharmacist's own words.
    pub note: String,
    /// The entry it replaces, when it rectifies one.
    pub replaces: Option<RegisterNumber>,
    /// Why it was made from a paper, without the base.
    pub paper: Option<PaperReason>,
}

/// The entries of a period, as an authority asks for them (CSP art. R. 5132-9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterExtract {
    /// In their order.
    pub entries: Vec<RegisterEntry>,
    /// The corrections of those entries, and of these corrections, under the number that each one corrects. They may
    /// have been recorded after the period.
    pub corrections: BTreeMap<RegisterNumber, RegisterEntry>,
    /// Those of all these entries whose content was erased.
    pub erasures: BTreeMap<RegisterNumber, Erasure>,
}

/// How an entry lost its content: a purge erased it at the end of its retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// How long it was to be kept.
    pub class: RetentionClass,
    /// When it was erased.
    pub at: Timestamp,
}

/// The commitment to an entry's content: SHA-256 of a salt and the content's bytes.
///
/// The chain runs over commitments, so that the content (and its salt) can be erased when its
/// retention ends without breaking the chain.
pub fn commitment(salt: &[u8; 32], content: &[u8]) -> Sha256Digest {
    Sha256Digest(
        Sha256::new()
            .chain_update(b"comptoir-commitment-1\0")
            .chain_update(salt)
            .chain_update(content)
            .finalize()
            .into(),
    )
}

/// The link an entry adds to the chain: it binds everything that is never erased.
pub fn link(
    previous: &Sha256Digest,
    number: RegisterNumber,
    recorded_at: &str,
    class: &str,
    commitment: &Sha256Digest,
) -> Sha256Digest {
    let mut hash = Sha256::new()
        .chain_update(b"comptoir-register-1\0")
        .chain_update(previous.0);
    hash.update(number.0.to_be_bytes());
    for text in [recorded_at, class] {
        // A length before each text, or two different pairs could read the same.
        hash.update(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.update(commitment.0);
    Sha256Digest(hash.finalize().into())
}

/// What the first entry is chained to.
pub const FIRST_LINK: Sha256Digest = Sha256Digest([0; 32]);

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed once by another program from the definition: registers rest on it, so it never changes.
    #[test]
    fn commitments_and_links_are_what_any_program_computes() {
        let committed = commitment(&[7; 32], "é".as_bytes());
        assert_eq!(
            committed.to_string(),
            "4b749db32734d202c209ae0a7aef4c807715a59817a81b6b28a27fb8786a1e20"
        );
        let first = link(
            &FIRST_LINK,
            RegisterNumber(1),
            "2026-11-22T11:00:00Z",
            "register-10-years",
            &committed,
        );
        assert_eq!(
            first.to_string(),
            "a82a5207956fde82bfd8e6c9a95a357fabaeb5878437d1b866fd35249d14b697"
        );
    }

    #[test]
    fn a_link_binds_everything_it_is_made_of() {
        let of = |previous, number, at: &str, class: &str, content: &[u8]| {
            let committed = commitment(&[0; 32], content);
            link(
                &Sha256Digest([previous; 32]),
                RegisterNumber(number),
                at,
                class,
                &committed,
            )
        };
        let all = [
            of(0, 1, "ab", "c", b"x"),
            of(1, 1, "ab", "c", b"x"),
            of(0, 2, "ab", "c", b"x"),
            of(0, 1, "a", "bc", b"x"),
            of(0, 1, "abc", "", b"x"),
            of(0, 1, "ab", "c", b"y"),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(!all[..place].contains(one), "case {place} is like an earlier one");
        }
        assert_ne!(
            commitment(&[1; 32], b"x"),
            commitment(&[0; 32], b"x"),
            "the salt counts"
        );
    }
}
