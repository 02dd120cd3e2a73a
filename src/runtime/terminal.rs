//! Listens to the terminal: what a person and a reader type, as it comes.

use std::time::Instant;

use crossterm::event::Event;

/// Listens until the terminal is gone or nobody wants to hear: `tell` answers whether anyone does.
#[cfg(unix)]
pub(super) fn listen(tell: impl Fn(Event, Instant) -> bool) {
    if let Err(error) = unix::listen(tell) {
        tracing::warn!(%error, "the terminal cannot be read");
    }
}

/// The same, where the terminal library knows better how to read.
#[cfg(not(unix))]
pub(super) fn listen(tell: impl Fn(Event, Instant) -> bool) {
    while let Ok(event) = crossterm::event::read() {
        if !tell(event, Instant::now()) {
            return;
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{self, IsTerminal as _, stdin};
    use std::os::fd::AsFd;
    use std::time::Instant;

    use crossterm::event::Event;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;

    use crate::runtime::terminal_bytes::TerminalBytes;

    /// Far more than a person or a reader sends at once, and enough for a paste to come in few parts.
    const READ_BYTES: usize = 16 * 1024;

    /// We read by ourselves: the terminal library's reader waits for ever for the end of a sequence that a code began,
    /// and panics on some others.
    pub(super) fn listen(tell: impl Fn(Event, Instant) -> bool) -> io::Result<()> {
        let terminal: Box<dyn AsFd> = if stdin().is_terminal() {
            Box::new(stdin())
        } else {
            Box::new(File::open("/dev/tty")?)
        };
        let mut waiting = TerminalBytes::default();
        let mut bytes = vec![0; READ_BYTES];
        let mut came = Instant::now();
        loop {
            let silence = waiting
                .patience()
                .map(|patience| patience.saturating_sub(came.elapsed()))
                .and_then(|silence| Timespec::try_from(silence).ok());
            let mut ready = [PollFd::from_borrowed_fd(terminal.as_fd(), PollFlags::IN)];
            let events: Vec<Event> = match poll(&mut ready, silence.as_ref()) {
                Ok(0) => waiting.give_up().into_iter().collect(),
                Ok(_) => match rustix::io::read(&terminal, &mut bytes[..]) {
                    Ok(0) => return Ok(()),
                    Ok(count) => {
                        came = Instant::now();
                        waiting.take(&bytes[..count])
                    }
                    Err(Errno::INTR | Errno::AGAIN) => continue,
                    Err(error) => return Err(error.into()),
                },
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            if !events.into_iter().all(|event| tell(event, came)) {
                return Ok(());
            }
        }
    }
}
