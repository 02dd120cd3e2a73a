//! DataMatrix by rxing: every symbol that it detects in a picture, and not only the first.

use rxing::common::{BitMatrix, DecoderRXingResult, DetectorRXingResult, HybridBinarizer};
use rxing::datamatrix::decoder::Decoder;
use rxing::datamatrix::detector::{Detector, zxing_cpp_detector};
use rxing::{BinaryBitmap, Luma8Source};

use super::{Ink, Sight, Sighting, four};
use crate::scan::Symbology;
use crate::scan::grey::Grey;

/// What the decoder says of a symbol that begins with FNC1: `]d2`.
const GS1_MODIFIER: u32 = 2;

/// From every side of the picture.
pub(super) fn look(grey: &Grey, ink: Ink) -> Sight {
    let Some(mut picture) = picture(grey) else {
        return Sight::default();
    };
    let mut codes = read_all(picture.get_black_matrix());
    if codes.is_empty() && ink == Ink::DarkOrLight {
        picture.invert();
        codes = read_all(picture.get_black_matrix());
    }
    seen(codes)
}

/// Along the middle lines only, as a hand centres what it shows.
pub(super) fn look_across_the_middle(grey: &Grey) -> Sight {
    picture(grey).map_or_else(Sight::default, |picture| {
        seen(read(picture.get_black_matrix(), false))
    })
}

fn seen(codes: Vec<Sighting>) -> Sight {
    Sight {
        codes,
        ..Sight::default()
    }
}

fn picture(grey: &Grey) -> Option<BinaryBitmap<HybridBinarizer<Luma8Source<'_>>>> {
    let (width, height) = (
        u32::try_from(grey.width()).ok()?,
        u32::try_from(grey.height()).ok()?,
    );
    let source = Luma8Source::new_with_slice(grey.pixels(), width, height).ok()?;
    Some(BinaryBitmap::new(HybridBinarizer::new(source)))
}

fn read_all(ink: &BitMatrix) -> Vec<Sighting> {
    let codes = read(ink, true);
    if !codes.is_empty() {
        return codes;
    }
    // The older detector, from the middle outwards, now and then sees what the tracing one does not.
    let older = Detector::new(ink).and_then(|detector| detector.detect());
    let read = older.ok().and_then(|symbol| {
        let decoded = Decoder::new().decode(symbol.getBits()).ok()?;
        sighting(&decoded, symbol.getPoints())
    });
    read.into_iter().collect()
}

fn read(ink: &BitMatrix, from_every_side: bool) -> Vec<Sighting> {
    let mut codes: Vec<Sighting> = Vec::new();
    let decoder = Decoder::new();
    for symbol in zxing_cpp_detector::detect(ink, from_every_side, true).unwrap_or_default() {
        let Ok(decoded) = decoder.decode(symbol.getBits()) else {
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
