//! What decoders leave out: whether a JPEG arrived whole, for they show what there is of a cut one, and grey below, without
//! a word; and the tables that cameras do not send, for they are always the same.

/// What every marker begins with.
const MARKER: u8 = 0xff;
const START: u8 = 0xd8;
const SCAN: u8 = 0xda;
const END: u8 = 0xd9;
const TABLES: u8 = 0xc4;

/// An empty note in which the decoder sees that the tables are those of motion JPEG.
const MOTION: [u8; 18] = *b"\xff\xe0\0\x10AVI1\0\0\0\0\0\0\0\0\0\0";

/// Whether these bytes begin as a JPEG does and stop before its end. A thumbnail within it has an end of its own, and
/// telephones write more after the end: the segments are walked.
pub(super) fn is_cut(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(&[MARKER, START]) else {
        return false;
    };
    loop {
        match rest {
            [] | [MARKER] => return true,
            [MARKER, END, ..] => return false,
            // Filling before a marker.
            [MARKER, MARKER, ..] => rest = &rest[1..],
            [MARKER, kind, after @ ..] => {
                let Some(following) = after_segment(after) else {
                    return true;
                };
                rest = if *kind == SCAN {
                    after_scan(following)
                } else {
                    following
                };
            }
            // Not as JPEG is written: whether it is whole is for the decoder to say.
            _ => return false,
        }
    }
}

/// The same frame, in a way that the decoder knows its tables. `None`: it is no JPEG.
pub(super) fn with_tables(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(&[MARKER, START])?;
    while let [MARKER, kind, after @ ..] = rest {
        match *kind {
            TABLES => return Some(bytes),
            SCAN => {
                bytes.splice(2..2, MOTION);
                return Some(bytes);
            }
            MARKER => rest = &rest[1..],
            _ => rest = after_segment(after)?,
        }
    }
    None
}

/// A segment says its own length, these two bytes included.
fn after_segment(segment: &[u8]) -> Option<&[u8]> {
    let length = usize::from(u16::from_be_bytes(*segment.first_chunk()?));
    segment.get(length.max(2)..)
}

/// The pixels go on until a marker that is neither a shade that looks like one nor a restart.
fn after_scan(pixels: &[u8]) -> &[u8] {
    let ends = |pair: &[u8]| pair[0] == MARKER && !matches!(pair[1], 0 | 0xd0..=0xd7);
    let end = pixels.windows(2).position(ends);
    end.map_or(&[], |end| &pixels[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_is_whole_once_its_own_end_came() {
        let whole: &[u8] = &[
            MARKER, START, // a thumbnail's end within a segment
            MARKER, 0xe1, 0, 6, 9, 9, MARKER, END, // the scan, with an escaped shade and a restart
            MARKER, SCAN, 0, 3, 1, 7, MARKER, 0, 7, MARKER, 0xd0, 7, MARKER, MARKER, END,
        ];
        assert!(!is_cut(whole));
        assert!(!is_cut(&[whole, b"a telephone's own notes"].concat()));
        for length in 2..whole.len() {
            assert!(is_cut(&whole[..length]), "{length}");
        }
        assert!(!is_cut(b"\x89PNG"));
        assert!(!is_cut(b""));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(0_u8.., 0..200)) {
            let bytes = [&[MARKER, START], &bytes[..]].concat();
            let _ = is_cut(&bytes);
            let _ = with_tables(bytes);
        }
    }
}
