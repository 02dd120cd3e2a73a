//! Everything tested from outside, in one binary: one module per subject.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod tidy;
mod training;
