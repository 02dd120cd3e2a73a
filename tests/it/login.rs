//! The line to a training base: the token it asks for, and asks for again.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request as HttpRequest;
use comptoir::base::{Request, Transport};
use comptoir::session::{Line, now};
use comptoir::training::{TrainingBase, router};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::sample;

#[tokio::test]
async fn a_training_base_started_anew_is_asked_for_another_token_by_the_same_request() {
    let new_base = || router(TrainingBase::in_memory().unwrap(), now);
    let base = Arc::new(Mutex::new(new_base()));
    let behind = Arc::clone(&base);
    let door = Router::new().fallback(move |request: HttpRequest| {
        let base = behind.lock().unwrap().clone();
        async move { base.oneshot(request).await }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, door).await });

    let line = Line::to(&address, None, &sample::pharmacy()).unwrap();
    let ask = || {
        line.exchange(Request::get(
            "Task?group-identifier=01S2TBPZ2JCNZZYGHZ".to_owned(),
        ))
    };
    assert_eq!(ask().await.unwrap().status, 200);
    *base.lock().unwrap() = new_base();
    // Both at once: the one that comes second must not throw the other's new token away.
    let (one, other) = tokio::join!(ask(), ask());
    assert_eq!((one.unwrap().status, other.unwrap().status), (200, 200));
}
