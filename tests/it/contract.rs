//! What the client needs of any base, row by row of `docs/wire.md`: run against a foreign FHIR server
//! and against the training base alike.

mod correction;
mod prescription;
mod wire_tap;

use comptoir::base::{
    AccessToken, Base, BaseAddress, BaseError, ConsultAnswer, HoldAnswer, HttpTransport, Operation, Request,
    SearchAnswer, Transport, training_token,
};
use comptoir::domain::consent::Consent;
use comptoir::domain::dispense::HandOver;
use comptoir::domain::identifiers::{Boxes, DispensedLineId, LineNumber};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::outbox::PostState;
use comptoir::domain::people::Pharmacy;
use comptoir::domain::prescription::{LineKind, LineStanding, Prescription, Status};
use comptoir::domain::refusal::RefusalCode;
use comptoir::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use prescription::{bundle, hand_over, withdrawal};
use wire_tap::{LosesOneAnswer, MeddledWith};

/// Runs every row against the base at that address.
///
/// `seed` sends a transaction of `contract/prescription.rs` as a prescriber: one that writes a prescription
/// under a number of its own, or one that withdraws a line. `now` is the base's own time, for one that looks at its clock.
pub(crate) async fn every_row(address: &BaseAddress, now: Timestamp, seed: impl AsyncFn(Value)) {
    let contract = Contract {
        // The wire carries whole seconds.
        now: Timestamp::from_second(now.as_second()).unwrap(),
        ours: counter(address, "990000001", "Pharmacie de la Formation").await,
        theirs: counter(address, "990000002", "Pharmacie du Port").await,
        seed,
    };
    contract.an_unknown_number_is_refused().await;
    contract.a_prescription_is_read().await;
    contract.a_patient_is_searched_where_it_is_offered().await;
    contract.a_hold_is_taken_respected_and_given_back().await;
    contract.a_hold_taken_by_another_in_between_is_seen().await;
    contract
        .a_hand_over_is_posted_once_however_often_it_is_sent()
        .await;
    contract.a_lost_answer_doubles_nothing().await;
    contract
        .a_task_that_moved_in_between_is_posted_all_the_same()
        .await;
    contract.a_withdrawn_line_is_not_posted().await;
    contract
        .a_delivery_is_cancelled_once_however_often_it_is_sent()
        .await;
    contract
        .a_delivery_is_replaced_once_even_when_the_answer_is_lost()
        .await;
    contract.a_correction_takes_no_hold_away().await;
    contract.what_was_never_there_is_only_replaced().await;
}

/// A pharmacy's side of the base.
struct Counter {
    pharmacy: Pharmacy,
    transport: HttpTransport,
}

struct Contract<S> {
    now: Timestamp,
    ours: Counter,
    theirs: Counter,
    seed: S,
}

async fn counter(address: &BaseAddress, finess: &str, name: &str) -> Counter {
    let pharmacy = Pharmacy {
        finess: finess.parse().unwrap(),
        name: name.to_owned(),
        address: "1 rue de l’Exemple, 75000 Paris".to_owned(),
        phone: "0199000001".to_owned(),
    };
    // A base that is not a training base has no such door, and this one asks for no login.
    let token = training_token(address, &pharmacy)
        .await
        .unwrap_or(AccessToken::new("none"));
    Counter {
        transport: HttpTransport::new(address, token).unwrap(),
        pharmacy,
    }
}

impl Counter {
    fn base(&self) -> Base<HttpTransport> {
        Base::new(self.transport.clone(), self.pharmacy.clone())
    }

    /// A medicine's resource as the base has it.
    async fn resource_of_line(&self, number: &PrescriptionNumber, line: LineNumber) -> Value {
        let target =
            format!("MedicationRequest?group-or-identifier=urn:oid:1.2.250.1.215.500.1.1%7C{number}");
        let response = self.transport.exchange(Request::get(target)).await.unwrap();
        let found: Value = serde_json::from_str(response.text().unwrap()).unwrap();
        let mut resources = found["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["resource"].clone());
        let place = |resource: &Value| resource["extension"][0]["valuePositiveInt"] == line.0;
        resources.find(place).unwrap()
    }

    /// How many deliveries the base holds under that identifier.
    async fn count(&self, kind: &str, id: DispensedLineId) -> usize {
        let target = format!("{kind}?identifier=urn:ietf:rfc:3986%7Curn:uuid:{id}");
        let response = self.transport.exchange(Request::get(target)).await.unwrap();
        let found: Value = serde_json::from_str(response.text().unwrap()).unwrap();
        found["entry"].as_array().map_or(0, Vec::len)
    }
}

impl<S: AsyncFn(Value)> Contract<S> {
    /// When a hold taken now ends.
    fn until(&self) -> Timestamp {
        self.now + 30.minutes()
    }

