//! What the rules have to say: each finding carries its facts and its legal source, never a sentence.
//!
//! The sentences are in `ui/wording.rs`.

use jiff::civil::Date;

use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, LineNumber};
use crate::domain::substitution::NonSubstitutable;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Information,
    /// May be passed, with a reason that is recorded.
    Warning,
    /// The law, or the plain meaning of the record, leaves no choice.
    Blocking,
}

impl Severity {
    /// The code that files carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

/// One remark of the rules about a prescription or a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub fact: Fact,
    /// The line it is about; `None` when it is about the whole prescription.
    pub line: Option<LineNumber>,
}

/// What a rule found, with the figures it computed.
#[derive(Clone, PartialEq, Eq)]
pub enum Fact {
    /// The prescriber withdrew the whole prescription.
    PrescriptionCancelled,
    /// Its last day is past.
    PrescriptionExpired {
        /// The last day it could be executed.
        last_day: Date,
        /// The day it is.
        today: Date,
    },
    /// The base states no last day: unknown, not unlimited.
    ValidityUnstated,
    /// Everything was delivered already.
    NothingLeft,
    /// It is a secured prescription, and a numeric one is the secured support itself.
    SecuredSupport,
    /// Another pharmacy is serving it.
    HeldElsewhere(Hold),
    /// The proposal decides nothing.
    NothingDecided,
    /// A decision names a line that does not exist.
    LineUnknown,
    /// Two decisions for one line.
    LineTwice,
    /// The prescriber withdrew the line.
    LineCancelled,
    /// The prescriber suspended the line, or its state is not one this program knows.
    LineSuspended,
    /// The line is for another profession.
    LineForOthers {
        /// Who executes it.
        executor: String,
    },
    /// A delivery of no box.
    NoBox,
    /// More boxes than remain.
    AboveRemaining {
        /// Boxes proposed.
        asked: Boxes,
        /// Boxes that remain.
        remaining: Boxes,
    },
    /// The prescriber stated no count of boxes, so none can be compared.
    CountUnstated,
    /// Fewer boxes than due, and nobody said why.
    PartialUnexplained {
        /// Boxes proposed.
        asked: Boxes,
        /// Boxes due.
        due: Boxes,
    },
    /// A conforming delivery of a product that is not the one ordered.
    NotWhatWasOrdered {
        /// The name of the product proposed.
        given: String,
    },
    /// The prescriber forbids substitution.
    SubstitutionForbidden(NonSubstitutable),
    /// The medicines database gives no legal ground for this substitution.
    SubstitutionWithoutBasis {
        /// The name of the product proposed.
        given: String,
    },
    /// The product or the one ordered is not in the medicines database: the ground cannot be checked.
    SubstitutionUnverified {
        /// The name of the product proposed.
        given: String,
    },
    /// Another product because of a shortage: the law wants it to be the one ANSM recommends (CSP art. L. 5125-23, V),
    /// and no list of those recommendations is at hand to check it with.
    ShortageUnverified {
        /// The name of the product proposed.
        given: String,
    },
    /// A device is replaced without the prescriber's agreement.
    DeviceSubstituted,
    /// The product is not in the medicines database.
    ProductUnknown {
        /// Its code.
        code: String,
    },
    /// The box is past its last day.
    BoxExpired {
        /// The last day it may be used.
        expiry: Date,
        /// The day it is.
        today: Date,
    },
    /// A reason "other" without words.
    OtherUnexplained,
    /// What replaces a delivery says the same as that delivery.
    NothingCorrected,
}

