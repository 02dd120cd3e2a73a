//! The Task that carries the execution of a prescription.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::hold::{Hold, Terminal};
use crate::domain::number::PrescriptionNumber;
use crate::training::outcome::Refusal;
use crate::training::wire::{
    Contained, FINESS, Identifier, Period, Reference, identified, moment, number, read, required,
};

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Restriction {
    period: Period,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TaskElements {
    group_identifier: Option<Identifier>,
    status: String,
    intent: String,
    #[serde(rename = "for")]
    patient: Reference,
    owner: Option<Reference>,
    contained: Vec<Contained>,
    restriction: Restriction,
    output: Vec<Value>,
}

/// What a Task says, stored or asked for.
pub(in crate::training) struct TaskFacts {
    pub(in crate::training) number: PrescriptionNumber,
    pub(in crate::training) patient: String,
    pub(in crate::training) status: String,
    pub(in crate::training) hold: Option<Hold>,
    pub(in crate::training) has_output: bool,
}

/// Reads a Task.
pub(in crate::training) fn task(resource: &Value) -> Result<TaskFacts, Refusal> {
    let wire: TaskElements = read(resource)?;
    if wire.intent != "order" {
        return Err(Refusal::malformed("Une tâche a l’intention « order »."));
    }
    let hold = wire
        .owner
        .as_ref()
        .map(|owner| hold(owner, &wire.contained, &wire.restriction.period))
        .transpose()?;
    Ok(TaskFacts {
        number: number(wire.group_identifier.as_ref())?,
        patient: required(wire.patient.reference, "for")?,
        status: wire.status,
        hold,
        has_output: !wire.output.is_empty(),
    })
}

fn hold(owner: &Reference, contained: &[Contained], period: &Period) -> Result<Hold, Refusal> {
    let holder = owner
        .reference
        .as_deref()
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|id| contained.iter().find(|contained| contained.id == id));
    let finess = identified(owner.identifier.as_ref(), FINESS)
        .or_else(|| identified(holder?.identifier.first(), FINESS))
        .and_then(|value| value.parse().ok());
    let name = owner
        .display
        .clone()
        .or_else(|| holder?.name.as_str().map(str::to_owned))
        .unwrap_or_default();
    let phone = holder
        .and_then(|holder| holder.telecom.first()?.value.clone())
        .unwrap_or_default();
    let terminal = holder
        .and_then(|holder| holder.contact.first())
        .filter(|contact| !contact.id.is_empty())
        .map(|contact| Terminal {
            id: contact.id.clone(),
            words: contact.name.text.clone(),
        });
    Ok(Hold {
        owner: required(finess, "owner (FINESS)")?,
        name,
        phone,
        since: period.start.as_deref().map(moment).transpose()?,
        until: period.end.as_deref().map(moment).transpose()?,
        terminal,
    })
}
