//! What the base refuses, and why: the rules of the other side, shown and never retried.

use crate::domain::identifiers::LineNumber;

/// The base's answer "no" to a question or to a post.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of refusal.
    pub code: RefusalCode,
    /// The base's own words (French), shown escaped.
    pub text: String,
    /// The line it is about, when the base says so.
    pub line: Option<LineNumber>,
}

impl RefusalCode {
    /// Whether what stands in the way can go away at the base, so that the same post may be accepted later.
    pub const fn may_be_lifted(&self) -> bool {
        match self {
            // Access is restored, another delivery is taken back, a hold ends; a gateway between us and the base says
            // one of these of a post that it did not let through.
            Self::UnknownPrescription
            | Self::RoleForbidden
            | Self::QuantityExceeded
            | Self::HeldElsewhere
            | Self::StaleVersion
            | Self::Malformed
            | Self::Other(_) => true,
            Self::Purged
            | Self::PrescriptionCancelled
            | Self::PrescriptionExpired
            | Self::LineCancelled
            | Self::LineUnknown
            | Self::PatientMismatch
            | Self::TranscriptionDiffers => false,
        }
    }
}

macro_rules! refusal_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal,)+) => {
        /// Why the base refused.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum RefusalCode {
            $($(#[$doc])* $variant,)+
            /// A code this program does not know, kept as it came.
            Other(String),
        }

        impl RefusalCode {
            /// The code, as the wire and files carry it.
            pub fn code(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Other(code) => code,
                }
            }

            /// Reads the code; an unknown one is kept.
            pub fn from_code(code: &str) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

refusal_codes! {
    /// No prescription has this number.
    UnknownPrescription = "unknown-prescription",
    /// It existed and was erased (HTTP 410).
    Purged = "purged",
    /// This role may not do this (HTTP 403).
    RoleForbidden = "role-forbidden",
    /// The prescriber withdrew it all.
    PrescriptionCancelled = "prescription-cancelled",
    /// Its validity is over.
    PrescriptionExpired = "prescription-expired",
    /// The prescriber withdrew the line.
    LineCancelled = "line-cancelled",
    /// More boxes than were prescribed.
    QuantityExceeded = "quantity-exceeded",
    /// Another pharmacy is serving it.
    HeldElsewhere = "held-elsewhere",
    /// The prescription changed since it was read (HTTP 412).
    StaleVersion = "stale-version",
    /// The line is not on this prescription.
    LineUnknown = "line-unknown",
    /// The patient of the delivery is not the prescription's.
    PatientMismatch = "patient-mismatch",
    /// The prescription was transcribed from paper, and the base orders something else on that line.
    TranscriptionDiffers = "transcription-differs",
    /// The base could not read the request.
    Malformed = "malformed",
}
