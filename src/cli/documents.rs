//! The JSON documents of the command line: other programs rely on their keys, so they only ever grow.

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::dispense::HandOver;
use crate::domain::finding::Finding;
use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, Finess};
use crate::domain::outbox::{OutboxEntry, PostState, Settlement};
use crate::domain::people::{Patient, Prescriber, Sex};
use crate::domain::prescription::{LineKind, Prescription, PrescriptionLine, Status};
use crate::domain::reasons::PaperReason;
use crate::domain::register::RegisterNumber;
use crate::domain::substitution::SubstitutionPermission;
use crate::ui::wording;
use jiff::civil::Date;

/// One remark of the rules.
#[derive(Debug, Serialize)]
pub(super) struct FindingDocument {
    id: &'static str,
    severity: &'static str,
    source: &'static str,
    explanation: String,
    line: Option<u16>,
}

impl From<&Finding> for FindingDocument {
    fn from(finding: &Finding) -> Self {
        Self {
            id: finding.id(),
            severity: finding.severity().code(),
            source: finding.source(),
            explanation: wording::explanation(finding),
            line: finding.line.map(|line| line.0),
        }
    }
}

/// All of them.
pub(super) fn findings(findings: &[Finding]) -> Vec<FindingDocument> {
    findings.iter().map(FindingDocument::from).collect()
}

/// The code of a status.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Partial => "partial",
        Status::Done => "done",
        Status::Cancelled => "cancelled",
        Status::Expired => "expired",
    }
}

fn kind(kind: &LineKind) -> &'static str {
    match kind {
        LineKind::Medication => "medication",
        LineKind::Device => "device",
        LineKind::Compound => "compound",
        LineKind::Other { .. } => "other",
    }
}

fn patient(patient: &Patient) -> Value {
    json!({
        "family": patient.family,
        "given": patient.given,
        "born": patient.born,
        "sex": match patient.sex {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Unknown => "unknown",
        },
        "ins": patient.ins.as_ref().map(super::super::domain::people::Ins::as_str),
    })
}

fn prescriber(prescriber: &Prescriber) -> Value {
    json!({
        "rpps": prescriber.rpps.as_ref().map(super::super::domain::identifiers::Rpps::as_str),
        "family": prescriber.family,
        "given": prescriber.given,
        "specialty": prescriber.specialty,
        "phone": prescriber.phone,
    })
}

fn hold(hold: &Hold, ours: &Finess) -> Value {
    json!({
        "owner": hold.name,
        "finess": hold.owner.as_str(),
        "phone": hold.phone,
        "since": hold.since,
        "until": hold.until,
        "ours": hold.is_of(ours),
    })
}

fn substitution(permission: &SubstitutionPermission) -> Value {
    match permission {
        SubstitutionPermission::Allowed => json!({ "allowed": true, "reason": null }),
        SubstitutionPermission::Forbidden(why) => json!({ "allowed": false, "reason": why.code() }),
    }
}

fn line(line: &PrescriptionLine, all: &[Finding]) -> Value {
    let own: Vec<Finding> = all
        .iter()
        .filter(|f| f.line == Some(line.number))
        .cloned()
        .collect();
    json!({
        "line": line.number.0,
        "kind": kind(&line.kind),
        "label": line.label,
        "code": line.code.code(),
        "dosage": line.dosage,
        "prescribed": line.ordered().map(|Boxes(count)| count),
        "remaining": line.remaining().map(|Boxes(count)| count),
        "per_delivery": line.boxes.map(|Boxes(count)| count),
        "repeats": line.repeats,
        "days": line.days,
        "handwritten": line.is_handwritten,
        "substitution": substitution(&line.substitution),
        "status": status(line.status()),
        "findings": findings(&own),
    })
}

