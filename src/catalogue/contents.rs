//! What a catalogue is made of, before it is written: specialities, their presentations, what was read and skipped.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::catalogue::{DateOrigin, OfficialFile};
use crate::domain::identifiers::{Cip13, Cis};
use crate::domain::product::{
    Atc, Availability, BiosimilarGroup, GenericGroup, GenericRole, HybridGroup, HybridRole, Ingredient,
    Marketing, Price, Rate,
};

/// Everything a catalogue holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) specialities: BTreeMap<Cis, Speciality>,
    pub(super) presentations: Vec<Presentation>,
    /// The published name of each group, by its kind and its number.
    pub(super) groups: BTreeMap<(GroupKind, String), String>,
    pub(super) sources: Vec<Source>,
}

/// The lists of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum GroupKind {
    Generic,
    Hybrid,
    Biosimilar,
}

impl GroupKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Hybrid => "hybrid",
            Self::Biosimilar => "biosimilar",
        }
    }
}

/// A speciality, and all that is published of it.
#[derive(Debug, Default)]
pub(super) struct Speciality {
    pub(super) name: String,
    pub(super) form: String,
    pub(super) routes: String,
    pub(super) procedure: String,
    pub(super) substances: String,
    pub(super) generics: Vec<(GenericGroup, GenericRole)>,
    pub(super) hybrid: Option<(HybridGroup, Option<HybridRole>)>,
    pub(super) biosimilar: Option<BiosimilarGroup>,
    /// `None`: no row at all, which is unknown.
    pub(super) conditions: Option<Vec<String>>,
    pub(super) composition: Vec<Ingredient>,
    pub(super) availability: Vec<Availability>,
    pub(super) atc: Option<Atc>,
}

/// One box of a speciality.
#[derive(Debug)]
pub(super) struct Presentation {
    pub(super) cip13: Cip13,
    pub(super) cis: Cis,
    pub(super) label: String,
    pub(super) marketing: Marketing,
    pub(super) rates: Vec<Rate>,
    pub(super) price: Option<Price>,
}

/// One file a catalogue was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Which one.
    pub file: OfficialFile,
    /// The day it is of.
    pub date: Option<Date>,
    /// Who says so.
    pub date_origin: DateOrigin,
    /// How many rows were kept.
    pub read: u32,
    /// How many lines had bytes that are not UTF-8 and were read as Windows-1252.
    pub recoded: u32,
    /// What was not kept, and why.
    pub skipped: Vec<Skipped>,
}

impl Source {
    /// Counts one line that is not kept.
    pub(super) fn skip(&mut self, reason: SkipReason, line: usize) {
        match self.skipped.iter_mut().find(|skipped| skipped.reason == reason) {
            Some(skipped) => skipped.lines += 1,
            None => self.skipped.push(Skipped {
                reason,
                lines: 1,
                first: u32::try_from(line).unwrap_or(u32::MAX),
            }),
        }
    }
}

/// Lines that were not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// Why.
    pub reason: SkipReason,
    /// How many.
    pub lines: u32,
    /// The first of them, from 1.
    pub first: u32,
}

/// Why a line is not kept. Only these: any other strange line refuses its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// The line is empty: the official files have some.
    EmptyLine,
    /// Its speciality is not in the file of specialities: withdrawn, or newer than that file.
    UnknownSpeciality,
    /// The same row stands before.
    Repeated,
    /// Its speciality already stands in a hybrid group.
    SecondHybridGroup,
}

impl SkipReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [
        Self::EmptyLine,
        Self::UnknownSpeciality,
        Self::Repeated,
        Self::SecondHybridGroup,
    ];

    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::EmptyLine => "empty-line",
            Self::UnknownSpeciality => "unknown-speciality",
            Self::Repeated => "repeated",
            Self::SecondHybridGroup => "second-hybrid-group",
        }
    }
}
