//! The patient's choice about what prescribers see.

use jiff::Timestamp;

use crate::base::codes;
use crate::base::fhir::{self, CodeableConcept, Task};
use crate::base::mapping::{task, value};
use crate::base::pool::{Place, Pool};
use crate::domain::consent::Consent;

/// The newest choice about this execution.
///
/// An agreement must be said in full (`permit` and `OPTIN`, without exceptions); an opposition need
/// only be said once. A Consent that cannot be read, or that has no date, never gives way to an
/// older agreement.
pub(super) fn consent(task: Option<&Task>, pool: &Pool) -> Consent {
    let Some(place) = task.and_then(task::place) else {
        return Consent::NotRecorded;
    };
    let mut newest: Option<(Timestamp, Consent)> = None;
    for resource in pool.of_kinds(&["Consent"]) {
        let Some(read) = fhir::read::<fhir::Consent>(resource) else {
            return Consent::NotRecorded;
        };
        if read.status.as_deref() != Some("active") || !is_about(&read, &place) {
            continue;
        }
        let choice = choice(&read);
        let at = read
            .date_time
            .as_deref()
            .and_then(value::moment)
            .unwrap_or(match choice {
                Consent::Agreed => Timestamp::MIN,
                Consent::Opposed | Consent::NotRecorded => Timestamp::MAX,
            });
        // Of two at the same moment, the one that shows less.
        let is_newer =
            newest.is_none_or(|(known, _)| at > known || (at == known && choice != Consent::Agreed));
        if is_newer {
            newest = Some((at, choice));
        }
    }
    newest.map_or(Consent::NotRecorded, |(_, choice)| choice)
}

fn is_about(consent: &fhir::Consent, task: &Place) -> bool {
    let names_it = |data: &fhir::ConsentData| {
        let reference = data
            .reference
            .as_ref()
            .and_then(|reference| reference.reference.as_deref());
        reference.and_then(Place::at_the_end_of).as_ref() == Some(task)
    };
    consent
        .provision
        .as_ref()
        .is_some_and(|provision| provision.data.iter().any(names_it))
}

fn choice(consent: &fhir::Consent) -> Consent {
    let Some(provision) = &consent.provision else {
        return Consent::NotRecorded;
    };
    let kind = provision.r#type.as_deref();
    if kind == Some("deny") || says(consent.policy_rule.as_ref(), codes::OPT_OUT) {
        return Consent::Opposed;
    }
    let is_plain = provision.provision.is_empty();
    if is_plain && kind == Some("permit") && says(consent.policy_rule.as_ref(), codes::OPT_IN) {
        return Consent::Agreed;
    }
    Consent::NotRecorded
}

fn says(rule: Option<&CodeableConcept>, code: &str) -> bool {
    rule.is_some_and(|rule| {
        rule.coding
            .iter()
            .any(|coding| coding.pair() == (codes::ACT, code))
    })
}
