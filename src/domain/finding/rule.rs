//! Every rule in one table: its family, its stable id, what it weighs, and the text it comes from.
//!
//! `docs/rules.md` is written from this table; no rule can exist without its row.

use jiff::civil::{Date, date};

use crate::domain::finding::Severity;

/// A rule as it is read out: what overrides, files and `docs/rules.md` name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// Its stable id.
    pub id: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The article or official text.
    pub source: &'static str,
}

macro_rules! rules {
    ($($(#[$family_doc:meta])* $family:ident, checked $year:literal-$month:literal-$day:literal {
        $($rule:ident = $id:literal, $severity:ident, $source:literal;)+
    })+) => {
        /// The families, one file of `domain/rules/` each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Family {
            $($(#[$family_doc])* $family,)+
        }

        impl Family {
            /// All of them, in reading order.
            pub const ALL: &'static [Self] = &[$(Self::$family,)+];

            /// The day its texts were last compared with its rules.
            pub const fn checked(self) -> Date {
                match self {
                    $(Self::$family => date($year, $month, $day),)+
                }
            }

            /// Its rules, in the order of the table.
            pub const fn rules(self) -> &'static [Rule] {
                match self {
                    $(Self::$family => &[$(Rule::$rule,)+],)+
                }
            }
        }

        /// One thing that the rules can say.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Rule {
            $($(
                #[doc = concat!("`", $id, "`")]
                $rule,
            )+)+
        }

        impl Rule {
            /// All of them, family by family.
            pub const ALL: &'static [Self] = &[$($(Self::$rule,)+)+];

            /// Its card.
            pub const fn card(self) -> Card {
                match self {
                    $($(Self::$rule => Card {
                        id: $id,
                        severity: Severity::$severity,
                        source: $source,
                    },)+)+
                }
            }
        }
    };
}

