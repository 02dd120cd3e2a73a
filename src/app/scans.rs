//! Scans and files: whatever the screen, each goes where it belongs by what it is.

use std::path::PathBuf;

use crate::app::App;
use crate::app::decision::Asking;
use crate::app::desk::{Notice, Taken};
use crate::app::effect::Effect;
use crate::app::identified::{Bearing, Identified, prescriptions};
use crate::app::input::TYPED_CHARACTERS_MAX;
use crate::app::leaving::{self, Destination};
use crate::app::message::{FileAnswer, ReadFailure, Reading, ScanFailure};
use crate::app::reader_test::{Arrival, Heard, Repaired};
use crate::app::refused::{Refused, Why};
use crate::app::screen::{Screen, Scroll};
use crate::domain::box_read::BoxGone;
use crate::domain::number::PrescriptionNumber;
use crate::domain::scanned::{Repair, Scanned, ScannedBox, ScannedIdentity};

impl App {
    pub(crate) fn scanned(&mut self, text: String, scanned: Scanned) -> Vec<Effect> {
        self.desk.notice = None;
        if let Screen::ReaderTest(test) = &mut self.screen {
            test.hear(Heard::Codes(vec![Reading { text, scanned }]));
            return Vec::new();
        }
        match scanned {
            Scanned::Prescription(number) => self.open(number),
            Scanned::Prescriptions(_) => {
                self.explain(vec![Reading { text, scanned }], None, Bearing::Several)
            }
            Scanned::Box(scanned_box) => self.box_scanned(text, scanned_box),
            Scanned::Ins(ins) => self.ins_scanned(text, ins),
            Scanned::Text | Scanned::Url | Scanned::FileName => {
                if let Some(effects) = self.pasted(&text, &scanned) {
                    return effects;
                }
                self.identified(Reading { text, scanned })
            }
            Scanned::InsuredPerson | Scanned::Professional => {
                if let Screen::Paper(form) = &mut self.screen
                    && form.person_scanned(&text, &scanned)
                {
                    return Vec::new();
                }
                self.identified(Reading { text, scanned })
            }
            Scanned::ForeignPrescription(_)
            | Scanned::SignedStamp
            | Scanned::Article
            | Scanned::Ambiguous => self.identified(Reading { text, scanned }),
        }
    }

    pub(crate) fn scan_repaired(&mut self, repair: Repair, mended: Option<String>) -> Vec<Effect> {
        if let Screen::ReaderTest(test) = &mut self.screen {
            test.repaired.push(Repaired { repair, mended });
            return Vec::new();
        }
        if let Screen::Consulting(consulting) = self.screen.beneath_mut()
            && !consulting.boxes.is_empty()
        {
            consulting.repaired.push(repair);
        }
        if self.desk.notice.as_ref().is_none_or(says_it_went_well) {
            self.desk.notice = Some(Notice::ScanRepaired(repair));
        }
        Vec::new()
    }

    /// Only the reader's test shows how a code was typed.
    pub(crate) fn scan_typed(&mut self, arrival: Arrival) -> Vec<Effect> {
        if let Screen::ReaderTest(test) = &mut self.screen {
            test.arrival = Some(arrival);
        }
        Vec::new()
    }

    /// A reader sent what is no whole code, and the person is told: half a box has half a lot, and ticks nothing.
    pub(crate) fn scan_failed(&mut self, why: ScanFailure, reading: Option<Reading>) -> Vec<Effect> {
        self.desk.last_touched = self.desk.now;
        // Words are taken where they are asked for: a slow line bunches what a person types. At the counter, half a
        // number would wait for the rest of another.
        if let Some(reading) = &reading
            && reading.scanned == Scanned::Text
            && !matches!(self.screen, Screen::Counter(_))
            && let Some(effects) = self.pasted(&reading.text, &reading.scanned)
        {
            return effects;
        }
        if let Screen::ReaderTest(test) = &mut self.screen
            && why != ScanFailure::Rest
        {
            test.hear(reading.map_or_else(|| Heard::Codes(Vec::new()), Heard::Beginning));
        }
        self.desk.tell(Notice::ScanFailed(why))
    }

    /// Each goes where it would alone; among several prescriptions, the person chooses.
    pub(crate) fn scanned_together(&mut self, mut readings: Vec<Reading>) -> Vec<Effect> {
        if let Screen::ReaderTest(test) = &mut self.screen {
            test.hear(Heard::Codes(readings));
            return Vec::new();
        }
        if prescriptions(&readings).len() > 1 {
            return self.explain(readings, None, Bearing::Several);
        }
        if self.screen.beneath().serving().is_none() {
            // The boxes are of the prescription that came with them, whichever was scanned first.
            readings.sort_by_key(|reading| !matches!(reading.scanned, Scanned::Prescription(_)));
        }
        let mut opened = None;
        // The same prescription twice is one scan that was triggered twice.
        readings.retain(|reading| {
            !matches!(reading.scanned, Scanned::Prescription(_)) || opened.replace(()).is_none()
        });
        self.in_turn(readings, |app, Reading { text, scanned }| {
            app.scanned(text, scanned)
        })
    }

