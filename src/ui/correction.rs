//! A delivery being corrected: what was recorded, why it is wrong, what replaces it, and what became of that.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::correcting::{Correcting, Step};
use crate::app::input::TextInput;
use crate::app::review::Review;
use crate::app::screen::Scroll;
use crate::domain::correction::Standing;
use crate::domain::dispense::{LineOutcome, Supply};
use crate::domain::identifiers::DispensedLineId;
use crate::domain::outbox::PostState;
use crate::domain::reasons::{CorrectionReason, PartialReason};
use crate::domain::register::RegisterNumber;
use crate::safe::safe;
use crate::ui::rows::Rows;
use crate::ui::text::{padded, tail};
use crate::ui::wording::{self, corrections, labels, people, posts, reasons};
use crate::ui::{View, decision, entries, review};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub correcting: &'a Correcting,
}

/// Columns of "Avant  ".
const LABEL_COLUMNS: usize = 8;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        match &self.correcting.step {
            // Decided on the very page that serves a prescription, under the name of what is corrected.
            Step::Deciding(deciding) => {
                let [title, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
                self.titled(title).draw(Scroll::default(), title, buffer);
                let view = self.view;
                decision::Page { view, deciding }.render(rest, buffer);
            }
            Step::Review(review) => self.review(review, area, buffer),
            step => {
                let mut rows = self.titled(area);
                rows.blank();
                self.step(&mut rows, step);
                rows.draw(Scroll::default(), area, buffer);
            }
        }
    }
}

impl<'a> Page<'a> {
    fn titled(&self, area: Rect) -> Rows<'a> {
        let mut rows = Rows::new(self.view.theme, area);
        rows.heading(&corrections::title(self.correcting.kind, self.correcting.entry));
        rows
    }

    fn step(&self, rows: &mut Rows, step: &Step) {
        let theme = self.view.theme;
        match step {
            Step::Which { entries, selected } => {
                rows.paragraph(0, corrections::WHICH, theme.strong);
                for (place, (number, product)) in entries.iter().enumerate() {
                    let text = labels::joined_dot(&labels::register_number(*number), &safe(product));
                    numbered(rows, place, *selected, &text);
                }
            }
            Step::Opening => rows.paragraph(0, corrections::OPENING, theme.dim),
            Step::Stopped(why) => {
                let sentence = corrections::cannot_open(self.correcting.entry, why);
                rows.signed(0, "✗", &sentence, theme.bad);
                rows.paragraph(2, labels::NOTHING_CHANGED, theme.dim);
            }
            Step::Reason { selected } => {
                self.recorded(rows);
                rows.blank();
                rows.paragraph(0, corrections::WHY, theme.strong);
                for (place, reason) in CorrectionReason::ALL.iter().enumerate() {
                    numbered(rows, place, *selected, reasons::correction_reason(*reason));
                }
            }
            Step::Words { reason, input } => {
                self.recorded(rows);
                rows.blank();
                rows.paragraph(0, reasons::correction_reason(*reason), theme.strong);
                rows.paragraph(0, corrections::words_asked(*reason), theme.dim);
                field(rows, input);
            }
            Step::Confirm | Step::Recording(None) => self.taken_back(rows),
            Step::Recording(Some(review)) => {
                rows.paragraph(0, labels::RECORDING, theme.strong);
                self.before_and_after(rows, review);
            }
            Step::Recorded { numbers } => self.ended(rows, numbers),
            // Drawn above.
            Step::Deciding(_) | Step::Review(_) => {}
        }
    }

    fn standing(&self) -> Option<&'a Standing> {
        self.correcting.opened.as_ref().map(|opened| &opened.standing)
    }

    /// The delivery as it was recorded.
    fn recorded(&self, rows: &mut Rows) {
        let Some(standing) = self.standing() else { return };
        let theme = self.view.theme;
        let hand_over = &standing.hand_over;
        let patient = people::patient_name(&hand_over.patient);
        let number = labels::prescription_title(&hand_over.number);
        rows.paragraph(0, &labels::joined_dot(&patient, &number), theme.strong);
        rows.paragraph(0, &outcome(&standing.line.outcome), Style::new());
        let at = self.view.at(hand_over.handed_over_at());
        let by = people::operator(&hand_over.operator);
        rows.paragraph(0, &corrections::handed_over(&at, &by), theme.dim);
    }

    /// What a cancellation does, before it is recorded.
    fn taken_back(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        if matches!(self.correcting.step, Step::Recording(_)) {
            rows.paragraph(0, labels::RECORDING, theme.strong);
        }
        self.recorded(rows);
        rows.blank();
        if let Some(standing) = self.standing() {
            self.change(rows, &outcome(&standing.line.outcome), corrections::AFTER_NOTHING);
        }
        self.motive(rows);
        rows.blank();
        rows.paragraph(0, corrections::CANCELLATION_DOES, theme.dim);
    }

    fn change(&self, rows: &mut Rows, before: &str, after: &str) {
        let theme = self.view.theme;
        rows.field(corrections::BEFORE, LABEL_COLUMNS, before, theme.dim);
        rows.field(corrections::AFTER, LABEL_COLUMNS, after, theme.strong);
    }

    fn before_and_after(&self, rows: &mut Rows, review: &Review) {
        let (Some(standing), Some(decision)) = (self.standing(), review.proposal.decisions.first()) else {
            return;
        };
        let with_partial = |text: String, partial: Option<PartialReason>| {
            partial.map_or(text.clone(), |partial| {
                labels::joined_dot(&text, &labels::partial(reasons::partial_reason(partial)))
            })
        };
        let before = with_partial(outcome(&standing.line.outcome), standing.line.partial);
        let after = with_partial(outcome(&decision.outcome), decision.partial);
        self.change(rows, &before, &after);
        if decision.note != standing.line.note {
            rows.paragraph(
                LABEL_COLUMNS,
                &labels::quoted(&safe(&decision.note)),
                Style::new(),
            );
        }
        self.motive(rows);
    }

    fn motive(&self, rows: &mut Rows) {
        if let Some(motive) = &self.correcting.motive {
            let words = safe(&reasons::motive(Some(motive.reason()), motive.words()));
            rows.field(corrections::MOTIVE, LABEL_COLUMNS, &words, Style::new());
        }
    }

    fn review(&self, shown: &Review, area: Rect, buffer: &mut Buffer) {
        let reason_rows = if shown.reason.is_some() { 5 } else { 0 };
        let [rest, reason] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(reason_rows)]).areas(area);
        let page = review::Page {
            view: self.view,
            review: shown,
        };
        let mut rows = self.titled(rest);
        self.before_and_after(&mut rows, shown);
        rows.blank();
        page.findings(&mut rows);
        rows.blank();
        rows.paragraph(0, corrections::RECTIFICATION_DOES, self.view.theme.dim);
        rows.draw(shown.scroll, rest, buffer);
        if let Some(override_reason) = &shown.reason {
            page.reason(override_reason, reason, buffer);
        }
    }

    /// What was recorded, and where it stands with the base.
    fn ended(&self, rows: &mut Rows, numbers: &[(DispensedLineId, Option<RegisterNumber>)]) {
        let theme = self.view.theme;
        rows.row(vec![Span::styled(
            format!(" ✓ {} ", corrections::RECORDED),
            theme.banner,
        )]);
        rows.blank();
        if let Some(entry) = self.correcting.entry {
            let numbers: Vec<_> = numbers.iter().filter_map(|(_, number)| *number).collect();
            rows.paragraph(0, &corrections::numbers(entry, &numbers), theme.strong);
        }
        self.motive(rows);
        rows.blank();
        let id = self.correcting.opened.as_ref().map(|opened| opened.id);
        let Some(post) = id.and_then(|id| self.view.desk.hand_over(id)) else {
            return;
        };
        rows.heading(labels::TO_THE_BASE);
        let sign = posts::state_sign(post.state(), entries::travel(self.view, post));
        let style = entries::state_style(theme, post.state());
        rows.signed(0, sign, &corrections::at_the_base(post), style);
        if *post.state() == PostState::Pending {
            entries::why(rows, self.view, post);
        } else if let Some(reason) = posts::state_reason(post.state()) {
            rows.paragraph(2, &reason, Style::new());
        }
    }
}

