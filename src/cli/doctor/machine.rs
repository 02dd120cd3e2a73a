//! What the doctor looks at on the machine: who may read the files, and how much room is left.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::Check;
use crate::config::{self, Config};
use crate::domain::breakdown::Breakdown;
use crate::session::{self, store_path};
use crate::ui::wording::doctor as words;
use crate::ui::wording::doctor::{Ailment, Subject};

/// Whether the key is in its place, and its owner's alone: one that others read is refused by the store's own door.
pub(super) fn key(config: &Config) -> Check {
    let place = session::key_place(config);
    match place.key() {
        Ok(Some(key)) => {
            let number = key.number().to_string();
            let facts = json!({ "number": number, "place": place.shown() });
            let mut check = Check::new(Subject::Key, None, facts);
            check.remark = Some(words::key_is_at(&number, &place.shown()));
            check
        }
        Ok(None) => Check::broken(Subject::Key, Breakdown::KeyMissing),
        Err(error) => {
            tracing::error!(error = crate::chain(&error));
            Check::broken(Subject::Key, error.breakdown())
        }
    }
}

/// Whether the files that hold health data are their owner's alone.
pub(super) fn rights(config: &Config) -> Check {
    let store = store_path(&config.data_dir);
    let beside = |suffix: &str| PathBuf::from(format!("{}{suffix}", store.display()));
    let kept = [
        config.data_dir.clone(),
        beside("-wal"),
        beside("-shm"),
        config.data_dir.join("store.key"),
        store.clone(),
    ];
    let open: Vec<String> = kept
        .iter()
        .filter(|path| is_open_to_others(path))
        .map(|path| path.display().to_string())
        .collect();
    let facts = json!({ "open_to_others": open });
    let ailment = (!open.is_empty()).then(|| Ailment::OpenToOthers(open.join(", ")));
    Check::new(Subject::Rights, ailment, facts)
}

#[cfg(unix)]
fn is_open_to_others(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::path::Path) -> bool {
    false
}

/// Whether the disk has room for what is still to be recorded.
pub(super) fn space(config: &Config) -> Check {
    #[cfg(unix)]
    let free = rustix::fs::statvfs(&config.data_dir)
        .map(|found| found.f_bavail.saturating_mul(found.f_frsize))
        .map_err(|error| Breakdown::of_system(error.kind()));
    #[cfg(not(unix))]
    let free = Ok::<u64, Breakdown>(u64::MAX);
    match free {
        Ok(free) => {
            let facts = json!({ "free_bytes": free, "needed_bytes": config::FREE_BYTES_MIN });
            let is_short = free < config::FREE_BYTES_MIN;
            Check::new(
                Subject::Space,
                is_short.then_some(Ailment::NoRoom { free }),
                facts,
            )
        }
        Err(breakdown) => Check::broken(Subject::Space, breakdown),
    }
}
