//! The log: what broke and when, for whoever repairs it; never a patient, never a code's content.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
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
    let file = Log {
        path: data_dir.join("comptoir.log"),
        file: None,
    };
    // Only our own words: a library may log the addresses it calls, and an address may hold a number.
    let ours = Targets::new().with_target("comptoir", LevelFilter::INFO);
    let layer = fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    drop(tracing_subscriber::registry().with(layer).with(ours).try_init());
}

/// The file, made with its folder when there is something to write: a command that says nothing leaves nothing.
struct Log {
    path: PathBuf,
    file: Option<File>,
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.file.is_none() {
            self.file = Some(file(&self.path)?);
        }
        self.file
            .as_mut()
            .map_or(Ok(bytes.len()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

fn file(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    if fs::metadata(path).is_ok_and(|known| known.len() > LOG_BYTES_MAX) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_makes_the_folder_and_nothing_is_made_before() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("counter/comptoir.log");
        let mut log = Log {
            path: path.clone(),
            file: None,
        };
        log.flush().unwrap();
        assert!(!path.exists());
        log.write_all(b"first\n").unwrap();
        log.write_all(b"second\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first\nsecond\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
    }
}
