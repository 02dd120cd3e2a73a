//! The register (ordonnancier): appended to, read, verified, exported, corrected by new entries. Never changed.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use super::record::{read_content, write_content};
use super::{Store, StoreError, closure, purge};
use crate::domain::closure::Closure;
use crate::domain::people::Operator;
use crate::domain::register::{
    FIRST_LINK, RegisterContent, RegisterEntry, RegisterExtract, RegisterNumber, Sha256Digest, commitment,
    link,
};
use crate::domain::retention::RetentionClass;

/// What walking the whole chain found.
///
/// A chain alone cannot show that its last entries were cut off and everything that names them too: that takes a
/// closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// How many entries there are.
    pub entries: u32,
    /// The last link that holds.
    pub head: Sha256Digest,
    /// The first entry that is not what was recorded, or is missing. Where only a closure tells, the first after the
    /// last closure that holds.
    pub first_bad: Option<RegisterNumber>,
    /// How many of them a purge left without content, up to the first bad one.
    pub purged: u32,
    /// How many closures were compared.
    pub closures: usize,
    /// The number of entries in the first closure that the chain does not meet, or that was not signed here.
    pub broken_closure: Option<u32>,
}

/// What a closure asks of the chain.
pub(super) struct Anchor {
    /// Its number of entries.
    pub count: u32,
    /// Its head; none when the note proves nothing.
    pub head: Option<Sha256Digest>,
}

/// The answer to a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectAnswer {
    /// Recorded under that number.
    Corrected(RegisterNumber),
    /// There is no such entry.
    NoSuchEntry,
    /// That entry already corrects it: it is the one to correct.
    AlreadyCorrected(RegisterNumber),
    /// A correction without a reason explains nothing.
    ReasonMissing,
}

/// One entry as it is exported: enough to verify the chain without this program.
#[derive(Serialize)]
struct ExportedEntry {
    number: u32,
    recorded_at: String,
    class: String,
    salt: Option<String>,
    payload: Option<String>,
    commitment: String,
    link: String,
    /// Told only of an entry whose content a purge erased. No link binds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    purged_at: Option<String>,
}

const ROWS: &str = "SELECT number, recorded_at, class, commitment, link, salt, payload
                    FROM register LEFT JOIN register_payload USING (number)";

/// Adds an entry at the end of the chain.
pub(super) fn append(
    transaction: &Transaction,
    recorded_at: Timestamp,
    content: RegisterContent,
) -> Result<RegisterNumber, StoreError> {
    let last: Option<(u32, [u8; 32])> = transaction
        .prepare_cached("SELECT number, link FROM register ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (last, previous) = last.map_or((0, FIRST_LINK), |(number, link)| (number, Sha256Digest(link)));
    let number = RegisterNumber(last + 1);
    let recorded_at = recorded_at.to_string();
    let class = RetentionClass::Register.code();
    let payload = write_content(content)?;
    // Without a salt, an erased content could be found again by trying every likely one against its commitment.
    let salt = random_bytes()?;
    let commitment = commitment(&salt, payload.as_bytes());
    let link = link(&previous, number, &recorded_at, class, &commitment);
    transaction
        .prepare_cached("INSERT INTO register VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![number.0, recorded_at, class, commitment.0, link.0])?;
    transaction
        .prepare_cached("INSERT INTO register_payload VALUES (?1, ?2, ?3)")?
        .execute(params![number.0, salt, payload])?;
    Ok(number)
}

/// Bytes that nobody can guess.
pub(super) fn random_bytes() -> Result<[u8; 32], StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Random(error.into()))?;
    Ok(bytes)
}

impl Store {
    /// How many entries there are, which is the number of the last one.
    pub fn register_length(&self) -> Result<u32, StoreError> {
        self.read(|transaction| {
            Ok(transaction
                .prepare_cached("SELECT coalesce(max(number), 0) FROM register")?
                .query_row([], |row| row.get(0))?)
        })
    }