rules! {
    /// May this prescription, or this line, be executed at all?
    Standing, checked 2026-11-22 {
        PrescriptionCancelled = "prescription-cancelled", Blocking, "CSP art. L. 5125-23 ; annulation par le prescripteur (CSP art. L. 4071-1)";
        PrescriptionExpired = "prescription-expired", Blocking, "CSP art. R. 5132-22 ; période de validité portée par l’ordonnance (CI-SIS eP-MED-DM)";
        ValidityUnstated = "validity-unstated", Information, "CSP art. R. 5132-22";
        NothingLeft = "nothing-left", Blocking, "CSP art. R. 5132-14 et L. 5125-23";
        HeldElsewhere = "held-elsewhere", Warning, "Prise en charge signalée par la base (CSP art. L. 4071-2)";
        NothingDecided = "nothing-decided", Blocking, "CSP art. R. 5132-9 : une inscription correspond à une délivrance";
        LineUnknown = "line-unknown", Blocking, "CSP art. L. 5125-23 : seule une ligne prescrite se délivre";
        LineTwice = "line-twice", Blocking, "CSP art. R. 5132-10 : une inscription par produit";
        LineCancelled = "line-cancelled", Blocking, "CSP art. L. 5125-23 ; annulation par le prescripteur (CSP art. L. 4071-1)";
        LineSuspended = "line-suspended", Blocking, "CSP art. L. 5125-23 ; suspension par le prescripteur";
        LineForOthers = "line-for-others", Blocking, "CSP art. L. 4211-1 : hors du champ de l’officine";
    }
    /// When a prescription may first be presented, and what may still be done once it is over.
    Presentation, checked 2026-11-22 {
        FirstPresentationLate = "first-presentation-late", Blocking, "CSP art. R. 5132-22 : première délivrance, listes I et II, trois mois";
        PresentationUnverified = "presentation-unverified", Warning, "Usage professionnel : un an hors listes ; CSS art. R. 165-36 : dispositifs, 12 mois";
        OlderThanAYear = "older-than-a-year", Blocking, "CSP art. R. 5132-21 : douze mois au plus";
        DatedAhead = "dated-ahead", Warning, "CSP art. R. 5132-3 : date de rédaction de l’ordonnance";
        ExceptionalSupply = "exceptional-supply", Warning, "CSP art. L. 5125-23-1 : dispensation supplémentaire exceptionnelle";
        ContraceptiveSupply = "contraceptive-supply", Warning, "CSP art. R. 5134-4-1 et R. 5134-4-2 : contraceptifs oraux";
        AboveExceptional = "above-exceptional", Blocking, "CSP art. L. 5125-23-1 et R. 5134-4-1 : quantité d’une dispensation supplémentaire";
        ExceptionalOutside = "exceptional-outside", Information, "CSP art. L. 5125-23-1 : dispensation supplémentaire exceptionnelle";
    }
    /// Narcotics: three days to present, then only what is left.
    Narcotics, checked 2026-11-22 {
        NarcoticLate = "narcotic-late", Warning, "CSP art. R. 5132-33 : présentation dans les trois jours";
        NarcoticLapsed = "narcotic-lapsed", Blocking, "CSP art. R. 5132-33 : durée restant à courir";
        AboveNarcoticShare = "above-narcotic-share", Blocking, "CSP art. R. 5132-33 : durée restant à courir";
        SurgeryWindow = "surgery-window", Information, "Décret n° 2022-972 : trois jours avant l’intervention à trois jours après la sortie prévue";
        OutsideSurgeryWindow = "outside-surgery-window", Warning, "Décret n° 2022-972 : trois jours avant l’intervention à trois jours après la sortie prévue";
        SurgeryUndated = "surgery-undated", Warning, "Décret n° 2022-972 : la date de l’intervention fonde le délai";
    }
    /// How long a prescription may last, and by which fractions it is delivered.
    Duration, checked 2026-11-22 {
        BeyondCap = "beyond-cap", Warning, "BDPM, CPD (ANSM) ; CSP art. R. 5132-21 et R. 5132-30";
        FractionDue = "fraction-due", Information, "BDPM, CPD (ANSM) ; CSP art. R. 5132-30";
        AboveFraction = "above-fraction", Warning, "BDPM, CPD (ANSM) ; CSP art. R. 5132-30";
        FractionExcluded = "fraction-excluded", Information, "CSP art. R. 5132-30 : « délivrance en une seule fois »";
    }
    /// How many boxes may be handed over at once.
    Quantity, checked 2026-11-22 {
        NoBox = "no-box", Blocking, "CSP art. R. 5132-10 : la quantité délivrée est inscrite";
        AboveRemaining = "above-remaining", Blocking, "CSP art. R. 5132-14 et L. 5125-23";
        CountUnstated = "count-unstated", Information, "CSP art. R. 5132-12";
        PartialUnexplained = "partial-unexplained", Blocking, "CSP art. L. 4071-2 : modalités d’exécution transmises";
        AboveAMonth = "above-a-month", Warning, "CSP art. R. 5132-12 : quatre semaines ou trente jours, douze semaines pour un contraceptif";
        OtherBoxSize = "other-box-size", Information, "CSP art. R. 5125-53 : nombre d’unités de prise porté sur l’ordonnance s’il diffère";
        LongPack = "long-pack", Information, "CSP art. R. 5132-12 : conditionnement de plus d’un mois, trois mois au plus";
    }
    /// When the next delivery is due, and what would overlap.
    Renewal, checked 2026-11-22 {
        RenewalEarly = "renewal-early", Warning, "CSP art. R. 5132-14 : délai résultant de la posologie et des quantités";
        Overlap = "overlap", Warning, "CSP art. R. 5132-33 ; BDPM, CPD (ANSM) : chevauchement interdit sauf mention expresse";
        OverlapAllowed = "overlap-allowed", Information, "CSP art. R. 5132-33 : mention expresse du prescripteur";
    }
    /// The support the law asks for, and the pharmacy it names.
    Support, checked 2026-11-22 {
        SecuredSupport = "secured-support", Information, "CSP art. R. 5132-5 et R. 4073-2";
        SecuredByLaw = "secured-by-law", Information, "ANSM ; le fichier des conditions (CPD) ne le dit pas encore";
        ExceptionSupport = "exception-support", Information, "CI-SIS eP-MED-DM, MED-1097 : ordonnance de médicaments d’exception";
        NamedPharmacyMissing = "named-pharmacy-missing", Warning, "CI-SIS eP-MED-DM : pharmacie désignée par le prescripteur (traitement substitutif)";
        NamedPharmacyOther = "named-pharmacy-other", Warning, "CI-SIS eP-MED-DM : pharmacie désignée par le prescripteur (traitement substitutif)";
    }
    /// Who may prescribe it, and where it may be delivered.
    Restricted, checked 2026-11-22 {
        HospitalOnly = "hospital-only", Blocking, "BDPM, CPD (ANSM) : ne se délivre pas en officine";
        ReservedPrescriber = "reserved-prescriber", Warning, "BDPM, CPD (ANSM) : prescription restreinte";
        InitialPrescription = "initial-prescription", Warning, "BDPM, CPD (ANSM) : prescription initiale restreinte";
        OfficialConditions = "official-conditions", Information, "BDPM, CPD (ANSM)";
        ConditionsUnknown = "conditions-unknown", Information, "BDPM, CPD (ANSM) : aucune condition publiée";
    }
    /// What a pharmacist looks twice at.
    Vigilance, checked 2026-11-22 {
        ConditionalLine = "conditional-line", Warning, "Ordonnance de dispensation conditionnelle : sept jours, celui de la rédaction compris";
        ConditionalLapsed = "conditional-lapsed", Blocking, "Ordonnance de dispensation conditionnelle : sept jours, celui de la rédaction compris";
        SameSubstance = "same-substance", Warning, "CSP art. R. 4235-48 : analyse pharmaceutique de l’ordonnance";
        SameSubstanceOtherForm = "same-substance-other-form", Information, "CSP art. R. 4235-48 : analyse pharmaceutique de l’ordonnance";
        ExpensiveBox = "expensive-box", Information, "Assurance maladie : contrôle d’un médicament de plus de 300 €";
        Availability = "availability", Information, "ANSM, disponibilité des médicaments";
    }
    /// What the box itself says.
    BoxInHand, checked 2026-11-22 {
        ProductUnknown = "product-unknown", Information, "Base de données publique des médicaments : code absent";
        PreparationUnrecorded = "preparation-unrecorded", Information, "CSP art. R. 5125-45 : registre des préparations";
        BoxExpired = "box-expired", Blocking, "CSP art. R. 4235-12 et R. 5121-138 : date de péremption";
        BoxGone = "box-gone", Warning, "Règlement délégué (UE) 2016/161, art. 25 et 30 : identifiant unique désactivé à la délivrance";
        LotRecalled = "lot-recalled", Blocking, "CSP art. L. 5312-3 : retrait et rappel de lots (ANSM)";
        LotToCompare = "lot-to-compare", Warning, "CSP art. L. 5312-3 : retrait et rappel de lots (ANSM)";
        RecallsUnread = "recalls-unread", Information, "CSP art. L. 5312-3 : retrait et rappel de lots (ANSM)";
        OtherUnexplained = "other-unexplained", Blocking, "CSP art. L. 4071-2 : modalités d’exécution transmises";
        NothingCorrected = "nothing-corrected", Blocking, "CSP art. R. 5132-9 : une inscription validée ne se corrige que par une autre";
    }
    /// May this product be given for that line, and on what ground?
    Substitution, checked 2026-11-22 {
        NotWhatWasOrdered = "not-what-was-ordered", Blocking, "CSP art. L. 5125-23";
        SubstitutionForbidden = "substitution-forbidden", Blocking, "CSP art. L. 5125-23 ; arrêté du 12 novembre 2019";
        RefusalDoubtful = "refusal-doubtful", Warning, "CSP art. L. 5125-23 ; arrêtés du 12 novembre 2019 et du 20 juillet 2022";
        SubstitutionWithoutBasis = "substitution-without-basis", Blocking, "CSP art. L. 5125-23 : accord exprès et préalable du prescripteur";
        SubstitutionUnverified = "substitution-unverified", Warning, "CSP art. L. 5125-23";
        ShortageUnverified = "shortage-unverified", Warning, "CSP art. L. 5125-23, V : recommandation de l’ANSM en cas de rupture";
        DeviceSubstituted = "device-substituted", Blocking, "CSP art. L. 5125-23-3 : aucune liste publiée, accord du prescripteur";
    }
    /// Biological medicines: same strength, lot recorded, prescriber informed, same product kept.
    Biosimilars, checked 2026-11-22 {
        BiosimilarLot = "biosimilar-lot", Blocking, "CSP art. L. 5125-23-2 : nom et numéro de lot enregistrés";
        BiosimilarToTell = "biosimilar-to-tell", Information, "CSP art. L. 5125-23-2 ; arrêtés du 20 février et du 4 décembre 2025";
        BiosimilarChanged = "biosimilar-changed", Warning, "CSP art. L. 5125-23-2 : même produit aux délivrances suivantes";
        BiosimilarStrength = "biosimilar-strength", Blocking, "Arrêté du 20 février 2025, annexe : même dosage (étanercept)";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_an_id_of_its_own_and_a_source() {
        let ids: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.card().id).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            let Card { id, source, .. } = rule.card();
            assert!(
                id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{id} is a stable key"
            );
            assert!(source.len() > 10, "{id} has no source");
            for (place, sign) in source.match_indices([':', ';']) {
                assert!(
                    source[..place].ends_with('\u{202f}'),
                    "{id}: French sets a narrow no-break space before « {sign} »: {source}"
                );
            }
        }
    }

    #[test]
    fn the_families_hold_every_rule_once() {
        let by_family: Vec<Rule> = Family::ALL
            .iter()
            .flat_map(|family| family.rules())
            .copied()
            .collect();
        assert_eq!(by_family, Rule::ALL);
    }
}
