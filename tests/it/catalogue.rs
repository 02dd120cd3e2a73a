//! The medicines database: official files with every known anomaly, imported, refused, downloaded and searched.

mod files;
mod full_set;
mod server;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use comptoir::catalogue::{Catalogue, Shrinking, from_folder, import};
use comptoir::domain::product::{
    AvailabilityStatus, Cents, GenericRole, HybridRole, MarketingState, ProductCode, Rate,
};
use comptoir::domain::substitution::SubstitutionBasis;
use jiff::Timestamp;
use proptest::prelude::*;

use crate::support::command::{Counter, Ended, program};
use files::{Files, NAMES};
use server::{Answer, Server};

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A counter, and a folder of files with every anomaly.
fn at_a_counter(files: &Files) -> (Counter, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    files.write(folder.path());
    (Counter::with_its_own_base(), folder)
}

fn imported(counter: &Counter, folder: &Path) -> Ended {
    counter.run(&["catalogue", "import", &text(folder), "--json"])
}

fn by_code(counter: &Counter, code: &str) -> serde_json::Value {
    counter.run(&["catalogue", "show", code, "--json"]).json_with(0)
}

#[test]
fn every_known_anomaly_is_read_or_counted() {
    let (counter, folder) = at_a_counter(&Files::sample());
    let document = imported(&counter, folder.path()).json_with(0);
    assert_eq!(document["products"], 8);
    assert_eq!(document["specialities"], 7);
    let skipped = |file: &str| -> Vec<(String, u64, u64)> {
        let files = document["files"].as_array().unwrap();
        let found = files.iter().find(|row| row["file"] == file).unwrap();
        let rows = found["skipped"].as_array().unwrap().iter();
        rows.map(|row| {
            (
                row["reason"].as_str().unwrap().to_owned(),
                row["lines"].as_u64().unwrap(),
                row["first_line"].as_u64().unwrap(),
            )
        })
        .collect()
    };
    for (file, expected) in [
        ("CIS_bdpm.txt", vec![]),
        ("CIS_CIP_bdpm.txt", vec![("unknown-speciality", 1, 3)]),
        ("CIS_CPD_bdpm.txt", vec![("empty-line", 1, 2), ("repeated", 1, 4)]),
        ("CIS_GENER_bdpm.txt", vec![("unknown-speciality", 1, 4)]),
        ("fic03spe.txt", vec![("second-hybrid-group", 1, 3)]),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(reason, lines, first)| (reason.to_owned(), lines, first))
            .collect();
        assert_eq!(skipped(file), expected, "{file}");
    }
    // Two commas in a price, a rate with a space, spaces around names, both encodings, an apostrophe of Windows.
    let dear = by_code(&counter, "3400930000014");
    assert_eq!(dear["price"]["public_cents"], 146_629);
    assert_eq!(dear["rates"], serde_json::json!([100]));
    assert_eq!(dear["name"], "ÉTALON 40 mg, solution d’essai");
    assert_eq!(dear["form"], "solution");
    assert_eq!(dear["content"]["count"], 2);
    // Labels to the letter; no label at all is unknown.
    assert_eq!(
        dear["conditions"],
        serde_json::json!(["liste I", "prescription réservée à l’essai "])
    );
    assert_eq!(
        by_code(&counter, "60000003")["conditions"],
        serde_json::Value::Null
    );
}