    fn today(&self) -> Date {
        self.now.in_tz("Europe/Paris").unwrap().date()
    }

    /// A fresh prescription, written to the base.
    async fn seeded(&self, number: &str) -> PrescriptionNumber {
        let number = number.parse().unwrap();
        (self.seed)(bundle(&number, self.now)).await;
        number
    }

    async fn read(&self, number: &PrescriptionNumber) -> Prescription {
        match self.ours.base().consult(number).await.unwrap() {
            ConsultAnswer::Found(consulted) => consulted.prescription,
            ConsultAnswer::Refused(refusal) => unreachable!("{:?}", refusal.code),
        }
    }

    async fn an_unknown_number_is_refused(&self) {
        let answer = self
            .ours
            .base()
            .consult(&"01CNTRACTXNEVERXXX".parse().unwrap())
            .await
            .unwrap();
        let is_unknown = matches!(answer,
            ConsultAnswer::Refused(refusal) if refusal.code == RefusalCode::UnknownPrescription);
        assert!(is_unknown, "an unknown number");
    }

    async fn a_prescription_is_read(&self) {
        // Another patient's prescription beside it: a base may send everybody's.
        self.seeded("01CNTRACTXREADXXX0").await;
        let number = self.seeded("01CNTRACTXREADXXX1").await;
        let read = self.read(&number).await;
        assert_eq!(read.lines.len(), 5);
        assert_eq!(read.status(self.today()), Status::Open);
        assert_eq!(read.patient.family, "Marchand");
        assert!(read.patient.ins.is_some());
        assert_eq!(read.prescriber.family, "Rivière");
        assert_eq!(read.consent, Consent::Agreed);
        assert_eq!(read.hold, None);
        assert_eq!(read.valid_until, Some(self.today() + 90.days()));
        assert_eq!(read.lines[1].ordered(), Some(Boxes(6)));
        let narrow = SubstitutionPermission::Forbidden(NonSubstitutable::NarrowMargin);
        assert_eq!(read.lines[1].substitution, narrow);
        assert_eq!(read.lines[2].kind, LineKind::Device);
        assert!(matches!(&read.lines[3].kind, LineKind::Other { executor } if executor == "laboratoire"));
    }

    async fn a_patient_is_searched_where_it_is_offered(&self) {
        let base = self.ours.base();
        if !base.capability().await.unwrap().offers(Operation::Search) {
            println!("the search by patient is not offered by this base");
            return;
        }
        let number = self.seeded("01CNTRACTXSEARCHX1").await;
        let ins = self.read(&number).await.patient.ins.unwrap();
        let found = base.search(&ins).await.unwrap();
        let is_there =
            matches!(found, SearchAnswer::Found(found) if found.iter().any(|one| one.number == number));
        assert!(is_there, "the patient's prescription");
    }

    async fn a_hold_is_taken_respected_and_given_back(&self) {
        let number = self.seeded("01CNTRACTXHOLDXXX1").await;
        let (ours, theirs) = (self.ours.base(), self.theirs.base());
        let taken = ours.take_hold(&number, self.now, self.until()).await.unwrap();
        assert!(matches!(taken, HoldAnswer::Taken(hold) if hold.until == Some(self.until())));
        let hold = self.read(&number).await.hold.unwrap();
        assert!(hold.is_of(&self.ours.pharmacy.finess) && hold.binds(self.now));
        assert_eq!(hold.phone, self.ours.pharmacy.phone);

        let refused = theirs.take_hold(&number, self.now, self.until()).await.unwrap();
        assert!(matches!(refused, HoldAnswer::HeldElsewhere(hold) if hold.is_of(&self.ours.pharmacy.finess)));
        theirs.give_hold_back(&number).await.unwrap();
        assert!(
            self.read(&number).await.hold.is_some(),
            "nobody gives back what is another's"
        );

        ours.give_hold_back(&number).await.unwrap();
        assert_eq!(self.read(&number).await.hold, None);
        let taken = theirs.take_hold(&number, self.now, self.until()).await.unwrap();
        assert!(matches!(taken, HoldAnswer::Taken(_)));
        theirs.give_hold_back(&number).await.unwrap();
    }

    async fn a_hold_taken_by_another_in_between_is_seen(&self) {
        let number = self.seeded("01CNTRACTXSTALEXX1").await;
        let (theirs, now, until) = (&self.theirs, self.now, self.until());
        let meddled = MeddledWith::before_a_put(self.ours.transport.clone(), async || {
            let taken = theirs.base().take_hold(&number, now, until).await;
            assert!(matches!(taken, Ok(HoldAnswer::Taken(_))));
        });
        let base = Base::new(meddled, self.ours.pharmacy.clone());
        let answer = base.take_hold(&number, self.now, self.until()).await.unwrap();
        assert!(
            matches!(answer, HoldAnswer::HeldElsewhere(hold) if hold.is_of(&self.theirs.pharmacy.finess))
        );
        self.theirs.base().give_hold_back(&number).await.unwrap();
    }

