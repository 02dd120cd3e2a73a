//! What this counter keeps: the register, what the base has not acknowledged, and prescriptions as received.
//!
//! One SQLite file, encrypted (`SQLCipher`), written ahead (WAL) and synchronised at each commit. Two processes of one counter may use it at
//! once. All SQL of the program is below this module, and health data rests nowhere else.

mod backup;
mod boxes;
mod closing_key;
mod closure;
mod connection;
mod copy;
mod correction;
mod day;
mod durable;
mod error;
mod examine;
mod hand_over;
mod held;
mod key;
mod key_place;
mod keyring;
mod lock;
mod migrations;
mod opening;
mod outbox;
mod purge;
mod received;
mod record;
mod register;
mod replace;
mod restore;
mod search;
mod settlement;
mod transcription;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use opening::{Home, Opened};

pub use backup::{Backup, LastBackup};
pub use closure::CloseAnswer;
pub use correction::CorrectionAnswer;
pub use error::StoreError;
pub use examine::Examination;
pub use hand_over::{RecordAnswer, Registered};
pub use key::{NotAStoreKey, StoreKey, StoreKeyNumber};
pub use key_place::KeyPlace;
pub use outbox::{CLAIM_LASTS, CLOCK_STEP_MAX};
pub use purge::{ClockTrust, Purge, PurgeAnswer, PurgeMode, Purged, PurgedEntries, Remnants};
pub use received::ReceivedCopy;
pub use register::{CorrectAnswer, Verification};
pub use replace::{RekeyAnswer, rekey};
pub use restore::{RestoreAnswer, Restored, Standing, opens, restore};
pub use search::{SEARCH_STEP, SearchStep};
pub use settlement::SettleAnswer;

/// A handle on the store; clones share it.
#[derive(Clone)]
pub struct Store {
    /// None after the disk failed under it, until it is opened again.
    connection: Arc<Mutex<Option<Connection>>>,
    /// Of a store that is a file. After the connection: its lock is let go last.
    home: Option<Arc<Home>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens the store in that file with its key, and makes it, with its folder, when there is none.
    pub fn open(path: &Path, key: &StoreKey) -> Result<Self, StoreError> {
        opening::with_key(path, key)
            .and_then(Self::at_home)
            .map_err(|error| connection::explained(error, path))
    }

    /// Opens it with the key of that place. A new store gets a new key; a plain one of an earlier version is encrypted;
    /// what a program was killed in is finished or taken back.
    pub fn open_kept(path: &Path, place: &KeyPlace) -> Result<Self, StoreError> {
        opening::with_place(path, place)
            .and_then(Self::at_home)
            .map_err(|error| connection::explained(error, path))
    }

    /// A store that ends with the process: for tests, and for training that keeps nothing. It needs no key.
    pub fn in_memory() -> Result<Self, StoreError> {
        connection::open_in_memory().map(Self::over)
    }

    fn over(connection: Connection) -> Self {
        Self {
            connection: Arc::new(Mutex::new(Some(connection))),
            home: None,
        }
    }

    fn at_home(mut opened: Opened) -> Result<Self, StoreError> {
        closing_key::take_in(&mut opened.connection, &opened.home.path)?;
        closing_key::make_with_store(&mut opened.connection)?;
        Ok(Self {
            home: Some(Arc::new(opened.home)),
            ..Self::over(opened.connection)
        })
    }

    /// Reads from one state of the store, whatever another process writes meanwhile.
    fn read<T>(&self, read: impl FnOnce(&Transaction) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.within(TransactionBehavior::Deferred, read)
    }

    /// Writes all of it or nothing.
    fn write<T>(&self, write: impl FnOnce(&Transaction) -> Result<T, StoreError>) -> Result<T, StoreError> {
        // Immediate: what it reads before it writes cannot change in between.
        self.within(TransactionBehavior::Immediate, write)
    }

