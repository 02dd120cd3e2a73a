//! The prescription laid out like its sheet: prescriber on the left, patient on the right, lines below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::message::Freshness;
use crate::app::screen::Scroll;
use crate::app::serving::{HoldState, Serving};
use crate::domain::consent::Consent;
use crate::domain::finding::{Fact, Finding};
use crate::domain::people::{Patient, Prescriber};
use crate::domain::prescription::{PrescriptionKind, PrescriptionLine};
use crate::safe::safe;
use crate::ui::lines::{self, Cursor};
use crate::ui::rows::{Rows, draw_line};
use crate::ui::text::{cut, padded, width, wrapped};
use crate::ui::wording::{self, labels, paper, people, posts, reasons};
use crate::ui::{View, is_wide};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub serving: &'a Serving,
}

/// Where the selected line's earlier deliveries are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// In a pane of their own.
    Beside,
    /// Under the line.
    Below,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let head = self.head(area);
        let rows_of_head = u16::try_from(head.len()).unwrap_or(area.height);
        let [head_area, rest] =
            Layout::vertical([Constraint::Length(rows_of_head), Constraint::Min(0)]).areas(area);
        head.draw(Scroll::default(), head_area, buffer);
        if is_wide(area) {
            let [left, _, right] =
                Layout::horizontal([Constraint::Min(0), Constraint::Length(3), Constraint::Length(44)])
                    .areas(rest);
            self.lines(left, Detail::Beside)
                .draw(self.serving.scroll, left, buffer);
            self.details(right).draw(Scroll::default(), right, buffer);
        } else {
            self.lines(rest, Detail::Below)
                .draw(self.serving.scroll, rest, buffer);
        }
    }
}

