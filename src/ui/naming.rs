//! The form of a box whose code nobody knows: what is printed on it, and the line that it serves.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::naming::Naming;
use crate::app::screen::Scroll;
use crate::safe::safe;
use crate::ui::View;
use crate::ui::prescription::title_row;
use crate::ui::rows::Rows;
use crate::ui::text::{padded, tail};
use crate::ui::wording::unlisted as words;

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub naming: &'a Naming,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let [title, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        title_row(self.view, &self.naming.serving, title, buffer);
        let mut rows = Rows::new(theme, rest);
        rows.heading(words::TITLE);
        rows.paragraph(0, &words::of_box(&self.naming.read), Style::new());
        rows.paragraph(0, words::NEVER_BLOCKS, theme.dim);
        rows.blank();
        rows.paragraph(0, words::PRINTED, theme.strong);
        let width = rows.width.saturating_sub(2);
        let typed = format!(
            "{}▏",
            tail(&safe(self.naming.input.as_str()), width.saturating_sub(1))
        );
        rows.row(vec![Span::styled(padded(&typed, width), theme.input)]);
        rows.blank();
        rows.paragraph(0, words::WHICH_LINE, theme.strong);
        for line in self.naming.lines() {
            let is_here = line.number == self.naming.line;
            let (mark, style) = if is_here {
                rows.focus_begins();
                ("▸", theme.selected)
            } else {
                (" ", Style::new())
            };
            let text = format!("{mark} {:>2}. {}", line.number.0, safe(&line.label));
            rows.row(vec![Span::styled(padded(&text, rows.width), style)]);
            if is_here {
                rows.focus_ends();
            }
        }
        rows.draw(Scroll::default(), rest, buffer);
    }
}
