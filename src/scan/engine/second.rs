//! QR codes by rqrr, the second engine, in a buffer that counts how often it is looked at.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::rc::Rc;

use ::image::{GenericImage, GenericImageView, Luma};

use super::{Sight, Sighting};
use crate::scan::grey::Grey;
use crate::scan::place::Point;
use crate::scan::{Symbology, guarded};

/// How often the pixels of one version may be looked at: so many times each on average, and so many
/// for the codes themselves, whatever the size.
///
/// The decoder tries every three squares that might be corners of a code, and copies the picture
/// each time: a picture tiled with such squares would keep it busy for hours. A sheet takes 5 to 10
/// for each pixel, and a code from 1 to 10 million.
const LOOKS_PER_PIXEL_MAX: u64 = 24;
const LOOKS_FOR_CODES_MAX: u64 = 12_000_000;

/// What one of them costs.
const LOOK: u64 = 2;

/// How many pixels are copied in the time of one look.
const COPIED_PER_LOOK: u64 = 16;

pub(super) fn look(grey: &Grey, left: u64) -> Sight {
    let looks_max = LOOKS_PER_PIXEL_MAX * grey.pixels().len() as u64 + LOOKS_FOR_CODES_MAX;
    let looks_max = looks_max.min(left / LOOK);
    let looks = Rc::new(Cell::new(looks_max));
    // A picture looked at long enough is one where nothing is to be found this way.
    let codes = guarded(|| {
        rqrr::PreparedImage::prepare(Counted::new(grey, Rc::clone(&looks)))
            .detect_grids()
            .iter()
            .filter_map(|grid| {
                let mut bytes = Vec::new();
                grid.decode_to(&mut bytes).ok()?;
                // It drops the character set that a code declares: what is not UTF-8 may be anything.
                let text = String::from_utf8(bytes).ok()?;
                (!text.is_empty()).then(|| Sighting {
                    symbology: Symbology::QrCode,
                    text,
                    is_gs1: false,
                    corners: grid.bounds.map(place),
                })
            })
            .collect()
    });
    Sight {
        codes: codes.unwrap_or_default(),
        tries: LOOK * (looks_max - looks.get()),
        ..Sight::default()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a place in a picture of a few thousand pixels"
)]
fn place(corner: rqrr::Point) -> Point {
    (corner.x as f32, corner.y as f32)
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

    /// Squares like those in the corners of a code, everywhere: the engine would try them all.
    #[test]
    fn a_picture_made_to_keep_the_engine_busy_is_given_up() {
        let side = 400;
        let pixels = (0..side * side)
            .map(|place| {
                let from_centre = |at: usize| (at / 2 % 9).abs_diff(4);
                let ring = from_centre(place % side).max(from_centre(place / side));
                if matches!(ring, 0 | 1 | 3) { 0 } else { 255 }
            })
            .collect();
        let bomb = Grey::new(side, side, pixels).unwrap();
        let sight = look(&bomb, u64::MAX);
        assert!(sight.codes.is_empty());
        let looks_max = LOOKS_PER_PIXEL_MAX * (side * side) as u64 + LOOKS_FOR_CODES_MAX;
        assert_eq!(sight.tries, LOOK * looks_max);
        assert_eq!(look(&bomb, 1000).tries, 1000);
    }
}