#[test]
fn what_the_rules_need_is_in_the_products() {
    let folder = tempfile::tempdir().unwrap();
    Files::sample().write(folder.path());
    let path = folder.path().join("catalogue.db");
    let sources = from_folder(folder.path()).unwrap();
    import(
        &path,
        &sources,
        Shrinking::Refused,
        Timestamp::UNIX_EPOCH,
        &mut |_| {},
    )
    .unwrap();
    let catalogue = Catalogue::open(&path).unwrap().unwrap();
    let find = |code: &str| catalogue.by_code(code).unwrap();
    let [reference, generic, complementary] = ["3400930000021", "3400930000038", "60000004"].map(find);
    let published = &reference.published;
    assert_eq!(published.marketing.state, MarketingState::Marketed);
    assert_eq!(
        published.price.map(|price| (price.medicine, price.fee)),
        Some((Cents(342), Cents(102)))
    );
    assert_eq!(published.rates, [Rate(65), Rate(30)], "two rates, by indication");
    assert_eq!(published.composition.len(), 2, "a substance and its fraction");
    assert_eq!(
        published.major_interest.as_ref().map(|atc| atc.0.as_str()),
        Some("N02AX02")
    );
    let shortage = &published.availability;
    assert_eq!(shortage.len(), 1, "the other sheet names another box");
    assert_eq!(shortage[0].status, AvailabilityStatus::Tension);
    assert_eq!(shortage[0].since.to_string(), "2026-04-14");
    let role = |product: &comptoir::domain::product::Product| {
        product.published.generic_role(&product.generic_groups[0])
    };
    assert_eq!(role(&reference), Some(GenericRole::Reference));
    assert_eq!(role(&generic), Some(GenericRole::Generic));
    assert_eq!(role(&complementary), Some(GenericRole::Complementary));
    assert_eq!(generic.generic_groups.len(), 2, "one speciality in two groups");
    assert_eq!(
        find("60000005").published.hybrid_role,
        Some(HybridRole::Reference)
    );
    // Substitutes, with their ground.
    let ordered = ProductCode::Cip13(reference.cip13.clone());
    let known = catalogue.related([&ordered].into_iter());
    let substitutes = known.substitutes(&ordered);
    assert!(
        substitutes
            .iter()
            .any(|(product, ground)| product.cis == generic.cis && *ground == SubstitutionBasis::Generic)
    );
    let hybrid = ProductCode::Cis("60000005".parse().unwrap());
    let known = catalogue.related([&hybrid].into_iter());
    assert_eq!(known.substitutes(&hybrid)[0].1, SubstitutionBasis::Hybrid);
    assert_eq!(find("60000001").biosimilar_group, None);
    assert_eq!(find("60000007").biosimilar_group.unwrap().0, "6");
    // What is sold comes first, and a stopped box is still known.
    let found = catalogue.search("hybri");
    assert_eq!(
        found.last().unwrap().published.marketing.state,
        MarketingState::Stopped
    );
}

#[test]
fn a_bad_file_says_where_and_why_and_the_old_catalogue_stays() {
    let (counter, folder) = at_a_counter(&Files::sample());
    imported(&counter, folder.path()).json_with(0);
    let before = fs::read(counter.data_dir().join("catalogue.db")).unwrap();
    let cip = "60000002\t3000002\tboîte\tPrésentation active\tDéclaration de commercialisation\t01/01/2020\t";
    for (file, bytes, line, why) in [
        (
            "CIS_bdpm.txt",
            "60000001\tUN NOM\n".as_bytes(),
            "ligne 1",
            "12 colonnes attendues, 2 trouvées",
        ),
        (
            "CIS_CPD_bdpm.txt",
            b"60000001\tliste I\r\n6000\xe9\tliste I\r\n",
            "ligne 2",
            "un code n’en est pas un",
        ),
        (
            "CIS_CPD_bdpm.txt",
            b"60000001\tliste I\n\n60000001\t\x81\n",
            "ligne 3",
            "0x81",
        ),
        (
            "CIS_GENER_bdpm.txt",
            b"1\tGROUPE\t60000001\t3\t1\n",
            "ligne 1",
            "« 3 »",
        ),
        ("CIS_MITM.txt", b"60000001\tN02\n", "ligne 1", "4 colonnes"),
        (
            "CIS_CIP_Dispo_Spec.txt",
            b"60000001\t\t1\tRupture\t31/02/2026\t01/03/2026\t\thttps://x\n",
            "ligne 1",
            "31/02/2026",
        ),
        (
            "CIS_COMPO_bdpm.txt",
            b"60000001\tx\t1\ty\tz\tu\tXX\t1\n",
            "ligne 1",
            "« XX »",
        ),
        ("fic03spe.txt", b"70\t60000001\tZ\tNOM\t \n", "ligne 1", "« Z »"),
        (
            "CIS_CIP_bdpm.txt",
            format!("{cip}3400930000022\toui\t65%\t1,00\t2,02\t1,02\t\n").as_bytes(),
            "ligne 1",
            "un code n’en est pas un",
        ),
        (
            "CIS_CIP_bdpm.txt",
            format!("{cip}3400930000021\toui\t65%\t1.00\t2,02\t1,02\t\n").as_bytes(),
            "ligne 1",
            "« 1.00 »",
        ),
        (
            "CIS_CIP_bdpm.txt",
            format!("{cip}3400930000014\toui\t65%\t1,00\t2,02\t1,02\t\n").as_bytes(),
            "ligne 1",
            "CIP7",
        ),
        ("CIS_CIP_bdpm.txt", b"", "vide", "vide"),
        ("CIS_CPD_bdpm.txt", b"60000001\tliste I\n", "1 lignes", "coupé"),
    ] {
        let mut files = Files::sample();
        files.set(file, bytes);
        files.write(folder.path());
        let ended = imported(&counter, folder.path());
        assert!([3, 4].contains(&ended.code), "{file} {ended:?}");
        for word in [file, line, why, "Le catalogue précédent reste en place."] {
            assert!(ended.stderr.contains(word), "{file} {word}: {}", ended.stderr);
        }
        assert_eq!(
            fs::read(counter.data_dir().join("catalogue.db")).unwrap(),
            before,
            "{file}"
        );
        assert!(!counter.data_dir().join("catalogue.new").exists(), "{file}");
    }
    fs::remove_file(folder.path().join("CIS_MITM.txt")).unwrap();
    let ended = imported(&counter, folder.path());
    assert!(ended.stderr.contains("CIS_MITM.txt manque"), "{ended:?}");
    // Somebody looked at the short file and says that it is right.
    let mut files = Files::sample();
    files.set("CIS_CPD_bdpm.txt", b"60000001\tliste I\n");
    files.write(folder.path());
    let arguments = [
        "catalogue",
        "import",
        &text(folder.path()),
        "--accept-smaller",
        "--json",
    ];
    counter.run(&arguments).json_with(0);
}

