//! Every resource of the base's answers in one place, and the ways one names another.

use serde_json::Value;

use crate::base::BaseError;
use crate::base::fhir::{self, Reference};

/// More resources than any prescription has: beyond, somebody's whole base is on its way here.
const RESOURCES_MAX: usize = 2_000;

/// One resource as it came.
struct Pooled {
    full_url: Option<String>,
    place: Option<Place>,
    resource: Value,
}

/// The resources of some answers, each once.
pub(super) struct Pool(Vec<Pooled>);

/// The kind of a resource and its id at the base.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: String,
    pub(super) id: String,
}

impl Place {
    /// Reads `Task/x`, with or without a version, from the end of any reference.
    pub(super) fn at_the_end_of(reference: &str) -> Option<Self> {
        let reference = reference.split("/_history/").next()?;
        let (before, id) = reference.rsplit_once('/')?;
        Self::of(before.rsplit('/').next()?, id)
    }

    /// Reads `Task/x`, with or without a version, from a relative reference.
    fn relative(reference: &str) -> Option<Self> {
        let mut parts = reference.split('/');
        let (kind, id) = (parts.next()?, parts.next()?);
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) | (Some("_history"), Some(_), None) => Self::of(kind, id),
            _ => None,
        }
    }

    /// The place, if both are what FHIR allows: nothing else is ever put in a target.
    pub(super) fn of(kind: &str, id: &str) -> Option<Self> {
        let kind_is_right = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphabetic());
        let id_is_right = (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
            && id.bytes().any(|b| b != b'.');
        (kind_is_right && id_is_right).then(|| Self {
            kind: kind.to_owned(),
            id: id.to_owned(),
        })
    }

    fn of_resource(resource: &Value) -> Option<Self> {
        Self::of(kind_of(resource), resource.get("id")?.as_str()?)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

fn kind_of(resource: &Value) -> &str {
    resource
        .get("resourceType")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Reads the text of an answer. Its depth is limited by the reader itself (128), its size by the transport.
pub(super) fn parsed(text: &str) -> Result<Value, BaseError> {
    serde_json::from_str(text).map_err(|_| BaseError::Garbled)
}

impl Pool {
    /// Gathers the resources of these answers: bundles are opened, bundles within them too.
    pub(super) fn of<'a>(answers: impl IntoIterator<Item = &'a str>) -> Result<Self, BaseError> {
        let mut pool = Self(Vec::new());
        for answer in answers {
            pool.gather(None, parsed(answer)?)?;
        }
        Ok(pool)
    }

    fn gather(&mut self, full_url: Option<String>, mut resource: Value) -> Result<(), BaseError> {
        if kind_of(&resource) != "Bundle" {
            return self.add(full_url, resource);
        }
        let Some(Value::Array(entries)) = resource.get_mut("entry").map(Value::take) else {
            return Ok(());
        };
        for mut entry in entries {
            let full_url = entry.get("fullUrl").and_then(Value::as_str).map(str::to_owned);
            if let Some(inner) = entry.get_mut("resource").map(Value::take) {
                self.gather(full_url, inner)?;
            }
        }
        Ok(())
    }

    /// A resource that comes again replaces itself: the later answer is the fresher one.
    fn add(&mut self, full_url: Option<String>, resource: Value) -> Result<(), BaseError> {
        let place = Place::of_resource(&resource);
        let is_known = |pooled: &&mut Pooled| place.is_some() && pooled.place == place;
        if let Some(known) = self.0.iter_mut().find(is_known) {
            known.resource = resource;
        } else if self.0.len() == RESOURCES_MAX {
            return Err(BaseError::Garbled);
        } else {
            self.0.push(Pooled {
                full_url,
                place,
                resource,
            });
        }
        Ok(())
    }

    /// The resources of these kinds, in the order they came.
    pub(super) fn of_kinds<'a>(&'a self, kinds: &'a [&str]) -> impl Iterator<Item = &'a Value> {
        self.0
            .iter()
            .map(|pooled| &pooled.resource)
            .filter(|resource| kinds.contains(&kind_of(resource)))
    }

    /// The resource a reference names: contained, by full URL, by kind and id, or by the bare
    /// `#id` of a sibling (official examples do that).
    pub(super) fn find<'a>(&'a self, reference: &Reference, contained: &'a [Value]) -> Option<&'a Value> {
        let text = reference.reference.as_deref()?;
        if let Some(id) = text.strip_prefix('#') {
            let named = |resource: &&Value| resource.get("id").and_then(Value::as_str) == Some(id);
            return contained
                .iter()
                .find(named)
                .or_else(|| self.0.iter().map(|pooled| &pooled.resource).find(named));
        }
        self.0
            .iter()
            .find(|pooled| pooled.is_named(text))
            .map(|pooled| &pooled.resource)
    }

    /// Where to read what a reference names, when it is at this base and did not come.
    pub(super) fn missing(&self, reference: &Reference) -> Option<Place> {
        let place = Place::relative(reference.reference.as_deref()?)?;
        self.find(reference, &[]).is_none().then_some(place)
    }
}

impl Pooled {
    fn is_named(&self, text: &str) -> bool {
        if self.full_url.as_deref() == Some(text) {
            return true;
        }
        // Without a full URL, the end of an absolute reference is all there is to compare.
        let named = match &self.full_url {
            Some(_) => Place::relative(text),
            None => Place::at_the_end_of(text),
        };
        named.is_some() && named == self.place
    }
}

/// The relative reference to a resource as it came, when it has a place.
pub(super) fn reference_to(resource: &Value) -> Option<String> {
    Place::of_resource(resource).map(|place| place.to_string())
}

/// Whether a resource carries that identifier.
pub(super) fn has_identifier(resource: &Value, system: &str, value: &str) -> bool {
    resource
        .get("identifier")
        .and_then(fhir::read::<Vec<fhir::Identifier>>)
        .is_some_and(|identifiers| identifiers.iter().any(|identifier| identifier.is(system, value)))
}
