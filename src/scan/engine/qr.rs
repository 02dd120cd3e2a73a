//! QR codes by rxing, step by step, so that every code of a picture is read, the work is bounded, and
//! what could not be read is known.

use rxing::common::cpp_essentials::DecoderResult;
use rxing::common::{BitMatrix, DetectorRXingResult};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FinderPatternSet, GenerateFinderPatternSets, SampleQR};

use super::{Ink, Sight, Sighting, finders, four, text_of};
use crate::scan::Symbology;
use crate::scan::place::{Area, Point};

/// More corner marks than that are a texture, or a picture made to keep the engine busy: so many in any picture, and
/// one more for so many pixels. A page of a hundred codes has three hundred.
const FINDERS_MAX: usize = 48;
const PIXELS_A_FINDER: u32 = 8_000;

/// How many threes of marks are tried in vain. Those that are a code count for nothing: a page may be full of them.
const VAIN_THREES_MAX: usize = 300;

/// What one of them costs.
const VAIN_THREE: u64 = 70_000;

/// How many codes that could not be read are noted.
const UNREAD_MAX: usize = 8;

pub(super) fn look(ink: &BitMatrix, which: Ink, left: u64) -> Sight {
    let dark = read(ink, left);
    if which == Ink::Dark || !dark.codes.is_empty() {
        return dark;
    }
    let mut negative = ink.clone();
    negative.flip_self();
    let mut both = read(&negative, left.saturating_sub(dark.tries));
    both.tries += dark.tries;
    both.finders = both.finders.max(dark.finders);
    both.unread.extend(dark.unread);
    both
}

fn read(ink: &BitMatrix, left: u64) -> Sight {
    let finders_max = FINDERS_MAX + (ink.width() * ink.height() / PIXELS_A_FINDER) as usize;
    let mut finders = finders::of(ink, finders_max);
    let mut sight = Sight {
        finders: finders.len(),
        ..Sight::default()
    };
    if !(3..=finders_max).contains(&sight.finders) {
        return sight;
    }
    let vain_threes_max =
        usize::try_from(left / VAIN_THREE).map_or(VAIN_THREES_MAX, |most| VAIN_THREES_MAX.min(most));
    let threes = GenerateFinderPatternSets(&mut finders);
    let mut used: Vec<rxing::Point> = Vec::new();
    let mut failed: Vec<FinderPatternSet> = Vec::new();
    for three in threes {
        if failed.len() == vain_threes_max {
            break;
        }
        if marks(&three).iter().any(|mark| used.contains(mark)) {
            continue;
        }
        match decode(ink, &three) {
            Some(code) => {
                used.extend(marks(&three));
                sight.codes.push(code);
            }
            None => failed.push(three),
        }
    }
    sight.tries = VAIN_THREE * failed.len() as u64;
    // A failed three that shares a mark with a code that was read was no code.
    failed.retain(|three| !marks(three).iter().any(|mark| used.contains(mark)));
    for three in failed {
        if let Some(area) = around(&three, ink)
            && sight.unread.len() < UNREAD_MAX
            && !sight.unread.iter().any(|known| known.is_near(area))
        {
            sight.unread.push(area);
        }
    }
    sight
}

fn marks(three: &FinderPatternSet) -> [rxing::Point; 3] {
    [three.bl.p, three.tl.p, three.tr.p]
}

fn decode(ink: &BitMatrix, three: &FinderPatternSet) -> Option<Sighting> {
    let sampled = SampleQR(ink, three).ok()?;
    let text = text_in(&Decode(sampled.getBits()).ok()?)?;
    // The sampler gives them row by row.
    let [top_left, top_right, bottom_left, bottom_right] = four(sampled.getPoints())?;
    Some(Sighting {
        symbology: Symbology::QrCode,
        text,
        is_gs1: false,
        corners: [top_left, top_right, bottom_right, bottom_left],
    })
}

/// What a code says. A symbol with nothing in it is what error correction makes of a blank.
pub(super) fn text_in(decoded: &DecoderResult<bool>) -> Option<String> {
    let content = decoded.content();
    let bytes = content.bytes();
    if !decoded.isValid() || bytes.is_empty() {
        return None;
    }
    // A character set that the code declares (ECI) is no guess.
    Some(if content.has_eci {
        decoded.text()
    } else {
        text_of(bytes)
    })
}

/// The area of the code that three marks promise, with a margin.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a picture of a few thousand pixels, clamped to it"
)]
fn around(three: &FinderPatternSet, ink: &BitMatrix) -> Option<Area> {
    let [below, corner, beside] = marks(three);
    let fourth = rxing::Point {
        x: below.x + beside.x - corner.x,
        y: below.y + beside.y - corner.y,
    };
    let all = [below, corner, beside, fourth];
    let least = |of: fn(&rxing::Point) -> f32| all.iter().map(of).fold(f32::MAX, f32::min);
    let most = |of: fn(&rxing::Point) -> f32| all.iter().map(of).fold(f32::MIN, f32::max);
    let (low, high): (Point, Point) = ((least(|p| p.x), least(|p| p.y)), (most(|p| p.x), most(|p| p.y)));
    let margin = 0.35 * (high.0 - low.0).max(high.1 - low.1) + 8.0;
    let inside = |place: f32, end: u32| place.clamp(0.0, end as f32) as usize;
    let (left, top) = (
        inside(low.0 - margin, ink.getWidth()),
        inside(low.1 - margin, ink.getHeight()),
    );
    let area = Area {
        left,
        top,
        width: inside(high.0 + margin, ink.getWidth()) - left,
        height: inside(high.1 + margin, ink.getHeight()) - top,
    };
    (area.width > 20 && area.height > 20).then_some(area)
}
