//! The layers of the house and the marks of an unfinished one, as tests.

use std::fs;
use std::path::{Path, PathBuf};

/// Which words a layer must not name, and why that would break the house.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "serde",
            "rusqlite",
            "reqwest",
            "ratatui",
            "tokio",
            "axum",
            "std::time::SystemTime",
            "Timestamp::now",
            "Zoned::now",
            "fastrand",
            "new_v4",
        ],
    ),
    (
        "app",
        &[
            "crate::base",
            "crate::store",
            "crate::scan::",
            "crate::catalogue",
            "crate::training",
            "ratatui",
            "tokio",
            "Timestamp::now",
            "new_v4",
        ],
    ),
    (
        "ui",
        &[
            "crate::base",
            "crate::store",
            "crate::training",
            "tokio",
            "Timestamp::now",
        ],
    ),
    (
        "base",
        &[
            "crate::app",
            "crate::ui",
            "crate::store",
            "crate::training",
            "crate::counter",
        ],
    ),
    (
        "store",
        &[
            "crate::app",
            "crate::ui",
            "crate::base",
            "crate::training",
            "crate::counter",
        ],
    ),
    (
        "scan",
        &[
            "crate::app",
            "crate::ui",
            "crate::base",
            "crate::store",
            "crate::training",
        ],
    ),
    (
        "catalogue",
        &[
            "crate::app",
            "crate::ui",
            "crate::base",
            "crate::store",
            "crate::training",
        ],
    ),
    (
        "counter",
        &[
            "crate::app",
            "crate::ui",
            "crate::training",
            "Timestamp::now",
            "new_v4",
        ],
    ),
    // Entries in, pages out. Of the drawing it takes the words, and nothing of the screen.
    (
        "print",
        &[
            "crate::app",
            "crate::base",
            "crate::store",
            "crate::scan",
            "crate::catalogue",
            "crate::counter",
            "crate::training",
            "ratatui",
            "tokio",
            "Timestamp::now",
            "new_v4",
        ],
    ),
    // Its own wire code on purpose: a field misspelt on both sides would pass unseen.
    (
        "training",
        &["crate::base", "crate::app", "crate::store", "crate::counter"],
    ),
];

fn sources(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The lines that are code: comments may name anything, and test modules may use anything.
fn code_lines(path: &Path) -> Vec<(usize, String)> {
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .enumerate()
        .map(|(place, line)| (place + 1, line.to_owned()))
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

#[test]
fn every_layer_names_only_what_it_may() {
    let mut wrong = Vec::new();
    for (layer, words) in FORBIDDEN {
        let source = root().join("src");
        let own = |path: &PathBuf| {
            path.starts_with(source.join(layer)) || *path == source.join(format!("{layer}.rs"))
        };
        let files: Vec<_> = sources(&source).into_iter().filter(own).collect();
        assert!(
            !files.is_empty(),
            "the layer {layer} has no file: this test would prove nothing"
        );
        for path in files {
            for (place, line) in code_lines(&path) {
                for word in words.iter().filter(|word| line.contains(**word)) {
                    wrong.push(format!("{}:{place} must not name {word}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    for path in sources(&root().join("src"))
        .into_iter()
        .chain(sources(&root().join("tests")))
    {
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("//!"),
            "{} does not begin with what it is for",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_unfinished() {
    // Spelt apart, or this file would find itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("(being ", "written)"),
    ];
    for path in sources(&root().join("src"))
        .into_iter()
        .chain(sources(&root().join("tests")))
    {
        let text = fs::read_to_string(&path).unwrap();
        for mark in marks {
            assert!(!text.contains(mark), "{} holds {mark}", path.display());
        }
    }
}
