//! A line that the prescriber added by hand on the paper of an electronic prescription.
//!
//! Nothing public says how the national service takes one, so it stays here: it is judged by the same rules, delivered and
//! registered like the others, marked everywhere, and never posted as though the electronic prescription ordered it.

use crate::domain::dispense::HandOver;
use crate::domain::identifiers::{DispensedLineId, LineNumber};
use crate::domain::paper::PaperLine;
use crate::domain::prescription::{Prescription, PrescriptionLine};

impl Prescription {
    /// The number that the next line written by hand takes; `None` when no number is left.
    pub fn next_handwritten(&self) -> Option<LineNumber> {
        let last = self.lines.iter().map(|line| line.number.0).max().unwrap_or(0);
        last.checked_add(1).map(LineNumber)
    }

    /// The lines that were written by hand on its paper.
    pub fn handwritten(&self) -> impl Iterator<Item = &PrescriptionLine> {
        self.lines.iter().filter(|line| line.is_handwritten)
    }

    /// The same prescription with a line written by hand; a number that is taken stays what it is.
    pub fn with_handwritten(mut self, number: LineNumber, written: PaperLine) -> Self {
        if self.line(number).is_none() {
            self.lines.push(written.by_hand(number));
        }
        self
    }

    /// The same prescription with what was handed over of it, lines written by hand included.
    ///
    /// A line all of whose deliveries were taken back is not on it any more: nothing says that it is still meant.
    pub fn with_handwritten_of<'a>(self, hand_overs: impl Iterator<Item = &'a HandOver> + Clone) -> Self {
        let annulled: Vec<DispensedLineId> = hand_overs.clone().flat_map(HandOver::annulled).collect();
        let lines = hand_overs.flat_map(|hand_over| &hand_over.lines);
        lines
            .filter(|line| !annulled.contains(&line.id))
            .filter_map(|line| Some((line.line, line.handwritten.clone()?)))
            .fold(self, |known, (number, written)| {
                known.with_handwritten(number, written)
            })
    }
}
