//! The door: HTTP requests become questions or changes, and their answers become HTTP again.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::training::bundle;
use crate::training::capability;
use crate::training::interaction::{self, Asked, Interaction};
use crate::training::outcome::{Halt, Refusal, operation_outcome, status_of, unavailable};
use crate::training::prescription::Moment;
use crate::training::reading;
use crate::training::roles::{Caller, Role};
use crate::training::search::Unknown;
use crate::training::session::Session;
use crate::training::storage::TrainingBase;
use crate::training::view::View;
use crate::training::writing::{self, Entry};

/// The largest body that is read, in bytes.
const BODY_MAX: usize = 1024 * 1024;
/// The longest name a token may carry, in bytes.
const NAME_MAX: usize = 200;
/// How deep a body may nest: what is stored comes back inside bundles, to readers with limits of their own.
const DEPTH_MAX: usize = 64;
/// Seconds after which a caller may try again when the storage did not answer.
const RETRY_AFTER: &str = "1";

#[derive(Clone)]
struct Door<C> {
    base: TrainingBase,
    clock: C,
}

/// The base as an HTTP service. Every address and method passes one door, so that every answer has one form.
pub fn router(base: TrainingBase, clock: impl Fn() -> Timestamp + Clone + Send + Sync + 'static) -> Router {
    Router::new().fallback(enter).with_state(Door { base, clock })
}

/// What goes back, before it is HTTP.
struct Reply {
    status: u16,
    body: Value,
    etag: Option<String>,
    location: Option<String>,
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self {
            status: 200,
            body,
            etag: None,
            location: None,
        }
    }
}

/// A request, its body read.
struct Call {
    method: String,
    /// Path and query.
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

async fn enter<C: Fn() -> Timestamp>(State(door): State<Door<C>>, request: Request) -> Response {
    let moment = Moment::at((door.clock)());
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_MAX).await else {
        return answered(Err(Refusal::TooLarge.into()));
    };
    let call = Call {
        method: head.method.as_str().to_owned(),
        url: head
            .uri
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        headers: head.headers,
        body,
    };
    let base = door.base;
    // SQLite blocks: it must not hold up the runtime's own threads.
    let reply = tokio::task::spawn_blocking(move || call.reply(&base, moment)).await;
    match reply {
        Ok(reply) => answered(reply),
        // The runtime is shutting down, or a thread panicked: either way nothing was committed.
        Err(_) => response(503, &unavailable(), None, None),
    }
}

fn answered(reply: Result<Reply, Halt>) -> Response {
    match reply {
        Ok(reply) => response(reply.status, &reply.body, reply.etag, reply.location),
        Err(Halt::Refused(issues)) => response(status_of(&issues), &operation_outcome(&issues), None, None),
        Err(Halt::Broken(error)) => {
            // The error names tables and files, never what they hold.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the training base could not answer"
            );
            response(503, &unavailable(), None, None)
        }
    }
}

