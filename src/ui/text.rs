//! Texts measured in columns: cut, wrapped and padded so that no name ever breaks a table.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text in at most that many columns; what does not fit ends in `…`.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if used + wide + 1 > columns {
            break;
        }
        kept.push(character);
        used += wide;
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The text in exactly that many columns, blanks added on its right.
pub fn padded(text: &str, columns: usize) -> String {
    let cut = cut(text, columns);
    let missing = columns.saturating_sub(width(&cut));
    cut + &" ".repeat(missing)
}

/// The text in rows of at most that many columns, broken at blanks; a longer word is broken anywhere.
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
        for character in word.chars() {
            let wide = character.width().unwrap_or(0);
            if used + wide > columns {
                rows.push(std::mem::take(&mut row));
                used = 0;
            }
            row.push(character);
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
    let mut kept: Vec<char> = Vec::new();
    let mut used = 1;
    for character in text.chars().rev() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(character);
    }
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
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

    proptest::proptest! {
        #[test]
        fn no_row_is_ever_wider_than_asked(text in "\\PC{0,80}", columns in 2usize..40) {
            for row in wrapped(&text, columns) {
                proptest::prop_assert!(width(&row) <= columns, "{row:?}");
            }
            proptest::prop_assert!(width(&cut(&text, columns)) <= columns);
            proptest::prop_assert!(width(&tail(&text, columns)) <= columns);
        }
    }
}
