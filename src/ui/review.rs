//! The review: per line exactly what will be recorded and posted, who will see it, and what the rules say.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::desk::BaseLight;
use crate::app::form::OutcomeKind;
use crate::app::review::{OverrideReason, Review};
use crate::app::screen::Scroll;
use crate::domain::consent::Consent;
use crate::domain::dispense::{Decision, LineOutcome, Supply};
use crate::domain::finding::{Finding, Severity};
use crate::domain::product::ProductCode;
use crate::domain::rules;
use crate::safe::safe;
use crate::ui::prescription::title_row;
use crate::ui::rows::Rows;
use crate::ui::text::{padded, tail};
use crate::ui::wording::{self, handwritten, labels, paper, people, posts, preparation, reasons};
use crate::ui::{View, is_wide, lines};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub review: &'a Review,
}

/// Columns of "1. ✓ Non délivré ".
const OUTCOME_COLUMNS: usize = 19;
/// Columns of the count of boxes.
const BOXES_COLUMNS: usize = 11;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let reason_rows = if self.review.reason.is_some() { 5 } else { 0 };
        let [title, rest, reason] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Min(0),
            Constraint::Length(reason_rows),
        ])
        .areas(area);
        title_row(self.view, &self.review.serving, title, buffer);
        if is_wide(area) {
            let [left, _, right] = Layout::horizontal([
                Constraint::Percentage(58),
                Constraint::Length(3),
                Constraint::Min(0),
            ])
            .areas(rest);
            let mut rows = Rows::new(self.view.theme, left);
            self.decisions(&mut rows);
            rows.draw(self.review.scroll, left, buffer);
            let mut rows = Rows::new(self.view.theme, right);
            self.seen(&mut rows);
            self.findings(&mut rows);
            rows.draw(Scroll::default(), right, buffer);
        } else {
            let mut rows = Rows::new(self.view.theme, rest);
            self.decisions(&mut rows);
            self.seen(&mut rows);
            self.findings(&mut rows);
            rows.draw(self.review.scroll, rest, buffer);
        }
        if let Some(override_reason) = &self.review.reason {
            self.reason(override_reason, reason, buffer);
        }
    }
}

