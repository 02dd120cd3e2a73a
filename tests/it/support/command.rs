//! The command line, run as other programs run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A counter of its own: a data directory, and the base it speaks to.
pub(crate) struct Counter {
    pub(crate) home: tempfile::TempDir,
    base: Option<String>,
    token: Option<String>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Its JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, having checked the exit code.
    pub(crate) fn json_with(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{self:?}");
        self.json()
    }
}

impl Ended {
    /// Whether it was killed rather than ended.
    pub(crate) fn was_killed(&self) -> bool {
        self.code == KILLED
    }
}

/// The code of a program that a signal ended.
const KILLED: i32 = -1;

/// The program under test.
pub(crate) fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_comptoir"))
}

impl Counter {
    /// A counter with its own embedded training base.
    pub(crate) fn with_its_own_base() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            base: None,
            token: None,
        }
    }

    /// A counter of a base at that address.
    pub(crate) fn of_base(address: &str) -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            base: Some(address.to_owned()),
            token: None,
        }
    }

    /// The same with a login of its own.
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Where it keeps everything.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The environment in which its programs run: nothing of the person who runs the tests.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut environment = vec![
            (
                "COMPTOIR_DATA_DIR".to_owned(),
                self.data_dir().display().to_string(),
            ),
            ("HOME".to_owned(), self.home.path().display().to_string()),
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ];
        environment.extend(
            self.base
                .iter()
                .map(|base| ("COMPTOIR_BASE".to_owned(), base.clone())),
        );
        environment.extend(
            self.token
                .iter()
                .map(|token| ("COMPTOIR_TOKEN".to_owned(), token.clone())),
        );
        environment
    }

    /// Runs a command to its end.
    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Ended {
        self.run_with(arguments, &[])
    }

    /// The same with more environment.
    pub(crate) fn run_with<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: &[S],
        environment: &[(String, String)],
    ) -> Ended {
        let output = Command::new(program())
            .args(arguments)
            .env_clear()
            .envs(self.environment())
            .envs(environment.iter().cloned())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Ended {
            code: output.status.code().unwrap_or(KILLED),
            stdout: String::from_utf8(output.stdout).unwrap(),
            // French's unbreakable spaces read as spaces.
            stderr: String::from_utf8(output.stderr)
                .unwrap()
                .replace(['\u{a0}', '\u{202f}'], " "),
        }
    }

    /// Prescribes a scenario; gives its number and its sheet.
    pub(crate) fn prescribe(&self, scenario: &str) -> (String, PathBuf) {
        let out = self.home.path().join("written");
        let document = self
            .run(&[
                "prescribe",
                "--scenario",
                scenario,
                "--out",
                &out.display().to_string(),
                "--json",
            ])
            .json_with(0);
        (
            document["number"].as_str().unwrap().to_owned(),
            Path::new(document["png"].as_str().unwrap()).to_owned(),
        )
    }
}
