//! Row 5: a delivery is taken back or replaced, whatever the network does, on any base.

use comptoir::base::{Base, BaseError, Request, Transport};
use comptoir::domain::correction::{Corrects, Motive};
use comptoir::domain::dispense::{DispensedLine, HandOver, LineOutcome};
use comptoir::domain::identifiers::{Boxes, DispenseId, DispensedLineId};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::outbox::PostState;
use comptoir::domain::prescription::DeliveryStanding;
use comptoir::domain::reasons::{CorrectionReason, PartialReason};
use comptoir::domain::register::RegisterNumber;
use jiff::ToSpan;
use serde_json::Value;
use uuid::Uuid;

use super::prescription::{KINDS, hand_over};
use super::wire_tap::{LosesOneAnswer, MeddledWith};
use super::{Contract, accepted, ids};

/// The correction of the `place`-th line: taken back, and replaced by these lines.
fn correction(
    of: &HandOver,
    place: usize,
    replaced_by: impl Fn(DispenseId) -> Vec<DispensedLine>,
) -> HandOver {
    let wrong = &of.lines[place];
    let id = DispenseId(Uuid::new_v5(&of.id.0, format!("correction {place}").as_bytes()));
    HandOver {
        paper: None,
        id,
        at: of.at + 2.minutes(),
        lines: replaced_by(id),
        corrects: Some(Corrects {
            entry: RegisterNumber(1),
            delivery: wrong.id,
            earlier: Vec::new(),
            line: wrong.line,
            handed_over_at: of.at,
            is_handwritten: false,
            motive: Motive::new(CorrectionReason::WrongQuantity, "une seule était dans le sac").unwrap(),
        }),
        ..of.clone()
    }
}

/// The same line again with one box and a reason.
fn one_box(of: &HandOver, place: usize) -> impl Fn(DispenseId) -> Vec<DispensedLine> {
    let recorded = of.lines[place].clone();
    move |id| {
        let mut line = recorded.clone();
        line.id = id.line(1);
        line.partial = Some(PartialReason::Owed);
        let (LineOutcome::Conforming(supply) | LineOutcome::Substituted { supply, .. }) = &mut line.outcome
        else {
            unreachable!("boxes were handed over")
        };
        supply.boxes = Boxes(1);
        vec![line]
    }
}

/// The states of a correction that the base took.
fn taken(correction: &HandOver) -> Vec<(DispensedLineId, PostState)> {
    let mut states = vec![(correction.id.annulment(), PostState::Accepted)];
    states.extend(accepted(correction));
    states
}

impl<S: AsyncFn(Value)> Contract<S> {
    async fn posted(&self, number: &str) -> (PrescriptionNumber, HandOver) {
        let number = self.seeded(number).await;
        let hand_over = hand_over(&number, &self.ours.pharmacy, self.now);
        let states = self.ours.base().post(&hand_over, &ids(&hand_over)).await;
        assert_eq!(states, Ok(accepted(&hand_over)));
        (number, hand_over)
    }

    async fn stored(&self, kind: &str, id: DispensedLineId) -> Value {
        let target = format!("{kind}?identifier=urn:ietf:rfc:3986%7Curn:uuid:{id}");
        let response = self.ours.transport.exchange(Request::get(target)).await.unwrap();
        let found: Value = serde_json::from_str(response.text().unwrap()).unwrap();
        assert_eq!(found["entry"].as_array().unwrap().len(), 1, "{found}");
        found["entry"][0]["resource"].clone()
    }

    /// Each line, a device too: taken back once, its boxes due again, and readable for ever.
    pub(super) async fn a_delivery_is_cancelled_once_however_often_it_is_sent(&self) {
        let (number, hand_over) = self.posted("01CNTRACTXANNULXX1").await;
        let base = self.ours.base();
        for (place, kind) in KINDS.iter().enumerate() {
            let cancellation = correction(&hand_over, place, |_| Vec::new());
            for _ in 0..2 {
                let states = base.post(&cancellation, &[]).await;
                assert_eq!(states, Ok(taken(&cancellation)), "{kind}");
            }
            let stored = self.stored(kind, hand_over.lines[place].id).await;
            assert_eq!(stored["status"], "entered-in-error", "{kind}");
            let line = &self.read(&number).await.lines[place];
            assert_eq!(line.remaining(), line.ordered(), "{kind}");
            assert_eq!(line.deliveries[0].standing, DeliveryStanding::EnteredInError);
        }
    }

