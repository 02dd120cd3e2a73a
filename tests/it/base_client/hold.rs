//! Row 3: holding a prescription while it is served, and giving it back.

use comptoir::base::{BaseError, HoldAnswer, TransportError};
use serde_json::{Value, json as value};

use super::script::{Script, body, header, json, searchset};
use super::{at, base, number, wire};

const SEARCH: &str = "GET Task?group-identifier=urn:oid:1.2.250.1.215.500.1.1%7C01K7M4QX2RT9WBHV6P";
const DURING: &str = "2026-11-22T10:15:00+01:00";
const AFTER: &str = "2026-11-22T10:31:00+01:00";
const UNTIL: &str = "2026-11-22T11:00:00+01:00";

/// The Task of the example, held by the Pharmacie du Port until 10:30.
fn theirs() -> Value {
    wire("consult-answer.json")["entry"][3]["resource"]["entry"][0]["resource"].clone()
}

fn free() -> Value {
    let mut task = theirs();
    for (name, value) in [
        ("status", value!("ready")),
        ("contained", value!([])),
        ("owner", Value::Null),
        ("restriction", Value::Null),
    ] {
        task[name] = value;
    }
    task
}

fn ours() -> Value {
    let mut task = theirs();
    task["meta"]["versionId"] = value!("4");
    task["contained"][0]["identifier"][0]["value"] = value!("990000001");
    task["owner"]["identifier"]["value"] = value!("990000001");
    task
}

fn sent(task: &Value) -> Result<comptoir::base::Response, TransportError> {
    json(200, searchset(std::slice::from_ref(task)))
}

async fn take(script: &Script, now: &str) -> Result<HoldAnswer, BaseError> {
    let answer = base(script).take_hold(&number(), at(now), at(UNTIL)).await;
    script.played();
    answer
}

#[tokio::test]
async fn a_free_prescription_is_taken_and_what_is_not_known_of_its_task_survives() {
    let mut task = free();
    task["meta"]["profile"] = value!(["https://base.example/Task"]);
    task["restriction"] = value!({ "repetitions": 1 });
    task["contained"] = value!([{ "resourceType": "Patient", "id": "somebody" }]);
    task["extension"] = value!([{ "url": "https://base.example/x", "valueDecimal": 1.50 }]);
    task["output"][0]["extension"] = value!([{ "url": "https://base.example/y" }]);
    let script = Script::new([(SEARCH, sent(&task)), ("PUT Task/t1", json(200, ""))]);
    let answer = take(&script, DURING).await.unwrap();
    let HoldAnswer::Taken(hold) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(
        (hold.owner.as_str(), hold.phone.as_str()),
        ("990000001", "0199000001")
    );
    assert_eq!((hold.since, hold.until), (Some(at(DURING)), Some(at(UNTIL))));

    let put = &script.played()[1];
    assert_eq!(header(put, "if-match"), Some("W/\"3\""));
    let mut expected = task;
    expected["meta"] = value!({ "profile": ["https://base.example/Task"] });
    expected["status"] = value!("in-progress");
    let identifier = value!({ "system": "https://finess.esante.gouv.fr", "value": "990000001" });
    expected["contained"].as_array_mut().unwrap().push(value!({
        "resourceType": "Organization", "id": "holder", "identifier": [identifier],
        "name": "Pharmacie de la Formation", "telecom": [{ "system": "phone", "value": "0199000001" }]
    }));
    expected["owner"] =
        value!({ "reference": "#holder", "identifier": identifier, "display": "Pharmacie de la Formation" });
    expected["restriction"]["period"] = value!({ "start": DURING, "end": UNTIL });
    assert_eq!(body(put), expected);
}

#[tokio::test]
async fn a_hold_elsewhere_binds_until_it_is_over() {
    let script = Script::one(SEARCH, sent(&theirs()));
    let answer = take(&script, DURING).await;
    assert!(matches!(answer, Ok(HoldAnswer::HeldElsewhere(hold)) if hold.name == "Pharmacie du Port"));

    let script = Script::new([(SEARCH, sent(&theirs())), ("PUT Task/t1", json(200, ""))]);
    assert!(matches!(take(&script, AFTER).await, Ok(HoldAnswer::Taken(_))));
    let contained = body(&script.played()[1])["contained"].clone();
    assert_eq!(
        contained.as_array().unwrap().len(),
        1,
        "the former holder is gone"
    );
}

