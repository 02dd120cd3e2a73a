//! The line that the prescriber added by hand on the paper of an electronic prescription: typed in one go, and a line of
//! the prescription from then on.
//!
//! Three fields and an Enter behind each; what was scanned is not typed.

use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::form::{Form, OutcomeKind};
use crate::app::input::TextInput;
use crate::app::keys::Command;
use crate::app::paper::{FormLine, Found, LineField, Remark, SEARCHED_CHARACTERS_MIN};
use crate::app::screen::{Next, Screen};
use crate::app::serving::Serving;
use crate::domain::identifiers::LineNumber;
use crate::domain::paper::{NotTaken, PaperLine};
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::{Product, ProductCode};
use crate::domain::scanned::ScannedBox;

/// A line being typed.
pub struct Handwriting {
    /// The prescription on whose paper it stands.
    pub serving: Box<Serving>,
    /// What is typed so far.
    pub line: FormLine,
    /// Where one types.
    pub at: LineField,
    /// What the medicines database has for what is typed there.
    pub found: Found,
    /// What is wrong, until something changes.
    pub refused: Option<(LineField, Remark)>,
    /// The boxes in hand.
    boxes: Vec<ScannedBox>,
}

/// The fields, in their order.
pub const FIELDS: [LineField; 3] = [LineField::Product, LineField::Boxes, LineField::Dosage];

/// Begins to type one.
pub fn begin(serving: Box<Serving>, desk: &mut Desk) -> Next {
    if serving.prescription.paper.is_some() {
        // All of it is handwriting, and was transcribed.
        desk.notice = Some(Notice::PaperIsTranscribed);
        return (Screen::Prescription(serving), Vec::new());
    }
    let handwriting = Handwriting {
        serving,
        line: FormLine::default(),
        at: LineField::Product,
        found: Found::default(),
        refused: None,
        boxes: Vec::new(),
    };
    (Screen::Handwriting(Box::new(handwriting)), Vec::new())
}

impl Handwriting {
    /// Whether leaving for good would throw something away.
    pub fn holds_work(&self) -> bool {
        !self.line.is_blank() || self.serving.holds_work()
    }

    /// Takes a command.
    pub fn on(mut self: Box<Self>, command: Command, desk: &mut Desk) -> Next {
        let effects = match command {
            Command::Back => return (Screen::Prescription(self.serving), Vec::new()),
            Command::Confirm => return self.confirmed(desk),
            Command::Up => self.moved(-1),
            Command::Down => self.moved(1),
            Command::Type(character) => self.changed(|input| input.add(character)),
            Command::Erase => self.changed(TextInput::erase),
            Command::Clear => self.cleared(),
            _ => Vec::new(),
        };
        (Screen::Handwriting(self), effects)
    }

