//! Any input answers 200 to 499, and leaves a base that still works.
//!
//! `COMPTOIR_MUTATIONS=10000 cargo test --test it mutations` tries more.

use axum::body::Body;
use axum::http::Request;
use fastrand::Rng;
use serde_json::{Value, json};

use super::stage::{PATIENT_INS, Stage, consultation, delivery, execution, order, ordinary, released, taken};

const MUTATIONS: usize = 600;
const OURS: &str = "990000001";

/// A request that works, before something is changed in it.
#[derive(Clone)]
struct Valid {
    token: String,
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
    form: Option<String>,
}

async fn valid_requests(stage: &Stage, seed: u128) -> Vec<Valid> {
    let number = stage.prescribe(&ordinary("agreed"), seed).await.number;
    let known = stage.consult(&stage.ours, &number).await;
    let fhir = |token: &str, method, url: String, if_match: Option<String>, body: Value| Valid {
        token: token.to_owned(),
        method,
        url,
        headers: [("content-type", "application/fhir+json".to_owned())]
            .into_iter()
            .chain(if_match.map(|etag| ("if-match", etag)))
            .collect(),
        body: Some(body),
        form: None,
    };
    let read = |token: &str, url: String| Valid {
        token: token.to_owned(),
        method: "GET",
        url,
        headers: vec![("prefer", "handling=strict".to_owned())],
        body: None,
        form: None,
    };
    let deliveries = [
        delivery(&known.lines[0], OURS, 2, seed * 10),
        delivery(&known.lines[1], OURS, 1, seed * 10 + 1),
    ];
    let hour = stage.now() + jiff::SignedDuration::from_hours(1);
    let consent = json!({
        "resourceType": "Consent", "status": "active", "patient": known.task["for"], "dateTime": stage.now().to_string(),
        "policyRule": {"coding": [{"code": "OPTOUT"}]},
        "provision": {"type": "deny", "data": [{"reference": {"reference": &known.task_url()[1..]}}]},
    });
    let mut cancelled = known.task.clone();
    cancelled["status"] = json!("cancelled");
    let written =
        order(&ordinary("opposed"), seed + 1_000_000).transaction(stage.now(), &super::stage::nothing);
    vec![
        fhir(&stage.ours, "POST", "/".into(), None, consultation(&number)),
        fhir(&stage.prescriber, "POST", "/".into(), None, written),
        fhir(
            &stage.ours,
            "PUT",
            known.task_url(),
            Some(known.etag()),
            taken(&known.task, OURS, "Nous", hour),
        ),
        fhir(
            &stage.ours,
            "PUT",
            known.task_url(),
            Some(known.etag()),
            released(&known.task, "ready"),
        ),
        fhir(
            &stage.ours,
            "POST",
            "/".into(),
            None,
            execution(&known, &known.etag(), OURS, &deliveries),
        ),
        fhir(
            &stage.ours,
            "POST",
            "/MedicationDispense".into(),
            None,
            deliveries[0].clone(),
        ),
        fhir(&stage.patient, "POST", "/Consent".into(), None, consent),
        fhir(
            &stage.prescriber,
            "PUT",
            known.task_url(),
            Some(known.etag()),
            cancelled,
        ),
        fhir(
            "",
            "POST",
            "/training/token".into(),
            None,
            json!({"role": "patient", "identity": PATIENT_INS, "name": "É"}),
        ),
        read(&stage.ours, format!("{}/_history/1", known.task_url())),
        read(
            &stage.ours,
            format!("/Task?group-identifier={number}&_revinclude=Consent:data&_count=2&_page=1"),
        ),
        read("", "/metadata".into()),
        Valid {
            token: stage.ours.clone(),
            method: "POST",
            url: "/MedicationRequest/_search".into(),
            headers: vec![("content-type", "application/x-www-form-urlencoded".into())],
            body: None,
            form: Some(format!(
                "patient.identifier=urn:oid:1.2.250.1.213.1.4.10%7C{PATIENT_INS}&status=active"
            )),
        },
    ]
}

