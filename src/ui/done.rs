//! What was recorded, and where its post truly is: recorded here, sent, accepted, visible or hidden.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::done::Done;
use crate::domain::consent::Consent;
use crate::domain::dispense::DispensedLine;
use crate::domain::outbox::{OutboxEntry, PostState};
use crate::safe::safe;
use crate::ui::rows::Rows;
use crate::ui::text::padded;
use crate::ui::wording::posts::Travel;
use crate::ui::wording::{self, corrections, handwritten, labels, people, posts, reasons};
use crate::ui::{View, entries};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub done: &'a Done,
}

/// Columns of "n° 1234567 ".
const NUMBER_COLUMNS: usize = 12;
/// Columns of the count of boxes.
const BOXES_COLUMNS: usize = 11;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let View { desk, theme } = self.view;
        let mut rows = Rows::new(theme, area);
        rows.blank();
        rows.row(vec![Span::styled(
            format!(" ✓ {} ", labels::RECORDED),
            theme.banner,
        )]);
        rows.blank();
        if let Some(entry) = desk.hand_over(self.done.id) {
            let patient = people::patient_name(&entry.hand_over.patient);
            rows.row(vec![
                Span::styled(labels::prescription_title(&self.done.number), theme.heading),
                Span::styled(format!("  {patient}"), theme.strong),
            ]);
            rows.blank();
            // What was not accepted comes first: the reasons, line by line, may fill the screen.
            if matches!(entry.state(), PostState::Refused(_) | PostState::Conflict(_)) {
                self.base(&mut rows, entry);
                rows.blank();
                self.register(&mut rows, entry);
            } else {
                self.register(&mut rows, entry);
                rows.blank();
                self.base(&mut rows, entry);
            }
        }
        rows.draw(self.done.scroll, area, buffer);
    }
}

