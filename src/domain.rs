//! The rules of dispensing: what a prescription is, what may be handed over, what is recorded.
//!
//! Nothing here knows how a prescription was fetched, stored, sent or shown: no input or output,
//! no clock, no randomness, no wire format. Time and identifiers arrive as arguments.
//!
//! # The life of a prescription
//!
//! ```text
//! picture | keys ─read→ Scanned ─consult→ Prescription (+ Hold) ─boxes, decisions→ [Decision] ─check→ Dispense
//!                                                                                   └─refused→ Vec<Finding>
//! Dispense ─record→ RegisterEntry(s) + OutboxEntry             one transaction of the store, before a byte is sent
//! OutboxEntry ─post→ Accepted | Delayed(until) | outcome unknown ─look up by identifier→ Accepted | Pending
//!                                                             | Conflict (needs a person; the register entry stays)
//! ```
//!
//! [`Dispense::check`](dispense::Dispense::check) is the only way to build a
//! [`Dispense`](dispense::Dispense): holding one is the proof that every blocking rule was satisfied.

pub mod box_read;
pub mod breakdown;
pub mod calendar;
pub mod closure;
pub mod consent;
pub mod correction;
mod debug;
pub mod dispense;
pub mod finding;
pub mod hold;
pub mod identifiers;
pub mod number;
pub mod outbox;
pub mod paper;
pub mod people;
pub mod prescription;
pub mod product;
pub mod reasons;
pub mod recall;
pub mod refusal;
pub mod regime;
pub mod register;
pub mod retention;
pub mod rules;
pub mod scanned;
pub mod share;
pub mod sought;
pub mod substances;
pub mod substitution;
pub mod units;
pub mod words;

#[cfg(test)]
mod sample;
