//! Ready prescriptions for a training session, one for each thing that can happen at the counter.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

use crate::domain::number::PrescriptionNumber;
use crate::domain::people::Prescriber;
use crate::training::bundle;
use crate::training::outcome::Halt;
use crate::training::prescribing::{FindProduct, OrderError, PrescriptionOrder};
use crate::training::prescription::{Moment, Progress};
use crate::training::roles::Caller;
use crate::training::search::Unknown;
use crate::training::session::Session;
use crate::training::storage::{Filter, Storage, StorageError, TrainingBase, etag};
use crate::training::wire::ResourceType;
use crate::training::writing::Case;

/// A prescription that a training session keeps ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it trains, in French.
    pub title: &'static str,
    /// What `prescribe --file` would read.
    pub file: &'static str,
    /// What has happened to it when the pharmacist meets it.
    pub standing: ScenarioStanding,
}

/// The state in which a scenario awaits the pharmacist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScenarioStanding {
    /// Written, not touched by any pharmacy.
    ToServe,
    /// Too old to be served.
    Expired,
    /// Withdrawn by its prescriber.
    Cancelled,
}

macro_rules! scenarios {
    ($($name:literal: $standing:ident, $title:literal;)+) => {
        const SCENARIOS: &[Scenario] = &[$(Scenario {
            name: $name,
            title: $title,
            file: include_str!(concat!("scenarios/", $name, ".json")),
            standing: ScenarioStanding::$standing,
        },)+];
    };
}

scenarios! {
    "conforming": ToServe, "Trois lignes, tout conforme";
    "substitution": ToServe, "Des princeps à substituer";
    "opposition": ToServe, "Le patient s’oppose à ce que le prescripteur voie";
    "non-substitutable": ToServe, "Marge thérapeutique étroite : non substituable";
    "narcotic": ToServe, "Stupéfiants, ordonnance sécurisée";
    "fractions": ToServe, "Un stupéfiant délivré par fractions, du tramadol";
    "biosimilar": ToServe, "Un médicament biologique et ses biosimilaires";
    "hybrid": ToServe, "Un médicament inhalé et son hybride";
    "three-months": ToServe, "Un conditionnement de trois mois, un contraceptif";
    "device": ToServe, "Un dispositif médical de la LPP";
    "compound": ToServe, "Une préparation magistrale";
    "other-professions": ToServe, "Des lignes pour le laboratoire et l’infirmier";
    "renewal": ToServe, "Un traitement renouvelable cinq fois";
    "unknown-product": ToServe, "Un produit absent de toutes les listes";
    "expired": Expired, "Une ordonnance expirée";
    "cancelled": Cancelled, "Une ordonnance annulée par son prescripteur";
}

/// Their names, in the order they are best played.
pub fn names() -> impl Iterator<Item = &'static str> {
    SCENARIOS.iter().map(|scenario| scenario.name)
}

/// The scenario with that name.
pub fn scenario(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

/// A scenario's prescription at the base, ready to be scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyPrescription {
    /// Which scenario.
    pub scenario: &'static Scenario,
    /// What was written: enough to print its sheet, in a later session too.
    pub order: PrescriptionOrder,
}

/// Why the scenarios cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The base's file does not answer.
    #[error("the training base did not keep the scenarios")]
    Storage(#[from] StorageError),
    /// A scenario's own file is wrong.
    #[error("the scenario {name} cannot be read")]
    Order {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        source: OrderError,
    },
    /// The base applied its rules to the scenario.
    #[error("the training base did not accept the scenario {name}: {text}")]
    NotAccepted {
        /// Which.
        name: &'static str,
        /// The base's words.
        text: String,
    },
}

/// Why one scenario was not made ready, before it has its name.
enum Stop {
    Halt(Halt),
    Order(OrderError),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Halt(Halt::Broken(error))
    }
}

impl From<OrderError> for Stop {
    fn from(error: OrderError) -> Self {
        Self::Order(error)
    }
}

/// Makes sure that every scenario has a prescription awaiting the pharmacist, and gives them all.
///
/// One that was served, has expired or is held since is replaced by a new one. `seed` must be new each
/// time: it numbers the new prescriptions.
pub fn ensure_ready(
    base: &TrainingBase,
    seed: Uuid,
    now: Timestamp,
    product: &FindProduct<'_>,
) -> Result<Vec<ReadyPrescription>, ScenarioError> {
    let moment = Moment::at(now);
    SCENARIOS
        .iter()
        .map(|scenario| {
            let name = scenario.name;
            // Nested: what stops inside must roll the transaction back, and keep what it is.
            let mut stopped = None;
            let made = base.write(|storage| {
                ready(storage, scenario, seed, moment, product).map_err(|stop| match stop {
                    Stop::Halt(halt) => halt,
                    Stop::Order(error) => {
                        stopped = Some(error);
                        Halt::Refused(Vec::new())
                    }
                })
            });
            let order = made.map_err(|halt| match (halt, stopped) {
                (_, Some(source)) => ScenarioError::Order { name, source },
                (Halt::Broken(error), None) => ScenarioError::Storage(error),
                (Halt::Refused(issues), None) => {
                    let texts: Vec<String> = issues.iter().map(|issue| issue.refusal.text()).collect();
                    ScenarioError::NotAccepted {
                        name,
                        text: texts.join(" "),
                    }
                }
            })?;
            Ok(ReadyPrescription { scenario, order })
        })
        .collect()
}

