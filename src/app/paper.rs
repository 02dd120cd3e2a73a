//! The form of a paper prescription (degraded mode): what is on the paper, typed or scanned, one field after another.
//!
//! Enter goes to what is still to be typed, so that an ordinary paper costs one Enter per field; the arrows reach
//! every field. A blank line at the end is where the next product goes, and Enter on it takes the prescription.

mod answers;
mod begun;
mod day;
mod field;
mod reading;
mod scanning;

pub use begun::PaperBegun;
pub use field::{Field, FormLine, LineField, Remark};

use crate::app::desk::Desk;
use crate::app::effect::Effect;
use crate::app::input::TextInput;
use crate::app::keys::{self, Command, Key};
use crate::app::leaving::{self, Destination};
use crate::app::screen::{Next, Screen};
use crate::domain::number::PrescriptionNumber;
use crate::domain::paper::{NotTaken, Paper};
use crate::domain::people::Sex;
use crate::domain::product::Product;
use crate::domain::reasons::PaperReason;
use crate::domain::scanned::ScannedBox;

/// Products of the medicines database for what is being typed.
#[derive(Clone, Default)]
pub struct Found {
    /// The text they were found for.
    pub searched: String,
    /// Best first.
    pub products: Vec<Product>,
    /// The row under the cursor; the one after the last keeps the words as they are.
    pub selected: usize,
}

/// Whether the form is being filled in.
pub enum Step {
    /// It is.
    Typing,
    /// It is whole, and looked at.
    Asked(Box<Paper>),
}

/// A paper being transcribed.
pub struct PaperForm {
    /// Why the base does not describe it.
    pub reason: PaperReason,
    /// The number printed on it.
    pub number: TextInput,
    /// The day it was written; today when nothing is typed.
    pub written_on: TextInput,
    /// Whether it is an ordonnance sécurisée.
    pub is_secured: bool,
    /// The patient's family name.
    pub family: TextInput,
    /// The patient's given names.
    pub given: TextInput,
    /// The patient's date of birth.
    pub born: TextInput,
    /// The patient's sex.
    pub sex: Sex,
    /// The patient's INS.
    pub ins: TextInput,
    /// The prescriber's name.
    pub prescriber: TextInput,
    /// The prescriber's number.
    pub rpps: TextInput,
    /// The prescriber's phone.
    pub phone: TextInput,
    /// The products; the last one is blank, for the next.
    pub lines: Vec<FormLine>,
    /// Where one types.
    pub at: Field,
    /// What the medicines database has for what is typed there.
    pub found: Found,
    /// Whether it is being filled in.
    pub step: Step,
    /// The boxes in hand.
    boxes: Vec<ScannedBox>,
    /// The fields one has been through.
    visited: Vec<Field>,
    /// What was wrong with it as a whole, until something changes.
    refused: Option<(Field, Remark)>,
}

/// From how many letters on the medicines database is searched.
pub(super) const SEARCHED_CHARACTERS_MIN: usize = 2;

impl PaperForm {
    /// A form of which nothing is typed yet.
    pub fn new(begun: &PaperBegun) -> Self {
        let number = begun.number.as_ref().map(PrescriptionNumber::grouped);
        Self {
            reason: begun.reason,
            number: number.as_deref().map(TextInput::holding).unwrap_or_default(),
            written_on: TextInput::default(),
            is_secured: false,
            family: TextInput::default(),
            given: TextInput::default(),
            born: TextInput::default(),
            sex: Sex::Unknown,
            ins: TextInput::default(),
            prescriber: TextInput::default(),
            rpps: TextInput::default(),
            phone: TextInput::default(),
            lines: vec![FormLine::default()],
            at: Field::WrittenOn,
            found: Found::default(),
            step: Step::Typing,
            boxes: Vec::new(),
            visited: Vec::new(),
            refused: None,
        }
    }

    /// Whether leaving it would throw something away.
    pub fn holds_work(&self) -> bool {
        let typed = [
            &self.written_on,
            &self.family,
            &self.given,
            &self.born,
            &self.ins,
            &self.prescriber,
            &self.rpps,
            &self.phone,
        ];
        typed.into_iter().any(|input| !input.is_empty()) || self.lines.len() > 1 || !self.lines[0].is_blank()
    }

