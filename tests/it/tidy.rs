//! The layers of the house and the marks of an unfinished one, as tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A layer, the others it may name, and what else would break the house if it named it.
struct Layer {
    name: &'static str,
    may_name: &'static [&'static str],
    never: &'static [&'static str],
}

const PURE: &[&str] = &[
    "tokio",
    "Timestamp::now",
    "Zoned::now",
    "new_v4",
    "std::fs",
    "std::env",
];

const LAYERS: &[Layer] = &[
    layer(
        "domain",
        &[],
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
    layer("safe", &[], PURE),
    layer("scan", &["domain"], &["tokio", "reqwest"]),
    layer(
        "catalogue",
        &["domain", "chain"],
        &["tokio", "Timestamp::now", "new_v4", "std::env"],
    ),
    layer("confined", &["scan"], &["tokio", "reqwest"]),
    layer("base", &["domain"], &["rusqlite", "Timestamp::now", "new_v4"]),
    layer(
        "store",
        &["domain"],
        &["tokio", "reqwest", "Timestamp::now", "new_v4"],
    ),
    layer("counter", &["domain", "base", "store", "catalogue"], PURE),
    layer(
        "app",
        &["domain"],
        &["ratatui", "tokio", "Timestamp::now", "new_v4", "std::fs"],
    ),
    // The sentences about a file that was not read are said of the scanner's own errors.
    layer(
        "ui",
        &["domain", "safe", "app", "scan"],
        &["tokio", "Timestamp::now", "std::fs"],
    ),
    // Entries in, pages out. Of the drawing it takes the words, and nothing of the screen.
    layer(
        "print",
        &["domain", "safe", "ui"],
        &["ratatui", "tokio", "Timestamp::now", "new_v4"],
    ),
    // Its own wire code on purpose: a field misspelt on both sides would pass unseen.
    layer(
        "training",
        &["domain", "print", "safe", "scan"],
        &["Timestamp::now"],
    ),
    layer("config", &["domain"], &["tokio", "Timestamp::now"]),
    layer(
        "session",
        &[
            "domain",
            "store",
            "catalogue",
            "base",
            "counter",
            "config",
            "training",
            "chain",
        ],
        &["ratatui"],
    ),
    // These two may name everything; nothing names them but each other and `main`.
    layer("runtime", EVERYTHING, &[]),
    layer("cli", EVERYTHING, &[]),
];

const EVERYTHING: &[&str] = &[
    "app",
    "base",
    "catalogue",
    "chain",
    "config",
    "confined",
    "counter",
    "domain",
    "print",
    "runtime",
    "safe",
    "scan",
    "session",
    "store",
    "training",
    "ui",
];

const fn layer(
    name: &'static str,
    may_name: &'static [&'static str],
    never: &'static [&'static str],
) -> Layer {
    Layer {
        name,
        may_name,
        never,
    }
}

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

/// The modules of this crate that a line names.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").map(|(place, word)| {
        let rest = &line[place + word.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn every_layer_names_only_what_it_may() {
    let mut wrong = Vec::new();
    for Layer {
        name: layer,
        may_name,
        never,
    } in LAYERS
    {
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
                for word in never.iter().filter(|word| line.contains(**word)) {
                    wrong.push(format!("{}:{place} must not name {word}", path.display()));
                }
                for other in named(&line).filter(|other| other != layer && !may_name.contains(other)) {
                    wrong.push(format!("{}:{place} must not name crate::{other}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_crate_is_a_layer() {
    let declared = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules: Vec<&str> = declared
        .lines()
        .filter_map(|line| {
            line.trim_start_matches("pub ")
                .strip_prefix("mod ")?
                .strip_suffix(';')
        })
        .collect();
    assert!(modules.len() > 10, "{modules:?}");
    for module in modules {
        assert!(
            LAYERS.iter().any(|layer| layer.name == module),
            "nothing says what {module} may name"
        );
    }
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
