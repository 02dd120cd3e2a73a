//! The corner marks of QR codes: the same as rxing finds, its rows looked at word by word instead of pixel by pixel.

use rxing::common::BitMatrix;
use rxing::common::cpp_essentials::{
    ConcentricPattern, FixedPattern, IsPattern, LocateConcentricPattern, PatternView,
};

/// Every so many rows are looked at.
const STEP: u32 = 3;

/// Ink, paper, ink, paper, ink of a mark, in modules.
const MARK: [u16; 5] = [1, 1, 3, 1, 1];

/// The marks of a picture, from above; no more are looked for once there are more than so many.
pub(super) fn of(ink: &BitMatrix, most: usize) -> Vec<ConcentricPattern> {
    let mark = FixedPattern::<5, 7, false>::new(MARK);
    let mut marks: Vec<ConcentricPattern> = Vec::new();
    let mut runs = Vec::new();
    for y in (STEP - 1..ink.height()).step_by(STEP as usize) {
        if marks.len() > most {
            break;
        }
        runs_of(ink, y, &mut runs);
        let mut first = 1;
        let mut left = u32::from(runs[0]);
        while first + MARK.len() < runs.len() {
            let seven = &runs[first - 1..=first + MARK.len()];
            let is_mark = may_be_mark(seven) && is_mark(seven, first == 1, &mark);
            if is_mark {
                let width: u32 = seven[1..=MARK.len()].iter().map(|run| u32::from(*run)).sum();
                find(ink, (left, y), seven, width, &mut marks);
            }
            let next = if is_mark { first + 4 } else { first + 2 };
            left += runs[first..next].iter().map(|run| u32::from(*run)).sum::<u32>();
            first = next;
        }
    }
    marks
}

/// The lengths of paper and ink of a row, in turn; paper first and last, of no length where there is none.
fn runs_of(ink: &BitMatrix, y: u32, runs: &mut Vec<u16>) {
    runs.clear();
    let row = ink.getRow(y);
    let width = row.get_size();
    let (mut start, mut before) = (0, 0);
    for (place, word) in row.getBitArray().iter().enumerate() {
        let mut changes = word ^ (word << 1 | before);
        before = word >> (usize::BITS - 1);
        while changes != 0 {
            let at = place * usize::BITS as usize + changes.trailing_zeros() as usize;
            if at >= width {
                break;
            }
            runs.push(length(at - start));
            start = at;
            changes &= changes - 1;
        }
    }
    runs.push(length(width - start));
    if runs.len().is_multiple_of(2) {
        runs.push(0);
    }
}

fn length(pixels: usize) -> u16 {
    u16::try_from(pixels).unwrap_or(u16::MAX)
}

/// Seven runs, the middle five of which may be a mark: what a glance excludes.
fn may_be_mark(seven: &[u16]) -> bool {
    let [_, one, two, three, four, five, ..] = *seven else {
        return false;
    };
    three >= 3 && three >= 2 * one.max(five) && three >= two.max(four)
}

fn is_mark(seven: &[u16], is_first: bool, mark: &FixedPattern<5, 7, false>) -> bool {
    // Nothing is known of the paper beyond the edge.
    let paper = if is_first { f32::MAX } else { f32::from(seven[0]) };
    let five = PatternView::from_slice(seven).subView(0, Some(MARK.len()));
    IsPattern::<true, 5, 7, false>(&five, mark, Some(paper), 0.1, 0.0, 0.0) != 0.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "places in a picture of a few thousand pixels"
)]
fn find(
    ink: &BitMatrix,
    (left, y): (u32, u32),
    seven: &[u16],
    width: u32,
    marks: &mut Vec<ConcentricPattern>,
) {
    let before = left + u32::from(seven[1]) + u32::from(seven[2]);
    let middle = rxing::Point {
        x: before as f32 + f32::from(seven[3]) / 2.0,
        y: y as f32 + 0.5,
    };
    let is_known =
        |known: &ConcentricPattern| rxing::Point::distance(middle, known.p) < known.size as f32 / 2.0;
    if marks.iter().any(is_known) {
        return;
    }
    // Three times the width, for marks seen from far aside.
    let range = i32::try_from(3 * width).unwrap_or(i32::MAX);
    marks.extend(LocateConcentricPattern::<true, 5, 7>(ink, &MARK, middle, range));
}

#[cfg(test)]
mod tests {
    use super::*;
    use rxing::qrcode::cpp_port::detector::FindFinderPatterns;

    fn seen(marks: &[ConcentricPattern]) -> Vec<(f32, f32, i32)> {
        marks.iter().map(|mark| (mark.p.x, mark.p.y, mark.size)).collect()
    }

    /// Squares in squares, whole, cut and turned over, among specks.
    fn picture(width: u32, height: u32, squares: usize, specks: usize, seed: u64) -> BitMatrix {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut ink = BitMatrix::new(width, height).unwrap();
        for _ in 0..squares {
            let module = random.u32(1..6);
            let (left, top) = (random.u32(0..width), random.u32(0..height));
            for (x, y) in (0..7 * module).flat_map(|y| (0..7 * module).map(move |x| (x, y))) {
                let ring = (x / module).abs_diff(3).max((y / module).abs_diff(3));
                if left + x < width && top + y < height {
                    ink.set_bool(left + x, top + y, ring != 2);
                }
            }
        }
        for _ in 0..specks {
            ink.flip_coords(random.u32(0..width), random.u32(0..height));
        }
        ink
    }

    proptest::proptest! {
        #[test]
        fn the_marks_are_those_that_rxing_finds(
            width in 1_u32..200, height in 1_u32..200, squares in 0_usize..6, specks in 0_usize..60, seed: u64,
        ) {
            let mut ink = picture(width, height, squares, specks, seed);
            for _ in 0..2 {
                proptest::prop_assert_eq!(seen(&of(&ink, usize::MAX)), seen(&FindFinderPatterns(&ink, true, 0)));
                ink.flip_self();
            }
        }
    }

    #[test]
    fn no_more_marks_are_looked_for_than_are_wanted() {
        let ink = picture(400, 4000, 300, 0, 7);
        let all = of(&ink, usize::MAX).len();
        let some = of(&ink, 10).len();
        assert!(some > 10 && some < all, "{some} of {all}");
    }

    #[test]
    fn a_mark_is_found_wherever_it_stands_in_a_row() {
        for left in [0, 1, 60, 63, 64, 65, 100, 121, 128] {
            let mut ink = BitMatrix::new(135, 30).unwrap();
            for (x, y) in (0..7).flat_map(|y| (0..7_u32).map(move |x| (x, y))) {
                let ring = x.abs_diff(3).max(u32::abs_diff(y, 3));
                ink.set_bool(left + x, 10 + y, ring != 2);
            }
            assert_eq!(of(&ink, usize::MAX).len(), 1, "{left}");
            assert_eq!(
                seen(&of(&ink, usize::MAX)),
                seen(&FindFinderPatterns(&ink, true, 0)),
                "{left}"
            );
        }
    }
}
