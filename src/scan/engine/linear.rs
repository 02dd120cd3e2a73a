//! EAN-13 and Code 128: the codes of boxes, and of the prescriber's and practice's numbers on sheets.
//!
//! One row proves little, for any bars make a code now and then: what is said counts when three rows
//! say it. A row is cut at its long white runs, so that each code of it is read for itself.

use rxing::common::{BitArray, GlobalHistogramBinarizer};
use rxing::oned::{Code128Reader, EAN13Reader, OneDReader};
use rxing::{Binarizer, DecodeHints, Luma8Source};

use super::{Sight, Sighting};
use crate::scan::Symbology;
use crate::scan::grey::Grey;
use crate::scan::place::Point;

/// How many rows must say the same, the first and the last of them with no pixel in common.
const ROWS_AGREEING: usize = 3;

/// About how many rows of a picture are read.
const ROWS: usize = 160;

/// Each row read is the mean of so many: the grain of the paper goes, bars stay.
const ROWS_JOINED: usize = 3;

/// A white run this many times as long as the mean of the runs before or after it ends a code. Quiet
/// zones are ten modules wide; inside a code no run is longer than four, and the mean is nearly two.
const QUIET_TIMES: usize = 4;

/// How many runs that mean is taken of: three digits of an EAN-13.
const RUNS_NEAR: usize = 12;

/// Fewer characters are more often bars that mean nothing than a code.
const CHARACTERS_MIN: usize = 6;

/// A code of one row.
struct Line {
    symbology: Symbology,
    text: String,
    row: usize,
    left: f32,
    right: f32,
}

pub(super) fn look(grey: &Grey) -> Sight {
    let mut lines: Vec<Line> = Vec::new();
    let step = (grey.height() / ROWS).max(1);
    for row in (0..grey.height().saturating_sub(ROWS_JOINED)).step_by(step) {
        lines.extend(lines_of(grey, row));
    }
    let mut codes: Vec<Sighting> = Vec::new();
    for line in &lines {
        let same: Vec<&Line> = lines
            .iter()
            .filter(|other| other.symbology == line.symbology && other.text == line.text)
            .collect();
        if same.len() >= ROWS_AGREEING
            && let (Some(first), Some(last)) = (same.first(), same.last())
            && last.row >= first.row + 2 * ROWS_JOINED
            && codes.iter().all(|known| known.text != line.text)
        {
            codes.push(Sighting {
                symbology: line.symbology,
                text: line.text.clone(),
                is_gs1: false,
                corners: corners(first, last),
            });
        }
    }
    Sight {
        codes,
        ..Sight::default()
    }
}

#[expect(clippy::cast_precision_loss, reason = "rows of a picture of a few thousand")]
fn corners(first: &Line, last: &Line) -> [Point; 4] {
    let (top, bottom) = (first.row as f32, (last.row + ROWS_JOINED) as f32);
    [
        (first.left, top),
        (first.right, top),
        (last.right, bottom),
        (last.left, bottom),
    ]
}

fn lines_of(grey: &Grey, row: usize) -> Vec<Line> {
    let joined = joined(grey, row);
    let Ok(width) = u32::try_from(grey.width()) else {
        return Vec::new();
    };
    let Ok(source) = Luma8Source::new_with_slice(&joined, width, 1) else {
        return Vec::new();
    };
    let binarizer = GlobalHistogramBinarizer::new(source);
    let Ok(ink) = binarizer.get_black_row(0) else {
        return Vec::new();
    };
    let dark: Vec<bool> = (0..grey.width()).map(|x| ink.get(x)).collect();
    stretches(&dark)
        .into_iter()
        .filter_map(|(start, end)| read(&dark[start..end], start, row))
        .collect()
}

fn joined(grey: &Grey, row: usize) -> Vec<u8> {
    let mut sums = vec![0_u32; grey.width()];
    for row in grey
        .pixels()
        .chunks_exact(grey.width())
        .skip(row)
        .take(ROWS_JOINED)
    {
        for (sum, pixel) in sums.iter_mut().zip(row) {
            *sum += u32::from(*pixel);
        }
    }
    let count = u32::try_from(ROWS_JOINED).unwrap_or(1);
    sums.into_iter()
        .map(|sum| u8::try_from(sum / count).unwrap_or(255))
        .collect()
}

/// The stretches of a row that hold enough bars for a code, each with the white on both its sides.
fn stretches(dark: &[bool]) -> Vec<(usize, usize)> {
    /// An EAN-13 has 30 bars, the shortest Code 128 worth reading about as many.
    const RUNS_MIN: usize = 37;
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (x, is_dark) in dark.iter().enumerate() {
        if x == 0 || *is_dark != dark[x - 1] {
            runs.push((x, x));
        }
        if let Some(run) = runs.last_mut() {
            run.1 = x + 1;
        }
    }
    let length = |run: usize| runs[run].1 - runs[run].0;
    let is_quiet = |run: usize| {
        let is_longer_than = |near: std::ops::Range<usize>| {
            !near.is_empty() && length(run) * near.len() >= QUIET_TIMES * near.map(length).sum::<usize>()
        };
        !dark[runs[run].0]
            && (is_longer_than(run.saturating_sub(RUNS_NEAR)..run)
                || is_longer_than(run + 1..(run + 1 + RUNS_NEAR).min(runs.len())))
    };
    let mut ends: Vec<usize> = (0..runs.len()).filter(|run| is_quiet(*run)).collect();
    if ends.first() != Some(&0) {
        ends.insert(0, 0);
    }
    if !runs.is_empty() && ends.last() != Some(&(runs.len() - 1)) {
        ends.push(runs.len() - 1);
    }
    ends.windows(2)
        .filter(|pair| pair[1] - pair[0] >= RUNS_MIN)
        .map(|pair| (runs[pair[0]].0, runs[pair[1]].1))
        .collect()
}

