//! The inbox: a picture or a PDF that arrives in this folder is scanned.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::scan::folder::files_of;
use crate::session::now;

/// How long nothing more must arrive before what arrived is one scan: the sheets of a family are moved together.
pub(super) const TOGETHER: Duration = Duration::from_millis(200);

/// The most files that are waited for before what arrived is scanned: a folder that never rests is read all the same.
const TOGETHER_MAX: usize = 100;

/// How often a folder that is not there is looked for: someone mends the share and waits.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// How far behind the clock the times of files may be.
const CLOCK_OF_FILES: Duration = Duration::from_secs(1);

/// What a watched folder has to say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Files arrived together, each written whole.
    Arrived(Vec<PathBuf>),
    /// It is not there, or not any more. Said once, until it is found.
    Lost,
    /// It is there again.
    Found,
}

/// Makes the folder if need be, and watches it for as long as someone wants to hear: `tell` answers whether anyone
/// does. Answers whether it is watched already.
pub(super) fn watch(
    folder: PathBuf,
    together: Duration,
    tell: impl Fn(Heard) -> bool + Send + 'static,
) -> bool {
    let first = fs::create_dir_all(&folder).and_then(|()| Watch::over(&folder));
    let is_watched = first.is_ok();
    thread::spawn(move || follow(&folder, first, together, tell));
    is_watched
}

fn follow(folder: &Path, first: io::Result<Watch>, together: Duration, tell: impl Fn(Heard) -> bool) {
    let mut watch = first;
    loop {
        if let Ok(armed) = &watch
            && !hear(folder, &armed.events, together, &tell)
        {
            return;
        }
        let gone_at = SystemTime::from(now());
        // It was perhaps made anew at once.
        watch = Watch::over(folder);
        if let Err(error) = &watch {
            tracing::warn!(%error, "a folder cannot be watched");
            if !tell(Heard::Lost) {
                return;
            }
            watch = Ok(found_again(folder));
            if !tell(Heard::Found) {
                return;
            }
        }
        let arrived = arrived_since(folder, gone_at);
        if !arrived.is_empty() && !tell(Heard::Arrived(arrived)) {
            return;
        }
    }
}

fn found_again(folder: &Path) -> Watch {
    loop {
        thread::sleep(LOOK_AGAIN);
        if let Ok(watch) = Watch::over(folder) {
            return watch;
        }
    }
}

/// Hears what arrives until the folder goes (`true`) or nobody listens any more (`false`).
fn hear(folder: &Path, events: &Receiver<Event>, together: Duration, tell: &impl Fn(Heard) -> bool) -> bool {
    while let Ok(first) = events.recv() {
        let mut is_gone = is_the_end_of(folder, &first);
        let mut arrived = Vec::new();
        take_arrivals(first, &mut arrived);
        let mut last = Instant::now();
        while !is_gone && !arrived.is_empty() && arrived.len() < TOGETHER_MAX {
            let Ok(next) = events.recv_timeout(together.saturating_sub(last.elapsed())) else {
                break;
            };
            is_gone = is_the_end_of(folder, &next);
            let before = arrived.len();
            take_arrivals(next, &mut arrived);
            // Who only looks at the folder puts nothing off.
            if arrived.len() > before {
                last = Instant::now();
            }
        }
        arrived.retain(|path| path.is_file());
        if !arrived.is_empty() && !tell(Heard::Arrived(arrived)) {
            return false;
        }
        if is_gone {
            return true;
        }
    }
    true
}

fn take_arrivals(event: Event, arrived: &mut Vec<PathBuf>) {
    if !is_an_arrival(event.kind) {
        return;
    }
    for path in event.paths {
        if path.is_file() && !is_hidden(&path) && !arrived.contains(&path) {
            arrived.push(path);
        }
    }
}

/// The folder itself was removed or moved away: its watch is deaf from then on, whatever takes its place.
fn is_the_end_of(folder: &Path, event: &Event) -> bool {
    let ends = matches!(
        event.kind,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
    );
    ends && event.paths.iter().any(|path| path == folder)
}