fn odd_value(random: &mut Rng) -> Value {
    let odd = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(1e308),
        json!(0.1),
        json!(""),
        json!("\u{0}\u{1b}[2J\u{202e}"),
        json!("urn:uuid:nowhere"),
        json!("Patient/../../Task"),
        json!("é".repeat(5000)),
        json!("9999-12-31T23:59:60+99:99"),
        json!("-009999-01-01"),
        json!([]),
        json!({}),
        json!([[[null]]]),
        json!({"reference": "urn:uuid:nowhere", "resourceType": "Bundle"}),
    ];
    random.choice(odd).unwrap()
}

/// Every place in a document, by its pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(elements) => {
            for (name, value) in elements {
                places(
                    value,
                    &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                places(value, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

fn mutate_json(body: &mut Value, random: &mut Rng) {
    let mut pointers = Vec::new();
    places(body, "", &mut pointers);
    let pointer = random.choice(pointers).unwrap();
    let Some(place) = body.pointer_mut(&pointer) else {
        return;
    };
    match (random.u8(0..5), place) {
        (0, Value::Object(elements)) if !elements.is_empty() => {
            let name = random
                .choice(elements.keys().cloned().collect::<Vec<_>>())
                .unwrap();
            let taken = elements.remove(&name).unwrap();
            if random.bool() {
                elements.insert(format!("{name}é"), taken);
            }
        }
        (1, Value::Array(values)) if !values.is_empty() => {
            let value = values[0].clone();
            values.resize(values.len() + random.usize(1..120), value);
        }
        (2, Value::String(text)) => *text = text.chars().rev().collect(),
        (3, Value::Number(_)) if random.bool() => *body.pointer_mut(&pointer).unwrap() = json!(70_000),
        (_, place) => *place = odd_value(random),
    }
}

fn mutate_text(text: &str, random: &mut Rng) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    match random.u8(0..5) {
        0 => bytes.truncate(random.usize(0..=bytes.len())),
        1 if !bytes.is_empty() => {
            let place = random.usize(0..bytes.len());
            bytes[place] = random.u8(..);
        }
        2 => bytes = ["[".repeat(3000), "]".repeat(3000)].concat().into_bytes(),
        3 => bytes.extend_from_slice(&[0xff, 0xfe, 0]),
        _ => bytes.resize(bytes.len() + 1_100_000, b' '),
    }
    bytes
}

fn request(valid: &Valid, random: &mut Rng) -> Option<Request<Body>> {
    let mut valid = valid.clone();
    let mut raw = None;
    for _ in 0..random.usize(1..4) {
        match random.u8(0..12) {
            0 => {
                valid.method = random
                    .choice([
                        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW",
                    ])
                    .unwrap();
            }
            1 => {
                let odd = [
                    "/",
                    "//",
                    "/Task",
                    "/Task/",
                    "/Nothing/1",
                    "/Task/%00",
                    "/Task/a/b/c/d",
                    "/Patient?identifier=%7C",
                    "/Task?_id=",
                    "/Task?_id=a,,b&_count=-1",
                    "/Task?_page=zzzzzzzzzzzzzzzzzzzz",
                    "/?%ff",
                    "/_history",
                    "/Task/_search",
                    "/Task/x/_history/99999999999999999999",
                    "/MedicationRequest?patient=,&status=%F0%9F%92%8A",
                ];
                valid.url = random.choice(odd).unwrap().to_owned();
            }
            2 => valid.url.push_str(&"x".repeat(random.usize(1..300))),
            3 => valid.headers.retain(|(name, _)| *name != "content-type"),
            4 => valid.headers.push((
                "if-match",
                random
                    .choice(["", "*", "W/", "\"\"", "W/\"18446744073709551616\"", "é"])
                    .unwrap()
                    .to_owned(),
            )),
            5 => valid.headers.push((
                "if-none-exist",
                random
                    .choice(["", "identifier=|", "x=y&z", "identifier=%"])
                    .unwrap()
                    .to_owned(),
            )),
            6 => valid.token = random.choice(["", "x", "é", ".", "00.00"]).unwrap().to_owned(),
            7 => {
                raw = Some(mutate_text(
                    &valid.body.as_ref().map_or_else(String::new, Value::to_string),
                    random,
                ));
            }
            8 => {
                valid.form = valid
                    .form
                    .map(|form| String::from_utf8_lossy(&mutate_text(&form, random)).into_owned());
            }
            _ => {
                if let Some(body) = &mut valid.body {
                    mutate_json(body, random);
                }
            }
        }
    }
    let mut request = Request::builder()
        .method(valid.method)
        .uri(&valid.url)
        .header("authorization", format!("Bearer {}", valid.token));
    for (name, value) in &valid.headers {
        request = request.header(*name, value);
    }
    let text = valid
        .body
        .map(|body| body.to_string())
        .or(valid.form)
        .unwrap_or_default();
    // What the HTTP library itself cannot carry never reaches a base.
    request
        .body(Body::from(raw.unwrap_or_else(|| text.into_bytes())))
        .ok()
}

#[tokio::test]
async fn toute_demande_recoit_une_reponse_de_200_a_499_et_la_base_continue() {
    let count = std::env::var("COMPTOIR_MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(MUTATIONS);
    let mut random = Rng::with_seed(20_261_122);
    let stage = Stage::new();
    let mut valid = valid_requests(&stage, 1).await;
    let mut sent = 0;
    let mut kinds = [0; 5];
    while sent < count {
        // Acts change the prescription: now and then a fresh one keeps the valid requests valid.
        if sent % 40 == 39 {
            valid = valid_requests(&stage, 2 + sent as u128).await;
        }
        let chosen = random.choice(&valid).unwrap();
        let Some(request) = request(chosen, &mut random) else {
            continue;
        };
        let shown = format!("{} {}", request.method(), request.uri());
        let answer = stage.send(request).await;
        assert!(
            (200..500).contains(&answer.status),
            "{}: {shown}: {}",
            answer.status,
            answer.body
        );
        let is_headless = shown.starts_with("HEAD ");
        assert!(
            is_headless || answer.body["resourceType"].is_string() || answer.body["token"].is_string(),
            "{shown}: {}",
            answer.body
        );
        kinds[usize::from(answer.status / 100)] += 1;
        sent += 1;
    }
    assert!(
        kinds[2] > 0 && kinds[4] > kinds[2] / 10,
        "both are met: {kinds:?}"
    );

    let number = stage.prescribe(&ordinary("agreed"), 77_000_000).await.number;
    let seen = stage.consult(&stage.ours, &number).await;
    let good = execution(
        &seen,
        &seen.etag(),
        OURS,
        &[delivery(&seen.lines[0], OURS, 2, 77_000_000)],
    );
    let posted = stage.post(&stage.ours, "/", &good).await;
    assert_eq!(
        posted.status, 200,
        "a clean request still succeeds: {}",
        posted.body
    );
}

#[tokio::test]
async fn les_limites_de_taille_et_de_type_se_disent() {
    let stage = Stage::new();
    let send = |content_type: &'static str, body: Vec<u8>| {
        let stage = stage.clone();
        async move {
            let request = Request::post("/")
                .header("authorization", format!("Bearer {}", stage.ours))
                .header("content-type", content_type);
            stage.send(request.body(Body::from(body)).unwrap()).await
        }
    };
    let bundle = |entries: usize| {
        let entry = json!({"request": {"method": "GET", "url": "Task?_id=x"}});
        json!({"resourceType": "Bundle", "type": "batch", "entry": vec![entry; entries]})
            .to_string()
            .into_bytes()
    };
    for (what, content_type, body, status) in [
        (
            "a body of a mebibyte and a byte",
            "application/fhir+json",
            vec![b' '; 1024 * 1024 + 1],
            413,
        ),
        (
            "a body of a mebibyte",
            "application/fhir+json",
            vec![b' '; 1024 * 1024],
            400,
        ),
        (
            "a hundred entries",
            "application/fhir+json; charset=utf-8",
            bundle(100),
            200,
        ),
        ("a hundred and one", "application/fhir+json", bundle(101), 413),
        ("no entry", "application/json", bundle(0), 200),
        ("XML", "application/fhir+xml", b"<Bundle/>".to_vec(), 415),
        ("no type", "", bundle(1), 415),
        (
            "a well",
            "application/fhir+json",
            "[".repeat(65).into_bytes(),
            400,
        ),
        (
            "not a bundle",
            "application/fhir+json",
            b"{\"resourceType\":\"Task\"}".to_vec(),
            400,
        ),
        (
            "a bundle of another kind",
            "application/fhir+json",
            b"{\"resourceType\":\"Bundle\",\"type\":\"document\"}".to_vec(),
            400,
        ),
    ] {
        let answer = send(content_type, body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
    }
}
