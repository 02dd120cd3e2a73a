//! DataMatrix by rxing: every symbol that it detects in a picture, and not only the first.

use rxing::common::{BitMatrix, DecoderRXingResult, DetectorRXingResult};
use rxing::datamatrix::decoder::Decoder;
use rxing::datamatrix::detector::{Detector, zxing_cpp_detector};

use super::{Ink, Sight, Sighting, four};
use crate::scan::Symbology;
use crate::scan::place::Point;

/// How many symbols of a picture are read: a delivery crate shows a dozen.
const SYMBOLS_MAX: usize = 32;

/// What the decoder says of a symbol that begins with FNC1: `]d2`.
const GS1_MODIFIER: u32 = 2;

/// From every side of the picture.
pub(super) fn look(ink: &BitMatrix, which: Ink) -> Sight {
    let mut left = ink.clone();
    let mut codes = read_all(&mut left);
    if codes.is_empty() && which == Ink::DarkOrLight {
        left.flip_self();
        codes = read_all(&mut left);
    }
    seen(codes)
}

/// Along the middle lines only, as a hand centres what it shows.
pub(super) fn look_across_the_middle(ink: &BitMatrix) -> Sight {
    seen(read(ink, false))
}

fn seen(codes: Vec<Sighting>) -> Sight {
    Sight {
        codes,
        ..Sight::default()
    }
}

/// The detector passes over symbols beside one that it found: what was read is wiped, and the rest looked at again.
fn read_all(ink: &mut BitMatrix) -> Vec<Sighting> {
    let mut codes: Vec<Sighting> = Vec::new();
    while codes.len() < SYMBOLS_MAX {
        let mut more = read(ink, true);
        if more.is_empty() && codes.is_empty() {
            more.extend(read_from_the_middle(ink));
        }
        more.retain(|code| codes.iter().all(|known| known.text != code.text));
        if more.is_empty() {
            break;
        }
        for code in &more {
            wipe(ink, code);
        }
        codes.extend(more);
    }
    codes
}

/// The older detector, from the middle outwards, now and then sees what the tracing one does not.
fn read_from_the_middle(ink: &BitMatrix) -> Option<Sighting> {
    let symbol = Detector::new(ink).ok()?.detect().ok()?;
    let decoded = Decoder::new().decode(symbol.getBits()).ok()?;
    sighting(&decoded, symbol.getPoints())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a picture of a few thousand pixels, clamped to it"
)]
fn wipe(ink: &mut BitMatrix, code: &Sighting) {
    let span = |of: fn(&Point) -> f32, end: u32| {
        let places = code.corners.iter().map(of);
        let first = places.clone().fold(f32::MAX, f32::min).max(0.0) as u32;
        let last = places.fold(f32::MIN, f32::max).max(0.0) as u32;
        first..last.saturating_add(1).min(end)
    };
    for y in span(|corner| corner.1, ink.height()) {
        for x in span(|corner| corner.0, ink.width()) {
            ink.unset(x, y);
        }
    }
}

fn read(ink: &BitMatrix, from_every_side: bool) -> Vec<Sighting> {
    let mut codes: Vec<Sighting> = Vec::new();
    for symbol in zxing_cpp_detector::detect(ink, from_every_side, true).unwrap_or_default() {
        let Ok(decoded) = Decoder::new().decode(symbol.getBits()) else {
            continue;
        };
        if let Some(code) = sighting(&decoded, symbol.getPoints())
            && codes.iter().all(|known| known.text != code.text)
        {
            codes.push(code);
        }
    }
    codes
}

fn sighting(decoded: &DecoderRXingResult, points: &[rxing::Point]) -> Option<Sighting> {
    Some(Sighting {
        symbology: Symbology::DataMatrix,
        text: decoded.getText().to_owned(),
        is_gs1: decoded.getSymbologyModifier() == GS1_MODIFIER,
        corners: four(points)?,
    })
}
