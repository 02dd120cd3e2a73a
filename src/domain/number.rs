//! The number of a prescription: what the QR code carries and what is printed beside it.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The unique number of a prescription, "identifiant EPU", such as `01S2TBPZ2JCNZZYGHZ`.
///
/// 18 characters: two digits, then 16 digits or capital letters. The rule that computes them (GIE
/// SESAM-Vitale SEL-SFG-023) is not public, so no check digit is invented here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrescriptionNumber(String);

/// How many characters a prescription number has.
pub const NUMBER_LENGTH: usize = 18;

/// How a reference of this pharmacy's own begins: no number does, they begin with two digits.
const OF_PAPER: &str = "PAPIER";

/// Why a text is not the number of a prescription.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    /// Another count of characters than [`NUMBER_LENGTH`].
    #[error("a prescription number has {NUMBER_LENGTH} characters, not {0}")]
    Length(usize),
    /// A character that is neither a digit nor a letter from A to Z.
    #[error("a prescription number has only digits and letters")]
    Character(char),
    /// It does not begin with two digits, or holds nothing but digits.
    #[error("a prescription number begins with two digits and holds letters")]
    Shape,
}

/// What a person typed, read as a prescription number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedNumber {
    /// Nothing in it can be mistaken.
    Clear(PrescriptionNumber),
    /// It holds O, I or L, which people confuse with 0 and 1: the person is asked, never guessed for.
    Doubtful {
        /// Exactly what was typed, in capitals.
        as_typed: PrescriptionNumber,
        /// The same with O read as 0 and I, L read as 1.
        perhaps: PrescriptionNumber,
    },
}

/// What a person types, without what stands between the groups.
fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '_' | '\u{2011}'..='\u{2014}'))
        .collect()
}

impl PrescriptionNumber {
    /// Reads what a person typed: blanks, dashes, dots and lower case are accepted.
    pub fn typed(text: &str) -> Result<TypedNumber, NotANumber> {
        let compact = compact(text);
        let digits_meant: String = compact
            .to_ascii_uppercase()
            .chars()
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let perhaps = Self::from_str(&digits_meant)?;
        // "O1S2…" begins with a letter, so as typed it cannot be a number at all.
        match Self::from_str(&compact.to_ascii_uppercase()) {
            Ok(as_typed) if as_typed == perhaps => Ok(TypedNumber::Clear(perhaps)),
            Ok(as_typed) => Ok(TypedNumber::Doubtful { as_typed, perhaps }),
            Err(_) => Ok(TypedNumber::Doubtful {
                as_typed: perhaps.clone(),
                perhaps,
            }),
        }
    }

    /// A reference of this pharmacy's own, for a paper prescription that bears no number. It is never one that the base
    /// could give, nobody takes it for a number, and it never leaves this pharmacy.
    pub fn of_paper(id: Uuid) -> Self {
        let mut digits = id.simple().to_string().to_ascii_uppercase();
        digits.truncate(NUMBER_LENGTH - OF_PAPER.len());
        Self(format!("{OF_PAPER}{digits}"))
    }

    /// Whether it is such a reference.
    pub fn is_of_paper(&self) -> bool {
        self.0.starts_with(OF_PAPER)
    }

    /// Whether a person may be typing a number, or a reference of this pharmacy's own, that begins so.
    pub fn may_begin_with(text: &str) -> bool {
        let compact = compact(text).to_ascii_uppercase();
        let begins_as_digit = |c: char| c.is_ascii_digit() || matches!(c, 'O' | 'I' | 'L');
        let is_beginning_of_a_number = compact.chars().all(|c| c.is_ascii_alphanumeric())
            && compact.chars().take(2).all(begins_as_digit);
        let is_beginning_of_a_reference = OF_PAPER.starts_with(&compact)
            || compact
                .strip_prefix(OF_PAPER)
                .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        !compact.is_empty()
            && compact.len() <= NUMBER_LENGTH
            && (is_beginning_of_a_number || is_beginning_of_a_reference)
    }

    /// Reads such a reference as a person types it, from the register or a ticket.
    pub fn reference_typed(text: &str) -> Option<Self> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let reference = Self::kept(&compact.to_ascii_uppercase()).ok()?;
        reference.is_of_paper().then_some(reference)
    }

    /// Reads what this pharmacy kept: a number, or a reference of its own.
    pub fn kept(text: &str) -> Result<Self, NotANumber> {
        let is_reference = |digits: &str| {
            digits.len() == NUMBER_LENGTH - OF_PAPER.len()
                && digits
                    .bytes()
                    .all(|b| b.is_ascii_digit() || matches!(b, b'A'..=b'F'))
        };
        match text.strip_prefix(OF_PAPER) {
            Some(digits) if is_reference(digits) => Ok(Self(text.to_owned())),
            _ => text.parse(),
        }
    }

    /// The number as it travels: 18 characters, no blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as people read it aloud: groups of 2, 4, 4, 4 and 4.
    pub fn grouped(&self) -> String {
        if let Some(digits) = self.0.strip_prefix(OF_PAPER) {
            return format!("{OF_PAPER} {} {} {}", &digits[..4], &digits[4..8], &digits[8..]);
        }
        [0..2, 2..6, 6..10, 10..14, 14..18]
            .map(|range| &self.0[range])
            .join(" ")
    }
}

