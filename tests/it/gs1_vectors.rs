//! Codes of real boxes, as several readers send them: a file of vectors that stands outside this project.

use comptoir::domain::scanned::Scanned;
use comptoir::scan::what::read_text;
use serde_json::Value;

#[test]
fn every_vector_reads_as_expected_when_the_file_is_there() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/gs1_vectors.jsonl");
    let Ok(vectors) = std::fs::read_to_string(path) else {
        eprintln!("skipped: {path} is not on this machine");
        return;
    };
    let mut count = 0;
    for line in vectors.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let raw = vector["raw"].as_str().unwrap();
        let expected = &vector["expect"];
        let Scanned::Box(read) = read_text(raw).scanned else {
            assert!(expected.is_null(), "{raw:?} is a box");
            count += 1;
            continue;
        };
        let found = serde_json::json!({
            "lot": read.lot.map(|lot| lot.to_string()),
            "expiry": read.expiry.map(|date| date.to_string()),
            "serial": read.serial.map(|serial| serial.to_string()),
        });
        for key in ["lot", "expiry", "serial"] {
            assert_eq!(found[key], expected[key], "{key} of {raw:?}");
        }
        let gtin = expected["gtin14"].as_str().unwrap();
        let french = gtin.strip_prefix('0').filter(|ean| ean.starts_with("34009"));
        assert_eq!(
            read.cip13.map(|code| code.to_string()).as_deref(),
            french,
            "{raw:?}"
        );
        count += 1;
    }
    assert!(count >= 29, "{count} vectors");
}
