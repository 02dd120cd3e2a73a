//! The register read, verified and closed for the terminal.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::workshop::{Workshop, World};
use crate::app::Message;
use crate::app::closing::{BackupAnswer, ClosingAnswer};
use crate::app::message::{RegisterCheck, StoreTask};
use crate::app::register::PAGE_ENTRIES;
use crate::domain::closure::Closure;
use crate::domain::register::RegisterNumber;
use crate::domain::sought::Sought;
use crate::session::{self, write_whole};
use crate::store::{CloseAnswer, SearchStep, StoreError};

impl<W: World + 'static> Workshop<W> {
    /// Reads a page of the register.
    pub fn list_register(&self, before: Option<RegisterNumber>, count: usize) {
        self.0.tell(match self.register_page(before, count) {
            Ok(entries) => Message::RegisterListed { before, entries },
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Register)
            }
        });
    }

    /// Looks through a part of the register.
    pub fn search_register(&self, text: &str, day: Option<Date>, below: Option<RegisterNumber>) {
        self.0.tell(match self.register_found(text, day, below) {
            Ok(SearchStep { found, below }) => Message::RegisterSearched {
                text: text.to_owned(),
                entries: found,
                below,
            },
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Register)
            }
        });
    }

    /// A day is gone to from its end; any other text is looked for.
    fn register_found(
        &self,
        text: &str,
        day: Option<Date>,
        below: Option<RegisterNumber>,
    ) -> Result<SearchStep, StoreError> {
        let counter = self.0.counter();
        let Some(day) = day else {
            let nothing = SearchStep {
                found: Vec::new(),
                below: None,
            };
            return Sought::new(text).map_or(Ok(nothing), |sought| {
                counter.store.search_register(&sought, below)
            });
        };
        let end = day
            .tomorrow()
            .map_or(Timestamp::MAX, |next| counter.midnight(next));
        let before = match below {
            Some(below) => Some(below),
            None => counter.store.register_from(end)?,
        };
        let found = self.register_page(before, PAGE_ENTRIES)?;
        let last = found.last().map(|entry| entry.number);
        Ok(SearchStep {
            found,
            below: last.filter(|number| number.0 > 1),
        })
    }

    fn register_page(
        &self,
        before: Option<RegisterNumber>,
        count: usize,
    ) -> Result<Vec<crate::domain::register::RegisterEntry>, StoreError> {
        let store = &self.0.counter().store;
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let end = match before {
            Some(RegisterNumber(before)) => before,
            None => store.register_length()?.saturating_add(1),
        };
        let first = end.saturating_sub(count).max(1);
        let mut entries = store.register_entries(RegisterNumber(first), end.saturating_sub(first))?;
        entries.reverse();
        Ok(entries)
    }

    /// Verifies the chain of the register, and the signatures of its closures.
    pub fn verify_register(&self) {
        let (store, now) = (&self.0.counter().store, self.0.now());
        let verified = store.verify_closed_register(now, &[]);
        self.0.tell(match verified {
            Ok(found) => Message::RegisterVerified(RegisterCheck {
                purged: found.purged,
                closures: found.closures,
                entries: found.entries.into(),
                head: found.head,
                first_bad: found.first_bad,
            }),
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Verification)
            }
        });
    }

    /// Counts what the register holds of today, and what no closure holds.
    pub fn read_register_day(&self) {
        let counter = self.0.counter();
        let begins = counter.midnight(counter.day(self.0.now()));
        self.0.tell(match counter.store.register_day(begins) {
            Ok(day) => Message::RegisterDayRead(day),
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Day)
            }
        });
    }

    /// Verifies the register and signs it; the note is written beside the store too, to be carried away.
    pub fn close_register(&self) {
        self.0.tell(match self.closed() {
            Ok(answer) => Message::RegisterClosed(answer),
            Err(error) => {
                self.report(&error);
                Message::StoreFailed(StoreTask::Closure)
            }
        });
    }

    fn closed(&self) -> Result<ClosingAnswer, StoreError> {
        let counter = self.0.counter();
        let origin = Closure::origin_of(&counter.pharmacy.finess);
        let now = self.0.now();
        Ok(match counter.store.close_register(&origin, now)? {
            CloseAnswer::Closed { closure, note, .. } => {
                let name = format!("{}-{}.txt", counter.day(now), closure.count);
                ClosingAnswer::Closed {
                    count: closure.count,
                    head: closure.head,
                    saved: self
                        .0
                        .closures_dir()
                        .and_then(|folder| kept_note(&folder, &name, &note)),
                    note,
                    backup: self.backed_up(),
                }
            }
            CloseAnswer::AlreadyClosed(_) => ClosingAnswer::AlreadyClosed {
                backup: self.backed_up(),
            },
            CloseAnswer::NothingToClose => ClosingAnswer::NothingToClose,
            CloseAnswer::DoesNotHold(bad) => ClosingAnswer::DoesNotHold(bad),
            CloseAnswer::KeyMissing => ClosingAnswer::KeyMissing,
        })
    }

    /// Copies what was signed to the second support. The closure stands whatever happens here.
    fn backed_up(&self) -> BackupAnswer {
        let store = &self.0.counter().store;
        match session::back_up(store, self.0.backup_choice(), self.0.now()) {
            None => BackupAnswer::NotConfigured,
            Some(Ok(made)) => match made.register.first_bad {
                Some(first_bad) => BackupAnswer::DoesNotHold {
                    path: made.path,
                    first_bad,
                },
                None => BackupAnswer::Made {
                    path: made.path,
                    is_on_same_disk: made.is_on_same_disk,
                },
            },
            Some(Err(error)) => {
                tracing::warn!(error = crate::chain(&error), "no backup was made");
                match error {
                    StoreError::SupportMissing { path } => BackupAnswer::SupportMissing(path),
                    error => BackupAnswer::Failed(error.breakdown()),
                }
            }
        }
    }
}

/// Writes the note of a closure; none when it could not be, which the log tells.
fn kept_note(folder: &Path, name: &str, note: &str) -> Option<PathBuf> {
    let path = folder.join(name);
    fs::create_dir_all(folder)
        .and_then(|()| write_whole(&path, note.as_bytes()))
        .inspect_err(|error| tracing::warn!(%error, "the note of the closure is not beside the store"))
        .is_ok()
        .then_some(path)
}
