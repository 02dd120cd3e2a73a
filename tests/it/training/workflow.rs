//! The ways prescriptions go, right and wrong; each wrong one ends by the right one, which still works.

use comptoir::training::TrainingBase;
use serde_json::{Value, json};

use super::stage::{
    Answer, Consulted, Stage, consultation, declined, delivery, etag, execution, name, ordinary, released,
    taken,
};

const OURS: &str = "990000001";
const THEIRS: &str = "990000002";

async fn written(stage: &Stage) -> (String, Consulted) {
    let number = stage.prescribe(&ordinary("agreed"), 1).await.number;
    let consulted = stage.consult(&stage.ours, &number).await;
    (number, consulted)
}

async fn take(stage: &Stage, token: &str, finess: &str, number: &str, minutes: i64) -> Answer {
    let consulted = stage.consult(token, number).await;
    let until = stage.now() + jiff::SignedDuration::from_mins(minutes);
    let task = taken(&consulted.task, finess, "Pharmacie du Port", until);
    stage
        .put(token, &consulted.task_url(), &consulted.etag(), &task)
        .await
}

/// The way that must work at the end of every test: deliver the first line's two boxes.
async fn delivers(stage: &Stage, token: &str, finess: &str, number: &str, identifier: u128) {
    let consulted = stage.consult(token, number).await;
    let delivery = delivery(&consulted.lines[0], finess, 2, identifier);
    let answer = stage
        .post(
            token,
            "/",
            &execution(&consulted, &consulted.etag(), finess, &[delivery]),
        )
        .await;
    assert_eq!(answer.status, 200, "the good path still works: {}", answer.body);
}

#[tokio::test]
async fn prescrite_prise_en_charge_delivree_et_tracee() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    assert_eq!(before.lines.len(), 2);
    assert_eq!(before.task["status"], "ready");
    assert_eq!(before.consents.len(), 1);

    let held = take(&stage, &stage.ours, OURS, &number, 30).await;
    assert_eq!(held.status, 200, "{}", held.body);
    assert_eq!(held.headers["etag"], "W/\"2\"");
    assert_eq!(held.body["owner"]["identifier"]["value"], OURS);

    let now = stage.consult(&stage.ours, &number).await;
    let deliveries = [
        delivery(&now.lines[0], OURS, 2, 11),
        delivery(&now.lines[1], OURS, 1, 12),
    ];
    let posted = stage
        .post(&stage.ours, "/", &execution(&now, &now.etag(), OURS, &deliveries))
        .await;
    assert_eq!(posted.status, 200, "{}", posted.body);
    let shared: Value = serde_json::from_str(include_str!("../../wire/execution-answer.json")).unwrap();
    assert_eq!(posted.body["type"], shared["type"]);
    let statuses: Vec<&Value> = posted.body["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["response"]["status"])
        .collect();
    assert_eq!(statuses, ["201 Created", "201 Created", "200 OK", "201 Created"]);
    assert_eq!(
        posted.body["entry"][2]["response"]["etag"], "W/\"3\"",
        "the Task changes once"
    );

    let after = stage.consult(&stage.theirs, &number).await;
    assert_eq!(after.task["status"], "in-progress", "a renewal remains");
    assert!(
        after.task.get("owner").is_none(),
        "the hold ends with the delivery"
    );
    assert_eq!(after.task["output"].as_array().unwrap().len(), 2);
    assert_eq!(after.deliveries.len(), 2);
    assert_eq!(
        after.deliveries[0]["note"][0]["text"],
        "texte <i>libre</i> & accents : œ, ’, 10 µg"
    );

    let rest = delivery(&after.lines[0], THEIRS, 2, 13);
    let posted = stage
        .post(
            &stage.theirs,
            "/",
            &execution(&after, &after.etag(), THEIRS, &[rest]),
        )
        .await;
    assert_eq!(posted.status, 200, "{}", posted.body);
    assert_eq!(
        stage.consult(&stage.ours, &number).await.task["status"],
        "completed"
    );
}

