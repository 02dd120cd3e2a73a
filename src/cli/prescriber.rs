//! `comptoir prescriber` and `comptoir patient`: what the others see and decide, played against the base.

use std::fmt::Write;

use clap::Subcommand;
use jiff::tz::TimeZone;
use serde_json::json;

use super::failure::Failure;
use super::output::{Format, show};
use super::target;
use crate::config::Config;
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::Ins;
use crate::domain::prescription::Prescription;
use crate::safe::Safe;
use crate::session::{Session, now};
use crate::training::Role;
use crate::training::actors::{
    Actor, ActorError, Answer, FoundPrescription, Parties, PrescriberDelivery, PrescriberView,
};
use crate::ui::wording::command_line as words;

/// What the prescriber does. One of them carries an INS: there is no `Debug`.
#[derive(Subcommand)]
pub(super) enum PrescriberCommand {
    /// See what became of a prescription.
    Show {
        /// Its number.
        number: String,
    },
    /// Find a patient's active prescriptions.
    Search {
        /// The patient's INS.
        #[arg(long, value_name = "INS")]
        patient: String,
    },
    /// Withdraw a prescription.
    Cancel {
        /// Its number.
        number: String,
    },
}

/// What the patient does, through prescriber or caisse.
#[derive(Debug, Subcommand)]
pub(super) enum PatientCommand {
    /// Hide deliveries from prescribers.
    Oppose {
        /// The prescription's number.
        number: String,
    },
    /// Let prescribers see deliveries.
    Agree {
        /// The prescription's number.
        number: String,
    },
}

/// Plays the prescriber.
pub(super) async fn prescriber(
    config: &Config,
    command: &PrescriberCommand,
    format: Format,
) -> Result<(), Failure> {
    let session = Session::open(config).await?;
    match command {
        PrescriberCommand::Show { number } => {
            let number = target::number(number.as_ref())?;
            let view = view(&session, &number).await?;
            show(format, &json!(view), || view_text(&view, &config.time_zone));
            Ok(())
        }
        PrescriberCommand::Search { patient } => {
            let ins: Ins = patient.parse().map_err(|_| Failure::usage(words::not_an_ins()))?;
            let actor = pharmacy(&session).await?;
            let found = match actor.search(&ins).await? {
                Answer::Done(found) => found,
                Answer::Refused(refusal) => {
                    return Err(Failure::refused(crate::ui::wording::refusal(&refusal)));
                }
            };
            show(format, &json!({ "prescriptions": found }), || found_text(&found));
            Ok(())
        }
        PrescriberCommand::Cancel { number } => {
            let number = target::number(number.as_ref())?;
            let Parties { prescriber, .. } = parties(&session, &number).await?;
            let actor = actor(&session, Role::Prescriber, prescriber.as_str()).await?;
            done(&number, actor.cancel(&number).await?)?;
            show(
                format,
                &json!({ "number": number.as_str(), "status": "cancelled" }),
                || words::cancelled(&number),
            );
            Ok(())
        }
    }
}

/// Plays the patient.
pub(super) async fn patient(
    config: &Config,
    command: &PatientCommand,
    format: Format,
) -> Result<(), Failure> {
    let session = Session::open(config).await?;
    let (PatientCommand::Oppose { number } | PatientCommand::Agree { number }) = command;
    let number = target::number(number.as_ref())?;
    let consent = match command {
        PatientCommand::Oppose { .. } => "opposed",
        PatientCommand::Agree { .. } => "agreed",
    };
    choose(&session, &number, command).await?;
    let document = json!({ "number": number.as_str(), "consent": consent });
    show(format, &document, || words::patient_chose(&number, consent));
    Ok(())
}

async fn choose(
    session: &Session,
    number: &PrescriptionNumber,
    command: &PatientCommand,
) -> Result<(), Failure> {
    let Parties { patient, .. } = parties(session, number).await?;
    let patient = patient.ok_or_else(|| Failure::refused(words::anonymous_patient()))?;
    let actor = actor(session, Role::Patient, patient.as_str()).await?;
    let answer = match command {
        PatientCommand::Oppose { .. } => actor.oppose(number, now()).await?,
        PatientCommand::Agree { .. } => actor.agree(number, now()).await?,
    };
    done(number, answer)
}

