//! QR codes in a grey picture.
//!
//! The same decoder looks at a few versions of the picture, in this order:
//!
//! 1. reduced to `BASE_SIDE_MAX`: photos and scans hold more pixels than a code needs;
//! 2. with its finer detail, up to `FINE_SIDE_MAX`: small codes;
//! 3. in black and white: soft edges, which the decoder takes for black;
//! 4. levelled: shadows, faint toner, grey paper;
//! 5. halved: moiré and noise;
//! 6. doubled, when it is small: codes of two pixels a module;
//! 7. negative: white on black.
//!
//! It stops once a prescription number was read and every code seen was read: a page whose only code
//! is an address is searched to the end, for a prescription stands beside it perhaps.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::rc::Rc;

use ::image::{GenericImage, GenericImageView, Luma};

use crate::domain::scanned::Scanned;
use crate::scan::grey::Grey;
use crate::scan::what::read_text;
use crate::scan::{ReadError, Symbol, Symbology, guarded};

/// The longest side of the picture that is looked at first.
const BASE_SIDE_MAX: usize = 2000;

/// The longest side of the picture that is looked at for small codes.
const FINE_SIDE_MAX: usize = 4000;

/// Above that side, a picture gains nothing by being doubled.
const DOUBLED_SIDE_MAX: usize = 1000;

/// How often the pixels of one version may be looked at: so many times each on average, and so many
/// for the codes themselves, whatever the size.
///
/// The decoder tries every three squares that might be corners of a code, and copies the picture
/// each time: a picture tiled with such squares would keep it busy for hours. A sheet takes 5 to 10
/// for each pixel, and a code from 1 to 10 million.
const LOOKS_PER_PIXEL_MAX: u64 = 24;
const LOOKS_FOR_CODES_MAX: u64 = 12_000_000;

/// How many pixels are copied in the time of one look.
const COPIED_PER_LOOK: u64 = 16;

/// Reads every code, each text once.
pub fn read(picture: &Grey, page: usize) -> Result<Vec<Symbol>, ReadError> {
    let base = Version::reduced(picture, BASE_SIDE_MAX);
    let mut symbols: Vec<Symbol> = Vec::new();
    let mut failure = None;
    for look in Look::ALL {
        let Some(version) = look.version(picture, &base) else {
            continue;
        };
        let seen = match decode(&version.grey) {
            Ok(seen) => seen,
            Err(error) => {
                failure = Some(error);
                continue;
            }
        };
        let all_were_read = seen.iter().all(|code| code.text.is_some());
        for code in seen {
            let Some(text) = code.text else { continue };
            if symbols.iter().all(|known| known.text != text) {
                symbols.push(Symbol {
                    symbology: Symbology::QrCode,
                    text,
                    corners: code.corners.map(|corner| version.original(corner)),
                    page,
                });
            }
        }
        if all_were_read && symbols.iter().any(is_prescription) {
            break;
        }
    }
    match failure {
        Some(error) if symbols.is_empty() => Err(error),
        _ => Ok(symbols),
    }
}

fn is_prescription(symbol: &Symbol) -> bool {
    matches!(read_text(&symbol.text).scanned, Scanned::Prescription(_))
}

/// One way of looking at the picture.
#[derive(Clone, Copy)]
enum Look {
    Base,
    Fine,
    TwoLevels,
    Levelled,
    Halved,
    Doubled,
    Negative,
}

impl Look {
    const ALL: [Self; 7] = [
        Self::Base,
        Self::Fine,
        Self::TwoLevels,
        Self::Levelled,
        Self::Halved,
        Self::Doubled,
        Self::Negative,
    ];

    /// `None`: this look would see nothing that another does not.
    fn version(self, picture: &Grey, base: &Version) -> Option<Version> {
        let of_base = |grey| Version { grey, ..base.clone() };
        match self {
            Self::Base => Some(base.clone()),
            Self::Fine => (base.reduced > 1).then(|| Version::reduced(picture, FINE_SIDE_MAX)),
            Self::TwoLevels => Some(of_base(base.grey.two_levels())),
            Self::Levelled => Some(of_base(base.grey.levelled(base.grey.longest_side() / 40 + 4))),
            Self::Halved => Some(Version {
                reduced: base.reduced * 2,
                ..of_base(base.grey.reduced(2))
            }),
            Self::Doubled => (base.grey.longest_side() <= DOUBLED_SIDE_MAX).then(|| Version {
                enlarged: 2,
                ..of_base(base.grey.doubled())
            }),
            Self::Negative => Some(of_base(base.grey.negative())),
        }
    }
}

/// A version of the picture, and how many times it was enlarged and reduced.
#[derive(Clone)]
struct Version {
    grey: Grey,
    enlarged: i32,
    reduced: i32,
}

