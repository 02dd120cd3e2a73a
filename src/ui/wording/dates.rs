//! Dates and moments as they are written in France.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::ui::wording::counted;

/// 22/11/2026.
pub fn day(date: Date) -> String {
    date.strftime("%d/%m/%Y").to_string()
}

/// 10:42.
pub fn time_of_day(instant: Timestamp, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// "10:42" today, "le 21/11/2026 à 10:42" on another day.
pub fn moment(instant: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let time = time_of_day(instant, zone);
    if is_same_day(instant, now, zone) {
        time
    } else {
        let date = instant.to_zoned(zone.clone()).date();
        format!("le {} à {time}", day(date))
    }
}

/// "à 10:42" today, "le 21/11/2026 à 10:42" on another day.
pub fn at(instant: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    if is_same_day(instant, now, zone) {
        format!("à {}", time_of_day(instant, zone))
    } else {
        moment(instant, now, zone)
    }
}

/// "jusqu’à 11:12" today, "jusqu’au 23/11/2026 à 11:12" on another day.
pub fn until(instant: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let time = time_of_day(instant, zone);
    if is_same_day(instant, now, zone) {
        format!("jusqu’à {time}")
    } else {
        let date = instant.to_zoned(zone.clone()).date();
        format!("jusqu’au {} à {time}", day(date))
    }
}

/// "10:42" today, "21/11 10:42" on another day: for lists.
pub fn short(instant: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    if is_same_day(instant, now, zone) {
        time_of_day(instant, zone)
    } else {
        instant.to_zoned(zone.clone()).strftime("%d/%m %H:%M").to_string()
    }
}

fn is_same_day(instant: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
    let date = |instant: Timestamp| instant.to_zoned(zone.clone()).date();
    date(instant) == date(now)
}

/// "depuis 10:42 (12 min)"; the length is left out under a minute, and on a clock that went back.
pub fn since(instant: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let begun = moment(instant, now, zone);
    match length((now.as_second() - instant.as_second()) / 60) {
        Some(length) => format!("depuis {begun} ({length})"),
        None => format!("depuis {begun}"),
    }
}

fn length(minutes: i64) -> Option<String> {
    match minutes {
        ..1 => None,
        1..60 => Some(format!("{minutes} min")),
        60..1440 => Some(format!("{} h {:02}", minutes / 60, minutes % 60)),
        _ => usize::try_from(minutes / 1440)
            .ok()
            .map(|days| counted(days, "jour", "jours")),
    }
}

/// The age on a day, in whole years; in months before two years.
pub fn age(born: Date, today: Date) -> Option<String> {
    let months = (i32::from(today.year()) - i32::from(born.year())) * 12 + i32::from(today.month())
        - i32::from(born.month())
        - i32::from(today.day() < born.day());
    match months {
        ..0 => None,
        0..24 => Some(format!("{months} mois")),
        _ => Some(format!("{} ans", months / 12)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moments_are_said_in_the_pharmacy_s_own_time() {
        let now = at("2026-11-22T10:00:00Z");
        for (instant, said) in [
            ("2026-11-22T09:42:00Z", "depuis 10:42 (18 min)"),
            ("2026-11-22T09:59:30Z", "depuis 10:59"),
            ("2026-11-22T10:30:00Z", "depuis 11:30"),
            ("2026-11-22T06:58:00Z", "depuis 07:58 (3 h 02)"),
            ("2026-11-21T08:00:00Z", "depuis le 21/11/2026 à 09:00 (1 jour)"),
            ("2026-11-21T22:59:00Z", "depuis le 21/11/2026 à 23:59 (11 h 01)"),
        ] {
            assert_eq!(since(at(instant), now, &paris()), said);
        }
        // In summer the same hour of UTC is an hour later in Paris.
        assert_eq!(time_of_day(at("2026-07-01T08:00:00Z"), &paris()), "10:00");
    }

    #[test]
    fn an_age_is_in_months_for_the_very_young() {
        let today = date(2026, 11, 22);
        for (born, said) in [
            (date(1970, 3, 28), Some("56 ans")),
            (date(2008, 11, 23), Some("17 ans")),
            (date(2008, 11, 22), Some("18 ans")),
            (date(2025, 6, 30), Some("16 mois")),
            (date(2026, 11, 22), Some("0 mois")),
            (date(2027, 1, 1), None),
        ] {
            assert_eq!(age(born, today).as_deref(), said, "{born}");
        }
    }
}
