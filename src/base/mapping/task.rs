//! The Task that carries a prescription's execution: who holds it, and what was delivered under it.

use jiff::Timestamp;
use serde_json::Value;

use crate::base::codes;
use crate::base::fhir::{
    self, ContactPoint, HumanName, Identifier, Organization, OrganizationContact, Period, Reference,
    Restriction, Task,
};
use crate::base::mapping::{people, value};
use crate::base::pool::Place;
use crate::domain::hold::{Hold, Terminal};
use crate::domain::identifiers::Finess;
use crate::domain::people::Pharmacy;

const HOLDER: &str = "#holder";

/// Stands for a holder whose number cannot be read: it is nobody's, so the hold is never taken for ours.
const UNREADABLE_FINESS: &str = "000000000";

/// Whether nothing more happens to it.
pub(super) fn is_over(task: &Task) -> bool {
    matches!(
        task.status.as_deref(),
        Some("completed" | "cancelled" | "failed" | "rejected" | "entered-in-error")
    )
}

/// Where it is at the base.
pub(in crate::base) fn place(task: &Task) -> Option<Place> {
    Place::of("Task", task.id.as_deref()?)
}

/// Whether it may be held at all.
pub(in crate::base) fn can_be_held(task: &Task) -> bool {
    !is_over(task) && task.version().is_some() && place(task).is_some()
}

/// Who holds it. An owner that cannot be read is an owner all the same.
pub(in crate::base) fn hold(task: &Task) -> Option<Hold> {
    let owner = task.owner.as_ref().filter(|_| !is_over(task))?;
    let holder = holder(task, owner);
    let identifiers = owner.identifier.iter().chain(&holder.identifier);
    let finess = identifiers
        .filter(|identifier| identifier.system.as_deref() == Some(codes::FINESS))
        .find_map(|identifier| identifier.value.as_deref()?.parse::<Finess>().ok());
    let period = task
        .restriction
        .as_ref()
        .and_then(|restriction| restriction.period.clone());
    let period = period.unwrap_or_default();
    let terminal = holder.contact.first().and_then(|contact| {
        Some(Terminal {
            id: contact.id.clone()?,
            words: contact.name.as_ref()?.text.clone()?,
        })
    });
    Some(Hold {
        owner: finess.or_else(|| UNREADABLE_FINESS.parse().ok())?,
        name: holder.name.or_else(|| owner.display.clone()).unwrap_or_default(),
        phone: people::phone(&holder.telecom),
        since: period.start.as_deref().and_then(value::moment),
        until: period.end.as_deref().and_then(value::end_moment),
        terminal,
    })
}

fn holder(task: &Task, owner: &Reference) -> Organization {
    let id = owner
        .reference
        .as_deref()
        .and_then(|reference| reference.strip_prefix('#'));
    id.and_then(|id| task.contained.iter().find(|resource| is_named(resource, id)))
        .and_then(fhir::read)
        .unwrap_or_default()
}

fn is_named(resource: &Value, id: &str) -> bool {
    resource.get("id").and_then(Value::as_str) == Some(id)
}

/// The deliveries made under it.
pub(super) fn outputs(task: &Task) -> Vec<Reference> {
    task.output
        .iter()
        .filter_map(|output| fhir::read(output.get("valueReference")?))
        .collect()
}

/// The same Task, held by this pharmacy.
pub(in crate::base) fn held(
    task: Task,
    pharmacy: &Pharmacy,
    terminal: Option<&Terminal>,
    (since, until): (Timestamp, Timestamp),
) -> Task {
    let mut task = released(task);
    let identifier = Identifier::of(codes::FINESS, pharmacy.finess.as_str());
    let holder = Organization {
        identifier: vec![identifier.clone()],
        name: Some(pharmacy.name.clone()),
        telecom: vec![ContactPoint {
            system: Some("phone".to_owned()),
            value: Some(pharmacy.phone.clone()).filter(|phone| !phone.is_empty()),
        }],
        contact: terminal.map(whom_to_ask).into_iter().collect(),
    };
    let mut contained = fhir::written(&holder);
    contained["resourceType"] = "Organization".into();
    contained["id"] = HOLDER.trim_start_matches('#').into();
    task.contained.push(contained);
    task.owner = Some(Reference {
        identifier: Some(identifier),
        display: Some(pharmacy.name.clone()),
        ..Reference::to(HOLDER)
    });
    let rest = task
        .restriction
        .take()
        .map(|restriction| restriction.rest)
        .unwrap_or_default();
    task.restriction = Some(Restriction {
        period: Some(Period {
            start: Some(value::written_moment(since)),
            end: Some(value::written_moment(until)),
        }),
        rest,
    });
    task.status = Some("in-progress".to_owned());
    task
}

/// The same Task, held by nobody; its status is left as it is.
pub(in crate::base) fn released(mut task: Task) -> Task {
    let named = task.owner.take().and_then(|owner| owner.reference);
    if let Some(id) = named.as_deref().and_then(|reference| reference.strip_prefix('#')) {
        task.contained.retain(|resource| !is_named(resource, id));
    }
    if let Some(restriction) = &mut task.restriction {
        restriction.period = None;
    }
    task
}

/// Whom to ask for when one calls: the terminal that is at it, and who stands there.
fn whom_to_ask(terminal: &Terminal) -> OrganizationContact {
    OrganizationContact {
        id: Some(terminal.id.clone()),
        name: Some(HumanName {
            text: Some(terminal.words.clone()),
            ..HumanName::default()
        }),
    }
}
