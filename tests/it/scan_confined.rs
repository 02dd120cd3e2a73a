//! `comptoir scan` as a person runs it: folders, standard input, and files made to keep it busy.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref};
use serde_json::Value;

use crate::make_images::folder;
use crate::sheets::NUMBER;
use crate::support::command::{Counter, program};

/// A PDF of a few kilobytes: on its last page, one form draws another twenty times, and so on, 20⁹ times in all.
fn trap(with_sheet: bool) -> Vec<u8> {
    const LEVELS: i32 = 9;
    let mut pdf = Pdf::new();
    let form = |level: i32| Ref::new(100 + level);
    let mut kids = Vec::new();
    if with_sheet {
        kids.push(Ref::new(10));
    }
    kids.push(Ref::new(20));
    pdf.catalog(Ref::new(1)).pages(Ref::new(2));
    pdf.pages(Ref::new(2))
        .count(i32::try_from(kids.len()).unwrap())
        .kids(kids);
    if with_sheet {
        number_page(&mut pdf, Ref::new(10));
    }
    let mut page = pdf.page(Ref::new(20));
    page.parent(Ref::new(2))
        .media_box(Rect::new(0.0, 0.0, 595.0, 842.0))
        .contents(Ref::new(21));
    page.resources().x_objects().pair(Name(b"F"), form(0));
    page.finish();
    let mut many = Content::new();
    for _ in 0..20 {
        many.x_object(Name(b"F"));
    }
    let many = many.finish();
    pdf.stream(Ref::new(21), &many);
    for level in 0..LEVELS {
        let mut drawn = pdf.form_xobject(form(level), &many);
        drawn.bbox(Rect::new(0.0, 0.0, 595.0, 842.0));
        drawn.resources().x_objects().pair(Name(b"F"), form(level + 1));
    }
    let mut square = Content::new();
    square.rect(0.0, 0.0, 500.0, 700.0).fill_even_odd();
    let square = square.finish();
    pdf.form_xobject(form(LEVELS), &square)
        .bbox(Rect::new(0.0, 0.0, 595.0, 842.0));
    pdf.finish()
}

/// A page with the code of a prescription, in squares.
fn number_page(pdf: &mut Pdf, page: Ref) {
    const MODULE: f32 = 4.0;
    let contents = Ref::new(page.get() + 1);
    pdf.page(page)
        .parent(Ref::new(2))
        .media_box(Rect::new(0.0, 0.0, 300.0, 300.0))
        .contents(contents);
    let code = qrcode::QrCode::new(NUMBER).unwrap();
    let mut drawn = Content::new();
    for (place, colour) in code.to_colors().into_iter().enumerate() {
        let at = |modules: usize| f32::from(u8::try_from(modules).unwrap()) * MODULE;
        if colour == qrcode::Color::Dark {
            let (column, row) = (place % code.width(), place / code.width());
            drawn.rect(60.0 + at(column), 240.0 - at(row), MODULE, MODULE);
        }
    }
    drawn.fill_nonzero();
    pdf.stream(contents, &drawn.finish());
}

fn scanned(counter: &Counter, name: &str, bytes: &[u8]) -> Value {
    let path = counter.home.path().join(name);
    fs::write(&path, bytes).unwrap();
    let ended = counter.run(&["scan", &path.display().to_string(), "--json"]);
    ended.json()["files"][0].clone()
}

#[test]
fn a_file_made_to_keep_the_decoder_busy_is_given_up() {
    let counter = Counter::with_its_own_base();
    let read = scanned(&counter, "trap.pdf", &trap(false));
    assert_eq!(read["error"], "given-up", "{read}");
    assert_eq!(read["symbols"], serde_json::json!([]));
}

#[test]
fn what_was_read_before_the_trap_is_kept() {
    let counter = Counter::with_its_own_base();
    let read = scanned(&counter, "trap.pdf", &trap(true));
    assert_eq!(read["error"], Value::Null, "{read}");
    let symbol = &read["symbols"][0];
    assert_eq!(
        (&symbol["number"], &symbol["page"]),
        (&NUMBER.into(), &1.into()),
        "{read}"
    );
}

