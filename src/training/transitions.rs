//! What may happen to a prescription: one pure function per event, each with its guards in a fixed order.
//!
//! Each takes the state and the request's facts and gives the new state, or the reason why not.
//! The order of the guards is part of the contract: who is asking, then what the prescription allows,
//! then what the request itself says, then the count of boxes.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::consent::Consent;
use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, Finess, Rpps};
use crate::domain::prescription::{DeliveryStanding, LineStanding};
use crate::training::outcome::Refusal;
use crate::training::prescription::{Delivery, Executor, Line, Moment, Prescription};

/// No pharmacy keeps a prescription from the others for longer.
const HOLD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How far ahead of ours the clock of a counter may be.
const CLOCK_AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How many reports one prescription can carry: a client in a loop must not fill the base.
const DELIVERIES_MAX: usize = 500;

const NOT_YOURS_TO_CANCEL: &str = "Seul son prescripteur peut annuler une ordonnance.";
const NOT_YOURS_TO_RECTIFY: &str = "Seule la pharmacie qui a délivré peut rectifier sa délivrance.";
const NOT_YOUR_DELIVERY: &str = "La délivrance doit porter le FINESS de la pharmacie connectée.";
const NOT_YOUR_HOLD: &str = "La prise en charge doit porter le FINESS de la pharmacie connectée.";
const NOT_YOUR_PRESCRIPTION: &str = "L’ordonnance doit porter le RPPS du prescripteur connecté.";
const CONSENT_NOT_YOURS: &str =
    "L’accord ou l’opposition vient du patient, ou de son prescripteur au moment d’écrire.";

/// What a pharmacy says it handed over, or declined to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) line: String,
    pub(super) patient: String,
    pub(super) delivery: Delivery,
    pub(super) handed_over: Option<Timestamp>,
    pub(super) reason: Reason,
    /// The rectified delivery that it replaces.
    pub(super) replaces: Option<String>,
}

/// Whether a report says why nothing was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Given,
    Missing,
}

/// The patient's choice, with its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) consent: Consent,
    pub(super) at: Timestamp,
}

/// Who writes a choice down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChoiceAuthor {
    /// The prescriber, in the very transaction that writes the prescription.
    PrescriberWriting,
    /// The prescriber, afterwards.
    PrescriberLater,
    /// A patient, by its references (`Patient/…`).
    Patient(Vec<String>),
}

/// A pharmacy starts to serve the prescription. The same pharmacy again recovers its own hold.
pub(super) fn take_hold(
    prescription: &Prescription,
    wish: &Hold,
    by: &Finess,
    moment: Moment,
) -> Result<Prescription, Refusal> {
    if wish.owner != *by {
        return Err(Refusal::RoleForbidden(NOT_YOUR_HOLD));
    }
    not_cancelled(prescription)?;
    if let Some(last_day) = expired_since(prescription, moment.today) {
        return Err(Refusal::PrescriptionExpired { last_day });
    }
    not_held_elsewhere(prescription, by, moment.now)?;
    if prescription.pharmacy_lines().all(Line::is_done) {
        return Err(Refusal::NothingLeft);
    }
    let until = wish.until.unwrap_or(moment.now);
    if until <= moment.now
        || moment
            .now
            .checked_add(HOLD_MAX)
            .is_ok_and(|latest| until > latest)
    {
        return Err(Refusal::malformed(
            "Une prise en charge finit dans l’avenir, et au plus tard 24 heures après.",
        ));
    }
    let recovered = prescription
        .hold
        .as_ref()
        .filter(|hold| hold.is_of(by) && hold.binds(moment.now));
    let since = recovered.map_or(Some(moment.now), |hold| hold.since);
    Ok(Prescription {
        hold: Some(Hold {
            since,
            ..wish.clone()
        }),
        ..prescription.clone()
    })
}

/// The pharmacy stops serving it. Giving back what is no longer held changes nothing.
pub(super) fn give_back(
    prescription: &Prescription,
    by: &Finess,
    moment: Moment,
) -> Result<Prescription, Refusal> {
    not_held_elsewhere(prescription, by, moment.now)?;
    Ok(Prescription {
        hold: None,
        ..prescription.clone()
    })
}

