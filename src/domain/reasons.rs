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
    /// Why a delivery is made from a paper that is not read at the base (CSP art. R. 4073-2: the base is unavailable, it
    /// was materially impossible to enter the prescription there, or the case is left out of it).
    PaperReason {
        /// The base cannot be reached, and this pharmacy never received the prescription.
        BaseUnreachable = "base-unreachable",
        /// The prescriber wrote on paper only.
        PaperOnly = "paper-only",
        /// There is a number, which neither the reader nor a person can read.
        NumberUnreadable = "number-unreadable",
    }
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
    /// Why the product ordered was kept although another could have been given for it.
    KeptReason {
        /// The patient does not want another one.
        PatientRefuses = "patient-refuses",
        /// MTE-PH: the pharmacist keeps a product with a narrow therapeutic margin.
        NarrowMargin = "mte-ph",
        /// None of the substitutes is in the pharmacy today.
        OutOfStock = "out-of-stock",
        /// The patient is used to this one, and would mistake another.
        Adherence = "adherence",
    }
}

impl KeptReason {
    /// What is written with the delivery: it travels in the note, which the prescriber reads.
    pub const fn mention(self) -> &'static str {
        match self {
            Self::PatientRefuses => "Non substitué (refus du patient)",
            Self::NarrowMargin => "Non substituable (MTE-PH)",
            Self::OutOfStock => "Non substitué (substitut indisponible)",
            Self::Adherence => "Non substitué (adhésion au traitement)",
        }
    }

    /// The reason that a note begins with.
    pub fn of_note(note: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| note.starts_with(reason.mention()))
    }

    /// That note with this reason before its own words, in place of any other such reason.
    pub fn noted(self, note: &str) -> String {
        let words = Self::of_note(note).map_or(note, |earlier| &note[earlier.mention().len()..]);
        let words = words.trim_start_matches([' ', '.']).trim();
        if words.is_empty() {
            self.mention().to_owned()
        } else {
            format!("{}. {words}", self.mention())
        }
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

reasons! {
    /// Why a recorded delivery is taken back or replaced.
    CorrectionReason {
        /// Another product than the one handed over was recorded.
        WrongProduct = "wrong-product",
        /// Another count of boxes.
        WrongQuantity = "wrong-quantity",
        /// Another lot, or another last day.
        WrongLot = "wrong-lot",
        /// Another outcome, or another reason for it.
        WrongDecision = "wrong-decision",
        /// The delivery is another line's, or another patient's.
        WrongLine = "wrong-line",
        /// The same delivery was recorded twice.
        RecordedTwice = "recorded-twice",
        /// The boxes never left the pharmacy.
        NotHandedOver = "not-handed-over",
        /// The boxes came back.
        Returned = "returned",
        /// Another reason, said in words.
        Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_to_keep_stands_before_the_words_and_only_once() {
        let narrow = KeptReason::NarrowMargin;
        for (note, noted) in [
            ("", "Non substituable (MTE-PH)"),
            (
                "stable depuis 2019",
                "Non substituable (MTE-PH). stable depuis 2019",
            ),
            (
                "Non substitué (refus du patient). dit-il",
                "Non substituable (MTE-PH). dit-il",
            ),
            ("Non substituable (MTE-PH)", "Non substituable (MTE-PH)"),
        ] {
            assert_eq!(narrow.noted(note), noted);
            assert_eq!(KeptReason::of_note(noted), Some(narrow));
        }
        assert_eq!(KeptReason::of_note("rien à dire"), None);
    }
}
