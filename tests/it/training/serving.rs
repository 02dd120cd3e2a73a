//! The ways prescriptions go when everybody does their part.

use comptoir::training::TrainingBase;
use serde_json::{Value, json};

use super::stage::{
    OURS, PATIENT_INS, Stage, THEIRS, consultation, delivers, delivery, execution, name, released, take,
    written,
};

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
        "patient": {"ins": PATIENT_INS},
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