/// What the author of a prescription sees of it.
pub(super) async fn view(session: &Session, number: &PrescriptionNumber) -> Result<PrescriberView, Failure> {
    let Parties { prescriber, .. } = parties(session, number).await?;
    let actor = actor(session, Role::Prescriber, prescriber.as_str()).await?;
    done(
        number,
        actor.prescriber_view(number, session.counter.day(now())).await?,
    )
}

/// The actor who plays the author of a prescription.
pub(super) async fn author(session: &Session, prescription: &Prescription) -> Result<Actor, Failure> {
    let rpps = prescription
        .prescriber
        .rpps
        .as_ref()
        .map_or("", |rpps| rpps.as_str());
    actor(session, Role::Prescriber, rpps).await
}

async fn pharmacy(session: &Session) -> Result<Actor, Failure> {
    actor(session, Role::Pharmacy, session.counter.pharmacy.finess.as_str()).await
}

async fn parties(session: &Session, number: &PrescriptionNumber) -> Result<Parties, Failure> {
    done(number, pharmacy(session).await?.parties(number).await?)
}

async fn actor(session: &Session, role: Role, identity: &str) -> Result<Actor, Failure> {
    match Actor::in_training(&session.address.to_string(), role, identity, identity).await? {
        Answer::Done(actor) => Ok(actor),
        Answer::Refused(refusal) => Err(Failure::refused(crate::ui::wording::refusal(&refusal))),
    }
}

/// What was done, or the sentence that says why it was refused.
pub(super) fn done<T>(number: &PrescriptionNumber, answer: Answer<T>) -> Result<T, Failure> {
    match answer {
        Answer::Done(done) => Ok(done),
        Answer::Refused(refusal) => Err(Failure::refused(words::refused(number, &refusal))),
    }
}

impl From<ActorError> for Failure {
    fn from(error: ActorError) -> Self {
        match error {
            ActorError::Setup(_) => Self::broken(&error),
            ActorError::Unreachable(_) | ActorError::Unavailable(_) | ActorError::Garbled => {
                Self::unreachable(words::actor_without_base())
            }
        }
    }
}

/// A patient's prescriptions as text, one a line.
fn found_text(found: &[FoundPrescription]) -> String {
    let row = |one: &FoundPrescription| words::found(&one.number, &one.written_on, one.lines.len());
    found.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// The prescriber's view as text.
pub(super) fn view_text(view: &PrescriberView, zone: &TimeZone) -> String {
    let mut text = words::prescriber_sees(&view.number, view.status) + "\n";
    for line in &view.lines {
        let _ = writeln!(text, "{:>2}. {}", line.line, Safe(&line.label));
    }
    if view.deliveries.is_empty() {
        text.push_str(words::no_delivery_visible());
        text.push('\n');
    }
    for delivery in &view.deliveries {
        text.push_str(&reported(words::outcome(delivery.outcome), delivery, zone));
    }
    for annulled in &view.annulled {
        text.push_str(&reported(
            words::annulled(annulled.state),
            &annulled.delivery,
            zone,
        ));
    }
    text
}

/// A row: what became of a line, with which product and lot, where and when.
fn reported(what: &str, delivery: &PrescriberDelivery, zone: &TimeZone) -> String {
    let line = delivery.line.map_or_else(String::new, |line| line.to_string());
    let lot = delivery.lot.as_deref().map(words::lot).unwrap_or_default();
    let agreed = delivery.agreement.as_ref();
    let agreed = agreed.map(|agreed| words::agreed(agreed.by.as_deref(), agreed.changed.as_deref()));
    format!(
        "    ligne {line} : {what}{}, {} × {}{lot} — {}\n",
        agreed.unwrap_or_default(),
        delivery.boxes,
        Safe(&delivery.product),
        words::made_at(&delivery.pharmacy, delivery.at.as_deref(), zone)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_base_sends_cannot_act_on_the_terminal() {
        let hostile = "\u{1b}[2J\u{202e}01\n";
        let found = FoundPrescription {
            number: hostile.into(),
            written_on: hostile.into(),
            lines: vec![hostile.into()],
        };
        let text = found_text(&[found]);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\n']), "{text:?}");
    }
}
