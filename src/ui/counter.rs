//! The counter: what to do now, what was served, what is not acknowledged, whether the base answers.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::counter::Counter;
use crate::app::desk::{BaseLight, LeftWaiting, Listing, Mode};
use crate::app::paths_typed::paths_typed;
use crate::app::screen::Scroll;
use crate::domain::number::NUMBER_LENGTH;
use crate::safe::safe;
use crate::ui::rows::Rows;
use crate::ui::text::{padded, tail, width};
use crate::ui::wording::{self, breakdowns, labels, posts};
use crate::ui::{View, entries, is_wide};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub counter: &'a Counter,
}

/// Columns of the labels on the left.
const LABEL_COLUMNS: usize = 20;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let (left, right) = if is_wide(area) {
            let [left, _, right] =
                Layout::horizontal([Constraint::Length(46), Constraint::Length(3), Constraint::Min(0)])
                    .areas(area);
            (left, right)
        } else {
            let above = u16::try_from(self.welcome(area).len()).unwrap_or(area.height);
            let [left, _, right] = Layout::vertical([
                Constraint::Length(above),
                Constraint::Length(1),
                Constraint::Min(0),
            ])
            .areas(area);
            (left, right)
        };
        self.welcome(left).draw(Scroll::default(), left, buffer);
        self.day(right).draw(self.counter.scroll, right, buffer);
    }
}

/// How many hand-overs that wait are listed here; the outbox has them all.
const LISTED_MAX: usize = 50;

impl<'a> Page<'a> {
    /// Label and value of each place and person worth naming.
    fn places(&self) -> Vec<(&'static str, String)> {
        let setting = &self.view.desk.setting;
        let shown = |path: &std::path::Path| safe(&path.display().to_string());
        let mut places = vec![
            (labels::OPERATOR, wording::people::operator(&setting.operator)),
            (labels::BASE, self.base()),
        ];
        if let Some(sheets) = &setting.sheets {
            places.push((labels::SHEETS, shown(sheets)));
        }
        if let Some(inbox) = &setting.inbox {
            places.push((labels::INBOX, shown(inbox)));
        }
        if let Some(frames) = &setting.frames {
            places.push((labels::FRAMES, shown(frames)));
        }
        places
    }

    fn base(&self) -> String {
        match self.view.desk.base {
            BaseLight::NotAsked => labels::BASE_NOT_ASKED.to_owned(),
            BaseLight::Answering { since } => labels::base_answering(&self.view.since(since)),
            BaseLight::Failing { since, reason } => {
                labels::base_failing(posts::delay_short(reason), &self.view.since(since))
            }
        }
    }

    /// What to do now, and where things are.
    fn welcome(&self, area: Rect) -> Rows<'a> {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.paragraph(0, labels::SCAN_NOW, theme.strong);
        rows.paragraph(0, labels::OR_TYPE, theme.dim);
        rows.blank();
        self.input(&mut rows);
        rows.blank();
        if self.view.desk.setting.mode == Mode::Training {
            rows.paragraph(0, labels::TRAINING_SESSION, theme.dim);
        }
        for (label, value) in self.places() {
            let style = match (label, self.view.desk.base) {
                (labels::BASE, BaseLight::Failing { .. }) => theme.bad,
                (labels::BASE, BaseLight::Answering { .. }) => theme.good,
                _ => ratatui::style::Style::new(),
            };
            // A folder is copied from the screen: it gets a row of its own rather than being broken.
            if width(&value) + LABEL_COLUMNS > rows.width {
                rows.paragraph(0, label, theme.dim);
                rows.paragraph(2, &value, style);
            } else {
                rows.field(label, LABEL_COLUMNS, &value, style);
            }
        }
        rows
    }

    /// The line being typed, with how many of the 18 characters are there.
    fn input(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        let typed = self.counter.input.as_str();
        let count = typed.chars().filter(|c| c.is_alphanumeric()).count();
        let hint = if typed.is_empty() || !paths_typed(typed).is_empty() {
            String::new()
        } else {
            format!(" {count}/{NUMBER_LENGTH}")
        };
        let columns = rows.width.saturating_sub(10).min(60);
        let field = padded(&format!("{}▏", tail(&safe(typed), columns - 1)), columns);
        rows.row(vec![
            Span::styled("❯ ", theme.key),
            Span::styled(field, theme.input),
            Span::styled(hint, theme.dim),
        ]);
    }

    /// What was recorded before this terminal opened: whoever was interrupted must not do it again.
    fn resumed(&self, left: &LeftWaiting, rows: &mut Rows) {
        let View { desk, theme } = self.view;
        let entry = desk.hand_over(left.entry.hand_over.id).unwrap_or(&left.entry);
        let sentence = posts::resumed(
            &self.view.at(entry.hand_over.at),
            &wording::people::patient_name(&entry.hand_over.patient),
            &left.numbers,
            posts::resumed_state(entry.state(), entries::travel(self.view, entry)),
            left.others,
        );
        rows.signed(0, "!", &sentence, theme.warning);
        rows.blank();
    }

    /// What is not acknowledged, then what was served today.
    fn day(&self, area: Rect) -> Rows<'a> {
        let View { desk, theme } = self.view;
        let mut rows = Rows::new(theme, area);
        if let Some(breakdown) = desk.breakdown {
            rows.signed(0, "✗", &breakdowns::at_the_counter(breakdown), theme.bad);
            rows.blank();
        }
        if let Some(ahead) = desk.clock_ahead {
            rows.signed(0, "!", &labels::clock_wrong(ahead), theme.warning);
            rows.blank();
        }
        if let Some(left) = &desk.setting.left_waiting {
            self.resumed(left, &mut rows);
        }
        let waiting: Vec<_> = desk.open().collect();
        rows.heading(&labels::not_acknowledged(waiting.len()));
        match desk.listing {
            Listing::Asked => rows.paragraph(0, labels::LISTING, theme.dim),
            Listing::Failed => rows.signed(0, "✗", labels::LISTING_FAILED, theme.bad),
            Listing::Known if waiting.is_empty() => {
                rows.signed(0, "✓", labels::NOTHING_WAITING, theme.good);
            }
            Listing::Known => {}
        }
        for entry in waiting.iter().take(LISTED_MAX) {
            entries::summary(&mut rows, self.view, entry);
            entries::why(&mut rows, self.view, entry);
        }
        if let Some(more @ 1..) = waiting.len().checked_sub(LISTED_MAX) {
            rows.paragraph(0, &labels::more_in_outbox(more), theme.dim);
        }
        rows.blank();
        let served: Vec<_> = desk.served_today().collect();
        rows.heading(&labels::served_today(served.len()));
        if served.is_empty() && desk.listing == Listing::Known {
            rows.paragraph(0, labels::NOTHING_SERVED, theme.dim);
        }
        // The newest ones: what does not fit is in the register, and is not drawn at every key.
        for entry in served.into_iter().take(usize::from(area.height)) {
            entries::summary(&mut rows, self.view, entry);
        }
        rows
    }
}