impl Version {
    fn reduced(picture: &Grey, side_max: usize) -> Self {
        let factor = picture.longest_side().div_ceil(side_max);
        Self {
            grey: picture.reduced(factor),
            enlarged: 1,
            reduced: i32::try_from(factor).unwrap_or(i32::MAX),
        }
    }

    /// The same place in the original picture.
    fn original(&self, (x, y): (i32, i32)) -> (i32, i32) {
        let place = |place: i32| place.saturating_mul(self.reduced) / self.enlarged;
        (place(x), place(y))
    }
}

/// What looks like a code; `text` is `None` when it could not be read.
struct Code {
    text: Option<String>,
    corners: [(i32, i32); 4],
}

fn decode(grey: &Grey) -> Result<Vec<Code>, ReadError> {
    let looks_max = LOOKS_PER_PIXEL_MAX * grey.pixels().len() as u64 + LOOKS_FOR_CODES_MAX;
    let looks = Rc::new(Cell::new(looks_max));
    let outcome = guarded(|| {
        let counted = Counted::new(grey, Rc::clone(&looks));
        rqrr::PreparedImage::prepare(counted)
            .detect_grids()
            .iter()
            .map(|grid| {
                let mut bytes = Vec::new();
                let is_read = grid.decode_to(&mut bytes).is_ok();
                Code {
                    text: is_read.then(|| text_of(bytes)),
                    corners: grid.bounds.map(|corner| (corner.x, corner.y)),
                }
            })
            .collect()
    });
    match outcome {
        // It looked long enough: not a failure, only a picture where nothing is to be found this way.
        Err(_) if looks.get() == 0 => Ok(Vec::new()),
        outcome => outcome,
    }
}

/// Codes should be UTF-8; older ones hold Latin-1, in which every byte is a character.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect())
}

/// A picture that counts how often it is looked at, and stops the decoder when that is too often:
/// the decoder has no other brake.
struct Counted {
    width: u32,
    height: u32,
    pixels: Vec<Luma<u8>>,
    looks: Rc<Cell<u64>>,
}

/// Thrown through the decoder, without a message: it is no failure of the program.
struct LookedLongEnough;

impl Counted {
    fn new(grey: &Grey, looks: Rc<Cell<u64>>) -> Self {
        Self {
            width: u32::try_from(grey.width()).unwrap_or(0),
            height: u32::try_from(grey.height()).unwrap_or(0),
            pixels: grey.pixels().iter().map(|pixel| Luma([*pixel])).collect(),
            looks,
        }
    }

    fn count(&self, looks: u64) {
        let left = self.looks.get().saturating_sub(looks);
        self.looks.set(left);
        if left == 0 {
            resume_unwind(Box::new(LookedLongEnough));
        }
    }

    fn place(&self, x: u32, y: u32) -> usize {
        y as usize * self.width as usize + x as usize
    }
}

impl Clone for Counted {
    /// The decoder copies the picture for every three squares it tries.
    fn clone(&self) -> Self {
        self.count(self.pixels.len() as u64 / COPIED_PER_LOOK);
        Self {
            pixels: self.pixels.clone(),
            looks: Rc::clone(&self.looks),
            ..*self
        }
    }
}

impl GenericImageView for Counted {
    type Pixel = Luma<u8>;

    /// Counted too: the decoder asks it for places outside the picture, which it never looks at.
    fn dimensions(&self) -> (u32, u32) {
        self.count(1);
        (self.width, self.height)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Luma<u8> {
        self.count(1);
        self.pixels[self.place(x, y)]
    }
}

impl GenericImage for Counted {
    fn get_pixel_mut(&mut self, x: u32, y: u32) -> &mut Luma<u8> {
        let place = self.place(x, y);
        &mut self.pixels[place]
    }

    fn put_pixel(&mut self, x: u32, y: u32, pixel: Luma<u8>) {
        self.count(1);
        let place = self.place(x, y);
        self.pixels[place] = pixel;
    }

