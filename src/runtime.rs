//! The impure half of the terminal: one loop, one channel, effects executed beside it.
//!
//! The main thread draws, receives, updates and hands effects out, nothing else: it never waits for the network or
//! the disk. Nothing ticks: the only waits are for a key that may be a reader's, and for instants that
//! [`Effect::WakeAt`] asked for.

mod camera;
pub mod corrections;
mod frames;
mod hands;
pub mod holds;
mod inbox;
mod keyboard;
pub mod posts;
mod readers;
pub mod register;
mod screen;
mod serial_reader;
mod terminal;
#[cfg(unix)]
mod terminal_bytes;
pub mod workshop;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use crossterm::event::Event;
use tokio::runtime::Handle;

use crate::app::desk::LeftWaiting;
use crate::app::message::{Reading, ScanFailure, WatchedFolder};
use crate::app::paths_typed::paths_typed;
use crate::app::{App, Effect, Message, Mode, Setting};
use crate::config::{Config, SerialReader, SessionKind};
use crate::domain::scanned::Repair;
use crate::scan::{glued, repair, what};
use crate::session::{self, Session, SessionError, now};
use crate::ui::{self, theme::Theme};
use frames::Folder;
pub use hands::FAREWELL_MAX;
use hands::Hands;
use keyboard::{Keyboard, Struck};
use screen::Screen;
use serial_reader::Heard;

