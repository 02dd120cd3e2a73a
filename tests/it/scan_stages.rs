//! The table of stages in `docs/scanning.md` is the one in the program, in its order.

use comptoir::scan::stages::{Depth, STAGES};

/// The names in the first column of the table of stages, in order.
fn written() -> Vec<&'static str> {
    let page = include_str!("../../docs/scanning.md");
    let (_, section) = page.split_once("## The stages").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn the_page_names_every_stage_in_order() {
    let program: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
    assert_eq!(written(), program);
}

#[test]
fn the_page_says_where_a_live_source_stops() {
    let page = include_str!("../../docs/scanning.md");
    let last_quick = STAGES
        .iter()
        .rfind(|stage| stage.depth == Depth::Quick)
        .unwrap()
        .name;
    assert!(
        page.contains(&format!("A live source stops after `{last_quick}`")),
        "{last_quick}"
    );
}
