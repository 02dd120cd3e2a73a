//! Searches: what they find, what they refuse, and their pages.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::stage::{Answer, NUMBER, PATIENT_INS, Stage, ordinary};

const INS_SYSTEM: &str = "urn:oid:1.2.250.1.213.1.4.10";

async fn search(stage: &Stage, token: &str, url: &str, form: &str) -> Answer {
    let request = Request::post(url)
        .header("host", "127.0.0.1:8410")
        .header("authorization", format!("Bearer {token}"))
        .header("prefer", "handling=strict")
        .header("content-type", "application/x-www-form-urlencoded");
    stage
        .send(request.body(Body::from(form.to_owned())).unwrap())
        .await
}

#[tokio::test]
async fn l_ins_se_cherche_dans_le_corps_jamais_dans_l_adresse() {
    let stage = Stage::new();
    stage.prescribe(&ordinary("agreed"), 1).await;
    let form = format!(
        "patient.identifier={INS_SYSTEM}%7C{PATIENT_INS}&status=active&_include=MedicationRequest:patient"
    );
    let found = search(&stage, &stage.ours, "/MedicationRequest/_search", &form).await;
    assert_eq!(found.body["total"], 1, "{}", found.body);
    let kinds: Vec<Value> = found
        .resources()
        .iter()
        .map(|resource| resource["resourceType"].clone())
        .collect();
    assert_eq!(kinds, ["MedicationRequest", "Patient"]);
    for url in [
        format!("/MedicationRequest?patient.identifier={INS_SYSTEM}%7C{PATIENT_INS}"),
        format!("/Patient?identifier={INS_SYSTEM}%7C{PATIENT_INS}"),
    ] {
        assert_eq!(stage.get(&stage.ours, &url).await.status, 400, "{url}");
    }
    let unknown = search(
        &stage,
        &stage.ours,
        "/MedicationRequest/_search",
        "patient.identifier=x%7Cy",
    )
    .await;
    assert_eq!((unknown.status, &unknown.body["total"]), (200, &json!(0)));
}

#[tokio::test]
async fn personne_ne_liste_les_ordonnances_de_tous() {
    let stage = Stage::new();
    let number = stage.prescribe(&ordinary("agreed"), 1).await.number;
    for token in [&stage.ours, &stage.prescriber] {
        for url in [
            "/MedicationRequest",
            "/Task?status=ready",
            "/Patient",
            "/MedicationDispense",
            "/Consent",
            "/Task?_count=5",
        ] {
            let answer = stage.get(token, url).await;
            assert_eq!((answer.status, answer.code()), (403, "role-forbidden"), "{url}");
        }
        let lenient = stage
            .call(token, "GET", "/MedicationRequest?unknown=x", &[], None)
            .await;
        assert_eq!(
            lenient.status, 403,
            "an ignored parameter does not become everybody's lines"
        );
    }
    let own = stage
        .get(
            &stage.ours,
            &format!("/MedicationRequest?group-or-identifier={NUMBER}%7C{number}"),
        )
        .await;
    assert_eq!(own.body["total"], 1);
}

#[tokio::test]
async fn un_parametre_inconnu_est_refuse_quand_on_le_demande() {
    let stage = Stage::new();
    let number = stage.prescribe(&ordinary("agreed"), 1).await.number;
    let url = format!("/MedicationRequest?group-or-identifier={NUMBER}%7C{number}&colour=blue");
    let strict = stage.get(&stage.ours, &url).await;
    assert_eq!((strict.status, strict.code()), (400, "malformed"));
    let lenient = stage.call(&stage.ours, "GET", &url, &[], None).await;
    assert_eq!((lenient.status, &lenient.body["total"]), (200, &json!(1)));
}

