//! The pages of a TIFF: copiers and fax servers put several in one file, in the codes of fax machines.

use std::io::Cursor;

use hayro_ccitt::{DecodeSettings, DecoderContext, EncodingMode};
use tiff::TiffError;
use tiff::decoder::Decoder;
use tiff::tags::{CompressionMethod, Tag};

use crate::scan::grey::Grey;
use crate::scan::image::{self, Picture};
use crate::scan::{Limits, ReadError, Turn, guarded};

/// How the rows of a fax are coded (`T4Options`).
const T4_OPTIONS: Tag = Tag::Unknown(292);

/// Against the row above them, and not each by itself.
const T4_TWO_DIMENSIONAL: u64 = 1;

/// The bits of each byte of a fax stand the other way round.
const LOWEST_BIT_FIRST: u64 = 2;

/// Where the header says how its own offsets are written, and where the first page is described.
const CLASSIC: u8 = 42;
const BIG: u8 = 43;

type Pages<'file> = Decoder<Cursor<&'file [u8]>>;

/// Whether the bytes set out as a TIFF, in either order of bytes, small or big.
pub(super) fn begins_one(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'I', b'I', CLASSIC | BIG, 0, ..] | [b'M', b'M', 0, CLASSIC | BIG, ..]
    )
}

/// Decodes each of the first pages, one at a time, and says how many there are in all.
pub(super) fn each_page(
    bytes: &[u8],
    limits: &Limits,
    mut see: impl FnMut(Turn, Result<Picture, ReadError>),
) -> Result<usize, ReadError> {
    let open = || guarded(|| Decoder::new(Cursor::new(bytes)))?.map_err(|error| reason(&error));
    let count = count(&mut open()?);
    let mut pages = open()?;
    let mut page = 0;
    loop {
        if page < limits.pdf_pages {
            let picture = guarded(|| decoded(&mut pages, bytes, limits)).and_then(|picture| picture);
            let pages_left = count.saturating_sub(page + 1);
            see(
                Turn {
                    page: page + 1,
                    pages_left,
                },
                picture,
            );
        }
        page += 1;
        if !pages.more_images() || pages.seek_to_image(page).is_err() {
            return Ok(page);
        }
    }
}

fn count(pages: &mut Pages<'_>) -> usize {
    let mut count = 1;
    while pages.more_images() && pages.seek_to_image(count).is_ok() {
        count += 1;
    }
    count
}

fn reason(error: &TiffError) -> ReadError {
    match error {
        TiffError::LimitsExceeded => ReadError::TooLarge,
        TiffError::UnsupportedError(_) => ReadError::UnknownVariant,
        _ => ReadError::Truncated,
    }
}

fn decoded(pages: &mut Pages<'_>, bytes: &[u8], limits: &Limits) -> Result<Picture, ReadError> {
    let (width, height) = pages.dimensions().map_err(|error| reason(&error))?;
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > limits.picture_side || pixels > limits.picture_pixels {
        return Err(ReadError::TooLarge);
    }
    let compression = number(pages, Tag::Compression).and_then(|code| u16::try_from(code).ok());
    let compression = compression.map_or(CompressionMethod::None, CompressionMethod::from_u16_exhaustive);
    let sides = (width as usize, height as usize);
    if let CompressionMethod::Huffman | CompressionMethod::Fax3 | CompressionMethod::Fax4 = compression {
        return faxed(pages, bytes, compression, sides);
    }
    image::decode_tiff(&alone(pages, bytes).ok_or(ReadError::Truncated)?, limits)
}

fn number(pages: &mut Pages<'_>, tag: Tag) -> Option<u64> {
    pages.find_tag_unsigned(tag).ok().flatten()
}