#[test]
fn dates_come_from_the_folder_and_a_mix_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for date in ["2026-05-26", "2026-07-24"] {
        fs::create_dir(folder.path().join(date)).unwrap();
    }
    Files::sample().write(&folder.path().join("2026-05-26"));
    Files::sample().write_only(&folder.path().join("2026-07-24"), &["CIS_CIP_bdpm.txt"]);
    let counter = Counter::with_its_own_base();
    let before = counter.run(&["catalogue", "status", "--json"]).json_with(0);
    assert_eq!(
        (before["origin"].as_str(), before["mixed_dates"].as_bool()),
        (Some("training-subset"), Some(false))
    );
    assert!(before["products"].as_u64().unwrap() > 100);
    imported(&counter, folder.path()).json_with(0);
    let status = counter.run(&["catalogue", "status", "--json"]).json_with(0);
    assert_eq!(status["origin"], "official");
    assert_eq!(
        (&status["date"], &status["mixed_dates"]),
        (&"2026-07-24".into(), &true.into())
    );
    assert_eq!(status["files"][0]["date"], "2026-05-26");
    assert_eq!(status["files"][0]["date_from"], "folder");
    let said = counter.run(&["catalogue", "status"]).stdout;
    assert!(said.contains("ne sont pas tous du même jour"), "{said}");
    // Files of July 2026 are old for whoever runs this, and the doctor says so.
    let doctor = counter.run(&["doctor", "--json"]).json_with(4);
    let seen = &doctor["checks"]["catalogue"];
    assert_eq!(
        (&seen["subset"], &seen["old"]),
        (&false.into(), &true.into()),
        "{doctor}"
    );
}

#[test]
fn a_damaged_catalogue_is_said_and_the_counter_goes_on_with_the_subset() {
    let (counter, folder) = at_a_counter(&Files::sample());
    fs::create_dir_all(counter.data_dir()).unwrap();
    fs::write(counter.data_dir().join("catalogue.db"), "no database").unwrap();
    let status = counter.run(&["catalogue", "status", "--json"]).json_with(0);
    assert_eq!(status["origin"], "training-subset");
    assert!(status["unusable"].is_string(), "{status}");
    assert_eq!(
        counter.run(&["doctor", "--json"]).json_with(4)["checks"]["catalogue"]["ok"],
        false
    );
    imported(&counter, folder.path()).json_with(0);
    let status = counter.run(&["catalogue", "status", "--json"]).json_with(0);
    assert_eq!(
        (&status["origin"], &status["unusable"]),
        (&"official".into(), &serde_json::Value::Null)
    );
}

