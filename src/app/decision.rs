//! The decision for one line: conforming, substituted, adjusted or not delivered, and its details.
//!
//! What is chosen is kept at once: going back never loses it. Once nothing is missing any more, the
//! sheet comes back by itself, so that an ordinary substitution costs three keys.

mod agreement;
mod asking;
mod making;
mod search;

pub use asking::{Asking, Choice, TextField, expiry_typed};

use crate::app::desk::{Desk, Notice};
use crate::app::form::{Form, GivenProduct, Missing, OutcomeKind};
use crate::app::input::TextInput;
use crate::app::keys::{Command, Context};
use crate::app::prescription::substitution_notice;
use crate::app::screen::{Next, Screen, Scroll, selected_after};
use crate::app::serving::{Serving, usual_reason};
use crate::domain::dispense::{Decision, Proposal};
use crate::domain::finding::Finding;
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::ProductCode;
use crate::domain::reasons::{
    AdjustmentReason, AgreementChannel, KeptReason, NotDeliveredReason, PartialReason, SubstitutionReason,
};
use crate::domain::scanned::ScannedBox;

/// One line being decided.
pub struct Deciding {
    /// The prescription; it holds what was decided, this line's form included once something was.
    pub serving: Box<Serving>,
    /// What is decided for this line so far.
    pub form: Form,
    /// What is being asked.
    pub asking: Asking,
    /// Where to go once nothing is missing.
    pub then: Then,
    /// How far the details are scrolled.
    pub scroll: Scroll,
}

/// Where a complete form leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Back to the sheet at once.
    Sheet,
    /// To the overview of this line: there may be more to say.
    Overview,
}

impl Deciding {
    /// Begins to decide a line.
    pub fn new(serving: Box<Serving>, form: Form, asking: Asking) -> Self {
        let then = match asking {
            Asking::Overview => Then::Overview,
            _ => Then::Sheet,
        };
        Self {
            serving,
            form,
            asking,
            then,
            scroll: Scroll::default(),
        }
    }

    /// The line being decided.
    pub fn line(&self) -> Option<&PrescriptionLine> {
        self.serving.prescription.line(self.form.line)
    }

    /// The list of substitutes, or the search when the medicines database knows none.
    pub fn first_product(serving: &Serving, form: &Form) -> Asking {
        let line = serving.prescription.line(form.line);
        match line {
            Some(line) if !serving.substitutes(line).is_empty() => Asking::choice(Choice::Substitute),
            _ => Asking::search(),
        }
    }

    /// What the rules say of this line as it is decided so far; of a form that is not complete yet, what they say
    /// of the line.
    pub fn findings(&self, desk: &Desk) -> Vec<Finding> {
        let Some(line) = self.line() else {
            return Vec::new();
        };
        let of_others = self
            .serving
            .forms
            .iter()
            .filter(|form| form.line != self.form.line);
        let mut decisions: Vec<Decision> = of_others
            .filter_map(|form| form.decision(self.serving.prescription.line(form.line)?).ok())
            .collect();
        let mut findings = match self.form.decision(line) {
            Ok(decision) => {
                decisions.push(decision);
                let overrides = Vec::new();
                self.serving.findings(&Proposal { decisions, overrides }, desk)
            }
            Err(_) => self.serving.remarks(desk),
        };
        findings.retain(|finding| finding.line == Some(line.number));
        findings
    }

    /// A box of which nothing is known but what it says of itself, scanned where a lot is typed, says its lot there.
    pub fn takes_lot_of(&mut self, scanned: &ScannedBox) -> bool {
        let is_typed = matches!(
            self.asking,
            Asking::Text {
                of: TextField::Lot,
                ..
            }
        );
        let code = scanned.cip13.clone().map(ProductCode::Cip13);
        let is_known = code.as_ref().is_some_and(|code| {
            self.serving.products.find(code).is_some() || self.line().is_some_and(|line| line.code == *code)
        });
        let Some(lot) = scanned.lot.clone().filter(|_| is_typed && !is_known) else {
            return false;
        };
        self.form.say_lot(Some(lot));
        if scanned.expiry.is_some() {
            self.form.say_expiry(scanned.expiry);
        }
        self.asking = Asking::Overview;
        true
    }

