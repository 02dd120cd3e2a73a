//! The keys of the screen one comes from, drawn from the one table, and a few words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::help::Help;
use crate::app::keys::bindings;
use crate::ui::rows::Rows;
use crate::ui::text::padded;
use crate::ui::wording::keys::All;
use crate::ui::wording::{keys, labels};
use crate::ui::{View, is_wide, panes};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub help: &'a Help,
}

/// Columns of the keys.
const KEY_COLUMNS: usize = 22;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        if is_wide(area) {
            let (left, right) = panes(area, 56, 0);
            let mut rows = Rows::new(self.view.theme, left);
            self.keys(&mut rows);
            rows.draw(self.help.scroll, left, buffer);
            let mut rows = Rows::new(self.view.theme, right);
            self.words(&mut rows);
            rows.draw(crate::app::screen::Scroll::default(), right, buffer);
        } else {
            let mut rows = Rows::new(self.view.theme, area);
            self.keys(&mut rows);
            rows.blank();
            self.words(&mut rows);
            rows.draw(self.help.scroll, area, buffer);
        }
    }
}

impl Page<'_> {
    fn keys(&self, rows: &mut Rows) {
        let context = self.help.over.context();
        rows.heading(&labels::keys_of(keys::context(context)));
        for binding in bindings(context) {
            let trigger = keys::trigger(binding.trigger, All::Every);
            rows.row(vec![
                Span::styled(padded(&trigger, KEY_COLUMNS), self.view.theme.key),
                Span::raw(keys::command(context, binding.command)),
            ]);
        }
    }

    fn words(&self, rows: &mut Rows) {
        rows.heading(labels::HELP_WORDS);
        for sentence in labels::HELP {
            rows.signed(0, "·", sentence, Style::new());
        }
        rows.blank();
        rows.heading(labels::SIGNS);
        for (sign, meaning) in labels::SIGNS_MEANINGS {
            rows.row(vec![
                Span::styled(padded(sign, 4), self.view.theme.strong),
                Span::raw(*meaning),
            ]);
        }
    }
}
