//! What contradicts the prescription or the contract; each refusal is followed by the right request, which passes.

use serde_json::{Value, json};

use super::stage::{
    OURS, Stage, THEIRS, declined, delivers, delivery, execution, nothing, order, ordinary, take, written,
};

#[tokio::test]
async fn jamais_plus_que_prescrit_toutes_pharmacies_comptees() {
    let stage = Stage::new();
    let (number, _) = written(&stage).await;
    delivers(&stage, &stage.theirs, THEIRS, &number, 101).await;
    let now = stage.consult(&stage.ours, &number).await;
    let too_many = [
        delivery(&now.lines[0], OURS, 3, 102),
        delivery(&now.lines[1], OURS, 2, 103),
    ];
    let posted = stage
        .post(&stage.ours, "/", &execution(&now, &now.etag(), OURS, &too_many))
        .await;
    assert_eq!((posted.status, posted.code()), (422, "quantity-exceeded"));
    assert_eq!(
        posted.text(),
        "Ligne 1 : 3 boîtes demandées, 2 restent à délivrer."
    );
    let expressions: Vec<&Value> = posted.body["issue"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| &issue["expression"][0])
        .collect();
    assert_eq!(
        expressions,
        ["Bundle.entry[0]", "Bundle.entry[1]"],
        "one issue per refused entry"
    );
    let two_lots = [
        delivery(&now.lines[0], OURS, 1, 104),
        delivery(&now.lines[0], OURS, 1, 105),
    ];
    let posted = stage
        .post(&stage.ours, "/", &execution(&now, &now.etag(), OURS, &two_lots))
        .await;
    assert_eq!(posted.status, 200, "two lots for one line: {}", posted.body);
}

#[tokio::test]
async fn ce_qui_contredit_l_ordonnance_est_refuse_puis_le_bon_envoi_passe() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    let good = delivery(&before.lines[0], OURS, 2, 121);
    let with = |pointer: &str, value: Value| {
        let mut delivery = good.clone();
        *delivery
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}")) = value;
        delivery
    };
    let mut in_error = declined(&before.lines[0], OURS, 121);
    in_error
        .as_object_mut()
        .unwrap()
        .remove("statusReasonCodeableConcept");
    for (what, delivery, status, code) in [
        (
            "the performer is another pharmacy",
            with("/performer/1/actor/identifier/value", json!(THEIRS)),
            403,
            "role-forbidden",
        ),
        (
            "the line is unknown",
            with(
                "/authorizingPrescription/0/reference",
                json!("MedicationRequest/none"),
            ),
            422,
            "line-unknown",
        ),
        (
            "the line is not a line",
            with("/authorizingPrescription/0/reference", json!("Task/none")),
            422,
            "line-unknown",
        ),
        (
            "the patient is another",
            with("/subject/reference", json!("Patient/other")),
            422,
            "patient-mismatch",
        ),
        (
            "a date is malformed",
            with("/whenHandedOver", json!("22/11/2026 10:15")),
            422,
            "malformed",
        ),
        (
            "a moment is cut short",
            with("/whenHandedOver", json!("2026-11-22")),
            422,
            "malformed",
        ),
        (
            "a date in the future",
            with("/whenHandedOver", json!("2027-01-22T10:15:00+01:00")),
            422,
            "malformed",
        ),
        (
            "a date before the prescription",
            with("/whenHandedOver", json!("2026-11-01T10:15:00+01:00")),
            422,
            "not-yet-valid",
        ),
        (
            "a status of another world",
            with("/status", json!("preparation")),
            422,
            "malformed",
        ),
        (
            "a completeness that does not exist",
            with("/type/coding/0/code", json!("everything")),
            422,
            "malformed",
        ),
        (
            "a CIP13 of 12 digits",
            with("/medicationCodeableConcept/coding/0/code", json!("340093385704")),
            422,
            "malformed",
        ),
        (
            "a CIP13 with a wrong key",
            with("/medicationCodeableConcept/coding/0/code", json!("3400933857043")),
            422,
            "malformed",
        ),
        (
            "tablets instead of boxes",
            with("/quantity/code", json!("15054000")),
            422,
            "malformed",
        ),
        (
            "half a box",
            with("/quantity/value", json!(0.5)),
            422,
            "malformed",
        ),
        ("no box", with("/quantity/value", json!(0)), 422, "malformed"),
        ("no identifier", with("/identifier", json!([])), 422, "malformed"),
        (
            "a type that is not FHIR's",
            with("/performer", json!("moi")),
            422,
            "malformed",
        ),
        ("declined without a reason", in_error, 422, "malformed"),
    ] {
        let mut transaction = execution(&before, &before.etag(), OURS, std::slice::from_ref(&good));
        transaction["entry"][0]["resource"] = delivery;
        let answer = stage.post(&stage.ours, "/", &transaction).await;
        assert_eq!(
            (answer.status, answer.code()),
            (status, code),
            "{what}: {}",
            answer.body
        );
        assert!(!answer.text().is_empty(), "{what}");
    }
    assert!(stage.consult(&stage.ours, &number).await.deliveries.is_empty());
    delivers(&stage, &stage.ours, OURS, &number, 121).await;
}