    /// A text pasted, or typed by a reader.
    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.changed(|input| input.paste(text))
    }

    /// The text of a field.
    pub fn input(&self, field: LineField) -> &TextInput {
        match field {
            LineField::Boxes => &self.line.boxes,
            LineField::Dosage => &self.line.dosage,
            _ => &self.line.words,
        }
    }

    fn input_mut(&mut self) -> &mut TextInput {
        match self.at {
            LineField::Boxes => &mut self.line.boxes,
            LineField::Dosage => &mut self.line.dosage,
            _ => &mut self.line.words,
        }
    }

    /// Changes the text one is in, and searches again when it names a product.
    fn changed(&mut self, change: impl FnOnce(&mut TextInput)) -> Vec<Effect> {
        self.refused = None;
        if self.at == LineField::Product && self.line.retyped() {
            self.boxes.clear();
        }
        change(self.input_mut());
        let text = self.line.words.as_str().trim();
        if self.at != LineField::Product || text.chars().count() < SEARCHED_CHARACTERS_MIN {
            self.found = Found::default();
            return Vec::new();
        }
        vec![Effect::SearchCatalogue(text.to_owned())]
    }

    /// Delete empties a field; that of the product, whatever it came from.
    fn cleared(&mut self) -> Vec<Effect> {
        if self.at == LineField::Product {
            self.boxes.clear();
            self.line.code = ProductCode::None;
            self.line.product = None;
        }
        self.changed(TextInput::clear)
    }

    /// The medicines database answered; an answer to an older text is dropped.
    pub fn searched(&mut self, text: &str, products: Vec<Product>) {
        if self.line.is_code_alone() {
            if let Some(product) = products.iter().find(|product| self.line.is_of(product)) {
                self.line.choose(product);
            } else if self.line.code.code() == text {
                // Nothing is known of the box: what is printed on it is typed.
                self.at = LineField::Product;
                self.refused = Some((LineField::Product, Remark::UnknownCode));
            }
        } else if self.at == LineField::Product
            && self.line.product.is_none()
            && self.line.words.as_str().trim() == text
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
        self.at == LineField::Product
            && self.line.product.is_none()
            && !self.found.searched.is_empty()
            && self.found.searched == self.line.words.as_str().trim()
    }

    /// A box is what was written, and is in the hand. `None` for one without a French code.
    pub fn box_scanned(&mut self, scanned: &ScannedBox) -> Option<Vec<Effect>> {
        let cip13 = scanned.cip13.clone()?;
        self.refused = None;
        if self.line.has(&cip13) {
            self.boxes.push(scanned.clone());
            self.line.boxes = TextInput::holding(&self.boxes.len().to_string());
            return Some(Vec::new());
        }
        self.boxes = vec![scanned.clone()];
        self.line = FormLine {
            code: ProductCode::Cip13(cip13.clone()),
            dosage: std::mem::take(&mut self.line.dosage),
            ..FormLine::default()
        };
        self.found = Found::default();
        self.at = LineField::Dosage;
        Some(vec![Effect::SearchCatalogue(cip13.to_string())])
    }

    /// An arrow chooses among the products, and goes from field to field elsewhere.
    fn moved(&mut self, step: isize) -> Vec<Effect> {
        if self.is_choosing() {
            let last = self.found.products.len();
            let selected = self.found.selected.saturating_add_signed(step).min(last);
            let has_moved = selected != self.found.selected;
            self.found.selected = selected;
            if has_moved {
                return Vec::new();
            }
        }
        let here = FIELDS.iter().position(|field| *field == self.at).unwrap_or(0);
        self.at = FIELDS[here.saturating_add_signed(step).min(FIELDS.len() - 1)];
        self.found = Found::default();
        Vec::new()
    }

    /// Enter in one field: what it means, then the next one; behind the last one it is a line of the prescription.
    fn confirmed(mut self: Box<Self>, desk: &mut Desk) -> Next {
        match self.at {
            LineField::Product => self.product_confirmed(),
            LineField::Boxes => match self.line.read() {
                Err((LineField::Boxes, remark)) => self.refuse(LineField::Boxes, remark),
                _ => self.at = LineField::Dosage,
            },
            _ => return self.written(desk),
        }
        (Screen::Handwriting(self), Vec::new())
    }

    fn product_confirmed(&mut self) {
        if !self.product_chosen() {
            return;
        }
        if self.line.words.as_str().trim().is_empty() {
            self.refuse(LineField::Product, Remark::Missing);
        } else if self.boxes.is_empty() {
            self.at = LineField::Boxes;
        } else {
            self.at = LineField::Dosage;
        }
    }

    /// The product under the cursor, or the words as they are: never what was not shown.
    fn product_chosen(&mut self) -> bool {
        let words = self.line.words.as_str().trim();
        if self.line.code != ProductCode::None || words.chars().count() < SEARCHED_CHARACTERS_MIN {
            return true;
        }
        if !self.is_choosing() {
            return false;
        }
        if let Some(product) = self.found.products.get(self.found.selected).cloned() {
            self.line.choose(&product);
        }
        true
    }

    fn refuse(&mut self, field: LineField, remark: Remark) {
        self.at = field;
        self.found = Found::default();
        self.refused = Some((field, remark));
    }

    /// What is typed, judged as a line of a paper is. A printed copy of an electronic prescription is no ordonnance
    /// sécurisée (CSP art. R. 5132-5).
    fn read(&self, number: LineNumber) -> Result<PaperLine, (LineField, Remark)> {
        const IS_SECURED: bool = false;
        let written = self.line.read()?;
        let product = |_: &ProductCode| self.line.product.clone();
        written.check(number, IS_SECURED, &product).map_err(|why| {
            let field = match why {
                NotTaken::Dosage(_) => LineField::Dosage,
                NotTaken::Boxes(_) => LineField::Boxes,
                _ => LineField::Product,
            };
            (field, Remark::NotTaken(why))
        })?;
        Ok(written)
    }

    fn written(mut self: Box<Self>, desk: &mut Desk) -> Next {
        let Some(number) = self.serving.prescription.next_handwritten() else {
            desk.notice = Some(Notice::NoSuchLine);
            return (Screen::Handwriting(self), Vec::new());
        };
        let written = match self.read(number) {
            Ok(written) => written,
            Err((field, remark)) => {
                self.refuse(field, remark);
                return (Screen::Handwriting(self), Vec::new());
            }
        };
        let Self {
            mut serving,
            line,
            boxes,
            ..
        } = *self;
        let code = written.code.clone();
        serving.add_handwritten(written.by_hand(number), line.product.as_ref());
        for scanned in &boxes {
            desk.notice = serving.tick(scanned, desk.today());
        }
        if boxes.is_empty() {
            if let Some(line) = serving.prescription.line(number) {
                let form = Form::new(line, OutcomeKind::Conforming);
                serving.put(form);
            }
            desk.notice = Some(Notice::Handwritten(number));
        }
        let mut effects: Vec<Effect> = line
            .product
            .map(|_| Effect::FindRelated(code))
            .into_iter()
            .collect();
        effects.extend(boxes.iter().flat_map(|scanned| serving.asked_of(scanned)));
        (Screen::Prescription(serving), effects)
    }
}

