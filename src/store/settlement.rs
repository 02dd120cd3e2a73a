//! What a person decided about hand-overs that the base refused or contradicted. Each choice stays.

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

use super::record::{read_operator, write_operator};
use super::{Store, StoreError, milliseconds, moment, outbox};
use crate::domain::identifiers::{DispenseId, DispensedLineId};
use crate::domain::outbox::{OutboxEntry, Settlement, SettlementChoice};

/// The answer to a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettleAnswer {
    /// It is settled as wanted: the hand-over as it is now.
    Settled(Box<OutboxEntry>),
    /// Nothing was written: no such hand-over, or nothing of it is to be settled (any more).
    NothingToSettle,
    /// Nothing was written: a later correction took back all that would be posted again.
    TakenBack,
}

impl Store {
    /// Notes what a person decided. [`SettlementChoice::Retried`] makes its refused and contradicted lines wait for
    /// the base again; any other leaves every state as the base said it.
    pub fn note_settlement(
        &self,
        dispense: DispenseId,
        settlement: &Settlement,
    ) -> Result<SettleAnswer, StoreError> {
        self.write(|transaction| {
            // Asked inside: another terminal may have settled it a moment ago.
            let known = outbox::entry(transaction, dispense)?;
            let Some(known) = known.filter(OutboxEntry::is_to_settle) else {
                return Ok(SettleAnswer::NothingToSettle);
            };
            let is_retried = settlement.choice == SettlementChoice::Retried;
            let again = if is_retried {
                still_standing(transaction, &known)?
            } else {
                Vec::new()
            };
            if is_retried && again.is_empty() {
                return Ok(SettleAnswer::TakenBack);
            }
            transaction
                .prepare_cached(
                    "INSERT INTO settlement (hand_over, choice, operator, settled_at, reason)
                     SELECT sequence, ?2, ?3, ?4, ?5 FROM hand_over WHERE dispense = ?1",
                )?
                .execute(params![
                    dispense.to_string(),
                    settlement.choice.code(),
                    write_operator(&settlement.operator)?,
                    milliseconds(settlement.at),
                    settlement.reason.trim(),
                ])?;
            if is_retried {
                outbox::wait_again(transaction, dispense, &again, settlement.at)?;
            }
            let settled = outbox::entry(transaction, dispense)?;
            Ok(settled.map_or(SettleAnswer::NothingToSettle, |entry| {
                SettleAnswer::Settled(Box::new(entry))
            }))
        })
    }

    /// Every choice made about that hand-over, the first one first.
    pub fn settlements_of(&self, dispense: DispenseId) -> Result<Vec<Settlement>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached(
                    "SELECT choice, operator, settled_at, reason FROM settlement
                     JOIN hand_over ON hand_over.sequence = settlement.hand_over
                     WHERE dispense = ?1 ORDER BY settlement.sequence",
                )?
                .query_and_then([dispense.to_string()], settlement_of_row)?
                .collect()
        })
    }

    /// The hand-overs about which a choice was made from that moment on, oldest first.
    pub fn settled_since(&self, from: Timestamp) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(|transaction| {
            outbox::entries(
                transaction,
                "WHERE sequence IN (SELECT hand_over FROM settlement WHERE settled_at >= ?1) ORDER BY sequence",
                [milliseconds(from)],
            )
        })
    }
}

/// What of a hand-over may be posted again: what the base did not accept and no later correction took back. Posted all
/// the same, that would count beside what replaced it. A correction shares one fate: its replacement decides.
fn still_standing(
    transaction: &Transaction,
    entry: &OutboxEntry,
) -> Result<Vec<DispensedLineId>, StoreError> {
    let of_same = "WHERE prescription = ?1 ORDER BY sequence";
    let recorded = outbox::entries(transaction, of_same, [entry.hand_over.number.as_str()])?;
    let taken_back: Vec<DispensedLineId> = recorded
        .iter()
        .filter(|other| other.hand_over.id != entry.hand_over.id)
        .flat_map(|other| other.hand_over.annulled())
        .collect();
    let is_taken_back = |line: &DispensedLineId| taken_back.contains(line);
    if entry.hand_over.corrects.is_some() && entry.hand_over.lines.iter().any(|line| is_taken_back(&line.id))
    {
        return Ok(Vec::new());
    }
    let refused = entry.refusals().map(|(line, _)| line);
    Ok(refused.filter(|line| !is_taken_back(line)).collect())
}

/// The last choice made about a hand-over.
pub(super) fn last_of(transaction: &Transaction, sequence: i64) -> Result<Option<Settlement>, StoreError> {
    transaction
        .prepare_cached(
            "SELECT choice, operator, settled_at, reason FROM settlement
             WHERE hand_over = ?1 ORDER BY sequence DESC LIMIT 1",
        )?
        .query_and_then([sequence], settlement_of_row)?
        .next()
        .transpose()
}

fn settlement_of_row(row: &Row) -> Result<Settlement, StoreError> {
    Ok(Settlement {
        choice: SettlementChoice::from_code(&row.get::<_, String>(0)?)
            .ok_or(StoreError::Unreadable("what was decided about a hand-over"))?,
        operator: read_operator(&row.get::<_, String>(1)?)?,
        at: moment(row.get(2)?)?,
        reason: row.get(3)?,
    })
}
