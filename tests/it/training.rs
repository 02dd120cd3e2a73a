//! The training base, from outside: requests on its router, answers as a client gets them.

mod actors;
mod consent;
mod mutations;
mod searching;
mod stage;
mod workflow;
