//! The engines that find and read codes in one version of a picture, and what they saw in it.
//!
//! None of them is proof against every picture: each runs in `guarded`, and an engine that panics has
//! seen nothing.

mod data_matrix;
mod finders;
mod ink;
mod linear;
mod lost_corner;
mod qr;
mod second;

use rxing::common::BitMatrix;

use crate::scan::grey::Grey;
use crate::scan::place::{Area, Point};
use crate::scan::versions::Version;
use crate::scan::{Symbology, guarded};

/// One way of reading codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// QR codes, by rxing; how ink is told from paper, and whether the negative is read too.
    Qr(Cut, Ink),
    /// QR codes that have lost a corner mark, by rxing once the corner is guessed.
    QrLostCorner,
    /// QR codes, by rqrr: written apart from the other one, it errs elsewhere.
    QrSecond,
    /// DataMatrix, by rxing, from every side of the picture.
    DataMatrix(Ink),
    /// DataMatrix, by rxing, along the middle lines only.
    DataMatrixAcrossTheMiddle,
    /// EAN-13 and Code 128, along the rows, by rxing.
    Linear,
}

/// How ink is told from paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// By the shades around.
    Local,
    /// By all the shades of the picture.
    Global,
}

/// Which of the two is the ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The dark.
    Dark,
    /// The dark, and the light when the dark says nothing.
    DarkOrLight,
}

/// One code, in places of the version it was seen in.
pub struct Sighting {
    /// The kind of code.
    pub symbology: Symbology,
    /// What it says.
    pub text: String,
    /// Whether it says of itself that it follows GS1.
    pub is_gs1: bool,
    /// Clockwise from its own top left.
    pub corners: [Point; 4],
}

/// What an engine saw.
#[derive(Default)]
pub struct Sight {
    /// The codes it read.
    pub codes: Vec<Sighting>,
    /// Where it saw a code that it could not read.
    pub unread: Vec<Area>,
    /// How many marks like the corners of a QR code it saw.
    pub finders: usize,
    /// What it cost besides the look itself, in the unit of [`patience`](crate::scan::patience).
    pub tries: u64,
}

/// Above that many corner marks, rqrr is not asked: it would try every three of them.
const FINDERS_MAX: usize = 24;

impl Engine {
    /// The kind of code that it looks for; EAN-13 stands for all that runs along a row.
    pub const fn symbology(self) -> Symbology {
        match self {
            Self::Qr(..) | Self::QrLostCorner | Self::QrSecond => Symbology::QrCode,
            Self::DataMatrix(_) | Self::DataMatrixAcrossTheMiddle => Symbology::DataMatrix,
            Self::Linear => Symbology::Ean13,
        }
    }

    /// Looks for codes in a version, with so much to spend on what it tries.
    pub fn look(self, version: &Version, left: u64) -> Sight {
        let grey = &version.grey;
        let has_many_finders = version.finders.get().is_some_and(|seen| seen > FINDERS_MAX);
        let sight = guarded(|| match self {
            Self::Qr(Cut::Local, ink) => version.local_ink().map(|local| qr::look(local, ink, left)),
            Self::Qr(Cut::Global, ink) => {
                ink_of(grey, Cut::Global).map(|global| qr::look(&global, ink, left))
            }
            Self::QrLostCorner => version.local_ink().map(|local| lost_corner::look(local, left)),
            Self::QrSecond if has_many_finders => None,
            Self::QrSecond => Some(second::look(grey, left)),
            Self::DataMatrix(ink) => version.local_ink().map(|local| data_matrix::look(local, ink)),
            Self::DataMatrixAcrossTheMiddle => version.local_ink().map(data_matrix::look_across_the_middle),
            Self::Linear => Some(linear::look(grey)),
        });
        sight.ok().flatten().unwrap_or_default()
    }
}

/// Which pixels are ink. `None`: there are more than the engines can count.
pub(super) fn ink_of(grey: &Grey, cut: Cut) -> Option<BitMatrix> {
    ink::of(grey, cut)
}

/// How often ink and paper change along the rows.
pub(super) fn edges_of(ink: &BitMatrix) -> u64 {
    ink::edges(ink)
}

/// Codes that declare no character set should be UTF-8; older ones hold Latin-1, in which every byte is a character.
/// What an engine guesses is never taken.
fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The four corners that an engine gives, in its own order.
fn four(points: &[rxing::Point]) -> Option<[Point; 4]> {
    match points {
        [first, second, third, fourth, ..] => {
            Some([first, second, third, fourth].map(|point| (point.x, point.y)))
        }
        _ => None,
    }
}