fn read(dark: &[bool], start: usize, row: usize) -> Option<Line> {
    let mut ink = BitArray::with_size(dark.len());
    for x in (0..dark.len()).filter(|x| dark[*x]) {
        ink.set(x);
    }
    let hints = DecodeHints::default();
    let (symbology, result) = match EAN13Reader.decode_row(0, &ink, &hints) {
        Ok(result) => (Symbology::Ean13, result),
        Err(_) => (
            Symbology::Code128,
            Code128Reader.decode_row(0, &ink, &hints).ok()?,
        ),
    };
    let text = result.getText();
    let points = result.getPoints();
    let (first, last) = (points.first()?, points.last()?);
    #[expect(
        clippy::cast_precision_loss,
        reason = "a column of a picture of a few thousand"
    )]
    let start = start as f32;
    (text.chars().count() >= CHARACTERS_MIN).then(|| Line {
        symbology,
        text: text.to_owned(),
        row,
        left: start + first.x.min(last.x),
        right: start + first.x.max(last.x),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The widths of the runs of an EAN-13, in modules, from its first bar.
    fn ean_13(digits: &str) -> Vec<usize> {
        const WIDTHS: [[usize; 4]; 10] = [
            [3, 2, 1, 1],
            [2, 2, 2, 1],
            [2, 1, 2, 2],
            [1, 4, 1, 1],
            [1, 1, 3, 2],
            [1, 2, 3, 1],
            [1, 1, 1, 4],
            [1, 3, 1, 2],
            [1, 2, 1, 3],
            [3, 1, 1, 2],
        ];
        // Which of the six left digits are mirrored (even parity), for a code that begins with 3.
        const MIRRORED: [bool; 6] = [false, false, true, true, true, false];
        let values: Vec<usize> = digits.bytes().map(|digit| usize::from(digit - b'0')).collect();
        assert_eq!(values[0], 3);
        let mut runs = vec![1, 1, 1];
        for (value, is_mirrored) in values[1..7].iter().zip(MIRRORED) {
            let mut widths = WIDTHS[*value];
            if is_mirrored {
                widths.reverse();
            }
            runs.extend(widths);
        }
        runs.extend([1; 5]);
        runs.extend(values[7..].iter().flat_map(|value| WIDTHS[*value]));
        runs.extend([1, 1, 1]);
        runs
    }

    /// A row of paper with the bars of each code from its place on, so many pixels a module.
    fn row(width: usize, module: usize, codes: &[(usize, &str)]) -> Vec<u8> {
        let mut row = vec![230; width];
        for (left, digits) in codes {
            let mut x = *left;
            for (place, modules) in ean_13(digits).into_iter().enumerate() {
                let end = x + modules * module;
                if place.is_multiple_of(2) {
                    row[x..end].fill(20);
                }
                x = end;
            }
        }
        row
    }

    fn texts(rows: Vec<u8>, width: usize) -> Vec<String> {
        let grey = Grey::new(width, rows.len() / width, rows).unwrap();
        look(&grey).codes.into_iter().map(|code| code.text).collect()
    }

    #[test]
    fn every_code_of_a_row_is_read() {
        let codes = [(60, "3400933857042"), (420, "3400930091357")];
        for module in [2, 3] {
            let row = row(900, module, &codes);
            assert_eq!(
                texts(row.repeat(40), 900),
                codes.map(|(_, digits)| digits),
                "{module}"
            );
        }
    }

    #[test]
    fn corners_are_those_of_the_bars() {
        let blank = vec![230; 400 * 30];
        let rows = [
            blank.clone(),
            row(400, 2, &[(100, "3400933857042")]).repeat(60),
            blank,
        ]
        .concat();
        let grey = Grey::new(400, 120, rows).unwrap();
        let [(left, top), _, (right, bottom), _] = look(&grey).codes[0].corners;
        assert!(
            (left - 100.0).abs() < 8.0 && (right - 290.0).abs() < 8.0,
            "{left} {right}"
        );
        assert!(
            (top - 30.0).abs() < 5.0 && (bottom - 90.0).abs() < 5.0,
            "{top} {bottom}"
        );
    }

    #[test]
    fn what_two_rows_alone_say_does_not_count() {
        let mut rows = vec![230; 400 * 60];
        let bars = row(400, 2, &[(100, "3400933857042")]);
        rows[400 * 30..400 * 31].copy_from_slice(&bars);
        assert_eq!(texts(rows, 400), [""; 0]);
    }
}
