//! The pages of a PDF as pictures: prescriptions arrive by mail as PDFs, drawn or scanned.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use crate::scan::grey::Grey;
use crate::scan::image::Picture;
use crate::scan::{Limits, ReadError, Turn, guarded};

/// Dots per inch a page is drawn at to be read: a module of the smallest printed codes has 3 pixels.
pub const PAGE_DPI: u16 = 200;

/// The longest side a page is drawn with, an A3 at that resolution and a little more: a page may claim to be a poster.
const PAGE_SIDE_MAX: f32 = 3400.0;

/// How far into the file its mark may stand: mail gateways put lines before it.
const MARK_WITHIN: usize = 1024;

/// Points per inch, the unit of PDF.
const POINTS_PER_INCH: f32 = 72.0;

/// Whether the bytes set out as a PDF.
pub fn begins_one(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(MARK_WITHIN)];
    head.windows(5).any(|window| window == b"%PDF-")
}

/// Draws each of the first pages on white, one at a time, and says how many there are in all.
pub fn each_page(
    bytes: &[u8],
    dpi: u16,
    pages_max: usize,
    mut see: impl FnMut(usize, Result<Pixmap, ReadError>),
) -> Result<usize, ReadError> {
    draw(bytes, (dpi, PAGE_SIDE_MAX), pages_max, |turn, drawn| {
        see(turn.page, drawn);
    })
}

/// The same, to be read: no page is larger than a picture may be.
pub(super) fn each_page_within(
    bytes: &[u8],
    limits: &Limits,
    see: impl FnMut(Turn, Result<Pixmap, ReadError>),
) -> Result<usize, ReadError> {
    let side_max =
        u16::try_from(limits.picture_side).map_or(PAGE_SIDE_MAX, |side| PAGE_SIDE_MAX.min(side.into()));
    draw(bytes, (PAGE_DPI, side_max), limits.pdf_pages, see)
}

fn draw(
    bytes: &[u8],
    (dpi, side_max): (u16, f32),
    pages_max: usize,
    mut see: impl FnMut(Turn, Result<Pixmap, ReadError>),
) -> Result<usize, ReadError> {
    let document = guarded(|| Pdf::new(bytes.to_vec()))?.map_err(|error| match error {
        LoadPdfError::Decryption(_) => ReadError::Locked,
        LoadPdfError::Invalid => ReadError::Truncated,
    })?;
    let cache = RenderCache::new();
    let pages = guarded(|| document.pages().iter().count())?;
    if pages == 0 {
        return Err(ReadError::Truncated);
    }
    for (place, page) in document.pages().iter().enumerate().take(pages_max) {
        let (width, height) = page.render_dimensions();
        let scale = (f32::from(dpi) / POINTS_PER_INCH).min(side_max / width.max(height));
        // A page narrower than a pixel shows nothing.
        if width * scale < 1.0 || height * scale < 1.0 {
            continue;
        }
        let settings = PixmapSettings {
            x_scale: scale,
            y_scale: scale,
            bg_color: WHITE,
        };
        let drawn = guarded(|| {
            render(
                page,
                &cache,
                &InterpreterSettings::default(),
                &RenderSettings::default(),
                &settings,
            )
        });
        let page = place + 1;
        see(
            Turn {
                page,
                pages_left: pages.saturating_sub(page),
            },
            drawn,
        );
    }
    Ok(pages)
}

/// The page as a picture to look for codes in.
pub fn picture(page: &Pixmap) -> Result<Picture, ReadError> {
    let mut colours = Vec::with_capacity(3 * page.data().len());
    for pixel in page.data() {
        colours.extend_from_slice(&[pixel.r, pixel.g, pixel.b]);
    }
    Ok(Picture::of_colours(grey(page)?, colours))
}

