//! Searching: which parameters exist, what they mean, and the bundle that answers.

use serde_json::{Value, json};

use crate::training::outcome::{Halt, Refusal};
use crate::training::roles::{Caller, Role};
use crate::training::storage::{Filter, Row};
use crate::training::view::View;
use crate::training::wire::{INS, NUMBER, ResourceType};

/// How many matches one page holds, unless fewer are asked for.
const PAGE_MAX: usize = 100;
/// How many alternatives one search may name.
const VALUES_MAX: usize = 200;

/// What the value of a parameter designates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Designates {
    /// The prescription, by its number, or the resource's own identifier.
    NumberOrIdentifier,
    Number,
    Identifier,
    Patient,
    PatientIdentifier,
    Line,
    Task,
    Status,
    Id,
}

/// A search parameter of a resource.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) of: &'static [ResourceType],
    designates: Designates,
}

use ResourceType as R;

const LINES_AND_TASK: &[R] = &[R::MedicationRequest, R::DeviceRequest, R::ServiceRequest, R::Task];
const WITH_IDENTIFIER: &[R] = &[
    R::Patient,
    R::MedicationRequest,
    R::DeviceRequest,
    R::ServiceRequest,
    R::Task,
    R::MedicationDispense,
    R::SupplyDelivery,
];

/// Every parameter there is: the searches, `/metadata` and the refusal of unknown ones all read this table.
pub(super) const PARAMETERS: &[Parameter] = &[
    parameter("_id", R::ALL, Designates::Id),
    parameter("identifier", WITH_IDENTIFIER, Designates::Identifier),
    parameter(
        "group-or-identifier",
        &[R::MedicationRequest],
        Designates::NumberOrIdentifier,
    ),
    parameter(
        "group-identifier",
        &[R::DeviceRequest, R::Task],
        Designates::Number,
    ),
    parameter("requisition", &[R::ServiceRequest], Designates::Number),
    parameter("patient", LINES_AND_TASK, Designates::Patient),
    parameter(
        "patient.identifier",
        LINES_AND_TASK,
        Designates::PatientIdentifier,
    ),
    parameter(
        "status",
        &[
            R::MedicationRequest,
            R::DeviceRequest,
            R::ServiceRequest,
            R::Task,
            R::MedicationDispense,
            R::SupplyDelivery,
        ],
        Designates::Status,
    ),
    parameter(
        "prescription",
        &[R::MedicationDispense, R::SupplyDelivery],
        Designates::Line,
    ),
    parameter(
        "prescription.group-or-identifier",
        &[R::MedicationDispense],
        Designates::Number,
    ),
    parameter(
        "prescription.group-identifier",
        &[R::SupplyDelivery],
        Designates::Number,
    ),
    parameter("data", &[R::Consent], Designates::Task),
];

const fn parameter(name: &'static str, of: &'static [R], designates: Designates) -> Parameter {
    Parameter { name, of, designates }
}

/// `_include` and `_revinclude`: the type searched, the parameter's value, the type brought along.
pub(super) const INCLUDES: &[(R, &str)] = &[
    (R::MedicationRequest, "MedicationRequest:patient"),
    (R::DeviceRequest, "DeviceRequest:patient"),
    (R::ServiceRequest, "ServiceRequest:patient"),
];
pub(super) const REVERSE_INCLUDES: &[(R, &str, R)] = &[
    (
        R::MedicationRequest,
        "MedicationDispense:prescription",
        R::MedicationDispense,
    ),
    (R::DeviceRequest, "SupplyDelivery:prescription", R::SupplyDelivery),
    (R::Task, "Consent:data", R::Consent),
];

impl Parameter {
    /// FHIR's type of the parameter.
    pub(super) fn type_code(&self) -> &'static str {
        match self.designates {
            Designates::Patient | Designates::Line | Designates::Task => "reference",
            _ => "token",
        }
    }
}

/// What to do with a parameter that does not exist (`Prefer: handling=…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    Refuse,
    Ignore,
}

/// A search, read.
#[cfg_attr(test, derive(Debug))]
#[derive(Default, PartialEq, Eq)]
pub(super) struct Search {
    filters: Vec<Filter>,
    /// The patient's identifiers, looked up first: the pages that follow name the patient by its id,
    /// because an INS never stands in an address.
    patients: Option<Vec<(Option<String>, String)>>,
    includes_patient: bool,
    reverse: Option<R>,
    count: Option<usize>,
    after: i64,
    /// What a following page repeats of the question.
    repeated: Vec<(String, String)>,
}

