//! `comptoir scan` as a person runs it: folders, standard input, and files made to keep it busy.

use std::fs;
use std::io::Write;
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
        number_page(&mut pdf);
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
fn number_page(pdf: &mut Pdf) {
    const MODULE: f32 = 4.0;
    pdf.page(Ref::new(10))
        .parent(Ref::new(2))
        .media_box(Rect::new(0.0, 0.0, 300.0, 300.0))
        .contents(Ref::new(11));
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
    pdf.stream(Ref::new(11), &drawn.finish());
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
