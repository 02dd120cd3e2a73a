//! Corrections: what stands and may be corrected, what is recorded of a correction, and the whole history of a delivery.
//!
//! A correction is a hand-over of its own in the outbox, behind the one it corrects. Its first place there (0) is the
//! taking back, whose register entry is the counter-entry; what replaces the delivery, if anything, follows.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::hand_over::{has_unknown_deliveries, insert, registered};
use super::register::{append, correction_of, entry_of_number};
use super::{Registered, Store, StoreError, outbox};
use crate::domain::correction::{CannotCorrect, Chapter, Correction, Corrects, Standing};
use crate::domain::dispense::HandOver;
use crate::domain::identifiers::{DispenseId, DispensedLineId};
use crate::domain::register::{RegisterContent, RegisterNumber};

/// The answer to the recording of a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrectionAnswer {
    /// It is recorded, durably: the counter-entry first, then what replaces the delivery.
    Recorded(Registered),
    /// It had been recorded before, and nothing was written now.
    AlreadyRecorded(Registered),
    /// Nothing was recorded: the delivery does not stand, or not alone.
    Refused(CannotCorrect),
    /// Nothing was recorded: since the prescription was read, this line was answered from this store.
    Outdated,
}

impl Store {
    /// The delivery behind that entry, when it stands and may be corrected.
    pub fn standing(&self, number: RegisterNumber) -> Result<Result<Standing, CannotCorrect>, StoreError> {
        self.read(|transaction| standing(transaction, number))
    }

    /// Records a correction, once: the counter-entry, what replaces the delivery, and their place in the outbox.
    ///
    /// `known` are the deliveries that the check counted, as for [`Store::record`].
    pub fn record_correction(
        &self,
        correction: &Correction,
        known: &[DispensedLineId],
    ) -> Result<CorrectionAnswer, StoreError> {
        let hand_over = correction.hand_over();
        self.write(|transaction| {
            let before = registered(transaction, hand_over.id)?;
            if !before.is_empty() {
                return Ok(CorrectionAnswer::AlreadyRecorded(before));
            }
            let Some(corrects) = &hand_over.corrects else {
                return Err(StoreError::Unreadable("a correction"));
            };
            match standing(transaction, corrects.entry)? {
                Err(refusal) => return Ok(CorrectionAnswer::Refused(refusal)),
                Ok(standing) if standing.line.id != corrects.delivery => {
                    return Ok(CorrectionAnswer::Refused(CannotCorrect::NotFromHere));
                }
                Ok(_) => {}
            }
            if has_unknown_deliveries(transaction, hand_over, known)? {
                return Ok(CorrectionAnswer::Outdated);
            }
            insert(transaction, hand_over)?;
            Ok(CorrectionAnswer::Recorded(registered(transaction, hand_over.id)?))
        })
    }

    /// Everything recorded about the delivery that this entry is about, oldest first; empty when there is no such entry.
    pub fn history(&self, number: RegisterNumber) -> Result<Vec<Chapter>, StoreError> {
        self.read(|transaction| {
            let Some(root) = root(transaction, number)? else {
                return Ok(Vec::new());
            };
            let mut chapters = Vec::new();
            let mut next = BTreeSet::from([root]);
            while let Some(number) = next.pop_first() {
                let Some(chapter) = chapter(transaction, number)? else {
                    break;
                };
                // Each number is higher than the one before: a damaged index cannot turn in circles.
                let follows = follows(transaction, &chapter)?;
                next.extend(follows.into_iter().filter(|follows| *follows > number));
                chapters.push(chapter);
            }
            Ok(chapters)
        })
    }
}

/// The counter-entry, its place in the outbox, and the index of corrections.
pub(super) fn take_back(
    transaction: &Transaction,
    sequence: i64,
    hand_over: &HandOver,
    corrects: &Corrects,
) -> Result<(), StoreError> {
    let content = RegisterContent::Correction {
        of: corrects.entry,
        code: Some(corrects.motive.reason()),
        reason: corrects.motive.words().to_owned(),
        operator: hand_over.operator.clone(),
    };
    let number = append(transaction, hand_over.at, content)?;
    transaction
        .prepare_cached("INSERT INTO register_correction VALUES (?1, ?2)")?
        .execute([corrects.entry.0, number.0])?;
    transaction
        .prepare_cached(
            "INSERT INTO dispensed_line (id, hand_over, place, line, register_number) VALUES (?1, ?2, 0, ?3, ?4)",
        )?
        .execute(params![
            hand_over.id.annulment().to_string(),
            sequence,
            corrects.line.0,
            number.0
        ])?;
    Ok(())
}

fn are_of_one_hand_over(
    transaction: &Transaction,
    one: RegisterNumber,
    other: RegisterNumber,
) -> Result<bool, StoreError> {
    let hand_overs: u32 = transaction
        .prepare_cached(
            "SELECT COUNT(DISTINCT hand_over) FROM dispensed_line WHERE register_number IN (?1, ?2)",
        )?
        .query_row([one.0, other.0], |row| row.get(0))?;
    Ok(hand_overs == 1)
}

