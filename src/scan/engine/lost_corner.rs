//! QR codes with two of their three corner marks: under glare, a stamp, a pen or a tear, the third is where the two
//! others and the dots between them say.

use rxing::common::BitMatrix;
use rxing::common::cpp_essentials::ConcentricPattern;
use rxing::qrcode::cpp_port::decoder::Decode;

use super::{Sight, Sighting, finders, qr};
use crate::scan::Symbology;
use crate::scan::place::Point;

/// More marks than that, and every two of them would be tried for nothing.
const MARKS_MAX: usize = 12;

/// The modules of the smallest code, and of the largest that is looked for: beyond, a code says its version beside its
/// marks, and two thousand bits.
const MODULES: std::ops::RangeInclusive<usize> = 21..=57;

/// How many modules a version has more than the one before.
const VERSION_STEP: usize = 4;

/// Between a mark's middle and the edge of its code, in modules.
const TO_EDGE: f32 = 3.5;

/// Which row and column have dots between the marks, and how far from the edge they begin.
const DOTTED: f32 = 6.5;
const DOTS_BEGIN: usize = 8;

/// How many of the dots, in hundredths, must be where they should. What is wrong then is glare, not chance.
const DOTS_RIGHT_MIN: usize = 80;

/// How often decoding is tried in one picture.
const TRIES_MAX: usize = 240;

/// What one of them costs.
const TRY: u64 = 75_000;

/// The shortest text that counts: with a corner guessed, less may be what error correction makes of nothing.
const CHARACTERS_MIN: usize = 8;

/// How far from its place the lost corner is looked for, and then the one without a mark, in modules.
const STEPS: [f32; 3] = [0.0, -0.7, 0.7];

/// Which mark is lost.
#[derive(Clone, Copy)]
enum Lost {
    Beside,
    Below,
    Corner,
}

/// Where the middles of the three marks are, and the place that mirrors the corner.
#[derive(Clone, Copy)]
struct Frame {
    corner: Point,
    beside: Point,
    below: Point,
    far: Point,
    modules: usize,
}

pub(super) fn look(ink: &BitMatrix, left: u64) -> Sight {
    let marks = finders::of(ink, MARKS_MAX);
    let mut sight = Sight {
        finders: marks.len(),
        ..Sight::default()
    };
    if !(2..=MARKS_MAX).contains(&marks.len()) {
        return sight;
    }
    let tries_max = usize::try_from(left / TRY).map_or(TRIES_MAX, |most| TRIES_MAX.min(most));
    let mut tries = tries_max;
    let mut pairs = marks
        .iter()
        .flat_map(|one| marks.iter().map(move |other| (one, other)))
        .filter(|(one, other)| are_of_one_code(one, other));
    let code = pairs.find_map(|(one, other)| {
        let mut each = [Lost::Beside, Lost::Below, Lost::Corner].into_iter();
        each.find_map(|lost| frames(one, other, lost).find_map(|frame| read(ink, frame, lost, &mut tries)))
    });
    sight.codes.extend(code);
    sight.tries = TRY * (tries_max - tries) as u64;
    sight
}

fn are_of_one_code(one: &ConcentricPattern, other: &ConcentricPattern) -> bool {
    one.p != other.p && 4 * one.size <= 5 * other.size && 4 * other.size <= 5 * one.size
}

/// The codes that two marks may belong to: of the size that their distance says, or of a version more or less.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "distances of a few thousand pixels"
)]
fn frames(
    one: &ConcentricPattern,
    other: &ConcentricPattern,
    lost: Lost,
) -> impl Iterator<Item = Frame> + use<> {
    let (first, second) = ((one.p.x, one.p.y), (other.p.x, other.p.y));
    let (across, down) = (second.0 - first.0, second.1 - first.1);
    // A quarter turn from what leads to the right leads down.
    let (corner, beside, below) = match lost {
        Lost::Below => (first, second, (first.0 - down, first.1 + across)),
        Lost::Beside => (first, (first.0 + down, first.1 - across), second),
        Lost::Corner => (
            (
                first.0 + f32::midpoint(across, down),
                first.1 + f32::midpoint(down, -across),
            ),
            second,
            first,
        ),
    };
    let side = (beside.0 - corner.0).hypot(beside.1 - corner.1);
    let module = (one.size + other.size) as f32 / 14.0;
    let modules = (side / module + 2.0 * TO_EDGE) as usize;
    let version = modules.saturating_sub(*MODULES.start() - VERSION_STEP / 2) / VERSION_STEP;
    [version, version + 1, version.wrapping_sub(1)]
        .into_iter()
        .map(|version| version.wrapping_mul(VERSION_STEP).wrapping_add(*MODULES.start()))
        .filter(|modules| MODULES.contains(modules))
        .map(move |modules| Frame {
            corner,
            beside,
            below,
            far: (beside.0 + below.0 - corner.0, beside.1 + below.1 - corner.1),
            modules,
        })
}