    /// At most `limit` entries in their order, from `first` on.
    pub fn register_entries(
        &self,
        first: RegisterNumber,
        limit: u32,
    ) -> Result<Vec<RegisterEntry>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached(&format!("{ROWS} WHERE number >= ?1 ORDER BY number LIMIT ?2"))?
                .query_and_then([first.0, limit], entry_of)?
                .collect()
        })
    }

    /// The entry with that number.
    pub fn register_entry(&self, number: RegisterNumber) -> Result<Option<RegisterEntry>, StoreError> {
        Ok(self
            .register_entries(number, 1)?
            .into_iter()
            .find(|entry| entry.number == number))
    }

    /// The entry that corrects that one.
    pub fn corrected_by(&self, number: RegisterNumber) -> Result<Option<RegisterNumber>, StoreError> {
        self.read(|transaction| correction_of(transaction, number))
    }

    /// The entries recorded from that moment on and before that other one, with what corrects them. Fractions of a second
    /// are left out of both moments.
    pub fn register_extract(&self, from: Timestamp, until: Timestamp) -> Result<RegisterExtract, StoreError> {
        // Without the final Z, a moment sorts before all the texts of its second, whatever their fraction.
        let bound = |moment: Timestamp| moment.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        self.read(|transaction| {
            let entries: Vec<RegisterEntry> = transaction
                .prepare_cached(&format!(
                    "{ROWS} WHERE recorded_at >= ?1 AND recorded_at < ?2 ORDER BY number"
                ))?
                .query_and_then([bound(from), bound(until)], entry_of)?
                .collect::<Result<_, StoreError>>()?;
            let mut corrections = BTreeMap::new();
            let mut one = transaction.prepare_cached(&format!("{ROWS} WHERE number = ?1"))?;
            for entry in &entries {
                let mut corrected = entry.number;
                while let Some(correction) = correction_of(transaction, corrected)? {
                    // A correction already there brought its own with it; a damaged index may even turn in circles.
                    if corrections.contains_key(&corrected) {
                        break;
                    }
                    let Some(found) = one.query_and_then([correction.0], entry_of)?.next() else {
                        return Err(StoreError::Unreadable("a correction"));
                    };
                    corrections.insert(corrected, found?);
                    corrected = correction;
                }
            }
            let mut erasures = BTreeMap::new();
            for entry in entries.iter().chain(corrections.values()) {
                if entry.content.is_none()
                    && let Some(erasure) = purge::erasure(transaction, entry.number)?
                {
                    erasures.insert(entry.number, erasure);
                }
            }
            Ok(RegisterExtract {
                entries,
                corrections,
                erasures,
            })
        })
    }

    /// Adds an entry that says why an earlier one is wrong, and changes nothing else: a remark. The earlier one stays as it
    /// is (CSP art. R. 5132-9). A delivery that a base may hold is corrected with [`Store::record_correction`].
    pub fn correct(
        &self,
        number: RegisterNumber,
        reason: &str,
        operator: &Operator,
        now: Timestamp,
    ) -> Result<CorrectAnswer, StoreError> {
        if reason.trim().is_empty() {
            return Ok(CorrectAnswer::ReasonMissing);
        }
        self.write(|transaction| {
            let exists: bool = transaction
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM register WHERE number = ?1)")?
                .query_row([number.0], |row| row.get(0))?;
            if !exists {
                return Ok(CorrectAnswer::NoSuchEntry);
            }
            if let Some(correction) = correction_of(transaction, number)? {
                return Ok(CorrectAnswer::AlreadyCorrected(correction));
            }
            let content = RegisterContent::Correction {
                of: number,
                code: None,
                reason: reason.trim().to_owned(),
                operator: operator.clone(),
            };
            let correction = append(transaction, now, content)?;
            transaction
                .prepare_cached("INSERT INTO register_correction VALUES (?1, ?2)")?
                .execute([number.0, correction.0])?;
            Ok(CorrectAnswer::Corrected(correction))
        })
    }

    /// Walks the chain from its first entry, and compares it with what the closures in this store say, whoever signed
    /// them. A content may be absent only when a purge erased it, and its retention was over then.
    pub fn verify_register(&self, now: Timestamp) -> Result<Verification, StoreError> {
        self.read(|transaction| {
            walk(
                transaction,
                now,
                &closure::anchors(transaction, Closure::unproved)?,
            )
        })
    }

    /// Writes every entry as one line of JSON (ASCII only), and returns how many there were.
    ///
    /// To verify without this program, with `‖` for concatenation and hexadecimal texts read as bytes: `commitment` is
    /// SHA-256(`"comptoir-commitment-1\0"` ‖ `salt` ‖ `payload`'s UTF-8), and `link` is
    /// SHA-256(`"comptoir-register-1\0"` ‖ the previous link, or 32 zero bytes ‖ `number` on 4 bytes ‖ for
    /// `recorded_at`, then `class`: the length on 4 bytes, the text ‖ `commitment`); big-endian throughout.
    /// `salt` and `payload` are null once a purge erased them, and `purged_at` then says when.
    pub fn export_register(&self, out: &mut dyn Write) -> Result<u32, StoreError> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(&format!("{ROWS} ORDER BY number"))?;
            let mut rows = statement.query([])?;
            let mut entries = 0;
            while let Some(row) = rows.next()? {
                let line = serde_json::to_string(&exported(transaction, row)?)
                    .map_err(|_| StoreError::Unreadable("a register entry"))?;
                writeln!(out, "{}", ascii(&line)).map_err(StoreError::Export)?;
                entries += 1;
            }
            out.flush().map_err(StoreError::Export)?;
            Ok(entries)
        })
    }
}

