//! Holding a prescription while it is served, and giving it back.

use jiff::Timestamp;

use crate::base::client::{Base, body, percent_encoded};
use crate::base::fhir::{self, Task};
use crate::base::mapping::{self, task};
use crate::base::pool::Pool;
use crate::base::transport::{Method, Request, Response, Transport};
use crate::base::{BaseError, HoldAnswer, codes, outcome};
use crate::domain::hold::Hold;
use crate::domain::number::PrescriptionNumber;

/// How often a Task that changes under our hands is read again.
const TRIES_MAX: usize = 3;

/// From whom a prescription may be taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// From nobody.
    Free,
    /// From another terminal of this pharmacy.
    OverColleague,
}

/// What became of an update of the Task.
enum Updated {
    Done,
    /// Somebody wrote in between, or holds it: only a new reading says who.
    ReadAgain(u16),
    /// The base does not let this pharmacy do that.
    NotAllowed,
}

impl<T: Transport> Base<T> {
    /// Takes the prescription for this pharmacy until that moment, or says who has it.
    ///
    /// A hold of another pharmacy that is over is taken over; our own is prolonged.
    pub async fn take_hold(
        &self,
        number: &PrescriptionNumber,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<HoldAnswer, BaseError> {
        self.claim(number, (now, until), Claim::Free).await
    }

    /// The same, also from a colleague at another terminal of this pharmacy, who then no longer has it.
    pub async fn take_hold_over(
        &self,
        number: &PrescriptionNumber,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<HoldAnswer, BaseError> {
        self.claim(number, (now, until), Claim::OverColleague).await
    }

    /// Who has it now, without asking for it: [`HoldAnswer::Taken`] when this terminal has; `None` when nobody does.
    pub async fn look_at_hold(
        &self,
        number: &PrescriptionNumber,
        now: Timestamp,
    ) -> Result<Option<HoldAnswer>, BaseError> {
        let Some(current) = self.current_task(number).await?.filter(task::can_be_held) else {
            return Ok(Some(HoldAnswer::NotOffered));
        };
        let binding = task::hold(&current).filter(|hold| hold.binds(now));
        Ok(binding.map(|hold| {
            if !hold.is_of(&self.pharmacy.finess) {
                HoldAnswer::HeldElsewhere(hold)
            } else if hold.is_at_another(self.terminal.as_ref()) {
                HoldAnswer::HeldByColleague(hold)
            } else {
                HoldAnswer::Taken(hold)
            }
        }))
    }

    async fn claim(
        &self,
        number: &PrescriptionNumber,
        (now, until): (Timestamp, Timestamp),
        claim: Claim,
    ) -> Result<HoldAnswer, BaseError> {
        let mut last_status = None;
        for _ in 0..TRIES_MAX {
            let Some(current) = self.current_task(number).await?.filter(task::can_be_held) else {
                return Ok(HoldAnswer::NotOffered);
            };
            let binding = task::hold(&current).filter(|hold| hold.binds(now));
            let is_ours = binding
                .as_ref()
                .is_some_and(|hold| hold.is_of(&self.pharmacy.finess));
            let since = binding.as_ref().and_then(|hold| hold.since).unwrap_or(now);
            match binding {
                Some(hold) if !is_ours => return Ok(HoldAnswer::HeldElsewhere(hold)),
                Some(hold) if claim == Claim::Free && hold.is_at_another(self.terminal.as_ref()) => {
                    return Ok(HoldAnswer::HeldByColleague(hold));
                }
                // It was refused as stale, and is ours: that was our own update, its answer lost.
                Some(hold) if last_status.is_some() && !hold.is_at_another(self.terminal.as_ref()) => {
                    return Ok(HoldAnswer::Taken(hold));
                }
                _ => {}
            }
            let wanted = task::held(
                current.clone(),
                &self.pharmacy,
                self.terminal.as_ref(),
                (since, until),
            );
            match self.update(&current, &wanted).await? {
                Updated::Done => {
                    return Ok(task::hold(&wanted).map_or(HoldAnswer::NotOffered, HoldAnswer::Taken));
                }
                Updated::NotAllowed => return Ok(HoldAnswer::NotOffered),
                Updated::ReadAgain(status) => last_status = Some(status),
            }
        }
        Err(never_still(last_status))
    }

    /// Gives the prescription back, if this terminal has it: a colleague who took it over keeps it.
    pub async fn give_hold_back(&self, number: &PrescriptionNumber) -> Result<(), BaseError> {
        let mut last_status = None;
        for _ in 0..TRIES_MAX {
            let Some(current) = self.current_task(number).await?.filter(task::can_be_held) else {
                return Ok(());
            };
            let is_ours =
                |hold: Hold| hold.is_of(&self.pharmacy.finess) && !hold.is_at_another(self.terminal.as_ref());
            if !task::hold(&current).is_some_and(is_ours) {
                return Ok(());
            }
            let mut free = task::released(current.clone());
            free.status = Some("ready".to_owned());
            match self.update(&current, &free).await? {
                Updated::Done | Updated::NotAllowed => return Ok(()),
                Updated::ReadAgain(status) => last_status = Some(status),
            }
        }
        Err(never_still(last_status))
    }

    async fn current_task(&self, number: &PrescriptionNumber) -> Result<Option<Task>, BaseError> {
        let token = percent_encoded(&format!("{}|{number}", codes::NUMBER));
        let request =
            Request::get(format!("Task?group-identifier={token}")).with_header("prefer", "handling=strict");
        let response = self.ask(request).await?;
        match response.status {
            200 => Ok(mapping::task_of(number, &Pool::of([body(&response)?])?)),
            400..=499 | 501 => Ok(None),
            _ => Err(BaseError::Garbled),
        }
    }

    /// Writes the Task back if nobody else did since it was read.
    async fn update(&self, current: &Task, wanted: &Task) -> Result<Updated, BaseError> {
        let (Some(place), Some(version)) = (task::place(current), current.version()) else {
            return Ok(Updated::NotAllowed);
        };
        let written = fhir::written(&wanted.clone().for_update()).to_string();
        let request = Request::get(place.to_string())
            .carrying(Method::Put, codes::FHIR_JSON, written)
            .with_header("if-match", fhir::etag(version));
        self.tell(request).await.and_then(|response| updated(&response))
    }
}

fn updated(response: &Response) -> Result<Updated, BaseError> {
    match response.status {
        200..=204 => Ok(Updated::Done),
        409 | 412 => Ok(Updated::ReadAgain(response.status)),
        400 if outcome::is_stale(response) => Ok(Updated::ReadAgain(412)),
        400..=499 | 501 => Ok(Updated::NotAllowed),
        _ => Err(BaseError::Garbled),
    }
}

/// It changed at every try: later, perhaps.
fn never_still(last_status: Option<u16>) -> BaseError {
    BaseError::Unavailable {
        status: last_status.unwrap_or(412),
        retry_after: None,
    }
}
