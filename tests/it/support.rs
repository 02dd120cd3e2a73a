//! The real program from outside: its command line, its terminal, its base, and a network that fails.

pub(crate) mod base_server;
pub(crate) mod command;
pub(crate) mod proxy;
#[cfg(target_os = "linux")]
pub(crate) mod shim;
pub(crate) mod terminal;
pub(crate) mod wait;