    /// Each goes where it would alone. Boxes that no line answers are explained last and together: under the next tick
    /// nobody would have seen that one of them was not taken.
    pub(crate) fn in_turn(
        &mut self,
        readings: Vec<Reading>,
        take: impl Fn(&mut Self, Reading) -> Vec<Effect>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut unanswered = Vec::new();
        for reading in readings {
            let is_box = matches!(reading.scanned, Scanned::Box(_));
            effects.extend(take(self, reading));
            if matches!(self.screen, Screen::Leaving(_)) {
                // What comes behind is of a prescription that may never be opened: it is asked about first.
                return effects;
            }
            if is_box && let Some(explained) = self.explanation_taken() {
                unanswered.extend(
                    explained
                        .readings
                        .into_iter()
                        .map(|reading| (reading, explained.bearing)),
                );
            }
        }
        if let Some(bearing) = unanswered.last().map(|(_, bearing)| *bearing) {
            let readings = unanswered.into_iter().map(|(reading, _)| reading).collect();
            effects.extend(self.explain(readings, None, bearing));
        }
        effects
    }

    /// What was just explained, taken away.
    fn explanation_taken(&mut self) -> Option<Identified> {
        match std::mem::take(&mut self.screen) {
            Screen::Identified(mut explained) => {
                self.screen = std::mem::take(&mut explained.over);
                Some(explained)
            }
            other => {
                self.screen = other;
                None
            }
        }
    }

    /// A prescription was asked for, from any screen.
    fn open(&mut self, number: PrescriptionNumber) -> Vec<Effect> {
        // A form that holds work is that paper's: the base is asked about the number once it is whole.
        if let Screen::Paper(form) = &mut self.screen
            && form.holds_work()
        {
            form.number_scanned(&number);
            return self.desk.tell(Notice::PaperNumberRead);
        }
        let place = self.screen.beneath();
        let is_on_screen = match place {
            Screen::Consulting(consulting) => consulting.number == number,
            other => other
                .serving()
                .is_some_and(|serving| serving.prescription.number == number),
        };
        let screen = std::mem::take(&mut self.screen);
        // A correction laid over it would be dropped: asked first, as for any other prescription.
        if is_on_screen && !screen.correction_holds_work() {
            self.desk.notice = Some(match screen.beneath() {
                Screen::Consulting(_) => Notice::AlreadyAsked,
                _ => Notice::AlreadyOpen,
            });
            self.screen = screen.into_beneath();
            return Vec::new();
        }
        let (screen, effects) = leaving::depart(screen, Destination::Prescription(number), &mut self.desk);
        self.screen = screen;
        effects
    }

    /// A box ticks its line when a prescription is open, and is explained otherwise.
    fn box_scanned(&mut self, text: String, scanned: ScannedBox) -> Vec<Effect> {
        if let Screen::Paper(form) = &mut self.screen
            && let Some(effects) = form.box_scanned(&scanned)
        {
            return effects;
        }
        if let Screen::Handwriting(handwriting) = &mut self.screen
            && let Some(effects) = handwriting.box_scanned(&scanned)
        {
            return effects;
        }
        let screen = std::mem::take(&mut self.screen);
        self.screen = match screen {
            Screen::Prescription(mut serving) => {
                let notice = serving.tick(&scanned, self.desk.today());
                self.desk.notice.clone_from(&notice);
                let asked = match &notice {
                    Some(Notice::BoxTicked(_) | Notice::BoxCounted(..) | Notice::SmallBoxCounted(..)) => {
                        serving.asked_of(&scanned)
                    }
                    _ => Vec::new(),
                };
                self.screen = Screen::Prescription(serving);
                if notice.is_some() {
                    return asked;
                }
                // It answers no line: is it of another product, or of none that anybody knows?
                let looked_up = scanned.cip13.as_ref().map(ToString::to_string);
                let mut effects = self.identified(Reading {
                    text,
                    scanned: Scanned::Box(scanned),
                });
                effects.extend(looked_up.map(Effect::SearchCatalogue));
                return effects;
            }
            Screen::Decision(mut deciding) => {
                if deciding.takes_lot_of(&scanned) {
                    self.screen = Screen::Decision(deciding);
                    return Vec::new();
                }
                Screen::Prescription(deciding.into_serving())
            }
            Screen::Consulting(mut consulting) => {
                let scanned = Scanned::Box(scanned);
                consulting.boxes.push(Reading { text, scanned });
                self.desk.notice = Some(Notice::BoxesEarly(Taken::Later, consulting.boxes.len()));
                self.screen = Screen::Consulting(consulting);
                return Vec::new();
            }
            Screen::Naming(naming) => Screen::Prescription(naming.serving),
            Screen::Review(review) => Screen::Prescription(review.serving),
            Screen::Correcting(mut correcting) => {
                let is_its_own = correcting.box_scanned(&scanned);
                self.screen = Screen::Correcting(correcting);
                if is_its_own {
                    return Vec::new();
                }
                return self.identified(Reading {
                    text,
                    scanned: Scanned::Box(scanned),
                });
            }
            // The work in progress is under a remark, a list or a question: the box is for it.
            laid_over if is_being_decided(laid_over.beneath()) => laid_over.into_beneath(),
            other => {
                self.screen = other;
                return self.identified(Reading {
                    text,
                    scanned: Scanned::Box(scanned),
                });
            }
        };
        // Back on the sheet, where the box is looked for among the lines.
        self.box_scanned(text, scanned)
    }

