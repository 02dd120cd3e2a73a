//! A product that no list has is delivered with what is printed on its box, and never blocks.

use serde_json::json;

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;

/// A rightly formed code that the training catalogue does not have.
const ABSENT: &str = "3400999999991";
const PRINTED: &str = "Boîte nouvelle 10 comprimés";

#[test]
fn a_box_absent_from_the_catalogue_goes_to_the_prescriber_with_what_is_printed_on_it() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, sheet) = counter.prescribe("unknown-product");
    let decisions = json!({"lines": [
        {"line": 1, "outcome": "conforming"},
        {"line": 2, "outcome": "adjusted", "cip13": ABSENT, "label": PRINTED, "boxes": 1, "lot": "7K", "reason": "product",
         "agreement": {"by": "prescriber", "channel": "phone", "at": "2026-01-05T10:00:00+01:00"}}
    ]});
    let file = counter.home.path().join("decisions.json");
    std::fs::write(&file, decisions.to_string()).unwrap();
    let (sheet, file) = (sheet.display().to_string(), file.display().to_string());
    let done = counter
        .run(&["dispense", &sheet, "--decisions", &file, "--json"])
        .json_with(0);
    assert_eq!(done["state"], "accepted", "{done}");
    assert!(done.to_string().contains("product-unknown"), "{done}");

    let seen = counter.run(&["prescriber", "show", &number]);
    assert_eq!(seen.code, 0, "{seen:?}");
    let text = seen.stdout.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(text.contains(PRINTED) && text.contains("7K"), "{text}");
    base.stop();
}
