//! What the training base answers when it says no: a code, an HTTP status and a sentence in French.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::domain::identifiers::{Boxes, LineNumber};
use crate::domain::refusal::RefusalCode;
use crate::training::storage::StorageError;
use crate::training::wire::REFUSAL_CODES;

/// The base's "no".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    // What the rules of dispensing say.
    LineUnknown,
    PatientMismatch,
    PrescriptionCancelled,
    PrescriptionExpired {
        last_day: Date,
    },
    NotYetValid {
        first_day: Date,
    },
    LineCancelled(LineNumber),
    NothingLeft,
    QuantityExceeded {
        line: LineNumber,
        asked: Boxes,
        left: Boxes,
    },
    HeldElsewhere {
        name: String,
        phone: String,
        until: Option<Timestamp>,
    },
    NumberTaken,
    /// What was asked contradicts itself or the contract; the sentence says where.
    Malformed(String),

    // What stops a request at the door.
    /// The request cannot be read at all.
    Unreadable(String),
    LoginRefused,
    RoleForbidden(&'static str),
    NotFound,
    MethodNotOffered,
    StaleVersion,
    /// `ifNoneExist` found several, or something that belongs to another pharmacy.
    Ambiguous,
    TooLarge,
    NotJson,
    NotForm,
}

/// Why a request ends early. The two are never mixed: the first is an answer, the second is broken storage.
#[derive(Debug)]
pub(super) enum Halt {
    /// The rules spoke, once per refused entry.
    Refused(Vec<Issue>),
    /// The storage did not.
    Broken(StorageError),
}

/// A refusal, and the entry of the bundle it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issue {
    pub(super) refusal: Refusal,
    pub(super) entry: Option<usize>,
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![Issue { refusal, entry: None }])
    }
}

impl From<StorageError> for Halt {
    fn from(error: StorageError) -> Self {
        Self::Broken(error)
    }
}

impl Refusal {
    /// A sentence about what contradicts the contract.
    pub(super) fn malformed(sentence: impl Into<String>) -> Self {
        Self::Malformed(sentence.into())
    }

    /// The HTTP status that carries it.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Unreadable(_) => 400,
            Self::LoginRefused => 401,
            Self::RoleForbidden(_) => 403,
            Self::NotFound => 404,
            Self::MethodNotOffered => 405,
            Self::HeldElsewhere { .. } => 409,
            Self::StaleVersion | Self::Ambiguous => 412,
            Self::TooLarge => 413,
            Self::NotJson | Self::NotForm => 415,
            Self::LineUnknown
            | Self::PatientMismatch
            | Self::PrescriptionCancelled
            | Self::PrescriptionExpired { .. }
            | Self::NotYetValid { .. }
            | Self::LineCancelled(_)
            | Self::NothingLeft
            | Self::QuantityExceeded { .. }
            | Self::NumberTaken
            | Self::Malformed(_) => 422,
        }
    }

    /// The code in the list of refusals.
    pub(super) fn code(&self) -> RefusalCode {
        let other = |code: &str| RefusalCode::Other(code.to_owned());
        match self {
            Self::LineUnknown => RefusalCode::LineUnknown,
            Self::PatientMismatch => RefusalCode::PatientMismatch,
            Self::PrescriptionCancelled => RefusalCode::PrescriptionCancelled,
            Self::PrescriptionExpired { .. } => RefusalCode::PrescriptionExpired,
            Self::LineCancelled(_) => RefusalCode::LineCancelled,
            Self::QuantityExceeded { .. } => RefusalCode::QuantityExceeded,
            Self::HeldElsewhere { .. } => RefusalCode::HeldElsewhere,
            Self::Malformed(_) | Self::Unreadable(_) => RefusalCode::Malformed,
            Self::RoleForbidden(_) => RefusalCode::RoleForbidden,
            Self::StaleVersion | Self::Ambiguous => RefusalCode::StaleVersion,
            Self::NotYetValid { .. } => other("not-yet-valid"),
            Self::NothingLeft => other("nothing-left"),
            Self::NumberTaken => other("number-taken"),
            Self::LoginRefused => other("login-refused"),
            Self::NotFound => other("not-found"),
            Self::MethodNotOffered => other("not-offered"),
            Self::TooLarge => other("too-large"),
            Self::NotJson | Self::NotForm => other("content-type"),
        }
    }

    /// FHIR's own, coarser code.
    fn issue_type(&self) -> &'static str {
        match self.status() {
            400 => "invalid",
            401 => "login",
            403 => "forbidden",
            404 => "not-found",
            405 | 415 => "not-supported",
            409 | 412 => "conflict",
            413 => "too-long",
            _ => "business-rule",
        }
    }

    /// The sentence for the person who reads it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::LineUnknown => "Cette ligne n’est pas sur l’ordonnance, ou une pharmacie ne l’exécute pas.".into(),
            Self::PatientMismatch => "Le patient n’est pas celui de l’ordonnance.".into(),
            Self::PrescriptionCancelled => "L’ordonnance a été annulée par son prescripteur.".into(),
            Self::PrescriptionExpired { last_day } => {
                format!("L’ordonnance n’est plus valable depuis le {}.", french_day(*last_day))
            }
            Self::NotYetValid { first_day } => {
                format!("L’ordonnance ne peut être exécutée qu’à partir du {}.", french_day(*first_day))
            }
            Self::LineCancelled(line) => format!("Ligne {line} : annulée par le prescripteur."),
            Self::NothingLeft => "Tout ce qui était prescrit a été délivré.".into(),
            Self::QuantityExceeded { line, asked, left } => format!(
                "Ligne {line} : {} demandée{}, {left} {} à délivrer.",
                boxes(*asked),
                if asked.0 > 1 { "s" } else { "" },
                if left.0 > 1 { "restent" } else { "reste" },
            ),
            Self::HeldElsewhere { name, phone, until } => held_elsewhere(name, phone, *until),
            Self::NumberTaken => "Ce numéro d’ordonnance existe déjà : une ordonnance écrite ne se complète pas.".into(),
            Self::Malformed(sentence) | Self::Unreadable(sentence) => sentence.clone(),
            Self::LoginRefused => "Connexion refusée : jeton absent ou invalide.".into(),
            Self::RoleForbidden(sentence) => (*sentence).into(),
            Self::NotFound => "Aucune ressource à cette adresse.".into(),
            Self::MethodNotOffered => "Cette opération n’est pas offerte ici.".into(),
            Self::StaleVersion => "La ressource a changé depuis sa lecture, ou sa version (If-Match) manque : relisez-la.".into(),
            Self::Ambiguous => "La condition de création (ifNoneExist) désigne plusieurs ressources, ou celle d’une autre pharmacie.".into(),
            Self::TooLarge => "Demande trop grande.".into(),
            Self::NotJson => "Le contenu doit être du JSON (application/fhir+json).".into(),
            Self::NotForm => "Le contenu doit être un formulaire (application/x-www-form-urlencoded).".into(),
        }
    }
}