    /// Which part of the key table applies.
    pub fn context(&self) -> Context {
        match self.asking {
            Asking::Overview => Context::Decision,
            Asking::Choice { .. } => Context::DecisionChoice,
            Asking::Search { .. } => Context::DecisionSearch,
            Asking::Text { .. } => Context::DecisionText,
        }
    }

    /// The substitutes of the line.
    pub fn substitutes(&self) -> Vec<GivenProduct> {
        self.line()
            .map(|line| self.serving.substitutes(line))
            .unwrap_or_default()
    }

    /// How many rows a numbered list has.
    pub fn count_of(&self, of: Choice) -> usize {
        match of {
            Choice::Substitute => self.substitutes().len(),
            Choice::SubstitutionReason => SubstitutionReason::ALL.len(),
            Choice::AdjustmentReason => AdjustmentReason::ALL.len(),
            Choice::AgreedBy => agreement::PRESCRIBERS,
            Choice::Channel => AgreementChannel::ALL.len(),
            Choice::NotDeliveredReason => NotDeliveredReason::ALL.len(),
            Choice::PartialReason => PartialReason::ALL.len(),
            Choice::KeptReason => KeptReason::ALL.len(),
        }
    }

    /// Takes a command.
    pub fn on(mut self: Box<Self>, command: Command, desk: &mut Desk) -> Next {
        match std::mem::replace(&mut self.asking, Asking::Overview) {
            Asking::Overview => self.on_overview(command, desk),
            Asking::Choice { of, selected } => self.on_choice(of, selected, command, desk),
            Asking::Search {
                input,
                found,
                searched,
                selected,
            } => self.on_search(input, found, searched, selected, command),
            Asking::Text { of, input } => self.on_text(of, input, command, desk),
        }
    }

    fn here(self: Box<Self>) -> Next {
        (Screen::Decision(self), Vec::new())
    }

    fn asking(mut self: Box<Self>, asking: Asking) -> Next {
        self.asking = asking;
        self.here()
    }

    /// The prescription alone, with what was decided so far; an empty beginning is not work.
    pub fn into_serving(self) -> Box<Serving> {
        let is_blank = self
            .line()
            .is_some_and(|line| self.form == self.serving.begun(line, self.form.kind));
        let known = self.serving.form(self.form.line);
        let is_complete = |form: &Form| self.line().is_some_and(|line| form.missing(line).is_none());
        // An unfinished change of mind does not replace a complete decision.
        let keeps_known = known.is_some_and(is_complete) && !is_complete(&self.form);
        let keeps_nothing = known.is_none() && is_blank;
        let Self {
            mut serving, form, ..
        } = self;
        if !keeps_known && !keeps_nothing {
            serving.put(form);
        }
        serving
    }

    /// Back to the sheet.
    fn sheet(self: Box<Self>) -> Next {
        (Screen::Prescription(self.into_serving()), Vec::new())
    }

    fn on_overview(mut self: Box<Self>, command: Command, desk: &mut Desk) -> Next {
        self.then = Then::Overview;
        match command {
            Command::Back => return self.sheet(),
            Command::Confirm => return self.confirmed(desk),
            Command::Conforming => self.form = self.form.decided_as(OutcomeKind::Conforming),
            Command::Substitute => return self.substituted(desk),
            Command::Adjust => {
                self.form = self.form.decided_as(OutcomeKind::Adjusted);
                return self.asking(Asking::choice(Choice::AdjustmentReason));
            }
            Command::NotDeliver => {
                self.form = self.form.decided_as(OutcomeKind::NotDelivered);
                return self.asking(Asking::choice(Choice::NotDeliveredReason));
            }
            Command::More => self.counted(1, desk),
            Command::Fewer => self.counted(-1, desk),
            Command::AllBoxes => match self.serving.count_all(self.form.clone()) {
                Ok(form) => self.form = form,
                Err(notice) => desk.notice = Some(notice),
            },
            Command::Product => return self.product(desk),
            Command::Reason => {
                if let Some(choice) = self.reason_asked() {
                    return self.asking(Asking::choice(choice));
                }
            }
            Command::Lot => return self.text(TextField::Lot),
            Command::Expiry => return self.text(TextField::Expiry),
            Command::Note => return self.text(TextField::Note),
            Command::Making => return self.making(desk),
            Command::Agreement if self.form.kind == OutcomeKind::Adjusted => {
                let choice = self.agreement_asked();
                return self.asking(Asking::choice(choice));
            }
            Command::Undo => {
                let Self {
                    mut serving, form, ..
                } = *self;
                serving.forget(form.line);
                return (Screen::Prescription(serving), Vec::new());
            }
            other => self.scroll.on(other, 20),
        }
        self.here()
    }

