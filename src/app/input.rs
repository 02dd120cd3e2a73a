//! One line of typed text.

/// How many characters a person may type in one field: the register's notes are read, not novels.
pub const TYPED_CHARACTERS_MAX: usize = 200;

/// A line of text being typed; the cursor stays at its end.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TextInput(String);

impl TextInput {
    /// A field that already holds a text.
    pub fn holding(text: &str) -> Self {
        let mut input = Self::default();
        input.paste(text);
        input
    }

    /// What was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a character; controls and anything above the limit are left out.
    pub fn add(&mut self, character: char) {
        if !character.is_control() && self.0.chars().count() < TYPED_CHARACTERS_MAX {
            self.0.push(character);
        }
    }

    /// Adds a whole text; line ends become blanks.
    pub fn paste(&mut self, text: &str) {
        for character in text.trim().chars() {
            self.add(if character.is_whitespace() { ' ' } else { character });
        }
    }

    /// Removes the last character.
    pub fn erase(&mut self) {
        self.0.pop();
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_never_typed_and_the_length_is_bounded() {
        let mut input = TextInput::default();
        input.paste("  a\u{1b}[2J\r\nb\t ");
        assert_eq!(input.as_str(), "a[2J  b");
        input.paste(&"x".repeat(1000));
        assert_eq!(input.as_str().chars().count(), TYPED_CHARACTERS_MAX);
    }
}
