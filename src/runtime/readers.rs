//! The readers of files: a few at a time however many are dropped at once, and none that outlives its person's patience.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::confined::{Asked, Readings};

/// How many files are read at once. Each may take a gigabyte while it is decoded.
const READERS_MAX: usize = 2;

/// The readers of files.
pub(super) struct Readers {
    tokio: Handle,
    places: Arc<Semaphore>,
    readings: Arc<Readings>,
}

impl Readers {
    /// Readers that nobody asked for anything yet.
    pub(super) fn new(tokio: Handle) -> Self {
        Self {
            tokio,
            places: Arc::new(Semaphore::new(READERS_MAX)),
            readings: Arc::default(),
        }
    }

    /// Has one of them read, as soon as one is free, in the order in which they were asked.
    pub(super) fn read(&self, read: impl FnOnce(&Asked) + Send + 'static) {
        let (places, asked) = (Arc::clone(&self.places), self.readings.ask());
        self.tokio.spawn(async move {
            let place = places.acquire().await;
            if !asked.is_given_up() {
                drop(tokio::task::spawn_blocking(move || read(&asked)).await);
            }
            drop(place);
        });
    }

    /// Ends every reading that was asked for, begun or not.
    pub(super) fn give_up(&self) {
        self.readings.give_up();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::sync::{Condvar, Mutex};
    use std::time::Duration;

    use super::*;

    fn workers() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap()
    }

    #[test]
    fn thirty_files_are_all_read_and_never_more_than_two_at_once() {
        let tokio = workers();
        let readers = Readers::new(tokio.handle().clone());
        let reading = Arc::new(AtomicUsize::new(0));
        // Nobody ends before as many are reading as may: they would never be seen together otherwise.
        let together = Arc::new((Mutex::new(0), Condvar::new()));
        let (tell, told) = channel();
        for _file in 0..30 {
            let (reading, together, tell) = (Arc::clone(&reading), Arc::clone(&together), tell.clone());
            readers.read(move |_| {
                let at_once = reading.fetch_add(1, Ordering::SeqCst) + 1;
                let (begun, changed) = &*together;
                let mut begun = begun.lock().unwrap();
                *begun += 1;
                changed.notify_all();
                while *begun < READERS_MAX {
                    begun = changed.wait(begun).unwrap();
                }
                drop(begun);
                reading.fetch_sub(1, Ordering::SeqCst);
                tell.send(at_once).unwrap();
            });
        }
        drop(tell);
        let told: Vec<usize> = told.iter().collect();
        assert_eq!(told.len(), 30);
        assert_eq!(told.iter().max(), Some(&READERS_MAX));
    }

    #[test]
    fn what_waited_when_everything_was_given_up_is_never_begun() {
        let tokio = workers();
        let readers = Readers::new(tokio.handle().clone());
        let (tell, told) = channel();
        let (let_go, held) = channel::<()>();
        let held = Arc::new(Mutex::new(held));
        for _ in 0..READERS_MAX {
            let (held, tell) = (Arc::clone(&held), tell.clone());
            readers.read(move |_| {
                tell.send("begun").unwrap();
                let _ = held.lock().unwrap().recv();
            });
        }
        for _ in 0..READERS_MAX {
            assert_eq!(told.recv(), Ok("begun"));
        }
        let waiting = tell.clone();
        readers.read(move |_| waiting.send("waiting").unwrap());
        readers.give_up();
        readers.read(move |_| tell.send("afterwards").unwrap());
        drop(let_go);
        assert_eq!(told.recv(), Ok("afterwards"));
        assert_eq!(
            told.recv_timeout(Duration::from_secs(60)),
            Err(RecvTimeoutError::Disconnected)
        );
    }
}
