//! Closes the register: signs how long it is and where its chain ends, and later verifies it against that.

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::register::{Anchor, Verification, walk};
use super::{Store, StoreError, closing_key};
use crate::domain::closure::{ClosingKey, Closure, NotAClosure};
use crate::domain::register::RegisterNumber;

/// The answer to a closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseAnswer {
    /// Signed, and kept.
    Closed {
        /// What the note says.
        closure: Closure,
        /// The signed note.
        note: String,
        /// The public half of the key, for whoever verifies elsewhere.
        public_key: String,
    },
    /// Nothing was recorded since the last closure, whose note this is.
    AlreadyClosed(String),
    /// An empty register.
    NothingToClose,
    /// A register that does not hold is not signed; this is the first bad entry.
    DoesNotHold(RegisterNumber),
    /// Closures were signed before, and their key is no longer in the store. Another key would not vouch for them.
    KeyMissing,
}

impl Store {
    /// Verifies the register, and signs what was found.
    pub fn close_register(&self, origin: &str, now: Timestamp) -> Result<CloseAnswer, StoreError> {
        // One transaction: two processes that close at once must not make two keys.
        self.write(|transaction| {
            let last = notes(transaction)?.pop();
            let known = closing_key::read(transaction)?;
            if last.is_some() && known.is_none() {
                return Ok(CloseAnswer::KeyMissing);
            }
            let found = walk(transaction, now, &proved_anchors(transaction, known.as_ref())?)?;
            if let Some(bad) = found.first_bad {
                return Ok(CloseAnswer::DoesNotHold(bad));
            }
            if found.entries == 0 {
                return Ok(CloseAnswer::NothingToClose);
            }
            if let Some((count, note)) = last
                && count == found.entries
            {
                return Ok(CloseAnswer::AlreadyClosed(note));
            }
            let key = match known {
                Some(key) => key,
                None => closing_key::make(transaction)?,
            };
            let closure = Closure {
                origin: origin.to_owned(),
                count: found.entries,
                head: found.head,
                at: now,
            };
            let note = closure.note(&key);
            transaction.execute(
                "INSERT INTO closure VALUES (?1, ?2)",
                params![closure.count, note],
            )?;
            Ok(CloseAnswer::Closed {
                public_key: key.public(origin),
                closure,
                note,
            })
        })
    }

    /// The signed notes of all closures, oldest first.
    pub fn closures(&self) -> Result<Vec<String>, StoreError> {
        self.read(|transaction| Ok(notes(transaction)?.into_iter().map(|(_, note)| note).collect()))
    }

    /// A closure kept elsewhere, if the key of this store signed it.
    pub fn read_closure(&self, note: &str) -> Result<Result<Closure, NotAClosure>, StoreError> {
        self.read(|transaction| {
            Ok(match closing_key::read(transaction)? {
                Some(key) => Closure::read(note, &key),
                None => Err(NotAClosure::AnotherKey),
            })
        })
    }

    /// Walks the chain as [`Store::verify_register`] does, and asks for the signature of each closure too; `elsewhere`
    /// are proved closures that were kept away from this store.
    pub fn verify_closed_register(
        &self,
        now: Timestamp,
        elsewhere: &[Closure],
    ) -> Result<Verification, StoreError> {
        self.read(|transaction| {
            let known = closing_key::read(transaction)?;
            let mut anchors = proved_anchors(transaction, known.as_ref())?;
            anchors.extend(elsewhere.iter().map(|closure| Anchor {
                count: closure.count,
                head: Some(closure.head),
            }));
            anchors.sort_by_key(|anchor| anchor.count);
            walk(transaction, now, &anchors)
        })
    }
}

fn proved_anchors(transaction: &Transaction, key: Option<&ClosingKey>) -> Result<Vec<Anchor>, StoreError> {
    anchors(transaction, |note| {
        key.and_then(|key| Closure::read(note, key).ok())
    })
}

/// What the closures in the store ask of the chain, in the order of their counts.
pub(super) fn anchors(
    transaction: &Transaction,
    read: impl Fn(&str) -> Option<Closure>,
) -> Result<Vec<Anchor>, StoreError> {
    let anchor = |(count, note): (u32, String)| Anchor {
        count,
        // A note that stands under another count was moved: it proves nothing there.
        head: read(&note)
            .filter(|closure| closure.count == count)
            .map(|closure| closure.head),
    };
    Ok(notes(transaction)?.into_iter().map(anchor).collect())
}

/// Each closure's count and note. A note that is no text any more is an empty one, which proves nothing.
fn notes(transaction: &Transaction) -> Result<Vec<(u32, String)>, StoreError> {
    transaction
        .prepare_cached("SELECT count, CAST(note AS BLOB) FROM closure ORDER BY count")?
        .query_and_then([], |row| {
            let note: Vec<u8> = row.get(1)?;
            Ok((row.get(0)?, String::from_utf8(note).unwrap_or_default()))
        })?
        .collect()
}
