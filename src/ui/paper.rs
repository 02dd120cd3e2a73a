//! The form of a paper prescription: one field a row, what is missing under it, the products found under what is typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::input::TextInput;
use crate::app::paper::{Field, Found, LineField, PaperForm, Step};
use crate::app::screen::Scroll;
use crate::safe::safe;
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::text::{cut, padded, tail};
use crate::ui::wording::{self, catalogue, paper as words};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub form: &'a PaperForm,
}

/// Columns of the label of a field, its mark included.
const LABEL_COLUMNS: usize = 20;

/// Rows of products shown at once: the fields above must not be pushed away.
const FOUND_MAX: usize = 6;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.row(vec![
            Span::styled(words::TITLE, theme.heading),
            Span::styled(format!("  {}", words::UNDER_TITLE), theme.dim),
        ]);
        for field in self.form.fields() {
            heading(&mut rows, field);
            if self.is_shown(field) {
                self.field(&mut rows, field);
            }
        }
        if matches!(self.form.step, Step::Asked(_)) {
            rows.signed(0, "…", words::ASKED, theme.strong);
        }
        rows.draw(Scroll::default(), area, buffer);
    }
}

/// The title of the part that begins with that field.
fn heading(rows: &mut Rows, field: Field) {
    match field {
        Field::Family => rows.heading(words::PATIENT),
        Field::Prescriber => rows.heading(words::PRESCRIBER),
        Field::Line(0, LineField::Product) => rows.heading(words::LINES),
        _ => {}
    }
}

impl Page<'_> {
    /// A line one is not in takes one row: its product, and behind it what else was typed.
    fn is_shown(&self, field: Field) -> bool {
        let is_here = |place: usize| matches!(self.form.at, Field::Line(here, _) if here == place);
        match field {
            Field::Line(place, of_line) => {
                of_line == LineField::Product || is_here(place) || self.has_remark(field)
            }
            _ => true,
        }
    }

    fn has_remark(&self, field: Field) -> bool {
        self.form.remark(field, self.view.desk.today()).is_some()
    }

    fn field(&self, rows: &mut Rows, field: Field) {
        let theme = self.view.theme;
        let is_here = self.form.at == field;
        if is_here {
            rows.focus_begins();
        }
        let label = padded(&words::label(field), LABEL_COLUMNS - 2);
        let mark = if is_here { "▸ " } else { "  " };
        let columns = rows.width.saturating_sub(LABEL_COLUMNS);
        let value = if is_here {
            self.value_here(field, columns)
        } else {
            self.value(field, columns)
        };
        let label_style = if is_here { theme.key } else { theme.dim };
        rows.row(
            [
                vec![Span::styled(mark, theme.key), Span::styled(label, label_style)],
                value,
            ]
            .concat(),
        );
        if let Some(remark) = self.form.remark(field, self.view.desk.today()) {
            rows.signed(LABEL_COLUMNS, "✗", &words::remark(remark), theme.bad);
        }
        if is_here {
            if self.form.is_choosing() {
                found(rows, &self.form.found);
            }
            rows.focus_ends();
        }
    }

    /// The field one types in, or turns.
    fn value_here(&self, field: Field, columns: usize) -> Vec<Span<'static>> {
        let theme = self.view.theme;
        let Some(input) = self.form.input(field) else {
            let chosen = words::choice(self.form, field).unwrap_or_default();
            return vec![
                Span::styled(format!("‹ {chosen} ›"), theme.input),
                Span::styled(format!("  {}", words::choices_hint(field)), theme.dim),
            ];
        };
        let width = columns.saturating_sub(2).min(56);
        let typed = format!("{}▏", tail(&safe(input.as_str()), width.saturating_sub(1)));
        let mut spans = vec![Span::styled(padded(&typed, width), theme.input)];
        if input.is_empty() {
            // What an empty field means stands in it, behind the cursor.
            let meant = format!("▏{}", words::unsaid(self.form, field, self.view.desk.today()));
            spans = vec![Span::styled(padded(&meant, width), theme.input)];
        }
        spans
    }

    fn value(&self, field: Field, columns: usize) -> Vec<Span<'static>> {
        let theme = self.view.theme;
        if let Some(chosen) = words::choice(self.form, field) {
            return vec![Span::raw(chosen)];
        }
        if let Field::Line(place, LineField::Product) = field {
            let line = &self.form.lines[place];
            return vec![if line.is_blank() {
                let meant = words::unsaid(self.form, field, self.view.desk.today());
                Span::styled(cut(&meant, columns), theme.dim)
            } else if matches!(self.form.at, Field::Line(here, _) if here == place) {
                Span::raw(cut(&words::line_name(line), columns))
            } else {
                Span::raw(cut(&words::line_summary(line), columns))
            }];
        }
        if let Some(day) = self.day(field) {
            return vec![Span::raw(day)];
        }
        match self.form.input(field).map(TextInput::as_str) {
            Some("") | None => {
                let meant = words::unsaid(self.form, field, self.view.desk.today());
                vec![Span::styled(cut(&meant, columns), theme.dim)]
            }
            Some(text) => vec![Span::raw(cut(&safe(text), columns))],
        }
    }

    /// A day as it was understood, so that a short form can be checked by eye.
    fn day(&self, field: Field) -> Option<String> {
        let today = self.view.desk.today();
        match field {
            Field::WrittenOn if !self.form.written_on.is_empty() => {
                self.form.written_on(today).ok().map(wording::day)
            }
            Field::Born => self.form.born(today).ok().map(|born| words::born(born, today)),
            _ => None,
        }
    }
}

/// The products for what is typed, and the words as they are.
pub(super) fn found(rows: &mut Rows, found: &Found) {
    let theme = rows.theme;
    let first = found.selected.saturating_sub(FOUND_MAX - 1);
    let whole = found
        .products
        .iter()
        .map(|product| (safe(&product.name), catalogue::box_line(product)))
        .chain([(words::as_typed(&found.searched), String::new())]);
    for (place, (name, detail)) in whole.enumerate().skip(first).take(FOUND_MAX) {
        let (mark, style) = if place == found.selected {
            ("▸", theme.selected)
        } else {
            (" ", Style::new())
        };
        let text = format!("  {mark} {name}");
        rows.row(vec![Span::styled(padded(&text, rows.width), style)]);
        if place == found.selected && !detail.is_empty() {
            rows.paragraph(4, &detail, theme.dim);
        }
    }
}