/// Why the terminal ended badly.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The session does not open.
    #[error("the session does not open")]
    Session(#[from] SessionError),
    /// The terminal cannot be drawn on.
    #[error("the terminal cannot be drawn on")]
    Terminal(#[from] io::Error),
}

/// One thing that comes in. What a reader sent must not be printed by mistake: there is no `Debug`.
enum Input {
    /// From the terminal, and when it came: a burst that waits behind a slow screen is still one.
    Terminal(Event, Instant),
    /// From an effect, a file, a timer.
    Message(Message),
    /// The system asks the program to end.
    Ended,
}

/// More than ever wait at once; a full channel makes senders wait, never the loop.
const INPUTS_MAX: usize = 1024;

/// How long the screen may lag behind while more comes in than can be drawn one by one.
const FRAME_DELAY_MAX: Duration = Duration::from_millis(50);

/// Opens the terminal and runs it until the person leaves.
pub fn run(config: &Config, tokio: &Handle) -> Result<(), RuntimeError> {
    let session = tokio.block_on(Session::open(config))?.at_terminal(config);
    let (sender, inputs) = sync_channel(INPUTS_MAX);
    let has_inbox = watch_inbox(config.inbox_dir.clone(), &sender);
    let mut app = App::new(setting(config, &session, has_inbox), now());
    let session = Arc::new(session);
    make_ready(config, &session, tokio);
    let mut hands = Hands::new(session, tokio.clone(), sender.clone());
    listen_to_system(tokio, &sender);
    let mut screen = Screen::open()?;
    if let Some(reader) = config.reader.clone() {
        listen_to_reader(reader, sender.clone());
    }
    if let Some(folder) = config.frames_dir.clone() {
        watch_frames(folder, &sender);
    }
    if let Some(device) = config.camera.clone() {
        watch_camera(device, &sender);
    }
    listen_to_terminal(sender);
    let theme = Theme::of_environment(std::env::var_os("NO_COLOR").as_deref());
    let ended = repeat(&mut screen, &mut app, &mut hands, inputs, &theme);
    // The line is given back to the shell before anything that may take a moment.
    drop(screen);
    // Whatever ended it: a key, a signal, a closed window, a screen that cannot be drawn on.
    for effect in app.farewell() {
        hands.execute(effect);
    }
    hands.finish();
    Ok(ended?)
}

// It owns the receiver: once it ends, whoever still waits to send is let go instead of blocking a worker for ever.
#[expect(clippy::needless_pass_by_value, reason = "the receiver ends with the loop")]
fn repeat(
    screen: &mut Screen,
    app: &mut App,
    hands: &mut Hands,
    inputs: Receiver<Input>,
    theme: &Theme,
) -> io::Result<()> {
    let opened = Instant::now();
    let mut keyboard = Keyboard::default();
    for effect in take(app, Message::Started) {
        hands.execute(effect);
    }
    // Whether the screen shows what the state is, and since when.
    let (mut is_shown, mut shown_at) = (false, None::<Instant>);
    loop {
        // A screen for every character of a code, or of a key held down, would come long after the last one.
        let waiting = inputs.try_recv().ok();
        let is_due = waiting.is_none() || shown_at.is_none_or(|at| at.elapsed() >= FRAME_DELAY_MAX);
        if !is_shown && is_due {
            screen.draw(|frame| ui::draw(frame, app, theme))?;
            (is_shown, shown_at) = (true, Some(Instant::now()));
        }
        let silence = keyboard
            .deadline()
            .map(|deadline| deadline.saturating_sub(opened.elapsed()));
        let struck = match waiting.map_or_else(|| next(&inputs, silence), Next::Input) {
            Next::Input(Input::Terminal(event, at)) => {
                let is_key = matches!(event, Event::Key(_));
                let struck = keyboard.event(event, at.saturating_duration_since(opened));
                is_shown &= is_key && struck.is_empty();
                struck
            }
            Next::Silence => {
                is_shown = false;
                keyboard.wake(opened.elapsed())
            }
            Next::Input(Input::Message(message)) => {
                is_shown = false;
                if !obey(app, hands, message) {
                    return Ok(());
                }
                continue;
            }
            Next::Input(Input::Ended) | Next::Nobody => return Ok(()),
        };
        for message in struck.into_iter().flat_map(messages) {
            if !obey(app, hands, message) {
                return Ok(());
            }
        }
    }
}

/// Takes a message and executes what it asks for; `false` once the person leaves.
fn obey(app: &mut App, hands: &mut Hands, message: Message) -> bool {
    for effect in take(app, message) {
        if effect == Effect::Quit {
            return false;
        }
        hands.execute(effect);
    }
    true
}

fn take(app: &mut App, message: Message) -> Vec<Effect> {
    tracing::debug!(message = message.name());
    let mut effects = app.update(Message::TimePassed(now()));
    effects.extend(app.update(message));
    effects
}

enum Next {
    Input(Input),
    Silence,
    Nobody,
}

fn next(inputs: &Receiver<Input>, silence: Option<Duration>) -> Next {
    match silence {
        None => inputs.recv().map_or(Next::Nobody, Next::Input),
        Some(silence) => match inputs.recv_timeout(silence) {
            Ok(input) => Next::Input(input),
            Err(RecvTimeoutError::Timeout) => Next::Silence,
            Err(RecvTimeoutError::Disconnected) => Next::Nobody,
        },
    }
}

fn messages(struck: Struck) -> Vec<Message> {
    match struck {
        Struck::Key(key) => vec![Message::KeyPressed(key)],
        Struck::Burst(text, arrival) => {
            let mut messages = scan_messages(&text);
            messages.push(Message::ScanTyped(arrival));
            messages
        }
        Struck::Unfinished(text, arrival) => vec![beginning(text), Message::ScanTyped(arrival)],
        Struck::Rest => vec![scan_failed(ScanFailure::Rest, None)],
        Struck::KeypadKeys(arrival) => vec![
            scan_failed(ScanFailure::KeypadKeys, None),
            Message::ScanTyped(arrival),
        ],
        Struck::Pasted(text) => pasted_messages(&text),
    }
}

/// What a person pasted or dropped is a scan too, unless it names files: only a person names files. A number in their
/// names is not looked for: a sheet may have been saved under the number of another one.
fn pasted_messages(text: &str) -> Vec<Message> {
    match paths_typed(text) {
        paths if paths.is_empty() => scan_messages(text),
        paths => vec![Message::FilesDropped(paths)],
    }
}

/// What a burst of keys, a paste or a serial reader sent.
fn scan_messages(text: &str) -> Vec<Message> {
    let scans = glued::read_burst(text);
    let mut repaired: Vec<(Repair, Option<String>)> = Vec::new();
    for (text, reading) in &scans {
        for repair in &reading.repaired {
            if repaired.iter().all(|(known, _)| known != repair) {
                repaired.push((*repair, repair::mend(*repair, text)));
            }
        }
    }
    let mut readings: Vec<Reading> = scans
        .into_iter()
        .map(|(text, what::Reading { scanned, .. })| Reading { text, scanned })
        .collect();
    let scanned = match (readings.pop(), readings.is_empty()) {
        (Some(Reading { text, scanned }), true) => Message::Scanned { text, scanned },
        (last, _) => {
            readings.extend(last);
            Message::ScannedTogether(readings)
        }
    };
    let undone = |(repair, mended)| Message::ScanRepaired { repair, mended };
    [scanned]
        .into_iter()
        .chain(repaired.into_iter().map(undone))
        .collect()
}

fn beginning(text: String) -> Message {
    let scanned = what::read_text(&text).scanned;
    scan_failed(ScanFailure::Beginning, Some(Reading { text, scanned }))
}

const fn scan_failed(why: ScanFailure, reading: Option<Reading>) -> Message {
    Message::ScanFailed { why, reading }
}

fn setting(config: &Config, session: &Session, has_inbox: bool) -> Setting {
    Setting {
        left_waiting: left_waiting(session),
        pharmacy: config.pharmacy.clone(),
        operator: config.operator.clone(),
        terminal: session.counter.base.terminal().cloned(),
        mode: match config.session {
            SessionKind::Training => Mode::Training,
            SessionKind::Real => Mode::Real,
        },
        zone: config.time_zone.clone(),
        sheets: session
            .training
            .as_ref()
            .map(|_| session::sheets_dir(&config.data_dir)),
        frames: config
            .frames_dir
            .clone()
            .or_else(|| config.camera.clone().filter(|_| camera::IS_BUILT)),
        inbox: has_inbox.then(|| config.inbox_dir.clone()),
        catalogue: session.counter.catalogue.scope(),
    }
}

/// Read before the first post, which may settle it.
fn left_waiting(session: &Session) -> Option<LeftWaiting> {
    match session.counter.store.outbox_last() {
        Ok(found) => found.map(|(entry, registered, others)| LeftWaiting {
            entry,
            numbers: registered.into_iter().filter_map(|(_, number)| number).collect(),
            others,
        }),
        Err(error) => {
            // The list of what waits is read next, and says on the screen that it cannot be.
            tracing::warn!(error = crate::chain(&error), "the outbox cannot be read");
            None
        }
    }
}

/// In training: prescriptions to serve and their sheets, made beside the first frame, which does not wait for them.
fn make_ready(config: &Config, session: &Arc<Session>, tokio: &Handle) {
    let (session, sheets_dir) = (Arc::clone(session), session::sheets_dir(&config.data_dir));
    tokio.spawn_blocking(move || {
        if let Err(error) = session::make_ready(&session, &sheets_dir) {
            tracing::warn!(error = crate::chain(&error), "the scenarios are not all ready");
        }
    });
}

/// Answers whether the folder is watched already.
fn watch_inbox(folder: PathBuf, sender: &SyncSender<Input>) -> bool {
    let tell = telling(sender);
    inbox::watch(folder.clone(), inbox::TOGETHER, move |heard| {
        tell(match heard {
            inbox::Heard::Arrived(paths) => Message::FilesDropped(paths),
            inbox::Heard::Lost => Message::FolderLost(WatchedFolder::Inbox, folder.clone()),
            inbox::Heard::Found => Message::FolderFound(WatchedFolder::Inbox, folder.clone()),
        })
    })
}

/// Answers whether the loop still listens.
fn telling(sender: &SyncSender<Input>) -> impl Fn(Message) -> bool + Send + 'static {
    let sender = sender.clone();
    move |message| sender.send(Input::Message(message)).is_ok()
}

