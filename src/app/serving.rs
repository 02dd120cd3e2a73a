//! The prescription being served: what was read, what was decided so far, and the hold.

mod hold;

use jiff::civil::Date;

use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::form::{Form, GivenProduct, Missing, OutcomeKind};
use crate::app::message::{Consultation, Freshness};
use crate::app::screen::Scroll;
use crate::domain::box_read::BoxGone;
use crate::domain::dispense::{Circumstances, Proposal};
use crate::domain::finding::{Finding, Severity};
use crate::domain::identifiers::{Boxes, DispenseId, LineNumber};
use crate::domain::prescription::{Prescription, PrescriptionLine};
use crate::domain::product::{KnownProducts, Product, ProductCode};
use crate::domain::reasons::SubstitutionReason;
use crate::domain::rules::{self, Case};
use crate::domain::substitution::SubstitutionBasis;
use crate::domain::units;

pub use hold::HoldState;
use hold::{Renewal, first_hold};

/// Which lines a review is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every open line: those without a decision are delivered as ordered.
    Everything,
    /// Only the lines that were decided; the others stay open.
    DecidedOnly,
}

/// A warning passed: this very one, because a reason given for a line says nothing of another.
pub struct Passed {
    /// The warning.
    pub finding: Finding,
    /// The reason that goes in the register.
    pub reason: String,
}

/// The prescription being served.
pub struct Serving {
    /// The identifier of the hand-over this may lead to.
    pub id: DispenseId,
    /// What was read.
    pub prescription: Prescription,
    /// The products that matter for it.
    pub products: KnownProducts,
    /// Whether the base answered.
    pub freshness: Freshness,
    /// Whether the base knows that we are serving it.
    pub hold: HoldState,
    /// Whether the base is being asked for it anew.
    renewal: Renewal,
    /// What was decided, at most one form per line.
    pub forms: Vec<Form>,
    /// The warnings passed.
    pub passed: Vec<Passed>,
    /// The boxes in the hand that the register says have left.
    pub gone: Vec<BoxGone>,
    /// The line under the cursor.
    pub selected: usize,
    /// The line that the person put the cursor on: a box that answers several lines is for that one.
    pub pointed_at: Option<LineNumber>,
    /// How far the sheet is scrolled.
    pub scroll: Scroll,
    /// For a correction: the day the boxes left, which the rules count from. Today otherwise.
    pub handed_over_on: Option<Date>,
}

impl Serving {
    /// A prescription on which one recorded delivery is corrected: nothing is handed over now, so nothing is held.
    pub fn of_correction(consultation: Consultation, handed_over_on: Date) -> Self {
        Self {
            id: consultation.id,
            prescription: Prescription {
                hold: None,
                ..consultation.prescription
            },
            products: consultation.products,
            freshness: consultation.freshness,
            hold: HoldState::NotOffered,
            renewal: Renewal::None,
            forms: Vec::new(),
            passed: Vec::new(),
            gone: Vec::new(),
            selected: 0,
            pointed_at: None,
            scroll: Scroll::default(),
            handed_over_on: Some(handed_over_on),
        }
    }

    /// Opens a prescription, and asks for its hold when that can be done.
    pub fn open(consultation: Consultation, desk: &Desk) -> (Self, Vec<Effect>) {
        let Consultation {
            id,
            prescription,
            products,
            freshness,
            not_kept: _,
        } = consultation;
        let (hold, effects) = first_hold(&prescription, freshness, desk);
        let selected = prescription
            .lines
            .iter()
            .position(PrescriptionLine::is_open)
            .unwrap_or(0);
        let serving = Self {
            id,
            prescription,
            products,
            freshness,
            hold,
            renewal: Renewal::None,
            forms: Vec::new(),
            passed: Vec::new(),
            gone: Vec::new(),
            selected,
            pointed_at: None,
            scroll: Scroll::default(),
            handed_over_on: None,
        };
        (serving, effects)
    }

    /// Takes a newer reading of the same prescription; decisions for lines that are still open stay.
    pub fn read_again(&mut self, consultation: Consultation, desk: &Desk) -> Vec<Effect> {
        let (mut renewed, effects) = Self::open(consultation, desk);
        let mut forms = std::mem::take(&mut self.forms);
        renewed.carry_handwritten(self, &mut forms);
        // The base describes it at last: what was decided on the lines of its transcription may be of others.
        let is_other = self.prescription.paper != renewed.prescription.paper;
        renewed.forms = forms
            .into_iter()
            .filter(|form| {
                let line = renewed.prescription.line(form.line);
                !is_other && line.is_some_and(PrescriptionLine::is_open)
            })
            .collect();
        if !is_other {
            renewed.passed = std::mem::take(&mut self.passed);
            // Their numbers may be others now: their reasons are asked for again.
            renewed.passed.retain(|passed| {
                let line = passed.finding.line;
                !self.handwritten_now().any(|written| Some(written.number) == line)
            });
        }
        // What may be ours stays so until the base says otherwise, whether or not it answered this time.
        let may_be_ours = matches!(self.hold, HoldState::Ours(_) | HoldState::Unanswered(_));
        if may_be_ours && matches!(renewed.hold, HoldState::Asked | HoldState::NotAsked(_)) {
            renewed.hold = self.hold.clone();
        }
        // One hand-over, one identifier: the first reading's stays.
        renewed.id = self.id;
        renewed.gone = std::mem::take(&mut self.gone);
        renewed.selected = self
            .selected
            .min(renewed.prescription.lines.len().saturating_sub(1));
        *self = renewed;
        effects
    }

