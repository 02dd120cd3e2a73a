//! The sheet that a prescriber's software prints: PDF, and that PDF as a PNG.
//!
//! One layout on A4, in French, with the QR code bottom left as on the real ones, and the word
//! FORMATION across every page. The same prescription always gives the same bytes.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::domain::prescription::Prescription;
use crate::print;
use crate::scan::ReadError;
use crate::scan::grey::Grey;
use crate::scan::pdf::{each_page, grey};
use crate::training::sheet::layout::{PAPER, pages};

mod layout;

/// Dots per inch of the PNG: what offices scan at.
pub const PNG_DPI: u16 = 150;

/// More pages than any prescription has.
const PAGES_MAX: usize = 100;

/// Why a sheet could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The number does not fit in a QR code.
    #[error("the number could not be drawn as a QR code")]
    Code(#[source] qrcode::types::QrError),
    /// The PDF could not be drawn as a picture.
    #[error("the sheet could not be drawn as a picture")]
    Drawing(#[source] ReadError),
    /// The picture could not be written as a PNG.
    #[error("the picture of the sheet could not be written")]
    Encoding(#[source] image::ImageError),
}

/// The sheet as a PDF.
pub fn pdf(prescription: &Prescription) -> Result<Vec<u8>, SheetError> {
    let pages = pages(prescription).map_err(SheetError::Code)?;
    Ok(print::pdf("Ordonnance numérique (formation)", PAPER, pages))
}

/// The PDF of a sheet as a PNG at [`PNG_DPI`], its pages one under the other.
pub fn png(pdf: &[u8]) -> Result<Vec<u8>, SheetError> {
    let mut pages = Vec::new();
    each_page(pdf, PNG_DPI, PAGES_MAX, |_, drawn| {
        pages.push(drawn.and_then(|page| grey(&page)));
    })
    .map_err(SheetError::Drawing)?;
    let pages = pages
        .into_iter()
        .collect::<Result<Vec<Grey>, ReadError>>()
        .map_err(SheetError::Drawing)?;
    // All pages of a sheet are equally wide.
    let width = pages.first().map_or(0, Grey::width);
    let height = pages.iter().map(Grey::height).sum::<usize>();
    let pixels: Vec<u8> = pages.iter().flat_map(Grey::pixels).copied().collect();
    let sheet = Grey::new(width, height, pixels).ok_or(SheetError::Drawing(ReadError::DecoderFailed))?;
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(sheet.pixels(), side(width), side(height), ExtendedColorType::L8)
        .map_err(SheetError::Encoding)?;
    Ok(bytes)
}
