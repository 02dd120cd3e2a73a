//! A recorded delivery being corrected: why, then what was really handed over, then a last look before and after.
//!
//! It is laid over the register or over what was just recorded. A rectification is decided on the very screens that serve
//! a prescription, over the prescription as it was without the delivery; nothing is held at the base for it.

use jiff::civil::Date;

use crate::app::App;
use crate::app::decision::{Asking, Deciding};
use crate::app::desk::{Desk, Notice};
use crate::app::effect::{CorrectRequest, Effect};
use crate::app::form::Form;
use crate::app::input::TextInput;
use crate::app::keys::{Command, Context};
use crate::app::message::{CannotOpen, OpenedCorrection};
use crate::app::review::Review;
use crate::app::screen::{Next, Screen, selected_after};
use crate::app::serving::{Scope, Serving};
use crate::domain::box_read::BoxRead;
use crate::domain::correction::{CannotCorrect, Motive, Standing};
use crate::domain::dispense::Proposal;
use crate::domain::finding::Finding;
use crate::domain::identifiers::{DispenseId, DispensedLineId, LineNumber};
use crate::domain::prescription::Prescription;
use crate::domain::product::ProductCode;
use crate::domain::reasons::CorrectionReason;
use crate::domain::register::RegisterNumber;
use crate::domain::scanned::ScannedBox;

/// What becomes of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CorrectionKind {
    /// It is taken back.
    Cancellation,
    /// Something else replaces it.
    Rectification,
}

/// A delivery being corrected.
pub struct Correcting {
    /// What becomes of it.
    pub kind: CorrectionKind,
    /// Its register entry; none until one of several is chosen.
    pub entry: Option<RegisterNumber>,
    /// What is corrected, once the store answered.
    pub opened: Option<Box<Opened>>,
    /// Why, once it was said.
    pub motive: Option<Motive>,
    /// Where this is.
    pub step: Step,
    /// The screen to go back to.
    pub over: Box<Screen>,
}

/// What is corrected.
pub struct Opened {
    /// The identifier minted for the correction.
    pub id: DispenseId,
    /// The delivery.
    pub standing: Standing,
    /// The day the boxes left: the rules count from it.
    pub handed_over_on: Date,
    /// The decision of a rectification, until its screen is shown.
    pub deciding: Option<Box<Deciding>>,
}

/// Where a correction is.
pub enum Step {
    /// Which of these entries?
    Which {
        /// They, with the product of each.
        entries: Vec<(RegisterNumber, String)>,
        /// The row under the cursor.
        selected: usize,
    },
    /// The store was asked, and the base for a rectification.
    Opening,
    /// It cannot be corrected.
    Stopped(CannotOpen),
    /// Which reason?
    Reason {
        /// The row under the cursor.
        selected: usize,
    },
    /// Words beside the reason.
    Words {
        /// The reason.
        reason: CorrectionReason,
        /// What is typed.
        input: TextInput,
    },
    /// What was really handed over.
    Deciding(Box<Deciding>),
    /// Before and after, with what the rules say.
    Review(Box<Review>),
    /// What is taken back, before it is.
    Confirm,
    /// Waiting for the store; what was reviewed stays at hand.
    Recording(Option<Box<Review>>),
    /// It is recorded; the desk holds its present state.
    Recorded {
        /// The counter-entry and the replacement.
        numbers: Vec<(DispensedLineId, Option<RegisterNumber>)>,
    },
}

/// Begins to correct an entry.
pub fn open(entry: RegisterNumber, kind: CorrectionKind, over: Screen) -> Next {
    let correcting = Correcting {
        kind,
        entry: Some(entry),
        opened: None,
        motive: None,
        step: Step::Opening,
        over: Box::new(over),
    };
    (
        Screen::Correcting(Box::new(correcting)),
        vec![Effect::OpenCorrection { entry, kind }],
    )
}

/// Begins to correct one of these entries; nothing begins when there is none.
pub fn open_one_of(entries: Vec<(RegisterNumber, String)>, kind: CorrectionKind, over: Screen) -> Next {
    match entries[..] {
        [] => (over, Vec::new()),
        [(entry, _)] => open(entry, kind, over),
        _ => {
            let correcting = Correcting {
                kind,
                entry: None,
                opened: None,
                motive: None,
                step: Step::Which { entries, selected: 0 },
                over: Box::new(over),
            };
            (Screen::Correcting(Box::new(correcting)), Vec::new())
        }
    }
}

