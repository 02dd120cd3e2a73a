//! What stands against a hand-over, the choices, and what each one does.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::message::Contradiction;
use crate::app::settling::{Reading, Settling};
use crate::domain::identifiers::{Boxes, LineNumber};
use crate::domain::outbox::{OutboxEntry, PostState};
use crate::domain::prescription::{Delivery, DeliveryStanding};
use crate::safe::safe;
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::text::{padded, tail};
use crate::ui::wording::{self, corrections, labels, people, posts, settling as words};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub settling: &'a Settling,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let mut rows = Rows::new(self.view.theme, area);
        if let Some(entry) = self.view.desk.hand_over(self.settling.id) {
            self.happened(&mut rows, entry);
            rows.blank();
            self.choices(&mut rows, entry);
        }
        rows.draw(self.settling.scroll, area, buffer);
    }
}

impl Page<'_> {
    fn happened(&self, rows: &mut Rows, entry: &OutboxEntry) {
        let theme = self.view.theme;
        let hand_over = &entry.hand_over;
        let is_correction = hand_over.corrects.is_some();
        rows.heading(&labels::joined(
            if is_correction {
                words::SETTLING_CORRECTION
            } else {
                words::SETTLING
            },
            &format!(
                "{} · {}",
                hand_over.number.grouped(),
                people::patient_name(&hand_over.patient)
            ),
        ));
        if is_correction {
            correction(rows, entry);
        }
        let at = self.view.at(hand_over.at);
        for line in &hand_over.lines {
            let state = entry.states.iter().find(|(id, _)| *id == line.id);
            let Some((_, state @ (PostState::Conflict(no) | PostState::Refused(no)))) = state else {
                continue;
            };
            let supply = line.outcome.supply();
            let product = supply.map_or(&line.ordered, |supply| &supply.label);
            let count = supply.map_or(Boxes::ZERO, |supply| supply.boxes);
            let ours = words::ours(line.line, product, count, &at, &hand_over.operator.name);
            rows.signed(
                0,
                posts::state_sign(state, posts::Travel::AtRest),
                &ours,
                theme.bad,
            );
            // A correction shares one fate: why is said above, once.
            if !is_correction {
                rows.paragraph(2, &wording::refusal(no), Style::new());
            }
        }
        match &self.settling.reading {
            Reading::Asked => rows.paragraph(0, words::READING, theme.dim),
            Reading::Failed => rows.signed(0, "!", words::UNREADABLE, theme.warning),
            Reading::Read(found) => self.others(rows, entry, found),
        }
    }

    fn others(&self, rows: &mut Rows, entry: &OutboxEntry, found: &Contradiction) {
        let theme = self.view.theme;
        for (line, delivery) in &found.others {
            rows.signed(0, "·", &self.other(*line, delivery), theme.strong);
        }
        let handed_over = found
            .others
            .iter()
            .filter(|(_, delivery)| delivery.standing == DeliveryStanding::Completed);
        if let Some(at) = handed_over.filter_map(|(_, delivery)| delivery.at).min() {
            rows.paragraph(2, words::first(entry.hand_over.at < at), Style::new());
        }
        let source = words::source(found.source);
        if found.others.is_empty() {
            rows.paragraph(0, &format!("{source} {}", words::NO_OTHER), theme.dim);
        } else {
            rows.paragraph(0, &source, theme.dim);
        }
    }

    fn other(&self, line: LineNumber, delivery: &Delivery) -> String {
        let at = delivery.at.map(|at| self.view.at(at));
        words::theirs(
            line,
            &delivery.product,
            delivery.boxes,
            at.as_deref(),
            &delivery.pharmacy,
        )
    }

    fn choices(&self, rows: &mut Rows, entry: &OutboxEntry) {
        let theme = self.view.theme;
        rows.heading(words::WHAT_TO_DO);
        let chosen = self.settling.chosen.as_ref();
        for (place, choice) in entry.choices().into_iter().enumerate() {
            // Once one is chosen, the others make room for the reason.
            if chosen.is_some_and(|chosen| chosen.choice != choice) {
                continue;
            }
            rows.row(vec![
                Span::styled(format!("{} ", place + 1), theme.key),
                Span::styled(words::choice(choice), theme.strong),
            ]);
            let consequence = if entry.hand_over.corrects.is_some() {
                words::consequence_for_correction(choice)
            } else {
                words::consequence(choice)
            };
            rows.paragraph(2, consequence, Style::new());
        }
        let Some(chosen) = chosen else {
            rows.paragraph(0, words::ENTRIES_STAY, theme.dim);
            return;
        };
        rows.blank();
        rows.paragraph(0, words::REASON, Style::new());
        rows.focus_begins();
        let columns = rows.width.saturating_sub(4);
        let typed = format!(
            "{}▏",
            tail(&safe(chosen.reason.as_str()), columns.saturating_sub(1))
        );
        rows.row(vec![
            Span::styled("❯ ", theme.key),
            Span::styled(padded(&typed, columns), theme.input),
        ]);
        rows.focus_ends();
    }
}

/// What a correction wanted to take back, why the base did not, and what to do.
fn correction(rows: &mut Rows, entry: &OutboxEntry) {
    let theme = rows.theme;
    if let Some(taken_back) = corrections::takes_back(&entry.hand_over) {
        rows.paragraph(0, &taken_back, theme.strong);
    }
    let refusal = entry.refusals().next().map(|(_, refusal)| refusal);
    if let Some(refusal) = refusal {
        rows.signed(0, "✗", &wording::refusal(refusal), theme.bad);
        rows.signed(0, "→", words::correction_way_out(&refusal.code), Style::new());
    }
}
