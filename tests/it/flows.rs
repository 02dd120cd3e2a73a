//! What happens at the counter, as tables of before, keys, after: messages in, screens and effects out.
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod boxes;
mod handwritten;
mod keys;
pub(crate) mod naming;
pub(crate) mod paper;
mod recording;
mod register;
mod scans;

use comptoir::app::Effect;
use comptoir::app::message::Message;
use comptoir::domain::dispense::Proposal;
use comptoir::domain::scanned::{Scanned, ScannedBox};
use jiff::civil::date;

use crate::samples::*;

fn names(effects: &[Effect]) -> Vec<&'static str> {
    effects.iter().map(Effect::name).collect()
}

fn proposal(effects: &[Effect]) -> Proposal {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Record(request) => Some(request.proposal.clone()),
            _ => None,
        })
        .unwrap_or_else(|| panic!("nothing was to be recorded: {effects:?}"))
}

fn scanned_box(cip: &str, lot: &str) -> Message {
    Message::Scanned {
        text: "]d2…".into(),
        scanned: Scanned::Box(ScannedBox {
            cip13: Some(cip13(cip)),
            lot: lot.parse().ok(),
            expiry: Some(date(2028, 6, 30)),
            serial: None,
        }),
    }
}

fn text(text: &str, scanned: Scanned) -> Message {
    Message::Scanned {
        text: text.into(),
        scanned,
    }
}

fn give_back() -> Vec<Effect> {
    vec![Effect::GiveHoldBack(number(NUMBER))]
}
