//! The counter: waiting for a scan, a number or a path.

use std::path::PathBuf;

use crate::app::consulting::Consulting;
use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::input::TextInput;
use crate::app::keys::Command;
use crate::app::leaving::{self, Destination};
use crate::app::number_doubt::NumberDoubt;
use crate::app::paper::PaperBegun;
use crate::app::screen::{Next, Screen, Scroll};
use crate::domain::number::{PrescriptionNumber, TypedNumber};

/// Waiting for a scan.
#[derive(Default)]
pub struct Counter {
    /// What is being typed.
    pub input: TextInput,
    /// How far today's list is scrolled.
    pub scroll: Scroll,
}

/// Kinds of files that hold sheets; the reader itself looks at the content, not at the name.
const SHEET_EXTENSIONS: [&str; 9] = [
    ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".pdf", ".gif",
];

impl Counter {
    /// Takes a command.
    pub fn on(mut self, command: Command, desk: &mut Desk) -> Next {
        match command {
            Command::Type(character) => self.input.add(character),
            Command::Erase => self.input.erase(),
            Command::Back => self.input.clear(),
            Command::Confirm => return self.confirmed(desk),
            Command::Paper => {
                let begun = PaperBegun::at_the_counter(self.input.as_str(), desk);
                return leaving::depart(Screen::Counter(self), Destination::Paper(begun), desk);
            }
            other => self.scroll.on(other, desk.hand_overs.len()),
        }
        (Screen::Counter(self), Vec::new())
    }

    fn confirmed(mut self, desk: &mut Desk) -> Next {
        let typed = self.input.as_str().trim();
        if typed.is_empty() {
            return (Screen::Counter(self), Vec::new());
        }
        if let Some(path) = path_typed(typed) {
            self.input.clear();
            desk.notice = Some(Notice::ReadingFile(path.clone()));
            return (Screen::Counter(self), vec![Effect::ReadFile(path)]);
        }
        if let Some(reference) = PrescriptionNumber::reference_typed(typed) {
            return Consulting::begin(reference, desk);
        }
        match PrescriptionNumber::typed(typed) {
            Ok(TypedNumber::Clear(number)) => Consulting::begin(number, desk),
            Ok(TypedNumber::Doubtful { as_typed, perhaps }) => {
                let doubt = NumberDoubt {
                    as_typed,
                    perhaps,
                    over: Box::new(Screen::Counter(self)),
                };
                (Screen::NumberDoubt(doubt), Vec::new())
            }
            Err(why) => {
                desk.notice = Some(Notice::NotTyped(why));
                (Screen::Counter(self), Vec::new())
            }
        }
    }
}

/// The path in a text that was typed, pasted or dropped, if it is one.
///
/// Terminals that receive a dropped file type its path, some in quotes, some as a `file://` address,
/// some with blanks behind a backslash.
pub fn path_typed(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    let text = ['\'', '"']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(text);
    let begins = ["/", "~/", "./", "../"]
        .iter()
        .any(|start| text.starts_with(start));
    let lower = text.to_ascii_lowercase();
    let ends = SHEET_EXTENSIONS
        .iter()
        .any(|extension| lower.ends_with(extension));
    if let Some(address) = text.strip_prefix("file://") {
        // file://localhost/… and file:///… both name this machine. Another one is never asked for a file.
        let path = address.strip_prefix("localhost").unwrap_or(address);
        let path = percent_decoded(path);
        return (path.starts_with('/') && !names_another_machine(&path)).then(|| PathBuf::from(path));
    }
    let is_one_line = !text.contains(['\n', '\r', '\0']);
    let is_here = !text.contains("://") && !names_another_machine(text);
    ((begins || ends) && is_one_line && is_here).then(|| PathBuf::from(text.replace("\\ ", " ")))
}

/// Two bars name a share of another machine on some systems, which then logs in there.
fn names_another_machine(path: &str) -> bool {
    matches!(path.as_bytes(), [b'/' | b'\\', b'/' | b'\\', ..])
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_recognised_however_the_terminal_wrote_it() {
        for (text, path) in [
            ("/tmp/feuille.png", "/tmp/feuille.png"),
            ("~/feuille.pdf", "~/feuille.pdf"),
            ("./sans-extension", "./sans-extension"),
            ("'/tmp/avec blanc.png'", "/tmp/avec blanc.png"),
            ("/tmp/avec\\ blanc.png ", "/tmp/avec blanc.png"),
            ("file:///tmp/%C3%A9t%C3%A9.png", "/tmp/été.png"),
            ("file://localhost/tmp/a%2", "/tmp/a%2"),
            ("ordonnance.PDF", "ordonnance.PDF"),
        ] {
            assert_eq!(path_typed(text), Some(PathBuf::from(path)), "{text}");
        }
        for text in [
            "01S2TBPZ2JCNZZYGHZ",
            "bonjour",
            "https://exemple.fr/a.png",
            "",
            "//ailleurs.example/partage/a.png",
            "file://ailleurs.example/a.png",
            "file:////ailleurs.example/a.png",
            "\\\\ailleurs.example\\partage\\a.png",
        ] {
            assert_eq!(path_typed(text), None, "{text}");
        }
    }
}