/// Moves the lost corner to where the dots fit best, and the far one about its place, until something is read.
fn read(ink: &BitMatrix, frame: Frame, lost: Lost, tries: &mut usize) -> Option<Sighting> {
    let fitting = steps(frame.module())
        .map(|by| frame.with_lost_moved(lost, by))
        .max_by_key(|frame| frame.dots_right(ink))?;
    if fitting.dots_right(ink) < DOTS_RIGHT_MIN {
        return None;
    }
    steps(frame.module()).find_map(|by| {
        *tries = tries.checked_sub(1)?;
        decode(ink, &fitting.with_far_moved(by))
    })
}

fn steps(module: f32) -> impl Iterator<Item = Point> {
    STEPS.into_iter().flat_map(move |down| {
        STEPS
            .into_iter()
            .map(move |across| (across * module, down * module))
    })
}

fn plus(place: Point, by: Point) -> Point {
    (place.0 + by.0, place.1 + by.1)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "modules of a code, and places in a picture of a few thousand pixels"
)]
impl Frame {
    fn module(&self) -> f32 {
        let side = (self.beside.0 - self.corner.0).hypot(self.beside.1 - self.corner.1);
        side / (self.modules as f32 - 2.0 * TO_EDGE)
    }

    fn with_lost_moved(mut self, lost: Lost, by: Point) -> Self {
        let moved = match lost {
            Lost::Beside => &mut self.beside,
            Lost::Below => &mut self.below,
            Lost::Corner => &mut self.corner,
        };
        *moved = plus(*moved, by);
        let (beside, below, corner) = (self.beside, self.below, self.corner);
        self.with_far((beside.0 + below.0 - corner.0, beside.1 + below.1 - corner.1))
    }

    fn with_far_moved(self, by: Point) -> Self {
        self.with_far(plus(self.far, by))
    }

    fn with_far(self, far: Point) -> Self {
        Self { far, ..self }
    }

    /// Where the picture shows a place of the code.
    fn place(&self, (column, row): Point) -> Point {
        let between = self.modules as f32 - 2.0 * TO_EDGE;
        let (across, down) = ((column - TO_EDGE) / between, (row - TO_EDGE) / between);
        let along = |of: fn(&Point) -> f32| {
            of(&self.corner) * (1.0 - across) * (1.0 - down)
                + of(&self.beside) * across * (1.0 - down)
                + of(&self.below) * (1.0 - across) * down
                + of(&self.far) * across * down
        };
        (along(|point| point.0), along(|point| point.1))
    }

    /// Whether there is ink; `None` outside of the picture.
    fn is_ink(&self, ink: &BitMatrix, place: Point) -> Option<bool> {
        let (x, y) = self.place(place);
        let is_within = x >= 0.0 && y >= 0.0 && x < ink.width() as f32 && y < ink.height() as f32;
        is_within.then(|| ink.get(x as u32, y as u32))
    }

    /// How many of the dots between the marks, in hundredths, are where they should be.
    fn dots_right(&self, ink: &BitMatrix) -> usize {
        let dots = DOTS_BEGIN..self.modules - DOTS_BEGIN;
        let count = 2 * dots.len();
        let right = dots
            .flat_map(|dot| {
                let along = dot as f32 + 0.5;
                [(along, DOTTED), (DOTTED, along)].map(|place| (dot.is_multiple_of(2), place))
            })
            .filter(|(is_dark, place)| self.is_ink(ink, *place) == Some(*is_dark))
            .count();
        100 * right / count
    }
}

#[expect(clippy::cast_precision_loss, reason = "modules of a code")]
fn decode(ink: &BitMatrix, frame: &Frame) -> Option<Sighting> {
    let side = u32::try_from(frame.modules).ok()?;
    let mut bits = BitMatrix::new(side, side).ok()?;
    for (column, row) in (0..side).flat_map(|row| (0..side).map(move |column| (column, row))) {
        if frame.is_ink(ink, (column as f32 + 0.5, row as f32 + 0.5))? {
            bits.set(column, row);
        }
    }
    let text = qr::text_in(&Decode(&bits).ok()?)?;
    let is_plain = text.chars().count() >= CHARACTERS_MIN && !text.contains(char::is_control);
    let end = frame.modules as f32;
    is_plain.then(|| Sighting {
        symbology: Symbology::QrCode,
        text,
        is_gs1: false,
        corners: [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)].map(|place| frame.place(place)),
    })
}
