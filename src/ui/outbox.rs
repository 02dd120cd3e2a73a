//! What the base has not acknowledged: each with its true state, the reason, and what happens next.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::app::desk::{BaseLight, Listing};
use crate::app::outbox::Outbox;
use crate::app::screen::Scroll;
use crate::domain::outbox::{OutboxEntry, PostState};
use crate::safe::safe;
use crate::ui::rows::Rows;
use crate::ui::wording::{self, corrections, handwritten, labels, posts, reasons, settling as words};
use crate::ui::{View, entries, panes};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub outbox: &'a Outbox,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let entries: Vec<&OutboxEntry> = self.view.desk.open().collect();
        let selected = self.outbox.selected.min(entries.len().saturating_sub(1));
        let below = if entries.is_empty() { 0 } else { 8 };
        let (list, details) = panes(area, 46, below);
        self.list(&entries, selected, list)
            .draw(Scroll::default(), list, buffer);
        if let Some(entry) = entries.get(selected) {
            self.details(entry, details)
                .draw(Scroll::default(), details, buffer);
        }
    }
}

/// How many entries above the cursor, and how many below, are drawn.
const AROUND_MAX: usize = 60;

impl<'a> Page<'a> {
    fn list(&self, found: &[&OutboxEntry], selected: usize, area: Rect) -> Rows<'a> {
        let View { desk, theme } = self.view;
        let mut rows = Rows::new(theme, area);
        rows.heading(&labels::not_acknowledged(found.len()));
        match desk.base {
            BaseLight::Failing { since, reason } => {
                let sentence = labels::base_failing(posts::delay_short(reason), &self.view.since(since));
                rows.paragraph(0, &labels::joined(labels::BASE, &sentence), theme.bad);
            }
            BaseLight::Answering { since } => {
                let sentence = labels::base_answering(&self.view.since(since));
                rows.paragraph(0, &labels::joined(labels::BASE, &sentence), theme.good);
            }
            BaseLight::NotAsked => {
                rows.paragraph(
                    0,
                    &labels::joined(labels::BASE, labels::BASE_NOT_ASKED),
                    theme.dim,
                );
            }
        }
        rows.blank();
        match desk.listing {
            Listing::Asked => rows.paragraph(0, labels::LISTING, theme.dim),
            Listing::Failed => rows.signed(0, "✗", labels::LISTING_FAILED, theme.bad),
            Listing::Known if found.is_empty() => rows.signed(0, "✓", labels::NOTHING_WAITING, theme.good),
            Listing::Known => {}
        }
        // Ten thousand may wait: those around the cursor are drawn, and how many stand above and below.
        let first = selected.saturating_sub(AROUND_MAX);
        let shown = found.iter().enumerate().skip(first).take(2 * AROUND_MAX + 1);
        if first > 0 {
            rows.paragraph(0, &labels::more_before(first), theme.dim);
        }
        for (place, entry) in shown {
            if place == selected {
                rows.focus_begins();
                entries::summary_in(&mut rows, self.view, entry, theme.selected);
                rows.focus_ends();
            } else {
                entries::summary(&mut rows, self.view, entry);
            }
        }
        let below = found.len().saturating_sub(first + 2 * AROUND_MAX + 1);
        if below > 0 {
            rows.paragraph(0, &labels::more_after(below), theme.dim);
        }
        self.settled(&mut rows);
        rows
    }

    /// What a person settled today: it alarms nobody any more, and is not hidden.
    fn settled(&self, rows: &mut Rows) {
        let View { desk, theme } = self.view;
        let mut settled = desk.settled().peekable();
        if settled.peek().is_none() {
            return;
        }
        rows.blank();
        rows.heading(words::SETTLED);
        for entry in settled {
            entries::summary(rows, self.view, entry);
            if let Some(settlement) = &entry.settlement {
                let at = self.view.at(settlement.at);
                let said = words::settled(
                    settlement.choice,
                    &settlement.operator.name,
                    &at,
                    &settlement.reason,
                );
                rows.paragraph(4, &said, theme.dim);
            }
        }
    }

    fn details(&self, entry: &OutboxEntry, area: Rect) -> Rows<'a> {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.heading(&labels::recorded_since(&self.view.since(entry.since)));
        if *entry.state() == PostState::Pending {
            let travel = entries::travel(self.view, entry);
            if travel == posts::Travel::OnTheWay {
                rows.paragraph(0, labels::ON_THE_WAY, Style::new());
            } else {
                rows.paragraph(0, posts::delay(entry.reason), theme.warning);
                rows.paragraph(0, posts::delay_way_out(entry.reason), Style::new());
                entries::why(&mut rows, self.view, entry);
            }
        } else if entry.hand_over.corrects.is_some() {
            rows.paragraph(0, &corrections::at_the_base(entry), theme.bad);
            if let Some((_, refusal)) = entry.refusals().next() {
                rows.paragraph(2, &wording::refusal(refusal), Style::new());
                rows.signed(0, "→", words::correction_way_out(&refusal.code), Style::new());
            }
        } else {
            rows.paragraph(0, labels::REFUSED_AFTER_RECORDING, theme.bad);
        }
        if let Some(taken_back) = corrections::takes_back(&entry.hand_over) {
            rows.paragraph(0, &taken_back, theme.strong);
        }
        for line in &entry.hand_over.lines {
            let supply = line.outcome.supply();
            let product = supply.map_or(&line.ordered, |supply| &supply.label);
            let boxes = supply.map_or_else(
                || labels::NO_BOX.to_owned(),
                |supply| wording::boxes(supply.boxes),
            );
            let kind = reasons::outcome_kind(reasons::kind_of(&line.outcome));
            let state = entry.states.iter().find(|(id, _)| *id == line.id);
            let (sign, style) = state.map_or(("…", theme.warning), |(_, state)| {
                (
                    posts::state_sign(state, entries::travel(self.view, entry)),
                    entries::state_style(theme, state),
                )
            });
            rows.signed(0, sign, &format!("{} · {boxes} · {kind}", safe(product)), style);
            if line.handwritten.is_some() {
                rows.paragraph(2, handwritten::STAYS_HERE, theme.dim);
            }
            let reason = state.and_then(|(_, state)| posts::state_reason(state));
            // A correction shares one fate: why is said above, once.
            if let Some(reason) = reason.filter(|_| entry.hand_over.corrects.is_none()) {
                rows.paragraph(2, &reason, Style::new());
            }
        }
        rows
    }
}
