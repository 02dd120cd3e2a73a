//! Where the base is, and the token that opens it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::base::transport::TransportError;

/// Why a text is not the address of a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Not a URL with a host.
    #[error("the address of the base is not a URL with a host")]
    NotAUrl,
    /// Health data travels encrypted, except inside this machine.
    #[error("the address of the base must begin with https://, unless it is on this machine")]
    NotHttps,
    /// A name, password, query or fragment.
    #[error("the address of the base holds more than a host and a path")]
    TooMuch,
}

/// The address of the one configured base: `https://…`, or `http://` on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseAddress(Url);

impl BaseAddress {
    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Whether nothing is encrypted on the way; only possible on this machine.
    pub(super) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The full address of a target, which never leaves the base.
    ///
    /// A target may come from an answer (`link.next`): host, scheme, port and path are compared
    /// after resolution, so neither `//elsewhere` nor `../` leads out.
    pub(super) fn join(&self, target: &str) -> Result<Url, TransportError> {
        let joined = self.0.join(target).map_err(|_| TransportError::ForeignAddress)?;
        let is_inside = joined.scheme() == self.0.scheme()
            && joined.host() == self.0.host()
            && joined.port_or_known_default() == self.0.port_or_known_default()
            && joined.username().is_empty()
            && joined.password().is_none()
            && joined.path().starts_with(self.0.path());
        is_inside.then_some(joined).ok_or(TransportError::ForeignAddress)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

impl FromStr for BaseAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let mut url = Url::parse(text.trim()).map_err(|_| InvalidAddress::NotAUrl)?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(InvalidAddress::NotAUrl);
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return Err(InvalidAddress::NotHttps);
        }
        let has_more = !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some();
        if has_more {
            return Err(InvalidAddress::TooMuch);
        }
        // Joining drops what follows the last slash.
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for BaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The bearer token of this counter. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// Takes the token as it was given.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_addresses_leave_this_machine() {
        for (text, expected) in [
            ("https://base.example/fhir", None),
            ("http://127.0.0.1:8410", None),
            ("http://localhost:8410/", None),
            ("http://[::1]:8410", None),
            ("http://base.example", Some(InvalidAddress::NotHttps)),
            ("http://127.0.0.1.evil.example", Some(InvalidAddress::NotHttps)),
            ("ftp://127.0.0.1", Some(InvalidAddress::NotHttps)),
            ("https://me:secret@base.example", Some(InvalidAddress::TooMuch)),
            ("https://base.example/?x=1", Some(InvalidAddress::TooMuch)),
            ("base.example", Some(InvalidAddress::NotAUrl)),
            ("", Some(InvalidAddress::NotAUrl)),
        ] {
            assert_eq!(text.parse::<BaseAddress>().err(), expected, "{text:?}");
        }
    }

    #[test]
    fn no_target_leaves_the_base() {
        let base: BaseAddress = "https://base.example/fhir/R4".parse().unwrap();
        for (target, inside) in [
            ("", true),
            ("Task/x", true),
            ("MedicationRequest?group-or-identifier=urn:oid:1%7C2", true),
            ("https://base.example/fhir/R4/?page=2", true),
            ("https://base.example:443/fhir/R4/Task", true),
            ("https://base.example/elsewhere", false),
            ("http://base.example/fhir/R4/", false),
            ("https://base.example:8443/fhir/R4/", false),
            ("https://evil.example/fhir/R4/", false),
            ("//evil.example/fhir/R4/", false),
            ("https://base.example@evil.example/fhir/R4/", false),
            ("https://me@base.example/fhir/R4/", false),
            ("../../etc/passwd", false),
            ("/Task/x", false),
            ("urn:uuid:00000000-0000-4000-8000-000000000001", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(base.join(target).is_ok(), inside, "{target:?}");
        }
    }

    #[test]
    fn debug_never_holds_the_token() {
        assert!(!format!("{:?}", AccessToken::new("secret")).contains("secret"));
    }
}
