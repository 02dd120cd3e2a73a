//! What a prescriber wrote in words, read for the few mentions that the law gives a meaning to.

use jiff::civil::Date;

use crate::domain::prescription::PrescriptionLine;

/// The same text in small letters, without accents, with plain apostrophes and single blanks.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut is_after_blank = true;
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_whitespace() {
            if !is_after_blank {
                folded.push(' ');
            }
            is_after_blank = true;
            continue;
        }
        is_after_blank = false;
        match character {
            'à' | 'â' | 'ä' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'î' | 'ï' => folded.push('i'),
            'ô' | 'ö' => folded.push('o'),
            'ù' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'œ' => folded.push_str("oe"),
            '’' => folded.push('\''),
            other => folded.push(other),
        }
    }
    folded.trim_end().to_owned()
}

/// The mentions of a line: in its instructions to the patient or to the pharmacist.
pub struct Mentions {
    text: String,
}

/// A planned operation, as far as the words say its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surgery {
    /// None is spoken of.
    None,
    /// One is, and its day cannot be read.
    Undated,
    /// One is, on that day, with the day of discharge when it is said too.
    On {
        /// The day of the operation.
        operation: Date,
        /// The planned day of discharge; that of the operation when none is said.
        discharge: Date,
    },
}

impl Mentions {
    /// Those of that line.
    pub fn of(line: &PrescriptionLine) -> Self {
        Self {
            text: folded(&format!("{} {}", line.dosage, line.to_pharmacist)),
        }
    }

    fn holds(&self, one_of: &[&str]) -> bool {
        one_of.iter().any(|words| self.text.contains(words))
    }

    /// « délivrance en une seule fois »: the prescriber excludes fractions.
    pub fn single_delivery(&self) -> bool {
        self.holds(&["en une seule fois", "en une fois"])
    }

    /// The prescriber allows a new prescription to overlap an earlier one.
    pub fn overlap_allowed(&self) -> bool {
        self.holds(&["chevauchement"]) && !self.holds(&["chevauchement interdit", "sans chevauchement"])
    }

    /// A line to deliver only after a positive rapid test (TROD, bandelette urinaire).
    pub fn conditional_on_test(&self) -> bool {
        let names_test = self.holds(&[
            "trod",
            "bandelette urinaire",
            "si bu positi",
            "test d'orientation",
        ]);
        names_test && self.holds(&["si ", "positi"])
    }

    /// A planned operation and its days.
    pub fn surgery(&self) -> Surgery {
        if !self.holds(&[
            "chirurgi",
            "intervention program",
            "intervention prevue",
            "operation prevue",
            "operation program",
        ]) {
            return Surgery::None;
        }
        let mut days = self
            .text
            .split(|c: char| !c.is_ascii_digit() && c != '/')
            .filter_map(day);
        let Some(operation) = days.next() else {
            return Surgery::Undated;
        };
        let discharge = days.find(|day| *day >= operation).unwrap_or(operation);
        Surgery::On { operation, discharge }
    }
}

/// `JJ/MM/AAAA`.
fn day(text: &str) -> Option<Date> {
    let mut parts = text.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let is_a_year = year.len() == 4 && parts.next().is_none();
    is_a_year.then_some(())?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::sample::line;

    fn mentions(dosage: &str, to_pharmacist: &str) -> Mentions {
        Mentions::of(&PrescriptionLine {
            dosage: dosage.into(),
            to_pharmacist: to_pharmacist.into(),
            ..line(1)
        })
    }

    #[test]
    fn words_are_compared_without_accents_nor_case() {
        assert_eq!(folded("  Délivrance  d’un\tŒUF "), "delivrance d'un oeuf");
    }

    #[test]
    fn a_mention_is_read_wherever_it_stands() {
        assert!(mentions("1 par jour", "À délivrer EN UNE SEULE FOIS").single_delivery());
        assert!(!mentions("1 par jour", "").single_delivery());
        assert!(mentions("chevauchement autorisé", "").overlap_allowed());
        assert!(!mentions("chevauchement interdit", "").overlap_allowed());
        assert!(mentions("", "si TROD angine positif, sous 7 jours").conditional_on_test());
        assert!(mentions("à délivrer si BU positive", "").conditional_on_test());
        assert!(!mentions("1 comprimé si douleur", "").conditional_on_test());
    }

    #[test]
    fn a_planned_operation_is_read_with_its_days() {
        let on = |operation, discharge| Surgery::On { operation, discharge };
        for (words, read) in [
            ("1 par jour", Surgery::None),
            ("chirurgie programmée", Surgery::Undated),
            ("chirurgie le 31/02/2026", Surgery::Undated),
            (
                "Intervention programmée le 10/12/2026",
                on(date(2026, 12, 10), date(2026, 12, 10)),
            ),
            (
                "chirurgie du 10/12/2026, sortie prévue le 12/12/2026.",
                on(date(2026, 12, 10), date(2026, 12, 12)),
            ),
        ] {
            assert_eq!(mentions(words, "").surgery(), read, "{words}");
        }
    }
}
