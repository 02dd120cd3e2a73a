//! Erases what was kept as long as the law asks, everywhere it rests, and keeps the trace of having done so.
//!
//! What stays of an entry is its number, its date, its class, its commitment and its link: the chain still holds.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError, moment};
use crate::domain::closure::Closure;
use crate::domain::register::{Erasure, RegisterNumber};
use crate::domain::retention::{ClockDoubt, RetentionClass, clock_doubt, legal_zone, unserved_copy_is_over};

/// How far a clock may be behind the purge that it is asked about: it was set right in between.
const CLOCK_BEHIND_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Whether something is erased, or only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeMode {
    /// Say what would be erased.
    Rehearse,
    /// Erase it.
    Erase,
}

/// Why the clock is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockTrust {
    /// It goes on from what is recorded, without a leap.
    Plausible,
    /// A person looked at it, and says that it is right.
    VouchedFor,
}

/// The answer to a purge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurgeAnswer {
    /// This was erased, or would be.
    Purged(Purged),
    /// Nothing has passed its end.
    NothingToPurge,
    /// The clock may be wrong, and nothing was erased.
    ClockDoubted(ClockDoubt),
}

/// What a purge erased, or would.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purged {
    /// Register entries, class by class.
    pub entries: BTreeMap<RetentionClass, PurgedEntries>,
    /// Hand-overs, whole.
    pub hand_overs: u32,
    /// Prescriptions as received, each time they were.
    pub copies: u32,
    /// What still holds the bytes that were erased.
    pub remnants: Remnants,
}

/// Register entries of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurgedEntries {
    /// The lowest number.
    pub first: RegisterNumber,
    /// The highest number. Entries between the two may be kept still.
    pub last: RegisterNumber,
    /// How many.
    pub count: u32,
}

/// Where erased bytes may still be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Remnants {
    /// Nowhere in the store's files.
    #[default]
    None,
    /// In the write-ahead log, until every program that reads the store at this moment has ended its reading.
    InTheLog,
}

/// A purge that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purge {
    /// When.
    pub at: Timestamp,
    /// Who asked for it: the operator's identifier.
    pub operator: String,
    /// Why its clock was believed.
    pub clock: ClockTrust,
    /// What it erased.
    pub purged: Purged,
}

impl ClockTrust {
    /// The code that the store and JSON carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plausible => "plausible",
            Self::VouchedFor => "vouched-for",
        }
    }
}

/// What is to be erased.
struct Plan {
    entries: Vec<(RegisterNumber, RetentionClass)>,
    hand_overs: Vec<i64>,
    copies: Vec<i64>,
}

/// The law's calendar, at one moment.
struct Calendar {
    zone: TimeZone,
    today: Date,
}

impl Calendar {
    fn at(now: Timestamp) -> Self {
        let zone = legal_zone();
        let today = now.to_zoned(zone.clone()).date();
        Self { zone, today }
    }

    fn day(&self, moment: Timestamp) -> Date {
        moment.to_zoned(self.zone.clone()).date()
    }

    fn is_over(&self, class: RetentionClass, recorded_at: Timestamp) -> bool {
        class.is_over(self.day(recorded_at), self.today)
    }
}

impl Store {
    /// Erases everything whose retention is over at `now`, in one transaction, and then from the write-ahead log.
    ///
    /// Never what the base has not answered for, nor what a person must still settle.
    pub fn purge(
        &self,
        now: Timestamp,
        operator: &str,
        clock: ClockTrust,
        mode: PurgeMode,
    ) -> Result<PurgeAnswer, StoreError> {
        let answer = self.write(|transaction| {
            if clock == ClockTrust::Plausible
                && let Some(doubt) = doubt(transaction, now)?
            {
                return Ok(PurgeAnswer::ClockDoubted(doubt));
            }
            let plan = Plan::at(transaction, now)?;
            if plan.is_empty() {
                return Ok(PurgeAnswer::NothingToPurge);
            }
            if mode == PurgeMode::Erase {
                plan.note(transaction, now, operator, clock)?;
                plan.erase(transaction)?;
            }
            Ok(PurgeAnswer::Purged(plan.purged()))
        })?;
        Ok(match answer {
            PurgeAnswer::Purged(purged) if mode == PurgeMode::Erase => PurgeAnswer::Purged(Purged {
                remnants: self.empty_log()?,
                ..purged
            }),
            answer => answer,
        })
    }