fn standing(
    transaction: &Transaction,
    number: RegisterNumber,
) -> Result<Result<Standing, CannotCorrect>, StoreError> {
    let Some(entry) = entry_of_number(transaction, number)? else {
        return Ok(Err(CannotCorrect::NoSuchEntry));
    };
    let delivery = match entry.content {
        None => return Ok(Err(CannotCorrect::Erased)),
        Some(RegisterContent::Correction { of, .. }) => return Ok(Err(CannotCorrect::IsCorrection { of })),
        Some(RegisterContent::Delivery(delivery)) => delivery,
    };
    if let Some(by) = correction_of(transaction, number)? {
        let replaced_by = replacements_of(transaction, by)?.first().copied();
        return Ok(Err(CannotCorrect::AlreadyCorrected { by, replaced_by }));
    }
    let newest: Option<u32> = transaction
        .prepare_cached(
            "SELECT register_number FROM dispensed_line JOIN hand_over ON hand_over.sequence = dispensed_line.hand_over
             WHERE prescription = ?1 AND line = ?2 AND place > 0 AND register_number IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM register_correction WHERE corrected = register_number)
             ORDER BY sequence DESC, place DESC LIMIT 1",
        )?
        .query_row(params![delivery.prescription.as_str(), delivery.line.0], |row| row.get(0))
        .optional()?;
    match newest.map(RegisterNumber) {
        None => return Ok(Err(CannotCorrect::NotFromHere)),
        // Lots handed over together are told apart by their entries: none of them is newer than the others.
        Some(newest) if !are_of_one_hand_over(transaction, number, newest)? => {
            return Ok(Err(CannotCorrect::NotNewest { newest }));
        }
        Some(_) => {}
    }
    let post = outbox::entry(transaction, delivery.dispense)?;
    let Some(hand_over) = post.map(|post| post.hand_over) else {
        return Ok(Err(CannotCorrect::NotFromHere));
    };
    let line = hand_over
        .lines
        .iter()
        .find(|line| line.id == delivery.dispensed_line);
    Ok(match line.cloned() {
        None => Err(CannotCorrect::NotFromHere),
        Some(line) => Ok(Standing {
            entry: number,
            line,
            earlier: hand_over.annulled().collect(),
            hand_over,
        }),
    })
}

/// The first entry of the delivery that this entry is about.
fn root(transaction: &Transaction, number: RegisterNumber) -> Result<Option<RegisterNumber>, StoreError> {
    let mut root = number;
    loop {
        let Some(entry) = entry_of_number(transaction, root)? else {
            return Ok((root != number).then_some(number));
        };
        let before = match entry.content {
            Some(RegisterContent::Correction { of, .. }) => Some(of),
            Some(RegisterContent::Delivery(delivery)) => delivery.replaces,
            None => None,
        };
        match before.filter(|before| *before < root) {
            Some(before) => root = before,
            None => return Ok(Some(root)),
        }
    }
}

fn chapter(transaction: &Transaction, number: RegisterNumber) -> Result<Option<Chapter>, StoreError> {
    let Some(entry) = entry_of_number(transaction, number)? else {
        return Ok(None);
    };
    let dispense: Option<String> = transaction
        .prepare_cached(
            "SELECT dispense FROM hand_over JOIN dispensed_line ON hand_over.sequence = dispensed_line.hand_over
             WHERE register_number = ?1",
        )?
        .query_row([number.0], |row| row.get(0))
        .optional()?;
    let dispense = dispense
        .map(|text| Uuid::parse_str(&text).map(DispenseId))
        .transpose()
        .map_err(|_| StoreError::Unreadable("the identifier of a hand-over"))?;
    let post = match dispense {
        Some(dispense) => outbox::entry(transaction, dispense)?,
        None => None,
    };
    Ok(Some(Chapter { entry, post }))
}

/// The entries that continue the history after that one.
fn follows(transaction: &Transaction, chapter: &Chapter) -> Result<Vec<RegisterNumber>, StoreError> {
    let number = chapter.entry.number;
    match correction_of(transaction, number)? {
        Some(correction) => Ok(vec![correction]),
        None => replacements_of(transaction, number),
    }
}

/// What replaces the delivery that this counter-entry takes back: an entry for each product and lot.
fn replacements_of(
    transaction: &Transaction,
    correction: RegisterNumber,
) -> Result<Vec<RegisterNumber>, StoreError> {
    transaction
        .prepare_cached(
            "SELECT replacement.register_number FROM dispensed_line AS taking_back
             JOIN dispensed_line AS replacement USING (hand_over)
             WHERE taking_back.register_number = ?1 AND taking_back.place = 0 AND replacement.place > 0
               AND replacement.register_number IS NOT NULL
             ORDER BY replacement.place",
        )?
        .query_map([correction.0], |row| Ok(RegisterNumber(row.get(0)?)))?
        .map(|number| Ok(number?))
        .collect()
}
