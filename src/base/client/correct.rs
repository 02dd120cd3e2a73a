//! Posting a correction: what the base still holds of a wrong delivery is marked as an error, and replaced, in one transaction.
//!
//! It comes after the delivery it corrects, which the base has answered for by then. Read again first, so that a lost
//! answer is found out before anything is sent again:
//!
//! | the base holds | then |
//! |---|---|
//! | the wrong delivery as an error (or not at all: it refused it), and what replaces it if anything does | accepted |
//! | anything else | what is missing is posted, all of it or nothing |
//! | 412, or 400 that speaks of 412 | read again, three times at most; else a conflict |
//! | a "no" about any part | refused as a whole: the base goes on holding the delivery as it was, and both entries stay here |

use serde_json::Value;

use crate::base::client::Base;
use crate::base::client::consult::ReadAgain;
use crate::base::client::post::{Answer, TRIES_MAX, answer, no, not_deliverable};
use crate::base::mapping::{self, Known, Reading, correction, delivery};
use crate::base::outcome;
use crate::base::pool::{self, Pool};
use crate::base::transport::{Method, Request, Transport};
use crate::base::{BaseError, PostAnswer, codes};
use crate::domain::consent::Consent;
use crate::domain::correction::Corrects;
use crate::domain::dispense::{DispensedLine, HandOver};
use crate::domain::identifiers::DispensedLineId;
use crate::domain::outbox::PostState;
use crate::domain::refusal::Refusal;

impl<T: Transport> Base<T> {
    /// Posts a correction; its taking back and its replacement share one fate.
    ///
    /// Safe to repeat, whatever happened before.
    pub(super) async fn correct(
        &self,
        hand_over: &HandOver,
        corrects: &Corrects,
    ) -> Result<PostAnswer, BaseError> {
        let mut consent = None;
        let states = self.correct_reading(hand_over, corrects, &mut consent).await?;
        Ok(PostAnswer { states, consent })
    }

    async fn correct_reading(
        &self,
        hand_over: &HandOver,
        corrects: &Corrects,
        consent: &mut Option<Consent>,
    ) -> Result<Vec<(DispensedLineId, PostState)>, BaseError> {
        let mut stale: Option<(Refusal, Vec<String>)> = None;
        for tries in 0..=TRIES_MAX {
            let mut reading = match self.read_again(&hand_over.number).await? {
                ReadAgain::Found(reading) => reading,
                ReadAgain::Refused(refusal) => return Ok(all(hand_over, &PostState::Refused(refusal))),
            };
            *consent = Some(reading.prescription.consent);
            self.find_what_was_left_out(hand_over, corrects, &mut reading)
                .await?;
            let wrong = still_counted(corrects, &reading);
            let missing = hand_over.lines.iter().filter(|line| !reading.holds(line.id));
            let missing: Vec<&DispensedLine> = missing.collect();
            if wrong.is_empty() && missing.is_empty() {
                return Ok(all(hand_over, &PostState::Accepted));
            }
            if let Some(code) = missing.iter().find_map(|line| not_deliverable(line, &reading)) {
                let refusal = outcome::refusal(code, String::new());
                return Ok(all(hand_over, &PostState::Refused(refusal)));
            }
            let versions = versions(&wrong, &reading);
            if let Some((refusal, posted_versions)) = stale.take()
                && (tries == TRIES_MAX || posted_versions == versions)
            {
                return Ok(all(hand_over, &PostState::Conflict(refusal)));
            }
            match self
                .post_correction(hand_over, &wrong, &missing, &reading)
                .await?
            {
                Ended::As(end) => return Ok(all(hand_over, &end)),
                Ended::TooLate(refusal) => stale = Some((refusal, versions)),
            }
        }
        Err(BaseError::Garbled)
    }