/// Reads the parameters of a search on that type.
pub(super) fn read(kind: R, parameters: &[(String, String)], unknown: Unknown) -> Result<Search, Refusal> {
    let mut search = Search::default();
    for (name, value) in parameters {
        // A modifier we do not know would change the meaning: the whole name must match.
        let known = PARAMETERS
            .iter()
            .find(|known| known.name == name && known.of.contains(&kind));
        let is_read = match known {
            Some(known) => search.add(known.designates, value).map(|()| true)?,
            None => search.control(kind, name, value)?,
        };
        if !is_read && unknown == Unknown::Refuse {
            return Err(Refusal::Unreadable(
                "Un paramètre de recherche n’existe pas ici.".into(),
            ));
        }
        let is_page = matches!(name.as_str(), "_page" | "patient.identifier");
        if is_read && !is_page {
            search.repeated.push((name.clone(), value.clone()));
        }
    }
    Ok(search)
}

impl Search {
    fn add(&mut self, designates: Designates, value: &str) -> Result<(), Refusal> {
        let alternatives: Vec<&str> = value.split(',').filter(|value| !value.is_empty()).collect();
        if alternatives.is_empty() || alternatives.len() > VALUES_MAX {
            return Err(Refusal::Unreadable(
                "Un paramètre de recherche n’a pas de valeur, ou en a trop.".into(),
            ));
        }
        let texts = || {
            alternatives
                .iter()
                .map(|value| (*value).to_owned())
                .collect::<Vec<_>>()
        };
        let ids = || {
            alternatives
                .iter()
                .map(|value| last_id(value))
                .collect::<Vec<_>>()
        };
        let tokens = || alternatives.iter().map(|value| token(value)).collect::<Vec<_>>();
        let filter = match designates {
            Designates::NumberOrIdentifier if names_number(&alternatives) => {
                Filter::Number(numbers(tokens()))
            }
            Designates::NumberOrIdentifier | Designates::Identifier => Filter::Identifier(tokens()),
            Designates::Number => Filter::Number(numbers(tokens())),
            Designates::Patient => Filter::Patient(ids()),
            Designates::PatientIdentifier => {
                self.patients = Some(tokens());
                return Ok(());
            }
            Designates::Line => {
                Filter::Line(alternatives.iter().map(|value| last_reference(value)).collect())
            }
            Designates::Task => Filter::Task(ids()),
            Designates::Status => Filter::Status(texts()),
            Designates::Id => Filter::Id(texts()),
        };
        self.filters.push(filter);
        Ok(())
    }

    /// Parameters that shape the answer. Says whether the parameter is one.
    fn control(&mut self, kind: R, name: &str, value: &str) -> Result<bool, Refusal> {
        let unreadable =
            || Refusal::Unreadable("_count et _page sont des nombres donnés par la base.".into());
        match name {
            "_include" if INCLUDES.contains(&(kind, value)) => self.includes_patient = true,
            "_revinclude" => match REVERSE_INCLUDES
                .iter()
                .find(|(of, with, _)| *of == kind && *with == value)
            {
                Some((_, _, brought)) => self.reverse = Some(*brought),
                None => return Ok(false),
            },
            "_count" => self.count = Some(value.parse().map_err(|_| unreadable())?),
            "_page" => self.after = i64::from_str_radix(value, 36).map_err(|_| unreadable())?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Nobody lists what belongs to everybody; a patient may list what is theirs.
    fn is_allowed(&self, role: Role) -> bool {
        let selects = |filter: &Filter| !matches!(filter, Filter::Status(_));
        role == Role::Patient || self.patients.is_some() || self.filters.iter().any(selects)
    }
}

fn names_number(alternatives: &[&str]) -> bool {
    alternatives
        .iter()
        .all(|value| token(value).0.as_deref() == Some(NUMBER))
}

/// The values that can be prescription numbers; one in another system designates none.
fn numbers(tokens: Vec<(Option<String>, String)>) -> Vec<String> {
    tokens
        .into_iter()
        .map(|(system, value)| match system.as_deref() {
            None | Some(NUMBER) => value,
            Some(_) => String::new(),
        })
        .collect()
}

/// `system|value`, or a value alone.
fn token(value: &str) -> (Option<String>, String) {
    match value.split_once('|') {
        Some((system, value)) => (Some(system.to_owned()), value.to_owned()),
        None => (None, value.to_owned()),
    }
}

/// The id at the end of a reference.
pub(super) fn last_id(reference: &str) -> String {
    reference.rsplit('/').next().unwrap_or_default().to_owned()
}

/// `Type/id` at the end of an absolute reference.
fn last_reference(reference: &str) -> String {
    let mut parts = reference.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(id), Some(kind)) => format!("{kind}/{id}"),
        _ => reference.to_owned(),
    }
}

