//! The wire in the words of the domain: which resources are one prescription, and what they say.

pub(super) mod consent;
pub(super) mod correction;
pub(super) mod delivery;
pub(super) mod execution;
pub(super) mod line;
pub(super) mod people;
pub(super) mod task;
pub(super) mod value;

use jiff::civil::Date;
use serde_json::Value;

use crate::base::fhir::{self, CodeableConcept, Order, Reference, Task};
use crate::base::pool::{self, Place, Pool};
use crate::base::{BaseError, Received, codes};
use crate::domain::identifiers::{DispensedLineId, LineNumber};
use crate::domain::number::PrescriptionNumber;
use crate::domain::people::Patient;
use crate::domain::prescription::{LineStanding, Prescription, PrescriptionKind, PrescriptionLine};

const ORDERS: [&str; 3] = ["MedicationRequest", "DeviceRequest", "ServiceRequest"];

/// Reads a prescription from the base's answers, verbatim as the store keeps them.
pub fn read_prescription(
    number: &PrescriptionNumber,
    received: &Received,
) -> Result<Prescription, BaseError> {
    let pool = Pool::of(received.answers.iter().map(String::as_str))?;
    match reading(number, &pool)? {
        Some(reading) => Ok(reading.prescription),
        None => Err(BaseError::Garbled),
    }
}

/// A prescription, and where at the base each piece of it is.
pub(super) struct Reading {
    pub(super) prescription: Prescription,
    pub(super) origins: Vec<Origin>,
    pub(super) task: Option<Task>,
    /// The deliveries the base holds.
    pub(super) known: Vec<Known>,
}

/// A delivery as the base holds it.
pub(super) struct Known {
    pub(super) id: DispensedLineId,
    pub(super) reference: Option<String>,
    /// Verbatim.
    pub(super) resource: Value,
}

/// A line's own resource.
pub(super) struct Origin {
    pub(super) line: LineNumber,
    pub(super) kind: String,
    pub(super) place: Option<Place>,
    pub(super) identifiers: Vec<fhir::Identifier>,
    pub(super) concept: CodeableConcept,
    pub(super) subject: Option<Reference>,
}

impl Reading {
    pub(super) fn origin(&self, line: LineNumber) -> Option<&Origin> {
        self.origins.iter().find(|origin| origin.line == line)
    }

    pub(super) fn holds(&self, id: DispensedLineId) -> bool {
        self.known.iter().any(|known| known.id == id)
    }

    /// Where the base holds the delivery with that identifier.
    pub(super) fn reference_to(&self, id: DispensedLineId) -> Option<String> {
        self.known.iter().find(|known| known.id == id)?.reference.clone()
    }
}

/// The resources of the pool that are lines of this prescription: a server may have sent anybody's.
pub(super) fn orders_of(number: &PrescriptionNumber, pool: &Pool) -> Result<Vec<Order>, BaseError> {
    let mut orders = Vec::new();
    for resource in pool.of_kinds(&ORDERS) {
        // Whose line it is cannot be known, so it cannot be dropped either.
        let order: Order = fhir::read(resource).ok_or(BaseError::Garbled)?;
        if order
            .group()
            .is_some_and(|group| group.is(codes::NUMBER, number.as_str()))
        {
            orders.push(order);
        }
    }
    Ok(orders)
}

/// The Task of this prescription: the one that is not over, else any.
pub(super) fn task_of(number: &PrescriptionNumber, pool: &Pool) -> Option<Task> {
    let mut tasks: Vec<Task> = pool.of_kinds(&["Task"]).filter_map(fhir::read::<Task>).collect();
    tasks.retain(|task| {
        let group = task.group_identifier.as_ref();
        group.is_some_and(|group| group.is(codes::NUMBER, number.as_str()))
    });
    let current = tasks.iter().position(|task| !task::is_over(task)).unwrap_or(0);
    (current < tasks.len()).then(|| tasks.swap_remove(current))
}