impl Page<'_> {
    fn register(&self, rows: &mut Rows, entry: &OutboxEntry) {
        rows.heading(labels::REGISTER);
        for line in &entry.hand_over.lines {
            self.line(rows, entry, line);
        }
    }

    fn base(&self, rows: &mut Rows, entry: &OutboxEntry) {
        rows.heading(labels::TO_THE_BASE);
        self.steps(rows, entry);
        self.news(rows, entry);
    }

    fn line(&self, rows: &mut Rows, entry: &OutboxEntry, line: &DispensedLine) {
        let theme = self.view.theme;
        let number = self
            .done
            .register_number(line.id)
            .map_or_else(|| labels::NO_REGISTER_NUMBER.to_owned(), labels::register_number);
        let supply = line.outcome.supply();
        let product = supply.map_or(&line.ordered, |supply| &supply.label);
        let boxes = supply.map_or_else(
            || labels::NO_BOX.to_owned(),
            |supply| wording::boxes(supply.boxes),
        );
        let pending = PostState::Pending;
        let state = entry
            .states
            .iter()
            .find(|(id, _)| *id == line.id)
            .map_or(&pending, |(_, state)| state);
        let kind = reasons::outcome_kind(reasons::kind_of(&line.outcome));
        let columns = rows.width.saturating_sub(NUMBER_COLUMNS + BOXES_COLUMNS + 14 + 4);
        let sign = posts::state_sign(state, entries::travel(self.view, entry));
        rows.entry(
            vec![Span::styled(padded(&number, NUMBER_COLUMNS), theme.strong)],
            (&safe(product), columns, Style::new()),
            vec![
                Span::raw(format!(" {}", padded(&boxes, BOXES_COLUMNS))),
                Span::styled(padded(kind, 14), theme.dim),
                Span::styled(sign, entries::state_style(theme, state)),
            ],
        );
        if line.handwritten.is_some() {
            rows.signed(NUMBER_COLUMNS, "•", handwritten::STAYS_HERE, theme.dim);
        }
        if let Some(reason) = posts::state_reason(state) {
            rows.signed(NUMBER_COLUMNS, "✗", &reason, theme.bad);
        }
        if let Some(correction) = self.view.desk.correction_of(line.id) {
            let sign = posts::state_sign(correction.state(), entries::travel(self.view, correction));
            let style = entries::state_style(theme, correction.state());
            rows.signed(
                NUMBER_COLUMNS,
                sign,
                &corrections::corrected_line(correction),
                style,
            );
        }
    }

    /// The four steps; only those that are true are ticked.
    fn steps(&self, rows: &mut Rows, entry: &OutboxEntry) {
        let theme = self.view.theme;
        if *entry.state() == PostState::Local {
            let (sign, word, style) = step(true, labels::STEP_RECORDED, theme);
            rows.row(vec![Span::styled(format!("{sign} {word}"), style)]);
            return;
        }
        let travel = entries::travel(self.view, entry);
        let is_accepted = *entry.state() == PostState::Accepted;
        let is_refused = matches!(entry.state(), PostState::Refused(_) | PostState::Conflict(_));
        let is_sent = is_accepted || is_refused || travel == Travel::OnTheWay;
        let some_accepted = entry
            .states
            .iter()
            .any(|(_, state)| *state == PostState::Accepted);
        let third = if is_refused && some_accepted {
            ("✗", labels::STEP_PARTLY_REFUSED, theme.bad)
        } else if is_refused {
            ("✗", labels::STEP_REFUSED, theme.bad)
        } else {
            step(is_accepted, labels::STEP_ACCEPTED, theme)
        };
        let seen = match entry.consent() {
            Consent::Agreed => labels::STEP_VISIBLE,
            Consent::Opposed => labels::STEP_HIDDEN_OPPOSED,
            Consent::NotRecorded => labels::STEP_HIDDEN_NOT_RECORDED,
        };
        let steps = [
            step(true, labels::STEP_RECORDED, theme),
            step(is_sent, labels::STEP_SENT, theme),
            third,
            step(is_accepted, seen, theme),
        ];
        let mut spans = Vec::new();
        for (place, (sign, word, style)) in steps.into_iter().enumerate() {
            if place > 0 {
                spans.push(Span::styled("  →  ", theme.dim));
            }
            spans.push(Span::styled(format!("{sign} {word}"), style));
        }
        rows.row(spans);
    }

    /// What remains to be known, or done.
    fn news(&self, rows: &mut Rows, entry: &OutboxEntry) {
        let theme = self.view.theme;
        rows.blank();
        match (entry.state(), entries::travel(self.view, entry)) {
            (PostState::Accepted, _) => {
                let sentence = labels::accepted(posts::visibility(entry.consent()));
                rows.signed(0, "✓", &sentence, theme.good);
                if entry
                    .consent_since
                    .is_some_and(|consent| consent != entry.hand_over.consent)
                {
                    rows.paragraph(2, posts::CONSENT_CHANGED_SINCE, Style::new());
                }
                if entry.consent() != Consent::Agreed {
                    rows.paragraph(2, posts::CONSENT_CHANGED_BY, theme.dim);
                }
            }
            (PostState::Pending, Travel::OnTheWay) => {
                rows.signed(0, "→", labels::ON_THE_WAY, Style::new());
            }
            (PostState::Pending, Travel::AtRest) => {
                rows.signed(0, "…", posts::delay(entry.reason), theme.warning);
                rows.paragraph(2, posts::delay_way_out(entry.reason), Style::new());
                entries::why(rows, self.view, entry);
            }
            (PostState::Local, _) => rows.signed(0, "•", handwritten::off_base(entry), Style::new()),
            (PostState::Refused(_) | PostState::Conflict(_), _) => {
                rows.signed(0, "✗", labels::REFUSED_AFTER_RECORDING, theme.bad);
            }
        }
    }
}

fn step(is_true: bool, word: &'static str, theme: &crate::ui::Theme) -> (&'static str, &'static str, Style) {
    if is_true {
        ("✓", word, theme.good)
    } else {
        ("○", word, theme.dim)
    }
}