#[tokio::test]
async fn le_patient_lit_ses_delivrances() {
    let stage = Stage::new();
    let (number, _) = written(&stage).await;
    delivers(&stage, &stage.ours, OURS, &number, 21).await;
    assert_eq!(stage.consult(&stage.patient, &number).await.deliveries.len(), 1);
    let own = stage.get(&stage.patient, "/MedicationDispense").await;
    assert_eq!(own.body["total"], 1);
    let other = stage.consult(&stage.other_patient, &number).await;
    assert!(other.lines.is_empty() && other.deliveries.is_empty() && other.task.is_null());
    assert_eq!(
        stage.get(&stage.other_patient, "/MedicationDispense").await.body["total"],
        0
    );
}

#[tokio::test]
async fn une_ordonnance_annulee_ne_se_prend_ni_ne_se_delivre() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    let mut task = before.task.clone();
    task["status"] = json!("cancelled");
    let wrong = stage
        .put(&stage.other_prescriber, &before.task_url(), &before.etag(), &task)
        .await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (403, "role-forbidden"),
        "another prescriber's"
    );
    let pharmacy = stage
        .put(&stage.ours, &before.task_url(), &before.etag(), &task)
        .await;
    assert_eq!(
        (pharmacy.status, pharmacy.code()),
        (422, "malformed"),
        "a pharmacy cancels nothing"
    );
    let done = stage
        .put(&stage.prescriber, &before.task_url(), &before.etag(), &task)
        .await;
    assert_eq!(done.status, 200, "{}", done.body);

    let after = stage.consult(&stage.ours, &number).await;
    assert_eq!(after.task["status"], "cancelled");
    assert_eq!(
        [&after.lines[0]["status"], &after.lines[1]["status"]],
        ["cancelled", "revoked"]
    );
    let held = take(&stage, &stage.ours, OURS, &number, 30).await;
    assert_eq!((held.status, held.code()), (422, "prescription-cancelled"));
    let delivery = delivery(&after.lines[0], OURS, 2, 31);
    let posted = stage
        .post(
            &stage.ours,
            "/",
            &execution(&after, &after.etag(), OURS, &[delivery]),
        )
        .await;
    assert_eq!((posted.status, posted.code()), (422, "prescription-cancelled"));
    assert_eq!(posted.body["issue"][0]["expression"][0], "Bundle.entry[0]");
    task["meta"] = after.task["meta"].clone();
    let twice = stage
        .put(&stage.prescriber, &before.task_url(), &after.etag(), &task)
        .await;
    assert_eq!(
        (twice.status, twice.code()),
        (422, "prescription-cancelled"),
        "once"
    );

    let other = stage.prescribe(&ordinary("agreed"), 2).await.number;
    delivers(&stage, &stage.ours, OURS, &other, 32).await;
}

