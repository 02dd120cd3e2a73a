//! Records a hand-over: its register entries and its place in the outbox, all of it in one transaction.

use jiff::Timestamp;
use rusqlite::{Transaction, params};
use uuid::Uuid;

use super::record::write_hand_over;
use super::{Store, StoreError, boxes, correction, milliseconds, outbox, register};
use crate::domain::dispense::{Dispense, DispensedLine, HandOver};
use crate::domain::identifiers::{DispenseId, DispensedLineId, LineNumber};
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::OutboxEntry;
use crate::domain::people::Ins;
use crate::domain::register::{RegisterContent, RegisterNumber, RegisteredDelivery};

/// The lines of a hand-over in their order, each with its register number; none when nothing was delivered of it.
pub type Registered = Vec<(DispensedLineId, Option<RegisterNumber>)>;

/// The answer to a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordAnswer {
    /// It is recorded, durably.
    Recorded(Registered),
    /// It had been recorded before, and nothing was written now. What was recorded then stands.
    AlreadyRecorded(Registered),
    /// Nothing was recorded: since the prescription was read, one of these lines was answered from this store.
    Outdated,
}

impl Store {
    /// Records a hand-over, once.
    ///
    /// `known` are the deliveries that the check counted. Two terminals of one pharmacy may have read the same
    /// prescription: the second to record is told to read it again, or both would hand over the same boxes.
    pub fn record(&self, dispense: &Dispense, known: &[DispensedLineId]) -> Result<RecordAnswer, StoreError> {
        let hand_over = dispense.hand_over();
        self.write(|transaction| {
            let before = registered(transaction, hand_over.id)?;
            if !before.is_empty() {
                return Ok(RecordAnswer::AlreadyRecorded(before));
            }
            if has_unknown_deliveries(transaction, hand_over, known)? {
                return Ok(RecordAnswer::Outdated);
            }
            insert(transaction, hand_over)?;
            Ok(RecordAnswer::Recorded(registered(transaction, hand_over.id)?))
        })
    }

    /// The register numbers of a hand-over; empty when it was never recorded.
    pub fn registered(&self, dispense: DispenseId) -> Result<Registered, StoreError> {
        self.read(|transaction| registered(transaction, dispense))
    }

    /// The hand-over with that identifier, with its state at the base.
    pub fn hand_over(&self, dispense: DispenseId) -> Result<Option<OutboxEntry>, StoreError> {
        self.read(|transaction| outbox::entry(transaction, dispense))
    }

    /// Every hand-over of that prescription from this store, acknowledged or not, oldest first.
    pub fn hand_overs_of(&self, number: &PrescriptionNumber) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(|transaction| {
            outbox::entries(
                transaction,
                "WHERE prescription = ?1 ORDER BY sequence",
                [number.as_str()],
            )
        })
    }

    /// What was handed over to one patient from that moment on and before that other one, oldest first.
    ///
    /// A content is only read where the patient's number is somewhere in it: most of
    /// what a pharmacy hands over in a hundred days is for others, and there is no index of patients to be purged.
    pub fn served_to(
        &self,
        ins: &Ins,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut served = self.read(|transaction| {
            outbox::entries(
                transaction,
                "WHERE handed_over_at >= ?1 AND handed_over_at < ?2 AND instr(content, ?3) > 0 ORDER BY sequence",
                params![milliseconds(from), milliseconds(until), ins.as_str()],
            )
        })?;
        served.retain(|entry| entry.hand_over.patient.ins.as_ref() == Some(ins));
        Ok(served)
    }

    /// What was handed over from that moment on and before that other one, oldest first.
    pub fn served_between(&self, from: Timestamp, until: Timestamp) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(|transaction| {
            outbox::entries(
                transaction,
                "WHERE handed_over_at >= ?1 AND handed_over_at < ?2 ORDER BY sequence",
                [milliseconds(from), milliseconds(until)],
            )
        })
    }
}