    /// Takes a command.
    pub fn on(mut self: Box<Self>, command: Command, desk: &mut Desk) -> Next {
        let effects = match command {
            Command::Back if matches!(self.step, Step::Asked(_)) => {
                self.step = Step::Typing;
                Vec::new()
            }
            Command::Back => return leaving::depart(Screen::Paper(self), Destination::Counter, desk),
            Command::Confirm if matches!(self.step, Step::Asked(_)) => Vec::new(),
            Command::Confirm => self.confirmed(desk),
            Command::Up => self.moved_up(),
            Command::Down => self.moved_down(),
            Command::Previous => self.turned(-1),
            Command::Following => self.turned(1),
            Command::Type(character) => self.typed(character),
            Command::Erase => self.changed(TextInput::erase),
            Command::Clear => self.cleared(),
            _ => Vec::new(),
        };
        (Screen::Paper(self), effects)
    }

    /// A text pasted, or typed by a reader; `None` where no words go.
    pub fn paste(&mut self, text: &str) -> Option<Vec<Effect>> {
        self.input(self.at)?;
        Some(self.changed(|input| input.paste(text)))
    }

    fn typed(&mut self, character: char) -> Vec<Effect> {
        if self.input(self.at).is_some() {
            return self.changed(|input| input.add(character));
        }
        let letter = match (self.at, character.to_ascii_lowercase()) {
            (Field::Sex, 'f') | (Field::Secured, 'n') => Some(1),
            (Field::Sex, 'm' | 'h') | (Field::Secured, 'o') => Some(2),
            _ => keys::digit_meant(Key::Character(character)),
        };
        if let Some(place) = letter.map(usize::from).filter(|place| *place <= self.choices()) {
            self.choose(place - 1);
            self.go_on();
        }
        Vec::new()
    }

    /// Changes the text one is in, and searches again when it names a product.
    fn changed(&mut self, change: impl FnOnce(&mut TextInput)) -> Vec<Effect> {
        self.step = Step::Typing;
        self.refused = None;
        if let Field::Line(place, LineField::Product) = self.at {
            self.lines[place].retyped();
        }
        if let Some(input) = self.input_mut(self.at) {
            change(input);
        }
        self.add_blank_line();
        self.search()
    }

    /// A blank line stays at the end.
    fn add_blank_line(&mut self) {
        if self.lines.last().is_none_or(|line| !line.is_blank()) {
            self.lines.push(FormLine::default());
        }
    }

    fn search(&mut self) -> Vec<Effect> {
        let Field::Line(place, LineField::Product) = self.at else {
            return Vec::new();
        };
        let text = self.lines[place].words.as_str().trim();
        if text.chars().count() < SEARCHED_CHARACTERS_MIN {
            self.found = Found::default();
            return Vec::new();
        }
        vec![Effect::SearchCatalogue(text.to_owned())]
    }

    /// The medicines database answered; an answer to an older text is dropped.
    pub fn searched(&mut self, text: &str, products: Vec<Product>) {
        for line in self.lines.iter_mut().filter(|line| line.is_code_alone()) {
            if let Some(product) = products.iter().find(|product| line.is_of(product)) {
                line.choose(product);
            }
        }
        if let Field::Line(place, LineField::Product) = self.at
            && self.lines[place].product.is_none()
            && self.lines[place].words.as_str().trim() == text
        {
            self.found = Found {
                searched: text.to_owned(),
                products,
                selected: 0,
            };
        }
    }

    /// Whether the list of products is for what is typed now.
    pub fn is_choosing(&self) -> bool {
        match self.at {
            Field::Line(place, LineField::Product) => {
                let line = &self.lines[place];
                line.product.is_none()
                    && !self.found.searched.is_empty()
                    && self.found.searched == line.words.as_str().trim()
            }
            _ => false,
        }
    }

    /// Enter in one field: what it means, then where to go.
    fn confirmed(&mut self, desk: &mut Desk) -> Vec<Effect> {
        if let Field::Line(place, LineField::Product) = self.at {
            if self.lines[place].is_blank() && self.lines.len() > 1 {
                return self.taken(desk);
            }
            if self.lines[place].product.is_none() && !self.product_chosen(place) {
                return Vec::new();
            }
        }
        if self.syntax(self.at, desk.today()).is_some() {
            self.visit(self.at);
            return Vec::new();
        }
        self.go_on();
        Vec::new()
    }

    /// Whether Enter, where one is, takes the prescription.
    pub fn is_whole(&self) -> bool {
        self.at == self.blank_line() && self.lines.len() > 1
    }

