//! `comptoir dispense NUMBER|FILE`: records the delivery, then posts it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use uuid::Uuid;

use super::failure::Failure;
use super::output::{Format, complain, show};
use super::{consult, decisions, documents, paper, target};
use crate::config::Config;
use crate::counter::{self, RecordOutcome, Recorded};
use crate::domain::breakdown::Breakdown;
use crate::domain::dispense::{Decision, Dispense, Override, Proposal};
use crate::domain::finding::Finding;
use crate::domain::identifiers::DispenseId;
use crate::domain::number::PrescriptionNumber;
use crate::domain::outbox::{Jitter, PostState};
use crate::domain::prescription::{Prescription, PrescriptionLine};
use crate::domain::product::ProductCode;
use crate::domain::register::RegisterNumber;
use crate::session::{Session, now};
use crate::ui::wording::command_line::answers;
use crate::ui::wording::{breakdowns, command_line as words};

/// What is asked.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The number, or a picture or PDF of the sheet.
    #[arg(required_unless_present = "paper")]
    target: Option<OsString>,
    /// A prescription transcribed from paper, as JSON, when the base cannot describe it (degraded mode).
    #[arg(long, value_name = "FILE", conflicts_with = "target")]
    paper: Option<PathBuf>,
    /// Every open line as prescribed.
    #[arg(long, conflicts_with = "decisions")]
    all: bool,
    /// One decision per line, as JSON.
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// Pass a warning, with the reason that goes in the register; on one line only with FINDING@LINE=REASON.
    #[arg(long = "override", value_name = "FINDING[@LINE]=REASON", value_parser = passed)]
    overrides: Vec<(String, String)>,
    /// Check only: record nothing, post nothing.
    #[arg(long)]
    dry_run: bool,
}

fn passed(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((finding, reason)) if !finding.trim().is_empty() && !reason.trim().is_empty() => {
            Ok((finding.trim().to_owned(), reason.trim().to_owned()))
        }
        _ => Err("a finding's id, an equals sign, and the reason".to_owned()),
    }
}

/// Dispenses.
pub(super) async fn dispense(config: &Config, arguments: &Arguments, format: Format) -> Result<(), Failure> {
    let decisions = match (&arguments.decisions, arguments.all || arguments.paper.is_some()) {
        (Some(path), _) => Some(read(path)?),
        (None, true) => None,
        (None, false) => return Err(Failure::usage(words::decide_first())),
    };
    let id = DispenseId(Uuid::new_v4());
    let (session, prescription) = match (&arguments.paper, &arguments.target) {
        (Some(path), _) => {
            let session = Session::open(config).await?;
            let prescription = paper::transcribed(&session, path, id.0).await?;
            (session, prescription)
        }
        (None, Some(target)) => {
            let number = target::number(target)?;
            let session = Session::open(config).await?;
            let prescription = consult::opened(&session, &number).await?.prescription;
            (session, prescription)
        }
        (None, None) => return Err(Failure::usage(words::decide_first())),
    };
    let (prescription, mut proposal) = if let Some(text) = decisions {
        let product = |code: &ProductCode| session.counter.catalogue.find(code);
        decisions::proposal(&text, prescription, &product)
            .map_err(|why| Failure::usage(words::decisions_meaningless(&why)))?
    } else {
        let proposal = as_prescribed(&prescription);
        (prescription, proposal)
    };
    proposal
        .overrides
        .extend(arguments.overrides.iter().map(|(finding, reason)| Override {
            finding: finding.clone(),
            reason: reason.clone(),
        }));
    if arguments.dry_run {
        return dry_run(&session, &prescription, proposal, id, format);
    }
    match session.counter.record(&prescription, proposal, id, now())? {
        RecordOutcome::Recorded(recorded) => post(&session, *recorded, format).await,
        RecordOutcome::Stopped(findings) => Err(stopped(Some(&prescription.number), &findings, format)),
        RecordOutcome::Outdated => Err(Failure::refused(words::changed_meanwhile())),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::usage(words::decisions_unreadable(
            &path.display().to_string(),
            breakdowns::why(Breakdown::of_system(error.kind())),
        ))
    })
}

/// Every open line as prescribed; the others are left as they are.
fn as_prescribed(prescription: &Prescription) -> Proposal {
    let open = prescription
        .lines
        .iter()
        .filter(|line| PrescriptionLine::is_open(line));
    Proposal {
        decisions: open.map(Decision::as_prescribed).collect(),
        overrides: Vec::new(),
    }
}

fn dry_run(
    session: &Session,
    prescription: &Prescription,
    proposal: Proposal,
    id: DispenseId,
    format: Format,
) -> Result<(), Failure> {
    let dispense = session
        .counter
        .check(prescription, proposal, id, now())
        .map_err(|error| Failure::broken(&error))?
        .map_err(|findings| stopped(Some(&prescription.number), &findings, format))?;
    let document = checked(&dispense);
    show(format, &document, || {
        words::dry_run(dispense.hand_over().lines.len()) + &answers::remarks(dispense.findings())
    });
    Ok(())
}

fn checked(dispense: &Dispense) -> Value {
    let lines: Vec<Value> = dispense
        .hand_over()
        .lines
        .iter()
        .map(|line| {
            json!({
                "line": line.line.0,
                "outcome": line.outcome.code(),
                "state": null,
                "register": null,
                "reason": line.reason_code(),
                "unlisted_code": line.is_unlisted,
                "handwritten": line.handwritten.is_some(),
            })
        })
        .collect();
    json!({
        "dry_run": true,
        "dispense": null,
        "number": dispense.hand_over().number.as_str(),
        "state": null,
        "visible_to_prescriber": null,
        "lines": lines,
        "findings": documents::findings(dispense.findings()),
    })
}

/// Recorded first, posted after. From here on nothing can undo the delivery, so nothing is a failure but a refusal.
async fn post(session: &Session, recorded: Recorded, format: Format) -> Result<(), Failure> {
    let id = recorded.entry.hand_over.id;
    let entry = match session.counter.post_one(id, now(), jitter()).await {
        Ok(posted) => posted.entry,
        Err(error) => {
            complain(&words::recorded_not_posted(&crate::chain(&error)));
            recorded.entry
        }
    };
    let visible = counter::visible_to_prescriber(&entry);
    let numbers: Vec<Option<RegisterNumber>> =
        recorded.registered.iter().map(|(_, number)| *number).collect();
    let document = documents::dispense(
        &entry,
        |place| numbers.get(place).copied().flatten(),
        visible,
        &recorded.findings,
    );
    show(format, &document, || {
        answers::hand_over(&entry, &numbers, visible) + &answers::remarks(&recorded.findings)
    });
    match entry.state() {
        PostState::Accepted | PostState::Pending | PostState::Local => Ok(()),
        PostState::Refused(refusal) | PostState::Conflict(refusal) => {
            Err(Failure::refused(words::recorded_but_refused(refusal)))
        }
    }
}

/// The rules stop it: said whole, in the form that was asked for.
pub(super) fn stopped(number: Option<&PrescriptionNumber>, findings: &[Finding], format: Format) -> Failure {
    if format == Format::Json {
        let document = json!({
            "dispense": null,
            "number": number.map(PrescriptionNumber::as_str),
            "state": "refused",
            "visible_to_prescriber": null,
            "lines": [],
            "findings": documents::findings(findings),
        });
        show(format, &document, String::new);
    }
    Failure::refused(words::stopped_by_rules() + "\n" + answers::remarks(findings).trim_end())
}

/// The thousandths of a retry's wait to keep.
pub(super) fn jitter() -> Jitter {
    Jitter(fastrand::u16(0..1000))
}