    async fn post_correction(
        &self,
        hand_over: &HandOver,
        wrong: &[&Known],
        missing: &[&DispensedLine],
        reading: &Reading,
    ) -> Result<Ended, BaseError> {
        let bundle = correction::transaction(hand_over, wrong, missing, reading).to_string();
        let request = Request::get("").carrying(Method::Post, codes::FHIR_JSON, bundle);
        let response = self.tell(request).await?;
        Ok(match answer(&response, wrong.len() + missing.len())? {
            Answer::Accepted => Ended::As(PostState::Accepted),
            Answer::Stale(refusal) => Ended::TooLate(refusal),
            Answer::Conflict(refusal) => Ended::As(PostState::Conflict(refusal)),
            Answer::Refused(remarks) => {
                let remark = remarks.first().ok_or(BaseError::Garbled)?;
                Ended::As(match missing.first() {
                    Some(line) => no(remark, line, reading),
                    None => PostState::Refused(remark.refusal.clone()),
                })
            }
        })
    }

    /// Looks up by their identifiers the deliveries that a consultation did not bring: nothing is replaced twice, and
    /// nothing is believed gone, because a search left it out.
    async fn find_what_was_left_out(
        &self,
        hand_over: &HandOver,
        corrects: &Corrects,
        reading: &mut Reading,
    ) -> Result<(), BaseError> {
        let is_device = reading
            .origin(corrects.line)
            .is_some_and(|origin| origin.kind == "DeviceRequest");
        let kind = delivery::KINDS[usize::from(is_device)];
        let ours = corrects
            .annulled()
            .chain(hand_over.lines.iter().map(|line| line.id));
        for id in ours.collect::<Vec<_>>() {
            if reading.holds(id) {
                continue;
            }
            let response = self.ask(delivery_of(kind, id)).await?;
            let text = response.text().filter(|_| response.status == 200);
            let pool = Pool::of([text.ok_or(BaseError::Garbled)?])?;
            if let Some(resource) = mapping::delivered_under(id, &pool) {
                reading.known.push(Known {
                    id,
                    reference: pool::reference_to(resource),
                    resource: resource.clone(),
                });
            }
        }
        Ok(())
    }
}

/// How a post ended.
enum Ended {
    As(PostState),
    TooLate(Refusal),
}

/// The question whether the base holds a delivery with that identifier.
pub(super) fn delivery_of(kind: &str, id: DispensedLineId) -> Request {
    let target = format!("{kind}?identifier={}%7C{}", codes::URI, codes::urn(id.0));
    Request::get(target).with_header("prefer", "handling=strict")
}

/// What the base holds of the wrong delivery, and still counts.
fn still_counted<'a>(corrects: &Corrects, reading: &'a Reading) -> Vec<&'a Known> {
    let annulled: Vec<DispensedLineId> = corrects.annulled().collect();
    let known = reading.known.iter();
    known
        .filter(|known| annulled.contains(&known.id))
        .filter(|known| known.resource["status"] != "entered-in-error")
        .collect()
}

/// The versions a transaction names: when none of them moved, a stale version is not ours to mend.
fn versions(wrong: &[&Known], reading: &Reading) -> Vec<String> {
    let of_task = reading.task.as_ref().and_then(|task| task.version());
    let of_wrong = wrong.iter().filter_map(|known| known.version());
    of_task.into_iter().chain(of_wrong).map(str::to_owned).collect()
}

/// The same state for all of it.
fn all(hand_over: &HandOver, state: &PostState) -> Vec<(DispensedLineId, PostState)> {
    let line = hand_over.corrects.as_ref().map(|corrects| corrects.line);
    let named = |refusal: &Refusal| Refusal {
        line: refusal.line.or(line),
        ..refusal.clone()
    };
    let state = match state {
        PostState::Refused(refusal) => PostState::Refused(named(refusal)),
        PostState::Conflict(refusal) => PostState::Conflict(named(refusal)),
        PostState::Accepted | PostState::Pending | PostState::Local => state.clone(),
    };
    let replacement = hand_over.lines.iter().map(|line| line.id);
    std::iter::once(hand_over.id.annulment())
        .chain(replacement)
        .map(|id| (id, state.clone()))
        .collect()
}

impl Known {
    /// The version that an update must name.
    pub(in crate::base) fn version(&self) -> Option<&str> {
        self.resource
            .get("meta")?
            .get("versionId")
            .and_then(Value::as_str)
    }
}
