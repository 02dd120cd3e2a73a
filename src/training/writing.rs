//! Storing: a request's changes are planned, tried one by one against the prescriptions they touch, and
//! written together or not at all.
//!
//! ```text
//! Change ─plan→ Plan (role, conditions, ids, references) ─act→ new state + staged resources ─close→ Task ─write→ rows
//! ```
//!
//! Nothing reaches the storage before every act was accepted, so a refusal has nothing to undo.

mod acts;
mod cases;
mod plan;

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::domain::number::PrescriptionNumber;
use crate::training::interaction::Change;
use crate::training::outcome::{Halt, Issue, Refusal};
use crate::training::prescription::Moment;
use crate::training::storage::{NewRow, Row, StorageError, etag};
use crate::training::task;
use crate::training::view::View;
use crate::training::wire::{self, ResourceType};
pub(super) use cases::Case;

/// A change, and where it stood in its bundle.
pub(super) struct Entry {
    pub(super) place: Option<usize>,
    /// The name that the other entries call it by.
    pub(super) full_url: Option<String>,
    pub(super) change: Change,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) kind: ResourceType,
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) novelty: Novelty,
}

/// Whether the resource is there because of this change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    Created,
    /// It was there, changed or not.
    Known,
}

impl Written {
    pub(super) fn etag(&self) -> String {
        etag(self.version)
    }

    pub(super) fn location(&self) -> String {
        format!("{}/{}/_history/{}", self.kind, self.id, self.version)
    }

    pub(super) fn status(&self) -> u16 {
        match self.novelty {
            Novelty::Created => 201,
            Novelty::Known => 200,
        }
    }
}

/// A resource accepted, not yet written.
struct Staged {
    kind: ResourceType,
    id: String,
    /// Its row, when it exists already.
    row: Option<Row>,
    number: Option<PrescriptionNumber>,
    patient: Option<String>,
    line: Option<String>,
    content: Value,
}

/// Everything one request changes.
struct Unit<'a> {
    view: &'a View<'a>,
    moment: Moment,
    cases: HashMap<PrescriptionNumber, Case>,
    staged: Vec<Staged>,
}

/// Makes all the changes, or none. `address` is the base's own, which references may begin with.
pub(super) fn apply(
    view: &View<'_>,
    moment: Moment,
    entries: Vec<Entry>,
    address: &str,
) -> Result<Vec<Written>, Halt> {
    let mut unit = Unit {
        view,
        moment,
        cases: HashMap::new(),
        staged: Vec::new(),
    };
    let plans = plan::plans(view, entries, address)?;
    let mut order: Vec<&plan::Plan> = plans.iter().collect();
    order.sort_by_key(|plan| plan.rank());
    let mut issues = Vec::new();
    // All entries of one rank are tried, so that the caller learns of every refused one at once. What ranks
    // later stands on them: its refusal would be a consequence, not a reason.
    for peers in order.chunk_by(|one, next| one.rank() == next.rank()) {
        for plan in peers {
            collect(&mut issues, plan.place, unit.act(plan))?;
        }
        if !issues.is_empty() {
            break;
        }
    }
    if issues.is_empty() {
        unit.close(&mut issues);
    }
    if !issues.is_empty() {
        issues.sort_by_key(|issue| issue.entry);
        return Err(Halt::Refused(issues));
    }
    unit.write()?;
    // Seen again after the change, as any reading would show it.
    let seen = View::new(view.storage(), view.caller())?;
    let written = plans.into_iter().map(|plan| written(plan, &seen));
    Ok(written.collect::<Result<_, _>>()?)
}

/// Keeps a refusal with its place and goes on, so that the caller learns of all of them at once.
fn collect(issues: &mut Vec<Issue>, place: Option<usize>, result: Result<(), Halt>) -> Result<(), Halt> {
    match result {
        Ok(()) => Ok(()),
        Err(Halt::Refused(refused)) => {
            issues.extend(refused.into_iter().map(|issue| Issue {
                entry: issue.entry.or(place),
                ..issue
            }));
            Ok(())
        }
        Err(Halt::Broken(error)) => Err(Halt::Broken(error)),
    }
}

impl Unit<'_> {
    /// Accepts a new content; a resource changed twice by one request gets one new version.
    fn stage(&mut self, staged: Staged) {
        let known = self
            .staged
            .iter_mut()
            .find(|other| other.kind == staged.kind && other.id == staged.id);
        match known {
            Some(known) => known.content = staged.content,
            None => self.staged.push(staged),
        }
    }

    fn stage_change(&mut self, row: &Row, content: Value) {
        self.stage(Staged {
            kind: row.kind,
            id: row.id.clone(),
            row: Some(row.clone()),
            number: None,
            patient: None,
            line: None,
            content,
        });
    }

    fn staged(&self, reference: &str) -> Option<&Staged> {
        let (kind, id) = reference.split_once('/')?;
        self.staged
            .iter()
            .find(|staged| staged.kind.name() == kind && staged.id == id)
    }

    /// What follows from the acts: every prescription touched gets the Task that its state makes.
    fn close(&mut self, issues: &mut Vec<Issue>) {
        let cases: Vec<Case> = self.cases.drain().map(|(_, case)| case).collect();
        for case in cases {
            match &case.task {
                Some((row, content)) if case.changes_task() => {
                    let content = task::shown(content, &case.prescription);
                    self.stage_change(row, content);
                }
                None if !case.is_complete() => issues.push(Issue {
                    refusal: Refusal::malformed("Une ordonnance s’écrit d’un bloc : ses lignes et sa tâche."),
                    entry: case.place,
                }),
                _ => {}
            }
        }
    }

    fn write(&mut self) -> Result<(), StorageError> {
        for staged in &mut self.staged {
            let version = staged.row.as_ref().map_or(1, |row| row.version.saturating_add(1));
            staged.content["id"] = json!(staged.id);
            let mut meta = staged.content["meta"].as_object().cloned().unwrap_or_default();
            meta.insert("versionId".into(), json!(version.to_string()));
            staged.content["meta"] = Value::Object(meta);
            let storage = self.view.storage();
            if let Some(row) = &staged.row {
                storage.update(row, &staged.content)?;
                continue;
            }
            let identifiers = match staged.kind {
                ResourceType::Consent | ResourceType::Provenance => Vec::new(),
                _ => wire::identifiers(&staged.content).unwrap_or_default(),
            };
            let new = NewRow {
                kind: staged.kind,
                id: &staged.id,
                number: staged.number.as_ref(),
                patient: staged.patient.as_deref(),
                line: staged.line.as_deref(),
                identifiers: &identifiers,
            };
            storage.insert(&new, &staged.content)?;
        }
        Ok(())
    }
}

/// What became of a change, as its caller may see it.
fn written(plan: plan::Plan, seen: &View<'_>) -> Result<Written, StorageError> {
    let row = seen.storage().find(plan.kind, &plan.id)?;
    let row = row.ok_or(StorageError::Content("resource just written"))?;
    let novelty = match plan.target {
        plan::Target::New => Novelty::Created,
        plan::Target::Change(_) | plan::Target::Kept(_) | plan::Target::Same => Novelty::Known,
    };
    Ok(Written {
        kind: plan.kind,
        id: plan.id,
        version: seen.version_shown(&row)?,
        novelty,
    })
}
