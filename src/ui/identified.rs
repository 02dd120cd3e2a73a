//! What was scanned, when it is not a prescription, and what to scan instead.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::identified::{Bearing, Identified};
use crate::app::message::Reading;
use crate::domain::scanned::Scanned;
use crate::safe::safe;
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::wording::{labels, scans};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub identified: &'a Identified,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.blank();
        rows.heading(match self.identified.bearing {
            Bearing::Several => labels::SEVERAL_CODES,
            Bearing::OtherPatient => labels::OTHER_PATIENT,
            _ => labels::NOT_A_PRESCRIPTION,
        });
        if let Some(file) = &self.identified.file {
            rows.paragraph(2, &safe(&file.display().to_string()), theme.dim);
        }
        rows.blank();
        let prescriptions = self.identified.prescriptions();
        for reading in &self.identified.readings {
            let place = match &reading.scanned {
                Scanned::Prescription(number) => prescriptions.iter().position(|known| *known == number),
                _ => None,
            };
            self.reading(&mut rows, reading, place);
        }
        let (sign, style) = match self.identified.bearing {
            Bearing::OtherPatient => ("✗", theme.bad),
            Bearing::NotComparable => ("!", theme.warning),
            Bearing::NothingOpen | Bearing::NotForIt | Bearing::Several => ("→", theme.strong),
        };
        if let Some(reading) = self.identified.readings.first() {
            let instead = scans::instead(&reading.scanned, self.identified.bearing);
            rows.signed(2, sign, instead, style);
        }
        rows.draw(self.identified.scroll, area, buffer);
    }
}

impl Page<'_> {
    fn reading(&self, rows: &mut Rows, reading: &Reading, place: Option<usize>) {
        let theme = self.view.theme;
        let sentence = scans::scanned(&reading.scanned);
        if let Some(place) = place {
            rows.row(vec![
                Span::styled(format!("  {}  ", place + 1), theme.key),
                Span::styled(sentence, theme.strong),
            ]);
        } else {
            rows.paragraph(2, &sentence, theme.strong);
            // An identity is not shown to whoever looks over the counter.
            if !matches!(reading.scanned, Scanned::Ins(_)) {
                rows.paragraph(4, &labels::raw_text(&safe(&reading.text)), theme.dim);
            }
        }
        rows.blank();
    }
}
