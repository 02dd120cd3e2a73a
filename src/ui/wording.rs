//! Every sentence a person reads, in plain French: what happened, why, and what can be done now.
//!
//! The terminal and the command line use the same functions. Texts from outside that end up in a
//! sentence go through [`safe`].

pub mod command_line;
pub mod dates;
pub mod edition;
pub mod findings;
pub mod keys;
pub mod labels;
pub mod notices;
pub mod people;
pub mod posts;
pub mod reasons;
pub mod refusals;
pub mod scans;

pub use dates::{day, moment, since, time_of_day};
pub use findings::{explanation, severity, severity_sign};
pub use notices::notice;
pub use posts::delay;
pub use refusals::refusal;

use crate::safe::safe;

/// A count and its noun, in the singular up to one: "1 boîte", "2 boîtes", "aucune ligne" is the caller's.
pub fn counted(count: usize, singular: &str, plural: &str) -> String {
    let noun = if count < 2 { singular } else { plural };
    format!("{count} {noun}")
}

/// A count of boxes.
pub fn boxes(boxes: crate::domain::identifiers::Boxes) -> String {
    counted(boxes.0.into(), "boîte", "boîtes")
}

/// A text from outside, or a dash when it says nothing.
pub fn or_dash(text: &str) -> String {
    if text.trim().is_empty() {
        "—".to_owned()
    } else {
        safe(text.trim())
    }
}
