//! Days as the law counts them: calendar days of France, added and compared without ever failing.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The rule of Europe/Paris since 1996 (directive 2000/84/CE), written out so that no file is read for it.
const FRANCE: &str = "CET-1CEST,M3.5.0/2,M10.5.0/3";

/// More than any treatment lasts; what is beyond is a mistake, and must not overflow.
const DAYS_MAX: u32 = 36_500;

/// The day it is in France at that moment.
pub fn day_in_france(at: Timestamp) -> Date {
    let zone = TimeZone::posix(FRANCE).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).date()
}

/// So many days later; the end of time when there is no such day.
pub fn days_after(day: Date, days: u32) -> Date {
    day.saturating_add(i64::from(days.min(DAYS_MAX)).days())
}

/// So many days earlier.
pub fn days_before(day: Date, days: u32) -> Date {
    day.saturating_sub(i64::from(days.min(DAYS_MAX)).days())
}

/// The same day so many months later, or the last of that month (code de procédure civile, art. 641).
pub fn months_after(day: Date, months: u8) -> Date {
    day.saturating_add(i32::from(months).months())
}

/// The day before the same day so many months later: the last one on which `day` is less than that old.
pub fn last_day_within_months(day: Date, months: u8) -> Date {
    days_before(months_after(day, months), 1)
}

/// Days from `from` to `to`; 0 when `to` comes first.
pub fn days_between(from: Date, to: Date) -> u32 {
    from.until(to)
        .ok()
        .and_then(|span| u32::try_from(span.get_days()).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_of_france_follows_its_summer() {
        for (at, day) in [
            ("2026-03-28T22:59:59Z", date(2026, 3, 28)), // winter: midnight is 23:00 UTC
            ("2026-03-28T23:00:00Z", date(2026, 3, 29)),
            ("2026-03-29T21:59:59Z", date(2026, 3, 29)), // summer since 01:00 UTC: midnight is 22:00 UTC
            ("2026-03-29T22:00:00Z", date(2026, 3, 30)),
            ("2026-10-24T22:00:00Z", date(2026, 10, 25)),
            ("2026-10-25T22:59:59Z", date(2026, 10, 25)), // winter again
            ("2026-10-25T23:00:00Z", date(2026, 10, 26)),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(day_in_france(at), day, "{at}");
            let paris = at.to_zoned(TimeZone::get("Europe/Paris").unwrap()).date();
            assert_eq!(
                day, paris,
                "{at}: the rule written out is the one of the official list"
            );
        }
    }

    #[test]
    fn months_end_where_the_law_ends_them() {
        for (day, months, last) in [
            (date(2026, 2, 1), 3, date(2026, 4, 30)),
            (date(2026, 11, 20), 3, date(2027, 2, 19)),
            (date(2025, 11, 30), 3, date(2026, 2, 27)),
            (date(2027, 11, 29), 3, date(2028, 2, 28)),
            (date(2028, 2, 29), 12, date(2029, 2, 27)),
            (date(2027, 2, 28), 12, date(2028, 2, 27)),
        ] {
            assert_eq!(last_day_within_months(day, months), last, "{day} + {months}");
        }
    }

    #[test]
    fn nothing_fails_at_the_ends_of_time() {
        assert_eq!(days_after(Date::MAX, u32::MAX), Date::MAX);
        assert_eq!(days_before(Date::MIN, u32::MAX), Date::MIN);
        assert_eq!(months_after(Date::MAX, u8::MAX), Date::MAX);
        assert_eq!(days_between(Date::MAX, Date::MIN), 0);
        assert!(days_between(Date::MIN, Date::MAX) > 7_000_000);
        assert_eq!(day_in_france(Timestamp::MIN).year(), -9999);
    }
}
