//! `shim.c` built and put before the C library of a program: what makes a machine break at a chosen call.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What the shim does to a program, as its environment.
#[derive(Default)]
pub(crate) struct Shim {
    environment: Vec<(String, String)>,
    rules: Vec<String>,
}

impl Shim {
    /// Watches the files under that folder.
    pub(crate) fn under(folder: &Path) -> Self {
        Self::default().with("COMPTOIR_SHIM_UNDER", folder)
    }

    /// Records what happens to them, and what goes to standard output, in that file.
    pub(crate) fn recording(self, record: &Path) -> Self {
        self.with("COMPTOIR_SHIM_RECORD", record)
    }

    /// Says in that file which machines and which of those files were reached.
    pub(crate) fn reaching(self, reached: &Path) -> Self {
        self.with("COMPTOIR_SHIM_REACHED", reached)
    }

    /// One more rule: `CALL PATTERN NTH ACTION`, as `shim.c` explains it.
    pub(crate) fn rule(mut self, rule: &str) -> Self {
        self.rules.push(rule.to_owned());
        self
    }

    /// Errors are given only while that file exists.
    pub(crate) fn while_there_is(self, switch: &Path) -> Self {
        self.with("COMPTOIR_SHIM_SWITCH", switch)
    }

    /// The clock is wrong by the seconds that this file says.
    pub(crate) fn clock(self, file: &Path) -> Self {
        self.with("COMPTOIR_SHIM_CLOCK", file)
    }

    /// The program logs in with that token.
    pub(crate) fn token(mut self, token: &str) -> Self {
        self.environment
            .push(("COMPTOIR_TOKEN".to_owned(), token.to_owned()));
        self
    }

    /// The program reads that configuration.
    pub(crate) fn configured(self, file: &Path) -> Self {
        self.with("COMPTOIR_CONFIG", file)
    }

    fn with(mut self, name: &str, path: &Path) -> Self {
        self.environment
            .push((name.to_owned(), path.display().to_string()));
        self
    }

    /// The variables to run a program with.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut environment = self.environment.clone();
        environment.push(("COMPTOIR_SHIM_RULES".to_owned(), self.rules.join("\n")));
        environment.push(("LD_PRELOAD".to_owned(), built().display().to_string()));
        environment
    }
}

/// The library, compiled once a run by the C compiler that linked this very test.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/shim.c");
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let draft = folder.join(format!("shim-{}.so", std::process::id()));
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let output = Command::new(compiler)
            .args(["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O1", "-o"])
            .arg(&draft)
            .arg(source)
            .arg("-ldl")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        // Another run of these tests may be loading it: it is replaced whole.
        let library = folder.join("comptoir-shim.so");
        std::fs::rename(&draft, &library).unwrap();
        library
    })
}