impl Correcting {
    /// Which part of the key table applies.
    pub fn context(&self) -> Context {
        match &self.step {
            Step::Which { .. } | Step::Reason { .. } => Context::Correction,
            Step::Words { .. } => Context::CorrectionWords,
            Step::Deciding(deciding) => deciding.context(),
            Step::Review(review) if review.reason.is_some() => Context::ReviewReason,
            Step::Review(_) | Step::Confirm => Context::CorrectionReview,
            Step::Opening | Step::Stopped(_) | Step::Recorded { .. } => Context::CorrectionEnd,
            Step::Recording(_) => Context::Recording,
        }
    }

    /// Takes a command.
    pub fn on(mut self: Box<Self>, command: Command, desk: &mut Desk) -> Next {
        match std::mem::replace(&mut self.step, Step::Opening) {
            Step::Which { entries, selected } => self.on_which(entries, selected, command),
            Step::Reason { selected } => self.on_reason(selected, command),
            Step::Words { reason, input } => self.on_words(reason, input, command, desk),
            Step::Deciding(deciding) => {
                let (screen, effects) = deciding.on(command, desk);
                self.decided(screen, effects, command, desk)
            }
            Step::Review(review) => {
                let (screen, effects) = review.on(command, desk);
                self.reviewed(screen, effects, desk)
            }
            Step::Confirm => self.on_confirm(command, desk),
            Step::Recording(review) => self.at(Step::Recording(review)),
            step @ (Step::Opening | Step::Stopped(_) | Step::Recorded { .. }) => match command {
                Command::Back => self.closed(),
                _ => self.at(step),
            },
        }
    }

    fn at(mut self: Box<Self>, step: Step) -> Next {
        self.step = step;
        (Screen::Correcting(self), Vec::new())
    }

    /// Back where it was begun; the register is read again, for it may have grown.
    fn closed(self) -> Next {
        match *self.over {
            Screen::Register(register) => register.read_again(),
            over => (over, Vec::new()),
        }
    }

    fn on_which(
        self: Box<Self>,
        entries: Vec<(RegisterNumber, String)>,
        selected: usize,
        command: Command,
    ) -> Next {
        let chosen = match command {
            Command::Back => return self.closed(),
            Command::Choose(digit) => entries.get(usize::from(digit) - 1),
            Command::Confirm => entries.get(selected),
            _ => None,
        };
        if let Some((entry, _)) = chosen {
            return open(*entry, self.kind, *self.over);
        }
        let selected = selected_after(command, selected, entries.len());
        self.at(Step::Which { entries, selected })
    }

    fn on_reason(self: Box<Self>, selected: usize, command: Command) -> Next {
        let count = CorrectionReason::ALL.len();
        let chosen = match command {
            Command::Back => return self.closed(),
            Command::Choose(digit) if usize::from(digit) <= count => Some(usize::from(digit) - 1),
            Command::Confirm => Some(selected),
            _ => None,
        };
        match chosen.and_then(|place| CorrectionReason::ALL.get(place)) {
            Some(reason) => self.at(Step::Words {
                reason: *reason,
                input: TextInput::default(),
            }),
            None => self.at(Step::Reason {
                selected: selected_after(command, selected, count),
            }),
        }
    }

    fn on_words(
        mut self: Box<Self>,
        reason: CorrectionReason,
        mut input: TextInput,
        command: Command,
        desk: &mut Desk,
    ) -> Next {
        match command {
            Command::Back => return self.at_the_reasons(),
            Command::Confirm => match Motive::new(reason, input.as_str()) {
                Ok(motive) => {
                    self.motive = Some(motive);
                    return self.after_motive();
                }
                Err(_) => desk.notice = Some(Notice::WordsNeeded),
            },
            Command::Type(character) => input.add(character),
            Command::Erase => input.erase(),
            _ => {}
        }
        self.at(Step::Words { reason, input })
    }

    fn at_the_reasons(self: Box<Self>) -> Next {
        let known = self.motive.as_ref().map(Motive::reason);
        let selected = CorrectionReason::ALL
            .iter()
            .position(|reason| Some(*reason) == known)
            .unwrap_or(0);
        self.at(Step::Reason { selected })
    }

    /// A cancellation is looked at once more; a rectification says what was really handed over.
    fn after_motive(mut self: Box<Self>) -> Next {
        let deciding = self.opened.as_mut().and_then(|opened| opened.deciding.take());
        match deciding {
            Some(deciding) => self.at(Step::Deciding(deciding)),
            None => self.at(Step::Confirm),
        }
    }

    /// What the decision's screen became: it may only lead on to the review, or back to the reasons.
    fn decided(
        mut self: Box<Self>,
        screen: Screen,
        effects: Vec<Effect>,
        command: Command,
        desk: &Desk,
    ) -> Next {
        match screen {
            Screen::Decision(deciding) => {
                self.step = Step::Deciding(deciding);
                (Screen::Correcting(self), effects)
            }
            Screen::Prescription(serving) if command == Command::Confirm => self.shown(serving, desk),
            Screen::Prescription(serving) => {
                let deciding = self.begun_again(serving);
                if let Some(opened) = self.opened.as_mut() {
                    opened.deciding = deciding;
                }
                self.at_the_reasons()
            }
            // The decision leads nowhere else.
            _ => self.at_the_reasons(),
        }
    }

