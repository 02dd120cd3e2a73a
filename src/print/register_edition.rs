//! The immediate edition of the register for an authority (CSP art. R. 5132-9), as text and as PDF.
//!
//! Every page names the pharmacy and its address. An entry that was corrected shows its correction right below it, and
//! the correction stands in its own place too: the register itself is read from the first number to the last.

mod layout;

use std::fmt::Write as _;
use std::iter;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::people::Pharmacy;
use crate::domain::register::{RegisterContent, RegisterEntry, RegisterExtract, RegisteredDelivery};
use crate::safe::{Safe, safe};
use crate::ui::wording::reasons::motive;
use crate::ui::wording::{self, edition as words, people, retention};

/// Lines on a page of text, its head included: what a printer sets on A4.
const PAGE_LINES: usize = 60;

/// Lines of the head of a page of text.
const HEAD_LINES: usize = 4;

/// What is edited, for whom and when.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    /// The pharmacy whose register it is.
    pub pharmacy: &'a Pharmacy,
    /// The first day of the period.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// Now.
    pub edited_at: Timestamp,
    /// The calendar and the clock of the pharmacy.
    pub zone: &'a TimeZone,
    /// The entries of the period.
    pub extract: &'a RegisterExtract,
    /// A word across every page, when the entries are not of real people.
    pub mark: Option<&'static str>,
}

/// What is printed from one margin to the other: nothing of it acts on a terminal any more.
enum Block {
    /// A delivery: an entry of its own.
    Delivery(Box<Row>),
    /// An entry that says one thing: a correction, or that its content is gone.
    Remark {
        number: String,
        at: String,
        text: String,
    },
    /// What stands beside the entry above.
    Beside(String),
}

/// One delivery, cell by cell; the lines of a cell in their order.
struct Row {
    number: String,
    at: String,
    patient: Vec<String>,
    prescriber: Vec<String>,
    product: Vec<String>,
    boxes: String,
    lot: Vec<String>,
    order: Vec<String>,
}

