//! Several scans in one burst: a reader without a suffix, triggered twice, types one text after another.
//!
//! A burst is cut only where every piece is a whole thing of the counter and there is one way to cut it, as it arrived
//! or with the damage of the keyboard undone; a text that is something as it stands is never cut.

use crate::domain::number::NUMBER_LENGTH;
use crate::domain::scanned::{Repair, Scanned};
use crate::scan::repair;
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
    if let Some(pieces) = lines(burst, read_text).or_else(|| pieces(without_noise(burst))) {
        return pieces
            .into_iter()
            .map(|piece| (piece.to_owned(), read_text(piece)))
            .collect();
    }
    match mended(burst) {
        Some(Mended::Cut(scans)) if !whole.scanned.is_known() => scans,
        Some(Mended::TwoWays) if whole.scanned == Scanned::Text => {
            vec![(burst.to_owned(), Scanned::Ambiguous.into())]
        }
        _ => vec![(burst.to_owned(), whole)],
    }
}

/// What a burst is once the damage of a keyboard is undone.
enum Mended {
    /// Several scans, each with the text that arrived.
    Cut(Vec<(String, Reading)>),
    /// One repair makes some scans of it, and another repair other ones.
    TwoWays,
}

/// Undoes what the keyboard did to all of a burst, and cuts it: one reader typed it, in one go.
fn mended(burst: &str) -> Option<Mended> {
    let burst = without_noise(burst);
    if burst.len() > SCANS_MAX * what::PIECE_LENGTH_MAX {
        return None;
    }
    let mut ways: Vec<(usize, Vec<(String, Reading)>)> = Repair::OF_KEYBOARDS
        .into_iter()
        .filter_map(|repair| {
            let mended = repair::mend(repair, burst)?;
            let cut = lines(&mended, what::read_as_sent).or_else(|| pieces(&mended))?;
            Some((repair.faults(), as_they_arrived(burst, &mended, &cut, repair)))
        })
        .collect();
    let fewest = ways.iter().map(|(faults, _)| *faults).min()?;
    ways.retain(|(faults, _)| *faults == fewest);
    let (_, first) = ways.swap_remove(0);
    let kinds = |scans: &[(String, Reading)]| -> Vec<Scanned> {
        scans.iter().map(|(_, reading)| reading.scanned.clone()).collect()
    };
    if ways.iter().all(|(_, other)| kinds(other) == kinds(&first)) {
        Some(Mended::Cut(first))
    } else {
        Some(Mended::TwoWays)
    }
}

/// The pieces of a mended text, each with what arrived of it: mending takes one character for one.
fn as_they_arrived(burst: &str, mended: &str, cut: &[&str], repair: Repair) -> Vec<(String, Reading)> {
    let mut arrived = burst.chars();
    let mut rest = mended;
    cut.iter()
        .map(|piece| {
            // What stands before a piece is noise.
            let (before, after) = rest.split_once(piece).unwrap_or(("", rest));
            rest = after;
            let text: String = arrived
                .by_ref()
                .skip(before.chars().count())
                .take(piece.chars().count())
                .collect();
            (text, what::read_mended(repair, piece))
        })
        .collect()
}

/// A paste, or a reader whose suffix the terminal kept: one scan a line, each of them something.
fn lines(burst: &str, read: fn(&str) -> Reading) -> Option<Vec<&str>> {
    let lines: Vec<&str> = burst
        .split(['\r', '\n', '\t'])
        .map(without_noise)
        .filter(|line| !line.is_empty())
        .collect();
    let are_things = lines.iter().all(|line| read(line).scanned.is_known());
    (lines.len() > 1 && lines.len() <= SCANS_MAX && are_things).then_some(lines)
}

/// Cuts a text into whole things, if there is exactly one way.
fn pieces(text: &str) -> Option<Vec<&str>> {
    if !text.is_ascii() || text.len() > SCANS_MAX * what::PIECE_LENGTH_MAX {
        return None;
    }
    let begins: Vec<usize> = (0..text.len())
        .filter(|place| may_begin(&text[*place..]))
        .collect();
    // How many ways lead to each place, and by which piece the last of them came. A count above one is all one needs.
    let mut ways = vec![0_u8; text.len() + 1];
    let mut came_from = vec![0; text.len() + 1];
    ways[0] = 1;
    for start in begins.iter().copied() {
        // Digits may be the beginning of anything: only what a whole thing ends before is looked at.
        if ways[start] == 0 {
            continue;
        }
        for end in ends_of(text, start, &begins) {
            ways[end] = ways[end].saturating_add(ways[start]);
            came_from[end] = start;
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

/// Where the whole things that begin there end.
///
/// The end of a box's code cannot be seen: it is looked for where another thing sets out, or at the text's end.
fn ends_of(text: &str, start: usize, begins: &[usize]) -> Vec<usize> {
    let prefix = text[start..].len() - without_prefix(&text[start..]).1.len();
    let mut ends: Vec<usize> = begins
        .iter()
        .copied()
        .filter(|end| *end > start)
        .chain([text.len()])
        .chain([NUMBER_LENGTH, EAN_LENGTH].map(|length| start + prefix + length))
        .filter(|end| *end <= text.len() && end - start <= what::PIECE_LENGTH_MAX)
        .collect();
    ends.sort_unstable();
    ends.dedup();
    ends.retain(|end| whole_thing(without_prefix(&text[start..*end]).1).is_some());
    ends
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
    fn scans_that_the_keyboard_damaged_are_told_apart_too() {
        let azerty = "à&SéTBPWéJCNWWYGHW";
        let other = "à&Kè?'AXéRTçZBHV-P";
        let small = "01s2tbpk2jcnxxyghx";
        for (burst, expected) in [
            (
                format!("{azerty}{other}\r\n"),
                vec![(azerty, ONE), (other, OTHER)],
            ),
            (
                format!("{azerty}\r\n{other}\r\n"),
                vec![(azerty, ONE), (other, OTHER)],
            ),
            (
                format!("{small}{small}"),
                vec![(small, "01S2TBPK2JCNXXYGHX"), (small, "01S2TBPK2JCNXXYGHX")],
            ),
            (
                "01s2tbpz2jcnzzyghz\r01k7m4qx2rt9wbhv6p\r".to_owned(),
                vec![("01s2tbpz2jcnzzyghz", ONE), ("01k7m4qx2rt9wbhv6p", OTHER)],
            ),
        ] {
            let read: Vec<(String, Scanned)> = read_burst(&burst)
                .into_iter()
                .map(|(text, reading)| (text, reading.scanned))
                .collect();
            let expected: Vec<(String, Scanned)> = expected
                .into_iter()
                .map(|(text, number)| (text.to_owned(), Scanned::Prescription(number.parse().unwrap())))
                .collect();
            assert_eq!(read, expected, "{burst:?}");
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

    #[test]
    fn the_longest_burst_of_digits_is_looked_through_at_once() {
        let digits: String = "0123456"
            .chars()
            .cycle()
            .take(SCANS_MAX * what::PIECE_LENGTH_MAX)
            .collect();
        assert_eq!(read_burst(&digits).len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_burst_makes_it_panic_or_loses_a_character(burst in "(01[0-9A-Z]{15}[A-Z]|01[0-9b-jx]{15}[b-j]|à&[A-Zéè]{15}[B-J]|34009338570 42|\\]d2|\\PC|\u{1d}|\r){0,30}") {
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
