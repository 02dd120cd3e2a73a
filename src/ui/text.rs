//! Texts measured in columns: cut, wrapped and padded so that no name ever breaks a table.

use std::iter;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// What a person sees as one letter, with its columns: as the screen draws it. The width of a letter with its marks is
/// not the sum of its characters': a sign followed by the one that makes it a picture takes two columns, alone one.
fn letters(text: &str) -> impl DoubleEndedIterator<Item = (&str, usize)> {
    text.graphemes(true).map(|letter| {
        // A control is not drawn.
        let is_drawn = !letter.contains(char::is_control);
        (
            letter,
            if is_drawn {
                usize::from(letter.cell_width())
            } else {
                0
            },
        )
    })
}

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    letters(text).map(|(_, wide)| wide).sum()
}

/// The letters that come first, in at most that many columns.
fn fitting<'t>(
    letters: impl Iterator<Item = (&'t str, usize)>,
    columns: usize,
) -> impl Iterator<Item = &'t str> {
    let mut used = 0;
    letters
        .take_while(move |(_, wide)| {
            used += wide;
            used <= columns
        })
        .map(|(letter, _)| letter)
}

/// The text in at most that many columns; what does not fit ends in `…`.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns.checked_sub(1) {
        Some(left) => fitting(letters(text), left).chain(iter::once("…")).collect(),
        None => String::new(),
    }
}

/// The text in exactly that many columns, blanks added on its right.
pub fn padded(text: &str, columns: usize) -> String {
    let cut = cut(text, columns);
    let missing = columns.saturating_sub(width(&cut));
    cut + &" ".repeat(missing)
}

/// The text in rows of at most that many columns, broken at blanks; a longer word is broken between letters.
///
/// Narrow and ordinary no-break spaces do not break.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut rows = Vec::new();
    let mut row = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if used > 0 && used + 1 + width(word) > columns {
            rows.push(std::mem::take(&mut row));
            used = 0;
        }
        if used > 0 {
            row.push(' ');
            used += 1;
        }
        for (letter, wide) in letters(word) {
            // Signs that a script never joins make one letter of any width: nobody's name.
            let (letter, wide) = if wide <= columns {
                (letter, wide)
            } else {
                ("…", 1)
            };
            if used + wide > columns {
                rows.push(std::mem::take(&mut row));
                used = 0;
            }
            row.push_str(letter);
            used += wide;
        }
    }
    if !row.is_empty() || rows.is_empty() {
        rows.push(row);
    }
    rows
}

/// The end of a text in at most that many columns: what is being typed is seen where it grows.
pub fn tail(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let kept: Vec<&str> = fitting(letters(text).rev(), columns.saturating_sub(1)).collect();
    iter::once("…").chain(kept.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_by_columns_not_by_letters() {
        assert_eq!(cut("Élodie", 6), "Élodie");
        assert_eq!(cut("Élodie", 4), "Élo…");
        assert_eq!(cut("漢字漢字", 5), "漢字…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(padded("é", 3), "é  ");
        assert_eq!(tail("abcdef", 4), "…def");
    }

    #[test]
    fn a_text_is_wrapped_at_blanks_and_a_long_word_is_broken() {
        assert_eq!(wrapped("un deux trois", 8), ["un deux", "trois"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(
            wrapped("ici\u{202f}: la suite", 6),
            ["ici\u{202f}:", "la", "suite"]
        );
    }

    #[test]
    fn a_letter_made_of_several_characters_stays_whole() {
        // A sign and the selector that makes it a picture of two columns; a flag; a family; a letter with marks.
        for letter in ["🕯\u{fe0f}", "🇫🇷", "👩\u{200d}👧", "👍🏽", "e\u{301}\u{323}"] {
            let (text, wide) = (letter.repeat(3), width(letter));
            assert_eq!(wrapped(&text, wide), [letter; 3]);
            let shorter = 3 * wide - 1;
            let kept = letter.repeat((shorter - 1) / wide);
            assert_eq!(cut(&text, shorter), format!("{kept}…"));
            assert_eq!(tail(&text, shorter), format!("…{kept}"));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_row_is_ever_wider_than_asked(
            text in "(\\PC|[🕯☎👍👩🇫🇷éא0 ]|[\u{301}\u{200d}\u{fe0e}\u{fe0f}🏽]){0,60}",
            columns in 2usize..40,
        ) {
            for row in wrapped(&text, columns) {
                proptest::prop_assert!(width(&row) <= columns, "{row:?}");
            }
            proptest::prop_assert!(width(&cut(&text, columns)) <= columns);
            proptest::prop_assert!(width(&tail(&text, columns)) <= columns);
        }
    }
}
