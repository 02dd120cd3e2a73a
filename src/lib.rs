//! comptoir: the counter terminal of a French pharmacy for the *ordonnance numérique*.
//!
//! ```text
//!   keys, pictures, PDFs ─scan→ app (pure) ─effects→ runtime ─→ counter ─→ base   (the national base, FHIR)
//!                               │ ▲                    │         └──────→ store  (register + outbox, SQLite)
//!                               ▼ └──── messages ◀─────┘
//!                               ui (drawing)
//! ```
//!
//! Read in this order: the rules, the use cases, what they stand on, then the terminal and the command line.

use std::error::Error;

pub mod domain;
pub mod safe;

pub mod counter;

pub mod base;
pub mod catalogue;
pub mod scan;
pub mod store;

pub mod app;
pub mod cli;
pub mod config;
pub mod confined;
pub mod print;
pub mod runtime;
pub mod session;
pub mod ui;

pub mod training;

/// An error and all its causes, on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
