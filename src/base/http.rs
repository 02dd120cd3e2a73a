//! The base over HTTPS: one host, no redirect, no proxy, no retry, limits on time and size.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, redirect, retry, tls};

use crate::base::address::{AccessToken, BaseAddress};
use crate::base::transport::{Body, Method, Request, Response, Transport, TransportError};
use crate::base::{BaseError, client, codes};
use crate::domain::people::Pharmacy;

/// How long and how large an exchange may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To open the connection.
    pub connect: Duration,
    /// For the whole exchange, body included.
    pub total: Duration,
    /// Bytes of an answer's body.
    pub body_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(20),
            body_max: 2 * 1024 * 1024,
        }
    }
}

/// Gateways close idle connections without a word; a request sent on one of them would have an unknown outcome.
const IDLE_MAX: Duration = Duration::from_secs(15);

/// What may be chosen besides the address and the token.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Limits of each exchange.
    pub limits: Limits,
    /// A further root of trust, in PEM: a base behind a private authority.
    pub root_certificate: Option<Vec<u8>>,
}

/// Why the client of the base could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The root certificate is not PEM.
    #[error("the root certificate cannot be read")]
    Certificate(#[source] reqwest::Error),
    /// The token holds characters that no header can carry.
    #[error("the access token holds characters that cannot be sent")]
    Token,
    /// TLS could not be started, for instance because this system trusts no authority at all.
    #[error("the encrypted connection could not be prepared")]
    Tls(#[source] reqwest::Error),
}

/// The network.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: Client,
    address: BaseAddress,
    authorization: Option<HeaderValue>,
    limits: Limits,
}

impl HttpTransport {
    /// A transport to that base with the default limits and the system's roots of trust.
    pub fn new(address: &BaseAddress, token: AccessToken) -> Result<Self, SetupError> {
        Self::with_options(address, Some(token), &HttpOptions::default())
    }

    /// The same with chosen options; without a token, only `/metadata` answers.
    pub fn with_options(
        address: &BaseAddress,
        token: Option<AccessToken>,
        options: &HttpOptions,
    ) -> Result<Self, SetupError> {
        let authorization = token.map(|token| bearer(&token)).transpose()?;
        Ok(Self {
            client: client_of(address, options)?,
            address: address.clone(),
            authorization,
            limits: options.limits,
        })
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Response, TransportError> {
        let is_json = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(is_json_media_type);
        let mut answer = Response {
            status: response.status().as_u16(),
            headers: texts_of(response.headers()),
            body: Body::Unreadable,
        };
        if !is_json {
            return Ok(answer);
        }
        let mut bytes = Vec::new();
        // Chunk by chunk: a declared length proves nothing.
        while let Some(chunk) = response.chunk().await.map_err(failure)? {
            if bytes.len() + chunk.len() > self.limits.body_max {
                tracing::warn!(
                    limit = self.limits.body_max,
                    "an answer of the base was too large"
                );
                return Ok(answer);
            }
            bytes.extend_from_slice(&chunk);
        }
        if let Ok(text) = String::from_utf8(bytes) {
            answer.body = Body::Json(text);
        }
        Ok(answer)
    }
}

impl Transport for HttpTransport {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let url = self.address.join(&request.target)?;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let mut sending = self.client.request(method, url).header(ACCEPT, codes::FHIR_JSON);
        if let Some(authorization) = &self.authorization {
            sending = sending.header(AUTHORIZATION, authorization.clone());
        }
        for (name, value) in &request.headers {
            sending = sending.header(*name, value);
        }
        if let Some(content) = request.content {
            sending = sending
                .header(CONTENT_TYPE, content.media_type)
                .body(content.text);
        }
        let response = sending.send().await.map_err(failure)?;
        self.read(response).await
    }
}

/// The token a training base gives to a pharmacy. Asked only on this machine: no other base has such a door.
pub async fn training_token(address: &BaseAddress, pharmacy: &Pharmacy) -> Result<AccessToken, BaseError> {
    if !address.is_loopback() {
        return Err(BaseError::LoginRefused);
    }
    let transport = HttpTransport::with_options(address, None, &HttpOptions::default())
        .map_err(|_| BaseError::Unreachable)?;
    client::training_token(&transport, pharmacy).await
}

fn client_of(address: &BaseAddress, options: &HttpOptions) -> Result<Client, SetupError> {
    // Another part of the program may have installed it first: it is the same one.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let mut builder = ClientBuilder::new()
        .user_agent(concat!("comptoir/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .tls_version_min(tls::Version::TLS_1_2)
        .pool_idle_timeout(IDLE_MAX)
        .connect_timeout(options.limits.connect)
        .timeout(options.limits.total);
    if let Some(pem) = &options.root_certificate {
        let roots = Certificate::from_pem_bundle(pem).map_err(SetupError::Certificate)?;
        builder = builder.tls_certs_merge(roots);
    } else if address.is_plain() {
        // The system's roots take a moment to load, and a machine without any still has its training base.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(SetupError::Tls)
}

fn bearer(token: &AccessToken) -> Result<HeaderValue, SetupError> {
    let mut value =
        HeaderValue::from_str(&format!("Bearer {}", token.as_str())).map_err(|_| SetupError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Only a failure to connect proves that nothing was sent; anything later may have arrived.
fn failure(error: reqwest::Error) -> TransportError {
    let failure = if error.is_connect() || error.is_builder() {
        TransportError::NotSent
    } else {
        TransportError::AnswerLost
    };
    tracing::debug!(error = %error.without_url(), "{failure}");
    failure
}

fn is_json_media_type(value: &str) -> bool {
    let media_type = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    media_type == "application/json" || media_type == codes::FHIR_JSON
}

fn texts_of(headers: &reqwest::header::HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}
