//! Reads the same pictures with comptoir and with zxing-cpp, in the same process, and compares what is read and
//! the processor time it takes.
//!
//! ```text
//! peers MANIFEST [qr|matrix|all] [--live] [--list]
//! ```
//!
//! The manifest has one line for each picture: path, kind, symbology, number of codes, and a JSON list of
//! their texts, separated by tabs. Both get the same buffer, already decoded; the time of decoding the file
//! counts for neither.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use comptoir::scan::codes::{self, Effort};
use comptoir::scan::image::{self, Picture};
use comptoir::scan::patience::Patience;
use comptoir::scan::{Limits, Symbology};
use rustix::time::{ClockId, clock_gettime};

/// What one reader made of one picture.
struct Outcome {
    is_read: bool,
    wrong: Vec<String>,
    milliseconds: f64,
    stage: &'static str,
}

/// The same picture, read by both.
struct Pair {
    path: String,
    kind: String,
    /// `QR`, `DM`, or `NEG` where there is nothing to be read.
    symbology: String,
    /// Whether there is something to be read that can be.
    is_fair: bool,
    /// The processor time of decoding the file, which counts for neither.
    decoding: f64,
    ours: Outcome,
    theirs: Outcome,
}

#[derive(Clone, Copy, PartialEq)]
enum Codes {
    Qr,
    Matrix,
    All,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(manifest) = arguments.first() else {
        eprintln!("peers MANIFEST [qr|matrix|all] [--live] [--list]");
        return ExitCode::from(2);
    };
    let codes = match arguments.get(1).map(String::as_str) {
        Some("matrix") => Codes::Matrix,
        Some("all") => Codes::All,
        _ => Codes::Qr,
    };
    let is_live = arguments.iter().any(|argument| argument == "--live");
    let lists = arguments.iter().any(|argument| argument == "--list");
    // An engine's panic is caught and counts as nothing read; its words would hide the table.
    std::panic::set_hook(Box::new(|_| {}));
    let lines = fs::read_to_string(manifest).expect("the manifest can be read");
    let pairs: Vec<Pair> = lines
        .lines()
        .filter_map(|line| pair(line, codes, is_live))
        .collect();
    if lists {
        for pair in &pairs {
            println!(
                "{}\t{}\t{}\t{:.1}\t{}\t{:.1}\t{}",
                pair.path,
                pair.kind,
                pair.ours.is_read,
                pair.ours.milliseconds,
                pair.theirs.is_read,
                pair.theirs.milliseconds,
                pair.ours.stage
            );
        }
    }
    show(&pairs);
    ExitCode::SUCCESS
}

fn pair(line: &str, codes: Codes, is_live: bool) -> Option<Pair> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [path, kind, symbology, _, texts] = fields.as_slice() else {
        return None;
    };
    let is_asked = match codes {
        Codes::Qr => *symbology != "DM",
        Codes::Matrix => *symbology != "QR",
        Codes::All => true,
    };
    if !is_asked {
        return None;
    }
    let mut expected: Vec<String> = serde_json::from_str(texts).expect("texts are a JSON list");
    expected.sort();
    let bytes = fs::read(path).expect("the picture can be read");
    let before = processor_time();
    let picture = image::decode(&bytes, &Limits::default()).expect("the picture can be decoded");
    let decoding = processor_time() - before;
    let kind = kind.trim_start_matches("syn/").to_owned();
    Some(Pair {
        path: (*path).to_owned(),
        is_fair: kind != "hopeless" && !expected.is_empty(),
        kind,
        symbology: (*symbology).to_owned(),
        decoding,
        ours: ours(&picture, codes, is_live, &expected),
        theirs: theirs(&picture, codes, &expected),
    })
}

fn ours(picture: &Picture, codes: Codes, is_live: bool, expected: &[String]) -> Outcome {
    let mut effort = if is_live { Effort::LIVE } else { Effort::FILE };
    effort.kinds = match codes {
        Codes::Qr => &[Symbology::QrCode],
        Codes::Matrix => &[Symbology::DataMatrix],
        Codes::All => effort.kinds,
    };
    let before = processor_time();
    let symbols = codes::read(picture, 1, effort, &mut Patience::default());
    let milliseconds = processor_time() - before;
    let stage = symbols.first().map_or("", |symbol| symbol.stage);
    let texts = symbols.into_iter().map(|symbol| symbol.text).collect();
    outcome(texts, milliseconds, stage, expected)
}

