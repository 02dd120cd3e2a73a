//! The training base, from outside: requests on its router, answers as a client gets them.

#![expect(
    clippy::too_many_lines,
    reason = "tables of cases, and ways of a prescription told in one piece"
)]

mod actors;
mod consent;
mod holding;
mod mutations;
mod refusing;
mod searching;
mod serving;
mod stage;
mod withdrawing;