#[tokio::test]
async fn une_ligne_annulee_pendant_la_prise_en_charge_est_refusee_au_moment_de_poster() {
    let stage = Stage::new();
    let (number, _) = written(&stage).await;
    assert_eq!(take(&stage, &stage.ours, OURS, &number, 30).await.status, 200);
    let seen = stage.consult(&stage.ours, &number).await;

    let mut line = seen.lines[0].clone();
    line["status"] = json!("cancelled");
    line["statusReason"] = json!({"text": "erreur de dose"});
    let url = format!("/MedicationRequest/{}", line["id"].as_str().unwrap());
    for (what, token, etag, line, status) in [
        (
            "another prescriber",
            &stage.other_prescriber,
            etag(&seen.lines[0]),
            line.clone(),
            403,
        ),
        ("a pharmacy", &stage.ours, etag(&seen.lines[0]), line.clone(), 403),
        (
            "a stale version",
            &stage.prescriber,
            "W/\"9\"".to_owned(),
            line.clone(),
            412,
        ),
        (
            "another dose instead of a cancellation",
            &stage.prescriber,
            etag(&seen.lines[0]),
            {
                let mut other = line.clone();
                other["dispenseRequest"]["quantity"]["value"] = json!(9);
                other
            },
            422,
        ),
        (
            "the prescriber",
            &stage.prescriber,
            etag(&seen.lines[0]),
            line.clone(),
            200,
        ),
        (
            "twice",
            &stage.prescriber,
            "W/\"2\"".to_owned(),
            line.clone(),
            422,
        ),
    ] {
        let answer = stage.put(token, &url, &etag, &line).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
    }

    let deliveries = [
        delivery(&seen.lines[0], OURS, 2, 41),
        delivery(&seen.lines[1], OURS, 1, 42),
    ];
    let stale = stage
        .post(
            &stage.ours,
            "/",
            &execution(&seen, &seen.etag(), OURS, &deliveries),
        )
        .await;
    assert_eq!(
        (stale.status, stale.code()),
        (412, "stale-version"),
        "somebody wrote in between"
    );
    let again = stage.consult(&stage.ours, &number).await;
    let refused = stage
        .post(
            &stage.ours,
            "/",
            &execution(&again, &again.etag(), OURS, &deliveries),
        )
        .await;
    assert_eq!((refused.status, refused.code()), (422, "line-cancelled"));
    assert_eq!(
        refused.body["issue"].as_array().unwrap().len(),
        1,
        "the other line is not the reason"
    );
    assert!(
        stage.consult(&stage.ours, &number).await.deliveries.is_empty(),
        "all or nothing"
    );
    let good = stage
        .post(
            &stage.ours,
            "/",
            &execution(&again, &again.etag(), OURS, &deliveries[1..]),
        )
        .await;
    assert_eq!(good.status, 200, "{}", good.body);
    assert_eq!(
        stage.consult(&stage.ours, &number).await.task["status"],
        "completed"
    );
}

#[tokio::test]
async fn une_seconde_pharmacie_trouve_porte_close_et_la_premiere_delivre() {
    let stage = Stage::new();
    let (number, _) = written(&stage).await;
    assert_eq!(take(&stage, &stage.theirs, THEIRS, &number, 30).await.status, 200);
    let refused = take(&stage, &stage.ours, OURS, &number, 30).await;
    assert_eq!((refused.status, refused.code()), (409, "held-elsewhere"));
    assert!(
        refused.text().contains("Pharmacie du Port (0199000022)"),
        "{}",
        refused.text()
    );

    let seen = stage.consult(&stage.ours, &number).await;
    assert_eq!(
        seen.task["owner"]["display"], "Pharmacie du Port",
        "everybody sees who and until when"
    );
    let delivery = delivery(&seen.lines[0], OURS, 2, 51);
    let posted = stage
        .post(
            &stage.ours,
            "/",
            &execution(&seen, &seen.etag(), OURS, &[delivery]),
        )
        .await;
    assert_eq!((posted.status, posted.code()), (409, "held-elsewhere"));
    let given = stage
        .put(
            &stage.ours,
            &seen.task_url(),
            &seen.etag(),
            &released(&seen.task, "ready"),
        )
        .await;
    assert_eq!(
        (given.status, given.code()),
        (409, "held-elsewhere"),
        "it is not ours to give back"
    );
    delivers(&stage, &stage.theirs, THEIRS, &number, 52).await;
}

#[tokio::test]
async fn la_meme_pharmacie_recupere_sa_prise_en_charge_apres_une_panne() {
    let stage = Stage::new();
    let (number, _) = written(&stage).await;
    assert_eq!(take(&stage, &stage.ours, OURS, &number, 30).await.status, 200);
    stage.wait_minutes(10);
    let again = take(&stage, &stage.ours, OURS, &number, 30).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(
        again.body["restriction"]["period"]["start"], "2026-11-22T09:00:00Z",
        "since the first time"
    );
    delivers(&stage, &stage.ours, OURS, &number, 61).await;
}

