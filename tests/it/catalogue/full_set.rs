//! The whole official set, when it lies beside the repository: figures, and labels that are not read.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use comptoir::catalogue::{Catalogue, Shrinking, from_folder, import};
use comptoir::domain::product::{BoxContent, MarketingState, ProductCode};
use jiff::Timestamp;

/// The folder, or `None` having said that the test is skipped.
fn official_set() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bdpm");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the official set is not at {}", folder.display());
    None
}

#[test]
#[ignore = "figures, in an optimised build: cargo test --release --test it full_set -- --ignored --nocapture"]
fn the_full_set_is_imported_in_two_seconds_and_searched_in_five_milliseconds() {
    let Some(folder) = official_set() else { return };
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("catalogue.db");
    let begun = Instant::now();
    let sources = from_folder(&folder).unwrap();
    let about = import(
        &path,
        &sources,
        Shrinking::Refused,
        Timestamp::UNIX_EPOCH,
        &mut |_| {},
    )
    .unwrap();
    let took = begun.elapsed();
    println!("{} presentations imported in {took:?}", about.presentations);
    let catalogue = Catalogue::open(&path).unwrap().unwrap();
    let mut slowest = Duration::ZERO;
    for text in [
        "am",
        "co",
        "para",
        "paracetamol 1000",
        "amoxicilline 500",
        "comprime pellicule",
        "doliprane",
        "3400",
        "34009300",
        "sodium 0,9",
        "a b c d",
        "solution injectable 10 mg",
        "zzz",
        "c",
        "1",
        "chlorhydrate de",
        "comprime comprime comprime comprime 5",
    ] {
        let times = (0..5).map(|_| {
            let begun = Instant::now();
            let found = catalogue.search(text).len();
            (begun.elapsed(), found)
        });
        let (took, found) = times.min().unwrap();
        println!("{text:<40} {found:>3} found in {took:?}");
        slowest = slowest.max(took);
    }
    let codes: Vec<ProductCode> = [
        "pantoprazole",
        "omeprazole",
        "amlodipine",
        "tramadol",
        "levothyrox",
    ]
    .map(|name| ProductCode::Cip13(catalogue.search(name)[0].cip13.clone()))
    .into();
    let begun = Instant::now();
    let related = catalogue.related(codes.iter());
    println!(
        "{} products related to 5 lines in {:?}",
        related.0.len(),
        begun.elapsed()
    );
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(slowest < Duration::from_millis(5), "{slowest:?}");
}

#[test]
fn the_full_set_is_read_whole_and_its_traps_are_seen() {
    let Some(folder) = official_set() else { return };
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("catalogue.db");
    let sources = from_folder(&folder).unwrap();
    let about = import(
        &path,
        &sources,
        Shrinking::Refused,
        Timestamp::UNIX_EPOCH,
        &mut |_| {},
    )
    .unwrap();
    assert_eq!((about.presentations, about.specialities), (20_871, 15_848));
    assert!(about.is_mixed());
    assert!(about.counted_boxes * 100 / about.presentations >= 92, "{about:?}");
    let catalogue = Catalogue::open(&path).unwrap().unwrap();
    let find = |code: &str| catalogue.by_code(code).unwrap();
    // A narcotic newer than the file of conditions: unknown, and its group knows better.
    let oxycodone = catalogue.search("oxycodone bgr lp 10 mg");
    assert_eq!(oxycodone[0].conditions, None);
    let of_group = catalogue.related([&ProductCode::Cis(oxycodone[0].cis.clone())].into_iter());
    let is_narcotic = |product: &comptoir::domain::product::Product| {
        product
            .conditions
            .iter()
            .flatten()
            .any(|label| label == "stupéfiants")
    };
    assert!(of_group.0.iter().any(is_narcotic));
    assert_eq!(find("3400930042687").biosimilar_group.unwrap().0, "6");
    assert!(find("3400949003297").published.is_parallel_import());
    let first = &catalogue.search("doliprane 1000")[0];
    assert!(first.name.starts_with("DOLIPRANE 1000 mg"), "{}", first.name);
    assert_eq!(first.published.marketing.state, MarketingState::Marketed);
}

#[test]
#[ignore = "lists the labels whose content is unknown: cargo test --test it full_set -- --ignored --nocapture"]
fn labels_whose_content_is_unknown() {
    let Some(folder) = official_set() else { return };
    let sources = from_folder(&folder).unwrap();
    let text = String::from_utf8_lossy(&sources[1].bytes).into_owned();
    let labels: Vec<&str> = text.lines().filter_map(|line| line.split('\t').nth(2)).collect();
    let mut unknown: BTreeMap<&str, u32> = BTreeMap::new();
    for label in labels.iter().filter(|label| BoxContent::read(label).is_none()) {
        *unknown.entry(label).or_default() += 1;
    }
    for (label, count) in &unknown {
        println!("{count:>4}  {label}");
    }
    let count: u32 = unknown.values().sum();
    println!("{count} of {} labels are unknown", labels.len());
    assert!(usize::try_from(count).unwrap() * 10 < labels.len());
}
