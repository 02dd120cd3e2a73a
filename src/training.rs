//! The training base: the national prescription base, played here from the other side of the wire.
//!
//! It speaks FHIR R4 as `docs/wire.md` says, with its own wire code on purpose: a field misspelt by the
//! client is not misspelt here. It keeps everything in one SQLite file and nothing in memory, so that
//! several processes can serve the same file and a restart changes nothing.
//!
//! ```text
//! HTTP ─http→ Interaction | Bundle ─view→ reading ─────────────────────────→ answer
//!                                  └─writing→ plan → acts → transitions (pure) → storage
//! ```
//!
//! Any input answers 200 to 499. The only exception is 503, when SQLite itself cannot answer: a base that
//! said "no" then would be lying, since nothing was decided and asking again is right.

pub mod actors;
mod bundle;
mod capability;
mod http;
mod interaction;
mod outcome;
pub mod prescribing;
mod prescription;
mod reading;
mod roles;
pub mod scenarios;
mod search;
mod session;
pub mod sheet;
mod storage;
mod task;
mod transitions;
mod view;
mod wire;
mod writing;

pub use http::router;
pub use roles::Role;
pub use storage::{StorageError, TrainingBase};