impl Page<'_> {
    fn decisions(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        rows.heading(if self.review.serving.prescription.number.is_of_paper() {
            paper::REVIEW
        } else if self.review.stays_here() {
            handwritten::REVIEW
        } else {
            labels::REVIEW
        });
        for decision in &self.review.proposal.decisions {
            self.decision(rows, decision);
        }
        let open: Vec<String> = self
            .review
            .serving
            .prescription
            .lines
            .iter()
            .filter(|line| line.is_open())
            .filter(|line| {
                !self
                    .review
                    .proposal
                    .decisions
                    .iter()
                    .any(|d| d.line == line.number)
            })
            .map(|line| line.number.to_string())
            .collect();
        if !open.is_empty() {
            rows.paragraph(0, &labels::left_open(&open.join(", ")), theme.dim);
        }
    }

    fn decision(&self, rows: &mut Rows, decision: &Decision) {
        let theme = self.view.theme;
        let kind = reasons::kind_of(&decision.outcome);
        let supply = decision.outcome.supply();
        let line = self.review.serving.prescription.line(decision.line);
        let ordered = line.map(|line| safe(&line.label)).unwrap_or_default();
        let product = supply.map_or_else(|| ordered.clone(), |supply| safe(&supply.label));
        let boxes = supply.map_or_else(
            || labels::NO_BOX.to_owned(),
            |supply| wording::boxes(supply.boxes),
        );
        let style = match kind {
            OutcomeKind::Conforming | OutcomeKind::Substituted => theme.good,
            OutcomeKind::Adjusted | OutcomeKind::NotDelivered => theme.warning,
        };
        let head = format!(
            "{:>2}. {} {}",
            decision.line.0,
            reasons::outcome_sign(kind),
            reasons::outcome_kind(kind)
        );
        let columns = rows.width.saturating_sub(OUTCOME_COLUMNS + BOXES_COLUMNS + 1);
        let boxes = format!(" {}", padded(&boxes, BOXES_COLUMNS));
        rows.entry(
            vec![Span::styled(padded(&head, OUTCOME_COLUMNS), style)],
            (&product, columns, theme.strong),
            vec![Span::styled(boxes, theme.strong)],
        );
        for text in self.sayings(decision, &ordered) {
            rows.paragraph(OUTCOME_COLUMNS, &text, theme.dim);
        }
    }

    /// What goes with a decision into the register and to the base.
    fn sayings(&self, decision: &Decision, ordered: &str) -> Vec<String> {
        let mut texts = Vec::new();
        // An adjusted dose or quantity may well be of the product that was ordered.
        let is_another = |supply: &Supply| safe(&supply.label) != ordered;
        if decision.outcome.supply().is_some_and(is_another) {
            texts.push(labels::instead_of(ordered));
        }
        texts.extend(self.ground(decision));
        let line = self.review.serving.prescription.line(decision.line);
        if line.is_some_and(|line| line.is_handwritten) {
            texts.push(handwritten::WILL_STAY_HERE.to_owned());
        }
        let made = decision
            .outcome
            .supply()
            .and_then(|supply| supply.preparation.as_ref());
        texts.extend(made.into_iter().flat_map(preparation::record));
        texts.extend(reasons::outcome_reason(&decision.outcome).map(|reason| labels::reason(&reason)));
        texts.extend(
            decision
                .partial
                .map(|partial| labels::partial(reasons::partial_reason(partial))),
        );
        let other_size = decision.outcome.supply().and_then(|supply| {
            let of = supply.stands_for.filter(|of| *of != supply.boxes.into())?;
            Some(labels::other_size(supply.boxes, of))
        });
        texts.extend(other_size);
        texts.extend(decision.outcome.supply().map(lines::lots).unwrap_or_default());
        if !decision.note.is_empty() {
            texts.push(labels::quoted(&safe(&decision.note)));
        }
        if decision.outcome.supply().is_none() {
            texts.push(labels::NOT_IN_REGISTER.to_owned());
        }
        texts
    }

    /// The legal ground, found by the same rule as when it is recorded.
    fn ground(&self, decision: &Decision) -> Option<String> {
        let LineOutcome::Substituted { supply, reason } = &decision.outcome else {
            return None;
        };
        let line = self.review.serving.prescription.line(decision.line)?;
        let product = |code: &ProductCode| self.review.serving.products.find(code).cloned();
        let basis = rules::substitution::basis(line, supply, *reason, &product)?;
        Some(labels::ground(&labels::joined_source(
            reasons::basis(basis),
            reasons::basis_source(basis),
        )))
    }

    /// Who will see it, who hands over, and whether it leaves at once.
    fn seen(&self, rows: &mut Rows) {
        let View { desk, theme } = self.view;
        let consent = self.review.serving.prescription.consent;
        if self.review.serving.prescription.number.is_of_paper() {
            rows.blank();
            rows.signed(0, "•", paper::STAYS_HERE, Style::new());
        } else if self.review.stays_here() {
            rows.blank();
            rows.signed(0, "•", handwritten::ONLY_NOW, Style::new());
        } else {
            self.seen_at_the_base(rows, consent);
        }
        let operator = people::operator(&desk.setting.operator);
        rows.paragraph(
            0,
            &labels::handed_over_by(&operator, &safe(&desk.setting.pharmacy.name)),
            theme.dim,
        );
    }

    fn seen_at_the_base(&self, rows: &mut Rows, consent: Consent) {
        let View { desk, theme } = self.view;
        rows.heading(labels::SEEN);
        let style = match consent {
            Consent::Agreed => theme.good,
            Consent::Opposed | Consent::NotRecorded => theme.warning,
        };
        let sentence = labels::joined(posts::consent(consent), posts::consent_consequence(consent));
        rows.signed(0, posts::consent_sign(consent), &sentence, style);
        if consent != Consent::Agreed {
            rows.paragraph(2, posts::CONSENT_CHANGED_BY, theme.dim);
        }
        if let BaseLight::Failing { reason, .. } = desk.base {
            let later = labels::posted_later(posts::delay_short(reason));
            rows.signed(0, "!", &later, theme.warning);
        }
    }

    /// What the rules say, each with the reason it was passed for.
    pub(super) fn findings(&self, rows: &mut Rows) {
        let mut findings: Vec<&Finding> = self.review.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        rows.heading(&labels::findings_heading(findings.len()));
        if findings.is_empty() {
            rows.signed(0, "✓", labels::NO_FINDING, self.view.theme.good);
        }
        for finding in findings {
            self.finding(rows, finding);
        }
    }

    fn finding(&self, rows: &mut Rows, finding: &Finding) {
        let theme = self.view.theme;
        if let Some(line) = finding.line {
            let severity = wording::severity(finding.severity());
            let style = lines::severity_style(theme, finding.severity());
            rows.paragraph(0, &labels::severity_of_line(severity, line), style);
        }
        lines::finding(rows, 0, finding);
        if finding.severity() != Severity::Warning {
            return;
        }
        match self.review.passed_because(finding) {
            Some(reason) => rows.paragraph(2, &labels::passed(&safe(reason)), theme.strong),
            None => rows.paragraph(2, labels::TO_PASS, theme.warning),
        }
    }

    /// The reason being typed, under the warning it is for.
    pub(super) fn reason(&self, reason: &OverrideReason, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.heading(labels::OVERRIDE);
        let warning = self
            .review
            .findings
            .iter()
            .find(|finding| **finding == reason.finding);
        if let Some(warning) = warning {
            let text = wording::explanation(warning);
            let shown = crate::ui::text::wrapped(&text, rows.width).into_iter().take(2);
            for row in shown {
                rows.row(vec![Span::styled(row, theme.warning)]);
            }
        }
        let columns = rows.width.saturating_sub(4);
        let typed = tail(&safe(reason.input.as_str()), columns - 1);
        rows.row(vec![
            Span::styled("❯ ", theme.key),
            Span::styled(padded(&format!("{typed}▏"), columns), theme.input),
        ]);
        rows.draw(Scroll::default(), area, buffer);
    }
}

/// The same page while the store writes.
pub fn written(view: View, review: &Review, area: Rect, buffer: &mut Buffer) {
    let [banner, rest] = Layout::vertical([Constraint::Length(2), Constraint::Min(0)]).areas(area);
    let mut rows = Rows::new(view.theme, banner);
    rows.row(vec![Span::styled(labels::RECORDING, view.theme.strong)]);
    rows.blank();
    rows.draw(Scroll::default(), banner, buffer);
    Page { view, review }.render(rest, buffer);
}
