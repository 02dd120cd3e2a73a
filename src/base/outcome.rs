//! What the base says when it says no: an `OperationOutcome` in the words of the domain.

use crate::base::codes;
use crate::base::fhir::{self, Issue, OperationOutcome};
use crate::base::transport::Response;
use crate::domain::refusal::{Refusal, RefusalCode};

/// One remark of the base.
pub(super) struct Remark {
    pub(super) refusal: Refusal,
    /// The entries of the transaction it is about; none when it is about all of it.
    pub(super) entries: Vec<usize>,
}

/// The remarks of an answer; one that says nothing readable gives one remark with that code and no words.
pub(super) fn remarks(response: &Response, otherwise: &RefusalCode) -> Vec<Remark> {
    let outcome = outcome_of(response).unwrap_or_default();
    if outcome.issue.is_empty() {
        return vec![Remark {
            refusal: refusal(otherwise.clone(), String::new()),
            entries: Vec::new(),
        }];
    }
    let errors: Vec<&Issue> = outcome.issue.iter().filter(|issue| is_error(issue)).collect();
    // An outcome of warnings alone on a refusal: they are all it says.
    let said = if errors.is_empty() {
        outcome.issue.iter().collect()
    } else {
        errors
    };
    said.into_iter().map(|issue| remark(issue, otherwise)).collect()
}

/// Whether it is a FHIR server that speaks, and not something between us.
pub(super) fn is_said_by_a_base(response: &Response) -> bool {
    outcome_of(response).is_some()
}

fn outcome_of(response: &Response) -> Option<OperationOutcome> {
    let outcome: OperationOutcome = serde_json::from_str(response.text()?).ok()?;
    (outcome.resource_type == "OperationOutcome").then_some(outcome)
}

/// Beside an error, a server may add warnings and information, about entries that it takes.
fn is_error(issue: &Issue) -> bool {
    !matches!(issue.severity.as_deref(), Some("warning" | "information"))
}

/// The first remark of an answer, as a refusal.
pub(super) fn first_refusal(response: &Response, otherwise: &RefusalCode) -> Refusal {
    let first = remarks(response, otherwise).into_iter().next();
    first.map_or_else(
        || refusal(otherwise.clone(), String::new()),
        |remark| remark.refusal,
    )
}

/// A refusal that names no line.
pub(super) fn refusal(code: RefusalCode, text: String) -> Refusal {
    Refusal {
        code,
        text,
        line: None,
    }
}

fn remark(issue: &Issue, otherwise: &RefusalCode) -> Remark {
    let codings = issue.details.iter().flat_map(|details| &details.coding);
    let code = codings
        .map(fhir::Coding::pair)
        .find(|(system, _)| *system == codes::REFUSAL)
        .map_or_else(|| otherwise.clone(), |(_, code)| RefusalCode::from_code(code));
    Remark {
        refusal: refusal(code, words(issue)),
        entries: issue
            .expression
            .iter()
            .filter_map(|expression| entry_named(expression))
            .collect(),
    }
}

fn words(issue: &Issue) -> String {
    let details = issue.details.as_ref().and_then(|details| details.text.clone());
    details.or_else(|| issue.diagnostics.clone()).unwrap_or_default()
}

/// The place in `Bundle.entry[3]` and in whatever follows it.
fn entry_named(expression: &str) -> Option<usize> {
    let (place, _) = expression.strip_prefix("Bundle.entry[")?.split_once(']')?;
    place.parse().ok()
}

/// Whether the answer says that something was written in between: 412, or 400 with 412 in its words
/// (a transaction's failed entry is told that way by servers in the field).
pub(super) fn is_stale(response: &Response) -> bool {
    let speaks_of_412 = || {
        remarks(response, &RefusalCode::Malformed).iter().any(|remark| {
            remark.refusal.text.contains("412") || remark.refusal.code == RefusalCode::StaleVersion
        })
    };
    response.status == 412 || (response.status == 400 && speaks_of_412())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_names_its_entry() {
        for (expression, place) in [
            ("Bundle.entry[0]", Some(0)),
            ("Bundle.entry[12].resource.quantity", Some(12)),
            ("Bundle.entry[]", None),
            ("Bundle.entry[-1]", None),
            ("Bundle.entry[1", None),
            ("MedicationDispense.quantity", None),
            ("", None),
        ] {
            assert_eq!(entry_named(expression), place, "{expression:?}");
        }
    }

    #[test]
    fn a_stale_version_is_told_in_two_ways() {
        let outcome = |text: &str| {
            format!(r#"{{"resourceType":"OperationOutcome","issue":[{{"diagnostics":"{text}"}}]}}"#)
        };
        for (status, text, stale) in [
            (412, "", true),
            (400, "Entry failed with status 412", true),
            (400, "unreadable", false),
            (422, "412 boîtes demandées", false),
        ] {
            assert_eq!(
                is_stale(&Response::json(status, outcome(text))),
                stale,
                "{status} {text}"
            );
        }
    }

    #[test]
    fn an_answer_without_an_outcome_is_a_refusal_without_words() {
        for body in ["", "null", "[]", "{}", r#"{"resourceType":"Patient"}"#, "<html>"] {
            let read = first_refusal(&Response::json(403, body), &RefusalCode::RoleForbidden);
            assert_eq!(read, refusal(RefusalCode::RoleForbidden, String::new()), "{body}");
        }
    }
}
