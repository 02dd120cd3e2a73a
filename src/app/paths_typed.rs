//! The files that a person names: a path typed at the counter, or what a terminal types when files are dropped on it.

use std::path::PathBuf;

/// Kinds of files that hold sheets; the reader itself looks at the content, not at the name.
const SHEET_EXTENSIONS: [&str; 9] = [
    ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".pdf", ".gif",
];

/// How a path begins in a line of several.
const BEGINNINGS: [&str; 5] = ["/", "~/", "./", "../", "file://"];

/// The paths in a text that was typed, pasted or dropped: none unless the whole text is paths.
///
/// Terminals that receive dropped files type their paths as a shell is to read them, in quotes or with backslashes, some
/// as `file://` addresses; several on one line, or each on its own.
pub fn paths_typed(text: &str) -> Vec<PathBuf> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    several(lines.map(path_typed))
        .or_else(|| several(words(text).iter().map(|word| path_as_it_stands(word))))
        .unwrap_or_else(|| path_typed(text).into_iter().collect())
}

/// The words of a line as a shell reads it, when each begins a path: a path with bare blanks in it stays whole.
fn words(text: &str) -> Vec<String> {
    let words = shlex::split(text).unwrap_or_default();
    let begins_path = |word: &String| BEGINNINGS.iter().any(|start| word.starts_with(start));
    if words.iter().all(begins_path) {
        words
    } else {
        Vec::new()
    }
}

fn several(paths: impl Iterator<Item = Option<PathBuf>>) -> Option<Vec<PathBuf>> {
    let paths: Option<Vec<PathBuf>> = paths.collect();
    paths.filter(|paths| paths.len() > 1)
}

/// The path in a text, if it is one, written for a shell or for people.
fn path_typed(text: &str) -> Option<PathBuf> {
    // Apostrophes alone are a name's own: « l'ordonnance d'hier.png » is typed by a person.
    let is_for_a_shell = text.contains('\\') || text.trim_start().starts_with(['\'', '"']);
    match &words(text)[..] {
        [word] if is_for_a_shell => path_as_it_stands(word),
        _ => path_as_it_stands(text),
    }
}

fn path_as_it_stands(text: &str) -> Option<PathBuf> {
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
            ("'/tmp/it'\\''s.png'", "/tmp/it's.png"),
            ("/tmp/it\\'s.png", "/tmp/it's.png"),
            ("./scan\\ \\(1\\).png ", "./scan (1).png"),
            ("/tmp/l'ordonnance d'hier.png", "/tmp/l'ordonnance d'hier.png"),
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

    #[test]
    fn several_paths_are_told_apart_and_a_path_with_bare_blanks_stays_whole() {
        for (text, paths) in [
            ("/tmp/a.png /tmp/b.png\n", &["/tmp/a.png", "/tmp/b.png"][..]),
            (
                "'/tmp/été 1.png' '/tmp/été 2.png' ",
                &["/tmp/été 1.png", "/tmp/été 2.png"],
            ),
            (
                "/tmp/a\\ 1.png file:///tmp/b%202.pdf",
                &["/tmp/a 1.png", "/tmp/b 2.pdf"],
            ),
            (
                "/tmp/a 1.png\r\n/tmp/b 2.png\r\n",
                &["/tmp/a 1.png", "/tmp/b 2.png"],
            ),
            ("a.png\nb.png", &["a.png", "b.png"]),
            (
                "'/tmp/it'\\''s.png' /tmp/scan\\ \\(1\\).png",
                &["/tmp/it's.png", "/tmp/scan (1).png"],
            ),
            (
                "/tmp/it\\'s.png\n'/tmp/b.png'\n",
                &["/tmp/it's.png", "/tmp/b.png"],
            ),
            ("/tmp/n° 1 de 2.png", &["/tmp/n° 1 de 2.png"]),
            ("/tmp/l'été /tmp.png", &["/tmp/l'été /tmp.png"]),
            // One file of this machine, which does not exist: the other machine is not asked.
            (
                "/tmp/a.png //ailleurs.example/b.png",
                &["/tmp/a.png //ailleurs.example/b.png"],
            ),
            ("/tmp/a.png\n01S2TBPZ2JCNZZYGHZ", &[]),
            ("", &[]),
        ] {
            let expected: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            assert_eq!(paths_typed(text), expected, "{text}");
        }
    }
}