    /// The line under the cursor.
    pub fn line(&self) -> Option<&PrescriptionLine> {
        self.prescription.lines.get(self.selected)
    }

    /// What was decided for that line so far.
    pub fn form(&self, line: LineNumber) -> Option<&Form> {
        self.forms.iter().find(|form| form.line == line)
    }

    /// The form with the boxes ordered that those given stand for.
    pub fn weighed(&self, mut form: Form) -> Form {
        if let Some(line) = self.prescription.line(form.line) {
            let product = |code: &ProductCode| self.products.find(code).cloned();
            form.stands_for = units::weighed(line, form.in_the_hand(line), &product).stands_for;
        }
        form
    }

    /// Puts a form in its line's place.
    pub fn put(&mut self, form: Form) {
        let form = self.weighed(form);
        self.forms.retain(|known| known.line != form.line);
        self.forms.push(form);
        self.forms.sort_by_key(|form| form.line);
    }

    /// Forgets what was decided for a line; one that was only written by hand here is none any more.
    pub fn forget(&mut self, line: LineNumber) {
        self.forms.retain(|form| form.line != line);
        self.take_off(line);
    }

    /// Puts the cursor on that line.
    pub fn select(&mut self, line: LineNumber) -> bool {
        let place = self.prescription.lines.iter().position(|l| l.number == line);
        if let Some(place) = place {
            self.selected = place;
            self.scroll = Scroll::default();
        }
        place.is_some()
    }

    /// Puts the cursor on the next open line without a decision, if there is one after this.
    pub fn select_next_undecided(&mut self) {
        let next = self
            .prescription
            .lines
            .iter()
            .enumerate()
            .skip(self.selected + 1)
            .find(|(_, line)| line.is_open() && self.form(line.number).is_none())
            .map(|(place, _)| place);
        if let Some(next) = next {
            self.selected = next;
            self.scroll = Scroll::default();
        }
    }

    /// The form of the line under the cursor, begun if need be; a notice when it cannot be delivered.
    pub fn form_of_selected(&self, kind: OutcomeKind) -> Result<Form, Notice> {
        let line = self.line().ok_or(Notice::NoSuchLine)?;
        if !line.is_open() {
            return Err(Notice::LineClosed(line.number));
        }
        Ok(match self.form(line.number) {
            Some(form) => form.clone().decided_as(kind),
            None => self.begun(line, kind),
        })
    }

    /// Where the decision of a line begins: all that is due, or one fraction of what the law delivers by fractions.
    pub fn begun(&self, line: &PrescriptionLine, kind: OutcomeKind) -> Form {
        Form::new(line, kind).by_fractions(self.one_fraction(line))
    }

    /// The boxes of one fraction of that line.
    pub fn one_fraction(&self, line: &PrescriptionLine) -> Option<Boxes> {
        rules::one_fraction(line, self.products.find(&line.code))
    }

    /// One box more or fewer of the line under the cursor.
    pub fn count(&self, form: Form, step: i32) -> Result<Form, Notice> {
        let line = self.prescription.line(form.line).ok_or(Notice::NoSuchLine)?;
        let most = line.remaining().unwrap_or(BOXES_MAX);
        let form = self.weighed(stepped(form, step)?);
        if step > 0 && (form.in_boxes_ordered(line) > most || form.boxes > BOXES_MAX) {
            return Err(Notice::NoMoreBoxes);
        }
        Ok(form)
    }

    /// A product just chosen: as many of its boxes as stand for what the form was to give, and never more.
    pub fn fitted(&self, form: Form) -> Form {
        let Some(line) = self.prescription.line(form.line) else {
            return form;
        };
        let wanted = form.boxes;
        let fitted = self.weighed(form);
        if fitted.stands_for.is_none() {
            return fitted;
        }
        let one = self.weighed(Form {
            boxes: Boxes(1),
            ..fitted
        });
        self.filled(one, line, wanted)
    }

