//! Dates, moments, numbers and counts of boxes, as FHIR writes them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Number;

use crate::base::codes;
use crate::base::fhir::{Quantity, Ratio};
use crate::domain::identifiers::Boxes;
use crate::domain::share::Share;

/// The law's clock.
pub(in crate::base) fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

/// The first day of a date, a month, a year or a moment.
pub(in crate::base) fn first_day(text: &str) -> Option<Date> {
    let text = text.trim();
    match text.len() {
        4 => format!("{text}-01-01").parse().ok(),
        7 => format!("{text}-01").parse().ok(),
        10 => text.parse().ok(),
        _ => Some(text.parse::<Timestamp>().ok()?.to_zoned(paris()).date()),
    }
}

/// The last day of a date, a month, a year or a moment: in FHIR, the end of a period is in it.
pub(in crate::base) fn last_day(text: &str) -> Option<Date> {
    let first = first_day(text)?;
    match text.trim().len() {
        4 => Some(first.last_of_year()),
        7 => Some(first.last_of_month()),
        _ => Some(first),
    }
}

/// The moment a text names; a bare day is its beginning in Paris.
pub(in crate::base) fn moment(text: &str) -> Option<Timestamp> {
    let whole = text.trim().parse::<Timestamp>().ok();
    whole.or_else(|| Some(first_day(text)?.to_zoned(paris()).ok()?.timestamp()))
}

/// The moment after which a period is over; a bare day is in it to its end.
pub(in crate::base) fn end_moment(text: &str) -> Option<Timestamp> {
    let whole = text.trim().parse::<Timestamp>().ok();
    whole.or_else(|| {
        let next_day = last_day(text)?.checked_add(1.day()).ok()?;
        Some(next_day.to_zoned(paris()).ok()?.timestamp())
    })
}

/// A moment as it is written: to the second, with the offset of Paris.
pub(in crate::base) fn written_moment(at: Timestamp) -> String {
    at.to_zoned(paris()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A whole number that is not negative. `2.0` is 2; `1.5`, `-1` and `1e9` are none.
pub(in crate::base) fn whole(number: &Number) -> Option<u16> {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    fraction.bytes().all(|digit| digit == b'0').then_some(())?;
    whole.parse().ok()
}

/// The count of boxes of an order. `None` when it counts something else, or is no count.
pub(in crate::base) fn boxes_ordered(quantity: &Quantity) -> Option<Boxes> {
    counts_boxes(quantity).then_some(())?;
    whole(quantity.value.as_ref()?).map(Boxes)
}

/// The count of boxes of a delivery, never less than it may have been: a part of a box is a box, and
/// `None` says that it counts something else or nothing readable.
pub(in crate::base) fn boxes_delivered(quantity: &Quantity) -> Option<Boxes> {
    let value = quantity.value.as_ref()?;
    if whole(value) == Some(0) {
        return Some(Boxes::ZERO);
    }
    counts_boxes(quantity).then_some(())?;
    let text = value.to_string();
    let (part, _) = text.split_once('.').unwrap_or((&text, ""));
    let at_least = whole(value).or_else(|| Some(part.parse::<u16>().ok()?.saturating_add(1)));
    // A count beyond all counts: nothing remains.
    let beyond = part
        .bytes()
        .all(|digit| digit.is_ascii_digit())
        .then_some(u16::MAX);
    at_least.or(beyond).map(Boxes)
}

fn counts_boxes(quantity: &Quantity) -> bool {
    codes::is_box(
        quantity.system.as_deref(),
        quantity.code.as_deref(),
        quantity.unit.as_deref(),
    )
}

/// A count of boxes as it is written.
pub(in crate::base) fn written_boxes(boxes: Boxes) -> Quantity {
    Quantity {
        value: Some(Number::from(boxes.0)),
        unit: Some(codes::BOX_UNIT.to_owned()),
        system: Some(codes::EDQM.to_owned()),
        code: Some(codes::BOX.to_owned()),
    }
}

/// A fraction as it is written.
pub(in crate::base) fn written_share(share: Share) -> Ratio {
    let number = |number: u32| {
        Some(Quantity {
            value: Some(Number::from(number)),
            ..Quantity::default()
        })
    };
    Ratio {
        numerator: number(share.boxes()),
        denominator: number(share.per()),
    }
}

/// A fraction of whole numbers.
pub(in crate::base) fn share(ratio: &Ratio) -> Option<Share> {
    let number = |quantity: &Option<Quantity>| quantity.as_ref()?.value.as_ref()?.as_u64();
    Share::new(number(&ratio.numerator)?, number(&ratio.denominator)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_any_precision_has_a_first_and_a_last_day() {
        for (text, first, last) in [
            ("2026-11-20", Some("2026-11-20"), Some("2026-11-20")),
            ("2028-02", Some("2028-02-01"), Some("2028-02-29")),
            ("2026", Some("2026-01-01"), Some("2026-12-31")),
            // Half past eleven in the evening in London is the next day in Paris.
            ("2026-11-20T23:30:00Z", Some("2026-11-21"), Some("2026-11-21")),
            (
                "2026-11-20T09:00:00+01:00",
                Some("2026-11-20"),
                Some("2026-11-20"),
            ),
            ("2026-02-30", None, None),
            ("20.11.2026", None, None),
            ("été", None, None),
            ("", None, None),
        ] {
            let date = |text: &str| text.parse::<Date>().unwrap();
            assert_eq!(first_day(text), first.map(date), "{text:?}");
            assert_eq!(last_day(text), last.map(date), "{text:?}");
        }
    }

    #[test]
    fn a_moment_is_written_as_paris_reads_it() {
        for (at, written) in [
            ("2026-11-22T09:15:00Z", "2026-11-22T10:15:00+01:00"),
            ("2026-07-22T09:15:00.75Z", "2026-07-22T11:15:00+02:00"),
        ] {
            assert_eq!(written_moment(at.parse().unwrap()), written);
        }
        assert_eq!(moment("2026-11-22"), "2026-11-21T23:00:00Z".parse().ok());
        assert_eq!(end_moment("2026-11-22"), "2026-11-22T23:00:00Z".parse().ok());
    }

    fn quantity(json: &str) -> Quantity {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn boxes_are_counted_only_in_boxes() {
        for (json, ordered, delivered) in [
            (
                r#"{"value":2,"system":"http://standardterms.edqm.eu","code":"30009000"}"#,
                Some(2),
                Some(2),
            ),
            (r#"{"value":2.0,"unit":"boîtes"}"#, Some(2), Some(2)),
            (r#"{"value":2}"#, Some(2), Some(2)),
            (r#"{"value":1.5}"#, None, Some(2)),
            (
                r#"{"value":28,"system":"http://standardterms.edqm.eu","code":"15054000"}"#,
                None,
                None,
            ),
            (r#"{"value":28,"unit":"comprimé"}"#, None, None),
            (r#"{"value":0,"unit":"comprimé"}"#, None, Some(0)),
            (r#"{"value":0}"#, Some(0), Some(0)),
            (r#"{"value":-1}"#, None, None),
            (r#"{"value":70000}"#, None, Some(u16::MAX)),
            (r#"{"value":1e300}"#, None, None),
            ("{}", None, None),
        ] {
            assert_eq!(boxes_ordered(&quantity(json)), ordered.map(Boxes), "{json}");
            assert_eq!(boxes_delivered(&quantity(json)), delivered.map(Boxes), "{json}");
        }
    }
}
