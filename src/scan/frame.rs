//! One frame as a camera's driver gives it, made into a picture file in memory: the process that reads pictures knows
//! those, and nothing of cameras.

use std::fmt;

use crate::scan::{PICTURE_SIDE_MAX, jpeg};

/// How a driver names the arrangement of its pixels: four letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FourLetters(pub [u8; 4]);

impl fmt::Display for FourLetters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// Where the light of the pixels is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// A byte for each pixel, row after row; colours, if any, come after all of them.
    LightFirst,
    /// Two bytes for each pixel, the light first.
    LightBeforeColour,
    /// Two bytes for each pixel, the light second.
    ColourBeforeLight,
    /// Each frame is a JPEG.
    Jpeg,
}

/// Those that are understood, the ones asked for first first: what was never compressed shows more.
const KNOWN: [([u8; 4], Arrangement); 11] = [
    (*b"GREY", Arrangement::LightFirst),
    (*b"NV12", Arrangement::LightFirst),
    (*b"NV21", Arrangement::LightFirst),
    (*b"YU12", Arrangement::LightFirst),
    (*b"YV12", Arrangement::LightFirst),
    (*b"YUYV", Arrangement::LightBeforeColour),
    (*b"YVYU", Arrangement::LightBeforeColour),
    (*b"UYVY", Arrangement::ColourBeforeLight),
    (*b"VYUY", Arrangement::ColourBeforeLight),
    (*b"MJPG", Arrangement::Jpeg),
    (*b"JPEG", Arrangement::Jpeg),
];

impl Arrangement {
    /// Of four letters. `None`: not understood here.
    pub fn of(letters: FourLetters) -> Option<Self> {
        let known = KNOWN.iter().find(|(known, _)| *known == letters.0);
        known.map(|(_, arrangement)| *arrangement)
    }

    /// The one to ask for, of those that a camera offers.
    pub fn best_of(offered: &[FourLetters]) -> Option<FourLetters> {
        let known = KNOWN.iter().map(|(known, _)| FourLetters(*known));
        known.into_iter().find(|known| offered.contains(known))
    }
}

/// What a driver gives.
pub struct Frame {
    /// Where the light is.
    pub arrangement: Arrangement,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes from one row to the next; 0 where the driver does not say.
    pub row_bytes: u32,
    /// All of them.
    pub bytes: Vec<u8>,
}

impl Frame {
    /// A picture file with its light, a BMP or a JPEG. `None`: it is not whole.
    pub fn into_picture_file(self) -> Option<Vec<u8>> {
        match self.arrangement {
            Arrangement::Jpeg => jpeg::with_tables(self.bytes),
            Arrangement::LightFirst => self.light(1, 0),
            Arrangement::LightBeforeColour => self.light(2, 0),
            Arrangement::ColourBeforeLight => self.light(2, 1),
        }
    }

    /// A BMP of one byte in so many, from the first on.
    fn light(&self, pixel_bytes: usize, first: usize) -> Option<Vec<u8>> {
        if self.width.min(self.height) == 0 || self.width.max(self.height) > PICTURE_SIDE_MAX {
            return None;
        }
        let (width, height) = (
            usize::try_from(self.width).ok()?,
            usize::try_from(self.height).ok()?,
        );
        let used = width * pixel_bytes;
        let row_bytes = usize::try_from(self.row_bytes).ok()?.max(used);
        let mut file = bitmap_header(self.width, self.height);
        for row in 0..height {
            let row = self.bytes.get(row * row_bytes..)?.get(..used)?;
            file.extend(row.iter().skip(first).step_by(pixel_bytes));
            file.resize(file.len().next_multiple_of(4), 0);
        }
        Some(file)
    }
}

