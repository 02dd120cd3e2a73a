//! What happens to a sheet between the printer and the counter, drawn with seeds.

use fastrand::Rng;
use image::{GrayImage, Luma, Rgb, RgbImage, imageops};

use super::{grain, shade, shade_at, whole};

/// Each shade made another, with the grain of a scanner.
fn toned(page: &GrayImage, seed: u64, spread: f64, tone: impl Fn(u32, u32, f64) -> f64) -> GrayImage {
    let mut random = Rng::with_seed(seed);
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let ink = tone(x, y, f64::from(page.get_pixel(x, y).0[0]));
        Luma([shade(ink + grain(&mut random, spread))])
    })
}

/// Each place seen where another one is.
fn moved(page: &GrayImage, there: impl Fn(f64, f64) -> (f64, f64)) -> GrayImage {
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let (x, y) = there(f64::from(x), f64::from(y));
        Luma([shade(shade_at(page, x, y))])
    })
}

/// Waves without a period, from -1 to 1.
fn waves(x: f64, y: f64, cell: f64) -> f64 {
    let (x, y) = (x / cell, y / cell);
    ((1.3 * x + 0.4 * y).sin() + (0.7 * x - 1.1 * y + 1.0).sin() + (0.3 * x + 1.7 * y + 2.0).sin()) / 3.0
}

/// Crumpled in a pocket, then flattened by hand.
pub(super) fn crumpled(page: &GrayImage) -> GrayImage {
    let paper = moved(page, |x, y| {
        let bend = |shift: f64| 4.0 * waves(x + shift, y, 90.0) + 1.0 * waves(y, x + shift, 31.0);
        (x + bend(0.0), y + bend(500.0))
    });
    toned(&paper, 11, 4.0, |x, y, ink| {
        let (x, y) = (f64::from(x), f64::from(y));
        ink * (0.85 - 0.2 * waves(y, x, 47.0).abs())
    })
}

/// Sent by fax: black or white, with specks.
pub(super) fn faxed(page: &GrayImage) -> GrayImage {
    let soft = imageops::blur(page, 0.6);
    let mut random = Rng::with_seed(12);
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let ink = f64::from(soft.get_pixel(x, y).0[0]) + grain(&mut random, 16.0);
        Luma([if ink < 130.0 { 0 } else { 255 }])
    })
}

/// From a thermal printer with dead and weak elements; faded after a summer in a car.
pub(super) fn thermal(page: &GrayImage, dark: f64) -> GrayImage {
    let paper = toned(page, 13, 4.0, |x, y, ink| {
        let is_dead = matches!(x, 96..=97 | 151 | 233..=234);
        let weak = if (y / 24) % 3 == 0 { 0.55 } else { 1.0 };
        let burnt = if ink < 140.0 && !is_dead { 1.0 } else { 0.0 };
        240.0 - (240.0 - dark) * burnt * weak
    });
    imageops::blur(&paper, 0.7)
}

/// A cup of coffee set down on the code at (x, y), of that radius.
pub(super) fn stained(page: &GrayImage, (left, top): (f64, f64), radius: f64) -> RgbImage {
    let mut random = Rng::with_seed(14);
    RgbImage::from_fn(page.width(), page.height(), |x, y| {
        let ink = f64::from(page.get_pixel(x, y).0[0]) + grain(&mut random, 3.0);
        let (across, down) = (f64::from(x) - left, f64::from(y) - top);
        let far = across.hypot(down) / radius + 0.06 * waves(f64::from(x), f64::from(y), 19.0);
        let cover = if far > 1.0 {
            0.0
        } else if far > 0.9 {
            0.9
        } else {
            0.6
        };
        Rgb([120.0_f64, 80.0, 45.0].map(|tint| shade(ink * (1.0 - cover) + ink.min(tint) * cover)))
    })
}

/// Crossed out with a blue ball-point pen around (x, y).
pub(super) fn scribbled(page: &GrayImage, (left, top): (f64, f64), reach: f64) -> RgbImage {
    let mut random = Rng::with_seed(15);
    RgbImage::from_fn(page.width(), page.height(), |x, y| {
        let ink = f64::from(page.get_pixel(x, y).0[0]) + grain(&mut random, 3.0);
        let (across, down) = (f64::from(x) - left, f64::from(y) - top);
        let line = reach * 0.75 * (across / reach * 7.0).sin();
        let is_pen = across.abs() < reach && (down - line).abs() < 5.0;
        let pen = [35.0, 45.0, 150.0];
        Rgb(pen.map(|tint| shade(if is_pen { ink.min(tint) } else { ink })))
    })
}

