//! Several scans in one burst: a reader without a suffix, triggered twice, types one text after another.
//!
//! A burst is cut only where every piece is a whole thing of the counter and there is one way to cut it; a text
//! that is something as it stands is never cut.

use std::ops::Range;

use crate::domain::number::NUMBER_LENGTH;
use crate::domain::scanned::Scanned;
use crate::scan::what::{self, Reading, read_text, whole_thing, without_noise, without_prefix};

/// The most scans in one burst: beyond, it is no reader's.
pub const SCANS_MAX: usize = 20;

/// The digits of a linear code.
const EAN_LENGTH: usize = 13;

/// Reads a burst: each scan with its text, at least one.
pub fn read_burst(burst: &str) -> Vec<(String, Reading)> {
    let whole = read_text(burst);
    if whole_thing(without_prefix(without_noise(burst)).1).is_some() {
        return vec![(burst.to_owned(), whole)];
    }
    match lines(burst).or_else(|| pieces(without_noise(burst))) {
        Some(pieces) => pieces
            .into_iter()
            .map(|piece| (piece.to_owned(), read_text(piece)))
            .collect(),
        None => vec![(burst.to_owned(), whole)],
    }
}

/// A paste, or a reader whose suffix the terminal kept: one scan a line, each of them something.
fn lines(burst: &str) -> Option<Vec<&str>> {
    let lines: Vec<&str> = burst
        .split(['\r', '\n', '\t'])
        .map(without_noise)
        .filter(|line| !line.is_empty())
        .collect();
    let are_things = lines.iter().all(|line| is_thing(line));
    (lines.len() > 1 && lines.len() <= SCANS_MAX && are_things).then_some(lines)
}

fn is_thing(text: &str) -> bool {
    !matches!(
        read_text(text).scanned,
        Scanned::Ambiguous | Scanned::Text | Scanned::Url | Scanned::FileName
    )
}

/// Cuts a text into whole things, if there is exactly one way.
fn pieces(text: &str) -> Option<Vec<&str>> {
    if !text.is_ascii() || text.len() > SCANS_MAX * what::PIECE_LENGTH_MAX {
        return None;
    }
    let ends = piece_ends(text);
    // How many ways lead to each place, and by which piece the last of them came. A count above one is all one needs.
    let mut ways = vec![0_u8; text.len() + 1];
    let mut came_from = vec![0; text.len() + 1];
    ways[0] = 1;
    for piece in ends {
        if ways[piece.start] > 0 {
            ways[piece.end] = ways[piece.end].saturating_add(ways[piece.start]);
            came_from[piece.end] = piece.start;
        }
    }
    if ways[text.len()] != 1 {
        return None;
    }
    let mut pieces = Vec::new();
    let mut end = text.len();
    while end > 0 {
        pieces.push(&text[came_from[end]..end]);
        end = came_from[end];
    }
    pieces.reverse();
    (pieces.len() > 1 && pieces.len() <= SCANS_MAX).then_some(pieces)
}

/// Every whole thing that stands somewhere in the text, in the order of where it begins.
///
/// The end of a box's code cannot be seen: it is looked for where another thing sets out, or at the text's end.
fn piece_ends(text: &str) -> Vec<Range<usize>> {
    let begins: Vec<usize> = (0..text.len())
        .filter(|place| may_begin(&text[*place..]))
        .collect();
    let mut found = Vec::new();
    for start in &begins {
        let prefix = text[*start..].len() - without_prefix(&text[*start..]).1.len();
        let mut ends: Vec<usize> = begins
            .iter()
            .copied()
            .filter(|end| end > start)
            .chain([text.len()])
            .chain([NUMBER_LENGTH, EAN_LENGTH].map(|length| start + prefix + length))
            .filter(|end| *end <= text.len() && end - start <= what::PIECE_LENGTH_MAX)
            .collect();
        ends.sort_unstable();
        ends.dedup();
        found.extend(
            ends.into_iter()
                .filter(|end| whole_thing(without_prefix(&text[*start..*end]).1).is_some())
                .map(|end| *start..end),
        );
    }
    found
}

