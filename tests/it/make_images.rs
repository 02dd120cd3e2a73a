//! Makes the pictures of `test-images/`: `cargo test --test it make_images -- --ignored`.
//!
//! All of them come from our own sheet of fictitious people, and the same pictures come out each
//! time: the noise is seeded.

use std::fs;
use std::path::{Path, PathBuf};

use comptoir::training::sheet;
use fastrand::Rng;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder, ImageFormat, Luma, Rgb, RgbImage, imageops};
use qrcode::{Color, EcLevel, QrCode};

use crate::sheets::{NUMBER, SAMPLE_PDF};

const ADDRESS: &str = "https://cabinet-modele.example/rendez-vous";

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test-images")
}

/// What a file should be read as: the texts of its codes, or the error.
fn expect(name: &str, lines: &[&str]) {
    let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
    fs::write(
        folder().join(format!("{stem}.expected.txt")),
        lines.join("\n") + "\n",
    )
    .unwrap();
}

fn keep_bytes(name: &str, bytes: impl AsRef<[u8]>, expected: &[&str]) {
    fs::write(folder().join(name), bytes).unwrap();
    expect(name, expected);
}

/// The format is told by the name.
fn keep(name: &str, picture: &GrayImage, expected: &[&str]) {
    let format = ImageFormat::from_path(name).unwrap();
    picture.save_with_format(folder().join(name), format).unwrap();
    expect(name, expected);
}

#[test]
#[ignore = "writes test-images/, only on demand"]
fn make_images() {
    fs::create_dir_all(folder()).unwrap();
    let png = sheet::png(&SAMPLE_PDF).unwrap();
    let page = image::load_from_memory(&png).unwrap().into_luma8();
    // Half the size is enough for formats without compression, and for a code of 3.5 pixels a module.
    let small = imageops::resize(
        &page,
        page.width() / 2,
        page.height() / 2,
        imageops::FilterType::Triangle,
    );

    keep_bytes("clean-sheet.png", &png, &[NUMBER]);
    keep_bytes("clean-pdf.pdf", &*SAMPLE_PDF, &[NUMBER]);
    keep("clean-jpeg.jpg", &page, &[NUMBER]);
    keep("clean-webp.webp", &page, &[NUMBER]);
    keep("clean-tiff.tiff", &small, &[NUMBER]);
    keep("clean-bmp.bmp", &small, &[NUMBER]);

    keep("rotated-90.png", &imageops::rotate90(&page), &[NUMBER]);
    keep("rotated-17.jpg", &turned(&page, 17.0), &[NUMBER]);
    phone_photo(&page)
        .save_with_format(folder().join("phone-photo.jpg"), ImageFormat::Jpeg)
        .unwrap();
    expect("phone-photo.jpg", &[NUMBER]);
    keep("low-contrast.jpg", &faint(&page), &[NUMBER]);

    let mut two = page.clone();
    imageops::replace(&mut two, &code(ADDRESS, 5), 900, 1_180);
    keep("two-codes.png", &two, &[NUMBER, ADDRESS]);
    keep("not-a-prescription.png", &code(ADDRESS, 6), &[ADDRESS]);
    keep("tiny.png", &code(NUMBER, 2), &[NUMBER]);
    let mut without = page.clone();
    imageops::replace(
        &mut without,
        &GrayImage::from_pixel(300, 200, Luma([255])),
        20,
        1_420,
    );
    keep("no-code.png", &without, &["! no-code"]);

    keep_bytes("truncated.png", &png[..png.len() / 2], &["! truncated"]);
    keep_bytes(
        "text-named-png.png",
        "Ordonnance du 20 novembre 2026\n",
        &["! not-a-picture"],
    );
    keep_bytes("huge-dimensions.png", huge(), &["! too-large"]);
}

/// 156 million white pixels in a file that looks harmless.
fn huge() -> Vec<u8> {
    const SIDE: u32 = 12_500;
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::NoFilter)
        .write_image(
            &vec![255; (SIDE * SIDE) as usize],
            SIDE,
            SIDE,
            ExtendedColorType::L8,
        )
        .unwrap();
    bytes
}

/// A QR code alone, with its quiet zone.
fn code(text: &str, module: u32) -> GrayImage {
    const QUIET: u32 = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
    let modules = u32::try_from(code.width()).unwrap();
    let side = (modules + 2 * QUIET) * module;
    GrayImage::from_fn(side, side, |x, y| {
        let (column, row) = ((x / module).wrapping_sub(QUIET), (y / module).wrapping_sub(QUIET));
        let is_inside = column < modules && row < modules;
        let is_dark = is_inside && code[(column as usize, row as usize)] == Color::Dark;
        Luma([if is_dark { 0 } else { 255 }])
    })
}