/// Folded along a line that crosses the code: the toner cracked there, one side lies in the shade.
pub(super) fn folded(page: &GrayImage, column: f64) -> GrayImage {
    let fold = |x: f64, y: f64| x - column + 0.2 * y;
    let pulled = moved(page, |x, y| {
        let far = fold(x, y);
        (x + 2.0 * far.signum() * (-far.abs() / 30.0).exp(), y)
    });
    toned(&pulled, 16, 3.0, |x, y, ink| {
        let far = fold(f64::from(x), f64::from(y));
        let light = if far > 0.0 {
            1.0 - 0.3 * (-far / 90.0).exp()
        } else {
            1.0
        };
        if far.abs() < 1.5 { 225.0 } else { ink * light }
    })
}

/// The code on the screen of a telephone, photographed: the stripes of its sub-pixels beat with the camera's.
pub(super) fn moire(code: &GrayImage) -> RgbImage {
    let mut random = Rng::with_seed(17);
    let (sine, cosine) = 0.07_f64.sin_cos();
    RgbImage::from_fn(code.width() + 60, code.height() + 60, |x, y| {
        let (x, y) = (f64::from(x) - 30.0, f64::from(y) - 30.0);
        let (x, y) = (cosine * x + sine * y, cosine * y - sine * x);
        let light = shade_at(code, x, y) * 0.85;
        let row = if (y * 1.37).rem_euclid(3.0) < 1.0 {
            0.55
        } else {
            1.0
        };
        let lit = |colour: f64| {
            let stripe = (x * 1.37 + colour).rem_euclid(3.0);
            light * row * if stripe < 1.0 { 1.15 } else { 0.7 }
        };
        Rgb([0.0, 1.0, 2.0].map(|colour| shade(lit(colour) + grain(&mut random, 4.0))))
    })
}

/// In the light of a corridor at night.
pub(super) fn in_the_evening(page: &GrayImage) -> GrayImage {
    toned(&imageops::blur(page, 0.6), 18, 5.0, |_, _, ink| ink * 0.2)
}

/// Under the shadow of a hand.
pub(super) fn shadowed(page: &GrayImage) -> GrayImage {
    toned(page, 19, 3.0, |x, y, ink| {
        let far = f64::from(x) + 0.4 * f64::from(y) - 380.0;
        ink * (0.25 + 0.65 / (1.0 + (-far / 25.0).exp()))
    })
}

/// With the flash of a telephone near the code.
pub(super) fn glaring(page: &GrayImage, (left, top): (f64, f64)) -> GrayImage {
    toned(page, 20, 3.0, |x, y, ink| {
        let far = (f64::from(x) - left).hypot(f64::from(y) - top) / 70.0;
        ink * 0.7 + 150.0 * (-far * far).exp()
    })
}

/// Out of focus.
pub(super) fn blurred(page: &GrayImage, radius: f32) -> GrayImage {
    toned(&imageops::blur(page, radius), 21, 2.0, |_, _, ink| ink)
}

/// By a hand that moved sideways.
pub(super) fn shaken(page: &GrayImage, pixels: u32) -> GrayImage {
    toned(page, 22, 2.0, |x, y, _| {
        let seen = (0..pixels).map(|step| (x + step).min(page.width() - 1));
        let light: f64 = seen.map(|x| f64::from(page.get_pixel(x, y).0[0])).sum();
        light / f64::from(pixels)
    })
}

/// Faint: ink and paper so many shades apart.
pub(super) fn faded(page: &GrayImage, shades: f64) -> GrayImage {
    toned(page, 23, 1.5, |_, _, ink| 150.0 + ink * shades / 255.0)
}

/// On a bottle: narrower towards both sides.
pub(super) fn around_a_bottle(page: &GrayImage) -> GrayImage {
    let half = f64::from(page.width()) / 2.0;
    moved(page, |x, y| {
        let far = ((x - half) / (half * 1.3)).clamp(-0.99, 0.99);
        (half + half * 1.3 * far.asin() * 0.9, y)
    })
}

/// Dots of an ink-jet instead of full modules of that many pixels.
pub(super) fn dotted(code: &GrayImage, module: u32) -> GrayImage {
    let middle = f64::from(module - 1) / 2.0;
    GrayImage::from_fn(code.width(), code.height(), |x, y| {
        let far = (f64::from(x % module) - middle).hypot(f64::from(y % module) - middle);
        let is_dot = far < f64::from(module) * 0.48;
        Luma([if is_dot { code.get_pixel(x, y).0[0] } else { 255 }])
    })
}

/// A part of the sheet.
pub(super) fn part(page: &GrayImage, left: f64, top: f64, width: f64, height: f64) -> GrayImage {
    imageops::crop_imm(page, whole(left), whole(top), whole(width), whole(height)).to_image()
}
