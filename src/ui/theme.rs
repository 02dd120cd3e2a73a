//! The named styles. No meaning is carried by colour alone: a word or a sign always says the same.

use ratatui::style::{Color, Modifier, Style};

/// How each kind of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// The bar at the top.
    pub bar: Style,
    /// The mark of a training session.
    pub training: Style,
    /// Titles of parts.
    pub heading: Style,
    /// What one looks for first.
    pub strong: Style,
    /// Labels and what can be left unread.
    pub dim: Style,
    /// It went well.
    pub good: Style,
    /// Look at this.
    pub warning: Style,
    /// It is refused or forbidden.
    pub bad: Style,
    /// Worth knowing.
    pub information: Style,
    /// A key to press.
    pub key: Style,
    /// The row under the cursor.
    pub selected: Style,
    /// Large words that must be seen across the counter.
    pub banner: Style,
    /// What is being typed.
    pub input: Style,
}

impl Theme {
    /// The theme that the environment asks for: `NO_COLOR`, set to anything, means none (no-color.org).
    pub fn of_environment(no_color: Option<&std::ffi::OsStr>) -> Self {
        match no_color {
            Some(asked) if !asked.is_empty() => Self::without_colours(),
            _ => Self::coloured(),
        }
    }

    /// With the terminal's own sixteen colours, which its owner chose to be readable.
    pub const fn coloured() -> Self {
        Self {
            bar: Style::new().add_modifier(Modifier::REVERSED),
            training: Style::new()
                .fg(Color::Black)
                .bg(Color::Yellow)
                .add_modifier(Modifier::BOLD),
            heading: Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD),
            strong: Style::new().add_modifier(Modifier::BOLD),
            dim: Style::new().add_modifier(Modifier::DIM),
            good: Style::new().fg(Color::Green),
            warning: Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD),
            bad: Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
            information: Style::new().fg(Color::Blue),
            key: Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD),
            selected: Style::new().add_modifier(Modifier::REVERSED),
            banner: Style::new()
                .fg(Color::Black)
                .bg(Color::Green)
                .add_modifier(Modifier::BOLD),
            input: Style::new().add_modifier(Modifier::UNDERLINED),
        }
    }

    /// Without any colour (`NO_COLOR`): weight and reversal remain.
    pub const fn without_colours() -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let plain = Style::new();
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        Self {
            bar: reversed,
            training: Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            heading: bold,
            strong: bold,
            dim: plain,
            good: plain,
            warning: bold,
            bad: bold,
            information: plain,
            key: bold,
            selected: reversed,
            banner: Style::new().add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
            input: Style::new().add_modifier(Modifier::UNDERLINED),
        }
    }
}
