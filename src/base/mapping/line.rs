//! One line of a prescription, from the resource that orders it.

use crate::base::codes;
use crate::base::fhir::{self, CodeableConcept, Extension, Medication, Order};
use crate::base::mapping::{Origin, value};
use crate::base::pool::{Place, Pool};
use crate::domain::identifiers::{Boxes, LineNumber};
use crate::domain::prescription::{LineKind, LineStanding, NamedPharmacy, PrescriptionLine};
use crate::domain::product::ProductCode;
use crate::domain::substitution::{NonSubstitutable, SubstitutionPermission};

/// The number of each line, in the order given.
///
/// A line says its number. Those that say none, or one already taken, follow the others in the
/// order of their ids, which is the same at every reading: a hand-over names its lines by number.
pub(super) fn numbers(orders: &[Order]) -> Vec<LineNumber> {
    let mut numbers: Vec<Option<u16>> = vec![None; orders.len()];
    let mut places: Vec<usize> = (0..orders.len()).collect();
    places.sort_by_key(|place| {
        let order = &orders[*place];
        (order.resource_type.clone(), order.id.clone())
    });
    for &place in &places {
        let said = stated_number(&orders[place].extension).filter(|said| !numbers.contains(&Some(*said)));
        numbers[place] = said;
    }
    let mut next = 1;
    for place in places {
        if numbers[place].is_none() {
            while numbers.contains(&Some(next)) {
                next += 1;
            }
            numbers[place] = Some(next);
        }
    }
    numbers.into_iter().flatten().map(LineNumber).collect()
}

fn stated_number(extensions: &[Extension]) -> Option<u16> {
    let number = fhir::extension(extensions, codes::LINE_NUMBER)?
        .value_positive_int
        .as_ref()?;
    value::whole(number).filter(|number| *number > 0)
}

/// Where the line is at the base, and what deliveries copy from it.
pub(super) fn origin(order: &Order, number: LineNumber, pool: &Pool) -> Origin {
    Origin {
        line: number,
        kind: order.resource_type.clone(),
        place: order
            .id
            .as_deref()
            .and_then(|id| Place::of(&order.resource_type, id)),
        identifiers: order.identifier.clone(),
        concept: product(order, pool).0,
        subject: order.subject.clone(),
    }
}

/// The line as the domain knows it, without its deliveries.
pub(super) fn line(order: &Order, number: LineNumber, pool: &Pool) -> PrescriptionLine {
    let (concept, is_made_here) = product(order, pool);
    let kind = match order.resource_type.as_str() {
        "ServiceRequest" => LineKind::Other {
            executor: order
                .performer_type
                .as_ref()
                .map(CodeableConcept::words)
                .unwrap_or_default(),
        },
        "DeviceRequest" => LineKind::Device,
        _ if is_made_here || is_compound(order) => LineKind::Compound,
        _ => LineKind::Medication,
    };
    PrescriptionLine {
        number,
        kind,
        label: concept.words(),
        code: product_code(&concept),
        dosage: dosage(order),
        boxes: boxes(order),
        repeats: repeats(order),
        days: days(order),
        to_pharmacist: to_pharmacist(order),
        named_pharmacy: named_pharmacy(order),
        is_handwritten: false,
        substitution: substitution(order),
        standing: standing(order),
        deliveries: Vec::new(),
    }
}

/// The product ordered, in words.
pub(in crate::base) fn label(order: &Order, pool: &Pool) -> String {
    product(order, pool).0.words()
}

/// The product ordered, and whether it is a preparation of several ingredients.
fn product(order: &Order, pool: &Pool) -> (CodeableConcept, bool) {
    let concepts = [
        &order.medication_codeable_concept,
        &order.code_codeable_concept,
        &order.code,
    ];
    if let Some(concept) = concepts.into_iter().flatten().next() {
        return (concept.clone(), false);
    }
    let reference = order
        .medication_reference
        .as_ref()
        .or(order.code_reference.as_ref());
    let named = reference.and_then(|reference| pool.find(reference, &order.contained));
    let medication = named.and_then(fhir::read::<Medication>).unwrap_or_default();
    let displayed = reference.and_then(|reference| reference.display.as_deref());
    let concept = medication
        .code
        .or_else(|| displayed.map(CodeableConcept::text))
        .unwrap_or_default();
    let is_preparation = medication.ingredient.len() > 1 && product_code(&concept) == ProductCode::None;
    (concept, is_preparation)
}

fn is_compound(order: &Order) -> bool {
    order
        .category
        .iter()
        .flat_map(|category| &category.coding)
        .any(|coding| {
            let (system, code) = coding.pair();
            codes::is_compound(system, code)
        })
}

/// The most precise code among those of a product: the presentation, else the speciality, else any.
pub(super) fn product_code(concept: &CodeableConcept) -> ProductCode {
    let read = |coding: &fhir::Coding| {
        let (system, code) = coding.pair();
        codes::product_code(system, code)
    };
    let precision = |code: &ProductCode| match code {
        ProductCode::Cip13(_) => 0,
        ProductCode::Cis(_) => 1,
        ProductCode::Lpp(_) => 2,
        ProductCode::Other { .. } => 3,
        ProductCode::None => 4,
    };
    concept
        .coding
        .iter()
        .filter(|coding| !coding.pair().1.is_empty())
        .map(read)
        .min_by_key(precision)
        .unwrap_or(ProductCode::None)
}