/// The page in shades of grey, by the weights of the eye (BT.601).
pub fn grey(page: &Pixmap) -> Result<Grey, ReadError> {
    let pixels = page
        .data()
        .iter()
        .map(|pixel| {
            let light = 299 * u32::from(pixel.r) + 587 * u32::from(pixel.g) + 114 * u32::from(pixel.b);
            u8::try_from(light / 1000).unwrap_or(255)
        })
        .collect();
    let (width, height) = (usize::from(page.width()), usize::from(page.height()));
    Grey::new(width, height, pixels).ok_or(ReadError::DecoderFailed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::read_picture;

    const SHEET: &[u8] = include_bytes!("../../test-images/clean-pdf.pdf");
    const NUMBER: &str = "01K7M4QX2RT9WBHV6P";

    fn read(bytes: &[u8]) -> Result<Vec<String>, ReadError> {
        let reading = read_picture(bytes, &Limits::default());
        match reading.error {
            None => Ok(reading.symbols.into_iter().map(|symbol| symbol.text).collect()),
            Some(error) => Err(error),
        }
    }

    /// The sheet with one passage changed.
    fn sheet_with(passage: &str, other: &str) -> Vec<u8> {
        let passage = passage.as_bytes();
        let mut windows = SHEET.windows(passage.len());
        let place = windows.position(|window| window == passage).unwrap();
        let after = &SHEET[place + passage.len()..];
        [&SHEET[..place], other.as_bytes(), after].concat()
    }

    #[test]
    fn a_pdf_is_known_by_its_mark_even_after_a_few_lines() {
        let number = Ok(vec![NUMBER.to_owned()]);
        assert_eq!(read(SHEET), number);
        let forwarded = [b"Content-Type: application/pdf\r\n\r\n", SHEET].concat();
        assert!(begins_one(&forwarded));
        assert!(!begins_one(b"%PDF"));
        assert!(!begins_one(&[vec![b' '; MARK_WITHIN], SHEET.to_vec()].concat()));
    }

    #[test]
    fn a_pdf_that_is_cut_or_locked_says_so() {
        assert_eq!(read(&SHEET[..200]), Err(ReadError::Truncated));
        assert_eq!(read(b"%PDF-1.7\n"), Err(ReadError::Truncated));
        let secret = "0".repeat(64);
        let lock = format!(
            "/Encrypt <</Filter/Standard/V 1/R 2/P -4/O<{secret}>/U<{secret}>>>/ID[<00><00>] /Root 1 0 R"
        );
        assert_eq!(read(&sheet_with("/Root 1 0 R", &lock)), Err(ReadError::Locked));
    }

    #[test]
    fn pages_above_the_limit_are_not_drawn() {
        let limits = Limits {
            pdf_pages: 0,
            ..Limits::default()
        };
        let reading = read_picture(SHEET, &limits);
        assert_eq!(reading.error, Some(ReadError::NoCodeInFirstPages));
        assert_eq!(reading.pages_left, 1);
    }

    #[test]
    fn a_page_as_large_as_a_poster_is_drawn_small() {
        let poster = sheet_with("[0 0 595.2 841.93]", "[0 0 59520 84193]");
        let mut sides = Vec::new();
        each_page(&poster, PAGE_DPI, 1, |_, drawn| {
            let page = drawn.unwrap();
            sides.push(page.width().max(page.height()));
        })
        .unwrap();
        assert!(
            sides[0] >= 3300 && f32::from(sides[0]) <= PAGE_SIDE_MAX,
            "{sides:?}"
        );
    }

    #[test]
    fn a_page_is_drawn_no_larger_than_a_picture_may_be() {
        let limits = Limits {
            picture_side: 300,
            ..Limits::default()
        };
        let mut sides = Vec::new();
        each_page_within(SHEET, &limits, |_, drawn| sides.push(drawn.unwrap().height())).unwrap();
        assert!(sides.iter().all(|side| (290..=300).contains(side)), "{sides:?}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn no_damage_makes_a_decoder_fail(place in 0_usize..8000, value: u8) {
            let mut bytes = SHEET.to_vec();
            let place = place % bytes.len();
            bytes[place] = value;
            let mut pages = Vec::new();
            let _ = each_page(&bytes, 30, 1, |_, drawn| pages.push(drawn.and_then(|page| grey(&page))));
            proptest::prop_assert!(pages.iter().all(|page| page.as_ref().err() != Some(&ReadError::DecoderFailed)));
        }
    }
}
