//! Draws pictures for the comparison: sheets, screens and boxes, worn and photographed, from a seed.
//!
//! ```text
//! draw FOLDER --seed NUMBER [--each 20] [--kinds name,name…]
//! draw FOLDER --seed NUMBER --busy
//! ```
//!
//! Writes `FOLDER/kind/000.png` (or `.jpg`) and `FOLDER/manifest.tsv`, which `peers` reads. The same seed draws the
//! same pictures, and those of a kind do not depend on what other kinds there are. `--busy` draws, instead of them, what
//! was made to keep an engine busy.

mod busy;
mod kinds;
mod random;
mod scene;
mod shot;
mod wear;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use busy::{BUSY, Drawing};
use kinds::{KINDS, Kind};
use random::Random;

/// What was asked for.
struct Asked {
    folder: PathBuf,
    seed: u64,
    each: usize,
    kinds: Option<Vec<String>>,
    is_busy: bool,
}

fn main() -> ExitCode {
    let Some(asked) = asked(std::env::args().skip(1)) else {
        eprintln!("draw FOLDER --seed NUMBER [--each 20] [--kinds name,name…] | --busy");
        return ExitCode::from(2);
    };
    let drawn = KINDS.iter().filter(|kind| {
        let names = asked.kinds.as_ref();
        names.is_none_or(|names| names.iter().any(|name| name == kind.name))
    });
    fs::create_dir_all(&asked.folder).expect("the folder can be made");
    let manifest = asked.folder.join("manifest.tsv");
    let mut manifest = fs::File::create(manifest).expect("the manifest can be written");
    let mut note = |line: String| {
        manifest
            .write_all(line.as_bytes())
            .expect("the manifest can be written");
    };
    if asked.is_busy {
        for (name, picture) in BUSY {
            note(draw_busy(name, *picture, &asked));
        }
        return ExitCode::SUCCESS;
    }
    for kind in drawn {
        for place in 0..asked.each {
            note(draw(kind, &asked, place));
        }
        println!("{}", kind.name);
    }
    ExitCode::SUCCESS
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Option<Asked> {
    let mut asked = Asked {
        folder: PathBuf::new(),
        seed: 0,
        each: 20,
        kinds: None,
        is_busy: false,
    };
    let mut seed = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seed" => seed = Some(arguments.next()?.parse().ok()?),
            "--busy" => asked.is_busy = true,
            "--each" => asked.each = arguments.next()?.parse().ok()?,
            "--kinds" => asked.kinds = Some(arguments.next()?.split(',').map(str::to_owned).collect()),
            folder => asked.folder = PathBuf::from(folder),
        }
    }
    asked.seed = seed?;
    (!asked.folder.as_os_str().is_empty()).then_some(asked)
}

/// Draws one picture; its line in the manifest.
fn draw(kind: &Kind, asked: &Asked, place: usize) -> String {
    let mut random = Random::of(asked.seed, kind.name, place);
    let scene = (kind.scene)(&mut random);
    let shot = (kind.shot)(&mut random);
    let picture = shot.taken_of(&scene, &mut random);
    let folder = asked.folder.join(kind.name);
    fs::create_dir_all(&folder).expect("the folder can be made");
    let path = folder.join(format!("{place:03}.{}", picture.extension()));
    fs::write(&path, picture.bytes()).expect("the picture can be written");
    let texts = if kind.is_readable {
        scene.texts.as_slice()
    } else {
        &[]
    };
    let symbology = if texts.is_empty() { "NEG" } else { kind.symbology };
    line(&path, kind.name, symbology, texts)
}

/// Draws one picture that holds nothing; its line in the manifest.
fn draw_busy(name: &str, picture: Drawing, asked: &Asked) -> String {
    let folder = asked.folder.join("busy");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let path = folder.join(format!("{name}.png"));
    let drawn = picture(&mut Random::of(asked.seed, name, 0));
    drawn.save(&path).expect("the picture can be written");
    line(&path, name, "NEG", &[])
}

fn line(path: &Path, kind: &str, symbology: &str, texts: &[String]) -> String {
    let texts_json = serde_json::to_string(texts).expect("texts are JSON");
    let whole = fs::canonicalize(path).expect("it was just written");
    format!(
        "{}\t{kind}\t{symbology}\t{}\t{texts_json}\n",
        whole.display(),
        texts.len()
    )
}
