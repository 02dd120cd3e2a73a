//! Helvetica, which every PDF reader has: how wide its letters are, and how a text is broken into lines.

use std::iter;

/// The two cuts that prints use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typeface {
    Regular,
    Bold,
}

/// Widths of the characters from the blank to the tilde, in thousandths of the size (Adobe's metrics).
const REGULAR_WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

const BOLD_WIDTHS: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
    556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
    556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
    333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

impl Typeface {
    /// Its name in the PDF standard.
    pub(crate) const fn name(self) -> &'static [u8] {
        match self {
            Self::Regular => b"Helvetica",
            Self::Bold => b"Helvetica-Bold",
        }
    }

    /// Its name in the pages.
    pub(crate) const fn key(self) -> &'static [u8] {
        match self {
            Self::Regular => b"F1",
            Self::Bold => b"F2",
        }
    }

    /// How long a text is at that size, in points.
    pub(crate) fn length(self, text: &str, size: f32) -> f32 {
        let thousandths: u32 = text.chars().map(|c| u32::from(self.width(c))).sum();
        f32::from(u16::try_from(thousandths).unwrap_or(u16::MAX)) * size / 1000.0
    }

    fn width(self, character: char) -> u16 {
        let widths = match self {
            Self::Regular => &REGULAR_WIDTHS,
            Self::Bold => &BOLD_WIDTHS,
        };
        let of = |ascii: char| widths.get((ascii as usize).wrapping_sub(' ' as usize)).copied();
        of(unaccented(character)).unwrap_or(match character {
            'Œ' | 'Æ' | '…' | '—' => 1000,
            'œ' | 'æ' => 944,
            '°' => 400,
            '’' | '‘' => 222,
            _ => 556,
        })
    }
}

/// The letter under the accent, which is as wide.
fn unaccented(character: char) -> char {
    match character {
        'À'..='Å' => 'A',
        'Ç' => 'C',
        'È'..='Ë' => 'E',
        'Ì'..='Ï' => 'I',
        'Ñ' => 'N',
        'Ò'..='Ö' => 'O',
        'Ù'..='Ü' => 'U',
        'Ý' | 'Ÿ' => 'Y',
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'l', // as narrow as an l, the dot left aside
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        '\u{a0}' | '\u{202f}' => ' ',
        other => other,
    }
}

/// The text in the encoding of the fonts (Windows-1252). What it lacks becomes a question mark.
pub(crate) fn encoded(text: &str) -> Vec<u8> {
    text.chars().map(code).collect()
}

fn code(character: char) -> u8 {
    match character {
        ' '..='~' | '\u{a0}'..='ÿ' => u8::try_from(u32::from(character)).unwrap_or(b'?'),
        '\u{202f}' => 0xa0,
        '€' => 0x80,
        '‚' => 0x82,
        '„' => 0x84,
        '…' => 0x85,
        '†' => 0x86,
        'Š' => 0x8a,
        'Œ' => 0x8c,
        'Ž' => 0x8e,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        'š' => 0x9a,
        'œ' => 0x9c,
        'ž' => 0x9e,
        'Ÿ' => 0x9f,
        _ => b'?',
    }
}

/// Breaks a text into lines no longer than that, between words, or inside a word too long for a line.
pub(crate) fn wrapped(text: &str, typeface: Typeface, size: f32, length: f32) -> Vec<String> {
    let fits = |line: &str| typeface.length(line, size) <= length;
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        for piece in pieces(word, &fits) {
            let last = lines.last().cloned().unwrap_or_default();
            let joined = if last.is_empty() {
                piece.clone()
            } else {
                format!("{last} {piece}")
            };
            if last.is_empty() || fits(&joined) {
                lines.pop();
                lines.push(joined);
            } else {
                lines.push(piece);
            }
        }
    }
    lines
}

/// The word, or as many parts as it takes for each to fit a line.
fn pieces(word: &str, fits: &impl Fn(&str) -> bool) -> Vec<String> {
    let mut rest = word;
    iter::from_fn(|| {
        let mut end = rest.chars().next()?.len_utf8();
        for (place, character) in rest.char_indices() {
            let longer = place + character.len_utf8();
            if !fits(&rest[..longer]) {
                break;
            }
            end = longer.max(end);
        }
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece.to_owned())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_is_written_and_the_rest_is_marked() {
        assert_eq!(encoded("Été œuvré"), b"\xc9t\xe9 \x9cuvr\xe9");
        assert_eq!(encoded("l’effet\u{202f}: 3 €"), b"l\x92effet\xa0: 3 \x80");
        assert_eq!(encoded("␛[2J 中"), b"?[2J ?");
    }

    #[test]
    fn lengths_are_those_of_the_font() {
        assert!((Typeface::Regular.length("Été", 10.0) - 15.01).abs() < 0.001);
        assert!((Typeface::Bold.length("A1", 10.0) - 12.78).abs() < 0.001);
    }

    #[test]
    fn lines_break_between_words_and_inside_endless_ones() {
        let lines = |text: &str, length| wrapped(text, Typeface::Regular, 10.0, length);
        assert_eq!(
            lines("1 comprimé matin et soir", 70.0),
            ["1 comprimé", "matin et soir"]
        );
        assert_eq!(lines("", 70.0), [""]);
        let long = lines(&"W".repeat(100), 70.0);
        assert_eq!(long.concat().len(), 100);
        assert!(
            long.iter()
                .all(|line| Typeface::Regular.length(line, 10.0) <= 70.0)
        );
        assert_eq!(
            lines("WW", 1.0),
            ["W", "W"],
            "a letter wider than the line stands alone"
        );
    }
}
