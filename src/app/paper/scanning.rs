//! Scans on the form: each fills in what it knows.

use crate::app::effect::Effect;
use crate::app::input::TextInput;
use crate::app::paper::{Field, FormLine, LineField, PaperForm, Step};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::Sex;
use crate::domain::product::ProductCode;
use crate::domain::reasons::PaperReason;
use crate::domain::scanned::{Scanned, ScannedBox, ScannedIdentity};

impl PaperForm {
    fn scanned(&mut self) {
        self.step = Step::Typing;
        self.refused = None;
    }

    /// The paper's number was read after all: the base is asked about it before anything is taken.
    pub fn number_scanned(&mut self, number: &PrescriptionNumber) {
        self.scanned();
        self.reason = PaperReason::BaseUnreachable;
        self.number = TextInput::holding(&number.grouped());
        self.visit(Field::Number);
    }

    /// The patient's identity fills in the patient.
    pub fn identity_scanned(&mut self, identity: &ScannedIdentity) {
        self.scanned();
        self.ins = TextInput::holding(&identity.ins.grouped());
        for (field, text) in [(Field::Family, &identity.family), (Field::Given, &identity.given)] {
            if !text.trim().is_empty() {
                self.fill(field, text);
            }
        }
        if let Some(born) = identity.born {
            self.fill(Field::Born, &born.strftime("%d/%m/%Y").to_string());
        }
        if identity.sex != Sex::Unknown {
            self.sex = identity.sex;
            self.visit(Field::Sex);
        }
        let is_patient = matches!(
            self.at,
            Field::Family | Field::Given | Field::Born | Field::Sex | Field::Ins
        );
        if is_patient {
            self.go_on();
        }
    }

    /// The number of a prescriber or of an insured person; `false` when it means nothing where one is.
    pub fn person_scanned(&mut self, text: &str, scanned: &Scanned) -> bool {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        match scanned {
            // The national identifier is the RPPS behind an 8.
            Scanned::Professional => {
                self.scanned();
                let rpps = digits.strip_prefix('8').filter(|rest| rest.len() == 11);
                self.fill(Field::Rpps, rpps.unwrap_or(&digits));
            }
            // Of the insured person, who may be a parent: only where the patient's own is asked for.
            Scanned::InsuredPerson if self.at == Field::Ins => {
                self.scanned();
                self.fill(Field::Ins, text);
            }
            _ => return false,
        }
        true
    }

    /// A box is what the paper orders, and is in the hand. `None` for one without a French code.
    pub fn box_scanned(&mut self, scanned: &ScannedBox) -> Option<Vec<Effect>> {
        let cip13 = scanned.cip13.clone()?;
        self.scanned();
        self.boxes.push(scanned.clone());
        if let Some(place) = self.lines.iter().position(|line| line.has(&cip13)) {
            // A second box of it: two are ordered, unless the count was typed.
            if !self.is_visited(Field::Line(place, LineField::Boxes)) {
                let count = self.boxes_of(place);
                self.lines[place].boxes = TextInput::holding(&count.to_string());
            }
            return Some(Vec::new());
        }
        let place = self.lines.len() - 1;
        self.lines[place] = FormLine {
            code: ProductCode::Cip13(cip13.clone()),
            ..FormLine::default()
        };
        self.lines.push(FormLine::default());
        self.visit(Field::Line(place, LineField::Product));
        self.move_to(Field::Line(place, LineField::Dosage));
        Some(vec![Effect::SearchCatalogue(cip13.to_string())])
    }

    fn boxes_of(&self, place: usize) -> usize {
        let line = &self.lines[place];
        let is_its_own = |scanned: &&ScannedBox| scanned.cip13.as_ref().is_some_and(|cip13| line.has(cip13));
        self.boxes.iter().filter(is_its_own).count()
    }

    fn fill(&mut self, field: Field, text: &str) {
        if let Some(input) = self.input_mut(field) {
            *input = TextInput::holding(text);
        }
        self.visit(field);
    }
}
