//! An adjustment rests on a prescriber's agreement: who, how, when and what changed go from the counter to the register
//! and to the prescriber.

use serde_json::json;

use crate::support::base_server::BaseServer;
use crate::support::command::Counter;

#[test]
fn an_agreement_is_read_again_in_the_register_and_by_the_prescriber() {
    let files = tempfile::tempdir().unwrap();
    let base = BaseServer::start(files.path());
    let counter = Counter::of_base(&base.address);
    let (number, sheet) = counter.prescribe("conforming");
    let agreement = json!({
        "by": "other-prescriber", "name": "Dr Louis Remplaçant", "channel": "phone",
        "at": "2026-01-05T10:00:00+01:00", "changed": "un le soir",
    });
    let decisions = json!({"lines": [
        {"line": 1, "outcome": "adjusted", "reason": "dose", "label": "Autre dosage", "agreement": agreement}
    ]});
    let file = counter.home.path().join("decisions.json");
    std::fs::write(&file, decisions.to_string()).unwrap();
    let (sheet, file) = (sheet.display().to_string(), file.display().to_string());
    let done = counter
        .run(&["dispense", &sheet, "--decisions", &file, "--json"])
        .json_with(0);
    assert_eq!(done["state"], "accepted", "{done}");

    let entry = counter.run(&["register", "show", "1", "--json"]).json_with(0);
    let kept = &entry["agreement"];
    assert_eq!(kept["by"], "other-prescriber", "{entry}");
    assert_eq!(
        (&kept["name"], &kept["changed"]),
        (&agreement["name"], &agreement["changed"])
    );
    assert_eq!(kept["at"], "2026-01-05T09:00:00Z");

    let seen = counter
        .run(&["prescriber", "show", &number, "--json"])
        .json_with(0);
    let reported = &seen["deliveries"][0]["agreement"];
    assert_eq!(reported["by"], "Dr Louis Remplaçant", "{seen}");
    assert_eq!(
        (&reported["channel"], &reported["changed"]),
        (&json!("phone"), &json!("un le soir"))
    );
    for text in [
        counter.run(&["register", "show", "1"]).stdout,
        counter.run(&["prescriber", "show", &number]).stdout,
    ] {
        assert!(
            text.contains("Dr Louis Remplaçant") && text.contains("un le soir"),
            "{text}"
        );
    }
    base.stop();
}
