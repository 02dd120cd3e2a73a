//! The frames of a camera: its own program writes each of them as a picture into a folder, under new names or always
//! under the same one, or the counter opens it. Each is looked at quickly, in a process apart, and a code that stays
//! in view counts once.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::inbox::{self, Heard};
use super::workshop::as_reading;
use crate::app::Message;
use crate::app::message::WatchedFolder;
use crate::confined::{self, Asked};
use crate::scan::{Limits, Symbol, file_bytes};

/// How long a code must be out of view before it counts again. Shorter, a trembling hand would scan a box twice.
const OUT_OF_VIEW: Duration = Duration::from_secs(3);

/// Where frames come from.
pub(super) trait Source: Send + 'static {
    /// Waits for the newest frame: the bytes of a picture file. `None`: there will be no more.
    fn newest(&mut self) -> Option<Vec<u8>>;
}

/// A folder that frames are written into.
pub(super) struct Folder {
    arrived: Receiver<PathBuf>,
}

impl Folder {
    /// Watches the folder, which is made if need be; `tell` hears when it goes and comes back.
    pub(super) fn watch(folder: PathBuf, tell: impl Fn(Message) -> bool + Send + 'static) -> Self {
        let (arrive, arrived) = channel();
        // Each frame is the past as soon as the next one is there: none is waited for.
        inbox::watch(folder.clone(), Duration::ZERO, move |heard| match heard {
            Heard::Arrived(frames) => frames.into_iter().all(|frame| arrive.send(frame).is_ok()),
            Heard::Lost => tell(Message::FolderLost(WatchedFolder::Frames, folder.clone())),
            Heard::Found => tell(Message::FolderFound(WatchedFolder::Frames, folder.clone())),
        });
        Self { arrived }
    }
}

impl Source for Folder {
    fn newest(&mut self) -> Option<Vec<u8>> {
        loop {
            let path = self.arrived.recv().ok()?;
            // What waited while the last frame was looked at is the past.
            let newest = self.arrived.try_iter().last().unwrap_or(path);
            // One that was written over or taken away is followed by another.
            if let Ok(bytes) = file_bytes(&newest, &Limits::of_a_frame()) {
                return Some(bytes);
            }
        }
    }
}

/// Looks at each frame for as long as someone wants to hear: `tell` answers whether anyone does.
pub(super) fn watch(mut source: impl Source, tell: impl Fn(Message) -> bool + Send + 'static) {
    thread::spawn(move || look(&mut source, tell));
}

fn look(source: &mut impl Source, tell: impl Fn(Message) -> bool) {
    let opened = Instant::now();
    let mut view = View::default();
    while let Some(frame) = source.newest() {
        // A frame that is cut or no picture is followed by another one.
        let reading = confined::read_picture(frame, &Limits::of_a_frame(), &Asked::default());
        let new = view.new_in(reading.symbols, opened.elapsed());
        if !new.is_empty() && !tell(Message::FrameRead(new.into_iter().map(as_reading).collect())) {
            return;
        }
    }
}

/// The codes in view, each with the moment it was last seen. They may be somebody's identity: there is no `Debug`.
#[derive(Default)]
struct View(HashMap<String, Duration>);

impl View {
    /// Those that were not in view just before.
    fn new_in(&mut self, symbols: Vec<Symbol>, now: Duration) -> Vec<Symbol> {
        self.0.retain(|_, seen| now.saturating_sub(*seen) < OUT_OF_VIEW);
        let is_new = |symbol: &Symbol| self.0.insert(symbol.text.clone(), now).is_none();
        symbols.into_iter().filter(is_new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Symbology;

    fn symbol(text: &str) -> Symbol {
        Symbol {
            symbology: Symbology::QrCode,
            text: text.to_owned(),
            corners: [(0, 0); 4],
            page: 1,
            stage: "base",
            confirmed: true,
        }
    }

    #[test]
    fn a_code_counts_once_until_it_was_out_of_view() {
        let mut view = View::default();
        for (second, shown, expected) in [
            (0, &["box"][..], &["box"][..]),
            (1, &["box"], &[]),
            (3, &["box", "sheet"], &["sheet"]),
            // Held for long: three seconds are counted from when it was last seen.
            (5, &["box"], &[]),
            (6, &[], &[]),
            (8, &["box", "sheet"], &["box", "sheet"]),
        ] {
            let symbols = shown.iter().map(|text| symbol(text)).collect();
            let new = view.new_in(symbols, Duration::from_secs(second));
            let new: Vec<String> = new.into_iter().map(|symbol| symbol.text).collect();
            assert_eq!(new, expected, "at second {second}");
        }
    }
}
