//! What a request asks for: one reading for requests of their own and for the entries of a bundle.

use serde_json::Value;

use crate::training::outcome::Refusal;
use crate::training::wire::ResourceType;

/// A request on resources, whether it came alone or in a bundle. It may name a patient: there is no `Debug`.
#[derive(PartialEq, Eq)]
pub(super) enum Interaction {
    Search {
        kind: ResourceType,
        parameters: Vec<(String, String)>,
    },
    Read {
        kind: ResourceType,
        id: String,
    },
    Version {
        kind: ResourceType,
        id: String,
        version: u32,
    },
    History {
        kind: ResourceType,
        id: String,
    },
    Write(Change),
}

/// A resource to store.
#[derive(PartialEq, Eq)]
pub(super) struct Change {
    pub(super) kind: ResourceType,
    pub(super) resource: Value,
    pub(super) way: Way,
}

/// How it is to be stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    Create { if_none_exist: Option<String> },
    Update { id: String, if_match: Option<String> },
}

/// The parts of a request, from the HTTP head or from `Bundle.entry.request`.
#[derive(Default)]
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    /// Path and query, without the base's own address.
    pub(super) url: &'a str,
    pub(super) resource: Option<Value>,
    /// The fields of a form, when it is one.
    pub(super) form: Option<&'a str>,
    pub(super) if_match: Option<String>,
    pub(super) if_none_exist: Option<String>,
}

/// Reads what is asked, or says why it cannot be.
pub(super) fn read(asked: Asked<'_>) -> Result<Interaction, Refusal> {
    let (path, query) = asked.url.split_once('?').unwrap_or((asked.url, ""));
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let kind = segments
        .first()
        .and_then(|name| ResourceType::named(name))
        .ok_or(Refusal::NotFound)?;
    let id = |text: &str| {
        if is_id(text) {
            Ok(text.to_owned())
        } else {
            Err(Refusal::NotFound)
        }
    };
    match (asked.method, &segments[1..]) {
        ("GET", []) => Ok(Interaction::Search {
            kind,
            parameters: parameters(query)?,
        }),
        ("POST", ["_search"]) => {
            let mut parameters_asked = parameters(query)?;
            parameters_asked.extend(parameters(asked.form.ok_or(Refusal::NotForm)?)?);
            Ok(Interaction::Search {
                kind,
                parameters: parameters_asked,
            })
        }
        ("GET", [own]) => Ok(Interaction::Read { kind, id: id(own)? }),
        ("GET", [own, "_history"]) => Ok(Interaction::History { kind, id: id(own)? }),
        ("GET", [own, "_history", version]) => Ok(Interaction::Version {
            kind,
            id: id(own)?,
            version: version.parse().map_err(|_| Refusal::NotFound)?,
        }),
        ("POST", []) => change(
            kind,
            asked.resource,
            Way::Create {
                if_none_exist: asked.if_none_exist,
            },
        ),
        ("PUT", [own]) => {
            let way = Way::Update {
                id: id(own)?,
                if_match: asked.if_match,
            };
            change(kind, asked.resource, way)
        }
        (_, [] | [_] | [_, "_history"] | [_, "_history", _]) => Err(Refusal::MethodNotOffered),
        _ => Err(Refusal::NotFound),
    }
}

fn change(kind: ResourceType, resource: Option<Value>, way: Way) -> Result<Interaction, Refusal> {
    let unreadable = |sentence: &str| Refusal::Unreadable(sentence.into());
    let resource = resource
        .filter(Value::is_object)
        .ok_or_else(|| unreadable("La ressource manque, ou n’en est pas une."))?;
    if resource["resourceType"].as_str() != Some(kind.name()) {
        return Err(unreadable(
            "Le type de la ressource n’est pas celui de l’adresse.",
        ));
    }
    if let Way::Update { id, .. } = &way
        && resource["id"].as_str() != Some(id)
    {
        return Err(unreadable(
            "L’identifiant de la ressource n’est pas celui de l’adresse.",
        ));
    }
    Ok(Interaction::Write(Change { kind, resource, way }))
}

/// FHIR's own rule for ids.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// The fields of a query or of a form.
pub(super) fn parameters(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    query
        .split('&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            Ok((unescaped(name)?, unescaped(value)?))
        })
        .collect()
}

fn unescaped(text: &str) -> Result<String, Refusal> {
    let unreadable = || Refusal::Unreadable("Un paramètre est mal encodé.".into());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let code = digit().zip(digit()).map(|(high, low)| high * 16 + low);
                code.and_then(|code| u8::try_from(code).ok())
                    .ok_or_else(unreadable)?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_read_or_refused_at_the_door() {
        let status = |method, url| {
            let resource = Some(json!({"resourceType": "Task", "id": "t1"}));
            let asked = Asked {
                method,
                url,
                resource,
                ..Asked::default()
            };
            read(asked).map_or_else(|refusal| refusal.status(), |_| 200)
        };
        for (method, url, expected) in [
            ("GET", "/Task/t1", 200),
            ("GET", "Task?group-identifier=a%7Cb", 200),
            ("PUT", "/Task/t1", 200),
            ("PUT", "/Task/t2", 400),
            ("POST", "/Task", 200),
            ("POST", "/Patient", 400),
            ("DELETE", "/Task/t1", 405),
            ("PATCH", "/Task/t1", 405),
            ("PUT", "/Task", 405),
            ("GET", "/Observation", 404),
            ("GET", "/Task/t1/_history/x", 404),
            ("GET", "/Task/../Patient", 404),
            ("GET", "/Task/a%00b", 404),
            ("GET", "/Task?a=%zz", 400),
            ("GET", "/Task?a=%ff", 400),
            ("POST", "/Task/_search", 415),
            ("GET", "", 404),
        ] {
            assert_eq!(status(method, url), expected, "{method} {url}");
        }
    }

    #[test]
    fn parameters_are_decoded() {
        let expected = [
            ("a b".to_owned(), "é|c".to_owned()),
            ("d".to_owned(), String::new()),
        ];
        assert_eq!(parameters("a+b=%C3%A9%7cc&d&").unwrap(), expected);
    }
}