#[tokio::test]
async fn une_ordonnance_se_prescrit_en_entier_une_seule_fois_par_son_prescripteur() {
    let stage = Stage::new();
    let order = order(&ordinary("agreed"), 3);
    let good = order.transaction(stage.now(), &nothing);
    let with = |pointer: &str, value: Value| {
        let mut transaction = good.clone();
        *transaction
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}")) = value;
        transaction
    };
    let without = |place: usize| {
        let mut transaction = good.clone();
        transaction["entry"].as_array_mut().unwrap().remove(place);
        transaction
    };
    for (what, token, transaction, status) in [
        ("a pharmacy prescribes", &stage.ours, good.clone(), 403),
        ("a patient prescribes", &stage.patient, good.clone(), 403),
        (
            "in another prescriber's name",
            &stage.other_prescriber,
            good.clone(),
            403,
        ),
        ("without its Task", &stage.prescriber, without(3), 400),
        (
            "without a line",
            &stage.prescriber,
            {
                let mut t = good.clone();
                t["entry"] = json!([good["entry"][0], good["entry"][3]]);
                t
            },
            422,
        ),
        (
            "a number that is none",
            &stage.prescriber,
            with("/entry/1/resource/groupIdentifier/value", json!("01")),
            422,
        ),
        (
            "a number of another system",
            &stage.prescriber,
            with("/entry/1/resource/groupIdentifier/system", json!("urn:x")),
            422,
        ),
        (
            "a line without an author",
            &stage.prescriber,
            with("/entry/1/resource/requester", json!({})),
            422,
        ),
        (
            "a line without a date",
            &stage.prescriber,
            with("/entry/1/resource/authoredOn", json!(null)),
            422,
        ),
        (
            "a time where a date is",
            &stage.prescriber,
            with("/entry/1/resource/authoredOn", json!("à 10 h")),
            422,
        ),
        (
            "a line without a product",
            &stage.prescriber,
            with("/entry/1/resource/medicationCodeableConcept", json!({})),
            422,
        ),
        (
            "a Task already done",
            &stage.prescriber,
            with("/entry/3/resource/status", json!("completed")),
            422,
        ),
        (
            "a wrong INS",
            &stage.prescriber,
            with("/entry/0/resource/identifier/0/value", json!("279039999900103")),
            422,
        ),
        (
            "an unknown patient",
            &stage.prescriber,
            with("/entry/1/resource/subject/reference", json!("Patient/none")),
            422,
        ),
        (
            "a dangling name",
            &stage.prescriber,
            with("/entry/1/resource/subject/reference", json!("urn:uuid:none")),
            400,
        ),
        (
            "a consent without a date",
            &stage.prescriber,
            with("/entry/4/resource/dateTime", json!(null)),
            422,
        ),
        (
            "a consent that contradicts itself",
            &stage.prescriber,
            with("/entry/4/resource/provision/type", json!("deny")),
            422,
        ),
    ] {
        let answer = stage.post(token, "/", &transaction).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        let read = stage.consult(&stage.ours, order.number().as_str()).await;
        assert!(read.lines.is_empty(), "nothing was written: {what}");
    }
    assert_eq!(
        stage.post(&stage.prescriber, "/", &good).await.status,
        200,
        "the good path still works"
    );
    let twice = stage.post(&stage.prescriber, "/", &good).await;
    assert_eq!(twice.status, 422, "{}", twice.body);
    let mut renamed = good.to_string();
    for part in ["line/1", "line/2", "task"] {
        let seed = uuid::Uuid::from_u128(3);
        renamed = renamed.replace(
            &uuid::Uuid::new_v5(&seed, part.as_bytes()).to_string(),
            &uuid::Uuid::new_v5(&seed, format!("{part}/b").as_bytes()).to_string(),
        );
    }
    let again = stage
        .post(&stage.prescriber, "/", &serde_json::from_str(&renamed).unwrap())
        .await;
    assert_eq!(
        (again.status, again.code()),
        (422, "number-taken"),
        "{}",
        again.body
    );
    delivers(&stage, &stage.ours, OURS, order.number().as_str(), 131).await;
}