impl Edition<'_> {
    /// As a PDF, A4 landscape. Letters that Windows-1252 lacks become question marks there; the text keeps them.
    pub fn pdf(&self) -> Vec<u8> {
        layout::pdf(self)
    }

    /// As text, in pages of 60 lines.
    pub fn text(&self) -> String {
        let mut pages: Vec<Vec<String>> = vec![Vec::new()];
        for lines in self.blocks().iter().map(text_lines) {
            let used = pages.last().map_or(0, Vec::len);
            if used > 0 && used + lines.len() > PAGE_LINES - HEAD_LINES {
                pages.push(Vec::new());
            }
            if let Some(page) = pages.last_mut() {
                page.extend(lines);
            }
        }
        let count = pages.len();
        let mut text = String::new();
        for (place, lines) in (1..).zip(pages) {
            let padding = if place == count {
                0
            } else {
                (PAGE_LINES - HEAD_LINES).saturating_sub(lines.len())
            };
            text.push_str(&self.text_head(place, count));
            for line in lines {
                text.push_str(&line);
                text.push('\n');
            }
            text.extend(iter::repeat_n('\n', padding));
        }
        text
    }

    fn text_head(&self, place: usize, count: usize) -> String {
        let mark = self.mark.map(|mark| format!(" – {mark}")).unwrap_or_default();
        let mut head = String::new();
        // Writing to a text never fails.
        let _ = write!(
            head,
            "{}, {}{mark}\n{}\n{} {} – {} – {} – {}\n\n",
            Safe(&self.pharmacy.name),
            words::address(self.pharmacy),
            words::finess(self.pharmacy),
            words::TITLE,
            words::period(self.first, self.last),
            words::count(self.extract.entries.len()),
            words::edited(self.edited_at, self.zone),
            words::page(place, count),
        );
        head
    }

    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for entry in &self.extract.entries {
            blocks.push(self.block(entry));
            let corrections = iter::successors(self.extract.corrections.get(&entry.number), |correction| {
                self.extract.corrections.get(&correction.number)
            });
            // No more than there are: a damaged index may turn in circles.
            for correction in corrections.take(self.extract.corrections.len()) {
                blocks.push(Block::Beside(self.beside(correction)));
            }
        }
        if blocks.is_empty() {
            blocks.push(Block::Beside(words::NOTHING.to_owned()));
        }
        blocks
    }

    fn block(&self, entry: &RegisterEntry) -> Block {
        let number = entry.number.to_string();
        let at = self.moment(entry.recorded_at);
        let text = match &entry.content {
            Some(RegisterContent::Delivery(delivery)) => {
                return Block::Delivery(Box::new(self.row(number, at, delivery)));
            }
            Some(RegisterContent::Correction {
                of,
                code,
                reason,
                operator,
            }) => words::corrects(*of, &motive(*code, reason), operator),
            None => retention::erased(self.extract.erasures.get(&entry.number), self.zone),
        };
        Block::Remark { number, at, text }
    }

    fn row(&self, number: String, at: String, delivery: &RegisteredDelivery) -> Row {
        let elsewhere = (delivery.pharmacy != *self.pharmacy).then(|| words::elsewhere(&delivery.pharmacy));
        Row {
            number,
            at,
            patient: said([
                Some(people::patient_name(&delivery.patient)),
                words::born(&delivery.patient),
            ]),
            prescriber: said([
                Some(people::prescriber_name(&delivery.prescriber)),
                Some(safe(&delivery.prescriber.specialty)),
                Some(words::rpps(&delivery.prescriber)),
            ]),
            product: said([
                Some(safe(&delivery.product)),
                Some(safe(&delivery.code)),
                words::ordered(delivery),
                delivery.is_unlisted.then(|| wording::unlisted::MARK.to_owned()),
                words::departure(delivery),
                words::preparation(delivery),
                words::note(delivery),
            ]),
            boxes: delivery.boxes.to_string(),
            lot: said([words::lot(delivery), words::expiry(delivery)]),
            order: said([
                Some(delivery.prescription.grouped()),
                Some(words::line(delivery)),
                delivery.paper.map(wording::paper::mark),
                delivery
                    .is_handwritten
                    .then(|| wording::handwritten::MARK.to_owned()),
                Some(people::operator(&delivery.operator)),
                elsewhere,
            ]),
        }
    }

    fn beside(&self, correction: &RegisterEntry) -> String {
        let at = self.moment(correction.recorded_at);
        match &correction.content {
            Some(RegisterContent::Correction {
                of,
                code,
                reason,
                operator,
            }) => words::corrected_by(*of, correction.number, &at, &motive(*code, reason), operator),
            _ => words::corrected_by_erased(correction.number, &at),
        }
    }

    fn moment(&self, moment: Timestamp) -> String {
        let moment = moment.to_zoned(self.zone.clone());
        format!("{} {}", wording::day(moment.date()), moment.strftime("%H:%M"))
    }
}

/// Those that say something.
fn said<const N: usize>(parts: [Option<String>; N]) -> Vec<String> {
    parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect()
}

/// The lines of a block: what it is first, the rest under it, and a blank line before each entry.
fn text_lines(block: &Block) -> Vec<String> {
    const INDENT: &str = "         ";
    match block {
        Block::Delivery(row) => vec![
            String::new(),
            format!(
                "{:>7}  {}  {} × {}",
                row.number,
                row.at,
                row.boxes,
                row.product.join(" – ")
            ),
            format!("{INDENT}{}", [&row.lot[..], &row.order[..]].concat().join(" – ")),
            format!("{INDENT}{} : {}", words::COLUMNS[2], row.patient.join(", ")),
            format!("{INDENT}{} : {}", words::COLUMNS[3], row.prescriber.join(", ")),
        ],
        Block::Remark { number, at, text } => vec![String::new(), format!("{number:>7}  {at}  {text}")],
        Block::Beside(text) => vec![format!("{INDENT}→ {text}")],
    }
}