impl FromStr for PrescriptionNumber {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        if let Some(odd) = text
            .chars()
            .find(|c| !c.is_ascii_digit() && !c.is_ascii_uppercase())
        {
            return Err(NotANumber::Character(odd));
        }
        if text.len() != NUMBER_LENGTH {
            return Err(NotANumber::Length(text.len()));
        }
        let begins_with_digits = text.bytes().take(2).all(|b| b.is_ascii_digit());
        // 18 digits alone are a pallet label (SSCC), never one of these.
        let holds_letters = text.bytes().any(|b| b.is_ascii_uppercase());
        if begins_with_digits && holds_letters {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotANumber::Shape)
        }
    }
}

impl fmt::Display for PrescriptionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PrescriptionNumber {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_typed_with_blanks_dashes_and_lower_case_is_clear() {
        for typed in [
            "01S2TBPZ2JCNZZYGHZ",
            "01 s2tb pz2j cnzz yghz",
            "01-S2TB-PZ2J-CNZZ-YGHZ",
            " 01s2tbpz2jcnzzyghz\t",
        ] {
            let expected = TypedNumber::Clear(number("01S2TBPZ2JCNZZYGHZ"));
            assert_eq!(PrescriptionNumber::typed(typed), Ok(expected), "{typed:?}");
        }
    }

    #[test]
    fn o_i_and_l_are_asked_never_guessed() {
        for (typed, perhaps) in [
            ("01S2TBPZ2JCNZZYGHO", "01S2TBPZ2JCNZZYGH0"),
            ("01S2TBPZ2JCNZZYGLI", "01S2TBPZ2JCNZZYG11"),
        ] {
            let expected = TypedNumber::Doubtful {
                as_typed: number(typed),
                perhaps: number(perhaps),
            };
            assert_eq!(PrescriptionNumber::typed(typed), Ok(expected));
        }
        assert_eq!(
            PrescriptionNumber::typed("O1S2TBPZ2JCNZZYGHZ"),
            Ok(TypedNumber::Doubtful {
                as_typed: number("01S2TBPZ2JCNZZYGHZ"),
                perhaps: number("01S2TBPZ2JCNZZYGHZ")
            }),
            "a first letter O can only be a zero, and is still shown before it is used",
        );
    }

    #[test]
    fn what_is_not_a_number_says_why() {
        for (text, why) in [
            ("", NotANumber::Length(0)),
            ("01S2TBPZ2JCNZZYGH", NotANumber::Length(17)),
            ("01S2TBPZ2JCNZZYGHZZ", NotANumber::Length(19)),
            ("01S2TBPZ2JCNZZYGHÉ", NotANumber::Character('É')),
            ("01S2TBPZ2JCNZZYG\u{1b}[", NotANumber::Character('\u{1b}')),
            ("XXS2TBPZ2JCNZZYGHZ", NotANumber::Shape),
            ("012345678901234567", NotANumber::Shape),
        ] {
            assert_eq!(PrescriptionNumber::typed(text).err(), Some(why), "{text:?}");
        }
    }

    #[test]
    fn a_number_is_read_aloud_in_groups() {
        assert_eq!(number("01S2TBPZ2JCNZZYGHZ").grouped(), "01 S2TB PZ2J CNZZ YGHZ");
    }

    #[test]
    fn a_reference_of_paper_is_kept_and_read_back_but_is_no_number() {
        let reference =
            PrescriptionNumber::of_paper(Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0));
        assert_eq!(reference.as_str(), "PAPIER123456789ABC");
        assert_eq!(reference.grouped(), "PAPIER 1234 5678 9ABC");
        assert!(reference.is_of_paper() && !number("01S2TBPZ2JCNZZYGHZ").is_of_paper());
        assert_eq!(
            PrescriptionNumber::kept(reference.as_str()),
            Ok(reference.clone())
        );
        assert!(PrescriptionNumber::typed(reference.as_str()).is_err());
        assert_eq!(
            PrescriptionNumber::reference_typed("papier 1234 5678 9abc"),
            Some(reference.clone())
        );
        assert_eq!(PrescriptionNumber::reference_typed("01S2TBPZ2JCNZZYGHZ"), None);
        assert!(reference.as_str().parse::<PrescriptionNumber>().is_err());
        for damaged in [
            "PAPIER",
            "PAPIER123456789ABé",
            "PAPIER123456789ABCD",
            "PAPIER123456789ABG",
        ] {
            assert!(PrescriptionNumber::kept(damaged).is_err(), "{damaged}");
        }
    }
}