    fn within<T>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A panic elsewhere rolled its own transaction back: the connection is as good as before.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let done = within(self.sound(&mut connection)?, behavior, work);
        match (done, &self.home) {
            (Err(error), Some(home)) => {
                if matches!(error, StoreError::Disk(_)) {
                    // After a failed synchronisation nobody knows what the system still holds of what was written:
                    // this connection must not go on as if it did.
                    *connection = None;
                }
                Err(connection::explained(error, &home.path))
            }
            (done, _) => done,
        }
    }

    /// The connection; a new one, over a chain that was verified again, after the disk failed under the last.
    fn sound<'a>(&self, slot: &'a mut Option<Connection>) -> Result<&'a mut Connection, StoreError> {
        if slot.is_none()
            && let Some(home) = &self.home
        {
            let mut connection = connection::open(&home.path, &home.key)?;
            let verified = within(&mut connection, TransactionBehavior::Deferred, |transaction| {
                // However old a content is, that it was erased is no damage of the disk's.
                register::walk(transaction, Timestamp::MAX, &[])
            })?;
            if verified.first_bad.is_some() {
                return Err(StoreError::Unreadable("the register, after the disk failed,"));
            }
            *slot = Some(connection);
        }
        slot.as_mut()
            .ok_or(StoreError::Unreadable("a store in memory that failed"))
    }
}

fn within<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    work: impl FnOnce(&Transaction) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// A moment as the store compares it.
fn milliseconds(moment: Timestamp) -> i64 {
    moment.as_millisecond()
}

/// A moment that the store compared.
fn moment(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| StoreError::Unreadable("a moment"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::number::PrescriptionNumber;

    const KEY: StoreKey = StoreKey::from_bytes([7; 32]);

    fn number() -> PrescriptionNumber {
        "01S2TBPZ2JCNZZYGHZ".parse().unwrap()
    }

    fn save(store: &Store, bytes: usize) -> Result<(), StoreError> {
        store.save_received(&number(), Timestamp::UNIX_EPOCH, &["x".repeat(bytes)])
    }

    fn setting(store: &Store, name: &str, value: i64) {
        let connection = store.connection.lock().unwrap();
        let connection = connection.as_ref().unwrap();
        connection
            .pragma_update_and_check(None, name, value, |_| Ok(()))
            .or_else(|_| connection.pragma_update(None, name, value))
            .unwrap();
    }

    #[test]
    fn a_full_disk_is_said_and_nothing_is_half_written() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db"), &KEY).unwrap();
        setting(&store, "max_page_count", 60);
        let mut saved = 0;
        let refused = loop {
            // Another text each time: the same would be kept once.
            match save(&store, 20_000 + saved) {
                Ok(()) => saved += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, StoreError::Full(_)), "{refused:?}");
        let kept = store.received(&number()).unwrap().unwrap();
        assert_eq!(
            kept.answers[0].len(),
            20_000 + saved - 1,
            "the last whole one is read"
        );
        setting(&store, "max_page_count", 1_000);
        save(&store, 20_000 + saved).unwrap();
    }

    #[test]
    fn a_store_that_cannot_be_written_says_so() {
        let store = Store::in_memory().unwrap();
        setting(&store, "query_only", 1);
        assert!(matches!(save(&store, 1), Err(StoreError::ReadOnly)));
        assert!(
            store.received(&number()).unwrap().is_none(),
            "and can still be read"
        );
    }

    #[test]
    fn another_writer_is_waited_for_then_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = Store::open(&path, &KEY).unwrap();
        let other = Connection::open(&path).unwrap();
        KEY.unlock(&other).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        store
            .connection
            .lock()
            .unwrap()
            .as_ref()
            .unwrap()
            .busy_timeout(Duration::from_millis(1))
            .unwrap();
        assert!(matches!(save(&store, 1), Err(StoreError::Busy(_))));
        other.execute_batch("ROLLBACK").unwrap();
        save(&store, 1).unwrap();
    }

    #[test]
    fn a_panic_while_the_store_is_held_does_not_close_it() {
        let store = Store::in_memory().unwrap();
        let inside = store.clone();
        let panicked = std::thread::spawn(move || {
            let _: Result<(), StoreError> = inside.write(|transaction| {
                transaction.execute(
                    "INSERT INTO received (prescription, received_at) VALUES ('x', 1)",
                    [],
                )?;
                panic!("on purpose")
            });
        });
        assert!(panicked.join().is_err());
        save(&store, 1).unwrap();
        let rows: u32 = store
            .read(|transaction| {
                Ok(transaction.query_row("SELECT count(*) FROM received", [], |row| row.get(0))?)
            })
            .unwrap();
        assert_eq!(rows, 1, "what the panic interrupted was rolled back");
    }

    #[test]
    fn debug_never_holds_what_was_received() {
        let store = Store::in_memory().unwrap();
        store
            .save_received(&number(), Timestamp::UNIX_EPOCH, &["ZZCANARY".to_owned()])
            .unwrap();
        let debug = format!("{store:?} {:?}", store.received(&number()).unwrap());
        assert!(!debug.contains("ZZCANARY"), "{debug}");
    }
}