/// Reads the prescription with that number; `None` when no line bears it.
pub(super) fn reading(number: &PrescriptionNumber, pool: &Pool) -> Result<Option<Reading>, BaseError> {
    let orders = orders_of(number, pool)?;
    if orders.is_empty() {
        return Ok(None);
    }
    let task = task_of(number, pool);
    let numbers = line::numbers(&orders);
    let mut lines = Vec::new();
    let mut origins = Vec::new();
    for (order, number) in orders.iter().zip(&numbers) {
        lines.push(line::line(order, *number, pool));
        origins.push(line::origin(order, *number, pool));
    }
    let known = delivery::attach(&mut lines, &origins, pool)?;
    for (line, order) in lines.iter_mut().zip(&orders) {
        settle_standing(line, order, task.as_ref());
    }
    lines.sort_by_key(|line| line.number);
    let prescription = Prescription {
        number: number.clone(),
        kinds: kinds(&orders),
        written_on: written_on(&orders)?,
        valid_until: valid_until(&orders),
        patient: patient(&orders, pool)?,
        prescriber: people::prescriber(&orders[0], pool),
        consent: consent::consent(task.as_ref(), pool),
        hold: task.as_ref().and_then(task::hold),
        lines,
        paper: None,
        history: Vec::new(),
    };
    Ok(Some(Reading {
        prescription,
        origins,
        task,
        known,
    }))
}

/// What the line's own status cannot say alone.
fn settle_standing(line: &mut PrescriptionLine, order: &Order, task: Option<&Task>) {
    let status = task.and_then(|task| task.status.as_deref());
    if line.standing == LineStanding::Active && matches!(status, Some("cancelled" | "entered-in-error")) {
        line.standing = LineStanding::Cancelled;
    }
    // FHIR's "completed" says "used up" here, and "finished writing" in French documents. Only the
    // count tells: with nothing left it is an ordinary line, with something left nobody knows.
    let is_used_up = line.remaining().is_some_and(|left| left.0 == 0);
    if order.status.as_deref() == Some("completed") && is_used_up {
        line.standing = LineStanding::Active;
    }
}

fn kinds(orders: &[Order]) -> Vec<PrescriptionKind> {
    let mut kinds = Vec::new();
    for coding in orders
        .iter()
        .flat_map(|order| &order.category)
        .flat_map(|category| &category.coding)
    {
        let (system, code) = coding.pair();
        if let Some(kind) = codes::prescription_kind(system, code).filter(|kind| !kinds.contains(kind)) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The earliest day any line was written: durations counted from it never end too late.
fn written_on(orders: &[Order]) -> Result<Date, BaseError> {
    let days = orders
        .iter()
        .filter_map(|order| value::first_day(order.authored_on.as_deref()?));
    days.min().ok_or(BaseError::Garbled)
}

/// The earliest last day any line states; `None` when none does.
fn valid_until(orders: &[Order]) -> Option<Date> {
    orders.iter().filter_map(line::last_day).min()
}

/// One prescription has one patient: two would put one person's medicines in another's bag.
fn patient(orders: &[Order], pool: &Pool) -> Result<Patient, BaseError> {
    let mut found: Option<Patient> = None;
    for order in orders {
        let read = people::patient(order, pool);
        match &found {
            Some(first) if *first != read => return Err(BaseError::Garbled),
            Some(_) => {}
            None => found = Some(read),
        }
    }
    found.ok_or(BaseError::Garbled)
}

/// The resources that are missing from the pool and that a prescription is not whole without.
pub(super) fn missing(number: &PrescriptionNumber, pool: &Pool) -> Result<Vec<Place>, BaseError> {
    let orders = orders_of(number, pool)?;
    let mut places: Vec<Place> = Vec::new();
    let people = orders.iter().flat_map(|order| {
        let subject = order
            .subject
            .iter()
            .filter(|subject| pool.find(subject, &order.contained).is_none());
        let requester = order.requester.iter().filter(|requester| {
            requester.display.is_none() && pool.find(requester, &order.contained).is_none()
        });
        subject.chain(requester).cloned().collect::<Vec<_>>()
    });
    let outputs = task_of(number, pool)
        .map(|task| task::outputs(&task))
        .unwrap_or_default();
    for reference in people.chain(outputs) {
        let place = pool.missing(&reference).filter(|place| {
            let kinds = ["Patient", "Practitioner", "MedicationDispense", "SupplyDelivery"];
            kinds.contains(&place.kind.as_str())
        });
        if let Some(place) = place.filter(|place| !places.contains(place)) {
            places.push(place);
        }
    }
    Ok(places)
}

/// Whether the pool holds a delivery with that identifier, and where.
pub(super) fn delivered_under(id: DispensedLineId, pool: &Pool) -> Option<&Value> {
    let urn = codes::urn(id.0);
    pool.of_kinds(&delivery::KINDS)
        .find(|resource| pool::has_identifier(resource, codes::URI, &urn))
}
