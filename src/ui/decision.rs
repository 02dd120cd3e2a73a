//! One line being decided: what was ordered, the decision so far, and what is asked now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::decision::{Asking, Choice, Deciding};
use crate::app::form::{GivenProduct, OutcomeKind};
use crate::app::input::TextInput;
use crate::app::keys::{Command, Context};
use crate::app::screen::Scroll;
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::Product;
use crate::domain::reasons::{
    AdjustmentReason, AgreementChannel, KeptReason, NotDeliveredReason, PartialReason, SubstitutionReason,
};
use crate::safe::safe;
use crate::ui::frame::key_of;
use crate::ui::prescription::title_row;
use crate::ui::rows::Rows;
use crate::ui::text::{padded, tail};
use crate::ui::wording::{self, catalogue, labels, reasons};
use crate::ui::{View, is_wide, lines};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub deciding: &'a Deciding,
}

/// Columns of a key and the label of a field.
const FIELD_COLUMNS: usize = 22;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let [title, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        title_row(self.view, &self.deciding.serving, title, buffer);
        if is_wide(area) {
            let [left, _, right] = Layout::horizontal([
                Constraint::Percentage(50),
                Constraint::Length(3),
                Constraint::Min(0),
            ])
            .areas(rest);
            let mut rows = Rows::new(self.view.theme, left);
            self.ordered(&mut rows);
            rows.blank();
            self.form(&mut rows);
            self.findings(&mut rows);
            rows.draw(self.deciding.scroll, left, buffer);
            let mut rows = Rows::new(self.view.theme, right);
            self.asked(&mut rows);
            rows.draw(Scroll::default(), right, buffer);
            return;
        }
        let mut rows = Rows::new(self.view.theme, rest);
        self.ordered(&mut rows);
        if let Asking::Overview = self.deciding.asking {
            self.form(&mut rows);
            self.findings(&mut rows);
            rows.draw(self.deciding.scroll, rest, buffer);
        } else {
            self.asked(&mut rows);
            rows.draw(Scroll::default(), rest, buffer);
        }
    }
}