    /// Another product is given: of boxes of another size, as many as stand for those due.
    fn give(&mut self, product: GivenProduct) {
        self.form.give(Some(product));
        self.form = self.serving.fitted(self.form.clone());
    }

    fn text(self: Box<Self>, of: TextField) -> Next {
        let asking = Asking::text(of, &self.form);
        self.asking(asking)
    }

    fn counted(&mut self, step: i32, desk: &mut Desk) {
        match self.serving.count(self.form.clone(), step) {
            Ok(form) => self.form = form,
            Err(notice) => desk.notice = Some(notice),
        }
    }

    fn substituted(mut self: Box<Self>, desk: &mut Desk) -> Next {
        if let Some(notice) = self.line().and_then(substitution_notice) {
            desk.notice = Some(notice);
            return self.here();
        }
        self.form = self.form.decided_as(OutcomeKind::Substituted);
        self.product(desk)
    }

    fn product(self: Box<Self>, desk: &mut Desk) -> Next {
        match self.form.kind {
            OutcomeKind::Substituted => {
                let asking = Self::first_product(&self.serving, &self.form);
                self.asking(asking)
            }
            OutcomeKind::Adjusted => self.asking(Asking::search()),
            // Another product than the one ordered is a substitution or an adjustment.
            OutcomeKind::Conforming => self.substituted(desk),
            OutcomeKind::NotDelivered => self.here(),
        }
    }

    fn reason_asked(&self) -> Option<Choice> {
        let line = self.line()?;
        match self.form.kind {
            OutcomeKind::Conforming if self.form.is_partial(line) => Some(Choice::PartialReason),
            // Asked of nobody, and there for whoever wants it said.
            OutcomeKind::Conforming => (!self.substitutes().is_empty()).then_some(Choice::KeptReason),
            OutcomeKind::Substituted => Some(Choice::SubstitutionReason),
            OutcomeKind::Adjusted => Some(Choice::AdjustmentReason),
            OutcomeKind::NotDelivered => Some(Choice::NotDeliveredReason),
        }
    }

    /// What is missing is asked for; a complete form goes back to the sheet.
    fn confirmed(self: Box<Self>, desk: &mut Desk) -> Next {
        match self.line().and_then(|line| self.form.missing(line)) {
            Some(missing) => {
                desk.notice = Some(Notice::StillMissing(self.form.line, missing));
                let asking = Asking::for_missing(missing, &self.serving, &self.form);
                self.asking(asking)
            }
            None => self.sheet_and_next(),
        }
    }

    fn sheet_and_next(self: Box<Self>) -> Next {
        let Self {
            mut serving, form, ..
        } = *self;
        serving.put(form);
        serving.select_next_undecided();
        (Screen::Prescription(serving), Vec::new())
    }

    /// After something was said: what is still missing, else where this was going.
    fn advanced(self: Box<Self>) -> Next {
        match self.line().and_then(|line| self.form.missing(line)) {
            Some(missing) => {
                let asking = Asking::for_missing(missing, &self.serving, &self.form);
                self.asking(asking)
            }
            None if self.then == Then::Sheet => self.sheet_and_next(),
            None => self.asking(Asking::Overview),
        }
    }

    /// One step back: to the overview when one came from there, else to the sheet.
    fn stepped_back(self: Box<Self>) -> Next {
        match self.then {
            Then::Overview => self.asking(Asking::Overview),
            Then::Sheet => self.sheet(),
        }
    }

