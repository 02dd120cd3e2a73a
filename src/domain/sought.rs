//! What one looks for in the register: every word, wherever it stands, accents and case aside.

use crate::domain::identifiers::Lot;
use crate::domain::people::Ins;
use crate::domain::register::{RegisterContent, RegisterEntry, RegisteredDelivery};

/// The words looked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Sought {
    words: Vec<String>,
}

impl Sought {
    /// The words of a text; none when it has none.
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<String> = plain(text).split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// Whether an entry of that number may be one of those, by its content as the store writes it: so that not every
    /// content is read in full.
    pub fn may_be(&self, number: u32, content: &str) -> bool {
        let number = number.to_string();
        let content = plain(content);
        let written_otherwise = |word: &str| word.contains(['"', '\\']);
        self.words
            .iter()
            .all(|word| *word == number || content.contains(word.as_str()) || written_otherwise(word))
    }

    /// Whether every word is in that entry: patient, product, code, lot, prescription, number or reason of a correction.
    pub fn is_in(&self, entry: &RegisterEntry) -> bool {
        let number = entry.number.to_string();
        let told: Vec<String> = match &entry.content {
            Some(RegisterContent::Delivery(delivery)) => {
                told(delivery).iter().map(|text| plain(text)).collect()
            }
            Some(RegisterContent::Correction { reason, .. }) => vec![plain(reason)],
            None => Vec::new(),
        };
        self.words
            .iter()
            .all(|word| *word == number || told.iter().any(|text| text.contains(word.as_str())))
    }
}

fn told(delivery: &RegisteredDelivery) -> [&str; 8] {
    let patient = &delivery.patient;
    [
        &patient.family,
        &patient.given,
        patient.ins.as_ref().map_or("", Ins::as_str),
        &delivery.product,
        &delivery.ordered,
        &delivery.code,
        delivery.lot.as_ref().map_or("", Lot::as_str),
        delivery.prescription.as_str(),
    ]
}

/// Lower case without accents: people type "lefevre".
fn plain(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='@' | '['..='~' => written.push(character),
            'A'..='Z' => written.push(character.to_ascii_lowercase()),
            other => plain_letter(other, &mut written),
        }
    }
    written
}

fn plain_letter(letter: char, written: &mut String) {
    for lower in letter.to_lowercase() {
        match lower {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => written.push('a'),
            'ç' => written.push('c'),
            'è' | 'é' | 'ê' | 'ë' => written.push('e'),
            'ì' | 'í' | 'î' | 'ï' => written.push('i'),
            'ñ' => written.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => written.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => written.push('u'),
            'ý' | 'ÿ' => written.push('y'),
            'œ' => written.push_str("oe"),
            'æ' => written.push_str("ae"),
            // Accents that follow their letter.
            '\u{300}'..='\u{36f}' => {}
            other => written.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_matter() {
        for (typed, plainly) in [
            ("LEFÈVRE", "lefevre"),
            ("Ça Œuvre", "ca oeuvre"),
            ("e\u{301}te\u{301}", "ete"),
            ("A12/b-3", "a12/b-3"),
        ] {
            assert_eq!(plain(typed), plainly);
        }
        assert!(Sought::new("  ").is_none());
    }

    #[test]
    fn what_is_written_otherwise_is_read_in_full() {
        let sought = Sought::new("dit\"ici").unwrap();
        assert!(sought.may_be(1, r#"{"note":"dit\"ici"}"#));
        let sought = Sought::new("lefevre 128").unwrap();
        assert!(
            sought.may_be(128, "LEFÈVRE"),
            "its own number is not in its content"
        );
        assert!(!sought.may_be(129, "LEFÈVRE"));
    }
}