    /// Whether the base holds each line of the hand-over exactly once.
    async fn is_there_once(&self, hand_over: &HandOver) {
        for (line, kind) in hand_over.lines.iter().zip(prescription::KINDS) {
            assert_eq!(
                self.ours.count(kind, line.id).await,
                1,
                "{kind} of line {}",
                line.line
            );
        }
        let read = self.read(&hand_over.number).await;
        assert_eq!(read.lines[0].remaining(), Some(Boxes::ZERO));
        assert_eq!(read.lines[1].remaining(), Some(Boxes(4)));
        assert_eq!(read.lines[2].remaining(), Some(Boxes::ZERO));
        assert_eq!(read.lines[0].deliveries[0].id, Some(hand_over.lines[0].id));
        assert_eq!(read.lines[0].deliveries[0].at, Some(hand_over.at));
        assert_eq!(read.lines[0].deliveries[0].pharmacy, self.ours.pharmacy.name);
    }

    async fn a_hand_over_is_posted_once_however_often_it_is_sent(&self) {
        let number = self.seeded("01CNTRACTXPOSTXXX1").await;
        let hand_over = hand_over(&number, &self.ours.pharmacy, self.now);
        let base = self.ours.base();
        base.take_hold(&number, self.now, self.until()).await.unwrap();
        for _ in 0..2 {
            assert_eq!(
                base.post(&hand_over, &ids(&hand_over)).await,
                Ok(accepted(&hand_over))
            );
            self.is_there_once(&hand_over).await;
        }
        assert_eq!(
            self.read(&number).await.hold,
            None,
            "the post gives the prescription back"
        );
    }

    async fn a_lost_answer_doubles_nothing(&self) {
        let number = self.seeded("01CNTRACTXLOSTXXX1").await;
        let hand_over = hand_over(&number, &self.ours.pharmacy, self.now);
        let lossy = LosesOneAnswer::to_a_transaction(self.ours.transport.clone());
        let base = Base::new(lossy, self.ours.pharmacy.clone());
        let first = base.post(&hand_over, &ids(&hand_over)).await;
        assert_eq!(first, Err(BaseError::OutcomeUnknown));
        self.is_there_once(&hand_over).await;
        let second = base.post(&hand_over, &ids(&hand_over)).await;
        assert_eq!(second, Ok(accepted(&hand_over)));
        self.is_there_once(&hand_over).await;
    }

    async fn a_task_that_moved_in_between_is_posted_all_the_same(&self) {
        let number = self.seeded("01CNTRACTXMOVEDXX1").await;
        let hand_over = hand_over(&number, &self.ours.pharmacy, self.now);
        let (ours, now, until) = (&self.ours, self.now, self.until());
        let meddled = MeddledWith::before_a_transaction(self.ours.transport.clone(), async || {
            let taken = ours.base().take_hold(&number, now, until).await;
            assert!(matches!(taken, Ok(HoldAnswer::Taken(_))));
        });
        let base = Base::new(meddled, self.ours.pharmacy.clone());
        assert_eq!(
            base.post(&hand_over, &ids(&hand_over)).await,
            Ok(accepted(&hand_over))
        );
        self.is_there_once(&hand_over).await;
    }

    async fn a_withdrawn_line_is_not_posted(&self) {
        let number = self.seeded("01CNTRACTXCANCELX1").await;
        let mut hand_over = hand_over(&number, &self.ours.pharmacy, self.now);
        hand_over.lines[0].line = prescription::WITHDRAWN;
        (self.seed)(withdrawal(
            self.ours.resource_of_line(&number, prescription::WITHDRAWN).await,
        ))
        .await;
        assert_eq!(
            self.read(&number).await.lines[4].standing,
            LineStanding::Cancelled
        );
        let states = self.ours.base().post(&hand_over, &ids(&hand_over)).await.unwrap();
        let is_refused = matches!(&states[0],
            (id, PostState::Refused(refusal)) if *id == hand_over.lines[0].id && refusal.code == RefusalCode::LineCancelled);
        assert!(is_refused, "{states:?}");
        assert!(states[1..].iter().all(|(_, state)| *state == PostState::Accepted));
        assert_eq!(
            self.ours.count("MedicationDispense", hand_over.lines[0].id).await,
            0
        );
    }
}

fn ids(hand_over: &HandOver) -> Vec<DispensedLineId> {
    hand_over.lines.iter().map(|line| line.id).collect()
}

fn accepted(hand_over: &HandOver) -> Vec<(DispensedLineId, PostState)> {
    hand_over
        .lines
        .iter()
        .map(|line| (line.id, PostState::Accepted))
        .collect()
}
