//! Every picture of `test-images/` is read, and says exactly what stands beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use comptoir::scan::{FileReading, Limits, read_file};

use crate::make_images::folder;

/// One line for each code, or one for the error.
fn written(reading: &FileReading) -> Vec<String> {
    let texts = reading
        .symbols
        .iter()
        .map(|symbol| symbol.text.escape_debug().to_string());
    let error = reading.error.map(|error| format!("! {}", error.code()));
    let mut lines: Vec<String> = texts.chain(error).collect();
    lines.sort();
    lines
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn every_picture_says_what_stands_beside_it() {
    let mut pictures = BTreeMap::new();
    let mut expectations = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if name(&path) == "README.md" {
            continue;
        }
        if let Some(stem) = name(&path).strip_suffix(".expected.txt") {
            let text = fs::read_to_string(&path).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            expectations.insert(stem.to_owned(), lines);
        } else {
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert_eq!(pictures.insert(stem, path), None, "two pictures, one expectation");
        }
    }
    assert!(
        pictures.len() >= 70,
        "only {} pictures: this test would prove little",
        pictures.len()
    );
    assert!(
        pictures.keys().eq(expectations.keys()),
        "a picture without its expectation, or the other way round:\n{:?}\n{:?}",
        pictures.keys(),
        expectations.keys()
    );
    let wrong: Vec<String> = pictures
        .iter()
        .map(|(stem, path)| {
            (
                path,
                &expectations[stem],
                written(&read_file(path, &Limits::default())),
            )
        })
        .filter(|(_, expected, found)| *expected != found)
        .map(|(path, expected, found)| format!("{}: {found:?} instead of {expected:?}", name(path)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn corners_are_where_people_see_them() {
    // The same foot of a sheet, as it is, and with a note to show it turned a quarter to the right.
    let first_corner = |name: &str| {
        let reading = read_file(&folder().join(name), &Limits::default());
        reading.symbols[0].corners[0]
    };
    let (x, y) = first_corner("sixteen-bits.png");
    let shown = first_corner("turned-by-a-note.jpg");
    let height = 330;
    assert!(
        shown.0.abs_diff(height - y) < 4 && shown.1.abs_diff(x) < 4,
        "{shown:?} is not {:?}",
        (height - y, x)
    );
}