#[tokio::test]
async fn prise_rendue_reprise_par_une_autre_puis_echue() {
    let stage = Stage::new();
    let (number, _) = written(&stage).await;
    for _ in 0..3 {
        assert_eq!(take(&stage, &stage.ours, OURS, &number, 30).await.status, 200);
        let seen = stage.consult(&stage.ours, &number).await;
        let given = stage
            .put(
                &stage.ours,
                &seen.task_url(),
                &seen.etag(),
                &released(&seen.task, "ready"),
            )
            .await;
        assert_eq!(
            (given.status, &given.body["status"]),
            (200, &json!("ready")),
            "{}",
            given.body
        );
    }
    assert_eq!(take(&stage, &stage.theirs, THEIRS, &number, 30).await.status, 200);
    assert_eq!(take(&stage, &stage.ours, OURS, &number, 30).await.status, 409);
    stage.wait_minutes(30);
    assert_eq!(
        take(&stage, &stage.ours, OURS, &number, 30).await.status,
        200,
        "a hold ends by itself"
    );
    delivers(&stage, &stage.ours, OURS, &number, 71).await;
}

#[tokio::test]
async fn un_envoi_rejoue_ne_delivre_pas_deux_fois() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    let transaction = execution(
        &before,
        &before.etag(),
        OURS,
        &[delivery(&before.lines[0], OURS, 2, 81)],
    );
    assert_eq!(stage.post(&stage.ours, "/", &transaction).await.status, 200);
    let replayed = stage.post(&stage.ours, "/", &transaction).await;
    assert_eq!(
        (replayed.status, replayed.code()),
        (412, "stale-version"),
        "our own answer was lost"
    );
    let found = stage
        .get(
            &stage.ours,
            &format!("/MedicationDispense?identifier=urn:ietf:rfc:3986|{}", name(81)),
        )
        .await;
    assert_eq!(found.body["total"], 1, "looked up by our own identifier");

    let now = stage.consult(&stage.ours, &number).await;
    let mut fresh = transaction.clone();
    fresh["entry"][1]["request"]["ifMatch"] = json!(now.etag());
    let known = stage.post(&stage.ours, "/", &fresh).await;
    assert_eq!(known.status, 200, "{}", known.body);
    assert_eq!(
        known.body["entry"][0]["response"]["status"], "200 OK",
        "already there"
    );
    assert_eq!(
        known.body["entry"][2]["response"]["status"], "200 OK",
        "its trace too"
    );
    assert_eq!(stage.consult(&stage.ours, &number).await.deliveries.len(), 1);
    delivers(&stage, &stage.ours, OURS, &number, 82).await;
    assert_eq!(stage.consult(&stage.ours, &number).await.deliveries.len(), 2);
}