#[tokio::test]
async fn a_stale_task_is_read_again() {
    // Ours: the first update arrived and its answer was lost.
    let script = Script::new([
        (SEARCH, sent(&free())),
        ("PUT Task/t1", json(412, "")),
        (SEARCH, sent(&ours())),
    ]);
    assert!(matches!(take(&script, DURING).await, Ok(HoldAnswer::Taken(_))));

    let speaks_of_412 = r#"{"resourceType":"OperationOutcome","issue":[{"diagnostics":"failed with 412"}]}"#;
    for stale in [json(412, ""), json(409, ""), json(400, speaks_of_412)] {
        let script = Script::new([
            (SEARCH, sent(&free())),
            ("PUT Task/t1", stale),
            (SEARCH, sent(&theirs())),
        ]);
        assert!(matches!(
            take(&script, DURING).await,
            Ok(HoldAnswer::HeldElsewhere(_))
        ));
    }

    // Somebody wrote something else: it is still free, and taken with its new version.
    let mut newer = free();
    newer["meta"]["versionId"] = value!("9b1c");
    let script = Script::new([
        (SEARCH, sent(&free())),
        ("PUT Task/t1", json(412, "")),
        (SEARCH, sent(&newer)),
        ("PUT Task/t1", json(200, "")),
    ]);
    assert!(matches!(take(&script, DURING).await, Ok(HoldAnswer::Taken(_))));
    assert_eq!(header(&script.played()[3], "if-match"), Some("W/\"9b1c\""));
}

#[tokio::test]
async fn a_task_that_never_stays_still_is_left_for_later() {
    let steps = std::array::from_fn::<_, 6, _>(|place| match place % 2 {
        0 => (SEARCH, sent(&free())),
        _ => ("PUT Task/t1", json(412, "")),
    });
    let answer = take(&Script::new(steps), DURING).await;
    assert!(matches!(answer, Err(BaseError::Unavailable { status: 412, .. })));
}

#[tokio::test]
async fn a_base_without_holds_offers_none() {
    let without_version = {
        let mut task = free();
        task["meta"] = Value::Null;
        task
    };
    let of_another = {
        let mut task = free();
        task["groupIdentifier"]["value"] = value!("01ZZZZZZZZZZZZZZZZ");
        task
    };
    let over = {
        let mut task = free();
        task["status"] = value!("completed");
        task
    };
    for task in [without_version, of_another, over] {
        let script = Script::one(SEARCH, sent(&task));
        assert_eq!(take(&script, DURING).await, Ok(HoldAnswer::NotOffered));
    }
    for status in [400, 403, 404, 501] {
        let script = Script::one(SEARCH, json(status, ""));
        assert_eq!(
            take(&script, DURING).await,
            Ok(HoldAnswer::NotOffered),
            "{status}"
        );
        let script = Script::new([(SEARCH, sent(&free())), ("PUT Task/t1", json(status, ""))]);
        assert_eq!(
            take(&script, DURING).await,
            Ok(HoldAnswer::NotOffered),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_hold_whose_answer_is_lost_has_an_unknown_outcome() {
    for (lost, error) in [
        (Err(TransportError::AnswerLost), BaseError::OutcomeUnknown),
        (Err(TransportError::NotSent), BaseError::Unreachable),
        (json(401, ""), BaseError::LoginRefused),
        (json(302, ""), BaseError::Garbled),
    ] {
        let script = Script::new([(SEARCH, sent(&free())), ("PUT Task/t1", lost)]);
        assert_eq!(take(&script, DURING).await, Err(error));
    }
}

#[tokio::test]
async fn only_our_own_hold_is_given_back() {
    let script = Script::new([(SEARCH, sent(&ours())), ("PUT Task/t1", json(200, ""))]);
    assert_eq!(base(&script).give_hold_back(&number()).await, Ok(()));
    let put = &script.played()[1];
    assert_eq!(header(put, "if-match"), Some("W/\"4\""));
    let written = body(put);
    assert_eq!(written["status"], "ready");
    for gone in ["owner", "restriction", "contained", "meta"] {
        assert_eq!(written.get(gone), None, "{gone}");
    }
    assert_eq!(written["output"], theirs()["output"]);

    for task in [theirs(), free()] {
        let script = Script::one(SEARCH, sent(&task));
        assert_eq!(base(&script).give_hold_back(&number()).await, Ok(()));
        script.played();
    }
}

#[tokio::test]
async fn giving_back_survives_a_task_that_moved() {
    let script = Script::new([
        (SEARCH, sent(&ours())),
        ("PUT Task/t1", json(412, "")),
        (SEARCH, sent(&theirs())),
    ]);
    assert_eq!(
        base(&script).give_hold_back(&number()).await,
        Ok(()),
        "another has it now"
    );
    script.played();
}
