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
    /// Whether a prescriber will see a delivery that the base accepted under this choice.
    pub fn lets_prescribers_see(self) -> bool {
        self == Self::Agreed
    }
}