#[tokio::test]
async fn l_identifiant_d_une_autre_pharmacie_n_est_pas_le_notre() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    delivers(&stage, &stage.theirs, THEIRS, &number, 91).await;
    let now = stage.consult(&stage.ours, &number).await;
    let same = delivery(&before.lines[0], OURS, 2, 91);
    let posted = stage
        .post(&stage.ours, "/", &execution(&now, &now.etag(), OURS, &[same]))
        .await;
    assert_eq!(posted.status, 412, "{}", posted.body);
    delivers(&stage, &stage.ours, OURS, &number, 92).await;
}

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
async fn une_erreur_se_rectifie_et_se_remplace_en_un_envoi() {
    let stage = Stage::new();
    let (number, _) = written(&stage).await;
    let before = stage.consult(&stage.ours, &number).await;
    let wrong = delivery(&before.lines[0], OURS, 4, 111);
    assert_eq!(
        stage
            .post(
                &stage.ours,
                "/",
                &execution(&before, &before.etag(), OURS, &[wrong])
            )
            .await
            .status,
        200
    );

    let now = stage.consult(&stage.ours, &number).await;
    let stored = now.deliveries[0].clone();
    let url = format!("/MedicationDispense/{}", stored["id"].as_str().unwrap());
    let with = |element: &str, value: Value| {
        let mut changed = stored.clone();
        changed["status"] = json!("entered-in-error");
        changed[element] = value;
        changed
    };
    let rectified = with("status", json!("entered-in-error"));
    for (what, token, etag, body, status) in [
        (
            "another pharmacy",
            &stage.theirs,
            "W/\"1\"",
            rectified.clone(),
            403,
        ),
        (
            "the prescriber",
            &stage.prescriber,
            "W/\"1\"",
            rectified.clone(),
            403,
        ),
        ("a stale version", &stage.ours, "W/\"7\"", rectified.clone(), 412),
        ("no version", &stage.ours, "", rectified.clone(), 412),
        (
            "another count of boxes",
            &stage.ours,
            "W/\"1\"",
            with("quantity", json!({"value": 1})),
            422,
        ),
        (
            "not an error, a refusal",
            &stage.ours,
            "W/\"1\"",
            with("status", json!("declined")),
            422,
        ),
    ] {
        let answer = stage.put(token, &url, etag, &body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
    }
    let mut transaction = execution(&now, &now.etag(), OURS, &[delivery(&now.lines[0], OURS, 2, 112)]);
    let entry =
        json!({"resource": rectified, "request": {"method": "PUT", "url": &url[1..], "ifMatch": "W/\"1\""}});
    transaction["entry"].as_array_mut().unwrap().push(entry);
    let posted = stage.post(&stage.ours, "/", &transaction).await;
    assert_eq!(
        posted.status, 200,
        "the wrong one frees its boxes wherever it stands: {}",
        posted.body
    );

    let history = stage.get(&stage.ours, &format!("{url}/_history")).await;
    let statuses: Vec<Value> = history
        .resources()
        .iter()
        .map(|version| version["status"].clone())
        .collect();
    assert_eq!(statuses, ["entered-in-error", "completed"], "nothing is lost");
    assert_eq!(
        stage.get(&stage.ours, &format!("{url}/_history/1")).await.body["status"],
        "completed"
    );
    let twice = stage.put(&stage.ours, &url, "W/\"2\"", &rectified).await;
    assert_eq!(twice.status, 422, "once");
    delivers(&stage, &stage.ours, OURS, &number, 113).await;
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
            with("/type/coding/0/code", json!("XXX")),
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
    let order = super::stage::order(&ordinary("agreed"), 3);
    let good = order.transaction(stage.now(), &super::stage::nothing);
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
        ordinary("agreed").replace(
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
async fn une_trace_ne_se_reecrit_pas_et_ne_couvre_que_ce_qui_existe() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    let transaction = execution(
        &before,
        &before.etag(),
        OURS,
        &[delivery(&before.lines[0], OURS, 2, 151)],
    );
    assert_eq!(stage.post(&stage.ours, "/", &transaction).await.status, 200);
    let mut trace = transaction["entry"][2]["resource"].clone();
    let url = format!("/Provenance/{}", trace["id"].as_str().unwrap());
    let kept = stage.get(&stage.ours, &url).await;
    assert!(
        kept.body["target"][0]["reference"]
            .as_str()
            .unwrap()
            .starts_with("MedicationDispense/"),
        "names became references"
    );
    trace["target"] = kept.body["target"].clone();
    let put = |token: &'static str, trace: Value, url: String| {
        let stage = stage.clone();
        async move {
            let token = if token == "ours" {
                stage.ours.clone()
            } else {
                stage.theirs.clone()
            };
            stage.call(&token, "PUT", &url, &[], Some(&trace)).await.status
        }
    };
    assert_eq!(
        put("ours", trace.clone(), url.clone()).await,
        200,
        "the same again"
    );
    let mut other = trace.clone();
    other["recorded"] = json!("2026-11-23T10:15:00+01:00");
    assert_eq!(
        put("ours", other.clone(), url).await,
        422,
        "another under the same id"
    );
    let fresh = uuid::Uuid::from_u128(999).to_string();
    other["id"] = json!(fresh);
    let url = format!("/Provenance/{fresh}");
    assert_eq!(
        put("theirs", other.clone(), url.clone()).await,
        403,
        "in another's name"
    );
    let mut dangling = other.clone();
    dangling["target"] = json!([{"reference": "MedicationDispense/none"}]);
    assert_eq!(put("ours", dangling, url.clone()).await, 422);
    assert_eq!(put("ours", other, url).await, 201);
    delivers(&stage, &stage.ours, OURS, &number, 152).await;
}

#[tokio::test]
async fn un_lot_repond_entree_par_entree_une_transaction_tout_ou_rien() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    let good = delivery(&before.lines[0], OURS, 2, 161);
    let bad = delivery(&before.lines[1], OURS, 9, 162);
    let entries = [good, bad].map(|delivery| json!({"resource": delivery, "request": {"method": "POST", "url": delivery["resourceType"]}}));
    let transaction = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    assert_eq!(stage.post(&stage.ours, "/", &transaction).await.status, 422);
    assert!(stage.consult(&stage.ours, &number).await.deliveries.is_empty());
    let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": entries});
    let answer = stage.post(&stage.ours, "/", &batch).await;
    assert_eq!(answer.status, 200);
    let statuses: Vec<&Value> = answer.body["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["response"]["status"])
        .collect();
    assert_eq!(statuses, ["201 Created", "422 Unprocessable Entity"]);
    let outcome = &answer.body["entry"][1]["response"]["outcome"];
    assert_eq!(
        outcome["issue"][0]["details"]["coding"][0]["code"],
        "quantity-exceeded"
    );
    assert_eq!(stage.consult(&stage.ours, &number).await.deliveries.len(), 1);
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

#[tokio::test]
async fn la_base_se_souvient_apres_un_redemarrage_et_se_partage_entre_processus() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("base.sqlite");
    let first = Stage::on(TrainingBase::open(&path).unwrap());
    let (number, before) = written(&first).await;
    let second = Stage::on(TrainingBase::open(&path).unwrap());
    assert_eq!(
        take(&second, &first.theirs, THEIRS, &number, 30).await.status,
        200,
        "the same tokens, the same file"
    );
    let stale = first
        .put(
            &first.ours,
            &before.task_url(),
            &before.etag(),
            &released(&before.task, "ready"),
        )
        .await;
    assert_eq!(stale.status, 412);
    drop((first, second));
    let third = Stage::on(TrainingBase::open(&path).unwrap());
    assert_eq!(
        third.consult(&third.ours, &number).await.task["owner"]["display"],
        "Pharmacie du Port"
    );
    delivers(&third, &third.theirs, THEIRS, &number, 181).await;
}

#[tokio::test]
async fn la_consultation_a_la_forme_de_l_exemple_partage() {
    let stage = Stage::new();
    let (number, _) = written(&stage).await;
    let ours = stage.post(&stage.ours, "/", &consultation(&number)).await.body;
    let shared: Value = serde_json::from_str(include_str!("../../wire/consult-answer.json")).unwrap();
    assert_eq!(ours["type"], shared["type"]);
    for (ours, shared) in ours["entry"]
        .as_array()
        .unwrap()
        .iter()
        .zip(shared["entry"].as_array().unwrap())
    {
        assert_eq!(ours["response"], shared["response"]);
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&ours["resource"])[..3], keys(&shared["resource"])[..3]);
        if let (Some(ours), Some(shared)) = (
            ours["resource"]["entry"].get(0),
            shared["resource"]["entry"].get(0),
        ) {
            assert_eq!(keys(ours), keys(shared));
            assert_eq!(ours["search"], shared["search"]);
        }
    }
}

