//! `comptoir doctor`: every check is listed whatever is wrong, in French, and says what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::base_server::BaseServer;
use crate::support::command::{Counter, Ended};
use crate::support::shim::Shim;

/// Every check there is, in the order in which it is told.
const CHECKS: [&str; 14] = [
    "configuration",
    "store",
    "settings",
    "register",
    "closure",
    "backup",
    "outbox",
    "key",
    "rights",
    "space",
    "catalogue",
    "base",
    "login",
    "clock",
];

/// A base, and a counter that has delivered one prescription.
struct Stage {
    files: tempfile::TempDir,
    base: Option<BaseServer>,
    counter: Counter,
}

impl Stage {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let base = BaseServer::start(files.path());
        let counter = Counter::of_base(&base.address);
        let (number, _) = counter.prescribe("conforming");
        assert_eq!(counter.run(&["dispense", &number, "--all"]).code, 0);
        Self {
            files,
            base: Some(base),
            counter,
        }
    }

    /// The doctor's document, whose exit code is that of its verdict.
    fn doctor(&self, shim: &Shim) -> Value {
        let ended = self.counter.run_with(&["doctor", "--json"], &shim.environment());
        let document = ended.json();
        assert_eq!(
            ended.code,
            if document["ok"] == true { 0 } else { 4 },
            "{ended:?}"
        );
        let listed: Vec<&String> = document["checks"].as_object().unwrap().keys().collect();
        assert_eq!(listed, CHECKS);
        document
    }

    /// A clock that is wrong by that many days.
    fn days_away(&self, days: i64) -> Shim {
        let clock = self.files.path().join("clock");
        fs::write(&clock, (days * 86_400).to_string()).unwrap();
        Shim::default().clock(&clock)
    }
}

fn failing(document: &Value) -> Vec<&str> {
    let is_failing = |name: &&str| document["checks"][name]["ok"] == false;
    CHECKS.into_iter().filter(is_failing).collect()
}

fn says<'a>(document: &'a Value, check: &str) -> &'a str {
    document["checks"][check]["says"].as_str().unwrap()
}

#[test]
fn a_sound_counter_is_sound_and_its_settings_are_told() {
    let stage = Stage::new();
    let document = stage.doctor(&Shim::default());
    assert_eq!(document["ok"], true, "{document}");
    let settings = &document["checks"]["settings"];
    for (name, value) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
    ] {
        assert_eq!(settings[name], value, "{settings}");
    }
    let version: Vec<u32> = settings["sqlite"]
        .as_str()
        .unwrap()
        .split('.')
        .map(|n| n.parse().unwrap())
        .collect();
    assert!(version >= vec![3, 51, 3], "{version:?}");
    assert_eq!(document["checks"]["register"]["entries"], 3);
}

#[test]
fn what_is_wrong_is_named_and_nothing_else() {
    type Break = fn(&mut Stage) -> Shim;
    let cases: [(&str, Break, &str); 9] = [
        (
            "base",
            |stage| {
                stage.base.take().unwrap().stop();
                Shim::default()
            },
            "injoignable",
        ),
        ("clock", |stage| stage.days_away(-2), "retarde de 2 jours"),
        (
            "rights",
            |stage| {
                let folder = stage.counter.data_dir();
                fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
                Shim::default()
            },
            "chmod go-rwx",
        ),
        (
            "store",
            |stage| {
                fs::write(
                    stage.counter.data_dir().join("counter.sqlite"),
                    "not a store at all",
                )
                .unwrap();
                Shim::default()
            },
            "n’est pas un fichier de ce programme",
        ),
        (
            "store",
            |stage| Shim::under(stage.counter.home.path()).rule("open counter.sqlite 0 13"),
            "n’autorise pas",
        ),
        (
            "store",
            |stage| Shim::under(stage.counter.home.path()).rule("open counter.sqlite 0 28"),
            "plein",
        ),
        ("login", |_| Shim::default().token("perime"), "Reconnectez-vous"),
        (
            "configuration",
            |stage| {
                let path = stage.counter.home.path().join("comptoir.toml");
                fs::write(&path, "training = true\n\ncouleur = 3\n").unwrap();
                Shim::default().configured(&path)
            },
            "ligne 3",
        ),
        (
            "configuration",
            |stage| Shim::default().configured(&stage.files.path().join("absent.toml")),
            "n’existe pas",
        ),
    ];
    for (check, break_it, said) in cases {
        let mut stage = Stage::new();
        let shim = break_it(&mut stage);
        let document = stage.doctor(&shim);
        assert_eq!(failing(&document), [check], "{document}");
        let sentence = says(&document, check).replace(['\u{a0}', '\u{202f}'], " ");
        assert!(sentence.contains(said), "{check}: {sentence}");
    }
}

#[test]
fn a_closure_and_a_post_that_are_late_are_said() {
    let stage = Stage::new();
    let document = stage.doctor(&stage.days_away(40));
    assert_eq!(failing(&document), ["closure", "clock"], "{document}");
    assert!(says(&document, "closure").contains("40 jours"), "{document}");
    assert_eq!(stage.counter.run(&["register", "close"]).code, 0);
    assert_eq!(failing(&stage.doctor(&stage.days_away(40))), ["clock"]);

    let mut stage = Stage::new();
    let (number, _) = stage.counter.prescribe("conforming");
    assert_eq!(stage.counter.run(&["consult", &number]).code, 0);
    stage.base.take().unwrap().stop();
    assert_eq!(stage.counter.run(&["dispense", &number, "--all"]).code, 0);
    let document = stage.doctor(&stage.days_away(3));
    assert_eq!(failing(&document), ["outbox", "base"], "{document}");
    assert!(says(&document, "outbox").contains("3 jours"), "{document}");
}

