//! Answers of the base and of the medicines database. One that comes too late changes nothing on the
//! screen, and the hold it brought is given back.

use crate::app::App;
use crate::app::correcting::Step;
use crate::app::desk::Notice;
use crate::app::effect::Effect;
use crate::app::identified::Identified;
use crate::app::message::{ConsultFailure, Consultation, HoldAnswer, Reading};
use crate::app::naming;
use crate::app::refused::{Refused, Why};
use crate::app::screen::Screen;
use crate::app::serving::Serving;
use crate::domain::box_read::BoxRead;
use crate::domain::number::PrescriptionNumber;
use crate::domain::product::{KnownProducts, Product};
use crate::domain::refusal::Refusal;
use crate::domain::scanned::Scanned;

impl App {
    pub(crate) fn consulted(&mut self, consultation: Consultation) -> Vec<Effect> {
        let not_kept = consultation.not_kept;
        let effects = self.opened(consultation);
        if let (Some(breakdown), Screen::Prescription(_)) = (not_kept, self.screen.beneath()) {
            self.desk.notice = Some(Notice::CopyNotKept(breakdown));
        }
        effects
    }

    fn opened(&mut self, consultation: Consultation) -> Vec<Effect> {
        let place = self.screen.beneath_mut();
        match place {
            Screen::Consulting(consulting) if consulting.number == consultation.prescription.number => {
                let boxes = std::mem::take(&mut consulting.boxes);
                let repaired = std::mem::take(&mut consulting.repaired);
                let (serving, mut effects) = Serving::open(consultation, &self.desk);
                *place = Screen::Prescription(Box::new(serving));
                effects
                    .extend(self.in_turn(boxes, |app, Reading { text, scanned }| app.scanned(text, scanned)));
                for repair in repaired {
                    effects.extend(self.scan_repaired(repair, None));
                }
                effects
            }
            // Confirmed and on its way to the register: what was shown is what is recorded.
            Screen::Recording(_) => Vec::new(),
            other if serves(other, &consultation.prescription.number) => self.renewed(consultation),
            _ => self.dropped(&consultation),
        }
    }

    /// The prescription on the screen was read again. Back to the sheet, so that nothing is confirmed
    /// that was not shown.
    fn renewed(&mut self, consultation: Consultation) -> Vec<Effect> {
        let place = self.screen.beneath_mut();
        let mut serving = match std::mem::take(place) {
            Screen::Prescription(serving) => serving,
            Screen::Naming(mut naming) => {
                let effects = naming.serving.read_again(consultation, &self.desk);
                *place = Screen::Prescription(naming.serving);
                self.desk.notice = Some(Notice::ReadAgain);
                return effects;
            }
            // Nothing can be confirmed from here: what is being typed stays.
            Screen::Handwriting(mut handwriting) => {
                let effects = handwriting.serving.read_again(consultation, &self.desk);
                *place = Screen::Handwriting(handwriting);
                self.desk.notice = Some(Notice::ReadAgain);
                return effects;
            }
            Screen::Decision(deciding) => deciding.into_serving(),
            Screen::Review(review) => review.serving,
            other => {
                *place = other;
                return Vec::new();
            }
        };
        let effects = serving.read_again(consultation, &self.desk);
        *place = Screen::Prescription(serving);
        self.desk.notice = Some(Notice::ReadAgain);
        effects
    }

    /// The pharmacist has moved on. A hold of ours must not stay with us unused.
    pub(crate) fn dropped(&self, consultation: &Consultation) -> Vec<Effect> {
        let setting = &self.desk.setting;
        let is_ours = consultation.prescription.hold.as_ref().is_some_and(|hold| {
            hold.is_of(&setting.pharmacy.finess) && !hold.is_at_another(setting.terminal.as_ref())
        });
        let is_posted = matches!(self.screen.beneath(),
            Screen::Done(done) if done.number == consultation.prescription.number);
        if is_ours && !is_posted {
            vec![Effect::GiveHoldBack(consultation.prescription.number.clone())]
        } else {
            Vec::new()
        }
    }

    pub(crate) fn consult_refused(&mut self, number: PrescriptionNumber, refusal: Refusal) -> Vec<Effect> {
        if self.awaits(&number) {
            self.stop_waiting();
            self.lay_refused(Why::Refusal(number, refusal));
        } else if serves(self.screen.beneath(), &number) {
            // Read again, and it is no longer served: over the sheet, which stays readable.
            self.lay_refused(Why::Refusal(number, refusal));
        }
        Vec::new()
    }

    pub(crate) fn consult_failed(&mut self, number: PrescriptionNumber, why: ConsultFailure) -> Vec<Effect> {
        if self.awaits(&number) {
            self.stop_waiting();
            self.lay_refused(Why::Failure(number, why));
        } else if serves(self.screen.beneath(), &number)
            && let ConsultFailure::Base(reason) = why
        {
            self.desk.notice = Some(Notice::NotReadAgain(reason));
        }
        Vec::new()
    }

