//! How long the law wants what was recorded to be kept, and when it must be believed that the time is over.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

/// Where the law counts days.
const LEGAL_ZONE: &str = "Europe/Paris";

/// How long nothing may happen at a counter before its clock is doubted: longer than any summer closure, far shorter than
/// any retention.
pub const CLOCK_LEAP_MAX: SignedDuration = SignedDuration::from_hours(40 * 24);

/// How long the copy of a prescription that was read and never served here is kept, in months.
///
/// After three months nothing can be delivered on it for the first time (CSP art. R. 5132-22), so that it serves
/// nobody; the base still has it.
pub const UNSERVED_COPY_MONTHS: i64 = 3;

/// What is kept for how long before it is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RetentionClass {
    /// Copies of prescriptions that were served.
    PrescriptionCopy,
    /// The register (ordonnancier).
    Register,
    /// Entries of medicines derived from blood.
    BloodDerived,
}

/// A row of the table below.
struct Rule {
    class: RetentionClass,
    code: &'static str,
    years: i16,
    source: &'static str,
}

const fn rule(class: RetentionClass, code: &'static str, years: i16, source: &'static str) -> Rule {
    Rule {
        class,
        code,
        years,
        source,
    }
}

/// Every class: its code in the store and in the chain, its years, and where they are written.
const RULES: [Rule; 3] = [
    // The law asks it of narcotics only. A copy does not say what is a narcotic: all that were served are kept as long.
    rule(
        RetentionClass::PrescriptionCopy,
        "prescription-copy-3-years",
        3,
        "CSP art. R. 5132-35",
    ),
    rule(
        RetentionClass::Register,
        "register-10-years",
        10,
        "CSP art. R. 5132-10",
    ),
    rule(
        RetentionClass::BloodDerived,
        "blood-derived-40-years",
        40,
        "Ordre des pharmaciens, durées de conservation (2020)",
    ),
];

impl RetentionClass {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::PrescriptionCopy, Self::Register, Self::BloodDerived];

    fn rule(self) -> &'static Rule {
        &RULES[match self {
            Self::PrescriptionCopy => 0,
            Self::Register => 1,
            Self::BloodDerived => 2,
        }]
    }

    /// The code that the store and the chain carry.
    pub fn code(self) -> &'static str {
        self.rule().code
    }

    /// How many years.
    pub fn years(self) -> i16 {
        self.rule().years
    }

    /// Where that is written.
    pub fn source(self) -> &'static str {
        self.rule().source
    }

    /// The class with that code.
    pub fn from_code(code: &str) -> Option<Self> {
        RULES.iter().find(|rule| rule.code == code).map(|rule| rule.class)
    }

    /// Whether what was recorded on that day may be erased today.
    pub fn is_over(self, recorded_on: Date, today: Date) -> bool {
        is_past(recorded_on, i64::from(self.years()).years(), today)
    }
}

/// Whether a copy that was received on that day, and never served, may be erased today.
pub fn unserved_copy_is_over(received_on: Date, today: Date) -> bool {
    is_past(received_on, UNSERVED_COPY_MONTHS.months(), today)
}

/// A delay in years or months ends at midnight after the day that bears the same number, or after the last day of a month
/// that has no such day (CPC art. 641 and 642).
fn is_past(from: Date, delay: Span, today: Date) -> bool {
    from.checked_add(delay).is_ok_and(|last_day| today > last_day)
}

/// The calendar that the law counts in.
pub fn legal_zone() -> TimeZone {
    TimeZone::get(LEGAL_ZONE).unwrap_or(TimeZone::UTC)
}

/// Why a clock is not believed when something is to be erased for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockDoubt {
    /// It is behind something already recorded.
    Behind {
        /// When that was recorded.
        recorded_at: Timestamp,
    },
    /// It is, or was once, more than [`CLOCK_LEAP_MAX`] ahead of what was last known.
    Leap {
        /// The last moment before.
        from: Timestamp,
        /// The first after.
        to: Timestamp,
    },
}

/// Looks through the moments of a store, in the order in which they were written, up to now.
pub fn clock_doubt(moments: impl IntoIterator<Item = Timestamp>, now: Timestamp) -> Option<ClockDoubt> {
    let mut latest: Option<Timestamp> = None;
    for moment in moments.into_iter().chain([now]) {
        match latest {
            Some(from) if moment.duration_since(from) > CLOCK_LEAP_MAX => {
                return Some(ClockDoubt::Leap { from, to: moment });
            }
            _ => latest = latest.max(Some(moment)),
        }
    }
    latest
        .filter(|recorded_at| now < *recorded_at)
        .map(|recorded_at| ClockDoubt::Behind { recorded_at })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_table_has_each_class_in_its_place() {
        for class in RetentionClass::ALL {
            assert_eq!(class.rule().class, class);
            assert_eq!(RetentionClass::from_code(class.code()), Some(class));
        }
        assert_eq!(RetentionClass::ALL.map(RetentionClass::years), [3, 10, 40]);
        assert_eq!(RetentionClass::from_code("for-ever"), None);
    }

    #[test]
    fn a_retention_ends_with_its_last_day() {
        use RetentionClass::{BloodDerived, PrescriptionCopy, Register};
        let common = date(2026, 11, 22);
        let leap_day = date(2028, 2, 29);
        for (class, recorded_on, today, is_over) in [
            (Register, common, date(2036, 11, 21), false),
            (Register, common, date(2036, 11, 22), false),
            (Register, common, date(2036, 11, 23), true),
            // 2038 has no 29 February: the last day of the month, and then that day is kept too.
            (Register, leap_day, date(2038, 2, 28), false),
            (Register, leap_day, date(2038, 3, 1), true),
            // 2036 has one, which is a day more than a 28 February asks for.
            (Register, date(2026, 2, 28), date(2036, 2, 28), false),
            (Register, date(2026, 2, 28), date(2036, 2, 29), true),
            (PrescriptionCopy, common, date(2029, 11, 22), false),
            (PrescriptionCopy, common, date(2029, 11, 23), true),
            (BloodDerived, leap_day, date(2068, 2, 29), false),
            (BloodDerived, leap_day, date(2068, 3, 1), true),
            (BloodDerived, common, date(2036, 11, 23), false),
            (Register, common, common, false),
            (Register, common, date(2020, 1, 1), false),
        ] {
            assert_eq!(
                class.is_over(recorded_on, today),
                is_over,
                "{class:?} of {recorded_on} on {today}"
            );
        }
        assert!(!unserved_copy_is_over(date(2026, 11, 30), date(2027, 2, 28)));
        assert!(unserved_copy_is_over(date(2026, 11, 30), date(2027, 3, 1)));
    }

    #[test]
    fn a_clock_is_doubted_when_it_goes_back_or_leaps() {
        let day = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        for (what, moments, now, doubted) in [
            ("an empty store", vec![], 9_000, false),
            ("the same moment", vec![0], 0, false),
            ("a summer closure", vec![0, 30], 70, false),
            ("one hour before what is recorded", vec![0, 30], 29, true),
            ("400 days ahead", vec![0, 30], 430, true),
            ("11 years ahead", vec![0, 30], 4_048, true),
            (
                "ahead once, with deliveries recorded then",
                vec![0, 4_000, 4_001],
                4_002,
                true,
            ),
            ("set right again since", vec![0, 4_000, 1], 2, true),
            ("a little back and forth", vec![0, 3, 2, 3], 4, false),
        ] {
            let moments = moments.into_iter().map(day);
            assert_eq!(clock_doubt(moments, day(now)).is_some(), doubted, "{what}");
        }
    }
}
