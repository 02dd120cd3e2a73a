//! The outbox: what the base has not acknowledged yet, when it is tried next, and who is trying it.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Params, Row, Transaction, named_params, params};
use uuid::Uuid;

use super::hand_over::{Registered, line_id, registered};
use super::record::read_hand_over;
use super::{Store, StoreError, milliseconds, moment, settlement};
use crate::domain::consent::Consent;
use crate::domain::identifiers::{DispenseId, DispensedLineId, LineNumber};
use crate::domain::outbox::{DelayReason, OutboxEntry, PostState};
use crate::domain::refusal::{Refusal, RefusalCode};

/// How long a claim keeps other processes off an entry. One that ends while its post is under way does no harm: every
/// post looks its own identifiers up first.
pub const CLAIM_LASTS: Duration = Duration::from_secs(30);

/// A try that lies further in the future than this was made under a clock that was wrong: it postpones nothing.
pub const CLOCK_STEP_MAX: Duration = Duration::from_secs(60);

/// An older hand-over of the same prescription goes first: the base must see deliveries in their order.
// CROSS JOIN is SQLite's way to say: the prescription's few hand-overs first, not all that waits.
const NONE_BEFORE: &str = "NOT EXISTS (
    SELECT 1 FROM hand_over AS earlier CROSS JOIN outbox AS waiting ON waiting.hand_over = earlier.sequence
    WHERE earlier.prescription = (SELECT prescription FROM hand_over WHERE sequence = outbox.hand_over)
      AND earlier.sequence < outbox.hand_over AND waiting.state = 'pending')";

/// Nobody is posting it. A claim from the future was made under a wrong clock, and ends like any other.
const UNCLAIMED: &str = "(claimed_at IS NULL OR abs(:now - claimed_at) >= :claim_lasts)";

