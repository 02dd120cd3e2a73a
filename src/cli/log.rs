//! The log: what broke and when, for whoever repairs it; never a patient, never a code's content.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A log larger than this makes room for a new one; one older log is kept.
const LOG_BYTES_MAX: u64 = 1024 * 1024;

/// Writes the log of this program into the data directory. A log that cannot be written stops nothing.
pub(super) fn open(data_dir: &Path) {
    let Ok(file) = file(&data_dir.join("comptoir.log")) else {
        return;
    };
    // Only our own words: a library may log the addresses it calls, and an address may hold a number.
    let ours = Targets::new().with_target("comptoir", LevelFilter::INFO);
    let layer = fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    drop(tracing_subscriber::registry().with(layer).with(ours).try_init());
}

fn file(path: &Path) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|known| known.len() > LOG_BYTES_MAX) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
