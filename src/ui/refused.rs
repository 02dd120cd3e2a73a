//! What could not be served, why, and what can be done now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::app::paper::PaperBegun;
use crate::app::refused::Refused;
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::wording::{labels, paper, refusals};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub refused: &'a Refused,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let advice = refusals::advice(&self.refused.why);
        let mut rows = Rows::new(theme, area);
        rows.blank();
        rows.heading(labels::REFUSED);
        rows.blank();
        rows.paragraph(2, &advice.what, theme.strong);
        rows.blank();
        rows.signed(2, "✗", &advice.why, theme.bad);
        rows.blank();
        rows.signed(2, "→", &advice.now, Style::new());
        if PaperBegun::after(&self.refused.why).is_some() {
            rows.signed(2, "→", paper::INSTEAD, Style::new());
        }
        rows.blank();
        rows.paragraph(2, labels::NOTHING_CHANGED, theme.dim);
        rows.draw(self.refused.scroll, area, buffer);
    }
}
