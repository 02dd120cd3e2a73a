//! The pages of a PDF as pictures: prescriptions arrive by mail as PDFs, drawn or scanned.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use crate::scan::grey::Grey;
use crate::scan::{ReadError, guarded};

/// Dots per inch a page is drawn at to be read: a module of the smallest printed codes has 3 pixels.
pub const PAGE_DPI: u16 = 200;

/// The longest side a page is drawn with: a page may claim to be a poster.
const PAGE_SIDE_MAX: f32 = 4000.0;

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
        let scale = (f32::from(dpi) / POINTS_PER_INCH).min(PAGE_SIDE_MAX / width.max(height));
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
        see(place + 1, drawn);
    }
    Ok(pages)
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