    /// A box in the hand has left already: said at once, and asked about at the review.
    pub(crate) fn box_gone(&mut self, gone: BoxGone) -> Vec<Effect> {
        let entry = gone.entry;
        if self
            .screen
            .beneath_mut()
            .serving_mut()
            .is_some_and(|serving| serving.say_gone(gone))
        {
            self.desk.notice = Some(Notice::BoxGone(entry));
        }
        if let Screen::Review(review) = self.screen.beneath_mut() {
            review.look_again(&self.desk);
        }
        Vec::new()
    }

    /// The patient's identity is compared with the prescription's, which nobody does by eye at the counter.
    fn ins_scanned(&mut self, text: String, scanned: Option<Box<ScannedIdentity>>) -> Vec<Effect> {
        if let (Screen::Paper(form), Some(identity)) = (&mut self.screen, &scanned) {
            form.identity_scanned(identity);
            return Vec::new();
        }
        let expected = self
            .screen
            .beneath()
            .serving()
            .map(|serving| serving.prescription.patient.ins.clone());
        let bearing = match (expected, &scanned) {
            (None, _) => Bearing::NothingOpen,
            (Some(Some(expected)), Some(scanned)) if expected == scanned.ins => {
                self.desk.notice = Some(Notice::InsMatches);
                return Vec::new();
            }
            (Some(Some(_)), Some(_)) => Bearing::OtherPatient,
            (Some(_), _) => Bearing::NotComparable,
        };
        let reading = Reading {
            text,
            scanned: Scanned::Ins(scanned),
        };
        self.explain(vec![reading], None, bearing)
    }

    /// A text pasted where words are typed goes there; `None` where none are.
    fn pasted(&mut self, text: &str, scanned: &Scanned) -> Option<Vec<Effect>> {
        match &mut self.screen {
            // A person types a number in two goes; a reader's whole scan ends its line, and is explained.
            Screen::Counter(counter) => {
                let is_one_go = *scanned == Scanned::Text && !text.ends_with(['\r', '\n']);
                let typed = format!("{}{text}", counter.input.as_str());
                if !is_one_go || !PrescriptionNumber::may_begin_with(&typed) {
                    return None;
                }
                counter.input.paste(text);
            }
            // Nobody's words are that long: a code that is, is explained.
            Screen::Settling(_) | Screen::Register(_) if text.chars().count() > TYPED_CHARACTERS_MAX => {
                return None;
            }
            Screen::Settling(settling) => settling.reason_mut()?.paste(text),
            Screen::Register(register) if *scanned == Scanned::Text => return register.pasted(text),
            Screen::Review(review) => review.reason.as_mut()?.input.paste(text),
            Screen::Correcting(correcting) => correcting.input_mut()?.paste(text),
            Screen::Paper(form) => return form.paste(text),
            Screen::Handwriting(handwriting) => return Some(handwriting.paste(text)),
            Screen::Naming(naming) => return Some(naming.paste(text)),
            Screen::Decision(deciding) => match &mut deciding.asking {
                Asking::Text { input, .. } => input.paste(text),
                Asking::Search { input, selected, .. } => {
                    input.paste(text);
                    *selected = 0;
                    return Some(deciding.search());
                }
                Asking::Overview | Asking::Choice { .. } => return None,
            },
            _ => return None,
        }
        Some(Vec::new())
    }

    fn identified(&mut self, reading: Reading) -> Vec<Effect> {
        let bearing = match self.screen.beneath().serving() {
            Some(_) => Bearing::NotForIt,
            None => Bearing::NothingOpen,
        };
        self.explain(vec![reading], None, bearing)
    }

