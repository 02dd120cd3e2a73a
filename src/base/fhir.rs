//! The FHIR R4 resources of the wire: only the elements read or written here.
//!
//! No `Debug` on purpose: these hold the patient. Statuses stay texts until `codes.rs` reads them,
//! so that no value, however new, makes a resource unreadable.

#![expect(clippy::struct_field_names, reason = "FHIR names them so")]

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// A resource or element of the wire: camelCase names, everything optional.
macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase", default)]
            pub(super) struct $name {
                $($(#[$attribute])* pub(super) $field: $type,)*
            }
        )+
    };
}

wire! {
    Coding { system: Option<String>, code: Option<String>, display: Option<String>, }
    CodeableConcept { coding: Vec<Coding>, text: Option<String>, }
    Identifier { system: Option<String>, value: Option<String>, }
    Reference {
        reference: Option<String>,
        r#type: Option<String>,
        identifier: Option<Identifier>,
        display: Option<String>,
    }
    Quantity { value: Option<Number>, unit: Option<String>, system: Option<String>, code: Option<String>, }
    Ratio { numerator: Option<Quantity>, denominator: Option<Quantity>, }
    Period { start: Option<String>, end: Option<String>, }
    Annotation { text: Option<String>, }
    Extension {
        url: String,
        extension: Vec<Extension>,
        value_coding: Option<Coding>,
        value_codeable_concept: Option<CodeableConcept>,
        value_reference: Option<Reference>,
        value_date_time: Option<String>,
        value_boolean: Option<bool>,
        value_string: Option<String>,
        value_markdown: Option<String>,
        value_positive_int: Option<Number>,
        value_ratio: Option<Ratio>,
    }
    Meta { security: Vec<Coding>, }

    HumanName { r#use: Option<String>, text: Option<String>, family: Option<String>, given: Vec<Option<String>>, }
    ContactPoint { system: Option<String>, value: Option<String>, }
    Qualification { code: Option<CodeableConcept>, }
    /// A patient or a practitioner.
    Person {
        identifier: Vec<Identifier>,
        name: Vec<HumanName>,
        telecom: Vec<ContactPoint>,
        gender: Option<String>,
        birth_date: Option<String>,
        qualification: Vec<Qualification>,
    }
    Organization {
        identifier: Vec<Identifier>,
        name: Option<String>,
        telecom: Vec<ContactPoint>,
        contact: Vec<OrganizationContact>,
    }
    OrganizationContact { id: Option<String>, name: Option<HumanName>, }

    Dosage { text: Option<String>, }
    DispenseRequest {
        quantity: Option<Quantity>,
        number_of_repeats_allowed: Option<Number>,
        expected_supply_duration: Option<Quantity>,
        validity_period: Option<Period>,
        performer: Option<Reference>,
    }
    SubstitutionRequest {
        allowed_boolean: Option<bool>,
        allowed_codeable_concept: Option<CodeableConcept>,
        reason: Option<CodeableConcept>,
    }
    Parameter { value_quantity: Option<Quantity>, }
    Repeat { bounds_period: Option<Period>, count: Option<Number>, }
    Timing { repeat: Option<Repeat>, }
    /// A line: `MedicationRequest`, `DeviceRequest` or `ServiceRequest`. No name means two things among the three.
    Order {
        resource_type: String,
        id: Option<String>,
        implicit_rules: Option<String>,
        contained: Vec<Value>,
        extension: Vec<Extension>,
        modifier_extension: Vec<Value>,
        identifier: Vec<Identifier>,
        group_identifier: Option<Identifier>,
        requisition: Option<Identifier>,
        status: Option<String>,
        intent: Option<String>,
        do_not_perform: Option<bool>,
        category: Vec<CodeableConcept>,
        medication_codeable_concept: Option<CodeableConcept>,
        medication_reference: Option<Reference>,
        code_codeable_concept: Option<CodeableConcept>,
        code_reference: Option<Reference>,
        code: Option<CodeableConcept>,
        parameter: Vec<Parameter>,
        subject: Option<Reference>,
        authored_on: Option<String>,
        requester: Option<Reference>,
        performer_type: Option<CodeableConcept>,
        dosage_instruction: Vec<Dosage>,
        dispense_request: Option<DispenseRequest>,
        occurrence_timing: Option<Timing>,
        occurrence_period: Option<Period>,
        substitution: Option<SubstitutionRequest>,
        note: Vec<Annotation>,
    }

    Batch { lot_number: Option<String>, expiration_date: Option<String>, }
    Medication {
        resource_type: String,
        id: Option<String>,
        code: Option<CodeableConcept>,
        ingredient: Vec<Value>,
        batch: Option<Batch>,
    }
    Performer { actor: Option<Reference>, }
    Substitution {
        was_substituted: Option<bool>,
        r#type: Option<CodeableConcept>,
        reason: Vec<CodeableConcept>,
    }
    MedicationDispense {
        resource_type: String,
        meta: Option<Meta>,
        contained: Vec<Value>,
        extension: Vec<Extension>,
        identifier: Vec<Identifier>,
        status: Option<String>,
        status_reason_codeable_concept: Option<CodeableConcept>,
        category: Option<CodeableConcept>,
        r#type: Option<CodeableConcept>,
        medication_codeable_concept: Option<CodeableConcept>,
        medication_reference: Option<Reference>,
        subject: Option<Reference>,
        performer: Vec<Performer>,
        authorizing_prescription: Vec<Reference>,
        quantity: Option<Quantity>,
        when_handed_over: Option<String>,
        substitution: Option<Substitution>,
        note: Vec<Annotation>,
    }
    SuppliedItem { quantity: Option<Quantity>, item_codeable_concept: Option<CodeableConcept>, }
    SupplyDelivery {
        resource_type: String,
        meta: Option<Meta>,
        extension: Vec<Extension>,
        identifier: Vec<Identifier>,
        status: Option<String>,
        patient: Option<Reference>,
        supplied_item: Option<SuppliedItem>,
        occurrence_date_time: Option<String>,
        supplier: Option<Reference>,
    }

    Restriction {
        period: Option<Period>,
        #[serde(flatten)]
        rest: Map<String, Value>,
    }
    /// Read, changed and written back: what is not known here survives in `rest`.
    Task {
        resource_type: String,
        id: Option<String>,
        meta: Map<String, Value>,
        contained: Vec<Value>,
        group_identifier: Option<Identifier>,
        status: Option<String>,
        business_status: Option<Value>,
        owner: Option<Reference>,
        restriction: Option<Restriction>,
        output: Vec<Value>,
        #[serde(flatten)]
        rest: Map<String, Value>,
    }

    ConsentData { reference: Option<Reference>, }
    Provision { r#type: Option<String>, data: Vec<ConsentData>, provision: Vec<Value>, }
    Consent {
        status: Option<String>,
        date_time: Option<String>,
        policy_rule: Option<CodeableConcept>,
        provision: Option<Provision>,
    }

    Agent { who: Option<Reference>, on_behalf_of: Option<Reference>, }
    ProvenanceEntity { role: Option<String>, what: Option<Reference>, }
    Provenance {
        resource_type: String,
        id: Option<String>,
        target: Vec<Reference>,
        recorded: Option<String>,
        reason: Vec<CodeableConcept>,
        activity: Option<CodeableConcept>,
        agent: Vec<Agent>,
        entity: Vec<ProvenanceEntity>,
    }

    EntryRequest {
        method: String,
        url: String,
        if_none_exist: Option<String>,
        if_match: Option<String>,
    }
    EntryResponse { status: Option<String>, outcome: Option<Value>, }
    Entry {
        full_url: Option<String>,
        resource: Option<Value>,
        request: Option<EntryRequest>,
        response: Option<EntryResponse>,
    }
    Link { relation: Option<String>, url: Option<String>, }
    Bundle { resource_type: String, r#type: Option<String>, link: Vec<Link>, entry: Vec<Entry>, }

    Issue {
        severity: Option<String>,
        details: Option<CodeableConcept>,
        diagnostics: Option<String>,
        expression: Vec<String>,
    }
    OperationOutcome { resource_type: String, issue: Vec<Issue>, }

    Interaction { code: Option<String>, }
    SearchParameter { name: Option<String>, }
    ResourceCapability {
        r#type: Option<String>,
        interaction: Vec<Interaction>,
        versioning: Option<String>,
        conditional_create: Option<bool>,
        search_param: Vec<SearchParameter>,
        search_rev_include: Vec<String>,
    }
    ServerCapability { interaction: Vec<Interaction>, resource: Vec<ResourceCapability>, }
    CapabilityStatement { resource_type: String, fhir_version: Option<String>, rest: Vec<ServerCapability>, }
}

/// A resource as it is written. FHIR forbids null and empty values, so none is.
pub(super) fn written<T: Serialize>(resource: &T) -> Value {
    // Only a map with keys that are not texts cannot be written, and there is none here.
    without_empty(serde_json::to_value(resource).unwrap_or(Value::Null))
}

fn without_empty(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name, without_empty(value)))
                .filter(|(_, value)| !is_empty(value))
                .collect(),
        ),
        // An element of an array keeps its place: FHIR pairs arrays of primitives by position.
        Value::Array(elements) => Value::Array(elements.into_iter().map(without_empty).collect()),
        scalar => scalar,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Reads a resource, if it has the shape of one.
pub(super) fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Option<T> {
    T::deserialize(value).ok()
}

impl Coding {
    pub(super) fn of(system: &str, code: &str) -> Self {
        Self {
            system: Some(system.to_owned()),
            code: Some(code.to_owned()),
            display: None,
        }
    }

    /// System and code, blanks trimmed: official examples hold `"FFC "`.
    pub(super) fn pair(&self) -> (&str, &str) {
        (
            self.system.as_deref().unwrap_or_default().trim(),
            self.code.as_deref().unwrap_or_default().trim(),
        )
    }
}

impl CodeableConcept {
    pub(super) fn coded(system: &str, code: &str) -> Self {
        Self {
            coding: vec![Coding::of(system, code)],
            text: None,
        }
    }

    pub(super) fn text(text: &str) -> Self {
        Self {
            coding: Vec::new(),
            text: Some(text.to_owned()),
        }
    }

    /// The words for people: its text, else what its first coding is called, else that code.
    pub(super) fn words(&self) -> String {
        let displayed = || self.coding.iter().find_map(|coding| coding.display.clone());
        let code = || self.coding.iter().find_map(|coding| coding.code.clone());
        self.text
            .clone()
            .or_else(displayed)
            .or_else(code)
            .unwrap_or_default()
    }
}

impl Identifier {
    pub(super) fn of(system: &str, value: impl Into<String>) -> Self {
        Self {
            system: Some(system.to_owned()),
            value: Some(value.into()),
        }
    }

    pub(super) fn is(&self, system: &str, value: &str) -> bool {
        self.system.as_deref() == Some(system) && self.value.as_deref() == Some(value)
    }
}

impl Reference {
    pub(super) fn to(reference: impl Into<String>) -> Self {
        Self {
            reference: Some(reference.into()),
            ..Self::default()
        }
    }
}

impl Extension {
    pub(super) fn named(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn coded(url: &str, system: &str, code: &str) -> Self {
        Self {
            value_coding: Some(Coding::of(system, code)),
            ..Self::named(url)
        }
    }
}

/// The extension with that name.
pub(super) fn extension<'a>(extensions: &'a [Extension], url: &str) -> Option<&'a Extension> {
    extensions.iter().find(|extension| extension.url == url)
}

impl Order {
    /// The number of the prescription this line is on.
    pub(super) fn group(&self) -> Option<&Identifier> {
        self.group_identifier.as_ref().or(self.requisition.as_ref())
    }
}

impl Task {
    /// The version that an update must name: opaque, a counter here, a UUID elsewhere.
    pub(super) fn version(&self) -> Option<&str> {
        self.meta.get("versionId").and_then(Value::as_str)
    }

    /// The same, ready to be written back: the server counts versions itself.
    pub(super) fn for_update(mut self) -> Self {
        self.meta.remove("versionId");
        self.meta.remove("lastUpdated");
        self
    }
}

/// An entity tag from a version.
pub(super) fn etag(version: &str) -> String {
    format!("W/\"{version}\"")
}

impl Bundle {
    /// Where the next page is.
    pub(super) fn next(&self) -> Option<&str> {
        self.link
            .iter()
            .find(|link| link.relation.as_deref() == Some("next"))
            .and_then(|link| link.url.as_deref())
    }
}

impl EntryResponse {
    /// The HTTP status: the first word of `200 OK`.
    pub(super) fn code(&self) -> Option<u16> {
        self.status.as_deref()?.split_whitespace().next()?.parse().ok()
    }
}
