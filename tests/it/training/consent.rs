//! An opposition hides deliveries from prescribers by every path, and nothing says that it exists.

use serde_json::{Value, json};

use super::stage::{self, Consulted, NUMBER, Stage, delivery, execution, name, ordinary};

const OURS: &str = "990000001";

/// A prescription with one medicine and one device delivered.
async fn delivered(stage: &Stage, consent: &str, seed: u128) -> (String, Consulted) {
    let number = stage.prescribe(&ordinary(consent), seed).await.number;
    let before = stage.consult(&stage.ours, &number).await;
    let deliveries = [
        delivery(&before.lines[0], OURS, 2, seed * 10),
        delivery(&before.lines[1], OURS, 1, seed * 10 + 1),
    ];
    let posted = stage
        .post(
            &stage.ours,
            "/",
            &execution(&before, &before.etag(), OURS, &deliveries),
        )
        .await;
    assert_eq!(posted.status, 200, "{}", posted.body);
    let after = stage.consult(&stage.ours, &number).await;
    assert_eq!(
        after.deliveries.len(),
        2,
        "a pharmacy always sees what was delivered"
    );
    (number, after)
}

/// The patient's choice, as the patient writes it.
fn choice(stage: &Stage, consulted: &Consulted, agrees: bool) -> Value {
    let (rule, provision) = if agrees {
        ("OPTIN", "permit")
    } else {
        ("OPTOUT", "deny")
    };
    json!({
        "resourceType": "Consent", "status": "active",
        "patient": consulted.task["for"], "dateTime": stage.now().to_string(),
        "policyRule": {"coding": [{"code": rule}]},
        "provision": {"type": provision, "data": [{"meaning": "related", "reference": {"reference": &consulted.task_url()[1..]}}]},
    })
}

/// Everything a prescriber can ask that could tell of a delivery, as one text.
async fn everything_a_prescriber_reads(stage: &Stage, number: &str, known: &Consulted) -> (String, Vec<u16>) {
    let read = stage.consult(&stage.prescriber, number).await;
    let mut told = format!("{:?} {:?} {:?}", read.deliveries, read.task, read.consents);
    let mut statuses = Vec::new();
    let reference = |resource: &Value| {
        format!(
            "{}/{}",
            resource["resourceType"].as_str().unwrap(),
            resource["id"].as_str().unwrap()
        )
    };
    let mut urls = vec![
        format!("/MedicationDispense?prescription.group-or-identifier={NUMBER}%7C{number}"),
        format!("/SupplyDelivery?prescription.group-identifier={NUMBER}%7C{number}"),
        format!("/Consent?data={}", reference(&known.task)),
        format!("/MedicationDispense?prescription={}", reference(&known.lines[0])),
        format!(
            "/DeviceRequest?group-identifier={NUMBER}%7C{number}&_revinclude=SupplyDelivery:prescription"
        ),
        format!("/{}/_history", reference(&known.task)),
        format!("/{}/_history/2", reference(&known.task)),
        format!("/{}/_history/1", reference(&known.task)),
    ];
    for delivery in &known.deliveries {
        let kind = delivery["resourceType"].as_str().unwrap();
        let identifier = delivery["identifier"][0]["value"].as_str().unwrap();
        urls.push(format!("/{}", reference(delivery)));
        urls.push(format!("/{}/_history", reference(delivery)));
        urls.push(format!("/{}/_history/1", reference(delivery)));
        urls.push(format!("/{kind}?identifier=urn:ietf:rfc:3986%7C{identifier}"));
        urls.push(format!("/{kind}?_id={}", delivery["id"].as_str().unwrap()));
    }
    for consent in &known.consents {
        urls.push(format!("/{}", reference(consent)));
        urls.push(format!("/{}/_history", reference(consent)));
    }
    for url in urls {
        let answer = stage.get(&stage.prescriber, &url).await;
        let own_number_is_no_secret = answer.body.to_string().replace(number, "");
        told.push_str(&own_number_is_no_secret);
        statuses.push(answer.status);
    }
    (told, statuses)
}

