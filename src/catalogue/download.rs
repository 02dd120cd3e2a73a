//! Fetches the official files from an address: one host, encrypted unless it is this machine, limits on size and time.

use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::LAST_MODIFIED;
use reqwest::{Client, Response, StatusCode, Url, redirect, tls};

use crate::catalogue::official::{DateOrigin, FILE_SIZE_MAX, OfficialFile, SourceFile};

/// To open a connection.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Between two parts of an answer: a slow line is not a dead one.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// For one file, whatever comes.
const FILE_MAX: Duration = Duration::from_secs(300);
/// Redirects within the same host.
const REDIRECTS_MAX: usize = 3;

/// Where the official files are, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadAddress(Url);

/// Why an address is none to download from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressRefused {
    /// Not an address at all.
    #[error("this is no address")]
    NotAnAddress,
    /// Not encrypted, and not this machine: anybody on the way could change the medicines.
    #[error("it is not encrypted (https)")]
    NotEncrypted,
}

impl std::str::FromStr for DownloadAddress {
    type Err = AddressRefused;

    fn from_str(text: &str) -> Result<Self, AddressRefused> {
        let mut url: Url = text.trim().parse().map_err(|_| AddressRefused::NotAnAddress)?;
        let host = url.host_str().ok_or(AddressRefused::NotAnAddress)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback =
            host == "localhost" || bare.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if is_loopback => {}
            "http" => return Err(AddressRefused::NotEncrypted),
            _ => return Err(AddressRefused::NotAnAddress),
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self(url))
    }
}

impl std::fmt::Display for DownloadAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Why the files could not be fetched. The catalogue in use is untouched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The address is not one.
    #[error("the address cannot be used")]
    Address(#[from] AddressRefused),
    /// The connection could not be prepared.
    #[error("the connection could not be prepared")]
    Setup(#[source] reqwest::Error),
    /// A file did not come, or not whole.
    #[error("{} did not come whole", file.name())]
    Broken {
        /// Which file.
        file: OfficialFile,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The server answered something else than the file.
    #[error("{} was answered with {status}", file.name())]
    Status {
        /// Which file.
        file: OfficialFile,
        /// What the server said.
        status: u16,
    },
    /// The answer is larger than any official file.
    #[error("{} is larger than {FILE_SIZE_MAX} bytes", .0.name())]
    TooLarge(OfficialFile),
}

/// Fetches every official file. Those the catalogue can do without may be missing there.
pub async fn download(
    address: &DownloadAddress,
    progress: &mut dyn FnMut(OfficialFile, usize),
) -> Result<Vec<SourceFile>, DownloadError> {
    let client = client(address)?;
    let mut files = Vec::new();
    for file in OfficialFile::ALL {
        let broken = |source: reqwest::Error| DownloadError::Broken {
            file,
            source: source.without_url(),
        };
        let mut url = address.0.clone();
        url.set_path(&format!("{}{}", address.0.path(), file.name()));
        let response = client.get(url).send().await.map_err(broken)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND if !file.is_needed() => continue,
            status => {
                return Err(DownloadError::Status {
                    file,
                    status: status.as_u16(),
                });
            }
        }
        files.push(received(file, response, progress).await?);
    }
    Ok(files)
}

async fn received(
    file: OfficialFile,
    mut response: Response,
    progress: &mut dyn FnMut(OfficialFile, usize),
) -> Result<SourceFile, DownloadError> {
    let date = response
        .headers()
        .get(LAST_MODIFIED)
        .and_then(|value| rfc2822::parse(value.to_str().ok()?).ok())
        .map(|changed| changed.date());
    let mut bytes = Vec::new();
    // Part by part: a declared length proves nothing, and a missing end is an error of the connection.
    while let Some(part) = response.chunk().await.map_err(|source| DownloadError::Broken {
        file,
        source: source.without_url(),
    })? {
        if bytes.len() + part.len() > FILE_SIZE_MAX {
            return Err(DownloadError::TooLarge(file));
        }
        bytes.extend_from_slice(&part);
        progress(file, bytes.len());
    }
    Ok(SourceFile {
        file,
        bytes,
        date,
        date_origin: date.map_or(DateOrigin::Nowhere, |_| DateOrigin::Server),
    })
}

fn client(address: &DownloadAddress) -> Result<Client, DownloadError> {
    // Another part of the program may have installed it first: it is the same one.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let origin = address.0.origin();
    let same_place = redirect::Policy::custom(move |attempt| {
        if attempt.url().origin() == origin && attempt.previous().len() <= REDIRECTS_MAX {
            attempt.follow()
        } else {
            // The answer stays the redirect itself, which is no file.
            attempt.stop()
        }
    });
    let mut builder = Client::builder()
        .user_agent(concat!("comptoir/", env!("CARGO_PKG_VERSION")))
        .redirect(same_place)
        .no_proxy()
        .referer(false)
        .tls_version_min(tls::Version::TLS_1_2)
        .connect_timeout(CONNECT_MAX)
        .read_timeout(SILENCE_MAX)
        .timeout(FILE_MAX);
    if address.0.scheme() == "http" {
        // The system's roots take a moment to load, and this machine needs none to speak to itself.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(DownloadError::Setup)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_encrypted_address_or_this_machine_is_downloaded_from() {
        for (text, expected) in [
            ("https://example.org/files", Ok("https://example.org/files/")),
            ("http://127.0.0.1:80/a/", Ok("http://127.0.0.1/a/")),
            ("http://[::1]:8080", Ok("http://[::1]:8080/")),
            ("http://localhost", Ok("http://localhost/")),
            ("http://example.org", Err(AddressRefused::NotEncrypted)),
            ("http://127.0.0.1.example.org", Err(AddressRefused::NotEncrypted)),
            ("ftp://example.org", Err(AddressRefused::NotAnAddress)),
            ("file:///etc/passwd", Err(AddressRefused::NotAnAddress)),
            ("", Err(AddressRefused::NotAnAddress)),
        ] {
            let parsed: Result<DownloadAddress, _> = text.parse();
            assert_eq!(
                parsed.map(|address| address.to_string()),
                expected.map(str::to_owned),
                "{text}"
            );
        }
    }
}