/// The shade at a place between pixels; white outside.
fn shade_at(picture: &GrayImage, x: f64, y: f64) -> f64 {
    let pixel = |x: f64, y: f64| {
        let is_inside =
            x >= 0.0 && y >= 0.0 && x < f64::from(picture.width()) && y < f64::from(picture.height());
        if is_inside {
            f64::from(picture.get_pixel(whole(x), whole(y)).0[0])
        } else {
            255.0
        }
    };
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (x - left, y - top);
    let upper = pixel(left, top) * (1.0 - across) + pixel(left + 1.0, top) * across;
    let lower = pixel(left, top + 1.0) * (1.0 - across) + pixel(left + 1.0, top + 1.0) * across;
    upper * (1.0 - down) + lower * down
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels of a picture, clamped by the callers"
)]
fn whole(place: f64) -> u32 {
    place as u32
}

fn shade(value: f64) -> u8 {
    u8::try_from(whole(value.clamp(0.0, 255.0).round())).unwrap()
}

/// A sheet laid askew on the scanner.
fn turned(page: &GrayImage, degrees: f64) -> GrayImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = (f64::from(page.width()), f64::from(page.height()));
    let (new_width, new_height) = (width * cosine + height * sine, width * sine + height * cosine);
    GrayImage::from_fn(whole(new_width), whole(new_height), |x, y| {
        let (x, y) = (f64::from(x) - new_width / 2.0, f64::from(y) - new_height / 2.0);
        let there = (
            cosine * x + sine * y + width / 2.0,
            cosine * y - sine * x + height / 2.0,
        );
        Luma([shade(shade_at(page, there.0, there.1))])
    })
}

/// Faint toner on grey paper, with the grain of a cheap scanner.
fn faint(page: &GrayImage) -> GrayImage {
    let mut random = Rng::with_seed(1);
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let ink = 172.0 + f64::from(page.get_pixel(x, y).0[0]) * 26.0 / 255.0;
        Luma([shade(ink + grain(&mut random, 2.0))])
    })
}

/// Noise of about a normal law: the mean of twelve even ones.
fn grain(random: &mut Rng, spread: f64) -> f64 {
    ((0..12).map(|_| random.f64()).sum::<f64>() - 6.0) * spread
}

/// The sheet on a wooden counter, seen at an angle, in the evening, by a hand that moved.
fn phone_photo(page: &GrayImage) -> RgbImage {
    let (width, height) = (1_200_u32, 1_600_u32);
    // Where the corners of the sheet are seen: top left, top right, bottom right, bottom left.
    let to_sheet = perspective([
        (205.0, 130.0),
        (1_010.0, 205.0),
        (1_130.0, 1_500.0),
        (70.0, 1_395.0),
    ]);
    let mut random = Rng::with_seed(2);
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        // Five moments while the hand moved.
        let seen = |moment: f64| {
            let (u, v) = to_sheet(x + moment, y + moment / 2.0);
            let is_sheet = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
            is_sheet.then(|| shade_at(page, u * f64::from(page.width()), v * f64::from(page.height())))
        };
        let wood = 92.0 + 14.0 * (x / 23.0 + (y / 61.0).sin() * 2.0).sin();
        let moments = [-0.8, -0.4, 0.0, 0.4, 0.8].map(|moment| seen(moment).map(|shade| shade * 0.86));
        let light =
            1.0 - 0.55 * (x / f64::from(width)) * (y / f64::from(height)) - 0.1 * y / f64::from(height);
        let mean = moments.iter().map(|shade| shade.unwrap_or(wood)).sum::<f64>() / 5.0;
        let is_wood = moments.iter().all(Option::is_none);
        let noise = grain(&mut random, 6.0);
        let warm = if is_wood {
            [1.25, 0.95, 0.65]
        } else {
            [1.04, 1.0, 0.9]
        };
        Rgb(warm.map(|tint| shade(mean * tint * light + noise)))
    })
}

/// From a place in the photo to a place on the sheet, both sides of which are 1 long.
///
/// The four corners make a projective map of the unit square; this is its inverse.
fn perspective([first, second, third, fourth]: [(f64, f64); 4]) -> impl Fn(f64, f64) -> (f64, f64) {
    let minus = |one: (f64, f64), other: (f64, f64)| (one.0 - other.0, one.1 - other.1);
    let cross = |one: (f64, f64), other: (f64, f64)| one.0 * other.1 - other.0 * one.1;
    let (right, bottom) = (minus(second, third), minus(fourth, third));
    let skew = minus(minus(first, second), minus(fourth, third));
    let along = cross(skew, bottom) / cross(right, bottom);
    let down = cross(right, skew) / cross(right, bottom);
    let across = |corner: (f64, f64), bend: f64| {
        (
            corner.0 - first.0 + bend * corner.0,
            corner.1 - first.1 + bend * corner.1,
        )
    };
    let (to_right, to_bottom) = (across(second, along), across(fourth, down));
    move |x, y| {
        // Cramer's rule on x = (right.x u + bottom.x v + first.x) / (along u + down v + 1), and on y.
        let from = minus((x, y), first);
        let u_axis = (to_right.0 - along * x, to_right.1 - along * y);
        let v_axis = (to_bottom.0 - down * x, to_bottom.1 - down * y);
        let whole = cross(u_axis, v_axis);
        (cross(from, v_axis) / whole, cross(u_axis, from) / whole)
    }
}