/// What arrived while nobody watched: not what was there before.
fn arrived_since(folder: &Path, instant: SystemTime) -> Vec<PathBuf> {
    let since = instant.checked_sub(CLOCK_OF_FILES).unwrap_or(instant);
    let is_new = |path: &PathBuf| {
        fs::metadata(path).is_ok_and(|file| {
            [file.created(), file.modified()]
                .into_iter()
                .flatten()
                .any(|at| at >= since)
        })
    };
    let mut files = files_of(folder).unwrap_or_default();
    files.retain(|path| !is_hidden(path) && is_new(path));
    files
}

/// A folder that is watched until this is dropped.
struct Watch {
    _watcher: RecommendedWatcher,
    events: Receiver<Event>,
}

impl Watch {
    fn over(folder: &Path) -> io::Result<Self> {
        let (tell, events) = channel();
        let heard = move |event: notify::Result<Event>| {
            // Nobody hears what comes after the watch has ended.
            if let Ok(event) = event {
                drop(tell.send(event));
            }
        };
        let mut watcher = notify::recommended_watcher(heard).map_err(io::Error::other)?;
        watcher
            .watch(folder, RecursiveMode::NonRecursive)
            .map_err(io::Error::other)?;
        Ok(Self {
            _watcher: watcher,
            events,
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that does not exist yet, what is heard of it, and what holds both.
    fn watched(together: Duration) -> (tempfile::TempDir, PathBuf, Receiver<Heard>) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("inbox");
        let (tell, heard) = channel();
        assert!(watch(folder.clone(), together, move |one| tell.send(one).is_ok()));
        (home, folder, heard)
    }

    #[test]
    fn a_folder_that_comes_back_is_heard_again() {
        let (_home, folder, heard) = watched(Duration::ZERO);
        fs::remove_dir(&folder).unwrap();
        assert_eq!(heard.recv(), Ok(Heard::Lost));
        fs::create_dir(&folder).unwrap();
        assert_eq!(heard.recv(), Ok(Heard::Found));
        let sheet = folder.join("a.png");
        fs::write(&sheet, "a").unwrap();
        assert_eq!(heard.recv(), Ok(Heard::Arrived(vec![sheet])));
    }

    #[test]
    fn what_arrived_while_the_folder_was_not_watched_is_heard_and_what_was_there_before_is_not() {
        let (home, folder, heard) = watched(Duration::ZERO);
        fs::rename(&folder, home.path().join("away")).unwrap();
        assert_eq!(heard.recv(), Ok(Heard::Lost));
        let elsewhere = home.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("new.png"), "new").unwrap();
        fs::rename(&elsewhere, &folder).unwrap();
        assert_eq!(heard.recv(), Ok(Heard::Found));
        assert_eq!(heard.recv(), Ok(Heard::Arrived(vec![folder.join("new.png")])));

        let later = SystemTime::from(now()) + Duration::from_secs(3600);
        assert_eq!(arrived_since(&folder, later), Vec::<PathBuf>::new());
    }

    #[test]
    fn files_that_arrive_together_are_told_together() {
        let folder = tempfile::tempdir().unwrap();
        let (events, heard) = channel();
        let paths = ["a.png", "b.png", ".hidden.png", "a.png"].map(|name| folder.path().join(name));
        for path in &paths {
            fs::write(path, "x").unwrap();
            let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
            events.send(Event::new(written).add_path(path.clone())).unwrap();
        }
        drop(events);
        let (tell, told) = channel();
        // Nothing more can come: the hour is not waited for.
        let hour = Duration::from_secs(3600);
        assert!(hear(folder.path(), &heard, hour, &|one| tell.send(one).is_ok()));
        drop(tell);
        let told: Vec<Heard> = told.iter().collect();
        assert_eq!(told, [Heard::Arrived(paths[..2].to_vec())]);
    }
}