/// `consult`: the prescription, what remains of it, and what the rules remark.
pub(super) fn prescription(
    prescription: &Prescription,
    remarks: &[Finding],
    ours: &Finess,
    today: Date,
) -> Value {
    json!({
        "number": prescription.number.as_str(),
        "status": status(prescription.status(today)),
        "written_on": prescription.written_on,
        "valid_until": prescription.valid_until,
        "patient": patient(&prescription.patient),
        "prescriber": prescriber(&prescription.prescriber),
        "consent": prescription.consent.code(),
        "hold": prescription.hold.as_ref().map(|held| hold(held, ours)),
        "lines": prescription.lines.iter().map(|one| line(one, remarks)).collect::<Vec<_>>(),
        "findings": findings(remarks),
    })
}

/// `dispense`: one hand-over, its true state, line by line.
pub(super) fn dispense(
    entry: &OutboxEntry,
    registered: impl Fn(usize) -> Option<RegisterNumber>,
    visible_to_prescriber: Option<bool>,
    remarks: &[Finding],
) -> Value {
    let lines: Vec<Value> = entry
        .hand_over
        .lines
        .iter()
        .enumerate()
        .map(|(place, line)| {
            let state = entry
                .states
                .iter()
                .find(|(id, _)| *id == line.id)
                .map(|(_, state)| state);
            json!({
                "line": line.line.0,
                "outcome": line.outcome.code(),
                "state": state.map(PostState::code),
                "register": registered(place).map(|number| number.0),
                "reason": line.reason_code(),
                "unlisted_code": line.is_unlisted,
                "handwritten": line.handwritten.is_some(),
                "refusal": state.and_then(refusal),
            })
        })
        .collect();
    json!({
        "dispense": entry.hand_over.id.to_string(),
        "number": entry.hand_over.number.as_str(),
        "state": entry.state().code(),
        "paper": entry.hand_over.paper.map(PaperReason::code),
        "visible_to_prescriber": visible_to_prescriber,
        "lines": lines,
        "findings": findings(remarks),
    })
}

/// Why the base did not accept it.
pub(super) fn refusal(state: &PostState) -> Option<Value> {
    match state {
        PostState::Refused(refusal) | PostState::Conflict(refusal) => {
            Some(json!({ "code": refusal.code.code(), "text": refusal.text }))
        }
        PostState::Pending | PostState::Accepted | PostState::Local => None,
    }
}

/// `outbox settle`: the hand-over after the choice.
pub(super) fn settled(entry: &OutboxEntry) -> Value {
    json!({
        "dispense": entry.hand_over.id.to_string(),
        "number": entry.hand_over.number.as_str(),
        "state": entry.state().code(),
        "settlement": entry.settlement.as_ref().map(settlement),
    })
}

/// `outbox history`: every choice made about a hand-over.
pub(super) fn settlements(entry: &OutboxEntry, choices: &[Settlement]) -> Value {
    json!({
        "dispense": entry.hand_over.id.to_string(),
        "number": entry.hand_over.number.as_str(),
        "state": entry.state().code(),
        "settlements": choices.iter().map(settlement).collect::<Vec<_>>(),
    })
}

fn settlement(settlement: &Settlement) -> Value {
    json!({
        "choice": settlement.choice.code(),
        "by": settlement.operator.name,
        "operator": settlement.operator.id,
        "at": settlement.at,
        "reason": settlement.reason,
    })
}

/// What waits: boxes handed over, or a correction of that.
fn kind_of(hand_over: &HandOver) -> &'static str {
    match (&hand_over.corrects, hand_over.lines.is_empty()) {
        (None, _) => "delivery",
        (Some(_), true) => "cancellation",
        (Some(_), false) => "rectification",
    }
}

/// `outbox list`: what the base has not acknowledged, since when and why.
pub(super) fn outbox(entries: &[OutboxEntry]) -> Value {
    let entries: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({
                "dispense": entry.hand_over.id.to_string(),
                "number": entry.hand_over.number.as_str(),
                "kind": kind_of(&entry.hand_over),
                "state": entry.state().code(),
                "since": entry.since,
                "attempts": entry.attempts,
                "next_attempt": entry.next_attempt,
                "reason": match entry.state() {
                    PostState::Refused(refusal) | PostState::Conflict(refusal) => refusal.code.code(),
                    PostState::Pending | PostState::Accepted | PostState::Local => entry.reason.code(),
                },
            })
        })
        .collect();
    json!({ "entries": entries })
}