#[test]
fn whoever_reads_the_old_catalogue_goes_on_reading_it() {
    let folder = tempfile::tempdir().unwrap();
    Files::sample().write(folder.path());
    let path = folder.path().join("catalogue.db");
    let put = |files: &Files| {
        files.write(folder.path());
        let sources = from_folder(folder.path()).unwrap();
        import(
            &path,
            &sources,
            Shrinking::Accepted,
            Timestamp::UNIX_EPOCH,
            &mut |_| {},
        )
        .unwrap();
    };
    put(&Files::sample());
    let old = Catalogue::open(&path).unwrap().unwrap();
    put(&Files::sample().renamed("ÉTALON", "JAUGE"));
    let new = Catalogue::open(&path).unwrap().unwrap();
    for (catalogue, name, other) in [(&old, "etalon", "jauge"), (&new, "jauge", "etalon")] {
        assert_eq!(catalogue.search(name).len(), 1, "{name}");
        assert!(catalogue.search(other).is_empty(), "{other}");
    }
}

#[test]
fn killed_during_an_import_the_catalogue_is_the_old_or_the_new_one() {
    let (counter, folder) = at_a_counter(&Files::sample());
    imported(&counter, folder.path()).json_with(0);
    let mut large = Files::sample();
    large.grow(4_000);
    large.write(folder.path());
    let mut moments = fastrand::Rng::with_seed(11);
    let mut seen = [0, 0];
    for kill in 0..30 {
        let mut child = Command::new(program())
            .args(["catalogue", "import", &text(folder.path())])
            .env_clear()
            .envs(counter.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The moment of the kill is the input of this test, drawn from its seed.
        std::thread::sleep(Duration::from_millis(moments.u64(0..600)));
        drop(child.kill());
        drop(child.wait());
        let catalogue = Catalogue::open(&counter.data_dir().join("catalogue.db"))
            .unwrap()
            .unwrap();
        let is_new = match catalogue.about().presentations {
            8 => 0,
            4_008 => 1,
            other => panic!("{other} presentations after kill {kill}"),
        };
        assert!(catalogue.by_code("3400930000014").is_some());
        seen[is_new] += 1;
        if is_new == 1 {
            // Back to the old one, also to see that nothing a killed import leaves stands in the way.
            Files::sample().write(folder.path());
            let arguments = [
                "catalogue",
                "import",
                &text(folder.path()),
                "--accept-smaller",
                "--json",
            ];
            counter.run(&arguments).json_with(0);
            large.write(folder.path());
        }
    }
    assert!(
        seen[0] > 0,
        "no kill came before the end: this proves nothing ({seen:?})"
    );
}

#[test]
fn two_imports_into_one_place_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    Files::sample().write(folder.path());
    let path = folder.path().join("catalogue.db");
    let sources = from_folder(folder.path()).unwrap();
    let mut inner = None;
    import(
        &path,
        &sources,
        Shrinking::Refused,
        Timestamp::UNIX_EPOCH,
        &mut |_| {
            inner.get_or_insert_with(|| {
                import(
                    &path,
                    &sources,
                    Shrinking::Refused,
                    Timestamp::UNIX_EPOCH,
                    &mut |_| {},
                )
            });
        },
    )
    .unwrap();
    let refused = inner.unwrap().unwrap_err();
    assert!(
        matches!(refused, comptoir::catalogue::CatalogueError::Busy),
        "{refused}"
    );
}