impl Store {
    /// Everything that is not done with, oldest first: what waits, and what a person must settle.
    pub fn outbox(&self) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut found = self.read(|transaction| {
            entries(
                transaction,
                "WHERE state IN ('pending', 'conflict', 'refused') ORDER BY sequence",
                [],
            )
        })?;
        found.retain(OutboxEntry::is_open);
        Ok(found)
    }

    /// The hand-overs that wait for the base, due or not, oldest first.
    pub fn outbox_waiting(&self) -> Result<Vec<DispenseId>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached(
                    "SELECT dispense FROM hand_over JOIN outbox ON outbox.hand_over = hand_over.sequence
                     WHERE state = 'pending' ORDER BY sequence",
                )?
                .query_and_then([], dispense_id)?
                .collect()
        })
    }

    /// At most `limit` entries that should be posted now, oldest first, one at a time per prescription.
    pub fn outbox_due(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let due = self.outbox_due_ids(now, limit)?;
        self.read(|transaction| {
            let found = due.into_iter().map(|id| entry(transaction, id));
            Ok(found
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect())
        })
    }

    /// The same, by their identifiers.
    pub fn outbox_due_ids(&self, now: Timestamp, limit: u32) -> Result<Vec<DispenseId>, StoreError> {
        let query = format!(
            "SELECT dispense FROM hand_over JOIN outbox ON outbox.hand_over = hand_over.sequence
             WHERE state = 'pending' AND {UNCLAIMED} AND {NONE_BEFORE}
             AND (next_attempt <= :now OR tried_at - :now > :clock_step_max)
             ORDER BY outbox.hand_over LIMIT :limit"
        );
        self.read(|transaction| {
            transaction
                .prepare_cached(&query)?
                .query_and_then(
                    named_params! {
                        ":now": milliseconds(now),
                        ":claim_lasts": in_milliseconds(CLAIM_LASTS),
                        ":clock_step_max": in_milliseconds(CLOCK_STEP_MAX),
                        ":limit": limit,
                    },
                    dispense_id,
                )?
                .collect()
        })
    }

    /// When [`Self::outbox_due`] will next have something; `None` when nothing waits.
    pub fn outbox_wakes_at(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let query = format!(
            "SELECT min(max(iif(tried_at - :now > :clock_step_max, :now, next_attempt),
                            iif({UNCLAIMED}, :now, claimed_at + :claim_lasts)))
             FROM outbox WHERE state = 'pending' AND {NONE_BEFORE}"
        );
        self.read(|transaction| {
            let next: Option<i64> = transaction.prepare_cached(&query)?.query_row(
                named_params! {
                    ":now": milliseconds(now),
                    ":claim_lasts": in_milliseconds(CLAIM_LASTS),
                    ":clock_step_max": in_milliseconds(CLOCK_STEP_MAX),
                },
                |row| row.get(0),
            )?;
            next.map(moment).transpose()
        })
    }

    /// The last recorded of those that wait, with its register numbers, and how many wait besides it.
    pub fn outbox_last(&self) -> Result<Option<(OutboxEntry, Registered, u32)>, StoreError> {
        self.read(|transaction| {
            let last = "WHERE state = 'pending' ORDER BY sequence DESC LIMIT 1";
            let Some(entry) = entries(transaction, last, [])?.pop() else {
                return Ok(None);
            };
            let waiting: u32 = transaction
                .prepare_cached("SELECT count(*) FROM outbox WHERE state = 'pending'")?
                .query_row([], |row| row.get(0))?;
            let numbers = registered(transaction, entry.hand_over.id)?;
            Ok(Some((entry, numbers, waiting.saturating_sub(1))))
        })
    }

    /// That hand-over and those that must be posted before it, in the order in which they must be.
    pub fn outbox_up_to(&self, dispense: DispenseId) -> Result<Vec<DispenseId>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached(
                    "SELECT before.dispense FROM hand_over AS it
                     JOIN hand_over AS before USING (prescription)
                     JOIN outbox ON outbox.hand_over = before.sequence
                     WHERE it.dispense = ?1 AND before.sequence <= it.sequence AND outbox.state = 'pending'
                     ORDER BY before.sequence",
                )?
                .query_and_then([dispense.to_string()], dispense_id)?
                .collect()
        })
    }

    /// Reserves an entry for the caller, who posts it and then settles or delays it.
    ///
    /// `None`: it does not wait any more, another process is at it, or an older one goes first.
    pub fn claim(&self, dispense: DispenseId, now: Timestamp) -> Result<Option<OutboxEntry>, StoreError> {
        self.write(|transaction| {
            let claimed = transaction
                .prepare_cached(&format!(
                    "UPDATE outbox SET claimed_at = :now
                     WHERE hand_over = (SELECT sequence FROM hand_over WHERE dispense = :dispense)
                       AND state = 'pending' AND {UNCLAIMED} AND {NONE_BEFORE}"
                ))?
                .execute(named_params! {
                    ":now": milliseconds(now),
                    ":claim_lasts": in_milliseconds(CLAIM_LASTS),
                    ":dispense": dispense.to_string(),
                })?;
            if claimed == 0 {
                return Ok(None);
            }
            entry(transaction, dispense)
        })
    }

    /// Notes what the base answered for these lines. An accepted line stays accepted, whatever is said later.
    pub fn settle(
        &self,
        dispense: DispenseId,
        states: &[(DispensedLineId, PostState)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            for (line, state) in states.iter().filter(|(_, state)| *state != PostState::Pending) {
                settle_line(transaction, dispense, *line, state)?;
            }
            let Some(entry) = entry(transaction, dispense)? else {
                return Ok(());
            };
            transaction
                .prepare_cached(
                    "UPDATE outbox SET state = ?2, tried_at = ?3, claimed_at = NULL
                     WHERE hand_over = (SELECT sequence FROM hand_over WHERE dispense = ?1)",
                )?
                .execute(params![
                    dispense.to_string(),
                    entry.state().code(),
                    milliseconds(now)
                ])?;
            Ok(())
        })
    }

    /// Notes the patient's choice that was read with a post.
    pub fn note_consent(&self, dispense: DispenseId, consent: Consent) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE outbox SET consent = ?2
                     WHERE hand_over = (SELECT sequence FROM hand_over WHERE dispense = ?1)",
                )?
                .execute([&dispense.to_string(), consent.code()])?;
            Ok(())
        })
    }

    /// Notes that a post did not end, why, and when to try again.
    pub fn delay(
        &self,
        dispense: DispenseId,
        reason: DelayReason,
        now: Timestamp,
        next_attempt: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE outbox SET attempts = attempts + 1, reason = ?2, tried_at = ?3, next_attempt = ?4,
                                       claimed_at = NULL
                     WHERE hand_over = (SELECT sequence FROM hand_over WHERE dispense = ?1) AND state = 'pending'",
                )?
                .execute(params![
                    dispense.to_string(),
                    reason.code(),
                    milliseconds(now),
                    milliseconds(next_attempt),
                ])?;
            Ok(())
        })
    }
}

fn in_milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn dispense_id(row: &Row) -> Result<DispenseId, StoreError> {
    Uuid::parse_str(&row.get::<_, String>(0)?)
        .map(DispenseId)
        .map_err(|_| StoreError::Unreadable("the identifier of a hand-over"))
}