#[tokio::test]
async fn une_ordonnance_expiree_hier_se_refuse_et_valable_aujourd_hui_se_delivre() {
    let stage = Stage::new();
    let file = |last_day: &str| {
        // Not renewable: a renewable line may still be given once after its last day (CSP art. L. 5125-23-1).
        ordinary("agreed")
            .replace("\"repeats\":1", "\"repeats\":0")
            .replace(
                "\"consent\"",
                &format!("\"valid_until\":\"{last_day}\",\"consent\""),
            )
    };
    let expired = stage.prescribe(&file("2026-11-21"), 4).await.number;
    let refused = take(&stage, &stage.ours, OURS, &expired, 30).await;
    assert_eq!((refused.status, refused.code()), (422, "prescription-expired"));
    let seen = stage.consult(&stage.ours, &expired).await;
    let posted = stage
        .post(
            &stage.ours,
            "/",
            &execution(
                &seen,
                &seen.etag(),
                OURS,
                &[delivery(&seen.lines[0], OURS, 2, 141)],
            ),
        )
        .await;
    assert_eq!((posted.status, posted.code()), (422, "prescription-expired"));
    assert_eq!(
        posted.text(),
        "L’ordonnance n’est plus valable depuis le 21/11/2026."
    );
    let last_day = stage.prescribe(&file("2026-11-22"), 5).await.number;
    delivers(&stage, &stage.ours, OURS, &last_day, 142).await;
}

#[tokio::test]
async fn un_jeton_absent_faux_ou_d_un_autre_role_ne_passe_pas() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    for token in ["", "x", &stage.ours[1..], "patient"] {
        let answer = stage.get(token, &before.task_url()).await;
        assert_eq!((answer.status, answer.code()), (401, "login-refused"));
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    let metadata = stage.get("", "/metadata").await;
    assert_eq!(
        (metadata.status, &metadata.body["fhirVersion"]),
        (200, &json!("4.0.1")),
        "open to all"
    );
    let minted = stage
        .post(
            "",
            "/training/token",
            &json!({"role": "pharmacy", "identity": "99 0000 001", "name": "Ici"}),
        )
        .await;
    assert_eq!(minted.status, 200, "{}", minted.body);
    delivers(&stage, minted.body["token"].as_str().unwrap(), OURS, &number, 171).await;
    for wrong in [
        json!({"role": "king", "identity": "990000001", "name": ""}),
        json!({"role": "pharmacy", "identity": "99000000", "name": ""}),
        json!({"role": "prescriber", "identity": "990000001", "name": ""}),
        json!({"role": "patient", "identity": "279039999900103", "name": ""}),
        json!({"role": "pharmacy"}),
        json!([]),
    ] {
        assert_eq!(
            stage.post("", "/training/token", &wrong).await.status,
            400,
            "{wrong}"
        );
    }
}