/// What stands before the rows of a BMP in 256 shades of grey, the upper row first. Every row is filled up to a multiple
/// of four bytes, and begins at one: the two after the palette are read by nobody.
fn bitmap_header(width: u32, height: u32) -> Vec<u8> {
    const PIXELS_AT: u32 = 1080;
    let mut file = b"BM".to_vec();
    file.extend([0; 8]);
    file.extend(PIXELS_AT.to_le_bytes());
    file.extend(40_u32.to_le_bytes());
    file.extend(width.to_le_bytes());
    // Below zero: from above.
    file.extend(height.wrapping_neg().to_le_bytes());
    file.extend([1, 0, 8, 0]);
    file.extend([0; 24]);
    for shade in 0..=u8::MAX {
        file.extend([shade, shade, shade, 0]);
    }
    file.resize(PIXELS_AT as usize, 0);
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Limits, image};
    use ::image::codecs::jpeg::JpegEncoder;

    fn shades(frame: Frame) -> Option<Vec<u8>> {
        let file = frame.into_picture_file()?;
        Some(
            image::decode(&file, &Limits::default())
                .unwrap()
                .grey
                .pixels()
                .to_vec(),
        )
    }

    fn frame(letters: [u8; 4], (width, height): (u32, u32), row_bytes: u32, bytes: &[u8]) -> Frame {
        Frame {
            arrangement: Arrangement::of(FourLetters(letters)).unwrap(),
            width,
            height,
            row_bytes,
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn the_light_is_found_in_every_arrangement() {
        let expected = Some(vec![10, 20, 30, 40, 50, 60]);
        let grey = [10, 20, 30, 40, 50, 60];
        assert_eq!(shades(frame(*b"GREY", (3, 2), 3, &grey)), expected);
        assert_eq!(
            shades(frame(*b"GREY", (3, 2), 0, &grey)),
            expected,
            "the driver does not say"
        );
        let padded = [10, 20, 30, 9, 9, 40, 50, 60, 9, 9];
        assert_eq!(
            shades(frame(*b"GREY", (3, 2), 5, &padded)),
            expected,
            "rows longer than the picture"
        );
        assert_eq!(
            shades(frame(*b"GREY", (3, 2), 5, &padded[..8])),
            expected,
            "the last one not filled up"
        );
        let with_colours = [10, 20, 30, 40, 50, 60, 128, 128, 128, 128];
        for letters in [b"NV12", b"NV21", b"YU12", b"YV12"] {
            assert_eq!(
                shades(frame(*letters, (3, 2), 3, &with_colours)),
                expected,
                "{letters:?}"
            );
        }
        let light_first = [10, 7, 20, 7, 30, 7, 40, 7, 50, 7, 60, 7];
        let light_second = [7, 10, 7, 20, 7, 30, 7, 40, 7, 50, 7, 60];
        assert_eq!(shades(frame(*b"YUYV", (3, 2), 6, &light_first)), expected);
        assert_eq!(shades(frame(*b"UYVY", (3, 2), 6, &light_second)), expected);
    }

    #[test]
    fn every_width_is_filled_up_as_its_file_wants() {
        for width in 1..10 {
            let bytes: Vec<u8> = (0..width * 3).collect();
            assert_eq!(
                shades(frame(*b"GREY", (u32::from(width), 3), 0, &bytes)),
                Some(bytes.clone()),
                "{width}"
            );
        }
    }

    #[test]
    fn a_frame_that_is_not_whole_is_none() {
        for (sides, row_bytes, bytes) in [
            ((3, 2), 3, &[1, 2, 3, 4, 5][..]),
            ((3, 2), 3, &[]),
            ((0, 2), 3, &[1; 9]),
            ((3, 0), 3, &[1; 9]),
            ((u32::MAX, 1), 3, &[1; 9]),
            ((3, 2), u32::MAX, &[1; 9]),
        ] {
            assert!(
                shades(frame(*b"GREY", sides, row_bytes, bytes)).is_none(),
                "{sides:?} {row_bytes}"
            );
        }
        assert!(shades(frame(*b"MJPG", (3, 2), 0, b"nonsense")).is_none());
    }

    #[test]
    fn a_motion_jpeg_is_read_with_its_tables_and_without() {
        let mut whole = Vec::new();
        let pixels: Vec<u8> = (0..32 * 32 * 3)
            .map(|place| u8::try_from(place * 7 % 251).unwrap())
            .collect();
        JpegEncoder::new_with_quality(&mut whole, 90)
            .encode(&pixels, 32, 32, ::image::ExtendedColorType::Rgb8)
            .unwrap();
        let expected = shades(frame(*b"MJPG", (32, 32), 0, &whole)).unwrap();
        // Cameras leave out the tables that are always the same: segments that begin FF C4.
        let mut bare = Vec::new();
        let mut rest = &whole[..];
        while let Some(at) = rest.windows(2).position(|pair| pair == [0xff, 0xc4]) {
            bare.extend_from_slice(&rest[..at]);
            let length = usize::from(u16::from_be_bytes([rest[at + 2], rest[at + 3]]));
            rest = &rest[at + 2 + length..];
        }
        bare.extend_from_slice(rest);
        assert!(bare.len() + 100 < whole.len());
        assert!(
            image::decode(&bare, &Limits::default()).is_err(),
            "a decoder alone misses them"
        );
        // What follows a frame in the driver's buffer is not the frame's.
        bare.extend([0; 64]);
        assert_eq!(shades(frame(*b"MJPG", (32, 32), 0, &bare)), Some(expected));
    }

    #[test]
    fn what_was_never_compressed_is_asked_for_first() {
        let of = |offered: &[&[u8; 4]]| {
            let offered: Vec<_> = offered.iter().map(|letters| FourLetters(**letters)).collect();
            Arrangement::best_of(&offered).map(|best| best.0)
        };
        assert_eq!(of(&[b"MJPG", b"YUYV"]), Some(*b"YUYV"));
        assert_eq!(of(&[b"H264", b"MJPG"]), Some(*b"MJPG"));
        assert_eq!(of(&[b"H264", b"BA81"]), None);
        assert_eq!(FourLetters(*b"BA\x1b1").to_string(), "BA\\x1b1");
    }

    proptest::proptest! {
        #[test]
        fn no_frame_makes_it_panic(
            which in 0_usize..KNOWN.len(), width in 0_u32..40, height in 0_u32..40, row_bytes in 0_u32..100,
            bytes in proptest::collection::vec(0_u8.., 0..2000),
        ) {
            let _ = frame(KNOWN[which].0, (width, height), row_bytes, &bytes).into_picture_file();
        }
    }
}
