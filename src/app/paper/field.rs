//! The fields of the form: which there are, in which order, and what can be said about one.

use crate::app::input::TextInput;
use crate::app::paper::PaperForm;
use crate::domain::identifiers::Cip13;
use crate::domain::paper::NotTaken;
use crate::domain::people::Sex;
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::PaperReason;
use crate::domain::substitution::NonSubstitutable;

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Why the base does not describe it.
    Reason,
    /// The number printed on it.
    Number,
    /// The day it was written.
    WrittenOn,
    /// Whether it is an ordonnance sécurisée.
    Secured,
    /// The patient's family name.
    Family,
    /// The patient's given names.
    Given,
    /// The patient's date of birth.
    Born,
    /// The patient's sex.
    Sex,
    /// The patient's INS.
    Ins,
    /// The prescriber's name.
    Prescriber,
    /// The prescriber's number.
    Rpps,
    /// The prescriber's phone.
    Phone,
    /// One of a line's, lines counted from 0.
    Line(usize, LineField),
}

/// One field of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineField {
    /// Which product.
    Product,
    /// How to take it.
    Dosage,
    /// Boxes of one delivery.
    Boxes,
    /// How many more times.
    Repeats,
    /// How long one delivery lasts, in days.
    Days,
    /// May another product be given for it.
    Substitution,
}

/// What is said beside a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// The law asks for it.
    Missing,
    /// It is no day.
    NotADay,
    /// A year of two figures could be of two centuries.
    WhichCentury,
    /// It is no INS.
    NotAnIns,
    /// It is no RPPS.
    NotAnRpps,
    /// It is no number of a prescription.
    NotANumber,
    /// It holds O, I or L, which people confuse with 0 and 1.
    DoubtfulNumber,
    /// The base answers, and knows no such number.
    UnknownNumber,
    /// It is no count.
    NotACount,
    /// The medicines database does not know that code: its name is needed.
    UnknownCode,
    /// It cannot be taken so.
    NotTaken(NotTaken),
}

impl Field {
    /// Whether Enter stops there; the others are reached by the arrows.
    pub const fn is_usual(self) -> bool {
        match self {
            Self::Number
            | Self::WrittenOn
            | Self::Family
            | Self::Given
            | Self::Born
            | Self::Sex
            | Self::Prescriber
            | Self::Line(_, LineField::Product | LineField::Dosage | LineField::Boxes) => true,
            Self::Reason
            | Self::Secured
            | Self::Ins
            | Self::Rpps
            | Self::Phone
            | Self::Line(_, LineField::Repeats | LineField::Days | LineField::Substitution) => false,
        }
    }

    /// The same field once a line is taken out; `None` when it was that line's.
    pub(super) fn without_line(self, gone: usize) -> Option<Self> {
        match self {
            Self::Line(place, _) if place == gone => None,
            Self::Line(place, field) if place > gone => Some(Self::Line(place - 1, field)),
            other => Some(other),
        }
    }
}

/// One product of the paper, as far as it is typed.
#[derive(Clone)]
pub struct FormLine {
    /// The product in words.
    pub words: TextInput,
    /// Its code, when it was scanned or chosen.
    pub code: ProductCode,
    /// What the medicines database knows of it.
    pub product: Option<Product>,
    /// How to take it.
    pub dosage: TextInput,
    /// Boxes of one delivery; one when nothing is typed.
    pub boxes: TextInput,
    /// How many more times; none when nothing is typed.
    pub repeats: TextInput,
    /// How long one delivery lasts, in days.
    pub days: TextInput,
    /// Why no other product may be given, when the prescriber says so.
    pub not_substitutable: Option<NonSubstitutable>,
}

impl Default for FormLine {
    fn default() -> Self {
        Self {
            words: TextInput::default(),
            code: ProductCode::None,
            product: None,
            dosage: TextInput::default(),
            boxes: TextInput::default(),
            repeats: TextInput::default(),
            days: TextInput::default(),
            not_substitutable: None,
        }
    }
}

impl FormLine {
    /// Whether nothing of it is typed.
    pub fn is_blank(&self) -> bool {
        self.words.is_empty() && self.code == ProductCode::None && self.dosage.is_empty()
    }

    /// Whether a box was scanned for it, of which nothing more is known yet.
    pub fn is_code_alone(&self) -> bool {
        self.product.is_none() && self.code != ProductCode::None
    }

    pub(in crate::app) fn has(&self, cip13: &Cip13) -> bool {
        matches!(&self.code, ProductCode::Cip13(known) if known == cip13)
    }

    pub(in crate::app) fn is_of(&self, product: &Product) -> bool {
        self.has(&product.cip13)
    }

    /// A product of the medicines database was chosen.
    pub(in crate::app) fn choose(&mut self, product: &Product) {
        self.words = TextInput::holding(&product.name);
        self.code = ProductCode::Cip13(product.cip13.clone());
        self.product = Some(product.clone());
    }

    /// Its name is typed anew: what was chosen before is not meant any more. Whether something was.
    pub(in crate::app) fn retyped(&mut self) -> bool {
        let was_chosen = self.product.take().is_some();
        if was_chosen {
            self.words.clear();
            self.code = ProductCode::None;
        }
        was_chosen
    }
}

