//! The network itself, against small servers on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body as ServerBody;
use axum::extract::Request as ServerRequest;
use axum::response::IntoResponse;
use comptoir::base::{
    AccessToken, Base, BaseAddress, BaseError, Body, HttpOptions, HttpTransport, Limits, Method, Request,
    Transport, TransportError, training_token,
};
use comptoir::domain::outbox::PostState;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::post::hand_over;
use super::{number, pharmacy, wire};

/// A server whose every answer that function makes.
async fn server<F, R>(answer: F) -> BaseAddress
where
    F: Fn(ServerRequest) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = axum::response::Response> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.parse().unwrap()
}

fn transport(address: &BaseAddress) -> HttpTransport {
    transport_with(address, Duration::from_secs(20))
}

fn transport_with(address: &BaseAddress, total: Duration) -> HttpTransport {
    let options = HttpOptions {
        limits: Limits {
            connect: Duration::from_secs(5),
            total,
            body_max: 10_000,
        },
        root_certificate: None,
    };
    HttpTransport::with_options(address, Some(AccessToken::new("secret")), &options).unwrap()
}

fn fhir(body: impl Into<ServerBody>) -> axum::response::Response {
    (
        [("content-type", "application/fhir+json; charset=utf-8")],
        body.into(),
    )
        .into_response()
}

#[tokio::test]
async fn a_request_carries_its_token_its_types_and_its_body() {
    let address = server(async |request: ServerRequest| {
        let (parts, body) = request.into_parts();
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let line = format!("{} {}", parts.method, parts.uri);
        let told = ["authorization", "accept", "content-type", "prefer"].map(header);
        let body = axum::body::to_bytes(body, 1000).await.unwrap();
        fhir(serde_json::json!([line, told, String::from_utf8(body.to_vec()).unwrap()]).to_string())
    })
    .await;
    let request = Request::get("Task/t1?x=%7C")
        .carrying(Method::Put, "application/fhir+json", "été".to_owned())
        .with_header("prefer", "handling=strict");
    let transport = transport(&address);
    assert!(!format!("{transport:?}").contains("secret"));
    let response = transport.exchange(request).await.unwrap();
    assert_eq!(
        response.text(),
        Some(
            r#"["PUT /Task/t1?x=%7C",["Bearer secret","application/fhir+json","application/fhir+json","handling=strict"],"été"]"#
        )
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let elsewhere = server(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        async { fhir("{}") }
    })
    .await;
    let target = elsewhere.to_string();
    let address = server(move |_| {
        let target = target.clone();
        async move { axum::response::Redirect::temporary(&target).into_response() }
    })
    .await;
    let response = transport(&address)
        .exchange(Request::get("Task/t1"))
        .await
        .unwrap();
    assert_eq!((response.status, asked.load(Ordering::SeqCst)), (307, 0));
    let base = Base::new(transport(&address), pharmacy());
    assert_eq!(base.consult(&number()).await, Err(BaseError::Garbled));
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nor did the token go there");
}

#[tokio::test]
async fn a_next_page_on_another_host_is_never_asked() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let elsewhere = server(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        async { fhir("{}") }
    })
    .await;
    let address = server(async |_| fhir("{}")).await;
    let leaving = Request::get(format!("{elsewhere}/?page=2"));
    let answer = transport(&address).exchange(leaving).await;
    assert_eq!(
        (answer, asked.load(Ordering::SeqCst)),
        (Err(TransportError::ForeignAddress), 0)
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_not_json_or_compressed_is_not_kept() {
    for (kind, status, response) in [
        ("too large", 200, fhir("x".repeat(10_001))),
        (
            "another type",
            200,
            ([("content-type", "text/html")], "{}").into_response(),
        ),
        (
            "no type",
            200,
            axum::response::Response::new(ServerBody::from("{}")),
        ),
        (
            "a type that only begins like JSON",
            200,
            ([("content-type", "application/jsonp")], "{}").into_response(),
        ),
        ("not text", 200, fhir(vec![0xff, 0xfe])),
        (
            "an error page of a gateway",
            502,
            (axum::http::StatusCode::BAD_GATEWAY, "<html>").into_response(),
        ),
        (
            "compressed although nobody asked for it",
            200,
            (
                [
                    ("content-type", "application/fhir+json"),
                    ("content-encoding", "gzip"),
                ],
                vec![0x1f, 0x8b, 8, 0],
            )
                .into_response(),
        ),
    ] {
        let once = Arc::new(std::sync::Mutex::new(Some(response)));
        let address = server(move |_| {
            let response = once.lock().unwrap().take().unwrap();
            async { response }
        })
        .await;
        let response = transport(&address).exchange(Request::get("")).await.unwrap();
        assert_eq!(response.status, status, "{kind}");
        assert!(response.body == Body::Unreadable, "{kind}");
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_left_at_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: BaseAddress = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _request = stream.read(&mut [0; 4096]).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = format!("1000\r\n{}\r\n", "[".repeat(0x1000));
        let mut sent = stream.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            sent = stream.write_all(chunk.as_bytes()).await;
        }
    });
    let response = transport(&address).exchange(Request::get("")).await.unwrap();
    assert!(response.body == Body::Unreadable);
}

