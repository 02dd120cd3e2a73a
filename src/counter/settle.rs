//! What the base refused or contradicted, put before a person who settles it.

use jiff::Timestamp;

use super::{Counter, CounterError};
use crate::base::{BaseError, ConsultAnswer, Received, Transport, read_prescription};
use crate::domain::identifiers::{DispenseId, LineNumber};
use crate::domain::outbox::{DelayReason, OutboxEntry, PostState, Settlement, SettlementChoice};
use crate::domain::prescription::{Delivery, Prescription};
use crate::store::SettleAnswer;

/// What happened at the base that speaks against a hand-over from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The deliveries of the same lines that are not from this store, oldest first.
    pub others: Vec<(LineNumber, Delivery)>,
    /// Where they were read.
    pub source: ContradictionSource,
}

/// Where the other deliveries were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContradictionSource {
    /// At the base, just now.
    Base,
    /// In the copy kept here, because the base gave no answer: it may have been made before them.
    Copy(DelayReason),
    /// The base shows that prescription no more.
    NotShown,
    /// Nowhere: the base gave no answer, and no copy is kept.
    Nowhere(DelayReason),
}

/// What became of a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettleOutcome {
    /// It is settled: the hand-over as it is now.
    Settled(Box<OutboxEntry>),
    /// Nothing is to be settled: no such hand-over, or somebody settled it already.
    NothingToSettle,
    /// A choice needs a reason.
    ReasonMissing,
    /// This choice is none for that hand-over: nobody receives a correction, and what the base says is final.
    NotOffered,
    /// It was to be posted again, and a later correction took it back.
    TakenBack,
}

impl<T: Transport> Counter<T> {
    /// Reads what the base knows of the lines of that hand-over, besides what was recorded here.
    pub async fn contradiction(&self, dispense: DispenseId) -> Result<Contradiction, CounterError> {
        let entry = self.store.hand_over(dispense)?.ok_or(CounterError::NotRecorded)?;
        let (prescription, source) = match self.base.consult(&entry.hand_over.number).await {
            Ok(ConsultAnswer::Found(consulted)) => (Some(consulted.prescription), ContradictionSource::Base),
            Ok(ConsultAnswer::Refused(_)) => (None, ContradictionSource::NotShown),
            Err(error) => self.copy_of(&entry, error)?,
        };
        Ok(Contradiction {
            others: prescription.map_or_else(Vec::new, |prescription| others(&entry, &prescription)),
            source,
        })
    }

    fn copy_of(
        &self,
        entry: &OutboxEntry,
        error: BaseError,
    ) -> Result<(Option<Prescription>, ContradictionSource), CounterError> {
        let why = error.delay().0;
        let number = &entry.hand_over.number;
        let copy = self.store.received(number)?.and_then(|copy| {
            let received = Received {
                answers: copy.answers,
            };
            read_prescription(number, &received).ok()
        });
        Ok(match copy {
            Some(prescription) => (Some(prescription), ContradictionSource::Copy(why)),
            None => (None, ContradictionSource::Nowhere(why)),
        })
    }

    /// Records what a person decided. Boxes that the patient did not receive are cancelled in the register first, each
    /// by a counter-entry with the same reason; no entry is ever taken out.
    pub fn settle(
        &self,
        dispense: DispenseId,
        choice: SettlementChoice,
        reason: &str,
        now: Timestamp,
    ) -> Result<SettleOutcome, CounterError> {
        if reason.trim().is_empty() {
            return Ok(SettleOutcome::ReasonMissing);
        }
        let entry = self.store.hand_over(dispense)?.ok_or(CounterError::NotRecorded)?;
        if !entry.is_to_settle() {
            return Ok(SettleOutcome::NothingToSettle);
        }
        if !entry.choices().contains(&choice) {
            return Ok(SettleOutcome::NotOffered);
        }
        if choice == SettlementChoice::NotReceived {
            // Before the choice is noted: a crash in between leaves it to be made again, and an entry is corrected once.
            for (line, number) in self.store.registered(dispense)? {
                let is_no = entry.states.iter().any(|(id, state)| {
                    *id == line && matches!(state, PostState::Conflict(_) | PostState::Refused(_))
                });
                if let Some(number) = number.filter(|_| is_no) {
                    self.store.correct(number, reason, &self.operator, now)?;
                }
            }
        }
        let settlement = Settlement {
            choice,
            operator: self.operator.clone(),
            at: now,
            reason: reason.trim().to_owned(),
        };
        Ok(match self.store.note_settlement(dispense, &settlement)? {
            SettleAnswer::Settled(entry) => SettleOutcome::Settled(entry),
            SettleAnswer::NothingToSettle => SettleOutcome::NothingToSettle,
            SettleAnswer::TakenBack => SettleOutcome::TakenBack,
        })
    }
}

/// The deliveries of the refused and contradicted lines that are not this hand-over's own.
fn others(entry: &OutboxEntry, prescription: &Prescription) -> Vec<(LineNumber, Delivery)> {
    let mut found = Vec::new();
    for line in &entry.hand_over.lines {
        let is_no = entry.states.iter().any(|(id, state)| {
            *id == line.id && matches!(state, PostState::Conflict(_) | PostState::Refused(_))
        });
        let Some(ordered) = prescription.line(line.line).filter(|_| is_no) else {
            continue;
        };
        let own = |delivery: &&Delivery| delivery.id == Some(line.id);
        found.extend(
            ordered
                .deliveries
                .iter()
                .filter(|delivery| !own(delivery))
                .map(|delivery| (line.line, delivery.clone())),
        );
    }
    found.sort_by_key(|(_, delivery)| delivery.at);
    found
}