impl Page<'_> {
    /// The line as it was ordered.
    fn ordered(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        let Some(line) = self.deciding.line() else {
            return;
        };
        rows.heading(&labels::ordered_heading(line.number));
        rows.paragraph(2, &safe(&line.label), theme.strong);
        if !line.dosage.trim().is_empty() {
            rows.paragraph(2, &wording::whole(&line.dosage), Style::new());
        }
        rows.paragraph(2, &lines::facts(line), theme.dim);
        let conditions = lines::conditions(&self.deciding.serving, line);
        if !conditions.is_empty() {
            rows.paragraph(2, &conditions.join(" · "), theme.dim);
        }
    }

    /// What the rules say of this decision as it stands.
    fn findings(&self, rows: &mut Rows) {
        let findings = self.deciding.findings(self.view.desk);
        if findings.is_empty() {
            return;
        }
        rows.blank();
        rows.heading(&labels::findings_heading(findings.len()));
        for finding in &findings {
            lines::finding(rows, 2, finding);
        }
    }

    /// The decision so far, each field with the key that changes it.
    fn form(&self, rows: &mut Rows) {
        let Some(line) = self.deciding.line() else {
            return;
        };
        let form = &self.deciding.form;
        let theme = self.view.theme;
        rows.heading(labels::DECISION);
        let kind = form.kind;
        let kinds = [
            Command::Conforming,
            Command::Substitute,
            Command::Adjust,
            Command::NotDeliver,
        ]
        .map(key)
        .join(" ");
        let outcome = format!("{} {}", reasons::outcome_sign(kind), reasons::outcome_kind(kind));
        self.field(rows, &kinds, labels::OUTCOME, &outcome, theme.strong);
        if kind != OutcomeKind::NotDelivered {
            self.product_fields(rows, line);
        }
        let reason = self.reason();
        if kind != OutcomeKind::Conforming || form.is_partial(line) {
            let (text, style) = match reason {
                Some(reason) => (reason, Style::new()),
                None => (labels::TO_COMPLETE.to_owned(), theme.warning),
            };
            self.field(rows, &key(Command::Reason), labels::REASON, &text, style);
        } else {
            self.kept_field(rows);
        }
        if kind == OutcomeKind::Adjusted {
            let (text, style) = match &form.agreement {
                Some(agreement) => (
                    reasons::agreed_at(agreement, &self.view.at(agreement.at)),
                    Style::new(),
                ),
                None => (labels::TO_COMPLETE.to_owned(), theme.warning),
            };
            self.field(rows, &key(Command::Agreement), labels::AGREEMENT, &text, style);
        }
        if kind != OutcomeKind::NotDelivered {
            let lot = form
                .lot
                .as_ref()
                .map(|lot| safe(lot.as_str()))
                .unwrap_or_default();
            self.field(
                rows,
                &key(Command::Lot),
                labels::LOT,
                &wording::or_dash(&lot),
                Style::new(),
            );
            let expiry = form.expiry.map(wording::day).unwrap_or_default();
            self.field(
                rows,
                &key(Command::Expiry),
                labels::EXPIRY,
                &wording::or_dash(&expiry),
                Style::new(),
            );
        }
        self.field(
            rows,
            &key(Command::Note),
            labels::NOTE,
            &wording::or_dash(&form.note),
            Style::new(),
        );
    }

    /// Why the product ordered is kept, where another could be given.
    fn kept_field(&self, rows: &mut Rows) {
        if self.deciding.substitutes().is_empty() {
            return;
        }
        let kept = KeptReason::of_note(&self.deciding.form.note).map(reasons::kept_reason);
        let kept = wording::or_dash(kept.unwrap_or_default());
        self.field(rows, &key(Command::Reason), labels::KEPT, &kept, Style::new());
    }

    fn product_fields(&self, rows: &mut Rows, line: &PrescriptionLine) {
        let form = &self.deciding.form;
        let theme = self.view.theme;
        let (product, style) = match (&form.product, form.kind) {
            (Some(product), _) => (given(product), Style::new()),
            (None, OutcomeKind::Substituted) => (labels::TO_COMPLETE.to_owned(), theme.warning),
            (None, _) => (labels::AS_ORDERED.to_owned(), Style::new()),
        };
        self.field(rows, &key(Command::Product), labels::PRODUCT, &product, style);
        let boxes = match line.due() {
            Some(due) if due != form.boxes => labels::boxes_of(form.boxes, due),
            _ => wording::boxes(form.boxes),
        };
        let boxes = match form.stands_for.filter(|of| *of != form.boxes.into()) {
            Some(of) => labels::other_size(form.boxes, of),
            None => boxes,
        };
        let keys = format!("{} {}", key(Command::Fewer), key(Command::More));
        self.field(rows, &keys, labels::BOXES, &boxes, Style::new());
    }

    fn field(&self, rows: &mut Rows, key: &str, label: &str, value: &str, style: Style) {
        let theme = self.view.theme;
        let mut wrapped =
            crate::ui::text::wrapped(value, rows.width.saturating_sub(FIELD_COLUMNS)).into_iter();
        let first = wrapped.next().unwrap_or_default();
        rows.row(vec![
            Span::styled(format!("  {}", padded(key, 8)), theme.key),
            Span::styled(padded(label, FIELD_COLUMNS - 10), theme.dim),
            Span::styled(first, style),
        ]);
        for row in wrapped {
            rows.paragraph(FIELD_COLUMNS, &row, style);
        }
    }

    /// The reasons given so far, each in its words.
    fn reason(&self) -> Option<String> {
        let form = &self.deciding.form;
        let reason = match form.kind {
            OutcomeKind::Conforming => None,
            OutcomeKind::Substituted => form.substitution_reason.map(reasons::substitution_reason),
            OutcomeKind::Adjusted => form.adjustment_reason.map(reasons::adjustment_reason),
            OutcomeKind::NotDelivered => form.not_delivered_reason.map(reasons::not_delivered_reason),
        };
        let is_partial = self.deciding.line().is_some_and(|line| form.is_partial(line));
        let partial = form.partial.filter(|_| is_partial).map(reasons::partial_reason);
        let parts: Vec<&str> = [reason, partial].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// What is asked now.
    fn asked(&self, rows: &mut Rows) {
        match &self.deciding.asking {
            Asking::Overview => self.overview_hint(rows),
            Asking::Choice { of, selected } => self.choice(rows, *of, *selected),
            Asking::Search {
                input,
                found,
                searched,
                selected,
            } => self.search(rows, input, found, searched, *selected),
            Asking::Text { of, input } => {
                rows.heading(reasons::text_question(*of));
                rows.blank();
                self.input(rows, input);
            }
        }
    }

    /// Beside a complete form there is room for what could stand in it.
    fn overview_hint(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        rows.heading(labels::SUBSTITUTES);
        let substitutes = self.deciding.substitutes();
        if substitutes.is_empty() {
            rows.paragraph(0, labels::NO_SUBSTITUTE, theme.dim);
        }
        for product in substitutes {
            rows.signed(0, "⇄", &given(&product), theme.dim);
        }
    }

    fn choice(&self, rows: &mut Rows, of: Choice, selected: usize) {
        rows.heading(reasons::choice_question(of));
        for (place, text) in self.choice_rows(of).into_iter().enumerate() {
            self.numbered(rows, place, selected, &text);
        }
        if of == Choice::Substitute {
            let presentation = self.deciding.substitutes().into_iter().nth(selected);
            if let Some(product) = presentation.filter(|product| !product.presentation.is_empty()) {
                rows.blank();
                rows.paragraph(
                    6,
                    &labels::in_a_box(&safe(&product.presentation)),
                    self.view.theme.dim,
                );
            }
            rows.blank();
            rows.paragraph(
                2,
                &labels::or_search(&key_of(Context::DecisionChoice, Command::Search)),
                self.view.theme.dim,
            );
        }
    }

    fn choice_rows(&self, of: Choice) -> Vec<String> {
        fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<String> {
            all.iter().map(|reason| word(*reason).to_owned()).collect()
        }
        match of {
            Choice::Substitute => self.deciding.substitutes().iter().map(given).collect(),
            Choice::SubstitutionReason => words(SubstitutionReason::ALL, reasons::substitution_reason),
            Choice::AdjustmentReason => words(AdjustmentReason::ALL, reasons::adjustment_reason),
            Choice::AgreedBy => reasons::agreeing(&self.deciding.serving.prescription.prescriber),
            Choice::Channel => words(AgreementChannel::ALL, reasons::channel),
            Choice::NotDeliveredReason => words(NotDeliveredReason::ALL, reasons::not_delivered_reason),
            Choice::PartialReason => words(PartialReason::ALL, reasons::partial_reason),
            Choice::KeptReason => words(KeptReason::ALL, reasons::kept_reason),
        }
    }

    /// One row of a numbered list; only the first nine have a digit.
    fn numbered(&self, rows: &mut Rows, place: usize, selected: usize, text: &str) {
        let theme = self.view.theme;
        let digit = match place {
            0..=8 => (place + 1).to_string(),
            _ => " ".to_owned(),
        };
        let (mark, style) = if place == selected {
            rows.focus_begins();
            ("▸", theme.selected)
        } else {
            (" ", Style::new())
        };
        let columns = rows.width.saturating_sub(6);
        rows.row(vec![
            Span::styled(format!(" {mark} "), style),
            Span::styled(format!("{digit}  "), theme.key.patch(style)),
            Span::styled(padded(text, columns), style),
        ]);
        if place == selected {
            rows.focus_ends();
        }
    }

    fn search(&self, rows: &mut Rows, input: &TextInput, found: &[Product], searched: &str, selected: usize) {
        let theme = self.view.theme;
        rows.heading(labels::SEARCH);
        let desk = self.view.desk;
        let scope = catalogue::searched_in(desk.setting.catalogue, desk.today());
        rows.paragraph(2, &scope, theme.dim);
        self.input(rows, input);
        if found.is_empty() {
            let hint = if searched.is_empty() || searched != input.as_str() {
                labels::SEARCH_HINT
            } else {
                labels::NOTHING_FOUND
            };
            rows.paragraph(2, hint, theme.dim);
        }
        for (place, product) in found.iter().enumerate() {
            let (mark, style) = if place == selected {
                rows.focus_begins();
                ("▸", theme.selected)
            } else {
                (" ", Style::new())
            };
            let text = format!(" {mark} {}", safe(&product.name));
            let columns = rows.width;
            rows.row(vec![Span::styled(padded(&text, columns), style)]);
            if place == selected {
                rows.paragraph(3, &catalogue::box_line(product), theme.dim);
                rows.focus_ends();
            }
        }
    }

    fn input(&self, rows: &mut Rows, input: &TextInput) {
        let theme = self.view.theme;
        let columns = rows.width.saturating_sub(6).min(60);
        let typed = tail(&safe(input.as_str()), columns - 1);
        rows.row(vec![
            Span::styled("  ❯ ", theme.key),
            Span::styled(padded(&format!("{typed}▏"), columns), theme.input),
        ]);
    }
}

fn given(product: &GivenProduct) -> String {
    match product.basis {
        Some(basis) => format!("{} — {}", safe(&product.label), reasons::basis(basis)),
        None => safe(&product.label),
    }
}

fn key(command: Command) -> String {
    key_of(Context::Decision, command)
}