/// Answers a search with a bundle, whose links begin with `address`.
pub(super) fn answer(kind: R, mut search: Search, view: &View<'_>, address: &str) -> Result<Value, Halt> {
    if !search.is_allowed(view.caller().role()) {
        return Err(Refusal::RoleForbidden("Une recherche désigne une ordonnance ou un patient.").into());
    }
    if let Some(tokens) = search.patients.take() {
        let patients = view
            .storage()
            .matching(R::Patient, &[Filter::Identifier(tokens)])?;
        let ids: Vec<String> = patients.into_iter().map(|row| row.id).collect();
        search.repeated.push(("patient".into(), ids.join(",")));
        search.filters.push(Filter::Patient(ids));
    }
    let matches = view.matching(kind, &search.filters)?;
    let total = matches.len();
    let size = search.count.unwrap_or(PAGE_MAX).min(PAGE_MAX);
    let mut following = matches.into_iter().filter(|row| row.place > search.after);
    let page: Vec<Row> = following.by_ref().take(size).collect();
    let has_more = size > 0 && following.next().is_some();
    let mut entries = Vec::new();
    for row in &page {
        entries.extend(view.entry(row, address, "match")?);
    }
    for row in included(&search, &page, view)? {
        entries.extend(view.entry(&row, address, "include")?);
    }
    let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": total});
    if let Some(last) = page.last().filter(|_| has_more) {
        let url = next_page(kind, &search, last.place, address);
        bundle["link"] = json!([{"relation": "next", "url": url}]);
    }
    // FHIR has no empty lists.
    if !entries.is_empty() {
        bundle["entry"] = Value::Array(entries);
    }
    Ok(bundle)
}

/// What the matches of this page bring along, each once.
fn included(search: &Search, page: &[Row], view: &View<'_>) -> Result<Vec<Row>, Halt> {
    let mut rows = Vec::new();
    let distinct = |values: &mut dyn Iterator<Item = String>| {
        let mut values: Vec<String> = values.collect();
        values.sort();
        values.dedup();
        values
    };
    if page.is_empty() {
        return Ok(rows);
    }
    if search.includes_patient {
        let ids = distinct(&mut page.iter().filter_map(|row| row.patient.clone()));
        rows.extend(view.storage().matching(R::Patient, &[Filter::Id(ids)])?);
    }
    if let Some(kind) = search.reverse {
        let filter = match kind {
            R::Consent => Filter::Task(distinct(&mut page.iter().map(|row| row.id.clone()))),
            _ => Filter::Line(distinct(&mut page.iter().map(Row::reference))),
        };
        rows.extend(view.storage().matching(kind, &[filter])?);
    }
    Ok(rows)
}

fn next_page(kind: R, search: &Search, last: i64, address: &str) -> String {
    let page = (String::from("_page"), base_36(last));
    let fields: Vec<String> = search
        .repeated
        .iter()
        .chain([&page])
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    format!("{address}/{kind}?{}", fields.join("&"))
}

/// The place of the last match, as callers see it: a word to hand back, not a number to compute with.
fn base_36(place: i64) -> String {
    let mut rest = place.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(rest % 36).unwrap_or(0), 36).unwrap_or('0'));
        rest /= 36;
        if rest == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// The patients that a caller is: those with its INS.
pub(super) fn own_patients(caller: &Caller) -> Option<Filter> {
    let Caller::Patient(ins) = caller else { return None };
    let token = |system: &&str| (Some((*system).to_owned()), ins.as_str().to_owned());
    Some(Filter::Identifier(INS.iter().map(token).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(given: &[(&str, &str)]) -> Vec<(String, String)> {
        given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_parameter_that_does_not_exist_is_refused_or_ignored_as_asked() {
        for (name, value) in [
            ("group-identifier", "x"), // not on MedicationRequest, in R4
            ("status:not", "active"),
            ("_include", "MedicationRequest:requester"),
            ("_sort", "-authoredon"),
            ("", ""),
        ] {
            let asked = parameters(&[("patient", "Patient/a"), (name, value)]);
            assert!(
                read(R::MedicationRequest, &asked, Unknown::Refuse).is_err(),
                "{name}"
            );
            let lenient = read(R::MedicationRequest, &asked, Unknown::Ignore).unwrap();
            assert_eq!(lenient.filters, [Filter::Patient(vec!["a".into()])], "{name}");
        }
    }

    #[test]
    fn a_search_without_a_prescription_or_a_patient_is_for_patients_only() {
        let by_status = read(R::Task, &parameters(&[("status", "ready")]), Unknown::Refuse).unwrap();
        assert!(!by_status.is_allowed(Role::Pharmacy) && !by_status.is_allowed(Role::Prescriber));
        assert!(by_status.is_allowed(Role::Patient));
    }

    #[test]
    fn a_following_page_never_names_a_patient_by_its_ins() {
        let asked = parameters(&[
            ("patient.identifier", "urn:oid:x|279035121518989"),
            ("_count", "2"),
        ]);
        let search = read(R::MedicationRequest, &asked, Unknown::Refuse).unwrap();
        assert!(!next_page(R::MedicationRequest, &search, 37, "").contains("2790351"));
    }

    #[test]
    fn a_page_word_reads_back() {
        for place in [0, 1, 35, 36, 123_456_789] {
            assert_eq!(i64::from_str_radix(&base_36(place), 36).unwrap(), place);
        }
    }
}
