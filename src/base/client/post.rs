//! Posting a hand-over: read again, post what the base does not hold yet, understand the answer.
//!
//! | the base says | each posted line becomes |
//! |---|---|
//! | it holds our identifier | accepted: an earlier post arrived |
//! | the line is withdrawn, suspended or not there | refused, nothing is posted for it |
//! | another patient, or another product on the line that was transcribed from paper | a conflict, nothing is posted for it |
//! | 200, one success per delivery | accepted |
//! | 412, or 400 that speaks of 412 | read again; posted once more if only the Task moved, three times at most; else a conflict |
//! | 409 | a conflict |
//! | 422 that names lines | those are refused, the others are posted again without them |
//! | 422 that names none | all are refused |
//! | 422 `quantity-exceeded`, and somebody else delivered of that line | a conflict: the boxes left twice |
//! | 422 `held-elsewhere` or `stale-version` | a conflict |
//! | 400, 413, 415 | refused as unreadable: the same bytes would fail again |
//! | 403, 410 | refused |
//!
//! A refusal and a conflict both stand: the boxes left the pharmacy and the register says so. A
//! refusal is the rules' "no" to this line; a conflict is the base knowing something else that
//! happened, which a person must settle.

use crate::base::client::Base;
use crate::base::client::consult::ReadAgain;
use crate::base::client::correct::delivery_of;
use crate::base::fhir::{Bundle, EntryResponse, Task};
use crate::base::mapping::{self, Reading, delivery, execution};
use crate::base::outcome::{self, Remark};
use crate::base::pool::Pool;
use crate::base::transport::{Method, Request, Response, Transport};
use crate::base::{BaseError, codes};
use crate::domain::consent::Consent;
use crate::domain::dispense::{DispensedLine, HandOver, LineOutcome};
use crate::domain::identifiers::DispensedLineId;
use crate::domain::outbox::PostState;
use crate::domain::prescription::{DeliveryStanding, LineKind, LineStanding};
use crate::domain::product::ProductCode;
use crate::domain::refusal::{Refusal, RefusalCode};

/// How often a post that came too late is tried again.
pub(super) const TRIES_MAX: usize = 3;

/// A hand-over on its way: the lines still to be settled, and what became of the others.
struct Posting<'a> {
    hand_over: &'a HandOver,
    open: Vec<&'a DispensedLine>,
    settled: Vec<(DispensedLineId, PostState)>,
}

/// What the base answered to one transaction.
pub(super) enum Answer {
    Accepted,
    Stale(Refusal),
    Conflict(Refusal),
    Refused(Vec<Remark>),
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostAnswer {
    /// Each line that was pending: accepted, refused or in conflict.
    pub states: Vec<(DispensedLineId, PostState)>,
    /// The patient's choice, as it was read last before the lines were posted; none when nothing could be read.
    pub consent: Option<Consent>,
}

impl<T: Transport> Base<T> {
    /// Posts the pending lines of a hand-over, or a correction; each comes back accepted, refused or in conflict.
    pub async fn post(
        &self,
        hand_over: &HandOver,
        pending: &[DispensedLineId],
    ) -> Result<Vec<(DispensedLineId, PostState)>, BaseError> {
        Ok(self.post_reading_consent(hand_over, pending).await?.states)
    }

    /// The same, with the patient's choice that it read: it may not be the one of the hand-over any more.
    ///
    /// Safe to repeat, whatever happened before: it reads the prescription again first, and the base
    /// creates a delivery only if none bears its identifier.
    pub async fn post_reading_consent(
        &self,
        hand_over: &HandOver,
        pending: &[DispensedLineId],
    ) -> Result<PostAnswer, BaseError> {
        if let Some(corrects) = &hand_over.corrects {
            return self.correct(hand_over, corrects).await;
        }
        let mut posting = Posting::new(hand_over, pending);
        let mut consent = None;
        let mut stale: Option<(Refusal, Option<String>)> = None;
        for tries in 0..=TRIES_MAX {
            let reading = match self.read_again(&hand_over.number).await? {
                ReadAgain::Found(reading) => reading,
                ReadAgain::Refused(refusal) => {
                    let states = posting.end(&PostState::Refused(refusal));
                    return Ok(PostAnswer { states, consent });
                }
            };
            consent = Some(reading.prescription.consent);
            posting.settle_what_is_known(&reading);
            let version = reading.task.as_ref().and_then(Task::version).map(str::to_owned);
            if let Some((refusal, posted_version)) = stale.take() {
                self.look_up(&mut posting, &reading).await?;
                if tries == TRIES_MAX || posted_version == version {
                    let states = posting.end(&PostState::Conflict(refusal));
                    return Ok(PostAnswer { states, consent });
                }
            }
            match self.post_open(&mut posting, &reading).await? {
                Some(refusal) => stale = Some((refusal, version)),
                None => break,
            }
        }
        let states = posting.settled;
        Ok(PostAnswer { states, consent })
    }

