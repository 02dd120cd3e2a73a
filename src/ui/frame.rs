//! What surrounds every screen: the bar, the line of news, the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::app::desk::{BaseLight, Mode};
use crate::app::keys::{Command, Shown, bindings};
use crate::app::{Screen, keys};
use crate::safe::safe;
use crate::ui::text::{cut, padded, width, wrapped};
use crate::ui::wording::keys::All;
use crate::ui::wording::notices::Tone;
use crate::ui::wording::{self, labels, posts};
use crate::ui::{SMALLEST, Theme, View};

/// The bar at the top: where one is, whether this counts, whether the base answers.
pub struct Bar<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
}

impl Widget for Bar<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let View { desk, theme } = self.view;
        buffer.set_style(area, theme.bar);
        let waiting = labels::waiting_short(desk.to_post().count(), desk.to_settle().count());
        let clock = desk.clock_ahead.map_or("", |_| labels::CLOCK_WRONG_SHORT);
        let mut right = vec![Span::styled(
            format!("  {}{clock}{waiting}", self.base()),
            theme.bar,
        )];
        right.push(match desk.setting.mode {
            Mode::Training => Span::styled(format!(" {} ", labels::TRAINING), theme.training),
            Mode::Real => Span::styled(" ", theme.bar),
        });
        let right = Line::from(right);
        let columns = usize::from(area.width).saturating_sub(right.width() + 1);
        let pharmacy = safe(&desk.setting.pharmacy.name);
        let whole = format!(" {}  {pharmacy}", labels::NAME);
        // Which pharmacy one is in matters more than which program.
        let left = if width(&whole) > columns {
            format!(" {pharmacy}")
        } else {
            whole
        };
        let left = Span::styled(padded(&left, columns) + " ", theme.bar);
        Line::from([vec![left], right.spans].concat()).render(area, buffer);
    }
}

impl Bar<'_> {
    /// Never cut: the pharmacy's name is known to those who stand in it, the base's state is not.
    fn base(&self) -> String {
        match self.view.desk.base {
            BaseLight::NotAsked => labels::BASE_NOT_ASKED_SHORT.to_owned(),
            BaseLight::Answering { .. } => labels::BASE_ANSWERING_SHORT.to_owned(),
            BaseLight::Failing { since, reason } => {
                labels::base_failing_short(&posts::light(reason, &self.view.short(since)))
            }
        }
    }
}

/// The line of news.
#[derive(Clone, Copy)]
pub struct News<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
}

impl News<'_> {
    /// How many rows it takes at that width: a long sentence gets a second one.
    pub fn rows(&self, columns: u16) -> u16 {
        let rows = self.lines(columns.into()).len();
        u16::try_from(rows).unwrap_or(NEWS_ROWS_MAX)
    }

    fn lines(&self, columns: usize) -> Vec<Line<'static>> {
        let View { desk, theme } = self.view;
        let Some(notice) = &desk.notice else {
            return Vec::new();
        };
        let (tone, sentence) = wording::notice(notice);
        let (sign, style) = match tone {
            Tone::Good => ("✓", theme.good),
            Tone::Plain => ("·", theme.strong),
            Tone::Attention => ("!", theme.warning),
        };
        let columns = columns.saturating_sub(2);
        let mut rows = wrapped(&sentence, columns);
        if rows.len() > NEWS_ROWS_MAX.into() {
            rows.truncate(NEWS_ROWS_MAX.into());
            if let Some(last) = rows.last_mut() {
                // A path that goes on says so.
                *last = cut(&format!("{last} …"), columns);
            }
        }
        rows.into_iter()
            .enumerate()
            .map(|(place, row)| {
                let before = if place == 0 { sign } else { " " };
                Line::styled(format!("{before} {row}"), style)
            })
            .collect()
    }
}

/// A path can be long; news is not worth more rows than this.
const NEWS_ROWS_MAX: u16 = 2;

impl Widget for News<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let rows = self.lines(area.width.into());
        for (row, y) in rows.iter().zip(area.top()..area.bottom()) {
            buffer.set_line(area.x, y, row, area.width);
        }
    }
}

/// The keys that matter here, from the one table.
pub struct Footer<'a> {
    /// The screen.
    pub screen: &'a Screen,
    /// The styles.
    pub theme: &'a Theme,
}

impl Widget for Footer<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let columns = usize::from(area.width);
        let mut rows: Vec<Line> = vec![Line::default()];
        for (key, label) in footer_keys(self.screen) {
            let spans = [
                Span::styled(key, self.theme.key),
                Span::raw(format!(" {label}   ")),
            ];
            let wanted: usize = spans.iter().map(Span::width).sum();
            let used = rows.last().map_or(0, Line::width);
            if used > 0 && used + wanted > columns + 3 {
                rows.push(Line::default());
            }
            if let Some(row) = rows.last_mut() {
                row.spans.extend(spans);
            }
        }
        for (row, y) in rows.iter().zip(area.top()..area.bottom()) {
            buffer.set_line(area.x, y, row, area.width);
        }
    }
}

/// Each key of the footer, with what it does on this very screen.
pub fn footer_keys(screen: &Screen) -> Vec<(String, String)> {
    let context = screen.context();
    bindings(context)
        .iter()
        .filter(|binding| binding.shown == Shown::Footer)
        .map(|binding| {
            let label = match binding.command {
                Command::Confirm => labels::confirm(screen),
                other => wording::keys::command(context, other),
            };
            (
                wording::keys::trigger(binding.trigger, All::FirstOnly),
                label.to_owned(),
            )
        })
        .collect()
}

/// The first key of a command, for labels beside the thing it changes.
pub fn key_of(context: keys::Context, command: Command) -> String {
    bindings(context)
        .iter()
        .find(|binding| binding.command == command)
        .map(|binding| wording::keys::trigger(binding.trigger, All::FirstOnly))
        .unwrap_or_default()
}

/// A window in which nothing useful fits.
pub struct TooSmall<'a> {
    /// The styles.
    pub theme: &'a Theme,
}

impl Widget for TooSmall<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let sentence = labels::too_small(SMALLEST, (area.width, area.height));
        let rows = wrapped(&sentence, area.width.into());
        let top = usize::from(area.height).saturating_sub(rows.len()) / 2;
        for (place, row) in rows.into_iter().enumerate() {
            let blanks = usize::from(area.width).saturating_sub(width(&row)) / 2;
            let Ok(y) = u16::try_from(top + place) else {
                return;
            };
            if y < area.height {
                let text = format!("{}{row}", " ".repeat(blanks));
                buffer.set_line(
                    area.x,
                    area.y + y,
                    &Line::styled(text, self.theme.strong),
                    area.width,
                );
            }
        }
    }
}