fn watch_frames(folder: PathBuf, sender: &SyncSender<Input>) {
    frames::watch(Folder::watch(folder, telling(sender)), telling(sender));
}

fn watch_camera(device: PathBuf, sender: &SyncSender<Input>) {
    let tell = telling(sender);
    let camera = camera::source(device, move |heard| {
        tell(match heard {
            camera::Heard::Lost(device, why) => Message::CameraLost(device, why),
            camera::Heard::Found(device) => Message::CameraFound(device),
        })
    });
    frames::watch(camera, telling(sender));
}

fn listen_to_terminal(sender: SyncSender<Input>) {
    std::thread::spawn(move || {
        terminal::listen(|event, at| sender.send(Input::Terminal(event, at)).is_ok());
        drop(sender.send(Input::Ended));
    });
}

fn listen_to_reader(reader: SerialReader, sender: SyncSender<Input>) {
    serial_reader::listen(reader, move |heard| {
        let messages = match heard {
            Heard::Scan(text) => scan_messages(&text),
            Heard::Unfinished(text) => vec![beginning(text)],
            Heard::Lost(device) => vec![Message::ReaderLost(device)],
            Heard::Found(device) => vec![Message::ReaderFound(device)],
        };
        messages
            .into_iter()
            .all(|message| sender.send(Input::Message(message)).is_ok())
    });
}

/// A closed window or a shutdown ends the program as a person would, with the terminal restored.
fn listen_to_system(tokio: &Handle, sender: &SyncSender<Input>) {
    #[cfg(unix)]
    for kind in [
        tokio::signal::unix::SignalKind::terminate(),
        tokio::signal::unix::SignalKind::hangup(),
    ] {
        let sender = sender.clone();
        let _inside = tokio.enter();
        let Ok(mut signal) = tokio::signal::unix::signal(kind) else {
            continue;
        };
        tokio.spawn(async move {
            signal.recv().await;
            drop(sender.send(Input::Ended));
        });
    }
    #[cfg(unix)]
    listen_to_size(tokio, sender);
}

/// A window of another size is drawn anew; the screen asks for the size itself.
#[cfg(unix)]
fn listen_to_size(tokio: &Handle, sender: &SyncSender<Input>) {
    let sender = sender.clone();
    let _inside = tokio.enter();
    let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change()) else {
        return;
    };
    tokio.spawn(async move {
        while signal.recv().await.is_some() {
            let (columns, rows) = crossterm::terminal::size().unwrap_or_default();
            let resized = Input::Terminal(Event::Resize(columns, rows), Instant::now());
            if sender.send(resized).is_err() {
                return;
            }
        }
    });
}
