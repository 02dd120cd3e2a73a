//! Everything tested from outside, in one binary: one module per subject.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod base_client;
mod contract;
mod counter;
mod foreign_base;
mod sample;
mod samples;
mod screens;
mod scripted_base;
mod store;
mod tidy;
