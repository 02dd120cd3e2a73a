//! What the official conditions of a product ask, read from their verbatim labels.
//!
//! The labels are those of the "conditions de prescription et de délivrance" (CPD) that ANSM publishes with the public
//! database of medicines. A label this program does not know is kept and shown as it came. No label at all is
//! *unknown*, never *free*.

use jiff::civil::Date;

use crate::domain::calendar;
use crate::domain::product::Product;
use crate::domain::substances::{self, ClosedList};
use crate::domain::words::folded;

/// The longest a prescription may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// So many days.
    Days(u16),
    /// So many months, from day to day.
    Months(u8),
}

impl Term {
    /// The last day of a treatment of that length begun on that day.
    pub fn last_day(self, from: Date) -> Date {
        match self {
            Self::Days(days) => calendar::days_after(from, u32::from(days).saturating_sub(1)),
            Self::Months(months) => calendar::last_day_within_months(from, months),
        }
    }
}

/// What one label asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// « liste I ».
    ListOne,
    /// « liste II ».
    ListTwo,
    /// « stupéfiants ».
    Narcotic,
    /// On a secured prescription.
    Secured,
    /// The same, with figures in words.
    SecuredInWords,
    /// The longest prescription.
    LimitedTo(Term),
    /// « limitée à 7 jours ou 28 jours »: seven, unless a portable pump is used.
    SevenOrTwentyEightDays,
    /// Delivered by fractions of so many days.
    FractionOf(u16),
    /// No overlap, unless the prescriber says otherwise.
    NoOverlap,
    /// Never from a community pharmacy.
    HospitalOnly,
    /// Prescribed in hospital, or begun there.
    HospitalPrescription,
    /// Prescribed by these only; their name as published.
    ReservedTo(String),
    /// Begun by a specialist.
    InitialBySpecialist,
    /// Any prescriber may renew.
    RenewedByAnyone,
    /// A copy of the prescription is kept three years.
    CopyThreeYears,
    /// For a professional's own use.
    ProfessionalUse,
    /// Another label: shown as it came.
    Other,
}

/// Reads one label.
pub fn read(label: &str) -> Condition {
    let text = folded(label);
    let reserved = [
        "specialistes et services ",
        "specialistes en ",
        "specialistes ",
        "medecins competents en ",
        "medecins competents ",
        "medecins ",
    ];
    match text.as_str() {
        "liste i" => Condition::ListOne,
        "liste ii" => Condition::ListTwo,
        "stupefiants" => Condition::Narcotic,
        "prescription sur ordonnance securisee" => Condition::Secured,
        "prescription en toutes lettres sur ordonnance securisee" => Condition::SecuredInWords,
        "prescription limitee a 7 jours ou 28 jours" => Condition::SevenOrTwentyEightDays,
        "reserve a l'usage hospitalier" | "delivrance reservee aux pharmacies a usage interieur" => {
            Condition::HospitalOnly
        }
        "renouvellement non restreint" => Condition::RenewedByAnyone,
        "conservation d'une copie de l'ordonnance pendant 3 ans par le pharmacien" => {
            Condition::CopyThreeYears
        }
        _ if text.starts_with("chevauchement interdit") => Condition::NoOverlap,
        _ if text.starts_with("reserve a l'usage professionnel") => Condition::ProfessionalUse,
        _ if text.starts_with("prescription hospitaliere")
            || text.starts_with("prescription initiale hospitaliere") =>
        {
            Condition::HospitalPrescription
        }
        _ if text.starts_with("prescription initiale") => Condition::InitialBySpecialist,
        _ => limited(&text)
            .or_else(|| fraction(&text))
            .or_else(|| {
                let to = text.strip_prefix("prescription reservee aux ")?;
                let name = reserved
                    .iter()
                    .find_map(|prefix| to.strip_prefix(prefix))
                    .unwrap_or(to);
                Some(Condition::ReservedTo(name.trim_end_matches('.').to_owned()))
            })
            .unwrap_or(Condition::Other),
    }
}

/// « prescription limitée à 4 semaines ».
fn limited(text: &str) -> Option<Condition> {
    let mut words = text.strip_prefix("prescription limitee a ")?.split(' ');
    let (count, unit) = (words.next()?.parse::<u8>().ok()?, words.next()?);
    // More words are a condition of their own, which must not be read as a plain length.
    if words.next().is_some() {
        return None;
    }
    Some(Condition::LimitedTo(match unit {
        "jour" | "jours" => Term::Days(count.into()),
        "semaine" | "semaines" => Term::Days(u16::from(count) * 7),
        "mois" => Term::Months(count),
        _ => return None,
    }))
}

