//! The form of a line written by hand: three fields, and the products found under what is typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::handwriting::{FIELDS, Handwriting};
use crate::app::paper::LineField;
use crate::app::screen::Scroll;
use crate::safe::safe;
use crate::ui::prescription::title_row;
use crate::ui::rows::Rows;
use crate::ui::text::{cut, padded, tail};
use crate::ui::wording::{handwritten as words, paper};
use crate::ui::{View, paper as paper_page};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub handwriting: &'a Handwriting,
}

/// Columns of the label of a field, its mark included.
const LABEL_COLUMNS: usize = 14;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let [title, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        title_row(self.view, &self.handwriting.serving, title, buffer);
        let mut rows = Rows::new(theme, rest);
        rows.heading(words::TITLE);
        for field in FIELDS {
            self.field(&mut rows, field);
        }
        rows.blank();
        rows.signed(0, "•", words::WILL_STAY_HERE, theme.dim);
        rows.draw(Scroll::default(), rest, buffer);
    }
}

impl Page<'_> {
    fn field(&self, rows: &mut Rows, field: LineField) {
        let theme = self.view.theme;
        let is_here = self.handwriting.at == field;
        let (mark, style) = if is_here {
            ("▸ ", theme.key)
        } else {
            ("  ", theme.dim)
        };
        let columns = rows.width.saturating_sub(LABEL_COLUMNS);
        let label = padded(words::label(field), LABEL_COLUMNS - 2);
        let mut spans = vec![Span::styled(mark, theme.key), Span::styled(label, style)];
        spans.push(if is_here {
            Span::styled(padded(&self.typed(field, columns), columns), theme.input)
        } else {
            self.value(field, columns)
        });
        rows.row(spans);
        if let Some((of, remark)) = self.handwriting.refused
            && of == field
        {
            rows.signed(LABEL_COLUMNS, "✗", &words::remark(remark), theme.bad);
        }
        if is_here && self.handwriting.is_choosing() {
            paper_page::found(rows, &self.handwriting.found);
        }
    }

    fn typed(&self, field: LineField, columns: usize) -> String {
        let input = self.handwriting.input(field);
        if input.is_empty() {
            return format!("▏{}", self.unsaid(field));
        }
        format!("{}▏", tail(&safe(input.as_str()), columns.saturating_sub(1)))
    }

    fn value(&self, field: LineField, columns: usize) -> Span<'static> {
        let input = self.handwriting.input(field);
        if input.is_empty() {
            return Span::styled(cut(&self.unsaid(field), columns), self.view.theme.dim);
        }
        Span::styled(cut(&safe(input.as_str()), columns), Style::new())
    }

    /// What an empty field means; of a box, its code.
    fn unsaid(&self, field: LineField) -> String {
        if field == LineField::Product && self.handwriting.line.is_code_alone() {
            return paper::line_name(&self.handwriting.line);
        }
        words::unsaid(field).to_owned()
    }
}