    /// Back to the counter: the boxes that waited for their prescription are not taken, and that is said.
    fn stop_waiting(&mut self) {
        if let Screen::Consulting(consulting) = std::mem::take(self.screen.beneath_mut())
            && let Some(news) = consulting.boxes_not_taken()
        {
            self.desk.notice = Some(news);
        }
    }

    fn awaits(&self, number: &PrescriptionNumber) -> bool {
        matches!(self.screen.beneath(), Screen::Consulting(consulting) if consulting.number == *number)
    }

    pub(crate) fn lay_refused(&mut self, why: Why) {
        let screen = std::mem::take(&mut self.screen).without_remarks();
        self.screen = Refused::over(screen, why);
    }

    pub(crate) fn hold_answered(&mut self, number: &PrescriptionNumber, answer: HoldAnswer) -> Vec<Effect> {
        let place = self.screen.beneath_mut();
        if let Some(serving) = place
            .serving_mut()
            .filter(|serving| serving.prescription.number == *number)
        {
            let (effects, news) = serving.hold_answered(answer, &self.desk);
            if news.is_some() {
                self.desk.notice = news;
            }
            self.warned_of_hold();
            return effects;
        }
        match (answer, self.screen.beneath()) {
            // The post on its way ends the hold by itself.
            (_, Screen::Done(done)) if done.number == *number => Vec::new(),
            // Without an answer the base may have taken it all the same.
            (HoldAnswer::Taken(_) | HoldAnswer::Unanswered(_), _) => {
                vec![Effect::GiveHoldBack(number.clone())]
            }
            (HoldAnswer::HeldElsewhere(_) | HoldAnswer::HeldByColleague(_) | HoldAnswer::NotOffered, _) => {
                Vec::new()
            }
        }
    }

    /// A review on the screen shows at once that another pharmacy has the prescription.
    fn warned_of_hold(&mut self) {
        if let Screen::Review(review) = self.screen.beneath_mut() {
            review.look_again(&self.desk);
        }
    }

    /// The hold of what is being served, whatever is laid over it, is kept alive.
    pub(crate) fn tend_hold(&mut self) -> Vec<Effect> {
        let serving = self.screen.beneath_mut().serving_mut();
        serving.map_or_else(Vec::new, |serving| serving.tend_hold(&self.desk))
    }

    pub(crate) fn catalogue_searched(&mut self, text: &str, products: Vec<Product>) -> Vec<Effect> {
        if self.is_of_unknown_box(text, &products) {
            return Vec::new();
        }
        // An answer to a search that was left is of no use to anybody.
        if let Some(correcting) = self.correcting_on_screen() {
            if let Step::Deciding(deciding) = &mut correcting.step {
                deciding.searched(text, products);
            }
        } else {
            match self.screen.beneath_mut() {
                Screen::Decision(deciding) => deciding.searched(text, products),
                Screen::Paper(form) => form.searched(text, products),
                Screen::Handwriting(handwriting) => handwriting.searched(text, products),
                _ => {}
            }
        }
        Vec::new()
    }

    /// The box that was just explained has a code that nobody knows: what is printed on it is asked for.
    fn is_of_unknown_box(&mut self, text: &str, products: &[Product]) -> bool {
        let Screen::Identified(Identified { readings, over, .. }) = &mut self.screen else {
            return false;
        };
        // Of several boxes, each is asked about when it is scanned alone.
        let (
            [
                Reading {
                    scanned: Scanned::Box(scanned),
                    ..
                },
            ],
            Screen::Prescription(_),
        ) = (&readings[..], over.as_ref())
        else {
            return false;
        };
        let Some(cip13) = scanned.cip13.clone().filter(|cip13| cip13.as_str() == text) else {
            return false;
        };
        if products.iter().any(|product| product.cip13 == cip13) {
            return false;
        }
        let read = BoxRead {
            cip13,
            lot: scanned.lot.clone(),
            expiry: scanned.expiry,
            serial: scanned.serial.clone(),
        };
        if let Screen::Prescription(serving) = std::mem::take(over.as_mut()) {
            match serving.stopped(&read, None, self.desk.today()) {
                Some(notice) => {
                    self.desk.notice = Some(notice);
                    self.screen = Screen::Prescription(serving);
                }
                None => self.screen = naming::begin(serving, read, &mut self.desk),
            }
        }
        true
    }

    /// What may replace a line written by hand: from now on a box of it is recognised.
    pub(crate) fn related_found(&mut self, products: &KnownProducts) -> Vec<Effect> {
        if let Some(serving) = self.screen.beneath_mut().serving_mut() {
            products.0.iter().for_each(|product| serving.learn(product));
        }
        Vec::new()
    }
}

fn serves(screen: &Screen, number: &PrescriptionNumber) -> bool {
    screen
        .serving()
        .is_some_and(|serving| serving.prescription.number == *number)
}
