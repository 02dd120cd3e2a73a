//! Everything tested from outside, in one binary: one module per subject.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(
    clippy::too_many_lines,
    reason = "a story, or a table of cases, is read from top to bottom"
)]

mod base_client;
mod catching_up;
mod closures;
mod command_line;
mod contract;
mod counter;
mod crashes;
mod end_to_end;
mod flows;
mod flows_at_random;
mod foreign_base;
mod gs1_vectors;
mod holds;
mod hostile_texts;
mod login;
mod make_images;
mod register_edition;
mod register_export;
mod register_million;
mod sample;
mod samples;
mod scan_images;
mod scenes;
mod screens;
mod scripted_base;
mod serial_reader;
mod settling;
mod sheets;
mod simulation;
mod store;
mod support;
mod tidy;
mod training;
mod training_contract;
