//! The patient and the prescriber of a line.

use crate::base::codes;
use crate::base::fhir::{self, ContactPoint, HumanName, Identifier, Order, Person, Reference};
use crate::base::mapping::value;
use crate::base::pool::Pool;
use crate::domain::people::{Ins, Patient, Prescriber, Sex};

/// Who the line is for. A patient that the base does not send has no name here, and is not invented.
pub(in crate::base) fn patient(order: &Order, pool: &Pool) -> Patient {
    let person = order
        .subject
        .as_ref()
        .and_then(|subject| person(subject, order, pool));
    let displayed = order.subject.as_ref().and_then(|subject| subject.display.clone());
    let identifier = order
        .subject
        .as_ref()
        .and_then(|subject| subject.identifier.as_ref());
    let person = person.unwrap_or_default();
    let (family, given) = names(&person.name, displayed);
    Patient {
        ins: ins(&person.identifier.iter().chain(identifier).collect::<Vec<_>>()),
        family,
        given,
        born: person.birth_date.as_deref().and_then(value::first_day),
        sex: match person.gender.as_deref() {
            Some("female") => Sex::Female,
            Some("male") => Sex::Male,
            _ => Sex::Unknown,
        },
    }
}

/// The patient's INS, production first.
fn ins(identifiers: &[&Identifier]) -> Option<Ins> {
    codes::INS_SYSTEMS.iter().find_map(|system| {
        identifiers
            .iter()
            .filter(|identifier| identifier.system.as_deref() == Some(*system))
            .find_map(|identifier| identifier.value.as_deref()?.parse().ok())
    })
}

/// Who wrote the line.
pub(in crate::base) fn prescriber(order: &Order, pool: &Pool) -> Prescriber {
    let Some(requester) = &order.requester else {
        return Prescriber {
            rpps: None,
            family: String::new(),
            given: String::new(),
            specialty: String::new(),
            phone: String::new(),
        };
    };
    let person = person(requester, order, pool).unwrap_or_default();
    let identifiers = person.identifier.iter().chain(&requester.identifier);
    let (family, given) = names(&person.name, requester.display.clone());
    Prescriber {
        rpps: identifiers
            .filter(|identifier| identifier.system.as_deref() == Some(codes::RPPS))
            .find_map(|identifier| identifier.value.as_deref()?.parse().ok()),
        family,
        given,
        specialty: person
            .qualification
            .iter()
            .find_map(|qualification| qualification.code.as_ref())
            .map(fhir::CodeableConcept::words)
            .unwrap_or_default(),
        phone: phone(&person.telecom),
    }
}

fn person(reference: &Reference, order: &Order, pool: &Pool) -> Option<Person> {
    fhir::read(pool.find(reference, &order.contained)?)
}

/// The phone among these contacts, may be empty.
pub(super) fn phone(contacts: &[ContactPoint]) -> String {
    contacts
        .iter()
        .find(|contact| contact.system.as_deref() == Some("phone"))
        .and_then(|contact| contact.value.clone())
        .unwrap_or_default()
}

/// Family and given names: those of the official name, else of any; a name in one text is all family.
fn names(names: &[HumanName], displayed: Option<String>) -> (String, String) {
    let official = names
        .iter()
        .find(|name| name.r#use.as_deref() == Some("official"));
    let Some(name) = official.or(names.first()) else {
        return (displayed.unwrap_or_default(), String::new());
    };
    match &name.family {
        Some(family) => {
            let given: Vec<&str> = name.given.iter().flatten().map(String::as_str).collect();
            (family.clone(), given.join(" "))
        }
        None => (name.text.clone().or(displayed).unwrap_or_default(), String::new()),
    }
}
