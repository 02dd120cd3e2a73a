//! `comptoir register correct N`: takes a delivery back, or replaces it; records it first, then posts it.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cli::dispense::{jitter, stopped};
use crate::cli::failure::Failure;
use crate::cli::output::{Format, complain, show};
use crate::cli::{consult, decisions, documents};
use crate::config::Config;
use crate::counter::{self, CorrectionOrder, CorrectionOutcome, Recorded, Replacement};
use crate::domain::breakdown::Breakdown;
use crate::domain::correction::{CannotCorrect, Chapter, Motive};
use crate::domain::identifiers::DispenseId;
use crate::domain::outbox::{OutboxEntry, PostState};
use crate::domain::product::ProductCode;
use crate::domain::reasons::CorrectionReason;
use crate::domain::register::RegisterNumber;
use crate::session::{Session, now};
use crate::store::CorrectAnswer;
use crate::ui::wording::command_line as words;
use crate::ui::wording::command_line::answers;
use crate::ui::wording::{breakdowns, corrections};

/// What is asked.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The number of the entry that is wrong.
    number: u32,
    /// Why: a code (wrong-product, wrong-quantity, wrong-lot, wrong-decision, wrong-line, recorded-twice,
    /// not-handed-over, returned), or words.
    #[arg(long, value_name = "CODE|WORDS")]
    reason: String,
    /// Words beside a code.
    #[arg(long, default_value = "", value_name = "WORDS")]
    note: String,
    /// What was really handed over, as JSON for `dispense --decisions`; without it, nothing was.
    #[arg(long, value_name = "FILE")]
    replace: Option<PathBuf>,
}

/// Corrects.
pub(super) async fn correct(config: &Config, arguments: &Arguments, format: Format) -> Result<(), Failure> {
    let motive = motive(arguments)?;
    let file = match &arguments.replace {
        Some(path) => Some(fs::read_to_string(path).map_err(|error| {
            let path = path.display().to_string();
            Failure::usage(words::decisions_unreadable(
                &path,
                breakdowns::why(Breakdown::of_system(error.kind())),
            ))
        })?),
        None => None,
    };
    let session = Session::open(config).await?;
    let entry = RegisterNumber(arguments.number);
    let replacement = match (session.counter.standing(entry)?, file) {
        (Err(CannotCorrect::IsCorrection { .. }), None) => return remark(&session, entry, &motive, format),
        (Err(refusal), _) => return Err(Failure::refused(corrections::cannot_correct(entry, refusal))),
        (Ok(_), None) => None,
        (Ok(standing), Some(file)) => {
            let consultation = consult::opened(&session, &standing.hand_over.number).await?;
            let prescription = standing.taken_out_of(consultation.prescription);
            let product = |code: &ProductCode| session.counter.catalogue.find(code);
            let (prescription, proposal) = decisions::proposal(&file, prescription, &product)
                .map_err(|why| Failure::usage(words::decisions_meaningless(&why)))?;
            Some(Replacement {
                prescription,
                proposal,
            })
        }
    };
    let number = replacement.as_ref().map(|one| one.prescription.number.clone());
    let order = CorrectionOrder {
        entry,
        motive,
        replacement,
        id: DispenseId(Uuid::new_v4()),
        at: now(),
    };
    match session.counter.correct(order)? {
        CorrectionOutcome::Recorded(recorded) => post(&session, entry, *recorded, format).await,
        CorrectionOutcome::Stopped(findings) => Err(stopped(number.as_ref(), &findings, format)),
        CorrectionOutcome::Refused(refusal) => {
            Err(Failure::refused(corrections::cannot_correct(entry, refusal)))
        }
        CorrectionOutcome::Outdated => Err(Failure::refused(words::changed_meanwhile())),
    }
}

fn motive(arguments: &Arguments) -> Result<Motive, Failure> {
    let reason = arguments.reason.trim();
    let motive = match CorrectionReason::from_code(reason) {
        Some(code) => Motive::new(code, &arguments.note),
        None => Motive::new(
            CorrectionReason::Other,
            &[reason, arguments.note.trim()].join(" "),
        ),
    };
    motive.map_err(|_| Failure::usage(words::correction_without_reason()))
}

/// A counter-entry is explained by one more entry: it took nothing to the base that could be taken back.
fn remark(session: &Session, entry: RegisterNumber, motive: &Motive, format: Format) -> Result<(), Failure> {
    let counter = &session.counter;
    let said = crate::ui::wording::reasons::motive(Some(motive.reason()), motive.words());
    match counter.store.correct(entry, &said, &counter.operator, now())? {
        CorrectAnswer::Corrected(RegisterNumber(correction)) => {
            let document = json!({ "number": correction, "corrects": entry.0, "state": null });
            show(format, &document, || words::entry_corrected(entry.0, correction));
            Ok(())
        }
        CorrectAnswer::AlreadyCorrected(by) => {
            let refusal = CannotCorrect::AlreadyCorrected {
                by,
                replaced_by: None,
            };
            Err(Failure::refused(corrections::cannot_correct(entry, refusal)))
        }
        CorrectAnswer::NoSuchEntry => Err(Failure::refused(words::no_such_entry(entry.0))),
        CorrectAnswer::ReasonMissing => Err(Failure::usage(words::correction_without_reason())),
    }
}

/// Recorded first, posted after: from here on nothing is a failure but a refusal.
async fn post(
    session: &Session,
    corrected: RegisterNumber,
    recorded: Recorded,
    format: Format,
) -> Result<(), Failure> {
    let id = recorded.entry.hand_over.id;
    let entry = match session.counter.post_one(id, now(), jitter()).await {
        Ok(posted) => posted.entry,
        Err(error) => {
            complain(&words::recorded_not_posted(&crate::chain(&error)));
            recorded.entry.clone()
        }
    };
    show(format, &document(corrected, &recorded, &entry), || {
        corrections::recorded(corrected, &recorded.registered, &entry) + &answers::remarks(&recorded.findings)
    });
    match entry.state() {
        PostState::Accepted | PostState::Pending | PostState::Local => Ok(()),
        PostState::Refused(refusal) | PostState::Conflict(refusal) => {
            Err(Failure::refused(words::recorded_but_refused(refusal)))
        }
    }
}

fn document(corrected: RegisterNumber, recorded: &Recorded, entry: &OutboxEntry) -> Value {
    let number_of = |id| {
        let mut registered = recorded.registered.iter();
        registered
            .find(|(known, _)| *known == id)
            .and_then(|(_, number)| *number)
    };
    let hand_over = &entry.hand_over;
    let replacement = hand_over.lines.first().and_then(|line| number_of(line.id));
    json!({
        "number": number_of(hand_over.id.annulment()).map(|number| number.0),
        "corrects": corrected.0,
        "replacement": replacement.map(|number| number.0),
        "dispense": hand_over.id.to_string(),
        "prescription": hand_over.number.as_str(),
        "state": entry.state().code(),
        "visible_to_prescriber": counter::visible_to_prescriber(entry),
        "refusal": documents::refusal(entry.state()),
        "findings": documents::findings(&recorded.findings),
    })
}

/// What became of a delivery, entry by entry.
pub(super) fn history(chapters: &[Chapter]) -> Value {
    let chapters = chapters.iter().map(|Chapter { entry, post }| {
        json!({
            "number": entry.number.0,
            "recorded_at": entry.recorded_at,
            "dispense": post.as_ref().map(|post| post.hand_over.id.to_string()),
            "state": post.as_ref().map(|post| post.state().code()),
        })
    });
    chapters.collect()
}
