//! The client's contract, row by row, against the training base.
use comptoir::base::{AccessToken, BaseAddress, HttpTransport, Method, Request, Transport};
use serde_json::Value;

#[tokio::test]
async fn the_training_base_keeps_the_contract() {
    let now: jiff::Timestamp = "2026-11-22T09:15:00Z".parse().unwrap();
    let base = comptoir::training::TrainingBase::in_memory().unwrap();
    let router = comptoir::training::router(base, move || now);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text = format!("http://{}", listener.local_addr().unwrap());
    let address: BaseAddress = text.parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let open = HttpTransport::new(&address, AccessToken::new("none")).unwrap();
    let asked = r#"{"role":"prescriber","identity":"10100000016","name":"Hélène Rivière"}"#;
    let answer = open
        .exchange(Request::get("training/token").carrying(Method::Post, "application/json", asked.into()))
        .await
        .unwrap();
    let token: Value = serde_json::from_str(answer.text().unwrap()).unwrap();
    let prescriber =
        HttpTransport::new(&address, AccessToken::new(token["token"].as_str().unwrap())).unwrap();
    let seed = async |transaction: Value| {
        let request =
            Request::get("").carrying(Method::Post, "application/fhir+json", transaction.to_string());
        let response = prescriber.exchange(request).await.unwrap();
        assert_eq!(response.status, 200, "{:?}", response.text());
    };
    crate::contract::every_row(&address, now, seed).await;
}