    fn on_choice(mut self: Box<Self>, of: Choice, selected: usize, command: Command, desk: &Desk) -> Next {
        let count = self.count_of(of);
        match command {
            Command::Back => self.stepped_back(),
            Command::Search if of == Choice::Substitute => self.asking(Asking::search()),
            Command::Choose(digit) if usize::from(digit) <= count => {
                let place = usize::from(digit) - 1;
                self.chosen(of, place, desk);
                self.after_choice(of, place)
            }
            Command::Confirm => {
                self.chosen(of, selected, desk);
                self.after_choice(of, selected)
            }
            other => {
                let selected = selected_after(other, selected, count);
                self.asking(Asking::Choice { of, selected })
            }
        }
    }

    fn chosen(&mut self, of: Choice, place: usize, desk: &Desk) {
        match of {
            Choice::Substitute => {
                if let Some(product) = self.substitutes().get(place).cloned() {
                    self.form.substitution_reason = product.basis.map(usual_reason);
                    self.give(product);
                }
            }
            Choice::SubstitutionReason => {
                self.form.substitution_reason = SubstitutionReason::ALL.get(place).copied();
            }
            Choice::AdjustmentReason => {
                self.form.adjustment_reason = AdjustmentReason::ALL.get(place).copied();
            }
            Choice::AgreedBy | Choice::Channel => self.agree(of, place, desk.now),
            Choice::NotDeliveredReason => {
                self.form.not_delivered_reason = NotDeliveredReason::ALL.get(place).copied();
            }
            Choice::PartialReason => self.form.partial = PartialReason::ALL.get(place).copied(),
            Choice::KeptReason => {
                if let Some(kept) = KeptReason::ALL.get(place) {
                    self.form.note = kept.noted(&self.form.note);
                }
            }
        }
    }

    fn after_choice(self: Box<Self>, of: Choice, place: usize) -> Next {
        match of {
            Choice::AgreedBy | Choice::Channel => self.after_agreement(of, place),
            _ => self.advanced(),
        }
    }

    fn on_text(
        mut self: Box<Self>,
        of: TextField,
        mut input: TextInput,
        command: Command,
        desk: &mut Desk,
    ) -> Next {
        match command {
            Command::Back => return self.stepped_back(),
            Command::Confirm => match self.typed(of, input.as_str().trim()) {
                Ok(()) => return self.after_text(of, input.as_str().trim()),
                Err(notice) => desk.notice = Some(notice),
            },
            Command::Type(character) => input.add(character),
            Command::Erase => input.erase(),
            _ => {}
        }
        self.asking(Asking::Text { of, input })
    }

    fn after_text(self: Box<Self>, of: TextField, text: &str) -> Next {
        match of {
            TextField::Note => self.advanced(),
            TextField::AgreedBy => self.asking(Asking::choice(Choice::Channel)),
            TextField::Changed => self.agreed(),
            TextField::Lot | TextField::Expiry => self.asking(Asking::Overview),
            TextField::RawMaterial | TextField::MadeBy | TextField::Subcontractor => {
                self.after_making(of, text)
            }
        }
    }

    fn typed(&mut self, of: TextField, text: &str) -> Result<(), Notice> {
        match of {
            TextField::Lot if text.is_empty() => self.form.say_lot(None),
            TextField::Lot => {
                let lot = text.parse().map_err(|_| Notice::NotALot)?;
                self.form.say_lot(Some(lot));
            }
            TextField::Expiry if text.is_empty() => self.form.say_expiry(None),
            TextField::Expiry => {
                let expiry = expiry_typed(text).ok_or(Notice::NotADate)?;
                self.form.say_expiry(Some(expiry));
            }
            TextField::AgreedBy | TextField::Changed => self.say_of_agreement(of, text)?,
            TextField::RawMaterial | TextField::MadeBy | TextField::Subcontractor => {
                self.say_of_making(of, text);
            }
            TextField::Note => {
                let needs_words = self
                    .line()
                    .is_some_and(|line| self.form.missing(line) == Some(Missing::Note));
                if text.is_empty() && needs_words {
                    return Err(Notice::WordsNeeded);
                }
                text.clone_into(&mut self.form.note);
            }
        }
        Ok(())
    }
}