/// How to take it: the text its prescriber's software rendered, else the texts of each instruction.
fn dosage(order: &Order) -> String {
    let rendered = fhir::extension(&order.extension, codes::RENDERED_DOSAGE).and_then(|extension| {
        extension
            .value_markdown
            .clone()
            .or_else(|| extension.value_string.clone())
    });
    let instructions = order
        .dosage_instruction
        .iter()
        .filter_map(|dosage| dosage.text.clone());
    let notes = order.note.iter().filter_map(|note| note.text.clone());
    let is_medication = order.resource_type == "MedicationRequest";
    let texts: Vec<String> = if is_medication {
        instructions.collect()
    } else {
        notes.collect()
    };
    rendered.unwrap_or_else(|| texts.join(" ; "))
}

/// What a medicine's prescriber writes for the pharmacist; a device's notes are its instructions.
fn to_pharmacist(order: &Order) -> String {
    if order.resource_type != "MedicationRequest" {
        return String::new();
    }
    let notes: Vec<String> = order.note.iter().filter_map(|note| note.text.clone()).collect();
    notes.join(" ; ")
}

/// The pharmacy the prescriber wants to deliver it: of a treatment of opioid dependence, the law asks for one.
fn named_pharmacy(order: &Order) -> Option<NamedPharmacy> {
    let performer = order.dispense_request.as_ref()?.performer.as_ref()?;
    let finess = performer.identifier.as_ref().and_then(|identifier| {
        let value = identifier.value.as_deref()?;
        (identifier.system.as_deref() == Some(codes::FINESS)).then(|| value.parse().ok())?
    });
    Some(NamedPharmacy {
        finess,
        name: performer.display.clone().unwrap_or_default(),
    })
}

fn boxes(order: &Order) -> Option<Boxes> {
    let of_medication = order
        .dispense_request
        .as_ref()
        .and_then(|request| request.quantity.as_ref());
    let of_device = order
        .parameter
        .iter()
        .find_map(|parameter| parameter.value_quantity.as_ref());
    value::boxes_ordered(of_medication.or(of_device)?)
}

/// How many more times. Absent is none: the French model reads an absence as "without limit", which
/// nobody may assume.
fn repeats(order: &Order) -> u16 {
    let of_medication = order
        .dispense_request
        .as_ref()
        .and_then(|request| request.number_of_repeats_allowed.as_ref());
    let timing = order
        .occurrence_timing
        .as_ref()
        .and_then(|timing| timing.repeat.as_ref());
    let times = timing
        .and_then(|repeat| repeat.count.as_ref())
        .and_then(value::whole);
    let of_device = times.map(|times| times.saturating_sub(1));
    of_medication.and_then(value::whole).or(of_device).unwrap_or(0)
}

fn days(order: &Order) -> Option<u16> {
    let duration = order
        .dispense_request
        .as_ref()?
        .expected_supply_duration
        .as_ref()?;
    let is_in_days = duration.code.as_deref() == Some(codes::DAY)
        && duration
            .system
            .as_deref()
            .is_none_or(|system| system == codes::UCUM);
    is_in_days.then_some(())?;
    value::whole(duration.value.as_ref()?)
}

/// The last day the line may be executed, if it says. Not the end of the treatment.
pub(super) fn last_day(order: &Order) -> Option<jiff::civil::Date> {
    let of_medication = order
        .dispense_request
        .as_ref()
        .and_then(|request| request.validity_period.as_ref());
    let timing = order
        .occurrence_timing
        .as_ref()
        .and_then(|timing| timing.repeat.as_ref());
    let of_device = timing
        .and_then(|repeat| repeat.bounds_period.as_ref())
        .or(order.occurrence_period.as_ref());
    value::last_day(of_medication.or(of_device)?.end.as_deref()?)
}

/// Whether another product may be given.
///
/// Nothing said is allowed: that is the legal default (CSP art. L. 5125-23). Something said that
/// cannot be read is not: it may be the prescriber's refusal.
fn substitution(order: &Order) -> SubstitutionPermission {
    let Some(said) = &order.substitution else {
        return SubstitutionPermission::Allowed;
    };
    let concept = said.allowed_codeable_concept.clone().unwrap_or_default();
    let known: Vec<&str> = concept
        .coding
        .iter()
        .map(fhir::Coding::pair)
        .filter(|(system, _)| *system == codes::SUBSTITUTION)
        .map(|(_, code)| code)
        .collect();
    let is_allowed = match said.allowed_boolean {
        Some(allowed) => allowed && !known.contains(&codes::NO_SUBSTITUTION),
        None => {
            !known.is_empty()
                && known
                    .iter()
                    .all(|code| codes::SUBSTITUTION_ALLOWED.contains(code))
        }
    };
    if is_allowed {
        return SubstitutionPermission::Allowed;
    }
    SubstitutionPermission::Forbidden(why_not(said.reason.as_ref()))
}

/// The law's three letters, in whatever list they stand (examples name value sets), else the words.
fn why_not(reason: Option<&CodeableConcept>) -> NonSubstitutable {
    let Some(reason) = reason else {
        return NonSubstitutable::Unstated(String::new());
    };
    let ours_first = {
        let mut codings: Vec<&fhir::Coding> = reason.coding.iter().collect();
        codings.sort_by_key(|coding| coding.pair().0 != codes::NON_SUBSTITUTABLE);
        codings
    };
    ours_first
        .into_iter()
        .map(|coding| NonSubstitutable::from_code(coding.pair().1))
        .find(|read| !matches!(read, NonSubstitutable::Unstated(_)))
        .unwrap_or_else(|| NonSubstitutable::from_code(&reason.words()))
}

/// What its prescriber did with the line. A condition this program cannot read suspends it.
fn standing(order: &Order) -> LineStanding {
    let read = codes::line_standing(order.status.as_deref(), order.intent.as_deref());
    let has_unread_condition = !order.modifier_extension.is_empty()
        || order.implicit_rules.is_some()
        || order.do_not_perform == Some(true);
    if read == LineStanding::Active && has_unread_condition {
        return LineStanding::Suspended;
    }
    read
}