fn theirs(picture: &Picture, codes: Codes, expected: &[String]) -> Outcome {
    use zxingcpp::BarcodeFormat::{Code128, DataMatrix, EAN13, QRCode};
    let formats: &[zxingcpp::BarcodeFormat] = match codes {
        Codes::Qr => &[QRCode],
        Codes::Matrix => &[DataMatrix],
        Codes::All => &[QRCode, DataMatrix, EAN13, Code128],
    };
    let grey = &picture.grey;
    let side = |length: usize| i32::try_from(length).expect("a side of a few thousand pixels");
    let before = processor_time();
    let reader = zxingcpp::read()
        .formats(formats)
        .try_harder(true)
        .try_rotate(true)
        .try_invert(true)
        .try_downscale(true)
        .text_mode(zxingcpp::TextMode::Plain);
    let view = zxingcpp::ImageView::from_slice(
        grey.pixels(),
        side(grey.width()),
        side(grey.height()),
        zxingcpp::ImageFormat::Lum,
    )
    .expect("the buffer has that many pixels");
    let texts = reader
        .from(view)
        .map(|codes| codes.iter().map(|code| code.text()).collect())
        .unwrap_or_default();
    outcome(texts, processor_time() - before, "", expected)
}

fn outcome(mut texts: Vec<String>, milliseconds: f64, stage: &'static str, expected: &[String]) -> Outcome {
    texts.sort();
    texts.dedup();
    Outcome {
        is_read: !expected.is_empty() && expected.iter().all(|text| texts.contains(text)),
        wrong: texts
            .into_iter()
            .filter(|text| !expected.contains(text))
            .collect(),
        milliseconds,
        stage,
    }
}

/// Of this thread, in milliseconds.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1000.0 + time.tv_nsec as f64 / 1e6
}

fn at(part: f64, values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let place = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or(0.0)
}

fn show(pairs: &[Pair]) {
    let mut kinds: BTreeMap<&str, Vec<&Pair>> = BTreeMap::new();
    for pair in pairs {
        kinds.entry(&pair.kind).or_default().push(pair);
    }
    println!("| kind | pictures | comptoir read · median/p95 ms | zxing-cpp read · median/p95 ms |");
    println!("|---|---|---|---|");
    for (kind, pairs) in &kinds {
        row(kind, pairs);
    }
    let all: Vec<&Pair> = pairs.iter().collect();
    let fair: Vec<&Pair> = pairs.iter().filter(|pair| pair.is_fair).collect();
    row("**all**", &all);
    row("**all that can be read**", &fair);
    let rate = |pairs: &[&Pair], of: fn(&Pair) -> &Outcome| {
        100.0 * pairs.iter().filter(|pair| of(pair).is_read).count() as f64 / pairs.len().max(1) as f64
    };
    let ratio = |pair: &&Pair| pair.ours.milliseconds / pair.theirs.milliseconds;
    println!();
    for symbology in ["QR", "DM"] {
        let those: Vec<&Pair> = fair
            .iter()
            .filter(|pair| pair.symbology == symbology)
            .copied()
            .collect();
        let (ours, theirs) = (rate(&those, |pair| &pair.ours), rate(&those, |pair| &pair.theirs));
        println!(
            "{symbology}, of {}: {ours:.1} % against {theirs:.1} %",
            those.len()
        );
    }
    println!(
        "processor time against theirs, picture by picture: median {:.2}, p90 where they succeed {:.2}",
        at(0.5, fair.iter().map(ratio)),
        at(0.9, fair.iter().filter(|pair| pair.theirs.is_read).map(ratio))
    );
    println!(
        "ours, all pictures: median {:.1} ms, p95 {:.1} ms, worst {:.1} ms",
        at(0.5, all.iter().map(|pair| pair.ours.milliseconds)),
        at(0.95, all.iter().map(|pair| pair.ours.milliseconds)),
        at(1.0, all.iter().map(|pair| pair.ours.milliseconds))
    );
    println!(
        "ours with the decoding of the file: median {:.1} ms, p95 {:.1} ms, worst {:.1} ms",
        at(0.5, all.iter().map(|pair| pair.ours.milliseconds + pair.decoding)),
        at(
            0.95,
            all.iter().map(|pair| pair.ours.milliseconds + pair.decoding)
        ),
        at(1.0, all.iter().map(|pair| pair.ours.milliseconds + pair.decoding))
    );
    let mut stages: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| pair.ours.is_read) {
        *stages.entry(pair.ours.stage).or_default() += 1;
    }
    println!("stages: {stages:?}");
    for (who, of) in [
        ("ours", (|pair| &pair.ours) as fn(&Pair) -> &Outcome),
        ("theirs", |pair| &pair.theirs),
    ] {
        let wrong: Vec<_> = pairs.iter().filter(|pair| !of(pair).wrong.is_empty()).collect();
        println!("wrong texts, {who}: {}", wrong.len());
        for pair in wrong {
            println!("  {}: {:?}", pair.path, of(pair).wrong);
        }
    }
}

fn row(kind: &str, pairs: &[&Pair]) {
    let cell = |of: fn(&Pair) -> &Outcome| {
        let times = || pairs.iter().map(|pair| of(pair).milliseconds);
        let read = pairs.iter().filter(|pair| of(pair).is_read).count();
        format!("{read} · {:.1}/{:.0}", at(0.5, times()), at(0.95, times()))
    };
    println!(
        "| {kind} | {} | {} | {} |",
        pairs.len(),
        cell(|pair| &pair.ours),
        cell(|pair| &pair.theirs)
    );
}
