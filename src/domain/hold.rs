//! A hold: this pharmacy is serving this prescription now ("prise en charge").

use jiff::Timestamp;

use crate::domain::identifiers::Finess;

/// Who is serving a prescription, since when and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The pharmacy's FINESS number.
    pub owner: Finess,
    /// The pharmacy's name.
    pub name: String,
    /// Where to call it, may be empty.
    pub phone: String,
    /// When it was taken.
    pub since: Option<Timestamp>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// Which of the pharmacy's terminals is at it, and who; `None` when its software does not say.
    pub terminal: Option<Terminal>,
}

/// A terminal of a pharmacy, and who stands at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Tells one terminal from another, also after it was started again.
    pub id: String,
    /// For people: "poste 2 · Hugo Moreau".
    pub words: String,
}

impl Hold {
    /// Whether that pharmacy has it.
    pub fn is_of(&self, pharmacy: &Finess) -> bool {
        &self.owner == pharmacy
    }

    /// Whether it says that another terminal than that one is at it.
    pub fn is_at_another(&self, terminal: Option<&Terminal>) -> bool {
        match (&self.terminal, terminal) {
            (Some(serving), Some(own)) => serving.id != own.id,
            // Nothing tells the two apart: one pharmacy, one hold.
            (None, _) | (_, None) => false,
        }
    }

    /// Whether it still binds at that moment.
    pub fn binds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}
