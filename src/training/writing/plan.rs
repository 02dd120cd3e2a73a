//! Before any rule: may this role, do the conditions hold, which ids, which references.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::training::interaction::{Change, Way, parameters};
use crate::training::outcome::{Halt, Issue, Refusal};
use crate::training::roles::{self, Act, Caller};
use crate::training::storage::{Filter, Row};
use crate::training::view::View;
use crate::training::wire::{self, Identifier, ResourceType};
use crate::training::writing::{Entry, collect};

/// A change whose conditions hold.
pub(super) struct Plan {
    pub(super) place: Option<usize>,
    pub(super) kind: ResourceType,
    pub(super) id: String,
    pub(super) resource: Value,
    pub(super) target: Target,
}

/// What it applies to.
pub(super) enum Target {
    /// Nothing has this id yet.
    New,
    /// A resource to change.
    Change(Row),
    /// `ifNoneExist` found it: it stays as it is.
    Kept(Row),
    /// An earlier entry of the same bundle already makes it.
    Same,
}

impl Plan {
    /// The order of acts does not depend on the order of entries: what others refer to comes first,
    /// a rectification frees boxes before they are counted, the Task sums up what came before it.
    pub(super) fn rank(&self) -> u8 {
        use ResourceType as R;
        let is_new = matches!(self.target, Target::New);
        match self.kind {
            R::Patient => 0,
            R::MedicationRequest | R::DeviceRequest | R::ServiceRequest if is_new => 1,
            R::Task if is_new => 2,
            R::MedicationDispense | R::SupplyDelivery if !is_new => 3,
            R::MedicationDispense | R::SupplyDelivery => 4,
            R::MedicationRequest | R::DeviceRequest | R::ServiceRequest => 5,
            R::Task => 6,
            R::Consent => 7,
            R::Provenance => 8,
        }
    }
}

/// Plans every entry, or says which cannot be.
pub(super) fn plans(view: &View<'_>, entries: Vec<Entry>, address: &str) -> Result<Vec<Plan>, Halt> {
    let mut plans: Vec<Plan> = Vec::new();
    let mut names: HashMap<String, String> = HashMap::new();
    let mut conditions: HashMap<(ResourceType, String), String> = HashMap::new();
    let mut issues = Vec::new();
    for Entry {
        place,
        full_url,
        change,
    } in entries
    {
        let condition = match &change.way {
            Way::Create {
                if_none_exist: Some(condition),
            } => Some((change.kind, condition.clone())),
            _ => None,
        };
        let earlier = condition
            .as_ref()
            .and_then(|condition| conditions.get(condition))
            .cloned();
        let planned = match earlier {
            Some(id) => Ok((id, Target::Same)),
            None => target(view, &change),
        };
        let planned = planned.map(|(id, target)| {
            conditions.extend(condition.map(|condition| (condition, id.clone())));
            names.extend(full_url.map(|name| (name, format!("{}/{id}", change.kind))));
            plans.push(Plan {
                place,
                kind: change.kind,
                id,
                resource: change.resource,
                target,
            });
        });
        collect(&mut issues, place, planned)?;
    }
    for plan in &mut plans {
        plan.resource["id"] = json!(plan.id);
        if rewrite(&mut plan.resource, &names, address).is_err() {
            issues.push(Issue {
                refusal: Refusal::Unreadable("Une référence urn:uuid ne désigne aucune entrée.".into()),
                entry: plan.place,
            });
        }
    }
    issues.extend(twice_identified(view, &plans)?);
    if issues.is_empty() {
        Ok(plans)
    } else {
        Err(Halt::Refused(issues))
    }
}

/// The id that the change gives or names, and what is there now.
fn target(view: &View<'_>, change: &Change) -> Result<(String, Target), Halt> {
    let role = view.caller().role();
    match &change.way {
        Way::Create { if_none_exist } => {
            roles::may(role, Act::Create, change.kind)?;
            let found = match if_none_exist {
                Some(condition) => existing(view, change.kind, condition)?,
                None => None,
            };
            Ok(match found {
                Some(row) => (row.id.clone(), Target::Kept(row)),
                None => (view.storage().new_id()?, Target::New),
            })
        }
        Way::Update { id, if_match } => {
            roles::may(role, Act::Update, change.kind)?;
            let row = match view.storage().find(change.kind, id)? {
                Some(row) if view.shows(&row)? => row,
                // The trace of a hand-over has no identifier in R4: its client chooses its id.
                None if change.kind == ResourceType::Provenance && id.parse::<uuid::Uuid>().is_ok() => {
                    return Ok((id.clone(), Target::New));
                }
                _ => return Err(Refusal::NotFound.into()),
            };
            let version = view.version_shown(&row)?;
            let is_current = if_match
                .as_deref()
                .is_some_and(|asked| names_version(asked, version));
            if change.kind != ResourceType::Provenance && !is_current {
                return Err(Refusal::StaleVersion.into());
            }
            Ok((id.clone(), Target::Change(row)))
        }
    }
}