/// A number begins with two digits, a box with 01 or its AIM prefix, an identity with IS01.
fn may_begin(text: &str) -> bool {
    let (prefix, content) = without_prefix(text);
    prefix.is_some()
        || content.starts_with("IS01")
        || content
            .as_bytes()
            .get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "01S2TBPZ2JCNZZYGHZ";
    const OTHER: &str = "01K7M4QX2RT9WBHV6P";
    const BOX: &str = "]d201034009338570421728093010AB12C\u{1d}21SN0000000000001";

    fn read(burst: &str) -> Vec<(String, &'static str)> {
        read_burst(burst)
            .into_iter()
            .map(|(text, reading)| (text, reading.scanned.code()))
            .collect()
    }

    #[test]
    fn scans_glued_together_are_told_apart() {
        for (burst, expected) in [
            (
                format!("{ONE}{OTHER}"),
                vec![(ONE, "prescription"), (OTHER, "prescription")],
            ),
            (
                format!("{ONE}{ONE}"),
                vec![(ONE, "prescription"), (ONE, "prescription")],
            ),
            (
                format!("]Q1{ONE}]Q1{OTHER}\r\n"),
                vec![
                    ("]Q101S2TBPZ2JCNZZYGHZ", "prescription"),
                    ("]Q101K7M4QX2RT9WBHV6P", "prescription"),
                ],
            ),
            (
                format!("{ONE}\r\n{OTHER}\r\n"),
                vec![(ONE, "prescription"), (OTHER, "prescription")],
            ),
            (format!("{BOX}{BOX}"), vec![(BOX, "box"), (BOX, "box")]),
            (format!("{BOX}\t{ONE}"), vec![(BOX, "box"), (ONE, "prescription")]),
            (
                "34009338570423400933857042".to_owned(),
                vec![("3400933857042", "box"), ("3400933857042", "box")],
            ),
        ] {
            let expected: Vec<(String, &str)> = expected
                .into_iter()
                .map(|(text, kind)| (text.to_owned(), kind))
                .collect();
            assert_eq!(read(&burst), expected, "{burst:?}");
        }
    }

    #[test]
    fn what_is_one_thing_or_none_is_never_cut() {
        for burst in [
            ONE.to_owned(),
            BOX.to_owned(),
            format!("{ONE}X"),
            format!("{ONE}01K7M4QX2RT9WBHV6"),
            format!("Ordonnance {ONE}\r\ndu 20/11/2026"),
            format!("{ONE}\r\nbonjour"),
            "https://exemple.fr/a".to_owned(),
            "A".repeat(3000),
            ONE.repeat(SCANS_MAX + 1),
            String::new(),
        ] {
            assert_eq!(read_burst(&burst).len(), 1, "{burst:?}");
        }
    }

    #[test]
    fn where_there_are_two_ways_to_cut_none_is_taken() {
        // 13 digits then 13 digits, or a number of 18 characters in between: whatever fits twice stays whole.
        let burst = format!("3400933857042{ONE}3400933857042");
        assert_eq!(read_burst(&burst).len(), 3, "one way");
        let doubtful = "010340093385704210A0103400933857042".to_owned();
        assert_eq!(read(&doubtful).len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_burst_makes_it_panic_or_loses_a_character(burst in "(01[0-9A-Z]{15}[A-Z]|34009338570 42|\\]d2|\\PC|\u{1d}){0,30}") {
            let joined: String = read_burst(&burst).into_iter().map(|(text, _)| text).collect();
            let kept = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            if read_burst(&burst).len() == 1 {
                proptest::prop_assert_eq!(joined, burst);
            } else {
                proptest::prop_assert_eq!(kept(&joined), kept(without_noise(&burst)));
            }
        }
    }
}
