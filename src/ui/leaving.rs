//! What would be lost by leaving, and where one wanted to go.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::app::leaving::{Destination, Leaving};
use crate::app::screen::{Screen, Scroll};
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::wording::labels;

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub leaving: &'a Leaving,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.blank();
        rows.heading(labels::LEAVING);
        rows.blank();
        if let Some(serving) = self.leaving.over.beneath().serving() {
            let decided = labels::decided_lines(serving.forms.len());
            rows.paragraph(
                2,
                &labels::prescription_title(&serving.prescription.number),
                theme.strong,
            );
            rows.paragraph(2, &decided, theme.strong);
            rows.blank();
        }
        let going = match &self.leaving.to {
            Destination::Counter => labels::GOING_TO_COUNTER.to_owned(),
            Destination::Prescription(number) => labels::going_to(number),
            Destination::Paper(_) => labels::GOING_TO_PAPER.to_owned(),
            Destination::Outside => labels::GOING_OUTSIDE.to_owned(),
        };
        rows.paragraph(2, &going, ratatui::style::Style::new());
        rows.blank();
        let loses = match *self.leaving.over {
            Screen::Correcting(_) => labels::LEAVING_LOSES_CORRECTION,
            Screen::Paper(_) => labels::LEAVING_LOSES_PAPER,
            _ => labels::LEAVING_LOSES,
        };
        rows.signed(2, "!", loses, theme.warning);
        rows.draw(Scroll::default(), area, buffer);
    }
}
