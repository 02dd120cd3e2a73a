//! Which pixels are ink: the same answer as rxing's local cut gives, six times as fast.
//!
//! Each block of eight by eight pixels has a limit, the mean of the shades of the blocks around it; what is
//! as dark or darker is ink. Where the last blocks of a row or of a column overlap the ones before, the
//! lighter of the two limits counts.

use rxing::common::{BitArray, BitMatrix, GlobalHistogramBinarizer};
use rxing::{BinaryBitmap, Luma8Source};

use super::Cut;
use crate::scan::grey::Grey;

/// The side of a block.
const BLOCK: usize = 8;

/// How many pixels a block has.
const BLOCK_PIXELS: u32 = 64;

/// How many blocks on each side of its own have a part in a limit.
const BLOCKS_AROUND: usize = 2;

/// A picture with a shorter side is cut by all its shades.
const SIDE_MIN: usize = BLOCK * (2 * BLOCKS_AROUND + 1);

/// A block whose shades are nearer to one another is all paper or all ink.
const CONTRAST_MIN: u8 = 24;

const WORD: usize = usize::BITS as usize;

/// The ink of a picture. `None`: it has more pixels than the engines can count.
pub(super) fn of(grey: &Grey, cut: Cut) -> Option<BitMatrix> {
    if cut == Cut::Local && grey.width().min(grey.height()) >= SIDE_MIN {
        return cut_by_blocks(grey);
    }
    let (width, height) = sides(grey)?;
    let source = Luma8Source::new_with_slice(grey.pixels(), width, height).ok()?;
    let picture = BinaryBitmap::new(GlobalHistogramBinarizer::new(source));
    Some(picture.get_black_matrix().clone())
}

/// How often ink and paper change along the rows.
pub(super) fn edges(ink: &BitMatrix) -> u64 {
    let changes_of = |y| {
        let row = ink.getRow(y);
        let mut before = 0;
        let changes = row.getBitArray().iter().map(|word| {
            let changes = word ^ (word << 1 | before);
            before = word >> (usize::BITS - 1);
            u64::from(changes.count_ones())
        });
        changes.sum::<u64>()
    };
    (0..ink.height()).map(changes_of).sum()
}

fn sides(grey: &Grey) -> Option<(u32, u32)> {
    Some((
        u32::try_from(grey.width()).ok()?,
        u32::try_from(grey.height()).ok()?,
    ))
}

fn cut_by_blocks(grey: &Grey) -> Option<BitMatrix> {
    let (width, height) = sides(grey)?;
    let mut ink = BitMatrix::new(width, height).ok()?;
    let blocks = Blocks::of(grey);
    let mut row = BitArray::with_size(grey.width());
    let mut limits = vec![0; grey.width()];
    let mut y = 0;
    while y < grey.height() {
        let (first, last) = covering(y, grey.height());
        blocks.limits(first, &mut limits);
        if last > first {
            let mut lower = vec![0; grey.width()];
            blocks.limits(last, &mut lower);
            for (limit, lower) in limits.iter_mut().zip(lower) {
                *limit = lower.max(*limit);
            }
        }
        let alike = (y..grey.height()).take_while(|y| covering(*y, grey.height()) == (first, last));
        for y in alike.clone() {
            let pixels = &grey.pixels()[y * grey.width()..][..grey.width()];
            for (word, (pixels, limits)) in pixels.chunks(WORD).zip(limits.chunks(WORD)).enumerate() {
                row.setBulk(word * WORD, dark(pixels, limits));
            }
            ink.setRow(u32::try_from(y).ok()?, &row);
        }
        y += alike.count();
    }
    Some(ink)
}

/// The first and the last block that cover a pixel along a side.
fn covering(place: usize, length: usize) -> (usize, usize) {
    let last = length.div_ceil(BLOCK) - 1;
    let is_in_last = place + BLOCK >= length;
    (
        (place / BLOCK).min(last),
        if is_in_last { last } else { place / BLOCK },
    )
}

/// A bit for each pixel, the first the lowest, set where it is as dark as its limit.
fn dark(pixels: &[u8], limits: &[u8]) -> usize {
    /// Eight bytes that are 0 or 1, multiplied by this, have them side by side in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut word = 0_u64;
    for (place, (pixels, limits)) in pixels.chunks(8).zip(limits.chunks(8)).enumerate() {
        let mut bits = [0; 8];
        for (bit, (pixel, limit)) in bits.iter_mut().zip(pixels.iter().zip(limits)) {
            *bit = u8::from(pixel <= limit);
        }
        word |= (u64::from_le_bytes(bits).wrapping_mul(GATHER) >> 56) << (8 * place);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most as many pixels as a word has bits"
    )]
    {
        word as usize
    }
}

/// The shade between ink and paper of every block.
struct Blocks {
    columns: usize,
    rows: usize,
    shades: Vec<u32>,
}

