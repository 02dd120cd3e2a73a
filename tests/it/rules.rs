//! The law at the counter: one table of cases per family, the last legal day and the day after included.

mod any_prescription;
mod at_the_counter;
mod biosimilars;
mod duration;
mod narcotics;
mod presentation;
mod quantity;
mod renewal;
mod restricted;
mod stage;
mod substitution;
mod support;
mod vigilance;
