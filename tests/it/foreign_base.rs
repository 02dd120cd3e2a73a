//! The client against a FHIR server that nobody here wrote (`tests/foreign/`): installed by npm, skipped
//! with a notice where there is no npm.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use comptoir::base::{AccessToken, Base, BaseAddress, Capability, HttpTransport, Method, Request, Transport};
use comptoir::domain::people::Pharmacy;
use serde_json::Value;

use crate::contract;

/// A node process that ends with the test, panics included; it also ends by itself when this process does.
struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _already_gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Where the server is, or why it is not.
enum Installed {
    At(PathBuf),
    /// No npm, or no network outside CI.
    Not(String),
}

fn has(program: &str) -> bool {
    let version = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// Installs the server beside the other products of the build; once, until its `package.json` changes.
fn install() -> Installed {
    if !has("npm") || !has("node") {
        return Installed::Not("npm and node are not both here".to_owned());
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(source.join("server.mjs"), folder.join("server.mjs")).unwrap();
    let wanted = fs::read_to_string(source.join("package.json")).unwrap();
    let mark = folder.join("installed.json");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Installed::At(folder);
    }
    fs::write(folder.join("package.json"), &wanted).unwrap();
    let output = Command::new("npm")
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--ignore-scripts",
        ])
        .current_dir(&folder)
        .output()
        .unwrap();
    if output.status.success() {
        fs::write(mark, wanted).unwrap();
        return Installed::At(folder);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_network = [
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "ECONNRESET",
        "ETIMEDOUT",
        "ENETUNREACH",
    ]
    .iter()
    .any(|code| said.contains(code));
    // In CI the network is part of the bargain: a test that silently stops running is worth nothing.
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(is_network && !in_ci, "npm install failed:\n{said}");
    Installed::Not("npm cannot reach its registry".to_owned())
}

/// Starts the server and reads the port it prints.
fn start(folder: &Path) -> (Node, BaseAddress) {
    let mut child = Command::new("node")
        .arg("server.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let node = Node(child);
    let mut port = String::new();
    BufReader::new(output).read_line(&mut port).unwrap();
    let address = format!("http://127.0.0.1:{}", port.trim()).parse().unwrap();
    (node, address)
}

#[tokio::test]
async fn the_client_keeps_its_contract_with_a_foreign_server() {
    let folder = match install() {
        Installed::At(folder) => folder,
        Installed::Not(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    let (_node, address) = start(&folder);
    let transport = HttpTransport::new(&address, AccessToken::new("none")).unwrap();

    let pharmacy = Pharmacy {
        finess: "990000001".parse().unwrap(),
        name: String::new(),
        address: String::new(),
        phone: String::new(),
    };
    let capability = Base::new(transport.clone(), pharmacy).capability().await;
    assert_eq!(
        capability,
        Ok(Capability::default()),
        "it publishes none, so nothing is offered"
    );

    let seed = async |transaction: Value| {
        let request =
            Request::get("").carrying(Method::Post, "application/fhir+json", transaction.to_string());
        let response = transport.exchange(request).await.unwrap();
        assert_eq!(response.status, 200, "{:?}", response.text());
    };
    let now = "2026-11-22T10:15:00+01:00".parse().unwrap();
    contract::every_row(&address, now, seed).await;
}
