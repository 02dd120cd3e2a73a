//! Whether prescribers may see what was delivered.

/// The patient's choice, read from the base.
///
/// Read-only here: it is collected by the prescriber, or later by the patient's caisse (CSP art.
/// R. 4072-1 and following), never by the pharmacist. An opposition hides deliveries from
/// prescribers; it never prevents a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// The patient agreed.
    Agreed,
    /// The patient objected.
    Opposed,
    /// Nobody recorded a choice. It is not an agreement: nothing is shown to prescribers.
    NotRecorded,
}

impl Consent {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Agreed, Self::Opposed, Self::NotRecorded];

    /// The code that the store and JSON carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Opposed => "opposed",
            Self::NotRecorded => "not-recorded",
        }
    }

    /// The choice with that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == code)
    }

    /// Whether a prescriber will see a delivery that the base accepted under this choice.
    pub fn lets_prescribers_see(self) -> bool {
        self == Self::Agreed
    }
}
