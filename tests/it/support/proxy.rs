//! A network between the counter and the base that fails on demand, at a chosen moment.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the network does with the requests that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: everything passes.
    None,
    /// The base gets the execution and answers, and the answer is lost.
    LoseAnswerToExecution,
    /// The execution never arrives.
    LoseExecution,
    /// Something between us and the base lets no execution through, and says so.
    ForbidExecution,
}

/// A proxy in front of a base; one request per connection, so that a fault hits exactly one.
pub(crate) struct Proxy {
    /// The address to give to the counter.
    pub(crate) address: String,
    fault: Arc<Mutex<Fault>>,
    hits: Arc<AtomicU32>,
}

impl Proxy {
    /// Starts one in front of a base.
    pub(crate) fn before(base: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let upstream = base
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let fault = Arc::new(Mutex::new(Fault::None));
        let hits = Arc::new(AtomicU32::new(0));
        let (shared, counted) = (Arc::clone(&fault), Arc::clone(&hits));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (upstream, fault, hits) = (upstream.clone(), Arc::clone(&shared), Arc::clone(&counted));
                thread::spawn(move || relay(stream, &upstream, &fault, &hits));
            }
        });
        Self { address, fault, hits }
    }

    /// What happens from now on.
    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    /// How many requests a fault has hit.
    pub(crate) fn hits(&self) -> u32 {
        self.hits.load(Ordering::SeqCst)
    }
}

fn relay(mut client: TcpStream, upstream: &str, fault: &Mutex<Fault>, hits: &AtomicU32) {
    let Some(request) = read_request(&mut client) else {
        return;
    };
    // Only an execution posts a transaction bundle.
    let is_execution = String::from_utf8_lossy(&request).contains("\"transaction\"");
    let fault = if is_execution {
        *fault.lock().unwrap()
    } else {
        Fault::None
    };
    if fault != Fault::None {
        hits.fetch_add(1, Ordering::SeqCst);
    }
    if fault == Fault::LoseExecution {
        drop(client.shutdown(Shutdown::Both));
        return;
    }
    if fault == Fault::ForbidExecution {
        let page = "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno";
        drop(client.write_all(page.as_bytes()));
        return;
    }
    let Ok(mut base) = TcpStream::connect(upstream) else {
        return;
    };
    let mut answer = Vec::new();
    if base.write_all(&request).is_err() || base.read_to_end(&mut answer).is_err() {
        return;
    }
    if fault == Fault::None {
        drop(client.write_all(&answer));
    }
    drop(client.shutdown(Shutdown::Both));
}

/// One whole request, asking the base to close the connection after its answer.
fn read_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut received = Vec::new();
    let mut chunk = [0; 16_384];
    loop {
        let count = client.read(&mut chunk).ok().filter(|count| *count > 0)?;
        received.extend_from_slice(&chunk[..count]);
        let Some(end) = received.windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&received[..end]).into_owned();
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse::<usize>().ok())
            .unwrap_or(0);
        if received.len() >= end + 4 + length {
            let mut request = head.into_bytes();
            request.extend_from_slice(b"\r\nconnection: close\r\n\r\n");
            request.extend_from_slice(&received[end + 4..]);
            return Some(request);
        }
    }
}