impl Blocks {
    fn of(grey: &Grey) -> Self {
        let (columns, rows) = (grey.width().div_ceil(BLOCK), grey.height().div_ceil(BLOCK));
        let mut blocks = Self {
            columns,
            rows,
            shades: Vec::with_capacity(columns * rows),
        };
        for row in 0..rows {
            let top = (row * BLOCK).min(grey.height() - BLOCK);
            for column in 0..columns {
                let left = (column * BLOCK).min(grey.width() - BLOCK);
                let shade = blocks.shade(&Shades::of(grey, left, top));
                blocks.shades.push(shade);
            }
        }
        blocks
    }

    /// Of the next block.
    fn shade(&self, shades: &Shades) -> u32 {
        if shades.lightest - shades.darkest > CONTRAST_MIN {
            return shades.sum / BLOCK_PIXELS;
        }
        let place = self.shades.len();
        let darkest = u32::from(shades.darkest);
        if place >= self.columns && !place.is_multiple_of(self.columns) {
            let above = place - self.columns;
            let around = (self.shades[above] + 2 * self.shades[place - 1] + self.shades[above - 1]) / 4;
            // The inside of a large dark mark, by what its edges say.
            if darkest < around {
                return around;
            }
        }
        darkest / 2
    }

    /// The limit of each pixel of a row of blocks.
    fn limits(&self, row: usize, limits: &mut [u8]) {
        let middle = |place: usize, count: usize| place.clamp(BLOCKS_AROUND, count - 1 - BLOCKS_AROUND);
        let top = middle(row, self.rows) - BLOCKS_AROUND;
        let mut sums = vec![0; self.columns];
        for row in self
            .shades
            .chunks_exact(self.columns)
            .skip(top)
            .take(2 * BLOCKS_AROUND + 1)
        {
            for (sum, shade) in sums.iter_mut().zip(row) {
                *sum += shade;
            }
        }
        let width = limits.len();
        limits.fill(0);
        for column in 0..self.columns {
            let first = middle(column, self.columns) - BLOCKS_AROUND;
            let around: u32 = sums[first..=first + 2 * BLOCKS_AROUND].iter().sum();
            let limit = u8::try_from(around / 25).unwrap_or(u8::MAX);
            let left = (column * BLOCK).min(width - BLOCK);
            for pixel in &mut limits[left..left + BLOCK] {
                *pixel = limit.max(*pixel);
            }
        }
    }
}

/// What the shades of one block are.
struct Shades {
    sum: u32,
    darkest: u8,
    lightest: u8,
}

impl Shades {
    fn of(grey: &Grey, left: usize, top: usize) -> Self {
        let (mut sums, mut darkest, mut lightest) = ([0_u16; BLOCK], [u8::MAX; BLOCK], [0; BLOCK]);
        for y in top..top + BLOCK {
            let row = &grey.pixels()[y * grey.width() + left..][..BLOCK];
            for (place, pixel) in row.iter().enumerate() {
                sums[place] += u16::from(*pixel);
                darkest[place] = darkest[place].min(*pixel);
                lightest[place] = lightest[place].max(*pixel);
            }
        }
        Self {
            sum: sums.into_iter().map(u32::from).sum(),
            darkest: darkest.into_iter().min().unwrap_or(0),
            lightest: lightest.into_iter().max().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rxing::common::HybridBinarizer;

    fn by_rxing(grey: &Grey) -> BitMatrix {
        let (width, height) = sides(grey).unwrap();
        let source = Luma8Source::new_with_slice(grey.pixels(), width, height).unwrap();
        BinaryBitmap::new(HybridBinarizer::new(source))
            .get_black_matrix()
            .clone()
    }

    proptest::proptest! {
        #[test]
        fn the_ink_is_what_rxing_says(
            width in 30_usize..150, height in 30_usize..90, seed: u64, grain in 1_u8..=255, marks in 0_usize..20,
        ) {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut pixels: Vec<u8> = (0..width * height)
                .map(|place| u8::try_from(place % width * 200 / width).unwrap().saturating_add(random.u8(0..grain)))
                .collect();
            for _ in 0..marks {
                let (left, top, shade) = (random.usize(0..width), random.usize(0..height), random.u8(..));
                for y in top..(top + random.usize(1..30)).min(height) {
                    pixels[y * width + left..y * width + (left + 25).min(width)].fill(shade);
                }
            }
            let grey = Grey::new(width, height, pixels).unwrap();
            proptest::prop_assert_eq!(of(&grey, Cut::Local), Some(by_rxing(&grey)));
        }
    }

    #[test]
    fn pages_of_one_shade_and_sides_of_any_rest_are_what_rxing_says() {
        for side in 39..60 {
            for shade in [0, 1, 128, 255] {
                let grey = Grey::new(side, 41, vec![shade; side * 41]).unwrap();
                assert_eq!(of(&grey, Cut::Local), Some(by_rxing(&grey)), "{side} {shade}");
            }
        }
    }
}
