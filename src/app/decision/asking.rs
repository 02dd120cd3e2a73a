//! What is asked about a line, one thing at a time.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::app::decision::Deciding;
use crate::app::form::{Form, Missing};
use crate::app::input::TextInput;
use crate::app::serving::Serving;
use crate::domain::product::Product;

/// What is being asked about the line.
pub enum Asking {
    /// Nothing in particular: the whole form is shown.
    Overview,
    /// One of a numbered list.
    Choice {
        /// Which list.
        of: Choice,
        /// The row under the cursor.
        selected: usize,
    },
    /// A product of the medicines database.
    Search {
        /// What is typed.
        input: TextInput,
        /// What was found for it.
        found: Vec<Product>,
        /// The text the list was found for.
        searched: String,
        /// The row under the cursor.
        selected: usize,
    },
    /// A short text.
    Text {
        /// Which one.
        of: TextField,
        /// What is typed.
        input: TextInput,
    },
}

/// The numbered lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Which substitute.
    Substitute,
    /// Why another product.
    SubstitutionReason,
    /// What was adjusted.
    AdjustmentReason,
    /// How the prescriber agreed.
    Channel,
    /// Why nothing.
    NotDeliveredReason,
    /// Why fewer boxes.
    PartialReason,
    /// Why the product ordered is kept.
    KeptReason,
}

/// The short texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextField {
    /// The lot.
    Lot,
    /// The last day of the box.
    Expiry,
    /// The pharmacist's words.
    Note,
}

impl Asking {
    /// A numbered list, cursor on its first row.
    pub fn choice(of: Choice) -> Self {
        Self::Choice { of, selected: 0 }
    }

    /// The search of the medicines database, empty.
    pub fn search() -> Self {
        Self::Search {
            input: TextInput::default(),
            found: Vec::new(),
            searched: String::new(),
            selected: 0,
        }
    }

    /// A short text, beginning with what the form holds.
    pub fn text(of: TextField, form: &Form) -> Self {
        let input = match of {
            TextField::Lot => form.lot.as_ref().map(|lot| TextInput::holding(lot.as_str())),
            TextField::Expiry => form
                .expiry
                .map(|day| TextInput::holding(&day.strftime("%d/%m/%Y").to_string())),
            TextField::Note => Some(TextInput::holding(&form.note)),
        };
        Self::Text {
            of,
            input: input.unwrap_or_default(),
        }
    }

    /// What to ask for when that is missing.
    pub fn for_missing(missing: Missing, serving: &Serving, form: &Form) -> Self {
        match missing {
            Missing::Product => Deciding::first_product(serving, form),
            Missing::SubstitutionReason => Self::choice(Choice::SubstitutionReason),
            Missing::AdjustmentReason => Self::choice(Choice::AdjustmentReason),
            Missing::Agreement => Self::choice(Choice::Channel),
            Missing::NotDeliveredReason => Self::choice(Choice::NotDeliveredReason),
            Missing::PartialReason => Self::choice(Choice::PartialReason),
            Missing::Note => Self::text(TextField::Note, form),
        }
    }
}

/// The last day of a box as people write it: 30/06/2028, 06/2028 (its last day), 2028-06-30.
pub fn expiry_typed(text: &str) -> Option<Date> {
    let parts: Vec<i16> = text
        .split(['/', '-', '.', ' '])
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let small = |number: i16| i8::try_from(number).ok();
    match parts[..] {
        [month, year] => {
            let first = Date::new(full_year(year)?, small(month)?, 1).ok()?;
            first.checked_add(1.month()).ok()?.checked_sub(1.day()).ok()
        }
        [year, month, day] if year > 31 => Date::new(full_year(year)?, small(month)?, small(day)?).ok(),
        [day, month, year] => Date::new(full_year(year)?, small(month)?, small(day)?).ok(),
        _ => None,
    }
}

/// Boxes print two digits of a year, always of this century.
fn full_year(year: i16) -> Option<i16> {
    match year {
        0..=99 => Some(2000 + year),
        2000..=2099 => Some(year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_last_day_of_a_box_is_read_as_people_write_it() {
        for (text, day) in [
            ("30/06/2028", Some(date(2028, 6, 30))),
            ("30.06.28", Some(date(2028, 6, 30))),
            ("06/2028", Some(date(2028, 6, 30))),
            ("2/28", Some(date(2028, 2, 29))),
            ("2028-06-30", Some(date(2028, 6, 30))),
            ("31/06/2028", None),
            ("13/2028", None),
            ("06/1998", None),
            ("demain", None),
            ("", None),
            ("-", None),
            ("99999999/1/1", None),
        ] {
            assert_eq!(expiry_typed(text), day, "{text}");
        }
    }
}
