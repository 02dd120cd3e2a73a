//! Rows of a page, built top-down and drawn in a pane that scrolls.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::app::screen::Scroll;
use crate::ui::text::{cut, padded, width, wrapped};
use crate::ui::theme::Theme;

/// Rows of text that belong together.
pub struct Rows<'t> {
    /// The styles.
    pub theme: &'t Theme,
    /// How many columns a row has.
    pub width: usize,
    lines: Vec<Line<'static>>,
    focus: Range<usize>,
}

impl<'t> Rows<'t> {
    /// No rows yet, for a pane of that width.
    pub fn new(theme: &'t Theme, area: Rect) -> Self {
        Self {
            theme,
            width: usize::from(area.width),
            lines: Vec::new(),
            focus: 0..0,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// An empty row.
    pub fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    /// A row as it is; what does not fit is cut.
    pub fn row(&mut self, spans: Vec<Span<'static>>) {
        let mut left = self.width;
        let mut fitting = Vec::with_capacity(spans.len());
        for span in spans {
            let content = cut(&span.content, left);
            left -= width(&content);
            fitting.push(Span::styled(content, span.style));
        }
        self.lines.push(Line::from(fitting));
    }

    /// The title of a part, with a rule to the edge.
    pub fn heading(&mut self, title: &str) {
        let title = cut(title, self.width);
        let rule = self.width.saturating_sub(width(&title) + 1);
        let theme = self.theme;
        self.row(vec![
            Span::styled(title, theme.heading),
            Span::styled(format!(" {}", "─".repeat(rule)), theme.dim),
        ]);
    }

    /// A paragraph, wrapped, every row behind `indent` blanks.
    pub fn paragraph(&mut self, indent: usize, text: &str, style: Style) {
        for row in wrapped(text, self.width.saturating_sub(indent)) {
            let blanks = Span::raw(" ".repeat(indent));
            self.row(vec![blanks, Span::styled(row, style)]);
        }
    }

    /// A paragraph behind a sign: the sign stands alone in its column.
    pub fn signed(&mut self, indent: usize, sign: &str, text: &str, style: Style) {
        let column = indent + width(sign) + 1;
        for (place, row) in wrapped(text, self.width.saturating_sub(column))
            .into_iter()
            .enumerate()
        {
            let before = if place == 0 {
                format!("{}{sign} ", " ".repeat(indent))
            } else {
                " ".repeat(column)
            };
            self.row(vec![Span::styled(before, style), Span::styled(row, style)]);
        }
    }

    /// A label and its value; the value is wrapped in its own column.
    pub fn field(&mut self, label: &str, column: usize, value: &str, style: Style) {
        let rows = wrapped(value, self.width.saturating_sub(column));
        for (place, row) in rows.into_iter().enumerate() {
            let label = if place == 0 { label } else { "" };
            let label = Span::styled(padded(label, column), self.theme.dim);
            self.row(vec![label, Span::styled(row, style)]);
        }
    }

    /// A row of a table: a name too long for its column goes on below it, whole enough to be told from
    /// another: a strength stands at the end of a name.
    pub fn entry(
        &mut self,
        before: Vec<Span<'static>>,
        (name, columns, style): (&str, usize, Style),
        after: Vec<Span<'static>>,
    ) {
        let indent: usize = before.iter().map(Span::width).sum();
        let mut names = wrapped(&cut(name, columns * NAME_ROWS_MAX), columns).into_iter();
        let mut spans = before;
        let first = names.next().unwrap_or_default();
        spans.push(Span::styled(padded(&first, columns), style));
        spans.extend(after);
        self.row(spans);
        for rest in names {
            let blanks = Span::raw(" ".repeat(indent));
            self.row(vec![blanks, Span::styled(padded(&rest, columns), style)]);
        }
    }

    /// The rows added from here on, once `focus_ends` is called, are those under the cursor.
    pub fn focus_begins(&mut self) {
        self.focus = self.lines.len()..self.lines.len();
    }

    /// The last row under the cursor was added.
    pub fn focus_ends(&mut self) {
        self.focus.end = self.lines.len();
    }

    /// Draws them: the rows under the cursor are seen, as far as they fit, then the person's own
    /// scrolling counts.
    pub fn draw(self, scroll: Scroll, area: Rect, buffer: &mut Buffer) {
        let height = usize::from(area.height);
        let first = first_row(self.lines.len(), &self.focus, height, scroll);
        let below = self.lines.len().saturating_sub(first + height);
        let shown: Vec<Line> = self.lines.into_iter().skip(first).take(height).collect();
        for (row, y) in shown.iter().zip(area.top()..area.bottom()) {
            buffer.set_line(area.x, y, row, area.width);
        }
        let downwards: Vec<usize> = (0..shown.len()).collect();
        let upwards: Vec<usize> = downwards.iter().rev().copied().collect();
        for (hidden, sign, places) in [(first, "▲", downwards), (below, "▼", upwards)] {
            if hidden > 0 {
                let mark = Span::styled(format!(" {sign} {hidden}"), self.theme.key);
                draw_mark(&mark, sign, &shown, &places, area, buffer);
            }
        }
    }
}

/// Draws the mark of hidden rows beside the text nearest to them that leaves room for it. It may cover nothing.
fn draw_mark(
    mark: &Span<'static>,
    sign: &'static str,
    shown: &[Line],
    places: &[usize],
    area: Rect,
    buffer: &mut Buffer,
) {
    let y = |place: usize| area.y.saturating_add(u16::try_from(place).unwrap_or(u16::MAX));
    let has_room = |place: &&usize| text_columns(&shown[**place]) + mark.width() <= usize::from(area.width);
    if let Some(place) = places.iter().take(MARK_ROWS).find(has_room) {
        let columns = u16::try_from(mark.width()).unwrap_or(area.width);
        buffer.set_span(area.right().saturating_sub(columns), y(*place), mark, columns);
    } else if let Some(nearest) = places.first()
        && area.right() < buffer.area.right()
    {
        // No room beside any of them: the sign alone, in the margin.
        buffer.set_span(area.right(), y(*nearest), &Span::styled(sign, mark.style), 1);
    }
}

/// How many rows from the edge the mark of hidden rows may stand.
const MARK_ROWS: usize = 4;

/// Rows of one name in a table: a hostile name may not push everything else off the screen.
const NAME_ROWS_MAX: usize = 3;

/// How many columns of a row hold a text.
fn text_columns(row: &Line) -> usize {
    let text: String = row.spans.iter().map(|span| span.content.as_ref()).collect();
    width(text.trim_end())
}

/// The first row to show.
fn first_row(count: usize, focus: &Range<usize>, height: usize, scroll: Scroll) -> usize {
    // A row of margin, so that the mark of what is hidden covers nothing of the focus.
    let margin = usize::from(focus.end < count);
    let needed = (focus.end + margin).saturating_sub(height);
    let wanted = needed.min(focus.start);
    let last = count.saturating_sub(height);
    let moved = i64::try_from(wanted.min(last)).unwrap_or(0) + i64::from(scroll.0);
    usize::try_from(moved).unwrap_or(0).min(last)
}

/// A single row of spans, cut to its area.
pub fn draw_line(spans: Vec<Span<'static>>, area: Rect, buffer: &mut Buffer) {
    Line::from(spans).render(area, buffer);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_of_hidden_rows_covers_no_text() {
        let theme = Theme::without_colours();
        let area = Rect::new(0, 0, 12, 2);
        for (text, below, margin) in [("short", " ▼ 1", " "), ("twelve chars", "hars", "▼")] {
            let mut rows = Rows::new(&theme, area);
            for _ in 0..3 {
                rows.row(vec![Span::raw(text)]);
            }
            let mut buffer = Buffer::empty(Rect::new(0, 0, 13, 2));
            rows.draw(Scroll::default(), area, &mut buffer);
            let cells = |columns: Range<u16>| columns.map(|x| buffer[(x, 1)].symbol()).collect::<String>();
            assert_eq!(
                (cells(8..12).as_str(), cells(12..13).as_str()),
                (below, margin),
                "{text}"
            );
        }
    }

    #[test]
    fn the_count_of_hidden_rows_moves_to_the_nearest_row_with_room() {
        let theme = Theme::without_colours();
        let area = Rect::new(0, 0, 12, 3);
        let mut rows = Rows::new(&theme, area);
        for text in ["short", "short", "twelve chars", "one more"] {
            rows.row(vec![Span::raw(text)]);
        }
        let mut buffer = Buffer::empty(Rect::new(0, 0, 13, 3));
        rows.draw(Scroll::default(), area, &mut buffer);
        let row = |y: u16| (0..13).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        assert_eq!(
            [row(0), row(1), row(2)],
            ["short        ", "short    ▼ 1 ", "twelve chars "]
        );
    }

    #[test]
    fn a_long_name_goes_on_below_and_a_hostile_one_ends() {
        let theme = Theme::without_colours();
        let mut rows = Rows::new(&theme, Rect::new(0, 0, 20, 9));
        let entry = |rows: &mut Rows, name: &str| {
            rows.entry(
                vec![Span::raw("1. ")],
                (name, 10, Style::new()),
                vec![Span::raw(" 2")],
            );
        };
        entry(&mut rows, "PAROXETINE 20 mg, comprimé");
        let texts: Vec<String> = rows.lines.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["1. PAROXETINE 2", "   20 mg,    ", "   comprimé  "]);
        entry(&mut rows, &"x".repeat(1000));
        assert_eq!(rows.len(), 3 + NAME_ROWS_MAX);
    }

    #[test]
    fn the_rows_under_the_cursor_are_seen() {
        for (count, focus, height, scroll, first) in [
            (5, 0..0, 10, 0, 0),
            (30, 0..3, 10, 0, 0),
            (30, 12..15, 10, 0, 6),
            (30, 27..30, 10, 0, 20),
            (30, 12..15, 10, -100, 0),
            (30, 0..3, 10, 5, 5),
            (30, 0..3, 10, 100, 20),
            (30, 5..25, 10, 0, 5),
            (3, 0..3, 0, 0, 0),
        ] {
            let shown = first_row(count, &focus, height, Scroll(scroll));
            assert_eq!(shown, first, "{count} {focus:?} {height} {scroll}");
        }
    }
}
