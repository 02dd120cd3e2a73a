//! Whatever a base sends: a value or an error, never a panic.

use std::path::{Path, PathBuf};
use std::process::Command;

use comptoir::base::{BaseError, Received, read_prescription};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{consult_answer, number, wire};

fn read(answers: Vec<String>) -> Result<usize, BaseError> {
    let received = Received { answers };
    read_prescription(&number(), &received).map(|prescription| prescription.lines.len())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("MedicationRequest"),
            Just("Patient/p1"),
            Just("Task/t1"),
            Just("Bundle"),
            Just("#"),
            Just("//"),
            Just("2026-02-30"),
            Just("9999-12-31"),
            Just("-009999-01-01"),
            Just("+999999-12-31T00:00:00Z")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let names = prop_oneof![
            Just("resourceType".to_owned()),
            Just("id".to_owned()),
            Just("entry".to_owned()),
            Just("resource".to_owned()),
            Just("reference".to_owned()),
            Just("coding".to_owned()),
            "[a-z]{1,6}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(names, inner, 0..4).prop_map(|fields| json!(fields)),
        ]
    })
}

/// Puts a value at the `place`-th node of a document, counted depth first.
fn plant(document: &mut Value, place: &mut usize, value: &Value) {
    if *place == 0 {
        *document = value.clone();
    }
    *place = place.wrapping_sub(1);
    match document {
        Value::Object(fields) => fields.values_mut().for_each(|inner| plant(inner, place, value)),
        Value::Array(elements) => elements.iter_mut().for_each(|inner| plant(inner, place, value)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        let _any = read(vec![value.to_string()]);
    }

    #[test]
    fn the_example_with_anything_planted_in_it_is_read_or_refused(place in 0_usize..900, value in any_json()) {
        let text = consult_answer(|answer| plant(answer, &mut { place }, &value));
        let _any = read(vec![text]);
    }

    #[test]
    fn the_example_cut_anywhere_is_refused(cut in 0.0_f64..1.0) {
        let text = wire("consult-answer.json").to_string();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
            reason = "any place in the text will do")]
        let mut end = (text.len() as f64 * cut) as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        prop_assert_eq!(read(vec![text[..end].to_owned()]), Err(BaseError::Garbled));
    }
}

#[test]
fn deep_and_odd_answers_are_refused() {
    for text in [
        "[".repeat(1_000_000),
        r#"{"entry":"#.repeat(10_000),
        String::new(),
        "\u{feff}{}".to_owned(),
    ] {
        assert_eq!(read(vec![text]), Err(BaseError::Garbled));
    }
}

/// Every JSON file under that folder.
fn json_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                json_files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect()
}

/// Gives every line of a document the number asked for, so that it is read and not dropped.
fn renumber(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let kind = fields.get("resourceType").and_then(Value::as_str);
            if matches!(kind, Some("MedicationRequest" | "DeviceRequest" | "Task")) {
                let group = json!({ "system": "urn:oid:1.2.250.1.215.500.1.1", "value": number().as_str() });
                fields.insert("groupIdentifier".to_owned(), group);
            }
            fields.values_mut().for_each(renumber);
        }
        Value::Array(elements) => elements.iter_mut().for_each(renumber),
        _ => {}
    }
}

/// The official examples: French and European, with their defects.
#[test]
fn official_examples_are_read_or_refused() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let package = source.join("ans.fhir.fr.eprescription-1.1.0-ballot.tgz");
    if !package.exists() {
        println!("skipped: {} is not here", package.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar")
        .arg("xzf")
        .arg(&package)
        .arg("-C")
        .arg(folder.path())
        .status();
    assert!(unpacked.unwrap().success());
    let mut files = json_files(&source.join("fhir-examples"));
    files.extend(json_files(&folder.path().join("package/example")));
    assert!(
        files.len() > 80,
        "{} files: this test would prove little",
        files.len()
    );
    let mut prescriptions = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let _as_it_is = read(vec![text.clone()]);
        let mut document: Value = serde_json::from_str(&text).unwrap();
        renumber(&mut document);
        match read(vec![document.to_string()]) {
            Ok(lines) => prescriptions += lines.min(1),
            Err(error) => assert!(
                !text.contains("\"MedicationRequest\"") || !text.contains("authoredOn"),
                "{}: {error}",
                file.display()
            ),
        }
    }
    assert!(prescriptions > 60, "only {prescriptions} read as prescriptions");
}