fn response(status: u16, body: &Value, etag: Option<String>, location: Option<String>) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/fhir+json; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == 503 {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    }
    if status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    for (name, value) in [(header::ETAG, etag), (header::LOCATION, location)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

impl Call {
    fn reply(self, base: &TrainingBase, moment: Moment) -> Result<Reply, Halt> {
        let session = Session {
            moment,
            address: self.address(),
            unknown: self.unknown(),
        };
        let path = self.url.split('?').next().unwrap_or_default();
        match (self.method.as_str(), path) {
            ("GET", "/metadata") => return Ok(Reply::ok(capability::statement(&session.address))),
            ("POST", "/training/token") => return self.mint(base),
            (_, "/metadata" | "/training/token") => return Err(Refusal::MethodNotOffered.into()),
            _ => {}
        }
        let caller = self.caller(base)?;
        match (self.method.as_str(), path) {
            ("POST", "/") => self.bundle(base, &caller, &session),
            (_, "/") => Err(Refusal::MethodNotOffered.into()),
            _ => self.single(base, &caller, &session),
        }
    }

    fn mint(&self, base: &TrainingBase) -> Result<Reply, Halt> {
        #[derive(Deserialize)]
        struct Wanted {
            role: String,
            identity: String,
            #[serde(default)]
            name: String,
        }
        let unreadable = |sentence: &str| Refusal::Unreadable(sentence.into());
        let wanted = Wanted::deserialize(self.json()?)
            .map_err(|_| unreadable("Un jeton se demande avec role, identity et name."))?;
        let role = Role::from_code(&wanted.role)
            .ok_or_else(|| unreadable("Le rôle est prescriber, pharmacy ou patient."))?;
        let identity: String = wanted.identity.chars().filter(|c| !c.is_whitespace()).collect();
        if Caller::new(role, &identity).is_err() || wanted.name.len() > NAME_MAX {
            return Err(
                unreadable("L’identité est le RPPS, le FINESS ou l’INS du rôle ; le nom est court.").into(),
            );
        }
        Ok(Reply::ok(
            json!({"token": base.token(role, &identity, &wanted.name)}),
        ))
    }

    fn bundle(&self, base: &TrainingBase, caller: &Caller, session: &Session) -> Result<Reply, Halt> {
        let bundle = bundle::read(&self.json()?)?;
        let answered = if bundle.only_reads() {
            base.read(|storage| bundle.answer(storage, caller, session))
        } else {
            base.write(|storage| bundle.answer(storage, caller, session))
        };
        Ok(Reply::ok(answered?))
    }

    fn single(&self, base: &TrainingBase, caller: &Caller, session: &Session) -> Result<Reply, Halt> {
        let is_search = self
            .url
            .split('?')
            .next()
            .is_some_and(|path| path.ends_with("/_search"));
        let writes = !is_search && matches!(self.method.as_str(), "POST" | "PUT");
        let asked = interaction::read(Asked {
            method: &self.method,
            url: &self.url,
            resource: if writes { Some(self.json()?) } else { None },
            form: if is_search { Some(self.form()?) } else { None },
            if_match: self.header("if-match"),
            if_none_exist: self.header("if-none-exist"),
        })?;
        let change = match asked {
            Interaction::Write(change) => change,
            question => {
                self.refuse_ins_in_address()?;
                return base.read(|storage| {
                    let answer = reading::answer(question, &View::new(storage, caller)?, session)?;
                    Ok(Reply {
                        etag: answer.etag,
                        ..Reply::ok(answer.resource)
                    })
                });
            }
        };
        base.write(|storage| {
            let entry = Entry {
                place: None,
                full_url: None,
                change,
            };
            let view = View::new(storage, caller)?;
            let mut written = writing::apply(&view, session.moment, vec![entry], &session.address)?;
            let written = written.pop().ok_or(Refusal::NotFound)?;
            // Seen again after the change, by the same rules: a prescriber that wrote a consent does not read it.
            let view = View::new(storage, caller)?;
            let row = storage
                .find(written.kind, &written.id)?
                .ok_or(Refusal::NotFound)?;
            let body = view.resource(&row)?.unwrap_or_else(|| operation_outcome(&[]));
            Ok(Reply {
                status: written.status(),
                body,
                etag: Some(written.etag()),
                location: Some(format!("{}/{}", session.address, written.location())),
            })
        })
    }

    /// An address ends up in logs and histories: the INS goes in the body of a `_search`.
    fn refuse_ins_in_address(&self) -> Result<(), Refusal> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let names_ins = |(name, value): &(String, String)| {
            name == "patient.identifier"
                || crate::training::wire::INS
                    .iter()
                    .any(|system| value.starts_with(system))
        };
        if interaction::parameters(query)?.iter().any(names_ins) {
            return Err(Refusal::Unreadable(
                "Un INS ne voyage pas dans une adresse : utilisez POST …/_search.".into(),
            ));
        }
        Ok(())
    }

    fn caller(&self, base: &TrainingBase) -> Result<Caller, Refusal> {
        let authorization = self.header("authorization").ok_or(Refusal::LoginRefused)?;
        let (scheme, token) = authorization.split_once(' ').ok_or(Refusal::LoginRefused)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refusal::LoginRefused);
        }
        base.caller(token.trim())
    }

    fn header(&self, name: &str) -> Option<String> {
        Some(self.headers.get(name)?.to_str().ok()?.to_owned())
    }

    fn has_type(&self, accepted: &[&str]) -> bool {
        let given = self.header("content-type").unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim();
        accepted
            .iter()
            .any(|accepted| essence.eq_ignore_ascii_case(accepted))
    }

    /// The body as JSON.
    fn json(&self) -> Result<Value, Refusal> {
        if !self.has_type(&["application/fhir+json", "application/json"]) {
            return Err(Refusal::NotJson);
        }
        if nests_too_deep(&self.body) {
            return Err(Refusal::Unreadable("Le contenu est trop imbriqué.".into()));
        }
        serde_json::from_slice(&self.body)
            .map_err(|_| Refusal::Unreadable("Le contenu n’est pas du JSON.".into()))
    }

    fn form(&self) -> Result<&str, Refusal> {
        if !self.has_type(&["application/x-www-form-urlencoded"]) {
            return Err(Refusal::NotForm);
        }
        std::str::from_utf8(&self.body)
            .map_err(|_| Refusal::Unreadable("Le formulaire n’est pas de l’UTF-8.".into()))
    }

    fn unknown(&self) -> Unknown {
        let is_strict = self
            .headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| {
                value
                    .split([',', ';'])
                    .any(|wish| wish.trim() == "handling=strict")
            });
        if is_strict {
            Unknown::Refuse
        } else {
            Unknown::Ignore
        }
    }

    /// The address the caller used, so that links lead back to it; only letters that an address can have.
    fn address(&self) -> String {
        let host = self.header("host").unwrap_or_default();
        let is_host = !host.is_empty()
            && host.len() <= 255
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'[' | b']'));
        format!("http://{}", if is_host { &host } else { "localhost" })
    }
}

/// Whether brackets nest deeper than the limit; those within texts do not count.
fn nests_too_deep(json: &[u8]) -> bool {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::storage::StorageError;

    #[test]
    fn only_brackets_outside_texts_nest() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        for (json, too_deep) in [
            (nested(DEPTH_MAX), false),
            (nested(DEPTH_MAX + 1), true),
            (format!("\"{}\"", nested(200)), false),
            (format!("\"\\\"{}", nested(200)), false),
            (format!("\"\\\\\"{}", nested(200)), true),
            ("[],".repeat(200), false),
        ] {
            assert_eq!(nests_too_deep(json.as_bytes()), too_deep, "{json}");
        }
    }

    #[test]
    fn a_storage_that_fails_is_the_only_answer_above_499_and_asks_to_come_back() {
        let broken = StorageError::Content("resource");
        let response = answered(Err(Halt::Broken(broken)));
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], RETRY_AFTER);
    }
}