const TELLS_OF_DELIVERIES: [&str; 9] = [
    "MedicationDispense\"",
    "SupplyDelivery\"",
    "\"output",
    "completed",
    "in-progress",
    "partiellement",
    "owner",
    "OPTOUT",
    "deny",
];

#[tokio::test]
async fn sans_accord_le_prescripteur_ne_voit_ni_delivrance_ni_opposition_par_aucun_chemin() {
    for consent in ["opposed", "none"] {
        let stage = Stage::new();
        let (number, known) = delivered(&stage, consent, 1).await;
        let (told, statuses) = everything_a_prescriber_reads(&stage, &number, &known).await;
        for word in TELLS_OF_DELIVERIES {
            assert!(!told.contains(word), "{consent}: {word} in {told}");
        }
        assert!(!told.contains(&name(10)), "{consent}: the delivery's identifier");
        assert!(
            statuses.iter().all(|status| matches!(status, 200 | 404)),
            "never 403, which would tell: {statuses:?}"
        );
        let found = stage
            .get(
                &stage.prescriber,
                &format!("/MedicationDispense?prescription.group-or-identifier={NUMBER}%7C{number}"),
            )
            .await;
        assert_eq!(
            (found.status, &found.body["total"]),
            (200, &json!(0)),
            "the total agrees with the entries"
        );
    }
}

#[tokio::test]
async fn une_opposition_et_l_absence_de_delivrance_se_ressemblent_exactement() {
    let stage = Stage::new();
    let (opposed, known) = delivered(&stage, "opposed", 1).await;
    let untouched = stage.prescribe(&ordinary("agreed"), 2).await.number;
    let shown = stage.consult(&stage.prescriber, &opposed).await;
    let plain = stage.consult(&stage.prescriber, &untouched).await;
    let elements = |task: &Value| task.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(elements(&shown.task), elements(&plain.task));
    assert_eq!(shown.task["status"], plain.task["status"]);
    let history = |url: String| {
        let stage = stage.clone();
        async move {
            stage
                .get(&stage.prescriber, &format!("{url}/_history"))
                .await
                .body["total"]
                .clone()
        }
    };
    assert_eq!(history(known.task_url()).await, history(plain.task_url()).await);
}

