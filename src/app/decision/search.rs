//! A product of the medicines database, searched for as one types.

use super::{Asking, Deciding};
use crate::app::effect::Effect;
use crate::app::input::TextInput;
use crate::app::keys::Command;
use crate::app::screen::{Next, Screen, selected_after};
use crate::app::serving::{given, usual_reason};
use crate::domain::product::Product;
use crate::domain::substitution::SubstitutionBasis;

/// From how many letters on the medicines database is searched.
const SEARCHED_CHARACTERS_MIN: usize = 2;

impl Deciding {
    pub(super) fn on_search(
        mut self: Box<Self>,
        mut input: TextInput,
        found: Vec<Product>,
        searched: String,
        selected: usize,
        command: Command,
    ) -> Next {
        let before = input.as_str().to_owned();
        match command {
            Command::Back => return self.stepped_back(),
            Command::Confirm => {
                if let Some(product) = found.get(selected) {
                    self.found(product);
                    return self.advanced();
                }
            }
            Command::Type(character) => input.add(character),
            Command::Erase => input.erase(),
            _ => {}
        }
        let is_new = input.as_str() != before;
        let selected = if is_new {
            0
        } else {
            selected_after(command, selected, found.len())
        };
        self.asking = Asking::Search {
            input,
            found,
            searched,
            selected,
        };
        let effects = if is_new { self.search() } else { Vec::new() };
        (Screen::Decision(self), effects)
    }

    /// Searches what is typed, once it is long enough to mean something.
    pub fn search(&self) -> Vec<Effect> {
        match &self.asking {
            Asking::Search { input, .. }
                if input.as_str().trim().chars().count() >= SEARCHED_CHARACTERS_MIN =>
            {
                vec![Effect::SearchCatalogue(input.as_str().to_owned())]
            }
            _ => Vec::new(),
        }
    }

    /// A product of the medicines database was chosen.
    fn found(&mut self, product: &Product) {
        self.serving.learn(product);
        let ordered = self
            .line()
            .and_then(|line| self.serving.products.find(&line.code));
        let basis = ordered.and_then(|ordered| SubstitutionBasis::between(ordered, product));
        self.give(given(product, basis));
        // Without a ground of the database, the pharmacist says why.
        self.form.substitution_reason = basis.map(usual_reason);
    }

    /// The medicines database answered; an answer to an older text is dropped.
    pub fn searched(&mut self, text: &str, products: Vec<Product>) {
        if let Asking::Search {
            input,
            found,
            searched,
            selected,
        } = &mut self.asking
            && input.as_str() == text
        {
            *found = products;
            text.clone_into(searched);
            *selected = 0;
        }
    }
}
