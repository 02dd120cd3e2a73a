//! The prescriptions one request touches, loaded from their resources.

use serde_json::Value;

use crate::domain::identifiers::Rpps;
use crate::domain::number::PrescriptionNumber;
use crate::training::prescription::Prescription;
use crate::training::storage::{Row, Storage, StorageError};
use crate::training::transitions::Choice;
use crate::training::view::present_choice;
use crate::training::wire::{self, ResourceType};

/// One prescription during a request.
pub(in crate::training) struct Case {
    /// As it was stored.
    before: Option<Prescription>,
    /// As the acts so far make it.
    pub(in crate::training) prescription: Prescription,
    /// The stored Task. `None` while the prescription is being written.
    pub(super) task: Option<(Row, Value)>,
    /// The Task being written.
    pub(super) new_task: Option<String>,
    /// The first entry that spoke of it.
    pub(super) place: Option<usize>,
    pub(super) choice: Option<Choice>,
    /// Whether this request reports or rectifies a delivery of it.
    pub(super) reports: Reports,
    task_asked: bool,
}

/// Whether a request speaks of deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reports {
    None,
    /// Boxes handed over, or lines declined.
    Some,
    /// Only of deliveries rectified, and of what replaces them.
    Corrections,
}

impl Case {
    /// A prescription being written.
    pub(super) fn draft(patient: &str, prescriber: Rpps, place: Option<usize>) -> Self {
        Self {
            before: None,
            prescription: Prescription {
                patient: patient.to_owned(),
                prescriber,
                lines: Vec::new(),
                hold: None,
            },
            task: None,
            new_task: None,
            place,
            choice: None,
            reports: Reports::None,
            task_asked: false,
        }
    }

    /// The stored prescription with that number.
    pub(in crate::training) fn load(
        storage: &Storage<'_>,
        number: &PrescriptionNumber,
    ) -> Result<Option<Self>, StorageError> {
        let mut draft: Option<Prescription> = None;
        let mut task = None;
        let mut reports = Vec::new();
        for row in storage.of_prescription(number)? {
            let unreadable = |_| StorageError::Content("resource");
            match row.kind {
                kind if kind.is_line() => {
                    let facts = wire::line(kind, &storage.content(&row)?).map_err(unreadable)?;
                    let prescription = draft.get_or_insert_with(|| Prescription {
                        patient: facts.patient,
                        prescriber: facts.requester,
                        lines: Vec::new(),
                        hold: None,
                    });
                    prescription.lines.push(facts.line);
                }
                kind if kind.is_delivery() => {
                    reports.push(wire::delivery(kind, &storage.content(&row)?).map_err(unreadable)?);
                }
                ResourceType::Task => {
                    let content = storage.content(&row)?;
                    task = Some((row, content));
                }
                _ => {}
            }
        }
        let (Some(mut prescription), Some(task)) = (draft, task) else {
            return Ok(None);
        };
        prescription.hold = wire::task(&task.1)
            .map_err(|_| StorageError::Content("task"))?
            .hold;
        for report in reports {
            if let Some(line) = prescription.line_mut(&report.line) {
                line.deliveries.push(report.delivery);
            }
        }
        Ok(Some(Self {
            before: Some(prescription.clone()),
            prescription,
            task: Some(task),
            new_task: None,
            place: None,
            choice: present_choice(storage, number)?,
            reports: Reports::None,
            task_asked: false,
        }))
    }

    /// The request names the Task itself: it gets a new version even if nothing else changes.
    pub(super) fn ask_task(&mut self) {
        self.task_asked = true;
    }

    /// The request corrects a delivery.
    pub(super) fn corrects(&mut self) {
        if self.reports == Reports::None {
            self.reports = Reports::Corrections;
        }
    }

    pub(super) fn changes_task(&self) -> bool {
        self.task_asked || self.before.as_ref() != Some(&self.prescription)
    }

    /// Whether this very request cancelled its last line.
    pub(super) fn was_just_cancelled(&self) -> bool {
        self.prescription.is_cancelled() && self.before.as_ref().is_some_and(|before| !before.is_cancelled())
    }

    /// Whether a prescription being written has all its parts.
    pub(super) fn is_complete(&self) -> bool {
        self.task.is_some() || (self.new_task.is_some() && !self.prescription.lines.is_empty())
    }
}
