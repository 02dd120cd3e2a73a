//! What the form begins with, read from where one comes from.

use crate::app::desk::{BaseLight, Desk};
use crate::app::message::ConsultFailure;
use crate::app::refused::Why;
use crate::domain::number::{PrescriptionNumber, TypedNumber};
use crate::domain::reasons::PaperReason;
use crate::domain::refusal::RefusalCode;

/// What the form begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperBegun {
    /// Why the base does not describe it.
    pub reason: PaperReason,
    /// Its number, when it is known.
    pub number: Option<PrescriptionNumber>,
}

impl PaperBegun {
    /// The base was asked for that number, and did not answer.
    pub fn of_number(number: PrescriptionNumber) -> Self {
        Self {
            reason: PaperReason::BaseUnreachable,
            number: Some(number).filter(|number| !number.is_of_paper()),
        }
    }

    const fn without_number(reason: PaperReason) -> Self {
        Self { reason, number: None }
    }

    /// From the counter, where something may be typed already.
    pub fn at_the_counter(typed: &str, desk: &Desk) -> Self {
        match PrescriptionNumber::typed(typed) {
            Ok(TypedNumber::Clear(number)) => Self::of_number(number),
            _ if !typed.trim().is_empty() => Self::without_number(PaperReason::NumberUnreadable),
            _ if matches!(desk.base, BaseLight::Failing { .. }) => {
                Self::without_number(PaperReason::BaseUnreachable)
            }
            _ => Self::without_number(PaperReason::PaperOnly),
        }
    }

    /// After something that could not be served; `None` when its paper may not be served either, or by its number.
    pub fn after(why: &Why) -> Option<Self> {
        match why {
            Why::Failure(number, ConsultFailure::Base(_)) => Some(Self::of_number(number.clone())),
            Why::Refusal(number, no) if no.code == RefusalCode::RoleForbidden => {
                Some(Self::of_number(number.clone()))
            }
            Why::Refusal(_, no) if no.code == RefusalCode::UnknownPrescription => {
                Some(Self::without_number(PaperReason::PaperOnly))
            }
            Why::Failure(_, ConsultFailure::NoPaper) => Some(Self::without_number(PaperReason::PaperOnly)),
            Why::Unread(..) | Why::NoCode(_) => Some(Self::without_number(PaperReason::NumberUnreadable)),
            Why::Refusal(..) | Why::Failure(_, ConsultFailure::Store) => None,
        }
    }
}
