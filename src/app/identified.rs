//! A scan that is not a prescription: what it is, and what to scan instead. Also several codes on one
//! picture, to choose from.

use std::path::PathBuf;

use crate::app::desk::Desk;
use crate::app::keys::Command;
use crate::app::leaving::{self, Destination};
use crate::app::message::Reading;
use crate::app::screen::{Next, Screen, Scroll};
use crate::domain::number::PrescriptionNumber;
use crate::domain::scanned::Scanned;

/// How many prescriptions have a key of their own, 1 to 9.
pub const CHOICES_MAX: usize = 9;

/// What was scanned.
pub struct Identified {
    /// The codes, at least one.
    pub readings: Vec<Reading>,
    /// The file they came from; `None` from a reader.
    pub file: Option<PathBuf>,
    /// What it means here.
    pub bearing: Bearing,
    /// How far it is scrolled.
    pub scroll: Scroll,
    /// The screen to go back to.
    pub over: Box<Screen>,
}

/// What a scan has to do with the work in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearing {
    /// No prescription is open.
    NothingOpen,
    /// A prescription is open, and this is not for it.
    NotForIt,
    /// The identity of another patient than the prescription's.
    OtherPatient,
    /// An identity that cannot be compared: the prescription or the scan holds no INS.
    NotComparable,
    /// Several codes were read at once.
    Several,
}

impl Identified {
    /// The prescriptions among the codes, each once, in their order.
    pub fn prescriptions(&self) -> Vec<&PrescriptionNumber> {
        prescriptions(&self.readings)
    }

    /// Takes a command.
    pub fn on(mut self, command: Command, desk: &mut Desk) -> Next {
        match command {
            Command::Back => return (*self.over, Vec::new()),
            Command::Choose(digit) => {
                let chosen = self.prescriptions().get(usize::from(digit) - 1).copied().cloned();
                if let Some(number) = chosen {
                    return leaving::depart(*self.over, Destination::Prescription(number), desk);
                }
            }
            other => {
                let rows = 4 * self.readings.len() + 2 * self.prescriptions().len() + 10;
                self.scroll.on(other, rows);
            }
        }
        (Screen::Identified(self), Vec::new())
    }
}

/// The prescriptions of one code.
pub fn in_code(scanned: &Scanned) -> &[PrescriptionNumber] {
    match scanned {
        Scanned::Prescription(number) => std::slice::from_ref(number),
        Scanned::Prescriptions(numbers) => numbers,
        _ => &[],
    }
}

/// The prescriptions among codes, each once, in their order.
pub fn prescriptions(readings: &[Reading]) -> Vec<&PrescriptionNumber> {
    let mut numbers = Vec::new();
    for number in readings.iter().flat_map(|reading| in_code(&reading.scanned)) {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers
}
