//! What a scan is: the one question asked of every picture, every burst of keys and every typed text.

use std::fmt;

use jiff::civil::Date;

use crate::domain::identifiers::{Cip13, Lot, Serial};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::{Ins, Sex};

/// What a text read at the counter is. Nothing in it is ever opened, fetched or executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// The number of a prescription, bare or inside a longer text.
    Prescription(PrescriptionNumber),
    /// The numbers of several prescriptions, in one code: the person chooses.
    Prescriptions(Vec<PrescriptionNumber>),
    /// A box of medicine.
    Box(ScannedBox),
    /// The patient's identity (INS DataMatrix, `IS01…`); `None` when it holds no valid matricule.
    Ins(Option<Box<ScannedIdentity>>),
    /// A prescription of another country's system (gematik token, Swiss CHMED…).
    ForeignPrescription(Country),
    /// A French signed stamp (2D-Doc), on certificates, invoices and pay slips.
    SignedStamp,
    /// A product of the trade, by its linear code: no medicine.
    Article,
    /// An address on the web. It is shown, never followed.
    Url,
    /// The name of a file: one that a person types, pastes or drops is opened, never one that a code says.
    FileName,
    /// The number of an insured person, as the Vitale card and the forms of the Assurance Maladie carry it.
    InsuredPerson,
    /// The number of a health professional (RPPS), printed on paper prescriptions.
    Professional,
    /// What the keyboard damaged so that it could have been one thing or another: none is chosen.
    Ambiguous,
    /// Anything else.
    Text,
}

/// A country whose prescriptions have a code that is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Country {
    /// The access token of an E-Rezept.
    Germany,
    /// A CHMED document.
    Switzerland,
    /// The number of the English prescription service (EPS).
    UnitedKingdom,
}

/// What the code of a patient's identity says.
#[derive(Clone, PartialEq, Eq)]
pub struct ScannedIdentity {
    /// The matricule.
    pub ins: Ins,
    /// The name at birth, may be empty.
    pub family: String,
    /// The given names, may be empty.
    pub given: String,
    /// The date of birth.
    pub born: Option<Date>,
    /// The sex.
    pub sex: Sex,
}

impl From<Ins> for ScannedIdentity {
    /// The matricule alone.
    fn from(ins: Ins) -> Self {
        Self {
            ins,
            family: String::new(),
            given: String::new(),
            born: None,
            sex: Sex::Unknown,
        }
    }
}

impl fmt::Debug for ScannedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScannedIdentity(hidden)")
    }
}

/// What the code of a box says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedBox {
    /// The presentation; `None` for a box that is not French.
    pub cip13: Option<Cip13>,
    /// The lot.
    pub lot: Option<Lot>,
    /// The last day it may be used.
    pub expiry: Option<Date>,
    /// The serial of this one box. A medicine sold without prescription has none.
    pub serial: Option<Serial>,
}

impl Scanned {
    /// Whether it is something that the counter knows: any other text may be damaged in a way that nobody can tell.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Ambiguous | Self::Url | Self::FileName | Self::Text)
    }

    /// The code that files carry.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Prescription(_) => "prescription",
            Self::Box(_) => "box",
            Self::Ins(_) => "ins",
            Self::ForeignPrescription(_) => "foreign-prescription",
            Self::Url => "url",
            // The contract of the command line has no word of their own for them.
            Self::Prescriptions(_)
            | Self::SignedStamp
            | Self::Article
            | Self::FileName
            | Self::InsuredPerson
            | Self::Professional
            | Self::Ambiguous
            | Self::Text => "text",
        }
    }
}

/// What ended a code that a reader typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Enter.
    Enter,
    /// Tab.
    Tab,
    /// Nothing more came.
    Silence,
    /// It is too long for a code.
    Overflow,
}

/// What had to be undone. It is told to the person: the reader or the keyboard wants setting right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// A reader set for a US keyboard, on a machine with a French one.
    Azerty,
    /// Capital letters arrived small: Caps Lock is on.
    CapsLock,
    /// The same, and digits arrived as their signs: Caps Lock acts as Shift on every key, as on Windows in French.
    ShiftLock,
    /// A reader set for a US keyboard, and Caps Lock.
    AzertyCapsLock,
    /// A reader set for a US keyboard, and a Caps Lock that acts as Shift on every key.
    AzertyShiftLock,
    /// The reader does not send the separators of a box: its lot ends where no other reading is possible.
    LostSeparators,
    /// The same, and what stands there can be read in two ways: the lot or the serial is left out.
    DoubtfulSeparators,
}

impl Repair {
    /// What a keyboard can have done, in the order it is tried: where two give the same, the first is told.
    pub const OF_KEYBOARDS: [Self; 5] = [
        Self::Azerty,
        Self::CapsLock,
        Self::ShiftLock,
        Self::AzertyCapsLock,
        Self::AzertyShiftLock,
    ];

    /// How many things are wrong at once. One explains a text before two do: with Caps Lock alone the letters stay where
    /// they are, and a reader set for another keyboard is noticed at the first scan of the day.
    pub const fn faults(self) -> usize {
        match self {
            Self::AzertyCapsLock | Self::AzertyShiftLock => 2,
            Self::Azerty
            | Self::CapsLock
            | Self::ShiftLock
            | Self::LostSeparators
            | Self::DoubtfulSeparators => 1,
        }
    }

    /// Whether the reader typed the keys of another layout than the machine's.
    pub const fn is_of_another_layout(self) -> bool {
        matches!(self, Self::Azerty | Self::AzertyCapsLock | Self::AzertyShiftLock)
    }

    /// The code that files carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Azerty => "azerty",
            Self::CapsLock => "caps-lock",
            Self::ShiftLock => "shift-lock",
            Self::AzertyCapsLock => "azerty-caps-lock",
            Self::AzertyShiftLock => "azerty-shift-lock",
            Self::LostSeparators => "lost-separators",
            Self::DoubtfulSeparators => "doubtful-separators",
        }
    }
}