fn boxes(count: Boxes) -> String {
    format!("{count} boîte{}", if count.0 > 1 { "s" } else { "" })
}

fn held_elsewhere(name: &str, phone: &str, until: Option<Timestamp>) -> String {
    let phone = if phone.is_empty() {
        String::new()
    } else {
        format!(" ({phone})")
    };
    let paris = until.and_then(|until| Some(until.to_zoned(TimeZone::get("Europe/Paris").ok()?)));
    let end = paris.map_or_else(String::new, |paris| {
        paris.strftime(" jusqu’au %d/%m/%Y à %-H h %M").to_string()
    });
    format!("Prise en charge par {name}{phone}{end}.")
}

fn french_day(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

/// The resource that says it all.
pub(super) fn operation_outcome(issues: &[Issue]) -> Value {
    let issue = |Issue { refusal, entry }: &Issue| {
        let mut issue = json!({
            "severity": "error",
            "code": refusal.issue_type(),
            "details": {
                "coding": [{"system": REFUSAL_CODES, "code": refusal.code().code()}],
                "text": refusal.text(),
            },
        });
        if let Some(place) = entry {
            issue["expression"] = json!([format!("Bundle.entry[{place}]")]);
        }
        issue
    };
    json!({"resourceType": "OperationOutcome", "issue": issues.iter().map(issue).collect::<Vec<_>>()})
}

/// The only answer above 499: the storage could not do its part, nothing was written, and asking again
/// is the right thing to do. Which failure it was is for the log, not for the caller.
pub(super) fn unavailable() -> Value {
    json!({"resourceType": "OperationOutcome", "issue": [{
        "severity": "error",
        "code": "transient",
        "details": {
            "coding": [{"system": REFUSAL_CODES, "code": "unavailable"}],
            "text": "La base est momentanément indisponible : rien n’a été écrit, recommencez.",
        },
    }]})
}

/// The HTTP status of several refusals at once: a condition that failed comes before any rule.
pub(super) fn status_of(issues: &[Issue]) -> u16 {
    let statuses = || issues.iter().map(|issue| issue.refusal.status());
    [412, 403, 409]
        .into_iter()
        .find(|status| statuses().any(|found| found == *status))
        .or_else(|| statuses().next())
        .unwrap_or(422)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(refusal: Refusal, entry: usize) -> Issue {
        Issue {
            refusal,
            entry: Some(entry),
        }
    }

    #[test]
    fn a_refused_quantity_has_the_shape_of_the_shared_example() {
        let shared: Value = serde_json::from_str(include_str!("../../tests/wire/refusal-422.json")).unwrap();
        let refusal = Refusal::QuantityExceeded {
            line: LineNumber(1),
            asked: Boxes(3),
            left: Boxes(2),
        };
        let mut ours = operation_outcome(&[issue(refusal, 0)]);
        // "demandées" agrees with three boxes, and so does the shared sentence.
        assert_eq!(
            ours["issue"][0]["details"]["text"],
            shared["issue"][0]["details"]["text"]
        );
        ours["issue"][0]["details"]["text"] = shared["issue"][0]["details"]["text"].clone();
        assert_eq!(ours, shared);
    }

    #[test]
    fn a_failed_condition_comes_before_any_rule() {
        let refused = [issue(Refusal::NothingLeft, 0), issue(Refusal::StaleVersion, 1)];
        assert_eq!(status_of(&refused), 412);
        assert_eq!(status_of(&refused[..1]), 422);
    }

    #[test]
    fn the_holder_is_named_with_its_phone() {
        let text = held_elsewhere(
            "Pharmacie du Port",
            "0199000022",
            "2026-11-22T09:30:00Z".parse().ok(),
        );
        assert_eq!(
            text,
            "Prise en charge par Pharmacie du Port (0199000022) jusqu’au 22/11/2026 à 10 h 30."
        );
        assert_eq!(
            held_elsewhere("Pharmacie A", "", None),
            "Prise en charge par Pharmacie A."
        );
    }
}
