//! The base as one caller sees it: every answer passes here, so that nothing hidden leaves by another door.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Value, json};

use crate::domain::consent::Consent;
use crate::domain::number::PrescriptionNumber;
use crate::training::outcome::{Halt, Refusal};
use crate::training::roles::{self, Belongs, Caller, Role, Sight};
use crate::training::search;
use crate::training::storage::{Filter, Row, Storage, StorageError, etag};
use crate::training::task;
use crate::training::transitions::Choice;
use crate::training::wire::{self, ResourceType};

/// How many versions one history tells, the newest first; each earlier one is still read by its number.
const HISTORY_MAX: u32 = 100;

/// One caller's view.
pub(super) struct View<'a> {
    storage: &'a Storage<'a>,
    caller: &'a Caller,
    own_patients: Vec<String>,
    choices: RefCell<HashMap<PrescriptionNumber, Consent>>,
}

impl<'a> View<'a> {
    pub(super) fn new(storage: &'a Storage<'a>, caller: &'a Caller) -> Result<Self, StorageError> {
        let own_patients = match search::own_patients(caller) {
            Some(filter) => storage.matching(ResourceType::Patient, &[filter])?,
            None => Vec::new(),
        };
        Ok(Self {
            storage,
            caller,
            own_patients: own_patients.into_iter().map(|row| row.id).collect(),
            choices: RefCell::default(),
        })
    }

    pub(super) fn storage(&self) -> &'a Storage<'a> {
        self.storage
    }

    pub(super) fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// The references of the patient who is asking.
    pub(super) fn own_references(&self) -> Vec<String> {
        self.own_patients
            .iter()
            .map(|id| format!("Patient/{id}"))
            .collect()
    }

    fn sight(&self, row: &Row) -> Result<Sight, StorageError> {
        let is_own = row
            .patient
            .as_ref()
            .is_some_and(|patient| self.own_patients.contains(patient));
        let belongs = if is_own {
            Belongs::ToCaller
        } else {
            Belongs::ToOthers
        };
        let consent = match (&row.number, self.caller.role()) {
            (Some(number), Role::Prescriber) => self.consent(number)?,
            _ => Consent::NotRecorded,
        };
        Ok(roles::sight(self.caller.role(), row.kind, belongs, consent))
    }

    /// Whether that resource exists for the caller.
    pub(super) fn shows(&self, row: &Row) -> Result<bool, StorageError> {
        Ok(self.sight(row)? != Sight::Nothing)
    }

    /// The patient's present choice, looked up once per request.
    fn consent(&self, number: &PrescriptionNumber) -> Result<Consent, StorageError> {
        if let Some(known) = self.choices.borrow().get(number) {
            return Ok(*known);
        }
        let found =
            present_choice(self.storage, number)?.map_or(Consent::NotRecorded, |choice| choice.consent);
        self.choices.borrow_mut().insert(number.clone(), found);
        Ok(found)
    }

    /// The resource as the caller sees it.
    pub(super) fn resource(&self, row: &Row) -> Result<Option<Value>, StorageError> {
        Ok(match self.sight(row)? {
            Sight::Nothing => None,
            Sight::Whole => Some(self.storage.content(row)?),
            Sight::Veiled => Some(task::veiled(&self.storage.content(row)?)),
        })
    }

    /// The version of a resource that the caller may know of: pharmacies raise that of a veiled Task unseen.
    pub(super) fn version_shown(&self, row: &Row) -> Result<u32, StorageError> {
        Ok(match self.sight(row)? {
            Sight::Veiled => task::veiled_version(&self.storage.content(row)?),
            Sight::Whole | Sight::Nothing => row.version,
        })
    }

