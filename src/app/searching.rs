//! Looking for entries of the register while one types: a text in any of its fields, or a day.

use jiff::civil::Date;

use crate::app::App;
use crate::app::effect::Effect;
use crate::app::input::TextInput;
use crate::app::keys::Command;
use crate::app::register::{PAGE_ENTRIES, Pages, Register, page_below};
use crate::domain::register::{RegisterEntry, RegisterNumber};

/// A search in the register.
pub struct Search {
    /// What was typed.
    pub input: TextInput,
    /// Whether it is still being typed; then letters are no commands.
    pub typing: Typing,
    /// How far down the register was looked through; none once all of it was.
    pub below: Option<RegisterNumber>,
}

/// Whether a search is being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// Letters go to the text.
    GoesOn,
    /// Letters are commands again; the entries found stay.
    Ended,
}

impl Search {
    fn begin() -> Self {
        Self {
            input: TextInput::default(),
            typing: Typing::GoesOn,
            below: None,
        }
    }

    /// The day that was typed, as 22/11/2026: the search goes there instead of looking through contents.
    pub fn day(&self) -> Option<Date> {
        let mut parts = self.input.as_str().trim().split(['/', '.']);
        let [day, month, year] = [parts.next()?, parts.next()?, parts.next()?];
        let is_whole = parts.next().is_none() && year.len() == 4;
        let date = || Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
        is_whole.then(date).flatten()
    }
}

impl Register {
    /// Opens the search, or goes on typing in it.
    pub fn search_begins(&mut self) {
        match &mut self.search {
            Some(search) => search.typing = Typing::GoesOn,
            None => self.search = Some(Search::begin()),
        }
    }

    /// Whether letters go to a search.
    pub fn is_typing(&self) -> bool {
        self.search
            .as_ref()
            .is_some_and(|search| search.typing == Typing::GoesOn)
    }

    /// Takes a command while a search is typed; none of it is one of the list's.
    pub fn typed(&mut self, command: Command) -> Vec<Effect> {
        let Some(search) = &mut self.search else {
            return Vec::new();
        };
        let before = search.input.as_str().to_owned();
        match command {
            Command::Type(character) => search.input.add(character),
            Command::Erase => search.input.erase(),
            Command::Confirm => search.typing = Typing::Ended,
            Command::Back => return self.search_ends(),
            _ => {}
        }
        if search.input.as_str() == before {
            return Vec::new();
        }
        search.below = None;
        self.begin_again()
    }

    /// Takes a whole text while a search is typed; `None` when none is.
    pub fn pasted(&mut self, text: &str) -> Option<Vec<Effect>> {
        let search = self
            .search
            .as_mut()
            .filter(|search| search.typing == Typing::GoesOn)?;
        search.input.paste(text);
        search.below = None;
        Some(self.begin_again())
    }

    /// Back to the whole register.
    pub fn search_ends(&mut self) -> Vec<Effect> {
        self.search = None;
        self.begin_again()
    }

    fn begin_again(&mut self) -> Vec<Effect> {
        self.entries.clear();
        self.selected = 0;
        self.reading = Pages::Asked;
        vec![self.ask(None)]
    }

    /// Asks for what is below that entry: of what is searched, or of everything.
    pub fn ask(&self, below: Option<RegisterNumber>) -> Effect {
        let text = self
            .search
            .as_ref()
            .map_or("", |search| search.input.as_str().trim());
        if text.is_empty() {
            return page_below(below);
        }
        Effect::SearchRegister {
            text: text.to_owned(),
            day: self.search.as_ref().and_then(Search::day),
            below,
        }
    }
}

impl App {
    pub(crate) fn register_searched(
        &mut self,
        text: &str,
        entries: Vec<RegisterEntry>,
        below: Option<RegisterNumber>,
    ) -> Vec<Effect> {
        let Some(register) = self.register_on_screen() else {
            return Vec::new();
        };
        let is_awaited = register.reading == Pages::Asked;
        let Some(search) = register
            .search
            .as_mut()
            .filter(|search| is_awaited && search.input.as_str().trim() == text)
        else {
            return Vec::new();
        };
        search.below = below;
        register.entries.extend(entries);
        // A page more than what is under the cursor is enough: the rest is looked for when one goes there.
        let is_enough = register.entries.len() >= register.selected + PAGE_ENTRIES;
        match below {
            None => register.reading = Pages::All,
            Some(_) if is_enough => register.reading = Pages::More,
            Some(_) => return vec![register.ask(below)],
        }
        Vec::new()
    }
}
