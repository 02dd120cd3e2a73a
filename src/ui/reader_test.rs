//! The reader's test: the bytes that arrived, what they became, and how to mend the reader.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::message::Reading;
use crate::app::reader_test::ReaderTest;
use crate::domain::scanned::Scanned;
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
        if self.test.heard.is_empty() {
            rows.paragraph(2, reader::SCAN_ANYTHING, Style::new());
            if self.view.desk.setting.frames.is_some() {
                rows.blank();
                rows.paragraph(2, reader::CAMERA, Style::new());
            }
        }
        if self.test.heard.len() > 1 {
            rows.signed(2, "!", &reader::glued(self.test.heard.len()), theme.warning);
        }
        for reading in &self.test.heard {
            self.reading(&mut rows, reading);
        }
        for repair in &self.test.repaired {
            rows.signed(2, "!", reader::mend(*repair), theme.warning);
        }
        let heard = &self.test.heard;
        if heard.iter().any(|reading| reading.scanned == Scanned::Ambiguous) {
            rows.signed(2, "!", reader::AMBIGUOUS, theme.warning);
        } else if self.test.repaired.is_empty() && is_well(heard) {
            rows.signed(2, "✓", reader::AS_SENT, theme.good);
        }
        rows.draw(self.test.scroll, area, buffer);
    }
}

impl Page<'_> {
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
        if matches!(
            reading.scanned,
            Scanned::Ins(_) | Scanned::InsuredPerson | Scanned::SignedStamp
        ) {
            rows.paragraph(2, reader::IDENTITY_HIDDEN, theme.dim);
        } else {
            for (place, bytes) in reading.text.as_bytes().chunks(ROW_BYTES).enumerate() {
                rows.row(vec![
                    Span::styled(format!("  {:04x}  ", place * ROW_BYTES), theme.dim),
                    Span::raw(hexadecimal(bytes)),
                    Span::styled(visible(bytes), theme.strong),
                ]);
            }
        }
        if let Some(prefix) = reader::prefix(&reading.text) {
            rows.field(reader::PREFIX, LABEL_COLUMNS, prefix, Style::new());
        }
        rows.field(
            reader::BECAME,
            LABEL_COLUMNS,
            &scans::scanned(&reading.scanned),
            theme.strong,
        );
        if let Scanned::Box(read) = &reading.scanned {
            rows.field(
                reader::SERIAL,
                LABEL_COLUMNS,
                &reader::serial(read.serial.as_ref(), &self.test.repaired),
                Style::new(),
            );
        }
        rows.blank();
    }
}

/// One code, and one that the counter knows: any other text may be damaged in a way nobody can tell.
fn is_well(heard: &[Reading]) -> bool {
    matches!(heard, [reading] if reading.scanned.is_known())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let columns: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{:<width$} ", columns.join(" "), width = 3 * ROW_BYTES)
}

/// One sign a byte, so that both columns can be compared; nothing that moves a cursor.
fn visible(bytes: &[u8]) -> String {
    let sign = |byte: &u8| match byte {
        0x1d => '␝',
        0x20..=0x7e => char::from(*byte),
        _ => '·',
    };
    bytes.iter().map(sign).collect()
}
