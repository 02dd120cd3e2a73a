//! The inbox: a picture or a PDF that arrives in this folder is scanned.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Watches a folder until it is dropped.
pub(super) struct Inbox {
    _watcher: RecommendedWatcher,
}

impl Inbox {
    /// Makes the folder if need be, and tells each file that arrives in it, once it is written whole.
    pub(super) fn watch(folder: &Path, tell: impl Fn(PathBuf) + Send + 'static) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let heard = move |event: notify::Result<Event>| {
            for path in event
                .into_iter()
                .filter(|event| is_an_arrival(event.kind))
                .flat_map(|event| event.paths)
            {
                if path.is_file() && !is_hidden(&path) {
                    tell(path);
                }
            }
        };
        let mut watcher = notify::recommended_watcher(heard).map_err(io::Error::other)?;
        watcher
            .watch(folder, RecursiveMode::NonRecursive)
            .map_err(io::Error::other)?;
        Ok(Self { _watcher: watcher })
    }
}

/// Written and closed, or moved in. A mere creation is not: its bytes are still to come.
fn is_an_arrival(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Any))
    )
}

/// Programs write under a hidden or partial name first.
fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_partial = path
        .extension()
        .is_some_and(|extension| extension == "part" || extension == "tmp");
    name.starts_with('.') || name.ends_with('~') || is_partial
}
