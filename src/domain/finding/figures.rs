//! The figures that rules compute, as a finding carries them.

use jiff::civil::Date;

use crate::domain::identifiers::{Boxes, Lot};

/// A last day that is past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The day it was written.
    pub written_on: Date,
    /// The last day.
    pub last_day: Date,
    /// The day it is.
    pub today: Date,
}

/// What may still be given once a prescription is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// The last day of the prescription.
    pub last_day: Date,
    /// The last day on which a supplementary delivery may begin.
    pub until: Date,
    /// The most boxes.
    pub most: Boxes,
}

/// Days taken off a narcotic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    /// The day its three days count from.
    pub from: Date,
    /// What that day is.
    pub since: LateSince,
    /// The day it is.
    pub today: Date,
    /// Days taken off.
    pub lost: u32,
    /// Days it was for; `None` when its prescriber did not say.
    pub days: Option<u32>,
    /// Boxes that cover the days left, when that can be computed.
    pub share: Option<Boxes>,
}

/// What the three days of a narcotic count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateSince {
    /// The day it was written.
    Writing,
    /// The last day that the boxes given before cover.
    EndOfFraction,
}

/// The days within which a narcotic for a planned operation is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The day of the operation.
    pub operation: Date,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

/// One fraction of a treatment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fraction {
    /// The label.
    pub label: String,
    /// Its days.
    pub days: u16,
    /// The days of the whole.
    pub of_days: u16,
    /// Its boxes, of how many.
    pub boxes: Option<(Boxes, Boxes)>,
    /// The day the next one is due.
    pub next: Date,
}

/// Boxes that still last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The product, in words.
    pub product: String,
    /// The day they were given.
    pub given_on: Date,
    /// The first day they no longer cover: the earliest legal date of the next.
    pub earliest: Date,
    /// The day it is.
    pub today: Date,
}

/// What does not hold in a prescriber's refusal of substitution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalDoubt {
    /// MTE for a substance that is not on the closed list.
    NotNarrow,
    /// EFG for a patient of six years or more; the age in years.
    TooOld(u16),
    /// EFG for a patient whose birth is not known.
    AgeUnknown,
    /// None of the three reasons the law knows.
    NoReason,
    /// A hybrid knows only EFG and CIF.
    Hybrid,
}

/// What the prescriber is told of a biosimilar.
#[derive(Clone, PartialEq, Eq)]
pub struct BiosimilarNotice {
    /// The name of the product ordered.
    pub ordered: String,
    /// The name of the product given.
    pub given: String,
    /// The lots of its boxes that are known.
    pub lots: Vec<Lot>,
}