/// What was decided for a line, in one row.
pub fn outcome(outcome: &LineOutcome) -> String {
    let kind = reasons::outcome_kind(reasons::kind_of(outcome));
    let supply = |supply: &Supply| {
        let lot = supply.lot.as_ref().map(|lot| labels::lot(&safe(lot.as_str())));
        let expiry = supply.expiry.map(|day| labels::expiry(&wording::day(day)));
        let parts = [
            Some(safe(&supply.label)),
            Some(wording::boxes(supply.boxes)),
            lot,
            expiry,
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let given = outcome.supply().map(supply);
    let reason = reasons::outcome_reason(outcome);
    let parts = [Some(kind.to_owned()), given, reason];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn numbered(rows: &mut Rows, place: usize, selected: usize, text: &str) {
    let theme = rows.theme;
    let (mark, style) = if place == selected {
        rows.focus_begins();
        ("▸", theme.selected)
    } else {
        (" ", Style::new())
    };
    let columns = rows.width.saturating_sub(6);
    rows.row(vec![
        Span::styled(format!(" {mark} "), style),
        Span::styled(format!("{}  ", place + 1), theme.key.patch(style)),
        Span::styled(padded(text, columns), style),
    ]);
    if place == selected {
        rows.focus_ends();
    }
}

fn field(rows: &mut Rows, input: &TextInput) {
    let theme = rows.theme;
    let columns = rows.width.saturating_sub(6).min(60);
    let typed = tail(&safe(input.as_str()), columns - 1);
    rows.row(vec![
        Span::styled("  ❯ ", theme.key),
        Span::styled(padded(&format!("{typed}▏"), columns), theme.input),
    ]);
}