/// Walks the chain from its first entry; `anchors` are in the order of their counts.
pub(super) fn walk(
    transaction: &Transaction,
    now: Timestamp,
    anchors: &[Anchor],
) -> Result<Verification, StoreError> {
    let mut found = Verification {
        entries: 0,
        head: FIRST_LINK,
        first_bad: None,
        purged: 0,
        closures: anchors.len(),
        broken_closure: None,
    };
    let mut ahead = anchors.iter().peekable();
    let mut vouched = 0;
    let mut statement = transaction.prepare_cached(&format!("{ROWS} ORDER BY number"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.entries += 1;
        if found.first_bad.is_some() {
            continue;
        }
        let expected = RegisterNumber(found.entries);
        match verified_link(transaction, row, expected, &found.head, now)? {
            Some((link, content)) => {
                found.head = link;
                found.purged += u32::from(content == Content::Purged);
            }
            None => found.first_bad = Some(expected),
        }
        while let Some(anchor) = ahead.next_if(|anchor| anchor.count <= found.entries) {
            if found.first_bad.is_none() && anchor.head == Some(found.head) && anchor.count == found.entries {
                vouched = anchor.count;
            } else {
                found.broken_closure.get_or_insert(anchor.count);
                found.first_bad.get_or_insert(RegisterNumber(vouched + 1));
            }
        }
    }
    if found.first_bad.is_none() {
        found.broken_closure = ahead.next().map(|anchor| anchor.count);
        if found.broken_closure.is_some() || last_number_named(transaction)? > found.entries {
            found.first_bad = Some(RegisterNumber(found.entries + 1));
        }
    }
    Ok(found)
}

/// The entry with that number.
pub(super) fn entry_of_number(
    transaction: &Transaction,
    number: RegisterNumber,
) -> Result<Option<RegisterEntry>, StoreError> {
    transaction
        .prepare_cached(&format!("{ROWS} WHERE number = ?1"))?
        .query_and_then([number.0], entry_of)?
        .next()
        .transpose()
}

pub(super) fn entry_of(row: &Row) -> Result<RegisterEntry, StoreError> {
    let recorded_at: String = row.get(1)?;
    let payload: Option<String> = row.get(6)?;
    Ok(RegisterEntry {
        number: RegisterNumber(row.get(0)?),
        recorded_at: recorded_at
            .parse()
            .map_err(|_| StoreError::Unreadable("the moment of a register entry"))?,
        content: payload.as_deref().map(read_content).transpose()?,
        link: Sha256Digest(row.get(4)?),
    })
}

pub(super) fn correction_of(
    transaction: &Transaction,
    number: RegisterNumber,
) -> Result<Option<RegisterNumber>, StoreError> {
    Ok(transaction
        .prepare_cached("SELECT correction FROM register_correction WHERE corrected = ?1")?
        .query_row([number.0], |row| row.get(0).map(RegisterNumber))
        .optional()?)
}

/// Whether an entry still has its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Kept,
    Purged,
}