    fn blend_pixel(&mut self, x: u32, y: u32, pixel: Luma<u8>) {
        self.put_pixel(x, y, pixel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::{Color, EcLevel, QrCode};

    const NUMBER: &str = "01S2TBPZ2JCNZZYGHZ";

    /// A sheet of white paper.
    fn paper(width: usize, height: usize) -> Grey {
        Grey::new(width, height, vec![255; width * height]).unwrap()
    }

    /// The same sheet with a code, its top left corner there, so many pixels a module.
    fn with_code(paper: &Grey, content: &[u8], module: usize, (left, top): (usize, usize)) -> Grey {
        let code = QrCode::with_error_correction_level(content, EcLevel::M).unwrap();
        let colours = code.to_colors();
        let mut pixels = paper.pixels().to_vec();
        for (place, _) in colours
            .iter()
            .enumerate()
            .filter(|(_, colour)| **colour == Color::Dark)
        {
            let (column, row) = (place % code.width(), place / code.width());
            for y in 0..module {
                let start = (top + row * module + y) * paper.width() + left + column * module;
                pixels[start..start + module].fill(0);
            }
        }
        Grey::new(paper.width(), paper.height(), pixels).unwrap()
    }

    fn texts(picture: &Grey) -> Vec<String> {
        let symbols = read(picture, 1).unwrap();
        symbols.into_iter().map(|symbol| symbol.text).collect()
    }

    #[test]
    fn a_code_is_read_at_every_size_in_both_polarities_and_faint() {
        for module in [2, 3, 5, 16] {
            let side = module * 40;
            let sheet = with_code(
                &paper(side, side),
                NUMBER.as_bytes(),
                module,
                (side / 4, side / 4),
            );
            assert_eq!(texts(&sheet), [NUMBER], "{module} pixels a module");
            assert_eq!(
                texts(&sheet.negative()),
                [NUMBER],
                "{module} pixels a module, negative"
            );
            let faint = sheet.pixels().iter().map(|pixel| 190 + pixel / 16).collect();
            let faint = Grey::new(side, side, faint).unwrap();
            assert_eq!(texts(&faint), [NUMBER], "{module} pixels a module, faint");
        }
    }

    #[test]
    fn corners_are_those_of_the_original_picture() {
        // 2,100 pixels wide: looked at in half.
        let sheet = with_code(&paper(2100, 1000), NUMBER.as_bytes(), 10, (1000, 400));
        let symbols = read(&sheet, 3).unwrap();
        assert_eq!((symbols.len(), symbols[0].page), (1, 3));
        // A code of 21 modules.
        for (corner, expected) in
            symbols[0]
                .corners
                .iter()
                .zip([(1000, 400), (1210, 400), (1210, 610), (1000, 610)])
        {
            assert!(
                corner.0.abs_diff(expected.0) < 20 && corner.1.abs_diff(expected.1) < 20,
                "{corner:?} is not {expected:?}"
            );
        }
    }

    #[test]
    fn every_code_is_read_and_each_text_once() {
        let mut sheet = with_code(&paper(700, 300), b"https://exemple.fr/rendez-vous", 4, (20, 20));
        sheet = with_code(&sheet, NUMBER.as_bytes(), 4, (250, 100));
        sheet = with_code(&sheet, NUMBER.as_bytes(), 4, (500, 20));
        let mut found = texts(&sheet);
        found.sort();
        assert_eq!(found, [NUMBER, "https://exemple.fr/rendez-vous"]);
    }

    #[test]
    fn a_text_is_utf_8_or_else_latin_1() {
        for (content, expected) in [
            ("Ordonnance numérique".as_bytes(), "Ordonnance numérique"),
            (b"Ordonnance num\xe9rique", "Ordonnance numérique"),
        ] {
            assert_eq!(
                texts(&with_code(&paper(200, 200), content, 4, (40, 40))),
                [expected]
            );
        }
    }

    #[test]
    fn a_page_without_a_code_yields_nothing() {
        assert_eq!(texts(&paper(300, 300)), [""; 0]);
        assert_eq!(texts(&paper(1, 1)), [""; 0]);
        assert_eq!(texts(&paper(2000, 1)), [""; 0]);
    }

    /// Squares like those in the corners of a code, everywhere: the decoder would try them all.
    #[test]
    fn a_picture_made_to_keep_the_decoder_busy_is_given_up() {
        let side = 400;
        let pixels = (0..side * side)
            .map(|place| {
                let from_centre = |at: usize| (at / 2 % 9).abs_diff(4);
                let ring = from_centre(place % side).max(from_centre(place / side));
                if matches!(ring, 0 | 1 | 3) { 0 } else { 255 }
            })
            .collect();
        let bomb = Grey::new(side, side, pixels).unwrap();
        assert!(decode(&bomb).unwrap().is_empty());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]
        #[test]
        fn no_picture_makes_it_panic_or_invents_a_text(
            width in 1_usize..60, height in 1_usize..60, seed: u64,
        ) {
            let mut random = fastrand::Rng::with_seed(seed);
            let pixels = (0..width * height).map(|_| if random.bool() { 0 } else { 255 }).collect();
            let noise = Grey::new(width, height, pixels).unwrap();
            proptest::prop_assert_eq!(read(&noise, 1), Ok(Vec::new()));
        }
    }
}
