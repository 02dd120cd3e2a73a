//! What is cancelled, rectified or traced, and by whom.

use serde_json::{Value, json};

use super::stage::{OURS, Stage, delivers, delivery, etag, execution, ordinary, take, written};

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
    let too_late = stage
        .post(
            &stage.ours,
            "/",
            &execution(&seen, &seen.etag(), OURS, &deliveries),
        )
        .await;
    assert_eq!(
        (too_late.status, too_late.code()),
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
