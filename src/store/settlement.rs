//! What a person decided about hand-overs that the base refused or contradicted. Each choice stays.

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

use super::record::{read_operator, write_operator};
use super::{Store, StoreError, milliseconds, moment, outbox};
use crate::domain::identifiers::DispenseId;
use crate::domain::outbox::{OutboxEntry, Settlement, SettlementChoice};

/// The answer to a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettleAnswer {
    /// It is settled as wanted: the hand-over as it is now.
    Settled(Box<OutboxEntry>),
    /// Nothing was written: no such hand-over, or nothing of it is to be settled (any more).
    NothingToSettle,
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
            if !known.is_some_and(|entry| entry.is_to_settle()) {
                return Ok(SettleAnswer::NothingToSettle);
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
            if settlement.choice == SettlementChoice::Retried {
                outbox::wait_again(transaction, dispense, settlement.at)?;
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
