//! The training base as a program of its own, which a test can stop and start again.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::command::program;

/// A running base; it ends with the test.
pub(crate) struct BaseServer {
    child: Child,
    /// Its address, as `--base` takes it.
    pub(crate) address: String,
}

impl BaseServer {
    /// Starts it on a free port, over the files of that directory.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_at(data, "127.0.0.1:0")
    }

    /// Starts it again where it was.
    pub(crate) fn start_again(data: &Path, address: &str) -> Self {
        Self::start_at(data, address.trim_start_matches("http://").trim_end_matches('/'))
    }

    fn start_at(data: &Path, listen: &str) -> Self {
        let mut child = Command::new(program())
            .args(["base", "serve", "--listen", listen, "--json", "--data"])
            .arg(data)
            .env_clear()
            .env("HOME", data)
            .env("COMPTOIR_DATA_DIR", data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        // The line is printed once it listens: no need to knock.
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let document: serde_json::Value =
            serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"));
        Self {
            child,
            address: document["address"].as_str().unwrap().to_owned(),
        }
    }

    /// Stops it as a power cut would.
    pub(crate) fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for BaseServer {
    fn drop(&mut self) {
        self.end();
    }
}