/// The scenario's prescription that awaits the pharmacist, written now if there is none.
fn ready(
    storage: &Storage<'_>,
    scenario: &'static Scenario,
    seed: Uuid,
    moment: Moment,
    product: &FindProduct<'_>,
) -> Result<PrescriptionOrder, Stop> {
    for [number, seed, written_on] in storage.of_scenario(scenario.name)? {
        let (Ok(number), Ok(seed), Ok(written_on)) =
            (number.parse(), seed.parse(), written_on.parse::<Date>())
        else {
            return Err(StorageError::Content("scenario").into());
        };
        if awaits(storage, scenario, &number, moment)? {
            return Ok(PrescriptionOrder::read(scenario.file, seed, written_on, product)?);
        }
    }
    let seed = Uuid::new_v5(&seed, scenario.name.as_bytes());
    let order = PrescriptionOrder::read(scenario.file, seed, moment.today, product)?;
    write(storage, scenario, &order, moment, product)?;
    let remembered = [
        order.number().as_str(),
        &seed.to_string(),
        &moment.today.to_string(),
    ];
    storage.remember_scenario(scenario.name, remembered)?;
    Ok(order)
}

/// Whether that prescription is still in the state that the scenario is about.
fn awaits(
    storage: &Storage<'_>,
    scenario: &Scenario,
    number: &PrescriptionNumber,
    moment: Moment,
) -> Result<bool, StorageError> {
    let Some(case) = Case::load(storage, number)? else {
        return Ok(false);
    };
    let prescription = &case.prescription;
    let has_time = prescription
        .pharmacy_lines()
        .all(|line| line.last_day.is_none_or(|last_day| last_day >= moment.today));
    Ok(match scenario.standing {
        ScenarioStanding::ToServe => {
            let untouched = prescription.deliveries().next().is_none();
            has_time && untouched && prescription.progress() == Progress::Ready
        }
        ScenarioStanding::Expired => prescription.progress() == Progress::Ready,
        ScenarioStanding::Cancelled => prescription.is_cancelled(),
    })
}

/// Writes it through the same door as any prescriber, so that no scenario can be what the rules forbid.
fn write(
    storage: &Storage<'_>,
    scenario: &Scenario,
    order: &PrescriptionOrder,
    moment: Moment,
    product: &FindProduct<'_>,
) -> Result<(), Halt> {
    let Prescriber { rpps: Some(rpps), .. } = &order.prescription().prescriber else {
        return Ok(());
    };
    let caller = Caller::Prescriber(rpps.clone());
    let session = Session {
        moment,
        address: String::from("http://localhost"),
        unknown: Unknown::Refuse,
    };
    bundle::read(&order.transaction(moment.now, product))?.answer(storage, &caller, &session)?;
    if scenario.standing != ScenarioStanding::Cancelled {
        return Ok(());
    }
    let tasks = storage.matching(
        ResourceType::Task,
        &[Filter::Number(vec![order.number().to_string()])],
    )?;
    for row in tasks {
        let mut task = storage.content(&row)?;
        task["status"] = json!("cancelled");
        let cancellation = json!({"resourceType": "Bundle", "type": "transaction", "entry": [{
            "resource": task,
            "request": {"method": "PUT", "url": row.reference(), "ifMatch": etag(row.version)},
        }]});
        bundle::read(&cancellation)?.answer(storage, &caller, &session)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &crate::domain::product::ProductCode) -> Option<crate::domain::product::Product> {
        None
    }

    fn numbers(base: &TrainingBase, seed: u128, now: &str) -> Vec<String> {
        let ready = ensure_ready(base, Uuid::from_u128(seed), now.parse().unwrap(), &nothing).unwrap();
        assert!(ready.iter().map(|ready| ready.scenario.name).eq(names()));
        ready
            .iter()
            .map(|ready| ready.order.number().to_string())
            .collect()
    }

    #[test]
    fn every_scenario_is_written_once_and_kept_while_it_awaits() {
        let base = TrainingBase::in_memory().unwrap();
        let first = numbers(&base, 1, "2026-11-22T09:00:00Z");
        assert_eq!(
            numbers(&base, 2, "2026-11-23T09:00:00Z"),
            first,
            "nobody served them"
        );
        let later = numbers(&base, 3, "2027-12-01T09:00:00Z");
        let kept: Vec<bool> = later
            .iter()
            .zip(&first)
            .map(|(later, first)| later == first)
            .collect();
        let lasting = |name: &str| matches!(name, "expired" | "cancelled");
        assert!(
            kept.into_iter().eq(names().map(lasting)),
            "the others have expired since, and are new"
        );
    }

    #[test]
    fn the_same_sheet_can_be_printed_again_in_a_later_session() {
        let base = TrainingBase::in_memory().unwrap();
        let ready = |seed, now: &str| {
            ensure_ready(&base, Uuid::from_u128(seed), now.parse().unwrap(), &nothing).unwrap()
        };
        let first = ready(1, "2026-11-22T09:00:00Z");
        assert_eq!(ready(2, "2026-11-25T09:00:00Z"), first);
    }

    #[test]
    fn scenarios_are_found_by_name() {
        assert!(names().all(|name| scenario(name).is_some_and(|scenario| !scenario.title.is_empty())));
        assert_eq!(scenario("none"), None);
    }
}