#[tokio::test]
async fn avec_accord_le_prescripteur_voit_tout_et_l_opposition_tardive_cache_aussi_le_passe() {
    let stage = Stage::new();
    let (number, known) = delivered(&stage, "agreed", 1).await;
    let provenance = stage.get(&stage.prescriber, &provenance_url(&known)).await;
    assert_eq!(
        stage.consult(&stage.prescriber, &number).await.deliveries.len(),
        2
    );
    assert_eq!(
        stage.consult(&stage.prescriber, &number).await.task["output"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(provenance.status, 200);
    assert!(
        stage
            .consult(&stage.prescriber, &number)
            .await
            .consents
            .is_empty(),
        "no prescriber reads a consent"
    );

    stage.wait_minutes(1);
    let opposed = stage
        .post(&stage.patient, "/Consent", &choice(&stage, &known, false))
        .await;
    assert_eq!(opposed.status, 201, "{}", opposed.body);
    let (told, _) = everything_a_prescriber_reads(&stage, &number, &known).await;
    for word in TELLS_OF_DELIVERIES {
        assert!(!told.contains(word), "{word} in {told}");
    }
    assert_eq!(
        stage.get(&stage.prescriber, &provenance_url(&known)).await.status,
        404
    );
    assert_eq!(
        stage.consult(&stage.patient, &number).await.deliveries.len(),
        2,
        "the patient still sees them"
    );
    let active: Vec<Value> = stage.consult(&stage.ours, &number).await.consents;
    let statuses: Vec<(&Value, &Value)> = active
        .iter()
        .map(|consent| (&consent["status"], &consent["provision"]["type"]))
        .collect();
    assert_eq!(
        statuses,
        [
            (&json!("inactive"), &json!("permit")),
            (&json!("active"), &json!("deny"))
        ],
        "one choice is active"
    );

    stage.wait_minutes(1);
    assert_eq!(
        stage
            .post(&stage.patient, "/Consent", &choice(&stage, &known, true))
            .await
            .status,
        201
    );
    assert_eq!(
        stage.consult(&stage.prescriber, &number).await.deliveries.len(),
        2,
        "an agreement shows them again"
    );
}

fn provenance_url(known: &Consulted) -> String {
    let names: String = known
        .deliveries
        .iter()
        .map(|delivery| delivery["identifier"][0]["value"].as_str().unwrap())
        .collect();
    format!(
        "/Provenance/{}",
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, names.as_bytes())
    )
}

#[tokio::test]
async fn seul_le_patient_change_d_avis_et_pour_lui_seul() {
    let stage = Stage::new();
    let (number, known) = delivered(&stage, "agreed", 1).await;
    stage.wait_minutes(1);
    let good = choice(&stage, &known, false);
    let with = |element: &str, value: Value| {
        let mut consent = good.clone();
        consent[element] = value;
        consent
    };
    let consent_id = known.consents[0]["id"].as_str().unwrap();
    for (what, token, body, status) in [
        ("a pharmacy", &stage.ours, good.clone(), 403),
        ("the prescriber, later", &stage.prescriber, good.clone(), 403),
        ("another patient", &stage.other_patient, good.clone(), 403),
        (
            "for another patient",
            &stage.patient,
            with("patient", json!({"reference": "Patient/other"})),
            422,
        ),
        (
            "without a date",
            &stage.patient,
            with("dateTime", json!(null)),
            422,
        ),
        (
            "dated before the present one",
            &stage.patient,
            with("dateTime", json!("2026-11-21T09:00:00Z")),
            422,
        ),
        (
            "dated next year",
            &stage.patient,
            with("dateTime", json!("2027-11-21T09:00:00Z")),
            422,
        ),
        (
            "that says yes and no",
            &stage.patient,
            with("policyRule", json!({"coding": [{"code": "OPTIN"}]})),
            422,
        ),
        (
            "on nothing",
            &stage.patient,
            with("provision", json!({"type": "deny"})),
            422,
        ),
        (
            "already inactive",
            &stage.patient,
            with("status", json!("inactive")),
            422,
        ),
    ] {
        let answer = stage.post(token, "/Consent", &body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        assert_eq!(
            stage.consult(&stage.prescriber, &number).await.deliveries.len(),
            2,
            "nothing changed: {what}"
        );
    }
    let mut rewritten = known.consents[0].clone();
    rewritten["policyRule"] = json!({"coding": [{"code": "OPTOUT"}]});
    let put = stage
        .put(
            &stage.patient,
            &format!("/Consent/{consent_id}"),
            "W/\"1\"",
            &rewritten,
        )
        .await;
    assert_eq!(put.status, 403, "a choice is not rewritten, another follows it");
    assert_eq!(stage.post(&stage.patient, "/Consent", &good).await.status, 201);
    assert!(
        stage
            .consult(&stage.prescriber, &number)
            .await
            .deliveries
            .is_empty()
    );
}

#[tokio::test]
async fn une_opposition_n_empeche_jamais_de_delivrer() {
    let stage = Stage::new();
    let (number, known) = delivered(&stage, "opposed", 1).await;
    let rest = delivery(&known.lines[0], OURS, 2, 99);
    let posted = stage
        .post(&stage.ours, "/", &execution(&known, &known.etag(), OURS, &[rest]))
        .await;
    assert_eq!(posted.status, 200, "{}", posted.body);
    assert_eq!(
        stage.consult(&stage.ours, &number).await.task["status"],
        "completed"
    );
    assert_eq!(
        stage.consult(&stage.prescriber, &number).await.task["status"],
        "ready",
        "as if untouched"
    );
}

#[tokio::test]
async fn le_prescripteur_annule_sans_apprendre_ce_qui_est_cache() {
    let stage = Stage::new();
    let (_, known) = delivered(&stage, "opposed", 1).await;
    let seen = stage.get(&stage.prescriber, &known.task_url()).await;
    let mut task = seen.body.clone();
    task["status"] = json!("cancelled");
    let etag = seen.headers["etag"].to_str().unwrap();
    let cancelled = stage.put(&stage.prescriber, &known.task_url(), etag, &task).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    assert_eq!(cancelled.body["status"], "cancelled");
    let untouched = stage.prescribe(&ordinary("agreed"), 2).await.number;
    let plain = stage.consult(&stage.prescriber, &untouched).await;
    let mut task = plain.task.clone();
    task["status"] = json!("cancelled");
    let other = stage
        .put(&stage.prescriber, &plain.task_url(), &plain.etag(), &task)
        .await;
    let elements = |task: &Value| task.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        elements(&cancelled.body),
        elements(&other.body),
        "as one that nobody touched"
    );
    let line = known.lines[0]["id"].as_str().unwrap();
    let line = stage
        .get(&stage.ours, &format!("/MedicationRequest/{line}"))
        .await;
    assert_eq!(line.body["status"], "cancelled");
}

#[tokio::test]
async fn ni_la_version_ni_une_recherche_par_statut_ne_levent_le_voile() {
    let stage = Stage::new();
    let (number, known) = delivered(&stage, "opposed", 1).await;
    let untouched = stage.prescribe(&ordinary("agreed"), 2).await.number;
    let plain = stage.consult(&stage.prescriber, &untouched).await;
    for status in [
        "ready",
        "in-progress",
        "completed",
        "cancelled",
        "ready,completed",
    ] {
        let total = |number: String| {
            let stage = stage.clone();
            async move {
                let url = format!("/Task?group-identifier={NUMBER}%7C{number}&status={status}");
                stage.get(&stage.prescriber, &url).await.body["total"].clone()
            }
        };
        assert_eq!(
            total(number.clone()).await,
            total(untouched.clone()).await,
            "{status}"
        );
    }
    let version = |url: String| {
        let stage = stage.clone();
        async move {
            let read = stage.get(&stage.prescriber, &url).await;
            let etag = read.headers["etag"].to_str().unwrap().to_owned();
            assert_eq!(etag, stage::etag(&read.body), "one version, wherever it stands");
            let second = stage.get(&stage.prescriber, &format!("{url}/_history/2")).await;
            let history = stage.get(&stage.prescriber, &format!("{url}/_history")).await;
            let newest = history.body["entry"][0].clone();
            let told = (newest["response"].clone(), newest["request"]["method"].clone());
            (etag, second.status, told)
        }
    };
    assert_eq!(
        version(known.task_url()).await,
        version(plain.task_url()).await,
        "as one that nobody touched"
    );

    let cancel = |url: String, etag: &'static str| {
        let stage = stage.clone();
        async move {
            let mut task = stage.get(&stage.prescriber, &url).await.body;
            task["status"] = json!("cancelled");
            let answer = stage.put(&stage.prescriber, &url, etag, &task).await;
            let etag = answer.headers.get("etag").cloned();
            let location = answer
                .headers
                .get("location")
                .map(|it| it.to_str().unwrap().to_owned());
            (answer.status, etag, location.map(|it| it.replace(&url, "")))
        }
    };
    assert_eq!(
        cancel(known.task_url(), "W/\"2\"").await.0,
        412,
        "the true version is not one a prescriber knows"
    );
    assert_eq!(
        cancel(known.task_url(), "W/\"1\"").await,
        cancel(plain.task_url(), "W/\"1\"").await,
        "nor does cancelling tell"
    );
}
