//! Faces of medicine boxes, and the other codes that stand on them and on sheets. Lots and serials are invented.

use barcoders::sym::{code128::Code128, ean13::EAN13};
use datamatrix::{DataMatrix, SymbolList};
use image::{GrayImage, Luma, imageops};

/// The text of a French box: product, expiry, lot, serial, with a separator where one belongs.
pub(super) fn box_text(cip13: &str, lot: &str, serial: &str) -> String {
    format!("010{cip13}1728093010{lot}\u{1d}21{serial}")
}

/// A DataMatrix with its quiet zone. GS1 when it sets out with FNC1.
pub(super) fn matrix(text: &str, module: u32, is_gs1: bool) -> GrayImage {
    const QUIET: u32 = 3;
    let encoded = if is_gs1 {
        DataMatrix::encode_gs1(text.as_bytes(), SymbolList::default().enforce_square())
    } else {
        DataMatrix::encode(text.as_bytes(), SymbolList::default().enforce_square())
    };
    let bitmap = encoded.unwrap().bitmap();
    let modules = u32::try_from(bitmap.width()).unwrap();
    let side = (modules + 2 * QUIET) * module;
    let mut picture = GrayImage::from_pixel(side, side, Luma([255]));
    for (column, row) in bitmap.pixels() {
        let place = |modules: usize| (u32::try_from(modules).unwrap() + QUIET) * module;
        let mark = GrayImage::from_pixel(module, module, Luma([0]));
        imageops::replace(
            &mut picture,
            &mark,
            i64::from(place(column)),
            i64::from(place(row)),
        );
    }
    picture
}

/// The bars of an EAN-13.
pub(super) fn ean_13(digits: &str, module: u32) -> GrayImage {
    bars(&EAN13::new(digits).unwrap().encode(), module)
}

/// The bars of a Code 128, in the set of digits and capital letters.
pub(super) fn code_128(text: &str, module: u32) -> GrayImage {
    // Ɓ begins set B.
    bars(&Code128::new(format!("\u{181}{text}")).unwrap().encode(), module)
}

fn bars(modules: &[u8], module: u32) -> GrayImage {
    const QUIET: u32 = 11;
    let count = u32::try_from(modules.len()).unwrap();
    GrayImage::from_fn((count + 2 * QUIET) * module, 60 * module / 2 + 20, |x, y| {
        let column = (x / module).wrapping_sub(QUIET);
        let is_dark = y >= 10 && column < count && modules[column as usize] == 1;
        Luma([if is_dark { 0 } else { 255 }])
    })
}

/// The face of a box, of that size, with pictures laid on it, and lines in place of its words.
pub(super) fn face(width: u32, height: u32, laid: &[(&GrayImage, i64, i64)]) -> GrayImage {
    let mut face = GrayImage::from_fn(width, height, |x, y| {
        let is_word = y % 40 < 6 && (x / 9 + y / 40) % 5 != 0 && y > height / 2;
        Luma([if is_word { 70 } else { 238 }])
    });
    for (picture, left, top) in laid {
        imageops::replace(&mut face, *picture, *left, *top);
    }
    face
}
