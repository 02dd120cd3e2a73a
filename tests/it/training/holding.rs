//! One pharmacy at a time: holds taken, refused, given back, recovered, ended.

use serde_json::{Value, json};

use super::stage::{
    NUMBER, OURS, Stage, THEIRS, delivers, delivery, execution, released, take, taken, written,
};

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
                json!({"system": NUMBER, "value": "01K7M4QX2RT9WBHV6P"}),
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
    let too_late = taken(&before.task, OURS, "Nous", stage.now());
    assert_eq!(
        stage
            .put(&stage.ours, &before.task_url(), "W/\"5\"", &too_late)
            .await
            .status,
        412
    );
    assert_eq!(
        stage
            .call(&stage.ours, "PUT", &before.task_url(), &[], Some(&too_late))
            .await
            .status,
        412,
        "a version must be named"
    );
    for method in ["DELETE", "PATCH", "OPTIONS"] {
        let answer = stage
            .call(&stage.ours, method, &before.task_url(), &[], Some(&too_late))
            .await;
        assert_eq!(answer.status, 405, "{method}: nothing is ever deleted");
    }
    delivers(&stage, &stage.ours, OURS, &number, 191).await;
}