/// What the base refused or contradicted of these lines of that hand-over waits for it again, from now on.
pub(super) fn wait_again(
    transaction: &Transaction,
    dispense: DispenseId,
    lines: &[DispensedLineId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for line in lines {
        transaction
            .prepare_cached(
                "UPDATE dispensed_line
                 SET state = 'pending', refusal_code = NULL, refusal_text = NULL, refusal_line = NULL
                 WHERE hand_over = (SELECT sequence FROM hand_over WHERE dispense = ?1) AND id = ?2
                   AND state IN ('conflict', 'refused')",
            )?
            .execute([dispense.to_string(), line.to_string()])?;
    }
    transaction
        .prepare_cached(
            "UPDATE outbox SET state = 'pending', reason = 'not-tried', attempts = 0, tried_at = ?2,
                               next_attempt = ?2, claimed_at = NULL
             WHERE hand_over = (SELECT sequence FROM hand_over WHERE dispense = ?1)",
        )?
        .execute(params![dispense.to_string(), milliseconds(now)])?;
    Ok(())
}

fn settle_line(
    transaction: &Transaction,
    dispense: DispenseId,
    line: DispensedLineId,
    state: &PostState,
) -> Result<(), StoreError> {
    let refusal = match state {
        PostState::Conflict(refusal) | PostState::Refused(refusal) => Some(refusal),
        PostState::Pending | PostState::Accepted | PostState::Local => None,
    };
    transaction
        .prepare_cached(
            "UPDATE dispensed_line SET state = ?3, refusal_code = ?4, refusal_text = ?5, refusal_line = ?6
             WHERE id = ?2 AND hand_over = (SELECT sequence FROM hand_over WHERE dispense = ?1)
               AND state <> 'accepted'",
        )?
        .execute(params![
            dispense.to_string(),
            line.to_string(),
            state.code(),
            refusal.map(|refusal| refusal.code.code()),
            refusal.map(|refusal| refusal.text.as_str()),
            refusal.and_then(|refusal| refusal.line).map(|line| line.0),
        ])?;
    Ok(())
}

/// The entry of that hand-over.
pub(super) fn entry(
    transaction: &Transaction,
    dispense: DispenseId,
) -> Result<Option<OutboxEntry>, StoreError> {
    let found = entries(transaction, "WHERE dispense = ?1", [dispense.to_string()])?;
    Ok(found.into_iter().next())
}

/// The entries that `which` selects: a `WHERE` over `hand_over` and `outbox`, and an `ORDER BY`.
pub(super) fn entries(
    transaction: &Transaction,
    which: &str,
    values: impl Params,
) -> Result<Vec<OutboxEntry>, StoreError> {
    transaction
        .prepare_cached(&format!(
            "SELECT sequence, content, coalesce(attempts, 0), coalesce(next_attempt, handed_over_at),
                    coalesce(reason, 'not-tried'), consent, outbox.hand_over IS NULL
             FROM hand_over LEFT JOIN outbox ON outbox.hand_over = hand_over.sequence
             {which}"
        ))?
        .query_and_then(values, |row| entry_of(transaction, row))?
        .collect()
}

fn entry_of(transaction: &Transaction, row: &Row) -> Result<OutboxEntry, StoreError> {
    let hand_over = read_hand_over(&row.get::<_, String>(1)?)?;
    let sequence = row.get(0)?;
    let mut states = states(transaction, sequence)?;
    let has_no_place: bool = row.get(6)?;
    for (line, state) in &mut states {
        if has_no_place || hand_over.is_local(*line) {
            *state = PostState::Local;
        }
    }
    Ok(OutboxEntry {
        since: hand_over.at,
        hand_over,
        settlement: settlement::last_of(transaction, sequence)?,
        consent_since: row
            .get::<_, Option<String>>(5)?
            .map(|code| Consent::from_code(&code).ok_or(StoreError::Unreadable("a patient's choice")))
            .transpose()?,
        states,
        attempts: row.get(2)?,
        next_attempt: moment(row.get(3)?)?,
        reason: DelayReason::from_code(&row.get::<_, String>(4)?)
            .ok_or(StoreError::Unreadable("why a post did not end"))?,
    })
}

fn states(transaction: &Transaction, sequence: i64) -> Result<Vec<(DispensedLineId, PostState)>, StoreError> {
    transaction
        .prepare_cached(
            "SELECT id, state, refusal_code, refusal_text, refusal_line FROM dispensed_line
             WHERE hand_over = ?1 ORDER BY place",
        )?
        .query_and_then([sequence], |row| {
            let refusal = || -> Result<Refusal, StoreError> {
                Ok(Refusal {
                    code: RefusalCode::from_code(&row.get::<_, String>(2)?),
                    text: row.get(3)?,
                    line: row.get::<_, Option<u16>>(4)?.map(LineNumber),
                })
            };
            let state = match row.get::<_, String>(1)?.as_str() {
                "pending" => PostState::Pending,
                "accepted" => PostState::Accepted,
                "conflict" => PostState::Conflict(refusal()?),
                "refused" => PostState::Refused(refusal()?),
                _ => return Err(StoreError::Unreadable("the state of a line")),
            };
            Ok((line_id(&row.get::<_, String>(0)?)?, state))
        })?
        .collect()
}
