//! The one wrapper through which every string from outside is shown: on screens, the command line,
//! logs, prints and exports.
//!
//! A name or a code can carry escape sequences that move the cursor, and bidirectional controls that
//! show a dose of 10 as 01. Graphic characters pass; anything else becomes visible and inert.

use std::fmt;

use unicode_width::UnicodeWidthChar;

/// Longer texts are cut: a code can hold 3 kB, a screen cannot.
pub const SHOWN_CHARACTERS_MAX: usize = 300;

/// How many zero-width marks may sit on one character: more only serves to cover the lines around it.
const MARKS_MAX: usize = 4;

/// Shows a text from outside so that it can neither act on the terminal nor mislead the reader.
#[derive(Debug, Clone, Copy)]
pub struct Safe<'a>(pub &'a str);

impl fmt::Display for Safe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        let mut marks = 0;
        for (place, character) in self.0.chars().enumerate() {
            if place == SHOWN_CHARACTERS_MAX {
                return f.write_char('…');
            }
            let is_mark = !misleads(character) && character.width() == Some(0);
            marks = if is_mark { marks + 1 } else { 0 };
            if marks > MARKS_MAX {
                continue;
            }
            match character {
                // The control pictures: one visible sign for each C0 control.
                '\0'..='\u{1f}' => {
                    f.write_char(char::from_u32(0x2400 + u32::from(character)).unwrap_or('␀'))?;
                }
                '\u{7f}' => f.write_char('␡')?,
                _ if misleads(character) => write!(f, "\\u{{{:x}}}", u32::from(character))?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// C1 controls, bidirectional controls, invisible characters, tags, separators and private use.
fn misleads(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// The same JSON document with nothing in it that could act on a terminal: outside its strings JSON has no such
/// character, and inside them each can be written escaped.
pub fn inert_json(json: &str) -> String {
    use fmt::Write;
    let mut inert = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\u{7f}' || misleads(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a text never fails.
                let _ = write!(inert, "\\u{unit:04x}");
            }
        } else {
            inert.push(character);
        }
    }
    inert
}

/// The same as a `String`, for places that need one.
pub fn safe(text: &str) -> String {
    Safe(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_become_visible_and_inert() {
        for (raw, shown) in [
            ("\u{1b}[2J", "␛[2J"),
            ("\u{1b}]52;c;AAAA\u{7}", "␛]52;c;AAAA␇"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\r\nb\tc\0", "a␍␊b␉c␀"),
            ("10\u{202e}mg", "10\\u{202e}mg"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("Élodie Œuvrard, 2 gélules", "Élodie Œuvrard, 2 gélules"),
        ] {
            assert_eq!(safe(raw), shown);
        }
    }

    #[test]
    fn a_long_text_is_cut_and_piled_marks_are_dropped() {
        assert_eq!(safe(&"x".repeat(3000)).chars().count(), SHOWN_CHARACTERS_MAX + 1);
        assert!(safe(&format!("e{}", "\u{301}".repeat(200))).chars().count() <= 1 + MARKS_MAX);
    }

    proptest::proptest! {
        #[test]
        fn an_inert_document_is_the_same_document(text in "\\PC*|.*") {
            let document = serde_json::json!({ "text": text });
            let inert = inert_json(&document.to_string());
            proptest::prop_assert!(!inert.chars().any(|c| c.is_control() || misleads(c)));
            proptest::prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&inert).unwrap(), document);
        }

        #[test]
        fn nothing_that_acts_on_a_terminal_passes(text in "\\PC*|.*") {
            let shown = safe(&text);
            proptest::prop_assert!(!shown.chars().any(|c| c.is_control() || misleads(c)));
        }
    }
}
