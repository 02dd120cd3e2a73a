//! What this pharmacy handed over to the same patient on other prescriptions, where a rule wants to know it.

use jiff::{SignedDuration, Timestamp};

use super::{Counter, CounterError};
use crate::base::Transport;
use crate::domain::calendar;
use crate::domain::dispense::{DispensedLine, HandOver};
use crate::domain::prescription::{PastDelivery, Prescription};
use crate::domain::regime::Regime;

/// How far back: longer than any narcotic lasts, and than most treatments of which the product is kept.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(100 * 24);

impl<T: Transport> Counter<T> {
    /// The same prescription with its patient's history. Most need none, and then nothing is read.
    pub(super) fn with_history(
        &self,
        prescription: Prescription,
        now: Timestamp,
    ) -> Result<Prescription, CounterError> {
        let Some(ins) = prescription
            .patient
            .ins
            .clone()
            .filter(|_| self.is_followed(&prescription))
        else {
            return Ok(prescription);
        };
        let since = now.checked_sub(LOOKED_BACK).unwrap_or(Timestamp::MIN);
        let entries = self.store.served_between(since, now)?;
        let mut history = Vec::new();
        for hand_over in entries.into_iter().map(|entry| entry.hand_over) {
            let is_theirs = hand_over.patient.ins.as_ref() == Some(&ins);
            if is_theirs && hand_over.number != prescription.number {
                history.extend(self.deliveries_of(&hand_over)?);
            }
        }
        Ok(prescription.with_history(history))
    }

    /// Whether a rule looks at other prescriptions: no overlap, or the same biological medicine kept.
    fn is_followed(&self, prescription: &Prescription) -> bool {
        prescription.pharmacy_lines().any(|line| {
            let product = self.catalogue.find(&line.code);
            product.is_some_and(|product| {
                product.biosimilar_group.is_some() || Regime::of(Some(&product)).forbids_overlap()
            })
        })
    }

    fn deliveries_of(&self, hand_over: &HandOver) -> Result<Vec<PastDelivery>, CounterError> {
        // How long boxes last is the prescriber's word: without a copy that can be read, nobody knows.
        let written = self
            .kept(&hand_over.number)?
            .map(|(prescription, _)| prescription);
        Ok(hand_over
            .lines
            .iter()
            .filter_map(|line| past(hand_over, line, written.as_ref()))
            .collect())
    }
}

fn past(hand_over: &HandOver, line: &DispensedLine, written: Option<&Prescription>) -> Option<PastDelivery> {
    let supply = line.outcome.supply()?;
    let days = written
        .and_then(|prescription| prescription.line(line.line))
        .and_then(|ordered| supply.counted().lasting(ordered.days?.into(), ordered.boxes?));
    Some(PastDelivery {
        number: hand_over.number.clone(),
        prescriber: hand_over.prescriber.rpps.clone(),
        on: calendar::day_in_france(hand_over.at),
        code: supply.code.clone(),
        product: supply.label.clone(),
        days,
    })
}