    /// Every purge, oldest first.
    pub fn purges(&self) -> Result<Vec<Purge>, StoreError> {
        self.read(|transaction| {
            let rows = transaction
                .prepare_cached(
                    "SELECT sequence, purged_at, operator, clock, hand_overs, copies FROM purge ORDER BY sequence",
                )?
                .query_and_then([], |row| {
                    let at: String = row.get(1)?;
                    let clock: String = row.get(3)?;
                    let purge = Purge {
                        at: at.parse().map_err(|_| StoreError::Unreadable("the moment of a purge"))?,
                        operator: row.get(2)?,
                        clock: if clock == ClockTrust::Plausible.code() {
                            ClockTrust::Plausible
                        } else {
                            ClockTrust::VouchedFor
                        },
                        purged: Purged {
                            hand_overs: row.get(4)?,
                            copies: row.get(5)?,
                            ..Purged::default()
                        },
                    };
                    Ok((row.get(0)?, purge))
                })?
                .collect::<Result<Vec<(i64, Purge)>, StoreError>>()?;
            let with_entries = |(sequence, mut purge): (i64, Purge)| {
                purge.purged.entries = entries_of(transaction, sequence)?;
                Ok(purge)
            };
            rows.into_iter().map(with_entries).collect()
        })
    }

    /// How that entry lost its content, if it did.
    pub fn erasure(&self, number: RegisterNumber) -> Result<Option<Erasure>, StoreError> {
        self.read(|transaction| erasure(transaction, number))
    }

    /// Moves the write-ahead log into the file, where what was erased is overwritten, and empties it.
    fn empty_log(&self) -> Result<Remnants, StoreError> {
        let mut slot = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = self.sound(&mut slot)?;
        let is_blocked: bool =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(if is_blocked {
            Remnants::InTheLog
        } else {
            Remnants::None
        })
    }
}

impl Plan {
    fn at(transaction: &Transaction, now: Timestamp) -> Result<Self, StoreError> {
        let calendar = Calendar::at(now);
        let entries = entries_over(transaction, &calendar)?;
        let mut plan = Self {
            hand_overs: hand_overs_over(transaction, &calendar, &entries)?,
            copies: Vec::new(),
            entries,
        };
        plan.copies = copies_over(transaction, &calendar)?;
        Ok(plan)
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.hand_overs.is_empty() && self.copies.is_empty()
    }

    fn purged(&self) -> Purged {
        let mut entries: BTreeMap<RetentionClass, PurgedEntries> = BTreeMap::new();
        for &(number, class) in &self.entries {
            let of_class = entries.entry(class).or_insert(PurgedEntries {
                first: number,
                last: number,
                count: 0,
            });
            of_class.last = number;
            of_class.count += 1;
        }
        Purged {
            entries,
            hand_overs: count(self.hand_overs.len()),
            copies: count(self.copies.len()),
            remnants: Remnants::None,
        }
    }

    /// Before anything is erased: the store lets no content go without it.
    fn note(
        &self,
        transaction: &Transaction,
        now: Timestamp,
        operator: &str,
        clock: ClockTrust,
    ) -> Result<(), StoreError> {
        let sequence: i64 =
            transaction.query_row("SELECT coalesce(max(sequence), 0) + 1 FROM purge", [], |row| {
                row.get(0)
            })?;
        transaction.execute(
            "INSERT INTO purge VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(number), 0) FROM register), ?5, ?6)",
            params![
                sequence,
                now.to_string(),
                operator,
                clock.code(),
                count(self.hand_overs.len()),
                count(self.copies.len()),
            ],
        )?;
        let mut entry = transaction.prepare_cached("INSERT INTO purged_entry VALUES (?1, ?2)")?;
        for (number, _) in &self.entries {
            entry.execute(params![number.0, sequence])?;
        }
        Ok(())
    }