/// « délivrance fractionnée de 7 jours ».
fn fraction(text: &str) -> Option<Condition> {
    let days = text
        .strip_prefix("delivrance fractionnee de ")?
        .strip_suffix(" jours")?;
    let days: u16 = days.parse().ok()?;
    (days > 0).then_some(Condition::FractionOf(days))
}

/// A longest prescription, and the words that ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// How long.
    pub term: Term,
    /// The label, or the law's text where no label says it yet.
    pub label: String,
}

/// All that is asked of one product.
#[derive(Debug, Clone, Default)]
pub struct Regime {
    labels: Option<Vec<(String, Condition)>>,
    /// What the law asks of its substance where the labels are silent: the list, and the substance.
    beyond: Vec<(&'static ClosedList, &'static str)>,
}

impl Regime {
    /// That of a product; unknown when there is none.
    pub fn of(product: Option<&Product>) -> Self {
        let Some(product) = product else {
            return Self::default();
        };
        let labels: Option<Vec<(String, Condition)>> = product.conditions.as_ref().map(|labels| {
            labels
                .iter()
                .filter(|label| !label.trim().is_empty())
                .map(|label| (label.clone(), read(label)))
                .collect()
        });
        let mut regime = Self {
            labels: labels.filter(|labels| !labels.is_empty()),
            beyond: Vec::new(),
        };
        let mut beyond = Vec::new();
        let secured: [&'static ClosedList; 3] = [
            &substances::WEAK_OPIOIDS,
            &substances::PREGABALIN,
            &substances::ZOLPIDEM,
        ];
        if !regime.is_secured() {
            for list in secured {
                beyond.extend(list.in_product(product).map(|substance| (list, substance)));
            }
        }
        if !regime.is_known() {
            let list: &'static ClosedList = &substances::NARCOTICS;
            beyond.extend(list.in_product(product).map(|substance| (list, substance)));
        }
        // Codeine under two names is one finding.
        beyond.dedup_by_key(|(list, _)| list.title);
        regime.beyond = beyond;
        regime
    }

    /// Whether any condition is published.
    pub fn is_known(&self) -> bool {
        self.labels.is_some()
    }

