//! The prescription, like its sheet: lines are chosen and decided from here.

use crate::app::decision::{Asking, Choice, Deciding};
use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::form::{Form, OutcomeKind};
use crate::app::handwriting;
use crate::app::keys::Command;
use crate::app::leaving::{self, Destination};
use crate::app::review::Review;
use crate::app::screen::{Next, Screen, Scroll, selected_after};
use crate::app::serving::{Scope, Serving};
use crate::domain::identifiers::LineNumber;
use crate::domain::prescription::{LineKind, PrescriptionLine};
use crate::domain::substitution::SubstitutionPermission;

/// Takes a command.
pub fn on(mut serving: Box<Serving>, command: Command, desk: &mut Desk) -> Next {
    match command {
        Command::Confirm => return reviewed(serving, Scope::Everything, desk),
        Command::DecidedOnly => return reviewed(serving, Scope::DecidedOnly, desk),
        Command::Back => {
            return leaving::depart(Screen::Prescription(serving), Destination::Counter, desk);
        }
        Command::TakeOver => {
            let effects = serving.take_over();
            return (Screen::Prescription(serving), effects);
        }
        Command::WriteByHand => return handwriting::begin(serving, desk),
        Command::ReadAgain => {
            let number = serving.prescription.number.clone();
            if number.is_of_paper() {
                desk.notice = Some(Notice::PaperNotAtBase);
                return (Screen::Prescription(serving), Vec::new());
            }
            return (Screen::Prescription(serving), vec![Effect::Consult(number)]);
        }
        Command::Conforming | Command::More | Command::Fewer | Command::AllBoxes => {
            desk.notice = decided_here(&mut serving, command).err();
        }
        Command::Substitute | Command::Adjust | Command::NotDeliver | Command::Details => {
            return decided_there(serving, command, desk);
        }
        Command::Undo => {
            if let Some(line) = serving.line().map(|line| line.number) {
                serving.forget(line);
            }
        }
        Command::Choose(digit) => {
            if serving.select(LineNumber(digit.into())) {
                serving.pointed_at = Some(LineNumber(digit.into()));
            } else {
                desk.notice = Some(Notice::NoSuchLine);
            }
        }
        Command::Up | Command::Down | Command::First | Command::Last => {
            serving.selected = selected_after(command, serving.selected, serving.prescription.lines.len());
            serving.pointed_at = serving.line().map(|line| line.number);
            serving.scroll = Scroll::default();
        }
        other => {
            let rows = 6 * serving.prescription.lines.len() + 10;
            serving.scroll.on(other, rows);
        }
    }
    (Screen::Prescription(serving), Vec::new())
}

/// Decisions that need no other screen.
fn decided_here(serving: &mut Serving, command: Command) -> Result<(), Notice> {
    let line = serving.line().ok_or(Notice::NoSuchLine)?;
    let known = serving
        .form(line.number)
        .map_or(OutcomeKind::Conforming, |form| form.kind);
    let kind = match command {
        Command::Conforming => OutcomeKind::Conforming,
        // Counting boxes of a line that was declined means that it is delivered after all.
        _ if known == OutcomeKind::NotDelivered => OutcomeKind::Conforming,
        _ => known,
    };
    let form = serving.form_of_selected(kind)?;
    match command {
        Command::More => {
            let form = serving.count(form, 1)?;
            serving.put(form);
        }
        Command::Fewer => {
            let form = serving.count(form, -1)?;
            serving.put(form);
        }
        Command::AllBoxes => {
            let form = serving.count_all(form)?;
            serving.put(form);
        }
        _ => {
            serving.put(form);
            serving.select_next_undecided();
        }
    }
    Ok(())
}

/// Decisions that ask something more.
fn decided_there(serving: Box<Serving>, command: Command, desk: &mut Desk) -> Next {
    let kind = match command {
        Command::Substitute => OutcomeKind::Substituted,
        Command::Adjust => OutcomeKind::Adjusted,
        Command::NotDeliver => OutcomeKind::NotDelivered,
        _ => {
            let known = serving.line().and_then(|line| serving.form(line.number));
            known.map_or(OutcomeKind::Conforming, |form| form.kind)
        }
    };
    let form = match serving
        .form_of_selected(kind)
        .and_then(|form| allowed(&serving, form))
    {
        Ok(form) => form,
        Err(notice) => {
            desk.notice = Some(notice);
            return (Screen::Prescription(serving), Vec::new());
        }
    };
    let asking = match command {
        Command::Substitute => Deciding::first_product(&serving, &form),
        Command::Adjust => Asking::choice(Choice::AdjustmentReason),
        Command::NotDeliver => Asking::choice(Choice::NotDeliveredReason),
        _ => Asking::Overview,
    };
    (
        Screen::Decision(Box::new(Deciding::new(serving, form, asking))),
        Vec::new(),
    )
}

/// The form, unless its line forbids what it is about.
fn allowed(serving: &Serving, form: Form) -> Result<Form, Notice> {
    match serving.prescription.line(form.line) {
        Some(line) if form.kind == OutcomeKind::Substituted => {
            substitution_notice(line).map_or(Ok(form), Err)
        }
        _ => Ok(form),
    }
}

/// Why a line cannot be substituted, when it cannot: said before anything is chosen for nothing.
pub fn substitution_notice(line: &PrescriptionLine) -> Option<Notice> {
    match (&line.kind, &line.substitution) {
        (LineKind::Device, _) => Some(Notice::DeviceNotSubstitutable),
        (_, SubstitutionPermission::Forbidden(why)) => Some(Notice::NotSubstitutable(why.clone())),
        (_, SubstitutionPermission::Allowed) => None,
    }
}

fn reviewed(serving: Box<Serving>, scope: Scope, desk: &mut Desk) -> Next {
    if serving.is_blocked(desk) {
        desk.notice = Some(Notice::Blocked);
        return (Screen::Prescription(serving), Vec::new());
    }
    match serving.proposal(scope) {
        Err((line, missing)) => ask_for(serving, line, missing, desk),
        Ok(proposal) if proposal.decisions.is_empty() => {
            desk.notice = Some(match scope {
                Scope::Everything => Notice::NothingOpen,
                Scope::DecidedOnly => Notice::NothingDecided,
            });
            (Screen::Prescription(serving), Vec::new())
        }
        Ok(proposal) => {
            let effects = serving.confirm_hold(desk);
            let review = Review::new(serving, scope, proposal, desk);
            (Screen::Review(Box::new(review)), effects)
        }
    }
}

/// Goes to what is still to be said about a line.
fn ask_for(
    mut serving: Box<Serving>,
    line: LineNumber,
    missing: crate::app::form::Missing,
    desk: &mut Desk,
) -> Next {
    serving.select(line);
    let Some(form) = serving.form(line).cloned() else {
        return (Screen::Prescription(serving), Vec::new());
    };
    desk.notice = Some(Notice::StillMissing(line, missing));
    let asking = Asking::for_missing(missing, &serving, &form);
    (
        Screen::Decision(Box::new(Deciding::new(serving, form, asking))),
        Vec::new(),
    )
}