#[test]
fn an_update_downloads_the_files_and_keeps_the_old_ones_when_it_cannot() {
    let counter = Counter::with_its_own_base();
    let update =
        |server: &Server| counter.run(&["catalogue", "update", "--from", &server.address(), "--json"]);
    let whole = Server::start(Files::sample(), |_| Answer::File);
    let document = update(&whole).json_with(0);
    assert_eq!(document["products"], 8);
    assert_eq!(
        (&document["date"], &document["files"][1]["date_from"]),
        (&"2026-07-24".into(), &"server".into())
    );
    let before = fs::read(counter.data_dir().join("catalogue.db")).unwrap();
    let elsewhere = Server::start(Files::sample(), |_| Answer::File).address();
    let cases: [(Answer, i32, &str); 5] = [
        (Answer::Cut, 5, "il n’est pas arrivé entier"),
        (Answer::Status(503), 5, "réponse 503"),
        (Answer::Status(404), 5, "réponse 404"),
        (
            Answer::Redirect(format!("{elsewhere}CIS_CPD_bdpm.txt")),
            5,
            "ce qui n’est pas suivi",
        ),
        (
            Answer::Text("<html>Une page de panne</html>"),
            3,
            "2 colonnes attendues, 1 trouvées",
        ),
    ];
    for (answer, code, why) in cases {
        let server = Server::start(Files::sample(), move |name| match name {
            "CIS_CPD_bdpm.txt" => answer.clone(),
            _ => Answer::File,
        });
        let ended = update(&server);
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(
            ended.stderr.contains("CIS_CPD_bdpm.txt") && ended.stderr.contains(why),
            "{ended:?}"
        );
        assert_eq!(fs::read(counter.data_dir().join("catalogue.db")).unwrap(), before);
    }
    // The hybrid register is published elsewhere: its absence is said, and stops nothing.
    let without_register = Server::start(Files::sample(), |name| match name {
        "fic02grp.txt" | "fic03spe.txt" => Answer::Status(404),
        _ => Answer::File,
    });
    assert_eq!(
        update(&without_register).json_with(0)["files"]
            .as_array()
            .unwrap()
            .len(),
        7
    );
    let plain = counter.run(&["catalogue", "update", "--from", "http://example.org/"]);
    assert_eq!(plain.code, 2, "{plain:?}");
    assert!(plain.stderr.contains("https"), "{plain:?}");
}

#[test]
fn a_code_is_shown_in_every_form_people_have() {
    let (counter, folder) = at_a_counter(&Files::sample());
    imported(&counter, folder.path()).json_with(0);
    for code in [
        "3400930000021",
        "03400930000021",
        "3000002",
        "60000002",
        "3400 9300 00021",
    ] {
        assert_eq!(by_code(&counter, code)["cis"], "60000002", "{code}");
    }
    let ended = counter.run(&["catalogue", "show", "3400939999999"]);
    assert_eq!(ended.code, 4);
    assert!(ended.stderr.contains("produit inconnu"), "{ended:?}");
    let found = counter
        .run(&["catalogue", "search", "etal", "40", "--json"])
        .json_with(0);
    assert_eq!(found["products"][0]["cip13"], "3400930000014");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_any_file_never_panic_and_never_harm_the_old_catalogue(
        file in 0..NAMES.len(),
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        place in any::<prop::sample::Index>(),
        is_spliced in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalogue.db");
        let mut files = Files::sample();
        let put = |files: &Files| {
            files.write(folder.path());
            let sources = from_folder(folder.path()).unwrap();
            import(&path, &sources, Shrinking::Accepted, Timestamp::UNIX_EPOCH, &mut |_| {})
        };
        put(&files).unwrap();
        let mut changed = files.get(NAMES[file]).to_vec();
        if is_spliced {
            let at = place.index(changed.len());
            changed.splice(at..at, bytes);
        } else {
            changed = bytes;
        }
        files.set(NAMES[file], &changed);
        let is_new = put(&files).is_ok();
        let catalogue = Catalogue::open(&path).unwrap().unwrap();
        prop_assert!(is_new || catalogue.by_code("3400930000014").is_some());
        for product in catalogue.search("e") {
            prop_assert!(catalogue.by_code(product.cip13.as_str()).is_some());
        }
    }

    #[test]
    fn any_text_can_be_searched(text in "\\PC{0,60}") {
        let catalogue = Catalogue::training().unwrap();
        let _ = catalogue.search(&text);
        let _ = catalogue.by_code(&text);
    }
}