    fn erase(&self, transaction: &Transaction) -> Result<(), StoreError> {
        for table in ["register_payload", "box_handed_over"] {
            let mut rows = transaction.prepare_cached(&format!("DELETE FROM {table} WHERE number = ?1"))?;
            for (number, _) in &self.entries {
                rows.execute([number.0])?;
            }
        }
        for table in ["outbox", "dispensed_line", "settlement"] {
            let mut rows =
                transaction.prepare_cached(&format!("DELETE FROM {table} WHERE hand_over = ?1"))?;
            for sequence in &self.hand_overs {
                rows.execute([sequence])?;
            }
        }
        let mut hand_over = transaction.prepare_cached("DELETE FROM hand_over WHERE sequence = ?1")?;
        for sequence in &self.hand_overs {
            hand_over.execute([sequence])?;
        }
        let mut answers = transaction.prepare_cached("DELETE FROM received_answer WHERE received = ?1")?;
        let mut received = transaction.prepare_cached("DELETE FROM received WHERE sequence = ?1")?;
        for sequence in &self.copies {
            answers.execute([sequence])?;
            received.execute([sequence])?;
        }
        // A body that several copies share goes with the last of them.
        transaction.execute(
            "DELETE FROM received_body WHERE sha256 NOT IN (SELECT sha256 FROM received_answer)",
            [],
        )?;
        Ok(())
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Whether something about the clock is to be looked at by a person first. What a purge looked at before stands.
fn doubt(transaction: &Transaction, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
    let last: Option<(String, u32)> = transaction
        .query_row(
            "SELECT purged_at, register_length FROM purge ORDER BY sequence DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let unreadable = |_| StoreError::Unreadable("a moment");
    let mut moments = Vec::new();
    let mut looked_at = 0;
    if let Some((purged_at, register_length)) = last {
        moments.push(purged_at.parse().map_err(unreadable)?);
        looked_at = register_length;
    }
    let mut entries =
        transaction.prepare("SELECT recorded_at FROM register WHERE number > ?1 ORDER BY number")?;
    for recorded_at in entries.query_map([looked_at], |row| row.get::<_, String>(0))? {
        moments.push(recorded_at?.parse().map_err(unreadable)?);
    }
    let closed: Option<String> = transaction
        .query_row(
            "SELECT note FROM closure ORDER BY count DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    moments.extend(
        closed
            .and_then(|note| Closure::unproved(&note))
            .map(|closure| closure.at),
    );
    Ok(clock_doubt(moments, now))
}

/// The base has not answered for it, or contradicts it and no person has settled that.
const OPEN: &str = "(outbox.state = 'pending' OR (outbox.state = 'conflict' AND NOT EXISTS (
    SELECT 1 FROM settlement WHERE settlement.hand_over = outbox.hand_over)))";

/// The entries whose content may go: their time is over, and nothing about them waits.
fn entries_over(
    transaction: &Transaction,
    calendar: &Calendar,
) -> Result<Vec<(RegisterNumber, RetentionClass)>, StoreError> {
    let mut statement = transaction.prepare(&format!(
        "SELECT number, recorded_at, class FROM register JOIN register_payload USING (number)
         WHERE NOT EXISTS (
             SELECT 1 FROM dispensed_line JOIN outbox ON outbox.hand_over = dispensed_line.hand_over
             WHERE register_number = number AND {OPEN})
         ORDER BY number"
    ))?;
    let mut over = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let recorded_at: Option<Timestamp> = row.get::<_, String>(1)?.parse().ok();
        let class = RetentionClass::from_code(&row.get::<_, String>(2)?);
        // What cannot be understood is kept.
        if let Some((recorded_at, class)) = recorded_at.zip(class)
            && calendar.is_over(class, recorded_at)
        {
            over.push((RegisterNumber(row.get(0)?), class));
        }
    }
    Ok(over)
}

