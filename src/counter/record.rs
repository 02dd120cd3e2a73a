//! From decisions to the register: checked against the rules, then recorded before a byte is sent.

use jiff::Timestamp;

use super::{Counter, CounterError};
use crate::base::Transport;
use crate::domain::dispense::{Circumstances, Dispense, Proposal};
use crate::domain::finding::Finding;
use crate::domain::identifiers::{DispenseId, DispensedLineId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::prescription::Prescription;
use crate::store::{RecordAnswer, Registered};

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is recorded, durably.
    Recorded(Box<Recorded>),
    /// The rules stop it; nothing was recorded.
    Stopped(Vec<Finding>),
    /// Another terminal answered one of these lines since the prescription was read: consult it again. Nothing was
    /// recorded.
    Outdated,
}

/// A recorded hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What was recorded, and its state at the base.
    pub entry: OutboxEntry,
    /// Its lines, each with its register number.
    pub registered: Registered,
    /// What the rules remarked without stopping it. Empty when it had been recorded before.
    pub findings: Vec<Finding>,
}

impl<T: Transport> Counter<T> {
    /// Checks a proposal without recording it.
    pub fn check(
        &self,
        prescription: &Prescription,
        proposal: Proposal,
        id: DispenseId,
        now: Timestamp,
    ) -> Result<Result<Dispense, Vec<Finding>>, CounterError> {
        let supplies = proposal
            .decisions
            .iter()
            .filter_map(|decision| decision.outcome.supply());
        let gone = self.store.gone(supplies.flat_map(|supply| &supply.read))?;
        let circumstances = Circumstances {
            id,
            operator: self.operator.clone(),
            pharmacy: self.pharmacy.clone(),
            at: now,
            today: self.day(now),
            gone,
        };
        let product = |code: &_| self.catalogue.find(code);
        Ok(Dispense::check(prescription, proposal, circumstances, &product))
    }

    /// Checks a proposal and records it: register, chain and outbox at once.
    ///
    /// A proposal whose identifier is already recorded is not recorded again: what was recorded then is returned.
    pub fn record(
        &self,
        prescription: &Prescription,
        proposal: Proposal,
        id: DispenseId,
        now: Timestamp,
    ) -> Result<RecordOutcome, CounterError> {
        // Before the rules: once recorded, its own boxes would count against it.
        if self.store.hand_over(id)?.is_some() {
            return self.recorded(id, Vec::new());
        }
        let dispense = match self.check(prescription, proposal, id, now)? {
            Ok(dispense) => dispense,
            Err(findings) => return Ok(RecordOutcome::Stopped(findings)),
        };
        let counted: Vec<DispensedLineId> = prescription
            .lines
            .iter()
            .flat_map(|line| &line.deliveries)
            .filter_map(|delivery| delivery.id)
            .collect();
        self.store.keep_transcription(prescription, now)?;
        match self.store.record(&dispense, &counted)? {
            RecordAnswer::Recorded(_) => self.recorded(id, dispense.findings().to_vec()),
            RecordAnswer::AlreadyRecorded(_) => self.recorded(id, Vec::new()),
            RecordAnswer::Outdated => Ok(RecordOutcome::Outdated),
        }
    }

    /// What the store says was recorded, which is what is shown.
    fn recorded(&self, id: DispenseId, findings: Vec<Finding>) -> Result<RecordOutcome, CounterError> {
        let entry = self.store.hand_over(id)?.ok_or(CounterError::NotRecorded)?;
        Ok(RecordOutcome::Recorded(Box::new(Recorded {
            entry,
            registered: self.store.registered(id)?,
            findings,
        })))
    }
}