const OF_LINES: [LineField; 6] = [
    LineField::Product,
    LineField::Dosage,
    LineField::Boxes,
    LineField::Repeats,
    LineField::Days,
    LineField::Substitution,
];

/// Why nothing else may be given, in the order of the choice; the first one is: nothing forbids it.
fn permissions() -> [Option<NonSubstitutable>; 5] {
    [
        None,
        Some(NonSubstitutable::NarrowMargin),
        Some(NonSubstitutable::ChildForm),
        Some(NonSubstitutable::Excipient),
        Some(NonSubstitutable::Unstated(String::new())),
    ]
}

const SEXES: [Sex; 3] = [Sex::Female, Sex::Male, Sex::Unknown];

impl PaperForm {
    /// Every field there is now, in the order of the form.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = vec![Field::Reason];
        if self.reason == PaperReason::BaseUnreachable {
            fields.push(Field::Number);
        }
        fields.extend([
            Field::WrittenOn,
            Field::Secured,
            Field::Family,
            Field::Given,
            Field::Born,
            Field::Sex,
            Field::Ins,
            Field::Prescriber,
            Field::Rpps,
            Field::Phone,
        ]);
        for (place, line) in self.lines.iter().enumerate() {
            let is_next = line.is_blank() && place + 1 == self.lines.len();
            let count = if is_next { 1 } else { OF_LINES.len() };
            fields.extend(OF_LINES[..count].iter().map(|field| Field::Line(place, *field)));
        }
        fields
    }

    /// The text of a field; `None` for a choice.
    pub fn input(&self, field: Field) -> Option<&TextInput> {
        Some(match field {
            Field::Number => &self.number,
            Field::WrittenOn => &self.written_on,
            Field::Family => &self.family,
            Field::Given => &self.given,
            Field::Born => &self.born,
            Field::Ins => &self.ins,
            Field::Prescriber => &self.prescriber,
            Field::Rpps => &self.rpps,
            Field::Phone => &self.phone,
            Field::Line(place, of_line) => {
                let line = self.lines.get(place)?;
                match of_line {
                    LineField::Product => &line.words,
                    LineField::Dosage => &line.dosage,
                    LineField::Boxes => &line.boxes,
                    LineField::Repeats => &line.repeats,
                    LineField::Days => &line.days,
                    LineField::Substitution => return None,
                }
            }
            Field::Reason | Field::Secured | Field::Sex => return None,
        })
    }

    /// The same, to change it.
    pub(super) fn input_mut(&mut self, field: Field) -> Option<&mut TextInput> {
        Some(match field {
            Field::Number => &mut self.number,
            Field::WrittenOn => &mut self.written_on,
            Field::Family => &mut self.family,
            Field::Given => &mut self.given,
            Field::Born => &mut self.born,
            Field::Ins => &mut self.ins,
            Field::Prescriber => &mut self.prescriber,
            Field::Rpps => &mut self.rpps,
            Field::Phone => &mut self.phone,
            Field::Line(place, of_line) => {
                let line = self.lines.get_mut(place)?;
                match of_line {
                    LineField::Product => &mut line.words,
                    LineField::Dosage => &mut line.dosage,
                    LineField::Boxes => &mut line.boxes,
                    LineField::Repeats => &mut line.repeats,
                    LineField::Days => &mut line.days,
                    LineField::Substitution => return None,
                }
            }
            Field::Reason | Field::Secured | Field::Sex => return None,
        })
    }

    /// How many values the choice has that one is on; none for a text.
    pub(super) fn choices(&self) -> usize {
        match self.at {
            Field::Reason => PaperReason::ALL.len(),
            Field::Secured => 2,
            Field::Sex => SEXES.len(),
            Field::Line(_, LineField::Substitution) => permissions().len(),
            _ => 0,
        }
    }

    fn chosen(&self) -> usize {
        let place = match self.at {
            Field::Reason => PaperReason::ALL.iter().position(|reason| *reason == self.reason),
            Field::Secured => Some(usize::from(self.is_secured)),
            Field::Sex => SEXES.iter().position(|sex| *sex == self.sex),
            Field::Line(place, LineField::Substitution) => permissions()
                .iter()
                .position(|permission| *permission == self.lines[place].not_substitutable),
            _ => None,
        };
        place.unwrap_or(0)
    }

    pub(super) fn choose(&mut self, place: usize) {
        self.step = super::Step::Typing;
        self.refused = None;
        match self.at {
            Field::Reason => self.reason = PaperReason::ALL[place],
            Field::Secured => self.is_secured = place == 1,
            Field::Sex => self.sex = SEXES[place],
            Field::Line(line, LineField::Substitution) => {
                self.lines[line].not_substitutable = permissions().into_iter().nth(place).flatten();
            }
            _ => {}
        }
    }

    /// The value before or after the one chosen, round and round.
    pub(super) fn turned(&mut self, step: isize) -> Vec<crate::app::Effect> {
        let count = self.choices();
        if count > 0 {
            let place = self.chosen().checked_add_signed(step).unwrap_or(count - 1);
            self.choose(place % count);
        }
        Vec::new()
    }
}
