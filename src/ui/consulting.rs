//! Waiting for the base: what is asked, since when, and that one can leave.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::app::consulting::{Consulting, SLOW_AFTER};
use crate::app::screen::Scroll;
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::wording::labels;

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub consulting: &'a Consulting,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let View { desk, theme } = self.view;
        let mut rows = Rows::new(theme, area);
        rows.blank();
        rows.heading(&labels::prescription_title(&self.consulting.number));
        rows.blank();
        rows.paragraph(2, labels::CONSULTING, theme.strong);
        rows.paragraph(2, &self.view.since(self.consulting.since), theme.dim);
        rows.blank();
        let slow_at = self.consulting.since.checked_add(SLOW_AFTER);
        if slow_at.is_ok_and(|slow_at| desk.now >= slow_at) {
            rows.signed(2, "!", labels::CONSULTING_SLOW, theme.warning);
        } else {
            rows.paragraph(2, labels::CONSULTING_HINT, theme.dim);
        }
        rows.draw(Scroll::default(), area, buffer);
    }
}