#[test]
fn a_second_support_that_is_configured_and_lags_behind_is_said() {
    let stage = Stage::new();
    let support = stage.files.path().join("support");
    fs::create_dir(&support).unwrap();
    let document = stage.doctor(&Shim::default());
    assert_eq!(
        document["checks"]["backup"]["configured"], false,
        "not in training"
    );
    assert_eq!(failing(&document), [""; 0], "{document}");

    let file = stage.files.path().join("comptoir.toml");
    let written = format!(
        "training = true\n[backup]\ndirectory = \"{}\"\n",
        support.display()
    );
    fs::write(&file, written).unwrap();
    let configured = || Shim::default().configured(&file);
    let document = stage.doctor(&configured());
    assert_eq!(failing(&document), ["backup"], "{document}");
    assert!(says(&document, "backup").contains("jamais"), "{document}");

    let environment = configured().environment();
    assert_eq!(stage.counter.run_with(&["backup"], &environment).code, 0);
    let document = stage.doctor(&configured());
    assert_eq!(failing(&document), [""; 0], "{document}");
    assert_eq!(document["checks"]["backup"]["days"], 0);
    // As old as can be, a copy that has everything is no fault.
    let later = || stage.days_away(5).configured(&file);
    assert_eq!(failing(&stage.doctor(&later())), ["clock"]);
    let (number, _) = stage.counter.prescribe("conforming");
    assert_eq!(stage.counter.run(&["dispense", &number, "--all"]).code, 0);
    let document = stage.doctor(&later());
    assert_eq!(failing(&document), ["backup", "clock"], "{document}");
    assert!(says(&document, "backup").contains("5 jours"), "{document}");
}

#[test]
fn the_key_is_looked_at_and_its_place_is_told() {
    let stage = Stage::new();
    let key = stage.counter.data_dir().join("store.key");
    let document = stage.doctor(&Shim::default());
    assert_eq!(document["checks"]["key"]["place"], key.display().to_string());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let document = stage.doctor(&Shim::default());
    assert_eq!(failing(&document), ["store", "key", "rights"], "{document}");
    fs::remove_file(&key).unwrap();
    let document = stage.doctor(&Shim::default());
    assert_eq!(failing(&document), ["store", "key"], "{document}");
}

#[test]
fn its_page_fits_the_smallest_screen() {
    let mut stage = Stage::new();
    stage.base.take().unwrap().stop();
    let Ended { code, stdout, .. } = stage.counter.run(&["doctor"]);
    assert_eq!(code, 4);
    assert!(stdout.lines().all(|row| row.chars().count() <= 80), "{stdout}");
    assert!(
        stdout.contains("✗ à revoir     base") && stdout.contains("· non examiné  horloge"),
        "{stdout}"
    );
}

#[test]
fn a_mistake_on_the_command_line_is_told_in_french() {
    let counter = Counter::with_its_own_base();
    for (arguments, said) in [
        (&["--colour"][..], "L’option « --colour » n’existe pas."),
        (
            &["dispence"][..],
            "La commande « dispence » n’existe pas. Vouliez-vous dire « dispense » ?",
        ),
        (
            &["dispense"][..],
            "Il manque l’ordonnance : son numéro, ou une image de sa feuille.",
        ),
        (
            &["scan"][..],
            "Il manque ce qu’il faut lire : des images, des PDF, des dossiers, ou - pour l’entrée standard.",
        ),
        (&["register"][..], "Que faut-il faire ? Il y a : list, show,"),
        (
            &["register", "show", "x"][..],
            "« x » ne convient pas pour « <ENTRY> ».",
        ),
        (
            &["dispense", "01", "--all", "--decisions", "f"][..],
            "ne vont pas ensemble.",
        ),
        (
            &["--config"][..],
            "L’option « --config <FILE> » demande une valeur.",
        ),
        (
            &["--config", "/absent.toml", "report"][..],
            "« /absent.toml » ne peut pas être lu : ce fichier ou ce dossier n’existe pas.",
        ),
        (
            &["--operator", "personne", "report"][..],
            "aucun opérateur ne s’appelle « personne »",
        ),
        (
            &["--base", "http://exemple.fr", "consult", "01S2TBPZ2JCNZZYGHZ"][..],
            "elle doit commencer par https://",
        ),
        (
            &["dispense", "01S2TBPZ2JCNZZYGHZ", "--decisions", "/absent"][..],
            "ce fichier ou ce dossier n’existe pas",
        ),
    ] {
        let ended = counter.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(said), "{arguments:?}: {ended:?}");
        for english in ["error", "Usage", "found", "such"] {
            assert!(!ended.stderr.contains(english), "{arguments:?}: {ended:?}");
        }
    }
    for arguments in [&["--help"][..], &["--version"][..]] {
        assert_eq!(counter.run(arguments).code, 0, "{arguments:?}");
    }
}
