//! Every coded reason a pharmacist gives, in one place.
//!
//! The national téléservice's own codes are not public (`reference`: GIE SESAM-Vitale): these are a
//! training set, checked against the published practice on 22 November 2026. The code is what files and the wire carry;
//! the words are in `ui/wording.rs`, and free text may stand beside any of them.

/// A closed set of reasons, each with the code that files and the wire carry.
macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them, in the order screens list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The reason with that code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.code() == code)
            }
        }
    };
}

reasons! {
    /// Why another product was given.
    SubstitutionReason {
        /// A generic, a hybrid or a biosimilar in place of its reference: the ordinary case.
        Generic = "generic",
        /// Not in the pharmacy today.
        OutOfStock = "out-of-stock",
        /// Not available from anybody (rupture).
        Shortage = "shortage",
        /// The product the patient already takes.
        ContinuingTherapy = "continuing-therapy",
        /// The patient asked for it.
        PatientRequest = "patient-request",
        /// Another reason, said in words.
        Other = "other",
    }
}

reasons! {
    /// Why the prescription itself was adjusted, with the prescriber's agreement.
    AdjustmentReason {
        /// The dose.
        Dose = "dose",
        /// The pharmaceutical form.
        Form = "form",
        /// The duration.
        Duration = "duration",
        /// The count of boxes.
        Quantity = "quantity",
        /// Another product.
        Product = "product",
        /// An interaction or a contraindication was found.
        Interaction = "interaction",
        /// Another reason, said in words.
        Other = "other",
    }
}

reasons! {
    /// Why nothing was delivered.
    NotDeliveredReason {
        /// The patient still has some.
        PatientHasSome = "patient-has-some",
        /// The patient does not want it.
        PatientRefuses = "patient-refuses",
        /// Not in the pharmacy today.
        OutOfStock = "out-of-stock",
        /// A contraindication or an interaction was found.
        Contraindication = "contraindication",
        /// The prescriber is being called.
        AwaitingPrescriber = "awaiting-prescriber",
        /// Already delivered by another pharmacy.
        DeliveredElsewhere = "delivered-elsewhere",
        /// Not available from anybody (rupture).
        Shortage = "shortage",
        /// A rule forbids it: too late, hospital only, irregular prescription.
        NotPermitted = "not-permitted",
        /// Another reason, said in words.
        Other = "other",
    }
}

reasons! {
    /// Why fewer boxes were given than were due.
    PartialReason {
        /// The rest is owed to the patient: not enough in the pharmacy today.
        Owed = "owed",
        /// The patient wants fewer.
        PatientRequest = "patient-request",
        /// The patient still has some.
        PatientHasSome = "patient-has-some",
        /// One fraction of a treatment that is delivered by fractions.
        Fraction = "fraction",
        /// One month of a treatment prescribed for longer.
        MonthByMonth = "month-by-month",
        /// Days were taken off, or the prescription is over: what the law still allows.
        LegalLimit = "legal-limit",
        /// Another reason, said in words.
        Other = "other",
    }
}

reasons! {
    /// How the prescriber's agreement was obtained.
    AgreementChannel {
        /// By phone.
        Phone = "phone",
        /// By secure mail (MSSanté).
        SecureMail = "secure-mail",
        /// Face to face.
        InPerson = "in-person",
        /// Another way, said in words.
        Other = "other",
    }
}
