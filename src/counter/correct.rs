//! Corrections: a recorded delivery is taken back or replaced, here at once, at the base behind what it corrects.

use jiff::Timestamp;

use super::record::Recorded;
use super::{Counter, CounterError};
use crate::base::Transport;
use crate::domain::correction::{CannotCorrect, Chapter, Correction, Motive, Standing};
use crate::domain::dispense::{Circumstances, Proposal};
use crate::domain::finding::Finding;
use crate::domain::identifiers::{DispenseId, DispensedLineId};
use crate::domain::prescription::Prescription;
use crate::domain::product::ProductCode;
use crate::domain::register::RegisterNumber;
use crate::store::CorrectionAnswer;

/// What is corrected, why, and under which identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionOrder {
    /// The register entry of the delivery.
    pub entry: RegisterNumber,
    /// Why.
    pub motive: Motive,
    /// What replaces it; nothing for a cancellation.
    pub replacement: Option<Replacement>,
    /// The identifier minted for it: ordering it again records nothing more.
    pub id: DispenseId,
    /// When.
    pub at: Timestamp,
}

/// What replaces a delivery, proposed and not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The prescription as it was shown.
    pub prescription: Prescription,
    /// The decision for the line.
    pub proposal: Proposal,
}

/// What became of a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrectionOutcome {
    /// It is recorded, durably.
    Recorded(Box<Recorded>),
    /// The rules stop what would replace the delivery; nothing was recorded.
    Stopped(Vec<Finding>),
    /// The entry is not one that can be corrected; nothing was recorded.
    Refused(CannotCorrect),
    /// Another terminal answered this line since the prescription was read; nothing was recorded.
    Outdated,
}

impl<T: Transport> Counter<T> {
    /// The delivery behind that register entry, when it stands and may be corrected.
    pub fn standing(&self, entry: RegisterNumber) -> Result<Result<Standing, CannotCorrect>, CounterError> {
        Ok(self.store.standing(entry)?)
    }

    /// Everything recorded about the delivery that this entry is about, oldest first, with its state at the base.
    pub fn history(&self, entry: RegisterNumber) -> Result<Vec<Chapter>, CounterError> {
        Ok(self.store.history(entry)?)
    }

    /// Checks a correction and records it: counter-entry, replacement and outbox at once.
    pub fn correct(&self, order: CorrectionOrder) -> Result<CorrectionOutcome, CounterError> {
        let id = order.id;
        // Before anything else: once recorded, its delivery does not stand any more.
        if self.store.hand_over(id)?.is_some() {
            return self.recorded_correction(id, Vec::new());
        }
        let standing = match self.store.standing(order.entry)? {
            Ok(standing) => standing,
            Err(refusal) => return Ok(CorrectionOutcome::Refused(refusal)),
        };
        let (correction, counted) = match self.checked(&standing, order) {
            Ok(checked) => checked,
            Err(findings) => return Ok(CorrectionOutcome::Stopped(findings)),
        };
        match self.store.record_correction(&correction, &counted)? {
            CorrectionAnswer::Recorded(_) => self.recorded_correction(id, correction.findings().to_vec()),
            CorrectionAnswer::AlreadyRecorded(_) => self.recorded_correction(id, Vec::new()),
            CorrectionAnswer::Refused(refusal) => Ok(CorrectionOutcome::Refused(refusal)),
            CorrectionAnswer::Outdated => Ok(CorrectionOutcome::Outdated),
        }
    }

    /// The correction with the proof that it may be recorded, and the deliveries that were counted for it.
    fn checked(
        &self,
        standing: &Standing,
        order: CorrectionOrder,
    ) -> Result<(Correction, Vec<DispensedLineId>), Vec<Finding>> {
        let circumstances = Circumstances {
            id: order.id,
            operator: self.operator.clone(),
            pharmacy: self.pharmacy.clone(),
            at: order.at,
            today: self.day(standing.hand_over.handed_over_at()),
            // The delivery that is replaced is the very one that would be found.
            gone: Vec::new(),
        };
        let Some(Replacement {
            prescription,
            proposal,
        }) = order.replacement
        else {
            let correction = Correction::cancelling(standing, order.motive, circumstances);
            return Ok((correction, Vec::new()));
        };
        let counted = prescription.lines.iter().flat_map(|line| &line.deliveries);
        let counted = counted.filter_map(|delivery| delivery.id).collect();
        let product = |code: &ProductCode| self.catalogue.find(code);
        let correction = Correction::rectifying(
            standing,
            order.motive,
            prescription,
            proposal,
            circumstances,
            &product,
        )?;
        Ok((correction, counted))
    }

    /// What the store says was recorded, which is what is shown.
    fn recorded_correction(
        &self,
        id: DispenseId,
        findings: Vec<Finding>,
    ) -> Result<CorrectionOutcome, CounterError> {
        let entry = self.store.hand_over(id)?.ok_or(CounterError::NotRecorded)?;
        Ok(CorrectionOutcome::Recorded(Box::new(Recorded {
            entry,
            registered: self.store.registered(id)?,
            findings,
        })))
    }
}