    /// Posts until nothing is open; `Some` when the base says that it changed since it was read.
    async fn post_open(
        &self,
        posting: &mut Posting<'_>,
        reading: &Reading,
    ) -> Result<Option<Refusal>, BaseError> {
        // Each round settles at least one line, so it ends.
        while !posting.open.is_empty() {
            let bundle = execution::transaction(posting.hand_over, &posting.open, reading).to_string();
            let request = Request::get("").carrying(Method::Post, codes::FHIR_JSON, bundle);
            let response = self.tell(request).await?;
            match answer(&response, posting.open.len())? {
                Answer::Accepted => posting.settle_open(&PostState::Accepted),
                Answer::Stale(refusal) => return Ok(Some(refusal)),
                Answer::Conflict(refusal) => posting.settle_open(&PostState::Conflict(refusal)),
                Answer::Refused(remarks) => posting.settle_refused(&remarks, reading),
            }
        }
        Ok(None)
    }

    /// Looks our identifiers up one by one: a consultation may leave out what the base holds.
    async fn look_up(&self, posting: &mut Posting<'_>, reading: &Reading) -> Result<(), BaseError> {
        for line in posting.open.clone() {
            let is_device = reading
                .origin(line.line)
                .is_some_and(|origin| origin.kind == "DeviceRequest");
            let kind = delivery::KINDS[usize::from(is_device)];
            let response = self.ask(delivery_of(kind, line.id)).await?;
            let text = response.text().filter(|_| response.status == 200);
            let Some(text) = text else { continue };
            if mapping::delivered_under(line.id, &Pool::of([text])?).is_some() {
                posting.settle(line.id, PostState::Accepted);
            }
        }
        Ok(())
    }
}

impl<'a> Posting<'a> {
    fn new(hand_over: &'a HandOver, pending: &[DispensedLineId]) -> Self {
        let open = hand_over
            .lines
            .iter()
            .filter(|line| pending.contains(&line.id))
            .collect();
        Self {
            hand_over,
            open,
            settled: Vec::new(),
        }
    }

    fn settle(&mut self, id: DispensedLineId, state: PostState) {
        self.open.retain(|line| line.id != id);
        let line = self
            .hand_over
            .lines
            .iter()
            .find(|line| line.id == id)
            .map(|line| line.line);
        let named = |refusal: Refusal| Refusal {
            line: refusal.line.or(line),
            ..refusal
        };
        let state = match state {
            PostState::Refused(refusal) => PostState::Refused(named(refusal)),
            PostState::Conflict(refusal) => PostState::Conflict(named(refusal)),
            PostState::Accepted | PostState::Pending | PostState::Local => state,
        };
        self.settled.push((id, state));
    }

    fn settle_open(&mut self, state: &PostState) {
        for line in self.open.clone() {
            self.settle(line.id, state.clone());
        }
    }

    fn end(mut self, state: &PostState) -> Vec<(DispensedLineId, PostState)> {
        self.settle_open(state);
        self.settled
    }

    /// What needs no post: lines the base holds already, and lines that may no longer be delivered.
    fn settle_what_is_known(&mut self, reading: &Reading) {
        let is_someone_else = self.hand_over.paper.is_some() && is_of_someone_else(self.hand_over, reading);
        for line in self.open.clone() {
            if reading.holds(line.id) {
                self.settle(line.id, PostState::Accepted);
            } else if is_someone_else {
                let refusal = outcome::refusal(RefusalCode::PatientMismatch, String::new());
                self.settle(line.id, PostState::Conflict(refusal));
            } else if let Some(code) = not_deliverable(line, reading) {
                let refusal = outcome::refusal(code, String::new());
                self.settle(line.id, PostState::Refused(refusal));
            } else if self.hand_over.paper.is_some() && !is_the_line_transcribed(line, reading) {
                let refusal = outcome::refusal(RefusalCode::TranscriptionDiffers, String::new());
                self.settle(line.id, PostState::Conflict(refusal));
            }
        }
    }

