//! What there is of a PNG that was cut on its way: decoders give the whole picture or nothing.

use std::io::Cursor;

use ::image::DynamicImage;
use png::{ColorType, Decoder, Transformations};

use crate::scan::Limits;

/// The rows that came, on white paper. `None`: not one did, or every row is spread over the whole file (interlaced).
pub(super) fn rows_that_came(bytes: &[u8], limits: &Limits) -> Option<DynamicImage> {
    let memory = usize::try_from(limits.picture_bytes).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: memory });
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let (width, height, is_interlaced) = (
        reader.info().width,
        reader.info().height,
        reader.info().interlaced,
    );
    let size = reader.output_buffer_size().filter(|size| *size <= memory)?;
    if is_interlaced {
        return None;
    }
    let mut pixels = Vec::with_capacity(size);
    // Until the end of what came, or of what is right in it.
    while let Ok(Some(row)) = reader.next_row() {
        pixels.extend_from_slice(row.data());
    }
    if pixels.is_empty() {
        return None;
    }
    pixels.resize(size, u8::MAX);
    match reader.output_color_type().0 {
        ColorType::Grayscale => {
            DynamicImage::ImageLuma8(::image::ImageBuffer::from_raw(width, height, pixels)?)
        }
        ColorType::GrayscaleAlpha => {
            DynamicImage::ImageLumaA8(::image::ImageBuffer::from_raw(width, height, pixels)?)
        }
        ColorType::Rgb => DynamicImage::ImageRgb8(::image::ImageBuffer::from_raw(width, height, pixels)?),
        ColorType::Rgba => DynamicImage::ImageRgba8(::image::ImageBuffer::from_raw(width, height, pixels)?),
        ColorType::Indexed => return None,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::{GrayAlphaImage, GrayImage, ImageFormat, RgbImage, RgbaImage};

    fn encoded(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// Speckled, so that it takes about a byte a pixel.
    fn speckled(place: usize) -> u8 {
        u8::try_from(place.wrapping_mul(2_654_435_761) >> 7 & 0xff).unwrap()
    }

    #[test]
    fn half_of_a_file_is_about_half_of_the_picture_and_white_below() {
        let pixels = |bytes: usize| (0..64 * 400 * bytes).map(speckled).collect::<Vec<u8>>();
        for picture in [
            DynamicImage::from(GrayImage::from_raw(64, 400, pixels(1)).unwrap()),
            DynamicImage::from(GrayAlphaImage::from_raw(64, 400, pixels(2)).unwrap()),
            DynamicImage::from(RgbImage::from_raw(64, 400, pixels(3)).unwrap()),
            DynamicImage::from(RgbaImage::from_raw(64, 400, pixels(4)).unwrap()),
        ] {
            let whole = encoded(&picture);
            let came = rows_that_came(&whole[..whole.len() / 2], &Limits::default()).unwrap();
            assert_eq!(came.color(), picture.color());
            let row = 64 * usize::from(picture.color().bytes_per_pixel());
            let (came, picture) = (came.as_bytes(), picture.as_bytes());
            let same = came
                .chunks(row)
                .zip(picture.chunks(row))
                .take_while(|(one, other)| one == other);
            let rows = same.count();
            assert!((120..=200).contains(&rows), "{rows}");
            assert!(came[rows * row..].iter().all(|byte| *byte == 255));
        }
    }

    #[test]
    fn what_came_before_the_first_row_is_nothing() {
        let whole = encoded(
            &GrayImage::from_raw(64, 64, (0..64 * 64).map(speckled).collect())
                .unwrap()
                .into(),
        );
        for length in [0, 8, 33, 43] {
            assert!(
                rows_that_came(&whole[..length], &Limits::default()).is_none(),
                "{length}"
            );
        }
        assert!(rows_that_came(b"no picture", &Limits::default()).is_none());
        let limits = Limits {
            picture_bytes: 1000,
            ..Limits::default()
        };
        assert!(rows_that_came(&whole, &limits).is_none());
    }

    proptest::proptest! {
        #[test]
        fn no_damage_makes_it_panic(place in 0_usize..600, value: u8, length in 0_usize..600) {
            let mut bytes = encoded(&GrayImage::from_raw(20, 20, (0..400).map(speckled).collect()).unwrap().into());
            let place = place % bytes.len();
            bytes[place] = value;
            let _ = rows_that_came(&bytes[..length.min(bytes.len())], &Limits::default());
        }
    }
}