pub(super) fn insert(transaction: &Transaction, hand_over: &HandOver) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO hand_over (dispense, prescription, handed_over_at, content) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            hand_over.id.to_string(),
            hand_over.number.as_str(),
            milliseconds(hand_over.at),
            write_hand_over(hand_over)?,
        ])?;
    let sequence = transaction.last_insert_rowid();
    if let Some(corrects) = &hand_over.corrects {
        correction::take_back(transaction, sequence, hand_over, corrects)?;
    }
    for (place, line) in (1_u32..).zip(&hand_over.lines) {
        let number = registered_delivery(hand_over, line)
            .map(|delivery| {
                let content = RegisterContent::Delivery(Box::new(delivery));
                register::append(transaction, hand_over.at, content)
            })
            .transpose()?;
        if let Some(number) = number {
            boxes::note(transaction, number, line)?;
        }
        transaction
            .prepare_cached(
                "INSERT INTO dispensed_line (id, hand_over, place, line, register_number)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                line.id.to_string(),
                sequence,
                place,
                line.line.0,
                number.map(|number| number.0)
            ])?;
    }
    if hand_over.is_off_base() {
        // Nothing will ever be posted of it: it has no place in the outbox.
        return Ok(());
    }
    transaction
        .prepare_cached("INSERT INTO outbox (hand_over, tried_at, next_attempt) VALUES (?1, ?2, ?2)")?
        .execute([sequence, milliseconds(hand_over.at)])?;
    Ok(())
}

/// What the register says of a line: nothing when nothing was delivered.
fn registered_delivery(hand_over: &HandOver, line: &DispensedLine) -> Option<RegisteredDelivery> {
    let supply = line.outcome.supply()?;
    Some(RegisteredDelivery {
        dispense: hand_over.id,
        dispensed_line: line.id,
        prescription: hand_over.number.clone(),
        line: line.line,
        pharmacy: hand_over.pharmacy.clone(),
        operator: hand_over.operator.clone(),
        patient: hand_over.patient.clone(),
        prescriber: hand_over.prescriber.clone(),
        ordered: line.ordered.clone(),
        product: supply.label.clone(),
        code: supply.code.code().to_owned(),
        boxes: supply.boxes,
        lot: supply.lot.clone(),
        expiry: supply.expiry,
        serials: supply.serials().cloned().collect(),
        outcome: line.outcome.code().to_owned(),
        basis: line.basis,
        reason: line.reason_code().map(str::to_owned),
        agreement: line.outcome.agreement().cloned(),
        note: line.note.clone(),
        replaces: hand_over.corrects.as_ref().map(|corrects| corrects.entry),
        paper: hand_over.paper,
    })
}

/// The register numbers of a hand-over, line by line.
pub(super) fn registered(transaction: &Transaction, dispense: DispenseId) -> Result<Registered, StoreError> {
    transaction
        .prepare_cached(
            "SELECT id, register_number FROM dispensed_line
             WHERE hand_over = (SELECT sequence FROM hand_over WHERE dispense = ?1) ORDER BY place",
        )?
        .query_and_then([dispense.to_string()], |row| {
            let number: Option<u32> = row.get(1)?;
            Ok((line_id(&row.get::<_, String>(0)?)?, number.map(RegisterNumber)))
        })?
        .collect()
}

/// Whether this store holds an answer to one of these lines that is not among the `known` ones.
pub(super) fn has_unknown_deliveries(
    transaction: &Transaction,
    hand_over: &HandOver,
    known: &[DispensedLineId],
) -> Result<bool, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT dispensed_line.id, line FROM dispensed_line
         JOIN hand_over ON hand_over.sequence = dispensed_line.hand_over WHERE prescription = ?1 AND place > 0",
    )?;
    let mut rows = statement.query([hand_over.number.as_str()])?;
    while let Some(row) = rows.next()? {
        let (id, answered) = (line_id(&row.get::<_, String>(0)?)?, LineNumber(row.get(1)?));
        if !known.contains(&id) && hand_over.lines.iter().any(|line| line.line == answered) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The identifier of a line, as the store writes it.
pub(super) fn line_id(text: &str) -> Result<DispensedLineId, StoreError> {
    Uuid::parse_str(text)
        .map(DispensedLineId)
        .map_err(|_| StoreError::Unreadable("the identifier of a line"))
}
