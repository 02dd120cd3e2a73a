//! The prescriber and the patient as HTTP clients of a base that listens on a real port.

use comptoir::domain::refusal::RefusalCode;
use comptoir::training::actors::{Actor, ActorError, Answer};
use comptoir::training::scenarios::{ensure_ready, names, scenario};
use comptoir::training::{Role, TrainingBase, router};
use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::stage::{PATIENT_INS, Stage, delivery, execution, nothing, order, ordinary};

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

async fn listening(base: TrainingBase) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router(base, now)).await.unwrap() });
    address
}

async fn actor(address: &str, role: Role, identity: &str) -> Actor {
    done(Actor::in_training(address, role, identity, "Quelqu’un").await)
}

fn done<T>(answer: Result<Answer<T>, ActorError>) -> T {
    answer.unwrap().into_result().unwrap()
}

fn refused<T>(answer: Result<Answer<T>, ActorError>) -> RefusalCode {
    answer.unwrap().into_result().err().unwrap().code
}

#[tokio::test]
async fn le_prescripteur_voit_la_delivrance_puis_plus_rien_apres_l_opposition() {
    let base = TrainingBase::in_memory().unwrap();
    let address = listening(base.clone()).await;
    let stage = Stage::on(base);
    let prescriber = actor(&address, Role::Prescriber, "10100000016").await;
    let patient = actor(&address, Role::Patient, PATIENT_INS).await;
    let today = "2026-11-22".parse().unwrap();
    let order = order(&ordinary("agreed"), 1);
    let number = order.number();

    assert_eq!(
        refused(prescriber.prescriber_view(number, today).await),
        RefusalCode::UnknownPrescription
    );
    done(prescriber.prescribe(&order, now(), &nothing).await);
    let view = done(prescriber.prescriber_view(number, today).await);
    assert_eq!(
        (view.status, view.lines.len(), view.deliveries.len()),
        ("open", 2, 0)
    );
    assert_eq!(view.lines[0].prescribed, Some(4));

    let seen = stage.consult(&stage.ours, number.as_str()).await;
    let mut substituted = delivery(&seen.lines[0], "990000001", 2, 1);
    substituted["substitution"] =
        json!({"wasSubstituted": true, "reason": [{"coding": [{"code": "out-of-stock"}]}]});
    let supply = delivery(&seen.lines[1], "990000001", 1, 2);
    let posted = stage
        .post(
            &stage.ours,
            "/",
            &execution(&seen, &seen.etag(), "990000001", &[substituted, supply]),
        )
        .await;
    assert_eq!(posted.status, 200, "{}", posted.body);

    let view = done(prescriber.prescriber_view(number, today).await);
    assert_eq!(view.status, "partial");
    let outcomes: Vec<_> = view
        .deliveries
        .iter()
        .map(|d| (d.line, d.outcome, d.boxes, d.reason.as_deref()))
        .collect();
    assert_eq!(
        outcomes,
        [
            (Some(1), "substituted", 2, Some("out-of-stock")),
            (Some(2), "conforming", 1, None)
        ]
    );
    assert!(
        view.deliveries
            .iter()
            .all(|delivery| delivery.pharmacy == "Pharmacie" && delivery.at.is_some())
    );

    done(patient.oppose(number, now()).await);
    let view = done(prescriber.prescriber_view(number, today).await);
    assert_eq!(
        (view.status, view.deliveries.len()),
        ("open", 0),
        "an earlier delivery is hidden too"
    );
    done(patient.agree(number, now()).await);
    assert_eq!(
        done(prescriber.prescriber_view(number, today).await)
            .deliveries
            .len(),
        2
    );

    let other = actor(&address, Role::Prescriber, "10100000024").await;
    assert_eq!(refused(other.cancel(number).await), RefusalCode::RoleForbidden);
    assert_eq!(
        refused(prescriber.oppose(number, now()).await),
        RefusalCode::RoleForbidden
    );
    done(prescriber.cancel(number).await);
    assert_eq!(
        done(prescriber.prescriber_view(number, today).await).status,
        "cancelled"
    );
    assert_eq!(
        refused(prescriber.cancel(number).await),
        RefusalCode::PrescriptionCancelled
    );
}

#[tokio::test]
async fn un_patient_retrouve_ses_ordonnances_par_son_ins() {
    let address = listening(TrainingBase::in_memory().unwrap()).await;
    let prescriber = actor(&address, Role::Prescriber, "10100000016").await;
    let pharmacy = actor(&address, Role::Pharmacy, "990000001").await;
    let mut numbers = Vec::new();
    for seed in 0..3 {
        let order = order(&ordinary("agreed"), seed);
        done(prescriber.prescribe(&order, now(), &nothing).await);
        numbers.push(order.number().clone());
    }
    done(prescriber.cancel(&numbers[1]).await);
    let found = done(pharmacy.search(&PATIENT_INS.parse().unwrap()).await);
    let open: Vec<&str> = found.iter().map(|found| found.number.as_str()).collect();
    assert_eq!(
        open,
        [numbers[0].as_str(), numbers[2].as_str()],
        "only the open ones"
    );
    assert_eq!(found[0].lines.len(), 2);
    let parties = done(pharmacy.parties(&numbers[0]).await);
    assert_eq!(parties.prescriber.as_str(), "10100000016");
    assert!(parties.patient.is_some_and(|ins| ins.as_str() == PATIENT_INS));
}

#[tokio::test]
async fn chaque_scenario_se_lit_comme_son_nom_le_dit() {
    let base = TrainingBase::in_memory().unwrap();
    let address = listening(base.clone()).await;
    let ready = ensure_ready(&base, Uuid::from_u128(1), now(), &nothing).unwrap();
    let anybody = actor(&address, Role::Prescriber, "10100000024").await;
    assert_eq!(ready.len(), names().count());
    for ready in ready {
        let view = done(
            anybody
                .prescriber_view(ready.order.number(), "2026-11-22".parse().unwrap())
                .await,
        );
        let expected = match ready.scenario.name {
            "expired" => "expired",
            "cancelled" => "cancelled",
            _ => "open",
        };
        assert_eq!(view.status, expected, "{}", ready.scenario.name);
        assert_eq!(view.lines.len(), ready.order.prescription().lines.len());
    }
    let file = scenario("conforming").unwrap().file;
    done(
        actor(&address, Role::Prescriber, "10100000016")
            .await
            .prescribe(&order(file, 99), now(), &nothing)
            .await,
    );
}

#[tokio::test]
async fn une_base_absente_se_dit_absente_sans_nommer_l_ordonnance() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let prescriber = Actor::new(&address, "jeton").unwrap();
    let order = order(&ordinary("agreed"), 1);
    let error = prescriber
        .prescriber_view(order.number(), "2026-11-22".parse().unwrap())
        .await
        .err()
        .unwrap();
    assert!(matches!(error, ActorError::Unreachable(_)), "{error}");
    assert!(
        !format!("{error:?}").contains(order.number().as_str()),
        "{error:?}"
    );
}
