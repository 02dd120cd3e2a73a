//! The prescriber's agreement to an adjustment: who, how, when, and what changed.

use jiff::Timestamp;

use super::{Asking, Choice, Deciding, TextField, Then};
use crate::app::desk::Notice;
use crate::app::screen::Next;
use crate::domain::dispense::{AgreedBy, Agreement};
use crate::domain::reasons::{AdjustmentReason, AgreementChannel};

/// Who can have agreed: the author of the prescription, then another prescriber.
pub(super) const PRESCRIBERS: usize = 2;

const OTHER_PRESCRIBER: usize = 1;

impl Deciding {
    /// What is asked to change an agreement; the first time, the author is taken for the one who agreed.
    pub(super) fn agreement_asked(&self) -> Choice {
        match self.form.agreement {
            Some(_) => Choice::AgreedBy,
            None => Choice::Channel,
        }
    }

    pub(super) fn agree(&mut self, of: Choice, place: usize, now: Timestamp) {
        let known = self.form.agreement.take();
        if of == Choice::AgreedBy {
            self.form.agreement = known.map(|known| Agreement {
                by: if place == OTHER_PRESCRIBER {
                    known.by
                } else {
                    AgreedBy::Author
                },
                ..known
            });
            return;
        }
        let (by, changed) = known.map(|known| (known.by, known.changed)).unwrap_or_default();
        self.form.agreement = AgreementChannel::ALL.get(place).map(|channel| Agreement {
            by,
            channel: *channel,
            at: now,
            changed,
        });
    }

    pub(super) fn after_agreement(self: Box<Self>, of: Choice, place: usize) -> Next {
        match of {
            Choice::AgreedBy if place == OTHER_PRESCRIBER => self.text(TextField::AgreedBy),
            Choice::AgreedBy => self.asking(Asking::choice(Choice::Channel)),
            _ if self.is_told_in_words() => self.text(TextField::Changed),
            _ => self.agreed(),
        }
    }

    /// A dose or a duration that changed stands nowhere else: neither the product nor the boxes say it.
    fn is_told_in_words(&self) -> bool {
        matches!(
            self.form.adjustment_reason,
            Some(AdjustmentReason::Dose | AdjustmentReason::Duration)
        )
    }

    /// The agreement is said. An adjustment changes something: the product, or what the overview shows.
    pub(super) fn agreed(mut self: Box<Self>) -> Next {
        self.then = Then::Overview;
        let changes_product = matches!(
            self.form.adjustment_reason,
            Some(AdjustmentReason::Dose | AdjustmentReason::Form | AdjustmentReason::Product)
        );
        if changes_product && self.form.product.is_none() {
            return self.asking(Asking::search());
        }
        self.advanced()
    }

    pub(super) fn say_of_agreement(&mut self, of: TextField, text: &str) -> Result<(), Notice> {
        let Some(agreement) = &mut self.form.agreement else {
            return Ok(());
        };
        match of {
            TextField::AgreedBy if text.is_empty() => return Err(Notice::WordsNeeded),
            TextField::AgreedBy => agreement.by = AgreedBy::Other(text.to_owned()),
            _ => text.clone_into(&mut agreement.changed),
        }
        Ok(())
    }
}
