//! Answers to questions: searches, reads and histories, through the caller's view.

use serde_json::Value;

use crate::training::interaction::Interaction;
use crate::training::outcome::{Halt, Refusal};
use crate::training::search;
use crate::training::session::Session;
use crate::training::storage::etag;
use crate::training::view::View;

/// A resource, and its version when it is one resource.
pub(super) struct Answer {
    pub(super) resource: Value,
    pub(super) etag: Option<String>,
}

/// Answers a question. Writing is not one.
pub(super) fn answer(question: Interaction, view: &View<'_>, session: &Session) -> Result<Answer, Halt> {
    let versioned = |resource, version| Answer {
        resource,
        etag: Some(etag(version)),
    };
    let plain = |resource| Answer { resource, etag: None };
    match question {
        Interaction::Search { kind, parameters } => {
            let asked = search::read(kind, &parameters, session.unknown)?;
            Ok(plain(search::answer(kind, asked, view, &session.address)?))
        }
        Interaction::Read { kind, id } => {
            let row = view.find(kind, &id)?;
            let version = view.version_shown(&row)?;
            Ok(versioned(view.version(&row, version)?, version))
        }
        Interaction::Version { kind, id, version } => {
            let row = view.find(kind, &id)?;
            Ok(versioned(view.version(&row, version)?, version))
        }
        Interaction::History { kind, id } => {
            let row = view.find(kind, &id)?;
            Ok(plain(view.history(&row, &session.address)?))
        }
        Interaction::Write(_) => Err(Refusal::MethodNotOffered.into()),
    }
}
