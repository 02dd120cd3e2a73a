//! What became of a paper: a prescription like any other, or what is still wrong with it.

use crate::app::App;
use crate::app::desk::Notice;
use crate::app::effect::Effect;
use crate::app::message::{Consultation, PaperAnswer};
use crate::app::paper::{Field, PaperForm, Remark, Step};
use crate::app::refused::Why;
use crate::app::screen::Screen;
use crate::app::serving::Serving;
use crate::domain::paper::Paper;
use crate::domain::refusal::RefusalCode;

impl App {
    pub(crate) fn paper_answered(&mut self, paper: &Paper, answer: PaperAnswer) -> Vec<Effect> {
        let place = self.screen.beneath_mut();
        let is_awaited = matches!(place, Screen::Paper(form) if matches!(&form.step, Step::Asked(asked) if **asked == *paper));
        let form = match std::mem::take(place) {
            Screen::Paper(form) if is_awaited => form,
            other => {
                *place = other;
                return match answer {
                    PaperAnswer::Known(consultation) => self.dropped(&consultation),
                    _ => Vec::new(),
                };
            }
        };
        let why = match answer {
            PaperAnswer::Taken(consultation) => return self.paper_opened(&form, consultation),
            PaperAnswer::Known(consultation) => {
                let effects = self.paper_opened(&form, consultation);
                self.desk.notice = Some(Notice::PaperKnown);
                return effects;
            }
            other => other,
        };
        let mut form = form;
        form.step = Step::Typing;
        match why {
            PaperAnswer::NotTaken(why) => form.not_taken(why),
            PaperAnswer::Refused(_, no) if no.code == RefusalCode::UnknownPrescription => {
                form.refuse(Field::Number, Remark::UnknownNumber);
            }
            PaperAnswer::Refused(number, refusal) => {
                *self.screen.beneath_mut() = Screen::Paper(form);
                self.lay_refused(Why::Refusal(number, refusal));
                return Vec::new();
            }
            PaperAnswer::Failed | PaperAnswer::Taken(_) | PaperAnswer::Known(_) => {
                self.desk.notice = Some(Notice::PaperFailed);
            }
        }
        *self.screen.beneath_mut() = Screen::Paper(form);
        Vec::new()
    }

    /// From here on it is a prescription like any other, and the boxes in hand tick its lines.
    fn paper_opened(&mut self, form: &PaperForm, consultation: Consultation) -> Vec<Effect> {
        let (mut serving, effects) = Serving::open(consultation, &self.desk);
        let today = self.desk.today();
        for scanned in &form.boxes {
            self.desk.notice = serving.tick(scanned, today);
        }
        *self.screen.beneath_mut() = Screen::Prescription(Box::new(serving));
        effects
    }
}