    /// The product under the cursor, or the words as they are. Not before the list of them is on the screen: nobody
    /// chooses what was not shown.
    fn product_chosen(&mut self, place: usize) -> bool {
        let is_short = self.lines[place].words.as_str().trim().chars().count() < SEARCHED_CHARACTERS_MIN;
        if !is_short && !self.is_choosing() {
            return false;
        }
        if let Some(product) = self.found.products.get(self.found.selected).filter(|_| !is_short) {
            let product = product.clone();
            self.lines[place].choose(&product);
        }
        true
    }

    /// Everything is typed: the first thing that is missing, or the question whether the base describes it.
    fn taken(&mut self, desk: &Desk) -> Vec<Effect> {
        let paper = match self.paper(desk.today()) {
            Ok(paper) => paper,
            Err((field, remark)) => {
                self.refuse(field, remark);
                return Vec::new();
            }
        };
        if let Err(why) = paper.check(desk.today(), &|code| self.product(code)) {
            self.not_taken(why);
            return Vec::new();
        }
        self.step = Step::Asked(Box::new(paper.clone()));
        vec![Effect::TakePaper(Box::new(paper))]
    }

    fn not_taken(&mut self, why: NotTaken) {
        self.refuse(self.field_of(why), Remark::NotTaken(why));
    }

    /// Goes where something is wrong, and says it there.
    fn refuse(&mut self, field: Field, remark: Remark) {
        self.step = Step::Typing;
        self.at = field;
        self.found = Found::default();
        self.refused = Some((field, remark));
    }

    fn visit(&mut self, field: Field) {
        if !self.visited.contains(&field) {
            self.visited.push(field);
        }
    }

    /// Whether one has been through that field.
    pub fn is_visited(&self, field: Field) -> bool {
        self.visited.contains(&field)
    }

    /// To the next field that is usually filled in and was not visited, else to the blank line.
    fn go_on(&mut self) {
        self.visit(self.at);
        let fields = self.fields();
        let here = fields.iter().position(|field| *field == self.at).unwrap_or(0);
        let (before, after) = fields.split_at(here);
        let is_next = |field: &&Field| field.is_usual() && !self.visited.contains(field);
        let next = after.iter().chain(before).find(is_next).copied();
        self.move_to(next.unwrap_or_else(|| self.blank_line()));
    }

    fn blank_line(&self) -> Field {
        Field::Line(self.lines.len() - 1, LineField::Product)
    }

    fn move_to(&mut self, field: Field) {
        self.at = field;
        self.found = Found::default();
    }

    fn moved_up(&mut self) -> Vec<Effect> {
        if self.is_choosing() && self.found.selected > 0 {
            self.found.selected -= 1;
            return Vec::new();
        }
        let fields = self.fields();
        let here = fields.iter().position(|field| *field == self.at).unwrap_or(0);
        self.step_to(fields[here.saturating_sub(1)])
    }

    fn moved_down(&mut self) -> Vec<Effect> {
        if self.is_choosing() && self.found.selected < self.found.products.len() {
            self.found.selected += 1;
            return Vec::new();
        }
        let fields = self.fields();
        let here = fields.iter().position(|field| *field == self.at).unwrap_or(0);
        self.step_to(fields[(here + 1).min(fields.len() - 1)])
    }

    /// An arrow leaves a field as it is.
    fn step_to(&mut self, field: Field) -> Vec<Effect> {
        if field == self.at {
            return Vec::new();
        }
        self.visit(self.at);
        self.move_to(field);
        let is_typed = |place: usize| self.lines[place].product.is_none();
        match field {
            Field::Line(place, LineField::Product) if is_typed(place) => self.search(),
            _ => Vec::new(),
        }
    }

    /// Delete empties a field, and takes a line out from its first one.
    fn cleared(&mut self) -> Vec<Effect> {
        if let Field::Line(place, LineField::Product) = self.at
            && place + 1 < self.lines.len()
        {
            self.take_out(place);
            return Vec::new();
        }
        self.changed(TextInput::clear)
    }

    fn take_out(&mut self, place: usize) {
        self.step = Step::Typing;
        self.refused = None;
        self.found = Found::default();
        let line = self.lines.remove(place);
        self.boxes.retain(|scanned| {
            let is_its_own = scanned.cip13.as_ref().is_some_and(|cip13| line.has(cip13));
            !is_its_own
        });
        self.visited = std::mem::take(&mut self.visited)
            .into_iter()
            .filter_map(|field| field.without_line(place))
            .collect();
    }
}
