//! A server of official files on this machine, which can answer wrongly.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use super::files::{Files, NAMES};

/// What it answers for one file.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// The file.
    File,
    /// Its first half, though the whole length was announced.
    Cut,
    /// Only a status.
    Status(u16),
    /// Somewhere else.
    Redirect(String),
    /// Another text.
    Text(&'static str),
}

/// It serves until the test ends.
pub(super) struct Server {
    port: u16,
}

impl Server {
    pub(super) fn start(files: Files, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new((files, answer));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(client, &shared.0, &shared.1));
            }
        });
        Self { port }
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/files/", self.port)
    }
}

fn serve(mut client: TcpStream, files: &Files, answer: &impl Fn(&str) -> Answer) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match client.read(&mut chunk) {
            Ok(count @ 1..) => request.extend_from_slice(&chunk[..count]),
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let Some(name) = NAMES.into_iter().find(|known| *known == name) else {
        return;
    };
    let bytes = files.get(name);
    let dated = "last-modified: Fri, 24 Jul 2026 06:00:00 GMT\r\n";
    let (head, body) = match answer(name) {
        Answer::File => (format!("200 OK\r\n{dated}content-length: {}", bytes.len()), bytes),
        Answer::Cut => (
            format!("200 OK\r\n{dated}content-length: {}", bytes.len()),
            &bytes[..bytes.len() / 2],
        ),
        Answer::Status(status) => (format!("{status} Non\r\ncontent-length: 0"), &[][..]),
        Answer::Redirect(to) => (
            format!("302 Found\r\nlocation: {to}\r\ncontent-length: 0"),
            &[][..],
        ),
        Answer::Text(text) => (
            format!("200 OK\r\ncontent-length: {}", text.len()),
            text.as_bytes(),
        ),
    };
    drop(client.write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").as_bytes()));
    drop(client.write_all(body));
}
