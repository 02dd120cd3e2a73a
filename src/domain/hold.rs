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
}

impl Hold {
    /// Whether that pharmacy has it.
    pub fn is_of(&self, pharmacy: &Finess) -> bool {
        &self.owner == pharmacy
    }

    /// Whether it still binds at that moment.
    pub fn binds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}
