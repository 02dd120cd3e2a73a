//! Every sentence a person reads, in plain French: what happened, why, and what can be done now.
//!
//! The terminal and the command line use the same functions. Texts from outside that end up in a
//! sentence go through [`safe`].

pub mod breakdowns;
pub mod camera;
pub mod catalogue;
pub mod closing;
pub mod command_line;
pub mod configuration;
pub mod corrections;
pub mod dates;
pub mod doctor;
pub mod edition;
pub mod files;
pub mod findings;
pub mod handwritten;
pub mod keys;
pub mod labels;
pub mod notices;
pub mod paper;
pub mod people;
pub mod posts;
pub mod preparation;
pub mod reader;
pub mod reasons;
pub mod refusals;
pub mod retention;
pub mod rule_book;
pub mod safekeeping;
pub mod scans;
pub mod searching;
pub mod settling;
pub mod unlisted;

pub use dates::{day, moment, since, time_of_day};
pub use findings::{explanation, severity, severity_sign};
pub use notices::notice;
pub use posts::delay;
pub use refusals::refusal;

use crate::safe::safe;

/// A count and its noun, in the singular below two as French has it: "0 boîte", "1 boîte", "2 boîtes".
pub fn counted(count: usize, singular: &str, plural: &str) -> String {
    let noun = if count < 2 { singular } else { plural };
    format!("{count} {noun}")
}

/// A count of boxes.
pub fn boxes(boxes: crate::domain::identifiers::Boxes) -> String {
    counted(boxes.0.into(), "boîte", "boîtes")
}

/// How many characters of a prescriber's instruction are shown: more than any sheet has room for.
const WHOLE_CHARACTERS_MAX: usize = 2000;

/// A prescriber's own text, shown whole: an instruction cut in its middle could mean something else.
pub fn whole(text: &str) -> String {
    // Word by word, because one `Safe` shows no more than a few hundred characters.
    let words: Vec<String> = text.trim().split(' ').map(safe).collect();
    let whole = words.join(" ");
    match whole.char_indices().nth(WHOLE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}

/// A text from outside, or a dash when it says nothing.
pub fn or_dash(text: &str) -> String {
    if text.trim().is_empty() {
        "—".to_owned()
    } else {
        safe(text.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_is_shown_whole_and_a_monstrous_one_ends() {
        let instruction = "1 gélule le matin, puis ".repeat(30);
        assert_eq!(whole(&instruction), instruction.trim());
        assert_eq!(
            whole(&"x ".repeat(5000)).chars().count(),
            WHOLE_CHARACTERS_MAX + 1
        );
        assert!(!whole("a \u{1b}[2J \u{202e}b").chars().any(char::is_control));
    }

    #[test]
    fn nouns_agree_with_their_count() {
        assert_eq!(counted(0, "boîte", "boîtes"), "0 boîte");
        assert_eq!(counted(1, "boîte", "boîtes"), "1 boîte");
        assert_eq!(counted(2, "boîte", "boîtes"), "2 boîtes");
    }
}
