//! Pictures made to keep an engine busy: nothing can be read in them, and each has more of what an engine follows than
//! any page.

use image::{GrayImage, Luma};

use super::random::Random;

/// The longest side that pictures of 39 megapixels have when they are square.
const LARGE: u32 = 6200;

/// The modules of a corner mark, across.
const MARK: u32 = 7;

/// Draws one of them.
pub type Drawing = fn(&mut Random) -> GrayImage;

/// Each with its name.
pub const BUSY: &[(&str, Drawing)] = &[
    ("noise", |random| squares(random, 800, 1, 0.5)),
    ("noise-16mp", |random| squares(random, 4000, 1, 0.5)),
    ("squares-of-2-39mp", |random| squares(random, LARGE, 2, 0.5)),
    ("squares-of-5-39mp", |random| squares(random, LARGE, 5, 0.5)),
    ("dots-39mp", |random| squares(random, LARGE, 5, 0.05)),
    ("stripes", |_| stripes(1600, 2)),
    ("stripes-39mp", |_| stripes(LARGE, 2)),
    ("paper-39mp", |_| ink_where(LARGE, |_, _| false)),
    ("marks-of-1", |_| marks(1600, 1, 1, 1)),
    ("marks-of-2", |_| marks(1600, 2, 1, 1)),
    ("marks-of-3", |_| marks(1600, 3, 1, 1)),
    ("marks-of-3-in-640000-pixels", |_| marks(800, 3, 1, 1)),
    ("marks-of-9-16mp", |_| marks(4000, 9, 5, 1)),
    ("few-marks-of-9-16mp", |_| marks(4000, 9, 5, 7)),
    ("marks-of-12-39mp", |_| marks(LARGE, 12, 5, 1)),
    ("few-marks-of-12-39mp", |_| marks(LARGE, 12, 5, 8)),
    ("few-marks-of-20-16mp", |_| marks(4000, 20, 3, 4)),
    ("frames-39mp", |random| frames(random, LARGE, 4000)),
];

fn ink_where(side: u32, mut is_ink: impl FnMut(u32, u32) -> bool) -> GrayImage {
    GrayImage::from_fn(side, side, |x, y| Luma([if is_ink(x, y) { 0 } else { 255 }]))
}

/// Squares of so many pixels, ink so often.
fn squares(random: &mut Random, side: u32, size: u32, chance: f32) -> GrayImage {
    let columns = side.div_ceil(size);
    let ink: Vec<bool> = (0..columns * columns).map(|_| random.happens(chance)).collect();
    ink_where(side, |x, y| ink[(y / size * columns + x / size) as usize])
}

fn stripes(side: u32, width: u32) -> GrayImage {
    ink_where(side, |x, _| (x / width).is_multiple_of(2))
}

/// Corner marks side by side, of modules of so many pixels and so many modules apart: one place in so many has one, across
/// and down.
fn marks(side: u32, module: u32, apart: u32, one_in: u32) -> GrayImage {
    let pitch = (MARK + apart) * module;
    ink_where(side, |x, y| {
        let has_one = (x / pitch).is_multiple_of(one_in) && (y / pitch).is_multiple_of(one_in);
        let place = |at: u32| at % pitch / module;
        let from_middle = |at: u32| place(at).abs_diff(MARK / 2);
        let ring = from_middle(x).max(from_middle(y));
        has_one && place(x) < MARK && place(y) < MARK && ring != 2
    })
}

/// Frames of every size and shade, one upon the other.
fn frames(random: &mut Random, side: u32, count: usize) -> GrayImage {
    let mut picture = ink_where(side, |_, _| false);
    for _ in 0..count {
        let mut below = |least, most| random.below(least, most) as u32;
        let (left, top) = (below(0, side as usize - 200), below(0, side as usize - 200));
        let (width, height) = (below(10, 200), below(10, 200));
        let (line, shade) = (below(1, 6), below(0, 256));
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            if x.min(y).min(width - 1 - x).min(height - 1 - y) < line {
                picture.put_pixel(left + x, top + y, Luma([shade as u8]));
            }
        }
    }
    picture
}