fn numbers(pages: &mut Pages<'_>, tag: Tag) -> Vec<u64> {
    pages
        .find_tag_unsigned_vec(tag)
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// The file with this page as its first: the decoder of pictures reads no other.
fn alone(pages: &mut Pages<'_>, bytes: &[u8]) -> Option<Vec<u8>> {
    let place = pages.ifd_pointer()?.0;
    let mut bytes = bytes.to_vec();
    let is_big = bytes[2].max(bytes[3]) == BIG;
    let is_little = bytes[0] == b'I';
    let written = if is_little {
        place.to_le_bytes()
    } else {
        place.to_be_bytes()
    };
    match (is_big, is_little) {
        (true, _) => bytes.get_mut(8..16)?.copy_from_slice(&written),
        (false, true) => bytes.get_mut(4..8)?.copy_from_slice(&written[..4]),
        (false, false) => bytes.get_mut(4..8)?.copy_from_slice(&written[4..]),
    }
    Some(bytes)
}

/// Black and white, in the codes of T.4 and T.6. What arrived of a page that was cut is kept.
fn faxed(
    pages: &mut Pages<'_>,
    bytes: &[u8],
    compression: CompressionMethod,
    (width, height): (usize, usize),
) -> Result<Picture, ReadError> {
    let is_two_dimensional =
        number(pages, T4_OPTIONS).is_some_and(|options| options & T4_TWO_DIMENSIONAL != 0);
    let encoding = match compression {
        CompressionMethod::Fax4 => EncodingMode::Group4,
        CompressionMethod::Fax3 if is_two_dimensional => EncodingMode::Group3_2D,
        _ => EncodingMode::Group3_1D,
    };
    let is_turned = number(pages, Tag::FillOrder) == Some(LOWEST_BIT_FIRST);
    let rows_a_strip = number(pages, Tag::RowsPerStrip).and_then(|rows| usize::try_from(rows).ok());
    let rows_a_strip = rows_a_strip.unwrap_or(height).clamp(1, height.max(1));
    let starts = numbers(pages, Tag::StripOffsets);
    let lengths = numbers(pages, Tag::StripByteCounts);
    let white_is_0 = number(pages, Tag::PhotometricInterpretation).unwrap_or(0) == 0;
    let (paper, ink) = if white_is_0 { (255, 0) } else { (0, 255) };
    let mut rows = Rows {
        width,
        paper,
        ink,
        most: width * height,
        pixels: Vec::new(),
    };
    let mut is_cut = starts.is_empty();
    for (strip, (start, length)) in starts.into_iter().zip(lengths).enumerate() {
        let kept = rows_a_strip.min(height.saturating_sub(strip * rows_a_strip));
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        let coded = &bytes[place(start)..place(start.saturating_add(length))];
        let coded = if is_turned {
            coded.iter().map(|byte| byte.reverse_bits()).collect()
        } else {
            coded.to_vec()
        };
        let settings = DecodeSettings {
            columns: u32::try_from(width).unwrap_or(0),
            rows: u32::try_from(kept).unwrap_or(0),
            end_of_block: true,
            end_of_line: false,
            rows_are_byte_aligned: compression == CompressionMethod::Huffman,
            encoding,
            strict: false,
        };
        is_cut |= hayro_ccitt::decode(&coded, &mut rows, &mut DecoderContext::new(settings)).is_err();
    }
    let came = rows.pixels.len();
    rows.pixels.resize(rows.most, paper);
    let grey = Grey::new(width, height, rows.pixels)
        .filter(|_| came > 0)
        .ok_or(ReadError::Truncated)?;
    let mut picture = Picture::of_grey(grey);
    picture.is_cut = is_cut || came < width * height;
    Ok(picture)
}

/// The rows of a fax, as they come.
struct Rows {
    width: usize,
    paper: u8,
    ink: u8,
    most: usize,
    pixels: Vec<u8>,
}

impl hayro_ccitt::Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let start = self.pixels.len();
        if start + self.width > self.most {
            return;
        }
        self.pixels.resize(start + self.width, self.paper);
        let place = |change: Option<&u32>| change.map_or(self.width, |at| (*at as usize).min(self.width));
        for run in changes.chunks(2) {
            let (from, to) = (place(run.first()), place(run.get(1)));
            self.pixels[start..][from..to.max(from)].fill(self.ink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_PAGES: &[u8] = include_bytes!("../../test-images/fax-second-page.tiff");

    /// What each page is: its sides, whether it has ink, or why it is none.
    fn pages(bytes: &[u8], limits: &Limits) -> (Vec<Result<bool, ReadError>>, Result<usize, ReadError>) {
        let mut seen = Vec::new();
        let count = each_page(bytes, limits, |_, picture| {
            seen.push(picture.map(|picture| picture.grey.pixels().contains(&0)));
        });
        (seen, count)
    }

    #[test]
    fn each_page_is_decoded_by_itself() {
        assert_eq!(
            pages(TWO_PAGES, &Limits::default()),
            (vec![Ok(false), Ok(true)], Ok(2))
        );
    }

    #[test]
    fn pages_beyond_the_limit_are_counted_and_not_decoded() {
        let limits = Limits {
            pdf_pages: 1,
            ..Limits::default()
        };
        assert_eq!(pages(TWO_PAGES, &limits), (vec![Ok(false)], Ok(2)));
    }

    #[test]
    fn a_page_above_a_limit_is_refused_before_it_is_decoded() {
        let limits = Limits {
            picture_side: 699,
            ..Limits::default()
        };
        assert_eq!(
            pages(TWO_PAGES, &limits).0,
            [Err(ReadError::TooLarge), Err(ReadError::TooLarge)]
        );
    }

    /// The second page says that the first one follows it.
    #[test]
    fn pages_that_follow_one_another_in_a_circle_come_to_an_end() {
        let mut circle = TWO_PAGES.to_vec();
        let first: [u8; 4] = circle[4..8].try_into().unwrap();
        let end = circle.len() - 4;
        circle[end..].copy_from_slice(&first);
        assert!(pages(&circle, &Limits::default()).0.len() <= 3);
    }

    #[test]
    fn what_arrived_of_a_page_that_was_cut_is_kept() {
        let read = |bytes: &[u8]| {
            let mut seen = None;
            let _ = each_page(bytes, &Limits::default(), |_, picture| seen = picture.ok());
            seen
        };
        // The rows of the old fax stand before what describes them: those after the middle are blanked.
        let mut cut = include_bytes!("../../test-images/fax-old.tiff").to_vec();
        let middle = cut.len() / 2;
        let end = cut.len() - 200;
        cut[middle..end].fill(0);
        assert!(read(&cut).is_some_and(|picture| picture.grey.pixels().contains(&0)));
    }

    proptest::proptest! {
        #[test]
        fn no_damage_makes_it_panic(places in proptest::collection::vec((0..TWO_PAGES.len(), 0_u8..), 1..4)) {
            let mut bytes = TWO_PAGES.to_vec();
            for (place, value) in places {
                bytes[place] = value;
            }
            let (seen, _) = pages(&bytes, &Limits::default());
            proptest::prop_assert!(!seen.contains(&Err(ReadError::DecoderFailed)));
        }
    }
}
