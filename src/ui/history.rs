//! What became of a delivery: each entry in its order, who, when, why, and where it stands with the base.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::app::history::{History, Reading};
use crate::domain::correction::Chapter;
use crate::domain::dispense::HandOver;
use crate::domain::outbox::{OutboxEntry, PostState};
use crate::domain::register::{RegisterContent, RegisterEntry};
use crate::safe::safe;
use crate::ui::correction::outcome;
use crate::ui::rows::Rows;
use crate::ui::wording::{corrections, labels, people, posts, reasons};
use crate::ui::{View, entries};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub history: &'a History,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.heading(&corrections::history_of(self.history.entry));
        match &self.history.reading {
            Reading::Asked => rows.paragraph(0, labels::LISTING, theme.dim),
            Reading::Failed => rows.signed(0, "✗", labels::STORE_FAILED, theme.bad),
            Reading::Read(chapters) => {
                if let Some(first) = chapters.iter().find_map(|chapter| chapter.post.as_ref()) {
                    let patient = people::patient_name(&first.hand_over.patient);
                    let number = labels::prescription_title(&first.hand_over.number);
                    rows.paragraph(0, &labels::joined_dot(&patient, &number), theme.strong);
                }
                for (place, chapter) in chapters.iter().enumerate() {
                    rows.blank();
                    let next = chapters.get(place + 1).and_then(|next| next.post.as_ref());
                    self.chapter(&mut rows, chapter, next.map(OutboxEntry::state));
                }
            }
        }
        rows.draw(self.history.scroll, area, buffer);
    }
}

impl Page<'_> {
    fn chapter(&self, rows: &mut Rows, Chapter { entry, post }: &Chapter, corrected: Option<&PostState>) {
        let theme = self.view.theme;
        let moment = entry.recorded_at.to_zoned(self.view.desk.setting.zone.clone());
        let moment = moment.strftime("%d/%m/%Y %H:%M").to_string();
        let head = labels::joined_dot(&labels::register_number(entry.number), &moment);
        let kind = corrections::chapter(entry.content.as_ref());
        rows.paragraph(0, &labels::joined_dot(&head, kind), theme.strong);
        match &entry.content {
            Some(RegisterContent::Delivery(delivery)) => {
                let line = post.as_ref().and_then(|post| line_of(&post.hand_over, entry));
                let said = line.unwrap_or_else(|| safe(&delivery.product));
                rows.paragraph(2, &said, Style::new());
                rows.paragraph(2, &people::operator(&delivery.operator), theme.dim);
            }
            Some(RegisterContent::Correction {
                code,
                reason,
                operator,
                ..
            }) => {
                let motive = reasons::motive(*code, reason);
                rows.paragraph(2, &labels::quoted(&safe(&motive)), Style::new());
                rows.paragraph(2, &people::operator(operator), theme.dim);
                self.not_delivered(rows, post.as_ref());
            }
            None => rows.paragraph(2, labels::ERASED_WHY, theme.dim),
        }
        if let Some(post) = post {
            self.state(rows, post, corrected);
        }
    }

    /// A replacement by "not delivered" has no entry of its own: the counter-entry tells it.
    fn not_delivered(&self, rows: &mut Rows, post: Option<&OutboxEntry>) {
        let lines = post.into_iter().flat_map(|post| &post.hand_over.lines);
        for line in lines.filter(|line| line.outcome.supply().is_none()) {
            rows.paragraph(2, &outcome(&line.outcome), self.view.theme.dim);
        }
    }

    fn state(&self, rows: &mut Rows, post: &OutboxEntry, corrected: Option<&PostState>) {
        let sign = posts::state_sign(post.state(), entries::travel(self.view, post));
        let style = entries::state_style(self.view.theme, post.state());
        rows.signed(2, sign, &corrections::state(post, corrected), style);
        if let Some(reason) = posts::state_reason(post.state()) {
            rows.paragraph(4, &reason, Style::new());
        }
    }
}

/// The line of the hand-over that this entry registers.
fn line_of(hand_over: &HandOver, entry: &RegisterEntry) -> Option<String> {
    let Some(RegisterContent::Delivery(delivery)) = &entry.content else {
        return None;
    };
    let line = hand_over
        .lines
        .iter()
        .find(|line| line.id == delivery.dispensed_line)?;
    Some(outcome(&line.outcome))
}
