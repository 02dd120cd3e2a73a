//! `docs/rules.md` says what the program applies, because the program writes it.

use std::path::PathBuf;

use comptoir::ui::wording::rule_book;

/// Set to anything, it rewrites the page instead of comparing it.
const REWRITE: &str = "COMPTOIR_WRITE_RULES";

#[test]
fn the_rule_book_is_the_one_the_program_applies() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let page = rule_book::page();
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/rules.md is stale: COMPTOIR_WRITE_RULES=1 cargo test --test it rule_book"
    );
}