impl Serving {
    fn add_handwritten(&mut self, line: PrescriptionLine, product: Option<&Product>) {
        let number = line.number;
        self.prescription.lines.push(line);
        if let Some(product) = product {
            self.learn(product);
        }
        self.select(number);
        self.pointed_at = Some(number);
    }

    /// The lines written by hand that nothing recorded yet.
    pub fn handwritten_now(&self) -> impl Iterator<Item = &PrescriptionLine> {
        let lines = self.prescription.handwritten();
        lines.filter(|line| line.deliveries.is_empty())
    }

    /// Takes a line written by hand off again, unless something was recorded of it.
    pub(super) fn take_off(&mut self, number: LineNumber) {
        if self.handwritten_now().any(|line| line.number == number) {
            self.prescription.lines.retain(|line| line.number != number);
            self.selected = self.selected.min(self.prescription.lines.len().saturating_sub(1));
        }
    }

    /// The lines written by hand on an older reading are on the newer one too: another terminal may have recorded some
    /// under the same numbers meanwhile.
    pub(super) fn carry_handwritten(&mut self, older: &Self, forms: &mut [Form]) {
        for line in older.handwritten_now() {
            let Some(number) = self.prescription.next_handwritten() else {
                return;
            };
            for form in forms.iter_mut().filter(|form| form.line == line.number) {
                form.line = number;
            }
            let product = older.products.find(&line.code);
            let carried = PrescriptionLine {
                number,
                ..line.clone()
            };
            self.prescription.lines.push(carried);
            if let Some(product) = product {
                self.learn(product);
            }
        }
    }
}