/// The link of that row, when everything in it is what was recorded. A damaged row is a finding, never an error.
fn verified_link(
    transaction: &Transaction,
    row: &Row,
    expected: RegisterNumber,
    previous: &Sha256Digest,
    now: Timestamp,
) -> Result<Option<(Sha256Digest, Content)>, StoreError> {
    let text = |column| -> Result<Option<&str>, StoreError> {
        let bytes = match row.get_ref(column)? {
            ValueRef::Text(bytes) => Some(bytes),
            _ => None,
        };
        Ok(bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()))
    };
    let digest = |column| -> Result<Option<[u8; 32]>, StoreError> {
        Ok(match row.get_ref(column)? {
            ValueRef::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        })
    };
    let number_is_right = matches!(row.get_ref(0)?, ValueRef::Integer(n) if n == i64::from(expected.0));
    let (Some(recorded_at), Some(class), Some(committed), Some(linked)) = (
        text(1)?,
        text(2)?,
        digest(3)?.map(Sha256Digest),
        digest(4)?.map(Sha256Digest),
    ) else {
        return Ok(None);
    };
    let is_erased = matches!(row.get_ref(5)?, ValueRef::Null) && matches!(row.get_ref(6)?, ValueRef::Null);
    let content_is_right = if is_erased {
        let moment = recorded_at.parse::<Timestamp>().ok();
        match moment {
            Some(moment) => purge::is_purged_rightly(transaction, expected, moment, now)?,
            None => false,
        }
    } else {
        digest(5)?
            .zip(text(6)?)
            .is_some_and(|(salt, payload)| commitment(&salt, payload.as_bytes()) == committed)
    };
    let link_is_right = link(previous, expected, recorded_at, class, &committed) == linked;
    let content = if is_erased { Content::Purged } else { Content::Kept };
    Ok((number_is_right && content_is_right && link_is_right).then_some((linked, content)))
}

/// The highest number that anything else in the store names: entries cut off the end leave it behind.
fn last_number_named(transaction: &Transaction) -> Result<u32, StoreError> {
    Ok(transaction
        .prepare_cached(
            "SELECT max(coalesce((SELECT max(number) FROM register_payload), 0),
                        coalesce((SELECT max(number) FROM purged_entry), 0),
                        coalesce((SELECT max(register_number) FROM dispensed_line), 0),
                        coalesce((SELECT max(correction) FROM register_correction), 0))",
        )?
        .query_row([], |row| row.get(0))?)
}

fn exported(transaction: &Transaction, row: &Row) -> Result<ExportedEntry, StoreError> {
    let hex = |bytes: [u8; 32]| Sha256Digest(bytes).to_string();
    let number = row.get(0)?;
    let is_erased = matches!(row.get_ref(6)?, ValueRef::Null);
    let purged_at = is_erased
        .then(|| purge::erasure(transaction, RegisterNumber(number)))
        .transpose()?
        .flatten();
    Ok(ExportedEntry {
        number,
        recorded_at: row.get(1)?,
        class: row.get(2)?,
        salt: row.get::<_, Option<[u8; 32]>>(5)?.map(hex),
        payload: row.get(6)?,
        commitment: hex(row.get(3)?),
        link: hex(row.get(4)?),
        purged_at: purged_at.map(|erasure| erasure.at.to_string()),
    })
}

/// The same JSON with nothing in it that could act on a terminal: beyond ASCII, only strings hold characters, and
/// every string can hold them escaped.
fn ascii(json: &str) -> String {
    use std::fmt::Write as _;
    let mut written = String::with_capacity(json.len());
    for character in json.chars() {
        if (' '..='~').contains(&character) {
            written.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a text never fails.
                let _ = write!(written, "\\u{unit:04x}");
            }
        }
    }
    written
}
