//! A picture file into a picture: PNG, JPEG, WebP, TIFF, BMP, GIF (its first frame), told by their content.

use std::io::Cursor;

use ::image::error::{LimitErrorKind, UnsupportedErrorKind};
use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use crate::scan::grey::Grey;
use crate::scan::{Limits, ReadError, jpeg, png};

/// A picture to look for codes in.
pub struct Picture {
    /// In shades of grey, as the file has it.
    pub grey: Grey,
    /// Red, green and blue of each pixel, when there is colour.
    colours: Option<Vec<u8>>,
    /// How people are shown it.
    orientation: Orientation,
    /// Whether the file stopped on its way: the picture ends where it did.
    pub is_cut: bool,
}

impl Picture {
    /// A picture without colours, the right way up.
    pub fn of_grey(grey: Grey) -> Self {
        Self {
            grey,
            colours: None,
            orientation: Orientation::NoTransforms,
            is_cut: false,
        }
    }

    /// A picture with red, green and blue of each pixel.
    pub fn of_colours(grey: Grey, colours: Vec<u8>) -> Self {
        Self {
            grey,
            colours: Some(colours),
            orientation: Orientation::NoTransforms,
            is_cut: false,
        }
    }

    /// Each pixel as light as its lightest colour: blue ink and coffee vanish, black stays.
    pub fn lightest(&self) -> Option<Grey> {
        let lightest = |pixel: &[u8]| pixel.iter().copied().max().unwrap_or(255);
        let pixels = self.colours.as_ref()?.chunks_exact(3).map(lightest).collect();
        Grey::new(self.grey.width(), self.grey.height(), pixels)
    }

    /// The place where people who open the file see what the file has at `place`.
    pub fn shown(&self, (x, y): (i32, i32)) -> (i32, i32) {
        let side = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
        let (right, bottom) = (side(self.grey.width()) - x, side(self.grey.height()) - y);
        match self.orientation {
            Orientation::NoTransforms => (x, y),
            Orientation::Rotate90 => (bottom, x),
            Orientation::Rotate180 => (right, bottom),
            Orientation::Rotate270 => (y, right),
            Orientation::FlipHorizontal => (right, y),
            Orientation::FlipVertical => (x, bottom),
            Orientation::Rotate90FlipH => (y, x),
            Orientation::Rotate270FlipH => (bottom, right),
        }
    }
}

/// Decodes a picture. Its sides and its memory are checked before its pixels are decoded.
///
/// The orientation that phones note (EXIF) does not turn the pixels, for a code is read at any angle:
/// only the places of what was found are given as people see them.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, ReadError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    decode_with(reader.map_err(|_| ReadError::NotAPicture)?, bytes, limits)
}

/// Decodes the first page of a TIFF: its kind is known, and the one with large offsets is not guessed.
pub(super) fn decode_tiff(bytes: &[u8], limits: &Limits) -> Result<Picture, ReadError> {
    decode_with(
        ImageReader::with_format(Cursor::new(bytes), ImageFormat::Tiff),
        bytes,
        limits,
    )
}