#[tokio::test]
async fn un_numero_se_trouve_par_lui_meme_et_une_ligne_par_son_identifiant() {
    let stage = Stage::new();
    let number = stage.prescribe(&ordinary("agreed"), 1).await.number;
    let consulted = stage.consult(&stage.ours, &number).await;
    let line = consulted.lines[0]["identifier"][0]["value"].as_str().unwrap();
    let patient = consulted.task["for"]["reference"].as_str().unwrap();
    let task = consulted.task["id"].as_str().unwrap();
    for (url, total) in [
        (
            format!("/MedicationRequest?group-or-identifier={NUMBER}%7C{number}"),
            1,
        ),
        (
            format!("/MedicationRequest?group-or-identifier=urn:ietf:rfc:3986%7C{line}"),
            1,
        ),
        (
            format!("/MedicationRequest?group-or-identifier=urn:other%7C{number}"),
            0,
        ),
        (format!("/DeviceRequest?group-identifier={NUMBER}%7C{number}"), 1),
        (format!("/DeviceRequest?group-identifier={number}"), 1),
        (format!("/DeviceRequest?group-identifier=urn:other%7C{number}"), 0),
        (format!("/ServiceRequest?requisition={NUMBER}%7C{number}"), 0),
        (
            format!("/Task?group-identifier={NUMBER}%7C{number}&status=ready,completed"),
            1,
        ),
        (
            format!("/Task?group-identifier={NUMBER}%7C{number}&status=completed"),
            0,
        ),
        (format!("/Task?group-identifier={NUMBER}%7C01K7M4QX2RT9WBHV6P"), 0),
        (format!("/MedicationRequest?patient={patient}"), 1),
        (format!("/Consent?data=Task/{task}"), 1),
        (format!("/Consent?data=http://127.0.0.1:8410/Task/{task}"), 1),
        (format!("/Task?_id={task}"), 1),
    ] {
        let answer = stage.get(&stage.ours, &url).await;
        assert_eq!(
            (answer.status, &answer.body["total"]),
            (200, &json!(total)),
            "{url}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn les_pages_se_suivent_sans_perte_ni_double_et_sans_ins() {
    let stage = Stage::new();
    for seed in 0..7 {
        stage.prescribe(&ordinary("agreed"), seed).await;
    }
    let form = format!(
        "patient.identifier={INS_SYSTEM}%7C{PATIENT_INS}&status=active&_count=3&_include=MedicationRequest:patient"
    );
    let mut page = search(&stage, &stage.ours, "/MedicationRequest/_search", &form).await;
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    loop {
        assert_eq!(
            (page.status, &page.body["total"]),
            (200, &json!(7)),
            "{}",
            page.body
        );
        let matches: Vec<Value> = page
            .resources()
            .into_iter()
            .filter(|resource| resource["resourceType"] == "MedicationRequest")
            .collect();
        assert_eq!(
            page.resources().len(),
            matches.len() + 1,
            "the patient comes with each page"
        );
        sizes.push(matches.len());
        seen.extend(
            matches
                .into_iter()
                .map(|line| line["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.body["link"][0]["url"].as_str() else {
            break;
        };
        assert!(!next.contains(PATIENT_INS), "{next}");
        let url = next.strip_prefix("http://127.0.0.1:8410").unwrap();
        page = stage.get(&stage.ours, url).await;
    }
    assert_eq!(sizes, [3, 3, 1]);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);
    let none = search(
        &stage,
        &stage.ours,
        "/MedicationRequest/_search",
        &form.replace("_count=3", "_count=0"),
    )
    .await;
    assert_eq!(
        (&none.body["total"], none.resources().len()),
        (&json!(7), 0),
        "only how many"
    );
}

#[tokio::test]
async fn une_page_ne_depasse_jamais_la_centaine() {
    let stage = Stage::new();
    let lines: Vec<Value> = (0..90).map(|_| json!({"cip13": "3400933857042"})).collect();
    for seed in 0..2 {
        let file =
            json!({"patient": {"ins": PATIENT_INS}, "prescriber": {"rpps": "10100000016"}, "lines": lines});
        stage.prescribe(&file.to_string(), seed).await;
    }
    let form = format!("patient.identifier={INS_SYSTEM}%7C{PATIENT_INS}&_count=5000");
    let page = search(&stage, &stage.ours, "/MedicationRequest/_search", &form).await;
    assert_eq!((&page.body["total"], page.resources().len()), (&json!(180), 100));
    assert_eq!(page.body["link"][0]["relation"], "next");
}

#[tokio::test]
async fn la_base_declare_ce_qu_elle_fait() {
    let stage = Stage::new();
    let statement = stage.get("", "/metadata").await.body;
    let rest = &statement["rest"][0];
    assert_eq!(statement["fhirVersion"], "4.0.1");
    assert_eq!(
        rest["interaction"],
        json!([{"code": "transaction"}, {"code": "batch"}])
    );
    let oauth = &rest["security"]["extension"][0];
    assert_eq!(
        oauth["url"],
        "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    );
    assert_eq!(
        oauth["extension"][0],
        json!({"url": "token", "valueUri": "http://127.0.0.1:8410/training/token"})
    );
    let of = |name: &str| {
        let resources = rest["resource"].as_array().unwrap();
        resources
            .iter()
            .find(|resource| resource["type"] == name)
            .unwrap()
            .clone()
    };
    let request = of("MedicationRequest");
    assert_eq!(
        request["searchRevInclude"],
        json!(["MedicationDispense:prescription"])
    );
    assert_eq!(
        (
            &of("MedicationDispense")["conditionalCreate"],
            &of("Task")["versioning"]
        ),
        (&json!(true), &json!("versioned-update"))
    );
    // Each parameter it declares is one that it accepts, under the strictest reading.
    for resource in rest["resource"].as_array().unwrap() {
        for parameter in resource["searchParam"].as_array().unwrap() {
            let url = format!("/{}/_search", resource["type"].as_str().unwrap());
            let form = format!("_id=none&{}=none", parameter["name"].as_str().unwrap());
            let answer = search(&stage, &stage.ours, &url, &form).await;
            assert_eq!(answer.status, 200, "{url} {form}: {}", answer.body);
        }
    }
}