/// A pharmacy reports one product and lot handed over, or one line declined. It ends its hold, unless it replaces a
/// delivery that was rectified.
pub(super) fn deliver(
    prescription: &Prescription,
    report: &Report,
    by: &Finess,
    moment: Moment,
) -> Result<Prescription, Refusal> {
    if report.delivery.pharmacy != *by {
        return Err(Refusal::RoleForbidden(NOT_YOUR_DELIVERY));
    }
    let line = prescription
        .line(&report.line)
        .filter(|line| line.executor == Executor::Pharmacy)
        .ok_or(Refusal::LineUnknown)?;
    if report.patient != prescription.patient {
        return Err(Refusal::PatientMismatch);
    }
    not_cancelled(prescription)?;
    if line.standing != LineStanding::Active {
        return Err(Refusal::LineCancelled(line.number));
    }
    within_validity(line, report, moment)?;
    match &report.replaces {
        Some(replaced) => replaces_a_rectified_one(line, replaced, by)?,
        None => not_held_elsewhere(prescription, by, moment.now)?,
    }
    coherent(report, moment)?;
    let asked = line.counting(&report.delivery);
    if let Some(left) = line.left().filter(|left| asked > *left) {
        return Err(Refusal::QuantityExceeded {
            line: line.number,
            asked,
            left,
        });
    }
    if prescription.deliveries().count() >= DELIVERIES_MAX {
        return Err(Refusal::malformed(
            "Cette ordonnance porte déjà trop de délivrances.",
        ));
    }
    let mut after = prescription.clone();
    // A replacement serves nobody now: whoever holds the prescription goes on.
    if report.replaces.is_none() {
        after.hold = None;
    }
    if let Some(line) = after.line_mut(&report.line) {
        line.deliveries.push(report.delivery.clone());
    }
    Ok(after)
}

/// The pharmacy withdraws a delivery it reported by mistake: what it counted is free again.
pub(super) fn rectify(
    prescription: &Prescription,
    delivery: &str,
    by: &Finess,
) -> Result<Prescription, Refusal> {
    let mut after = prescription.clone();
    let reported = after
        .lines
        .iter_mut()
        .flat_map(|line| &mut line.deliveries)
        .find(|known| known.reference == delivery)
        .ok_or(Refusal::NotFound)?;
    if reported.pharmacy != *by {
        return Err(Refusal::RoleForbidden(NOT_YOURS_TO_RECTIFY));
    }
    if reported.standing == DeliveryStanding::EnteredInError {
        return Err(Refusal::malformed("Cette délivrance est déjà rectifiée."));
    }
    reported.standing = DeliveryStanding::EnteredInError;
    Ok(after)
}

/// The prescriber withdraws one line. A pharmacy's hold does not prevent it: a wrong order must be
/// stoppable at once, and the pharmacy learns it from its version, stale when it posts.
pub(super) fn cancel_line(
    prescription: &Prescription,
    line: &str,
    by: &Rpps,
) -> Result<Prescription, Refusal> {
    if prescription.prescriber != *by {
        return Err(Refusal::RoleForbidden(NOT_YOURS_TO_CANCEL));
    }
    let mut after = prescription.clone();
    let line = after.line_mut(line).ok_or(Refusal::LineUnknown)?;
    if line.standing == LineStanding::Cancelled {
        return Err(Refusal::LineCancelled(line.number));
    }
    line.standing = LineStanding::Cancelled;
    if after.is_cancelled() {
        after.hold = None;
    }
    Ok(after)
}

/// The prescriber withdraws every line. What was delivered stays delivered.
///
/// It never depends on deliveries: a refusal here would tell a prescriber what an opposition hides.
pub(super) fn cancel_all(prescription: &Prescription, by: &Rpps) -> Result<Prescription, Refusal> {
    if prescription.prescriber != *by {
        return Err(Refusal::RoleForbidden(NOT_YOURS_TO_CANCEL));
    }
    not_cancelled(prescription)?;
    let mut after = prescription.clone();
    for line in &mut after.lines {
        line.standing = LineStanding::Cancelled;
    }
    after.hold = None;
    Ok(after)
}

/// The prescriber adds a line to the prescription being written.
pub(super) fn add_line(
    draft: &Prescription,
    line: Line,
    patient: &str,
    requester: &Rpps,
    by: &Rpps,
) -> Result<Prescription, Refusal> {
    if requester != by || draft.prescriber != *by {
        return Err(Refusal::RoleForbidden(NOT_YOUR_PRESCRIPTION));
    }
    if patient != draft.patient {
        return Err(Refusal::PatientMismatch);
    }
    if line.standing != LineStanding::Active {
        return Err(Refusal::malformed("Une ligne s’écrit active."));
    }
    if draft.lines.iter().any(|known| known.number == line.number) {
        return Err(Refusal::malformed(format!(
            "Deux lignes portent le numéro {}.",
            line.number
        )));
    }
    if line.ordered == Some(Boxes::ZERO) {
        return Err(Refusal::malformed(format!(
            "Ligne {} : zéro boîte prescrite.",
            line.number
        )));
    }
    if matches!((line.first_day, line.last_day), (Some(first), Some(last)) if last < first) {
        return Err(Refusal::malformed(format!(
            "Ligne {} : la validité finit avant de commencer.",
            line.number
        )));
    }
    let mut after = draft.clone();
    after.lines.push(line);
    Ok(after)
}

