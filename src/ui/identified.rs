//! What was scanned, when it is not a prescription, and what to scan instead.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::identified::{self, Bearing, CHOICES_MAX, Identified};
use crate::app::message::Reading;
use crate::domain::number::PrescriptionNumber;
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
        rows.heading(self.title());
        if let Some(file) = &self.identified.file {
            rows.paragraph(2, &safe(&file.display().to_string()), theme.dim);
        }
        rows.blank();
        let prescriptions = self.identified.prescriptions();
        // Below a page full of codes nobody would see it.
        let is_long = prescriptions.len() > CHOICES_MAX;
        if is_long {
            self.what_now(&mut rows);
            rows.blank();
        }
        for reading in &self.identified.readings {
            if !matches!(reading.scanned, Scanned::Prescription(_)) {
                self.other(&mut rows, reading);
            }
            for number in identified::in_code(&reading.scanned) {
                let place = prescriptions.iter().position(|known| *known == number);
                self.prescription(&mut rows, number, place);
            }
        }
        if !is_long {
            self.what_now(&mut rows);
        }
        rows.draw(self.identified.scroll, area, buffer);
    }
}

impl Page<'_> {
    fn what_now(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        let (sign, style) = match self.identified.bearing {
            Bearing::OtherPatient => ("✗", theme.bad),
            Bearing::NotComparable => ("!", theme.warning),
            Bearing::NothingOpen | Bearing::NotForIt | Bearing::Several => ("→", theme.strong),
        };
        if let Some(reading) = self.identified.readings.first() {
            let instead = scans::instead(&reading.scanned, self.identified.bearing);
            rows.signed(2, sign, instead, style);
        }
        if self.identified.prescriptions().len() > CHOICES_MAX {
            rows.signed(2, "!", scans::BEYOND_THE_KEYS, theme.warning);
        }
    }

    fn title(&self) -> &'static str {
        match (self.identified.bearing, &self.identified.readings[..]) {
            (_, [only]) if only.scanned == Scanned::Ambiguous => labels::DAMAGED_CODE,
            (_, [only]) if matches!(only.scanned, Scanned::Prescriptions(_)) => labels::SEVERAL_IN_ONE,
            (Bearing::Several, _) => labels::SEVERAL_CODES,
            (Bearing::OtherPatient, _) => labels::OTHER_PATIENT,
            _ => labels::NOT_A_PRESCRIPTION,
        }
    }

    fn prescription(&self, rows: &mut Rows, number: &PrescriptionNumber, place: Option<usize>) {
        let theme = self.view.theme;
        let digit = match place {
            Some(place) if place < CHOICES_MAX => format!("  {}  ", place + 1),
            Some(_) => " ".repeat(5),
            None => String::new(),
        };
        rows.row(vec![
            Span::styled(digit, theme.key),
            Span::styled(scans::prescription(number), theme.strong),
        ]);
        rows.blank();
    }

    fn other(&self, rows: &mut Rows, reading: &Reading) {
        let theme = self.view.theme;
        rows.paragraph(2, &scans::scanned(&reading.scanned), theme.strong);
        // A person's identity is not shown to whoever looks over the counter.
        if !matches!(reading.scanned, Scanned::Ins(_) | Scanned::SignedStamp) {
            rows.paragraph(4, &labels::raw_text(&safe(&reading.text)), theme.dim);
        }
        rows.blank();
    }
}