impl<'a> Page<'a> {
    /// Everything above the lines; it never scrolls away.
    fn head(&self, area: Rect) -> Rows<'a> {
        let View { theme, .. } = self.view;
        let prescription = &self.serving.prescription;
        let mut rows = Rows::new(theme, area);
        let title = labels::prescription_title(&prescription.number);
        let dates = labels::dates(prescription.written_on, prescription.valid_until);
        let gap = rows.width.saturating_sub(width(&title) + width(&dates));
        rows.row(vec![
            Span::styled(title, theme.heading),
            Span::raw(" ".repeat(gap)),
            Span::raw(dates),
        ]);
        self.people(&mut rows);
        self.kinds(&mut rows);
        self.consent(&mut rows);
        self.standing(&mut rows);
        rows
    }

    /// Prescriber and patient side by side, as on paper.
    fn people(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        let prescriber = prescriber_rows(&self.serving.prescription.prescriber);
        let patient = patient_rows(&self.serving.prescription.patient, self.view);
        let half = rows.width / 2;
        let styles = [theme.dim, theme.strong, Style::new(), Style::new()];
        for ((left, right), style) in prescriber.iter().zip(&patient).zip(styles) {
            // Names tell one person from another: they are not cut, unless somebody makes fun of us.
            let in_half = |text: &str| wrapped(&cut(text, 2 * half), half.saturating_sub(2));
            let (left, right) = (in_half(left), in_half(right));
            for place in 0..left.len().max(right.len()) {
                let of = |rows: &[String]| rows.get(place).cloned().unwrap_or_default();
                rows.row(vec![
                    Span::styled(padded(&of(&left), half), style),
                    Span::styled(of(&right), style),
                ]);
            }
        }
    }

    /// The kinds of prescription; "vaut ordonnance sécurisée" so large that nobody refuses it again.
    fn kinds(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        let kinds = &self.serving.prescription.kinds;
        let mut spans = Vec::new();
        // Also when no kind says so: the law asks it of a product, and the number is all the paper there is.
        let is_secured = |remark: &Finding| remark.fact == Fact::SecuredSupport;
        if self.serving.remarks(self.view.desk).iter().any(is_secured) {
            spans.push(Span::styled(format!(" {} ", labels::SECURED), theme.banner));
            spans.push(Span::raw("  "));
        }
        let others: Vec<String> = kinds
            .iter()
            .filter(|kind| **kind != PrescriptionKind::Secured)
            .map(reasons::prescription_kind)
            .collect();
        if !others.is_empty() {
            spans.push(Span::styled(others.join(" · "), theme.strong));
        }
        if !spans.is_empty() {
            rows.row(spans);
        }
    }

    fn consent(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        // What stays here is shown to nobody.
        if self.serving.prescription.number.is_of_paper() {
            return;
        }
        let consent = self.serving.prescription.consent;
        let style = match consent {
            Consent::Agreed => theme.good,
            Consent::Opposed | Consent::NotRecorded => theme.warning,
        };
        let sentence = labels::joined(posts::consent(consent), posts::consent_consequence(consent));
        rows.signed(0, posts::consent_sign(consent), &sentence, style);
    }

    /// Hold and freshness in one row, unless something is wrong with one of them.
    fn standing(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        if let Some(reason) = self.serving.prescription.paper {
            rows.row(vec![Span::styled(
                format!(" {} ", paper::mark(reason)),
                theme.banner,
            )]);
        }
        if self.serving.freshness == Freshness::Transcribed {
            rows.signed(0, "•", paper::STAYS_HERE, Style::new());
            return;
        }
        let (hold_sign, hold, hold_style) = self.hold();
        let (read_sign, read, read_style) = self.freshness();
        let together = width(&hold) + width(&read) + 7;
        if together <= rows.width {
            rows.row(vec![
                Span::styled(format!("{hold_sign} {hold}"), hold_style),
                Span::styled(" · ", theme.dim),
                Span::styled(format!("{read_sign} {read}"), read_style),
            ]);
        } else {
            rows.signed(0, hold_sign, &hold, hold_style);
            rows.signed(0, read_sign, &read, read_style);
        }
    }

    fn hold(&self) -> (&'static str, String, Style) {
        let theme = self.view.theme;
        match &self.serving.hold {
            HoldState::Asked => ("…", labels::HOLD_ASKED.to_owned(), theme.dim),
            HoldState::Ours(hold) if !hold.binds(self.view.desk.now) => {
                let until = hold.until.map(|until| self.view.at(until)).unwrap_or_default();
                ("!", labels::hold_over(&until), theme.warning)
            }
            HoldState::Ours(hold) => {
                let until = hold.until.map(|until| self.view.until(until));
                ("✓", labels::hold_ours(until.as_deref()), theme.good)
            }
            HoldState::Elsewhere(hold) => {
                let since = hold.since.map(|since| self.view.since(since));
                let until = hold.until.map(|until| self.view.until(until));
                let sentence = labels::hold_elsewhere(hold, since.as_deref(), until.as_deref());
                ("!", sentence, theme.warning)
            }
            HoldState::Colleague(hold) => {
                let since = hold.since.map(|since| self.view.since(since));
                let until = hold.until.map(|until| self.view.until(until));
                let sentence = labels::hold_of_colleague(hold, since.as_deref(), until.as_deref());
                ("!", sentence, theme.warning)
            }
            HoldState::NotOffered => ("·", labels::HOLD_NOT_OFFERED.to_owned(), theme.dim),
            HoldState::Unanswered(why) | HoldState::NotAsked(why) => {
                let unanswered = labels::hold_unanswered(posts::delay_short(*why));
                ("!", unanswered, theme.warning)
            }
        }
    }

    fn freshness(&self) -> (&'static str, String, Style) {
        let theme = self.view.theme;
        match self.serving.freshness {
            Freshness::Transcribed => ("•", paper::STAYS_HERE.to_owned(), Style::new()),
            Freshness::Store { why, .. } if self.serving.prescription.paper.is_some() => {
                ("!", paper::transcribed(posts::delay_short(why)), theme.warning)
            }
            Freshness::Base { at } => ("✓", labels::read_at(&self.view.at(at)), theme.good),
            Freshness::Store { since, why } => {
                let since = self.view.at(since);
                (
                    "!",
                    labels::read_from_store(&since, posts::delay_short(why)),
                    theme.warning,
                )
            }
        }
    }

    /// Remarks about the whole, then each line with its own.
    fn lines(&self, area: Rect, detail: Detail) -> Rows<'a> {
        let theme = self.view.theme;
        let prescription = &self.serving.prescription;
        let mut rows = Rows::new(theme, area);
        let status = reasons::status(prescription.status(self.view.desk.today()));
        rows.heading(&labels::lines_heading(prescription.lines.len(), status));
        let remarks = self.serving.remarks(self.view.desk);
        // The banner above says it already, in large words.
        let is_said = |fact: &Fact| *fact == Fact::SecuredSupport;
        for remark in remarks.iter().filter(|remark| remark.line.is_none()) {
            if !is_said(&remark.fact) {
                lines::finding(&mut rows, 0, remark);
            }
        }
        for (place, line) in prescription.lines.iter().enumerate() {
            let cursor = if place == self.serving.selected {
                Cursor::Here
            } else {
                Cursor::Elsewhere
            };
            lines::block(&mut rows, self.serving, &remarks, line, cursor);
            // On a wide screen the right pane tells it.
            if cursor == Cursor::Here && detail == Detail::Below {
                self.deliveries(&mut rows, lines::NUMBER_COLUMNS, line);
            }
        }
        rows
    }

    fn deliveries(&self, rows: &mut Rows, indent: usize, line: &PrescriptionLine) {
        for delivery in &line.deliveries {
            lines::delivery(rows, self.view, indent, delivery);
        }
    }

    /// The official conditions of the product ordered, word for word.
    fn conditions(&self, rows: &mut Rows, line: &PrescriptionLine) {
        let labels = lines::conditions(self.serving, line);
        if labels.is_empty() {
            return;
        }
        rows.heading(labels::CONDITIONS);
        for label in labels {
            rows.signed(0, "·", &label, Style::new());
        }
        rows.blank();
    }

    /// The selected line at length: what was delivered before, substitutes, sources.
    fn details(&self, area: Rect) -> Rows<'a> {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        let Some(line) = self.serving.line() else {
            return rows;
        };
        rows.heading(&labels::line_heading(line.number));
        rows.paragraph(0, &safe(&line.label), theme.strong);
        let code = line.code.code();
        if !code.is_empty() {
            rows.paragraph(0, &labels::code(&safe(code)), theme.dim);
        }
        rows.blank();
        self.conditions(&mut rows, line);
        rows.heading(labels::ALREADY_DELIVERED);
        if line.deliveries.is_empty() {
            rows.paragraph(0, labels::NEVER_DELIVERED, theme.dim);
        }
        self.deliveries(&mut rows, 0, line);
        rows.blank();
        rows.heading(labels::SUBSTITUTES);
        let substitutes = self.serving.substitutes(line);
        if substitutes.is_empty() {
            rows.paragraph(0, labels::NO_SUBSTITUTE, theme.dim);
        }
        for product in substitutes {
            rows.signed(0, "⇄", &safe(&product.label), Style::new());
            if let Some(basis) = product.basis {
                let ground = labels::joined_source(reasons::basis(basis), reasons::basis_source(basis));
                rows.paragraph(2, &ground, theme.dim);
            }
        }
        if self.serving.prescription.consent != Consent::Agreed {
            rows.blank();
            rows.heading(labels::CONSENT);
            rows.paragraph(0, posts::CONSENT_CHANGED_BY, theme.dim);
        }
        rows
    }
}