#[tokio::test]
async fn l_execution_partagee_avec_le_client_est_acceptee() {
    let stage = Stage::new();
    let file = json!({
        "written_on": "2026-11-20",
        "patient": {"ins": super::stage::PATIENT_INS},
        "prescriber": {"rpps": "10100000016"},
        "lines": [
            {"cip13": "3400933857042", "boxes": 2},
            {"cip13": "3400937627795", "boxes": 2, "repeats": 2},
            {"lpp": "1163922"},
            {"other": "Bilan sanguin"},
        ],
    });
    let number = stage.prescribe(&file.to_string(), 8).await.number;
    assert_eq!(take(&stage, &stage.ours, OURS, &number, 30).await.status, 200);
    let seen = stage.consult(&stage.ours, &number).await;
    let id = |resource: &Value| resource["id"].as_str().unwrap().to_owned();
    let mut text = include_str!("../../wire/execution.json").replace("01K7M4QX2RT9WBHV6P", &number);
    for (shared, ours) in [
        (
            "MedicationRequest/l1",
            format!("MedicationRequest/{}", id(&seen.lines[0])),
        ),
        (
            "MedicationRequest/l2",
            format!("MedicationRequest/{}", id(&seen.lines[1])),
        ),
        (
            "DeviceRequest/d3",
            format!("DeviceRequest/{}", id(&seen.lines[2])),
        ),
        (
            "Patient/p1",
            seen.task["for"]["reference"].as_str().unwrap().to_owned(),
        ),
        ("Task/t1", format!("Task/{}", id(&seen.task))),
        ("\"t1\"", format!("\"{}\"", id(&seen.task))),
        ("W/\\\"3\\\"", "W/\\\"2\\\"".to_owned()),
        (
            "urn:uuid:22222222-2222-4222-8222-222222222222",
            seen.task["identifier"][0]["value"].as_str().unwrap().to_owned(),
        ),
    ] {
        assert!(text.contains(shared), "{shared}");
        text = text.replace(shared, &ours);
    }
    let posted = stage
        .post(&stage.ours, "/", &serde_json::from_str(&text).unwrap())
        .await;
    assert_eq!(posted.status, 200, "{}", posted.body);
    let statuses: Vec<&Value> = posted.body["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["response"]["status"])
        .collect();
    assert_eq!(
        statuses,
        [
            "201 Created",
            "201 Created",
            "201 Created",
            "200 OK",
            "201 Created"
        ],
        "as in execution-answer.json"
    );
    let after = stage.consult(&stage.ours, &number).await;
    assert_eq!(
        (after.deliveries.len(), &after.task["status"]),
        (3, &json!("in-progress"))
    );
    assert_eq!(after.task["businessStatus"]["text"], "partiellement exécutée");
    let substituted = after
        .deliveries
        .iter()
        .find(|delivery| delivery["substitution"].is_object())
        .unwrap();
    assert_eq!(
        substituted["contained"][0]["batch"]["lotNumber"], "A12",
        "kept as it came"
    );
}

#[tokio::test]
async fn la_cloture_sans_delivrance_et_la_tache_d_autrui_ne_se_modifient_pas() {
    let stage = Stage::new();
    let (number, before) = written(&stage).await;
    let with = |element: &str, value: Value| {
        let mut task = before.task.clone();
        task[element] = value;
        task
    };
    for (what, token, task, status) in [
        (
            "closed without a delivery",
            &stage.ours,
            with("status", json!("completed")),
            422,
        ),
        (
            "in progress without a holder",
            &stage.ours,
            with("status", json!("in-progress")),
            422,
        ),
        (
            "for another patient",
            &stage.ours,
            with("for", json!({"reference": "Patient/other"})),
            422,
        ),
        (
            "under another number",
            &stage.ours,
            with(
                "groupIdentifier",
                json!({"system": super::stage::NUMBER, "value": "01K7M4QX2RT9WBHV6P"}),
            ),
            422,
        ),
        (
            "taken by a patient",
            &stage.patient,
            taken(&before.task, OURS, "Moi", stage.now()),
            403,
        ),
        (
            "taken by the prescriber",
            &stage.prescriber,
            taken(&before.task, OURS, "Moi", stage.now()),
            403,
        ),
        (
            "taken in another's name",
            &stage.ours,
            taken(&before.task, THEIRS, "Lui", stage.now()),
            403,
        ),
    ] {
        let answer = stage.put(token, &before.task_url(), &before.etag(), &task).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
    }
    let stale = taken(&before.task, OURS, "Nous", stage.now());
    assert_eq!(
        stage
            .put(&stage.ours, &before.task_url(), "W/\"5\"", &stale)
            .await
            .status,
        412
    );
    assert_eq!(
        stage
            .call(&stage.ours, "PUT", &before.task_url(), &[], Some(&stale))
            .await
            .status,
        412,
        "a version must be named"
    );
    for method in ["DELETE", "PATCH", "OPTIONS"] {
        let answer = stage
            .call(&stage.ours, method, &before.task_url(), &[], Some(&stale))
            .await;
        assert_eq!(answer.status, 405, "{method}: nothing is ever deleted");
    }
    delivers(&stage, &stage.ours, OURS, &number, 191).await;
}
