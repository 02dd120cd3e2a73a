//! O or 0, I or 1: the readings of a typed number, their differences marked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::number_doubt::NumberDoubt;
use crate::app::screen::Scroll;
use crate::domain::number::PrescriptionNumber;
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::wording::labels;

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub doubt: &'a NumberDoubt,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let readings = self.doubt.readings();
        let mut rows = Rows::new(theme, area);
        rows.blank();
        rows.heading(labels::NUMBER_DOUBT);
        rows.blank();
        rows.paragraph(2, &labels::number_doubt(readings.len()), theme.strong);
        rows.blank();
        for (place, number) in readings.iter().enumerate() {
            let meant = if **number == self.doubt.perhaps {
                labels::WITH_DIGITS
            } else {
                labels::AS_TYPED
            };
            let mut spans = vec![Span::styled(format!("  {}  ", place + 1), theme.key)];
            spans.extend(self.marked(number));
            spans.push(Span::styled(format!("   {meant}"), theme.dim));
            rows.row(spans);
            rows.row(vec![Span::styled(self.carets(), theme.warning)]);
        }
        rows.blank();
        rows.paragraph(2, labels::NUMBER_DOUBT_HINT, theme.dim);
        rows.draw(Scroll::default(), area, buffer);
    }
}

impl Page<'_> {
    /// Whether the two readings differ at each character of the number as grouped.
    fn differences(&self) -> Vec<bool> {
        let typed = self.doubt.as_typed.grouped();
        let perhaps = self.doubt.perhaps.grouped();
        typed.chars().zip(perhaps.chars()).map(|(a, b)| a != b).collect()
    }

    fn marked(&self, number: &PrescriptionNumber) -> Vec<Span<'static>> {
        let theme = self.view.theme;
        number
            .grouped()
            .chars()
            .zip(self.differences())
            .map(|(character, differs)| {
                let style = if differs { theme.warning } else { theme.strong };
                Span::styled(character.to_string(), style)
            })
            .collect()
    }

    /// A sign under each difference: colour alone would not say it.
    fn carets(&self) -> String {
        let carets: String = self
            .differences()
            .into_iter()
            .map(|differs| if differs { '▲' } else { ' ' })
            .collect();
        format!("     {}", carets.trim_end())
    }
}