    /// The resources of one type that satisfy every condition, as the caller sees them.
    pub(super) fn matching(&self, kind: ResourceType, filters: &[Filter]) -> Result<Vec<Row>, StorageError> {
        // A veiled Task is shown under another status than the stored one: a search by status must not lift the veil.
        let is_asked_of_the_shown =
            |filter: &Filter| kind == ResourceType::Task && matches!(filter, Filter::Status(_));
        let (of_the_shown, of_the_stored): (Vec<Filter>, Vec<Filter>) =
            filters.iter().cloned().partition(is_asked_of_the_shown);
        let mut found = Vec::new();
        for row in self.storage.matching(kind, &of_the_stored)? {
            if self.shows(&row)? && self.stands_under(&row, &of_the_shown)? {
                found.push(row);
            }
        }
        Ok(found)
    }

    /// Whether a resource is shown under one of the statuses that each of these conditions names.
    fn stands_under(&self, row: &Row, conditions: &[Filter]) -> Result<bool, StorageError> {
        if conditions.is_empty() {
            return Ok(true);
        }
        let shown = self.resource(row)?.unwrap_or_default();
        Ok(conditions.iter().all(
            |condition| matches!(condition, Filter::Status(named) if named.iter().any(|status| shown["status"] == status.as_str())),
        ))
    }

    /// The resource as an entry of a search's answer.
    pub(super) fn entry(&self, row: &Row, address: &str, mode: &str) -> Result<Option<Value>, StorageError> {
        let full_url = format!("{address}/{}", row.reference());
        let entry = |resource| json!({"fullUrl": full_url, "resource": resource, "search": {"mode": mode}});
        Ok(self.resource(row)?.map(entry))
    }

    /// The row of a resource that the caller may know.
    pub(super) fn find(&self, kind: ResourceType, id: &str) -> Result<Row, Halt> {
        match self.storage.find(kind, id)? {
            Some(row) if self.shows(&row)? => Ok(row),
            _ => Err(Refusal::NotFound.into()),
        }
    }

    /// One version of a resource. Prescribers read the present one only: earlier ones tell who touched it, and when.
    pub(super) fn version(&self, row: &Row, version: u32) -> Result<Value, Halt> {
        let found = if version == self.version_shown(row)? {
            self.resource(row)?
        } else if self.sees_past(row) {
            self.storage.version(row, version)?
        } else {
            None
        };
        found.ok_or_else(|| Refusal::NotFound.into())
    }

    fn sees_past(&self, row: &Row) -> bool {
        self.caller.role() != Role::Prescriber || row.kind.is_line() || row.kind.is_delivery()
    }

    /// Every version of a resource, newest first.
    pub(super) fn history(&self, row: &Row, address: &str) -> Result<Value, Halt> {
        let newest = self.version_shown(row)?;
        let oldest = if self.sees_past(row) { 1 } else { newest };
        let oldest = oldest.max(newest.saturating_sub(HISTORY_MAX - 1));
        let mut entries = Vec::new();
        for version in (oldest..=newest).rev() {
            let method = if version == 1 { "POST" } else { "PUT" };
            entries.push(json!({
                "fullUrl": format!("{address}/{}", row.reference()),
                "resource": self.version(row, version)?,
                "request": {"method": method, "url": row.reference()},
                "response": {"status": if version == 1 { "201" } else { "200" }, "etag": etag(version)},
            }));
        }
        Ok(json!({"resourceType": "Bundle", "type": "history", "total": entries.len(), "entry": entries}))
    }
}

/// The newest choice recorded for a prescription: the last one written, whatever its date says.
pub(super) fn present_choice(
    storage: &Storage<'_>,
    number: &PrescriptionNumber,
) -> Result<Option<Choice>, StorageError> {
    let newest = storage
        .matching(ResourceType::Consent, &[Filter::Number(vec![number.to_string()])])?
        .pop();
    let Some(newest) = newest else { return Ok(None) };
    let facts = wire::consent(&storage.content(&newest)?).map_err(|_| StorageError::Content("consent"))?;
    Ok(Some(facts.choice))
}