/// The patient agrees or objects, now or when the prescription is written. The latest choice counts.
pub(super) fn choose(
    patient: &str,
    previous: Option<Choice>,
    author: &ChoiceAuthor,
    choice: Choice,
    moment: Moment,
) -> Result<Choice, Refusal> {
    let may = match author {
        ChoiceAuthor::PrescriberWriting => true,
        ChoiceAuthor::PrescriberLater => false,
        ChoiceAuthor::Patient(own) => own.iter().any(|reference| reference == patient),
    };
    if !may {
        return Err(Refusal::RoleForbidden(CONSENT_NOT_YOURS));
    }
    if moment
        .now
        .checked_add(CLOCK_AHEAD_MAX)
        .is_ok_and(|latest| choice.at > latest)
    {
        return Err(Refusal::malformed(
            "Un accord ou une opposition ne se date pas dans l’avenir.",
        ));
    }
    if previous.is_some_and(|previous| choice.at < previous.at) {
        return Err(Refusal::malformed(
            "Un choix plus récent du patient est déjà enregistré.",
        ));
    }
    Ok(choice)
}

fn replaces_a_rectified_one(line: &Line, replaced: &str, by: &Finess) -> Result<(), Refusal> {
    let is_it = |known: &&Delivery| {
        known.reference == replaced
            && known.pharmacy == *by
            && known.standing == DeliveryStanding::EnteredInError
    };
    match line.deliveries.iter().find(is_it) {
        Some(_) => Ok(()),
        None => Err(Refusal::malformed(
            "Un remplacement désigne une délivrance rectifiée de la même ligne.",
        )),
    }
}

fn not_cancelled(prescription: &Prescription) -> Result<(), Refusal> {
    if prescription.is_cancelled() {
        return Err(Refusal::PrescriptionCancelled);
    }
    Ok(())
}

fn not_held_elsewhere(prescription: &Prescription, by: &Finess, now: Timestamp) -> Result<(), Refusal> {
    match &prescription.hold {
        Some(hold) if hold.binds(now) && !hold.is_of(by) => Err(Refusal::HeldElsewhere {
            name: hold.name.clone(),
            phone: hold.phone.clone(),
            until: hold.until,
        }),
        _ => Ok(()),
    }
}

/// The last day of a prescription none of whose lines can be executed any more.
fn expired_since(prescription: &Prescription, today: Date) -> Option<Date> {
    let last_days: Option<Vec<Date>> = prescription.pharmacy_lines().map(Line::last_day_of_any).collect();
    last_days?.into_iter().max().filter(|last_day| *last_day < today)
}

/// The day that counts is the day of the hand-over: a post delayed by an outage is not an expired delivery.
fn within_validity(line: &Line, report: &Report, moment: Moment) -> Result<(), Refusal> {
    let day = report.handed_over.map_or(moment.today, |at| Moment::at(at).today);
    if let Some(first_day) = line.first_day.filter(|first_day| day < *first_day) {
        return Err(Refusal::NotYetValid { first_day });
    }
    if let Some(last_day) = line.last_day_of_any().filter(|last_day| day > *last_day) {
        return Err(Refusal::PrescriptionExpired { last_day });
    }
    Ok(())
}

fn coherent(report: &Report, moment: Moment) -> Result<(), Refusal> {
    let latest = moment.now.checked_add(CLOCK_AHEAD_MAX).unwrap_or(moment.now);
    let wrong = match report.delivery.standing {
        DeliveryStanding::Completed => match report.handed_over {
            _ if report.delivery.boxes == Boxes::ZERO => "Une délivrance compte au moins une boîte.",
            None => "Une délivrance dit quand elle a été remise (whenHandedOver).",
            Some(at) if at > latest => "Une délivrance ne se date pas dans l’avenir.",
            Some(_) => return Ok(()),
        },
        DeliveryStanding::Declined if report.delivery.boxes > Boxes::ZERO => {
            "Une ligne non délivrée ne compte aucune boîte."
        }
        DeliveryStanding::Declined if report.reason == Reason::Missing => {
            "Une ligne non délivrée dit pourquoi (statusReason)."
        }
        DeliveryStanding::Declined => return Ok(()),
        DeliveryStanding::EnteredInError => "Une délivrance ne naît pas rectifiée.",
    };
    Err(Refusal::malformed(wrong))
}

#[cfg(test)]
mod tests;