#[tokio::test]
async fn an_answer_that_never_comes_leaves_the_outcome_unknown() {
    let address = server(async |_| std::future::pending::<axum::response::Response>().await).await;
    let hurried = transport_with(&address, Duration::from_millis(300));
    assert_eq!(
        hurried.exchange(Request::get("")).await,
        Err(TransportError::AnswerLost)
    );
}

/// A server that reads a request, writes these bytes and cuts.
async fn cutting(bytes: &'static [u8]) -> BaseAddress {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut read = [0; 4096];
            let _some = stream.read(&mut read).await;
            let _sent = stream.write_all(bytes).await;
            let _closed = stream.shutdown().await;
        }
    });
    address.parse().unwrap()
}

#[tokio::test]
async fn a_connection_cut_after_the_request_leaves_the_outcome_unknown() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"a\":",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
    ] {
        let address = cutting(bytes).await;
        let answer = transport(&address).exchange(Request::get("")).await;
        assert_eq!(answer, Err(TransportError::AnswerLost), "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[tokio::test]
async fn a_closed_port_proves_that_nothing_was_sent() {
    let address: BaseAddress = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap()
    };
    let answer = transport(&address).exchange(Request::get("")).await;
    assert_eq!(answer, Err(TransportError::NotSent));
    let base = Base::new(transport(&address), pharmacy());
    assert_eq!(base.consult(&number()).await, Err(BaseError::Unreachable));
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_gets_nothing() {
    let plain = server(async |_| fhir("{}")).await;
    let address: BaseAddress = plain.to_string().replace("http://", "https://").parse().unwrap();
    let answer = transport(&address).exchange(Request::get("")).await;
    assert_eq!(answer, Err(TransportError::NotSent));
}

#[tokio::test]
async fn the_whole_way_goes_over_a_socket() {
    let address = server(async |request: ServerRequest| {
        let body = axum::body::to_bytes(request.into_body(), 100_000).await.unwrap();
        let is_batch = String::from_utf8(body.to_vec())
            .unwrap()
            .contains(r#""type":"batch""#);
        let name = if is_batch {
            "consult-answer.json"
        } else {
            "execution-answer.json"
        };
        fhir(wire(name).to_string())
    })
    .await;
    let transport = HttpTransport::new(&address, AccessToken::new("secret")).unwrap();
    let hand_over = hand_over();
    let pending: Vec<_> = hand_over.lines.iter().map(|line| line.id).collect();
    let states = Base::new(transport, pharmacy())
        .post(&hand_over, &pending)
        .await
        .unwrap();
    assert!(states.iter().all(|(_, state)| *state == PostState::Accepted));
}

#[tokio::test]
async fn a_training_base_gives_a_token_and_no_other_is_asked() {
    let address = server(async |request: ServerRequest| {
        let is_right = request.uri() == "/training/token" && request.headers()["content-type"] == "application/json";
        let body = axum::body::to_bytes(request.into_body(), 1000).await.unwrap();
        let asked: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let expected =
            serde_json::json!({ "role": "pharmacy", "identity": "990000001", "name": "Pharmacie de la Formation" });
        if is_right && asked == expected {
            ([("content-type", "application/json")], r#"{"token":"t"}"#).into_response()
        } else {
            axum::http::StatusCode::BAD_REQUEST.into_response()
        }
    })
    .await;
    assert_eq!(
        training_token(&address, &pharmacy()).await,
        Ok(AccessToken::new("t"))
    );
    let far = "https://base.invalid".parse().unwrap();
    assert_eq!(
        training_token(&far, &pharmacy()).await,
        Err(BaseError::LoginRefused)
    );
}

#[test]
fn a_token_or_certificate_that_cannot_be_used_is_said_at_once() {
    let address: BaseAddress = "https://base.example".parse().unwrap();
    assert!(HttpTransport::new(&address, AccessToken::new("a\nb")).is_err());
    let options = HttpOptions {
        root_certificate: Some(
            b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n".to_vec(),
        ),
        ..HttpOptions::default()
    };
    assert!(HttpTransport::with_options(&address, None, &options).is_err());
}
