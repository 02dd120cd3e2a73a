//! How a magistral preparation was made: its raw materials one by one, who made it, the pharmacy that made it for this one.

use crate::app::decision::{Asking, Deciding, TextField};
use crate::app::desk::{Desk, Notice};
use crate::app::screen::Next;
use crate::domain::preparation::{Preparation, RawMaterial};
use crate::domain::prescription::LineKind;

impl Deciding {
    /// Asks for the first raw material, or the next.
    pub(super) fn making(self: Box<Self>, desk: &mut Desk) -> Next {
        let is_made = self.line().is_some_and(|line| line.kind == LineKind::Compound);
        if !is_made {
            desk.notice = Some(Notice::NoPreparation);
            return self.asking(Asking::Overview);
        }
        self.text(TextField::RawMaterial)
    }

    pub(super) fn say_of_making(&mut self, of: TextField, text: &str) {
        let known = self.form.preparation.get_or_insert_with(Preparation::default);
        match of {
            TextField::RawMaterial => known.materials.extend(RawMaterial::written(text)),
            TextField::MadeBy => text.clone_into(&mut known.made_by),
            _ => text.clone_into(&mut known.subcontractor),
        }
        // Three blank answers record nothing.
        if *known == Preparation::default() {
            self.form.preparation = None;
        }
    }

    /// One raw material after the other, until nothing is typed.
    pub(super) fn after_making(self: Box<Self>, of: TextField, text: &str) -> Next {
        match of {
            TextField::RawMaterial if !text.is_empty() => self.text(TextField::RawMaterial),
            TextField::RawMaterial => self.text(TextField::MadeBy),
            TextField::MadeBy => self.text(TextField::Subcontractor),
            _ => self.asking(Asking::Overview),
        }
    }
}
