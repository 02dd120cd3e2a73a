//! What carries a request to the base and its answer back: the network, or a simulation of it.

use std::fmt;
use std::future::Future;
use std::time::Duration;

/// Carries one request to the one configured base.
///
/// Neither retries nor follows redirects: the client knows what may be sent twice.
pub trait Transport: Send + Sync {
    /// Sends the request and waits for the whole answer.
    fn exchange(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> + Send;
}

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No byte of the request reached the base.
    #[error("the request was not sent")]
    NotSent,
    /// The request may have reached the base; its answer did not arrive whole.
    #[error("the answer was lost")]
    AnswerLost,
    /// The target is outside the configured base, so nothing was sent.
    #[error("the address is not one of the configured base")]
    ForeignAddress,
}

/// The HTTP methods used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Batches, transactions, and searches whose parameters stay out of URLs.
    Post,
    /// Updates of one resource.
    Put,
}

/// What a request carries.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// Its media type.
    pub media_type: &'static str,
    /// The text.
    pub text: String,
}

/// One request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Where, relative to the base: empty for the base itself. A `link.next` comes as the base wrote it.
    pub target: String,
    /// Headers besides those of the transport (login, media types).
    pub headers: Vec<(&'static str, String)>,
    /// What it carries.
    pub content: Option<Content>,
}

// The content holds the patient, and so may a header's value.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({:?} /{})", self.method, self.target)
    }
}

impl Request {
    /// A reading.
    pub fn get(target: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            target: target.into(),
            headers: Vec::new(),
            content: None,
        }
    }

    /// The same with that method and content.
    pub fn carrying(self, method: Method, media_type: &'static str, text: String) -> Self {
        Self {
            method,
            content: Some(Content { media_type, text }),
            ..self
        }
    }

    /// The same with one more header.
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// The body of an answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// Text whose media type is JSON.
    Json(String),
    /// Too large, not text, or not declared as JSON: it was not kept.
    Unreadable,
}

/// One answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

// The body holds the patient.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({})", self.status)
    }
}

impl Response {
    /// An answer with a JSON body and no header.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Json(body.into()),
        }
    }

    /// The same with one more header; its name in lower case.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body when it is JSON text.
    pub fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Json(text) => Some(text),
            Body::Unreadable => None,
        }
    }

    /// When the base sent it, by its own clock (`Date`).
    pub fn date(&self) -> Option<jiff::Timestamp> {
        let date = jiff::fmt::rfc2822::parse(self.header("date")?).ok()?;
        Some(date.timestamp())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim())
    }

    /// How long the base asks to wait (`Retry-After`, in seconds or as a date).
    ///
    /// A date is compared with the answer's own `Date`: the base's clock counts, not the counter's.
    pub fn retry_after(&self) -> Option<Duration> {
        let asked = self.header("retry-after")?;
        if let Ok(seconds) = asked.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = |text| jiff::fmt::rfc2822::parse(text).ok();
        let wait = date(asked)?.timestamp().as_second() - date(self.header("date")?)?.timestamp().as_second();
        Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = "Sun, 22 Nov 2026 09:00:00 GMT";
        for (asked, expected) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Sun, 22 Nov 2026 09:02:30 GMT", Some(150)),
            ("Sun, 22 Nov 2026 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            let response = Response::json(503, "")
                .with_header("date", now)
                .with_header("retry-after", asked);
            assert_eq!(
                response.retry_after(),
                expected.map(Duration::from_secs),
                "{asked:?}"
            );
        }
        let without_a_clock = Response::json(503, "").with_header("retry-after", now);
        assert_eq!(without_a_clock.retry_after(), None);
    }

    #[test]
    fn debug_never_holds_a_body() {
        let request = Request::get("").carrying(Method::Post, "text/plain", "ZZCANARY".into());
        let response = Response::json(200, "ZZCANARY").with_header("x", "ZZCANARY");
        assert!(!format!("{request:?} {response:?}").contains("ZZCANARY"));
    }
}
