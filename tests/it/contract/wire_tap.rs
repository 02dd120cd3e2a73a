//! Transports that stand between the client and a real base: one loses an answer, one lets somebody in.

use std::sync::atomic::{AtomicBool, Ordering};

use comptoir::base::{Method, Request, Response, Transport, TransportError};

/// Whether a request is a transaction: a batch is one to the same address, and changes nothing.
fn is_transaction(request: &Request) -> bool {
    let text = request.content.as_ref().map(|content| content.text.as_str());
    request.target.is_empty() && text.is_some_and(|text| text.contains(r#""type":"transaction""#))
}

/// Sends everything, and loses the answer to the first transaction.
pub(super) struct LosesOneAnswer<T> {
    inner: T,
    has_lost: AtomicBool,
}

impl<T> LosesOneAnswer<T> {
    pub(super) fn to_a_transaction(inner: T) -> Self {
        Self {
            inner,
            has_lost: AtomicBool::new(false),
        }
    }
}

impl<T: Transport> Transport for LosesOneAnswer<T> {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let loses = is_transaction(&request) && !self.has_lost.swap(true, Ordering::SeqCst);
        let answer = self.inner.exchange(request).await?;
        if loses {
            Err(TransportError::AnswerLost)
        } else {
            Ok(answer)
        }
    }
}

/// Lets somebody else act just before the first request of a kind.
pub(super) struct MeddledWith<T, M> {
    inner: T,
    meddle: M,
    is_the_moment: fn(&Request) -> bool,
    has_meddled: AtomicBool,
}

impl<T, M> MeddledWith<T, M> {
    pub(super) fn before_a_put(inner: T, meddle: M) -> Self {
        Self {
            inner,
            meddle,
            is_the_moment: |request| request.method == Method::Put,
            has_meddled: AtomicBool::new(false),
        }
    }

    pub(super) fn before_a_transaction(inner: T, meddle: M) -> Self {
        Self {
            is_the_moment: is_transaction,
            ..Self::before_a_put(inner, meddle)
        }
    }
}

impl<T: Transport, M, F> Transport for MeddledWith<T, M>
where
    M: Fn() -> F + Send + Sync,
    F: Future<Output = ()> + Send,
{
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        if (self.is_the_moment)(&request) && !self.has_meddled.swap(true, Ordering::SeqCst) {
            (self.meddle)().await;
        }
        self.inner.exchange(request).await
    }
}
