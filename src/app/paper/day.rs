//! Days as people write them on a form: 20/11, 20/11/26, 201126, 20/11/2026, 20112026, 2026-11-20.

use jiff::civil::Date;

/// Why a text is not the day somebody was born.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotADay {
    /// No day is meant by it.
    NoDay,
    /// A year of two figures that a very old and a very young person share.
    WhichCentury,
}

/// Nobody at a counter was born before that year, and no paper was written before it.
const FIRST_YEAR: i16 = 1900;

/// Day, month and year as they were typed; the year as it is, of two figures or four.
struct Typed {
    day: i16,
    month: i16,
    year: Option<i16>,
}

impl Typed {
    fn in_year(&self, year: i16) -> Option<Date> {
        let small = |number: i16| i8::try_from(number).ok();
        let date = Date::new(year, small(self.month)?, small(self.day)?).ok()?;
        (date.year() >= FIRST_YEAR).then_some(date)
    }
}

/// The day a paper was written: without a year, the last such day; years of two figures are of this century.
pub(super) fn written(text: &str, today: Date) -> Option<Date> {
    let typed = typed(text)?;
    match typed.year {
        Some(year @ 0..=99) => typed.in_year(2000 + year),
        Some(year) => typed.in_year(year),
        None => {
            let this_year = typed.in_year(today.year()).filter(|day| *day <= today);
            this_year.or_else(|| typed.in_year(today.year() - 1))
        }
    }
}

/// The day somebody was born: a year of two figures is taken when it can be of one century only.
pub(super) fn born(text: &str, today: Date) -> Result<Date, NotADay> {
    let typed = typed(text).ok_or(NotADay::NoDay)?;
    let day = match typed.year.ok_or(NotADay::NoDay)? {
        year @ 0..=99 => {
            let young = typed.in_year(2000 + year).filter(|day| *day <= today);
            let old = typed
                .in_year(1900 + year)
                .filter(|day| is_of_a_living_person(*day, today));
            if young.is_some() && old.is_some() {
                return Err(NotADay::WhichCentury);
            }
            young.or(old)
        }
        year => typed.in_year(year),
    };
    day.ok_or(NotADay::NoDay)
}

/// The oldest French person alive is younger than that.
const AGE_MAX: i16 = 115;

fn is_of_a_living_person(born: Date, today: Date) -> bool {
    today.year() - born.year() < AGE_MAX
}

fn typed(text: &str) -> Option<Typed> {
    let text = text.trim();
    let number = |part: &str| -> Option<i16> {
        let is_number = !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten()
    };
    let parts: Vec<&str> = text.split(['/', '-', '.', ' ']).collect();
    let (day, month, year) = match parts[..] {
        [all] if all.is_ascii() => match all.len() {
            4 => (&all[..2], &all[2..], None),
            // A year in front is told by its century: no month is 19 or 20.
            8 if matches!(&all[..2], "19" | "20") && number(&all[2..4]).is_some_and(|month| month > 12) => {
                (&all[6..], &all[4..6], Some(&all[..4]))
            }
            6 | 8 => (&all[..2], &all[2..4], Some(&all[4..])),
            _ => return None,
        },
        [day, month] => (day, month, None),
        [year, month, day] if year.len() == 4 => (day, month, Some(year)),
        [day, month, year] if matches!(year.len(), 2 | 4) => (day, month, Some(year)),
        _ => return None,
    };
    Some(Typed {
        day: number(day)?,
        month: number(month)?,
        year: match year {
            Some(year) => Some(number(year)?),
            None => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 22);

    #[test]
    fn the_day_of_a_paper_is_read_in_its_short_forms() {
        for (text, day) in [
            ("20/11", Some(date(2026, 11, 20))),
            ("2011", Some(date(2026, 11, 20))),
            ("20.11.26", Some(date(2026, 11, 20))),
            ("201126", Some(date(2026, 11, 20))),
            ("20/11/2026", Some(date(2026, 11, 20))),
            ("20 11 2026", Some(date(2026, 11, 20))),
            ("20112026", Some(date(2026, 11, 20))),
            ("2026-11-20", Some(date(2026, 11, 20))),
            ("20261120", Some(date(2026, 11, 20))),
            // The last such day: December has not come yet.
            ("24/12", Some(date(2025, 12, 24))),
            ("1/2", Some(date(2026, 2, 1))),
            // Said all the same, and refused later with its reason.
            ("23/11/2026", Some(date(2026, 11, 23))),
            ("31/02", None),
            ("1/1/1", None),
            ("hier", None),
            ("", None),
            ("é1é1", None),
            ("99999999999", None),
        ] {
            assert_eq!(written(text, TODAY), day, "{text}");
        }
    }

    #[test]
    fn a_birth_is_never_guessed_between_two_centuries() {
        for (text, day) in [
            ("05/03/1979", Ok(date(1979, 3, 5))),
            ("05031979", Ok(date(1979, 3, 5))),
            ("050379", Ok(date(1979, 3, 5))),
            ("20071985", Ok(date(1985, 7, 20))),
            ("19850720", Ok(date(1985, 7, 20))),
            ("19121980", Ok(date(1980, 12, 19))),
            ("05/03/27", Ok(date(1927, 3, 5))),
            ("05/03/03", Ok(date(2003, 3, 5))),
            ("05/03/25", Err(NotADay::WhichCentury)),
            ("05/03/2025", Ok(date(2025, 3, 5))),
            ("05/03", Err(NotADay::NoDay)),
            ("05/03/1850", Err(NotADay::NoDay)),
            ("5 mars 1979", Err(NotADay::NoDay)),
        ] {
            assert_eq!(born(text, TODAY), day, "{text}");
        }
    }
}