    /// The review of what was decided.
    fn shown(self: Box<Self>, serving: Box<Serving>, desk: &Desk) -> Next {
        let decided = self.line().and_then(|line| {
            let ordered = serving.prescription.line(line)?;
            serving.form(line)?.decision(ordered).ok()
        });
        let Some(decision) = decided else {
            return self.deciding_again(serving);
        };
        let proposal = Proposal {
            decisions: vec![decision],
            overrides: Vec::new(),
        };
        let review = Review::new(serving, Scope::DecidedOnly, proposal, desk);
        self.at(Step::Review(Box::new(review)))
    }

    fn line(&self) -> Option<LineNumber> {
        self.opened.as_ref().map(|opened| opened.standing.line.line)
    }

    /// The decision's screen with what was decided so far, else with what was recorded.
    fn begun_again(&self, serving: Box<Serving>) -> Option<Box<Deciding>> {
        let recorded = self.opened.as_ref().map(|opened| &opened.standing.line);
        let form = recorded.and_then(|recorded| {
            let known = serving.form(recorded.line).cloned();
            known.or_else(|| Some(Form::of(recorded, serving.prescription.line(recorded.line)?)))
        });
        Some(Box::new(Deciding::new(serving, form?, Asking::Overview)))
    }

    fn deciding_again(self: Box<Self>, serving: Box<Serving>) -> Next {
        match self.begun_again(serving) {
            Some(deciding) => self.at(Step::Deciding(deciding)),
            None => self.at_the_reasons(),
        }
    }

    /// What the review's screen became.
    fn reviewed(mut self: Box<Self>, screen: Screen, effects: Vec<Effect>, desk: &Desk) -> Next {
        match screen {
            Screen::Review(review) => {
                self.step = Step::Review(review);
                (Screen::Correcting(self), effects)
            }
            Screen::Recording(review) => {
                let request = effects.into_iter().find_map(|effect| match effect {
                    Effect::Record(request) => Some(request),
                    _ => None,
                });
                let replacement = request.map(|request| (request.prescription, request.proposal));
                self.recording(Some(review), replacement, desk)
            }
            Screen::Prescription(serving) => self.deciding_again(serving),
            Screen::Decision(deciding) => self.at(Step::Deciding(deciding)),
            // The review leads nowhere else.
            _ => self.at_the_reasons(),
        }
    }

    fn on_confirm(self: Box<Self>, command: Command, desk: &Desk) -> Next {
        match command {
            Command::Confirm => self.recording(None, None, desk),
            Command::Back => self.at_the_reasons(),
            _ => self.at(Step::Confirm),
        }
    }

    fn recording(
        mut self: Box<Self>,
        review: Option<Box<Review>>,
        replacement: Option<(Prescription, Proposal)>,
        desk: &Desk,
    ) -> Next {
        let (Some(opened), Some(motive)) = (&self.opened, &self.motive) else {
            return self.at_the_reasons();
        };
        let request = CorrectRequest {
            entry: opened.standing.entry,
            motive: motive.clone(),
            replacement,
            id: opened.id,
            at: desk.now,
        };
        self.step = Step::Recording(review);
        (Screen::Correcting(self), vec![Effect::Correct(Box::new(request))])
    }

    /// Whether leaving it would throw away what was said of it: a reason was chosen, and nothing is recorded.
    pub const fn holds_work(&self) -> bool {
        match self.step {
            Step::Words { .. } | Step::Deciding(_) | Step::Review(_) | Step::Confirm | Step::Recording(_) => {
                true
            }
            // Back at the reasons, what was said is kept.
            Step::Reason { .. } => self.motive.is_some(),
            Step::Which { .. } | Step::Opening | Step::Stopped(_) | Step::Recorded { .. } => false,
        }
    }

    /// The text being typed, for what is pasted.
    pub fn input_mut(&mut self) -> Option<&mut TextInput> {
        match &mut self.step {
            Step::Words { input, .. } => Some(input),
            Step::Review(review) => review.reason.as_mut().map(|reason| &mut reason.input),
            _ => None,
        }
    }