    /// With as many boxes more as stand for what is wanted, and never more: they may be of another size.
    fn filled(&self, mut form: Form, line: &PrescriptionLine, wanted: Boxes) -> Form {
        while form.in_boxes_ordered(line) < wanted && form.boxes < BOXES_MAX {
            let more = self.weighed(Form {
                boxes: Boxes(form.boxes.0 + 1),
                ..form.clone()
            });
            if more.in_boxes_ordered(line) > wanted {
                break;
            }
            form = more;
        }
        form
    }

    /// All the boxes due of the line under the cursor: those scanned stand for the others.
    pub fn count_all(&self, form: Form) -> Result<Form, Notice> {
        let line = self.prescription.line(form.line).ok_or(Notice::NoSuchLine)?;
        if form.read.is_empty() {
            return Err(Notice::NoBoxScanned(form.line));
        }
        let due = line.due().unwrap_or(form.boxes);
        Ok(self.filled(self.weighed(form), line, due))
    }

    /// Whether a decision would be lost by leaving.
    pub fn holds_work(&self) -> bool {
        !self.forms.is_empty() || !self.passed.is_empty() || self.handwritten_now().next().is_some()
    }

    /// What the rules remark before anything is decided.
    pub fn remarks(&self, desk: &Desk) -> Vec<Finding> {
        rules::of_prescription(&Case {
            prescription: &self.prescription,
            pharmacy: &desk.setting.pharmacy.finess,
            now: desk.now,
            today: desk.today(),
            product: &|code| self.products.find(code).cloned(),
        })
    }

    /// Whether something forbids delivering anything at all.
    pub fn is_blocked(&self, desk: &Desk) -> bool {
        self.remarks(desk)
            .iter()
            .any(|finding| finding.line.is_none() && finding.severity() == Severity::Blocking)
    }

    /// What is proposed, or the first thing that is still to be said.
    pub fn proposal(&self, scope: Scope) -> Result<Proposal, (LineNumber, Missing)> {
        let mut decisions = Vec::new();
        for line in self.prescription.lines.iter().filter(|line| line.is_open()) {
            match self.form(line.number) {
                Some(form) => {
                    decisions.push(form.decision(line).map_err(|missing| (line.number, missing))?);
                }
                None if scope == Scope::Everything => {
                    let form = self.begun(line, OutcomeKind::Conforming);
                    decisions.push(form.decision(line).map_err(|missing| (line.number, missing))?);
                }
                None => {}
            }
        }
        Ok(Proposal {
            decisions,
            overrides: Vec::new(),
        })
    }

    /// What the rules say about a proposal.
    pub fn findings(&self, proposal: &Proposal, desk: &Desk) -> Vec<Finding> {
        let product = |code: &ProductCode| self.products.find(code).cloned();
        let now = desk.circumstances(self.id);
        let circumstances = Circumstances {
            today: self.handed_over_on.unwrap_or(now.today),
            gone: self.gone.clone(),
            ..now
        };
        rules::findings(&self.prescription, proposal, &circumstances, &product)
    }

    /// The substitutes the medicines database gives for a line, each with its ground.
    pub fn substitutes(&self, line: &PrescriptionLine) -> Vec<GivenProduct> {
        self.products
            .substitutes(&line.code)
            .into_iter()
            .map(|(product, basis)| given(product, Some(basis)))
            .collect()
    }

    /// Remembers a product of the medicines database, so that the rules know it.
    pub fn learn(&mut self, product: &Product) {
        if self.products.0.iter().all(|known| known.cip13 != product.cip13) {
            self.products.0.push(product.clone());
        }
    }
}

/// A product of the medicines database, as a form holds it.
pub fn given(product: &Product, basis: Option<SubstitutionBasis>) -> GivenProduct {
    GivenProduct {
        code: ProductCode::Cip13(product.cip13.clone()),
        label: product.name.clone(),
        presentation: product.presentation.clone(),
        basis,
    }
}

/// The reason that goes without saying with a ground.
pub fn usual_reason(basis: SubstitutionBasis) -> SubstitutionReason {
    match basis {
        SubstitutionBasis::Generic | SubstitutionBasis::Hybrid | SubstitutionBasis::Biosimilar => {
            SubstitutionReason::Generic
        }
        SubstitutionBasis::Shortage => SubstitutionReason::Shortage,
        SubstitutionBasis::ParallelImport => SubstitutionReason::OutOfStock,
        SubstitutionBasis::PrescriberAgreement => SubstitutionReason::Other,
    }
}

/// Boxes that one keeps in a hand; a line without an ordered count is not a licence for more.
const BOXES_MAX: Boxes = Boxes(99);

fn stepped(mut form: Form, step: i32) -> Result<Form, Notice> {
    let wanted = i32::from(form.boxes.0) + step;
    if wanted < 1 {
        return Err(Notice::AtLeastOneBox);
    }
    form.count(Boxes(u16::try_from(wanted).unwrap_or(u16::MAX)));
    Ok(form)
}