impl Fact {
    /// The stable id that overrides and JSON name, its severity and its source.
    ///
    /// One table, so that no rule can exist without its source.
    #[rustfmt::skip] // one row per fact, to be read as a table
    fn card(&self) -> (&'static str, Severity, &'static str) {
        use Severity::{Blocking, Information, Warning};
        match self {
            Self::PrescriptionCancelled => ("prescription-cancelled", Blocking, "CSP art. L. 5125-23 ; annulation par le prescripteur (CSP art. L. 4071-1)"),
            Self::PrescriptionExpired { .. } => ("prescription-expired", Blocking, "CSP art. R. 5132-22 ; période de validité portée par l’ordonnance (CI-SIS eP-MED-DM)"),
            Self::ValidityUnstated => ("validity-unstated", Information, "CSP art. R. 5132-22"),
            Self::NothingLeft => ("nothing-left", Blocking, "CSP art. R. 5132-14 et L. 5125-23"),
            Self::SecuredSupport => ("secured-support", Information, "CSP art. R. 5132-5 et R. 4073-2"),
            Self::HeldElsewhere(_) => ("held-elsewhere", Warning, "Prise en charge signalée par la base (CSP art. L. 4071-2)"),
            Self::NothingDecided => ("nothing-decided", Blocking, "CSP art. R. 5132-9 : une inscription correspond à une délivrance"),
            Self::LineUnknown => ("line-unknown", Blocking, "CSP art. L. 5125-23 : seule une ligne prescrite se délivre"),
            Self::LineTwice => ("line-twice", Blocking, "CSP art. R. 5132-10 : une inscription par produit"),
            Self::LineCancelled => ("line-cancelled", Blocking, "CSP art. L. 5125-23 ; annulation par le prescripteur (CSP art. L. 4071-1)"),
            Self::LineSuspended => ("line-suspended", Blocking, "CSP art. L. 5125-23 ; suspension par le prescripteur"),
            Self::LineForOthers { .. } => ("line-for-others", Blocking, "CSP art. L. 4211-1 : hors du champ de l’officine"),
            Self::NoBox => ("no-box", Blocking, "CSP art. R. 5132-10 : la quantité délivrée est inscrite"),
            Self::AboveRemaining { .. } => ("above-remaining", Blocking, "CSP art. R. 5132-14 et L. 5125-23"),
            Self::CountUnstated => ("count-unstated", Information, "CSP art. R. 5132-12"),
            Self::PartialUnexplained { .. } => ("partial-unexplained", Blocking, "CSP art. L. 4071-2 : modalités d’exécution transmises"),
            Self::NotWhatWasOrdered { .. } => ("not-what-was-ordered", Blocking, "CSP art. L. 5125-23"),
            Self::SubstitutionForbidden(_) => ("substitution-forbidden", Blocking, "CSP art. L. 5125-23 ; arrêté du 12 novembre 2019"),
            Self::SubstitutionWithoutBasis { .. } => ("substitution-without-basis", Blocking, "CSP art. L. 5125-23 : accord exprès et préalable du prescripteur"),
            Self::SubstitutionUnverified { .. } => ("substitution-unverified", Warning, "CSP art. L. 5125-23"),
            Self::ShortageUnverified { .. } => ("shortage-unverified", Warning, "CSP art. L. 5125-23, V : recommandation de l’ANSM en cas de rupture"),
            Self::DeviceSubstituted => ("device-substituted", Blocking, "CSP art. L. 5125-23-3 : aucune liste publiée, accord du prescripteur"),
            Self::ProductUnknown { .. } => ("product-unknown", Information, "Base de données publique des médicaments : code absent"),
            Self::BoxExpired { .. } => ("box-expired", Blocking, "CSP art. R. 4235-12 et R. 5121-138 : date de péremption"),
            Self::OtherUnexplained => ("other-unexplained", Blocking, "CSP art. L. 4071-2 : modalités d’exécution transmises"),
            Self::NothingCorrected => ("nothing-corrected", Blocking, "CSP art. R. 5132-9 : une inscription validée ne se corrige que par une autre"),
        }
    }
}

impl Finding {
    /// A finding about the whole prescription.
    pub fn whole(fact: Fact) -> Self {
        Self { fact, line: None }
    }

    /// A finding about one line.
    pub fn on(line: LineNumber, fact: Fact) -> Self {
        Self {
            fact,
            line: Some(line),
        }
    }

    /// The stable id that overrides and JSON name.
    pub fn id(&self) -> &'static str {
        self.fact.card().0
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.fact.card().1
    }

    /// The article or official text it comes from.
    pub fn source(&self) -> &'static str {
        self.fact.card().2
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::*;

    fn every_fact() -> Vec<Fact> {
        let given = String::new;
        let (day, boxes) = (date(2026, 11, 22), Boxes(1));
        vec![
            Fact::PrescriptionCancelled,
            Fact::PrescriptionExpired {
                last_day: day,
                today: day,
            },
            Fact::ValidityUnstated,
            Fact::NothingLeft,
            Fact::SecuredSupport,
            Fact::HeldElsewhere(crate::domain::sample::hold("750000002")),
            Fact::NothingDecided,
            Fact::LineUnknown,
            Fact::LineTwice,
            Fact::LineCancelled,
            Fact::LineSuspended,
            Fact::LineForOthers { executor: given() },
            Fact::NoBox,
            Fact::AboveRemaining {
                asked: boxes,
                remaining: boxes,
            },
            Fact::CountUnstated,
            Fact::PartialUnexplained {
                asked: boxes,
                due: boxes,
            },
            Fact::NotWhatWasOrdered { given: given() },
            Fact::SubstitutionForbidden(NonSubstitutable::NarrowMargin),
            Fact::SubstitutionWithoutBasis { given: given() },
            Fact::SubstitutionUnverified { given: given() },
            Fact::ShortageUnverified { given: given() },
            Fact::DeviceSubstituted,
            Fact::ProductUnknown { code: given() },
            Fact::BoxExpired {
                expiry: day,
                today: day,
            },
            Fact::OtherUnexplained,
            Fact::NothingCorrected,
        ]
    }

    #[test]
    fn every_fact_has_an_id_of_its_own_and_a_source() {
        let facts: Vec<Finding> = every_fact().into_iter().map(Finding::whole).collect();
        let ids: BTreeSet<_> = facts.iter().map(Finding::id).collect();
        assert_eq!(ids.len(), facts.len());
        for finding in &facts {
            let id = finding.id();
            assert!(
                id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{id} is a stable key"
            );
            let source = finding.source();
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
    fn what_weighs_more_compares_greater() {
        let mut all = [Severity::Blocking, Severity::Information, Severity::Warning];
        all.sort();
        assert_eq!(all.map(Severity::code), ["information", "warning", "blocking"]);
    }
}
