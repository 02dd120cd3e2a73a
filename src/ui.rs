//! Drawing: the whole screen from `&App`, without ever changing it. One file per screen, with the name
//! of its state in `app`.

pub mod consulting;
pub mod correction;
pub mod counter;
pub mod decision;
pub mod done;
pub mod entries;
pub mod frame;
pub mod handwriting;
pub mod help;
pub mod history;
pub mod identified;
pub mod leaving;
pub mod lines;
pub mod naming;
pub mod number_doubt;
pub mod outbox;
pub mod paper;
pub mod prescription;
pub mod reader_test;
pub mod recording;
pub mod refused;
pub mod register;
pub mod review;
pub mod rows;
pub mod settling;
pub mod text;
pub mod theme;
pub mod wording;

pub use theme::Theme;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::widgets::Widget;

use crate::app::{App, Desk, Screen};

/// Below this, nothing useful fits: the terminal asks for room instead.
pub const SMALLEST: (u16, u16) = (80, 24);

/// From this width on, two panes stand side by side.
const WIDE_FROM: u16 = 110;

/// Draws the whole terminal.
pub fn draw(frame: &mut Frame, app: &App, theme: &Theme) {
    draw_in(frame.area(), frame.buffer_mut(), app, theme);
}

/// The same in any buffer: what tests look at.
pub fn draw_in(area: Rect, buffer: &mut Buffer, app: &App, theme: &Theme) {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        frame::TooSmall { theme }.render(area, buffer);
        return;
    }
    let view = View {
        desk: app.desk(),
        theme,
    };
    let news = frame::News { view };
    let news_rows = news.rows(area.width.saturating_sub(2)).max(1);
    let [bar, _, body, _, notice, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(u16::from(area.height > SMALLEST.1)),
        Constraint::Min(0),
        Constraint::Length(u16::from(area.height > SMALLEST.1)),
        Constraint::Length(news_rows),
        Constraint::Length(2),
    ])
    .areas(area);
    frame::Bar { view }.render(bar, buffer);
    view.screen(app.screen(), body.inner(Margin::new(1, 0)), buffer);
    news.render(notice.inner(Margin::new(1, 0)), buffer);
    frame::Footer {
        screen: app.screen(),
        theme,
    }
    .render(footer.inner(Margin::new(1, 0)), buffer);
}

/// What every drawing needs: what the desk knows, and the styles.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Who, where, when.
    pub desk: &'a Desk,
    /// The styles.
    pub theme: &'a Theme,
}

impl View<'_> {
    fn screen(self, screen: &Screen, area: Rect, buffer: &mut Buffer) {
        let view = self;
        match screen {
            Screen::Counter(counter) => counter::Page { view, counter }.render(area, buffer),
            Screen::Consulting(consulting) => consulting::Page { view, consulting }.render(area, buffer),
            Screen::Paper(form) => paper::Page { view, form }.render(area, buffer),
            Screen::Prescription(serving) => prescription::Page { view, serving }.render(area, buffer),
            Screen::Handwriting(handwriting) => handwriting::Page { view, handwriting }.render(area, buffer),
            Screen::Naming(naming) => naming::Page { view, naming }.render(area, buffer),
            Screen::Decision(deciding) => decision::Page { view, deciding }.render(area, buffer),
            Screen::Review(review) => review::Page { view, review }.render(area, buffer),
            Screen::Recording(review) => recording::Page { view, review }.render(area, buffer),
            Screen::Done(done) => done::Page { view, done }.render(area, buffer),
            Screen::NumberDoubt(doubt) => number_doubt::Page { view, doubt }.render(area, buffer),
            Screen::Leaving(leaving) => leaving::Page { view, leaving }.render(area, buffer),
            Screen::Identified(identified) => identified::Page { view, identified }.render(area, buffer),
            Screen::Refused(refused) => refused::Page { view, refused }.render(area, buffer),
            Screen::Outbox(outbox) => outbox::Page { view, outbox }.render(area, buffer),
            Screen::Settling(settling) => settling::Page { view, settling }.render(area, buffer),
            Screen::Register(register) => register::Page { view, register }.render(area, buffer),
            Screen::Correcting(correcting) => correction::Page { view, correcting }.render(area, buffer),
            Screen::History(history) => history::Page { view, history }.render(area, buffer),
            Screen::ReaderTest(test) => reader_test::Page { view, test }.render(area, buffer),
            Screen::Help(help) => help::Page { view, help }.render(area, buffer),
        }
    }

    /// "depuis 10:42 (12 min)".
    fn since(self, instant: jiff::Timestamp) -> String {
        wording::since(instant, self.desk.now, &self.desk.setting.zone)
    }

    /// "à 10:42", with its day when it is another one.
    fn at(self, instant: jiff::Timestamp) -> String {
        wording::dates::at(instant, self.desk.now, &self.desk.setting.zone)
    }

    /// "jusqu’à 10:42", with its day when it is another one.
    fn until(self, instant: jiff::Timestamp) -> String {
        wording::dates::until(instant, self.desk.now, &self.desk.setting.zone)
    }

    /// "10:42", with its day in short when it is another one.
    fn short(self, instant: jiff::Timestamp) -> String {
        wording::dates::short(instant, self.desk.now, &self.desk.setting.zone)
    }
}

/// Two panes on a wide screen, one above the other on a narrow one.
fn panes(area: Rect, right: u16, below: u16) -> (Rect, Rect) {
    let [first, _, second] = if area.width + 2 >= WIDE_FROM {
        Layout::horizontal([
            Constraint::Min(0),
            Constraint::Length(3),
            Constraint::Length(right),
        ])
        .areas(area)
    } else {
        Layout::vertical([
            Constraint::Min(0),
            Constraint::Length(0),
            Constraint::Length(below),
        ])
        .areas(area)
    };
    (first, second)
}

/// Whether two panes stand side by side.
fn is_wide(area: Rect) -> bool {
    area.width + 2 >= WIDE_FROM
}
