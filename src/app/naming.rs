//! A box whose code the medicines database does not have: what is printed on it is typed, and it serves the line that the
//! person chooses. An unknown code never blocks.

use crate::app::decision::{Asking, Choice, Deciding};
use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::form::{Form, GivenProduct, OutcomeKind};
use crate::app::input::TextInput;
use crate::app::keys::Command;
use crate::app::screen::{Next, Screen};
use crate::app::serving::Serving;
use crate::domain::box_read::BoxRead;
use crate::domain::identifiers::LineNumber;
use crate::domain::prescription::{LineKind, PrescriptionLine};
use crate::domain::product::ProductCode;

/// A box being named.
pub struct Naming {
    /// The prescription that it is for.
    pub serving: Box<Serving>,
    /// What the box says of itself.
    pub read: BoxRead,
    /// What is typed of what is printed on it.
    pub input: TextInput,
    /// The line that it serves.
    pub line: LineNumber,
}

/// Begins to name a box; a notice when no line can be served any more.
pub fn begin(serving: Box<Serving>, read: BoxRead, desk: &mut Desk) -> Screen {
    let under_cursor = serving.line().filter(|line| line.is_open());
    let first = serving.prescription.lines.iter().find(|line| line.is_open());
    let Some(line) = under_cursor.or(first).map(|line| line.number) else {
        desk.notice = Some(Notice::NothingOpen);
        return Screen::Prescription(serving);
    };
    Screen::Naming(Box::new(Naming {
        serving,
        read,
        input: TextInput::default(),
        line,
    }))
}

impl Naming {
    /// Takes a command.
    pub fn on(mut self: Box<Self>, command: Command, desk: &mut Desk) -> Next {
        match command {
            Command::Back => return (Screen::Prescription(self.serving), Vec::new()),
            Command::Confirm => return self.named(desk),
            Command::Up => self.moved(-1),
            Command::Down => self.moved(1),
            Command::Type(character) => self.input.add(character),
            Command::Erase => self.input.erase(),
            Command::Clear => self.input.clear(),
            _ => {}
        }
        (Screen::Naming(self), Vec::new())
    }

    /// A text pasted, or typed by a reader.
    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.input.paste(text);
        Vec::new()
    }

    /// The lines that it may serve.
    pub fn lines(&self) -> impl Iterator<Item = &PrescriptionLine> {
        self.serving
            .prescription
            .lines
            .iter()
            .filter(|line| line.is_open())
    }

    fn moved(&mut self, step: isize) {
        let open: Vec<LineNumber> = self.lines().map(|line| line.number).collect();
        let here = open.iter().position(|line| *line == self.line).unwrap_or(0);
        let there = here.saturating_add_signed(step).min(open.len().saturating_sub(1));
        if let Some(line) = open.get(there) {
            self.line = *line;
        }
    }

    /// It serves the line: as what was ordered, which nobody can verify; instead of a device, with the prescriber's
    /// agreement.
    fn named(self: Box<Self>, desk: &mut Desk) -> Next {
        let label = self.input.as_str().trim().to_owned();
        let Some(line) = self
            .serving
            .prescription
            .line(self.line)
            .filter(|_| !label.is_empty())
        else {
            desk.notice = Some(Notice::WordsNeeded);
            return (Screen::Naming(self), Vec::new());
        };
        let kind = match line.kind {
            LineKind::Device => OutcomeKind::Adjusted,
            _ => OutcomeKind::Conforming,
        };
        let mut form = Form::of_boxes(line, kind).by_fractions(self.serving.one_fraction(line));
        form.product = Some(GivenProduct {
            code: ProductCode::Cip13(self.read.cip13.clone()),
            label,
            presentation: String::new(),
            basis: None,
        });
        let is_told_apart = self.read.serial.is_some();
        let asked = is_told_apart.then(|| Effect::LookForBox(Box::new(self.read.clone())));
        form.count_in(self.read);
        let mut serving = self.serving;
        serving.select(form.line);
        serving.pointed_at = Some(form.line);
        if kind == OutcomeKind::Adjusted {
            let asking = Asking::choice(Choice::AdjustmentReason);
            let deciding = Deciding::new(serving, form, asking);
            return (Screen::Decision(Box::new(deciding)), asked.into_iter().collect());
        }
        desk.notice = Some(Notice::BoxNamed(form.line));
        serving.put(form);
        (Screen::Prescription(serving), asked.into_iter().collect())
    }
}