fn prescriber_rows(prescriber: &Prescriber) -> [String; 4] {
    let numbers: Vec<String> = [
        prescriber.rpps.as_ref().map(|rpps| labels::rpps(rpps.as_str())),
        Some(people::phone(&prescriber.phone)).filter(|phone| !phone.is_empty()),
    ]
    .into_iter()
    .flatten()
    .collect();
    [
        labels::PRESCRIBER.to_owned(),
        people::prescriber_name(prescriber),
        wording::or_dash(&prescriber.specialty),
        numbers.join(" · "),
    ]
}

fn patient_rows(patient: &Patient, view: View) -> [String; 4] {
    let ins = patient
        .ins
        .as_ref()
        .map_or_else(|| labels::NO_INS.to_owned(), |ins| labels::ins(&ins.grouped()));
    [
        labels::PATIENT.to_owned(),
        people::patient_name(patient),
        labels::joined_dot(
            &people::patient_birth(patient, view.desk.today()),
            people::sex(patient.sex),
        ),
        ins,
    ]
}

/// Used where a single row is enough.
pub fn title_row(view: View, serving: &Serving, area: Rect, buffer: &mut Buffer) {
    let theme = view.theme;
    let title = labels::prescription_title(&serving.prescription.number);
    let patient = format!("  {}", people::patient_name(&serving.prescription.patient));
    let left = usize::from(area.width).saturating_sub(width(&title));
    draw_line(
        vec![
            Span::styled(title, theme.heading),
            Span::styled(cut(&patient, left), theme.strong),
        ],
        area,
        buffer,
    );
}
