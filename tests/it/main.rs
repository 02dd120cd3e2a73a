//! Everything tested from outside, in one binary: one module per subject.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(
    clippy::too_many_lines,
    reason = "a story, or a table of cases, is read from top to bottom"
)]

mod agreements;
mod backup;
mod base_client;
mod boxes;
mod boxes_gone;
#[cfg(target_os = "linux")]
mod broken_machines;
mod camera;
mod canary;
mod catalogue;
mod catching_up;
mod closures;
mod command_line;
mod contract;
mod correction_scenes;
mod corrections;
mod counter;
mod crashes;
#[cfg(target_os = "linux")]
mod doctor;
mod dropped_pictures;
mod encryption;
mod end_to_end;
mod flows;
mod flows_at_random;
mod foreign_base;
mod gs1_vectors;
mod holds;
mod hostile_codes;
mod hostile_texts;
#[cfg(target_os = "linux")]
mod kill_points;
mod login;
mod make_images;
mod paper;
mod past_deliveries;
#[cfg(target_os = "linux")]
mod power_cuts;
mod purge;
mod recalls;
mod register_edition;
mod register_export;
mod register_million;
mod register_search;
mod rule_book;
mod rules;
mod sample;
mod samples;
mod scan_confined;
mod scan_images;
mod scan_stages;
mod scanned_round_trip;
mod scenes;
mod screens;
mod scripted_base;
mod serial_reader;
mod settling;
mod sheets;
mod simulation;
mod store;
mod stories;
mod support;
mod tidy;
mod training;
mod training_contract;
mod unknown_products;
mod wrong_files;