    pub(super) async fn a_delivery_is_replaced_once_even_when_the_answer_is_lost(&self) {
        let (number, hand_over) = self.posted("01CNTRACTXRECTIFX1").await;
        let rectification = correction(&hand_over, 0, one_box(&hand_over, 0));
        let lossy = LosesOneAnswer::to_a_transaction(self.ours.transport.clone());
        let base = Base::new(lossy, self.ours.pharmacy.clone());
        let first = base.post(&rectification, &[]).await;
        assert_eq!(first, Err(BaseError::OutcomeUnknown));
        for _ in 0..2 {
            assert_eq!(base.post(&rectification, &[]).await, Ok(taken(&rectification)));
            assert_eq!(self.ours.count(KINDS[0], rectification.lines[0].id).await, 1);
        }
        let wrong = self.stored(KINDS[0], hand_over.lines[0].id).await;
        let right = self.stored(KINDS[0], rectification.lines[0].id).await;
        assert_eq!(
            (&wrong["status"], &right["status"]),
            (&"entered-in-error".into(), &"completed".into())
        );
        let line = &self.read(&number).await.lines[0];
        assert_eq!(line.delivered(), Boxes(1));
        let replaced = right["extension"]
            .as_array()
            .unwrap()
            .iter()
            .find_map(|extension| {
                let is_it = extension["url"]
                    .as_str()
                    .is_some_and(|url| url.ends_with("/replaces"));
                is_it
                    .then(|| extension["valueReference"]["reference"].as_str())
                    .flatten()
            });
        let names_it = format!("MedicationDispense/{}", wrong["id"].as_str().unwrap());
        assert!(
            replaced.is_some_and(|reference| reference.ends_with(&names_it)),
            "{replaced:?}"
        );
        assert_eq!(
            line.deliveries.last().unwrap().at,
            Some(hand_over.at),
            "the boxes left when they left"
        );
    }

    /// Another pharmacy begins to serve at that very moment: the correction goes through, and its hold stays.
    pub(super) async fn a_correction_takes_no_hold_away(&self) {
        let (number, hand_over) = self.posted("01CNTRACTXCORRHLD1").await;
        let rectification = correction(&hand_over, 0, one_box(&hand_over, 0));
        let (theirs, now, until) = (&self.theirs, self.now, self.until());
        let meddled = MeddledWith::before_a_transaction(self.ours.transport.clone(), async || {
            let taken = theirs.base().take_hold(&number, now, until).await;
            assert!(taken.is_ok());
        });
        let base = Base::new(meddled, self.ours.pharmacy.clone());
        assert_eq!(base.post(&rectification, &[]).await, Ok(taken(&rectification)));
        let hold = self.read(&number).await.hold.unwrap();
        assert!(hold.is_of(&self.theirs.pharmacy.finess));
        self.theirs.base().give_hold_back(&number).await.unwrap();
    }

    /// A delivery that the base refused is not there to be taken back: only what replaces it is posted.
    pub(super) async fn what_was_never_there_is_only_replaced(&self) {
        let number = self.seeded("01CNTRACTXABSENTX1").await;
        let hand_over = hand_over(&number, &self.ours.pharmacy, self.now);
        let base = self.ours.base();
        let rectification = correction(&hand_over, 1, one_box(&hand_over, 1));
        assert_eq!(base.post(&rectification, &[]).await, Ok(taken(&rectification)));
        let cancellation = correction(&hand_over, 0, |_| Vec::new());
        assert_eq!(base.post(&cancellation, &[]).await, Ok(taken(&cancellation)));
        assert_eq!(self.ours.count(KINDS[0], hand_over.lines[0].id).await, 0);
        assert_eq!(self.read(&number).await.lines[1].delivered(), Boxes(1));
    }
}
