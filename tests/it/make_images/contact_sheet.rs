//! The contact sheet of `docs/scanning.md`: every picture of `test-images/`, small, framed where something is read in it.

use std::fs;
use std::path::{Path, PathBuf};

use comptoir::scan::pdf::{self, PAGE_DPI};
use comptoir::scan::{Limits, image as pictures};
use image::{GrayImage, Luma, imageops};

use super::folder;

/// Pixels of one picture's side, of the frame around it, and pictures in a row.
const SIDE: u32 = 76;
const FRAME: u32 = 4;
const IN_A_ROW: u32 = 12;

/// Shades that are kept: enough for the eye, and a small file.
const SHADE_STEP: u8 = 17;

#[test]
#[ignore = "writes docs/test-images.png, only on demand"]
fn make_the_contact_sheet() {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_none_or(|extension| extension != "txt" && extension != "md")
        })
        .collect();
    paths.sort();
    let seen: Vec<(GrayImage, bool)> = paths
        .iter()
        .filter_map(|path| Some((picture(path)?, is_read(path))))
        .collect();
    let cell = SIDE + 2 * FRAME + 2;
    let rows = u32::try_from(seen.len()).unwrap().div_ceil(IN_A_ROW);
    let mut sheet = GrayImage::from_pixel(cell * IN_A_ROW, cell * rows, Luma([255]));
    for (place, (picture, is_read)) in (0..).zip(&seen) {
        let (left, top) = (place % IN_A_ROW * cell + 1, place / IN_A_ROW * cell + 1);
        let frame = if *is_read { 0 } else { 221 };
        let framed = GrayImage::from_pixel(SIDE + 2 * FRAME, SIDE + 2 * FRAME, Luma([frame]));
        imageops::replace(&mut sheet, &framed, left.into(), top.into());
        let centred = |length: u32| i64::from((SIDE - length) / 2 + FRAME);
        let paper = GrayImage::from_pixel(SIDE, SIDE, Luma([238]));
        imageops::replace(&mut sheet, &paper, (left + FRAME).into(), (top + FRAME).into());
        imageops::replace(
            &mut sheet,
            picture,
            i64::from(left) + centred(picture.width()),
            i64::from(top) + centred(picture.height()),
        );
    }
    for pixel in sheet.pixels_mut() {
        pixel.0[0] = pixel.0[0] / SHADE_STEP * SHADE_STEP;
    }
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/test-images.png");
    sheet.save(to).unwrap();
}

/// What a person sees of the file, its first page, reduced; nothing of a file that cannot be seen.
fn picture(path: &Path) -> Option<GrayImage> {
    let bytes = fs::read(path).unwrap();
    let mut grey = None;
    if pdf::begins_one(&bytes) {
        let _ = pdf::each_page(&bytes, PAGE_DPI, 1, |_, drawn| {
            grey = drawn.and_then(|page| pdf::grey(&page)).ok();
        });
    } else {
        grey = pictures::decode(&bytes, &Limits::default())
            .ok()
            .map(|picture| picture.grey);
    }
    let grey = grey?;
    let side = |length: usize| u32::try_from(length).unwrap();
    let (width, height) = (side(grey.width()), side(grey.height()));
    let whole = GrayImage::from_raw(width, height, grey.pixels().to_vec())?;
    let reduced = |length: u32| (length * SIDE / width.max(height)).max(1);
    Some(imageops::resize(
        &whole,
        reduced(width),
        reduced(height),
        imageops::FilterType::Triangle,
    ))
}

/// Whether its expectation is a text.
fn is_read(path: &Path) -> bool {
    !fs::read_to_string(path.with_extension("expected.txt"))
        .unwrap()
        .starts_with('!')
}