#[test]
fn a_folder_and_standard_input_are_read() {
    let counter = Counter::with_its_own_base();
    let pictures = counter.home.path().join("pictures");
    fs::create_dir(&pictures).unwrap();
    for name in ["tiny.png", "text-named-png.png"] {
        fs::copy(folder().join(name), pictures.join(name)).unwrap();
    }
    let ended = counter.run(&["scan", &pictures.display().to_string(), "--json"]);
    let document = ended.json_with(0);
    let files = document["files"].as_array().unwrap();
    let errors: Vec<&Value> = files.iter().map(|file| &file["error"]).collect();
    assert_eq!(errors, [&Value::from("not-a-picture"), &Value::Null]);
    assert!(ended.stderr.contains("text-named-png.png"), "{ended:?}");

    let mut child = Command::new(program())
        .args(["scan", "-", "--json"])
        .env_clear()
        .envs(counter.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let tiny = fs::read(folder().join("tiny.png")).unwrap();
    child.stdin.take().unwrap().write_all(&tiny).unwrap();
    let answer = child.wait_with_output().unwrap();
    let document: Value = serde_json::from_slice(&answer.stdout).unwrap();
    let symbol = &document["files"][0]["symbols"][0];
    assert_eq!(symbol["number"], NUMBER, "{document}");
    assert!(
        symbol["stage"].is_string() && symbol["confirmed"].is_boolean(),
        "{document}"
    );
}

/// A PDF of so many pages, with a code on those.
fn pages(count: usize, with_code: &[usize]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let page_of = |page: usize| Ref::new(10 + 2 * i32::try_from(page).unwrap());
    pdf.catalog(Ref::new(1)).pages(Ref::new(2));
    pdf.pages(Ref::new(2))
        .count(i32::try_from(count).unwrap())
        .kids((1..=count).map(page_of));
    for page in 1..=count {
        if with_code.contains(&page) {
            number_page(&mut pdf, page_of(page));
        } else {
            pdf.page(page_of(page))
                .parent(Ref::new(2))
                .media_box(Rect::new(0.0, 0.0, 10.0, 10.0));
        }
    }
    pdf.finish()
}

#[test]
fn the_pages_after_the_twentieth_are_said_not_to_be_read() {
    let counter = Counter::with_its_own_base();
    let path = counter.home.path().join("pages.pdf");
    let named = path.display().to_string();
    for (pages, error, left, said) in [
        (pages(20, &[20]), Value::Null, 0, ""),
        (
            pages(23, &[3]),
            Value::Null,
            3,
            "les 3 dernières pages de ce fichier n’ont pas été lues",
        ),
        (
            pages(21, &[3]),
            Value::Null,
            1,
            "la dernière page de ce fichier n’a pas été lue",
        ),
        (
            pages(21, &[21]),
            "no-code-in-first-pages".into(),
            1,
            "aucun code n’a été trouvé dans les 20 premières pages de ce fichier",
        ),
    ] {
        fs::write(&path, pages).unwrap();
        let read = counter.run(&["scan", &named, "--json"]).json()["files"][0].clone();
        assert_eq!(
            (&read["error"], &read["pages_left"]),
            (&error, &left.into()),
            "{read}"
        );
        let told = counter.run(&["scan", &named]);
        let told = [told.stdout.replace(['\u{a0}', '\u{202f}'], " "), told.stderr].concat();
        assert!(told.contains(said), "{told}");
        assert_eq!(
            told.contains("20 premières pages"),
            error != Value::Null,
            "{told}"
        );
        assert_eq!(told.contains("été lue"), left > 0, "{told}");
    }
}

#[test]
fn each_reason_why_nothing_is_read_comes_with_its_own_way_out() {
    let counter = Counter::with_its_own_base();
    let home = counter.home.path();
    let made = |name: &str| home.join(name).display().to_string();
    fs::write(home.join("vide.pdf"), "").unwrap();
    fs::create_dir_all(home.join("dossier/dedans")).unwrap();
    fs::write(home.join("dossier/.cachée.png"), "x").unwrap();
    let pipe = Command::new("mkfifo").arg(home.join("tuyau.png")).status();
    assert!(pipe.unwrap().success());
    for (path, error, why, now) in [
        (
            made("absent.png"),
            "not-opened",
            "ce fichier n’existe pas",
            "Vérifiez le chemin",
        ),
        (
            made("vide.pdf/x.png"),
            "not-opened",
            "ce fichier n’existe pas",
            "Vérifiez le chemin",
        ),
        (
            made("vide.pdf"),
            "empty",
            "ce fichier est vide",
            "recommencez dans un instant",
        ),
        (
            "-".to_owned(),
            "empty",
            "« entrée standard » : ce fichier est vide",
            "recommencez",
        ),
        (
            made("tuyau.png"),
            "not-opened",
            "ni un fichier ni un dossier",
            "Donnez une image",
        ),
        (
            made("dossier"),
            "nothing-in-folder",
            "aucun fichier à lire",
            "le sous-dossier",
        ),
        (
            folder().join("no-code.png").display().to_string(),
            "no-code",
            "aucun QR code n’y a été trouvé",
            "Cadrez le QR code",
        ),
    ] {
        let document = counter.run(&["scan", &path, "--json"]).json_with(3);
        assert_eq!(document["files"][0]["error"], error, "{document}");
        let said = counter.run(&["scan", &path]);
        assert_eq!((said.code, said.stdout.as_str()), (3, ""), "{said:?}");
        assert!(said.stderr.contains(why) && said.stderr.contains(now), "{said:?}");
        assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
    }
}

#[test]
fn each_file_is_shown_as_it_is_read_with_what_to_scan_instead() {
    let counter = Counter::with_its_own_base();
    let pictures = counter.home.path().join("pictures");
    fs::create_dir(&pictures).unwrap();
    for name in ["box.jpg", "no-code.png", "tiny.png"] {
        fs::copy(folder().join(name), pictures.join(name)).unwrap();
    }
    // The next file never ends: what was read before it is shown.
    let mut child = Command::new(program())
        .arg("scan")
        .args([pictures.join("tiny.png"), "-".into()])
        .env_clear()
        .envs(counter.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut shown = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut shown)
        .unwrap();
    assert!(shown.contains(NUMBER), "{shown}");
    child.kill().unwrap();
    child.wait().unwrap();
    let ended = counter.run(&["scan", &pictures.display().to_string()]);
    assert_eq!(ended.code, 0, "{ended:?}");
    for said in [
        "Scannez d’abord le QR code de l’ordonnance",
        "une ordonnance numérique",
    ] {
        assert!(ended.stdout.contains(said), "{ended:?}");
    }
    assert!(ended.stderr.contains("no-code.png"), "{ended:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_told() {
    let counter = Counter::with_its_own_base();
    let sheet = folder().join("tiny.png");
    let scanned_into = |out: Stdio| {
        let ended = Command::new(program())
            .arg("scan")
            .arg(&sheet)
            .env_clear()
            .envs(counter.environment())
            .stdout(out)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (code, said) = scanned_into(full.into());
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("Le résultat n’a pas pu être écrit") && said.contains("le disque est plein"),
        "{said}"
    );
    // Who stops reading has read enough.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(scanned_into(writer.into()), (Some(0), String::new()));
}