    /// The lines that the base names are refused; when it names none of ours, all are.
    fn settle_refused(&mut self, remarks: &[Remark], reading: &Reading) {
        let open = self.open.clone();
        let mut named = 0;
        for (place, line) in open.iter().enumerate() {
            if let Some(remark) = remarks.iter().find(|remark| remark.entries.contains(&place)) {
                self.settle(line.id, no(remark, line, reading));
                named += 1;
            }
        }
        if named > 0 {
            return;
        }
        for line in open {
            if let Some(remark) = remarks.first() {
                self.settle(line.id, no(remark, line, reading));
            }
        }
    }
}

/// Why a line may no longer be delivered, if so.
pub(super) fn not_deliverable(line: &DispensedLine, reading: &Reading) -> Option<RefusalCode> {
    let Some(ordered) = reading.prescription.line(line.line) else {
        return Some(RefusalCode::LineUnknown);
    };
    match (&ordered.kind, ordered.standing) {
        (LineKind::Other { .. }, _) => Some(RefusalCode::LineUnknown),
        (_, LineStanding::Cancelled) => Some(RefusalCode::LineCancelled),
        (_, LineStanding::Suspended) => Some(RefusalCode::Other("line-suspended".to_owned())),
        (_, LineStanding::Active) => None,
    }
}

/// Whether the number that was typed belongs to another patient, as far as both sides say who it is.
fn is_of_someone_else(hand_over: &HandOver, reading: &Reading) -> bool {
    fn differs<T: PartialEq>(here: Option<&T>, there: Option<&T>) -> bool {
        here.zip(there).is_some_and(|(here, there)| here != there)
    }
    let (here, there) = (&hand_over.patient, &reading.prescription.patient);
    differs(here.born.as_ref(), there.born.as_ref()) || differs(here.ins.as_ref(), there.ins.as_ref())
}

/// Whether the base's line orders what was read on the paper under that number: what was typed by hand may be of
/// another line, or of another prescription.
fn is_the_line_transcribed(line: &DispensedLine, reading: &Reading) -> bool {
    let Some(ordered) = reading.prescription.line(line.line) else {
        return false;
    };
    let is_its_code = match &line.outcome {
        LineOutcome::Conforming(supply) => supply.code != ProductCode::None && supply.code == ordered.code,
        _ => false,
    };
    is_its_code || line.ordered.trim().to_lowercase() == ordered.label.trim().to_lowercase()
}

/// A refusal, unless it comes from something else that happened.
pub(super) fn no(remark: &Remark, line: &DispensedLine, reading: &Reading) -> PostState {
    let refusal = remark.refusal.clone();
    let is_conflict = match &refusal.code {
        RefusalCode::HeldElsewhere | RefusalCode::StaleVersion => true,
        // The rules let these boxes go because they remained; they no longer do because somebody else gave some.
        RefusalCode::QuantityExceeded => somebody_delivered(line, reading),
        _ => false,
    };
    if is_conflict {
        PostState::Conflict(refusal)
    } else {
        PostState::Refused(refusal)
    }
}

/// Whether the base knows a delivery of that line that is not this one.
fn somebody_delivered(line: &DispensedLine, reading: &Reading) -> bool {
    let ordered = reading.prescription.line(line.line);
    let mut deliveries = ordered.into_iter().flat_map(|ordered| &ordered.deliveries);
    deliveries
        .any(|delivery| delivery.standing == DeliveryStanding::Completed && delivery.id != Some(line.id))
}

/// What an answer to a transaction means for its first `deliveries` entries.
pub(super) fn answer(response: &Response, deliveries: usize) -> Result<Answer, BaseError> {
    let refused = |code| Ok(Answer::Refused(outcome::remarks(response, &code)));
    match response.status {
        200 | 201 => accepted(response, deliveries),
        _ if outcome::is_stale(response) => Ok(Answer::Stale(outcome::first_refusal(
            response,
            &RefusalCode::StaleVersion,
        ))),
        409 => Ok(Answer::Conflict(outcome::first_refusal(
            response,
            &RefusalCode::HeldElsewhere,
        ))),
        400 | 413 | 415 | 422 => refused(RefusalCode::Malformed),
        403 => refused(RefusalCode::RoleForbidden),
        410 => refused(RefusalCode::Purged),
        // Not an answer of a base: a wrong path, a gateway. Nothing says that it was taken.
        _ => Err(BaseError::Garbled),
    }
}

/// A success is believed only entry by entry; otherwise the identifiers are looked up next time.
fn accepted(response: &Response, deliveries: usize) -> Result<Answer, BaseError> {
    let bundle = response
        .text()
        .and_then(|text| serde_json::from_str::<Bundle>(text).ok())
        .filter(|bundle| bundle.resource_type == "Bundle" && bundle.entry.len() >= deliveries)
        .ok_or(BaseError::OutcomeUnknown)?;
    let statuses = bundle.entry.iter().take(deliveries).map(|entry| {
        let response = entry.response.as_ref();
        response.and_then(EntryResponse::code).unwrap_or_default()
    });
    if statuses.into_iter().all(|status| (200..300).contains(&status)) {
        Ok(Answer::Accepted)
    } else {
        Err(BaseError::OutcomeUnknown)
    }
}