    /// The labels, as published.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &Condition)> {
        self.labels
            .iter()
            .flatten()
            .map(|(label, condition)| (label.as_str(), condition))
    }

    fn has(&self, wanted: &Condition) -> bool {
        self.labels().any(|(_, condition)| condition == wanted)
    }

    fn is_beyond(&self, list: &ClosedList) -> bool {
        self.beyond.iter().any(|(known, _)| known.title == list.title)
    }

    /// What the law asks of its substance and the labels do not say.
    pub fn beyond_labels(&self) -> &[(&'static ClosedList, &'static str)] {
        &self.beyond
    }

    /// Whether it is a narcotic, by its label or, without any label, by its substance.
    pub fn is_narcotic(&self) -> bool {
        self.has(&Condition::Narcotic) || self.is_beyond(&substances::NARCOTICS)
    }

    /// Whether it is on list I or II, or a narcotic: a "médicament relevant des listes".
    pub fn is_listed(&self) -> bool {
        self.has(&Condition::ListOne) || self.has(&Condition::ListTwo) || self.is_narcotic()
    }

    /// Whether it takes a secured prescription: every narcotic does (CSP art. R. 5132-5), labelled so or not.
    pub fn is_secured(&self) -> bool {
        let is_labelled = self.has(&Condition::Secured) || self.has(&Condition::SecuredInWords);
        is_labelled || self.is_narcotic() || !self.beyond.is_empty()
    }

    /// The longest prescription allowed, the shortest one when several labels say one.
    pub fn cap(&self) -> Option<Cap> {
        let published = self.labels().filter_map(|(label, condition)| {
            let term = match condition {
                Condition::LimitedTo(term) => *term,
                Condition::SevenOrTwentyEightDays => Term::Days(28),
                _ => return None,
            };
            let label = label.to_owned();
            Some(Cap { term, label })
        });
        let by_law = self.beyond.iter().map(|(list, _)| Cap {
            term: if list.title == substances::WEAK_OPIOIDS.title {
                Term::Days(84)
            } else if list.title == substances::PREGABALIN.title {
                Term::Months(6)
            } else {
                Term::Days(28)
            },
            label: list.title.to_owned(),
        });
        let length = |cap: &Cap| match cap.term {
            Term::Days(days) => u32::from(days),
            Term::Months(months) => u32::from(months) * 30,
        };
        published.chain(by_law).min_by_key(length)
    }

    /// The length of a fraction in days, with its label.
    pub fn fraction(&self) -> Option<(u16, &str)> {
        self.labels().find_map(|(label, condition)| match condition {
            Condition::FractionOf(days) => Some((*days, label)),
            _ => None,
        })
    }

    /// Whether a new prescription may not overlap an earlier one.
    pub fn forbids_overlap(&self) -> bool {
        self.has(&Condition::NoOverlap) || self.is_narcotic() || self.is_beyond(&substances::ZOLPIDEM)
    }

    /// The label that keeps it in hospital.
    pub fn hospital_only(&self) -> Option<&str> {
        self.labels()
            .find(|(_, condition)| **condition == Condition::HospitalOnly)
            .map(|(label, _)| label)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::sample::medicine;

    #[test]
    fn labels_are_read_as_they_are_published() {
        for (label, condition) in [
            ("liste I", Condition::ListOne),
            ("liste II", Condition::ListTwo),
            ("stupéfiants", Condition::Narcotic),
            ("prescription sur ordonnance sécurisée", Condition::Secured),
            (
                "prescription en toutes lettres sur ordonnance sécurisée",
                Condition::SecuredInWords,
            ),
            (
                "prescription limitée à 4 semaines",
                Condition::LimitedTo(Term::Days(28)),
            ),
            (
                "prescription limitée à 12 semaines",
                Condition::LimitedTo(Term::Days(84)),
            ),
            (
                "prescription limitée à 7 jours",
                Condition::LimitedTo(Term::Days(7)),
            ),
            (
                "prescription limitée à 6 mois",
                Condition::LimitedTo(Term::Months(6)),
            ),
            (
                "prescription limitée à 7 jours ou 28 jours",
                Condition::SevenOrTwentyEightDays,
            ),
            ("prescription limitée à 4 semaines sauf mention", Condition::Other),
            ("prescription limitée à 999 semaines", Condition::Other),
            ("délivrance fractionnée de 14 jours", Condition::FractionOf(14)),
            ("délivrance fractionnée de 0 jours", Condition::Other),
            (
                "chevauchement interdit sauf mention expresse du prescripteur portée sur l'ordonnance",
                Condition::NoOverlap,
            ),
            ("réservé à l'usage HOSPITALIER", Condition::HospitalOnly),
            ("réservé à l’usage HOSPITALIER", Condition::HospitalOnly),
            (
                "prescription initiale hospitalière semestrielle",
                Condition::HospitalPrescription,
            ),
            (
                "prescription initiale annuelle réservée à certains spécialistes",
                Condition::InitialBySpecialist,
            ),
            (
                "prescription réservée aux spécialistes et services NEUROLOGIE",
                Condition::ReservedTo("neurologie".into()),
            ),
            (
                "prescription réservée aux médecins compétents en CANCEROLOGIE",
                Condition::ReservedTo("cancerologie".into()),
            ),
            ("renouvellement non restreint", Condition::RenewedByAnyone),
            (
                "réservé à l'usage professionnel DENTAIRE",
                Condition::ProfessionalUse,
            ),
            ("une condition que personne n’a encore lue", Condition::Other),
            ("", Condition::Other),
        ] {
            assert_eq!(read(label), condition, "{label}");
        }
    }

    #[test]
    fn no_label_is_unknown_and_the_law_of_a_substance_is_kept() {
        let nothing: &[&str] = &[];
        for (substances, labels, narcotic, secured, cap) in [
            ("PARACÉTAMOL", nothing, false, false, None),
            (
                "CHLORHYDRATE D'OXYCODONE",
                nothing,
                true,
                true,
                Some(Term::Days(28)),
            ),
            ("TRAMADOL", &["liste I"], false, true, Some(Term::Days(84))),
            ("PRÉGABALINE", &["liste I"], false, true, Some(Term::Months(6))),
            (
                "ZOLPIDEM",
                &["liste I", "prescription limitée à 4 semaines"],
                false,
                true,
                Some(Term::Days(28)),
            ),
            ("MORPHINE", &["liste I"], false, false, None), // published: the file is believed
        ] {
            let regime = Regime::of(Some(&medicine(substances, labels)));
            let found = (
                regime.is_narcotic(),
                regime.is_secured(),
                regime.cap().map(|cap| cap.term),
            );
            assert_eq!(found, (narcotic, secured, cap), "{substances}");
            assert_eq!(regime.is_known(), !labels.is_empty(), "{substances}");
        }
        assert!(!Regime::of(None).is_known());
    }

    #[test]
    fn the_last_day_of_a_term_counts_its_first() {
        for (term, from, last) in [
            (Term::Days(28), date(2026, 2, 1), date(2026, 2, 28)),
            (Term::Days(7), date(2028, 2, 26), date(2028, 3, 3)),
            (Term::Months(6), date(2026, 8, 31), date(2027, 2, 27)),
        ] {
            assert_eq!(term.last_day(from), last, "{term:?}");
        }
    }
}