    /// A box of the product given says its lot and its last day; any other box says nothing here.
    pub fn box_scanned(&mut self, scanned: &ScannedBox) -> bool {
        let Step::Deciding(deciding) = &mut self.step else {
            return false;
        };
        let given = deciding.form.product.as_ref().map(|product| product.code.clone());
        let code = given.or_else(|| Some(deciding.line()?.code.clone()));
        let is_it = scanned.cip13.is_some() && code == scanned.cip13.clone().map(ProductCode::Cip13);
        if let Some(cip13) = scanned.cip13.clone().filter(|_| is_it) {
            deciding.form.say_as(BoxRead {
                cip13,
                lot: scanned.lot.clone(),
                expiry: scanned.expiry,
                serial: scanned.serial.clone(),
            });
            deciding.asking = Asking::Overview;
        }
        is_it
    }

    fn is_recording(&self, id: DispenseId) -> bool {
        matches!(self.step, Step::Recording(_)) && self.opened.as_ref().is_some_and(|opened| opened.id == id)
    }
}

impl App {
    pub(crate) fn correction_opened(&mut self, correction: OpenedCorrection) -> Vec<Effect> {
        let day = self.desk.day_of(correction.standing.hand_over.handed_over_at());
        let Some(correcting) = self.correcting_on_screen() else {
            return Vec::new();
        };
        // An answer to a correction that was left is dropped.
        if !matches!(correcting.step, Step::Opening) || correcting.entry != Some(correction.standing.entry) {
            return Vec::new();
        }
        let OpenedCorrection {
            id,
            standing,
            consultation,
        } = correction;
        let deciding = consultation.and_then(|consultation| {
            let ordered = consultation.prescription.line(standing.line.line)?.clone();
            let form = Form::of(&standing.line, &ordered);
            let serving = Serving::of_correction(*consultation, day);
            Some(Box::new(Deciding::new(Box::new(serving), form, Asking::Overview)))
        });
        correcting.opened = Some(Box::new(Opened {
            id,
            standing,
            handed_over_on: day,
            deciding,
        }));
        correcting.step = Step::Reason { selected: 0 };
        Vec::new()
    }

    pub(crate) fn correction_not_opened(&mut self, entry: RegisterNumber, why: CannotOpen) -> Vec<Effect> {
        if let Some(correcting) = self.correcting_on_screen()
            && matches!(correcting.step, Step::Opening)
            && correcting.entry == Some(entry)
        {
            correcting.step = Step::Stopped(why);
        }
        Vec::new()
    }

    /// The store refused it at the last door: another terminal was faster.
    pub(crate) fn correction_refused(&mut self, id: DispenseId, why: CannotCorrect) -> Vec<Effect> {
        if let Some(correcting) = self.recording_correction(id) {
            correcting.step = Step::Stopped(CannotOpen::Cannot(why));
        }
        Vec::new()
    }

    /// The correction is in the register: `true` when this screen waited for it.
    pub(crate) fn correction_recorded(
        &mut self,
        id: DispenseId,
        numbers: &[(DispensedLineId, Option<RegisterNumber>)],
    ) -> bool {
        match self.recording_correction(id) {
            Some(correcting) => {
                correcting.step = Step::Recorded {
                    numbers: numbers.to_vec(),
                };
                true
            }
            None => false,
        }
    }

    /// It was not recorded, and can be tried again or changed; the notice says why.
    pub(crate) fn correction_not_recorded(
        &mut self,
        id: DispenseId,
        findings: Vec<Finding>,
        notice: Notice,
    ) -> bool {
        let Some(correcting) = self.recording_correction(id) else {
            return false;
        };
        let reviewed = match std::mem::replace(&mut correcting.step, Step::Confirm) {
            Step::Recording(review) => review,
            _ => None,
        };
        if let Some(mut review) = reviewed {
            for finding in findings {
                if !review.findings.contains(&finding) {
                    review.refused_for.push(finding.clone());
                    review.findings.push(finding);
                }
            }
            correcting.step = Step::Review(review);
        }
        self.desk.notice = Some(notice);
        true
    }

    /// Another terminal answered this line: the prescription is to be read again before anything replaces the delivery.
    pub(crate) fn correction_outdated(&mut self, id: DispenseId) -> bool {
        let Some(correcting) = self.recording_correction(id) else {
            return false;
        };
        correcting.step = Step::Stopped(CannotOpen::Outdated);
        true
    }

    fn recording_correction(&mut self, id: DispenseId) -> Option<&mut Correcting> {
        self.correcting_on_screen()
            .filter(|correcting| correcting.is_recording(id))
    }

    /// The correction, whatever is laid over it.
    pub(crate) fn correcting_on_screen(&mut self) -> Option<&mut Correcting> {
        let is_it = |screen: &Screen| matches!(screen, Screen::Correcting(_));
        match self.screen.down_to(is_it) {
            Screen::Correcting(correcting) => Some(correcting),
            _ => None,
        }
    }
}
