//! While the store writes: the review stays on the screen, and says so.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::app::review::Review;
use crate::ui::{View, review};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// What is being recorded.
    pub review: &'a Review,
}

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        review::written(self.view, self.review, area, buffer);
    }
}