/// `W/"3"`; the same without its quotes or its mark of weakness is what some clients send.
fn names_version(asked: &str, version: u32) -> bool {
    asked.trim().trim_start_matches("W/").trim_matches('"') == version.to_string()
}

/// The resource that `identifier=system|value` designates.
fn existing(view: &View<'_>, kind: ResourceType, condition: &str) -> Result<Option<Row>, Halt> {
    let unreadable =
        || Refusal::Unreadable("ifNoneExist désigne un identifiant : identifier=système|valeur.".into());
    let fields = parameters(condition.trim_start_matches('?'))?;
    let [(name, value)] = fields.as_slice() else {
        return Err(unreadable().into());
    };
    let (system, value) = value.split_once('|').ok_or_else(unreadable)?;
    if name != "identifier"
        || value.is_empty()
        || matches!(kind, ResourceType::Consent | ResourceType::Provenance)
    {
        return Err(unreadable().into());
    }
    let filter = Filter::Identifier(vec![(Some(system.to_owned()), value.to_owned())]);
    let mut found = view.storage().matching(kind, &[filter])?;
    let row = found.pop();
    if !found.is_empty() {
        return Err(Refusal::Ambiguous.into());
    }
    if let Some(row) = row.as_ref().filter(|row| row.kind.is_delivery()) {
        let report = wire::delivery(kind, &view.storage().content(row)?)?;
        // Ours, or the same identifier by accident: the caller must not take it for its own.
        if !matches!(view.caller(), Caller::Pharmacy(finess) if *finess == report.delivery.pharmacy) {
            return Err(Refusal::Ambiguous.into());
        }
    }
    Ok(row)
}

/// Replaces, everywhere in the resource, the names that entries give each other, and the base's own address.
fn rewrite(value: &mut Value, names: &HashMap<String, String>, address: &str) -> Result<(), ()> {
    match value {
        Value::Object(elements) => {
            for (element, value) in elements {
                match value {
                    Value::String(text) if element == "reference" => {
                        if let Some(known) = names.get(text.as_str()) {
                            text.clone_from(known);
                        } else if text.starts_with("urn:") {
                            return Err(());
                        } else if let Some(own) =
                            text.strip_prefix(address).and_then(|own| own.strip_prefix('/'))
                        {
                            *text = own.to_owned();
                        }
                    }
                    other => rewrite(other, names, address)?,
                }
            }
            Ok(())
        }
        Value::Array(values) => values
            .iter_mut()
            .try_for_each(|value| rewrite(value, names, address)),
        _ => Ok(()),
    }
}

/// An identifier names one resource of its type.
fn twice_identified(view: &View<'_>, plans: &[Plan]) -> Result<Vec<Issue>, Halt> {
    let mut issues = Vec::new();
    let mut seen: Vec<(ResourceType, Identifier)> = Vec::new();
    let named = |kind| !matches!(kind, ResourceType::Consent | ResourceType::Provenance);
    for plan in plans
        .iter()
        .filter(|plan| named(plan.kind) && matches!(plan.target, Target::New))
    {
        let identifiers = match wire::identifiers(&plan.resource) {
            Ok(identifiers) => identifiers,
            Err(refusal) => {
                issues.push(Issue {
                    refusal,
                    entry: plan.place,
                });
                continue;
            }
        };
        for identifier in identifiers {
            let Some(value) = identifier.value.clone() else {
                continue;
            };
            let filter = Filter::Identifier(vec![(identifier.system.clone(), value)]);
            let mark = (plan.kind, identifier);
            if seen.contains(&mark) || !view.storage().matching(plan.kind, &[filter])?.is_empty() {
                issues.push(Issue {
                    refusal: Refusal::malformed("Cet identifiant désigne déjà une autre ressource."),
                    entry: plan.place,
                });
            }
            seen.push(mark);
        }
    }
    Ok(issues)
}
