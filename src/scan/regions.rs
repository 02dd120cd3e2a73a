//! Where on a page a code may be: areas full of edges in both directions. Text and tables have more of
//! them in one direction, photographs in neither.

use crate::scan::grey::Grey;
use crate::scan::place::Area;

/// The longest side the picture is looked at with.
const SIDE_MAX: usize = 900;

/// The sides of the squares that are tried, as parts of the picture's longest side.
const PARTS: [usize; 4] = [26, 14, 8, 4];

/// How many squares of each side are kept.
const KEPT_OF_EACH: usize = 3;

/// The fewest edges of a square that is kept, in thousandths of a shade for each pixel: a code in faint toner
/// has ten times more, blank paper next to none.
const EDGES_MIN: u32 = 500;

/// The shortest side of a square that is tried, in pixels of the small picture.
const SQUARE_MIN: usize = 10;

/// A square, and how much it has of the edges of its poorer direction.
struct Square {
    edges: u32,
    left: usize,
    top: usize,
    side: usize,
}

/// The areas most likely to hold a code, the likeliest first, each with a margin.
pub fn likely(picture: &Grey, count: usize) -> Vec<Area> {
    let factor = picture.longest_side().div_ceil(SIDE_MAX);
    let small = picture.reduced(factor).evenly_lit(12);
    let edges = Edges::of(&small);
    let mut squares: Vec<Square> = PARTS
        .iter()
        .map(|part| small.longest_side() / part)
        .filter(|side| *side >= SQUARE_MIN && *side < small.width() && *side < small.height())
        .flat_map(|side| edges.best_squares(side))
        .collect();
    squares.sort_by_key(|square| std::cmp::Reverse(square.edges));
    squares.truncate(count);
    squares
        .iter()
        .map(|square| square.with_margin(factor, picture))
        .collect()
}

impl Square {
    /// The area in the picture itself.
    fn with_margin(&self, factor: usize, picture: &Grey) -> Area {
        let margin = self.side / 2 + 6;
        let start = |place: usize| place.saturating_sub(margin) * factor;
        let end = |place: usize, side: usize| ((place + self.side + margin) * factor).min(side);
        let (left, top) = (start(self.left), start(self.top));
        Area {
            left,
            top,
            width: end(self.left, picture.width()) - left,
            height: end(self.top, picture.height()) - top,
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left.abs_diff(other.left).max(self.top.abs_diff(other.top)) <= self.side * 3 / 4
    }
}

/// Summed-area tables of the edges across and the edges down.
struct Edges {
    width: usize,
    height: usize,
    across: Vec<u32>,
    down: Vec<u32>,
}

impl Edges {
    fn of(small: &Grey) -> Self {
        let (width, height) = (small.width(), small.height());
        let pixels = small.pixels();
        let stride = width + 1;
        let mut across = vec![0_u32; stride * (height + 1)];
        let mut down = across.clone();
        for y in 0..height {
            let row = &pixels[y * width..][..width];
            let below = pixels.get((y + 1) * width..).unwrap_or_default();
            let (mut along_across, mut along_down) = (0, 0);
            for x in 0..width {
                let edge = |other: Option<&u8>| other.map_or(0, |other| u32::from(row[x].abs_diff(*other)));
                along_across += edge(row.get(x + 1));
                along_down += edge(below.get(x));
                let above = y * stride + x + 1;
                across[above + stride] = across[above] + along_across;
                down[above + stride] = down[above] + along_down;
            }
        }
        Self {
            width,
            height,
            across,
            down,
        }
    }

    fn within(&self, sums: &[u32], left: usize, top: usize, side: usize) -> u32 {
        let at = |x: usize, y: usize| sums[y * (self.width + 1) + x];
        let (right, bottom) = (left + side, top + side);
        (at(right, bottom) + at(left, top)) - (at(right, top) + at(left, bottom))
    }

    /// The squares of that side with the most edges, none upon another.
    fn best_squares(&self, side: usize) -> Vec<Square> {
        let step = (side / 5).max(1);
        let area = u32::try_from(side * side).unwrap_or(u32::MAX);
        let mut squares: Vec<Square> = Vec::new();
        for top in (0..self.height - side).step_by(step) {
            for left in (0..self.width - side).step_by(step) {
                let poorer = self
                    .within(&self.across, left, top, side)
                    .min(self.within(&self.down, left, top, side));
                squares.push(Square {
                    // Thousandths, so that squares of different sides can be compared.
                    edges: u32::try_from(u64::from(poorer) * 1000 / u64::from(area)).unwrap_or(u32::MAX),
                    left,
                    top,
                    side,
                });
            }
        }
        squares.retain(|square| square.edges >= EDGES_MIN);
        squares.sort_by_key(|square| std::cmp::Reverse(square.edges));
        let mut best: Vec<Square> = Vec::new();
        for square in squares {
            if best.len() == KEPT_OF_EACH {
                break;
            }
            if best.iter().all(|kept| !kept.overlaps(&square)) {
                best.push(square);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chequered_patch_is_found_among_lines_and_shadow() {
        let (width, height) = (900, 700);
        let is_patch = |x: usize, y: usize| (600..700).contains(&x) && (400..500).contains(&y);
        let pixels = (0..width * height)
            .map(|place| (place % width, place / width))
            .map(|(x, y)| {
                let light = 250 - x / 8;
                // Lines of a table around it.
                let is_dark = if is_patch(x, y) {
                    (x / 5 + y / 5) % 2 == 0
                } else {
                    y % 30 < 2 && x < 500
                };
                u8::try_from(if is_dark { light / 3 } else { light }).unwrap()
            })
            .collect();
        let found = likely(&Grey::new(width, height, pixels).unwrap(), 3);
        let first = found[0];
        assert!(
            first.left <= 640
                && first.left + first.width >= 660
                && first.top <= 440
                && first.top + first.height >= 460,
            "{found:?}"
        );
    }

    proptest::proptest! {
        #[test]
        fn areas_are_within_the_picture(width in 1_usize..400, height in 1_usize..400) {
            let pixels = (0..width * height).map(|place| u8::try_from(place * 37 % 251).unwrap()).collect();
            for area in likely(&Grey::new(width, height, pixels).unwrap(), 9) {
                proptest::prop_assert!(area.left + area.width <= width && area.top + area.height <= height);
            }
        }
    }
}