/// The hand-overs that may go whole: every line of theirs has ended, those without an entry too.
fn hand_overs_over(
    transaction: &Transaction,
    calendar: &Calendar,
    entries: &[(RegisterNumber, RetentionClass)],
) -> Result<Vec<i64>, StoreError> {
    let mut kept = transaction.prepare(
        "SELECT register_number FROM dispensed_line JOIN register_payload ON number = register_number
         WHERE hand_over = ?1",
    )?;
    let is_going = |number: u32| {
        entries
            .binary_search_by_key(&number, |(number, _)| number.0)
            .is_ok()
    };
    let mut statement = transaction.prepare(&format!(
        "SELECT sequence, handed_over_at FROM hand_over LEFT JOIN outbox ON outbox.hand_over = sequence
         WHERE outbox.hand_over IS NULL OR NOT {OPEN} ORDER BY sequence"
    ))?;
    let mut over = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sequence: i64 = row.get(0)?;
        if !calendar.is_over(RetentionClass::Register, moment(row.get(1)?)?) {
            continue;
        }
        let still_kept = kept
            .query_map([sequence], |row| row.get::<_, u32>(0))?
            .collect::<Result<Vec<u32>, _>>()?;
        if still_kept.into_iter().all(is_going) {
            over.push(sequence);
        }
    }
    Ok(over)
}

/// The copies that may go: those that were served after the years of their class, the others after some months.
fn copies_over(transaction: &Transaction, calendar: &Calendar) -> Result<Vec<i64>, StoreError> {
    let mut statement = transaction.prepare(&format!(
        "SELECT sequence, received_at,
                EXISTS (SELECT 1 FROM hand_over WHERE hand_over.prescription = received.prescription),
                EXISTS (SELECT 1 FROM hand_over JOIN outbox ON outbox.hand_over = hand_over.sequence
                        WHERE hand_over.prescription = received.prescription
                          AND {OPEN})
         FROM received ORDER BY sequence"
    ))?;
    let mut over = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let received_at = moment(row.get(1)?)?;
        let (is_served, is_waiting): (bool, bool) = (row.get(2)?, row.get(3)?);
        let is_over = if is_served {
            calendar.is_over(RetentionClass::PrescriptionCopy, received_at)
        } else {
            unserved_copy_is_over(calendar.day(received_at), calendar.today)
        };
        if is_over && !is_waiting {
            over.push(row.get(0)?);
        }
    }
    Ok(over)
}

fn entries_of(
    transaction: &Transaction,
    sequence: i64,
) -> Result<BTreeMap<RetentionClass, PurgedEntries>, StoreError> {
    transaction
        .prepare_cached(
            "SELECT class, min(number), max(number), count(*) FROM purged_entry JOIN register USING (number)
             WHERE purge = ?1 GROUP BY class",
        )?
        .query_and_then([sequence], |row| {
            let class = RetentionClass::from_code(&row.get::<_, String>(0)?)
                .ok_or(StoreError::Unreadable("the class of an entry"))?;
            let entries = PurgedEntries {
                first: RegisterNumber(row.get(1)?),
                last: RegisterNumber(row.get(2)?),
                count: row.get(3)?,
            };
            Ok((class, entries))
        })?
        .collect()
}

/// How that entry lost its content. A trace that cannot be read is none.
pub(super) fn erasure(
    transaction: &Transaction,
    number: RegisterNumber,
) -> Result<Option<Erasure>, StoreError> {
    let found: Option<(String, String)> = transaction
        .prepare_cached(
            "SELECT CAST(class AS TEXT), CAST(purged_at AS TEXT) FROM purged_entry JOIN register USING (number)
             JOIN purge ON purge.sequence = purged_entry.purge WHERE number = ?1",
        )?
        .query_row([number.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(class, at)| {
        Some(Erasure {
            class: RetentionClass::from_code(&class)?,
            at: at.parse().ok()?,
        })
    }))
}

