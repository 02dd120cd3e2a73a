//! What every world begins with, made once: a base that holds the prescriptions, and the medicines database.

use std::fs;

use comptoir::catalogue::Catalogue;
use comptoir::domain::people::Pharmacy;
use comptoir::training::TrainingBase;
use tempfile::TempDir;

use super::base::{BaseSide, Known};
use super::clock::Clock;
use super::schedule::PRESCRIPTIONS;

const FILE: &str = "base.sqlite";

pub(super) struct Stage {
    pub(super) catalogue: Catalogue,
    /// The base's file once the prescriptions are written.
    file: Vec<u8>,
    prescriptions: Vec<Known>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let folder = memory_folder();
        let path = folder.path().join(FILE);
        let kept = memory_folder();
        let base = BaseSide::over(TrainingBase::open(&path).unwrap(), &Clock::new(), &[], folder);
        let prescriptions = (0..PRESCRIPTIONS)
            .map(|place| base.prescribe(place as u128 + 1, place == 0))
            .collect();
        let copy = kept.path().join(FILE);
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute("VACUUM INTO ?", [copy.to_str().unwrap()])
            .unwrap();
        Self {
            catalogue: Catalogue::training().unwrap(),
            file: fs::read(copy).unwrap(),
            prescriptions,
        }
    }

    /// A base of its own for one world.
    pub(super) fn base(&self, clock: &Clock, pharmacies: &[Pharmacy]) -> (BaseSide, Vec<Known>) {
        let folder = memory_folder();
        let path = folder.path().join(FILE);
        fs::write(&path, &self.file).unwrap();
        let base = BaseSide::over(TrainingBase::open(&path).unwrap(), clock, pharmacies, folder);
        (base, self.prescriptions.clone())
    }
}

/// A folder in memory, where there is one: a simulated crash loses nothing that was written.
pub(super) fn memory_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}
