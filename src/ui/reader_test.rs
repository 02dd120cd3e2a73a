//! The reader's test: the keys and the bytes that arrived, what they became, and how to mend the reader.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthChar;

use crate::app::message::Reading;
use crate::app::reader_test::{Heard, ReaderTest};
use crate::domain::scanned::{Repair, Scanned};
use crate::safe::safe;
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::wording::{reader, scans};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub test: &'a ReaderTest,
}

/// Bytes on one row: with their text, they fill eighty columns.
const ROW_BYTES: usize = 16;

/// Columns of the labels.
const LABEL_COLUMNS: usize = 14;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.heading(reader::TITLE);
        let readings = match &self.test.heard {
            Heard::Codes(readings) => &readings[..],
            Heard::Beginning(reading) => std::slice::from_ref(reading),
        };
        if readings.is_empty() && self.test.arrival.is_none() {
            rows.paragraph(2, reader::SCAN_ANYTHING, Style::new());
            if self.view.desk.setting.frames.is_some() {
                rows.blank();
                rows.paragraph(2, reader::CAMERA, Style::new());
            }
        }
        if readings.len() > 1 {
            rows.signed(2, "!", &reader::glued(readings.len()), theme.warning);
        }
        self.arrival(&mut rows, readings);
        for reading in readings {
            self.reading(&mut rows, reading);
        }
        for repaired in &self.test.repaired {
            rows.signed(2, "!", reader::mend(repaired.repair), theme.warning);
        }
        if readings
            .iter()
            .any(|reading| reading.scanned == Scanned::Ambiguous)
        {
            rows.signed(2, "!", reader::AMBIGUOUS, theme.warning);
        } else if self.test.repaired.is_empty() && is_well(&self.test.heard) {
            rows.signed(2, "✓", reader::AS_SENT, theme.good);
        }
        rows.draw(self.test.scroll, area, buffer);
    }
}

impl Page<'_> {
    /// What was typed, what it was mended to just below, and what tells a reader's settings.
    fn arrival(&self, rows: &mut Rows, readings: &[Reading]) {
        let Some(arrival) = &self.test.arrival else {
            return;
        };
        if !readings.iter().any(is_identity) {
            let typed = reader::typed(&arrival.keys);
            rows.field(reader::TYPED, LABEL_COLUMNS, &typed, Style::new());
            let mut undone = self.test.repaired.iter();
            if let Some(mended) = undone.find_map(|repaired| repaired.mended.as_ref()) {
                rows.field(reader::MENDED, LABEL_COLUMNS, &safe(mended), Style::new());
            }
        }
        rows.field(
            reader::SEPARATOR,
            LABEL_COLUMNS,
            &reader::separators(&arrival.keys),
            Style::new(),
        );
        rows.field(
            reader::ENDING,
            LABEL_COLUMNS,
            &reader::ending(arrival.ending),
            Style::new(),
        );
        rows.field(
            reader::PAUSE,
            LABEL_COLUMNS,
            &reader::pause(arrival.longest_pause),
            Style::new(),
        );
        rows.blank();
    }

    fn reading(&self, rows: &mut Rows, reading: &Reading) {
        let theme = self.view.theme;
        let count = reading.text.chars().count();
        rows.field(
            reader::RECEIVED,
            LABEL_COLUMNS,
            &reader::received(count, reading.text.len()),
            Style::new(),
        );
        // An identity is not shown to whoever looks over the counter.
        if is_identity(reading) {
            rows.paragraph(2, reader::IDENTITY_HIDDEN, theme.dim);
        } else {
            let mut place = 0;
            for text in rows_of_bytes(&reading.text) {
                rows.row(vec![
                    Span::styled(format!("  {place:04x}  "), theme.dim),
                    Span::raw(hexadecimal(text.as_bytes())),
                    Span::styled(visible(text), theme.strong),
                ]);
                place += text.len();
            }
        }
        if let Some(prefix) = reader::prefix(&reading.text) {
            rows.field(reader::PREFIX, LABEL_COLUMNS, prefix, Style::new());
        }
        rows.field(
            reader::BECAME,
            LABEL_COLUMNS,
            &match self.test.heard {
                Heard::Codes(_) => scans::scanned(&reading.scanned),
                Heard::Beginning(_) => reader::UNFINISHED.to_owned(),
            },
            theme.strong,
        );
        if let (Scanned::Box(read), Heard::Codes(_)) = (&reading.scanned, &self.test.heard) {
            let repairs: Vec<Repair> = self.test.repaired.iter().map(|undone| undone.repair).collect();
            rows.field(
                reader::SERIAL,
                LABEL_COLUMNS,
                &reader::serial(read.serial.as_ref(), &repairs),
                Style::new(),
            );
        }
        rows.blank();
    }
}

/// One code, and one that the counter knows: any other text may be damaged in a way nobody can tell.
fn is_well(heard: &Heard) -> bool {
    matches!(heard, Heard::Codes(readings) if matches!(&readings[..], [reading] if reading.scanned.is_known()))
}

fn is_identity(reading: &Reading) -> bool {
    matches!(
        reading.scanned,
        Scanned::Ins(_) | Scanned::InsuredPerson | Scanned::SignedStamp
    )
}

/// Whole characters, as many bytes as fit on a row.
fn rows_of_bytes(text: &str) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (row, after) = rest.split_at(rest.floor_char_boundary(ROW_BYTES));
        rows.push(row);
        rest = after;
    }
    rows
}

fn hexadecimal(bytes: &[u8]) -> String {
    let columns: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{:<width$} ", columns.join(" "), width = 3 * ROW_BYTES)
}

/// One sign a character; nothing that moves a cursor or turns the row around.
fn visible(text: &str) -> String {
    let is_latin = |character: char| matches!(character, '\u{20}'..='\u{7e}' | '\u{a1}'..='\u{24f}');
    let sign = |character: char| match character {
        '\u{1d}' => '␝',
        character if is_latin(character) && character.width() == Some(1) => character,
        _ => '·',
    };
    text.chars().map(sign).collect()
}