fn decode_with(
    mut reader: ImageReader<Cursor<&[u8]>>,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Picture, ReadError> {
    let mut within = ::image::Limits::default();
    within.max_image_width = Some(limits.picture_side);
    within.max_image_height = Some(limits.picture_side);
    within.max_alloc = Some(limits.picture_bytes);
    reader.limits(within);
    let mut decoder = reader.into_decoder().map_err(|error| reason(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.picture_pixels
        || decoder.total_bytes() > limits.picture_bytes
    {
        return Err(ReadError::TooLarge);
    }
    // A note that cannot be read is no reason to refuse the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let (picture, is_cut) = match DynamicImage::from_decoder(decoder).map_err(|error| reason(&error)) {
        Ok(picture) => (picture, jpeg::is_cut(bytes)),
        Err(ReadError::Truncated) => {
            let came = png::rows_that_came(bytes, limits);
            (came.ok_or(ReadError::Truncated)?, true)
        }
        Err(error) => return Err(error),
    };
    seen(picture, orientation, is_cut).ok_or(ReadError::Truncated)
}

fn reason(error: &ImageError) -> ReadError {
    match error {
        ImageError::Limits(limit) => match limit.kind() {
            LimitErrorKind::Unsupported { .. } => ReadError::NotAPicture,
            _ => ReadError::TooLarge,
        },
        ImageError::Unsupported(what) => match what.kind() {
            UnsupportedErrorKind::Format(_) => ReadError::NotAPicture,
            _ => ReadError::UnknownVariant,
        },
        _ => ReadError::Truncated,
    }
}

fn seen(picture: DynamicImage, orientation: Orientation, is_cut: bool) -> Option<Picture> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let picture = if picture.color().has_alpha() {
        on_white(picture)
    } else {
        picture
    };
    let grey = Grey::new(width, height, picture.to_luma8().into_raw())?;
    let colours = picture
        .color()
        .has_color()
        .then(|| picture.into_rgb8().into_raw());
    Some(Picture {
        grey,
        colours,
        orientation,
        is_cut,
    })
}

/// What is transparent is seen on white paper: some software leaves the page itself transparent.
fn on_white(picture: DynamicImage) -> DynamicImage {
    let mut pixels = picture.into_rgba8();
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let alpha = u16::from(alpha);
        let mixed = |shade: u8| {
            let light = (u16::from(shade) * alpha + 255 * (255 - alpha)) / 255;
            u8::try_from(light).unwrap_or(255)
        };
        pixel.0 = [mixed(red), mixed(green), mixed(blue), 255];
    }
    DynamicImage::ImageRgba8(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::{ImageBuffer, ImageFormat, Luma, LumaA, Rgb, Rgba};

    fn read(bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
        decode(bytes, &Limits::default()).map(|picture| picture.grey.pixels().to_vec())
    }

    fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.into().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A BMP by hand, rows padded to four bytes: `bits` per pixel, a palette of blue, green, red.
    fn bitmap(bits: u8, palette: &[[u8; 3]], width: u8, rows: &[[u8; 4]]) -> Vec<u8> {
        let pixels_at = 54 + 4 * palette.len();
        let mut bytes = b"BM\0\0\0\0\0\0\0\0".to_vec();
        bytes.extend(u32::try_from(pixels_at).unwrap().to_le_bytes());
        bytes.extend([40, 0, 0, 0, width, 0, 0, 0]);
        bytes.extend(u32::try_from(rows.len()).unwrap().to_le_bytes());
        bytes.extend([1, 0, bits, 0]);
        bytes.extend([0; 16]);
        bytes.extend(u32::try_from(palette.len()).unwrap().to_le_bytes());
        bytes.extend([0; 4]);
        for [blue, green, red] in palette {
            bytes.extend([*blue, *green, *red, 0]);
        }
        bytes.extend(rows.iter().flatten());
        bytes
    }

    #[test]
    fn every_depth_comes_out_in_the_same_shades() {
        let deep = ImageBuffer::from_raw(3, 1, vec![0_u16, 0x8000, 0xffff]).unwrap();
        let clear = ImageBuffer::from_raw(3, 1, vec![0_u8, 255, 0, 128, 0, 0]).unwrap();
        let deep_clear = ImageBuffer::from_raw(1, 1, vec![0_u16, 0, 0, 0]).unwrap();
        let colour = ImageBuffer::from_raw(2, 1, vec![255_u8, 255, 255, 0, 0, 0]).unwrap();
        for (what, bytes, expected) in [
            (
                "16-bit PNG",
                encoded(
                    DynamicImage::from(deep as ImageBuffer<Luma<u16>, _>),
                    ImageFormat::Png,
                ),
                vec![0, 128, 255],
            ),
            (
                "half transparent black on white paper",
                encoded(clear as ImageBuffer<LumaA<u8>, _>, ImageFormat::Png),
                vec![0, 127, 255],
            ),
            (
                "transparent at 16 bits",
                encoded(
                    DynamicImage::from(deep_clear as ImageBuffer<Rgba<u16>, _>),
                    ImageFormat::Png,
                ),
                vec![255],
            ),
            (
                "colour TIFF",
                encoded(colour.clone() as ImageBuffer<Rgb<u8>, _>, ImageFormat::Tiff),
                vec![255, 0],
            ),
            ("colour WebP", encoded(colour, ImageFormat::WebP), vec![255, 0]),
            (
                "one bit, palette black then white",
                bitmap(1, &[[0; 3], [255; 3]], 3, &[[0b1010_0000, 0, 0, 0]]),
                vec![255, 0, 255],
            ),
            (
                "one bit, palette the other way round",
                bitmap(1, &[[255; 3], [0; 3]], 3, &[[0b1010_0000, 0, 0, 0]]),
                vec![0, 255, 0],
            ),
            (
                "palette of four",
                bitmap(8, &[[0; 3], [255; 3], [128; 3], [64; 3]], 4, &[[3, 2, 1, 0]]),
                vec![64, 128, 255, 0],
            ),
        ] {
            assert_eq!(read(&bytes), Ok(expected), "{what}");
        }
    }

    #[test]
    fn what_is_no_picture_or_only_half_of_one_says_so() {
        let whole = encoded(
            ImageBuffer::<Luma<u8>, _>::from_pixel(64, 64, Luma([200])),
            ImageFormat::Png,
        );
        let cut = decode(&whole[..whole.len() - 20], &Limits::default());
        assert!(cut.is_ok_and(|picture| picture.is_cut));
        assert_eq!(read(&whole[..20]), Err(ReadError::Truncated));
        assert_eq!(read(b""), Err(ReadError::NotAPicture));
        assert_eq!(read(b"Ordonnance du 20 novembre"), Err(ReadError::NotAPicture));
        assert_eq!(read(b"\0\0\x01\0\x01\0"), Err(ReadError::NotAPicture), "an icon");
    }

    #[test]
    fn a_picture_above_a_limit_is_refused_before_it_is_decoded() {
        let bytes = encoded(
            ImageBuffer::<Luma<u8>, _>::from_pixel(100, 10, Luma([200])),
            ImageFormat::Png,
        );
        let default = Limits::default();
        for (limits, expected) in [
            (default, None),
            (
                Limits {
                    picture_side: 99,
                    ..default
                },
                Some(ReadError::TooLarge),
            ),
            (
                Limits {
                    picture_pixels: 999,
                    ..default
                },
                Some(ReadError::TooLarge),
            ),
            (
                Limits {
                    picture_bytes: 999,
                    ..default
                },
                Some(ReadError::TooLarge),
            ),
        ] {
            assert_eq!(decode(&bytes, &limits).err(), expected, "{limits:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_damage_makes_it_panic(place in 0_usize..200, value: u8) {
            let mut bytes = encoded(
                ImageBuffer::<Luma<u8>, _>::from_fn(20, 20, |x, y| Luma([u8::try_from(x * y % 256).unwrap()])),
                ImageFormat::Png,
            );
            let place = place % bytes.len();
            bytes[place] = value;
            let _ = read(&bytes);
        }
    }
}