    /// Says what was scanned, over the work in progress.
    fn explain(&mut self, readings: Vec<Reading>, file: Option<PathBuf>, bearing: Bearing) -> Vec<Effect> {
        let screen = std::mem::take(&mut self.screen).without_remarks();
        self.screen = Screen::Identified(Identified {
            readings,
            file,
            bearing,
            scroll: Scroll::default(),
            over: Box::new(screen),
        });
        Vec::new()
    }

    /// A camera was shown codes: each goes where it would alone, and is only shown in the reader's test.
    pub(crate) fn frame_read(&mut self, readings: Vec<Reading>) -> Vec<Effect> {
        if let Screen::ReaderTest(test) = &mut self.screen {
            test.hear(Heard::Codes(readings));
            return Vec::new();
        }
        self.desk.notice = None;
        match prescriptions(&readings)[..] {
            // The sheet's other codes (the patient's INS) are there for others.
            [number] => return self.open(number.clone()),
            [] => {}
            _ => return self.explain(readings, None, Bearing::Several),
        }
        self.in_turn(readings, Self::seen)
    }

    /// A code that stood in a picture. A text is never a path to open, nor typed where words are asked for: nobody
    /// meant that.
    fn seen(&mut self, reading: Reading) -> Vec<Effect> {
        match reading.scanned {
            Scanned::Text | Scanned::Url => self.identified(reading),
            scanned => self.scanned(reading.text, scanned),
        }
    }

    pub(crate) fn file_read(&mut self, path: PathBuf, readings: Vec<Reading>) -> Vec<Effect> {
        self.desk.notice = None;
        if readings.is_empty() {
            return self.refused(Why::NoCode(path));
        }
        self.codes_read(readings, Some(path))
    }

    /// The codes of a file or of several, at least one.
    fn codes_read(&mut self, mut readings: Vec<Reading>, file: Option<PathBuf>) -> Vec<Effect> {
        if let Screen::ReaderTest(test) = &mut self.screen {
            test.hear(Heard::Codes(readings));
            return Vec::new();
        }
        if let [number] = prescriptions(&readings)[..] {
            // The sheet's other codes (the patient's INS) are there for others.
            return self.open(number.clone());
        }
        // Boxes on a table: each is one.
        let are_boxes = readings
            .iter()
            .all(|reading| matches!(reading.scanned, Scanned::Box(_)));
        match readings.len() {
            1 => readings.pop().map_or_else(Vec::new, |reading| self.seen(reading)),
            _ if are_boxes => self.in_turn(readings, Self::seen),
            _ => self.explain(readings, file, Bearing::Several),
        }
    }

    /// Several files are one scan: the photos of a sheet's two pages, or the sheets of a whole family.
    pub(crate) fn files_read(&mut self, files: Vec<FileAnswer>) -> Vec<Effect> {
        self.desk.notice = None;
        let count = files.len();
        let mut readings = Vec::new();
        let mut silent = Vec::new();
        for FileAnswer { path, answer } in files {
            match answer {
                Ok(found) if found.is_empty() => silent.push(Why::NoCode(path)),
                Ok(found) => readings.extend(found),
                Err(why) => silent.push(Why::Unread(path, why)),
            }
        }
        let unread = silent.len();
        let effects = match silent.into_iter().next() {
            Some(why) if readings.is_empty() => self.refused(why),
            _ => self.codes_read(readings, None),
        };
        if unread > 0 {
            self.desk.notice = Some(Notice::FilesWithoutCode { unread, count });
        }
        effects
    }

    pub(crate) fn file_unread(&mut self, path: PathBuf, why: ReadFailure) -> Vec<Effect> {
        self.desk.notice = None;
        self.refused(Why::Unread(path, why))
    }

    fn refused(&mut self, why: Why) -> Vec<Effect> {
        let screen = std::mem::take(&mut self.screen).without_remarks();
        self.screen = Refused::over(screen, why);
        Vec::new()
    }
}

/// Whether the news of a scan may give way to what had to be undone in it: never a box that nothing was ticked with.
const fn says_it_went_well(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::ScanRepaired(_)
            | Notice::AlreadyOpen
            | Notice::AlreadyAsked
            | Notice::BoxesEarly(..)
            | Notice::BoxTicked(_)
            | Notice::BoxCounted(..)
            | Notice::SmallBoxCounted(..)
            | Notice::InsMatches
            | Notice::PaperNumberRead
    )
}

/// Whether boxes can tick lines there, now or once the base has answered.
fn is_being_decided(screen: &Screen) -> bool {
    matches!(
        screen,
        Screen::Consulting(_)
            | Screen::Prescription(_)
            | Screen::Handwriting(_)
            | Screen::Naming(_)
            | Screen::Decision(_)
            | Screen::Review(_)
    )
}
