//! Everything tested from outside, in one binary: one module per subject.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod flows;
mod flows_at_random;
mod hostile_texts;
mod samples;
mod scenes;
mod screens;
mod tidy;