/// Whether an entry without content is one that a purge could erase, at the moment at which it did.
pub(super) fn is_purged_rightly(
    transaction: &Transaction,
    number: RegisterNumber,
    recorded_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let latest = now.checked_add(CLOCK_BEHIND_MAX).unwrap_or(Timestamp::MAX);
    Ok(erasure(transaction, number)?
        .is_some_and(|erasure| Calendar::at(erasure.at.min(latest)).is_over(erasure.class, recorded_at)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use jiff::ToSpan;

    use super::*;
    use crate::domain::people::{Operator, OperatorRole};
    use crate::domain::register::RegisterContent;
    use crate::store::{connection, register};

    const CANARY: &str = "ZZCANARY";

    fn begun() -> Timestamp {
        "2026-11-22T11:00:00Z".parse().unwrap()
    }

    /// How often the canary stands in the bytes of all files of that folder.
    fn seen(folder: &Path) -> usize {
        let files = fs::read_dir(folder).unwrap();
        let bytes = files.map(|file| fs::read(file.unwrap().path()).unwrap());
        bytes
            .map(|bytes| {
                bytes
                    .windows(CANARY.len())
                    .filter(|window| *window == CANARY.as_bytes())
                    .count()
            })
            .sum()
    }

    /// A hand-over of one entry, accepted, and its prescription as received: the canary is in each of the three.
    fn serve(store: &Store, of: u32, at: Timestamp) {
        // Of many lengths, so that pages are split and rows overflow.
        let told = format!(
            "{CANARY} {}",
            "x".repeat(usize::try_from(of * 97 % 9_000).unwrap())
        );
        let number = format!("01S2TBPZ2JCNZZ{of:04}").parse().unwrap();
        store
            .save_received(&number, at, &[format!("{of} {told}")])
            .unwrap();
        store
            .write(|transaction| {
                let content = RegisterContent::Correction {
                    of: RegisterNumber(of),
                    code: None,
                    reason: told.clone(),
                    operator: Operator {
                        id: "cm".into(),
                        name: "Camille Martin".into(),
                        role: OperatorRole::Pharmacist,
                        rpps: "10100000024".parse().unwrap(),
                    },
                };
                let entry = register::append(transaction, at, content)?;
                transaction.execute(
                    "INSERT INTO hand_over VALUES (?1, ?1, ?2, ?3, ?4)",
                    params![of, number.as_str(), at.as_millisecond(), told],
                )?;
                transaction.execute(
                    "INSERT INTO dispensed_line (id, hand_over, place, line, register_number, state)
                     VALUES (?1, ?1, 1, 1, ?2, 'accepted')",
                    [of, entry.0],
                )?;
                transaction.execute(
                    "INSERT INTO outbox (hand_over, state, tried_at, next_attempt) VALUES (?1, 'accepted', 0, 0)",
                    [of],
                )?;
                Ok(())
            })
            .unwrap();
    }

    /// On the plain level: an encrypted file would hide whatever the purge leaves behind.
    #[test]
    fn nothing_that_was_erased_can_be_read_in_the_files_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let plain = connection::open_plain(&folder.path().join("store.db")).unwrap();
        let store = Store::over(plain);
        let later = begun() + SignedDuration::from_hours(24 * 30);
        for of in 1..=120 {
            serve(&store, of, if of <= 100 { begun() } else { later });
        }
        assert!(seen(folder.path()) >= 3 * 120, "the store holds what it must");
        let in_ten_years = |from: Timestamp| {
            let zoned = from.to_zoned(TimeZone::UTC);
            zoned.checked_add(10.years().days(1)).unwrap().timestamp()
        };
        let purge = |now| match store
            .purge(now, "cm", ClockTrust::VouchedFor, PurgeMode::Erase)
            .unwrap()
        {
            PurgeAnswer::Purged(purged) => (purged.hand_overs, purged.copies, purged.remnants),
            other => unreachable!("a purge was expected, not {other:?}"),
        };
        // The copies go after three years, all of them.
        assert_eq!(purge(in_ten_years(begun())), (100, 120, Remnants::None));
        assert_eq!(
            seen(folder.path()),
            2 * 20,
            "of the twenty later ones: the entry and the hand-over"
        );
        assert_eq!(purge(in_ten_years(later)), (20, 0, Remnants::None));
        assert_eq!(seen(folder.path()), 0);
    }
}
