//! What is asked about a line, one thing at a time.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::app::decision::Deciding;
use crate::app::form::{Form, Missing};
use crate::app::input::TextInput;
use crate::app::serving::Serving;
use crate::domain::dispense::AgreedBy;
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
    /// Which prescriber agreed.
    AgreedBy,
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
    /// The name of the prescriber who agreed, when it is not the author.
    AgreedBy,
    /// What is taken instead of what was written.
    Changed,
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
            TextField::AgreedBy => match form.agreement.as_ref().map(|agreement| &agreement.by) {
                Some(AgreedBy::Other(name)) => Some(TextInput::holding(name)),
                Some(AgreedBy::Author) | None => None,
            },
            TextField::Changed => form
                .agreement
                .as_ref()
                .map(|agreement| TextInput::holding(&agreement.changed)),
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

/// The last day of a box as people write it: 30/06/2028, 06/2028 or 2028-06 (its last day), 2028-06-30; and the same
/// without anything between the figures, when that can be read in one way only.
pub fn expiry_typed(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return figures(text);
    }
    let parts: Vec<i16> = text
        .split(['/', '-', '.', ' '])
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    match parts[..] {
        [year, month] if year > 31 => last_day(year, month),
        [month, year] => last_day(year, month),
        [year, month, day] if year > 31 => date(year, month, day),
        [day, month, year] => date(year, month, day),
        _ => None,
    }
}

/// 0628, 062028, 202806, 300628, 30062028, 20280630: the one reading that gives a date.
fn figures(text: &str) -> Option<Date> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let month_year =
        |month, year: (usize, usize)| last_day(number(year.0, year.1)?, number(month, month + 2)?);
    let day_month_year = |day, month, year: (usize, usize)| {
        date(
            number(year.0, year.1)?,
            number(month, month + 2)?,
            number(day, day + 2)?,
        )
    };
    let readings = match text.len() {
        4 => [month_year(0, (2, 4)), None, None],
        6 => [
            month_year(0, (2, 6)),
            month_year(4, (0, 4)),
            day_month_year(0, 2, (4, 6)),
        ],
        8 => [day_month_year(0, 2, (4, 8)), day_month_year(6, 4, (0, 4)), None],
        _ => return None,
    };
    let mut possible = readings.into_iter().flatten();
    let only = possible.next()?;
    // The last day of a box is no matter of guessing.
    possible.all(|other| other == only).then_some(only)
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let small = |number: i16| i8::try_from(number).ok();
    Date::new(full_year(year)?, small(month)?, small(day)?).ok()
}

fn last_day(year: i16, month: i16) -> Option<Date> {
    let first = date(year, month, 1)?;
    first.checked_add(1.month()).ok()?.checked_sub(1.day()).ok()
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
            ("0628", Some(date(2028, 6, 30))),
            ("06/28", Some(date(2028, 6, 30))),
            ("062028", Some(date(2028, 6, 30))),
            ("202806", Some(date(2028, 6, 30))),
            ("2028-06", Some(date(2028, 6, 30))),
            ("300628", Some(date(2028, 6, 30))),
            ("30062028", Some(date(2028, 6, 30))),
            ("20280630", Some(date(2028, 6, 30))),
            (" 0228 ", Some(date(2028, 2, 29))),
            // No reading gives a date: there is no 27th month, and no year 2712 on a box.
            ("112712", None),
            // October 2028: there is no 20th month.
            ("102028", Some(date(2028, 10, 31))),
            // October 2012, or 20 December 2010.
            ("201210", None),
            ("1328", None),
            ("628", None),
            ("310628", None),
            ("99999999", None),
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
